local mview = require "mview"
local raises = require "raises"

-- 3 x 4, items 11 to 34
local function grid()
  return mview.from("B",
    {{11, 12, 13, 14}, {21, 22, 23, 24}, {31, 32, 33, 34}})
end

describe("slice", function()
  local rows = {
    {"no selector keeps all", {},
      {{11, 12, 13, 14}, {21, 22, 23, 24}, {31, 32, 33, 34}}},
    {"{} keeps a whole dimension", {{}, {2, 3}},
      {{12, 13}, {22, 23}, {32, 33}}},
    {"an integer drops its dimension", {2}, {21, 22, 23, 24}},
    {"an integer from the end", {{}, -1}, {14, 24, 34}},
    {"a range and an integer", {{2, 3}, 1}, {21, 31}},
    {"ranges in both", {{1, 2}, {2, 3}}, {{12, 13}, {22, 23}}},
    {"a range from the end", {{-1}, {-2, -1}}, {{33, 34}}},
    {"steps", {{1, 3, 2}, {1, 4, 3}}, {{11, 14}, {31, 34}}},
    {"a step backwards", {{nil, nil, -1}, {4, 1, -2}},
      {{34, 32}, {24, 22}, {14, 12}}},
    {"a range that is clipped", {{0, 9}, {-9, 2}},
      {{11, 12}, {21, 22}, {31, 32}}},
    {"a range backwards that is clipped", {{9, -9, -2}, {1}},
      {{31, 32, 33, 34}, {11, 12, 13, 14}}},
    {"a range of nothing", {{2, 1}}, {}},
    {"nothing of each row", {{}, {3, 2}}, {{}, {}, {}}},
    {"a huge step", {{1, 3, math.maxinteger}, {4, 1, math.mininteger}},
      {{14}}},
    {"huge positions", {{math.mininteger, math.maxinteger}, 1},
      {11, 21, 31}},
  }
  for _, row in ipairs(rows) do
    it("takes " .. row[1], function()
      assert.same(row[3], grid():slice(table.unpack(row[2])):tolist())
    end)
  end

  it("drops all dimensions if all selectors are integers", function()
    local v = grid():slice(2, 3)
    assert.equal(0, v.ndim)
    assert.equal(23, v:get())
  end)

  it("gives views of the same memory", function()
    local v = grid()
    v:slice({1, 2}, {2, 3}):fill(0)
    assert.same({{11, 0, 0, 14}, {21, 0, 0, 24}, {31, 32, 33, 34}},
      v:tolist())
  end)

  it("has the offset of its first item and its strides", function()
    local v = grid():slice({3, 1, -1}, {2, 4, 2})
    assert.same({3, 2}, v.shape)
    assert.same({-4, 2}, v.strides)
    assert.equal(9, v.offset)
    assert.is_false(v.contiguous)
  end)

  it("wants integers in range", function()
    local v = grid()
    raises("index 4 out of range [1, 3] in dimension 1", v.slice, v, 4)
    raises("index 5 out of range [1, 4] in dimension 2", v.slice, v, {}, 5)
    raises("index 0 out of range [1, 3] in dimension 1", v.slice, v, 0)
  end)

  it("takes floats of integer value, also in ranges", function()
    assert.same({12, 14}, grid():slice(1.0, {2.0, 4.0, 2.0}):tolist())
  end)

  it("refuses a value that is not a selector", function()
    local v = grid()
    local refused = {
      {{"a"}, "#1 to 'slice' (integer, list {i, j, step} or nil "
        .. "expected, got string)"},
      {{{}, true}, "#2 to 'slice' (integer, list {i, j, step} or nil "
        .. "expected, got boolean)"},
      {{1.5}, "#1 to 'slice' (number has no integer representation)"},
      {{{"a"}}, "#1 to 'slice' (integer expected at position 1 of the "
        .. "selector)"},
      {{1, {1, 2.5}}, "#2 to 'slice' (integer expected at position 2 of the "
        .. "selector)"},
      {{{1, 2, 0}}, "#1 to 'slice' (step is 0)"},
      {{1, 1, 1}, "#3 to 'slice' (3 selectors for 2 dimensions)"},
      {{{}, {}, {}}, "#3 to 'slice' (3 selectors for 2 dimensions)"},
    }
    for _, row in ipairs(refused) do
      raises("bad argument " .. row[2], function()
        local _ = v:slice(table.unpack(row[1]))
      end)
    end
  end)
end)

