local agree = require "agree"
local boundary_integers = require "boundary_integers"
local mview = require "mview"
local raises = require "raises"

local little = string.pack("=I2", 1) == "\1\0"
local orders = {"", "@", "^", "=", "<", ">", "!"}

local function is_native(order)
  return order == "" or order == "@" or order == "^"
end

-- The byte order for string.pack.
local function packed(order)
  return order == "!" and ">" or order == ">" and ">" or order == "<" and "<"
    or little and "<" or ">"
end

-- ---- integers -------------------------------------------------------------

-- string.pack's code of the native size, the standard size
local integers = {
  b = {"b", 1}, B = {"B", 1}, h = {"h", 2}, H = {"H", 2}, i = {"i", 4},
  I = {"I", 4}, l = {"l", 4}, L = {"L", 4}, q = {"i8", 8}, Q = {"I8", 8},
  n = {"T"}, N = {"T"}, P = {"T"},
}
local signed = {b = true, h = true, i = true, l = true, q = true, n = true}

-- The lowest and the highest integer of a size. Unsigned integers of 64 bits
-- are the Lua integers with the same bits.
local function range(code, size)
  if size == 8 then return math.mininteger, math.maxinteger end
  if signed[code] then
    return -1 << 8 * size - 1, (1 << 8 * size - 1) - 1
  end
  return 0, (1 << 8 * size) - 1
end

-- Visits each format: its text, code, size and byte order, and its text in
-- messages.
local function each_integer(visit)
  for _, order in ipairs(orders) do
    for code, sizes in pairs(integers) do
      local size = is_native(order) and string.packsize(sizes[1]) or sizes[2]
      local format = order .. code
      if size then visit(format, code, size, packed(order), format) end
    end
    for size, code in pairs {"b", "h", [4] = "i", [8] = "q"} do
      for sign, plain in pairs {i = code, I = code:upper()} do
        visit(order .. sign .. size, plain, size, packed(order), order .. plain)
      end
    end
    visit(order .. "j", "q", 8, packed(order), order .. "q")
    visit(order .. "J", "Q", 8, packed(order), order .. "Q")
  end
end

