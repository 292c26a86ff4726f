--[[
makepng.lua - makes PNG images without a library

makepng{width =, height =, depth =, color =, interlace =, text = } returns the
bytes of an image and the list of its chunks, each as {kind, length}. The pixels
are zeros in stored deflate blocks. The checksums are computed bit by bit, by
their definition.
]]

local SAMPLES = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4}

-- The first pixel and the step in each direction, for the seven passes of
-- Adam7.
local PASSES = {{0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4},
  {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}}

local function crc32(s)
  local crc = 0xffffffff
  for i = 1, #s do
    crc = crc ~ s:byte(i)
    for _ = 1, 8 do
      crc = crc & 1 == 1 and crc >> 1 ~ 0xedb88320 or crc >> 1
    end
  end
  return crc ~ 0xffffffff
end

local function adler32(s)
  local a, b = 1, 0
  for i = 1, #s do
    a = (a + s:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return b << 16 | a
end

local function zlib(s)
  local blocks = {"\x78\x01"}
  for i = 1, #s, 0xffff do
    local block = s:sub(i, i + 0xfffe)
    local last = i + 0xffff > #s and 1 or 0
    blocks[#blocks + 1] = ("<BI2I2"):pack(last, #block, ~#block & 0xffff)
      .. block
  end
  return table.concat(blocks) .. (">I4"):pack(adler32(s))
end

local function rows(width, height, bits)
  if width == 0 then return "" end
  return ("\0"):rep(height * (1 + (width * bits + 7) // 8))
end

local function pixels(image)
  local bits = image.depth * SAMPLES[image.color]
  if image.interlace ~= 1 then return rows(image.width, image.height, bits) end
  local passes = {}
  for i, pass in ipairs(PASSES) do
    local x, dx, y, dy = table.unpack(pass)
    passes[i] = rows((image.width - x + dx - 1) // dx,
      (image.height - y + dy - 1) // dy, bits)
  end
  return table.concat(passes)
end

return function(image)
  local bytes, chunks = {"\137PNG\r\n\26\n"}, {}
  local function chunk(kind, data)
    bytes[#bytes + 1] = (">I4"):pack(#data) .. kind .. data
      .. (">I4"):pack(crc32(kind .. data))
    chunks[#chunks + 1] = {kind = kind, length = #data}
  end
  chunk("IHDR", (">I4I4BBBBB"):pack(image.width, image.height, image.depth,
    image.color, 0, 0, image.interlace or 0))
  if image.color == 3 then chunk("PLTE", "\255\0\0") end
  for _, text in ipairs(image.text or {}) do chunk("tEXt", text) end
  chunk("IDAT", zlib(pixels(image)))
  chunk("IEND", "")
  return table.concat(bytes), chunks
end
