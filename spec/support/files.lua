-- Files, and what the process uses of the system.
local unix = require "unix"

local files = {}

-- n bytes with a period of 251, so that swapped blocks or pages differ.
function files.bytes(n)
  local period = {}
  for i = 1, 251 do period[i] = string.char(i) end
  return table.concat(period):rep(n // 251 + 1):sub(1, n)
end

function files.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

function files.write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  file:write(content)
end

-- How many KiB of memory the process uses.
function files.resident()
  return tonumber(files.read("/proc/self/status"):match("VmRSS:%s*(%d+)"))
end

-- The lowest descriptor that is free.
function files.free_descriptor()
  local fd = unix.open("/dev/null", "r")
  unix.close(fd)
  return fd
end

return files
