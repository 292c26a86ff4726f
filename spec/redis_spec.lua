-- A client of Redis (examples/resp.lua), with a server and without.

local mview = require "mview"
local raises = require "raises"
local reader = require "mview.reader"
local writer = require "mview.writer"
local shell = require "shell"
local resp = dofile "examples/resp.lua"
local found, socket = pcall(require, "socket")

-- ---- the same on strings, for comparison ----------------------------------

-- The reply at pos and the position behind it; no results: bytes are missing.
local function parse_string(s, pos)
  local stop = s:find("\r\n", pos, true)
  if not stop then return nil end
  local kind, text = s:sub(pos, pos), s:sub(pos + 1, stop - 1)
  pos = stop + 2
  if kind == "+" then return text, pos end
  if kind == "-" then return {message = text}, pos end
  if kind == ":" then return math.tointeger(text), pos end
  local n = math.tointeger(text)
  if n < 0 then return false, pos end
  if kind == "$" then
    if #s < pos + n + 1 then return nil end
    return s:sub(pos, pos + n - 1), pos + n + 2
  end
  assert(kind == "*", "no reply of Redis")
  local list = {n = n}
  for i = 1, n do
    local item
    item, pos = parse_string(s, pos)
    if pos == nil then return nil end
    list[i] = item or nil
  end
  return list, pos
end

local REPLIES = "+OK\r\n:1000\r\n$5\r\nhel\r\n\r\n$0\r\n\r\n$-1\r\n*-1\r\n"
  .. "-ERR no\r\n*0\r\n*3\r\n:-1\r\n*2\r\n+a\r\n$-1\r\n$2\r\n\r\n\r\n"

local function plain(x)
  if type(x) ~= "table" then return x or false end
  local copy = {}
  for key, value in pairs(x) do copy[key] = plain(value) end
  return copy
end

describe("A Redis client", function()
  local expected = {}
  do
    local pos, count = 1, 0
    while pos <= #REPLIES do
      count = count + 1
      expected[count], pos = parse_string(REPLIES, pos)
    end
  end

  it("reads the same as a parser for strings, in any pieces",
    function()
      for piece = 1, #REPLIES do
        local redis = resp.client(resp.recording(REPLIES, piece))
        for i, reply in ipairs(expected) do
          assert.same(reply, plain(redis:pull()), i)
        end
        raises("the server has closed the connection", redis.pull, redis)
      end
    end)

  it("asks only for bytes that will come, after any cut", function()
    local reply = "*2\r\n$5\r\nhello\r\n*1\r\n:12\r\n"
    for cut = 0, #reply - 1 do
      local b = mview.bytearray(reply:sub(1, cut))
      local r = reader(b)
      local ok, message = pcall(resp.parse, r)
      assert.is_false(ok)
      local n, at = message:match "need (%d+) bytes at position (%d+)"
      assert.is_true(at + n - 1 > cut and at + n - 1 <= #reply)
      b:append(reply:sub(cut + 1))
      r.pos = 1
      assert.same({"hello", {12, n = 1}, n = 2}, resp.parse(r))
    end
  end)

  it("writes commands as a server reads them", function()
    local w = writer()
    resp.command(w, "SET", "key", 12)
    assert.equal("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$2\r\n12\r\n",
      w:view():tobytes())
  end)

  it("refuses bytes that are not a reply", function()
    for text, message in pairs {
      ["?what\r\n"] = "no reply of Redis",
      ["$x\r\n"] = "no number in a reply of Redis",
      [":\r\n"] = "no number in a reply of Redis",
    } do
      raises(message, resp.parse, reader(text))
    end
  end)
end)

-- ---- a real server --------------------------------------------------------

local installed = select(2, shell "command -v redis-server") == 0

-- Starts a server that stores nothing on disk, on a free port of the loopback.
local function start()
  for _ = 1, 50 do
    local port = math.random(20000, 60000)
    local server = io.popen(("exec env LD_PRELOAD= redis-server --port %d "
      .. "--bind 127.0.0.1 --save '' --appendonly no 2>&1"):format(port))
    for line in server:lines() do
      if line:find "[Rr]eady to accept" then return server, port end
    end
    server:close()
  end
  error "no port is free"
end

describe("A Redis server", function()
  local server, redis, connection

  if not (installed and found) then
    pending "needs redis-server and LuaSocket"
    return
  end

  setup(function()
    local port
    server, port = start()
    connection = assert(socket.connect("127.0.0.1", port))
    redis = resp.client(resp.socket(connection))
  end)

  teardown(function()
    redis:push("SHUTDOWN", "NOSAVE")
    redis:flush()
    for _ in server:lines() do end -- until it ends
    server:close()
    connection:close()
  end)

  it("answers", function()
    local binary = "\0\r\n\255" .. ("x"):rep(1000)
    assert.equal("PONG", redis:call("PING"))
    assert.equal("OK", redis:call("SET", "key", binary))
    assert.equal(binary, redis:call("GET", "key"))
    assert.is_nil(redis:call("GET", "none"))
    assert.equal(3, redis:call("RPUSH", "list", "a", "", 5))
    assert.same({"a", "", "5", n = 3}, redis:call("LRANGE", "list", 0, -1))
    assert.same({1, {"two", {3, n = 1}, n = 2}, n = 2},
      redis:call("EVAL", "return {1, {'two', {3}}}", 0))
    assert.matches("^%(error%) ERR unknown command", tostring(redis:call "NO"))
    assert.equal("PONG", redis:call("PING"))
  end)

  it("answers 10,000 commands at once", function()
    local n = 10000
    redis:call("DEL", "counter")
    for i = 1, n do
      if i % 2 == 0 then redis:push("ECHO", ("x"):rep(i % 100))
      else redis:push("INCR", "counter") end
    end
    redis:flush()
    for i = 1, n do
      local expected = i % 2 == 0 and ("x"):rep(i % 100) or (i + 1) // 2
      local reply = redis:pull()
      if reply ~= expected then assert.equal(expected, reply, i) end
    end
    assert.equal("PONG", redis:call("PING"))
  end)

  it("takes and gives values larger than any buffer", function()
    local text = ("0123456789"):rep(1 << 19)
    assert.equal("OK", redis:call("SET", "large", text))
    assert.is_true(text == redis:call("GET", "large"))
  end)
end)
