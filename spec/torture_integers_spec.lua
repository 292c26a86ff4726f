local oom = require "oom"

describe("Numbers of any size", function()
  it("work or are refused wherever one is taken", function()
    local script = assert(loadfile "spec/torture/integers.lua")
    local wrong, blocks = oom.run(string.dump(script))
    assert.are.equal("", wrong)
    assert.are.equal(0, blocks)
  end)
end)
