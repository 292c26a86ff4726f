-- mview.atomic: the effect of each function, its memory, and its refusals.

local mview = require "mview"
local raises = require "raises"

local atomic = mview.atomic

local bits = {i = 32, I = 32, q = 64, Q = 64}

-- x wrapped around to the range of the format.
local function wrapped(format, x)
  local n = bits[format]
  if n == 64 then return x end
  x = x & 0xffffffff
  return format == "i" and x > 0x7fffffff and x - (1 << 32) or x
end

local operations = {
  add = function(old, x) return old + x end,
  sub = function(old, x) return old - x end,
  band = function(old, x) return old & x end,
  bor = function(old, x) return old | x end,
  bxor = function(old, x) return old ~ x end,
  exchange = function(_, x) return x end,
}

local values = {
  i = {0, 1, -1, 5, 0x7fffffff, -0x80000000, 0x12345678},
  I = {0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678},
  q = {0, 1, -1, 5, math.maxinteger, math.mininteger, 0x123456789abcdef0},
}
values.Q = values.q

describe("Every operation", function()
  for name, model in pairs(operations) do
    for format, list in pairs(values) do
      it(("%s returns the old value and computes as Lua, of %s"):format(name,
        format), function()
        local v = mview.new(format, 3)
        for _, old in ipairs(list) do
          for _, x in ipairs(list) do
            v[2] = old
            assert.equal(old, atomic[name](v, 2, x))
            assert.equal(wrapped(format, model(old, x)), v[2])
            assert.same({0, 0}, {v[1], v[3]})
          end
        end
      end)
    end
  end

  it("stores and loads, by positions from either end", function()
    for format, list in pairs(values) do
      local v = mview.new(format, 2)
      for _, x in ipairs(list) do
        assert.equal(0, select("#", atomic.store(v, -1, x)))
        assert.same({x, x, 0}, {v[2], atomic.load(v, 2), atomic.load(v, -2)})
      end
    end
  end)

  it("exchanges only an expected value", function()
    for format, list in pairs(values) do
      local v = mview.new(format, 1)
      for _, old in ipairs(list) do
        for _, expected in ipairs(list) do
          v[1] = old
          assert.equal(old, atomic.compareexchange(v, 1, expected, 7))
          assert.equal(old == expected and 7 or old, v[1])
        end
      end
    end
  end)

  it("takes all formats of integers of 4 and 8 bytes", function()
    for format in ("i I l L q Q n N @i =i =q i4 j"):gmatch "%S+" do
      local v = mview.new(format, 1)
      assert.equal(0, atomic.add(v, 1, 3))
      assert.equal(3, v[1])
    end
  end)

  it("takes strided views and rows behind pointers", function()
    local lend_host = require "lend_host"
    local v = mview.from("I", {1, 2, 3, 4}):sub(-1, 1, -2)
    assert.equal(4, atomic.add(v, 1, 10))
    assert.equal(2, atomic.add(v, 2, 10))
    assert.same({14, 12}, v:tolist())
    local rows = lend_host.pil {blocks = {("\1"):rep(8), ("\2"):rep(8)},
      format = "I", shape = {2, 2}}
    assert.equal(0x02020202, atomic.exchange(rows:slice(2), 2, 9))
    assert.equal(9, rows(2, 2))
  end)
end)

describe("Memory", function()
  local sources = {
    ["of a shared block"] = function() return mview.shared(8) end,
    ["of a map"] = function() return mview.map(nil, "r+", 0, 8) end,
    ["of a bytearray"] = function() return mview.bytearray(8) end,
  }
  for name, make in pairs(sources) do
    it(name .. " has atomic integers", function()
      local v = make():cast "I"
      assert.equal(0, atomic.add(v, 2, 5))
      assert.equal(5, atomic.load(v, 2))
    end)
  end

  it("that is read-only can only be loaded and waited for", function()
    local v = mview.from("I", {7}):toreadonly()
    assert.equal(7, atomic.load(v, 1))
    assert.equal("not-equal", atomic.wait(v, 1, 8))
    assert.equal(0, atomic.notify(v, 1))
    for _, name in ipairs {"store", "add", "sub", "band", "bor", "bxor",
      "exchange", "compareexchange"} do
      raises("attempt to write to a read-only view", atomic[name], v, 1, 7, 7)
    end
    assert.equal(7, v[1])
  end)

  it("that has ended raises", function()
    local s = mview.shared(8)
    local v = s:cast "I"
    s:release()
    for _, f in pairs(atomic) do
      raises("attempt to use a view of revoked memory", f, v, 1, 0, 0)
    end
  end)
end)

describe("Every function", function()
  local rows = {
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'B')", mview.bytearray(8), 1},
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'h')", mview.new("h", 8), 1},
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'f')", mview.new("f", 8), 1},
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'd')", mview.new("d", 8), 1},
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'P')", mview.new("P", 8), 1},
    {"bad argument #1 to '%s' (integers of 4 or 8 bytes in native order "
      .. "expected, got format 'T{I:a:}')", mview.new("T{I:a:}", 8), 1},
    {"bad argument #1 to '%s' (1 dimension expected, got 2)",
      mview.new("i", 2, 2), 1},
    {"bad argument #1 to '%s' (1 dimension expected, got 0)",
      mview.new("i", 1):slice(1), 1},
    {"bad argument #2 to '%s' (number expected, got table)",
      mview.new("i", 2), {}},
    {"index 3 out of range [1, 2]", mview.new("i", 2), 3},
    {"index 0 out of range [1, 2]", mview.new("i", 2), 0},
    {"index -3 out of range [1, 2]", mview.new("i", 2), -3},
    {"item 1 is not aligned to 4 bytes",
      mview.bytearray(9):sub(2):cast "i", 1},
    {"bad argument #1 to '%s' (mview.view expected, got string)", "text", 1},
  }
  for _, row in ipairs(rows) do
    it("refuses: " .. row[1]:gsub("'%%s'", "it"), function()
      for name, f in pairs(atomic) do
        raises(row[1]:format(name), f, row[2], row[3], 0, 0)
      end
    end)
  end

  it("refuses integers of the non-native byte order", function()
    local other = string.pack("=I2", 1) == "\1\0" and ">i" or "<i"
    for name, f in pairs(atomic) do
      raises(("bad argument #1 to '%s' (integers of 4 or 8 bytes in native "
        .. "order expected, got format '%s')"):format(name, other), f,
        mview.new(other, 1), 1, 0, 0)
    end
  end)

  it("that takes a value refuses one that does not fit", function()
    local v = mview.new("I", 1)
    for name, f in pairs(atomic) do
      if name ~= "load" and name ~= "notify" then
        raises(("bad argument #3 to '%s' (value -1 out of range "
          .. "[0, 4294967295] for format 'I')"):format(name), f, v, 1, -1, 0)
      end
    end
    raises("bad argument #4 to 'compareexchange' (value 4294967296 out of "
      .. "range [0, 4294967295] for format 'I')", atomic.compareexchange, v, 1,
      0, 1 << 32)
    assert.equal(0, v[1])
  end)
end)
