-- The programs in examples/host: C and C++ that embed Lua with mview linked in.

local files = require "files"
local shell = require "shell"

local WIDTH, HEIGHT = 96, 64

-- The last frame that draw.lua draws, as a PPM.
local function picture()
  local pixels = {}
  for y = 1, HEIGHT do
    local half = math.floor(math.max(12 ^ 2 - (y - HEIGHT // 2) ^ 2, 0) ^ 0.5)
    for x = 1, WIDTH do
      local inside = math.abs(y - HEIGHT // 2) <= 12
        and math.abs(x - WIDTH * 3 // 4) <= half
      pixels[#pixels + 1] = inside and "\xff\xff\xff" or string.char(
        y * 255 // HEIGHT, 64, (HEIGHT + 1 - y) * 255 // HEIGHT)
    end
  end
  return ("P6\n%d %d\n255\n"):format(WIDTH, HEIGHT) .. table.concat(pixels)
end

describe("make host", function()
  local sections, output = {}, nil

  -- The compiler does not inherit the environment of this process.
  lazy_setup(function()
    output = shell "env -u LD_PRELOAD make -s host"
    local parts = output:gsub("%-%-%-%- ", "\0")
    for path, text in parts:gmatch "\0(%S+)\n([^\0]*)" do
      sections[path:match "[^/]+$"] = {path = path, text = text}
    end
  end)

  for _, language in ipairs {"c", "c++"} do
    describe("in " .. language, function()
      local program, text

      before_each(function()
        assert.is_table(sections[language], output)
        program, text = sections[language].path, sections[language].text
      end)

      it("lends the framebuffer for each frame, and takes it back", function()
        for frame = 1, 3 do
          assert.matches(("frame %d: drawn, 0 loans out\n"):format(frame), text,
            1, true)
        end
      end)

      it("borrows the arguments of the script", function()
        assert.matches("measure: 3.5\n", text, 1, true)
      end)

      it("shows that a kept slice is dead", function()
        assert.matches("peek: examples/host/draw.lua:%d+: attempt to use a "
          .. "view of revoked memory\n", text)
      end)

      it("lets an error of Lua cross its own function", function()
        assert.matches("mistake: examples/host/draw.lua:%d+: bad argument #1 "
          .. "to 'mean' %(string, view or other bytes%-like expected, "
          .. "got table%)\n", text)
      end)

      it("writes the picture that the script drew", function()
        assert.equal(picture(), files.read(program .. ".ppm"))
      end)

      it("fails with the script, when all is given back", function()
        local script = os.tmpname()
        for _, row in ipairs {
          {"return {draw = function() error 'no idea' end}", ":1: no idea\n"},
          {"return {draw = function(v) kept = v:foo() end}",
            ":1: attempt to call a nil value %(method 'foo'%)\n"},
          {"return {draw = 1}", "attempt to call a number value\n"},
          {"return", "attempt to index a nil value"},
          {"syntax", ":1: syntax error near <eof>\n"},
        } do
          files.write(script, row[1])
          local errors, status = shell(("%s %s /dev/null"):format(program,
            script))
          assert.equal(1, status, errors)
          assert.matches(row[2], errors)
        end
        os.remove(script)
      end)
    end)
  end

  it("writes a PNG if there is a converter", function()
    local _, missing = shell "command -v pnmtopng pngtopnm"
    if missing ~= 0 then pending "pnmtopng is not installed" end
    for _, section in pairs(sections) do
      local ppm = shell(("pngtopnm %s.png"):format(section.path))
      assert.equal(picture(), ppm)
    end
  end)
end)
