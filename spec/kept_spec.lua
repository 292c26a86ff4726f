-- The objects that views and pins keep alive, and until when.

local capi = require "capi"
local mview = require "mview"
local raster = require "raster"

-- Whether the referents of x are freed in the next cycle while x stays.
local function lets_go(make)
  local weak = setmetatable({}, {__mode = "v"})
  local kept = make(weak)
  collectgarbage()
  assert.not_nil(kept)
  return weak[1] == nil
end

describe("A released view", function()
  local rows = {
    {"bytearray", function() return mview.bytearray("abc") end},
    {"map", function() return mview.map(nil, "r+", 0, 1) end},
    {"object", function() return raster.image(1, 1) end},
  }
  for _, row in ipairs(rows) do
    it("keeps no " .. row[1], function()
      assert.is_true(lets_go(function(weak)
        weak[1] = row[2]()
        local view = mview(weak[1])
        view:release()
        return view
      end))
    end)

    it("leaves a " .. row[1] .. " to its slices, which free it",
      function()
        local view, slice
        assert.is_false(lets_go(function(weak)
          weak[1] = row[2]()
          view = mview(weak[1])
          slice = view:slice()
          view:release()
          return slice
        end))
        assert.equal(view.valid, not slice.valid)
        assert.is_true(lets_go(function(weak)
          weak[1] = row[2]()
          view = mview(weak[1])
          slice = view:slice()
          slice:release()
          view:release()
          return {view, slice}
        end))
      end)
  end

  it("keeps no string", function()
    local function used()
      collectgarbage()
      return collectgarbage "count"
    end
    local before = used()
    -- joined, since Lua 5.5 does not count a string that rep makes
    local first = mview(("x"):rep(500000) .. ("x"):rep(500000))
    local slice = first:sub(2)
    first:release()
    assert.equal(999999, #slice)
    assert.is_true(used() > before + 900)
    slice:release()
    assert.is_true(used() < before + 100)
    assert.is_false(first.valid)
  end)

  it("releases an object's exporter at once after its last view",
    function()
      collectgarbage()
      local acquired, released = raster.counts()
      local view = mview(raster.image(1, 1))
      local slice = view:slice()
      view:release()
      assert.same({acquired + 1, released}, {raster.counts()})
      slice:release()
      assert.same({acquired + 1, released + 1}, {raster.counts()})
    end)

  it("ends a loan in the next cycle, even with names in scope", function()
    local view, loan = capi.lend(3)
    local slice <close> = view:slice()
    view:release()
    collectgarbage()
    assert.equal(0, loan:dones())
    slice:release()
    collectgarbage()
    assert.equal(1, loan:dones())
  end)

  it("that is borrowed keeps its memory until the pin ends", function()
    local text = ("abc"):rep(100)
    local rows_of_memory = {
      {text, function() return text:upper():lower() end},
      {text, function() return mview.bytearray(text) end},
      {("\0"):rep(300), function() return (capi.lend(300)) end},
    }
    for _, row in ipairs(rows_of_memory) do
      local views = {mview(row[2]())}
      assert.equal(row[1], capi.after(views[1], function()
        views[1]:release()
        views[1] = nil
        collectgarbage()
        collectgarbage()
        mview.bytearray(300)
      end))
    end
  end)
end)

describe("A pin that has ended", function()
  it("keeps nothing alive", function()
    for _, make in ipairs {
      function() return mview.bytearray("abc") end,
      function() return mview.map(nil, "r+", 0, 1) end,
      function() return raster.image(1, 1) end,
    } do
      local weak = setmetatable({make()}, {__mode = "v"})
      capi.borrow(weak[1], capi.INDIRECT)
      collectgarbage()
      assert.is_nil(weak[1])
    end
  end)

  it("keeps no memory for a further cycle", function()
    local function used()
      collectgarbage()
      return collectgarbage "count"
    end
    local before = used()
    capi.borrow(mview.bytearray(1 << 20), capi.READ)
    assert.is_true(used() < before + 100)
  end)

  it("keeps nothing alive if it stays on the stack", function()
    local weak = setmetatable({mview.bytearray("abc")}, {__mode = "v"})
    local function is_alive()
      collectgarbage()
      return weak[1] ~= nil
    end
    assert.same({true, false}, {capi.unborrow(weak[1], is_alive)})
  end)
end)
