local capi = require "capi"
local mview = require "mview"
local agree = require "agree"
local lend_host = require "lend_host"
local raises = require "raises"
local sizes = require "sizes"

local MIN, MAX = math.mininteger, math.maxinteger
local released = "attempt to use a released bytearray"
local expired = "attempt to use an expired view (its bytearray shrank)"
local revoked = "attempt to use a view of revoked memory"

-- Sizes for which there is not enough memory.
local unavailable = {sizes.most, sizes.most - 1}
if sizes.wide then unavailable[3], unavailable[4] = 1 << 62, MAX - 64 end

-- Asserts that f raises Lua's error for missing memory.
local function raises_memory(f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.is_truthy(err == "not enough memory"
    or err:find("block too big", 1, true) or err == "bytearray too large", err)
end

describe("A new bytearray", function()
  local object = setmetatable({}, {__buffer = function() return "object" end})
  local map = mview.map(nil, "r+", 0, 3)
  local rows = {
    {"", "nothing"}, {"", "nil", nil}, {"", "0", 0}, {"\0\0\0", "3", 3},
    {"\0\0\0", "3.0", 3.0}, {"abc", "a string", "abc"}, {"", "no string", ""},
    {"5", "a string of a number", "5"}, {"\1\255\0", "a list", {1, 255, 0.0}},
    {"", "an empty list", {}}, {"abc", "a view", mview("abc")},
    {"ace", "a strided view", mview("abcde"):sub(1, -1, 2)},
    {"cba", "a view backwards", mview("abc"):sub(-1, 1, -1)},
    {"abcd", "a cast", mview("abcd", ">I")},
    {"acbd", "a transpose", mview("abcd", "B", {2, 2}):transpose()},
    {"xyz", "a bytearray", mview.bytearray("xyz")}, {"\0\0\0", "a map", map},
    {"object", "an object that offers bytes", object},
  }
  for _, row in ipairs(rows) do
    it("has the bytes of " .. row[2], function()
      local b = mview.bytearray(row[3])
      assert.equal(row[1], tostring(b))
      assert.equal(#row[1], #b)
      assert.is_true(b == mview(row[1]))
    end)
  end

  it("is a copy", function()
    local b = mview.bytearray("abc")
    local copy = mview.bytearray(b)
    copy[1] = 65
    assert.equal("abc", tostring(b))
    assert.equal("Abc", tostring(copy))
  end)

  local range = "size %s out of range [0, " .. sizes.most .. "]"
  local refused = {
    {-1, range:format(-1)}, {MIN, range:format(MIN)},
    {1.5, "number has no integer representation"},
    {0 / 0, "number has no integer representation"},
    {2.0 ^ 63, "number has no integer representation"},
    {true, "bytes-like, list of bytes or integer expected, got boolean"},
    {print, "bytes-like, list of bytes or integer expected, got function"},
    {io.stdout, "bytes-like, list of bytes or integer expected, got FILE*"},
    {{1, 256}, "[2]: value 256 out of range [0, 255]"},
    {{-1}, "[1]: value -1 out of range [0, 255]"},
    {{1.5}, "[1]: number has no integer representation"},
    {{1, 2, "3"}, "[3]: integer expected, got string"},
    {{true}, "[1]: integer expected, got boolean"},
    {{{1}}, "[1]: integer expected, got table"},
  }
  for i, row in ipairs(refused) do
    it(("is not made of %s, %d"):format(type(row[1]), i), function()
      raises(("bad argument #1 to 'bytearray' (%s)"):format(row[2]),
        mview.bytearray, row[1])
    end)
  end

  it("is not made of dead memory", function()
    local dead = mview("abc")
    dead:release()
    raises("attempt to use a released view", mview.bytearray, dead)
    local b = mview.bytearray("abc")
    b:release()
    raises(released, mview.bytearray, b)
  end)

  it("is not larger than memory", function()
    for _, n in ipairs(unavailable) do
      raises_memory(mview.bytearray, n)
    end
  end)
end)

describe("The bytes of a bytearray", function()
  local b
  before_each(function() b = mview.bytearray("abc") end)

  it("are read by index", function()
    assert.equal(97, b[1])
    assert.equal(99, b[-1])
    assert.equal(98, b[2.0])
    for _, i in ipairs {0, 4, -4, 1.5, MIN, MAX, 0 / 0, 2.0 ^ 63} do
      assert.is_nil(b[i])
    end
    for _, key in ipairs {"1", "size", true, {}} do assert.is_nil(b[key]) end
  end)

  it("are written by index", function()
    b[1], b[-1], b[2.0] = 65, 67.0, 66
    assert.equal("ABC", tostring(b))
    for _, i in ipairs {0, 4, -4, MIN, MAX} do
      raises(("index %d out of range [1, 3]"):format(i), function()
        b[i] = 0
      end)
    end
    for _, key in ipairs {"1", "append", "nbytes"} do
      raises(("attempt to assign to '%s' of a bytearray"):format(key),
        function() b[key] = 0 end)
    end
    raises("index must be an integer, got boolean", function() b[true] = 0 end)
    raises("index must be an integer, got 1.5", function() b[1.5] = 0 end)
    assert.equal("ABC", tostring(b))
  end)

  it("are integers from 0 to 255", function()
    for _, row in ipairs {
      {256, "value 256 out of range [0, 255] for format 'B'"},
      {-1, "value -1 out of range [0, 255] for format 'B'"},
      {1.5, "number has no integer representation"},
      {"1", "integer expected, got string"}, {true,
        "integer expected, got boolean"}, {nil, "integer expected, got nil"},
    } do
      raises(row[2], function() b[1] = row[1] end)
    end
    assert.equal("abc", tostring(b))
  end)

  it("are compared, joined and walked over", function()
    assert.is_true(b == mview.bytearray("abc"))
    assert.is_false(b == mview.bytearray("abd"))
    assert.is_false(b == "abc")
    assert.equal("abcabc!", b .. b .. "!")
    local list = {}
    for i, x in pairs(b) do list[i] = x end
    assert.same({97, 98, 99}, list)
    assert.same(list, {table.unpack(b)})
    assert.equal("97 98 99", table.concat(b, " "))
  end)

  it("are shared with its views", function()
    local v = b:view()
    v[1] = 65
    b[2] = 66
    assert.equal("ABc", v:tobytes())
    assert.equal(b, v.obj)
    assert.is_false(v.readonly)
    assert.is_false(rawequal(v, b:view()))
  end)
end)

describe("append", function()
  local b
  before_each(function() b = mview.bytearray("ab") end)

  local object = setmetatable({}, {__buffer = function() return "o" end})
  local rows = {
    {"", "nothing"}, {"cd", "a string", "cd"}, {"c", "a byte", 99},
    {"c", "a byte as a float", 99.0}, {"\1\2", "a list", {1, 2}},
    {"", "empty things", "", {}, mview("")},
    {"cdefg\0", "all at once", "cd", mview("e"), {102}, 103, 0},
    {"gfe", "a view backwards", mview("efg"):sub(-1, 1, -1)},
    {"o!", "an object, then more", object, "!"},
    {"12", "a string of digits", "12"},
  }
  for _, row in ipairs(rows) do
    it("appends " .. row[2], function()
      assert.equal(b, b:append(table.unpack(row, 3)))
      assert.equal("ab" .. row[1], tostring(b))
    end)
  end

  it("takes the bytearray itself, and views of it", function()
    b:append(b)
    assert.equal("abab", tostring(b))
    b:append(b, "-", b)
    assert.equal("abababab-abab", tostring(b))
    local v = b:view()
    b:append(v:sub(-1, 1, -3), v:sub(2, 3), mview(b, "c", {13}))
    assert.equal("abababab-abab" .. "baaba" .. "ba" .. "abababab-abab",
      tostring(b))
    local wide = mview.bytearray("abcd")
    wide:append(wide:view():cast("B", {2, 2}):transpose())
    assert.equal("abcdacbd", tostring(wide))
  end)

  it("takes itself when that moves it, at any size", function()
    for n = 0, 70 do
      local s = ("abcdefg"):rep(10):sub(1, n)
      local bytes = mview.bytearray(s)
      local v = bytes:view()
      bytes:append(v:sub(-1, 1, -1), bytes, v)
      agree(s .. s:reverse() .. s .. s, tostring(bytes), "%d bytes", n)
    end
  end)

  local refused = {
    {256, "value 256 out of range [0, 255]"},
    {-1, "value -1 out of range [0, 255]"},
    {1.5, "number has no integer representation"},
    {true, "bytes-like, list of bytes or integer expected, got boolean"},
    {nil, "bytes-like, list of bytes or integer expected, got nil"},
    {print, "bytes-like, list of bytes or integer expected, got function"},
    {{1, 256}, "[2]: value 256 out of range [0, 255]"},
    {{1, "2"}, "[2]: integer expected, got string"},
    {{1, 2.5}, "[2]: number has no integer representation"},
  }
  for i, row in ipairs(refused) do
    it(("appends all or no bytes: %s, %d"):format(type(row[1]), i), function()
      raises(("bad argument #3 to 'append' (%s)"):format(row[2]), function()
        b:append("cd", 1, row[1], "ef")
      end)
      assert.equal("ab", tostring(b))
    end)
  end

  it("refuses more bytes than there can be", function()
    local function huge(n)
      return (lend_host.lend {data = "x", shape = {n}, strides = {0}})
    end
    local half = huge(sizes.most // 2 + 1)
    raises("bytearray too large", b.append, b, half, half)
    raises("bytearray too large", b.append, b, huge(sizes.most))
    raises("bytearray too large", b.insert, b, 1, huge(sizes.most))
    assert.equal("ab", tostring(b))
  end)

  it("refuses a dead view", function()
    local v = mview("cd")
    v:release()
    raises("attempt to use a released view", b.append, b, "x", v)
    local gone = mview.bytearray("x")
    gone:release()
    raises(released, b.append, b, "x", gone)
    assert.equal("ab", tostring(b))
  end)

  it("keeps views and their bytes", function()
    local v = b:view()
    local tail = v:sub(2)
    for _ = 1, 10 do b:append(("x"):rep(#b)) end
    assert.is_true(v.valid)
    assert.equal("ab", v:tobytes())
    tail[1] = 66
    assert.equal("aBxx", tostring(b):sub(1, 4))
    assert.equal(2048, #b)
  end)
end)

describe("resize, reserve and clear", function()
  it("return the bytearray", function()
    local b = mview.bytearray("abc")
    for _, other in ipairs {b:resize(5), b:reserve(9), b:clear()} do
      assert.is_true(rawequal(b, other))
    end
  end)

  it("keep the remaining bytes, and add zeros", function()
    local b = mview.bytearray("abc")
    assert.equal("abc\0\0", tostring(b:resize(5)))
    assert.equal("a", tostring(b:resize(1)))
    assert.equal("a\0\0\0", tostring(b:resize(4)))
    assert.equal("", tostring(b:resize(0)))
    assert.equal("\0\0", tostring(b:resize(2.0)))
    assert.equal("", tostring(b:clear()))
    assert.equal("\0\0\0", tostring(b:resize(3)))
    assert.equal("\0\0\0", tostring(b:reserve(1000)))
    assert.equal("\0\0\0", tostring(b:reserve(0)))
    assert.equal(("\0"):rep(2000), tostring(b:resize(2000)))
  end)

  local range = "size %d out of range [0, " .. sizes.most .. "]"
  local wrong = {
    {-1, range:format(-1)}, {MIN, range:format(MIN)},
    {1.5, "number has no integer representation"},
    {0 / 0, "number has no integer representation"},
    {"x", "number expected, got string"}, {nil, "number expected, got nil"},
    {{}, "number expected, got table"},
  }
  for _, name in ipairs {"resize", "reserve"} do
    it(("take only sizes, %s"):format(name), function()
      local b = mview.bytearray("abc")
      local v = b:view()
      for _, row in ipairs(wrong) do
        raises(("bad argument #2 to '%s' (%s)"):format(name, row[2]),
          b[name], b, row[1])
      end
      raises(("bad argument #2 to '%s' (number expected, got no value)")
        :format(name), b[name], b)
      assert.equal("abc", v:tobytes())
    end)

    it(("refuse a size that exceeds the memory, %s"):format(name),
      function()
        local b = mview.bytearray("abc")
        local v = b:view()
        for _, n in ipairs(unavailable) do
          raises_memory(b[name], b, n)
        end
        assert.equal("abc", v:tobytes())
        assert.equal("abc", tostring(b))
      end)
  end
end)

describe("A view of a bytearray", function()
  local b, v, slice
  before_each(function()
    b = mview.bytearray("abcd")
    v = b:view()
    slice = v:sub(2, 3):cast("<h")
  end)

  it("expires for good when it shrinks", function()
    for _, shrink in ipairs {
      function(bytes) bytes:resize(3) end,
      function(bytes) bytes:resize(0) end,
      function(bytes) bytes:clear() end,
    } do
      b = mview.bytearray("abcd")
      v = b:view()
      slice = v:sub(1, 1)
      shrink(b)
      for _, grow in ipairs {function() end, function() b:resize(4) end,
        function() b:append("xyz") end, function() b:reserve(999) end} do
        grow()
        for _, dead in ipairs {v, slice} do
          assert.is_false(dead.valid)
          raises(expired, function() return dead[1] end)
          raises(expired, function() dead[1] = 1 end)
          raises(expired, dead.tobytes, dead)
        end
      end
      local later = b:view()
      assert.equal(tostring(b), later:tobytes())
      assert.is_true(later.valid)
    end
  end)

  it("stays alive if no bytes are removed", function()
    b:resize(4)
    b:reserve(2)
    b:resize(100)
    b:reserve(100000)
    b:append("x")
    assert.equal("abcd", v:tobytes())
    assert.equal(0x6362, slice[1])
    assert.equal(4, #v)
    local none = mview.bytearray():view()
    none.obj:clear()
    assert.is_true(none.valid)
  end)

  it("is one of revoked memory once that is released", function()
    b:release()
    for _, dead in ipairs {v, slice} do
      assert.is_false(dead.valid)
      raises(revoked, function() return dead[1] end)
    end
  end)

  it("that was released or had expired before stays so", function()
    v:release()
    b:resize(1)
    local later = b:view()
    b:release()
    raises("attempt to use a released view", function() return #v end)
    raises(revoked, function() return #slice end)
    raises(revoked, function() return #later end)
  end)
end)

describe("A released bytearray", function()
  it("raises for all methods", function()
    local b = mview.bytearray("abc")
    assert.equal(0, select("#", b:release()))
    for name, use in pairs {
      index = function() return b[1] end, newindex = function() b[1] = 1 end,
      len = function() return #b end, tostring = function()
        return tostring(b)
      end,
      append = function() b:append("x") end,
      resize = function() b:resize(1) end,
      reserve = function() b:reserve(1) end,
      clear = function() b:clear() end, view = function() b:view() end,
      mview = function() return mview(b) end, concat = function()
        return b .. ""
      end,
      pairs = function() pairs(b) end,
      equals = function() return mview("abc"):equals(b) end,
      itself = function() return b == mview("abc") end,
    } do
      raises(released, use, name)
    end
    assert.is_true(b == b)
  end)

  it("may be released again", function()
    local b = mview.bytearray("abc")
    b:release()
    b:release()
  end)

  it("happens at the end of a variable with <close>", function()
    local kept, v
    do
      local b <close> = mview.bytearray("abc")
      kept, v = b, b:view()
    end
    raises(released, function() return #kept end)
    assert.is_false(v.valid)
  end)
end)

describe("A pinned bytearray", function()
  it("keeps its memory at its address", function()
    local b = mview.bytearray("abc")
    local uses = {
      append = function() b:append("x") end,
      resize = function() b:resize(1) end,
      grow = function() b:resize(100) end,
      same = function() b:resize(3) end,
      reserve = function() b:reserve(1) end,
      clear = function() b:clear() end,
      release = function() b:release() end,
    }
    capi.borrow(b, 0, function()
      for name, use in pairs(uses) do
        raises("bytearray is pinned by 1 borrower", use, name)
      end
      capi.borrow(b:view():sub(2), 0, function()
        for name, use in pairs(uses) do
          raises("bytearray is pinned by 2 borrowers", use, name)
        end
      end)
      b[1] = 65
      assert.equal("Abc", tostring(b))
      assert.is_true(b:view().valid)
    end)
    for _, name in ipairs {"append", "grow", "same", "reserve", "resize",
      "clear", "release"} do
      uses[name]()
    end
  end)
end)

describe("A bytearray as an object", function()
  it("has methods that are its own", function()
    local b = mview.bytearray("abc")
    for _, name in ipairs {"append", "appendfrom", "clear", "insert",
      "release", "remove", "reserve", "resize", "view"} do
      assert.equal("function", type(b[name]))
      for _, self in ipairs {"abc", mview("abc"), io.stdout, 5, {}} do
        local type_name = self == io.stdout and "FILE*"
          or mview.isview(self) and "mview.view" or type(self)
        raises(("bad argument #1 to '%s' (mview.bytearray expected, got %s)")
          :format(name, type_name), b[name], self)
      end
      raises(("bad argument #1 to '%s' (mview.bytearray expected, got no "
        .. "value)"):format(name), b[name])
    end
    for _, name in ipairs {"size", "__index", "close", "flush"} do
      assert.is_nil(b[name])
    end
    assert.is_false(getmetatable(b))
    assert.is_false(mview.isview(b))
  end)

  it("names its type", function()
    local b = mview.bytearray("abc")
    raises("attempt to compare two mview.bytearray values", function()
      return b < b
    end)
    raises("attempt to call a mview.bytearray value (upvalue 'b')", function()
      b()
    end)
  end)
end)

-- Random changes, made to a string as well. After each change the bytearray has
-- the bytes of the string, and each view has the bytes of its range or has
-- expired.
describe("A bytearray in any history", function()
  local function random_bytes()
    local list = {}
    for i = 1, math.random(0, 40) do list[i] = math.random(97, 122) end
    return string.char(table.unpack(list))
  end

  local changes = {
    append = function(b, s)
      local x = random_bytes()
      b:append(x)
      return s .. x
    end,
    append_itself = function(b, s)
      if #s > 500 then return s end
      local i = math.random(#s + 1)
      b:append(b:view():sub(i), b)
      return s .. s:sub(i) .. s
    end,
    resize = function(b, s)
      local n = math.random(0, 2 * #s + 1)
      b:resize(n)
      return s:sub(1, n) .. ("\0"):rep(n - #s)
    end,
    reserve = function(b, s)
      b:reserve(math.random(0, 2 * #s))
      return s
    end,
    clear = function(b)
      b:clear()
      return ""
    end,
    write = function(b, s)
      if s == "" then return s end
      local i, x = math.random(#s), math.random(0, 255)
      b[i] = x
      return s:sub(1, i - 1) .. string.char(x) .. s:sub(i + 1)
    end,
  }
  local names = {"append", "append_itself", "resize", "resize", "reserve",
    "reserve", "clear", "write", "write", "write"}

  for seed = 1, 20 do
    it("agrees with the model, seed " .. seed, function()
      math.randomseed(seed)
      local b, s, views = mview.bytearray(), "", {}
      for step = 1, 60 do
        local name = names[math.random(#names)]
        local before = #s
        s = changes[name](b, s)
        agree(s, tostring(b), "step %d, %s", step, name)
        if #s < before then
          for _, view in ipairs(views) do view.expired = true end
        end
        for _, view in ipairs(views) do
          agree(not view.expired, view.v.valid, "step %d, %s", step, name)
          if not view.expired then
            agree(s:sub(view.i, view.j), view.v:tobytes(), "step %d, %s", step,
              name)
          end
        end
        local i = math.random(#s + 1)
        local j = math.random(i - 1, #s)
        views[step] = {v = b:view():sub(i, j), i = i, j = j}
      end
    end)
  end
end)
