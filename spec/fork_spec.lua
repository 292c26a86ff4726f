local busy = require "busy"
local files = require "files"
local mview = require "mview"
local shell = require "shell"
local unix = require "unix"

local failed = files.failed

local NOBODY = 65534

-- Runs f in a child and waits; f fails by raising.
local function in_child(f)
  assert.equal(0, unix.wait(unix.fork(f)))
end

describe("A map and a forked child", function()
  it("share anonymous memory", function()
    local map <close> = assert(mview.map(nil, "r+", 0, 100))
    local numbers = map:view():cast("<i4")
    numbers[1] = 7
    in_child(function()
      assert(numbers[1] == 7)
      for i = 2, #numbers do numbers[i] = -i end
      map:close()
    end)
    assert.equal(7, numbers[1])
    for i = 2, 25 do assert.equal(-i, numbers[i]) end
  end)

  it("share a file by mode", function()
    local path <const> = os.tmpname()
    for mode, expected in pairs {["r+"] = 0, c = 98} do
      files.write(path, "bytes")
      local map <close> = assert(mview.map(path, mode))
      local view = map:view()
      in_child(function() view[1] = 0 end)
      assert.equal(expected, view[1])
    end
    os.remove(path)
  end)

  for _, row in ipairs {{"r", 0}, {"r+", 444}, {"c", 0}} do
    it("report that access is denied with mode " .. row[1], function()
      local path = os.tmpname()
      os.execute(("chmod %d %s"):format(row[2], path))
      in_child(function()
        unix.setuid(NOBODY)
        assert.same(failed(unix.EACCES, path), {mview.map(path, row[1])})
      end)
      os.remove(path)
    end)
  end
end)

describe("A shared block that is made after a fork", function()
  it("has an id that names no block of the other process", function()
    local from, to = unix.pipe()
    local pid = unix.fork(function()
      local block = mview.shared(1)
      local id = math.tointeger(unix.read(from, 100))
      assert(id ~= block:id() and not mview.attach(id))
    end)
    local block = mview.shared(1)
    unix.write(to, tostring(block:id()))
    assert.equal(0, unix.wait(pid))
    unix.close(from, to)
  end)
end)

-- The other thread takes the lock of the process again and again.
local BUSY = [[
  package.cpath = %q
  local mview = require "mview"
  return function()
    mview.map(%q):close()
    mview.shared(1):release()
  end
]]

describe("A child forked while another thread has the lock", function()
  it("maps files and makes shared blocks", function()
    local path = os.tmpname()
    files.write(path, "bytes")
    local thread <close> = busy.start(BUSY:format(package.cpath, path))
    for _ = 1, 300 do
      in_child(function()
        unix.alarm(20)
        mview.map(path):close()
        mview.shared(1):release()
      end)
    end
    assert.is_nil(thread:stop())
    os.remove(path)
  end)
end)

it("A process can fork when the library was unloaded", function()
  local path = os.tmpname()
  files.write(path, [[
    require "lua_states".sequence(2, "require 'mview'.shared(1)")
    local unix = require "unix"
    print(unix.wait(unix.fork(function() end)))
  ]])
  assert.equal("0\n", (shell(("%s %s"):format(os.getenv "LUA" or "lua5.4",
    path))))
  os.remove(path)
end)
