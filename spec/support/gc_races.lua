--[[
gc_races.lua - finalizers that run in the middle of an operation

gc_races.run(name) needs a Lua state of its own. There the collector runs a
whole cycle at each allocation of an object. At the n-th allocation a finalizer
ends, moves or resizes the memory of the operation (a strike), for n = 1, 2, 3,
... until the operation ends before the strike. The operation must raise the
error with the cause, or give the right answer. Memory that was given back is
used again by other objects, and must stay unchanged.
]]

local gc_always = require "gc_always"
local mview = require "mview"

local gc_races = {}

-- ---- the operations -------------------------------------------------------

-- Operations on b, 24 bytes, and a view of it. The answer is the result of the
-- operation, or the bytes of b after it.
local operations = {}
gc_races.operations = operations

local reads = {
  {"tobytes", "B", function(v) return v:tobytes() end},
  {"tobytes, strided", "B", function(v) return v:sub(1, -1, 2):tobytes() end},
  {"tolist", "B", function(v) return v:tolist() end},
  {"tolist, foreign", ">h", function(v) return v:tolist() end},
  {"tolist, strings", "6s", function(v) return v:tolist() end},
  {"tolist, complex", "Zf", function(v) return v:tolist() end},
  {"tolist, records", "T{<H:id:(2)B:xy:2s:tag:}", function(v)
    return v:tolist()
  end},
  {"tolist, rows", "<H", function(v)
    return v:cast("<H", {2, 2, 3}):transpose():tolist()
  end},
  {"values", ">h", function(v) return {v:values()} end},
  {"values, records", "<hB", function(v) return {v:values(1, 3)} end},
  {"get", "T{2s:a:T{<H:b:(2)i:c:}:d:}", function(v) return v:get(2) end},
  {"iter", "3s", function(v)
    local list = {}
    for x in v:iter() do list[#list + 1] = x end
    return list
  end},
  {"pairs", "<hB", function(v)
    local list = {}
    for i, x in pairs(v) do list[i] = x end
    return list
  end},
  {"hex", "B", function(v) return v:hex("-", 4) end},
  {"hex, strided", "B", function(v) return v:sub(-1, 1, -1):hex() end},
  {"..", "B", function(v) return v:sub(1, -1, 3) .. v end},
  {"find, strided", "B", function(v)
    return {v:sub(1, -1, 2):find(v:sub(9, 13, 2), 1, true)}
  end},
  {"match", "B", function(v) return {v:match("(..)(...)()(%a+)")} end},
  {"match, strided", "B", function(v)
    return {v:sub(-1, 1, -1):match("(..)(...)()(.+)")}
  end},
  {"match, long", "B", function(v)
    return {v:find(("[^a]?"):rep(180) .. "()(%l+)")}
  end},
  {"gmatch", "B", function(v)
    local list = {}
    for a, at in v:gmatch("(%l)()") do list[#list + 1] = a .. at end
    return list
  end},
  {"gmatch, strided", "B", function(v)
    local list = {}
    for a, b in v:sub(1, -1, 2):gmatch("(.)(.)") do list[#list + 1] = a .. b end
    return list
  end},
  {"rfind, strided", "B", function(v)
    return {v:sub(1, -1, 2):rfind(v:sub(9, 13, 2))}
  end},
  {"lines", "B", function(v)
    local list = {}
    for line in v:lines(true) do list[#list + 1] = line end
    return list
  end},
  {"lines, strided", "B", function(v)
    local list = {}
    for line in v:sub(1, -1, 3):lines() do list[#list + 1] = line end
    return list
  end},
  {"split", "B", function(v)
    local list = {}
    for part in v:split(v:sub(8, 8)) do list[#list + 1] = part:tobytes() end
    return list
  end},
  {"hash, strided", "B", function(v)
    return v:toreadonly():sub(1, -1, 2):hash()
  end},
  {"index, records", "<hB", function(v) return v:index(v[5]) end},
  {"count, records", "<hB", function(v) return v:count(v[2]) end},
  {"equals", "B", function(v) return v:sub(1, -1, 2):equals(v:sub(2)) end},
  {"unpack", "B", function(v) return {v:unpack("s1c3>I2z", 4)} end},
  {"unpack, strided", "B", function(v)
    return {v:sub(1, -1, 2):unpack("c3s1B", 3)}
  end},
  {"slices", "B", function(v)
    return v:cast("<T{B:x:h:y:B:z:}BB", {4}):sub(-1, 1, -1):field(2)
      :slice({1, 2}):toreadonly():transpose():tolist()
  end},
  {"shape", "B", function(v)
    return {v:cast("h", {3, 4}).shape, v.strides, v.format}
  end},
  {"mview", "B", function(v) return mview(v, "4s")[6] end},
  {"bytearray", "B", function(v) return tostring(mview.bytearray(v)) end},
}
for _, row in ipairs(reads) do
  operations[row[1]] = {row[2], row[3], reads = true}
end

local writes = {
  {"copyfrom, a list", ">h", function(v)
    v:copyfrom {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
  end},
  {"copyfrom, overlapping", "B", function(v)
    v:sub(1, -1, 2):copyfrom(v:sub(-1, -12, -1))
  end},
  {"copyfrom, converted", "<H", function(v)
    v:sub(1, 6):copyfrom(v:cast("B"):sub(9, 14))
  end},
  {"copyfrom, records", "<hB", function(v)
    v:copyfrom {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}, {8, 8}}
  end},
  {"fill, records", "T{<h:x:(2)T{B:y:B:z:}:rest:}", function(v)
    v:fill {x = 7, rest = {{y = 1, z = 2}, {y = 3, z = 4}}}
  end},
  {"fill, long items", "12s", function(v) v:fill("filled") end},
  {"an item", "Zf", function(v) v:set(2, {1.5, -2}) end},
  {"a row", "B", function(v) v:cast("B", {2, 12})[2] = v:sub(5, 16) end},
  {"pack", "B", function(v) v:pack("z>I4s2", 3, "abc", 77, "defg") end},
  {"pack, strided", "B", function(v) v:sub(1, -1, 2):pack("s1", 2, "hijk") end},
  {"byteswap", "d", function(v) v:sub(-1, 1, -2):byteswap() end},
}
for _, row in ipairs(writes) do operations[row[1]] = {row[2], row[3]} end

local changes = {
  {"append, itself", function(b) b:append(b, b:view():sub(-1, 1, -1)) end},
  {"append, a list", function(b) b:append({1, 2, 3}, "abc", 4) end},
  {"resize", function(b) b:resize(1000) end},
  {"reserve", function(b) b:reserve(1000) end},
}
for _, row in ipairs(changes) do
  operations[row[1]] = {"B", function(v) row[2](v.obj) end, changes = true}
end

-- ---- the strikes ----------------------------------------------------------

local dead = {
  ["attempt to use a released view"] = true,
  ["attempt to use a view of revoked memory"] = true,
  ["attempt to use an expired view (its bytearray shrank)"] = true,
  ["attempt to use a released bytearray"] = true,
}

local ways = {
  release = function(b) b:release() end,
  clear = function(b) b:clear() end,
  shrink = function(b) b:resize(1) end,
  renew = function(b) b:clear():resize(24) end,
  view = function(_, v) v:release() end,
  grow = function(b) b:reserve(200) end,
  append = function(b) b:append(("\xdd"):rep(100)) end,
}
local harmless = {grow = true, append = true}

-- ---- running --------------------------------------------------------------

local BYTES = "\7\8\9\3abcdef\1\2zero\0\4\5\6\7\8\9\10"

-- A value as text; equal values have equal texts.
local function text(x)
  if type(x) ~= "table" then return (math.type(x) or type(x)) .. tostring(x) end
  local keys, parts = {}, {}
  for key in pairs(x) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, key in ipairs(keys) do parts[i] = key .. "=" .. text(x[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Calls f at the n-th collection from now on; returns a function that cancels
-- it.
local function at_collection(n, f)
  local function count()
    n = n - 1
    if n == 0 then f() end
    if n > 0 then setmetatable({}, {__gc = count}) end
  end
  setmetatable({}, {__gc = count})
  return function() n = 0 end
end

-- Calls f, protected, while the collector runs at each allocation, and calls
-- strike in the n-th finalizer. Returns whether strike was called, and the
-- results of pcall.
function gc_races.strike(n, strike, f, ...)
  local collector = require "collector" -- works for a single state
  local struck = false
  local disarm = at_collection(n, function()
    struck = true
    strike()
  end)
  collectgarbage "generational"
  collector.start "debt"
  local ok, result = pcall(f, ...)
  collector.stop()
  collectgarbage "incremental"
  disarm()
  return struck, ok, result
end

-- Objects that reuse the memory that was given back.
local function decoys()
  local list = {}
  for i = 1, 4 do list[i] = mview.bytearray(24):view():fill(0xee) end
  return list
end

-- Makes one strike; returns whether it came before the operation ended.
local function try(operation, way, n, answer, after)
  local b = mview.bytearray(BYTES)
  local v = b:view():cast(operation[1])
  local struck, others = false, nil
  collectgarbage()
  local disarm = at_collection(n, function()
    struck = true
    ways[way](b, v)
    others = decoys()
  end)
  local ok, result = pcall(operation[2], v)
  disarm()
  if not ok then
    result = result:gsub("^[^ :]+:%d+: ", "")
    assert(dead[result] and not harmless[way], result)
  elseif operation.reads then assert(text(result) == answer, text(result))
  elseif harmless[way] and not operation.changes then
    assert(tostring(b):sub(1, 24) == after:sub(1, 24), "written otherwise")
  elseif not struck then assert(tostring(b) == after) end
  if not ok and way == "view" then
    assert(tostring(b) == BYTES, "written in part")
  end
  for _, other in ipairs(others or {}) do
    assert(other:count(0xee) == 24, "wrote to memory of others")
  end
  return struck
end

function gc_races.run(name)
  local operation = operations[name]
  local b = mview.bytearray(BYTES)
  local answer = text(operation[2](b:view():cast(operation[1])))
  local after = tostring(b)
  gc_always.start()
  for way in pairs(ways) do
    local n = 0
    repeat
      n = n + 1
      local ok, struck = pcall(try, operation, way, n, answer, after)
      assert(ok, ("%s at collection %d: %s"):format(way, n, struck))
    until not struck
    assert(n > 1, "no collection")
  end
end

return gc_races