-- Integers from lo to hi: the ends, both sides of 0, and bytes that differ.
local function samples(lo, hi)
  local list = {}
  for _, x in ipairs {lo, lo + 1, -2, -1, 0, 1, hi // 3, hi - 1, hi,
    0x0102030405060708 & hi} do
    if x >= lo and x <= hi then list[#list + 1] = x end
  end
  return list
end

describe("An integer item", function()
  each_integer(function(format, code, size, order, shown)
    local lo, hi = range(code, size)
    local values = samples(lo, hi)
    local option = order .. (signed[code] and "i" or "I") .. size

    it(("of format %q is packed as by string.pack"):format(format), function()
      local data = mview.bytearray(size * #values)
      local v = mview(data, format)
      for i, x in ipairs(values) do v[i] = x end
      assert.equal(#values, #v)
      for i, x in ipairs(values) do
        local at = (i - 1) * size + 1
        assert.equal(option:pack(x), tostring(data):sub(at, at + size - 1))
        for _, read in ipairs {v[i], v[i - #v - 1], v(i), v:get(i - #v - 1)} do
          assert.equal(x, read)
          assert.equal("integer", math.type(read))
        end
      end
      assert.same(values, v:tolist())
    end)

    it(("of format %q takes floats of integer value"):format(format),
      function()
        local v = mview.new(format, 1)
        for _, x in ipairs {0.0, -0.0, 1.0, 100.0} do
          v[1] = x
          assert.equal(math.tointeger(x), v[1])
          assert.equal("integer", math.type(v[1]))
        end
      end)

    it(("of format %q refuses a value out of range"):format(format), function()
      local v = mview.new(format, 3)
      v:fill(1)
      local far = {math.mininteger, math.maxinteger, lo - 1, hi + 1, -1 << 53,
        1 << 53, -1, 256.0 ^ size, -2.0 ^ 64, 1e300, math.huge, -math.huge}
      local choice = size < 8 and (" [%d, %d]"):format(lo, hi) or ""
      for _, x in ipairs(far) do
        local unsigned = size == 8 and not signed[code]
        local fits = math.type(x) == "integer" and x >= lo and x <= hi
          or unsigned and x >= 0 and x < 2.0 ^ 64
        if not fits then
          raises(("value %s out of range%s for format '%s'"):format(x, choice,
            shown), function() v[2] = x end)
        end
      end
      assert.same({1, 1, 1}, v:tolist())
    end)
  end)

  it("of 64 unsigned bits takes floats up to 2^64", function()
    for _, format in ipairs {"Q", "<Q", ">Q"} do
      local v = mview.new(format, 1)
      v[1] = 2.0 ^ 63
      assert.equal(math.mininteger, v[1])
      v[1] = 2.0 ^ 64 - 2048
      assert.equal(-2048, v[1])
    end
  end)
end)

-- ---- other single codes ---------------------------------------------------

describe("An item of another single code", function()
  -- code, values, their bytes in the order <
  local rows = {
    {"?", {true, false}, {"\1", "\0"}},
    {"c", {"a", "\0", "\255"}, {"a", "\0", "\255"}},
    {"s", {"", "z"}, {"\0", "z"}},
    {"e", {0.0, 1.0, -2.0, 65504.0, 2.0 ^ -24, math.huge},
      {"\0\0", "\0\60", "\0\192", "\255\123", "\1\0", "\0\124"}},
  }
  for _, code in ipairs {"f", "d"} do
    local values = {0.0, 1.5, -2.0 ^ 40, math.huge, -math.huge, 2.0 ^ -100}
    local bytes = {}
    for i, x in ipairs(values) do bytes[i] = ("<" .. code):pack(x) end
    rows[#rows + 1] = {code, values, bytes}
  end
  for _, row in ipairs(rows) do
    local code, values, bytes = table.unpack(row)
    for _, order in ipairs(orders) do
      local format = order .. code
      it(("has format %q"):format(format), function()
        local v = mview.new(format, #values)
        for i, x in ipairs(values) do v[i] = x end
        for i, x in ipairs(values) do
          local plain = bytes[i]
          if packed(order) == ">" then plain = plain:reverse() end
          if code == "s" and x == "" then x = "\0" end
          assert.equal(x, v[i])
          assert.equal(math.type(x), math.type(v[i]))
          assert.equal(x, v(i))
          assert.equal(plain, v:sub(i, i):tobytes())
        end
      end)
    end
  end

  it("may be a NaN", function()
    for _, code in ipairs {"e", "f", "d", "g", "<e", ">f", "!d"} do
      local v = mview.new(code, 1)
      v[1] = 0 / 0
      assert.is_true(v[1] ~= v[1])
    end
  end)

  it("may be a long double", function()
    local v = mview.new("g", 2)
    v[1], v[2] = 1.5, -1
    assert.same({1.5, -1.0}, v:tolist())
    assert.equal("float", math.type(v[2]))
  end)

  it("may be a string of fixed length, filled up with zeros", function()
    local v = mview.new("4s", 2)
    v:fill("wxyz")
    v[1], v[2] = "ab", ""
    assert.same({"ab\0\0", "\0\0\0\0"}, v:tolist())
  end)

  it("may be a string with its length", function()
    local v = mview.new("4p", 3)
    v:fill("xyz")
    v[1], v[2], v[3] = "ab", "", "abc"
    assert.same({"ab", "", "abc"}, v:tolist())
    assert.equal("\2ab\0\0\0\0\0\3abc", v:tobytes())
    local long = mview.new("300p", 1)
    long[1] = ("x"):rep(255)
    assert.equal(("x"):rep(255), long[1])
    raises("string of 256 bytes where there is room for 255 in format '300p'",
      function() long[1] = ("x"):rep(256) end)
  end)

  it("may be a complex number, a pair", function()
    for _, format in ipairs {"Zf", "Zd", "<Zf", ">Zd"} do
      local v = mview.new(format, 1)
      v[1] = {1, -2.5}
      assert.same({1.0, -2.5}, v[1])
      v[1] = 3
      assert.same({3.0, 0.0}, v[1])
    end
  end)
end)

-- ---- values that do not fit -----------------------------------------------

describe("A value that does not fit", function()
  local inexact = "number has no integer representation"
  -- format, a value that fits, value, message
  local rows = {
    {"B", 7, "1", "integer expected, got string"},
    {"B", 7, nil, "integer expected, got nil"},
    {"B", 7, true, "integer expected, got boolean"},
    {"B", 7, {}, "integer expected, got table"},
    {"B", 7, print, "integer expected, got function"},
    {"B", 7, io.stdout, "integer expected, got FILE*"},
    {"B", 7, mview("a"), "integer expected, got mview.view"},
    {"B", 7, coroutine.create(print), "integer expected, got thread"},
    {"B", 7, 1.5, inexact}, {"b", 7, -0.5, inexact}, {">H", 7, 0.1, inexact},
    {"q", 7, 1e15 + 0.5, inexact}, {"Q", 7, 0.5, inexact},
    {"i", 7, 0 / 0, inexact}, {"<q", 7, 0 / 0, inexact},
    {"f", 1.5, "1", "number expected, got string"},
    {"<d", 1.5, true, "number expected, got boolean"},
    {"e", 1.5, nil, "number expected, got nil"},
    {"g", 1.5, "x", "number expected, got string"},
    {"f", 1.5, 1e39, "value 1e+39 out of range for format 'f'"},
    {"f", 1.5, -1e39, "value -1e+39 out of range for format 'f'"},
    {"e", 1.5, 65520, "value 65520 out of range for format 'e'"},
    {">e", 1.5, -1e5, "value -100000.0 out of range for format '>e'"},
    {"?", true, 1, "boolean expected, got number"},
    {"?", true, nil, "boolean expected, got nil"},
    {"?", true, "true", "boolean expected, got string"},
    {"c", "a", 65, "string expected, got number"},
    {"c", "a", "", "string of 0 bytes where there is exactly 1 in format 'c'"},
    {"c", "a", "ab",
      "string of 2 bytes where there is exactly 1 in format 'c'"},
    {"3s", "abc", 123, "string expected, got number"},
    {"3s", "abc", "abcd",
      "string of 4 bytes where there is room for 3 in format '3s'"},
    {"3s", "abc", mview("abc"), "string expected, got mview.view"},
    {"3p", "ab", "abc",
      "string of 3 bytes where there is room for 2 in format '3p'"},
    {"p", "", "a", "string of 1 byte where there is room for 0 in format 'p'"},
    {"Zf", {1.0, 2.0}, "1", "list of two numbers expected, got string"},
    {"Zf", {1.0, 2.0}, {1}, "list of two numbers expected, got table"},
    {"Zd", {1.0, 2.0}, {1, 2, 3}, "list of two numbers expected, got table"},
    {"Zd", {1.0, 2.0}, {"1", 2}, "list of two numbers expected, got table"},
    {"Zf", {1.0, 2.0}, {1, 1e39},
      "value {1, 1e+39} out of range for format 'Zf'"},
  }
  for i, row in ipairs(rows) do
    local format, good, bad, message = table.unpack(row, 1, 4)
    it(("raises and keeps the item, %s %d"):format(format, i), function()
      local v = mview.new(format, 3)
      for k = 1, 3 do v[k] = good end
      raises(message, function() v[2] = bad end)
      raises(("bad argument #2 to 'set' (%s)"):format(message), function()
        v:set(2, bad)
      end)
      raises(("bad argument #1 to 'fill' (%s)"):format(message), function()
        v:fill(bad)
      end)
      assert.same({good, good, good}, v:tolist())
    end)
  end
end)

-- ---- positions ------------------------------------------------------------

-- Views of the items 10, 20, 30, 40, 50 in memory of all kinds.
local function views()
  local list = {10, 20, 30, 40, 50}
  local spread = mview.bytearray {10, 0, 20, 0, 30, 0, 40, 0, 50}
  return {
    ["plain bytes"] = mview.bytearray(list):view(),
    ["part of the memory"] = mview.from("B", {1, 10, 20, 30, 40, 50, 2})
      :sub(2, 6),
    ["every second item"] = spread:view():sub(1, -1, 2),
    ["items backwards"] = mview.from("B", {50, 40, 30, 20, 10})
      :sub(-1, 1, -1),
    ["native integers"] = mview.from("i", list),
    ["foreign integers"] = mview.from(little and ">i" or "<i", list),
    ["floats"] = mview.from("d", list),
    ["padded items"] = mview.from("<xh", list),
  }
end

describe("An index", function()
  for name in pairs(views()) do
    it("counts from 1, or from the end, in " .. name, function()
      local v = views()[name]
      for i = 1, 5 do
        for _, k in ipairs {i, i - 6, i + 0.0, i - 6.0} do
          assert.equal(10 * i, v[k])
          assert.equal(10 * i, v(k))
          assert.equal(10 * i, v:get(k))
          v[k] = 10 * i + 1
          assert.equal(10 * i + 1, v[i])
          v:set(k, 10 * i)
          assert.equal(10 * i, v[i])
        end
      end
    end)

    it("out of range reads nil and does not write in " .. name, function()
      local v = views()[name]
      local before = mview.bytearray(v.obj)
      for _, i in ipairs {0, 6, -6, 7.0, 1 << 31, 1 << 32, (1 << 32) + 1,
        1 << 62, math.maxinteger, math.mininteger, -2.0 ^ 63} do
        local message = ("index %d out of range [1, 5]"):format(i)
        assert.is_nil(v[i])
        raises(message, function() v[i] = 1 end)
        raises(message, v.set, v, i, 1)
        raises(message, v.get, v, i)
        raises(message, v, i)
      end
      assert.is_true(before == v.obj)
    end)
  end

  it("of another type is a key: a missing name reads nil", function()
    local v = mview "abc"
    for _, key in ipairs {1.5, 0 / 0, math.huge, 2.0 ^ 63, "1", "", "x",
      "__index", true, false, {}, print, v} do
      assert.is_nil(v[key])
    end
    assert.is_nil(v[nil])
  end)

  local keys = {
    {1.5, "index must be an integer, got 1.5"},
    {math.huge, "index must be an integer, got inf"},
    {2.0 ^ 63, "index must be an integer, got " .. 2.0 ^ 63},
    {true, "index must be an integer, got boolean"},
    {{}, "index must be an integer, got table"},
    {print, "index must be an integer, got function"},
    {mview "", "index must be an integer, got mview.view"},
    {"1", "attempt to assign to '1' of a view"},
    {"length", "attempt to assign to 'length' of a view"},
    {"", "attempt to assign to '' of a view"},
    {"sub", "attempt to assign to 'sub' of a view"},
  }
  for _, row in ipairs(keys) do
    it(("must be an integer in a write, not %s"):format(row[2]:match "%S+$"),
      function()
        local v = mview.bytearray("abc"):view()
        raises(row[2], function() v[row[1]] = 1 end)
        assert.equal("abc", v:tobytes())
      end)
  end

  it("must not be NaN in a write", function()
    local v = mview.bytearray("abc"):view()
    local nan = 0 / 0
    raises("index must be an integer, got " .. tostring(nan), function()
      v[nan] = 1
    end)
  end)

  it("has no item in an empty view", function()
    local v = mview.bytearray():view()
    for _, i in ipairs {1, -1, 0, math.maxinteger} do
      assert.is_nil(v[i])
      raises(("index %d out of range [1, 0]"):format(i), v.get, v, i)
      raises(("index %d out of range [1, 0]"):format(i), function()
        v[i] = 0
      end)
    end
  end)

  it("may be a string for get, set and calls, as for string.sub", function()
    local v = mview.bytearray("abc"):view()
    assert.equal(98, v:get("2"))
    assert.equal(98, v("0x2"))
    v:set("-1", 100)
    assert.equal("abd", v:tobytes())
  end)

  it("of a read-only view may only be read", function()
    local message = "attempt to write to a read-only view"
    local data = mview.bytearray("abc")
    for _, v in ipairs {mview "abc", data:view():toreadonly(),
      data:view():toreadonly():cast("b"):sub(1, 3)} do
      assert.equal(98, v[2])
      raises(message, function() v[2] = 1 end)
      raises(message, function() v[9] = 1 end)
      raises(message, v.set, v, 2, 1)
    end
    assert.equal("abc", tostring(data))
  end)
end)

describe("get and set", function()
  it("want one index", function()
    local v = mview.bytearray("abc"):view()
    raises("1 index expected, got 0", v.get, v)
    raises("1 index expected, got 2", v.get, v, 1, 2)
    raises("1 index expected, got 0", v)
    raises("1 index expected, got 2", v, 1, 2)
    raises("1 index and a value expected, got 1 argument", v.set, v, 1)
    raises("1 index and a value expected, got 3 arguments", v.set, v, 1, 2, 3)
    raises("bad argument #1 to 'set' (value expected, got no value)",
      function() v:set() end)
    assert.equal("abc", v:tobytes())
  end)

  it("return nothing (set) and the item (get)", function()
    local v = mview.bytearray("abc"):view()
    assert.equal(0, select("#", v:set(1, 65)))
    assert.equal(1, select("#", v:get(1)))
  end)
end)

-- ---- many items -----------------------------------------------------------

describe("values", function()
  it("gives the items that string.byte gives, for all ranges", function()
    local s = "\1\2\3\4\5"
    local spread = "\1\0\2\0\3\0\4\0\5"
    local positions = {table.unpack(boundary_integers.positions)}
    for i = -7, 7 do positions[#positions + 1] = i end
    for _, v in ipairs {mview(s), mview(spread):sub(1, -1, 2),
      mview.from("<h", {1, 2, 3, 4, 5}), mview.from(">d", {1, 2, 3, 4, 5})} do
      for _, i in ipairs(positions) do
        for _, j in ipairs(positions) do
          local got = table.pack(v:values(i, j))
          local expected = table.pack(s:byte(i, j))
          agree(expected.n, got.n, "values(%s, %s)", i, j)
          for k = 1, got.n do
            agree(expected[k], got[k], "values(%s, %s)", i, j)
          end
        end
      end
    end
  end)

  it("gives all items, or all from a position", function()
    local v = mview.from("h", {5, 6, 7})
    assert.same({5, 6, 7}, {v:values()})
    assert.same({6, 7}, {v:values(2)})
    assert.same({5, 6}, {v:values(nil, 2)})
    assert.equal(0, select("#", mview(""):values()))
  end)

  it("gives as many as Lua can return, and refuses more", function()
    local v = mview.new("B", 1 << 20)
    assert.equal(100000, select("#", v:values(1, 100000)))
    assert.has_error(function() v:values() end,
      "stack overflow (too many results)")
  end)
end)

describe("iter", function()
  for name in pairs(views()) do
    it("gives the items in order, of " .. name, function()
      local list = {}
      for x in views()[name]:iter() do list[#list + 1] = x end
      assert.same({10, 20, 30, 40, 50}, list)
    end)
  end

  it("ends at once without items", function()
    for x in mview(""):iter() do error(x) end
  end)

  it("stays at the end", function()
    local step = mview("a"):iter()
    assert.equal(97, step())
    assert.is_nil(step())
    assert.is_nil(step())
  end)

  it("sees writes during the loop, and is independent", function()
    local v = mview.bytearray("abcd"):view()
    local one, other = v:iter(), v:iter()
    assert.equal(97, one())
    v[2] = 0
    assert.equal(0, one())
    assert.equal(97, other())
  end)

  it("keeps to the view's items when its bytearray grows", function()
    local data = mview.bytearray("ab")
    local n = 0
    for x in data:view():iter() do
      data:append(("x"):rep(1000))
      n = n + x
    end
    assert.equal(97 + 98, n)
  end)

  it("raises once the view is dead", function()
    local data = mview.bytearray("ab")
    local v = data:view()
    local step, pair = v:iter(), pairs(v)
    step()
    pair()
    data:release()
    raises("attempt to use a view of revoked memory", step)
    raises("attempt to use a view of revoked memory", pair)
  end)
end)
