--[[
history.lua - a random history of views, told to mview and to the model

Each step is a line of Lua over a list of views v, run as it is printed, and the
same call of the model. Both must give the same value, or both refuse; after
each the memory must be the same. So a failing history is a program.

run(seed, steps) returns nil, or the program with what went wrong at its end.
]]

local codec = require "codec"
local model = require "model"
local mview = require "mview"
local python = require "python"

local history = {}

local formats = {
  "B", "b", "c", "?", "h", ">h", "<H", "i", ">I", "<q", ">Q", "=Q", "e", ">e",
  "f", ">f", "d", ">d", "3s", "4p", "Zf", ">Zd", "xB", "<xh", "2h", "<hB",
  "bxH", "(2,2)B", "T{<H:id:>e:x:}", "T{B:a:T{<h:x:c:y:}:b:}", "T{3H:v:?:w:}",
  "T{>h2b:n:c}",
}
local MAXVIEWS = 14

local random = math.random

local function pick(list) return list[random(#list)] end
local function chance(percent) return random(100) <= percent end

-- Lua source of a value, in printable characters.
local function literal(x)
  if type(x) == "string" then
    return (("%q"):format(x):gsub("[^ -~]", function(c)
      return c == "\n" and "n" or ("\\%03d"):format(c:byte())
    end))
  elseif type(x) ~= "table" then return ("%q"):format(x) end
  local parts, n = {}, #x
  for i = 1, n do parts[i] = literal(x[i]) end
  for k, value in pairs(x) do
    if type(k) == "string" then
      parts[#parts + 1] = ("%s = %s"):format(k, literal(value))
    end
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function arguments(list)
  local parts = {}
  for i = 1, list.n or #list do parts[i] = literal(list[i]) end
  return table.concat(parts, ", ")
end

-- Random values ----------------------------------------------------------

local odd = {true, false, "", "x", "12", 0, -1, 1.5, 255, 256, -32769, 1 << 40,
  math.maxinteger, math.mininteger, 2.0, -0.0, 1e300, 65520.0, math.huge, {}}

local values = {
  int = function(type)
    local bits = 8 * type.size
    local low = type.signed and -1 << bits - 1 or 0
    if bits == 64 then return random(0) end
    return random(low, low + (1 << bits) - 1) + (chance(20) and 0.0 or 0)
  end,
  float = function() return pick {0.0, -0.0, 1.5, -2.25, 3, 1 / 3, 65504.0} end,
  bool = function() return chance(50) end,
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
  return chance(80) and value_for(view.type.of) or pick(odd)
end

-- A value to look for: whole records are looked for by records alone.
local function some_key(view)
  local of = view.type.of
  local single = not (of.fields or of.dims) and of.size == view.itemsize
  return single and some_value(view) or value_for(of)
end

local steps = {nil, nil, 1, 1, 2, 3, -1, -2, math.maxinteger, math.mininteger}

local function some_position(n)
  if chance(25) then return nil end
  return chance(3) and pick {math.mininteger, math.maxinteger}
    or random(-n - 2, n + 2)
end

local function some_range(n)
  return {some_position(n), some_position(n), steps[random(10)]}
end

local function some_index(n)
  if n == 0 or chance(5) then
    return pick {0, n + 1, -n - 1, math.mininteger}
  end
  return random(n) * pick {1, 1, -1}
end

local function some_selectors(view)
  local list = {}
  for d = 1, random(0, #view.shape) do
    list[d] = chance(25) and some_index(view.shape[d])
      or some_range(view.shape[d])
  end
  return list
end

-- A shape of n items, most of the time.
local function some_shape(n)
  local shape, rest = {}, chance(5) and n + 1 or n
  for _ = 1, random(0, 3) do
    local divisors = {}
    for k = 1, rest do if rest % k == 0 then divisors[#divisors + 1] = k end end
    local k = #divisors > 0 and pick(divisors) or random(0, 2)
    shape[#shape + 1] = k
    if k > 0 then rest = rest // k end
  end
  if rest ~= 1 or chance(20) then
    table.insert(shape, random(#shape + 1), rest)
  end
  return shape
end

local function full_index(view)
  local index = {}
  for d, n in ipairs(view.shape) do index[d] = some_index(n) end
  return index
end

-- Two lists of ranges that select as many items of each dimension of a and b.
local function matching(a, b)
  local left, right = {}, {}
  for d = 1, #a.shape do
    local n, m = a.shape[d], b.shape[d]
    local count = random(0, math.min(n, m))
    local i, j = random(n - count + 1), random(m - count + 1)
    left[d] = {i, i + count - 1}
    right[d] = {j, j + count - 1}
    if chance(30) and count > 0 then right[d] = {j + count - 1, j, -1} end
    if count == 0 then left[d], right[d] = {1, 0}, {1, 0} end
  end
  return left, right
end

-- Whether a conversion meets a NaN, whose bits are the machine's affair.
local function has_nan(x)
  if type(x) ~= "table" then return x ~= x end
  for _, value in pairs(x) do if has_nan(value) then return true end end
  return false
end

-- Steps ------------------------------------------------------------------
-- Each takes the state and a view's number and returns the source of an
-- expression or statement and a function that does the same to the model. The
-- kind says what is compared: "view" (the new one), "value", "memory".

local function call(k, name, args)
  return ("v[%d]:%s(%s)"):format(k, name, arguments(args))
end

-- A step that is the same call of both.
local function plain(name, make)
  return function(state, k)
    local view = state.models[k]
    local args = make(view)
    if not args then return nil end
    return call(k, name, args), function()
      return view[name](view, table.unpack(args, 1, args.n or #args))
    end
  end
end

local making = {
  plain("cast", function(view)
    local format = pick(formats)
    if chance(50) then return {format} end
    return {format, some_shape(view.nbytes // codec.parse(format).size)}
  end),
  plain("sub", function(view)
    local args = some_range(view.shape[1] or 0)
    args.n = 3
    return args
  end),
  plain("slice", some_selectors),
  plain("transpose", function(view)
    if chance(20) then return {} end
    local permutation = {}
    for d = 1, #view.shape do table.insert(permutation, random(d), d) end
    return permutation
  end),
  plain("toreadonly", function() return chance(30) and {} or nil end),
  function(state, k)
    local view = state.models[k]
    if view.ndim < 2 then return nil end
    local i = some_index(view.shape[1])
    return ("v[%d][%s]"):format(k, i), function()
      local inside = i ~= 0 and math.abs(i + 0.0) <= view.shape[1]
      return inside and view:slice(i) or nil
    end
  end,
}

local asking = {
  plain("tolist", function() return {} end),
  plain("tobytes", function() return pick {{}, {"C"}, {"F"}, {"A"}} end),
  plain("get", full_index),
  plain("count", function(view) return {some_key(view)} end),
  plain("index", function(view)
    local n = view.shape[1] or 0
    return {some_key(view), some_position(n), some_position(n), n = 3}
  end),
  function(state, k)
    local m = random(#state.models)
    local a, b = state.models[k], state.models[m]
    return ("{v[%d] == v[%d], v[%d]:equals(v[%d])}"):format(k, m, m, k),
      function() return {a == b or a:equals(b), b:equals(a)} end
  end,
  function(state, k)
    local m = random(#state.models)
    local a, b = state.models[k], state.models[m]
    if a.ndim ~= b.ndim or a.ndim == 0 then return nil end
    local left, right = matching(a, b)
    return ("{v[%d]:slice(%s):mismatch(v[%d]:slice(%s))}"):format(
      k, arguments(left), m, arguments(right)), function()
      return {a:slice(table.unpack(left)):mismatch(
        b:slice(table.unpack(right)))}
    end
  end,
}

local writing = {
  plain("set", function(view)
    local args = full_index(view)
    args[#args + 1] = some_value(view)
    return args
  end),
  plain("fill", function(view)
    return chance(30) and {some_value(view)} or nil
  end),
  plain("byteswap", function() return {} end),
  function(state, k)
    local m = random(#state.models)
    local a, b = state.models[k], state.models[m]
    if a.ndim ~= b.ndim then return nil end
    if not a:same_items(b) and has_nan(b:tolist()) then return nil end
    local left, right = matching(a, b)
    if chance(5) then left = {} end
    return ("v[%d]:slice(%s):copyfrom(v[%d]:slice(%s))"):format(
      k, arguments(left), m, arguments(right)), function()
      a:slice(table.unpack(left)):copyfrom(b:slice(table.unpack(right)))
    end
  end,
  function(state, k)
    local m = random(#state.models)
    local a, b = state.models[k], state.models[m]
    if a.ndim < 2 or a.ndim ~= b.ndim + 1 then return nil end
    if not a:same_items(b) and has_nan(b:tolist()) then return nil end
    local i = some_index(a.shape[1])
    return ("v[%d][%s] = v[%d]"):format(k, i, m),
      function() a:slice(i):copyfrom(b) end
  end,
}

-- Running ----------------------------------------------------------------

local attributes = {"format", "itemsize", "ndim", "shape", "nbytes", "readonly",
  "c_contiguous", "f_contiguous", "contiguous"}

-- What differs between a view and its model; or nil.
local function difference(view, expected)
  if (view == nil) ~= (expected == nil) then return "nil and a view" end
  if view == nil then return nil end
  for _, name in ipairs(attributes) do
    if not python.same(expected[name], view[name]) then
      return ("%s: expected %s, got %s"):format(name, literal(expected[name]),
        literal(view[name]))
    end
  end
  if view.nbytes == 0 then return nil end
  if view.offset ~= expected.offset then
    return ("offset: expected %d, got %d"):format(expected.offset, view.offset)
  end
  for d, stride in ipairs(expected.strides) do
    if view.shape[d] > 1 and view.strides[d] ~= stride then
      return ("stride %d: expected %d, got %d"):format(d, stride,
        view.strides[d])
    end
  end
  return nil
end

local function start()
  local state = {lines = {}, models = {}, data = {}, v = {}}
  local function tell(line) state.lines[#state.lines + 1] = line end
  tell 'local mview = require "mview"'
  tell "local data, v = {}, {}"
  for k = 1, 3 do
    local bytes = {}
    for i = 1, random(0, 64) do bytes[i] = string.char(random(0, 255)) end
    local text = table.concat(bytes)
    local object = k == 3 and text or mview.bytearray(text)
    state.data[k], state.v[k] = object, mview(object)
    state.models[k] = model.view(text, k == 3)
    tell(("data[%d] = %s(%s)"):format(k, k == 3 and "" or "mview.bytearray",
      literal(text)))
    tell(("v[%d] = mview(data[%d])"):format(k, k))
  end
  return state, tell
end

-- Runs the line. Returns whether it went well, and its result or the error.
local function run_line(state, line)
  local chunk = assert(load("local v = ... " .. line, "=step", "t"))
  return pcall(chunk, state.v)
end

-- The model's answer in the same form. Its own mistakes are raised.
local function predict(f)
  local ok, result = xpcall(f, function(err)
    if getmetatable(err) == codec.Refusal then return err end
    return debug.traceback(err)
  end)
  if not ok and getmetatable(result) ~= codec.Refusal then error(result, 0) end
  return ok, result
end

-- What is wrong with a result; or nil.
local function compare(state, kind, k, ok, got, expected_ok, expected)
  if ok ~= expected_ok then
    return ok and "expected an error: " .. tostring(expected)
      or "unexpected error: " .. tostring(got)
  end
  if ok and kind == "view" then return difference(state.v[k], expected) end
  if ok and kind == "value" and not python.same(expected, got) then
    return ("expected %s, got %s"):format(literal(expected), literal(got))
  end
  for i = 1, 2 do
    local want = model.bytes(state.models[i])
    if kind == "memory" and tostring(state.data[i]) ~= want then
      return ("data[%d]: expected %s, got %s"):format(i, literal(want),
        literal(tostring(state.data[i])))
    end
  end
  return nil
end

local kinds = {
  {"view", making, 40}, {"value", asking, 30}, {"memory", writing, 30},
}

local function some_kind()
  local roll = random(100)
  for _, kind in ipairs(kinds) do
    roll = roll - kind[3]
    if roll <= 0 then return kind[1], kind[2] end
  end
end

-- One step; returns what is wrong, or nil.
local function step(state, tell)
  local kind, list = some_kind()
  local source, twin = pick(list)(state, random(#state.models))
  if not source then return nil end
  local k = #state.models < MAXVIEWS and #state.models + 1
    or random(4, MAXVIEWS)
  if kind == "view" then source = ("v[%d] = %s"):format(k, source)
  elseif kind == "value" then source = "return " .. source end
  local kept = state.v[k]
  local ok, got = run_line(state, source)
  local expected_ok, expected = predict(twin)
  tell((kind == "value" and "do %s end" or "%s"):format(source))
  local wrong = compare(state, kind, k, ok, got, expected_ok, expected)
  if not ok then
    state.lines[#state.lines] = ("pcall(function() %s end)"):format(source)
  elseif kind == "view" and expected then state.models[k] = expected
  elseif kind == "view" then state.v[k] = kept end
  return wrong
end

function history.run(seed, count)
  math.randomseed(seed)
  local state, tell = start()
  for _ = 1, count do
    local wrong = step(state, tell)
    if wrong then
      tell("-- " .. wrong:gsub("\n", "\n-- "))
      return table.concat(state.lines, "\n")
    end
  end
  return nil
end

return history
