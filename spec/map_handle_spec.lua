-- mview.map of open files: handles, descriptors, objects with fileno; and mode
-- "w+", which makes the file.

local files = require "files"
local mview = require "mview"
local raises = require "raises"
local unix = require "unix"

local path

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

-- The ways to name the file of a handle.
local ways = {
  {"a handle", function(file) return file end},
  {"a descriptor", function(file) return unix.fileno(file) end},
  {"an object with fileno", function(file)
    return {fileno = function() return unix.fileno(file) end}
  end},
}

describe("mview.map of", function()
  for _, way in ipairs(ways) do
    it(way[1] .. " maps its file, and keeps no hold on it", function()
      files.write(path, "abcdef")
      local file = assert(io.open(path, "r+b"))
      local m = assert(mview.map(way[2](file), "r+"))
      local part = assert(mview.map(way[2](file), "r", 2, 3))
      file:close()
      assert.same({"abcdef", "cde"}, {m:tobytes(), part:tobytes()})
      m[1] = 65
      assert.is_true(m:resize(7))
      m:close()
      part:close()
      assert.equal("Abcdef\0", files.read(path))
    end)

    it(way[1] .. " in mode w+ empties the file and gives it its length",
      function()
        files.write(path, "old bytes that are longer")
        local file = assert(io.open(path, "r+b"))
        local m = assert(mview.map(way[2](file), "w+", 4, 3))
        m:copyfrom("xyz")
        m:close()
        file:close()
        assert.equal("\0\0\0\0xyz", files.read(path))
      end)
  end

  it("a handle sees writes that are not flushed yet", function()
    local file <close> = assert(io.open(path, "w+b"))
    file:setvbuf("full", 1000)
    file:write "buffered"
    local m <close> = assert(mview.map(file))
    assert.equal("buffered", m:tobytes())
  end)

  it("a handle keeps its position", function()
    files.write(path, "abcdef")
    local file <close> = assert(io.open(path, "rb"))
    assert.equal("ab", file:read(2))
    local m <close> = assert(mview.map(file))
    assert.equal("abcdef", m:tobytes())
    assert.equal("cd", file:read(2))
  end)

  local failures = {
    {"a pipe", function() return io.popen "true" end, "r",
      "file: not a regular file"},
    {"a folder", function() return unix.open("/", "r") end, "r",
      "Is a directory", "EISDIR"},
    {"a descriptor that is not open", function() return 1000000 end, "r"},
    {"a handle without a descriptor", function()
      return require "cookie".open("r", 64, 0, 0, 0, "abc")
    end, "r", unix.message(unix.EBADF)},
    {"a handle to write only", function() return io.open(path, "wb") end, "r+"},
  }
  for _, row in ipairs(failures) do
    it(row[1] .. " fails as the system does: nil, message, errno", function()
      local file = row[2]()
      local m, message, errno = mview.map(file, row[3], 0, 1)
      assert.is_nil(m)
      assert.is_string(message)
      assert.equal("integer", math.type(errno))
      if row[4] and not row[5] then assert.equal(row[4], message) end
      if io.type(file) then file:close() end
    end)
  end

  it("a range beyond the end of a handle's file fails", function()
    files.write(path, "abc")
    local file <close> = assert(io.open(path, "rb"))
    assert.equal("file: range ends beyond the file (3 bytes)",
      (select(2, mview.map(file, "r", 2, 2))))
  end)

  local refusals = {
    {"a closed handle", function()
      local file = io.open(path)
      file:close()
      return file
    end, "bad argument #1 to 'map' (attempt to use a closed file)"},
    {"a table", function() return {} end,
      "bad argument #1 to 'map' (file or descriptor expected, got table)"},
    {"a boolean", function() return true end,
      "bad argument #1 to 'map' (path, file or descriptor expected, got "
      .. "boolean)"},
    {"a negative descriptor", function() return -1 end,
      "bad argument #1 to 'map' (descriptor -1 out of range [0, 2147483647])"},
    {"an object with getfd alone", function()
      return {getfd = function() return 1 end}
    end, "bad argument #1 to 'map' (table may send other bytes than its "
      .. "descriptor, pass the descriptor itself if that is meant)"},
  }
  for _, row in ipairs(refusals) do
    it(row[1] .. " raises", function()
      raises(row[3], mview.map, (row[2]()))
    end)
  end
end)

describe("Mode w+", function()
  it("creates the file", function()
    os.remove(path)
    local m = assert(mview.map(path, "w+", 0, 5))
    assert.equal("w+", tostring(m):match "'(.-)'")
    m[1] = 97
    m:close()
    assert.equal("a\0\0\0\0", files.read(path))
  end)

  it("makes an empty file of length 0", function()
    files.write(path, "abc")
    local m = assert(mview.map(path, "w+", 0, 0))
    assert.equal(0, #m)
    m:close()
    assert.equal("", files.read(path))
  end)

  it("can be resized", function()
    local m = assert(mview.map(path, "w+", 0, 2))
    assert.is_true(m:resize(4))
    m:copyfrom("abcd")
    m:close()
    assert.equal("abcd", files.read(path))
  end)

  it("needs a length, and a file", function()
    files.write(path, "abc")
    raises("bad argument #4 to 'map' (mode 'w+' needs a length)", mview.map,
      path, "w+")
    raises("bad argument #1 to 'map' (path, file or descriptor expected, got "
      .. "nil; in mode 'r+' nil stands for anonymous memory)", mview.map, nil,
      "w+", 0, 3)
    assert.equal("abc", files.read(path))
  end)

  it("leaves a file unchanged that cannot get so large", function()
    files.write(path, "abc")
    local m, message = mview.map(path, "w+", math.maxinteger, 1)
    assert.is_nil(m)
    assert.is_string(message)
    assert.equal("abc", files.read(path))
  end)

  it("fails if the folder does not exist", function()
    local m, message, errno = mview.map(path .. "/none/file", "w+", 0, 1)
    assert.is_nil(m)
    assert.is_string(message)
    assert.equal("integer", math.type(errno))
  end)
end)
