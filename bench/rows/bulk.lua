-- Operations on whole views of 16 bytes, of 1 KiB and of large sizes: copy,
-- convert, fill. Small sizes are compared with Lua's own way, large sizes with
-- C, CPython and NumPy.

local types = require "types"

local KIB, MIB = 1 << 10, 1 << 20
local LARGE = {n = 16 * MIB, bytes = "16 MiB"}
local SIZES = {{n = 16, bytes = "16 bytes"}, {n = KIB, bytes = "1 KiB"}, LARGE}

local SOURCE = "local v = mview(random($n), '$format') "
local STRING = "local s = random($n) "
local MEMORYVIEW = "mv = memoryview(random($n)).cast('$format')"
local WRITABLE = "mv = memoryview(bytearray($n)).cast('$format')"
local ARRAY = "a = np.frombuffer(random($n), '$numpy')"
local TABLES = "local a, b, n = {}, {}, $n // $size " ..
  "for i = 1, n do a[i], b[i] = $item, $item end"

-- A row for each size; the larger one also measures memory.
local function sized(row, sizes, with, raw)
  for _, size in ipairs(sizes) do
    raw.with, raw.memory = {size, with}, size.n > KIB
    row(raw)
  end
end

local function tobytes(row)
  sized(row, SIZES, types[1], {name = "tobytes, $bytes",
    {"mview", "v:tobytes()", SOURCE, "local s = v:tobytes()"},
    {"lua", "s:sub(2)", "local s = random($n + 1)", "local t = s:sub(2)",
      small = 1.35, large = 0.60, chart = true},
    {"cpython", "mv.tobytes()", MEMORYVIEW, "s = mv.tobytes()"},
    {"c", "the least work", "local v = least.object(random($n))",
      "local s = v:tobytes()"},
  })
  local atmost = {u8 = 0.06, i32 = 0.20, f64 = 0.40}
  for _, t in ipairs(types) do
    sized(row, SIZES, t, {name = "tobytes of every second $type, $bytes",
      {"mview", "v:tobytes()", SOURCE .. "v = v:sub(1, -1, 2)",
        "local s = v:tobytes()"},
      {"lua", "gsub", STRING, "local t = s:gsub('$second', '%1')",
        small = 1.00},
      {"cpython", "mv.tobytes()", MEMORYVIEW .. "[::2]", "s = mv.tobytes()",
        large = atmost[t.type], chart = true},
      {"numpy", "a.tobytes()", ARRAY .. "[::2]", "s = a.tobytes()"},
    })
  end
end

