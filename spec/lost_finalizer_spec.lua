-- Memory whose finalizer Lua could not call: such a call fails near the limit
-- of nested C calls, and without memory. Lua warns, and frees the object in its
-- next cycle.

local capi = require "capi"
local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"
local raster = require "raster"

-- The number of shared anonymous mappings, if the system reports it.
local function mappings()
  local n = 0
  local file <close> = io.open("/proc/self/maps")
  for line in file and file:lines() or function() end do
    if line:find "rw%-s" then n = n + 1 end
  end
  return n
end

local function new_id()
  local block <close> = mview.shared(0)
  return block:id()
end

local first_id = new_id()

-- The number of shared blocks with a hold.
local function blocks()
  local n = 0
  for id = first_id, new_id() do
    local block <close> = mview.attach(id)
    if block then n = n + 1 end
  end
  return n
end

-- The resources in use, after the garbage of other specs was collected.
local function debts()
  collectgarbage()
  collectgarbage()
  local lends, dones = capi.counts()
  local acquired, released = raster.counts()
  return {lends - dones, acquired - released, mappings(), blocks()}
end

local setup = [[
  local capi, mview, raster = require "capi", require "mview", require "raster"
  local object = setmetatable({}, {__buffer = function()
    return raster.image(1, 1)
  end})
  local function make() %s end
]]

-- Makes garbage and collects it at each depth of C calls near the limit.
local at_depths = setup .. [[
  local function deep(n)
    if n == 0 then return collectgarbage() end
    return (string.gsub("a", "a", function() deep(n - 1) end))
  end
  for depth = 150, 205 do
    for _ = 1, 40 do make() end
    pcall(deep, depth)
    collectgarbage()
  end
  for _ = 1, 100 do make() end
]]

-- A script with a mistake reaches the limit: its __index calls itself.
local by_accident = setup .. [[
  local t = setmetatable({}, {__index = function(t, k)
    make()
    return t[k .. "x"]
  end})
  for _ = 1, 20 do pcall(function() return t.a end) end
]]

local without_memory = setup .. [[
  return function()
    make()
    collectgarbage()
    make()
  end
]]

local rows = {
  {"a map", "mview.map(nil, 'r+', 0, 1)"},
  {"a map's view", "mview.map(nil, 'r+', 0, 1):view()"},
  {"a bytearray", "mview.bytearray(100):view()"},
  {"a shared block", "mview.shared(10)"},
  {"a shared block's view", "mview.shared(10):view()"},
  {"a loan", "capi.lend(10)"},
  {"a loan that was revoked", "select(2, capi.lend(10)):revoke()"},
  {"an object's memory", "mview(raster.image(1, 1))"},
  {"an object's memory, by a function", "mview(object)"},
  {"an iterator", "mview(raster.image(1, 1)):iter()"},
  {"a pin", "capi.borrow(raster.image(1, 1), capi.INDIRECT)"},
  {"a pin in a lost coroutine", "coroutine.wrap(capi.hold)(capi.lend(10))"},
}

describe("Memory whose finalizer cannot be called is given back once:",
  function()
    for _, row in ipairs(rows) do
      it(row[1] .. ", near the limit of C calls", function()
        local before = debts()
        lua_states.sequence(1, at_depths:format(row[2]))
        lua_states.sequence(1, "warn '@on'" .. at_depths:format(row[2]))
        assert.same(before, debts())
      end)

      it(row[1] .. ", in a recursion without end", function()
        local before = debts()
        lua_states.sequence(1, by_accident:format(row[2]))
        assert.same(before, debts())
      end)

      it(row[1] .. ", without memory", function()
        local before = debts()
        local failed, bytes = lua_states.starve(without_memory:format(row[2]))
        assert.is_true(failed > 0)
        assert.equal(0, bytes)
        assert.same(before, debts())
      end)
    end
  end)

describe("A resource that ended and is used again", function()
  it("is dead for the views of its earlier use", function()
    local closed = mview.map(nil, "r+", 0, 3)
    local view = closed:view()
    local slice, operand = view:sub(2), closed
    closed:close()
    local others = {}
    for i = 1, 100 do others[i] = mview.map(nil, "r+", 0, 10) end
    for _, v in ipairs {view, slice} do
      assert.is_false(v.valid)
      raises("attempt to use a view of revoked memory", v.tobytes, v)
      v:release()
    end
    raises("attempt to use a closed map", function() return #closed end)
    raises("attempt to use a closed map", mview, operand)
    assert.equal("mview.map 'r+', closed", tostring(closed))
    closed:close()
    for _, map in ipairs(others) do
      assert.equal(10, #map)
      map:close()
    end
  end)

  it("does not count the release of earlier views", function()
    local lent, loan = capi.lend(3)
    loan:revoke()
    local image = mview(raster.image(2, 3)) -- uses the loan's resource again
    local acquired, released = raster.counts()
    lent:release()
    assert.same({acquired, released}, {raster.counts()})
    assert.is_true(image.valid)
    image:release()
    assert.same({acquired, released + 1}, {raster.counts()})
  end)
end)
