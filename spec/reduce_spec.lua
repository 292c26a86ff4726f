local mview = require "mview"

local INTEGERS = {"b", "B", "h", "H", "i", "I", "q", "Q", "n", "N"}
local FLOATS = {"e", "f", "d", "g"}

-- The sum of a list, and the indices of its least and its greatest item.
local function model(list)
  local sum, least, greatest = 0, 1, 1
  for i, x in ipairs(list) do
    sum = sum + x
    if x < list[least] then least = i end
    if x > list[greatest] then greatest = i end
  end
  return sum, least, greatest
end

describe("sum, min and max", function()
  for _, formats in ipairs {INTEGERS, FLOATS} do
    for _, format in ipairs(formats) do
      for _, order in ipairs {"<", ">"} do
        if not format:find "[nNg]" or order == "<" then
          local full = format:find "[nNg]" and format or order .. format
          it("of " .. full .. " are those of a loop", function()
            local list = {}
            for i = 1, 1500 do list[i] = (i * 37) % 101 end
            local sum, least, greatest = model(list)
            local v = mview.from(full, list)
            assert.equal(sum, v:sum())
            assert.equal(math.type(v[1]), math.type(v:sum()))
            assert.same({list[least], least}, {v:min()})
            assert.same({list[greatest], greatest}, {v:max()})
          end)
        end
      end
    end
  end

  it("follow strides and give a full index", function()
    local v = mview.from("h", {{1, 9, 2}, {8, 3, -7}})
    assert.equal(16, v:sum())
    assert.same({-7, 2, 3}, {v:min()})
    assert.same({9, 1, 2}, {v:max()})
    local t = v:transpose()
    assert.equal(16, t:sum())
    assert.same({-7, 3, 2}, {t:min()})
    assert.same({9, 2, 1}, {t:max()})
    local every_second = mview.from("i", {5, 0, 4, 0, 9, 0}):sub(-2, 1, -2)
    assert.equal(18, every_second:sum())
    assert.same({4, 2}, {every_second:min()})
    assert.same({9, 1}, {every_second:max()})
  end)

  it("of no dimensions are the item", function()
    local v = mview.from("h", {7}):slice(1)
    assert.same({7}, {v:sum()})
    assert.same({7}, {v:min()})
    assert.same({7}, {v:max()})
  end)

  it("are 0 and nil without items", function()
    for _, format in ipairs {"B", "Q", "d"} do
      local v = mview.new(format, 2, 0)
      assert.equal(0, v:sum())
      assert.same({n = 1}, table.pack(v:min()))
      assert.same({n = 1}, table.pack(v:max()))
    end
  end)

  it("give the first of equal items, a zero of either sign", function()
    local v = mview.from("d", {1, 0.0, -0.0, 1})
    assert.same({0.0, 2}, {v:min()})
    assert.same({1.0, 1}, {v:max()})
    assert.equal(2, select(2, mview.from("f", {-1, -0.0, 0.0}):max()))
  end)

  it("take Q as unsigned", function()
    local v = mview.from("Q", {1, -1, 5})
    assert.same({-1, 2}, {v:max()})
    assert.same({1, 1}, {v:min()})
    assert.equal(-1, mview.from("Q", {-2, 1}):sum())
  end)

  it("answer with the first NaN", function()
    for _, format in ipairs {"e", "f", "d"} do
      local list = {}
      for i = 1, 2000 do list[i] = i % 7 end
      list[1500], list[1600] = 0 / 0, -(0 / 0)
      local v = mview.from(format, list)
      for _, name in ipairs {"min", "max"} do
        local x, i = v[name](v)
        assert.is_true(x ~= x)
        assert.equal(1500, i)
      end
      assert.is_true(v:sum() ~= v:sum())
    end
  end)
end)

describe("sum", function()
  it("of integers fits when the exact result does", function()
    local most, least = math.maxinteger, math.mininteger
    local rows = {{"q", {most, 1, -1}, most}, {"q", {least, -1, 1}, least},
      {"q", {most, most, least, least, 2}, 0}, {"Q", {-1}, -1},
      {"q", {most, 1}}, {"q", {least, -1}}, {"Q", {-1, 1}}}
    for _, row in ipairs(rows) do
      local v = mview.from(row[1], row[2])
      if row[3] then
        assert.equal(row[3], v:sum())
      else
        assert.has_error(function() v:sum() end,
          "sum out of range for an integer")
      end
    end
  end)

  it("of many floats is as exact as pairs of sums", function()
    local v = mview.new("d", 1000000):fill(0.1)
    assert.is_true(math.abs(v:sum() - 100000) < 1e-9)
  end)

  it("of complex numbers is that of each part", function()
    assert.same({4, -1}, mview.from("Zd", {{1, 2}, {3, -3}}):sum())
    assert.same({4, -1}, mview.from(">Zf", {{1, 2}, {3, -3}}):sum())
  end)
end)

describe("An item that is not a number", function()
  for _, format in ipairs {"?", "c", "4s", "p", "T{B:a:}", "2i"} do
    it("has no sum and no order: " .. format, function()
      local v = mview.new(format, 3)
      assert.has_error(function() v:sum() end,
        "items of format '" .. format .. "' have no sum")
      for _, name in ipairs {"min", "max"} do
        assert.has_error(function() v[name](v) end,
          "items of format '" .. format .. "' have no order")
      end
    end)
  end

  it("has a sum and no order, if it is complex", function()
    local v = mview.new("Zd", 3)
    assert.has_error(function() v:max() end,
      "items of format 'Zd' have no order")
  end)
end)
