-- Finalizers may run wherever an operation allocates, and do what they like.

local states = require "states"
local strikes = require "strikes"

describe("A finalizer in the middle of an operation", function()
  for name in pairs(strikes.operations) do
    it("makes it raise, or leaves its answer right: " .. name, function()
      local code = ("require 'strikes'.run(%q)"):format(name)
      assert.are.equal(0, states.sequence(1, code))
    end)
  end
end)
