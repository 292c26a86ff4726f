-- The results as text: lines for the terminal and a page of tables. A result
-- is {row =, times =, memory =}: what measure.lua made of a row.

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

-- A row's lines for the terminal.
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

-- How many targets there are, and how many are met.
function report.count(results)
  local all, met = 0, 0
  report.targets(results, function(_, result, subject)
    all = all + 1
    met = met + (report.verdict(subject, result.ratio) == "met" and 1 or 0)
  end)
  return all, met
end

local function code(text)
  return "`" .. text .. "`"
end

local function timed_rows(add, result)
  local row, own = result.row, result.times[1]
  for k = 2, #row do
    local subject, times = row[k], result.times[k]
    local first = k == 2
    add("| %s | %s | %s | %s %s | %s | %s | %s | %s | %s |",
      first and row.name or "", first and code(row[1].label) or "",
      first and duration(own.time.median) or "", title(subject),
      code(subject.label), duration(times.time.median),
      ratio(times.ratio.median), spread(times.ratio),
      subject.atmost and ("%g"):format(subject.atmost) or "",
      report.verdict(subject, times.ratio))
  end
end

local function memory_rows(add, result)
  for k, subject in ipairs(result.row) do
    local memory = result.memory[k]
    add("| %s | %s %s | %s | %s |", k == 1 and result.row.name or "",
      title(subject), code(subject.label),
      size(memory.allocated / result.row.items), size(memory.peak))
  end
end

local HEAD = [[
# Benchmark

Written by `make bench`. A time is processor time, the median of %d repetitions,
per item where the row has many. A ratio is mview's time divided by the rival's,
so smaller is better: the median of the repetitions' ratios, then its quartiles.
The rivals take turns, one repetition each, each in a process of its own, all on
one processor. A full collection precedes each repetition and is not timed;
during it the collector works as usual. Python runs in functions, so with fast
locals, unless it is said to be in a script. Why targets are missed is said
[at the end](#what-is-missed-and-why).

%s

%d of %d targets are met.

![How many times as fast mview is](results.svg)]]

local TIMES = [[

## Time: %s

| work | in mview | time | rival | time | ratio | quartiles | at most | |
|---|---|---|---|---|---|---|---|---|]]

local MEMORY = [[

## Memory

Of one run of the work, in a process of its own: the bytes that it allocates and
copies to (per item where the row has many), and the peak of the process's
resident memory meanwhile, with the interpreter and the work's operands.

| work | in | allocated | peak |
|---|---|---|---|]]

local function listed(facts)
  local lines = {}
  for k, fact in ipairs(facts) do lines[k] = "- " .. fact end
  return table.concat(lines, "\n")
end

-- The page of all results.
function report.page(results, facts, repetitions)
  local lines, group = {}, nil
  local function add(text, ...) lines[#lines + 1] = text:format(...) end
  local all, met = report.count(results)
  add(HEAD, repetitions, listed(facts), met, all)
  for _, result in ipairs(results) do
    if result.times and result.row.group ~= group then
      group = result.row.group
      add(TIMES, group)
    end
    if result.times then timed_rows(add, result) end
  end
  add(MEMORY)
  for _, result in ipairs(results) do
    if result.memory then memory_rows(add, result) end
  end
  local missed = assert(io.open("bench/missed.md"))
  lines[#lines + 1] = "\n" .. missed:read("a")
  missed:close()
  return table.concat(lines, "\n")
end

return report
