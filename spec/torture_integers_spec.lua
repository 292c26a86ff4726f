local names = require "names"
local oom = require "oom"
local operations = dofile "spec/torture/operations.lua"

-- Names that take no number, or any value; and the methods of views whose rows
-- say so.
local without = {"api.unborrow", "bytearray:__close", "bytearray:__concat",
  "bytearray:__eq", "bytearray:__len", "bytearray:__pairs",
  "bytearray:__tostring", "bytearray:clear", "bytearray:release",
  "bytearray:view", "map:__close", "map:__concat", "map:__eq", "map:__len",
  "map:__pairs", "map:__tostring", "map:advise", "map:close", "map:release",
  "map:view", "mview.fromhex", "mview.isview", "mview.reader", "mview.writer",
  "reader:__index", "reader:cstring", "reader:discard", "reader:left",
  "reader:line", "reader:sleb128", "reader:upto", "reader:varint",
  "reader:zigzag", "shared:__close", "shared:__concat", "shared:__eq",
  "shared:__len", "shared:__pairs", "shared:__tostring", "shared:id",
  "shared:release", "shared:view", "view:__close", "view:__concat", "view:__eq",
  "view:__len", "view:__pairs", "view:__tostring", "view:release",
  "writer:bytes", "writer:cstring", "writer:string", "writer:view"}

for name, row in pairs(names.rows) do
  if row.takes and not next(row.takes) then
    without[#without + 1] = "view:" .. name
  end
end

-- The names of all functions, except the numbers of fixed width of readers and
-- writers.
local function all_names()
  local list = {}
  for _, name in ipairs(operations.names()) do
    if not name:find "^[vrw]%l+%.%l" and not name:find ":[uif]%d"
      or name:find "^mview" then
      list[#list + 1] = name
    end
  end
  list[#list + 1] = "dump"
  table.sort(list)
  return list
end

describe("Numbers of any size", function()
  local results, blocks

  lazy_setup(function()
    local script = assert(loadfile "spec/torture/integers.lua")
    results, blocks = oom.run(string.dump(script))
  end)

  it("work or are refused as every argument", function()
    assert.equal("", results:match "^[^\1]*")
    assert.equal(0, blocks)
  end)

  it("are given to every function that takes one", function()
    local seen, missing = {}, {}
    for _, name in ipairs(without) do seen[name] = true end
    for name in results:gmatch "\1([^\1 ]+)" do seen[name] = true end
    for _, name in ipairs(all_names()) do
      if not seen[name] then missing[#missing + 1] = name end
      seen[name] = nil
    end
    assert.equal("", table.concat(missing, ", "), "given no number")
    assert.is_nil(next(seen), "no function")
  end)
end)
