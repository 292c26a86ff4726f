local mview = require "mview"

local function bytes(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return mview.bytearray(list):view()
end

describe("cast with a shape", function()
  it("gives bytes any number of dimensions", function()
    local v = bytes(12):cast("B", {3, 4})
    assert.are.same({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}, v:tolist())
    assert.are.same({4, 1}, v.strides)
    assert.are.same({12, 1}, bytes(12):cast("B", {12, 1}).shape)
    assert.are.same({}, bytes(1):cast("B", {}).shape)
  end)

  it("goes from any dimensions to any dimensions and any format", function()
    local v = bytes(24):cast("<H", {3, 4}):cast(">I", {2, 1, 3})
    assert.are.same({{{0x01020304, 0x05060708, 0x090a0b0c}},
      {{0x0d0e0f10, 0x11121314, 0x15161718}}}, v:tolist())
    assert.are.equal(">I", v.format)
    assert.are.same({24}, v:cast("B").shape)
    assert.are.same({2}, v:cast("4s8x").shape)
  end)

  it("takes zeros in the shape of what is empty", function()
    for _, shape in ipairs {{0}, {0, 5}, {5, 0}, {1, 0, 1}} do
      assert.are.same(shape, bytes(0):cast("d", shape).shape)
    end
    assert.are.same({0}, mview.new("d", 3, 0):cast("B").shape)
  end)

  it("keeps the memory, the offset and read-only", function()
    local data = mview.bytearray(8)
    local v = data:view():sub(3):toreadonly():cast("H", {3, 1})
    assert.are.equal(2, v.offset)
    assert.is_true(v.readonly)
    assert.are.equal(data, v.obj)
  end)

  local refused = {
    {"too large a shape", "B", {3, 5}},
    {"too small a shape", "B", {11}},
    {"a zero where there are items", "B", {0, 12}},
    {"no dimensions for many items", "B", {}},
    {"a negative dimension", "B", {-3, -4}},
    {"a float", "B", {12.0}},
    {"a string", "B", {"12"}},
    {"a product that overflows", "B", {1 << 40, 1 << 40}},
    {"a product that wraps to the size", "B", {7, 2635249153387078804}},
    {"a size that overflows in bytes", "Q", {1 << 61}},
    {"65 dimensions", "B", (function()
      local list = {12}
      for d = 2, 65 do list[d] = 1 end
      return list
    end)()},
    {"a size that does not divide", "5s", nil},
    {"items of size 0", "0s", nil},
    {"an unknown format", "k", nil},
    {"another type for the shape", "B", 12},
  }
  for _, row in ipairs(refused) do
    it("refuses " .. row[1], function()
      local v = bytes(12)
      local ok, err = pcall(v.cast, v, row[2], row[3])
      assert.is_false(ok)
      assert.is_truthy(err:find "^bad argument #[12] to 'cast' %(.+%)$", err)
    end)
  end
end)

describe("cast of a view that is not contiguous", function()
  -- 2 x 8 of a memory of 2 x 12
  local function window()
    return bytes(24):cast("B", {2, 12}):slice({}, {3, 10})
  end

  it("may change the items of the last dimension, given the shape", function()
    local v = window():cast(">H", {2, 4})
    assert.are.same({{0x0304, 0x0506, 0x0708, 0x090a},
      {0x0f10, 0x1112, 0x1314, 0x1516}}, v:tolist())
    assert.are.same({12, 2}, v.strides)
  end)

  it("stays on the same memory", function()
    local v = window()
    v:cast(">H", {2, 4}):set(1, 1, 0xffff)
    assert.are.same({255, 255, 5}, v:slice(1, {1, 3}):tolist())
  end)

  it("may do so with rows backwards", function()
    local v = window():sub(-1, 1, -1):cast("<Q", {2, 1})
    assert.are.same({-12, 8}, v.strides)
    assert.are.equal(window()[2]:unpack("<i8"), v(1, 1))
  end)

  it("is refused for any other shape", function()
    for _, shape in ipairs {{16}, {8, 2}, {1, 16}, {2, 2, 4}, {2, 3}, {4, 2}} do
      assert.has_error(function() window():cast("B", shape) end)
    end
    assert.has_error(function() window():cast("3s", {2, 2}) end)
  end)

  it("is refused without a shape, and where the last dimension is strided",
    function()
      local v = bytes(12)
      for _, strided in ipairs {window(), v:sub(1, -1, 2), v:sub(-1, 1, -1),
        v:cast("B", {3, 4}):transpose()} do
        local ok, err = pcall(strided.cast, strided, "B")
        assert.is_false(ok)
        assert.is_truthy(err:find "^bad argument #1 to 'cast' %(.*contiguous")
      end
      local column = v:cast("B", {3, 4}):slice({}, {1, 3, 2})
      assert.has_error(function() column:cast("B", {3, 2}) end)
    end)
end)
