--[[
writer.lua - any bytes as steps of a writer, which a reader reads again

Each group of three bytes is a method, and its argument. A step that raises
writes and moves nothing; what was written is there. The target is a bytearray,
or a view of either direction.
]]

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"

-- Values that break careless conversions.
local values = {0, 1, -1, 127, 128, 255, 256, -128, -129, 65535, 65536, 1 << 23,
  (1 << 24) - 1, 1 << 31, 1 << 32, math.maxinteger, math.mininteger, 0.5, 1e39,
  1 / 0, 65519.0, 2.0 ^ 63, "5", "text", "\0", true}

local names = {"u8", "i8", "u16", "u24be", "u32", "u64", "i16", "i24", "i32",
  "i64", "f16", "f32", "f64be", "varint", "zigzag", "sleb128", "string",
  "cstring", "bytes", "skip", "align", "bits", "seek", "pos", "pack", "itself"}

-- The read for the output of a name: function(reader, x).
local readings = {
  string = function(r, x) return r:string(#x) end,
  bytes = function(r, x) return r:string(#x) end,
}

local targets = {
  function() return mview.bytearray() end,
  function() return mview.new("B", 60) end,
  function() return mview.bytearray(60):view():sub(-1, 1, -1) end,
}

local function write(w, name, x, n)
  if name == "pos" then w.pos = x
  elseif name == "bits" then w:bits(n % 70 - 2, x)
  elseif name == "pack" then w:pack("!4 b I3 z", x, x, x)
  elseif name == "itself" then w:bytes(w:view():sub(n % 9, n // 9 % 9))
  elseif name == "skip" or name == "align" then w[name](w, n)
  else w[name](w, x) end
end

-- Whether x, which was written, is read again.
local function same(x, y) return x == y or x ~= x end

local rounded = {f16 = true, f32 = true, f64be = true}

local function check_step(w, order, name, x, n)
  local before, bytes = w.pos, w:view():tobytes()
  local ok = pcall(write, w, name, x, n)
  if not ok then
    assert(w.pos == before, name .. " moved and raised")
    assert(w:view():tobytes() == bytes, name .. " wrote and raised")
    return
  end
  if name == "seek" or name == "pos" or name == "bits" then return end
  bytes = bytes:sub(1, before - 1)
  assert(w:view():sub(1, #bytes):equals(bytes), name .. " wrote elsewhere")
  local plain = type(x) == "number" and reader("")[name] and not rounded[name]
  local read = readings[name] or plain and function(r) return r[name](r) end
  if not read or name == "skip" or name == "align" then return end
  local r = reader(w:view(), order)
  r.pos = before
  assert(same(x, read(r, x)), name .. " is read as another value")
  assert(r.pos == w.pos, name .. " is read to elsewhere")
end

return function(input)
  local order = #input % 2 == 0 and "<" or ">"
  local w = writer(targets[#input % 3 + 1](), order)
  for k = 1, #input - 2, 3 do
    local name, x, n = input:byte(k, k + 2)
    check_step(w, order, names[name % #names + 1], values[x % #values + 1], n)
  end
end
