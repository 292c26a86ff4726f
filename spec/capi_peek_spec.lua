-- mview_api's isbytes, peek, newbytes and push, and mview_checklstring.

local bad_exporters = require "bad_exporters"
local capi = require "capi"
local lend_host = require "lend_host"
local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"
local raster = require "raster"

local READ, WRITE, STRIDES = capi.READ, capi.WRITE, capi.STRIDES
local INDIRECT = capi.INDIRECT

local function object(f) return setmetatable({}, {__buffer = f}) end

local function dead(x)
  x:release()
  return x
end

local function closed()
  local map = mview.map(nil, "r+", 0, 1)
  map:close()
  return map
end

local kinds = {
  {"a string", "abc", 1},
  {"an empty string", "", 1},
  {"a view", mview("abc"):sub(2), 1},
  {"a bytearray", mview.bytearray("abc"), 1},
  {"a map", mview.map(nil, "r+", 0, 3), 1},
  {"a released view", dead(mview "abc"), 1},
  {"a released bytearray", dead(mview.bytearray()), 1},
  {"a closed map", closed(), 1},
  {"an object with an exporter", raster.image(1, 1), 2},
  {"an object with a function", object(function() return "x" end), 2},
  {"an object with nonsense as __buffer", object(42), 0},
  {"a table with an exporter",
    object(getmetatable(raster.image(1, 1)).__buffer), 0},
  {"an object with a light userdata", object(bad_exporters.handle()), 0},
  {"a number", 42, 0},
  {"nil", nil, 0},
  {"a table", {}, 0},
  {"a file", io.stdout, 0},
  {"a light userdata", bad_exporters.null(), 0},
}

describe("isbytes returns", function()
  for _, row in ipairs(kinds) do
    it(("%d of %s"):format(row[3], row[1]), function()
      assert.equal(row[3], capi.isbytes(row[2]))
    end)
  end
end)

describe("isbytes on a full stack", function()
  it("knows strings, and nothing else", function()
    assert.equal(1, capi.crowded_isbytes "abc")
    assert.equal(0, capi.crowded_isbytes(mview "abc"))
    assert.equal(0, capi.crowded_isbytes(42))
  end)
end)

describe("peek gives the same as borrow, of", function()
  local b = mview.bytearray("abcdefgh")
  local rows = {
    {"a string", "abc"},
    {"an empty string", ""},
    {"a bytearray", b, WRITE},
    {"an empty bytearray", mview.bytearray()},
    {"a map", mview.map(nil, "r+", 0, 3), WRITE},
    {"a view", b:view():sub(2, 3), WRITE},
    {"a view of a format", b:view():cast("<I")},
    {"a view of a long format", b:view():cast("T{<H:a:H:b:}")},
    {"a view of a string", mview("abc"):sub(2)},
    {"an empty view", b:view():sub(3, 2)},
    {"a view of 0 dimensions", b:view():cast("B", {2, 4}):slice(1, 2)},
    {"two dimensions", b:view():cast("B", {2, 4}), WRITE},
    {"a strided view", b:view():sub(-1, 1, -2), STRIDES},
    {"a transposed view", b:view():cast("B", {2, 4}):transpose(), STRIDES},
    {"lent memory", (lend_host.lend {data = "abcd", shape = {2, 2}})},
    {"rows behind pointers",
      (lend_host.pil {blocks = {"ab", "cd"}, format = "B", shape = {2, 2}}),
      INDIRECT},
  }
  for _, row in ipairs(rows) do
    it(row[1], function()
      local flags = row[3] or READ
      assert.same(capi.borrow(row[2], flags), capi.peek(row[2], flags))
    end)
  end
end)

