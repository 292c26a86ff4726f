-- A reader reads the output of a writer with the same calls.

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"
local agree = require "agree"

local random = math.random

local function random_string(most, least)
  local list = {}
  for i = 1, random(0, most) do list[i] = random(least or 0, 255) end
  return string.char(table.unpack(list))
end

-- An integer of up to so many bits, of any length.
local function random_bits(n) return random(0) >> 64 - random(1, n) end

local function unsigned(n)
  return function() return {random_bits(n)} end
end

local function signed(n)
  return function()
    local x = random_bits(n)
    return {x - (x >> n - 1 << n)}
  end
end

local function float(format)
  local size = string.packsize(format)
  return function()
    local x
    repeat
      local bytes = {}
      for i = 1, size do bytes[i] = string.char(random(0, 255)) end
      x = string.unpack(format, table.concat(bytes))
    until x == x
    return {x}
  end
end

local function half()
  return {random(-2048, 2047) * 2.0 ^ random(-14, 4)}
end

local function any_integer() return {random_bits(64)} end

-- The arguments of a write of that name. `given` has the arguments of the read,
-- if it takes any; `expected` has its results.
local makers = {
  u8 = unsigned(8), i8 = signed(8),
  varint = any_integer, zigzag = any_integer, sleb128 = any_integer,
  bits = function()
    local n = random(0, 64)
    return {n, n == 0 and 0 or random(0) >> 64 - n}
  end,
  string = function() return {random_string(50)} end,
  bytes = function()
    return {mview(random_string(50)):sub(1, -1, random(2))}
  end,
  cstring = function() return {random_string(20, 1)} end,
  skip = function() return {random(0, 9)} end,
  align = function() return {random(1, 17)} end,
  pack = function()
    return {"!4 bI4sz >d", random(-128, 127), random(0, 0xffffff),
      random_string(9), random_string(9, 1), random()}
  end,
}
for name, make in pairs {u16 = unsigned(16), u24 = unsigned(24),
  u32 = unsigned(32), u64 = any_integer, i16 = signed(16),
  i24 = signed(24), i32 = signed(32),
  i64 = any_integer, f16 = half, f32 = float("f"), f64 = float("d")} do
  for _, suffix in ipairs {"", "le", "be"} do makers[name .. suffix] = make end
end

-- The read for a write: function(reader, arguments) -> results.
local readings = {
  bits = function(r, x) return {x[1], r:bits(x[1])} end,
  string = function(r, x) return {r:string(#x[1])} end,
  bytes = function(r, x)
    local got = r:bytes(#x[1])
    return {got:equals(x[1]:tobytes()) and x[1]}
  end,
  skip = function(r, x)
    local pos = r.pos
    local zeros = r:peek(x[1]):tobytes()
    agree(("\0"):rep(x[1]), zeros, "skip")
    return {r:skip(x[1]).pos - pos}
  end,
  align = function(r, x)
    r:align(x[1])
    return {x[1]}
  end,
  pack = function(r, x) return {x[1], r:unpack(x[1])} end,
}

local names = {}
for name in pairs(makers) do names[#names + 1] = name end
table.sort(names)

-- Targets for up to n bytes.
local targets = {
  ["a new bytearray"] = function() return nil end,
  ["a bytearray with bytes"] = function() return mview.bytearray("12345") end,
  ["a view"] = function(n) return mview.new("B", n) end,
  ["every third byte"] = function(n)
    return mview.bytearray(3 * n):view():sub(2, -1, 3)
  end,
  ["bytes backwards"] = function(n)
    return mview.bytearray(n):view():sub(-1, 1, -1)
  end,
  ["a map"] = function(n) return mview.map(nil, "r+", 0, n) end,
}

describe("The output of a writer", function()
  for where, make in pairs(targets) do
    for _, order in ipairs {"<", ">"} do
      for seed = 1, 5 do
        it(("to %s, order %s, is read again, seed %d"):format(where, order,
          seed), function()
          math.randomseed(seed)
          local target = make(20000)
          local w = writer(target, order)
          local start, calls = w.pos, {}
          for i = 1, 300 do
            local name = names[random(#names)]
            local x = makers[name]()
            w[name](w, table.unpack(x))
            calls[i] = {name, x, w.pos}
          end
          local r = reader(where:find "bytearray" and w:view().obj or w:view(),
            order)
          r.pos = start
          for i, call in ipairs(calls) do
            local name, x = call[1], call[2]
            local read = readings[name] or function() return {r[name](r)} end
            local got = read(r, x)
            for k = 1, #x do agree(x[k], got[k], "%d, %s, %d", i, name, k) end
            agree(call[3], r.pos, "%d, behind %s", i, name)
          end
          assert.equal(0, r:left())
        end)
      end
    end
  end

  it("is written by every method that writes values", function()
    local index = debug.getmetatable(writer()).__index
    local methods, i = nil, 1
    while debug.getupvalue(index, i) do
      methods = select(2, debug.getupvalue(index, i))
      i = i + 1
    end
    local list = {"seek", "view", "pos", "order"}
    for _, name in ipairs(names) do list[#list + 1] = name end
    table.sort(list)
    local all = {}
    for name in pairs(methods) do all[#all + 1] = name end
    table.sort(all)
    assert.same(all, list)
  end)
end)
