--[[
record.lua - any bytes as a format and the items that it describes

What is read as a list is written back and reads the same; each field reads as
it does in its records.
]]

local identical = require "identical"
local mview = require "mview"

-- Some sub-arrays have no bytes but many items.
local function is_modest(format)
  return not format:find "%d%d%d%d" and not format:find "%f[%d]0+%f[%D]"
end

-- Of records without names: fields are counted with named ones. A format of
-- one value alone, a record say, reads as that.
local function check_fields(v, list)
  for i = 1, 8 do
    local ok, field = pcall(v.field, v, i)
    if not ok then return end
    local items = field:tolist()
    for k, record in ipairs(list) do
      if type(record) == "table" and record[i] ~= nil then
        assert(identical(record[i], items[k])
          or i == 1 and identical(list, items), "field")
      end
    end
  end
end

return function(input)
  local format, data = input:match("^([^\n]*)\n?(.*)$")
  local ok, size = pcall(mview.calcsize, format)
  if not ok or size == 0 or size > 4096 or not is_modest(format) then return end
  data = data .. ("\0"):rep(-#data % size)
  local v = mview(mview.bytearray(data), format)
  local list = v:tolist()
  local twin = mview(mview.bytearray(#data), format)
  twin:copyfrom(list)
  assert(identical(list, twin:tolist()), "list")
  if #list > 0 then
    twin[1] = list[1]
    assert(identical(list[1], twin[1]), "item")
    assert(v:index(list[1]) == 1 or not v:equals(v), "index") -- or a NaN
    if not format:find ":" then check_fields(v, list) end
  end
end
