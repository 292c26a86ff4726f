-- Random programs of memory and views, against a model of lifetimes.

local lifecycle_fuzz = require "lifecycle_fuzz"
local random_programs = require "random_programs"

local STEPS = 60

describe("A random life of memory", function()
  it("agrees with the model" .. random_programs.named, function()
    random_programs.agree(lifecycle_fuzz.run, STEPS)
  end)
end)
