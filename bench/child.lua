-- A rival: one process with one piece of work, controlled by pipes, so the runs
-- of several rivals can take turns. worker.lua and worker.py are the other end.

local languages = require "languages"

-- All rivals run on one processor, if possible: they take turns, and two
-- processors of a virtual machine may differ much in speed.
local PINNED = "taskset -c 0 "
if not os.execute(PINNED .. "true 2>/dev/null") then PINNED = "" end

local child = {}
child.__index = child

-- For glibc: what the process frees stays with it, up to 32 MiB a block.
-- Otherwise a repetition begins with page faults, which take 0.1 to 40 us each,
-- depending on the machine, and hide the work.
child.KEEPS_MEMORY =
  "MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=2147483647 "

-- Starts a process that is ready to run this work, with that environment.
function child.start(subject, environment)
  local language = languages[subject.language]
  local setup = language.prelude .. subject.setup
  local fifo = os.tmpname()
  os.remove(fifo)
  assert(os.execute("mkfifo -m 600 " .. fifo))
  local self = setmetatable({label = subject.label}, child)
  local command = environment .. PINNED .. language.worker .. " >" .. fifo
  self.requests = assert(io.popen(command, "w"))
  self.replies = assert(io.open(fifo))
  os.remove(fifo)
  self:ask(("%d %d\n%s%s"):format(#setup, #subject.body, setup, subject.body))
  return self
end

function child:ask(request)
  self.requests:write(request)
  self.requests:flush()
  return self.replies:read() or error("cannot run " .. self.label, 0)
end

-- The nanoseconds for n runs of the body.
function child:run(n)
  return tonumber(self:ask(("run %d\n"):format(n)))
end

-- The memory of one run in bytes: allocated, and resident at its peak.
function child:memory()
  local allocated, peak = self:ask("memory\n"):match("(%d+) (%d+)")
  return {allocated = tonumber(allocated), peak = peak * 1024}
end

function child:close()
  self.requests:close()
  self.replies:close()
end

return child
