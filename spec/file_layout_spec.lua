local capi = require "capi"
local files = require "files"
local lend_host = require "lend_host"
local mview = require "mview"
local sizes = require "sizes"
local unix = require "unix"

local MIB = 1 << 20
local LARGE = math.min(5 << 30, sizes.most // 4)

local bytes, read = files.bytes, files.read
local open, zeros = files.open, files.zeros

describe("v:readfrom and v:writeto", function()
  local path
  local content = bytes(10000)

  before_each(function() path = files.temporary(content) end)
  after_each(function() os.remove(path) end)

  describe("of a view", function()
    it("that is read-only write, and refuse to read", function()
      local file <close> = open(path, "r+b")
      local view = zeros(3):toreadonly()
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
      for _, view in ipairs {zeros(0), zeros(10):sub(5, 4, 2),
        mview.new("i", 3, 0), zeros(6):cast("h"):sub(9)} do
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
      local view = zeros(10)
      view:release()
      for _, call in ipairs {"readfrom", "writeto"} do
        assert.has_error(function() view[call](view, 0) end,
          "attempt to use a released view")
      end
    end)

    it("that is pinned work", function()
      local view = zeros(10)
      local file <close> = open(path, "rb")
      assert.equal(10, capi.nested(view, 1, function()
        return view:readfrom(file)
      end))
    end)

    it("of 0 dimensions move its item", function()
      local view = zeros(4):cast("i", {})
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

    it("that is strided takes the bytes of a pipe", function()
      local r, w = unix.pipe()
      local view = zeros(4 * MIB):sub(1, -1, 2)
      unix.write(w, bytes(65536))
      assert.equal(65536, view:readfrom(r))
      assert.equal(bytes(65536), view:sub(1, 65536):tobytes())
      unix.close(r, w)
    end)

    it("of rows behind pointers moves them", function()
      local view, handle = lend_host.pil {blocks = {"abc", "def"}, format = "c",
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

    it("of gigabytes is written whole", function()
      unix.truncate(path, LARGE)
      local map <close> = assert(mview.map(path))
      local fd = unix.open("/dev/null", "w") -- reads no byte of it
      assert.equal(LARGE, map:view():writeto(fd))
      unix.close(fd)
    end)

    it("of gigabytes is filled as far as the file goes", function()
      local sparse = os.tmpname()
      unix.truncate(sparse, LARGE)
      local map <close> = assert(mview.map(sparse, "c"))
      os.remove(sparse)
      local before = files.resident()
      local fd = unix.open(path)
      assert.equal(#content, map:view():readfrom(fd))
      assert.equal(content, map:view():sub(1, #content):tobytes())
      assert.is_true(files.resident() - before < 10000)
      unix.close(fd)
    end)
  end)
end)
