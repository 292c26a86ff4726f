local mview = require "mview"
local names = require "names"
local raises = require "raises"
local sizes = require "sizes"

-- 24 bytes, all different, no two neighbours in order
local bytes = {}
for i = 1, 24 do bytes[i] = string.char(i * 97 % 251) end
bytes = table.concat(bytes)

-- format, the same as an option of string.unpack
local formats = {
  {"b", "b"}, {"B", "B"}, {"h", "h"}, {"H", "H"}, {"i", "i"}, {"I", "I"},
  {"l", "l"}, {"L", "L"}, {"q", "i8"}, {"Q", "I8"}, {"n", "T"}, {"N", "T"},
  {"P", "T"}, {"f", "f"}, {"d", "d"}, {"<h", "<h"}, {">H", ">H"}, {"<i", "<i4"},
  {">I", ">I4"}, {"<l", "<i4"}, {"=L", "=I4"}, {">q", ">i8"}, {"!Q", ">I8"},
  {"<f", "<f"}, {">d", ">d"}, {"i2", "i2"}, {"<I4", "<I4"}, {"j", "j"},
  {">J", ">J"}, {"c", "c1"}, {"s", "c1"}, {"8s", "c8"}, {"3s", "c3"},
}

-- The items of s by string.unpack.
local function unpacked(option, s)
  local list, size = {}, option:packsize()
  for at = 1, #s - size + 1, size do
    list[#list + 1] = (option:unpack(s, at))
  end
  return list
end

describe("cast", function()
  for _, row in ipairs(formats) do
    local format, option = row[1], row[2]
    local size = option:packsize()
    if format == "n" then option = "i" .. size end

    it("reads the bytes as string.unpack does: " .. format, function()
      local v = mview(bytes):cast(format)
      assert.same(unpacked(option, bytes), v:tolist())
      assert.equal(24 // size, #v)
      assert.equal(size, v.itemsize)
      assert.same({size}, v.strides)
      assert.equal(v, mview(bytes, format))
    end)

    it("is the same with the shape that it has without: " .. format, function()
      local v = mview(bytes):cast(format)
      local shaped = mview(bytes):cast(format, {24 // size})
      for _, name in ipairs(names.attributes) do
        assert.same(shaped[name], v[name], name)
      end
      assert.equal(shaped, v)
    end)

    it("may start anywhere: " .. format, function()
      for first = 1, 8 do
        local last = first - 1 + 2 * size
        local v = mview(bytes):sub(first, last):cast(format)
        if last <= 24 then
          assert.same(unpacked(option, bytes:sub(first, last)), v:tolist())
          assert.equal(first - 1, v.offset)
        end
      end
    end)

    it("writes the bytes that it reads: " .. format, function()
      local data = mview.bytearray(bytes)
      local v = data:view():cast(format)
      local first = v[1]
      v[1], v[2] = v[2], first
      assert.equal(bytes:sub(size + 1, 2 * size) .. bytes:sub(1, size)
        .. bytes:sub(2 * size + 1), tostring(data))
    end)
  end

  it("converts any format to any other and back", function()
    local v = mview.bytearray(bytes):view()
    for _, one in ipairs(formats) do
      for _, other in ipairs(formats) do
        local there = v:cast(one[1]):cast(other[1])
        assert.equal(24, there.nbytes)
        assert.is_true(there == v:cast(other[1]))
        assert.equal(bytes, there:cast("B"):tobytes())
      end
    end
  end)

  it("gives no items for no bytes", function()
    for _, row in ipairs(formats) do
      local v = mview(""):cast(row[1])
      assert.equal(0, #v)
      assert.equal("", v:tobytes())
    end
  end)

  it("keeps read-only, the memory and the place in it", function()
    local data = mview.bytearray(bytes)
    local v = data:view():sub(5, 12):toreadonly():cast("<h"):sub(2):cast("B")
    assert.is_true(v.readonly)
    assert.equal(data, v.obj)
    assert.equal(6, v.offset)
    assert.equal(bytes:sub(7, 12), v:tobytes())
  end)

  it("takes one item of any step, which is contiguous", function()
    local v = mview(bytes):cast("i"):sub(2, 3, 5)
    assert.equal(bytes:sub(5, 8), v:cast("B"):tobytes())
    assert.equal("", mview(bytes):sub(3, 2, 2):cast("d"):tobytes())
  end)

  it("refuses bytes that are not whole items", function()
    for _, row in ipairs {{"h", 3, 2}, {"<i", 23, 4}, {"d", 7, 8},
      {"5s", 24, 5}, {"<hb", 4, 3}, {"Q", 2, 8}} do
      raises(("bad argument #1 to 'cast' (%d bytes are not a multiple of the "
        .. "item size %d of '%s')"):format(row[2], row[3], row[1]), function()
          local _ = mview(bytes):sub(1, row[2]):cast(row[1])
        end)
    end
  end)

  it("refuses larger items if items lie apart", function()
    local v = mview(bytes)
    for _, row in ipairs {{v:sub(1, -1, 2), "h"}, {v:sub(-1, 1, -1), "h"},
      {v:cast("h"):sub(1, -1, 3), "b"}, {mview(bytes, "hh"):field(1), "b"}} do
      raises("cannot cast without a copy: dimension 1 is strided, use :copy()",
        function() local _ = row[1]:cast(row[2]) end)
    end
  end)

  it("refuses items of no size", function()
    for _, format in ipairs {"0s", "", "<", "0x", "(0)d"} do
      for _, v in ipairs {mview(bytes), mview("")} do
        raises(("bad argument #1 to 'cast' (items of '%s' have size 0)")
          :format(format), function() local _ = v:cast(format) end)
      end
    end
  end)

  it("takes only a format and a shape", function()
    local v = mview(bytes)
    local rows = {
      {"#1 to 'cast' (string expected, got number)", 1},
      {"#1 to 'cast' (string expected, got no value)"},
      {"#1 to 'cast' (string expected, got mview.view)", v},
      {"#1 to 'cast' (unknown format 'k' at position 1)", "k"},
      {"#2 to 'cast' (list of sizes expected, got number)", "B", 24},
      {"#2 to 'cast' (list of sizes expected, got mview.view)", "B", v},
      {"#2 to 'cast' (shape does not fit 24 bytes of 'B')", "B", {23}},
      {"#2 to 'cast' (shape does not fit 24 bytes of 'h')", "h", {24}},
      {"#2 to 'cast' (size -1 out of range [0, " .. sizes.most .. "] in "
        .. "dimension 1)", "B", {-1}},
      {"#2 to 'cast' (integer expected in dimension 1 of the shape)", "B",
        {24.5}},
      {"#2 to 'cast' (integer expected in dimension 1 of the shape)", "B",
        {"24x"}},
    }
    for _, row in ipairs(rows) do
      raises("bad argument " .. row[1], function()
        local _ = v:cast(table.unpack(row, 2))
      end)
    end
    assert.same({24}, v:cast("B", {24}).shape)
  end)

  it("leaves the view itself as it is", function()
    local v = mview(bytes)
    v:cast("d")
    assert.equal("B", v.format)
    assert.same({24}, v.shape)
  end)
end)

describe("mview with a format", function()
  it("is a cast of the object's bytes", function()
    local data = mview.bytearray(bytes)
    local map = mview.map(nil, "r+", 0, 24)
    map:view():copyfrom(bytes)
    local object = setmetatable({}, {__buffer = function() return data end})
    for _, source in ipairs {bytes, data, map, data:view(), object,
      data:view():cast("<I")} do
      local v = mview(source, ">h")
      assert.equal(">h", v.format)
      assert.same(unpacked(">h", bytes), v:tolist())
      assert.same({3, 4}, mview(source, ">h", {3, 4}).shape)
    end
  end)

  it("names itself in errors", function()
    raises("bad argument #2 to 'mview' (unknown format 'k' at position 1)",
      mview, "ab", "k")
    raises("bad argument #2 to 'mview' (3 bytes are not a multiple of the "
      .. "item size 2 of 'h')", mview, "abc", "h")
    raises("bad argument #3 to 'mview' (shape does not fit 3 bytes of 'B')",
      mview, "abc", "B", {2})
    raises("bad argument #2 to 'mview' (string expected, got nil)", mview,
      "abc", nil, {3})
  end)
end)
