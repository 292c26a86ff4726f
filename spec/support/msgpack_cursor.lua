--[[
msgpack_cursor.lua - MessagePack on a reader and a writer

decode(r) returns the next value of a reader of order ">". The values are those
of msgpack.lua; binary values and data of extensions are views. encode(w, value)
writes a value to a writer of order ">": nil, booleans, numbers, strings, lists
(tables with n, or with [1]) and maps.
]]

local decode

local function list(r, n)
  local result = {}
  for i = 1, n do result[i] = decode(r) end
  return result
end

local function map(r, n)
  local result = {}
  for _ = 1, n do
    local key = decode(r)
    result[key] = decode(r)
  end
  return result
end

local function extension(r, n) return {type = r:i8(), data = r:bytes(n)} end

local readers = {
  [0xc0] = function() return nil end,
  [0xc2] = function() return false end,
  [0xc3] = function() return true end,
  [0xc4] = function(r) return r:bytes(r:u8()) end,
  [0xc5] = function(r) return r:bytes(r:u16()) end,
  [0xc6] = function(r) return r:bytes(r:u32()) end,
  [0xc7] = function(r) return extension(r, r:u8()) end,
  [0xc8] = function(r) return extension(r, r:u16()) end,
  [0xc9] = function(r) return extension(r, r:u32()) end,
  [0xd9] = function(r) return r:string(r:u8()) end,
  [0xda] = function(r) return r:string(r:u16()) end,
  [0xdb] = function(r) return r:string(r:u32()) end,
  [0xdc] = function(r) return list(r, r:u16()) end,
  [0xdd] = function(r) return list(r, r:u32()) end,
  [0xde] = function(r) return map(r, r:u16()) end,
  [0xdf] = function(r) return map(r, r:u32()) end,
}
local method = require("mview").reader("")
for i, name in ipairs {"f32", "f64", "u8", "u16", "u32", "u64", "i8", "i16",
  "i32", "i64"} do
  readers[0xc9 + i] = method[name]
end
for i = 0, 4 do
  readers[0xd4 + i] = function(r) return extension(r, 1 << i) end
end

function decode(r)
  local kind = r:u8()
  if kind < 0x80 then return kind end
  if kind < 0x90 then return map(r, kind & 15) end
  if kind < 0xa0 then return list(r, kind & 15) end
  if kind < 0xc0 then return r:string(kind & 31) end
  if kind >= 0xe0 then return kind - 256 end
  return assert(readers[kind], "unknown kind of value")(r)
end

-- ---- writing --------------------------------------------------------------

local encode

-- Writes the first byte and a count; a small count is part of the first byte.
local function head(w, n, small, most, kind)
  if n <= most then return w:u8(small | n) end
  if n <= 0xffff then return w:u8(kind):u16(n) end
  return w:u8(kind + 1):u32(n)
end

local function integer(w, x)
  if x >= 0 then
    if x < 0x80 then return w:u8(x) end
    if x <= 0xff then return w:u8(0xcc):u8(x) end
    if x <= 0xffff then return w:u8(0xcd):u16(x) end
    if x <= 0xffffffff then return w:u8(0xce):u32(x) end
    return w:u8(0xcf):u64(x)
  end
  if x >= -0x20 then return w:i8(x) end
  if x >= -0x80 then return w:u8(0xd0):i8(x) end
  if x >= -0x8000 then return w:u8(0xd1):i16(x) end
  if x >= -0x80000000 then return w:u8(0xd2):i32(x) end
  return w:u8(0xd3):i64(x)
end

local writers = {
  ["nil"] = function(w) w:u8(0xc0) end,
  boolean = function(w, x) w:u8(x and 0xc3 or 0xc2) end,
  number = function(w, x)
    if math.type(x) == "integer" then integer(w, x) else w:u8(0xcb):f64(x) end
  end,
  string = function(w, x)
    if #x > 31 and #x <= 0xff then w:u8(0xd9):u8(#x)
    else head(w, #x, 0xa0, 31, 0xda) end
    w:string(x)
  end,
  table = function(w, x)
    if x[1] ~= nil then
      head(w, #x, 0x90, 15, 0xdc)
      for _, item in ipairs(x) do encode(w, item) end
      return
    end
    local n = 0
    for _ in pairs(x) do n = n + 1 end
    head(w, n, 0x80, 15, 0xde)
    for key, item in pairs(x) do
      encode(w, key)
      encode(w, item)
    end
  end,
}

function encode(w, x)
  writers[type(x)](w, x)
  return w
end

return {decode = decode, encode = encode}
