-- Finalizers may run at each allocation of an operation, and may do anything.

local gc_races = require "gc_races"
local lua_states = require "lua_states"

describe("A finalizer in the middle of an operation", function()
  for name in pairs(gc_races.operations) do
    it("makes it raise, or leaves its answer right: " .. name, function()
      local code = ("require 'gc_races'.run(%q)"):format(name)
      assert.are.equal(0, lua_states.sequence(1, code))
    end)
  end
end)
