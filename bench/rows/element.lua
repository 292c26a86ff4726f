-- Single items: read, written, walked, unpacked.

local types = require "types"

local N = {n = 10000}
local RECORD = {n = 10000, size = 17, pack = "<I4ffHhB",
  format = "T{<I:id:f:x:f:y:H:port:h:level:B:flags:}"}

local VIEW = "local v = mview(mview.bytearray(random($n * $size)), '$format')"
local BLOCK = "local v = floor.$type(random($n * $size))"
local LEAST = "local v = least.object(random($n * $size))"
local STRING = "local s = random($n * $size)"
local TABLE = "local t = {} for i = 1, $n do t[i] = $item end"
local CDATA = "local a = ffi.new('$ctype[?]', $n)"
local MEMORYVIEW =
  "mv = memoryview(bytearray(random($n * $size))).cast('$format')"
local ARRAY = "a = np.frombuffer(bytearray(random($n * $size)), '$numpy')"

local function elements(row, t)
  row {name = "x = v[i], $type", items = N.n, with = {t, N},
    {"mview", "v[i]", VIEW, "for i = 1, $n do local x = v[i] end"},
    {"lua", "string.byte(s, i)", STRING,
      "for i = 1, $n do local x = string.byte(s, i) end", atmost = 1.00,
      chart = t.type == "u8"},
    {"lua", "byte(s, i), a local", STRING .. " local byte = string.byte",
      "for i = 1, $n do local x = byte(s, i) end"},
    {"lua", "t[i]", TABLE, "for i = 1, $n do local x = t[i] end"},
    {"cpython", "mv[i]", MEMORYVIEW, "for i in range($n): x = mv[i]",
      script = true, atmost = 0.85, chart = t.type == "u8"},
    {"numpy", "a[i]", ARRAY, "for i in range($n): x = a[i]"},
    {"c", "__index without a check", BLOCK,
      "for i = 1, $n do local x = v[i] end", atmost = 1.12},
    {"luajit", "a[i - 1]", CDATA .. " local sum = 0",
      "for i = 1, $n do sum = sum + a[i - 1] end"},
  }
  row {name = "v[i] = x, $type", items = N.n, with = {t, N},
    {"mview", "v[i] = x", VIEW, "for i = 1, $n do v[i] = $item end"},
    {"lua", "t[i] = x", TABLE, "for i = 1, $n do t[i] = $item end"},
    {"cpython", "mv[i] = x", MEMORYVIEW, "for i in range($n): mv[i] = $item",
      script = true, atmost = 0.95, chart = t.type == "u8"},
    {"numpy", "a[i] = x", ARRAY, "for i in range($n): a[i] = $item"},
    {"c", "__newindex without a check", BLOCK,
      "for i = 1, $n do v[i] = $item end"},
    {"luajit", "a[i - 1] = x", CDATA, "for i = 1, $n do a[i - 1] = $item end"},
  }
end

local function swapped(row, t)
  row {name = "x = v[i], big-endian $type", items = N.n, with = {t, N},
    {"mview", "v[i]", "local v = mview(random($n * $size), '>$format')",
      "for i = 1, $n do local x = v[i] end"},
    {"lua", "string.unpack at an offset", STRING, [[
      for i = 1, $n do
        local x = string.unpack(">$pack", s, $size * i - ($size - 1))
      end]]},
    {"numpy", "a[i]", "a = np.frombuffer(random($n * $size), '>$numpy')",
      "for i in range($n): x = a[i]"},
  }
end

local function loops(row, t)
  row {name = "for x in v:iter(), $type", items = N.n, with = {t, N},
    {"mview", "for x in v:iter()", VIEW, "for x in v:iter() do end"},
    {"lua", "for i, x in ipairs(t)", TABLE, "for i, x in ipairs(t) do end"},
    {"cpython", "for x in mv", MEMORYVIEW, "for x in mv: pass",
      script = true, atmost = 0.82, chart = t.type == "u8"},
    {"numpy", "for x in a", ARRAY, "for x in a: pass"},
    {"c", "an iterator that counts", "", "for x in floor.count, $n, 0 do end"},
  }
  row {name = "for i, x in pairs(v), $type", items = N.n, with = {t, N},
    {"mview", "for i, x in pairs(v)", VIEW, "for i, x in pairs(v) do end"},
    {"lua", "for i, x in ipairs(t)", TABLE, "for i, x in ipairs(t) do end",
      atmost = 1.15, chart = t.type == "u8"},
    {"cpython", "for i, x in enumerate(mv)", MEMORYVIEW,
      "for i, x in enumerate(mv): pass"},
  }
end

-- A method that does nothing is the lower bound for any method of a userdata.
local function methods(row)
  local with = {types[1], N}
  row {name = "a call of a method", items = N.n, with = with,
    {"mview", "v:len()", VIEW, "for i = 1, $n do local n = v:len() end"},
    {"lua", "s:len()", STRING, "for i = 1, $n do local n = s:len() end",
      atmost = 1.75},
    {"c", "a method that does nothing", "local v = floor.object()",
      "for i = 1, $n do v:nothing() end"},
    {"c", "the least work", LEAST, "for i = 1, $n do local n = v:len() end"},
  }
  row {name = "one byte by a method", items = N.n, with = with,
    {"mview", "v:byte(i)", VIEW, "for i = 1, $n do local x = v:byte(i) end"},
    {"lua", "s:byte(i)", STRING, "for i = 1, $n do local x = s:byte(i) end",
      atmost = 1.60},
  }
