-- MessagePack on a reader and a writer, compared with a decoder for strings.

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"
local cursors = require "msgpack_cursor"
local strings = require "msgpack"

local function encoded(x)
  return cursors.encode(writer(nil, ">"), x):view():tobytes()
end

-- Converts views to strings, the results of the decoder for strings.
local function plain(x)
  if mview.isview(x) then return x:tobytes() end
  if type(x) ~= "table" then return x end
  local copy = {}
  for key, value in pairs(x) do copy[key] = plain(value) end
  return copy
end

-- Examples of the specification's kinds, and their codes.
local EXAMPLES = {
  {"c0", nil}, {"c2", false}, {"c3", true}, {"00", 0}, {"7f", 127},
  {"cc80", 128}, {"ccff", 255}, {"cd0100", 256}, {"cdffff", 65535},
  {"ce00010000", 65536}, {"ceffffffff", 4294967295},
  {"cf0000000100000000", 4294967296}, {"cf7fffffffffffffff", math.maxinteger},
  {"ff", -1}, {"e0", -32}, {"d0df", -33}, {"d080", -128}, {"d1ff7f", -129},
  {"d18000", -32768}, {"d2ffff7fff", -32769}, {"d280000000", -2147483648},
  {"d3ffffffff7fffffff", -2147483649}, {"d38000000000000000", math.mininteger},
  {"cb3ff8000000000000", 1.5}, {"cb7ff0000000000000", math.huge},
  {"a0", ""}, {"a568656c6c6f", "hello"}, {"93010203", {1, 2, 3}},
  {"80", {}}, {"81a16191c2", {a = {false}}}, {"9291c39181a17807", {{true},
    {{x = 7}}}},
}

local OTHERS = {"ca3fc00000", "c4026162", "c500026162", "c6000000026162",
  "d40561", "d5056162", "c703ff616263", "c80001056b", "c900000001056b",
  "da00026162", "db000000026162", "dc000201c3", "dd0000000201c3",
  "de0001a161c0", "df00000001a16107"}

describe("MessagePack", function()
  for _, row in ipairs(EXAMPLES) do
    it("has the code " .. row[1], function()
      local bytes = mview.fromhex(row[1])
      assert.equal(row[1], mview(encoded(row[2])):hex())
      local r = reader(bytes, ">")
      assert.same(row[2], cursors.decode(r))
      assert.equal(0, r:left())
    end)
  end

  for _, code in ipairs(OTHERS) do
    it("reads the same as the decoder for strings: " .. code, function()
      local text = tostring(mview.fromhex(code))
      assert.same((strings.decode(text)), plain(cursors.decode(reader(text,
        ">"))))
    end)
  end

  local function random_value(depth)
    local kind = math.random(depth > 3 and 5 or 7)
    if kind == 1 then return math.random(0) >> math.random(0, 63) end
    if kind == 2 then return -(math.random(0) >> math.random(1, 63)) end
    if kind == 3 then return math.random() end
    if kind == 4 then return math.random(2) == 1 end
    if kind == 5 then return ("x"):rep(math.random(0, 300)) end
    local t = {}
    for i = 1, math.random(1, 20) do
      t[kind == 6 and i or "key " .. i] = random_value(depth + 1)
    end
    return t
  end

  for seed = 1, 10 do
    it("is read again by both, seed " .. seed, function()
      math.randomseed(seed)
      local value = {random_value(0), random_value(0), random_value(0)}
      local text = encoded(value)
      assert.same(value, (strings.decode(text)))
      assert.same(value, cursors.decode(reader(text, ">")))
    end)
  end

  it("waits for the rest after a cut at any place", function()
    math.randomseed(1)
    local value = {1, "two", {three = 3.0}, ("four"):rep(20), -5, {6, {7}}}
    local text = encoded(value)
    for cut = 0, #text - 1 do
      local b = mview.bytearray(text:sub(1, cut))
      local r = reader(b, ">")
      local ok, message = pcall(cursors.decode, r)
      assert.is_false(ok)
      local least = tonumber(message:match("need (%d+) bytes"))
      local at = tonumber(message:match("at position (%d+)"))
      assert.is_true(at + least - 1 > cut and at + least - 1 <= #text)
      b:append(text:sub(cut + 1))
      r.pos = 1
      assert.same(value, cursors.decode(r))
    end
  end)
end)
