--[[
view_fuzz.lua - random histories of views, run in mview and in the model

Each step is a line of Lua over a list of views v, and the same call of the
model. Both must give the same value, or both must raise; after each step the
memory must be the same. The lines of a failing history are printed as a
program.

run(seed, steps) returns nil, or the failing program with the failure at its
end. play returns the program in any case, and the failure or nil.
]]

local codec = require "model.codec"
local generators = require "generators"
local identical = require "identical"
local lend_host = require "lend_host"
local model = require "model.views"
local mview = require "mview"

local view_fuzz = {}

local formats, pick = generators.formats, generators.pick
local often = generators.often
local random = math.random
local MEMORIES, MAXVIEWS = 5, 18

-- The last index of a range, whose list may have holes.
local function length(list)
  local n = 0
  for k in pairs(list) do n = math.type(k) and math.max(n, k) or n end
  return n
end

-- Lua source of a value, in printable characters.
local function literal(x)
  if type(x) == "string" then
    return (("%q"):format(x):gsub("[^ -~]", function(c)
      return c == "\n" and "n" or ("\\%03d"):format(c:byte())
    end))
  elseif type(x) ~= "table" then return ("%q"):format(x) end
  local parts = {}
  for i = 1, length(x) do parts[i] = literal(x[i]) end
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

-- Whether a conversion meets a NaN, whose bits depend on the machine.
local function has_nan(x)
  if type(x) ~= "table" then return x ~= x end
  for _, value in pairs(x) do if has_nan(value) then return true end end
  return false
end

-- ---- steps ----------------------------------------------------------------
-- Each function takes the state and a view's number. It returns the source of
-- an expression or statement, and a function that does the same to the model;
-- or nil if the step is impossible. The step's kind selects the comparison:
-- "view" (the new one), "value", "memory".

local function call(k, name, args)
  return ("v[%d]:%s(%s)"):format(k, name, arguments(args))
end

-- Makes a step that is the same call in both.
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

-- The arguments of index and count.
local function sought_in_range(view)
  local n = view.shape[1] or 0
  local value = generators.value(view)
  return {value, generators.position(n), generators.position(n), n = 3}
end

