--[[
msgpack.lua - a MessagePack decoder, written for strings

The decoder has no code for views: it uses only string.unpack(format, s, pos),
s:byte, s:sub and #s of its input. decode(s [, pos]) returns the value and the
position after it. A binary value is a result of s:sub; an extension is {type =
, data = }, whose data is a result of s:sub.
]]

local unpack = string.unpack

local decode

local function list(s, pos, count)
  local result = {}
  for i = 1, count do result[i], pos = decode(s, pos) end
  return result, pos
end

local function map(s, pos, count)
  local result = {}
  for _ = 1, count do
    local key
    key, pos = decode(s, pos)
    result[key], pos = decode(s, pos)
  end
  return result, pos
end

local function binary(s, pos, size)
  assert(size <= #s - pos + 1, "binary is cut off")
  return s:sub(pos, pos + size - 1), pos + size
end

local function extension(s, pos, size)
  local data, after = binary(s, pos + 1, size)
  return {type = unpack("b", s, pos), data = data}, after
end

-- Functions that read a value, by its first byte.
local readers = {}

local function constant(value)
  return function(_, pos) return value, pos end
end

local function scalar(format)
  return function(s, pos) return unpack(format, s, pos) end
end

-- Reads a count of that format, then calls `read` with it.
local function counted(format, read)
  return function(s, pos)
    local count, start = unpack(format, s, pos)
    return read(s, start, count)
  end
end

readers[0xc0], readers[0xc2], readers[0xc3] =
  constant(nil), constant(false), constant(true)
for i, format in ipairs {">s1", ">s2", ">s4"} do
  readers[0xd8 + i] = scalar(format)
end
for i, format in ipairs {">f", ">d", "B", ">I2", ">I4", ">I8", "b", ">i2",
  ">i4", ">i8"} do
  readers[0xc9 + i] = scalar(format)
end
for i, format in ipairs {"B", ">I2", ">I4"} do
  readers[0xc3 + i] = counted(format, binary)
  readers[0xc6 + i] = counted(format, extension)
end
for i, format in ipairs {">I2", ">I4"} do
  readers[0xdb + i] = counted(format, list)
  readers[0xdd + i] = counted(format, map)
end
for i = 0, 4 do
  readers[0xd4 + i] = function(s, pos) return extension(s, pos, 1 << i) end
end

function decode(s, pos)
  pos = pos or 1
  local kind = s:byte(pos)
  assert(kind, "value is missing")
  if kind < 0x80 then return kind, pos + 1 end
  if kind < 0x90 then return map(s, pos + 1, kind & 15) end
  if kind < 0xa0 then return list(s, pos + 1, kind & 15) end
  if kind < 0xc0 then return unpack("c" .. (kind & 31), s, pos + 1) end
  if kind >= 0xe0 then return kind - 256, pos + 1 end
  local read = assert(readers[kind], "unknown kind of value")
  return read(s, pos + 1)
end

return {decode = decode}
