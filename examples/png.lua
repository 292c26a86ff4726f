-- Lists the chunks of a PNG image and verifies their checksums. Prints the
-- lines of `pngcheck -v` for the chunks, the header and the result. The file is
-- mapped, and the chunks are views of it.
--
-- usage: lua examples/png.lua [FILE]    default: a small sample

local mview = require "mview"
local reader = require "mview.reader"

local SAMPLE = [[
  89504e470d0a1a0a 0000000d 49484452 00000001 00000001 08 00 00 00 00 3a7e9b55
  0000000a 49444154 78da636800000082 0081 da45083b 00000000 49454e44 ae426082]]

local HEADER = "T{>I:width:I:height:B:depth:B:color:2x B:interlace:}"

local COLORS = {
  [0] = {"grayscale", 1}, [2] = {"RGB", 3}, [3] = {"palette", 1},
  [4] = {"grayscale+alpha", 2}, [6] = {"RGB+alpha", 4},
}

-- The CRC-32 of each single byte.
local crc_of = {}
for byte = 0, 255 do
  local crc = byte
  for _ = 1, 8 do crc = crc >> 1 ~ (crc & 1) * 0xedb88320 end
  crc_of[byte] = crc
end

local function crc32(bytes)
  local crc = 0xffffffff
  for byte in bytes:iter() do crc = crc >> 8 ~ crc_of[(crc ~ byte) & 255] end
  return crc ~ 0xffffffff
end

-- Prints one chunk; returns its type and data.
local function chunk(r)
  local length = r:u32()
  local covered = r:peek(4 + length)     -- by the checksum: type and data
  local offset = r.pos - 1
  local kind, data = r:string(4), r:bytes(length)
  print(("  chunk %s at offset 0x%05x, length %d"):format(kind, offset, length))
  local computed, expected = crc32(covered), r:u32()
  if computed ~= expected then
    error(("CRC error in chunk %s (computed %08x, expected %08x)"):format(
      kind, computed, expected), 0)
  end
  return kind, data
end

-- Prints the fields of the header.
local function describe(data)
  local header = data:cast(HEADER)[1]
  local kind = assert(COLORS[header.color], "unknown color type")
  local color, samples = kind[1], kind[2]
  print(("    %d x %d image, %d-bit %s, %s"):format(header.width, header.height,
    header.depth * samples, color,
    header.interlace == 1 and "interlaced" or "non-interlaced"))
end

-- Prints all chunks; returns their number.
local function check(r)
  assert(r:string(8) == "\137PNG\r\n\26\n", "not a PNG image")
  local count = 0
  repeat
    local kind, data = chunk(r)
    count = count + 1
    if kind == "IHDR" then describe(data) end
  until kind == "IEND"
  return count
end

local name = arg[1] or "sample.png"
local png = arg[1] and assert(mview.map(name)) or mview.fromhex(SAMPLE)
print(("File: %s (%d bytes)"):format(name, #png))
local ok, result = pcall(check, reader(png, ">"))
if not ok then
  print("  " .. result)
  print("ERRORS DETECTED in " .. name)
  os.exit(2)
end
print(("No errors detected in %s (%d chunks)."):format(name, result))