end

local function several(row)
  local with = {types[1], N}
  row {name = "eight items into locals", items = N.n / 8, with = with,
    {"mview", "v:values(i, i + 7)", VIEW, [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = v:values(i, i + 7)
      end]]},
    {"lua", "string.byte(s, i, i + 7)", STRING, [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = string.byte(s, i, i + 7)
      end]], atmost = 1.25, chart = true},
    {"cpython", "mv[i:i + 8]", MEMORYVIEW,
      "for i in range(0, $n, 8): a, b, c, d, e, f, g, h = mv[i:i + 8]"},
    {"c", "the least work", LEAST, [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = v:values(i, i + 7)
      end]]},
  }
  row {name = "eight items by a local function", items = N.n / 8, with = with,
    {"mview", "values(v, i, i + 7)", VIEW .. " local values = v.values", [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = values(v, i, i + 7)
      end]]},
    {"lua", "byte(s, i, i + 7)", STRING .. " local byte = string.byte", [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = byte(s, i, i + 7)
      end]], atmost = 1.00},
    {"c", "the least work", LEAST .. " local values = v.values", [[
      for i = 1, $n, 8 do
        local a, b, c, d, e, f, g, h = values(v, i, i + 7)
      end]]},
  }
  row {name = "m(i, j)", items = N.n, with = with,
    {"mview", "m(i, j)",
      "local m = mview(random($n), 'B', {100, 100})",
      "for i = 1, 100 do for j = 1, 100 do local x = m(i, j) end end"},
    {"lua", "t[i][j]", [[
      local t = {}
      for i = 1, 100 do
        t[i] = {}
        for j = 1, 100 do t[i][j] = j end
      end]],
      "for i = 1, 100 do for j = 1, 100 do local x = t[i][j] end end"},
    {"cpython", "mv[i, j]",
      "mv = memoryview(random($n)).cast('B', (100, 100))",
      "for i in range(100):\n  for j in range(100): x = mv[i, j]",
      script = true, atmost = 0.72, chart = true},
    {"numpy", "a[i, j]", "a = np.zeros((100, 100), 'u1')",
      "for i in range(100):\n  for j in range(100): x = a[i, j]"},
  }
end

local function records(row)
  row {name = "unpack of one integer", items = N.n, with = {types[2], N},
    {"mview", "v:unpack('<I4', p)", VIEW,
      "local p, x = 1 for _ = 1, $n do x, p = v:unpack('<I4', p) end"},
    {"lua", "string.unpack('<I4', s, p)", STRING,
      "local p, x = 1 for _ = 1, $n do x, p = string.unpack('<I4', s, p) end",
      atmost = 1.30, chart = true},
    {"cpython", "struct.unpack_from('<I', mv, p)",
      "from struct import unpack_from; mv = memoryview(random($n * $size))",
      "for p in range(0, 4 * $n, 4): x, = unpack_from('<I', mv, p)"},
  }
  row {name = "pack of two integers", items = N.n, with = {types[2], N},
    {"mview", "v:pack('<I4I2', 1, i, 7)", VIEW,
      "for i = 1, $n do v:pack('<I4I2', 1, i, 7) end"},
    {"lua", "string.pack('<I4I2', i, 7)", "",
      "for i = 1, $n do local s = string.pack('<I4I2', i, 7) end",
      atmost = 1.30},
  }
  row {name = "one field of a record", items = N.n, with = {RECORD},
    {"mview", "x[i] of x = v:field('x')", VIEW .. " local x = v:field('x')",
      "for i = 1, $n do local one = x[i] end"},
    {"lua", "string.unpack at an offset", STRING,
      "for i = 1, $n do local x = string.unpack('<f', s, 17 * i - 12) end",
      atmost = 1.00, chart = true},
    {"numpy", "a['x'][i]", [[
a = np.zeros($n, '<u4,<f4,<f4,<u2,<i2,u1')['f1']
]],
      "for i in range($n): x = a[i]"},
    {"luajit", "a[i - 1].x", [==[
      ffi.cdef [[
        struct item { uint32_t id; float x, y; uint16_t port; int16_t level;
          uint8_t flags; } __attribute__((packed));
      ]]
      local a, sum = ffi.new('struct item[?]', $n), 0]==],
      "for i = 1, $n do sum = sum + a[i - 1].x end"},
  }
  row {name = "a record of six fields", items = N.n, with = {RECORD},
    {"mview", "v[i]", VIEW, "for i = 1, $n do local x = v[i] end"},
    {"lua", "string.unpack at an offset", STRING, [[
      for i = 1, $n do
        local id, x, y, port, level, flags =
          string.unpack('$pack', s, 17 * i - 16)
      end]], atmost = 2.00, chart = true},
    {"lua", "the same into a table", STRING, [[
      for i = 1, $n do
        local id, x, y, port, level, flags =
          string.unpack('$pack', s, 17 * i - 16)
        local record = {id = id, x = x, y = y, port = port, level = level,
          flags = flags}
      end]], atmost = 0.80},
    {"cpython", "struct.unpack_from",
      "from struct import Struct; s = Struct('<IffHhB'); m = random(17 * $n)",
      "for p in range(0, 17 * $n, 17): a, b, c, d, e, f = s.unpack_from(m, p)"
    },
  }
end

return function(row)
  for _, t in ipairs(types) do elements(row, t) end
  swapped(row, types[2])
  for _, t in ipairs(types) do loops(row, t) end
  methods(row)
  several(row)
  records(row)
end
