local shell = require "shell"

local LUA = os.getenv("LUA") or "lua5.4"

describe("examples/resp.lua", function()
  it("shows the recorded exchange", function()
    local output, status = shell(LUA .. " examples/resp.lua")
    assert.equal(0, status, output)
    assert.equal([[
PING     PONG
RPUSH    3
LRANGE   {"one", "two", "th\r\nr\0\1ee"}
GET      nil
NONSENSE (error) ERR unknown command 'NONSENSE'
]], output)
  end)
end)