local function copyfrom(row)
  sized(row, SIZES, types[1], {name = "copyfrom, $bytes",
    {"mview", "v:copyfrom(w)",
      SOURCE .. "v = mview(mview.bytearray(v)) local w = mview.bytearray(v)",
      "v:copyfrom(w)"},
    {"lua", "table.move", TABLES, "table.move(b, 1, n, 1, a)", small = 1.00,
      upto = KIB},
    {"c", "memcpy", STRING .. "local a, b = floor.u8(s), floor.u8(s)",
      "floor.memcpy(a, b, $n)", large = 1.10, chart = true},
    {"cpython", "mv[:] = mw", WRITABLE .. "; mw = memoryview(random($n))",
      "mv[:] = mw"},
    {"luajit", "ffi.copy",
      "local a, b = ffi.new('char[?]', $n), ffi.new('char[?]', $n)",
      "ffi.copy(a, b, $n)"},
  })
  sized(row, SIZES, types[1], {name =
    "copyfrom, every second u8 to every second, $bytes",
    {"mview", "v:copyfrom(w)", SOURCE .. [[
      v = mview(mview.bytearray(v)):sub(1, -1, 2)
      local w = mview(random($n)):sub(1, -1, 2)]], "v:copyfrom(w)"},
    {"lua", "a loop over tables", TABLES,
      "for i = 1, n, 2 do a[i] = b[i] end", small = 1.00, upto = KIB},
    {"cpython", "mv[::2] = mw[::2]", WRITABLE ..
      "[::2]; mw = memoryview(random($n))[::2]", "mv[:] = mw", large = 0.05,
      chart = true},
    {"numpy", "a[::2] = b[::2]",
      ARRAY .. "[::2]; b = np.zeros($n, '$numpy')[::2]", "b[:] = a"},
  })
  local atmost = {u8 = 0.40, i32 = 0.42, f64 = 0.48}
  for _, t in ipairs(types) do
    sized(row, SIZES, t, {name = "copyfrom, every second $type, $bytes",
      {"mview", "v:copyfrom(w)", SOURCE .. [[
        v = v:sub(1, -1, 2)
        local w = mview.new('$format', #v)]], "w:copyfrom(v)"},
      {"lua", "a loop over tables", TABLES,
        "for i = 1, n // 2 do a[i] = b[2 * i - 1] end", small = 1.00,
        upto = KIB},
      {"cpython", "mw[:] = mv[::2]", MEMORYVIEW .. "[::2]\n" ..
        "mw = memoryview(bytearray(mv.nbytes)).cast('$format')", "mw[:] = mv"},
      {"numpy", "b[:] = a[::2]", ARRAY ..
        "[::2]; b = np.zeros(len(a), '$numpy')", "b[:] = a",
        large = atmost[t.type], chart = true},
      {"c", "memcpy of as much traffic",
        STRING .. "local a, b = floor.u8(s), floor.u8(s)",
        "floor.memcpy(a, b, $n * 3 // 4)"},
    })
  end
end

-- The rows and columns of each type that make 16 bytes and 1 KiB.
local MATRICES = {
  u8 = {{4, 4}, {32, 32}}, i32 = {{2, 2}, {16, 16}}, f64 = {{1, 2}, {8, 16}}
}

local function transposed(row, t, r, c, atmost)
  row {name = "transposed to contiguous, $type, $r x $c",
    memory = r * c > KIB, with = {t, {r = r, c = c, n = r * c * t.size}},
    {"mview", "w:copyfrom(m:transpose())", [[
      local m = mview(random($n), '$format', {$r, $c}):transpose()
      local w = mview.new('$format', $c, $r)]], "w:copyfrom(m)"},
    {"lua", "loops over tables", [[
      local a, b = {}, {}
      for i = 1, $r do
        a[i] = {}
        for j = 1, $c do a[i][j] = $item end
      end
      for j = 1, $c do b[j] = {table.unpack(a[1], 1, $r)} end]], [[
      for j = 1, $c do
        local to = b[j]
        for i = 1, $r do to[i] = a[i][j] end
      end]], small = 1.00, upto = KIB},
    {"numpy", "b[:] = a.T", ARRAY ..
      ".reshape($r, $c).T; b = np.zeros(($c, $r), '$numpy')", "b[:] = a",
      large = atmost, chart = true},
  }
end

local function transposes(row)
  local atmost = {u8 = 0.20, i32 = 0.40, f64 = 0.46}
  for _, t in ipairs(types) do
    for _, size in ipairs(MATRICES[t.type]) do
      transposed(row, t, size[1], size[2])
    end
    transposed(row, t, 4096, 4096, atmost[t.type])
  end
end

local function fill(row)
  sized(row, SIZES, types[1], {name = "fill, $bytes",
    {"mview", "v:fill(7)", "local v = mview.new('B', $n)", "v:fill(7)"},
    {"lua", "a loop over a table", TABLES, "for i = 1, n do a[i] = 7 end",
      small = 1.00, upto = KIB},
    {"lua", "string.rep", "", "local s = ('\\7'):rep($n)", small = 1.00},
    {"c", "memset", STRING .. "local a = floor.u8(s)",
      "floor.memset(a, 7, $n)", large = 1.10, chart = true},
    {"luajit", "ffi.fill", "local a = ffi.new('char[?]', $n)",
      "ffi.fill(a, $n, 7)"},
  })
end

local SWAPS = {
  {numpy = "u2", format = "H", items = "(.)(.)", swapped = "%2%1"},
  {numpy = "u4", format = "I", items = "(.)(.)(.)(.)", swapped = "%4%3%2%1"},
  {numpy = "u8", format = "Q", items = "(.)(.)(.)(.)(.)(.)(.)(.)",
    swapped = "%8%7%6%5%4%3%2%1"},
}

local function byteswap(row)
  local atmost = {0.55, 0.75, 0.55}
  for k, swap in ipairs(SWAPS) do
    sized(row, SIZES, swap, {name = "byteswap, $format, $bytes",
      {"mview", "v:byteswap()",
        "local v = mview(mview.bytearray(random($n)), '$format')",
        "v:byteswap()"},
      {"lua", "gsub", STRING, "local t = s:gsub('$items', '$swapped')",
        small = 1.00},
      {"numpy", "a.byteswap(inplace=True)",
        "a = np.frombuffer(bytearray(random($n)), '$numpy')",
        "a.byteswap(inplace=True)", large = atmost[k], chart = true},
    })
  end
end

-- Small sizes are in bytes, large sizes in items.
local function list_sizes(t)
  return {
    {n = 16, count = 16 // t.size, named = "16 bytes"},
    {n = KIB, count = KIB // t.size, named = "1 KiB"},
    {n = 10000 * t.size, count = 10000, named = "10,000 items"},
    {n = 1000000 * t.size, count = 1000000, named = "1,000,000 items"},
  }
end

local function tolist(row)
  local atmost = {u8 = {[10000] = 2.0, [1000000] = 3.4},
    i32 = {[10000] = 0.47, [1000000] = 0.47},
    f64 = {[10000] = 0.42, [1000000] = 0.42}}
  for _, t in ipairs(types) do
    for _, size in ipairs(list_sizes(t)) do
      sized(row, {size}, t, {name = "tolist, $type, $named",
        items = size.count,
        {"mview", "v:tolist()", SOURCE, "local t = v:tolist()"},
        {"lua", "{string.unpack(f, s)}",
          STRING .. "local f = ('$pack'):rep($count)",
          "local t = {string.unpack(f, s)}", small = 1.00, upto = KIB},
        {"lua", "a loop of string.unpack", STRING, [[
          local t = {}
          for i = 1, $count do
            t[i] = string.unpack('$pack', s, (i - 1) * $size + 1)
          end]]},
        {"cpython", "mv.tolist()", MEMORYVIEW, "t = mv.tolist()",
          atmost = atmost[t.type][size.count], chart = size.count == 10000},
        {"numpy", "a.tolist()", ARRAY, "t = a.tolist()"},
      })
    end
  end
end

local function from(row)
  local LIST = "local list = {} for i = 1, $count do list[i] = i + 0.5 end "
  for _, size in ipairs(list_sizes(types[3])) do
    sized(row, {size}, types[3], {name = "from a list, $type, $named",
      items = size.count,
      {"mview", "mview.from('d', list)", LIST,
        "local v = mview.from('d', list)"},
      {"lua", "string.pack(f, unpack(list))",
        LIST .. "local f = ('d'):rep($count)",
        "local s = string.pack(f, table.unpack(list))", small = 1.00,
        upto = KIB},
      {"cpython", "array('d', list)", "from array import array\n" ..
        "list = [i + 0.5 for i in range($count)]", "a = array('d', list)",
        large = 0.67, chart = size.count == 10000},
      {"numpy", "np.array(list, 'd')",
        "list = [i + 0.5 for i in range($count)]", "a = np.array(list, 'd')"},
    })
  end
end

-- Memory that is allocated, but not accessed by its allocation.
local function fresh(row)
  row {name = "new memory, 2 Mi items of d", memory = true,
    {"mview", "mview.new('d', n)", "", "local v = mview.new('d', 1 << 21)"},
    {"numpy", "np.zeros(n)", "", "a = np.zeros(1 << 21)", atmost = 1.50,
      chart = true},
    {"cpython", "bytearray(8 * n)", "", "b = bytearray(1 << 24)"},
    {"lua", "string.rep", "", "local s = ('\\0'):rep(1 << 24)"},
  }
  row {name = "appends of 8 bytes", items = 10000,
    {"mview", "b:append(s)", "local s = random(8)", [[
      local b = mview.bytearray()
      for i = 1, 10000 do b:append(s) end]]},
    {"lua", "table.concat", "local s = random(8)", [[
      local t = {}
      for i = 1, 10000 do t[i] = s end
      local u = table.concat(t)]]},
    {"cpython", "b += s", "s = random(8)", [[
b = bytearray()
for i in range(10000): b += s]], atmost = 2.00, chart = true},
    {"c", "the least work", "local s, v = random(8), least.object(random(8))",
      "for i = 1, 10000 do v:append(s) end"},
  }
  row {name = "256 appends of 64 KiB", memory = true,
    {"mview", "b:append(s)", "local s = random(65536)", [[
      local b = mview.bytearray()
      for i = 1, 256 do b:append(s) end]]},
    {"mview", "the same after b:reserve(n)", "local s = random(65536)", [[
      local b = mview.bytearray()
      b:reserve(256 * #s)
      for i = 1, 256 do b:append(s) end]]},
    {"lua", "table.concat", "local s = random(65536)", [[
      local t = {}
      for i = 1, 256 do t[i] = s end
      local u = table.concat(t)]], atmost = 0.50, chart = true},
    {"cpython", "b += s", "s = random(65536)", [[
b = bytearray()
for i in range(256): b += s]]},
  }
end

-- A record of many fields from a table. The time is for one field.
local WRITTEN = [[
  local names, record = {}, {}
  for i = 1, %d do names[i], record["f" .. i] = "i:f" .. i .. ":", i end
  local v = mview.new("T{" .. table.concat(names) .. "}", 1)
]]

local function written(row)
  row {name = "a record of 128 fields, written", items = 128,
    {"mview", "v[1] = record", WRITTEN:format(128), "v[1] = record"},
    {"mview", "8 records of 16 fields", WRITTEN:format(16),
      "for _ = 1, 8 do v[1] = record end", atmost = 1.30},
  }
end

return function(row)
  tobytes(row)
  copyfrom(row)
  transposes(row)
  fill(row)
  byteswap(row)
  tolist(row)
  from(row)
  fresh(row)
  written(row)
end
