-- b:insert and b:remove, at any position.

local capi = require "capi"
local mview = require "mview"
local agree = require "agree"
local raises = require "raises"

local MIN, MAX = math.mininteger, math.maxinteger
local expired = "attempt to use an expired view (its bytearray was cut)"
local released = "attempt to use a released bytearray"

local function bytes(s) return mview.bytearray(s) end

describe("insert", function()
  local object = setmetatable({}, {__buffer = function() return "o" end})
  for _, row in ipairs {
    {"a string in front", "xyabc", 1, "xy"},
    {"a string within", "axybc", 2, "xy"},
    {"a string at the end", "abcxy", 4, "xy"},
    {"before the last", "abxyc", -1, "xy"},
    {"before the first, from the end", "xyabc", -3, "xy"},
    {"at a float of integer value", "axybc", 2.0, "xy"},
    {"a byte", "aAbc", 2, 65},
    {"a list", "aABbc", 2, {65, 66}},
    {"a view", "axybc", 2, mview("xy")},
    {"a strided view", "azxbc", 2, mview("xyz"):sub(-1, 1, -2)},
    {"an object that offers bytes", "aobc", 2, object},
    {"nothing", "abc", 2, ""},
    {"no bytes of a list", "abc", 2, {}},
  } do
    it("inserts " .. row[1], function()
      local b = bytes("abc")
      assert.equal(b, b:insert(row[3], row[4]))
      assert.equal(row[2], tostring(b))
    end)
  end

  it("inserts bytes into an empty bytearray", function()
    assert.equal("xy", tostring(bytes(""):insert(1, "xy")))
  end)

  it("inserts the bytearray itself, and views of it", function()
    for at = 1, 5 do
      local b = bytes("abcd")
      b:insert(at, b)
      assert.equal(("abcd"):sub(1, at - 1) .. "abcd" .. ("abcd"):sub(at),
        tostring(b))
      b = bytes("abcd")
      b:insert(at, b:view():sub(-1, 1, -1))
      assert.equal(("abcd"):sub(1, at - 1) .. "dcba" .. ("abcd"):sub(at),
        tostring(b))
    end
  end)

  for i, message in pairs {
    [0] = "position 0 out of range [1, 4]",
    [5] = "position 5 out of range [1, 4]",
    [-4] = "position -4 out of range [1, 4]",
    [MIN] = "position " .. MIN .. " out of range [1, 4]",
    [MAX] = "position " .. MAX .. " out of range [1, 4]",
    [1.5] = "number has no integer representation",
    x = "number expected, got string",
  } do
    it("refuses position " .. i, function()
      local b = bytes("abc")
      raises("bad argument #2 to 'insert' (" .. message .. ")", b.insert, b, i,
        "x")
      assert.equal("abc", tostring(b))
    end)
  end

  for _, row in ipairs {
    {nil, "bytes-like, list of bytes or integer expected, got nil"},
    {print, "bytes-like, list of bytes or integer expected, got function"},
    {256, "value 256 out of range [0, 255]"},
    {{1, -1}, "[2]: value -1 out of range [0, 255]"},
  } do
    it("refuses arguments that are not bytes: " .. row[2], function()
      local b = bytes("abc")
      local v = b:view()
      raises("bad argument #3 to 'insert' (" .. row[2] .. ")", b.insert, b, 2,
        row[1])
      assert.equal("abc", v:tobytes())
    end)
  end

  it("refuses a dead view, and moves no bytes", function()
    local b, v = bytes("abc"), mview("xy")
    local seen = b:view()
    v:release()
    raises("attempt to use a released view", b.insert, b, 2, v)
    assert.equal("abc", seen:tobytes())
  end)
end)

