-- A rival at work: one process that holds one piece of work, driven over
-- pipes, so that the runs of several can take turns. worker.lua and worker.py
-- are the other end.

local languages = require "languages"

-- All on one processor, where that can be had: they take turns there, and two
-- of a virtual machine may differ much in speed.
local PINNED = "taskset -c 0 "
if not os.execute(PINNED .. "true 2>/dev/null") then PINNED = "" end

local child = {}
child.__index = child

-- A process that is ready to run this work.
function child.start(subject)
  local language = languages[subject.language]
  local setup = language.prelude .. subject.setup
  local fifo = os.tmpname()
  os.remove(fifo)
  assert(os.execute("mkfifo -m 600 " .. fifo))
  local self = setmetatable({label = subject.label}, child)
  local command = PINNED .. language.worker .. " >" .. fifo
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

-- The nanoseconds that the body took, n times over.
function child:run(n)
  return tonumber(self:ask(("run %d\n"):format(n)))
end

-- What one run takes, in bytes: allocated, and resident at its peak.
function child:memory()
  local allocated, peak = self:ask("memory\n"):match("(%d+) (%d+)")
  return {allocated = tonumber(allocated), peak = peak * 1024}
end

function child:close()
  self.requests:close()
  self.replies:close()
end

return child
