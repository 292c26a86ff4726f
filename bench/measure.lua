-- Measures a row: all its workers take turns, one repetition each (A B A B), so
-- a disturbance of the machine affects all of them.

local child = require "child"

local LONG_ENOUGH = 20e6 -- nanoseconds of one repetition
local RELIABLE = 3e6 -- nanoseconds of a run that is long enough to measure

local measure = {REPETITIONS = 11}

-- The q-quantile of the sorted list, interpolated.
local function quantile(sorted, q)
  local at = 1 + q * (#sorted - 1)
  local low = sorted[math.floor(at)]
  return low + (at % 1) * (sorted[math.ceil(at)] - low)
end

local function spread(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return {median = quantile(sorted, 0.5), low = quantile(sorted, 0.25),
    high = quantile(sorted, 0.75)}
end

-- The number of runs of the body in one repetition. The first run does not
-- count, as the system still has to allocate its memory.
local function calibrate(worker)
  worker:run(1)
  local n, took = 1, worker:run(1)
  while took < RELIABLE do
    n = n * 4
    took = worker:run(n)
  end
  return math.max(1, math.floor(n * LONG_ENOUGH / took))
end

-- For each subject of the row, its nanoseconds per item, and the ratio of the
-- first subject's time to its time in the same turn.
function measure.time(row)
  local workers, counts, times = {}, {}, {}
  for k, subject in ipairs(row) do
    workers[k] = child.start(subject, child.KEEPS_MEMORY)
    counts[k], times[k] = calibrate(workers[k]), {}
  end
  for turn = 1, measure.REPETITIONS do
    for k, worker in ipairs(workers) do
      times[k][turn] = worker:run(counts[k]) / (counts[k] * row.items)
    end
  end
  local results = {}
  for k, worker in ipairs(workers) do
    worker:close()
    local ratios = {}
    for turn, time in ipairs(times[k]) do
      ratios[turn] = times[1][turn] / time
    end
    results[k] = {time = spread(times[k]), ratio = spread(ratios)}
  end
  return results
end

-- For each subject of the row, the bytes that one run allocates, and its peak;
-- each in a new process.
function measure.memory(row)
  local results = {}
  for k, subject in ipairs(row) do
    local worker = child.start(subject, "")
    results[k] = worker:memory()
    worker:close()
  end
  return results
end

return measure
