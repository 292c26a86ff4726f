-- Files read into memory and mapped. The files are in the page cache.

local KIB, MIB = 1 << 10, 1 << 20

local FILE = [[
  local file = io.tmpfile()
  file:write(random($n * $count))
  file:flush()
]]
local PYTHON_FILE = [[
import tempfile
file = tempfile.TemporaryFile(buffering=$buffering)
file.write(random($n * $count))
]]

-- The file has `count` times the size, and is read from its start.
local function readfrom(row, size)
  row {name = "readfrom, $bytes", items = size.count, memory = size.n > KIB,
    with = {size},
    {"mview", "v:readfrom(file)", FILE .. "local v = mview.new('B', $n)",
      "file:seek('set') for i = 1, $count do v:readfrom(file) end"},
    {"lua", "file:read($how)", FILE,
      "file:seek('set') for i = 1, $count do local s = file:read($how) end",
      small = 1.00, large = 0.20, chart = true},
    {"c", "read(2)", FILE .. "local block = floor.u8(random($n))",
      "for i = 1, $count do floor.read(file, block, $n) end",
      large = 1.10, chart = true},
    {"cpython", "file.readinto(mv)",
      PYTHON_FILE .. "mv = memoryview(bytearray($n))",
      "file.seek(0)\nfor i in range($count): file.readinto(mv)"},
  }
end

local function map(row)
  row {name = "open, map, one read",
    {"mview", "mview.map(path):view()[1]", "", [[
      local map = mview.map("bench/floor.c")
      local x = map:view()[1]
      map:close()]]},
    {"lua", "io.open(path):read(1)", "", [[
      local file = io.open("bench/floor.c")
      local x = file:read(1)
      file:close()]]},
    {"cpython", "mmap.mmap(fd, 0)[0]", "import mmap", [[
with open("bench/floor.c", "rb") as f:
  with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m: x = m[0]
]], atmost = 0.70, chart = true},
  }
end

return function(row)
  readfrom(row, {n = 16, bytes = "16 bytes", count = 1000, how = 16,
    buffering = -1})
  readfrom(row, {n = KIB, bytes = "1 KiB", count = 1000, how = KIB,
    buffering = -1})
  readfrom(row, {n = 64 * MIB, bytes = "64 MiB", count = 1, how = "'a'",
    buffering = 0})
  map(row)
end
