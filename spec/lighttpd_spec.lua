-- lighttpd's mod_magnet as a host: a script answers ranges of a mapped file.

local files = require "files"
local shell = require "shell"

local script = [[
package.cpath = %q
local mview = require "mview"
local map <close> = assert(mview.map(%q))
local first, last = lighty.r.req_header.Range:match "^bytes=(%%d+)%%-(%%d*)$"
local size = #map
first, last = tonumber(first), math.min(tonumber(last) or size, size - 1)
if first > last then return 416 end
lighty.r.resp_header["Content-Range"] = ("bytes %%d-%%d/%%d"):format(first,
  last, size)
lighty.r.resp_body:set {map:view():sub(first + 1, last + 1):tobytes()}
return 206
]]

local configuration = [[
server.modules = ("mod_magnet")
server.document-root = "%s"
server.bind = "127.0.0.1"
server.port = %d
server.pid-file = "%s/pid"
server.errorlog = "%s/log"
magnet.attract-raw-url-to = ("%s/script.lua")
]]

-- Absolute, as the server has another working folder.
local function cpath()
  local here = shell "pwd":gsub("\n", "/")
  return (";" .. package.cpath):gsub(";%f[^;/]", ";" .. here):sub(2)
end

-- Starts the server on a free port of the loopback, and returns the port. The
-- server listens when its parent process ends.
local function start(folder)
  for _ = 1, 50 do
    local port = math.random(20000, 60000)
    files.write(folder .. "/conf",
      configuration:format(folder, port, folder, folder, folder))
    local output, status = shell(("PATH=$PATH:/usr/sbin; "
      .. "ASAN_OPTIONS=detect_leaks=0 lighttpd -f %s/conf"):format(folder))
    if status == 0 then return port end
    assert.matches("already in use", output .. files.read(folder .. "/log"))
  end
  error "no port is free"
end

local function stop(folder)
  shell(("pid=$(cat %s/pid) && kill $pid && timeout 20 tail --pid=$pid -f "
    .. "/dev/null"):format(folder))
end

-- The head and the body of the answer to a request for a range.
local function get(port, range)
  local answer = shell(([[env -u LD_PRELOAD bash -c '
    exec 3<>/dev/tcp/127.0.0.1/%d
    printf "GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%s\r\n" >&3
    printf "Connection: close\r\n\r\n" >&3
    cat <&3']]):format(port, range))
  return answer:match "^(.-)\r\n\r\n(.*)$"
end

describe("A script of lighttpd", function()
  local missing
  for _, need in ipairs {"PATH=$PATH:/usr/sbin command -v lighttpd",
    "ls /usr/lib/lighttpd/mod_magnet.so"} do
    local _, status = shell(need)
    if status ~= 0 then missing = need:match "[%w_.]+$" end
  end
  if missing then
    pending("answers ranges: " .. missing .. " is not installed")
    return
  end
  if _VERSION ~= "Lua 5.4" then
    pending("answers ranges: mod_magnet is of Lua 5.4")
    return
  end

  local folder, port
  local content = files.bytes(3 << 20)
  local size = #content

  lazy_setup(function()
    folder = shell "mktemp -d":gsub("\n", "")
    files.write(folder .. "/data", content)
    files.write(folder .. "/script.lua",
      script:format(cpath(), folder .. "/data"))
    port = start(folder)
  end)

  lazy_teardown(function()
    stop(folder)
    shell("rm -rf " .. folder)
  end)

  for _, row in ipairs {
    {"the first byte", "0-0", 0, 0},
    {"the first bytes", "0-99", 0, 99},
    {"bytes in the middle", "1000000-1000999", 1000000, 1000999},
    {"the last byte", size - 1 .. "-", size - 1, size - 1},
    {"all bytes", "0-", 0, size - 1},
    {"what there is of a range", "3145000-9999999", 3145000, size - 1},
  } do
    it("answers " .. row[1], function()
      local head, body = get(port, row[2])
      assert.matches("^HTTP/1.1 206 ", head)
      assert.matches(("Content%%-Range: bytes %d%%-%d/%d"):format(row[3],
        row[4], size), head)
      assert.is_true(content:sub(row[3] + 1, row[4] + 1) == body)
    end)
  end

  it("reports a range behind the end", function()
    assert.matches("^HTTP/1.1 416 ", (get(port, size .. "-")))
  end)

  it("keeps neither file nor memory from one request to the next", function()
    local maps = ("grep -c %s/data /proc/$(cat %s/pid)/maps"):format(folder,
      folder)
    for first = 0, 19000, 1000 do
      local _, body = get(port, ("%d-%d"):format(first, first + 9))
      assert.equal(content:sub(first + 1, first + 10), body)
    end
    assert.equal("0\n", (shell(maps)))
  end)
end)
