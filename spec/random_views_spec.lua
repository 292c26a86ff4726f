-- Random views, and the replayed cases of CPython, against a slow model in Lua.

local random_programs = require "random_programs"
local vectors = require "vectors"
local view_fuzz = require "view_fuzz"

local STEPS = 40

describe("The model", function()
  local _, cases = vectors.load("spec/vectors/vectors.lua")

  -- The model has no malformed formats, suboffsets, hexadecimal and resizing.
  local function knows(case)
    return case.cls ~= "pil" and case.cls ~= "hex" and case.cls ~= "seq"
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
        assert.equal("", table.concat(wrong, "\n", 1, math.min(#wrong, 20)))
      end)
    end
  end
end)

describe("A random history", function()
  it("has the same end in mview and in the model" .. random_programs.named,
    function() random_programs.agree(view_fuzz.run, STEPS) end)

  it("is printed as a program that runs to its end", function()
    for seed = 1, 20 do
      local program = view_fuzz.play(seed, 400) .. "\nreturn 'the end'"
      assert.equal("the end", assert(load(program))())
    end
  end)
end)