local making = {
  plain("cast", function(view)
    local format = pick(formats)
    if often(50) then return {format} end
    return {format, generators.shape(view.nbytes // codec.parse(format).size)}
  end),
  plain("sub", function(view)
    local args = generators.range(view.shape[1] or 0)
    args.n = 3
    return args
  end),
  plain("slice", generators.selectors),
  plain("transpose", function(view)
    if often(20) then return {} end
    local permutation = {}
    for d = 1, #view.shape do table.insert(permutation, random(d), d) end
    return permutation
  end),
  plain("field", function(view)
    local fields = view.type.of.fields
    return fields and {often(95) and pick {random(#fields), pick(fields).key}
      or pick {0, #fields + 1, "z", 1.5}}
  end),
  plain("toreadonly", function() return often(30) and {} or nil end),
  function(state, k)
    local view = state.models[k]
    if view.ndim < 2 then return nil end
    local i = generators.index(view.shape[1])
    return ("v[%d][%s]"):format(k, i), function()
      local inside = i ~= 0 and math.abs(i + 0.0) <= view.shape[1]
      return inside and view:slice(i) or nil
    end
  end,
}

local string_calls = {
  byte = string.byte,
  find = string.find,
  unpack = function(bytes, format, at)
    return string.unpack(format, bytes, at)
  end,
}

-- Makes a step whose result is that of the string of the view's bytes.
local function as_string(name, make)
  return function(state, k)
    local bytes = state.models[k]:tobytes()
    local args = make(bytes)
    return ("{v[%d]:%s(%s)}"):format(k, name, arguments(args)), function()
      local results = {pcall(string_calls[name], bytes,
        table.unpack(args, 1, args.n or #args))}
      if not results[1] then codec.refuse(results[2]) end
      return {table.unpack(results, 2)}
    end
  end
end

local asking = {
  as_string("byte", function(bytes)
    return {generators.position(#bytes), generators.position(#bytes), n = 2}
  end),
  as_string("find", function(bytes)
    local i = random(#bytes + 1)
    local needle = often(20) and "ab" or bytes:sub(i, i + random(0, 3) - 1)
    return {needle, generators.position(#bytes) or 1, true}
  end),
  as_string("unpack", function(bytes)
    return {pick {"<i3", ">I4", "b", "z", "s1", "<d"},
      generators.position(#bytes) or 1}
  end),
  plain("tolist", function() return {} end),
  plain("tobytes", function() return pick {{}, {"C"}, {"F"}, {"A"}} end),
  plain("get", generators.full_index),
  plain("count", sought_in_range),
  plain("index", sought_in_range),
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
    local left, right = generators.matching(a, b)
    return ("{v[%d]:slice(%s):mismatch(v[%d]:slice(%s))}"):format(
      k, arguments(left), m, arguments(right)), function()
      return {a:slice(table.unpack(left)):mismatch(
        b:slice(table.unpack(right)))}
    end
  end,
}

local writing = {
  plain("set", function(view)
    local args = generators.full_index(view)
    args[#args + 1] = generators.value(view)
    return args
  end),
  plain("fill", function(view)
    return often(30) and {generators.value(view)} or nil
  end),
  plain("byteswap", function() return {} end),
  function(state, k)
    local m = random(#state.models)
    local a, b = state.models[k], state.models[m]
    if a.ndim ~= b.ndim then return nil end
    if not a:same_items(b) and has_nan(b:tolist()) then return nil end
    local left, right = generators.matching(a, b)
    if often(5) then left = {} end
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
    local i = generators.index(a.shape[1])
    return ("v[%d][%s] = v[%d]"):format(k, i, m),
      function() a:slice(i):copyfrom(b) end
  end,
}

-- ---- running --------------------------------------------------------------

local attributes = {"format", "itemsize", "ndim", "shape", "nbytes", "readonly",
  "c_contiguous", "f_contiguous", "contiguous"}

-- The difference between a view and its model; or nil.
local function difference(state, view, expected)
  if (view == nil) ~= (expected == nil) then return "nil and a view" end
  if view == nil then return nil end
  for _, name in ipairs(attributes) do
    if expected[name] ~= false and not identical(expected[name], view[name])
      then
      return ("%s: expected %s, got %s"):format(name, literal(expected[name]),
        literal(view[name]))
    end
  end
  if view.nbytes == 0 or expected.indirect then return nil end
  if state.whole[expected.memory] and view.offset ~= expected.offset then
    return ("offset: expected %d, got %d"):format(expected.offset,
      view.offset)
  end
  for d, stride in ipairs(expected.strides) do
    if view.shape[d] > 1 and view.strides[d] ~= stride then
      return ("stride %d: expected %d, got %d"):format(d, stride,
        view.strides[d])
    end
  end
  return nil
end

-- The model of the memory that lend_host lends with these options.
local function model_of(options)
  local data, strides = options.data, options.strides
  if options.blocks then
    local size = codec.parse(options.format).size
    data = table.concat(options.blocks)
    strides = {#options.blocks[1], size}
  end
  return model.view(data, options.readonly, {fmt = options.format,
    shape = options.shape, strides = strides, offset = options.offset,
    indirect = options.blocks ~= nil})
end

-- Makes the first views, one for each memory. The state has the lines of the
-- program; the views v and their models; for each memory that can be written,
-- under the number of its view, a function that reads it; and the set of the
-- models' memories whose first byte has offset 0 in mview, too. Returns the
-- state, and a function that adds a line.
local function start()
  local state = {lines = {}, models = {}, v = {}, read = {}, whole = {}}
  local function tell(line) state.lines[#state.lines + 1] = line end
  tell 'local lend_host, mview = require "lend_host", require "mview"'
  tell "local v = {}"
  for k = 1, 2 do
    local text = generators.bytes(random(0, 64))
    local data = mview.bytearray(text)
    state.v[k], state.models[k] = mview(data), model.view(text)
    state.read[k] = function() return tostring(data) end
    tell(("v[%d] = mview(mview.bytearray(%s))"):format(k, literal(text)))
  end
  local text = generators.bytes(random(0, 64))
  state.v[3], state.models[3] = mview(text), model.view(text, true)
  tell(("v[3] = mview(%s)"):format(literal(text)))
  for k, kind in pairs {[4] = "lend", [5] = "pil"} do
    local options = kind == "lend" and generators.geometry()
      or generators.picture()
    local view, handle = lend_host[kind](options)
    state.v[k], state.models[k] = view, model_of(options)
    state.read[k] = function() return table.concat {handle:bytes()} end
    tell(("v[%d] = lend_host.%s(%s)"):format(k, kind, literal(options)))
  end
  for k = 1, 3 do state.whole[state.models[k].memory] = true end
  return state, tell
end

-- Runs the line. Returns whether it succeeded, and its result or the error.
local function run_line(state, line)
  local chunk = assert(load("local v = ... " .. line, "=step", "t"))
  return pcall(chunk, state.v)
end

-- The model's answer in the same form. Mistakes of the model itself are raised.
local function predict(f)
  local ok, result = xpcall(f, function(err)
    if getmetatable(err) == codec.Refusal then return err end
    return debug.traceback(err)
  end)
  if not ok and getmetatable(result) ~= codec.Refusal then error(result, 0) end
  return ok, result
end

-- The failure of a result; or nil.
local function compare(state, kind, k, ok, got, expected_ok, expected)
  if ok ~= expected_ok then
    return ok and "expected an error: " .. tostring(expected)
      or "unexpected error: " .. tostring(got)
  end
  if ok and kind == "view" then
    return difference(state, state.v[k], expected)
  end
  if ok and kind == "value" and not identical(expected, got) then
    return ("expected %s, got %s"):format(literal(expected), literal(got))
  end
  for i, read in pairs(kind == "memory" and state.read or {}) do
    local want, have = model.bytes(state.models[i]), read()
    if have ~= want then
      return ("memory of v[%d]: expected %s, got %s"):format(i, literal(want),
        literal(have))
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

-- Runs one step; returns the failure, or nil.
local function step(state, tell)
  local kind, list = some_kind()
  local source, twin = pick(list)(state, random(#state.models))
  if not source then return nil end
  local k = #state.models < MAXVIEWS and #state.models + 1
    or random(MEMORIES + 1, MAXVIEWS)
  local expression = source
  if kind == "view" then source = ("v[%d] = %s"):format(k, source)
  elseif kind == "value" then source = "return " .. source end
  local kept = state.v[k]
  local ok, got = run_line(state, source)
  local expected_ok, expected = predict(twin)
  tell(kind == "value" and ("do local _ = %s end"):format(expression) or source)
  local wrong = compare(state, kind, k, ok, got, expected_ok, expected)
  if not ok then
    state.lines[#state.lines] = ("pcall(function() %s end)"):format(source)
  elseif kind == "view" and expected then state.models[k] = expected
  elseif kind == "view" then
    state.v[k] = kept
    state.lines[#state.lines] = ("assert(not %s)"):format(expression)
  end
  return wrong
end

-- Runs a history up to a failure. Returns it as a program, and the failure.
function view_fuzz.play(seed, count)
  math.randomseed(seed)
  local state, tell = start()
  for _ = 1, count do
    local wrong = step(state, tell)
    if wrong then
      tell("-- " .. wrong:gsub("\n", "\n-- "))
      return table.concat(state.lines, "\n"), wrong
    end
  end
  return table.concat(state.lines, "\n")
end

function view_fuzz.run(seed, count)
  local program, wrong = view_fuzz.play(seed, count)
  return wrong and program
end

return view_fuzz
