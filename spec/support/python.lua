--[[
python.lua - translates the conformance vectors from Python to Lua

Their values become Lua values. Their 0-based indices and half-open slices
become those of mview. Their operations become calls of a view's methods.
]]

local python = {}

-- An absent value.
python.NULL = setmetatable({}, {__tostring = function() return "NULL" end})
local NULL = python.NULL

-- ---- values ---------------------------------------------------------------

local function unhex(s)
  return (s:gsub("%x%x", function(x) return string.char(tonumber(x, 16)) end))
end

local function hex(s)
  return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local specials = {
  nan = string.unpack("<d", "\0\0\0\0\0\0\xf8\x7f"),
  inf = math.huge,
  ["-inf"] = -math.huge,
}

local function decode_float(s)
  return specials[s] or assert(tonumber(s)) * 1.0
end

-- An integer that Lua cannot hold becomes the integer with the same bits if
-- wide is true and an unsigned 64-bit item can hold it; otherwise a float.
local function decode_integer(s, wide)
  local n = math.tointeger(s)
  if n or not wide then return n or tonumber(s) * 1.0 end
  local high, low = s:match("^(.*)(.........)$")
  return math.tointeger(high) * 1000000000 + math.tointeger(low)
end

local function is_wide(s)
  return s:sub(1, 1) ~= "-" and (#s < 20 or s <= "18446744073709551615")
end

local decode

local function decode_list(list)
  local out = {}
  for i, x in ipairs(list) do out[i] = decode(x) end
  return out
end

-- The Lua value for a value of the vectors. wide = false: the item does not
-- have 64 unsigned bits.
function decode(x, wide)
  if x == NULL then return nil end
  if type(x) ~= "table" then return x end
  if x.i then return decode_integer(x.i, wide ~= false and is_wide(x.i)) end
  if x.f then return decode_float(x.f) end
  if x.b then return unhex(x.b) end
  if x.z then return {decode_float(x.z[1]), decode_float(x.z[2])} end
  local out = decode_list(x.t or x)
  for i, name in ipairs(x.names or {}) do out[name], out[i] = out[i], nil end
  return out
end

local function show(x)
  if type(x) ~= "table" then
    return type(x) == "string" and ("%q"):format(x) or tostring(x)
  end
  local parts, n = {}, #x
  for i = 1, n do parts[i] = show(x[i]) end
  for k, v in pairs(x) do
    if not (math.type(k) == "integer" and k >= 1 and k <= n) then
      parts[#parts + 1] = ("[%s]=%s"):format(show(k), show(v))
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- ---- operations -----------------------------------------------------------

-- An index, counted from 1; negative indices stay the same.
local function index(i) return i < 0 and i or i + 1 end

local function indices(list)
  local out = {}
  for d, i in ipairs(list) do out[d] = index(i) end
  return out
end

-- The selector {i, j, step} for Python's start:stop:step over n items. Stop is
-- exclusive, so j is one step before it.
local function range(s, n)
  local start, stop, step = decode(s[1]), decode(s[2]), decode(s[3])
  local i, j = start and index(start), nil
  if stop and (step or 1) > 0 then j = stop < 0 and stop - 1 or stop
  elseif stop then j = stop == -1 and n + 1 or stop < 0 and stop + 1 or stop + 2
  end
  return {i, j, step}
end

local function selectors(list, shape)
  local out = {}
  for d, s in ipairs(list) do
    out[d] = type(s) == "table" and range(s, shape[d]) or index(s)
  end
  return out
end

-- The indices or dimensions of a list, from 1.
local function from_one(list)
  local out = {}
  for d, i in ipairs(list) do out[d] = i + 1 end
  return out
end

local operations = {
  cast = function(view, format, shape)
    return view:cast(format, shape and decode_list(shape))
  end,
  sub = function(view, list)
    local chosen = selectors(list, view.shape)
    if #chosen == 1 and type(chosen[1]) == "table" then
      return view:sub(table.unpack(chosen[1], 1, 3))
    end
    return view:slice(table.unpack(chosen))
  end,
  transpose = function(view, permutation)
    return view:transpose(table.unpack(from_one(permutation)))
  end,
  toreadonly = function(view) return view:toreadonly() end,
  release = function(view)
    view:release()
    return view
  end,
}

local function apply(view, ops, first, last)
  for i = first or 1, last or #ops do
    view = operations[ops[i][1]](view, table.unpack(ops[i], 2))
  end
  return view
end

python.unhex, python.hex, python.decode = unhex, hex, decode
python.show = show
python.index, python.indices, python.selectors = index, indices, selectors
python.apply = apply

return python
