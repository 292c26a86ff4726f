local mview = require "mview"
local raises = require "raises"
local sizes = require "sizes"

local function bytes(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return mview.bytearray(list):view()
end

describe("cast with a shape", function()
  it("gives bytes any number of dimensions", function()
    local v = bytes(12):cast("B", {3, 4})
    assert.same({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, v:tolist())
    assert.same({4, 1}, v.strides)
    assert.same({12, 1}, bytes(12):cast("B", {12, 1}).shape)
    assert.same({}, bytes(1):cast("B", {}).shape)
  end)

  it("goes from any dimensions to any dimensions and any format", function()
    local v = bytes(24):cast("<H", {3, 4}):cast(">I", {2, 1, 3})
    assert.same({{{0x01020304, 0x05060708, 0x090a0b0c}},
      {{0x0d0e0f10, 0x11121314, 0x15161718}}}, v:tolist())
    assert.equal(">I", v.format)
    assert.same({24}, v:cast("B").shape)
    assert.same({2}, v:cast("4s8x").shape)
  end)

  it("takes zeros in the shape of an empty view", function()
    for _, shape in ipairs {{0}, {0, 5}, {5, 0}, {1, 0, 1}} do
      assert.same(shape, bytes(0):cast("d", shape).shape)
    end
    assert.same({0}, mview.new("d", 3, 0):cast("B").shape)
  end)

  it("takes zeros for items of no bytes that lie apart", function()
    local v = mview.new("0s:a:B:b:", 3):field("a")
    assert.same({1}, v.strides)
    assert.same({0}, v:cast("B").shape)
    assert.same({2, 0}, v:cast("d", {2, 0}).shape)
    raises("bad argument #3 to 'cast' (shape does not fit 0 bytes of 'B')",
      v.cast, v, "B", {1})
  end)

  it("takes sizes as Lua's functions take integers", function()
    local v = bytes(12)
    assert.same({6, 2}, v:cast("B", {#v / 2, 2}).shape)
    assert.same({3, 4}, v:cast("B", {"3", "0x4"}).shape)
    assert.same({2, 3}, mview(v, "h", {"2", 3.0}).shape)
  end)

  it("keeps the memory, the offset and read-only", function()
    local data = mview.bytearray(8)
    local v = data:view():sub(3):toreadonly():cast("H", {3, 1})
    assert.equal(2, v.offset)
    assert.is_true(v.readonly)
    assert.equal(data, v.obj)
  end)

  local too_many = {12}
  for d = 2, 65 do too_many[d] = 1 end
  local half = 1 << sizes.bits // 2
  local misfit = "shape does not fit 12 bytes of 'B'"
  local refused = {
    {"too large a shape", "B", {3, 5}, misfit},
    {"too small a shape", "B", {11}, misfit},
    {"a zero where there are items", "B", {0, 12}, misfit},
    {"no dimensions for many items", "B", {}, misfit},
    {"a negative dimension", "B", {-3, -4},
      ("size -3 out of range [0, %d] in dimension 1"):format(sizes.most)},
    {"a fraction", "B", {12.5}, "integer expected in dimension 1 of the shape"},
    {"another string", "B", {1, "12x"},
      "integer expected in dimension 2 of the shape"},
    {"a product that overflows", "B", {half, half}, "size too large"},
    {"a product that wraps to the size", "B", {4, sizes.most // 2 + 4},
      "size too large"},
    {"a size that overflows in bytes", "Q", {sizes.most // 4 + 1},
      "size too large"},
    {"65 dimensions", "B", too_many, "65 dimensions, at most 64 are possible"},
    {"a size that does not divide", "5s", nil,
      "12 bytes are not a multiple of the item size 5 of '5s'"},
    {"items of size 0", "0s", nil, "items of '0s' have size 0"},
    {"an unknown format", "k", nil, "unknown format 'k' at position 1"},
    {"another type for the shape", "B", 12,
      "list of sizes expected, got number"},
  }
  for _, row in ipairs(refused) do
    it("refuses " .. row[1], function()
      local v = bytes(12)
      raises(("bad argument #%d to 'cast' (%s)"):format(row[3] and 2 or 1,
        row[4]), function() local _ = v:cast(row[2], row[3]) end)
    end)
  end
end)

describe("cast of a view that is not contiguous", function()
  -- 2 x 8 of a memory of 2 x 12
  local function strided()
    return bytes(24):cast("B", {2, 12}):slice({}, {3, 10})
  end

  it("may change the items of the last dimension, given the shape", function()
    local v = strided():cast(">H", {2, 4})
    assert.same({{0x0304, 0x0506, 0x0708, 0x090a},
      {0x0f10, 0x1112, 0x1314, 0x1516}}, v:tolist())
    assert.same({12, 2}, v.strides)
  end)

  it("stays on the same memory", function()
    local v = strided()
    v:cast(">H", {2, 4}):set(1, 1, 0xffff)
    assert.same({255, 255, 5}, v:slice(1, {1, 3}):tolist())
  end)

  it("may do so with rows backwards", function()
    local v = strided():sub(-1, 1, -1):cast("<Q", {2, 1})
    assert.same({-12, 8}, v.strides)
    assert.equal(strided()[2]:unpack("<i8"), v(1, 1))
  end)

  it("may split dimensions, add dimensions of 1 item, and merge even ones",
    function()
      local rows = { -- shape, its strides
        {{2, 2, 4}, {12, 4, 1}}, {{2, 2, 2, 2}, {12, 4, 2, 1}},
        {{1, 2, 8}, {16, 12, 1}}, {{2, 1, 8, 1}, {12, 8, 1, 1}},
      }
      for _, row in ipairs(rows) do
        local v = strided():cast("B", row[1])
        assert.same(row[1], v.shape)
        assert.same(row[2], v.strides)
        assert.equal(strided():tobytes(), v:tobytes())
        assert.equal(strided(), v:cast("B", {2, 8}))
      end
      local column = bytes(24):cast("B", {2, 3, 4}):slice({}, {}, 2)
      assert.same({4}, column:cast("b").strides)
      assert.same({8, 4}, column:cast("b", {3, 2}).strides)
      assert.same({-4}, column:sub(-1, 1, -1):slice({}, {-1, 1, -1})
        :cast("B").strides)
    end)

  it("may take items apart that lie apart", function()
    local v = mview.from("<I", {0x04030201, 0, 0x08070605}):sub(1, -1, 2)
    assert.same({{1, 2, 3, 4}, {5, 6, 7, 8}},
      v:cast("B", {2, 4}):tolist())
    assert.same({{{0x0201}, {0x0403}}, {{0x0605}, {0x0807}}},
      v:cast("<H", {2, 2, 1}):tolist())
  end)

  it("names the dimension that prevents any other cast", function()
    local v = bytes(12)
    local rows = { -- view, format, shape, dimension
      {strided(), "B", {16}, 1}, {strided(), "B", nil, 1},
      {strided(), "B", {8, 2}, 1}, {strided(), "B", {1, 16}, 1},
      {strided(), "B", {4, 4}, 1}, {strided(), "4s", nil, 1},
      {strided(), "(4)h", {2, 1}, nil}, {strided(), "16s", {1}, 1},
      {v:sub(1, -1, 2), "H", {3}, 1},
      {v:cast("B", {3, 4}):transpose(), "B", nil, 1},
      {v:cast("B", {3, 4}):slice({}, {1, 3, 2}), "H", {3, 1}, 2},
      {v:cast("B", {3, 4}):slice({}, {1, 3, 2}), "B", {3, 2}, nil},
      {v:cast("B", {2, 2, 3}):slice({}, {}, {1, 2}), "B", {2, 4}, 2},
    }
    for _, row in ipairs(rows) do
      if row[4] then
        raises(("cannot cast without a copy: dimension %d is strided, use "
          .. ":copy()"):format(row[4]),
          function() local _ = row[1]:cast(row[2], row[3]) end)
        assert.equal(row[1]:tobytes(),
          row[1]:copy():cast(row[2], row[3]):tobytes())
      else
        assert.equal(row[1]:tobytes(),
          row[1]:cast(row[2], row[3]):tobytes())
      end
    end
    raises("bad argument #2 to 'cast' (shape does not fit 16 bytes of '3s')",
      function() local _ = strided():cast("3s", {2, 2}) end)
  end)
end)
