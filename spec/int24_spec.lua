-- The formats i3 and I3: integers of 24 bits. string.pack gives the right
-- bytes.

local dump = require "mview.dump"
local mview = require "mview"

local samples = {
  i3 = {0, 1, -1, 258, -32769, 8388607, -8388608},
  I3 = {0, 1, 255, 65536, 8388608, 16777215},
}

local function pack_all(format, list)
  local parts = {}
  for i, n in ipairs(list) do parts[i] = format:pack(n) end
  return table.concat(parts)
end

-- The integers and their bytes for each spelling of the format.
local spellings = {}
for code, list in pairs(samples) do
  for _, order in ipairs {"", "<", ">", "=", "!"} do
    local format = order .. code
    spellings[format] = {list = list,
      bytes = pack_all(order == "!" and ">" .. code or format, list)}
  end
end

for format, samples_of in pairs(spellings) do
  describe("A view of format " .. format, function()
    local list, bytes = samples_of.list, samples_of.bytes

    it("has items of three bytes and keeps its format", function()
      local v = mview(bytes, format)
      assert.equal(format, v.format)
      assert.equal(3, v.itemsize)
      assert.equal(3, mview.calcsize(format))
      assert.equal(#list, #v)
    end)

    it("reads the bytes of string.pack", function()
      local v = mview(bytes, format)
      for i, n in ipairs(list) do
        assert.equal(n, v[i])
        assert.equal(n, v:get(i))
      end
      assert.same(list, v:tolist())
      assert.same(list, {v:values()})
      assert.same(list, mview(bytes .. bytes, format):sub(1, #list):tolist())
    end)

    it("writes the bytes of string.pack", function()
      assert.equal(bytes, mview.from(format, list):tobytes())
      local v = mview.new(format, #list)
      for i, n in ipairs(list) do v[i] = n end
      assert.equal(bytes, v:tobytes())
      assert.equal(bytes:sub(-3):rep(#list), v:fill(list[#list]):tobytes())
    end)

    it("is equal to the same integers in other formats", function()
      local v = mview(bytes, format)
      for _, other in ipairs {"i", ">q", "d", ">i3"} do
        local fits, w = pcall(mview.from, other, list)
        if fits then
          assert.is_true(v == w, other)
          assert.is_nil(v:mismatch(w))
        end
      end
      assert.equal(2, v:mismatch(mview.from("i", {list[1], 77})))
    end)

    it("is converted to other formats and from them", function()
      local wide = mview.new(">i", #list)
      assert.same(list, wide:copyfrom(mview(bytes, format)):tolist())
      assert.equal(bytes, mview.new(format, #list):copyfrom(wide):tobytes())
    end)

    it("is searched by value", function()
      local v = mview(bytes, format)
      for i, n in ipairs(list) do
        assert.equal(i, (v:index(n)))
        assert.equal(1, v:count(n + 0.0))
      end
      assert.is_nil(v:index(0.5))
      assert.is_nil(v:index(1 << 24))
    end)

    it("is added up, and has a least and a greatest item", function()
      local v, sum = mview(bytes, format), 0
      for _, n in ipairs(list) do sum = sum + n end
      assert.equal(sum, v:sum())
      assert.equal(math.min(table.unpack(list)), (v:min()))
      assert.equal(math.max(table.unpack(list)), (v:max()))
    end)

    it("has the bytes of each item reversed by byteswap", function()
      local v = mview.from(format, list):byteswap()
      assert.equal(bytes:gsub("(.)(.)(.)", "%3%2%1"), v:tobytes())
    end)
  end)
end

describe("An integer of 24 bits", function()
  it("is refused if it is out of range", function()
    local rows = {
      {"i3", 8388608, "value 8388608 out of range [-8388608, 8388607] for "
        .. "format 'i3'"},
      {"i3", -8388609, "value -8388609 out of range [-8388608, 8388607] for "
        .. "format 'i3'"},
      {">I3", -1, "value -1 out of range [0, 16777215] for format '>I3'"},
      {"I3", 1 << 24, "value 16777216 out of range [0, 16777215] for format "
        .. "'I3'"},
      {"I3", 0.5, "number has no integer representation"},
      {"i3", "1", "integer expected, got string"},
    }
    for _, row in ipairs(rows) do
      local v = mview.new(row[1], 1)
      local ok, message = pcall(function() v[1] = row[2] end)
      assert.is_false(ok)
      assert.equal(row[3], (message:gsub("^[^ ]+:%d+: ", "")))
      assert.equal("\0\0\0", v:tobytes())
    end
  end)

  it("names the item that does not fit in a conversion", function()
    local v = mview.new("i3", 2)
    assert.same({false, "bad argument #2 to 'copyfrom' (item 2 of format 'i' "
      .. "does not fit format 'i3': value out of range)"},
      {pcall(v.copyfrom, v, mview.from("i", {1, 1 << 23}))})
  end)

  it("is a format of its own", function()
    local rows = {
      ["3i3"] = "count without a format at position 3",
      ["i3i3"] = "count without a format at position 4",
      ["T{i3:a:}"] = "count without a format at position 4",
      [" i3"] = "count without a format at position 3",
      ["i3 "] = "count without a format at position 2",
    }
    for format, message in pairs(rows) do
      local ok, err = pcall(mview.calcsize, format)
      assert.is_false(ok)
      assert.equal(message, err:match "%((count without a format[^;)]*)")
    end
  end)

  it("has the bytes dumped", function()
    assert.matches("^00000000  ff ff ff 01 00 00 ", dump(mview.from("<i3",
      {-1, 1})))
  end)
end)
