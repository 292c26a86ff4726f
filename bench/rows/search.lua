-- Operations on whole views of 16 bytes, of 1 KiB and of large sizes: compare,
-- search, convert to digits.

local KIB, MIB = 1 << 10, 1 << 20
local SMALLER = {{n = 16, bytes = "16 bytes"}, {n = KIB, bytes = "1 KiB"}}
local LARGE = {n = 16 * MIB, bytes = "16 MiB"}
local SIZES = {SMALLER[1], SMALLER[2], LARGE}
local FIND_SIZES = {SMALLER[1], {n = 64, bytes = "64 bytes"}, SMALLER[2],
  LARGE}
local HEX_SIZES = {SMALLER[1], SMALLER[2], {n = 64 * KIB, bytes = "64 KiB"},
  LARGE}

local TABLES = "local a, b, n = {}, {}, $n // %d " ..
  "for i = 1, n do a[i], b[i] = i, i end"
local COMPARE = [[
  local same = true
  for i = 1, n do
    if a[i] ~= b[i] then same = false break end
  end]]

local function sized(row, sizes, raw)
  for _, size in ipairs(sizes) do
    raw.with, raw.memory = {size}, size.n > KIB
    row(raw)
  end
end

local function equality(row)
  sized(row, SIZES, {name = "==, B, $bytes",
    {"mview", "v == w", [[
      local v, w = mview(random($n)), mview(mview.bytearray(random($n)))
      assert(v == w)]], "local same = v == w"},
    {"lua", "s:sub(i, j) == t:sub(i, j)",
      "local s, t = random($n + 1), random($n + 1)",
      "local same = s:sub(1, -2) == t:sub(1, -2)", small = 1.00},
    {"lua", "s == t", "local s, t = random($n), random($n)",
      "local same = s == t"},
    {"cpython", "mv == mw", [[
mv, mw = memoryview(random($n)), memoryview(random($n))
assert mv == mw]], "same = mv == mw", small = 0.90, large = 0.066,
      chart = true},
    {"numpy", "np.array_equal(a, b)", [[
a, b = np.frombuffer(random($n), "u1"), np.frombuffer(random($n), "u1")
]], "same = np.array_equal(a, b)"},
    {"c", "memcmp", "local a, b = floor.u8(random($n)), floor.u8(random($n))",
      "local same = floor.memcmp(a, b, $n)", large = 1.10, chart = true},
  })
  sized(row, SIZES, {name = "==, d, $bytes",
    {"mview", "v == w", [[
      local v = mview(random($n), "d")
      local w = mview(mview.bytearray(random($n)), "d")
      assert(v == w)]], "local same = v == w"},
    {"lua", "a loop over tables", TABLES:format(8), COMPARE, small = 1.00,
      upto = KIB},
    {"cpython", "mv == mw", [[
mv, mw = memoryview(random($n)).cast("d"), memoryview(random($n)).cast("d")
assert mv == mw]], "same = mv == mw", large = 0.25, chart = true},
    {"numpy", "np.array_equal(a, b)", [[
a, b = np.frombuffer(random($n), "f8"), np.frombuffer(random($n), "f8")
assert np.array_equal(a, b)]], "same = np.array_equal(a, b)", large = 0.60,
      chart = true},
    {"c", "memcmp", "local a, b = floor.u8(random($n)), floor.u8(random($n))",
      "local same = floor.memcmp(a, b, $n)"},
  })
  sized(row, SIZES, {name = "==, h against i, $bytes of i",
    {"mview", "v == w", [[
      local v, w = mview(random($n // 2), "h"), mview.new("i", $n // 4)
      w:copyfrom(v)
      assert(v == w)]], "local same = v == w"},
    {"lua", "a loop over tables", TABLES:format(4), COMPARE, small = 1.00,
      upto = KIB},
    {"cpython", "mv == mw", [[
from array import array
mv = memoryview(random($n // 2)).cast("h")
mw = memoryview(array("i", mv))
assert mv == mw]], "same = mv == mw", large = 0.008, chart = true},
    {"numpy", "np.array_equal(a, b)", [[
a = np.frombuffer(random($n // 2), "i2")
b = a.astype("i4")
assert np.array_equal(a, b)]], "same = np.array_equal(a, b)", large = 0.70,
      chart = true},
  })
end

local function digits(row)
  for _, size in ipairs(HEX_SIZES) do
    sized(row, {size}, {name = "hex, $bytes",
      {"mview", "v:hex()", "local v = mview(random($n))",
        "local s = v:hex()"},
      {"lua", "gsub with a table", [[
        local s, hex = random($n), {}
        for i = 0, 255 do hex[string.char(i)] = ("%02x"):format(i) end]],
        "local t = s:gsub('.', hex)", small = 1.00},
      {"cpython", "mv.hex()", "mv = memoryview(random($n))", "s = mv.hex()",
        large = size.n < MIB and 0.25 or 1.90, chart = true},
    })
  end
  sized(row, HEX_SIZES, {name = "fromhex, $bytes",
    {"mview", "mview.fromhex(s)",
      "local s = random(2 * $n, '0123456789abcdef')",
      "local b = mview.fromhex(s)"},
    {"lua", "gsub with a table", [[
      local s, byte = random(2 * $n, '0123456789abcdef'), {}
      for i = 0, 255 do byte[("%02x"):format(i)] = string.char(i) end]],
      "local t = s:gsub('..', byte)", small = 1.00},
    {"cpython", "bytearray.fromhex(s)",
      "s = random(2 * $n, b'0123456789abcdef').decode()",
      "b = bytearray.fromhex(s)", large = 0.25, chart = true},
  })
end

local function grouped_digits(row)
  local mebi = {{n = MIB, bytes = "1 MiB"}}
  sized(row, mebi, {name = "hex with separators, $bytes",
    {"mview", "v:hex(':')", "local v = mview(random($n))",
      "local s = v:hex(':')"},
    {"cpython", "mv.hex(':')", "mv = memoryview(random($n))",
      "s = mv.hex(':')", large = 0.60, chart = true},
  })
  sized(row, mebi, {name = "fromhex with blanks, $bytes",
    {"mview", "mview.fromhex(s)", "local s = mview(random($n)):hex(' ')",
      "local b = mview.fromhex(s)"},
    {"cpython", "bytearray.fromhex(s)", "s = random($n).hex(' ')",
      "b = bytearray.fromhex(s)", large = 0.60, chart = true},
  })
end

-- Letters about as frequent as in English text, 128 of them.
local ENGLISH = ("e"):rep(13) .. "tttttttttaaaaaaaaooooooooiiiiiiinnnnnnnssssss"
  .. "hhhhhhrrrrrrddddllllcccuuummwwffggyyppbbvk" .. (" "):rep(28)

local function finding(row)
  sized(row, FIND_SIZES, {name = "find, rare first byte, $bytes",
    {"mview", "v:find(bytes)",
      "local v = mview(random($n - 4) .. '!end') assert(v:find('!end'))",
      "local first, last = v:find('!end')"},
    {"lua", "s:find(bytes, 1, true)",
      "local s = random($n - 4) .. '!end'",
      "local first, last = s:find('!end', 1, true)", small = 1.50,
      large = 1.05, chart = true},
    {"cpython", "b.find(bytes)",
      "b = random($n - 4) + b'!end'; assert b.find(b'!end') >= 0",
      "first = b.find(b'!end')", large = 0.20, chart = true},
  })
  sized(row, FIND_SIZES, {name = "find, common first byte, $bytes",
    {"mview", "v:find(bytes)", ([[
      local v = mview(random($n, "%s"))
      assert(not v:find("elephants"))]]):format(ENGLISH),
      "local first, last = v:find('elephants')"},
    {"lua", "s:find(bytes, 1, true)",
      ("local s = random($n, '%s')"):format(ENGLISH),
      "local first, last = s:find('elephants', 1, true)", small = 1.50,
      large = 0.25, chart = true},
    {"cpython", "b.find(bytes)", ("b = random($n, b'%s')"):format(ENGLISH),
      "first = b.find(b'elephants')", large = 0.40, chart = true},
  })
end

-- A search from the end for a needle that occurs only at the start.
local BACKWARDS = {{what = "one byte", needle = "!"},
  {what = "four bytes", needle = "!end"}}

local function backwards(row)
  for _, last in ipairs(BACKWARDS) do
    sized(row, SIZES, {name = "rfind, " .. last.what .. ", $bytes",
      {"mview", "v:rfind(bytes)", ([[
        local v = mview('%s' .. random($n - %d)) assert(v:rfind('%s') == 1)
        ]]):format(last.needle, #last.needle, last.needle),
        ("local first, last = v:rfind('%s')"):format(last.needle)},
      {"lua", "s:find('.*()' .. bytes)", ([[
        local s = '%s' .. random($n - %d)]]):format(last.needle, #last.needle),
        ("local first, last, at = s:find('.*()%s')"):format(last.needle),
        small = 1.00},
      {"cpython", "b.rfind(bytes)", ([[
b = b'%s' + random($n - %d); assert b.rfind(b'%s') == 0
]]):format(last.needle, #last.needle, last.needle),
        ("first = b.rfind(b'%s')"):format(last.needle), large = 0.50,
        chart = true},
    })
  end
end

-- Kinds of data with a needle that does not occur in them, though each of its
-- bytes does, in Lua and in Python; a string literal is the same in both.
local DATA = {
  {kind = "English letters", hay = ("random($n, '%s')"):format(ENGLISH),
    needle = "'elephants'"},
  {kind = "four letters", hay = "random($n, 'acgt')",
    needle = "'acgtacgtacgtacgt'"},
  {kind = "four letters, 1,000 bytes", hay = "random($n, 'acgt')",
    needle = "rep('acgtgatcatgcagtcaacg', 50)"},
  {kind = "a common prefix", hay = "rep('0123456789abcdef', $n // 16)",
    needle = "'0123456780'"},
  {kind = "log lines", needle = "'2024-05-01 12:00:00 ERROR'",
    hay = "rep(rep('2024-05-01 12:00:00 INFO worker 1 is done\\n', 50) + "
      .. "'2024-05-01 12:00:01 ERROR worker 2 failed\\n', $n // 2142)"},
  {kind = "records", needle = "'RECORD\\0\\1        \\2\\7'",
    hay = "rep('RECORD\\0\\1        \\2\\3\\7\\0', $n // 20)"},
  {kind = "zeros", needle = "rep('\\0', 15) + '\\1'",
    hay = "rep(rep('\\0', 1022) + '\\2\\1', $n // 1024)"},
  {kind = "zeros and a few ones, 64 bytes",
    hay = "random($n, rep('\\0', 15) + '\\1')",
    needle = "rep(rep('\\0', 20) + '\\1', 3) + '\\1'"},
  {kind = "random letters, 5 bytes", hay = "random($n)",
    needle = "'q0qzQ'"},
  {kind = "random letters", hay = "random($n)", needle = "'qzjxkvwp'"},
  {kind = "random bits", hay = "random($n, '01')",
    needle = "'0010111010001101110010110100011101101001001101'"},
}

local function in_lua(expression)
  return (expression:gsub("rep%(", "string.rep("):gsub(" %+ ", " .. "))
end

local function in_python(expression)
  return (expression:gsub("('[^']*')", "b%1"))
end

local function all_data(row)
  for _, data in ipairs(DATA) do
    local hay, needle = in_lua(data.hay), in_lua(data.needle)
    local lua = ("local s, x = %s, %s "):format(hay, needle)
    local python = ("rep = lambda s, n: s * n\nb = %s; x = %s")
      :format(in_python(data.hay), in_python(data.needle))
    sized(row, {LARGE}, {name = "find, " .. data.kind .. ", $bytes",
      {"mview", "v:find(bytes, 1, true)", lua .. "local v = mview(s)",
        "local first, last = v:find(x, 1, true)"},
      {"lua", "s:find(bytes, 1, true)", lua,
        "local first, last = s:find(x, 1, true)", large = 0.30, chart = true},
      {"cpython", "b.find(bytes)", python, "first = b.find(x)", large = 0.33,
        chart = true},
      {"c", "memmem", lua, "local first = floor.memmem(s, x)", large = 0.70},
      {"c", "memchr of one byte", "local s = ('x'):rep($n)",
        "local first = floor.memchr(s, 7)"},
    })
  end
end

-- All prefixes match: a search that steps back for each costs n * n here. Times
-- are per byte, so a linear search takes the same time at both sizes.
local HOSTILE = [[
  local v = mview(("a"):rep(%d))
  local bytes = ("a"):rep(%d) .. "b"]]

local function hostile(row)
  row {name = "find, hostile input", items = 4 * MIB,
    {"mview", "v:find(bytes) in 4 MiB", HOSTILE:format(4 * MIB, 2 * MIB),
      "local first, last = v:find(bytes)"},
    {"mview", "8 times in 512 KiB", HOSTILE:format(MIB // 2, MIB // 4),
      "for i = 1, 8 do local first, last = v:find(bytes) end",
      atmost = 1.50},
    {"cpython", "b.find(bytes)",
      ("b = b'a' * %d; bytes = b'a' * %d + b'b'"):format(4 * MIB, 2 * MIB),
      "first = b.find(bytes)"},
  }
end

local function count(row)
  sized(row, SIZES, {name = "count of a byte, $bytes",
    {"mview", "v:count(97)", "local v = mview(random($n))",
      "local n = v:count(97)"},
    {"lua", "gsub", "local s = random($n)",
      "local t, n = s:gsub('a', 'a')", small = 1.00},
    {"cpython", "b.count(97)", "b = random($n)", "n = b.count(97)",
      large = 0.10, chart = true},
    {"numpy", "np.count_nonzero(a == 97)",
      "a = np.frombuffer(random($n), 'u1')",
      "n = np.count_nonzero(a == 97)"},
  })
end

return function(row)
  equality(row)
  digits(row)
  grouped_digits(row)
  finding(row)
  backwards(row)
  all_data(row)
  hostile(row)
  count(row)
end
