--[[
runner.lua - the part of busted that the specs use, in Lua alone

For machines that busted's own C modules are not built for. Runs the files that
are its arguments; luassert must be on the path.

MVIEW_ABSENT names a file of Lua that returns what a system has not: by the path
of a spec, why it is not run, or a list of pairs of a pattern for titles of
cases and why these are not run. A pattern that matches none is a failure.
]]

local assert = require "luassert"

local passed, failed, absent = 0, 0, 0
local blocks, closing, ending = {}, {}, nil
local running -- the title of the case that runs

local absences = os.getenv "MVIEW_ABSENT"
absences = absences and dofile(absences) or {}
local rows = {} -- those of the file that is run

local function add_to(name)
  return function(f) table.insert(blocks[#blocks][name], f) end
end

local function run_all(name)
  for _, block in ipairs(blocks) do
    for _, f in ipairs(block[name]) do f() end
  end
end

-- The error that pending raises to end a case.
local PENDING = {}

local function message(err)
  if err == PENDING then return err end
  if type(err) == "table" then return tostring(err.message or err) end
  return debug.traceback(tostring(err))
end

local function block(name, f)
  blocks[#blocks + 1] = {name = name, before = {}, after = {}}
  local ok, err = xpcall(f, message)
  if not ok then
    failed = failed + 1
    print("error in " .. name .. "\n" .. err)
  end
  blocks[#blocks] = nil
end

local function skip(name, why)
  absent = absent + 1
  print("not run: " .. name .. (why and ": " .. why or ""))
end

local function title(name)
  for k = #blocks, 2, -1 do name = blocks[k].name .. " " .. name end
  return name
end

-- Why the case of that title is not run, if so.
local function absence(full)
  for _, row in ipairs(rows) do
    if full:find(row[1]) then
      row.used = true
      return row[2]
    end
  end
end

local function run_case(name, f)
  local why = absence(title(name))
  if why then return skip(title(name), why) end
  ending, running = nil, title(name)
  local ok, err = xpcall(function()
    run_all "before"
    f()
  end, message)
  if ending then pcall(ending) end
  run_all "after"
  running = nil
  if err == PENDING then return end
  if ok then passed = passed + 1 return end
  failed = failed + 1
  print(("failed: %s %s\n%s"):format(blocks[1].name, title(name), err))
end

_G.assert, _G.describe, _G.it = assert, block, run_case
_G.before_each, _G.after_each = add_to "before", add_to "after"
_G.pending = function(why)
  if not running then return skip(title(why)) end
  skip(running, why)
  error(PENDING)
end
_G.setup, _G.lazy_setup = function(f) f() end, function(f) f() end
_G.finally = function(f) ending = f end
_G.teardown = function(f) closing[#closing + 1] = f end
_G.lazy_teardown = _G.teardown

local function run_file(path)
  block(path, assert(loadfile(path)))
  for _, f in ipairs(closing) do f() end
  closing = {}
  for _, row in ipairs(rows) do
    if not row.used then
      failed = failed + 1
      print(("failed: %s has no case '%s'"):format(path, row[1]))
    end
  end
end

for _, path in ipairs(arg) do
  rows = absences[path] or {}
  if type(rows) == "string" then
    skip(path, rows)
  else
    run_file(path)
  end
end
print(("%d passed, %d failed"):format(passed, failed)
  .. (absent > 0 and (", %d not run"):format(absent) or ""))
os.exit(failed == 0, true)
