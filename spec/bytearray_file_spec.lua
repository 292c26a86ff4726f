-- b:appendfrom, which reads files into a bytearray.

local capi = require "capi"
local files = require "files"
local mview = require "mview"
local raises = require "raises"
local sizes = require "sizes"
local unix = require "unix"

local EAGAIN, EBADF = unix.EAGAIN, unix.EBADF
local bytes, write = files.bytes, files.write

describe("appendfrom", function()
  local path, b
  local content = bytes(300007)

  before_each(function()
    path = os.tmpname()
    write(path, content)
    b = mview.bytearray("head")
  end)
  after_each(function() os.remove(path) end)

  -- The ways to read the file: a handle, a descriptor, an object.
  local function each(f)
    local handle <close> = assert(io.open(path, "rb"))
    f(handle)
    local fd = unix.open(path)
    f(fd)
    unix.close(fd)
    fd = unix.open(path)
    f(setmetatable({}, {__index = {fileno = function() return fd end}}))
    unix.close(fd)
  end

  it("reads to the end of the file", function()
    each(function(file)
      b = mview.bytearray("head")
      assert.equal(#content, b:appendfrom(file))
      assert.is_true(b:view():equals("head" .. content))
      assert.equal(0, b:appendfrom(file))
      assert.equal(4 + #content, #b)
    end)
  end)

  it("reads the given number of bytes", function()
    each(function(file)
      b = mview.bytearray("head")
      assert.equal(5, b:appendfrom(file, 5))
      assert.equal(0, b:appendfrom(file, 0))
      assert.equal(100000, b:appendfrom(file, 100000.0))
      assert.is_true(b:view():equals("head" .. content:sub(1, 100005)))
      assert.equal(#content - 100005, b:appendfrom(file, sizes.most))
      assert.is_true(b:view():equals("head" .. content))
    end)
  end)

  it("reads the given number of megabytes", function()
    local large = files.bytes(4 << 20)
    files.write(path, large)
    for _, n in ipairs {(1 << 20) + 1, (2 << 20) + 5, 3 << 20} do
      local file <close> = assert(io.open(path, "rb"))
      b = mview.bytearray()
      assert.equal(n, b:appendfrom(file, n))
      assert.equal(n, #b)
      assert.is_true(b:view():equals(mview(large):sub(1, n)))
      assert.equal(n, file:seek())
    end
  end)

  it("reads the buffer of a handle first, then the file", function()
    local file <close> = assert(io.open(path, "rb"))
    file:read(10)
    assert.equal(20, b:appendfrom(file, 20))
    assert.equal(content:sub(31, 40), file:read(10))
    assert.equal("head" .. content:sub(11, 30), tostring(b))
  end)

  it("makes room only for the bytes that come", function()
    local file <close> = assert(io.open(path, "rb"))
    collectgarbage()
    local before = collectgarbage("count")
    b:appendfrom(file, sizes.most)
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 4 * #content / 1024)
  end)

  it("reads a pipe to its end, or the bytes that are there", function()
    local r, w = unix.pipe()
    unix.write(w, "short")
    assert.equal(5, b:appendfrom(r, 100))
    unix.write(w, "more")
    unix.close(w)
    assert.equal(4, b:appendfrom(r))
    assert.equal(0, b:appendfrom(r))
    assert.equal(0, b:appendfrom(r, 10))
    unix.close(r)
    assert.equal("headshortmore", tostring(b))
  end)

  it("reads the output of a program to its end", function()
    local pipe <close> = assert(io.popen("printf '%300000d' 7"))
    assert.equal(300000, b:appendfrom(pipe))
    assert.equal(("head"), tostring(b):sub(1, 4))
    assert.equal("7", tostring(b):sub(-1))
  end)

  it("reports that more would block, and keeps earlier bytes", function()
    local r, w = unix.pipe()
    unix.nonblock(r)
    local n, message, errno = b:appendfrom(r)
    assert.is_nil(n)
    assert.equal("string", type(message))
    assert.equal(EAGAIN, errno)
    unix.write(w, "some")
    assert.equal(4, b:appendfrom(r))
    assert.equal("headsome", tostring(b))
    unix.close(r, w)
  end)

  it("returns the error of the system", function()
    local fd = unix.open(path, "w")
    local n, _, errno = b:appendfrom(fd)
    assert.is_nil(n)
    assert.equal(EBADF, errno)
    unix.close(fd)
    assert.equal("head", tostring(b))
  end)

  it("keeps the views", function()
    local v = b:view()
    local file <close> = assert(io.open(path, "rb"))
    b:appendfrom(file)
    assert.equal("head", v:tobytes())
  end)

  it("is refused under a pin", function()
    local file <close> = assert(io.open(path, "rb"))
    capi.borrow(b, 0, function()
      raises("bytearray is pinned by 1 borrower", b.appendfrom, b, file)
    end)
    assert.equal(0, file:seek())
  end)

  for _, row in ipairs {
    {"bad argument #2 to 'appendfrom' (file or descriptor expected, got nil)"},
    {"bad argument #2 to 'appendfrom' (file or descriptor expected, got table)",
      {}},
    {"bad argument #3 to 'appendfrom' (size -1 out of range [0, "
      .. sizes.most .. "])", 0, -1},
    {"bad argument #3 to 'appendfrom' (number has no integer representation)",
      0, 1.5},
  } do
    it("raises " .. row[1], function()
      raises(row[1], b.appendfrom, b, row[2], row[3])
      assert.equal("head", tostring(b))
    end)
  end

  it("refuses a closed file", function()
    local file = assert(io.open(path, "rb"))
    file:close()
    raises("bad argument #2 to 'appendfrom' (attempt to use a closed file)",
      b.appendfrom, b, file)
  end)

  it("raises after the release of the bytearray", function()
    b:release()
    raises("attempt to use a released bytearray", b.appendfrom, b, 0)
  end)
end)
