-- Programs with Lua 5.4 inside: each runs a script that loads mview with
-- require. (lighttpd has a spec of its own.)

local files = require "files"
local shell = require "shell"
local snippets = require "snippets"

-- The script of each program: makes, slices, casts, changes and releases
-- memory, and writes the results to a file.
local SCRIPT = [[
package.cpath = %q
local mview = require "mview"
local b = mview.bytearray "hello, host"
local v = b:view():sub(1, 5)
v[1] = 72
local words = b:view():sub(1, 8):cast("<I4")
local ok, why = pcall(function() b:release() return v[1] end)
local file = assert(io.open(%q, "w"))
file:write(mview("abc"):sub(-1, 1, -1):tobytes(), "\n", tostring(words.valid),
  "\n", tostring(ok), " ", (why:gsub("^.*: ", "")), "\n")
file:close()
]]

local RESULT = "cba\nfalse\nfalse attempt to use a view of revoked memory\n"

local NEOMUTT = "set folder = '%s'\nset spoolfile = /dev/null\n"
  .. "lua-source %s/script.lua\n"

local DNSMASQ = [[
function init() dofile "%s/script.lua" end
function lease() end
function shutdown() end
]]

local GRINGO = [[
#script (lua)
dofile "%s/script.lua"
local mview, clingo = require "mview", require "clingo"
function bytes()
  local terms = {}
  for i, x in ipairs(mview "\1\2\250") do
    terms[i] = clingo.Function("", {clingo.Number(i), clingo.Number(x)})
  end
  return terms
end
#end.
byte(@bytes()).
]]

-- A host: its program, the files that it needs, the command, a pattern of its
-- output, and the file that the script writes (by default `result`). %s stands
-- for the folder of the files.
local hosts = {
  {"mle", {}, "mle -N -H 1 -x %s/script.lua", ""},
  {"neomutt", {rc = NEOMUTT}, "neomutt -n -F %s/rc -Q folder", "set folder"},
  {"gringo", {["facts.lp"] = GRINGO}, "gringo --text %s/facts.lp",
    "byte%(%(1,1%)%)%.\nbyte%(%(2,2%)%)%.\nbyte%(%(3,250%)%)%."},
  -- Without DNS and without addresses, dnsmasq only runs its script. It is
  -- ended when the script has closed the pipe.
  {"dnsmasq", {["leases.lua"] = DNSMASQ, conf = ""},
    "sh -c 'mkfifo %s/pipe; dnsmasq --no-daemon --port=0 "
    .. "--dhcp-range=127.0.0.1,static --dhcp-leasefile=%s/leases "
    .. "--dhcp-luascript=%s/leases.lua --conf-file=%s/conf --user=$(id -un) "
    .. "--pid-file=%s/pid --interface=lo --bind-interfaces & "
    .. "cat %s/pipe >%s/result; kill $!; wait'", "", "pipe"},
}

describe("A script of", function()
  local folder

  before_each(function() folder = shell "mktemp -d":gsub("\n", "") end)
  after_each(function() shell("rm -rf " .. folder) end)

  for _, row in ipairs(hosts) do
    local program, needed, command, printed, written = table.unpack(row)
    it(program .. " uses mview", function()
      local path, missing = shell("PATH=$PATH:/usr/sbin command -v " .. program)
      if missing ~= 0 then pending(program .. " is not installed") end
      if not shell("ldd " .. path:match "%S+"):find("liblua5.4", 1, true)
        or _VERSION ~= "Lua 5.4" then
        pending(program .. " has another Lua")
      end
      local watched = (os.getenv "LD_PRELOAD" or ""):find "asan"
      if watched and program == "dnsmasq" then
        pending "the sanitizer waits for a process that dnsmasq forks"
      end
      if program == "dnsmasq" and shell "id -u" ~= "0\n" then
        pending "only root may open the port of dnsmasq"
      end
      files.write(folder .. "/script.lua", SCRIPT:format(
        snippets.absolute(package.cpath), folder .. "/"
        .. (written or "result")))
      for name, text in pairs(needed) do
        files.write(folder .. "/" .. name, (text:gsub("%%s", folder)))
      end
      local output = shell(("PATH=$PATH:/usr/sbin ASAN_OPTIONS=detect_leaks=0 "
        .. "HOME=%s TERM=dumb timeout 60 %s </dev/null"):format(folder,
        (command:gsub("%%s", folder))))
      local result = io.open(folder .. "/result")
      assert.is_truthy(result, output)
      assert.equal(RESULT, result:read "a")
      result:close()
      assert.matches(printed, output)
    end)
  end
end)
