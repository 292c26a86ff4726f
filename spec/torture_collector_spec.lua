local oom = require "oom"

local path = "spec/torture/operations.lua"
local operations = dofile(path)
local operations_source = string.dump(assert(loadfile(path)))
local count = #operations.names()

-- Runs a script for all operations from first to last, in a state of its own.
local function run(name, first, last, ...)
  local script = string.dump(assert(loadfile("spec/torture/" .. name)))
  local wrong, blocks = oom.run(script, operations_source, first, last, ...)
  assert.equal("", wrong)
  assert.equal(0, blocks)
end

local modes = {"generational", "incremental"}

describe("Under a hostile collector", function()
  for _, mode in ipairs(modes) do
    for _, kind in ipairs {"debt", "emergency"} do
      it(("every operation works (%s, %s)"):format(mode, kind), function()
        run("collect.lua", 1, count, mode, kind)
      end)
    end
  end
end)

describe("Finalizers that end, resize, overwrite or re-enter", function()
  local some = os.getenv "MVIEW_TORTURE" == "long" and modes or {modes[1]}
  for _, mode in ipairs(some) do
    for k, name in ipairs(operations.names()) do
      it(("do %s no harm (%s)"):format(name, mode), function()
        run("finalize.lua", k, k, mode)
      end)
    end
  end
end)
