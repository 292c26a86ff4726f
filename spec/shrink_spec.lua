-- A file that shrinks while it is mapped: accesses raise a named error. Each
-- spec maps three pages of the system and cuts the file within the first page
-- or behind it.

local files = require "files"
local gc_always = require "gc_always"
local mview = require "mview"
local names = require "names"
local raises = require "raises"
local shell = require "shell"
local unix = require "unix"

local shrank = "attempt to use an expired view (its file shrank)"

local path, cutter

-- Maps a file of n bytes; cut(n) truncates it by another map.
local function map(n, mode)
  files.write(path, files.bytes(n))
  cutter = mview.map(path, "r+")
  return mview.map(path, mode or "r+")
end

local function cut(n) cutter:resize(n) end

local page = tonumber((shell "getconf PAGESIZE")) or 65536
local size = 3 * page

before_each(function() path = os.tmpname() end)

after_each(function()
  if cutter then cutter:close() end
  cutter = nil
  os.remove(path)
end)

-- A result that is not an error must be right: the old bytes, as far as they
-- are in the file.
local function outcome(use, ...)
  local result = table.pack(pcall(use, ...))
  if result[1] then return "returns" end
  return (tostring(result[2]):gsub("^[^:]*:%d+: ", ""))
end

describe("If its file shrank to 0 bytes", function()
  local function each(uses)
    for name, use in pairs(uses) do
      it(("a view of a map raises at %s"):format(name), function()
        local v = map(size):view()
        local formats = {field = "T{B:a:B:b:}", byteswap = "<I"}
        if formats[name] then v = v:cast(formats[name]) end
        if name == "hash" then v = v:toreadonly() end
        cut(0)
        local first = outcome(use, v, 1)
        local second = outcome(use, v, 1)
        if first == "returns" then -- it did not touch the memory
          local touches = {sub = 1, slice = 1, cast = 1, at = 1, transpose = 1,
            field = 1, toreadonly = 1, len = 1, equals = 1, copyfrom = 1,
            ["#v"] = 1, ["mview(v)"] = 1}
          assert.is_truthy(touches[name], name)
        else
          assert.equal(shrank, first)
          assert.equal(shrank, second)
          assert.is_false(v.valid)
        end
      end)
    end
  end
  each(names.reads)
  each(names.writes)

  it("every use of the container raises once that was noticed", function()
    local m = map(size, "r")
    cut(0)
    raises(shrank, function() return m[1] end)
    for name, use in pairs(names.reads) do
      if name ~= "v(i)" then
        assert.equal(shrank, outcome(use, m, 1), name)
      end
    end
    raises(shrank, m.flush, m)
    raises(shrank, m.advise, m, "normal")
    raises(shrank, m.view, m)
    m:close()
  end)
end)

