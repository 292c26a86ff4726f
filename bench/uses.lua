-- Typical uses of views, from the times in results.csv: the chart of the
-- README, against plain Lua; the table at the head of results.md, against other
-- rivals, too.

local chart = require "chart"

-- The label, the row, and the way of plain Lua in that row.
local USES = {
  {"take 1 MiB out of a buffer", "slice of 1 MiB", "s:sub(i, j)"},
  {"compare two parts of 16 MiB", "==, B, 16 MiB",
    "s:sub(i, j) == t:sub(i, j)"},
  {"swap the byte order of 16 MiB of integers", "byteswap, I, 16 MiB", "gsub"},
  {"take every second item of 16 MiB of integers",
    "tobytes of every second i32, 16 MiB", "gsub"},
  {"transpose a table of 32 x 32 bytes",
    "transposed to contiguous, u8, 32 x 32", "loops over tables"},
  {"write 64 KiB as hexadecimal digits", "hex, 64 KiB", "gsub with a table"},
  {"count a byte in 16 MiB", "count of a byte, 16 MiB", "gsub"},
  {"find four letters in 16 MiB", "find, four letters, 16 MiB",
    "s:find(bytes, 1, true)"},
  {"10,000 doubles as a table", "tolist, f64, 10,000 items",
    "a loop of string.unpack"},
  {"read a file of 64 MiB", "readfrom, 64 MiB", "file:read('a')"},
  {"read one field of a record", "one field of a record",
    "string.unpack at an offset"},
  {"read one byte", "x = v[i], u8", "string.byte(s, i)"},
  {"read one item, against a table", "x = v[i], i32", "t[i]"},
  {"search 16 bytes", "find, rare first byte, 16 bytes",
    "s:find(bytes, 1, true)"},
}

-- The fields of a line of CSV without doubled quotes.
local function fields_of(line)
  local fields, at = {}, 1
  while at <= #line + 1 do
    local quoted, behind = line:match('^"([^"]*)",?()', at)
    if not quoted then quoted, behind = line:match("^([^,]*),?()", at) end
    fields[#fields + 1] = quoted
    at = math.max(behind, at + 1)
  end
  return fields
end

-- The speeds of mview relative to its rivals, by row and language, and by row
-- and the rival's way. The first way of a language in a row counts.
local function speeds(path)
  local list = {}
  for line in io.lines(path) do
    local _, row, language, label, _, ratio = table.unpack(fields_of(line))
    local speed = tonumber(ratio) and 1 / ratio
    list[row .. "\0" .. label] = speed
    local key = row .. "\0" .. language
    list[key] = list[key] or speed
  end
  return list
end

-- The uses {label, row, lua, speed}, the fastest first; and all speeds.
local function sorted(path)
  local measured, list = speeds(path), {}
  for _, use in ipairs(USES) do
    local label, row, lua = table.unpack(use)
    list[#list + 1] = {label = label, row = row, lua = lua,
      speed = measured[row .. "\0" .. lua]
        or error(("%s has no row %q against %q"):format(path, row, lua), 0)}
  end
  table.sort(list, function(a, b) return a.speed > b.speed end)
  return list, measured
end

local uses = {}

-- The bar chart against plain Lua, in SVG.
function uses.chart(path)
  local bars = {}
  for _, use in ipairs((sorted(path))) do
    bars[#bars + 1] = {label = ("%s · %s"):format(use.label, use.lua),
      language = "lua", speed = use.speed}
  end
  return chart.draw(bars, {}, "times as fast as plain Lua")
end

local RIVALS = {"CPython", "NumPy", "C"}

-- The table against plain Lua and others, in Markdown.
function uses.table(path)
  local lines = {
    "| work | the way of plain Lua | Lua | " .. table.concat(RIVALS, " | ")
      .. " |", "|---|---|---" .. ("|---"):rep(#RIVALS) .. "|"}
  local list, measured = sorted(path)
  for _, use in ipairs(list) do
    local cells = {use.label, "`" .. use.lua .. "`", chart.times(use.speed)}
    for _, rival in ipairs(RIVALS) do
      local speed = measured[use.row .. "\0" .. rival]
      cells[#cells + 1] = speed and chart.times(speed) or ""
    end
    lines[#lines + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  return table.concat(lines, "\n")
end

return uses