describe("sub of more than one dimension", function()
  it("slices the first dimension", function()
    local v = grid()
    assert.same({{21, 22, 23, 24}, {31, 32, 33, 34}}, v:sub(2):tolist())
    assert.same({{11, 12, 13, 14}}, v:sub(-9, -3):tolist())
    assert.same({{31, 32, 33, 34}, {11, 12, 13, 14}},
      v:sub(-1, 1, -2):tolist())
    assert.same({0, 4}, v:sub(4).shape)
  end)
end)

describe("transpose", function()
  it("reverses the dimensions", function()
    local v = grid():transpose()
    assert.same({4, 3}, v.shape)
    assert.same({1, 4}, v.strides)
    assert.same({{11, 21, 31}, {12, 22, 32}, {13, 23, 33}, {14, 24, 34}},
      v:tolist())
    assert.is_true(v.f_contiguous)
    assert.is_false(v.c_contiguous)
    assert.is_true(v.contiguous)
  end)

  it("permutes them in any order", function()
    local v = mview.new("H", 2, 3, 4):transpose(3, 1, 2)
    assert.same({4, 2, 3}, v.shape)
    assert.same({2, 24, 8}, v.strides)
    assert.same({2, 3, 4}, v:transpose(2, 3, 1).shape)
  end)

  it("does not change views of one dimension or of none", function()
    assert.same({5}, mview.new("B", 5):transpose().shape)
    assert.same({}, mview("x"):cast("B", {}):transpose().shape)
  end)

  it("refuses arguments that are not a permutation", function()
    local v = grid()
    local rows = {
      {{1}, "#2 to 'transpose' (2 dimensions expected, got 1)"},
      {{1, 2, 3}, "#3 to 'transpose' (2 dimensions expected, got 3)"},
      {{1, 1}, "#2 to 'transpose' (dimension 1 given twice)"},
      {{1, 3}, "#2 to 'transpose' (dimension 3 out of range [1, 2])"},
      {{0, 1}, "#1 to 'transpose' (dimension 0 out of range [1, 2])"},
      {{-1, 1}, "#1 to 'transpose' (dimension -1 out of range [1, 2])"},
      {{"a", 2}, "#1 to 'transpose' (number expected, got string)"},
      {{1.5, 2}, "#1 to 'transpose' (number has no integer representation)"},
    }
    for _, row in ipairs(rows) do
      raises("bad argument " .. row[2], function()
        local _ = v:transpose(table.unpack(row[1]))
      end)
    end
  end)
end)

describe("Contiguity", function()
  -- shape, strides by slicing, C, F
  local rows = {
    {"a whole grid", function(v) return v end, true, false},
    {"its transpose", function(v) return v:transpose() end, false, true},
    {"some rows", function(v) return v:sub(2, 3) end, true, false},
    {"some columns", function(v) return v:slice({}, {1, 2}) end, false, false},
    {"one column", function(v) return v:slice({}, {1, 1}) end, false, false},
    {"one row", function(v) return v:sub(2, 2) end, true, true},
    {"part of one row", function(v) return v:slice({2, 2}, {2, 3}) end, true,
      true},
    {"one item", function(v) return v:slice({2, 2}, {2, 2}) end, true, true},
    {"every second row, of two", function(v) return v:sub(1, 2, 2) end, true,
      true},
    {"rows backwards", function(v) return v:sub(-1, 1, -1) end, false, false},
    {"no rows, backwards", function(v) return v:slice({1, 2, -1}, {1, 2}) end,
      true, true},
    {"nothing of each row", function(v) return v:slice({}, {3, 2}) end, true,
      true},
  }
  for _, row in ipairs(rows) do
    it(("is as in PEP 3118 for %s"):format(row[1]), function()
      local v = row[2](grid())
      assert.equal(row[3], v.c_contiguous)
      assert.equal(row[4], v.f_contiguous)
      assert.equal(row[3] or row[4], v.contiguous)
    end)
  end
end)