describe("peek refuses", function()
  local rows = {
    {"read-only memory, to write", "abc", WRITE, "memory is read-only"},
    {"a read-only view, to write", mview "abc", WRITE, "memory is read-only"},
    {"a read-only map, to write", mview.map "README.md", WRITE,
      "memory is read-only"},
    {"strides", mview("abcd"):sub(1, 4, 2), READ, "memory is not contiguous"},
    {"suboffsets",
      (lend_host.pil {blocks = {"ab"}, format = "B", shape = {1, 2}}), STRIDES,
      "memory has suboffsets"},
    {"an object with a function", object(function() return "x" end), READ,
      "an object with __buffer must be borrowed"},
    {"an object with an exporter", raster.image(1, 1), READ,
      "an object with __buffer must be borrowed"},
    {"a number", 42, READ,
      "string, view or other bytes-like expected, got number"},
    {"nil", nil, READ,
      "string, view or other bytes-like expected, got nil"},
  }
  for _, row in ipairs(rows) do
    it(row[1], function()
      raises(("bad argument #1 to 'capi.peek' (%s)"):format(row[4]), capi.peek,
        row[2], row[3])
    end)
  end

  it("dead memory, by its name", function()
    raises("attempt to use a released view", capi.peek, dead(mview "a"), READ)
    raises("attempt to use a released bytearray", capi.peek,
      dead(mview.bytearray()), READ)
    raises("attempt to use a closed map", capi.peek, closed(), READ)
    local b = mview.bytearray("abc")
    local v = b:view()
    b:resize(1)
    raises("attempt to use an expired view (its bytearray shrank)", capi.peek,
      v, READ)
  end)

  it("unknown flags", function()
    raises("unknown flags 8 to borrow with", capi.peek, "abc", 8)
  end)
end)

describe("newbytes", function()
  it("pushes a bytearray with room for the bytes", function()
    for _, s in ipairs {"", "a", ("abc"):rep(1000)} do
      assert.equal(s, tostring(capi.newbytes(s)))
    end
    local b = capi.newbytes("abc")
    b:append("d")
    assert.equal(mview.bytearray("abcd"), b)
  end)
end)

describe("push", function()
  it("pushes mview(value)", function()
    local b = mview.bytearray("abcd")
    local own = b:view():cast("<H"):toreadonly()
    local record = b:view():cast("T{<H:a:H:b:}")
    for _, x in ipairs {"abc", b, own, record, raster.image(2, 2),
      mview.map(nil, "r+", 0, 2), object(function() return "xyz" end)} do
      local pushed, expected = capi.push(x), mview(x)
      assert.is_true(mview.isview(pushed))
      assert.equal(expected, pushed)
      assert.equal(tostring(expected), tostring(pushed))
      assert.equal(expected.obj, pushed.obj)
    end
    local copy = capi.push(own)
    copy:release()
    assert.is_true(own.valid)
    assert.same({a = 0x6261, b = 0x6463}, capi.push(record)[1])
  end)

  it("refuses a value that is not a bytes-like, or is dead", function()
    raises("bad argument #1 to 'capi.push' (string, view or other bytes-like "
      .. "expected, got number)", capi.push, 42)
    raises("bad argument #1 to 'capi.push' (string, view or other bytes-like "
      .. "expected, got no value)", capi.push)
    raises("attempt to use a released view", capi.push, dead(mview "a"))
  end)
end)

describe("mview_checklstring", function()
  it("gives the bytes of any bytes-like that can be peeked", function()
    local b = mview.bytearray("abc")
    for _, row in ipairs {{"abc", "abc"}, {"", ""}, {12, "12"}, {1.5, "1.5"},
      {b, "abc"}, {b:view():sub(2), "bc"}, {mview("xyz"), "xyz"},
      {mview.map(nil, "r+", 0, 2), "\0\0"}} do
      assert.equal(row[2], capi.checklstring(row[1]))
    end
  end)

  it("refuses all other values, and values that cannot be peeked",
    function()
      raises("bad argument #1 to 'capi.checklstring' (string, view or other "
        .. "bytes-like expected, got table)", capi.checklstring, {})
      raises("bad argument #1 to 'capi.checklstring' (string, view or other "
        .. "bytes-like expected, got nil)", capi.checklstring, nil)
      raises("bad argument #1 to 'capi.checklstring' (memory is not "
        .. "contiguous)", capi.checklstring, mview("abcd"):sub(1, 4, 2))
      raises("bad argument #1 to 'capi.checklstring' (an object with __buffer "
        .. "must be borrowed)", capi.checklstring, raster.image(1, 1))
    end)
end)

describe("Functions without pins, if memory is short,", function()
  for _, code in ipairs {"capi.peek(b, 0)", "capi.isbytes(b)",
    "capi.newbytes(s)", "capi.push(b)", "capi.push(v)",
    "capi.checklstring(v)"} do
    it(("raise or work, without a leak: %s"):format(code), function()
      local failed, bytes = lua_states.starve(([[
        local capi, mview = require "capi", require "mview"
        local b, s = mview.bytearray("abcd"), ("x"):rep(1000)
        local v = b:view():cast("T{<H:a:H:b:}")
        return function() return %s end
      ]]):format(code))
      assert.is_true(failed >= 0)
      assert.equal(0, bytes)
    end)
  end
end)
