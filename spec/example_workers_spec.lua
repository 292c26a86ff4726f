local files = require "files"
local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

-- The PGM image that the example writes, with luv or without it, and its
-- output.
local function draw(without)
  local path = os.tmpname()
  local hidden = without and "-e 'package.preload.luv = error' " or ""
  local output, status = shell(("%s %sexamples/workers.lua %s"):format(LUA,
    hidden, path))
  local image = files.read(path)
  os.remove(path)
  assert.equal(0, status)
  return image, output
end

describe("examples/workers.lua", function()
  it("draws the same picture in threads and without them", function()
    local image, output = draw(false)
    local other, told = draw(true)
    assert.is_true(image == other)
    assert.equal("P5 256 192 255\n", image:sub(1, 15))
    assert.equal(15 + 256 * 192, #image)
    assert.equal("49152 points, drawn in one state: there is no luv\n", told)
    local how = pcall(require, "luv") and "in four threads"
      or "in one state: there is no luv"
    assert.equal(("49152 points, drawn %s\n"):format(how), output)
  end)

  it("draws the inside and the outside of the set", function()
    local image = draw(true)
    local function at(x, y) -- of the plane
      local column, row = (x + 2.25) / 3 * 256, (y + 1.125) / 2.25 * 192
      return image:byte(15 + (math.floor(row) - 1) * 256 + math.floor(column))
    end
    for _, point in ipairs {{0, 0}, {-1, 0}, {-0.1, 0.7}, {-0.1, -0.7}} do
      assert.equal(255, at(table.unpack(point)))
    end
    for _, point in ipairs {{0.7, 1}, {-2.2, 1}, {0.7, -1}, {0.5, 0}} do
      assert.is_true(at(table.unpack(point)) < 20)
    end
  end)

  it("prints the picture if it writes no file", function()
    local output = shell(LUA .. " examples/workers.lua")
    assert.equal(25, select(2, output:gsub("\n", "")))
    assert.matches("@@@@@@@@@@", output, 1, true)
  end)
end)
