-- Files and maps of Windows, where it differs from all other systems. Run by
-- make windows.

local files = require "files"
local mview = require "mview"
local raises = require "raises"
local unix = require "unix"

local UNIT = unix.pagesize
local path

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

describe("A map on Windows", function()
  local content = files.bytes(2 * UNIT + 100)

  it("has a path in UTF-8", function()
    local name = path .. "-\u{e4}\u{4e2d}\u{1f600}"
    local m = assert(mview.map(name, "w+", 0, 3))
    m:copyfrom("abc")
    m:close()
    local again = assert(mview.map(name, "r"))
    assert.equal("abc", again:tobytes())
    again:close()
    assert.is_true(unix.remove(name))
  end)

  it("reports that a path is not UTF-8", function()
    assert.same({nil, "\xff: " .. unix.message(unix.EILSEQ), unix.EILSEQ},
      {mview.map("\xff")})
  end)

  local function assert_busy(result, message, errno)
    assert.is_nil(result)
    assert.truthy(message:find(unix.message(unix.EBUSY), 1, true))
    assert.equal(unix.EBUSY, errno)
  end

  it("does not shrink while there is another map of its file", function()
    files.write(path, content)
    local m <close> = assert(mview.map(path, "r+"))
    local other <close> = assert(mview.map(path, "r", 10))
    local view = m:view()
    assert_busy(m:resize(5))
    assert.equal(content, view:tobytes())
    assert.equal(content:sub(11), other:tobytes())
    assert.equal(content, files.read(path))
    other:close()
    view[1] = 255
    assert.is_true(m:resize(5))
    assert.equal("\255" .. content:sub(2, 5), files.read(path))
  end)

  for _, length in ipairs {5, 9 * UNIT} do
    it("in mode w+, of " .. length .. " bytes, keeps the bytes of another",
      function()
        files.write(path, content)
        local other <close> = assert(mview.map(path, "r"))
        assert_busy(mview.map(path, "w+", 0, length))
        assert.equal(content, other:tobytes())
        assert.equal(content, files.read(path):sub(1, #content))
      end)
  end

  it("grows while another map is there", function()
    files.write(path, content)
    local other <close> = assert(mview.map(path, "r"))
    local m <close> = assert(mview.map(path, "r+", UNIT + 10))
    local view = m:view()
    assert.is_true(m:resize(2 * UNIT))
    assert.equal(content:sub(UNIT + 11), view:tobytes())
    assert.equal(content, other:tobytes())
    assert.equal(3 * UNIT + 10, #files.read(path))
  end)

  it("is cut at its end, from its offset on", function()
    files.write(path, content)
    local m <close> = assert(mview.map(path, "r+", UNIT + 10))
    assert.is_true(m:resize(5))
    assert.equal(content:sub(1, UNIT + 15), files.read(path))
    assert.equal(content:sub(UNIT + 11, UNIT + 15), m:tobytes())
    assert.is_true(m:resize(0))
    assert.is_true(m:resize(2))
    assert.equal("\0\0", m:tobytes())
  end)

  it("stays as it was when its file cannot grow", function()
    files.write(path, content)
    local m <close> = assert(mview.map(path, "r+"))
    local view = m:view()
    local done, message, errno = m:resize(1 << 60)
    assert.is_nil(done)
    assert.is_string(message)
    assert.is_true(errno > 0)
    assert.equal(content, view:tobytes())
    view[1] = 255
    assert.equal("\255" .. content:sub(2), files.read(path))
  end)

  it("of no descriptor says so", function()
    assert.same({nil, unix.message(unix.EBADF), unix.EBADF},
      {mview.map(1000000)})
  end)

  it("of a device is refused", function()
    assert.same({nil, "NUL: not a regular file", unix.ENODEV},
      {mview.map("NUL")})
  end)
end)

describe("Bytes on Windows", function()
  local text = "a\r\nb\26c\n"

  it("are written as they are to a descriptor in text mode", function()
    local file <close> = assert(io.open(path, "w"))
    assert.equal(#text, mview(text):writeto(unix.fileno(file)))
    assert.equal(text, files.read(path))
    file:write "\n"
    file:flush()
    assert.equal(text .. "\r\n", files.read(path))
  end)

  it("are read as they are from a descriptor in text mode", function()
    files.write(path, text)
    local file <close> = assert(io.open(path, "r"))
    local b = mview.bytearray(#text)
    assert.equal(#text, b:readfrom(unix.fileno(file)))
    assert.equal(text, b:tobytes())
    assert.equal(2, b:sub(1, 2):readfrom(unix.fileno(file), 3))
    assert.equal("b\26" .. text:sub(3), b:tobytes())
  end)

  for _, row in ipairs {
    {"read", "r", function(file) return mview.bytearray(1):readfrom(file) end,
      "readfrom"},
    {"written", "w", function(file) return mview("a"):writeto(file) end,
      "writeto"},
    {"mapped", "r", mview.map, "map"},
  } do
    it("are not " .. row[1] .. " by a handle in text mode", function()
      local file <close> = assert(io.open(path, row[2]))
      raises("bad argument #1 to '" .. row[4]
        .. "' (file in text mode, open it with 'b' in its mode)", row[3], file)
    end)
  end

  it("are not moved by a handle that was not opened for that", function()
    local output <close> = assert(io.open(path, "wb"))
    assert.same({nil, unix.message(unix.EBADF), unix.EBADF},
      {mview.bytearray(1):readfrom(output)})
    local input <close> = assert(io.open(path, "rb"))
    assert.same({nil, unix.message(unix.EBADF), unix.EBADF},
      {mview("x"):writeto(input)})
  end)

  it("go through pipes, as many as there are", function()
    local from, to = unix.pipe()
    assert.equal(3, mview("abc"):writeto(to))
    local b = mview.bytearray(5)
    assert.equal(3, b:readfrom(from))
    assert.equal("abc\0\0", b:tobytes())
    assert.same({nil, unix.message(unix.ESPIPE), unix.ESPIPE},
      {b:readfrom(from, 0)})
    unix.close(to)
    assert.equal(0, b:readfrom(from))
    unix.close(from)
  end)

  it("have no place without a descriptor", function()
    assert.same({nil, unix.message(unix.EBADF), unix.EBADF},
      {mview("x"):writeto(1000000)})
  end)
end)

describe("Items on Windows", function()
  for _, format in ipairs {"l", "@l", "=l", "L"} do
    it("of format " .. format .. " have 4 bytes", function()
      assert.equal(4, mview.calcsize(format))
    end)
  end
end)
