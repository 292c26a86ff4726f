-- Memory does not grow with the default collector: dropped objects are freed.

local files = require "files"
local lend_host = require "lend_host"
local lua_states = require "lua_states"
local mview = require "mview"
local oom = require "oom"
local raises = require "raises"
local sizes = require "sizes"

-- The KiB that the process may grow by; sanitizers keep freed memory for a
-- while.
local MOST <const> = 300000

-- Title, number of rounds, the code of round i, and the KiB that Lua may use
-- meanwhile.
local rows = {
  {"a million slices of one view", 1000000, "local s = v:sub(i % 50 + 1)",
    500},
  {"slices of slices", 50000, "v = v:sub(1, -1)", 500},
  {"casts, back and forth", 50000, "v = v:cast('<h'):cast('B')", 500},
  {"views of strings", 50000, "local s = mview(tostring(i))", 500},
  {"rows of a picture", 50000, "local r = grid[i % 10 + 1]", 500},
  {"fields of records", 50000, "local f = records:field(2)", 500},
  {"iterations that stop early", 50000, "v:iter()() pairs(v)()", 500},
  {"a multitude of formats", 30000,
    "local r = mview('abc', 'B:f' .. i .. ':2s'):field(2)", 3000},
  {"formats that are none", 30000, "pcall(mview.calcsize, 'k' .. i)", 500},
  {"errors", 30000, "pcall(v.get, v, 1000 + i) pcall(v.fill, v, -i)", 500},
  {"released views", 50000, "v:sub(2):release()", 500},
  {"ten thousand bytearrays of 1 MiB", 10000,
    "local b = mview.bytearray(1 << 20) b[-1] = 1", 8000},
  {"views of bytearrays that are dropped", 2000,
    "local s = mview.new('d', 1 << 15):sub(-1, 1, -2)", 8000},
  {"bytearrays that are released", 2000,
    "local b <close> = mview.bytearray(1 << 18)", 8000},
  {"a bytearray that grows and is cleared", 50,
    "for _ = 1, 100 do data:append(('x'):rep(1000)) end data:clear()", 2000},
  {"a bytearray that is resized up and down", 2000,
    "data:resize(i % 2 * (1 << 18))", 8000},
  {"a bytearray that grows byte by byte", 200000, "data:append(1)", 4000},
  {"copies of all kinds", 2000,
    "local s = wide:tobytes() .. wide:hex() local t = wide:sub(1, 99):tolist()",
    3000},
  {"copies that overlap", 2000,
    "wide:sub(1, -1, 2):copyfrom(wide:sub(2, -1, 2))", 3000},
  {"finalizers that keep views for once", 20000,
    "setmetatable({v:sub(2)}, {__gc = function(t) local s = t[1]:sub(2) end})"
      .. " if i % 256 == 0 then collectgarbage() end", 1000},
}

local code = [[
  local mview = require "mview"
  local data = mview.bytearray(100)
  local v = data:view()
  local wide = mview.new("B", 20000)
  local grid = mview.new("h", 10, 10)
  local records = mview.new("T{<h:a:B:b:}", 100)
  local peak = 0
  for i = 1, %d do
    %s
    if i %% 64 == 0 then peak = math.max(peak, collectgarbage("count")) end
  end
  assert(data and wide and grid and records)
  assert(peak < %d, "peak of " .. peak .. " KiB")
]]

describe("Memory stays flat under", function()
  for _, row in ipairs(rows) do
    it(row[1], function()
      local before = files.resident()
      -- 0 bytes are left of the state that this runs in
      assert.equal(0, lua_states.sequence(1, code:format(row[2], row[3],
        row[4])))
      assert.is_true(files.resident() - before < MOST)
    end)
  end
end)

