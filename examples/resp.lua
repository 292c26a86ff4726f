--[[
resp.lua - a client of Redis, on a reader and a writer

usage: lua resp.lua [HOST:PORT]

Any number of commands are written into one bytearray and sent at once. Replies
are received into a second bytearray, and a reader decodes them. An incomplete
reply raises an underrun; then more bytes are received, and the reply is read
again from its start. With HOST:PORT and LuaSocket the program talks to a
server; without them it decodes a recorded exchange.
]]

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"

local resp = {}

-- ---- the protocol: RESP2 --------------------------------------------------

-- An error of Redis is returned as a value, so the replies behind it can be
-- read.
local failure = {__tostring = function(e) return "(error) " .. e.message end}

local parsers = {}

-- Reads one reply: a string, an integer, nil, a table, or a failure.
local function parse(r)
  local kind = r:u8()
  return assert(parsers[kind], "no reply of Redis")(r)
end

local function line(r) return r:upto("\r\n"):tobytes() end

local function number(r)
  return assert(math.tointeger(line(r)), "no number in a reply of Redis")
end

parsers[("+"):byte()] = line
parsers[(":"):byte()] = number
parsers[("-"):byte()] = function(r)
  return setmetatable({message = line(r)}, failure)
end
parsers[("$"):byte()] = function(r)
  local n = number(r)
  if n < 0 then return nil end
  local text = r:string(n)
  r:skip(2)
  return text
end
parsers[("*"):byte()] = function(r)
  local n = number(r)
  if n < 0 then return nil end
  local list = {n = n}
  for i = 1, n do list[i] = parse(r) end
  return list
end

resp.parse = parse

-- Writes one command: strings and numbers.
function resp.command(w, ...)
  w:string(("*%d\r\n"):format(select("#", ...)))
  for _, word in ipairs {...} do
    local text = tostring(word)
    w:string("$"):string(tostring(#text)):string("\r\n"):string(text)
      :string("\r\n")
  end
end

-- ---- the client -----------------------------------------------------------

local client = {}
client.__index = client

-- transport: send(view); receive(bytearray) -> number of bytes; 0, nil: the end
function resp.client(transport)
  local output, input = mview.bytearray(), mview.bytearray()
  return setmetatable({transport = transport, output = output, input = input,
    writer = writer(output), reader = reader(input)}, client)
end

-- Adds a command, which is sent together with others.
function client:push(...) resp.command(self.writer, ...) end

function client:flush()
  self.transport.send(self.output:view())
  self.output:remove(1, -1)
end

-- Returns the next reply.
function client:pull()
  local r = self.reader
  while true do
    local start = r.pos
    local ok, reply = pcall(parse, r)
    if ok then
      if r.pos > 1 << 16 then r:discard() end
      return reply
    end
    if not tostring(reply):find "need %d+ bytes" then error(reply, 0) end
    r.pos = start
    if (self.transport.receive(self.input) or 0) == 0 then
      error("the server has closed the connection", 0)
    end
  end
end

-- Sends one command and waits for its reply.
function client:call(...)
  self:push(...)
  self:flush()
  return self:pull()
end

-- ---- transports -----------------------------------------------------------

-- A connection of LuaSocket; the transport waits until it is readable.
function resp.socket(connection)
  local socket = require "socket"
  local file = {fileno = function() return connection:getfd() end}
  connection:settimeout(0)
  return {
    send = function(view)
      while #view > 0 do
        local n, message, errno = view:writeto(file)
        if n then view = view:sub(n + 1)
        elseif errno == 11 then socket.select(nil, {connection})
        else error(message) end
      end
    end,
    receive = function(bytes)
      while true do
        local n, message, errno = bytes:appendfrom(file, 1 << 16)
        if n then return n end
        if errno ~= 11 then error(message) end
        socket.select({connection})
      end
    end,
  }
end

-- Receives a recorded text in pieces of some bytes, and drops the bytes sent.
function resp.recording(text, piece)
  local r = reader(text)
  return {
    send = function() end,
    receive = function(bytes)
      local n = math.min(piece, r:left())
      bytes:append(r:bytes(n))
      return n
    end,
  }
end

-- ---- the example ----------------------------------------------------------

local recorded = "+PONG\r\n:3\r\n*3\r\n$3\r\none\r\n$3\r\ntwo\r\n"
  .. "$9\r\nth\r\nr\0\1ee\r\n$-1\r\n-ERR unknown command 'NONSENSE'\r\n"

local commands = {{"PING"}, {"RPUSH", "list", "one", "two", "th\r\nr\0\1ee"},
  {"LRANGE", "list", 0, -1}, {"GET", "nothing"}, {"NONSENSE"}}

local function show(x)
  if type(x) ~= "table" or getmetatable(x) then return tostring(x) end
  local list = {}
  for i = 1, x.n do
    list[i] = ("%q"):format(x[i]):gsub("\\13", "\\r"):gsub("\\\n", "\\n")
  end
  return "{" .. table.concat(list, ", ") .. "}"
end

local function main(address)
  local transport = resp.recording(recorded, 7)
  if address then
    local host, port = address:match("^(.*):(%d+)$")
    transport = resp.socket(assert(require("socket").connect(host, port)))
  end
  local redis = resp.client(transport)
  for _, command in ipairs(commands) do redis:push(table.unpack(command)) end
  redis:flush()
  for _, command in ipairs(commands) do
    print(("%-8s %s"):format(command[1], show(redis:pull())))
  end
end

if arg and arg[0] and arg[0]:find "resp%.lua$" then main(arg[1]) end

return resp
