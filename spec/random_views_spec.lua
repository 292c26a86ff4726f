-- Random views, and the replayed cases of CPython, against a slow model in Lua.

local vectors = require "vectors"
local view_fuzz = require "view_fuzz"

local seed = math.tointeger(os.getenv "MVIEW_SEED") or os.time()
local rounds = math.tointeger(os.getenv "MVIEW_ROUNDS") or 500
local STEPS = 40

describe("The model", function()
  local _, cases = vectors.load("spec/vectors/vectors.lua")

  -- Malformed formats, suboffsets and hexadecimal are not its business.
  local function knows(case)
    return case.cls ~= "pil" and case.cls ~= "hex"
      and not (case.cls == "pack" and case.error)
  end

  for _, group in ipairs(vectors.groups(cases)) do
    if knows(group[1]) then
      it("agrees with the vectors: " .. group.name, function()
        local wrong = {}
        for _, case in ipairs(group) do
          if knows(case) and vectors.applies(case) then
            local ok, err = vectors.replay(case, vectors.model)
            if not ok then wrong[#wrong + 1] = err end
          end
        end
        assert.are.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 20)))
      end)
    end
  end
end)

describe("A random history", function()
  it(("has the same end in mview and in the model, MVIEW_SEED=%d"):format(seed),
    function()
      print(("\n%d random histories, MVIEW_SEED=%d"):format(rounds, seed))
      for round = 1, rounds do
        local program = view_fuzz.run(seed + round, STEPS)
        assert(not program, ("MVIEW_SEED=%d MVIEW_ROUNDS=1 fails:\n%s"):format(
          seed + round - 1, program))
      end
    end)
end)
