local mview = require "mview"
local raises = require "raises"
local sizes = require "sizes"

-- 2 x 3 x 2, items 1 to 12
local function cube(format)
  return mview.from(format or "B",
    {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}})
end

describe("tobytes of more than one dimension", function()
  local rows = {
    {"C order", cube(), "C", "\1\2\3\4\5\6\7\8\9\10\11\12"},
    {"F order", cube(), "F", "\1\7\3\9\5\11\2\8\4\10\6\12"},
    {"A order, contiguous", cube(), "A", "\1\2\3\4\5\6\7\8\9\10\11\12"},
    {"A order, transposed", cube():transpose(), "A",
      "\1\2\3\4\5\6\7\8\9\10\11\12"},
    {"C order, transposed", cube():transpose(), "C",
      "\1\7\3\9\5\11\2\8\4\10\6\12"},
    {"F order, transposed", cube():transpose(), "F",
      "\1\2\3\4\5\6\7\8\9\10\11\12"},
    {"C order, sliced", cube():slice({2, 1, -1}, 2), "C", "\9\10\3\4"},
    {"F order, sliced", cube():slice({2, 1, -1}, 2), "F", "\9\3\10\4"},
    {"A order, sliced", cube():slice({2, 1, -1}, 2), "A", "\9\10\3\4"},
  }
  for _, row in ipairs(rows) do
    it("gives the items in " .. row[1], function()
      assert.equal(row[4], row[2]:tobytes(row[3]))
    end)
  end

  it("is in C order by default", function()
    local v = cube(">H"):transpose()
    assert.equal(v:tobytes("C"), v:tobytes())
    assert.equal(24, #v:tobytes())
  end)

  it("refuses other orders by name", function()
    for _, order in ipairs {"c", "K", "", "CF"} do
      raises(("bad argument #1 to 'tobytes' (invalid order '%s', "
        .. "expected 'C', 'F' or 'A')"):format(order),
        function() local _ = cube():tobytes(order) end)
    end
  end)
end)

describe("Items in C order", function()
  it("are the bytes of hex, find, byte, unpack and ..", function()
    local v = cube():transpose()
    assert.equal("01070309050b0208040a060c", v:hex())
    assert.equal("0107 0309 050b 0208 040a 060c", v:hex(" ", 2))
    assert.same({3, 4}, {v:find("\3\9")})
    assert.same({7, 3}, {v:byte(2, 3)})
    assert.equal(0x0703, v:unpack(">I2", 2))
    assert.equal("\1\7\3\9\5\11\2\8\4\10\6\12!", v .. "!")
    assert.equal(v:transpose():toreadonly():hash(),
      mview(v:tobytes("F")):hash())
  end)
end)

describe("copyfrom", function()
  it("copies any layout into any layout of the same shape", function()
    local target = mview.new(">I", 2, 3, 2)
    target:transpose():copyfrom(cube():transpose())
    assert.same(cube():tolist(), target:tolist())
  end)

  it("takes nested lists", function()
    local v = cube()
    v:sub(1, 1):copyfrom {{{0, 0}, {0, 0}, {0, 0}}}
    assert.same({{{0, 0}, {0, 0}, {0, 0}}, {{7, 8}, {9, 10}, {11, 12}}},
      v:tolist())
  end)

  it("behaves as if copied first when source and target overlap", function()
    local v = cube()
    v:slice({}, {1, 2}):copyfrom(v:slice({}, {2, 3}))
    assert.same({{{3, 4}, {5, 6}, {5, 6}}, {{9, 10}, {11, 12}, {11, 12}}},
      v:tolist())
    v = mview.from("B", {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})
    v:copyfrom(v:transpose())
    assert.same({{1, 4, 7}, {2, 5, 8}, {3, 6, 9}}, v:tolist())
    v:copyfrom(v:slice({-1, 1, -1}, {-1, 1, -1}))
    assert.same({{9, 6, 3}, {8, 5, 2}, {7, 4, 1}}, v:tolist())
  end)

  it("converts between formats that overlap, as if copied first", function()
    local data = mview.bytearray("\1\2\3\4\5\6\7\8"):view()
    data:cast("<H", {2, 2}):copyfrom(data:sub(1, 4):cast("B", {2, 2}))
    assert.same({1, 0, 2, 0, 3, 0, 4, 0}, data:tolist())
  end)

  it("refuses another shape without a change", function()
    local v = cube()
    local rows = {
      {mview.new("B", 2, 3), "shape [2, 3, 2] expected, got [2, 3]"},
      {mview.new("B", 12), "shape [2, 3, 2] expected, got [12]"},
      {mview.new("B", 2, 2, 3), "shape [2, 3, 2] expected, got [2, 2, 3]"},
      {mview.new("B", 1, 3, 2), "shape [2, 3, 2] expected, got [1, 3, 2]"},
      {v[1], "shape [2, 3, 2] expected, got [3, 2]"},
      {"abcdefghijkl", "shape [2, 3, 2] expected, got [12]"},
      {{{{0, 0}, {0, 0}, {0, 0}}}, "list of 2 items expected, got 1"},
    }
    for _, row in ipairs(rows) do
      raises(("bad argument #1 to 'copyfrom' (%s)"):format(row[2]), function()
        v:copyfrom(row[1])
      end)
    end
    assert.same(cube():tolist(), v:tolist())
  end)

  local kept = {
    {"b", {-1, 127}, ">q"}, {"<H", {1, 65535}, "I"}, {">i", {-5, 5}, "<i"},
    {"q", {1, -1 << 53}, "d"}, {"d", {3.0, -4.0}, "b"}, {"f", {0.5, -2}, "e"},
    {"Q", {5, math.mininteger}, ">Q"}, {"?", {true, false}, "<?"},
    {"c", {"x", "y"}, "1s"}, {"Zf", {{1, 2}}, "Zd"},
    {"<2h", {{1, -1}}, "T{>q:a:d:b:}"}, {"(2)B", {{7, 8}}, "(2)>h"},
  }
  for _, row in ipairs(kept) do
    it(("keeps the values: %s to %s"):format(row[1], row[3]), function()
      local source = mview.from(row[1], row[2])
      local target = mview.new(row[3], #row[2])
      target:copyfrom(source)
      local back = mview.new(row[1], #row[2])
      back:copyfrom(target)
      assert.is_true(source == target)
      assert.equal(source:tobytes(), back:tobytes())
    end)
  end

  local refused = {
    {"b", {1, -1}, "Q", 2, "value out of range"},
    {"Q", {-1}, "q", 1, "value out of range"},
    {"h", {128}, "b", 1, "value out of range"},
    {"d", {1.5}, "i", 1, "number has no integer representation"},
    {"d", {0, 1e39}, "f", 2, "value out of range"},
    {"f", {65520}, "e", 1, "value out of range"},
    {"?", {true}, "B", 1, "wrong type of value"},
    {"B", {1}, "?", 1, "wrong type of value"},
    {"B", {65}, "c", 1, "wrong type of value"},
    {"4s", {"abc"}, "3s", 1, "string too long"},
    {"2h", {{1, 2}}, "h", 1, "different fields"},
    {"2h", {{1, 2}}, "3h", 1, "different fields"},
    {"(2)h", {{1, 2}}, "2h", 1, "different fields"},
  }
  for _, row in ipairs(refused) do
    it(("refuses values that do not fit: %s to %s"):format(row[1], row[3]),
      function()
        local target = mview.new(row[3], #row[2])
        local source = mview.from(row[1], row[2])
        raises(("bad argument #1 to 'copyfrom' (item %d of format "
          .. "'%s' does not fit format '%s': %s)"):format(row[4], row[1],
          row[3], row[5]), function() target:copyfrom(source) end)
        assert.equal(("\0"):rep(target.nbytes), target:tobytes())
      end)
  end

  it("writes nothing if one value does not fit", function()
    local v = cube("b")
    raises("bad argument #2 to 'copyfrom' (item 12 of format 'h' does not "
      .. "fit format 'b': value out of range)", v.copyfrom, v, mview.from("h",
      {{{0, 0}, {0, 0}, {0, 0}}, {{0, 0}, {0, 0}, {0, 128}}}))
    assert.same(cube():tolist(), v:tolist())
  end)
end)

describe("fill and byteswap", function()
  it("write every item of a slice and no other byte", function()
    local v = cube()
    v:slice({}, {1, 3, 2}, 2):fill(0)
    assert.same({{{1, 0}, {3, 4}, {5, 0}}, {{7, 0}, {9, 10}, {11, 0}}},
      v:tolist())
    local w = cube("<H")
    w:slice(2, {}, 1):byteswap()
    assert.same({{{1, 2}, {3, 4}, {5, 6}},
      {{0x700, 8}, {0x900, 10}, {0xb00, 12}}}, w:tolist())
  end)
end)

describe("Comparison of more than one dimension", function()
  it("is by value and shape, across formats and layouts", function()
    assert.is_true(cube() == cube("d"))
    assert.is_true(cube(">q"):equals(cube("<H")))
    assert.is_true(cube():transpose():transpose() == cube("e"))
    assert.is_false(cube() == cube():transpose())
    assert.is_false(cube() == cube():cast("B"))
    assert.is_false(cube() == cube():cast("B", {2, 6}))
    assert.is_false(cube() == cube()[1])
  end)

  it("finds the first difference, as a full index", function()
    local v = cube("<i")
    assert.is_nil(v:mismatch(cube()))
    v:set(2, 1, 2, 0)
    v:set(2, 3, 1, 0)
    assert.same({2, 1, 2}, {v:mismatch(cube())})
    assert.same({2, 1, 2}, {v:transpose():transpose():mismatch(cube())})
    assert.same({1, 3, 2}, {v:transpose():mismatch(cube():transpose())})
  end)

  it("holds a NaN to be different from itself", function()
    local v = mview.from("d", {{1, 0 / 0}})
    assert.is_false(v == mview.from("d", {{1, 0 / 0}}))
    assert.same({1, 2}, {v:mismatch(mview.from("d", {{1, 0 / 0}}))})
  end)
end)

describe("count and index", function()
  it("count in all dimensions", function()
    local v = cube()
    v:set(1, 1, 1, 12)
    assert.equal(2, v:count(12))
    assert.equal(2, v:transpose():count(12.0))
    assert.equal(0, v:count(1))
  end)

  it("give the full index of the first item", function()
    local v = cube()
    assert.same({2, 1, 1}, {v:index(7)})
    assert.same({1, 2, 1}, {v:transpose():index(3)})
    assert.same({2, 2, 2}, {v:index(10, 2)})
    assert.is_nil(v:index(10, 1, 1))
    assert.is_nil(v:index(13))
  end)

  it("search for values of any type in padded items", function()
    local v = mview("\0\1\0\2\0\1", "xB")
    assert.equal(2, v:index(2.0))
    assert.equal(2, v:count(1))
    assert.is_nil(v:index(256))
  end)

  it("look for records", function()
    local v = mview.from("<hB", {{1, 2}, {3, 4}, {1, 2}})
    assert.equal(2, v:count {1, 2})
    assert.equal(2, v:index {3, 4})
    assert.is_nil(v:index {3, 5})
    assert.equal(0, v:count {3, 256})
    raises("bad argument #2 to 'count' ([2]: integer expected, got nil)",
      v.count, v, {3})
    raises("bad argument #2 to 'count' (table expected, got number)",
      v.count, v, 3)
  end)
end)

describe("mview.from and mview.new", function()
  it("take and give nested lists", function()
    for _, list in ipairs {{1, 2, 3}, {{1}, {2}}, {{{1, 2}}, {{3, 4}}}} do
      for _, format in ipairs {"b", ">I", "d"} do
        local v = mview.from(format, list)
        assert.equal(format, v.format)
        local back = v:cast(format, v.shape):tolist()
        assert.same(mview.from("d", list):tolist(), mview.from("d",
          back):tolist())
      end
    end
    assert.same({0}, mview.from("d", {}).shape)
    assert.same({2, 0}, mview.from("d", {{}, {}}).shape)
  end)

  local misfits = {
    {"too short", {{1, 2}, {3}}, "[2]: list of 2 items expected, got 1"},
    {"too long", {{1, 2}, {3, 4, 5}}, "[2]: list of 2 items expected, got 3"},
    {"a value for a list", {{1, 2}, 3}, "[2]: list expected, got number"},
    {"a list for a value", {1, {2}}, "[2]: integer expected, got table"},
    {"deep inside", {{{1}, {2}}, {{3}, {4, 5}}},
      "[2][2]: list of 1 item expected, got 2"},
    {"more than nothing", {{}, {1}}, "[2]: list of 0 items expected, got 1"},
    {"a value out of range", {{1, 2}, {3, 256}},
      "[2][2]: value 256 out of range [0, 255] for format 'B'"},
    {"a value of another type", {{1, 2}, {"3", 4}},
      "[2][1]: integer expected, got string"},
  }
  for _, row in ipairs(misfits) do
    it("name the place where a list does not fit: " .. row[1], function()
      raises(("bad argument #2 to 'from' (%s)"):format(row[3]), function()
        local _ = mview.from("B", row[2])
      end)
    end)
  end

  it("make zeroed memory of any shape", function()
    local v = mview.new("f", 480, 640)
    assert.same({480, 640}, v.shape)
    assert.same({2560, 4}, v.strides)
    assert.equal(("\0"):rep(480 * 640 * 4), v:tobytes())
    assert.is_false(v.readonly)
  end)

  local most, half = sizes.most, 1 << sizes.bits // 2 - 1
  local refused = {
    {{-1}, ("#2 to 'new' (size -1 out of range [0, %d])"):format(most)},
    {{math.mininteger}, "#2 to 'new' (size -9223372036854775808 out of range "
      .. ("[0, %d])"):format(most)},
    {{most // 2 + 1}, "#2 to 'new' (size too large)"},
    {{half, half}, "#3 to 'new' (size too large)"},
    {{most, most}, "#3 to 'new' (size too large)"},
    {{2, 1.5}, "#3 to 'new' (number has no integer representation)"},
    {{"x"}, "#2 to 'new' (number expected, got string)"},
    {{}, "#2 to 'new' (number expected, got no value)"},
  }
  for i, row in ipairs(refused) do
    it(("refuse sizes that no memory has, %d"):format(i), function()
      raises("bad argument " .. row[2], function()
        local _ = mview.new("d", table.unpack(row[1]))
      end)
    end)
  end

  it("refuse lists of items that no memory has", function()
    local format = ("%ds"):format(most // 2)
    raises("bad argument #2 to 'from' (size too large)", mview.from, format,
      {"a", "b", "c"})
  end)
end)
