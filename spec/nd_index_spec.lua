local mview = require "mview"
local raises = require "raises"

-- 2 x 3: {{1, 2, 3}, {4, 5, 6}}
local function grid()
  return mview.from("<h", {{1, 2, 3}, {4, 5, 6}})
end

describe("A view of more than one dimension", function()
  it("has rows that are views of the same memory", function()
    local v = grid()
    local row = v[2]
    assert.is_true(mview.isview(row))
    assert.same({3}, row.shape)
    assert.same({4, 5, 6}, row:tolist())
    row[1] = 40
    assert.equal(40, v(2, 1))
  end)

  it("counts rows from the end with negative indices", function()
    local v = grid()
    assert.same({4, 5, 6}, v[-1]:tolist())
    assert.same({1, 2, 3}, v[-2]:tolist())
  end)

  it("reads nil for a row that is not there, as a table does", function()
    local v = grid()
    for _, i in ipairs {0, 3, -3, math.maxinteger, math.mininteger} do
      assert.is_nil(v[i])
    end
    assert.equal(2, #v)
  end)

  it("copies an assigned value into a row", function()
    local v = grid()
    v[1] = mview.from("<h", {7, 8, 9})
    assert.same({{7, 8, 9}, {4, 5, 6}}, v:tolist())
    v[-1] = {10, 11, 12}
    assert.same({{7, 8, 9}, {10, 11, 12}}, v:tolist())
    v[1] = v[2]
    assert.same({{10, 11, 12}, {10, 11, 12}}, v:tolist())
  end)

  it("changes nothing if the value of a row does not fit", function()
    for _, row in ipairs {
      {{1, 2}, "list of 3 items expected, got 2"},
      {{1, 2, 3, 4}, "list of 3 items expected, got 4"},
      {{1, 2, 40000}, "[3]: value 40000 out of range [-32768, 32767] for "
        .. "format '<h'"},
      {{1, 2, "3"}, "[3]: integer expected, got string"},
      {{1, 2, 3.5}, "[3]: number has no integer representation"},
      {mview.from("<h", {1, 2}), "shape [3] expected, got [2]"},
      {5, "bytes-like or list expected, got number"},
      {"ab", "shape [3] expected, got [2]"},
      {true, "bytes-like or list expected, got boolean"},
    } do
      local v = grid()
      raises(row[2], function() v[1] = row[1] end)
      assert.same({{1, 2, 3}, {4, 5, 6}}, v:tolist())
    end
  end)

  it("refuses to assign a row that is not there", function()
    raises("index 3 out of range [1, 2] in dimension 1", function()
      grid()[3] = {1, 2, 3}
    end)
  end)

  it("reads and writes one item by its full index", function()
    local v = grid()
    for i = 1, 2 do
      for j = 1, 3 do
        assert.equal(3 * i - 3 + j, v:get(i, j))
        assert.equal(3 * i - 3 + j, v(i, j))
        assert.equal(3 * i - 3 + j, v(i - 3, j - 4))
        v:set(i, j, 100 * i + j)
        assert.equal(100 * i + j, v[i][j])
      end
    end
  end)

  local out_of_range = {
    {{3, 1}, "index 3 out of range [1, 2] in dimension 1"},
    {{0, 1}, "index 0 out of range [1, 2] in dimension 1"},
    {{-3, 1}, "index -3 out of range [1, 2] in dimension 1"},
    {{1, 4}, "index 4 out of range [1, 3] in dimension 2"},
    {{2, -4}, "index -4 out of range [1, 3] in dimension 2"},
    {{1, math.mininteger},
      "index -9223372036854775808 out of range [1, 3] in dimension 2"},
  }
  for _, row in ipairs(out_of_range) do
    local i, j = table.unpack(row[1])
    it(("names the dimension of index %d, %d"):format(i, j), function()
      local v = grid()
      raises(row[2], v.get, v, i, j)
      raises(row[2], v, i, j)
      raises(row[2], v.set, v, i, j, 0)
    end)
  end

  it("wants as many indices as it has dimensions", function()
    local v = grid()
    for _, index in ipairs {{}, {1}, {1, 1, 1}} do
      local message = ("2 indices expected, got %d"):format(#index)
      raises(message, v.get, v, table.unpack(index))
      raises(message, v, table.unpack(index))
      raises(("2 indices and a value expected, got %d argument%s"):format(
        #index + 1, #index == 0 and "" or "s"),
        v.set, v, table.unpack({5, table.unpack(index)}))
    end
    assert.same({{1, 2, 3}, {4, 5, 6}}, v:tolist())
  end)

  it("walks over its rows with pairs and iter", function()
    local rows = {}
    for i, row in pairs(grid()) do rows[i] = row:tolist() end
    assert.same({{1, 2, 3}, {4, 5, 6}}, rows)
    rows = {}
    for row in grid():iter() do rows[#rows + 1] = row:tolist() end
    assert.same({{1, 2, 3}, {4, 5, 6}}, rows)
  end)

  it("gives its rows as results", function()
    local first, second, none = grid():values()
    assert.same({1, 2, 3}, first:tolist())
    assert.same({4, 5, 6}, second:tolist())
    assert.is_nil(none)
  end)

  it("keeps read-only rows read-only", function()
    local v = grid():toreadonly()
    assert.is_true(v[1].readonly)
    local message = "attempt to write to a read-only view"
    raises(message, function() v[1][1] = 0 end)
    raises(message, function() v[1] = {0, 0, 0} end)
    raises(message, v.set, v, 1, 1, 0)
  end)

  it("may have up to 64 dimensions", function()
    local ones = {}
    for d = 1, 64 do ones[d] = 1 end
    local v = mview.new("B", table.unpack(ones))
    v:set(table.unpack(table.move({9}, 1, 1, 65, {table.unpack(ones)})))
    assert.equal(9, v(table.unpack(ones)))
    assert.equal("\9", v:tobytes())
    raises("bad argument #66 to 'new' (more than 64 dimensions)", function()
      local _ = mview.new("B", 1, table.unpack(ones))
    end)
  end)
end)

describe("A view of no dimensions", function()
  local function scalar()
    return mview.fromhex("01 02"):view():cast("<h", {})
  end

  it("has one item", function()
    local v = scalar()
    assert.equal(0, v.ndim)
    assert.same({}, v.shape)
    assert.same({}, v.strides)
    assert.equal(2, v.nbytes)
    assert.equal(0x0201, v:get())
    assert.equal(0x0201, v())
    assert.equal(0x0201, v:tolist())
    assert.equal("\1\2", v:tobytes())
    assert.is_true(v.contiguous)
  end)

  it("is written with set", function()
    local v = scalar()
    v:set(-2)
    assert.equal(-2, v:get())
    raises("0 indices and a value expected, got 2 arguments", v.set, v, 1, 5)
    raises("0 indices expected, got 1", v.get, v, 1)
    assert.equal(-2, v:get())
  end)

  it("has no length and no first dimension to slice", function()
    local v = scalar()
    raises("a view of 0 dimensions has no length", function() return #v end)
    raises("a view of 0 dimensions has no index", function() v[1] = 5 end)
    raises("calling 'sub' on bad self (0 dimensions)", function()
      local _ = v:sub(1, 1)
    end)
    raises("bad argument #1 to 'slice' (1 selector for 0 dimensions)",
      function() local _ = v:slice({}) end)
    assert.is_nil(v[1])
    assert.equal(0, v:slice().ndim)
  end)

  it("is filled, copied, compared and cast like other views", function()
    local v, w = scalar(), scalar()
    v:fill(7)
    assert.equal(7, v:get())
    assert.is_false(v == w)
    w:copyfrom(v)
    assert.is_true(v == w)
    v:byteswap()
    assert.equal(0x0700, v:get())
    assert.same({0, 7}, v:cast("B"):tolist())
    assert.equal("0007", v:hex())
    assert.equal(7, v:transpose():cast("<2B", {}):get()[2])
  end)
end)

describe("A view with a dimension of no items", function()
  it("has no items, and its shape", function()
    for _, shape in ipairs {{0}, {0, 3}, {3, 0}, {2, 0, 4}} do
      local v = mview.new("d", table.unpack(shape))
      assert.same(shape, v.shape)
      assert.equal(0, v.nbytes)
      assert.equal(shape[1], #v)
      assert.equal("", v:tobytes())
      assert.equal("", v:tobytes("F"))
      assert.is_true(v.c_contiguous)
      assert.is_true(v.f_contiguous)
      v:fill(1)
      v:byteswap()
      v:copyfrom(v)
      assert.is_nil(v:mismatch(v))
    end
    assert.same({{}, {}}, mview.new("d", 2, 0):tolist())
    assert.same({}, mview.new("d", 0, 2):tolist())
    assert.same({0}, mview.new("d", 2, 0)[1].shape)
  end)
end)
