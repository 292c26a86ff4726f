local lend_host = require "lend_host"
local mview = require "mview"
local raises = require "raises"

-- 3 rows of 4 items of "<H", each row a block of its own
local function picture(readonly)
  local blocks = {}
  for i = 1, 3 do
    blocks[i] = string.pack("<I2I2I2I2", 10 * i + 1, 10 * i + 2, 10 * i + 3,
      10 * i + 4)
  end
  return lend_host.pil {blocks = blocks, format = "<H", shape = {3, 4},
    readonly = readonly}
end

local all = {{11, 12, 13, 14}, {21, 22, 23, 24}, {31, 32, 33, 34}}

describe("A view whose first dimension is pointers", function()
  it("has suboffsets and is not contiguous", function()
    local v = picture()
    assert.same({3, 4}, v.shape)
    assert.same({0, -1}, v.suboffsets)
    assert.equal(2, v.strides[2])
    assert.equal(24, v.nbytes)
    assert.is_false(v.contiguous)
    assert.is_false(v.c_contiguous)
    assert.is_false(v.f_contiguous)
  end)

  it("reads items, rows and all of it", function()
    local v = picture()
    assert.equal(23, v(2, 3))
    assert.equal(34, v:get(-1, -1))
    assert.same({21, 22, 23, 24}, v[2]:tolist())
    assert.same({}, v[2].suboffsets)
    assert.same(all, v:tolist())
    assert.equal(mview.from("<H", all):tobytes(), v:tobytes())
    assert.equal(mview.from("<H", all):tobytes("F"), v:tobytes("F"))
    assert.equal(mview.from("<H", all):hex(), v:hex())
  end)

  it("writes through the pointers", function()
    local v, handle = picture()
    v:set(1, 1, 0x0102)
    v[2] = {1, 2, 3, 4}
    v:slice(3, {2, 3}):fill(0)
    local first, second, third = handle:bytes()
    assert.equal(string.pack("<I2I2I2I2", 0x0102, 12, 13, 14), first)
    assert.equal(string.pack("<I2I2I2I2", 1, 2, 3, 4), second)
    assert.equal(string.pack("<I2I2I2I2", 31, 0, 0, 34), third)
  end)

  it("is filled, swapped, copied and compared", function()
    local v, w = picture(), mview.from(">I", all)
    assert.is_true(v == w)
    assert.is_true(w == v)
    v:byteswap()
    assert.equal(0x0b00, v(1, 1))
    assert.same({1, 1}, {v:mismatch(w)})
    v:copyfrom(w)
    assert.same(all, v:tolist())
    v:copyfrom(v:slice({-1, 1, -1}))
    assert.same({all[3], all[2], all[1]}, v:tolist())
    assert.equal(1, v:count(22))
    v:fill(7)
    assert.equal(12, v:count(7))
  end)

  it("is compared and copied with 64 dimensions", function()
    local shape = {2}
    for d = 2, 63 do shape[d] = 1 end
    shape[64] = 3
    local function deep(last)
      return lend_host.pil {blocks = {"abc", last}, format = "B", shape = shape}
    end
    local v, w = deep("def"), deep("deg")
    assert.is_false(v == w)
    v:copyfrom(w)
    assert.equal("abcdeg", v:tobytes())
    assert.is_true(v == w)
  end)

  it("is sliced in all dimensions", function()
    local rows = {
      {{{2, 3}}, {0, -1}, {all[2], all[3]}},
      {{{3, 1, -2}}, {0, -1}, {all[3], all[1]}},
      {{{}, {2, 4, 2}}, {2, -1}, {{12, 14}, {22, 24}, {32, 34}}},
      {{{}, {4, 1, -3}}, {6, -1}, {{14, 11}, {24, 21}, {34, 31}}},
      {{{2, 1}}, {0, -1}, {}},
    }
    for _, row in ipairs(rows) do
      local v = picture():slice(table.unpack(row[1]))
      assert.same(row[2], v.suboffsets)
      assert.same(row[3], v:tolist())
    end
    local column = picture():slice({}, 3)
    assert.same({3}, column.shape)
    assert.same({13, 23, 33}, column:tolist())
    assert.equal(33, column[3])
    column[3] = 5
    assert.same({13, 23, 5}, column:tolist())
  end)

  it("follows no pointer without items", function()
    local v = lend_host.pil {blocks = {"", "", "", ""}, format = "Zd",
      shape = {4, 0}}
    assert.same({{}, {}, {}, {}}, v:tolist())
    assert.same({0}, v[4].shape)
    assert.equal("", v:tobytes())
    assert.same({4, 0}, v:slice({-1, 1, -1}).shape)
    assert.is_true(v == mview.new("B", 4, 0))
    local none = picture():slice({3, 2})
    assert.same({}, none:tolist())
    assert.is_nil(none[1])
  end)

  it("inherits read-only", function()
    local v = picture(true)
    assert.is_true(v.readonly)
    raises("attempt to write to a read-only view", v.set, v, 1, 1, 0)
    raises("attempt to write to a read-only view", function()
      v[1][1] = 0
    end)
  end)

  it("refuses a cast and a transposition with the reason", function()
    local v = picture()
    for _, name in ipairs {"cast", "transpose"} do
      local ok, err = pcall(function()
        local _ = name == "cast" and v:cast("B") or v:transpose()
      end)
      assert.is_false(ok)
      assert.is_truthy(err:find "suboffsets", err)
    end
  end)

  it("dies with its loan, rows too", function()
    local v, handle = picture()
    local row = v[1]
    assert.equal("string", type(handle:bytes()))
    assert.equal(0, handle:revoke())
    assert.is_nil(handle:bytes()) -- by done
    for _, view in ipairs {v, row} do
      assert.is_false(view.valid)
      raises("attempt to use a view of revoked memory", view.tolist, view)
    end
  end)
end)

describe("A view whose second dimension is pointers", function()
  -- 2 tables of 2 rows of 3 items, each row a block of its own
  local function tables()
    return lend_host.pil {blocks = {"abc", "def", "ghi", "jkl"}, format = "c",
      shape = {2, 2, 3}, depth = 2}
  end

  it("reads items, tables, rows and all of it", function()
    local v = tables()
    assert.same({-1, 0, -1}, v.suboffsets)
    assert.equal("abcdefghijkl", v:tobytes())
    assert.equal("k", v(2, 2, 2))
    assert.same({0, -1}, v[2].suboffsets)
    assert.equal("ghijkl", v[2]:tobytes())
    assert.equal("jkl", v[2][2]:tobytes())
  end)

  it("keeps its pointers if one of each is selected", function()
    local v = tables():slice({}, 2)
    assert.same({2, 3}, v.shape)
    assert.same({0, -1}, v.suboffsets)
    assert.equal("defjkl", v:tobytes())
    assert.equal("el", v:slice({}, 2):sub(1, 1):tobytes()
      .. v:slice(2, {3, 3}):tobytes())
  end)
end)

describe("A view of pointers to pointers", function()
  it("refuses the slice that would follow two at once", function()
    local v = lend_host.lend {data = ("\0"):rep(32), format = "B",
      shape = {2, 2, 4}, strides = {16, 8, 1}, suboffsets = {0, 0, -1}}
    raises("this slice of memory with suboffsets cannot be described",
      v.slice, v, {}, 1)
  end)
end)
