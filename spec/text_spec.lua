-- rfind, lines and split, on the bytes of views.

local agree = require "agree"
local files = require "files"
local mview = require "mview"
local raises = require "raises"

-- Views of the bytes s in every layout, and a container of them.
local function views(s)
  local list = {
    ["a string"] = mview(s),
    ["a bytearray"] = mview.bytearray(s),
    ["a slice"] = mview("\n#" .. s .. "\n"):sub(3, -2),
    ["every second byte"] = mview((s:gsub(".", "%0\n"))):sub(1, -1, 2),
    ["bytes backwards"] = mview(s:reverse()):sub(-1, 1, -1),
    ["characters"] = mview(s, "c"),
  }
  if #s % 2 == 0 then
    list.numbers = mview(s, "<h")
    list["numbers, strided"] = mview((s:gsub("..", "%0\n\n")), ">H")
      :sub(1, -1, 2)
    if #s > 0 then list["two dimensions"] = mview(s, "B", {2, #s // 2}) end
  end
  return list
end

-- The last occurrence that starts at or before init.
local function slow_rfind(s, needle, init)
  local n = #s
  if init < 0 then init = init < -n and 0 or n + init + 1 end
  for at = math.min(init, n - #needle + 1), 1, -1 do
    if s:sub(at, at + #needle - 1) == needle then
      return at, at + #needle - 1
    end
  end
  return nil
end

local MIN, MAX = math.mininteger, math.maxinteger

describe("rfind", function()
  it("finds the last occurrence that starts at or before init", function()
    for _, s in ipairs {"", "a", "abab", "aaaa", "abcabcabcd", "\0\0\1\0\0"} do
      for name, v in pairs(views(s)) do
        for _, needle in ipairs {"", "a", "b", "ab", "aa", "ca", "\0\0", "\1",
          s, s .. "x"} do
          for _, init in ipairs {1, 0, 2, 3, -1, -2, #s, #s + 1, #s + 2, -#s,
            -#s - 1, -#s - 2, MIN, MAX, (1 << 32) + 1} do
            local first, last = slow_rfind(s, needle, init)
            local got, got_last = v:rfind(needle, init)
            agree(first, got, "%s: %q in %q, %d", name, needle, s, init)
            agree(last, got_last, "%s: %q in %q, %d", name, needle, s, init)
          end
          agree(slow_rfind(s, needle, MAX), (v:rfind(needle)), "%s: %q in %q",
            name, needle, s)
        end
      end
    end
  end)

  it("is a find from the end, also over a long distance", function()
    local s = ("ab"):rep(20000) .. "c" .. ("ab"):rep(20000)
    local v = mview(s)
    for _, needle in ipairs {"c", "bca", "ba", "bb", ("ab"):rep(100) .. "c"} do
      local first, last = s:reverse():find(needle:reverse(), 1, true)
      if first then first, last = #s - last + 1, #s - first + 1 end
      assert.same({first, last}, {v:rfind(needle)})
    end
  end)

  it("knows no patterns", function()
    assert.same({2, 2}, {mview("a.b"):rfind(".")})
    assert.is_nil((mview("a.b"):rfind("%a")))
  end)

  it("looks for the bytes of any bytes-like", function()
    local v = mview("hello hello")
    local object = setmetatable({}, {__buffer = function() return "he" end})
    assert.same({9, 10}, {v:rfind(mview.bytearray("ll"))})
    assert.same({9, 10}, {v:rfind(mview("l#l#"):sub(1, -1, 2))})
    assert.same({7, 8}, {v:rfind(object)})
    raises("bad argument #1 to 'rfind' (string, view or other bytes-like "
      .. "expected, got number)", function() local _ = v:rfind(5) end)
  end)
end)

-- The lines of s as a file gives them.
local function lines_of_file(s, keep)
  local file <close> = io.tmpfile()
  file:write(s)
  file:seek("set")
  local list = {}
  for line in file:lines(keep and "L" or "l") do list[#list + 1] = line end
  return list
end

local texts = {"", "a", "\n", "\n\n", "a\n", "\na", "a\nb", "a\r\nbc\n\nd\n",
  "a\0b\n\0\n", ("x"):rep(5000) .. "\n" .. ("y"):rep(70000), "one\rtwo\n12"}

-- Searches of strided views in pieces, compared with searches of a copy.
describe("Bytes that lie apart", function()
  local SIZE <const> = 20000
  local bytes = {}
  for i = 1, SIZE do bytes[i] = string.char(i * i // 7 % 251) end
  local text = table.concat(bytes)
  local owner = mview.bytearray((text:gsub(".", "%0#")))
  local apart = owner:view():sub(1, -1, 2)
  local grid = mview.bytearray((text:gsub(("."):rep(8), "%0####")))
    :view():cast("B", {SIZE // 8, 12}):slice({}, {1, 8})

  local function compare(needle, message, ...)
    local whole = mview(text)
    for _, v in ipairs {apart, grid} do
      for _, init in ipairs {1, 4000, -4000} do
        local first, last = whole:find(needle, init, true)
        local got, got_last = v:find(needle, init, true)
        agree(first, got, message, ...)
        agree(last, got_last, message, ...)
        first, last = whole:rfind(needle, init)
        got, got_last = v:rfind(needle, init)
        agree(first, got, message, ...)
        agree(last, got_last, message, ...)
      end
    end
    local ok, found = pcall(function()
      return mview.reader(apart):upto(needle)
    end)
    agree((whole:find(needle, 1, true)), ok and #found + 1 or nil, message, ...)
  end

  it("are found at each offset around the seams of the pieces", function()
    for _, n in ipairs {1, 2, 3, 17, 200, 2047, 2048, 3000, 9000, SIZE} do
      for at = 4090 - n, 4102, n > 100 and 7 or 1 do
        if at > 0 and at + n <= SIZE then
          compare(text:sub(at, at + n - 1), "%d bytes from %d", n, at)
        end
      end
      compare(text:sub(-n), "the last %d bytes", n)
      compare(text:sub(-n) .. "!", "the last %d bytes and one more", n)
    end
  end)

  -- A piece has 1,024 bytes, the next one 4,096.
  it("match patterns around the seams of the pieces", function()
    local function compare_match(s, v, pattern, init)
      assert.same({s:find(pattern, init)}, {v:find(pattern, init)},
        pattern .. " from " .. init)
    end
    for _, init in ipairs {1, 2, 3000} do
      for at = init + 1004, init + 1026 do
        local s = ("."):rep(at) .. "key(12)=value value.." .. ("."):rep(4000)
          .. ("key12 "):rep(900)
        local v = mview((s:gsub(".", "%0#"))):sub(1, -1, 2)
        for _, pattern in ipairs {"%a+%d", "(%a+)%((%d+)", "%b()=", "key.-val",
          "(%a+) %1", "%f[%w]%d+", "=[^.]+", "%d+ $", "v[al]-u", "%b=.",
          "valuex?", "%)()=", "[^.]+$"} do
          compare_match(s, v, pattern, init)
        end
        compare_match(s, v, "^%a+", at + 1)
        compare_match(s, v, "^%f[%a]k", at + 1)
        compare_match(s, v, "^%f[%a]e", at + 2)
      end
    end
  end)

  for _, n in ipairs {0, 1, 31, 32, 33, 2047, 2048, 2049, 4096, 10000} do
    it(("have the hash that a copy has: %d of them"):format(n), function()
      local copy = apart:sub(1, n):tobytes()
      assert.equal(mview(copy):hash(),
        mview(owner:view():tobytes()):sub(1, 2 * n, 2):hash())
      if n % 8 == 0 then
        local rows = mview(grid.obj:view():tobytes(), "B", {SIZE // 8, 12})
        assert.equal(mview(copy):hash(),
          rows:slice({1, n // 8}, {1, 8}):hash())
      end
    end)
  end

  it("are not copied as a whole", function()
    local huge = mview.bytearray(16 << 20):view():sub(1, -1, 2)
    local constant = mview(("\0"):rep(16 << 20)):sub(1, -1, 2)
    collectgarbage()
    collectgarbage "stop"
    local before = collectgarbage "count"
    assert.is_nil(huge:find("x", 1, true))
    assert.is_nil(huge:find "xyz")
    assert.is_nil(huge:rfind "x")
    assert.same({9, 10}, {huge:find("%z%z", 9)})
    assert.same({1 << 23, 1 << 23, 1 << 23}, {huge:find("()%z$", -1)})
    assert.is_nil(huge:find("^%a", 1 << 20))
    assert.equal("\0", huge:match("%z", 1 << 20))
    assert.is_nil(huge:find(mview "xyz", 1, true))
    assert.is_number(constant:hash())
    raises("need 8388609 bytes at position 1, 8388608 left", function()
      mview.reader(huge):upto "x"
    end)
    local used = collectgarbage "count" - before
    collectgarbage "restart"
    assert.is_true(used < 100, used .. " KiB")
  end)
end)

describe("lines", function()
  for i, s in ipairs(texts) do
    it("gives the lines that a file gives: " .. i, function()
      for name, v in pairs(views(s)) do
        for _, keep in ipairs {false, true} do
          local list = {}
          for line in v:lines(keep) do list[#list + 1] = line end
          assert.same(lines_of_file(s, keep), list, name)
        end
      end
    end)
  end

  it("keeps the ends of lines for any value but nil and false", function()
    local v = mview("a\nb\n")
    assert.equal("a\n", v:lines(0)())
    assert.equal("a\n", v:lines("l")())
    assert.equal("a", v:lines(nil)())
  end)

  it("is at its end for good", function()
    local step = mview("a"):lines()
    assert.equal("a", step())
    assert.is_nil(step())
    assert.is_nil(step())
  end)
end)

-- The parts of s between separators.
local function slow_split(s, sep)
  local list, from = {}, 1
  while true do
    local first, last = s:find(sep, from, true)
    list[#list + 1] = s:sub(from, (first or 0) - 1)
    if not first then return list end
    from = last + 1
  end
end

describe("split", function()
  for _, case in ipairs {{"", ","}, {",", ","}, {"a,b", ","}, {"a,,b,", ","},
    {",a", ","}, {"abab", "ab"}, {"aaa", "aa"}, {"a--b---c", "--"},
    {"a\0\0b", "\0"}, {"nothing", "!"}, {"a.b.c", "."}} do
    local s, sep = table.unpack(case)
    it(("gives the parts between separators: %q, %q"):format(s, sep), function()
      for name, v in pairs(views(s)) do
        if name ~= "numbers, strided" then
          local list = {}
          for part in v:split(sep) do
            assert.equal("B", part.format)
            assert.same({#part}, part.shape)
            list[#list + 1] = part:tobytes()
          end
          assert.same(slow_split(s, sep), list, name)
        end
      end
    end)
  end

  it("gives views of the same memory, as it may be written", function()
    local data = mview.bytearray("key=value")
    local step = mview(data):split("=")
    local key, value = step(), step()
    assert.is_nil(step())
    assert.is_nil(step())
    key:fill(120)
    value[1] = 86
    assert.equal("xxx=Value", tostring(data))
    assert.equal(4, value.offset)
    assert.is_true(mview("a,b"):split(",")().readonly)
    key:release()
    assert.equal("Value", value:tobytes())
  end)

  it("gives strided views of bytes that lie evenly", function()
    local list = {}
    for part in mview("a1b2,3c4"):sub(1, -1, 2):split(",") do
      list[#list + 1] = {part:tobytes(), part.strides[1]}
    end
    assert.same({{"ab", 2}, {"c", 1}}, list)
  end)

  it("refuses views whose bytes are not evenly spaced", function()
    raises("cannot split a view whose bytes do not lie evenly, use :copy()",
      function()
        local _ = mview("a1,2b3,4", ">H"):sub(1, -1, 2):split(",")
      end)
  end)

  it("takes any bytes-like, which may change later", function()
    local sep = mview.bytearray("--")
    local step = mview("a--b--c"):split(sep)
    assert.equal("a", step():tobytes())
    sep[1] = 0
    sep:release()
    assert.equal("b", step():tobytes())
    assert.equal("b", mview("b,a"):split(mview("#,"):sub(2))():tobytes())
  end)

  it("refuses a separator that is empty or no bytes-like", function()
    raises("bad argument #1 to 'split' (empty separator)", function()
      local _ = mview("abc"):split("")
    end)
    raises("bad argument #1 to 'split' (string, view or other bytes-like "
      .. "expected, got number)", function() local _ = mview("a"):split(1) end)
  end)
end)

describe("A range of a huge file", function()
  local GIB <const> = 1 << 30
  local AT <const> = 40 * GIB -- in front of the needle
  local path, map, v

  setup(function()
    path = os.tmpname()
    local file <close> = io.open(path, "wb")
    local written = files.resident() and pcall(function()
      assert(file:seek("set", AT))
      assert(file:write("needle42"))
      assert(file:seek("set", 64 * GIB - 1))
      assert(file:write("\n"))
    end)
    file:close()
    map = written and mview.map(path)
    v = map and map:view()
  end)

  teardown(function()
    if map then map:close() end
    os.remove(path)
  end)

  local function it_stays(name, expected, use)
    it("is all that " .. name .. " looks at", function()
      if not v then pending("no file of 64 GiB") return end
      local before = files.resident()
      assert.same(expected, table.pack(use(v, AT - 999, AT + 1000)))
      assert.is_true(files.resident() - before < 64 << 10)
    end)
  end

  local found = {AT + 1, AT + 6, n = 2}
  local nothing = {nil, n = 1}
  it_stays("find behind init", found,
    function(w, i) return w:find("needle", i, true) end)
  it_stays("find with a pattern behind init", found,
    function(w, i) return w:find("n%l+", i) end)
  it_stays("find in a slice", nothing,
    function(w, i, j) return w:sub(i, j):find("absent", 1, true) end)
  it_stays("match in a slice", {"needle", "42", n = 2},
    function(w, i, j) return w:sub(i, j):match("(%l+)(%d+)") end)
  it_stays("rfind in front of init", found,
    function(w, _, j) return w:rfind("needle", j) end)
  it_stays("rfind in a slice", nothing,
    function(w, i, j) return w:sub(i, j):rfind("absent") end)
  it_stays("index", {AT + 1, n = 1},
    function(w, i, j) return w:index(110, i, j) end)
  it_stays("index of what is not there", nothing,
    function(w, i, j) return w:index(7, i, j) end)
  it_stays("count", {3, n = 1},
    function(w, i, j) return w:count(101, i, j) end)
  it_stays("a strided index", {1, n = 1},
    function(w) return w:sub(AT + 1, -1, 2):index(110, 1, 9) end)
end)