-- Each reads or writes all of the bytes, in one operation; the comparisons end
-- at the first byte that differs, which may be in the file's last page.
local bulk = {
  tobytes = function(v) return v:tobytes() end,
  tolist = function(v) return v:tolist() end,
  hex = function(v) return v:hex() end,
  ["=="] = function(v) return v == mview(files.bytes(size)) end,
  equals = function(v) return v:equals(files.bytes(size)) end,
  mismatch = function(v) return v:mismatch(files.bytes(size)) end,
  index = function(v) return v:index(255) end,
  count = function(v) return v:count(255) end,
  find = function(v) return v:find("\255", 1, true) end,
  ["find of a pattern"] = function(v) return v:find("[\253-\255]") end,
  rfind = function(v) return v:sub(1, -2):rfind("\0\1\255") end,
  gmatch = function(v) for _ in v:gmatch("\255") do end end,
  lines = function(v) for _ in v:lines() do end end,
  split = function(v) for _ in v:split("\255") do end end,
  sum = function(v) return v:sum() end,
  min = function(v) return v:sub(1):min() end,
  unpack = function(v) return v:unpack("c" .. #v) end,
  fill = function(v) v:fill(1) end,
  copyfrom = function(v) v:copyfrom(files.bytes(#v)) end,
  ["copyfrom into others"] = function(v)
    mview.new("B", #v):copyfrom(v)
  end,
  ["conversion"] = function(v) mview.new("f", #v):copyfrom(v) end,
  byteswap = function(v) v:cast("<I"):byteswap() end,
  copy = function(v) return v:copy() end,
  hash = function(v) return v:toreadonly():hash() end,
  bytearray = function(v) return mview.bytearray(v) end,
  append = function(v) mview.bytearray():append(v) end,
  ["strided tobytes"] = function(v) return v:sub(1, -1, 2):tobytes() end,
  ["items one by one"] = function(v) for i = 1, #v do local _ = v[i] end end,
  ["writes one by one"] = function(v) for i = 1, #v do v[i] = 1 end end,
  iteration = function(v) for _ in v:iter() do end end,
  pairs = function(v) for _ in pairs(v) do end end,
  ["a reader"] = function(v)
    local r = require "mview.reader"(v)
    for _ = 1, #v do r:u8() end
  end,
  ["a writer"] = function(v)
    local w = require "mview.writer"(v)
    for _ = 1, #v do w:u8(1) end
  end,
  ["writeto a file"] = function(v)
    local file <close> = io.tmpfile()
    return v:writeto(file)
  end,
  ["readfrom a file"] = function(v)
    local file <close> = io.tmpfile()
    file:write(("x"):rep(#v))
    file:seek "set"
    return v:readfrom(file)
  end,
}

describe("If its file shrank in the middle", function()
  for name, use in pairs(bulk) do
    it(("%s raises, of a map of any mode"):format(name), function()
      for _, mode in ipairs {"r+", "r", "c"} do
        for _, n in ipairs {0, page, 2 * page} do
          local m = map(size, mode)
          local v = m:view()
          cut(n)
          local result = outcome(use, v)
          if not (mode == "r" and result:find "read%-only") then
            assert.equal(shrank, result)
            assert.is_false(v.valid)
          end
          m:close()
          cutter:close()
        end
      end
    end)
  end

  it("descriptors raise, too", function()
    local v = map(size):view()
    cut(0)
    local fd = unix.open(path .. ".out", "w")
    local result = outcome(v.writeto, v, fd)
    unix.close(fd)
    os.remove(path .. ".out")
    assert.equal(shrank, result)
  end)

  it("results that fill the stack are not returned", function()
    local v = map(size):view()
    cut(0)
    raises(shrank, v.find, v, "\0" .. ("()"):rep(32))
  end)

  it("raises even if a finalizer has met another such map", function()
    local m, other = map(size, "r"), mview.map(path)
    local v, met = m:view(), nil
    cut(0)
    gc_always.start()
    collectgarbage()
    setmetatable({}, {__gc = function() met = pcall(other.tobytes, other) end})
    local result = outcome(v.tobytes, v)
    gc_always.stop()
    assert.is_false(met)
    assert.equal(shrank, result)
    other:close()
    m:close()
  end)

  it("bytes before the new end are right, or an error", function()
    local bytes = files.bytes(size)
    local m = map(size)
    local v, start = m:view(), m:view():sub(1, 10)
    cut(page + 5)
    assert.equal(bytes:sub(1, 10), start:tobytes())
    assert.equal(bytes:byte(page), v[page])
    raises(shrank, function() return v[3 * page] end)
    raises(shrank, start.tobytes, start)
  end)

  it("a map larger than all memory raises, too", function()
    for _, mode in ipairs {"r+", "c"} do
      local ok, made = pcall(mview.map, path, "w+", 0, 1 << 40)
      if not (ok and made) then pending "such a file cannot be mapped" end
      made:close()
      local m <close> = mview.map(path, mode)
      unix.truncate(path, 0)
      raises(shrank, m.get, m, 1 << 39)
    end
  end)

  it("the rest of the last page reads as zeros", function()
    local v = map(size):view()
    cut(5)
    assert.same({files.bytes(5):byte(5), 0}, {v[5], v[6]})
  end)

  it("another map of it is right, and so is the old one after a resize",
    function()
      local m = map(size)
      local v = m:view()
      cut(10)
      raises(shrank, v.tobytes, v)
      raises(shrank, function() return #m end)
      local other = mview.map(path)
      assert.equal(files.bytes(10), other:tobytes())
      other:close()
      assert.is_true(m:resize(20))
      assert.equal(files.bytes(10) .. ("\0"):rep(10), m:tobytes())
      raises(shrank, v.tobytes, v)
    end)

  it("a map that its own resize shrinks has its own message", function()
    local m = map(size)
    local v = m:view()
    m:resize(1)
    raises("attempt to use an expired view (its map shrank)", v.tobytes, v)
  end)

  it("operands raise as the view does", function()
    local m = map(size, "r")
    cut(0)
    local b = mview.bytearray(size)
    raises(shrank, b.copyfrom, b, m)
    raises(shrank, b.copyfrom, b, m)
  end)

  it("a row that is set to it raises", function()
    local rows, m = mview.new("B", 2, size), map(size)
    cut(0)
    raises(shrank, function() rows[1] = m end)
    m:close()
  end)

  it("nothing of it is added to a bytearray", function()
    local b = mview.bytearray("ab")
    local v = b:view()
    for _, add in pairs {
      append = function(x) b:append("c", x, "d") end,
      insert = function(x) b:insert(2, x) end,
      ["insert of a strided view"] = function(x)
        b:insert(2, x:sub(1, -1, 2))
      end,
      writer = function(x) mview.writer(b):bytes(x) end,
      ["writer of a strided view"] = function(x)
        mview.writer(b):bytes(x:sub(1, -1, 2))
      end,
    } do
      local m = map(size)
      cut(0)
      raises(shrank, add, m:view())
      m:close()
      cutter:close()
    end
    assert.same({"ab", true}, {tostring(b), v.valid})
  end)

  local moves = {
    reader = {u8 = {}, i16 = {}, u24be = {}, f64 = {}, varint = {}, zigzag = {},
      sleb128 = {}, bits = {13}, string = {5}, cstring = {}, line = {},
      upto = {"x"}, unpack = {"<I2s1"}},
    writer = {u8 = {1}, i16 = {1}, u24be = {1}, f64 = {1}, varint = {300},
      zigzag = {1}, sleb128 = {1}, bits = {13, 1}, string = {"abc"},
      cstring = {"abc"}, bytes = {"abc"}, pack = {"<I2s1", 1, "a"}, skip = {5},
      align = {3}},
  }
  for kind, methods in pairs(moves) do
    for name, arguments in pairs(methods) do
      it(("a %s stays where it is: %s"):format(kind, name), function()
        for _, step in ipairs {1, 2} do
          local m = map(size)
          local source = step == 1 and m or m:view():sub(1, -1, step)
          local c = mview[kind](source):seek(page + 1)
          if name ~= "align" then c:bits(3, 0) end
          local pos = c.pos
          cut(0)
          raises(shrank, c[name], c, table.unpack(arguments))
          if step == 1 then m:resize(size) end
          if step == 1 or kind == "reader" then assert.equal(pos, c.pos) end
          m:close()
          cutter:close()
        end
      end)
    end
  end

  it("a separator of it is not searched for", function()
    local r, m = mview.reader(("\0"):rep(2 * size)), map(size)
    cut(0)
    raises(shrank, r.upto, r, m)
    assert.equal(1, r.pos)
    m:close()
  end)

  it("other memory is not concerned", function()
    local v, b = map(size):view(), mview.bytearray("abc")
    cut(0)
    raises(shrank, v.tobytes, v)
    assert.equal("abc", b:view():tobytes())
    local anonymous = mview.map(nil, "r+", 0, 10)
    assert.equal(0, anonymous[10])
  end)

  it("C code that has borrowed reads zeros, and the next access raises",
    function()
      local capi = require "capi"
      local v = map(size):view()
      assert.equal(("\0"):rep(size), capi.after(v, function() cut(0) end))
      raises(shrank, v.tobytes, v)
    end)
end)

describe("Another process", function()
  it("may cut and grow the file all the time", function()
    local old = files.bytes(size)
    files.write(path, old)
    local stop = path .. ".stop"
    files.write(stop, "")
    local script = ("while [ -e '%s' ]; do : >'%s'; head -c %d /dev/zero "
      .. ">>'%s'; done & echo runs"):format(stop, path, size, path)
    local pipe = io.popen(script)
    pipe:read "l"
    for _ = 1, 2000 do
      local m = mview.map(path)
      if m then
        local ok, got = pcall(m.tobytes, m)
        if ok then
          assert.is_truthy(got == old:sub(1, #got) or got:find "^%z*$")
        else
          assert.equal(shrank, got)
        end
        m:close()
      end
    end
    os.remove(stop)
    pipe:read "a" -- until it has ended
    pipe:close()
  end)
end)

describe("If its file shrank, atomic access", function()
  for name, f in pairs(mview.atomic) do
    it("raises: " .. name, function()
      local v = map(2 * page):cast "I"
      cut(page)
      raises(shrank, f, v, #v, 0, 0)
      raises(shrank, f, v, 1, 0, 0)
    end)
  end

  it("raises when a wait has ended", function()
    local v = map(2 * page):cast "I"
    v[#v] = 0
    local pid = unix.fork(function()
      while mview.atomic.notify(v, #v, 1) == 0 do end
      unix.truncate(path, page)
    end)
    repeat -- until it has shrunk, which wakes no thread
      local ok, how = pcall(mview.atomic.wait, v, #v, 0, 0.001)
      assert.is_true(not ok or how == "ok" or how == "timed-out")
    until not ok
    assert.equal(0, unix.wait(pid))
    raises(shrank, mview.atomic.wait, v, 1, 0, 0)
  end)
end)
