-- Random programs of views and what they see, against a model of lifetimes.

local lifecycle_fuzz = require "lifecycle_fuzz"

local seed = math.tointeger(os.getenv "MVIEW_SEED") or os.time()
local rounds = math.tointeger(os.getenv "MVIEW_ROUNDS") or 500
local STEPS = 60

describe("A random life of memory", function()
  it(("goes as the model says, MVIEW_SEED=%d"):format(seed), function()
    for round = 1, rounds do
      local program = lifecycle_fuzz.run(seed + round, STEPS)
      assert(not program, ("MVIEW_SEED=%d MVIEW_ROUNDS=1 fails:\n%s"):format(
        seed + round - 1, program))
    end
  end)
end)
