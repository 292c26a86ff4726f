local files = require "files"
local mview = require "mview"
local unix = require "unix"

local failed = files.failed

local EBADF, EISDIR, EINVAL, ENOSPC, ESPIPE =
  unix.EBADF, unix.EISDIR, unix.EINVAL, unix.ENOSPC, unix.ESPIPE
local MIB = 1 << 20

local on_full = files.exists "/dev/full" and it or pending

local bytes, read, write = files.bytes, files.read, files.write
local open, zeros = files.open, files.zeros

describe("v:readfrom and v:writeto", function()
  local path
  local content = bytes(10000)

  before_each(function() path = files.temporary(content) end)
  after_each(function() os.remove(path) end)

  describe("of a file handle", function()
    it("fill the view from its position", function()
      local file <close> = open(path, "rb")
      local view = zeros(100)
      for start = 1, 901, 100 do
        assert.equal(100, view:readfrom(file))
        assert.equal(content:sub(start, start + 99), view:tobytes())
      end
      assert.equal(content:sub(1001, 1010), file:read(10))
    end)

    it("end with the file, then with 0", function()
      local file <close> = open(path, "rb")
      local view = zeros(#content + 5)
      assert.equal(#content, view:readfrom(file))
      assert.equal(content .. ("\0"):rep(5), view:tobytes())
      assert.equal(0, view:readfrom(file))
      assert.is_nil(file:read(1))
    end)

    it("go on behind the end once there is more", function()
      local file <close> = open(path, "rb")
      zeros(#content + 1):readfrom(file)
      local more <close> = open(path, "ab")
      more:write("more")
      more:flush()
      local view = zeros(10)
      assert.equal(4, view:readfrom(file))
      assert.equal("more", view:sub(1, 4):tobytes())
    end)

    it("refuse an offset that the system would ignore", function()
      for _, mode in ipairs {"ab", "a+b"} do
        local file <close> = open(path, mode)
        local fd = unix.open(path, "a")
        for _, target in ipairs {file, fd} do
          local ok, message = pcall(mview("x").writeto, mview("x"), target, 0)
          assert.is_false(ok)
          assert.equal("bad argument #3 to 'writeto' (offset in a file that "
            .. "was opened to append)", message)
        end
        assert.equal(1, mview("x"):writeto(file))
        assert.equal(1, mview("y"):writeto(fd))
        assert.equal(2, zeros(2):readfrom(open(path, "a+b"), 0))
        unix.close(fd)
      end
      assert.equal(content, read(path):sub(1, #content))
      assert.equal(#content + 4, #read(path))
    end)

    it("write at its position, after its buffer", function()
      local file = open(path, "wb")
      file:write("one ")
      assert.equal(4, mview("two "):writeto(file))
      file:write("three")
      file:close()
      assert.equal("one two three", read(path))
    end)

    it("append if it was opened to append", function()
      local file = open(path, "ab")
      mview("more"):writeto(file)
      file:close()
      assert.equal(content .. "more", read(path))
    end)

    it("fill more than one piece", function()
      local large = bytes(3 * MIB + 5)
      write(path, large)
      local file = open(path, "r+b")
      local view = zeros(#large)
      assert.equal(#large, view:readfrom(file))
      assert.is_true(view:equals(large))
      assert.equal(#large, view:sub(-1, 1, -1):writeto(file))
      file:close()
      assert.is_true(mview(large .. large:reverse()):equals(read(path)))
    end)

    it("read and write pipes to programs", function()
      local input = assert(io.popen("printf 12345; printf 67890"))
      local view = zeros(8)
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
      assert.has_error(function() zeros(1):readfrom(file) end,
        "bad argument #1 to 'readfrom' (attempt to use a closed file)")
      assert.has_error(function() mview(""):writeto(file) end,
        "bad argument #1 to 'writeto' (attempt to use a closed file)")
    end)

    it("refuse one that its buffer's allocation closed", function()
      local file = open(path, "rb")
      local view = zeros(2 * MIB):sub(1, -1, 2)
      collectgarbage()
      setmetatable({}, {__gc = function() file:close() end})
      assert.has_error(function()
        for _ = 1, 2000 do view:readfrom(file, 0) end
      end, "bad argument #1 to 'readfrom' (attempt to use a closed file)")
    end)

    it("report why it cannot be read or written", function()
      local output <close> = open(path, "wb")
      assert.same(failed(EBADF), {zeros(1):readfrom(output)})
      local input <close> = open(path, "rb")
      assert.same(failed(EBADF), {mview("x"):writeto(input)})
      local folder <close> = open("/tmp", "rb")
      assert.same(failed(EISDIR), {zeros(1):readfrom(folder)})
    end)

    on_full("say that there is no room", function()
      local full <close> = open("/dev/full", "wb")
      full:setvbuf("no")
      assert.same(failed(ENOSPC), {mview("x"):writeto(full)})
    end)

    on_full("tell what keeps its own buffer from being written", function()
      local full <close> = open("/dev/full", "wb")
      full:write("more than nothing")
      local n, message = mview("x"):writeto(full)
      if n then -- in the buffer, too, where its state can be told
        assert.equal(1, n)
      else
        assert.equal(unix.message(ENOSPC), message)
      end
      assert.same(failed(ENOSPC), {zeros(1 << 16):writeto(full)})
    end)

    for _, row in ipairs {{"no"}, {"full", 1}, {"full", 16}, {"full", 4096},
      {"full", 1 << 16}, {"line", 64}} do
      local title = table.concat(row, " ")

      -- The model is a string and a position. C requires a seek between a read
      -- and a write; it is left out only if a view makes one of the two.
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
            local view, data = zeros(n), get(n)
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
            local view, offset = zeros(n), n * 13 % #model
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

    it("read bytes that a read of numbers gave back", function()
      write(path, "12x34")
      local file <close> = open(path, "rb")
      local view = zeros(2)
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
      it("work there and do not move " .. name .. "", function()
        local file, tell, close = opened()
        local view = zeros(10)
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

      it("report why " .. name .. " cannot go there", function()
        local file, _, close = opened()
        assert.same(failed(EINVAL), {zeros(10):readfrom(file, math.maxinteger)})
        close()
      end)
    end

    it("reach behind 4 GiB", function()
      local offset = 5 << 30
      local file <close> = open(path, "r+b")
      local fd = unix.open(path, "r+")
      local view = zeros(4)
      assert.equal(4, mview("here"):writeto(file, offset))
      file:flush()
      assert.equal(4, view:readfrom(fd, offset))
      assert.equal("here", view:tobytes())
      assert.equal(5, mview("there"):writeto(fd, offset + 4))
      assert.equal(4, view:readfrom(file, offset + 5))
      assert.equal("here", view:tobytes())
      unix.close(fd)
    end)

    it("see the bytes in the buffer of a file handle", function()
      local file <close> = open(path, "r+b")
      file:write("buffered")
      local view = zeros(8)
      assert.equal(8, view:readfrom(file, 0))
      assert.equal("buffered", view:tobytes())
    end)

    it("change the bytes in the buffer of a file handle", function()
      local file <close> = open(path, "r+b")
      file:read(1)
      assert.equal(3, mview("new"):writeto(file, 1))
      assert.equal("new", file:read(3))
    end)

    it("refuse a file that has no positions", function()
      local r, w = unix.pipe()
      local refused = failed(ESPIPE)
      assert.same(refused, {zeros(1):readfrom(r, 0)})
      assert.same(refused, {mview("x"):writeto(w, 0)})
      local input <close> = assert(io.popen("true"))
      assert.same(refused, {zeros(1):readfrom(input, 0)})
      unix.close(r, w)
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
      it("raise: " .. row[1], function()
        local view = mview("x")
        assert.has_error(function() view:writeto(table.unpack(row, 2, n)) end,
          "bad argument " .. row[1])
      end)
    end

    it("refuse a self that is not a view", function()
      for _, call in ipairs {"readfrom", "writeto"} do
        assert.has_error(function() mview("")[call](io.stdout, 1) end,
          ("bad argument #1 to '%s' (mview.view expected, got FILE*)")
          :format(call))
      end
    end)
  end)
end)
