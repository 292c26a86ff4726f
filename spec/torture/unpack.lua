--[[
unpack.lua - any bytes as a format of string.pack and what it reads

A view of bytes, one behind the other or not, unpacks what string.unpack does
and refuses what it refuses; what was unpacked is packed alike.
]]

local identical = require "identical"
local mview = require "mview"

-- The results without the differing parts: messages and self.
local function outcome(...)
  local results = table.pack(pcall(...))
  return results[1] and results or {false, n = 1}
end

-- Of bytes that lie apart, backwards.
local function scattered(data)
  local apart = mview.bytearray(data:reverse():gsub(".", "%0#"))
  return apart:view():sub(-2, 1, -2)
end

return function(input)
  local format, data = input:match("^([^\n]*)\n?(.*)$")
  local expected = outcome(string.unpack, format, data)
  for _, v in ipairs {mview(data), scattered(data)} do
    assert(identical(expected, outcome(v.unpack, v, format)), "unpack")
  end
  if not expected[1] then return end
  local values = table.pack(table.unpack(expected, 2, expected.n - 1))
  local packed = outcome(string.pack, format, table.unpack(values, 1, values.n))
  if not packed[1] or #packed[2] > 1 << 16 then return end
  local memory = mview.bytearray(#packed[2])
  local next_position = memory:view():pack(format, 1,
    table.unpack(values, 1, values.n))
  assert(tostring(memory) == packed[2], "pack")
  assert(next_position == #packed[2] + 1, "position behind")
end
