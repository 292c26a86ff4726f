-- Readers and writers, compared with hand-written cursors on strings.

local N = 1000
local RECORDS = {n = N}

-- The input: N times the bytes that `make` packs, in a variable s; and a reader
-- over it.
local function read(row, name, pack, body, by_hand, atmost)
  local setup = ([[
    local parts = {}
    for i = 1, %d do parts[i] = %s end
    local s = table.concat(parts)]]):format(N, pack)
  row {name = name, items = N, with = {RECORDS},
    {"mview", "reader", setup .. " local r = mview.reader(s)",
      ("r:seek(1) for i = 1, %d do %s end"):format(N, body)},
    {"lua", "string.unpack and a position", setup
      .. " local unpack, byte = string.unpack, string.byte",
      ("local at = 1 for i = 1, %d do %s end"):format(N, by_hand),
      atmost = atmost},
  }
end

local function write(row)
  local function writer(name, body)
    return {"mview", name, [[
      local b = mview.bytearray()
      local w = mview.writer(b)]],
      ("b:resize(0) w:seek(1) for i = 1, %d do %s end"):format(N, body)}
  end
  row {name = "write u32, u16 and a short string", items = N, with = {RECORDS},
    writer("w:pack", 'w:pack("<I4s2", i, "hello")'),
    writer("w:u32, u16, string", 'w:u32(i):u16(5):string("hello")'),
    {"lua", "string.pack and table.concat", "local pack = string.pack", ([[
      local parts = {}
      for i = 1, %d do parts[i] = pack("<I4s2", i, "hello") end
      local s = table.concat(parts)]]):format(N), atmost = 0.7},
  }
end

return function(row)
  read(row, "read u8, u16 and u32", "('<BI2I4'):pack(i & 255, i, i)",
    "local a, b, c = r:u8(), r:u16(), r:u32()", [[
      local a, b, c
      a, at = unpack("B", s, at)
      b, at = unpack("<I2", s, at)
      c, at = unpack("<I4", s, at)]], 1.3)
  read(row, "read three numbers by a format", "('<BI2I4'):pack(i & 255, i, i)",
    "local a, b, c = r:unpack('<BI2I4')",
    "local a, b, c a, b, c, at = unpack('<BI2I4', s, at)", 1.6)
  read(row, "read a string behind its length", "('<s2'):pack('hello')",
    "local x = r:string(r:u16())", "local x x, at = unpack('<s2', s, at)", 2.0)
  read(row, "read varints", "string.char(i & 127 | 128, i >> 7)",
    "local x = r:varint()", [[
      local x, shift = 0, 0
      repeat
        local one = byte(s, at)
        at = at + 1
        x = x | (one & 127) << shift
        shift = shift + 7
      until one < 128]], 1.2)
  write(row)
end
