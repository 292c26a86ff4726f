-- One piece of work in a process of its own, for Lua and LuaJIT. Standard input
-- has a line with two lengths, then a set-up and a body with these lengths.
-- After that each line is a request:
--   run N    runs the body N times; replies with the nanoseconds of processor
--            time, which depend less on other processes than elapsed time
--   memory   runs the body once; replies with the bytes that it allocated, and
--            with the peak of the resident memory in KiB
-- The set-up and the loop are one coroutine, so variables of the set-up are
-- locals of the body, as in a user's function. A full collection comes before
-- each run and is not timed; the collector works as usual during the run.

package.cpath = "build/bench/?.so"

local WORK = [[
local bench_clock, bench_yield = ...
%s
local bench_runs = bench_yield()
while true do
  local bench_start = bench_clock()
  for _ = 1, bench_runs do
    %s
  end
  bench_runs = bench_yield(bench_clock() - bench_start)
end
]]

local CPU_TIME = 2 -- CLOCK_PROCESS_CPUTIME_ID

local function luajit_clock()
  local ffi = require "ffi"
  ffi.cdef [[
    typedef struct { long sec, nsec; } bench_time;
    int clock_gettime(int, bench_time *);
  ]]
  local now = ffi.new "bench_time"
  return function()
    ffi.C.clock_gettime(CPU_TIME, now)
    return tonumber(now.sec) * 1e9 + tonumber(now.nsec)
  end
end

local function forget_peak()
  local file = assert(io.open("/proc/self/clear_refs", "w"))
  file:write("5")
  file:close()
end

local function peak()
  for line in io.lines("/proc/self/status") do
    local kib = line:match("^VmHWM:%s*(%d+)")
    if kib then return kib end
  end
end

local function memory(run)
  collectgarbage()
  forget_peak()
  collectgarbage("stop")
  local allocated = collectgarbage("count")
  run(1)
  allocated = (collectgarbage("count") - allocated) * 1024
  return ("%d %d"):format(allocated, peak())
end

local function time(run, n)
  collectgarbage()
  return ("%d"):format(run(n))
end

local clock
if rawget(_G, "jit") then
  clock = luajit_clock()
else
  local floor = require "floor"
  clock, _G.floor, _G.random = floor.clock, floor, floor.random
  _G.least = require "least"
end

io.stdout:setvbuf("line")
local setup, body = io.read("n", "n")
io.read()
setup, body = io.read(setup, body)
local run = coroutine.wrap(assert(load(WORK:format(setup, body), "=work")))
run(clock, coroutine.yield)
print("ready")
for request in io.lines() do
  local n = request:match("^run (%d+)$")
  print(n and time(run, tonumber(n)) or memory(run))
end
