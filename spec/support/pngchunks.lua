--[[
pngchunks.lua - the chunks of a PNG image, written for strings

The parser has no code for views: it uses only s:byte, s:find, s:sub and #s of
its input. It returns a list of {kind, offset, length, data}; data is a result
of s:sub. Text chunks also have a key and a value.
]]

local SIGNATURE = "\137PNG\r\n\26\n"

local function chunk_at(s, pos)
  assert(pos + 11 <= #s, "chunk is cut off")
  local a, b, c, d = s:byte(pos, pos + 3)
  local length = a << 24 | b << 16 | c << 8 | d
  local start = pos + 8
  assert(start + length + 3 <= #s, "chunk is cut off")
  return {kind = string.char(s:byte(pos + 4, pos + 7)), offset = pos,
    length = length, data = s:sub(start, start + length - 1)}
end

return function(s)
  assert(s:find(SIGNATURE, 1, true) == 1, "not a PNG image")
  local chunks, pos = {}, #SIGNATURE + 1
  while pos <= #s do
    local chunk = chunk_at(s, pos)
    if chunk.kind == "tEXt" then
      local zero = chunk.data:find("\0", 1, true)
      chunk.key = chunk.data:sub(1, zero - 1)
      chunk.value = chunk.data:sub(zero + 1)
    end
    chunks[#chunks + 1] = chunk
    pos = pos + 12 + chunk.length
  end
  return chunks
end
