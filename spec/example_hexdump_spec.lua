local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

local compared = select(2, shell("command -v hexdump")) == 0 and it or pending

describe("examples/hexdump.lua", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  for _, row in ipairs {
    {"an empty file", ""}, {"a short text", "hello world\n"},
    {"zeros", ("\0"):rep(4096)}, {"random bytes", nil},
  } do
    compared("prints what hexdump -C prints of " .. row[1], function()
      math.randomseed(16)
      local file = assert(io.open(path, "wb"))
      for _ = 1, row[2] and 0 or 5000 do
        file:write(string.char(math.random(0, 255)))
      end
      file:write(row[2] or "")
      file:close()
      local output, status = shell(LUA .. " examples/hexdump.lua " .. path)
      assert.equal(0, status)
      assert.equal(shell("hexdump -C " .. path), output)
    end)
  end

  compared("prints what hexdump -C prints of the interpreter", function()
    local lua = shell("readlink -fn \"$(command -v " .. LUA .. ")\"")
    lua = "'" .. lua .. "'"
    assert.equal(shell("hexdump -C " .. lua),
      (shell(LUA .. " examples/hexdump.lua " .. lua)))
  end)

  it("dumps its own source without an argument", function()
    local output, status = shell(LUA .. " examples/hexdump.lua")
    assert.equal(0, status)
    assert.matches("^00000000  2d 2d 20 50 72 69 6e 74  73 20 61 20 66 69 "
      .. "6c 65  |%-%- Prints a file|\n", output)
  end)

  it("reports a file that it cannot open", function()
    local output, status = shell(LUA .. " examples/hexdump.lua /nowhere")
    assert.equal(1, status)
    assert.matches(select(2, io.open "/nowhere"), output, 1, true)
  end)
end)