describe("A large bytearray", function()
  it("gets huge pages where the system has them", function()
    local enabled = "/sys/kernel/mm/transparent_hugepage/enabled"
    if not files.exists(enabled) then pending("no huge pages here") end
    collectgarbage()
    collectgarbage()
    local before = files.advised()
    if not before then pending("the flags of mappings are not told") end
    local b <close> = mview.bytearray(1 << 26)
    assert.is_true(files.advised() - before >= (1 << 16) - 2 * (1 << 11))
    assert.equal(1 << 26, #b)
  end)
end)

describe("A view of more bytes than there is memory", function()
  -- 2^62 items that are all the same byte
  local v = lend_host.lend {data = "x", shape = {1 << 62}, strides = {0}}

  it("is read and sliced like other views", function()
    assert.equal(1 << 62, #v)
    assert.equal(1 << 62, v:len())
    for _, i in ipairs {1, -1, 1 << 62, 1 << 40, -(1 << 62)} do
      assert.equal(120, v[i])
    end
    assert.is_nil(v[(1 << 62) + 1])
    assert.equal(2, #v:sub(5, -5, 1 << 61))
    assert.equal(4, #v:slice({-1, 1, -(1 << 60)}))
    assert.equal("xxx", v:sub(-3):tobytes())
    assert.same({120, (1 << 61) + 1}, {v:unpack("B", 1 << 61)})
    assert.same({120}, {v:byte(1 << 62)})
    assert.equal(120, v:iter()())
  end)

  it("is not copied", function()
    local b = mview.bytearray("ab")
    local uses = {
      tobytes = function() return v:tobytes() end,
      hex = function() return v:hex() end,
      ["hex, separated"] = function() return v:hex(":") end,
      concat = function() return v .. "!" end,
      bytearray = function() return mview.bytearray(v) end,
      append = function() return b:append(v) end,
      copyfrom = function() return v:copyfrom {1} end,
      ["copyfrom, backwards"] = function()
        return v:copyfrom(v:sub(-1, 1, -1))
      end,
    }
    for name, use in pairs(uses) do
      local ok, err = pcall(use)
      assert.is_false(ok, name)
      assert.equal("not enough memory", err, name)
    end
    raises("bytearray too large", b.append, b, v, v)
    raises("too many results", v.byte, v, 1, -1)
    raises("too many results", v.values, v)
    assert.equal("ab", tostring(b))
  end)

  -- What a search for the pattern in n times "x" gives in a state whose blocks
  -- have at most 16 MiB.
  local function match(n, pattern)
    return {oom.run([[
      local n, pattern = ...
      local v <close> = require "lend_host".lend {data = "x", shape = {n},
        strides = {0}}
      return select(2, pcall(v.match, v, pattern))
    ]], n, pattern)}
  end

  it("is copied by a search for a pattern up to the limit of memory", function()
    assert.same({"not enough memory", 0, 0}, match(1 << 62, "x+"))
  end)

  it("is copied in pieces while no match begins in them", function()
    assert.same({"nil", 0, 0}, match(1 << 25, "y+"))
  end)
end)

describe("A view of math.maxinteger bytes", function()
  local v = lend_host.lend {data = "x", format = "B", shape = {math.maxinteger},
    strides = {0}}

  it("is refused where the result would be larger still", function()
    local b = mview.bytearray("ab")
    raises("bytearray too large", b.append, b, v)
    raises("result too large", v.hex, v, ":")
    assert.equal("ab", tostring(b))
  end)
end)

describe("A view of a TiB (16 GiB under emulators)", function()
  local SIZE <const> = sizes.huge
  local path, map

  setup(function()
    path = os.tmpname()
    local file <close> = assert(mview.map(path, "w+", 0, SIZE))
    file:sub(-4):copyfrom("tail")
    file:close()
    map = assert(mview.map(path))
  end)

  teardown(function()
    map:close()
    os.remove(path)
  end)

  it("is sliced and cast like other views, without cost", function()
    local v, before = map:view(), files.resident()
    assert.equal(SIZE, #v)
    assert.equal(SIZE, v.nbytes)
    assert.equal(("l"):byte(), v[-1])
    assert.equal(("t"):byte(), v[SIZE - 3])
    assert.is_nil(v[SIZE + 1])
    assert.equal("tail", v:sub(-4):tobytes())
    assert.equal("liat", v:sub(nil, -4, -1):tobytes())
    assert.equal(SIZE, #v:sub(-1, 1, -1))
    assert.equal(2, #v:sub(1, -1, SIZE - 1))
    assert.same({0, ("l"):byte()}, v:sub(1, -1, SIZE - 1):tolist())
    assert.equal(SIZE // 8, #v:cast("d"))
    assert.equal((">I4"):unpack("tail"), v:cast(">I")[-1])
    local shape = {1 << 20, SIZE >> 20}
    assert.same(shape, v:cast("B", shape).shape)
    assert.equal("tail", v:cast("B", shape)[-1]:sub(-4):tobytes())
    assert.equal("tail", (v:unpack("c4", -4)))
    assert.same({97, 105}, {v:byte(-3, -2)})
    assert.same({SIZE - 3, SIZE}, {v:find("tail", -1000)})
    assert.equal(SIZE - 2, (v:index(97, -1000)))
    assert.is_true(files.resident() - before < 1000)
  end)
end)
