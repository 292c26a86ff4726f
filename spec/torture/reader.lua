--[[
reader.lua - any bytes as steps of a reader, and what it reads

Each pair of bytes in front is a method and its argument. A step reads what
string.unpack does there; one that raises does not move. The source is a string,
a view with gaps or a bytearray, which grows and is cut meanwhile.
]]

local mview = require "mview"
local reader = require "mview.reader"

local steps = {
  {"u8", "B"}, {"u16", "I2"}, {"u24", "I3"}, {"u32", "I4"}, {"u64", "I8"},
  {"i8", "b"}, {"i16", "i2"}, {"i24", "i3"}, {"i32", "i4"}, {"i64", "i8"},
  {"f32", "f"}, {"f64", "d"}, {"cstring", "z"}, {"f16"}, {"varint"}, {"zigzag"},
  {"sleb128"}, {"bytes", argument = true}, {"string", argument = true},
  {"skip", argument = true}, {"peek", argument = true},
  {"seek", argument = true}, {"left"}, {"bits", argument = true},
  {"align", argument = true}, {"line"}, {"upto", text = true}, {"discard"},
  {"unpack", format = true}, {"append", change = true}, {"cut", change = true},
}

-- Parts of formats, by a byte.
local formats = {"b", "I3", "!4 i4", "s1", "z", "c3", "d", "Xi8", ">I2", "x"}

local function argument_of(step, byte, data)
  if step.argument then return byte >= 200 and 100 - byte or byte end
  if step.text then
    return data:sub(byte % 7 + 1, byte % 7 + 1 + byte // 100)
  end
  if step.format then
    return formats[byte % 10 + 1] .. formats[byte // 10 % 10 + 1]
  end
end

local sources = {
  function(data) return data end,
  function(data) return mview((data:gsub(".", "%0+"))):sub(1, -1, 2) end,
  function(data) return mview.bytearray(data) end,
}

local changes = {
  append = function(bytes, data, n)
    bytes:append(("a"):rep(n))
    return data .. ("a"):rep(n)
  end,
  cut = function(bytes, data, n)
    n = math.min(n, #data)
    bytes:remove(1, n)
    return data:sub(n + 1)
  end,
}

-- What the step that gave x read; data: all bytes.
local function check_value(step, r, data, order, x, before)
  local name = step[1]
  if step[2] then
    local expected, after = string.unpack(order .. step[2], data, before)
    assert(x == expected or x ~= x, name .. " reads another value")
    assert(r.pos == after, name .. " moved elsewhere")
  elseif name == "string" then
    assert(x == data:sub(before, r.pos - 1), "string")
  elseif name == "bytes" then
    assert(x:tobytes() == data:sub(before, r.pos - 1), "bytes")
  elseif name == "line" then
    assert((x or "") == data:sub(before):match "^[^\n]*", "line")
  end
end

local function check_step(r, data, order, step, argument)
  local name, before, left = step[1], r.pos, r:left()
  local ok, x = pcall(r[name], r, argument)
  if not ok then
    assert(r.pos == before, name .. " moved and raised")
    local n = x:match "need (%d+) bytes"
    assert(not n or tonumber(n) > left, name .. " needs what is there")
    return data
  end
  if name == "discard" then
    assert(r.pos == 1, "discard")
    return data:sub(before)
  end
  assert(before > #data + 1 or r.pos <= #data + 1, name .. " moved out")
  assert(r.pos >= 1, name .. " moved in front")
  check_value(step, r, data, order, x, before)
  return data
end

return function(input)
  local count = #input // 3
  local data = input:sub(2 * count + 1)
  local order = count % 2 == 0 and "<" or ">"
  local kind = count % 3
  local source = sources[kind + 1](data)
  local r = reader(source, order)
  for k = 1, 2 * count, 2 do
    local step = steps[input:byte(k) % #steps + 1]
    local byte = input:byte(k + 1) or 0
    if not step.change then
      data = check_step(r, data, order, step, argument_of(step, byte, data))
    elseif kind == 2 then
      data = changes[step[1]](source, data, byte)
      assert(source:equals(data), "the bytearray is another")
    end
  end
end
