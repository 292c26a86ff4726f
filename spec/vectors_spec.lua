local lend_host = require "lend_host"
local mview = require "mview"
local python = require "python"
local vectors = require "vectors"

-- A file of other cases to replay.
local header, cases =
  vectors.load(os.getenv "MVIEW_VECTORS" or "spec/vectors/vectors.lua")

local implementation = {
  has_operators = true,
  calcsize = mview.calcsize,
  container = mview.bytearray,
  view = mview,
  blank = function(format) return mview.new(format, 1) end,
}

-- A view of the memory that a case starts from, and a function that reads it.
function implementation.open(base)
  local view, handle
  if base.pil then
    local blocks = {}
    for i, block in ipairs(base.pil) do blocks[i] = python.unhex(block) end
    view, handle = lend_host.pil {blocks = blocks, format = base.fmt,
      shape = base.shape, readonly = base.ro}
  elseif base.fmt then
    view, handle = lend_host.lend {data = python.unhex(base.hex),
      format = base.fmt, shape = base.shape, strides = base.strides,
      offset = base.offset, itemsize = base.itemsize, readonly = base.ro}
  elseif base.ro then
    local data = python.unhex(base.hex)
    return mview(data), function() return data end
  else
    local data = mview.bytearray(python.unhex(base.hex))
    return mview(data), function() return tostring(data) end
  end
  return view, function() return handle:bytes() end
end

local counts, replayed, inapplicable = {}, 0, 0

-- Replays a group. Returns the failures: at most 20 lines and a count.
local function replay(group)
  local wrong = {}
  for _, case in ipairs(group) do
    if vectors.applies(case) then
      local ok, result = vectors.replay(case, implementation)
      if not ok then wrong[#wrong + 1] = result
      elseif result then counts[result] = (counts[result] or 0) + 1 end
      replayed = replayed + 1
    else inapplicable = inapplicable + 1 end
  end
  if #wrong == 0 then return "" end
  local lines = table.move(wrong, 1, math.min(#wrong, 20), 1, {})
  lines[#lines + 1] = ("%d of %d cases fail"):format(#wrong, #group)
  return "\n" .. table.concat(lines, "\n")
end

describe("The conformance vectors", function()
  for _, group in ipairs(vectors.groups(cases)) do
    it(("hold: %s, %d cases"):format(group.name, #group), function()
      assert.equal("", replay(group))
    end)
  end

  it("are all replayed, and each deviation is named and counted", function()
    print(("\n%s cases of CPython %s, %d replayed, %d not of this machine")
      :format(header.n, header.python, replayed, inapplicable))
    for number, name in ipairs(vectors.deviations) do
      print(("%6d deviate: %s"):format(counts[number] or 0, name))
    end
    assert.equal(header.n, replayed + inapplicable)
  end)
end)
