local agree = require "agree"
local capi = require "capi"
local oom = require "oom"

local path = "spec/torture/operations.lua"
local operations = dofile(path)
local operations_source = string.dump(assert(loadfile(path)))
local starving = string.dump(assert(loadfile "spec/torture/starve.lua"))
local long = os.getenv "MVIEW_TORTURE" == "long"

-- Runs the script in a state; returns the number of allocations that failed.
local function run(script, ...)
  local case = table.concat({select(script == starving and 2 or 1, ...)}, " ")
  local lends, dones = capi.counts()
  local ok, refused, blocks, bytes = pcall(oom.run, script, ...)
  if not ok then error(case .. ": " .. refused, 0) end
  agree(0, blocks, "blocks left after %s", case)
  agree(0, bytes, "bytes left after %s", case)
  local lent, done = capi.counts()
  agree(lent - lends, done - dones, "calls of done after %s", case)
  return tonumber(refused)
end

-- Fails each allocation in turn, until there are no more.
local function starve(name, k, times)
  local n = 1
  while run(starving, operations_source, name, k, n, times) > 0 do n = n + 1 end
end

-- Runs the code, which opens mview, with each of its allocations refused.
local function open_starved(code)
  local n = 1
  while run(code, n) > 0 do n = n + 1 end
  assert.is_true(n > 100)
end

describe("Without memory", function()
  for _, name in ipairs(operations.names()) do
    it(name .. " fails cleanly", function()
      for k = 1, #assert(operations.rows[name], "no operation") do
        starve(name, k, math.maxinteger)
        if long then starve(name, k, 2) end
      end
    end)
  end

  it("mview opens later", function()
    local opening = [[
      local refused, ok, err = starve(..., math.maxinteger, require, "mview")
      assert(ok == (refused == 0), err)
      assert(require "mview".bytearray("ab"):view()[2] == 98)
      return refused
    ]]
    open_starved(opening)
  end)

  it("the C API is there only when mview has opened", function()
    local lending = [[
      local refused, ok = starve(..., math.maxinteger, require, "mview")
      local lent = require "capi".lend(24)
      assert(ok == (refused == 0) and require "mview".isview(lent))
      collectgarbage()
      lent[1] = 65
      assert(lent[1] == 65)
      return refused
    ]]
    open_starved(lending)
  end)

  it("objects of other libraries stay what they are", function()
    local naming = [[
      local refused = starve(..., math.maxinteger, require, "mview")
      local mview = require "mview"
      local exporter = require "bad_exporters".exporter
      collectgarbage()
      local objects = {}
      for i = 1, 200 do
        objects[i] = exporter "version"
        local _, err = pcall(mview, objects[i])
        assert(err == "exporter of version 2, version 1 needed", err)
      end
      return refused
    ]]
    open_starved(naming)
  end)

  it("a large bytearray loses bytes, and keeps its block", function()
    local removing = [[
      local mview = require "mview"
      local function remove(b) b:remove(1, 3 << 20) end
      local b = mview.bytearray(3 << 20):append("rest")
      local v = b:view()
      local refused, ok, err = starve(..., math.maxinteger, remove, b)
      if not ok then return "raised" end -- before it was called
      assert(tostring(b) == "rest" and not v.valid)
      return refused
    ]]
    local n, kept = 1, false
    repeat
      local refused = run(removing, n)
      kept = kept or (refused or 0) > 0
      n = n + 1
    until refused == 0
    assert.is_true(kept)
  end)

  it("no other name has an operation", function()
    local names = {}
    for _, name in ipairs(operations.names()) do names[name] = true end
    for name in pairs(operations.rows) do assert.is_true(names[name], name) end
  end)
end)
