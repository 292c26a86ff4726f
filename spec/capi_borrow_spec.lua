-- mview_api.borrow: the buffer that C code gets for an argument of a script.

local bad_exporters = require "bad_exporters"
local capi = require "capi"
local lend_host = require "lend_host"
local mview = require "mview"
local raises = require "raises"
local raster = require "raster"

local READ, WRITE, STRIDES = capi.READ, capi.WRITE, capi.STRIDES
local INDIRECT = capi.INDIRECT

local function picture()
  return (lend_host.pil {blocks = {"abcd", "efgh"}, format = "B",
    shape = {2, 4}})
end

local function square() return mview.bytearray("abcdefghi"):view():cast("B",
  {3, 3}) end

describe("borrow", function()
  it("describes a string", function()
    assert.same({nbytes = 3, itemsize = 1, ndim = 1, format = "B",
      readonly = true, shape = {3}, strides = {1}, data = "abc"},
      capi.borrow("abc", READ))
  end)

  it("describes strings of all lengths, with pins of both types", function()
    local pins = {}
    for n = 0, 6000 do
      local s = ("x"):rep(n)
      assert.same({n}, capi.borrow(s, READ).shape)
      pins[capi.pin_type(s)] = true
    end
    for n = 0, 6000 do
      assert.same({n}, capi.borrow(("x"):rep(n), READ).shape)
    end
    assert.same({string = true, userdata = true}, pins)
  end)

  it("describes a bytearray", function()
    assert.same({nbytes = 2, itemsize = 1, ndim = 1, format = "B",
      readonly = false, shape = {2}, strides = {1}, data = "hi"},
      capi.borrow(mview.bytearray("hi"), WRITE))
  end)

  it("describes a map", function()
    local map <close> = mview.map(nil, "r+", 0, 10)
    map:view():sub(1, 3):copyfrom("map")
    local buffer = capi.borrow(map, WRITE)
    assert.equal("map" .. ("\0"):rep(7), buffer.data)
    assert.same({10}, buffer.shape)
  end)

  it("describes views of any format and shape", function()
    local v = mview.from("T{<h:x:<h:y:}", {{{x = 1, y = 2}, {x = 3, y = 4}}})
    assert.same({nbytes = 8, itemsize = 4, ndim = 2, format = v.format,
      readonly = false, shape = {1, 2}, strides = {8, 4},
      data = string.pack("<hhhh", 1, 2, 3, 4)}, capi.borrow(v, READ))
  end)

  it("describes items of 0 dimensions", function()
    local buffer = capi.borrow(mview.from("i", {7}):slice(1), WRITE)
    assert.same({0, 4, {}, {}, string.pack("i4", 7)}, {buffer.ndim,
      buffer.nbytes, buffer.shape, buffer.strides, buffer.data})
  end)

  it("describes 64 dimensions", function()
    local shape = {}
    for d = 1, 64 do shape[d] = 1 end
    local v = mview.new("d", 1):cast("d", shape)
    assert.same(shape, capi.borrow(v, INDIRECT | WRITE).shape)
  end)

  it("starts at the first item in any layout", function()
    local backwards = mview("abc"):sub(-1, 1, -1)
    local buffer = capi.borrow(backwards, STRIDES)
    assert.same({{3}, {-1}}, {buffer.shape, buffer.strides})
    assert.equal("c", capi.borrow(backwards:sub(1, 1), READ).data)
    assert.equal("b", capi.borrow(backwards:sub(2, 2), READ).data)
  end)

  it("gives suboffsets to a caller that accepts them", function()
    local buffer = capi.borrow(picture(), INDIRECT)
    assert.same({0, -1}, buffer.suboffsets)
    assert.is_nil(capi.borrow("abc", INDIRECT).suboffsets)
  end)

  it("gives memory of no bytes", function()
    for _, empty in ipairs {"", mview.bytearray(), mview("abc"):sub(2, 1)} do
      local buffer = capi.borrow(empty, READ)
      assert.same({0, "", {0}}, {buffer.nbytes, buffer.data, buffer.shape})
    end
  end)

  it("gives the shape of strings of any length", function()
    for n = 0, 1500, 1 do
      local buffer = capi.borrow(("x"):rep(n), READ)
      assert.same({n, n, {n}, {1}}, {buffer.nbytes, #buffer.data, buffer.shape,
        buffer.strides})
    end
  end)

  it("lets C code write", function()
    local b = mview.bytearray("abc")
    capi.write(b, function() end)
    assert.equal("!bc", tostring(b))
  end)

  it("keeps memory that has no other reference", function()
    assert.equal("short lived", capi.after("short" .. " lived",
      collectgarbage))
    assert.equal("\1\2", capi.after(mview.bytearray {1, 2}, collectgarbage))
    assert.equal("\0\0", capi.after(capi.lend(2), collectgarbage))
  end)
end)

