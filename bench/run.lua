-- The benchmark: lua5.4 bench/run.lua [pattern], from the project's root.
-- Measures each row whose "group: name" matches the pattern. Without a pattern
-- it also writes bench/results.md (a summary), results.svg, results.csv,
-- memory.csv and uses.svg.

package.path = "bench/?.lua;" .. package.path

local chart = require "chart"
local uses = require "uses"
local host = require "host"
local measure = require "measure"
local report = require "report"
local rows = require "rows"

local pattern = arg[1] or ""
local wanted = rows.matching(pattern)
if #wanted == 0 then
  io.stderr:write("no row matches '", pattern, "'\n")
  os.exit(1)
end

local function installed(row, versions)
  for k = #row, 1, -1 do
    if not versions[row[k].language] then table.remove(row, k) end
  end
  return row
end

local function measured(row)
  return {row = row, times = row.memory ~= "only" and measure.time(row) or nil,
    memory = row.memory and measure.memory(row)}
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- On a terminal, shows the row that is being measured.
local is_terminal = os.execute("test -t 2")
local function progress(text)
  if is_terminal then io.stderr:write("\r\27[K", text) end
end

host.build()
local versions = host.versions()
local facts = host.facts(versions)
print(table.concat(facts, "\n"))
print("Times; ratios of mview's to each, their quartiles, the target.\n")

local results = {}
for k, row in ipairs(wanted) do
  progress(("%d of %d: %s"):format(k, #wanted, row.name))
  results[k] = measured(installed(row, versions))
  progress("")
  print(report.lines(results[k]) .. "\n")
  io.stdout:flush()
end
local all, met = report.count(results)
print(("%d of %d targets are met"):format(met, all))
if pattern == "" then
  write("bench/results.csv", report.times_csv(results))
  write("bench/memory.csv", report.memory_csv(results))
  write("bench/results.svg", chart.of(results))
  write("bench/uses.svg", uses.chart("bench/results.csv"))
  write("bench/results.md", report.page(results, facts, measure.REPETITIONS,
    uses.table("bench/results.csv")))
end
