-- Objects with a descriptor, whose bytes may differ from those that the object
-- sends and receives.
local mview = require "mview"
local unix = require "unix"

local found, socket = pcall(require, "socket")
local sec, ssl = pcall(require, "ssl")

local function refused(name)
  return name .. " may send other bytes than its descriptor, pass the " ..
    "descriptor itself if that is meant)"
end

local function check_refused(object, name)
  local data = mview.bytearray("secret")
  assert.has_error(function() data:view():writeto(object) end,
    "bad argument #1 to 'writeto' (" .. refused(name))
  assert.has_error(function() data:view():readfrom(object) end,
    "bad argument #1 to 'readfrom' (" .. refused(name))
  assert.has_error(function() data:appendfrom(object) end,
    "bad argument #1 to 'appendfrom' (" .. refused(name))
  assert.equal("secret", tostring(data))
end

-- Two ends of a connection.
local function connect()
  local server = assert(socket.bind("127.0.0.1", 0))
  local _, port = server:getsockname()
  local client = assert(socket.connect("127.0.0.1", port))
  local peer = assert(server:accept())
  server:close()
  return client, peer
end

describe("An object whose descriptor may carry other bytes", function()
  local r, w

  before_each(function() r, w = unix.pipe() end)
  after_each(function()
    unix.close(w)
    assert.equal("", unix.read(r, 10)) -- nothing leaked
    unix.close(r)
  end)

  local function tell() return w end
  local function never() error "must not be called" end

  for name, methods in pairs {
    ["has getfd alone"] = {getfd = tell},
    ["is an end of TLS with getfd"] = {getfd = tell, dohandshake = never},
    ["is an end of TLS with fileno"] = {fileno = tell, dohandshake = never},
    ["has a peer's certificate"] = {fileno = tell, getpeercertificate = never},
  } do
    it("is refused if it " .. name, function()
      check_refused(methods, "table")
      check_refused(setmetatable({}, {__index = methods}), "table")
      check_refused(setmetatable({}, {__name = "tcp{client}",
        __index = methods}), "tcp{client}")
    end)
  end

  it("is refused with the metatable of a socket copied", function()
    if not found then return pending "LuaSocket is not installed" end
    local client = socket.tcp()
    local meta = {}
    for key, value in pairs(getmetatable(client)) do meta[key] = value end
    meta.__index, meta.__gc = {getfd = tell}, nil
    check_refused(setmetatable({}, meta), meta.__name or "table")
    client:close()
  end)
end)

