-- Files, and the resources that the process uses.
local mview = require "mview"
local shell = require "shell"
local unix = require "unix"

local files = {}

-- n bytes with a period of 251, so that swapped blocks or pages differ.
function files.bytes(n)
  local period = {}
  for i = 1, 251 do period[i] = string.char(i) end
  return table.concat(period):rep(n // 251 + 1):sub(1, n)
end

-- A view of n bytes of 0 to read into.
function files.zeros(n) return mview.bytearray(n):view() end

function files.open(path, mode) return assert(io.open(path, mode)) end

function files.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

function files.write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  file:write(content)
end

-- The path of a new temporary file with that content.
function files.temporary(content)
  local path = os.tmpname()
  files.write(path, content)
  return path
end

-- The results of a call that the system refused, with or without the path.
function files.failed(errno, path)
  local message = unix.message(errno)
  return {nil, path and path .. ": " .. message or message, errno}
end

-- Whether the file exists and can be read or written.
function files.exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

-- The number of mappings of a file in the process, if the system reports it.
function files.mappings(path)
  local list = files.read("/proc/self/maps")
  return select(2, list:gsub(path:gsub("%p", "%%%0"), ""))
end

-- The KiB that the process maps with advice to use huge pages, if the system
-- reports it.
function files.advised()
  local smaps = "/proc/self/smaps"
  local list = files.exists(smaps) and files.read(smaps) or ""
  if not list:find("\nVmFlags:") then return nil end
  local advised = 0
  for size, flags in list:gmatch("\nSize: *(%d+) kB.-\nVmFlags:([^\n]*)") do
    if flags:find(" hg") then advised = advised + tonumber(size) end
  end
  return advised
end

-- The resident memory of the process in KiB.
function files.resident()
  if files.exists "/proc/self/status" then
    return tonumber(files.read("/proc/self/status"):match("VmRSS:%s*(%d+)"))
  end
  return tonumber((shell "ps -o rss= -p $PPID"))
end

-- The lowest free descriptor. settle: collects garbage first, so a later
-- collection cannot change it.
function files.free_descriptor(settle)
  if settle then
    collectgarbage()
    collectgarbage()
  end
  local fd = unix.open("/dev/null", "r")
  unix.close(fd)
  return fd
end

return files
