-- The bytes of a view: positions count bytes in C order, for any format.

local agree = require "agree"
local boundary_integers = require "boundary_integers"
local mview = require "mview"
local raises = require "raises"

local MIN, MAX = math.mininteger, math.maxinteger

-- Views of the bytes s, in every layout of one dimension.
local function views(s)
  local list = {
    ["a string"] = mview(s),
    ["a bytearray"] = mview.bytearray(s):view(),
    ["a slice"] = mview("##" .. s .. "##"):sub(3, -3),
    ["every second byte"] = mview((s:gsub(".", "%0#"))):sub(1, -1, 2),
    ["bytes backwards"] = mview(s:reverse()):sub(-1, 1, -1),
    ["characters"] = mview(s, "c"),
  }
  if #s % 2 == 0 then
    list["numbers"] = mview(s, "<h")
    list["numbers, strided"] = mview((s:gsub("..", "%0##")), ">H")
      :sub(1, -1, 2)
  end
  return list
end

-- All words of the letters a and b up to a length.
local function words(length)
  local list, from = {""}, 1
  for _ = 1, length do
    local to = #list
    for i = from, to do
      list[#list + 1] = list[i] .. "a"
      list[#list + 1] = list[i] .. "b"
    end
    from = to + 1
  end
  return list
end

local all = {}
for i = 0, 255 do all[i + 1] = string.char(i) end
all = table.concat(all)

describe("tobytes", function()
  for _, s in ipairs {"", "a", "ab", "abcdef", "\0\0", all} do
    for name, v in pairs(views(s)) do
      it(("gives all bytes as a string: %d, %s"):format(#s, name), function()
        for _, order in ipairs {"C", "F", "A"} do
          assert.equal(s, v:tobytes(order))
        end
        assert.equal(s, v:tobytes())
        assert.equal(s, v:tobytes(nil))
      end)
    end
  end

  it("copies the bytes: later writes do not change it", function()
    local v = mview.bytearray("abc"):view()
    local s = v:tobytes()
    v:fill(0)
    assert.equal("abc", s)
  end)

  it("takes only the orders C, F and A", function()
    local v = mview("ab")
    for _, order in ipairs {"c", "", "CF", "K"} do
      raises(("bad argument #1 to 'tobytes' (invalid order '%s', expected "
        .. "'C', 'F' or 'A')"):format(order), function()
          local _ = v:tobytes(order)
        end)
    end
    raises("bad argument #1 to 'tobytes' (string expected, got number)",
      function() local _ = v:tobytes(1) end)
  end)
end)

describe("len", function()
  it("is the number of bytes", function()
    for _, s in ipairs {"", "a", "abcdef", all} do
      for name, v in pairs(views(s)) do
        assert.equal(#s, v:len(), name)
        assert.equal(v.nbytes, v:len(), name)
      end
    end
    assert.equal(24, mview.new("d", 3):len())
  end)
end)

describe("byte", function()
  local s = "\1\250\3\252\5\254"
  for name, v in pairs(views(s)) do
    it("is string.byte: " .. name, function()
      local positions = {table.unpack(boundary_integers.positions)}
      for i = -#s - 2, #s + 2 do positions[#positions + 1] = i end
      for _, i in ipairs(positions) do
        agree(s:byte(i), v:byte(i), "byte(%s)", i)
        agree(select("#", s:byte(i)), select("#", v:byte(i)), "byte(%s)", i)
        for _, j in ipairs(positions) do
          agree(table.concat({s:byte(i, j)}, " "),
            table.concat({v:byte(i, j)}, " "), "byte(%s, %s)", i, j)
        end
      end
      assert.equal(1, v:byte())
      assert.equal(1, v:byte(nil))
      assert.same({1, 250}, {v:byte(nil, 2)})
    end)
  end

  it("gives as many as Lua can return, and refuses more", function()
    local v = mview.new("B", 1 << 20)
    assert.equal(100000, select("#", v:byte(1, 100000)))
    raises("stack overflow (too many results)", v.byte, v, 1, -1)
  end)
end)

describe("hex", function()
  it("is two lower-case digits a byte", function()
    local expected = all:gsub(".", function(c)
      return ("%02x"):format(c:byte())
    end)
    for name, v in pairs(views(all)) do
      assert.equal(expected, v:hex(), name)
    end
  end)

  -- Groups of n bytes as Python makes them: counted from the end, or from the
  -- start if n is negative.
  local function grouped(s, sep, n)
    local digits = {}
    for i = 1, #s do
      local before = n < 0 and i - 1 or #s - i + 1
      if i > 1 and n ~= 0 and before % n == 0 then digits[#digits + 1] = sep end
      digits[#digits + 1] = ("%02x"):format(s:byte(i))
    end
    return table.concat(digits)
  end

  for length = 0, 9 do
    it(("puts a separator between groups, of %d bytes"):format(length),
      function()
        local s = all:sub(8, 7 + length)
        for name, v in pairs(views(s)) do
          for n = -10, 10 do
            agree(grouped(s, ":", n), v:hex(":", n), "%s, %d", name, n)
          end
          for _, n in ipairs {MIN, MIN + 1, MAX, MAX - 1, 1 << 32, -1 << 31} do
            agree(grouped(s, "-", n), v:hex("-", n), "%s, %d", name, n)
          end
          agree(grouped(s, " ", 1), v:hex(" "), "%s", name)
          agree(grouped(s, "", 0), v:hex(nil, 3), "%s", name)
        end
      end)
  end

  it("takes any separator of one character", function()
    local v = mview("\1\2")
    for i = 0, 255 do
      local sep = string.char(i)
      assert.equal("01" .. sep .. "02", v:hex(sep))
    end
    for _, sep in ipairs {"", ", ", "\0\0"} do
      raises("bad argument #1 to 'hex' (separator must be one character)",
        function() local _ = v:hex(sep) end)
    end
    raises("bad argument #1 to 'hex' (string expected, got number)",
      function() local _ = v:hex(1) end)
  end)

  it("is right for any length", function()
    for n = 0, 300 do
      local s = all:rep(2):sub(1, n)
      agree((s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)),
        mview(s):hex(), "%d bytes", n)
      agree(grouped(s, "_", 4), mview(s):hex("_", 4), "%d bytes", n)
    end
  end)
end)

describe("find, plain,", function()
  it("is that of strings, for all short words", function()
    local needles = words(3)
    for _, s in ipairs(words(5)) do
      local v = mview(s)
      for _, needle in ipairs(needles) do
        for init = -#s - 2, #s + 2 do
          local first, last = s:find(needle, init, true)
          local got, got_last = v:find(needle, init, true)
          agree(first, got, "%q in %q from %d", needle, s, init)
          agree(last, got_last, "%q in %q from %d", needle, s, init)
        end
      end
    end
  end)

  for name in pairs(views("abab")) do
    it("finds bytes in any layout: " .. name, function()
      for _, s in ipairs {"", "aababb", "abcabcabcd", "\0\0\1\0"} do
        local v = views(s)[name]
        for _, needle in ipairs {"", "a", "b", "ab", "bb", "cd", "\0\1", s,
          s .. "x"} do
          for _, init in ipairs {1, 2, -3, 0, #s, #s + 1, #s + 2, MIN, MAX} do
            local first, last = s:find(needle, init, true)
            local got, got_last = v:find(needle, init, true)
            agree(first, got, "%q in %q from %d", needle, s, init)
            agree(last, got_last, "%q in %q from %d", needle, s, init)
          end
        end
      end
    end)

    it("takes needles in any layout: " .. name, function()
      local s = "xxabcabdxx"
      for _, needle in ipairs {"", "abcabd", "abca", "dx", "ba"} do
        local first, last = s:find(needle, 1, true)
        local v = views(needle)[name]
        assert.same({first, last}, {mview(s):find(v, 1, true)})
      end
    end)
  end

  it("looks for the bytes of any bytes-like", function()
    local v = mview("hello")
    local object = setmetatable({}, {__buffer = function() return "lo" end})
    assert.same({4, 5}, {v:find(mview.bytearray("lo"), 1, true)})
    assert.same({4, 5}, {v:find(mview("lo", "h"), 1, true)})
    assert.same({4, 5}, {v:find(object, 1, true)})
    assert.same({1, 5}, {v:find(v, 1, true)})
    assert.is_nil((v:find("hello!", 1, true)))
  end)

  it("crosses the bounds of items", function()
    local v = mview("abcdef", "<h")
    assert.same({2, 3}, {v:find("bc", 1, true)})
    assert.same({4, 6}, {v:find("def", 2, true)})
  end)

  it("finds bytes that are far away", function()
    local s = ("ab"):rep(5000) .. "aab" .. ("ab"):rep(50)
    for _, needle in ipairs {"aab", "aa", "baab", ("ab"):rep(50) .. "aab"} do
      local first, last = s:find(needle, 1, true)
      assert.same({first, last}, {mview(s):find(needle, 1, true)})
    end
  end)

  it("is not misled by repeated bytes", function()
    math.randomseed(3)
    local letters = {}
    for i = 1, 4000 do letters[i] = math.random(97, 98) end
    local s = string.char(table.unpack(letters))
    for _, unit in ipairs {"", "a", "ab", "aab", "abaabab"} do
      local hay = s .. unit:rep(300) .. s:reverse()
      local v = mview(hay)
      for length = 1, 200, 7 do
        for _, at in ipairs {1, 1500, 4000 - length // 2, 4100, #hay - 200} do
          local there = hay:sub(at, at + length - 1)
          for _, needle in ipairs {there, there .. "c", "a" .. there,
            there .. "b" .. there, unit:rep(length // 3 + 1) .. "b"} do
            local first, last = hay:find(needle, 1, true)
            local got, got_last = v:find(needle, 1, true)
            agree(first, got, "%q", needle)
            agree(last, got_last, "%q", needle)
          end
        end
      end
    end
  end)

  it("takes only bytes, or a number as its text", function()
    local v = mview("ab1")
    assert.same({3, 3}, {v:find(1, 1, true)})
    for got, x in pairs {boolean = true, ["function"] = print,
      ["table; mview.from and mview.bytearray take a list"] = {97}} do
      raises(("bad argument #1 to 'find' (string, view or other bytes-like "
        .. "expected, got %s)"):format(got), function()
          local _ = v:find(x, 1, true)
        end)
    end
  end)
end)

describe("hash", function()
  local function hash(s) return mview(s):hash() end

  it("is equal for equal bytes in any memory", function()
    for _, s in ipairs {"", "a", "abcdef", all} do
      for name, v in pairs(views(s)) do
        assert.equal(hash(s), v:toreadonly():hash(), name)
      end
    end
    assert.equal(hash("abcd"), mview("abcd", "<i"):hash())
    assert.equal(hash("abcd"), mview("abcd", "B", {2, 2}):hash())
    assert.equal(hash("acbd"),
      mview("abcd", "B", {2, 2}):transpose():hash())
  end)

  it("is an integer, different for different bytes", function()
    local seen = {}
    for n = 0, 300 do
      for _, s in ipairs {("\0"):rep(n), ("a"):rep(n) .. "b",
        "b" .. ("a"):rep(n), all:sub(n + 1, n + 9)} do
        local h = hash(s)
        assert.equal("integer", math.type(h))
        assert.is_true(seen[h] == nil or seen[h] == s)
        seen[h] = s
      end
    end
  end)

  it("tells quadruples of floats apart as a random function does", function()
    for _, format in ipairs {"f", "d"} do
      local seen, same = {}, 0
      local v = mview.new(format, 4)
      local readonly = v:toreadonly()
      for i = 0, 65535 do
        for k = 1, 4 do v[k] = (i >> 4 * (k - 1) & 15) / 4 - 2 end
        local h = readonly:hash()
        if seen[h] then same = same + 1 end
        seen[h] = true
      end
      assert.equal(0, same, format)
    end
  end)

  it("is another in another process", function()
    if os.getenv "MVIEW_EMULATED" then
      pending "an emulated machine starts no programs"
      return
    end
    local command = ("%s -e 'print(require([[mview]])([[abc]]):hash())'")
      :format(os.getenv("LUA") or arg[-1])
    local function run()
      local pipe <close> = assert(io.popen(command))
      return math.tointeger(tonumber(pipe:read("a")))
    end
    local first, others = assert(run()), 0
    for _ = 1, 4 do
      if run() ~= first then others = others + 1 end
    end
    assert.is_true(others > 0)
  end)

  it("is refused if bytes may change", function()
    local v = mview.bytearray("abc"):view()
    raises("cannot hash a view that can be written to", v.hash, v)
    assert.equal(hash("abc"), v:toreadonly():hash())
  end)
end)
