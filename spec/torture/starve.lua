--[[
starve.lua - one operation that runs out of memory, in a state of its own

Calls operation k of that name while the n-th allocation and times - 1 after it
fail. Either it raises that (of the Lua stack: "stack overflow"), and has
changed all memory that it changes or none, or an allocation that failed once
was made good; then it succeeds. Nothing stays pinned, and afterwards the
operation works. The collector runs before the operation: Lua ignores some
failures during a collection, such as to shrink a stack or to call a finalizer.
]]

local source, name, k, n, times = ...
local operations = load(source)()
local world, twin = operations.world(), operations.world()
local operation = operations.rows[name][k]

local before = operations.memory(world)
collectgarbage()
local refused, ok, err = _G.starve(n, times, operation, world)
local after = operations.memory(world)
assert(not operations.pinned(world), "pinned")
if refused == 0 then assert(ok, err)
elseif times == math.maxinteger then assert(not ok, "unchecked allocation") end
if not ok then
  assert(err == "not enough memory" or err:find("stack overflow", 1, true), err)
  operation(twin)
  local whole = operations.memory(twin)
  assert(after == before or after == whole, "memory changed in part")
  if after == before then operation(world) end
end
return refused
