-- The results as text: lines for the terminal, a page of a screen, and tables
-- of comma-separated values. A result is {row =, times =, memory =}, measured
-- by measure.lua.

local languages = require "languages"

local report = {}

local function scaled(value, units, step)
  local unit = 1
  while value >= step and units[unit + 1] do
    value, unit = value / step, unit + 1
  end
  local digits = value < 10 and 2 or value < 100 and 1 or 0
  return ("%." .. digits .. "f %s"):format(value, units[unit])
end

local function duration(ns)
  return scaled(ns, {"ns", "us", "ms", "s"}, 1000)
end

local function size(bytes)
  return scaled(bytes, {"B", "KiB", "MiB", "GiB"}, 1024)
end

local function ratio(value)
  return (value < 0.1 and "%.4f" or "%.2f"):format(value)
end

local function spread(ratios)
  return ("%s to %s"):format(ratio(ratios.low), ratio(ratios.high))
end

-- "met", "missed", or nothing without a target.
function report.verdict(subject, ratios)
  if not subject.atmost then return "" end
  return ratios.median <= subject.atmost and "met" or "missed"
end

local function title(subject)
  return languages[subject.language].title
end

local function timed_line(subject, result, first)
  local line = ("  %-8s %-30s %9s"):format(title(subject), subject.label,
    duration(result.time.median))
  if first then return line end
  line = ("%s  %6s  %-16s"):format(line, ratio(result.ratio.median),
    spread(result.ratio))
  if not subject.atmost then return line end
  return ("%s <= %-5g %s"):format(line, subject.atmost,
    report.verdict(subject, result.ratio))
end

local function memory_line(subject, memory, items)
  return ("  %-8s %-30s %9s allocated, peak %s"):format(title(subject),
    subject.label, size(memory.allocated / items), size(memory.peak))
end

