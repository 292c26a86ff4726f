local mview = require "mview"
local raises = require "raises"

local function numbers(n, format)
  local list = {}
  for i = 1, n or 5 do list[i] = 10 * i end
  return mview.from(format or "h", list)
end

local function strided(n)
  local v = mview.new("h", 2 * (n or 5)):sub(1, -1, 2)
  return v:copyfrom(numbers(n))
end

local function backwards(n)
  local v = mview.new("i", n or 5):sub(-1, 1, -1)
  return v:copyfrom(numbers(n))
end

local layouts = {packed = numbers, strided = strided, backwards = backwards}

describe("#", function()
  it("is the number of items of any format", function()
    local data = mview.bytearray(24)
    for code, n in pairs {B = 24, c = 24, h = 12, [">i"] = 6, d = 3, ["3s"] = 8,
      ["2h"] = 6, Zd = nil} do
      assert.equal(n, #mview(data, code))
    end
    for n = 0, 10 do
      assert.equal(n, #mview(("x"):rep(n)))
      assert.equal((n + 1) // 2, #mview(("x"):rep(n)):sub(1, -1, 2))
    end
  end)
end)

describe("==", function()
  it("compares views and containers by value", function()
    local data = mview.bytearray("ab")
    assert.is_true(mview("ab") == mview("ab"))
    assert.is_true(mview("ab") == data)
    assert.is_true(data == mview("ab"))
    assert.is_true(mview("ab") == data:view():cast("b"))
    assert.is_true(mview(("ba")):sub(-1, 1, -1) == data:view())
    assert.is_false(mview("ab") == mview("aB"))
    assert.is_false(mview("ab") == mview("abc"))
    assert.is_false(mview("ab") ~= mview("ab"))
  end)

  it("is false for anything else", function()
    local v = mview("ab")
    for _, x in ipairs {"ab", 97, true, {97, 98}, io.stdout, print} do
      assert.is_false(v == x)
      assert.is_false(x == v)
    end
    assert.is_false(v == nil)
    assert.is_false(v == setmetatable({97, 98}, {__len = function()
      return 2
    end}))
  end)

  it("is false for a dead view, but for itself", function()
    local v, dead = mview("ab"), mview("ab")
    dead:release()
    assert.is_false(v == dead)
    assert.is_false(dead == v)
    assert.is_true(dead == dead)
    assert.is_false(dead == mview(""))
  end)

  it("is false for tables with __buffer: Lua calls no metamethod", function()
    local object = setmetatable({}, {__buffer = function() return "ab" end})
    assert.is_false(mview("ab") == object)
    assert.is_true(mview("ab"):equals(object))
  end)
end)

describe("..", function()
  local data = mview.bytearray("ab")
  local rows = {
    {"view .. string", function(v) return v .. "cd" end, "abcd"},
    {"string .. view", function(v) return "cd" .. v end, "cdab"},
    {"view .. view", function(v) return v .. v end, "abab"},
    {"a chain", function(v) return "<" .. v .. "," .. v .. ">" end,
      "<ab,ab>"},
    {"view .. integer", function(v) return v .. 12 end, "ab12"},
    {"float .. view", function(v) return 1.5 .. v end, "1.5ab"},
    {"view .. bytearray", function(v) return v .. data end, "abab"},
    {"bytearray .. view", function(v) return data .. v end, "abab"},
    {"bytearray .. string", function() return data .. "!" end, "ab!"},
    {"view .. cast", function(v) return v .. v:cast("h") end, "abab"},
    {"view .. reversed", function(v) return v .. v:sub(-1, 1, -1) end, "abba"},
    {"view .. nothing", function(v) return v .. "" end, "ab"},
  }
  for _, row in ipairs(rows) do
    it("is the bytes of both as a string: " .. row[1], function()
      local s = row[2](data:view())
      assert.equal(row[3], s)
      assert.equal("string", type(s))
    end)
  end

  it("refuses other operands", function()
    local v = data:view()
    for _, x in ipairs {true, {}, print, io.stdout} do
      local name = x == io.stdout and "FILE*" or type(x)
      local message = ("attempt to concatenate a %s value"):format(name)
      raises(message, function() return v .. x end)
      raises(message, function() return x .. v end)
    end
    raises("attempt to concatenate a nil value", function() return v .. nil end)
  end)

  it("calls __concat of the other operand, as for a string", function()
    local meta = {__concat = function(a, b)
      coroutine.yield("yielded")
      return table.pack(a, b)
    end}
    local other = setmetatable({}, meta)
    for _, x in ipairs {data:view(), data, "ab"} do
      for _, operands in ipairs {{x, other}, {other, x}} do
        local step = coroutine.wrap(function()
          return operands[1] .. operands[2]
        end)
        assert.equal("yielded", step())
        local got = step()
        assert.equal(2, got.n)
        assert.is_true(rawequal(operands[1], got[1]))
        assert.is_true(rawequal(operands[2], got[2]))
      end
    end
    meta.__concat = nil
    raises("attempt to concatenate a table value", function()
      return data .. other
    end)
  end)
end)

describe("tostring", function()
  local data = mview.bytearray("secret")
  local rows = {
    {"mview.view 'B' [6]", function() return data:view() end},
    {"mview.view 'B' [6], read-only", function() return mview("secret") end},
    {"mview.view '<h' [2]", function() return mview(data, "<h"):sub(2) end},
    {"mview.view 'c' [2, 3]", function()
      return data:view():cast("c", {2, 3})
    end},
    {"mview.view '6s' []", function() return data:view():cast("6s", {}) end},
    {"mview.view 'T{h:a:i:b:}' [0], read-only", function()
      return mview("", "T{h:a:i:b:}")
    end},
    {"mview.view 'B' [6], released", function()
      local v = data:view()
      v:release()
      return v
    end},
    {"mview.view 'B' [2], read-only, revoked", function()
      local bytes = mview.bytearray(2)
      local v = bytes:view():toreadonly()
      bytes:release()
      return v
    end},
    {"mview.view 'B' [2], expired", function()
      local bytes = mview.bytearray(2)
      local v = bytes:view()
      bytes:clear()
      return v
    end},
  }
  for _, row in ipairs(rows) do
    it("shows the kind and state, never the bytes: " .. row[1], function()
      local v <const> = row[2]()
      assert.equal(row[1], tostring(v))
      assert.equal(row[1], ("%s"):format(v))
    end)
  end
end)

describe("pairs and ipairs", function()
  for name, make in pairs(layouts) do
    for way, loop in pairs {pairs = pairs, ipairs = ipairs} do
      it(("go over index and item in order: %s, %s"):format(way, name),
        function()
          local list = {}
          for i, x in loop(make()) do list[#list + 1] = {i, x} end
          assert.same({{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}}, list)
        end)
    end
  end

  it("do nothing without items", function()
    for _, loop in ipairs {pairs, ipairs} do
      for i in loop(mview("")) do error(i) end
    end
  end)

  it("visit all items, also false ones", function()
    local v = mview.from("?", {true, false, true})
    for _, loop in ipairs {pairs, ipairs} do
      local list = {}
      for i, x in loop(v) do list[i] = x end
      assert.same({true, false, true}, list)
    end
  end)

  it("work on bytearrays", function()
    for _, loop in ipairs {pairs, ipairs} do
      local list = {}
      for i, x in loop(mview.bytearray("abc")) do list[i] = x end
      assert.same({97, 98, 99}, list)
    end
  end)

  it("may stop and start again", function()
    local v, n = numbers(), 0
    for _ = 1, 3 do
      for i in pairs(v) do
        n = n + 1
        if i == 2 then break end
      end
    end
    assert.equal(6, n)
  end)
end)

describe("<close>", function()
  it("releases only the view", function()
    local data = mview.bytearray("abc")
    local kept, slice
    do
      local v <close> = data:view()
      kept, slice = v, v:sub(2)
    end
    assert.is_false(kept.valid)
    raises("attempt to use a released view", function() return kept[1] end)
    assert.same({98, 99}, slice:tolist())
    assert.equal("abc", tostring(data))
  end)

  it("releases it when an error passes, too", function()
    local kept
    local ok, err = pcall(function()
      local v <close> = mview("abc")
      kept = v
      error("out", 0)
    end)
    assert.is_false(ok)
    assert.equal("out", err)
    assert.is_false(kept.valid)
  end)

  it("accepts a view that was released before", function()
    local v <close> = mview("abc")
    v:release()
  end)
end)

describe("A view's metatable", function()
  it("is hidden", function()
    local v = mview("a")
    assert.is_false(getmetatable(v))
    raises("bad argument #1 to 'setmetatable' "
      .. "(table expected, got mview.view)", setmetatable, v, {})
  end)

  it("names the type for Lua's own messages", function()
    local v = mview("a")
    raises("attempt to compare two mview.view values", function()
      return v < mview("b")
    end)
    raises("attempt to compare mview.view with number", function()
      return v <= 1
    end)
    raises("attempt to perform arithmetic on a mview.view value (upvalue 'v')",
      function() return v + 1 end)
    raises("attempt to perform bitwise operation on a mview.view value "
      .. "(upvalue 'v')", function() return ~v end)
    raises("bad argument #1 to 'next' (table expected, got mview.view)",
      next, v)
    raises("bad argument #1 to 'rawlen' (table or string expected, got "
      .. "mview.view)", rawlen, v)
  end)

  it("has no attributes with names of metamethods", function()
    local v = mview("a")
    for _, name in ipairs {"__index", "__gc", "__metatable", "__name",
      "__close"} do
      assert.is_nil(v[name])
    end
    assert.equal("userdata", type(v))
  end)
end)

describe("table.unpack", function()
  for name, make in pairs(layouts) do
    it("gives the items as results: " .. name, function()
      assert.same({10, 20, 30, 40, 50}, {table.unpack(make())})
      assert.same({20, 30}, {table.unpack(make(), 2, 3)})
      assert.equal(7, select("#", table.unpack(make(), 1, 7)))
      assert.is_nil((select(6, table.unpack(make(), 1, 7))))
    end)
  end
end)

describe("table.concat", function()
  for name, make in pairs(layouts) do
    it("joins the items: " .. name, function()
      assert.equal("10, 20, 30, 40, 50", table.concat(make(), ", "))
      assert.equal("2030", table.concat(make(), "", 2, 3))
    end)
  end

  it("joins characters and strings", function()
    assert.equal("a-b-c", table.concat(mview("abc", "c"), "-"))
    assert.equal("abcd", table.concat(mview("abcd", "2s")))
  end)
end)

describe("table.move", function()
  for name, make in pairs(layouts) do
    it("moves items within a view, overlapping: " .. name, function()
      local v, list = make(9), numbers(9):tolist()
      for _, move in ipairs {{1, 5, 3}, {4, 9, 2}, {2, 2, 2}, {3, 2, 1},
        {1, 9, 1}} do
        assert.equal(v, table.move(v, table.unpack(move)))
        table.move(list, table.unpack(move))
        assert.same(list, v:tolist())
      end
    end)

    it("moves items from and to tables and views: " .. name, function()
      local v = make()
      assert.same({0, 20, 30, 40}, table.move(v, 2, 4, 2, {0}))
      table.move({7, 8, 9}, 1, 3, 3, v)
      assert.same({10, 20, 7, 8, 9}, v:tolist())
      table.move(numbers(3, "d"), 1, 3, 1, v)
      assert.same({10, 20, 30, 8, 9}, v:tolist())
    end)
  end

  it("raises out of range", function()
    raises("index 6 out of range [1, 5]", function()
      table.move({1, 2, 3}, 1, 3, 4, numbers())
    end)
  end)
end)

describe("table.sort", function()
  for name, make in pairs(layouts) do
    it("sorts a view in place: " .. name, function()
      math.randomseed(42)
      for n = 0, 40 do
        local v, list = make(n), {}
        for i = 1, n do
          list[i] = math.random(-20, 20)
          v[i] = list[i]
        end
        table.sort(v)
        table.sort(list)
        assert.same(list, v:tolist())
        table.sort(v, function(a, b) return a > b end)
        table.sort(list, function(a, b) return a > b end)
        assert.same(list, v:tolist())
      end
    end)
  end

  it("sorts strings", function()
    local v = mview.bytearray("ccbbaadd"):view():cast("2s")
    table.sort(v)
    assert.equal("aabbccdd", v:tobytes())
  end)
end)

describe("table.insert and table.remove", function()
  it("raise, for a view does not grow or shrink", function()
    local v = numbers()
    raises("index 6 out of range [1, 5]", table.insert, v, 60)
    raises("index 6 out of range [1, 5]", table.insert, v, 1, 60)
    raises("integer expected, got nil", table.remove, v)
    assert.same({10, 20, 30, 40, 50}, v:tolist())
  end)
end)
