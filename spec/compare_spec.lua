local mview = require "mview"
local agree = require "agree"
local raises = require "raises"

local MIN, MAX = math.mininteger, math.maxinteger
local little = string.pack("=I2", 1) == "\1\0"
local foreign = little and ">" or "<"

-- Views of a list of numbers from 0 to 100, of each kind.
local makers = {
  ["bytes"] = function(list) return mview.from("B", list) end,
  ["native integers"] = function(list) return mview.from("i", list) end,
  ["foreign integers"] = function(list)
    return mview.from(foreign .. "h", list)
  end,
  ["long integers"] = function(list) return mview.from("q", list) end,
  ["floats"] = function(list) return mview.from("f", list) end,
  ["foreign doubles"] = function(list)
    return mview.from(foreign .. "d", list)
  end,
  ["half floats"] = function(list) return mview.from("e", list) end,
  ["every third"] = function(list)
    local v = mview.new("H", 3 * #list):sub(2, -1, 3)
    return v:copyfrom(mview.from("H", list))
  end,
  ["backwards"] = function(list)
    local v = mview.new("b", #list):sub(-1, 1, -1)
    return v:copyfrom(mview.from("b", list))
  end,
  ["fields of records"] = function(list)
    local v = mview.new("<bHb", #list):field(2)
    return v:copyfrom(mview.from("H", list))
  end,
}

local function numbers(n)
  local list = {}
  for i = 1, n do list[i] = i * 37 % 101 end
  return list
end

describe("equals, == and mismatch", function()
  for one, make in pairs(makers) do
    for other, remake in pairs(makers) do
      it(("compare %s with %s by value"):format(one, other), function()
        local v, w = make {0, 1, 99, 100}, remake {0, 1, 99, 100}
        assert.is_true(v == w)
        assert.is_true(v:equals(w))
        assert.is_nil((v:mismatch(w)))
        w[3] = 98
        assert.is_false(v == w)
        assert.is_false(v:equals(w))
        assert.equal(3, v:mismatch(w))
        assert.equal(3, w:mismatch(v))
        assert.equal(1, select("#", v:mismatch(w)))
      end)
    end
  end

  for name, make in pairs(makers) do
    it("find the first of all differences, of " .. name, function()
      for _, n in ipairs {1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 129, 200} do
        local list = numbers(n)
        local v, w = make(list), makers["native integers"](list)
        agree(nil, v:mismatch(w), "%d items", n)
        for i = n, 1, -1 do
          w[i] = 101
          agree(i, v:mismatch(w), "%d items", n)
          agree(i, w:mismatch(v), "%d items", n)
          agree(false, v:equals(w), "%d items", n)
        end
      end
    end)
  end

  it("take any bytes-like", function()
    local v = mview.bytearray("abc"):view()
    local object = setmetatable({}, {__buffer = function() return "abd" end})
    local map = mview.map(nil, "r+", 0, 3)
    for _, row in ipairs {{"abc", nil}, {"abd", 3}, {object, 3}, {map, 1},
      {mview.bytearray("xbc"), 1}, {mview("aXc", "c"), 1}, {"", 1},
      {"ab", 3}, {"abcd", 4}, {v, nil}, {v:sub(1, 2), 3}} do
      assert.equal(row[2] == nil, v:equals(row[1]))
      assert.equal(row[2], v:mismatch(row[1]))
    end
  end)

  it("find the end of the shorter to be different", function()
    for n = 0, 4 do
      for m = 0, 4 do
        local v, w = mview(("a"):rep(n)), mview(("a"):rep(m), "b")
        assert.equal(n == m, v:equals(w))
        assert.equal(n == m, v == w)
        local first = math.min(n, m) + 1
        assert.equal(n ~= m and first or nil, (v:mismatch(w)))
      end
    end
  end)

  it("return true for 0 dimensions that differ", function()
    local v, w = mview("ab"):slice(1), mview("ab"):slice(2)
    assert.is_true(v:mismatch(w))
    assert.is_nil((v:mismatch(v)))
  end)

  it("find numbers and other values to be different", function()
    local rows = {
      {"B", "?", 1, "\2\0"}, {"B", "?", nil, "\0\1"}, {"B", "c", 1, "a"},
      {"c", "s", nil, "ab"},
      {"?", "?", nil, "\1\0"}, {"2s", "2s", nil, "abcd"},
      {"b", "B", 1, "\255"}, {"b", "B", nil, "\127\0"},
    }
    for _, row in ipairs(rows) do
      local v, w = mview(row[4], row[1]), mview(row[4], row[2])
      assert.equal(row[3], (v:mismatch(w)))
      assert.equal(row[3], (w:mismatch(v)))
    end
  end)

  it("know signs, NaN and the two zeros", function()
    local nan = 0 / 0
    local rows = {
      {mview.from("d", {0.0}), mview.from("d", {-0.0}), nil},
      {mview.from("d", {nan}), mview.from("d", {nan}), 1},
      {mview.from("f", {1, nan}), mview.from("d", {1, nan}), 2},
      {mview.from("q", {-1}), mview.from("Q", {-1}), 1},
      {mview.from("q", {MAX}), mview.from("Q", {MAX}), nil},
      {mview.from("q", {MAX}), mview.from("d", {2.0 ^ 63}), 1},
      {mview.from("Q", {MIN}), mview.from("d", {2.0 ^ 63}), nil},
      {mview.from("q", {(1 << 53) + 1}), mview.from("d", {2.0 ^ 53}), 1},
      {mview.from("d", {0.1}), mview.from("f", {0.1}), 1},
      {mview.from("d", {math.huge}), mview.from("e", {math.huge}), nil},
      {mview.from("Zf", {{1, 0}}), mview.from("b", {1}), nil},
      {mview.from("Zf", {{1, 2}}), mview.from("b", {1}), 1},
    }
    for i, row in ipairs(rows) do
      agree(row[3], (row[1]:mismatch(row[2])), "row %d", i)
      agree(row[3], (row[2]:mismatch(row[1])), "row %d, reversed", i)
      agree(row[3] == nil, row[1] == row[2], "row %d", i)
    end
    local v = mview.from("d", {nan})
    assert.is_false(v:equals(v))
    assert.equal(1, v:mismatch(v))
  end)

  it("take only bytes-likes", function()
    local v = mview("a")
    for _, name in ipairs {"equals", "mismatch"} do
      for got, x in pairs {number = 97, boolean = true, ["function"] = print,
        ["FILE*"] = io.stdout,
        ["table; mview.from and mview.bytearray take a list"] = {97}} do
        raises(("bad argument #2 to '%s' (string, view or other bytes-like "
          .. "expected, got %s)"):format(name, got), v[name], v, x)
      end
      raises(("bad argument #2 to '%s' (string, view or other bytes-like "
        .. "expected, got no value)"):format(name), v[name], v)
    end
  end)

  it("raise for dead views, unlike ==", function()
    local v, dead = mview("a"), mview("a")
    dead:release()
    for _, name in ipairs {"equals", "mismatch"} do
      raises("attempt to use a released view", v[name], v, dead)
      raises("attempt to use a released view", v[name], dead, v)
    end
    assert.is_false(v == dead)
  end)
end)

-- The position of x among items i to j of a list, by the rules of string.sub.
local function find(list, x, i, j)
  local n = #list
  i, j = i or 1, j or -1
  if i < 0 then i = n + i + 1 end
  if j < 0 then j = n + j + 1 end
  for k = math.max(i, 1), math.min(j, n) do
    if list[k] == x then return k end
  end
end

describe("index", function()
  for name, make in pairs(makers) do
    it("is that of the first equal item from i to j, of " .. name, function()
      local list = {5, 7, 5, 100, 7, 0}
      local v = make(list)
      local positions = {MIN, MIN + 1, MAX}
      for i = -8, 8 do positions[#positions + 1] = i end
      for _, x in ipairs {5, 7.0, 100, 0, 99} do
        for _, i in ipairs(positions) do
          for _, j in ipairs(positions) do
            agree(find(list, x, i, j), (v:index(x, i, j)), "index(%s, %d, %d)",
              x, i, j)
          end
          agree(find(list, x, i), (v:index(x, i)), "index(%s, %d)", x, i)
        end
        agree(find(list, x), (v:index(x)), "index(%s)", x)
      end
    end)

    it("finds an item at any place, of " .. name, function()
      for _, n in ipairs {1, 8, 63, 64, 65, 200} do
        local v = make(numbers(n)):fill(1)
        for i = n, 1, -1 do
          v[i] = 77
          agree(i, (v:index(77)), "%d items", n)
          agree(n - i + 1, v:count(77), "%d items", n)
          agree(i - 1, v:count(1), "%d items", n)
        end
      end
    end)
  end
end)

describe("index and count", function()
  -- format, items, value, index, count
  local rows = {
    {"B", {1, 2, 2}, 2, 2, 2}, {"B", {1, 2, 2}, 2.0, 2, 2},
    {"B", {1, 2, 2}, 2.5, nil, 0}, {"B", {1, 2, 2}, 258, nil, 0},
    {"B", {255, 0}, -1, nil, 0}, {"B", {255, 0}, MAX, nil, 0},
    {"b", {-1, 1, -1}, -1, 1, 2}, {"b", {-1, 1}, 255, nil, 0},
    {"<h", {-2, 5}, -2, 1, 1}, {"H", {65534, 5}, -2, nil, 0},
    {"q", {MIN, MAX}, MIN, 1, 1}, {"q", {MIN, MAX}, MAX, 2, 1},
    {"q", {MIN, MAX}, 2.0 ^ 63, nil, 0}, {"q", {MIN, MAX}, -2.0 ^ 63, 1, 1},
    {"Q", {-1, 5}, -1, 1, 1}, {"Q", {-1.0, 5}, -1.0, 1, 1},
    {"Q", {5, -1}, -1.0, 2, 1}, {">Q", {5, -2.0 ^ 63}, math.mininteger, 2, 1},
    {"QB", {{-1.0, 5}}, {-1.0, 5}, 1, 1}, {"(2)Q", {{1, -3}}, {1, -3.0}, 1, 1},
    {"q", {-1}, -1.0, 1, 1}, {"Q", {5}, 1.5, nil, 0},
    {"Q", {MIN, 5}, 2.0 ^ 63, 1, 1},
    {"q", {(1 << 53) + 1}, 2.0 ^ 53, nil, 0},
    {"d", {1.5, -0.0}, 0, 2, 1}, {"d", {1.5, -0.0}, 1.5, 1, 1},
    {"d", {0 / 0}, 0 / 0, nil, 0}, {"f", {0.1}, 0.1, nil, 0},
    {"d", {2.0 ^ 53}, (1 << 53) + 1, nil, 0}, {"d", {2.0 ^ 53}, 1 << 53, 1, 1},
    {"e", {math.huge, 1}, math.huge, 1, 1},
    {"?", {true, false, true}, true, 1, 2}, {"?", {true, false}, false, 2, 1},
    {"c", {"a", "b", "a"}, "a", 1, 2},
    {"c", {"a", "b"}, "", nil, 0}, {"c", {"a", "b"}, "ab", nil, 0},
    {"2s", {"ab", "c"}, "ab", 1, 1}, {"2s", {"ab", "c"}, "c\0", 2, 1},
    {"2s", {"ab", "c"}, "c", nil, 0}, {"3p", {"ab", "c"}, "c", 2, 1},
    {"Zf", {{1, 2}, {3, 0}}, {1, 2}, 1, 1}, {"Zf", {{1, 2}, {3, 0}}, 3, 2, 1},
    {"(2)h", {{1, 2}, {3, 4}, {1, 2}}, {1, 2}, 1, 2},
    {"(2)h", {{1, 2}, {3, 4}}, {4, 3}, nil, 0},
    {"(2,2)B", {{{1, 2}, {3, 4}}, {{1, 2}, {3, 5}}}, {{1, 2}, {3, 5}}, 2, 1},
    {"hB", {{1, 2}, {1, 3}, {1, 3}}, {1, 3}, 2, 2},
    {"hB", {{1, 2}}, {2, 1}, nil, 0}, {"hB", {{1, 2}}, {1, 256}, nil, 0},
    {"2h", {{7, 8}, {8, 7}}, {8, 7}, 2, 1},
    {"h:x:B:y:", {{x = 1, y = 2}, {x = 1, y = 3}}, {x = 1, y = 3}, 2, 1},
    {"h:x:(2)B:y:", {{x = 1, y = {2, 3}}}, {x = 1, y = {2, 3}}, 1, 1},
    {"h:x:(2)B:y:", {{x = 1, y = {2, 3}}}, {x = 1, y = {3, 3}}, nil, 0},
    {"T{B:a:}:r:", {{r = {a = 4}}}, {r = {a = 4}}, 1, 1},
    {"B", {}, 1, nil, 0}, {"B", {1}, 256, nil, 0}, {"B", {1}, -1, nil, 0},
    {"e", {1}, 1e300, nil, 0}, {"?", {true}, false, nil, 0},
  }
  for i, row in ipairs(rows) do
    local format, list, x, first, n = table.unpack(row, 1, 5)
    it(("take any value to be equal or not: %s %d"):format(format, i),
      function()
        local v = mview.from(format, list)
        assert.equal(first, (v:index(x)))
        assert.equal(n, v:count(x))
      end)
  end

  local strangers = { -- format, an item, a value of a type that it never has
    {"B", 1, "a"}, {"B", 1, "1"}, {"B", 1, true}, {"B", 1}, {"B", 1, print},
    {"B", 1, io.stdout}, {"B", 1, {1}}, {"d", 1, "1"}, {"e", 1, {}},
    {"?", true, 1}, {"?", true, "true"}, {"c", "a", 97}, {"2s", "ab", 1},
    {"3p", "ab", false}, {"c", "a", mview("a")}, {"Zf", {1, 2}, {1}},
    {"Zd", {1, 2}, {1, 2, 3}}, {"Zf", {1, 2}, {1, "2"}}, {"hB", {1, 2}, 1},
    {"hB", {1, 2}, {1}}, {"hB", {1, 2}, {1, "2"}}, {"(2)h", {1, 2}, {1, 2, 3}},
    {"(2)h", {1, 2}, 1}, {"(2,2)B", {{1, 2}, {3, 4}}, {1, 2}},
    {"h:x:B:y:", {x = 1, y = 2}, {1, 2}},
    {"h:x:B:y:", {x = 1, y = 2}, {x = 1, y = 2, z = 3}},
    {"T{B:a:}:r:", {r = {a = 4}}, {r = 4}}, {"xB", 1, "a"},
  }
  for i, row in ipairs(strangers) do
    it(("refuse the types that fill refuses: %s %d"):format(row[1], i),
      function()
        local v = mview.from(row[1], {row[2]})
        local ok, message = pcall(v.fill, v, row[3])
        assert.is_false(ok)
        for _, name in ipairs {"index", "count"} do
          local expected = message:gsub("'fill'", "'" .. name .. "'")
          raises(expected, v[name], v, row[3])
          raises(expected, v[name], v:sub(1, 0), row[3])
        end
      end)
  end

  it("look in a range", function()
    local v = mview("banana")
    for _, range in ipairs {{}, {2}, {3}, {-3}, {1, 3}, {3, 3}, {5, 2},
      {-100, 100}, {0, 0}, {7}, {"2", 3.0}, {math.mininteger, -2},
      {math.maxinteger}, {nil, 2}} do
      local i, j = range[1], range[2]
      local part = tostring(("banana"):sub(i or 1, j or -1))
      assert.equal(select(2, part:gsub("a", "")), v:count(97, i, j))
      assert.equal(part:find("a") ~= nil, v:index(97, i, j) ~= nil)
    end
    local grid = mview.from("h", {{1, 2}, {1, 1}, {3, 1}})
    assert.equal(3, grid:count(1, 2))
    assert.equal(1, grid:count(1, 1, 1))
    assert.equal(0, grid:count(1, 4))
  end)

  it("need a value", function()
    for _, name in ipairs {"index", "count"} do
      local v = mview("a")
      raises(("bad argument #2 to '%s' (value expected, got no value)")
        :format(name), v[name], v)
    end
  end)
end)
