--[[
finalize.lua - operations during which a finalizer strikes

The collector runs at each allocation of an object, and at the n-th that it runs
a finalizer does what it can to the memory that the operation works on, for n =
1, 2, 3 ... until the operation is over before. The operation works or raises
one of the errors that say what happened. Returns the errors that do not.
]]

local source, first, last, mode = ...
local collector = require "collector"
local mview = require "mview"
local operations = load(source)()
collectgarbage(mode)

local function each_view(w, f)
  for _, x in pairs(w) do
    if type(x) == "userdata" and x ~= w.file and x ~= w.map then pcall(f, x) end
  end
end

local strikes = {
  finish = function(w)
    w.bytes:release()
    w.loan:revoke()
    w.picture:revoke()
    w.map:close()
    w.file:close()
  end,
  shrink = function(w)
    w.bytes:resize(1)
    w.map:resize(1)
  end,
  clear = function(w) w.bytes:clear():append("some other bytes") end,
  grow = function(w)
    for _ = 1, 8 do w.bytes:resize(#w.bytes * 2) end
  end,
  release = function(w) each_view(w, function(v) v:release() end) end,
  rewind = function(w) each_view(w, function(x) x.pos = 1 end) end,
  overwrite = function(w) each_view(w, function(v) v:fill(0) end) end,
  again = function(w, operation) operation(w) end,
}

local reasons = {"^attempt to use a released view$",
  "^attempt to use a view of revoked memory$",
  "^attempt to use an expired view %(its %a+ [%a ]+%)$",
  "^attempt to use a released bytearray$", "^attempt to use a closed map$",
  "attempt to use a closed file", "^%a+ is pinned by %d+ borrowers?$",
  "^attempt to use a closed file$", "data string too short",
  "position %-?%d+ out of range", "need %d+ bytes? at position",
  "shape %[%d+%] expected, got %[%d+%]",
  "shape does not fit %d+ bytes?",
  "not a multiple of the item size"}

local function is_reason(err)
  err = tostring(err):gsub("^[^ ]+:%d+: ", "")
  for _, reason in ipairs(reasons) do
    if err:find(reason) then return true end
  end
  return false
end

-- Calls f(w) with a finalizer that strikes when it runs for the n-th time.
-- Returns whether it did, and what pcall does, packed.
local function ambush(n, strike, f, w)
  local runs, armed, bomb = 0, true, {}
  function bomb.__gc()
    if not armed then return end
    runs = runs + 1
    if runs == n then pcall(strike, w, f)
    elseif runs < n then setmetatable({}, bomb) end
  end
  collector.start "debt"
  setmetatable({}, bomb)
  local results = table.pack(pcall(f, w))
  collector.stop()
  armed = false
  return runs >= n, results
end

-- The failure of the results; or nil.
local function fault(w, kind, results)
  if operations.pinned(w) then return "pinned" end
  if not results[1] and not is_reason(results[2]) then return results[2] end
  for i = 2, kind == "finish" and results.n or 0 do
    local x = results[i]
    if mview.isview(x) and x.valid
      and (rawequal(x.obj, w.bytes) or rawequal(x.obj, w.map)) then
      return "a valid view of what has ended"
    end
  end
  return nil
end

local wrong = {}
for k = first, last do
  local name = operations.names()[k]
  for row, operation in ipairs(operations.rows[name]) do
    for kind, strike in pairs(strikes) do
      local n, struck = 0, true
      while struck and n < 40 do
        n = n + 1
        local w = operations.world()
        local results
        struck, results = ambush(n, strike, operation, w)
        local err = struck and fault(w, kind, results)
        if err then
          wrong[#wrong + 1] = ("%s, row %d, %s at %d: %s"):format(name, row,
            kind, n, err)
        end
      end
    end
  end
end
return table.concat(wrong, "\n")
