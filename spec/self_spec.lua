-- The values that methods take as self, while one state has opened the library
-- and after a second state has. They run in processes of their own, in which no
-- other spec has opened the library.

local shell = require "shell"

local SCRIPT = [[
local mview = require "mview"
local lua_states = require "lua_states"

local CODE = %q
assert(load(CODE))()
local kept = mview.bytearray "kept"
local view = kept:view()
lua_states.sequence(2, CODE)
assert(load(CODE))()
assert(view:len() == 4 and kept:append("!"):len() == 5 and view:equals "kept")
io.write("done")
]]

local CODE = [[
local capi = require "capi"
local mview = require "mview"
local bytes = mview.bytearray "abc"
local view = bytes:view()
local named = {__name = "mview.view", __metatable = false}
local others = {0, "abc", setmetatable({}, named), io.stdout, print,
  mview.writer(mview.bytearray())}
for _, name in ipairs {"len", "byte", "sub", "cast", "values", "tobytes",
  "unpack", "pack", "find", "equals", "release"} do
  for _, other in ipairs(others) do
    local ok, message = pcall(view[name], other)
    assert(not ok and message:find("mview.view expected", 1, true), message)
  end
end
for _, name in ipairs {"append", "resize", "clear"} do
  for _, other in ipairs(others) do
    local ok, message = pcall(bytes[name], other, "B")
    assert(not ok and message:find("bytearray expected", 1, true), message)
  end
  local ok, message = pcall(bytes[name], view, "B")
  assert(not ok and message:find("bytearray expected, got mview.view", 1, true),
    message)
end
for _, self in ipairs {view, bytes} do
  assert(view.len(self) == 3 and view.byte(self, 3) == 99)
  assert(view.tobytes(self) == "abc" and view.unpack(self, "<I2") == 25185)
  assert(view.values(self, 2, 2) == 98 and view.find(self, "c") == 3)
  assert(view.sub(self, 2):tobytes() == "bc" and #view.cast(self, "b") == 3)
  assert(self == mview "abc" and self ~= mview "abd" and self ~= io.stdout)
end
assert(view == bytes and bytes == view and mview.bytearray "abc" == bytes)
local released = mview.bytearray "abc"
released:release()
local function refuses(self, reason) -- before it looks at a wrong argument
  for _, name in ipairs {"append", "insert", "remove", "resize", "reserve",
    "appendfrom"} do
    for _, other in ipairs {"", "x", 256, 1.5, {"x"}, print} do
      local ok, message = pcall(self[name], self, other)
      assert(not ok and message == reason, message)
    end
  end
end
refuses(released, "attempt to use a released bytearray")
capi.nested(view, 1, function()
  refuses(bytes, "bytearray is pinned by 1 borrower")
end)
assert(tostring(bytes) == "abc")
assert(mview.isview(view) and not mview.isview(bytes))
assert(not mview.isview(io.stdout))
]]

-- The second of two states outlives the first, and gives a table the address of
-- the first one's metatable of views.
local AFTER_CLOSE = [[
local lua_states = require "lua_states"
local first = lua_states.open()
local address = first:run [=[
  return string.format("%p", debug.getmetatable(require "mview" ""))
]=]
local second = lua_states.open()
second:run "mview = require 'mview'"
first:close()
for shift = 0, 99 do
  second:run(([=[
    local kept = {}
    for k = 1, 1000 do
      local metatable = {}
      if string.format("%%p", metatable) == %q then
        debug.setmetatable(io.stdout, metatable)
        assert(not mview.isview(io.stdout))
        assert(not pcall(mview, io.stdout))
        assert(not pcall(mview("").len, io.stdout))
      end
      kept[k %% 97] = ("x"):rep((k + %d) * 7 %% 301)
      kept[k %% 89 + 100] = metatable
    end
  ]=]):format(address, shift))
end
io.write("done")
]]

local function run(script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  local output, status = shell((os.getenv "LUA" or "lua5.4") .. " "
    .. path)
  os.remove(path)
  assert.equal("done", output)
  assert.equal(0, status)
end

describe("Methods know their self", function()
  it("with one state and with several", function()
    run(SCRIPT:format(CODE))
  end)

  it("when the first state was closed", function()
    run(AFTER_CLOSE)
  end)
end)
