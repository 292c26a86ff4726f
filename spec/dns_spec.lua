-- DNS over UDP: a query to a small server of this spec, and its answer.

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"
local raises = require "raises"
local found, socket = pcall(require, "socket")

-- ---- on a reader and a writer ---------------------------------------------

local function write_name(w, name)
  for label in name:gmatch "[^.]+" do w:u8(#label):string(label) end
  return w:u8(0)
end

local function write_question(w, id, name, kind)
  w:u16(id):bits(1, 0):bits(4, 0):bits(4, 1):bits(7, 0)
    :u16(1):u16(0):u16(0):u16(0)
  return write_name(w, name):u16(kind):u16(1)
end

-- Reads a name, which may continue at an earlier place of the message.
local function read_name(r)
  local labels, back, first = {}, nil, r.pos
  while true do
    local size = r:u8()
    if size == 0 then break end
    if size >= 0xc0 then
      local to = (size & 63) << 8 | r:u8()
      back = back or r.pos
      if to + 1 >= first then error("name does not go back") end
      first = to + 1
      r:seek(first)
    else
      labels[#labels + 1] = r:string(size)
    end
  end
  if back then r:seek(back) end
  return table.concat(labels, ".")
end

local function read_answer(r)
  local m = {id = r:u16(), response = r:bits(1) == 1, answers = {}}
  r:bits(11)
  m.code = r:bits(4)
  local questions, answers = r:u16(), r:u16()
  r:skip(4)
  for _ = 1, questions do
    m.question = read_name(r)
    r:skip(4)
  end
  for i = 1, answers do
    local a = {name = read_name(r), kind = r:u16()}
    r:skip(2)
    a.ttl = r:u32()
    a.data = r:bytes(r:u16())
    m.answers[i] = a
  end
  return m
end

-- ---- the same on strings --------------------------------------------------

local pack, unpack = string.pack, string.unpack

local function question_string(id, name, kind)
  local parts = {pack(">I2 I2 I2 I2 I2 I2", id, 0x0080, 1, 0, 0, 0)}
  for label in name:gmatch "[^.]+" do parts[#parts + 1] = pack("s1", label) end
  parts[#parts + 1] = pack(">B I2 I2", 0, kind, 1)
  return table.concat(parts)
end

local function name_string(s, pos)
  local labels, back, first = {}, nil, pos
  while true do
    local size
    size, pos = unpack("B", s, pos)
    if size == 0 then break end
    if size >= 0xc0 then
      local low
      low, pos = unpack("B", s, pos)
      local to = (size & 63) << 8 | low
      back = back or pos
      if to + 1 >= first then error("name does not go back") end
      first = to + 1
      pos = first
    else
      assert(pos + size - 1 <= #s, "label is cut off")
      labels[#labels + 1] = s:sub(pos, pos + size - 1)
      pos = pos + size
    end
  end
  return table.concat(labels, "."), back or pos
end

local function answer_string(s)
  local id, flags, questions, answers, pos = unpack(">I2 I2 I2 I2 xxxx", s)
  local m = {id = id, response = flags >> 15 == 1, code = flags & 15,
    answers = {}}
  for _ = 1, questions do
    m.question, pos = name_string(s, pos)
    assert(pos + 4 <= #s + 1, "question is cut off")
    pos = pos + 4
  end
  for i = 1, answers do
    local a = {}
    a.name, pos = name_string(s, pos)
    a.kind, a.ttl, a.data, pos = unpack(">I2 xx I4 s2", s, pos)
    m.answers[i] = a
  end
  return m
end

-- ---- a server that knows the query's name as 127.0.0.1 --------------------

local function respond(query)
  local r = reader(query, ">")
  local id = r:u16()
  r:skip(10)
  local name = read_name(r)
  local kind = r:u16()
  local w = writer(nil, ">"):u16(id):bits(1, 1):bits(4, 0):bits(11, 0x180)
    :u16(1):u16(2):u16(0):u16(0)
  write_name(w, name):u16(kind):u16(1)
  w:u16(0xc00c):u16(kind):u16(1):u32(300):u16(4):bytes("\127\0\0\1")
  w:u8(3):string("alt"):u16(0xc00c):u16(16):u16(1):u32(7):u16(0)
  local size = w.pos
  w:u8(4):string("text"):seek(size - 2):u16(5)
  return w:view():tobytes()
end

local NAME = "www.example.org"

local expected = {id = 4711, response = true, code = 0, question = NAME,
  answers = {{name = NAME, kind = 1, ttl = 300, data = "\127\0\0\1"},
    {name = "alt." .. NAME, kind = 16, ttl = 7, data = "\4text"}}}

local function plain(m)
  for _, a in ipairs(m.answers) do
    if mview.isview(a.data) then a.data = a.data:tobytes() end
  end
  return m
end

describe("A DNS query", function()
  local question = write_question(writer(nil, ">"), 4711, NAME, 1):view()
    :tobytes()

  it("is that of string.pack", function()
    assert.equal(question_string(4711, NAME, 1), question)
  end)

  it("is answered to both alike", function()
    local answer = respond(question)
    assert.same(expected, answer_string(answer))
    assert.same(expected, plain(read_answer(reader(answer, ">"))))
  end)

  it("raises for an answer that is cut anywhere", function()
    local answer = respond(question)
    for n = 0, #answer - 1 do
      local ok, message = pcall(read_answer, reader(answer:sub(1, n), ">"))
      assert.is_false(ok)
      assert.matches("need %d+ bytes at position %d+, %d+ left$", message)
    end
  end)

  it("has no name that goes round in circles", function()
    for _, bytes in ipairs {"\xc0\0", "\xc0\5", "\1a\xc0\0", "\xff\xff"} do
      raises("name does not go back", read_name, reader(bytes, ">"))
    end
  end)

  it("goes over UDP", function()
    if not found then pending "LuaSocket is not installed" return end
    local server = assert(socket.udp())
    assert(server:setsockname("127.0.0.1", 0))
    local client = assert(socket.udp())
    assert(client:setpeername(server:getsockname()))
    client:settimeout(10)
    server:settimeout(10)
    assert(client:send(question))
    local query, host, port = assert(server:receivefrom())
    assert(server:sendto(respond(query), host, port))
    assert.same(expected, plain(read_answer(reader(assert(client:receive()),
      ">"))))
    client:close()
    server:close()
  end)
end)