describe("remove", function()
  for _, row in ipairs {
    {"the first byte", "bcde", 1}, {"one within", "abde", 3},
    {"the last byte", "abcd", -1}, {"a range in front", "cde", 1, 2},
    {"a range within", "ae", 2, 4}, {"a range at the end", "ab", 3, -1},
    {"all", "", 1, 5}, {"all, from the end", "", -5, -1},
    {"floats of integer value", "ae", 2.0, 4.0},
    {"nothing, in front", "abcde", 1, 0},
    {"nothing, within", "abcde", 3, 2}, {"nothing, at the end", "abcde", 6, 5},
    {"nothing where the end is before", "abcde", 4, 1},
  } do
    it("removes " .. row[1], function()
      local b = bytes("abcde")
      assert.equal(b, b:remove(row[3], row[4]))
      assert.equal(row[2], tostring(b))
    end)
  end

  it("removes all bytes of an empty bytearray", function()
    assert.equal("", tostring(bytes(""):remove(1, -1):remove(1, 0)))
  end)

  for _, row in ipairs {
    {2, "position 0 out of range [1, 3]", 0},
    {2, "position 4 out of range [1, 3]", 4},
    {2, "position -4 out of range [1, 3]", -4},
    {2, "position 5 out of range [1, 4]", 5, 3},
    {2, "position 0 out of range [1, 4]", 0, 3},
    {3, "position 4 out of range [0, 3]", 1, 4},
    {3, "position -5 out of range [0, 3]", 1, -5},
    {3, "position " .. MIN .. " out of range [0, 3]", 1, MIN},
    {3, "position " .. MAX .. " out of range [0, 3]", 1, MAX},
    {2, "position " .. MIN .. " out of range [1, 4]", MIN, MAX},
    {2, "number has no integer representation", 1.5},
    {3, "number has no integer representation", 1, 2.5},
    {2, "number expected, got no value"},
  } do
    it("refuses the range " .. tostring(row[3]) .. " to " .. tostring(row[4]),
      function()
        local b = bytes("abc")
        local v = b:view()
        raises(("bad argument #%d to 'remove' (%s)"):format(row[1], row[2]),
          b.remove, b, table.unpack(row, 3))
        assert.equal("abc", v:tobytes())
      end)
  end
end)

