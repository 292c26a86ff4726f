local mview = require "mview"
local lend = require "lend"
local pin = require "pin"
local unix = require "unix"

local EBADF, EAGAIN, EISDIR, EINVAL, ENOSPC, ESPIPE, EPIPE =
  9, 11, 21, 22, 28, 29, 32
local MIB = 1 << 20

-- Bytes with a period of 251, so that swapped blocks differ.
local function bytes(n)
  local period = {}
  for i = 1, 251 do period[i] = string.char(i) end
  return table.concat(period):rep(n // 251 + 1):sub(1, n)
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local function write(path, content)
  local file <close> = assert(io.open(path, "wb"))
  file:write(content)
end

local function open(path, mode) return assert(io.open(path, mode)) end

-- How many KiB of memory the process uses.
local function resident()
  return tonumber(read("/proc/self/status"):match("VmRSS:%s*(%d+)"))
end

local function new(n) return mview.bytearray(n):view() end

describe("v:readfrom and v:writeto", function()
  local path
  local content = bytes(10000)

  before_each(function()
    path = os.tmpname()
    write(path, content)
  end)
  after_each(function() os.remove(path) end)

  describe("of a file handle", function()
    it("fill the view from where it stands", function()
      local file <close> = open(path, "rb")
      local view = new(100)
      for start = 1, 901, 100 do
        assert.equal(100, view:readfrom(file))
        assert.equal(content:sub(start, start + 99), view:tobytes())
      end
      assert.equal(content:sub(1001, 1010), file:read(10))
    end)

    it("end with the file, then with 0", function()
      local file <close> = open(path, "rb")
      local view = new(#content + 5)
      assert.equal(#content, view:readfrom(file))
      assert.equal(content .. ("\0"):rep(5), view:tobytes())
      assert.equal(0, view:readfrom(file))
      assert.is_nil(file:read(1))
    end)

    it("go on behind the end once there is more", function()
      local file <close> = open(path, "rb")
      new(#content + 1):readfrom(file)
      local more <close> = open(path, "ab")
      more:write("more")
      more:flush()
      local view = new(10)
      assert.equal(4, view:readfrom(file))
      assert.equal("more", view:sub(1, 4):tobytes())
    end)

    it("write where it stands, in its buffer's turn", function()
      local file = open(path, "wb")
      file:write("one ")
      assert.equal(4, mview("two "):writeto(file))
      file:write("three")
      file:close()
      assert.equal("one two three", read(path))
    end)

    it("append where it appends", function()
      local file = open(path, "ab")
      mview("more"):writeto(file)
      file:close()
      assert.equal(content .. "more", read(path))
    end)

    it("fill more than one piece", function()
      local large = bytes(3 * MIB + 5)
      write(path, large)
      local file = open(path, "r+b")
      local view = new(#large)
      assert.equal(#large, view:readfrom(file))
      assert.is_true(view:equals(large))
      assert.equal(#large, view:sub(-1, 1, -1):writeto(file))
      file:close()
      assert.is_true(mview(large .. large:reverse()):equals(read(path)))
    end)

    it("read and write pipes to programs", function()
      local input = assert(io.popen("printf 12345; printf 67890"))
      local view = new(8)
      assert.equal("1", input:read(1))
      assert.equal(8, view:readfrom(input))
      assert.equal("23456789", view:tobytes())
      assert.equal("0", input:read(1))
      assert.equal(0, view:readfrom(input))
      assert.is_true(input:close())
      local output = assert(io.popen("cat > " .. path, "w"))
      output:write("ab")
      assert.equal(3, mview("cde"):writeto(output))
      output:write("fg")
      output:close()
      assert.equal("abcdefg", read(path))
    end)

    it("refuse one that is closed", function()
      local file = open(path)
      file:close()
      assert.has_error(function() new(1):readfrom(file) end,
        "bad argument #1 to 'readfrom' (attempt to use a closed file)")
      assert.has_error(function() mview(""):writeto(file) end,
        "bad argument #1 to 'writeto' (attempt to use a closed file)")
    end)

    it("refuse one that its buffer's allocation closed", function()
      local file = open(path, "rb")
      local view = new(2 * MIB):sub(1, -1, 2)
      collectgarbage()
      setmetatable({}, {__gc = function() file:close() end})
      assert.has_error(function()
        for _ = 1, 2000 do view:readfrom(file, 0) end
      end, "bad argument #1 to 'readfrom' (attempt to use a closed file)")
    end)

    it("say why it cannot be read or written", function()
      local output <close> = open(path, "wb")
      assert.same({nil, "Bad file descriptor", EBADF},
        {new(1):readfrom(output)})
      local input <close> = open(path, "rb")
      assert.same({nil, "Bad file descriptor", EBADF},
        {mview("x"):writeto(input)})
      local folder <close> = open("/tmp", "rb")
      assert.same({nil, "Is a directory", EISDIR}, {new(1):readfrom(folder)})
      local full <close> = open("/dev/full", "wb")
      full:setvbuf("no")
      assert.same({nil, "No space left on device", ENOSPC},
        {mview("x"):writeto(full)})
    end)

    for _, row in ipairs {{"no"}, {"full", 1}, {"full", 16}, {"full", 4096},
      {"full", 1 << 16}, {"line", 64}} do
      local title = table.concat(row, " ")

      -- The model is a string and a position. What C asks of those who read
      -- after writing is left out only where a view is one of the two.
      it("mix with read, write and seek, buffer " .. title, function()
        math.randomseed(251)
        local model, at = content, 0
        local file = open(path, "r+b")
        file:setvbuf(table.unpack(row))
        local last
        local function direction(new_one)
          if last and last ~= new_one then file:seek("cur") end
          last = new_one
        end
        local function put(data)
          model = model:sub(1, at) .. data .. model:sub(at + #data + 1)
          at = at + #data
        end
        local function get(n)
          local data = model:sub(at + 1, at + n)
          at = at + #data
          return data
        end
        local steps = {
          function(n)
            direction("read")
            local data = get(n)
            assert.equal(data ~= "" and data or nil, file:read(n))
          end,
          function(n)
            direction("write")
            put(bytes(n))
            file:write(bytes(n))
          end,
          function(n)
            at = n * 7 % #model
            assert.equal(at, file:seek("set", at))
          end,
          function(n)
            last = "read"
            local view, data = new(n), get(n)
            assert.equal(#data, view:readfrom(file))
            assert.equal(data, view:sub(1, #data):tobytes())
          end,
          function(n)
            last = "write"
            local data = bytes(n):reverse()
            put(data)
            assert.equal(n, mview(data):writeto(file))
          end,
          function(n)
            local view, offset = new(n), n * 13 % #model
            local data = model:sub(offset + 1, offset + n)
            last = "neither"
            assert.equal(#data, view:readfrom(file, offset))
            assert.equal(data, view:sub(1, #data):tobytes())
          end,
          function(n)
            local offset, data = n * 13 % #model, ("x"):rep(n)
            model = model:sub(1, offset) .. data .. model:sub(offset + n + 1)
            last = "neither"
            assert.equal(n, mview(data):writeto(file, offset))
          end,
        }
        for _ = 1, 500 do
          local n = math.random(math.random(10) == 1 and 9000 or 50)
          steps[math.random(#steps)](n)
          assert.equal(at, file:seek("cur"))
        end
        file:close()
        assert.equal(model, read(path))
      end)
    end

    it("read what was ungotten by a read of numbers", function()
      write(path, "12x34")
      local file <close> = open(path, "rb")
      local view = new(2)
      assert.equal(12, file:read("n"))
      assert.equal(2, view:readfrom(file))
      assert.equal("x3", view:tobytes())
    end)
  end)

  describe("with an offset", function()
    for name, opened in pairs {
      ["a file handle"] = function()
        local file = open(path, "r+b")
        return file, function() return file:seek("cur") end,
          function() file:close() end
      end,
      ["a descriptor"] = function()
        local fd = unix.open(path, "r+")
        return fd, function() return unix.tell(fd) end,
          function() unix.close(fd) end
      end,
    } do
      it("work there and leave " .. name .. " where it stands", function()
        local file, tell, close = opened()
        local view = new(10)
        view:readfrom(file)
        assert.equal(10, view:readfrom(file, 5000))
        assert.equal(content:sub(5001, 5010), view:tobytes())
        assert.equal(10, mview("0123456789"):writeto(file, 0))
        assert.equal(4, mview("last"):writeto(file, #content))
        assert.equal(4, view:readfrom(file, #content))
        assert.equal(0, view:readfrom(file, #content + 4))
        assert.equal(0, view:readfrom(file, 1 << 40))
        assert.equal(10, tell())
        close()
        assert.equal("0123456789" .. content:sub(11) .. "last", read(path))
      end)

      it("say why " .. name .. " cannot go there", function()
        local file, _, close = opened()
        assert.same({nil, "Invalid argument", EINVAL},
          {new(10):readfrom(file, math.maxinteger)})
        close()
      end)
    end

    it("reach behind 4 GiB", function()
      local offset = 5 << 30
      local file <close> = open(path, "r+b")
      local fd = unix.open(path, "r+")
      local view = new(4)
      assert.equal(4, mview("here"):writeto(file, offset))
      file:flush()
      assert.equal(4, view:readfrom(fd, offset))
      assert.equal("here", view:tobytes())
      assert.equal(5, mview("there"):writeto(fd, offset + 4))
      assert.equal(4, view:readfrom(file, offset + 5))
      assert.equal("here", view:tobytes())
      unix.close(fd)
    end)

    it("see what is in the buffer of a file handle", function()
      local file <close> = open(path, "r+b")
      file:write("buffered")
      local view = new(8)
      assert.equal(8, view:readfrom(file, 0))
      assert.equal("buffered", view:tobytes())
    end)

    it("change what is in the buffer of a file handle", function()
      local file <close> = open(path, "r+b")
      file:read(1)
      assert.equal(3, mview("new"):writeto(file, 1))
      assert.equal("new", file:read(3))
    end)

    it("refuse what has no positions", function()
      local r, w = unix.pipe()
      local failed = {nil, "Illegal seek", ESPIPE}
      assert.same(failed, {new(1):readfrom(r, 0)})
      assert.same(failed, {mview("x"):writeto(w, 0)})
      local input <close> = assert(io.popen("true"))
      assert.same(failed, {new(1):readfrom(input, 0)})
      unix.close(r, w)
    end)
  end)

  describe("of a descriptor", function()
    it("read a file until the view is full", function()
      local large = bytes(3 * MIB + 5)
      write(path, large)
      local fd = unix.open(path)
      local view = new(#large + 1)
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
      it("read what a " .. name .. " has, then its end", function()
        local r, w = pair()
        local view = new(100)
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

      it("write all to a " .. name .. " that somebody reads", function()
        local r, w = pair()
        local large = bytes(3 * MIB + 5)
        local child = unix.fork(function()
          unix.close(r)
          return mview(large):writeto(w) == #large
        end)
        unix.close(w)
        local got, view = {}, new(70000)
        repeat
          local n = view:readfrom(r)
          got[#got + 1] = view:sub(1, n):tobytes()
        until n == 0
        assert.equal(0, unix.wait(child))
        assert.is_true(mview(large):equals(table.concat(got)))
        unix.close(r)
      end)

      it("would block on a " .. name .. ", and say so", function()
        local r, w = pair()
        unix.nonblock(r)
        unix.nonblock(w)
        local blocked = {nil, "Resource temporarily unavailable", EAGAIN}
        local large = mview(bytes(4 * MIB))
        assert.same(blocked, {new(10):readfrom(r)})
        local sent = large:writeto(w)
        assert.is_true(sent > 0 and sent < #large)
        assert.same(blocked, {large:writeto(w)})
        local all, view = 0, new(MIB)
        repeat
          local n = view:readfrom(r)
          all = all + (n or 0)
        until not n
        assert.equal(sent, all)
        unix.close(r, w)
      end)

      it("go on when signals interrupt reading a " .. name, function()
        local r, w = pair()
        local view = new(10)
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
        local view = new(#large)
        local rest = #drained < #large and view:readfrom(r) or 0
        assert.equal(#large, #drained + rest)
        unix.close(r, w)
      end)

      it("say so when nobody reads a " .. name, function()
        unix.ignore_sigpipe()
        local r, w = pair()
        unix.close(r)
        assert.same({nil, "Broken pipe", EPIPE}, {mview("x"):writeto(w)})
        unix.close(w)
      end)
    end

    it("read a device piece by piece", function()
      local fd = unix.open("/dev/zero")
      local view = new(4 * MIB)
      view:fill(1)
      assert.equal(MIB, view:readfrom(fd))
      assert.equal(MIB, view:sub(-1, 1, -1):readfrom(fd))
      assert.equal(2 * MIB, view:count(0))
      unix.close(fd)
    end)

    it("keep the bounds of datagrams", function()
      local r, w = unix.socketpair("dgram")
      local view = new(100)
      mview("first"):writeto(w)
      mview("second"):sub(-1, 1, -1):writeto(w)
      assert.equal(5, view:readfrom(r))
      assert.equal(6, view:sub(1, -1, 2):readfrom(r))
      assert.equal("dnoces", view:sub(1, 11, 2):tobytes())
      unix.close(r, w)
    end)

    it("say why it cannot be read or written", function()
      local failed = {nil, "Bad file descriptor", EBADF}
      assert.same(failed, {new(1):readfrom(9999)})
      assert.same(failed, {mview("x"):writeto(9999)})
      assert.same(failed, {mview("x"):writeto(9999, 0)})
      local fd = unix.open("/tmp")
      assert.same({nil, "Is a directory", EISDIR}, {new(1):readfrom(fd)})
      unix.close(fd)
    end)
  end)

  -- By the descriptor as well, where the handle cannot seek.
  describe("of a handle to a pipe", function()
    it("go on behind the end once somebody writes again", function()
      local r, w = unix.pipe()
      local file <close> = open("/dev/fd/" .. r, "rb")
      local view = new(4)
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
      local view = new(4)
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
      local view = new(MIB)
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

    for _, method in ipairs {"getfd", "fileno"} do
      it("use the descriptor that " .. method .. " tells", function()
        local function object(fd)
          return setmetatable({}, {__index = {
            [method] = function(self)
              assert.equal("table", type(self))
              return fd
            end}})
        end
        assert.equal(4, mview("sent"):writeto(object(w)))
        local view = new(10)
        assert.equal(4, view:readfrom(object(r + 0.0)))
        assert.equal("sent", view:sub(1, 4):tobytes())
      end)

      for _, row in ipairs {
        {-1, "-1"}, {-1.0, "-1.0"}, {1.5, "1.5"}, {"1", "1"}, {nil, "nil"},
        {1 << 40, "1099511627776"}, {math.mininteger, "-9223372036854775808"},
      } do
        it(("refuse %s from %s"):format(row[2], method), function()
          assert.has_error(function()
            mview("x"):writeto({[method] = function() return row[1] end})
          end, ("bad argument #1 to 'writeto' ('%s' returned %s, expected a " ..
            "descriptor)"):format(method, row[2]))
        end)
      end
    end

    it("pass an error of its method on", function()
      assert.has_error(function()
        mview("x"):writeto({getfd = function() error("not open", 0) end})
      end, "not open")
    end)

    it("look at the memory only after that", function()
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
            view[call](view, {getfd = function() change[1]() return w end})
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
      local view = new(100)
      assert.same({nil, "Resource temporarily unavailable", EAGAIN},
        {view:readfrom(client)})
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
      assert.has_error(function() view:readfrom(client) end,
        "bad argument #1 to 'readfrom' ('getfd' returned -1.0, expected a " ..
        "descriptor)")
    end)
  end)

  describe("of a view", function()
    it("that is read-only write, and refuse to read", function()
      local file <close> = open(path, "r+b")
      local view = new(3):toreadonly()
      assert.equal(3, view:writeto(file))
      assert.has_error(function() view:readfrom(file) end,
        "attempt to write to a read-only view")
      assert.has_error(function() mview(""):readfrom(0) end,
        "attempt to write to a read-only view")
      assert.equal(3, file:seek("cur"))
    end)

    it("that is empty do nothing", function()
      local file <close> = open(path, "r+b")
      local fd = unix.open(path, "r+")
      for _, view in ipairs {new(0), new(10):sub(5, 4, 2), mview.new("i", 3, 0),
        new(6):cast("h"):sub(9)} do
        for _, target in ipairs {file, fd} do
          assert.equal(0, view:readfrom(target))
          assert.equal(0, view:writeto(target))
          assert.equal(0, view:writeto(target, 5))
        end
      end
      unix.close(fd)
      assert.equal(content, read(path))
    end)

    it("that is dead refuse", function()
      local view = new(10)
      view:release()
      for _, call in ipairs {"readfrom", "writeto"} do
        assert.has_error(function() view[call](view, 0) end,
          "attempt to use a released view")
      end
    end)

    it("that is pinned do not mind", function()
      local view = new(10)
      local file <close> = open(path, "rb")
      assert.equal(10, pin(view, function() return view:readfrom(file) end))
    end)

    it("of 0 dimensions move its item", function()
      local view = new(4):cast("i", {})
      local file <close> = open(path, "rb")
      assert.equal(4, view:readfrom(file))
      assert.equal(string.unpack("i", content), view:get())
    end)

    local shapes = {
      ["every second byte"] = function(v) return v:sub(2, -1, 2) end,
      ["backwards"] = function(v) return v:sub(-1, 1, -1) end,
      ["every third short"] = function(v) return v:cast("h"):sub(1, -1, 3) end,
      ["a field of records"] = function(v)
        return v:sub(1, #v // 7 * 7):cast("T{<H:a:3s:b:H:c:}"):field("b")
      end,
      ["two thirds of each row"] = function(v)
        return v:sub(1, #v // 12 * 12):cast("B", {#v // 12, 12})
          :slice({}, {3, 10})
      end,
      ["transposed"] = function(v)
        return v:sub(1, #v // 24 * 24):cast("<i", {#v // 24, 2, 3})
          :transpose(3, 1, 2)
      end,
      ["columns backwards"] = function(v)
        return v:sub(1, #v // 10 * 10):cast("2s", {#v // 10, 5})
          :slice({2, -1, 3}, {-1, 1, -2})
      end,
    }

    for _, n in ipairs {48, 5000, 3 * MIB} do
      for title, shape in pairs(shapes) do
        it(("%s of %d bytes move its bytes in C order"):format(title, n),
          function()
            local fd = unix.open(path, "r+")
            local source = shape(mview.bytearray(bytes(n)):view())
            local nbytes = source.nbytes
            assert.equal(nbytes, source:writeto(fd, 0))
            assert.is_true(mview(source:tobytes()):equals(
              read(path):sub(1, nbytes)))
            local memory = mview.bytearray(n)
            local target = shape(memory:view())
            assert.equal(nbytes, target:readfrom(fd, 0))
            assert.is_true(mview(source:tobytes()):equals(target:tobytes()))
            target:fill(target.format == "B" and 0 or target.format:find("s")
              and "" or 0)
            assert.equal(n, memory:view():count(0)) -- nothing else is written
            unix.close(fd)
          end)
      end
    end

    it("that is strided is filled as far as bytes come", function()
      local r, w = unix.pipe()
      local memory = mview.bytearray(("."):rep(24))
      local view = memory:view():cast("4s"):sub(-1, 1, -2)
      unix.write(w, "abcdef")
      assert.equal(6, view:readfrom(r))
      assert.equal("............ef......abcd", tostring(memory))
      unix.close(r, w)
    end)

    it("that is strided takes what a pipe has", function()
      local r, w = unix.pipe()
      local view = new(4 * MIB):sub(1, -1, 2)
      unix.write(w, bytes(65536))
      assert.equal(65536, view:readfrom(r))
      assert.equal(bytes(65536), view:sub(1, 65536):tobytes())
      unix.close(r, w)
    end)

    it("of rows behind pointers moves them", function()
      local view, handle = lend.pil {blocks = {"abc", "def"}, format = "c",
        shape = {2, 3}}
      local file <close> = open(path, "w+b")
      assert.equal(6, view:writeto(file))
      assert.equal(6, mview("uvwxyz"):writeto(file, 0))
      assert.equal(6, view:readfrom(file, 0))
      assert.equal("uvwxyz", view:tobytes())
      assert.is_not_nil(handle)
    end)

    it("of items larger than a piece moves them", function()
      local size = 3 * MIB // 2
      local memory = mview.bytearray(bytes(3 * size))
      local view = memory:view():cast(size .. "s"):sub(-1, 1, -2)
      local expected = view:tobytes()
      local file <close> = open(path, "w+b")
      assert.equal(2 * size, view:writeto(file))
      view:fill("")
      assert.equal(2 * size, view:readfrom(file, 0))
      assert.is_true(mview(expected):equals(view:tobytes()))
    end)

    it("of 5 GiB is written whole", function()
      unix.truncate(path, 5 << 30)
      local map <close> = assert(mview.map(path))
      local fd = unix.open("/dev/null", "w") -- looks at none of it
      assert.equal(5 << 30, map:view():writeto(fd))
      unix.close(fd)
    end)

    it("of 5 GiB is filled as far as the file goes", function()
      local sparse = os.tmpname()
      unix.truncate(sparse, 5 << 30)
      local map <close> = assert(mview.map(sparse, "c"))
      os.remove(sparse)
      local before = resident()
      local fd = unix.open(path)
      assert.equal(#content, map:view():readfrom(fd))
      assert.equal(content, map:view():sub(1, #content):tobytes())
      assert.is_true(resident() - before < 10000)
      unix.close(fd)
    end)
  end)

  describe("with wrong arguments", function()
    for _, row in ipairs {
      {"#1 to 'writeto' (file or descriptor expected, got no value)"},
      {"#1 to 'writeto' (file or descriptor expected, got nil)", nil},
      {"#1 to 'writeto' (file or descriptor expected, got string)", "path"},
      {"#1 to 'writeto' (file or descriptor expected, got table)", {}},
      {"#1 to 'writeto' (file or descriptor expected, got boolean)", true},
      {"#1 to 'writeto' (file or descriptor expected, got mview.bytearray)",
        mview.bytearray()},
      {"#1 to 'writeto' (descriptor -1 out of range [0, 2147483647])", -1},
      {"#1 to 'writeto' (descriptor 4294967297 out of range " ..
        "[0, 2147483647])", (1 << 32) + 1},
      {"#1 to 'writeto' (number has no integer representation)", 0.5},
      {"#2 to 'writeto' (negative offset -1)", 0, -1},
      {"#2 to 'writeto' (number expected, got table)", 0, {}},
    } do
      local n = row[1]:find("got no value") and 1 or 3
      it("say: " .. row[1], function()
        local view = mview("x")
        assert.has_error(function() view:writeto(table.unpack(row, 2, n)) end,
          "bad argument " .. row[1])
      end)
    end

    it("refuse a self that is no view", function()
      for _, call in ipairs {"readfrom", "writeto"} do
        assert.has_error(function() mview("")[call](io.stdout, 1) end,
          ("bad argument #1 to '%s' (mview.view expected, got FILE*)")
          :format(call))
      end
    end)
  end)
end)
