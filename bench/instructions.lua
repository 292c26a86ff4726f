-- Counts instructions: lua5.4 bench/instructions.lua [pattern], from the
-- project's root. The counts come from valgrind's callgrind, so they do not
-- depend on the load of the machine. They differ by a few percent between
-- processes, as Lua's hashes do. The rows are those of single items, slices and
-- small sizes, in Lua and C, whose "group: name" matches the pattern. Prints
-- the instructions for one item, and the ratio of mview to each rival. Without
-- a pattern it also writes bench/instructions.csv.

package.path = "bench/?.lua;" .. package.path

local host = require "host"
local languages = require "languages"
local report = require "report"
local rows = require "rows"

local pattern = arg[1] or ""
local COUNTED = {mview = true, lua = true, c = true}
local SMALL = {"^element", "^slice: slice of 16", "^slice: slice as",
  "^slice: view", "^slice: cast", "^slice: a row", "^slice: a part",
  "^bulk: appends of 8 bytes", ", 16 bytes", ", [12] x 2$"}

local SCRIPT = [[
package.cpath = "build/bench/?.so"
local floor, least = require "floor", require "least"
local random = floor.random
%s%s
for _ = 1, %d do %s end
]]

-- The instructions of a whole process that runs the body n times.
local function executed(subject, runs)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(SCRIPT:format(languages[subject.language].prelude, subject.setup,
    runs, subject.body))
  file:close()
  local lua = languages.lua.version:match("^%S+")
  local pipe = assert(io.popen(("valgrind --tool=callgrind " ..
    "--callgrind-out-file=/dev/null %s %s 2>&1"):format(lua, path)))
  local text = pipe:read("a")
  pipe:close()
  os.remove(path)
  return assert(tonumber(text:match("Collected : (%d+)")), text)
end

-- The instructions for one item: the difference of a long and a short run,
-- which cancels the start and the end of the process.
local function per_item(row, subject)
  local runs = math.ceil(10000 / row.items)
  local few, many = executed(subject, runs), executed(subject, 3 * runs)
  return (many - few) / (2 * runs * row.items)
end

local function is_small(row)
  local name = row.group .. ": " .. row.name
  for _, small in ipairs(SMALL) do
    if name:find(small) then return row.memory ~= "only" end
  end
  return false
end

-- Calls add(work, language, label, count, ratio) for each subject of the row.
local function count(row, add)
  local own = per_item(row, row[1])
  for k, subject in ipairs(row) do
    if COUNTED[subject.language] then
      local n = k == 1 and own or per_item(row, subject)
      add(row.name, languages[subject.language].title, subject.label,
        ("%.0f"):format(n), k == 1 and "" or ("%.2f"):format(own / n))
    end
  end
end

host.build()
io.write(host.versions().lua:gsub(" +[-C].*", ""), ", ", host.compiler(), "\n")
local lines = {}
local function add(...)
  lines[#lines + 1] = report.csv_line(...)
  io.write(lines[#lines])
end
add("work", "in", "as", "instructions", "ratio")
for _, row in ipairs(rows.matching(pattern)) do
  if is_small(row) then count(row, add) end
end
if pattern == "" then
  local file <close> = assert(io.open("bench/instructions.csv", "w"))
  file:write(table.concat(lines))
end
