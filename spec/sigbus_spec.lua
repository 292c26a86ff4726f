-- Other handlers of SIGBUS than the one for mapped files. Each program maps its
-- own file, sets handlers and gets the signal.

local files = require "files"
local shell = require "shell"

local path

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

-- Runs the program; returns its output and its status.
local function run(program)
  files.write(path, program)
  return shell(("%s '%s'"):format(os.getenv "LUA" or "lua5.4", path))
end

local _, killed = shell "sh -c 'kill -BUS $$'"

describe("Another handler of the signal", function()
  for _, row in ipairs {
    {"gets a signal that is sent: by default it ends the process", [[
      local mview = require "mview"
      local m = mview.map(arg[0])
      io.write "mapped\n" io.flush()
      os.execute "kill -BUS $PPID"
      print "alive"
    ]], "mapped\n", killed},
    {"gets each of them, even if it jumps out of them", [[
      local mview, unix = require "mview", require "unix"
      unix.recover_bus()
      local m = mview.map(arg[0])
      print(unix.bus_error(), unix.bus_error(), unix.bus_error())
    ]], "true\ttrue\ttrue\n", 0},
    {"gets them if a later handler passes them on", [[
      local mview, unix = require "mview", require "unix"
      unix.recover_bus()
      local first = mview.map(arg[0])
      unix.pass_bus()
      local second = mview.map(arg[0])
      print(unix.bus_error(), unix.bus_error())
    ]], "true\ttrue\n", 0},
    {"ignores them if it did before", [[
      require "unix".ignore_bus()
      local m = require "mview".map(arg[0])
      os.execute "kill -BUS $PPID"
      print "alive"
    ]], "alive\n", 0},
    {"is there again when the library was unloaded", [[
      require "lua_states".sequence(2, ("require 'mview'.map(%q)")
        :format(arg[0]))
      io.write "unloaded\n" io.flush()
      os.execute "kill -BUS $PPID"
      print "alive"
    ]], "unloaded\n", killed},
  } do
    local title, program, expected, status = table.unpack(row)
    it(title, function()
      local output, got = run(program)
      assert.equal(expected, output:sub(1, #expected))
      assert.is_nil(output:find("alive", #expected + 1, true))
      assert.equal(status, got)
    end)
  end
end)