-- For each combination of flags, the kinds of memory that it refuses, and why.
describe("borrow with flags", function()
  local readonly = "memory is read-only"
  local strided = "memory is not contiguous"
  local indirect = "memory has suboffsets"
  local values = {
    contiguous = function() return square() end,
    constant = function() return square():toreadonly() end,
    ["a bytearray"] = function() return mview.bytearray(4) end,
    ["a read-only map"] = function() return mview.map "README.md" end,
    strided = function() return square():slice({}, {1, 2}) end,
    transposed = function() return square():transpose() end,
    ["constant, strided"] = function()
      return square():slice({}, {1, 2}):toreadonly()
    end,
    indirect = picture,
    ["constant, indirect"] = function() return picture():toreadonly() end,
  }
  local combinations = {
    READ = {READ, strided = strided, transposed = strided,
      ["constant, strided"] = strided, indirect = indirect,
      ["constant, indirect"] = indirect},
    WRITE = {WRITE, constant = readonly, ["a read-only map"] = readonly,
      strided = strided,
      transposed = strided, ["constant, strided"] = readonly,
      indirect = indirect, ["constant, indirect"] = readonly},
    STRIDES = {STRIDES, indirect = indirect,
      ["constant, indirect"] = indirect},
    ["WRITE and STRIDES"] = {WRITE | STRIDES, constant = readonly,
      ["a read-only map"] = readonly,
      ["constant, strided"] = readonly, indirect = indirect,
      ["constant, indirect"] = readonly},
    INDIRECT = {INDIRECT},
    ["WRITE and INDIRECT"] = {WRITE | INDIRECT, constant = readonly,
      ["a read-only map"] = readonly,
      ["constant, strided"] = readonly, ["constant, indirect"] = readonly},
  }
  for flags, row in pairs(combinations) do
    for name, make in pairs(values) do
      local why = row[name]
      it(flags .. (why and " refuses" or " takes") .. " memory: " .. name,
        function()
          local v = make()
          if why then
            raises(("bad argument #1 to 'borrow' (%s)"):format(why),
              function() local _ = capi.borrow(v, row[1]) end)
          else
            assert.equal(v.nbytes, capi.borrow(v, row[1]).nbytes)
          end
          assert.equal(0, v.pins)
        end)
    end
  end

  it("refuses flags of another version", function()
    for _, flags in ipairs {8, -1, 1 << 20} do
      raises(("unknown flags %d to borrow with"):format(flags), capi.borrow,
        "abc", flags)
    end
  end)
end)

describe("borrow refuses", function()
  it("an index without a value", function()
    raises("bad argument #1 to 'capi.pin_type' (string, view or other "
      .. "bytes-like expected, got no value)", capi.pin_type)
  end)

  it("a value that is not a bytes-like", function()
    for _, row in ipairs {{nil, "nil"}, {1, "number"}, {{}, "table"},
      {io.stdout, "FILE*"}, {print, "function"},
      {bad_exporters.null(), "light userdata"},
      {select(2, capi.lend(0)), "capi.loan"},
    } do
      raises(("bad argument #1 to 'borrow' (string, view or other bytes-like "
        .. "expected, got %s)"):format(row[2]),
        function() local _ = capi.borrow(row[1], READ) end)
    end
  end)

  it("views that are dead, and memory that has ended", function()
    local b = mview.bytearray(3)
    local expired, released = b:view(), b:view()
    b:resize(2)
    released:release()
    local map = mview.map(nil, "r+", 0, 1)
    local mapped = map:view()
    map:close()
    local lent, loan = capi.lend(1)
    loan:revoke()
    local ended = mview.bytearray()
    ended:release()
    for _, row in ipairs {
      {expired, "attempt to use an expired view (its bytearray shrank)"},
      {released, "attempt to use a released view"},
      {mapped, "attempt to use a view of revoked memory"},
      {lent, "attempt to use a view of revoked memory"},
      {map, "attempt to use a closed map"},
      {ended, "attempt to use a released bytearray"},
    } do
      raises(row[2], capi.borrow, row[1], READ)
    end
  end)
end)

describe("A module that uses only the header", function()
  it("sums up any bytes-like, as if its bytes were a string", function()
    assert.equal(0xcbf43926, raster.crc32("123456789"))
    local values = {
      "", mview.bytearray("bytes"), mview.from("<d", {{1, 2}, {3, 4}}),
      mview("abcdefghij"):sub(-1, 1, -3), square():transpose(), picture(),
      picture():slice({}, {4, 1, -2}), picture()[2],
      mview.from("d", {1}):slice(1), raster.image(3, 4),
      raster.image(3, 4, true), mview.new("i", 2, 0),
      mview.from("T{b:a:3xh:b:}", {{a = 1, b = 2}}):field "b",
    }
    for i, value in ipairs(values) do
      assert.equal(raster.crc32(mview(value):tobytes()), raster.crc32(value),
        "value " .. i)
    end
  end)

  it("changes any writable bytes-like in place", function()
    local makers = {
      function() return mview.bytearray("bytes"):view() end, square, picture,
      function() return square():slice({3, 1, -2}, {2, 3}) end,
      function() return square():transpose() end,
      function() return picture():slice({2, 1, -1}, {1, 3, 2}) end,
      function() return mview(raster.image(3, 4)) end,
      function() return mview(raster.image(3, 4, true)) end,
    }
    for _, make in ipairs(makers) do
      local v = make()
      local expected = v:tobytes():gsub(".", function(c)
        return string.char(c:byte() ~ 0x5a)
      end)
      raster.xor(v, 0x5a)
      assert.equal(expected, v:tobytes())
    end
  end)

  it("leaves the bytes between the items unchanged", function()
    local b = mview.bytearray("abcdefghi")
    raster.xor(b:view():cast("B", {3, 3}):slice({}, 2), 0x20)
    assert.equal("aBcdEfgHi", tostring(b))
  end)

  it("does not change strings", function()
    raises("bad argument #1 to 'xor' (memory is read-only)",
      function() raster.xor("abc", 1) end)
  end)
end)

describe("mview_import", function()
  it("refuses another major version", function()
    assert.equal(("mview has C API version %d, version %d is needed")
      :format(capi.VERSION + 1, capi.VERSION),
      capi.import(capi.VERSION + 1, capi.SIZE))
  end)

  it("refuses a table that lacks members, and takes one with more", function()
    assert.equal("mview is older than the mview.h of this module",
      capi.import(capi.VERSION, capi.SIZE - 8))
    assert.is_nil(capi.import(capi.VERSION, capi.SIZE + 8))
  end)
end)
