--[[
runner.lua - the part of busted that the specs use, in Lua alone

For machines that busted's own C modules are not built for. Runs the files that
are its arguments; luassert must be on the path.
]]

local assert = require "luassert"

local passed, failed = 0, 0
local blocks, closing, ending = {}, {}, nil

local function add_to(name)
  return function(f) table.insert(blocks[#blocks][name], f) end
end

local function run_all(name)
  for _, block in ipairs(blocks) do
    for _, f in ipairs(block[name]) do f() end
  end
end

local function message(err)
  if type(err) == "table" then return tostring(err.message or err) end
  return debug.traceback(tostring(err))
end

local function block(name, f)
  blocks[#blocks + 1] = {name = name, before = {}, after = {}}
  local ok, err = xpcall(f, message)
  if not ok then
    failed = failed + 1
    print("error in " .. name .. "\n" .. err)
  end
  blocks[#blocks] = nil
end

local function run_case(name, f)
  ending = nil
  local ok, err = xpcall(function()
    run_all "before"
    f()
  end, message)
  if ending then pcall(ending) end
  run_all "after"
  if ok then passed = passed + 1 return end
  failed = failed + 1
  for k = #blocks, 1, -1 do name = blocks[k].name .. " " .. name end
  print(("failed: %s\n%s"):format(name, err))
end

_G.assert, _G.describe, _G.it = assert, block, run_case
_G.before_each, _G.after_each = add_to "before", add_to "after"
_G.pending = function(name) print("not run: " .. name) end
_G.setup, _G.lazy_setup = function(f) f() end, function(f) f() end
_G.finally = function(f) ending = f end
_G.teardown = function(f) closing[#closing + 1] = f end
_G.lazy_teardown = _G.teardown

for _, path in ipairs(arg) do
  block(path, assert(loadfile(path)))
  for _, f in ipairs(closing) do f() end
  closing = {}
end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0, true)