-- The lines of a row for the terminal.
function report.lines(result)
  local lines = {result.row.name}
  for k, subject in ipairs(result.row) do
    if result.times then
      lines[#lines + 1] = timed_line(subject, result.times[k], k == 1)
    end
  end
  for k, subject in ipairs(result.row) do
    if result.memory then
      lines[#lines + 1] = memory_line(subject, result.memory[k],
        result.row.items)
    end
  end
  return table.concat(lines, "\n")
end

-- Calls visit(row, result, subject) for each subject of the timed rows that
-- has a target.
function report.targets(results, visit)
  for _, result in ipairs(results) do
    for k, subject in ipairs(result.times and result.row or {}) do
      if subject.atmost then
        visit(result.row, result.times[k], subject)
      end
    end
  end
end

-- The number of targets, and of targets that are met.
function report.count(results)
  local all, met = 0, 0
  report.targets(results, function(_, result, subject)
    all = all + 1
    met = met + (report.verdict(subject, result.ratio) == "met" and 1 or 0)
  end)
  return all, met
end

local HEAD = [[
# Benchmark

How many times as fast mview is, for typical uses; below 1 it is slower:

%s

So mview is good for work on many items at once, and for parts of memory that
need not be copied. It gains little, or loses, where each call handles one item
or a few bytes: an element of a table is read without a call, and a method of a
view checks its arguments, which costs more than the work.

## All rows

%d of %d targets are met. Of each group of rows, the median of the ratios to
each rival; a ratio is mview's time divided by the rival's, so *smaller* is
better. A group has rows of all sizes, from one item to 16 MiB.

| rows | met | %s |
|---|---|%s
%s

![How many times as fast mview is](results.svg)

[results.csv](results.csv) has all rows. [memory.csv](memory.csv) has the bytes
that the work allocates, and the peak of the process's resident memory.
(`tracemalloc` counts what Python code has allocated at one time; what it frees
and allocates again counts once. Lua's garbage counts.)

## How it is measured

`make bench` writes this page and prints each row.

A time is processor time: the median of %d repetitions, per item if the row has
many items. A row's ratio is the median of the repetitions' ratios, with its
quartiles. The rivals take turns, one repetition each. Each rival is a process
of its own, and all run on one processor. A full collection precedes each
repetition and is not timed; during the repetition the collectors of all
languages work as usual. What a process frees stays with it (for glibc's malloc,
up to 32 MiB a block), as a page fault takes 0.1 to 40 us, depending on the
machine. Python code runs in functions, with fast locals, unless the row says
that it runs in a script. The rows of C are the least cost of a function that
Lua calls; they check nothing. NumPy does not check either whether numbers fit
another format; mview does.

%s
]]

local RIVALS = {"Lua", "CPython", "NumPy", "C", "LuaJIT"}

local function listed(facts)
  local lines = {}
  for k, fact in ipairs(facts) do lines[k] = "- " .. fact end
  return table.concat(lines, "\n")
end

local function median(list)
  table.sort(list)
  local middle = (#list + 1) // 2
  return #list > 0 and ratio((list[middle] + list[#list - middle + 1]) / 2)
    or ""
end

-- The timed results of each group: a list of {name, results...}.
local function groups(results)
  local list, by_name = {}, {}
  for _, result in ipairs(results) do
    local name = result.row.group
    if result.times and not by_name[name] then
      by_name[name] = {name = name}
      list[#list + 1] = by_name[name]
    end
    if result.times then table.insert(by_name[name], result) end
  end
  return list
end

-- The line of a group in the summary.
local function summary(group)
  local all, met = report.count(group)
  local ratios, cells = {}, {}
  for _, name in ipairs(RIVALS) do ratios[name] = {} end
  for _, result in ipairs(group) do
    for k = 2, #result.row do
      local list = ratios[title(result.row[k])]
      if list then list[#list + 1] = result.times[k].ratio.median end
    end
  end
  for k, name in ipairs(RIVALS) do cells[k] = median(ratios[name]) end
  return ("| %s | %d of %d | %s |"):format(group.name, met, all,
    table.concat(cells, " | "))
end

-- The page: the table of typical uses, a line for each group, the conditions of
-- the measurement, and why targets are missed.
function report.page(results, facts, repetitions, uses)
  local all, met = report.count(results)
  local lines = {}
  for k, group in ipairs(groups(results)) do lines[k] = summary(group) end
  local missed <close> = assert(io.open("bench/missed.md"))
  return HEAD:format(uses, met, all, table.concat(RIVALS, " | "),
    ("---|"):rep(#RIVALS), table.concat(lines, "\n"), repetitions,
    listed(facts)) .. "\n" .. missed:read("a")
end

-- A line of comma-separated values.
function report.csv_line(...)
  local cells = {...}
  for k, cell in ipairs(cells) do
    if math.type(cell) == "float" then
      cell = ("%.4g"):format(cell)
    end
    cell = tostring(cell)
    cells[k] = cell:find "[,\"]" and ('"%s"'):format(cell:gsub('"', '""'))
      or cell
  end
  return table.concat(cells, ",") .. "\n"
end

local function times_csv(result, line)
  for k, subject in ipairs(result.row) do
    local time, own = result.times[k], k == 1
    line(result.row.group, result.row.name, title(subject), subject.label,
      time.time.median, own and "" or time.ratio.median,
      own and "" or time.ratio.low, own and "" or time.ratio.high,
      subject.atmost or "")
  end
end

local function memory_csv(result, line)
  for k, subject in ipairs(result.row) do
    local memory = result.memory[k]
    line(result.row.group, result.row.name, title(subject), subject.label,
      memory.allocated / result.row.items, memory.peak)
  end
end

local function csv(results, field, each, ...)
  local lines = {report.csv_line(...)}
  local function line(...) lines[#lines + 1] = report.csv_line(...) end
  for _, result in ipairs(results) do
    if result[field] then each(result, line) end
  end
  return table.concat(lines)
end

-- All rows, a line for each rival.
function report.times_csv(results)
  return csv(results, "times", times_csv, "group", "work", "in", "as",
    "ns an item", "ratio", "lower quartile", "upper quartile", "at most")
end

function report.memory_csv(results)
  return csv(results, "memory", memory_csv, "group", "work", "in", "as",
    "bytes allocated", "peak of bytes resident")
end

return report
