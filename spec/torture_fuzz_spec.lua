-- The seeds and the findings of the fuzzers, run from Lua.

local mview = require "mview"

local function files_of(folder)
  local list = {}
  for path in io.popen("ls " .. folder .. "/*"):lines() do
    list[#list + 1] = path
  end
  return list
end

local function contents(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

describe("An input that a fuzzer found", function()
  for _, name in ipairs {"unpack", "record", "reader", "writer", "pattern"} do
    local try = dofile("spec/torture/" .. name .. ".lua")
    for _, path in ipairs(files_of("spec/torture/corpus/" .. name)) do
      it("does no harm: " .. path, function() try(contents(path)) end)
    end
  end

  for _, path in ipairs(files_of("spec/torture/corpus/format")) do
    it("gives a format or an error: " .. path, function()
      local ok, result = pcall(mview.calcsize, contents(path))
      assert.is_true(ok or result:find("at position %d+%)$") ~= nil, result)
    end)
  end
end)
