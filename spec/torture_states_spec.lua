-- Every method and attribute, on views in every state, of every format.

local identical = require "identical"
local lend_host = require "lend_host"
local mview = require "mview"
local operations = dofile "spec/torture/operations.lua"
local tmpfile = require "tmpfile"

local formats = {"?", "c", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q",
  "n", "N", "e", "f", "d", "g", "P", "=l", "<h", ">i", "!q", "^d", ">e", "<d",
  "5s", "5p", "0s", "Zf", ">Zd", "T{<H:a:2s:b:}", "(2,3)<h", "bb", "xb", "3x",
  "T{T{b:x:}:in:(2)<f:y:}", "T{}"}

local numeric = "^[@=<>!^]?[bBhHiIlLqQnNefdgP]$"

-- ---- uses -----------------------------------------------------------------
-- Each takes the view, a full index as a list, and an item.

local reads = {
  ["view:sub"] = function(v) return v:sub(-1, 1, -1) end,
  ["view:slice"] = function(v, i)
    return v:slice(), v:slice(table.unpack(i))
  end,
  ["view:get"] = function(v, i) return v:get(table.unpack(i)) end,
  ["view:__call"] = function(v, i) return v(table.unpack(i)) end,
  ["view:__index"] = function(v) return v[1], v[0], v[99] end,
  ["view:__len"] = function(v) return #v end,
  ["view:values"] = function(v) return v:values() end,
  ["view:iter"] = function(v)
    local list = {}
    for x in v:iter() do list[#list + 1] = mview.isview(x) and x:tolist() or x
    end
    return list
  end,
  ["view:__pairs"] = function(v)
    local list = {}
    for i, x in pairs(v) do list[i] = mview.isview(x) and x:tolist() or x end
    return list
  end,
  ["view:field"] = function(v) return v:field(1) end,
  ["view:toreadonly"] = function(v) return v:toreadonly() end,
  ["view:tobytes"] = function(v) return v:tobytes(), v:tobytes("F") end,
  ["view:tolist"] = function(v) return v:tolist() end,
  ["view:hex"] = function(v) return v:hex(), v:hex(":", -3) end,
  ["view:__concat"] = function(v) return v .. "!", "!" .. v end,
  ["view:equals"] = function(v) return v:equals(v), v:equals("other") end,
  ["view:mismatch"] = function(v) return v:mismatch(v) end,
  ["view:index"] = function(v, _, x) return v:index(x) end,
  ["view:count"] = function(v, _, x) return v:count(x), v:count(print) end,
  ["view:find"] = function(v) return v:find("\0"), v:find("") end,
  ["view:sum"] = function(v) return v:sum() end,
  ["view:min"] = function(v) return v:min() end,
  ["view:max"] = function(v) return v:max() end,
  ["view:match"] = function(v) return v:match("()(.)(.-)%2"), v:match("") end,
  ["view:gmatch"] = function(v)
    local list = {}
    for at, byte in v:gmatch("()(.)") do list[at] = byte end
    return list
  end,
  ["view:rfind"] = function(v) return v:rfind("\0"), v:rfind("") end,
  ["view:lines"] = function(v)
    local list = {}
    for line in v:lines() do list[#list + 1] = line end
    return list
  end,
  ["view:hash"] = function(v) return v:toreadonly():hash() end,
  ["view:byte"] = function(v) return v:byte(1, -1) end,
  ["view:len"] = function(v) return v:len() end,
  ["view:unpack"] = function(v) return v:unpack("b") end,
  ["view:writeto"] = function(v)
    local file <close> = tmpfile()
    local n = v:writeto(file)
    file:seek("set")
    return n, file:read("a")
  end,
  ["mview.__call"] = function(v) return mview(v) end,
  ["view:copy"] = function(v) return v:copy() end,
  ["mview.bytearray"] = function(v) return tostring(mview.bytearray(v)) end,
  ["bytearray:append"] = function(v)
    return tostring(mview.bytearray("and "):append(v))
  end,
  ["view.format"] = function(v) return v.format end,
  ["view.itemsize"] = function(v) return v.itemsize end,
  ["view.nbytes"] = function(v) return v.nbytes end,
  ["view.ndim"] = function(v) return v.ndim end,
  ["view.shape"] = function(v) return v.shape end,
  ["view.readonly"] = function(v) return v.readonly end,
  ["view.pins"] = function(v) return v.pins end,
}

-- Their answers depend on the layout.
local layout_reads = {
  ["view:transpose"] = function(v) return v:transpose() end,
  ["view:cast"] = function(v) return v:cast("B") end,
  ["view:at"] = function(v) return v:at(0, 0) end,
  ["view:split"] = function(v) return v:split("b") end,
  ["view.strides"] = function(v) return v.strides end,
  ["view.suboffsets"] = function(v) return v.suboffsets end,
  ["view.contiguous"] = function(v) return v.contiguous end,
  ["view.c_contiguous"] = function(v) return v.c_contiguous end,
  ["view.f_contiguous"] = function(v) return v.f_contiguous end,
  ["view.offset"] = function(v) return v.offset end,
  ["view.obj"] = function(v) return v.obj end,
}

local writes = {
  ["view:set"] = function(v, i, x)
    i[#i + 1] = x
    v:set(table.unpack(i))
  end,
  ["view:__newindex"] = function(v, i, x) v[1] = #i == 1 and x or v[1] end,
  ["view:copyfrom"] = function(v) v:copyfrom(v) end,
  ["view:fill"] = function(v, _, x) v:fill(x) end,
  ["view:byteswap"] = function(v) v:byteswap() end,
  ["view:pack"] = function(v) return v:pack("b", 1, 5) end,
  ["view:readfrom"] = function(v)
    local file <close> = tmpfile()
    file:write(("z"):rep(100))
    return v:readfrom(file, 0)
  end,
}

-- Uses that work for a dead view, too.
local always = {
  ["view:release"] = function(v) v:release() end,
  ["view:__close"] = function(v) local _ <close> = v end,
  ["view:__tostring"] = function(v) return tostring(v) end,
  ["view:__eq"] = function(v) return v == "no view" end,
  ["view.valid"] = function(v) return v.valid end,
}

-- ---- memory ---------------------------------------------------------------

-- An item: a small number, or the value of zero bytes.
local function item(format, k)
  if format:find(numeric) then return k end
  return mview("\0" .. ("\0"):rep(99)):sub(1, mview.calcsize(format))
    :cast(format):get(1)
end

-- The bytes of n items.
local function bytes_of(format, n)
  local v = mview.new(format, n)
  for k = 1, n do v[k] = item(format, k) end
  return v:tobytes()
end

local function owned(bytes) return mview.bytearray(bytes):view() end

-- Living views of six items in different places, from those items' bytes.
local kinds = {
  plain = function(bytes, format) return owned(bytes):cast(format) end,
  unaligned = function(bytes, format)
    return owned("#" .. bytes):sub(2):cast(format)
  end,
  strided = function(bytes, format)
    return owned(bytes .. bytes):cast(format):sub(1, -1, 2)
  end,
  backwards = function(bytes, format)
    return owned(bytes):cast(format):sub(-1, 1, -1)
  end,
  grid = function(bytes, format)
    return owned(bytes):cast(format, {2, 3})
  end,
  columns = function(bytes, format)
    return owned(bytes):cast(format, {2, 3}):transpose()
  end,
  cube = function(bytes, format)
    return owned(bytes):cast(format, {1, 3, 2})
  end,
  single = function(bytes, format)
    return owned(bytes):cast(format):slice(2)
  end,
  empty = function(bytes, format) return owned(bytes):cast(format):sub(7) end,
  ["empty grid"] = function(bytes, format)
    return owned(bytes):cast(format, {3, 2}):slice({}, {2, 1})
  end,
  host = function(bytes, format)
    return (lend_host.lend {data = bytes, format = format, shape = {6}})
  end,
  pointers = function(bytes, format)
    local half = #bytes // 2
    return (lend_host.pil {blocks = {bytes:sub(1, half), bytes:sub(half + 1)},
      format = format, shape = {2, 3}})
  end,
}

local function index_of(v)
  local list = {}
  for d = 1, v.ndim do list[d] = v.shape[d] end
  return list
end

-- The results of a use and its effect on the memory.
local function outcome(use, v, format)
  local index = index_of(v)
  local results = table.pack(pcall(use, v, index, item(format, 5)))
  local parts = {results[1] and "" or (results[2]:gsub("^[^ :]+:%d+: ", ""))}
  for i = 2, results[1] and results.n or 0 do
    local x = results[i]
    if mview.isview(x) then
      x = {x.format, x.shape, x:tolist(), x.readonly}
    end
    parts[#parts + 1] = x
  end
  parts[#parts + 1] = v:tobytes()
  return parts
end

local function check(format, v, use, case)
  local twin = owned(v:tobytes()):cast(format, v.shape)
  if v.readonly then twin = twin:toreadonly() end
  local expected, got = outcome(use, twin, format), outcome(use, v, format)
  if not identical(expected, got) then
    assert.same(expected, got, case)
    error(case)
  end
end

local function is_empty_format(format) return mview.calcsize(format) == 0 end

describe("Of every format", function()
  for kind, make in pairs(kinds) do
    it("views give the results of packed views: " .. kind, function()
      for _, format in ipairs(formats) do
        if not is_empty_format(format) then
          local bytes = bytes_of(format, 6)
          for _, uses in ipairs {reads, writes} do
            for name, use in pairs(uses) do
              local case = format .. " " .. name
              check(format, make(bytes, format), use, case)
              check(format, make(bytes, format):toreadonly(), use, case)
            end
          end
        end
      end
    end)
  end

  it("layout reads succeed or name the reason", function()
    for kind, make in pairs(kinds) do
      for _, format in ipairs(formats) do
        if not is_empty_format(format) then
          local v = make(bytes_of(format, 6), format)
          for name, use in pairs(layout_reads) do
            local ok, err = pcall(use, v)
            assert.is_true(ok or err:find("suboffsets", 1, true) ~= nil
              or err:find("use :copy()", 1, true) ~= nil,
              ("%s %s %s: %s"):format(kind, format, name, err))
          end
        end
      end
    end
  end)

  it("read-only views refuse to be written", function()
    for _, make in pairs(kinds) do
      for _, format in ipairs(formats) do
        if not is_empty_format(format) then
          local bytes = bytes_of(format, 6)
          local v = make(bytes, format):toreadonly()
          local before = v:tobytes()
          for name, use in pairs(writes) do
            local ok, err = pcall(use, v, index_of(v), item(format, 1))
            assert.is_false(ok, name)
            assert.equal("attempt to write to a read-only view",
              (err:gsub("^[^ :]+:%d+: ", "")), name)
          end
          assert.equal(before, v:tobytes())
        end
      end
    end
  end)

  it("items of no bytes are refused", function()
    for _, format in ipairs(formats) do
      if is_empty_format(format) then
        local ok, err = pcall(mview, "abc", format)
        assert.is_false(ok)
        assert.equal(("bad argument #2 to 'mview' "
          .. "(items of '%s' have size 0)"):format(format), err)
      end
    end
  end)
end)

-- Dead views: the cause of their death, and their errors.
local deaths = {
  released = {"attempt to use a released view", function(bytes, format)
    local v = owned(bytes):cast(format)
    v:release()
    return v
  end},
  ["its bytearray released"] = {"attempt to use a view of revoked memory",
    function(bytes, format)
      local data = mview.bytearray(bytes)
      local v = data:view():cast(format)
      data:release()
      return v
    end},
  ["its map closed"] = {"attempt to use a view of revoked memory",
    function(bytes, format)
      local map = mview.map(nil, "r+", 0, #bytes)
      local v = map:view():cast(format)
      map:close()
      return v
    end},
  revoked = {"attempt to use a view of revoked memory",
    function(bytes, format)
      local v, handle = lend_host.lend {data = bytes, format = format,
        shape = {6}}
      handle:revoke()
      return v
    end},
  ["revoked, of pointers"] = {"attempt to use a view of revoked memory",
    function(bytes, format)
      local v, handle = lend_host.pil {blocks = {bytes, bytes}, format = format,
        shape = {2, 6}}
      handle:revoke()
      return v
    end},
  ["its bytearray shrunk"] = {
    "attempt to use an expired view (its bytearray shrank)",
    function(bytes, format)
      local data = mview.bytearray(bytes)
      local v = data:view():cast(format)
      data:resize(#bytes - 1):resize(#bytes)
      return v
    end},
  ["its map shrunk"] = {"attempt to use an expired view (its map shrank)",
    function(bytes, format)
      local map = mview.map(nil, "r+", 0, #bytes)
      local v = map:view():cast(format)
      map:resize(#bytes - 1)
      return v
    end},
}

describe("A dead view", function()
  for how, death in pairs(deaths) do
    it("raises the error of its death: " .. how, function()
      for _, format in ipairs(formats) do
        if not is_empty_format(format) then
          local bytes = bytes_of(format, 6)
          for _, uses in ipairs {reads, layout_reads, writes} do
            for name, use in pairs(uses) do
              local v = death[2](bytes, format)
              local index = how:find "pointers" and {1, 1} or {1}
              local ok, err = pcall(use, v, index, item(format, 1))
              assert.is_false(ok, format .. name)
              err = err:gsub("^[^ :]+:%d+: ", "")
              if err ~= death[1] then
                assert.equal(death[1], err, format .. " " .. name)
              end
            end
          end
          local v = death[2](bytes, format)
          for name, use in pairs(always) do
            assert.is_true(pcall(use, v), name)
          end
          assert.is_false(v.valid)
        end
      end
    end)
  end
end)

describe("Every name", function()
  it("has a use here", function()
    for _, name in ipairs(operations.names()) do
      if name:find "^view" then
        local found = reads[name] or layout_reads[name] or writes[name]
          or always[name]
        assert.is_function(found, name)
      end
    end
  end)
end)
