--[[
lifecycle_fuzz.lua - random lives of memory and its views, run in mview and in
a model

Memory is made, viewed, pinned, resized and ended in any order. The model keeps
the bytes and the state of each object, and predicts the value or the error of
each step. A life is a list of plain numbers, so a failing life can be reduced
to the steps that are needed for the failure. It is printed as Lua code.

run(seed, count) returns nil, or the failing program with the failure at its
end.
]]

local lifecycle_fuzz = {}

-- ---- the model ------------------------------------------------------------

local kinds = {"bytearray", "map", "host"}
local ended = {bytearray = "attempt to use a released bytearray",
  map = "attempt to use a closed map"}

local function new_memory(kind, n)
  return {kind = kind, bytes = ("\0"):rep(n), generation = 1, alive = true,
    pins = 0}
end

local function refuse(message, ...) error({refusal = message:format(...)}) end

local function check_view(v)
  local m = v.memory
  if v.released then refuse "attempt to use a released view" end
  if not m.alive then refuse "attempt to use a view of revoked memory" end
  if v.generation ~= m.generation then
    refuse("attempt to use an expired view (its %s shrank)", m.kind)
  end
end

local function check_memory(m)
  if not m.alive and ended[m.kind] then refuse(ended[m.kind]) end
end

local function check_pins(m)
  if m.pins > 0 then
    refuse("%s is pinned by %d borrower%s", m.kind, m.pins,
      m.pins == 1 and "" or "s")
  end
end

local function new_view(m, first, count, readonly)
  return {memory = m, generation = m.generation, first = first, count = count,
    readonly = readonly}
end

