-- Random programs that must agree with a model. MVIEW_SEED repeats a run;
-- MVIEW_ROUNDS is the number of programs.

local seed = math.tointeger(os.getenv "MVIEW_SEED") or os.time()
local rounds = math.tointeger(os.getenv "MVIEW_ROUNDS") or 500

local random_programs = {named = (", MVIEW_SEED=%d"):format(seed)}

-- Calls run(seed, steps) with a seed for each program. If run returns a program
-- that disagrees, raises it as the error.
function random_programs.agree(run, steps)
  print(("\n%d random programs, MVIEW_SEED=%d"):format(rounds, seed))
  for round = 1, rounds do
    local program = run(seed + round, steps)
    assert(not program, ("MVIEW_SEED=%d MVIEW_ROUNDS=1 fails:\n%s"):format(
      seed + round - 1, program))
  end
end

return random_programs