describe("A view", function()
  for name, cut in pairs {
    ["remove in front"] = function(b) b:remove(1) end,
    ["remove within"] = function(b) b:remove(2, 3) end,
    ["remove at the end"] = function(b) b:remove(-1) end,
    ["remove of all"] = function(b) b:remove(1, -1) end,
    ["insert in front"] = function(b) b:insert(1, "x") end,
    ["insert within"] = function(b) b:insert(2, "x") end,
  } do
    it("expires for good by " .. name, function()
      local b = bytes("abcd")
      local v, slice = b:view(), b:view():sub(2, 2)
      cut(b)
      for _, dead in ipairs {v, slice} do
        assert.is_false(dead.valid)
        raises(expired, function() return dead[1] end)
        raises(expired, function() dead[1] = 1 end)
      end
      b:append("abcdefgh")
      raises(expired, v.tobytes, v)
      assert.is_true(b:view():equals(tostring(b)))
    end)
  end

  for name, change in pairs {
    ["an insert at the end"] = function(b) b:insert(#b + 1, "x") end,
    ["an insert of nothing"] = function(b) b:insert(2, "") end,
    ["a remove of nothing"] = function(b) b:remove(2, 1) end,
  } do
    it("lives on by " .. name, function()
      local b = bytes("abcd")
      local v = b:view()
      change(b)
      assert.equal("abcd", v:tobytes())
    end)
  end

  it("has the latest reason", function()
    local b = bytes("abcd")
    local v = b:view()
    b:remove(1)
    raises(expired, v.tobytes, v)
    b:resize(1)
    raises("attempt to use an expired view (its bytearray shrank)", v.tobytes,
      v)
  end)
end)

describe("insert and remove", function()
  it("are refused under a pin", function()
    local b = bytes("abc")
    capi.borrow(b, 0, function()
      for name, use in pairs {
        insert = function() b:insert(2, "x") end,
        append = function() b:insert(4, "x") end,
        nothing = function() b:insert(2, "") end,
        remove = function() b:remove(1) end,
        none = function() b:remove(1, 0) end,
      } do
        raises("bytearray is pinned by 1 borrower", use, name)
      end
    end)
    assert.equal("abc", tostring(b))
    assert.equal("ab", tostring(b:remove(-1)))
  end)

  it("raise after its release", function()
    local b = bytes("abc")
    b:release()
    raises(released, b.insert, b, 1, "x")
    raises(released, b.remove, b, 1)
  end)
end)

describe("A queue of bytes", function()
  it("moves no bytes when bytes in front are removed", function()
    local b = bytes(("x"):rep(1000))
    local start = capi.borrow(b, 0)
    b:remove(1, 10)
    assert.equal(990, #b)
    assert.is_true(start ~= nil)
  end)

  it("needs at most twice the room of its greatest size", function()
    local frame = ("frame "):rep(50)
    local b = bytes("")
    for _ = 1, 10 do b:append(frame) end
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage("count")
    for _ = 1, 2000 do b:append(frame):remove(1, #frame) end
    local grown = collectgarbage("count") - before
    collectgarbage("restart")
    assert.equal(frame:rep(10), tostring(b))
    assert.is_true(grown < 32, grown)
  end)

  it("gives back the memory of removed bytes", function()
    collectgarbage()
    local before = collectgarbage("count")
    local b = mview.bytearray(8 << 20)
    b:append("the rest")
    b:remove(1, 8 << 20)
    assert.equal("the rest", tostring(b))
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 1024)
    b:resize(8 << 20):remove(1, -1)
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 1024)
    assert.equal("more", tostring(b:append("more")))
  end)
end)

-- Random changes, made to a string as well.
describe("A bytearray that is cut anywhere", function()
  local function random_bytes(most)
    local list = {}
    for i = 1, math.random(0, most) do list[i] = math.random(97, 122) end
    return string.char(table.unpack(list))
  end

  local function cut(s, i, j) return s:sub(1, i - 1) .. s:sub(j + 1) end

  local function put(s, i, x) return s:sub(1, i - 1) .. x .. s:sub(i) end

  local changes = {
    append = function(b, s)
      local x = random_bytes(60)
      b:append(x)
      return s .. x
    end,
    front = function(b, s)
      local n = math.random(0, #s)
      b:remove(1, n)
      return s:sub(n + 1)
    end,
    remove = function(b, s)
      local i = math.random(#s + 1)
      local j = math.random(i - 1, #s)
      b:remove(i, j)
      return cut(s, i, j)
    end,
    insert = function(b, s)
      local i, x = math.random(#s + 1), random_bytes(40)
      b:insert(i, x)
      return put(s, i, x)
    end,
    insert_front = function(b, s)
      local x = random_bytes(40)
      b:insert(1, x)
      return x .. s
    end,
    insert_itself = function(b, s)
      if #s > 300 then return s end
      local i, k = math.random(#s + 1), math.random(#s + 1)
      b:insert(i, b:view():sub(k))
      return put(s, i, s:sub(k))
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
  }
  local names = {"append", "append", "append", "front", "front", "remove",
    "insert", "insert_front", "insert_itself", "resize", "reserve"}

  for seed = 1, 20 do
    it("agrees with the model, seed " .. seed, function()
      math.randomseed(seed)
      local b, s, v, seen = bytes(""), "", nil, nil
      for step = 1, 200 do
        local name = names[math.random(#names)]
        s = changes[name](b, s)
        agree(s, tostring(b), "step %d, %s", step, name)
        if v and v.valid then
          agree(seen, v:tobytes(), "step %d, %s", step, name)
        end
        if not v or not v.valid or step % 7 == 0 then
          v, seen = b:view(), s
        end
      end
    end)
  end
end)