local function resize(m, n)
  check_memory(m)
  check_pins(m)
  if n < #m.bytes then m.generation = m.generation + 1 end
  m.bytes = m.bytes:sub(1, n) .. ("\0"):rep(n - #m.bytes)
end

local function finish(m)
  if m.kind == "host" then
    m.alive = false
    return m.pins
  end
  check_pins(m)
  m.alive = false
end

local function read(v)
  check_view(v)
  return v.memory.bytes:sub(v.first + 1, v.first + v.count)
end

local function write(v, i, byte)
  check_view(v)
  if v.readonly then refuse "attempt to write to a read-only view" end
  if i > v.count then refuse("index %d out of range [1, %d]", i, v.count) end
  local m, at = v.memory, v.first + i
  m.bytes = m.bytes:sub(1, at - 1) .. string.char(byte) .. m.bytes:sub(at + 1)
end

-- ---- steps ----------------------------------------------------------------
-- Each function takes the state and three numbers from 0 to 255. It returns a
-- line of Lua over the lists m (memory), h (its handle), v (views) and p
-- (pins), and a function that does the same to the model; or nothing if the
-- step is impossible.

local function one_of(list, number)
  if #list > 0 then return number % #list + 1 end
end

-- Makes a step on a memory of the wanted kind, or on a view.
local function with_memory(wanted, make)
  return function(s, a, b, c)
    local k = one_of(s.m, a)
    if k and (wanted == "any" or s.m[k].kind == wanted) then
      return make(s, k, b, c)
    end
  end
end

local function with_view(make)
  return function(s, a, b, c)
    local k = one_of(s.v, a)
    if k then return make(s, k, b, c) end
  end
end

local function add_view(s, line, predict)
  return ("v[%d] = %s"):format(#s.v + 1, line), function()
    s.v[#s.v + 1] = predict()
  end
end

local steps = {
  function(s, a, b) -- make
    local k, kind, n = #s.m + 1, kinds[a % 3 + 1], b % 20 + 1
    local lines = {bytearray = "m[%d] = mview.bytearray(%d)",
      map = "m[%d] = mview.map(nil, 'r+', 0, %d)",
      host = "m[%d], h[%d] = capi.lend(%d)"}
    return kind == "host" and lines.host:format(k, k, n)
      or lines[kind]:format(k, n),
      function() s.m[k] = new_memory(kind, n) end
  end,
  with_memory("any", function(s, k) -- view
    local m = s.m[k]
    if m.kind == "host" then
      return add_view(s, ("m[%d]:sub()"):format(k), function()
        check_view {memory = m, generation = 1}
        return new_view(m, 0, #m.bytes)
      end)
    end
    return add_view(s, ("m[%d]:view()"):format(k), function()
      check_memory(m)
      return new_view(m, 0, #m.bytes)
    end)
  end),
  with_view(function(s, k, b, c) -- slice
    local v = s.v[k]
    local i, j = b % 22 + 1, c % 22
    return add_view(s, ("v[%d]:sub(%d, %d)"):format(k, i, j), function()
      check_view(v)
      local last = math.min(j, v.count)
      local count = math.max(0, last - i + 1)
      return new_view(v.memory, v.first + i - 1, count, v.readonly)
    end)
  end),
  with_view(function(s, k) -- make read-only
    local v = s.v[k]
    return add_view(s, ("v[%d]:toreadonly()"):format(k), function()
      check_view(v)
      return new_view(v.memory, v.first, v.count, true)
    end)
  end),
  with_view(function(s, k) -- read
    return ("return v[%d]:tobytes()"):format(k),
      function() return read(s.v[k]) end
  end),
  with_view(function(s, k, b, c) -- write
    local i = b % 22 + 1
    return ("v[%d][%d] = %d"):format(k, i, c),
      function() write(s.v[k], i, c) end
  end),
  with_view(function(s, k) -- query
    local v = s.v[k]
    return ("return tostring(v[%d].valid)"):format(k),
      function() return tostring((pcall(check_view, v))) end
  end),
  with_view(function(s, k) -- release
    return ("v[%d]:release()"):format(k),
      function() s.v[k].released = true end
  end),
  with_view(function(s, k) -- pin
    local v, m = s.v[k], s.v[k].memory
    return ("p[%d] = pin(v[%d])"):format(#s.p + 1, k), function()
      check_view(v)
      m.pins = m.pins + 1
      s.p[#s.p + 1] = {memory = m, first = v.first, count = v.count}
    end
  end),
  function(s, a) -- unpin
    local k = one_of(s.p, a)
    if not k then return nil end
    return ("return p[%d]()"):format(k), function()
      local pin = s.p[k]
      if pin.over then return "over" end
      pin.over = true
      pin.memory.pins = pin.memory.pins - 1
      return pin.memory.bytes:sub(pin.first + 1, pin.first + pin.count)
    end
  end,
  with_view(function(s, k) -- count the pins
    return ("return v[%d].pins"):format(k), function()
      check_view(s.v[k])
      return s.v[k].memory.pins
    end
  end),
  with_memory("bytearray", function(s, k, b) -- resize
    return ("m[%d]:resize(%d)"):format(k, b % 40),
      function() resize(s.m[k], b % 40) end
  end),
  with_memory("bytearray", function(s, k, b) -- reserve
    return ("m[%d]:reserve(%d)"):format(k, b * 9), function()
      check_memory(s.m[k])
      check_pins(s.m[k])
    end
  end),
  with_memory("bytearray", function(s, k) -- append itself
    local m = s.m[k]
    if #m.bytes > 1000 then return nil end
    return ("m[%d]:append(m[%d], 7)"):format(k, k), function()
      check_memory(m)
      check_pins(m)
      m.bytes = m.bytes .. m.bytes .. "\7"
    end
  end),
  with_memory("bytearray", function(s, k) -- clear
    return ("m[%d]:clear()"):format(k), function() resize(s.m[k], 0) end
  end),
  with_memory("map", function(s, k, b) -- shrink
    return ("m[%d]:resize(%d)"):format(k, b % 20), function()
      check_memory(s.m[k])
      check_pins(s.m[k])
      if b % 20 <= #s.m[k].bytes then resize(s.m[k], b % 20) end
    end
  end),
  with_memory("any", function(s, k) -- end
    local lines = {bytearray = "m[%d]:release()", map = "m[%d]:close()",
      host = "return h[%d]:revoke()"}
    return lines[s.m[k].kind]:format(k), function() return finish(s.m[k]) end
  end),
  function() return "collectgarbage()", function() end end,
}

-- ---- running --------------------------------------------------------------

-- The start of each program. Its names are global, as the lines of a step are
-- chunks of their own.
local header = [[
capi, mview = require "capi", require "mview"
m, h, v, p = {}, {}, {}, {}
function pin(view)
  local hold = coroutine.create(capi.hold)
  local function resume(...)
    local ok, result = coroutine.resume(hold, ...)
    if not ok then error(result, 0) end
    return result
  end
  resume(view)
  return function()
    return coroutine.status(hold) == "dead" and "over" or resume()
  end
end
]]

local function predict(f)
  local ok, result = pcall(f)
  if ok then return true, result end
  if type(result) ~= "table" then error(result, 0) end
  return false, result.refusal
end

-- Runs the list of steps. Returns nil, or a program with the failure.
local function live(list)
  local state = {m = {}, v = {}, p = {}}
  local env = setmetatable({}, {__index = _G})
  assert(load(header, "=header", "t", env))()
  local lines = {header}
  for _, step in ipairs(list) do
    local line, twin = steps[step[1]](state, step[2], step[3], step[4])
    if line then
      local ok, got = pcall(assert(load(line, "=step", "t", env)))
      local expected_ok, expected = predict(twin)
      if not ok then got = tostring(got):gsub("^[^ :]+:%d+: ", "") end
      lines[#lines + 1] = line:find "^return"
        and ("print(pcall(function() %s end))"):format(line)
        or ok and line or ("pcall(function() %s end)"):format(line)
      if ok ~= expected_ok or got ~= expected then
        lines[#lines + 1] = ("-- expected %q, got %q"):format(
          tostring(expected), tostring(got))
        return table.concat(lines, "\n")
      end
    end
  end
  return nil
end

-- Removes every step that is not needed for the failure.
local function shrink(list)
  local k = #list
  while k > 0 do
    local step = table.remove(list, k)
    if not live(list) then table.insert(list, k, step) end
    k = k - 1
  end
  return live(list)
end

local function byte() return math.random(0, 255) end

function lifecycle_fuzz.run(seed, count)
  math.randomseed(seed)
  local list = {}
  for k = 1, count do
    list[k] = {k < 4 and 1 or math.random(#steps), byte(), byte(), byte()}
  end
  if not live(list) then return nil end
  return shrink(list)
end

return lifecycle_fuzz
