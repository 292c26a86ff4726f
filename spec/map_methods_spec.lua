local capi = require "capi"
local files = require "files"
local mview = require "mview"
local shell = require "shell"
local sizes = require "sizes"
local unix = require "unix"

local failed = files.failed

local LUA = os.getenv("LUA") or "lua5.4"
local ENOMEM, EINVAL, EFBIG, ENOTSUP =
  unix.ENOMEM, unix.EINVAL, unix.EFBIG, unix.ENOTSUP
local PAGE = unix.pagesize

local bytes, read, write = files.bytes, files.read, files.write

local mappings = files.mappings
local on_maps = files.exists "/proc/self/maps" and it or pending

-- Asserts that a call failed because its size is too large.
local function assert_too_large(result, message, errno)
  assert.is_nil(result)
  assert.is_string(message)
  assert.is_true(errno == ENOMEM or errno == EFBIG or errno == EINVAL, message)
end

describe("A map", function()
  local path, map
  local content = bytes(3 * PAGE + 100)

  before_each(function()
    path = os.tmpname()
    write(path, content)
    map = assert(mview.map(path, "r+"))
  end)
  after_each(function()
    map:close()
    os.remove(path)
  end)

  it("shows its mode and size by tostring", function()
    assert.equal(("mview.map 'r+' [%d]"):format(#content), tostring(map))
    map:close()
    assert.equal("mview.map 'r+', closed", tostring(map))
  end)

  it("is bytes-like", function()
    assert.equal(content, mview(map):tobytes())
    assert.equal(content, mview.bytearray(map):view():tobytes())
    assert.is_true(mview(content):equals(map))
  end)

  it("hides its metatable", function()
    assert.is_false(getmetatable(map))
  end)

  for _, name in ipairs {"view", "flush", "advise", "resize", "close"} do
    it("is needed as the self of " .. name, function()
      for _, other in ipairs {io.stdout, {}, 1, mview(""), mview.bytearray()} do
        local ok, message = pcall(map[name], other)
        assert.is_false(ok)
        assert.matches(("bad argument #1 to '%s' (mview.map expected, got ")
          :format(name), message, 1, true)
      end
    end)
  end

  describe("flushed", function()
    for _, mode in ipairs {"r", "r+", "c"} do
      it("returns true with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode, 10))
        for _, range in ipairs {{}, {1}, {5000}, {-1}, {4000, 4100}, {2, 1},
          {0, 0}, {math.mininteger, math.maxinteger}, {1 << 62}} do
          assert.is_true(m:flush(table.unpack(range)))
        end
      end)
    end

    it("takes only integers", function()
      assert.has_error(function() map:flush("x") end,
        "bad argument #1 to 'flush' (number expected, got string)")
      assert.has_error(function() map:flush(1, 1.5) end,
        "bad argument #2 to 'flush' (number has no integer representation)")
    end)
  end)

  describe("given advice", function()
    local hints = {"normal", "sequential", "random", "willneed", "dontneed"}

    for _, mode in ipairs {"r", "r+"} do
      it("keeps its bytes with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode, 10))
        if mode == "r+" then m:view()[1] = 255 end
        local before = m:view():tobytes()
        for _, hint in ipairs(hints) do
          assert.is_true(m:advise(hint))
          assert.equal(before, m:view():tobytes())
        end
      end)
    end

    it("keeps the changes that are private", function()
      local m <close> = assert(mview.map(path, "c", 10))
      m:view()[1] = 255
      for i = 1, 4 do assert.is_true(m:advise(hints[i])) end
      assert.has_error(function() m:advise("dontneed") end, "bad argument #1" ..
        " to 'advise' ('dontneed' would undo the changes of a map of mode 'c')")
      assert.equal(255, m:view()[1])
    end)

    it("refuses to undo changes, even without changes", function()
      local m <close> = assert(mview.map(path, "c", #content))
      assert.has_error(function() m:advise("dontneed") end, "bad argument #1" ..
        " to 'advise' ('dontneed' would undo the changes of a map of mode 'c')")
    end)

    it("keeps anonymous memory", function()
      local m <close> = assert(mview.map(nil, "r+", 0, 10000))
      m:view():fill(7)
      for _, hint in ipairs(hints) do
        assert.is_true(m:advise(hint))
        assert.equal(10000, m:view():count(7))
      end
    end)

    it("names the valid hints", function()
      assert.has_error(function() map:advise("fast") end,
        "bad argument #1 to 'advise' (invalid hint 'fast', expected 'normal'" ..
        ", 'sequential', 'random', 'willneed' or 'dontneed')")
      assert.has_error(function() map:advise() end,
        "bad argument #1 to 'advise' (string expected, got no value)")
    end)
  end)

  describe("resized", function()
    it("grows the file by zeros and keeps its views", function()
      local view = map:view()
      assert.is_true(map:resize(5 * PAGE))
      local expected = content .. ("\0"):rep(2 * PAGE - 100)
      assert.equal(expected, map:view():tobytes())
      assert.equal(content, view:tobytes())
      view[1] = 255
      map:view()[-1] = 255
      assert.equal("\255" .. expected:sub(2, -2) .. "\255", read(path))
    end)

    it("shrinks the file and ends the views made before", function()
      local before = map:view()
      local first = before:sub(1, 10)
      assert.is_true(map:resize(PAGE + 5))
      assert.equal(PAGE + 5, #map)
      assert.equal(content:sub(1, PAGE + 5), read(path))
      for _, view in ipairs {before, first} do
        assert.is_false(view.valid)
        assert.has_error(function() return view[1] end,
          "attempt to use an expired view (its map shrank)")
      end
      local after = map:view()
      assert.is_true(map:resize(#content))
      assert.is_false(before.valid)
      assert.equal(content:sub(1, PAGE + 5), after:tobytes())
    end)

    it("to the size that it has changes nothing", function()
      local view = map:view()
      assert.is_true(map:resize(#content))
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("shrinks to 0 bytes and grows again", function()
      assert.is_true(map:resize(0))
      assert.equal(0, #map)
      assert.equal("", read(path))
      assert.is_true(map:resize(3))
      map:view():copyfrom("new")
      assert.equal("new", read(path))
    end)

    it("keeps its offset", function()
      local m <close> = assert(mview.map(path, "r+", PAGE + 10))
      assert.is_true(m:resize(PAGE * 4))
      m:view()[-1] = 255
      assert.equal(PAGE * 5 + 10, #read(path))
      assert.equal("\255", read(path):sub(-1))
      assert.is_true(m:resize(5))
      assert.equal(content:sub(1, PAGE + 15), read(path))
      assert.equal(content:sub(PAGE + 11, PAGE + 15), m:view():tobytes())
    end)

    it("cuts no bytes off that were not mapped", function()
      local m <close> = assert(mview.map(path, "r+", 10, 20))
      assert.is_true(m:resize(5))
      assert.equal(content:sub(11, 15), m:view():tobytes())
      assert.equal(content, read(path))
      assert.is_true(m:resize(PAGE))
      assert.equal(content:sub(11, 10 + PAGE), m:view():tobytes())
      assert.equal(content, read(path))
      assert.is_true(m:resize(#content))
      assert.equal(content .. ("\0"):rep(10), read(path))
    end)

    it("makes a map usable whose file was truncated", function()
      unix.truncate(path, 10)
      assert.is_true(map:resize(20))
      assert.equal(content:sub(1, 10) .. ("\0"):rep(10),
        map:view():tobytes())
    end)

    it("resizes anonymous memory up to its first size", function()
      local m <close> = assert(mview.map(nil, "r+", 0, 3 * PAGE))
      local before = m:view()
      before:fill(7)
      assert.is_true(m:resize(PAGE + 1))
      assert.is_false(before.valid)
      assert.equal(("\7"):rep(PAGE + 1), m:view():tobytes())
      assert.same({nil, "anonymous memory cannot grow", ENOTSUP},
        {m:resize(PAGE + 2)})
      assert.is_true(m:resize(0))
      assert.equal("", m:view():tobytes())
    end)

    for _, mode in ipairs {"r", "c"} do
      it("is refused with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode))
        assert.has_error(function() m:resize(1) end,
          "attempt to resize a map of mode '" .. mode .. "'")
        assert.equal(content, m:view():tobytes())
        assert.equal(content, read(path))
      end)
    end

    it("is refused while it is pinned", function()
      local view = map:view()
      capi.nested(view, 1, function()
        assert.has_error(function() map:resize(1) end,
          "map is pinned by 1 borrower")
      end)
      capi.nested(map, 2, function()
        assert.has_error(function() map:resize(1 << 20) end,
          "map is pinned by 2 borrowers")
      end)
      assert.equal(content, view:tobytes())
      assert.is_true(map:resize(1))
    end)

    it("changes nothing if the file cannot grow", function()
      local view = map:view()
      assert_too_large(map:resize(1 << 60))
      assert_too_large(map:resize(math.maxinteger))
      local m <close> = assert(mview.map(path, "r+", 10))
      assert.same(failed(EFBIG), {m:resize(math.maxinteger)})
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("changes nothing when the memory cannot grow", function()
      if files.exists "/dev/shm" then -- files may be huge there
        os.remove(path)
        path = "/dev/shm/" .. path:gsub("/", "_")
      end
      write(path, content)
      local m <close> = assert(mview.map(path, "r+"))
      local view = m:view()
      assert_too_large(m:resize(1 << 60))
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("takes only a size", function()
      assert.has_error(function() map:resize() end,
        "bad argument #1 to 'resize' (number expected, got no value)")
      assert.has_error(function() map:resize(-1) end,
        "bad argument #1 to 'resize' (size -1 out of range" ..
        (" [0, %d])"):format(sizes.most))
    end)
  end)

  describe("closed", function()
    it("ends its views", function()
      local view = map:view()
      local slice = view:sub(2, 5)
      map:close()
      for _, v in ipairs {view, slice} do
        assert.is_false(v.valid)
        assert.has_error(function() return v[1] end,
          "attempt to use a view of revoked memory")
      end
    end)

    it("may be closed again", function()
      map:close()
      map:close()
      assert.equal("mview.map 'r+', closed", tostring(map))
    end)

    for name, use in pairs {
      view = function(m) m:view() end,
      flush = function(m) m:flush() end,
      advise = function(m) m:advise("normal") end,
      resize = function(m) m:resize(1) end,
      ["#"] = function(m) return #m end,
      mview = mview,
    } do
      it("raises in " .. name, function()
        map:close()
        assert.has_error(function() use(map) end,
          "attempt to use a closed map")
      end)
    end

    it("happens at the end of a variable with <close>", function()
      local kept
      do
        local m <close> = assert(mview.map(path))
        kept = m
      end
      assert.equal("mview.map 'r', closed", tostring(kept))
    end)

    it("is refused at the end of <close> while it is pinned", function()
      capi.nested(map, 1, function()
        assert.has_error(function() map:close() end,
          "map is pinned by 1 borrower")
      end)
      assert.equal(content, map:view():tobytes())
      map:close()
    end)

    on_maps("gives mapping and descriptor back", function()
      local before = files.free_descriptor(true)
      local maps = {}
      for i = 1, 10 do maps[i] = assert(mview.map(path, "r+", 500 * i)) end
      assert.equal(11, mappings(path))
      maps[1]:resize(1 << 20)
      assert.equal(11, mappings(path))
      for _, m in ipairs(maps) do m:close() end
      assert.equal(1, mappings(path))
      assert.equal(before, files.free_descriptor())
    end)
  end)

  for _, mode in ipairs {"r", "c"} do
    it("of mode " .. mode .. " needs no descriptor", function()
      local before = files.free_descriptor(true)
      local m <close> = assert(mview.map(path, mode))
      assert.equal(before, files.free_descriptor())
      assert.equal(content, m:view():tobytes())
    end)
  end

  on_maps("gives mapping and descriptor back when it is collected", function()
    local before = files.free_descriptor(true)
    for _ = 1, 100 do assert(mview.map(path, "r+")):view() end
    collectgarbage()
    collectgarbage()
    assert.equal(1, mappings(path))
    assert.equal(before, files.free_descriptor())
  end)

  it("that cannot grow its file stays unchanged", function()
    local output, status = shell(("trap '' XFSZ; ulimit -f 64; %s -e '%s'")
      :format(LUA, ([[
      local mview = require "mview"
      local m = assert(mview.map("%s", "r+"))
      local before, view = #m, m:view()
      local ok, message, errno = m:resize(1 << 20)
      assert(not ok and type(message) == "string" and errno > 0)
      assert(#m == before and #view == before and view[1] == m[1])
      print(io.open("%s"):seek("end") == before)]]):format(path, path)))
    assert.same({"true\n", 0}, {output, status})
  end)

  it("and its views may be left to the end of the state", function()
    local output, status = shell(LUA .. [[ -e '
      local mview = require "mview"
      map = assert(mview.map("]] .. path .. [[", "r+"))
      view = map:view()
      late = setmetatable({}, {__gc = function()
        print(pcall(function() return view[1] end))
        print(pcall(function() return #map end))
      end})
      again = assert(mview.map("]] .. path .. [["))
    ']])
    assert.equal(0, status, output)
    assert.equal(2, select(2, output:gsub("\n", "")), output)
  end)
end)
