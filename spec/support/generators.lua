--[[
generators.lua - random formats, values, shapes and slices

The parts of random programs. Most of them are valid arguments for a view; a few
of them must be refused.
]]

local codec = require "model.codec"

local generators = {}

local formats = {
  "B", "b", "c", "?", "h", ">h", "<H", "i", ">I", "<q", ">Q", "=Q", "e", ">e",
  "f", ">f", "d", ">d", "3s", "4p", "Zf", ">Zd", "xB", "<xh", "2h", "<hB",
  "bxH", "(2,2)B", "T{<H:id:>e:x:}", "T{B:a:T{<h:x:c:y:}:b:}", "T{3H:v:?:w:}",
  "T{>h2b:n:c}",
}

local random = math.random

local function pick(list) return list[random(#list)] end
local function often(percent) return random(100) <= percent end

-- ---- random values --------------------------------------------------------

local misfits = {true, false, "", "x", "12", 0, -1, 1.5, 255, 256, -32769,
  1 << 40, math.maxinteger, math.mininteger, 2.0, -0.0, 1e300, 65520.0,
  math.huge, {}}

local values = {
  int = function(type)
    local bits = 8 * type.size
    local low = type.signed and -1 << bits - 1 or 0
    if bits == 64 then return random(0) end
    return random(low, low + (1 << bits) - 1) + (often(20) and 0.0 or 0)
  end,
  float = function()
    if often(50) then return (random() - 0.5) * 2.0 ^ random(-30, 16) end
    return pick {0.0, -0.0, 1.5, -2.25, 3, 1 / 3, 65504.0, 65519.0}
  end,
  bool = function() return often(50) end,
  char = function() return string.char(random(0, 255)) end,
  bytes = function(type) return ("a\0b"):sub(1, random(0, type.size)) end,
  pascal = function(type) return ("x\0y"):sub(1, random(0, type.size - 1)) end,
}

local function value_for(type)
  if values[type.kind] then return values[type.kind](type) end
  local out = {}
  if type.kind == "complex" then
    return {value_for(type.part), value_for(type.part)}
  elseif type.kind == "record" then
    for _, field in ipairs(type.fields) do
      out[field.key] = value_for(field.of)
    end
    return out
  end
  local function level(d)
    if d > #type.dims then return value_for(type.of) end
    local list = {}
    for i = 1, type.dims[d] do list[i] = level(d + 1) end
    return list
  end
  return level(1)
end

local function some_value(view)
  return often(80) and value_for(view.type.of) or pick(misfits)
end

local steps = {nil, nil, 1, 1, 2, 3, -1, -2, math.maxinteger, math.mininteger}

local function some_position(n)
  if often(25) then return nil end
  return often(3) and pick {math.mininteger, math.maxinteger}
    or random(-n - 2, n + 2)
end

local function some_range(n)
  return {some_position(n), some_position(n), steps[random(10)]}
end

local function some_index(n)
  if n == 0 or often(5) then
    return pick {0, n + 1, -n - 1, math.mininteger}
  end
  return random(n) * pick {1, 1, -1}
end

local function some_selectors(view)
  local list = {}
  for d = 1, random(0, #view.shape) do
    list[d] = often(25) and some_index(view.shape[d])
      or some_range(view.shape[d])
  end
  return list
end

-- A shape of n items, most of the time.
local function some_shape(n)
  local shape, rest = {}, often(5) and n + 1 or n
  for _ = 1, random(0, 3) do
    local divisors = {}
    for k = 1, rest do if rest % k == 0 then divisors[#divisors + 1] = k end end
    local k = #divisors > 0 and pick(divisors) or random(0, 2)
    shape[#shape + 1] = k
    if k > 0 then rest = rest // k end
  end
  if rest ~= 1 or often(20) then
    table.insert(shape, random(#shape + 1), rest)
  end
  return shape
end

local function full_index(view)
  local index = {}
  for d, n in ipairs(view.shape) do index[d] = some_index(n) end
  return index
end

-- Two lists of ranges that select the same number of items from each dimension
-- of a and b.
local function matching(a, b)
  local left, right = {}, {}
  for d = 1, #a.shape do
    local n, m = a.shape[d], b.shape[d]
    local count = random(0, math.min(n, m))
    local i, j = random(n - count + 1), random(m - count + 1)
    left[d] = {i, i + count - 1}
    right[d] = {j, j + count - 1}
    if often(30) and count > 0 then right[d] = {j + count - 1, j, -1} end
    if count == 0 then left[d], right[d] = {1, 0}, {1, 0} end
  end
  return left, right
end

-- ---- geometry -------------------------------------------------------------

local function some_bytes(n)
  local bytes = {}
  for i = 1, n do bytes[i] = string.char(random(0, 255)) end
  return table.concat(bytes)
end

-- Options for lend_host.lend: strides of either sign, in any order, with gaps.
local function some_geometry()
  local format = pick(formats)
  local size = codec.parse(format).size
  local shape, strides, order = {}, {}, {}
  for d = 1, random(0, 3) do
    shape[d] = random(0, 4)
    table.insert(order, random(d), d)
  end
  local span, offset = size + random(0, 2), 0
  for _, d in ipairs(order) do
    strides[d] = span * pick {1, -1}
    if strides[d] < 0 and shape[d] > 0 then
      offset = offset + span * (shape[d] - 1)
    end
    span = span * math.max(shape[d], 1) + random(0, 3)
  end
  return {data = some_bytes(span), format = format, shape = shape,
    strides = strides, offset = offset, readonly = often(10)}
end

-- Options for lend_host.pil.
local function some_picture()
  local format = pick(formats)
  local rows, columns = random(4), random(0, 5)
  local blocks = {}
  for i = 1, rows do
    blocks[i] = some_bytes(columns * codec.parse(format).size)
  end
  return {blocks = blocks, format = format, shape = {rows, columns},
    readonly = often(10)}
end

generators.formats, generators.often, generators.pick = formats, often, pick
generators.value = some_value
generators.position, generators.range = some_position, some_range
generators.index = some_index
generators.selectors, generators.shape = some_selectors, some_shape
generators.full_index = full_index
generators.matching, generators.bytes = matching, some_bytes
generators.geometry, generators.picture = some_geometry, some_picture

return generators