describe("An object of LuaSocket", function()
  if not found then return end
  local client, peer

  before_each(function() client, peer = connect() end)
  after_each(function()
    client:close()
    peer:close()
  end)

  local function receive(n, ...)
    local data = mview.bytearray(n)
    return data:view():readfrom(...), data
  end

  it("is accepted in each of its classes", function()
    local udp = assert(socket.udp())
    assert(udp:setsockname("127.0.0.1", 0))
    local sender = assert(socket.udp())
    assert(sender:setpeername(udp:getsockname()))
    assert.equal(8, mview("datagram"):writeto(sender))
    socket.select({udp})
    local n, data = receive(20, udp)
    assert.equal("datagram", data:view():sub(1, n):tobytes())
    udp:close()
    sender:close()
    assert.equal(3, mview("tcp"):writeto(peer))
    assert.equal("tcp", client:receive(3))
  end)

  it("gives one datagram a call, without what does not fit", function()
    local udp, sender = assert(socket.udp()), assert(socket.udp())
    finally(function()
      udp:close()
      sender:close()
    end)
    assert(udp:setsockname("127.0.0.1", 0))
    assert(sender:setpeername(udp:getsockname()))
    for _, sent in ipairs {"one", "second", "", "last"} do
      assert(sender:send(sent))
    end
    for _, expected in ipairs {"one", "seco", "", "last"} do
      socket.select({udp})
      local n, data = receive(4, udp)
      assert.equal(expected, data:sub(1, n):tobytes())
    end
  end)

  it("gives the bytes of its buffer first", function()
    for size = 1, 40 do
      peer:send("header\r\nbody of 16 bytes!")
      assert.equal("header", client:receive("*l"))
      local all = {}
      repeat
        local n, data = receive(size, client)
        all[#all + 1] = data:view():sub(1, n):tobytes()
      until #table.concat(all) == 17
      assert.equal("body of 16 bytes!", table.concat(all))
      assert.is_false(client:dirty())
    end
  end)

  it("gives it to views in many pieces and to appendfrom", function()
    for _, limit in ipairs {5, 17, 100} do
      peer:send("header\r\nbody of 16 bytes!")
      assert.equal("header", client:receive("*l"))
      local wide = mview.bytearray(8):view():sub(1, -1, 2)
      assert.equal(4, wide:readfrom(client))
      assert.equal("body", wide:tobytes())
      local data = mview.bytearray(">")
      assert.equal(math.min(limit, 13), data:appendfrom(client, limit))
      assert.equal(">" .. (" of 16 bytes!"):sub(1, limit), tostring(data))
      if limit < 13 then client:receive(13 - limit) end
    end
  end)

  it("is read behind its buffer by appendfrom without a limit", function()
    peer:send("header\nbuffered")
    assert.equal("header", client:receive("*l"))
    peer:send(", queued")
    local data = mview.bytearray()
    assert.equal(16, data:appendfrom(client))
    assert.equal("buffered, queued", tostring(data))
  end)

  it("is read to its end by appendfrom", function()
    peer:send(("x"):rep(100) .. "\n" .. ("y"):rep(50000))
    assert.equal(100, #client:receive("*l"))
    peer:close()
    client:settimeout(nil)
    local data = mview.bytearray()
    repeat
      socket.select({client})
      local n, _, err = data:appendfrom(client)
    until n == 0 or err
    assert.equal(("y"):rep(50000), tostring(data))
  end)

  it("keeps the buffer if no bytes are read", function()
    peer:send("header\nbody")
    assert.equal("header", client:receive("*l"))
    assert.equal(0, mview.bytearray():view():readfrom(client))
    assert.has_error(function() mview("read-only"):readfrom(client) end,
      "attempt to write to a read-only view")
    assert.is_nil((mview.bytearray(4):view():readfrom(client, 0)))
    assert.equal(0, mview.bytearray():appendfrom(client, 0))
    local released = mview.bytearray(4):view()
    released:release()
    assert.has_error(function() released:readfrom(client) end,
      "attempt to use a released view")
    assert.equal("body", client:receive(4))
  end)

  it("must give its bytes one by one", function()
    peer:send("header\nbody")
    assert.equal("header", client:receive("*l"))
    local methods = getmetatable(client).__index
    local real = methods.receive
    finally(function() methods.receive = real end)
    for _, wrong in ipairs {"ab", "", 5, false} do
      methods.receive = function() return wrong end
      assert.has_error(function() receive(4, client) end, ("'receive' " ..
        "returned %s, expected one byte"):format(tostring(wrong)))
    end
  end)
end)

describe("A connection of LuaSec", function()
  if not (found and sec) then return end
  local folder

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
  end)
  teardown(function() os.execute("rm -r " .. folder) end)

  it("is refused, so no bytes leave unencrypted", function()
    local ok = os.execute(("openssl req -x509 -newkey rsa:2048 -nodes " ..
      "-subj /CN=localhost -keyout %s/key -out %s/cert >/dev/null 2>&1")
      :format(folder, folder))
    if not ok then return pending "openssl is not installed" end
    local client, peer = connect()
    client = assert(ssl.wrap(client, {mode = "client", protocol = "any"}))
    peer = assert(ssl.wrap(peer, {mode = "server", protocol = "any",
      key = folder .. "/key", certificate = folder .. "/cert"}))
    client:settimeout(0)
    peer:settimeout(0)
    local a, b
    repeat
      a = a or client:dohandshake()
      b = b or peer:dohandshake()
    until a and b
    check_refused(client, "SSL:Connection")
    check_refused(peer, "SSL:Connection")
    assert.equal(6, client:send("secret"))
    peer:settimeout(5)
    assert.equal("secret", peer:receive(6))
    -- The descriptor itself is accepted.
    assert.equal(5, mview("plain"):writeto(client:getfd()))
    assert.is_nil((peer:receive(5)))
    client:close()
    peer:close()
  end)
end)
