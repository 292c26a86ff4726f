--[[
reader.lua - any bytes as steps of a reader, and what it reads

Each pair of bytes in front is a method and its argument. A step reads what
string.unpack does there; one that raises does not move.
]]

local mview = require "mview"
local reader = require "mview.reader"

local steps = {
  {"u8", "B"}, {"u16", "I2"}, {"u24", "I3"}, {"u32", "I4"}, {"u64", "I8"},
  {"i8", "b"}, {"i16", "i2"}, {"i24", "i3"}, {"i32", "i4"}, {"i64", "i8"},
  {"f32", "f"}, {"f64", "d"}, {"cstring", "z"}, {"f16"}, {"varint"}, {"zigzag"},
  {"sleb128"}, {"bytes", argument = true}, {"string", argument = true},
  {"skip", argument = true}, {"peek", argument = true},
  {"seek", argument = true}, {"left"},
}

local function check_step(r, data, order, step, argument)
  local name, before = step[1], r.pos
  local ok, x = pcall(r[name], r, step.argument and argument or nil)
  if not ok then
    assert(r.pos == before, name .. " moved and raised")
    return
  end
  assert(r.pos >= 1 and r.pos <= #data + 1, name .. " moved out")
  if step[2] then
    local expected, after = string.unpack(order .. step[2], data, before)
    assert(x == expected or x ~= x, name .. " reads another value")
    assert(r.pos == after, name .. " moved elsewhere")
  elseif name == "string" then
    assert(x == data:sub(before, r.pos - 1), "string")
  elseif name == "bytes" then
    assert(x:tobytes() == data:sub(before, r.pos - 1), "bytes")
  end
end

return function(input)
  local count = #input // 3
  local data = input:sub(2 * count + 1)
  local order = count % 2 == 0 and "<" or ">"
  local r = reader(mview(data), order)
  for k = 1, 2 * count, 2 do
    local step = steps[input:byte(k) % #steps + 1]
    local argument = input:byte(k + 1) or 0
    if argument >= 200 then argument = 100 - argument end
    check_step(r, data, order, step, argument)
  end
end
