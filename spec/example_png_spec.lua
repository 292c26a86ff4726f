local makepng = require "makepng"
local files = require "files"
local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

local function installed(program)
  return select(2, shell("command -v " .. program)) == 0
end

local with_pngcheck = installed("pngcheck") and it or pending
local with_identify = installed("identify") and it or pending

-- Each kind of pixels: color type, depth, its name in pngcheck.
local KINDS = {
  {0, 1, "1-bit grayscale"}, {0, 4, "4-bit grayscale"},
  {0, 16, "16-bit grayscale"}, {2, 8, "24-bit RGB"},
  {2, 16, "48-bit RGB"}, {3, 2, "2-bit palette"},
  {3, 8, "8-bit palette"}, {4, 8, "16-bit grayscale+alpha"},
  {6, 8, "32-bit RGB+alpha"}, {6, 16, "64-bit RGB+alpha"},
}

local function image_of(kind, interlace)
  return {width = 21, height = 10, color = kind[1], depth = kind[2],
    interlace = interlace, text = {"Title\0a picture"}}
end

-- The expected output for an image of makepng.
local function expected(path, png, chunks, kind, interlace)
  local lines = {("File: %s (%d bytes)"):format(path, #png)}
  local offset = 8
  for _, chunk in ipairs(chunks) do
    lines[#lines + 1] = ("  chunk %s at offset 0x%05x, length %d"):format(
      chunk.kind, offset + 4, chunk.length)
    if chunk.kind == "IHDR" then
      lines[#lines + 1] = ("    21 x 10 image, %s, %s"):format(kind[3],
        interlace == 1 and "interlaced" or "non-interlaced")
    end
    offset = offset + 12 + chunk.length
  end
  lines[#lines + 1] = ("No errors detected in %s (%d chunks).\n"):format(path,
    #chunks)
  return table.concat(lines, "\n")
end

-- The lines of pngcheck -v that the example prints too.
local function by_pngcheck(path)
  local lines = {}
  for line in shell("pngcheck -v " .. path):gmatch("[^\n]+") do
    lines[#lines + 1] = line:match("^File: .*")
      or line:match("^  chunk %a+ at offset %w+, length %d+")
      or line:match("^    %d+ x %d+ image, .*")
      or line:match("^  CRC error in .*")
      or line:match("^ERRORS .*")
      or line:match("^No errors .*") and line:gsub(", .* compression", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

describe("examples/png.lua", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  local function write(bytes) files.write(path, bytes) end

  local function example()
    return shell(LUA .. " examples/png.lua " .. path)
  end

  for _, kind in ipairs(KINDS) do
    for interlace = 0, 1 do
      local name = kind[3] .. (interlace == 1 and ", interlaced" or "")
      it("lists the chunks of " .. name, function()
        local png, chunks = makepng(image_of(kind, interlace))
        write(png)
        local output, status = example()
        assert.equal(expected(path, png, chunks, kind, interlace), output)
        assert.equal(0, status)
      end)

      with_pngcheck("agrees with pngcheck on " .. name, function()
        write((makepng(image_of(kind, interlace))))
        assert.equal(by_pngcheck(path), (example()))
      end)
    end

    with_identify("agrees with identify on " .. kind[3], function()
      write((makepng(image_of(kind))))
      local size = shell("identify -format '%w x %h' " .. path)
      assert.equal(size, example():match("\n    (%d+ x %d+) image"))
    end)
  end

  local function damaged()
    local png = makepng(image_of(KINDS[1]))
    return (png:gsub("a picture", "A picture"))
  end

  it("finds the chunk whose checksum is wrong", function()
    write(damaged())
    local output, status = example()
    assert.matches("\n  CRC error in chunk tEXt %(computed %x+, "
      .. "expected %x+%)\nERRORS DETECTED in " .. path .. "\n$", output)
    assert.equal(2, status)
  end)

  with_pngcheck("agrees with pngcheck on a wrong checksum", function()
    write(damaged())
    assert.equal(by_pngcheck(path), (example()))
  end)

  for _, row in ipairs {
    {"a file that ends within a chunk", makepng(image_of(KINDS[1])):sub(1, 50),
      "need 19 bytes at position 38, 13 left"},
    {"an image without an end", makepng(image_of(KINDS[1])):sub(1, -13),
      "need 4 bytes at position 124, 0 left"},
    {"an empty file", "", "need 8 bytes at position 1, 0 left"},
    {"another file", "GIF89a..", "not a PNG image"},
  } do
    it("reports the fault of " .. row[1], function()
      write(row[2])
      local output, status = example()
      assert.matches(row[3], output, 1, true)
      assert.matches("\nERRORS DETECTED in " .. path .. "\n", output, 1, true)
      assert.equal(2, status)
    end)
  end

  it("shows a sample without an argument", function()
    local output, status = shell(LUA .. " examples/png.lua")
    assert.equal(table.concat({
      "File: sample.png (67 bytes)",
      "  chunk IHDR at offset 0x0000c, length 13",
      "    1 x 1 image, 8-bit grayscale, non-interlaced",
      "  chunk IDAT at offset 0x00025, length 10",
      "  chunk IEND at offset 0x0003b, length 0",
      "No errors detected in sample.png (3 chunks).\n",
    }, "\n"), output)
    assert.equal(0, status)
  end)
end)
