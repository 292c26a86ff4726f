local files = require "files"
local mview = require "mview"
local raises = require "raises"
local unix = require "unix"

local failed = files.failed

local EBADF, EAGAIN, EISDIR, EPIPE =
  unix.EBADF, unix.EAGAIN, unix.EISDIR, unix.EPIPE
local MIB = 1 << 20

local bytes, read, write = files.bytes, files.read, files.write
local open, zeros = files.open, files.zeros

describe("v:readfrom and v:writeto", function()
  local path
  local content = bytes(10000)

  before_each(function() path = files.temporary(content) end)
  after_each(function() os.remove(path) end)

  describe("of a descriptor", function()
    it("read a file until the view is full", function()
      local large = bytes(3 * MIB + 5)
      write(path, large)
      local fd = unix.open(path)
      local view = zeros(#large + 1)
      assert.equal(#large, view:readfrom(fd))
      assert.is_true(view:sub(1, -2):equals(large))
      assert.equal(0, view:readfrom(fd))
      unix.close(fd)
    end)

    it("write all", function()
      local large = bytes(3 * MIB + 5)
      local fd = unix.open(path, "w")
      assert.equal(#large, mview(large):writeto(fd))
      assert.equal(#large, unix.tell(fd))
      unix.close(fd)
      assert.is_true(mview(large):equals(read(path)))
    end)

    for name, pair in pairs {pipe = unix.pipe, socket = unix.socketpair} do
      it("read the bytes of a " .. name .. ", then its end", function()
        local r, w = pair()
        local view = zeros(100)
        unix.write(w, "short")
        assert.equal(5, view:readfrom(r))
        assert.equal("short", view:sub(1, 5):tobytes())
        unix.write(w, bytes(100) .. "rest")
        assert.equal(100, view:readfrom(r))
        assert.equal(bytes(100), view:tobytes())
        unix.close(w)
        assert.equal(4, view:readfrom(r))
        assert.equal(0, view:readfrom(r))
        unix.close(r)
      end)

      it("write all to a " .. name .. " that has a reader", function()
        local r, w = pair()
        local large = bytes(3 * MIB + 5)
        local child = unix.fork(function()
          unix.close(r)
          return mview(large):writeto(w) == #large
        end)
        unix.close(w)
        local got, view = {}, zeros(70000)
        repeat
          local n = view:readfrom(r)
          got[#got + 1] = view:sub(1, n):tobytes()
        until n == 0
        assert.equal(0, unix.wait(child))
        assert.is_true(mview(large):equals(table.concat(got)))
        unix.close(r)
      end)

      it("report that a " .. name .. " would block", function()
        local r, w = pair()
        unix.nonblock(r)
        unix.nonblock(w)
        local blocked = failed(EAGAIN)
        local large = mview(bytes(4 * MIB))
        assert.same(blocked, {zeros(10):readfrom(r)})
        local sent = large:writeto(w)
        assert.is_true(sent > 0 and sent < #large)
        assert.same(blocked, {large:writeto(w)})
        local all, view = 0, zeros(MIB)
        repeat
          local n = view:readfrom(r)
          all = all + (n or 0)
        until not n
        assert.equal(sent, all)
        unix.close(r, w)
      end)

      it("go on when signals interrupt reading a " .. name, function()
        local r, w = pair()
        local view = zeros(10)
        unix.feed(w, "late")
        local n, message = view:readfrom(r)
        assert.is_true(unix.calm() >= 20)
        assert.equal(4, n, message)
        assert.equal("late", view:sub(1, 4):tobytes())
        unix.close(r, w)
      end)

      it("go on when signals interrupt writing a " .. name, function()
        local r, w = pair()
        local large = bytes(MIB)
        unix.nonblock(r)
        unix.drain(r)
        local n, message = mview(large):writeto(w)
        local signals, drained = unix.calm()
        assert.is_true(signals >= 20)
        assert.equal(#large, n, message)
        assert.is_true(mview(large):sub(1, #drained):equals(drained))
        local view = zeros(#large)
        local rest = #drained < #large and view:readfrom(r) or 0
        assert.equal(#large, #drained + rest)
        unix.close(r, w)
      end)

      it("fail without a reader of a " .. name, function()
        unix.ignore_sigpipe()
        local r, w = pair()
        unix.close(r)
        assert.same(failed(EPIPE), {mview("x"):writeto(w)})
        unix.close(w)
      end)
    end

    it("read a device piece by piece", function()
      local fd = unix.open("/dev/zero")
      local view = zeros(4 * MIB)
      view:fill(1)
      assert.equal(MIB, view:readfrom(fd))
      assert.equal(MIB, view:sub(-1, 1, -1):readfrom(fd))
      assert.equal(2 * MIB, view:count(0))
      unix.close(fd)
    end)

    it("keep the bounds of datagrams", function()
      local r, w = unix.socketpair("dgram")
      local view = zeros(100)
      mview("first"):writeto(w)
      mview("second"):sub(-1, 1, -1):writeto(w)
      assert.equal(5, view:readfrom(r))
      assert.equal(6, view:sub(1, -1, 2):readfrom(r))
      assert.equal("dnoces", view:sub(1, 11, 2):tobytes())
      unix.close(r, w)
    end)

    it("report why it cannot be read or written", function()
      local refused = failed(EBADF)
      assert.same(refused, {zeros(1):readfrom(9999)})
      assert.same(refused, {mview("x"):writeto(9999)})
      assert.same(refused, {mview("x"):writeto(9999, 0)})
      local fd = unix.open("/tmp")
      assert.same(failed(EISDIR), {zeros(1):readfrom(fd)})
      unix.close(fd)
    end)
  end)

  -- The handle cannot seek, so its descriptor is used.
  describe("of a handle to a pipe", function()
    it("go on behind the end after further writes", function()
      local r, w = unix.pipe()
      local file <close> = open("/dev/fd/" .. r, "rb")
      local view = zeros(4)
      unix.close(w)
      assert.equal(0, view:readfrom(file))
      w = unix.open("/dev/fd/" .. r, "w")
      unix.write(w, "more")
      assert.equal(4, view:readfrom(file))
      assert.equal("more", view:tobytes())
      unix.close(r, w)
    end)

    it("go on when signals interrupt reading", function()
      local r, w = unix.pipe()
      local file <close> = open("/dev/fd/" .. r, "rb")
      local view = zeros(4)
      unix.feed(w, "late")
      local n, message = view:readfrom(file)
      assert.is_true(unix.calm() >= 20)
      assert.equal(4, n, message)
      assert.equal("late", view:tobytes())
      unix.close(r, w)
    end)

    it("go on when signals interrupt writing", function()
      local r, w = unix.pipe()
      local file <close> = open("/dev/fd/" .. w, "wb")
      local large = bytes(MIB - 3)
      unix.nonblock(r)
      file:write("abc")
      unix.drain(r)
      local n, message = mview(large):writeto(file)
      local signals, drained = unix.calm()
      assert.is_true(signals >= 20)
      assert.equal(#large, n, message)
      local view = zeros(MIB)
      local rest = #drained < MIB and view:readfrom(r) or 0
      assert.equal(MIB, #drained + rest)
      assert.is_true(mview("abc" .. large):equals(drained ..
        view:sub(1, rest):tobytes()))
      unix.close(r, w)
    end)
  end)

  describe("of an object", function()
    local r, w

    before_each(function() r, w = unix.pipe() end)
    after_each(function() unix.close(r, w) end)

    it("use the descriptor that fileno returns", function()
      local function object(fd)
        return setmetatable({}, {__index = {
          fileno = function(self)
            assert.equal("table", type(self))
            return fd
          end}})
      end
      assert.equal(4, mview("sent"):writeto(object(w)))
      local view = zeros(10)
      assert.equal(4, view:readfrom(object(r + 0.0)))
      assert.equal("sent", view:sub(1, 4):tobytes())
    end)

    it("call no other value if fileno is gone before its call",
      function()
        local asked, called = 0, false
        local object = setmetatable({}, {
          __index = function(_, name)
            asked = asked + (name == "fileno" and 1 or 0)
            return name == "fileno" and asked == 1 and print or nil
          end,
          __call = function()
            called = true
            return -1
          end})
        raises("attempt to call a nil value", mview("x").writeto, mview("x"),
          object)
        assert.is_false(called)
      end)

    for _, row in ipairs {
      {-1, "-1"}, {-1.0, "-1.0"}, {1.5, "1.5"}, {"1", "1"}, {nil, "nil"},
      {1 << 40, "1099511627776"}, {math.mininteger, "-9223372036854775808"},
    } do
      it("refuse " .. row[2] .. " from fileno", function()
        assert.has_error(function()
          mview("x"):writeto({fileno = function() return row[1] end})
        end, ("bad argument #1 to 'writeto' ('fileno' returned %s, " ..
          "expected a descriptor)"):format(row[2]))
      end)
    end

    it("pass an error of its method on", function()
      assert.has_error(function()
        mview("x"):writeto({fileno = function() error("not open", 0) end})
      end, "not open")
    end)

    it("check the memory only after that", function()
      local data = mview.bytearray("bytes")
      local view = data:view()
      for _, change in ipairs {
        {function() data:resize(1) end,
          "attempt to use an expired view (its bytearray shrank)"},
        {function() data:release() end,
          "attempt to use a view of revoked memory"},
      } do
        for _, call in ipairs {"writeto", "readfrom"} do
          assert.has_error(function()
            view[call](view, {fileno = function() change[1]() return w end})
          end, change[2])
          data = mview.bytearray("bytes")
          view = data:view()
        end
      end
      data = mview.bytearray("grows")
      view = data:view()
      assert.equal(5, view:writeto({fileno = function()
        data:resize(1 << 20)
        return w
      end}))
      assert.equal("grows", unix.read(r, 10))
    end)

    it("read and write sockets of LuaSocket", function()
      local found, socket = pcall(require, "socket")
      if not found then return pending("LuaSocket is not installed") end
      local server = assert(socket.bind("127.0.0.1", 0))
      local _, port = server:getsockname()
      local client = assert(socket.connect("127.0.0.1", port))
      local peer = assert(server:accept())
      local view = zeros(100)
      assert.same(failed(EAGAIN), {view:readfrom(client)})
      assert.equal(7, mview("request"):writeto(peer))
      socket.select({client})
      assert.equal(7, view:readfrom(client))
      assert.equal("request", view:sub(1, 7):tobytes())
      assert.equal(3, view:sub(5, 7):writeto(client))
      assert.equal("est", peer:receive(3))
      peer:close()
      socket.select({client})
      assert.equal(0, view:readfrom(client))
      client:close()
      server:close()
      for _, closed in ipairs {client, assert(socket.tcp())} do
        assert.has_error(function() view:readfrom(closed) end,
          "bad argument #1 to 'readfrom' (socket is closed, or not yet " ..
          "connected)")
      end
    end)
  end)
end)
