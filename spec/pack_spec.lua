-- v:pack and v:unpack, compared with string.pack and string.unpack: random
-- formats, values, bytes and positions must give the same results or the same
-- message. MVIEW_SEED repeats a run.

local identical = require "identical"
local mview = require "mview"

local seed = tonumber(os.getenv("MVIEW_SEED")) or os.time()
local ROUNDS = tonumber(os.getenv("MVIEW_ROUNDS")) or 4000

local random = math.random
local function pick(list) return list[random(#list)] end

local SIZES = {"", "1", "2", "3", "4", "7", "8", "9", "15", "16", "17", "0"}
local CODES = {"b", "B", "h", "H", "l", "L", "j", "J", "T", "f", "n", "d", "z",
  "x", "X", "<", ">", "=", "!", " ", "i", "I", "s", "c", "k"}
local SIZED = {i = true, I = true, s = true, c = true, ["!"] = true}
local VALUED = "[bBhHlLjJTfndziIsc]"

local function format()
  local out = {}
  for k = 1, random(0, 6) do
    local code = pick(CODES)
    if code == "k" and random() < 0.9 then code = "b" end -- no option at all
    if code == "!" then code = pick {"!", "!1", "!2", "!4", "!8", "!3", "!16"}
    elseif SIZED[code] then code = code .. pick(SIZES)
    end
    out[k] = code
  end
  return table.concat(out)
end

local INTEGERS = {0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535,
  65536, 2147483647, 2147483648, -2147483648, 4294967295, 4294967296,
  math.maxinteger, math.mininteger, 3.0, 1e15}
local STRINGS = {"", "a", "bc", "z\0z", "twelve bytes", ("long"):rep(100), "7"}

-- Values, most of which fit the format.
local function values(fmt)
  local out, n = {}, 0
  for code in fmt:gmatch(VALUED) do
    n = n + 1
    local chance = random()
    if chance < 0.02 then out[n] = pick {true, "x", 1.5, "3"}
    elseif code:match("[szc]") then out[n] = pick(STRINGS)
    elseif code:match("[fdn]") then out[n] = pick {0.1, -1e300, 1/0, 5, -0.0}
    else out[n] = pick(INTEGERS)
    end
  end
  if random() < 0.02 then n = n - 1 end
  return out, n
end

-- A message without the function, the number of the argument and the hints of
-- mview. For a value of the wrong type it says only that.
local function complaint(message)
  message = message:gsub("; .*, see 'Two format languages'", "")
  message = message:match("%((.*)%)$") or message:gsub("^[^:]*:%d+: ", "")
  return message:match("expected, got") or message
end

local function bytes(n)
  local out = {}
  for k = 1, n do
    out[k] = string.char(random() < 0.5 and 0 or random(0, 255))
  end
  return table.concat(out)
end

-- Views whose bytes, taken in C order, are those of the string.
local layouts = {
  contiguous = function(s) return mview(mview.bytearray(s)) end,
  ["of every second byte"] = function(s)
    return mview.new("B", 2 * #s):sub(1, -1, 2):copyfrom(s)
  end,
  backwards = function(s)
    return mview.new("B", #s):sub(-1, 1, -1):copyfrom(s)
  end,
  ["of words in columns"] = function(s)
    local rows = mview.new("H", 3, #s // 6)
    return rows:transpose():copyfrom(mview(s):cast("H", {#s // 6, 3}))
  end,
}

local function describe_call(fmt, pos, list, n)
  local out = {}
  for k = 1, n or 0 do out[k] = ("%q"):format(list[k]) end
  return ("MVIEW_SEED=%d: format %q, position %d, %s"):format(seed, fmt, pos,
    table.concat(out, " "))
end

describe("v:unpack", function()
  for name, make in pairs(layouts) do
    it("agrees with string.unpack on views " .. name, function()
      math.randomseed(seed)
      for _ = 1, ROUNDS do
        local data = bytes(6 * random(0, 12))
        local fmt, pos = format(), random(-3, #data + 2)
        local view = make(data)
        local want = table.pack(pcall(string.unpack, fmt, data, pos))
        local got = table.pack(pcall(view.unpack, view, fmt, pos))
        if want[1] then
          assert(identical(want, got), describe_call(fmt, pos) .. ": " ..
            tostring(got[2]))
        else
          assert.is_false(got[1], describe_call(fmt, pos))
          assert.equal(complaint(want[2]), complaint(got[2]),
            describe_call(fmt, pos))
        end
      end
    end)
  end

  it("finds no alignment behind the end", function()
    local view = mview("abcdefghi")
    assert.same({"abcdefg", 104, 9}, {view:unpack("c7B!8Xl")})
    for _, call in ipairs {{"c7B!8Xl", 2}, {"c9!4Xi4", 1}} do
      assert.has_error(function() view:unpack(table.unpack(call)) end,
        "bad argument #1 to 'unpack' (data string too short)")
    end
  end)

  for _, fmt in ipairs {"!4 i3", "!i3", "!8 Xi3", "!16 i6", "!3 i4", "!12 b j",
    "!17 b", "! X", "!2 XX", "Xz", "!4 b Xc1"} do
    it(("aligns as string.unpack or refuses: %q"):format(fmt), function()
      local data = ("\1"):rep(40)
      local want = table.pack(pcall(string.unpack, fmt, data))
      local got = table.pack(pcall(mview(data).unpack, mview(data), fmt))
      assert.equal(want[1], got[1])
      if want[1] then assert.same(want, got)
      else assert.equal(complaint(want[2]), complaint(got[2])) end
    end)
  end

  it("agrees with string.unpack on integers of any size at their limits",
    function()
      for size = 1, 16 do
        for _, x in ipairs {0, 1, -1, 127, -128, math.mininteger,
          math.maxinteger} do
          for code in ("iI"):gmatch "." do
            local fmt = code .. size
            local high = x < 0 and code == "i" and -1 or 0
            local data = string.pack("<jj", x, high):sub(1, size)
            for _, order in ipairs {"<", ">"} do
              if order == ">" then data = data:reverse() end
              local want = table.pack(pcall(string.unpack, order .. fmt, data))
              local view = mview(data)
              local got = table.pack(pcall(view.unpack, view, order .. fmt))
              assert(identical(want[1] and want or {false}, got[1] and got
                or {false}), describe_call(order .. fmt, x))
            end
          end
        end
      end
    end)

  it("starts at 1 and takes positions from the end", function()
    assert.same({1, 2}, {mview("\1\2"):unpack("b")})
    assert.same({2, 3}, {mview("\1\2"):unpack("b", -1)})
  end)

  it("gives as many values as the format has", function()
    local numbers = {}
    for i = 1, 200 do numbers[i] = i - 101 end
    local got = {mview.from("b", numbers):unpack(("b"):rep(200))}
    assert.equal(201, table.remove(got))
    assert.same(numbers, got)
  end)

  it("counts alignment from the first byte of the view", function()
    local view = mview("\0\0\0\0\5\0\0\0")
    assert.same({5, 9}, {view:unpack("!4 <i4", 2)})
    assert.same({5, 8}, {view:sub(2):unpack("!4 x !1 <i4", 3)})
  end)
end)

describe("v:pack", function()
  for name, make in pairs(layouts) do
    it("agrees with string.pack on views " .. name, function()
      math.randomseed(seed)
      for _ = 1, ROUNDS do
        local before = bytes(6 * random(1, 12))
        local fmt, pos = format(), random(1, #before)
        local list, n = values(fmt)
        local view = make(before)
        local front = ("c%d"):format(pos - 1)
        local ok, packed = pcall(string.pack, front .. fmt,
          before:sub(1, pos - 1), table.unpack(list, 1, n))
        local done, next_pos = pcall(view.pack, view, fmt, pos,
          table.unpack(list, 1, n))
        local what = describe_call(fmt, pos, list, n)
        if ok and #packed <= #before then
          assert.equal(#packed + 1, next_pos, what)
          assert.equal(packed .. before:sub(#packed + 1), view:tobytes(), what)
        else
          assert.is_false(done, what)
          if not ok then
            assert.equal(complaint(packed), complaint(next_pos), what)
          end
          assert.equal(before, view:tobytes(), what) -- no partial write
        end
      end
    end)
  end

  it("reports the room if it is too small", function()
    local view = mview.new("B", 5)
    assert.has_error(function() view:pack("<i4", 3, 1) end,
      "bad argument #2 to 'pack' (4 bytes at position 3, 3 left)")
    assert.same({0, 0, 0, 0, 0}, view:tolist())
  end)

  local refusals = {
    {{"f", 1, "one"}, "#3 to 'pack' (number expected, got string)"},
    {{"d", 1, {}}, "#3 to 'pack' (number expected, got table)"},
    {{"s1", 1, {}}, "#3 to 'pack' (string expected, got table)"},
    {{"s1", 1, ("x"):rep(256)},
      "#3 to 'pack' (string length does not fit in given size)"},
    {{"z", 1, "a\0"}, "#3 to 'pack' (string contains zeros)"},
    {{"c2", 1, "abc"}, "#3 to 'pack' (string longer than given size)"},
    {{"bb", 1, 1}, "#4 to 'pack' (value expected, got no value)"},
    {{{}, 1}, "#1 to 'pack' (string expected, got table)"},
  }
  for _, row in ipairs(refusals) do
    it("raises for a value: " .. row[2], function()
      local view = mview.new("B", 5)
      assert.has_error(function() view:pack(table.unpack(row[1])) end,
        "bad argument " .. row[2])
      assert.same({0, 0, 0, 0, 0}, view:tolist())
    end)
  end

  it("refuses read-only and dead views", function()
    assert.has_error(function() mview("abc"):pack("b", 1, 1) end,
      "attempt to write to a read-only view")
    local view = mview.new("B", 3)
    view:release()
    assert.has_error(function() view:pack("b", 1, 1) end,
      "attempt to use a released view")
    assert.has_error(function() view:unpack("b") end,
      "attempt to use a released view")
  end)

  it("returns the position behind the values", function()
    local view = mview.new("B", 16)
    local pos = view:pack(">I2 s1", 1, 258, "abc")
    assert.equal(7, pos)
    assert.equal(15, view:pack("<d", pos, 1.5))
    assert.same({258, "abc", 1.5, 15}, {view:unpack(">I2 s1 <d")})
  end)
end)
