--[[
collect.lua - operations under a hostile collector

Every operation of one name runs while each allocation of an object makes the
collector work, and does to the memory what it does in peace.
]]

local source, first, last, mode, kind = ...
local collector = require "collector"
local operations = load(source)()
collectgarbage(mode)

for k = first, last do
  local name = operations.names()[k]
  for row, operation in ipairs(operations.rows[name]) do
    local w, twin = operations.world(), operations.world()
    operation(twin)
    collector.start(kind)
    local ok, err = pcall(operation, w)
    collector.stop()
    local case = (" (%s, row %d)"):format(name, row)
    assert(ok, tostring(err) .. case)
    assert(operations.memory(w) == operations.memory(twin),
      "other memory" .. case)
    assert(not operations.pinned(w), "pinned" .. case)
  end
end
return ""
