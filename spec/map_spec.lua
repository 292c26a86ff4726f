local mview = require "mview"
local pin = require "pin"
local shell = require "shell"
local unix = require "unix"

local LUA = os.getenv("LUA") or "lua5.4"
local NOBODY = 65534
local ENOMEM, ENODEV, EISDIR, EINVAL, EFBIG, ENOTSUP = 12, 19, 21, 22, 27, 95
local PAGE = 4096

-- 1 TiB; less under valgrind, which has no room for that.
local HUGE = (os.getenv("LD_PRELOAD") or ""):find("vgpreload") and 1 << 34
  or 1 << 40

-- Bytes in which no two pages are alike.
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

local function size(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:seek("end")
end

-- The lowest descriptor that is free.
local function free_descriptor()
  local fd = unix.open("/dev/null", "r")
  unix.close(fd)
  return fd
end

local function mappings(path)
  local _, count = read("/proc/self/maps"):gsub(path:gsub("%p", "%%%0"), "")
  return count
end

-- How many KiB of memory the process uses.
local function resident()
  return tonumber(read("/proc/self/status"):match("VmRSS:%s*(%d+)"))
end

-- Asserts that a call failed by too large a size.
local function assert_too_large(result, message, errno)
  assert.is_nil(result)
  assert.is_string(message)
  assert.is_true(errno == ENOMEM or errno == EFBIG or errno == EINVAL, message)
end

-- Runs f in a child and waits; f fails by raising.
local function in_child(f)
  assert.equal(0, unix.wait(unix.fork(f)))
end

describe("mview.map", function()
  local path
  local content = bytes(3 * PAGE + 100)

  before_each(function()
    path = os.tmpname()
    write(path, content)
  end)
  after_each(function()
    collectgarbage()
    os.remove(path)
  end)

  describe("of a file", function()
    for _, row in ipairs {
      -- arguments, read-only, written to the memory, to the file
      {"without a mode", {}, true},
      {"with mode nil", {nil}, true},
      {"with mode r", {"r"}, true},
      {"with mode r+", {"r+"}, false, true},
      {"with mode c", {"c"}, false, false},
    } do
      local title, args, readonly, written = table.unpack(row)

      it("shows its bytes " .. title, function()
        local map <close> = assert(mview.map(path, args[1]))
        local view = map:view()
        assert.equal(#content, #map)
        assert.equal(content, view:tobytes())
        assert.same({"B", 1, readonly},
          {view.format, view.ndim, view.readonly})
        assert.equal(map, view.obj)
      end)

      it(("%s %s"):format(readonly and "refuses to write" or written and
        "writes to the file" or "keeps writes from the file", title),
        function()
          local map <close> = assert(mview.map(path, args[1]))
          local view = map:view()
          if readonly then
            assert.has_error(function() view[2] = 0 end,
              "attempt to write to a read-only view")
          else
            view[2] = 0
            assert.equal(0, view[2])
          end
          local expected = written and "\1\0" or "\1\2"
          assert.equal(expected .. content:sub(3), read(path))
        end)
    end

    it("sees what others write to it", function()
      local map <close> = assert(mview.map(path))
      local file <close> = assert(io.open(path, "r+b"))
      file:write("changed")
      file:flush()
      assert.equal("changed", map:view():sub(1, 7):tobytes())
    end)

    it("takes any offset and length", function()
      for _, offset in ipairs {0, 1, 100, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE,
        3 * PAGE + 99, #content} do
        local left = #content - offset
        for _, length in ipairs {0, 1, PAGE, PAGE + 1, left} do
          if length <= left then
            local map <close> = assert(mview.map(path, "r", offset, length))
            assert.equal(content:sub(offset + 1, offset + length),
              map:view():tobytes())
          end
        end
        local map <close> = assert(mview.map(path, "c", offset))
        assert.equal(content:sub(offset + 1), map:view():tobytes())
      end
    end)

    it("writes to its range of the file alone", function()
      local map <close> = assert(mview.map(path, "r+", PAGE + 10, 5))
      map:view():copyfrom("abcde")
      assert.equal(content:sub(1, PAGE + 10) .. "abcde" ..
        content:sub(PAGE + 16), read(path))
    end)

    for _, row in ipairs {
      {"an offset", #content + 1},
      {"a length", 0, #content + 1},
      {"offset and length", 100, #content - 99},
      {"the largest offset", math.maxinteger},
      {"the largest length", 0, math.maxinteger},
      {"both at their largest", math.maxinteger, math.maxinteger},
    } do
      it("refuses " .. row[1] .. " beyond the end", function()
        assert.same({nil, path .. ": range ends beyond the file (" ..
          #content .. " bytes)", EINVAL},
          {mview.map(path, "r", row[2], row[3])})
      end)
    end

    it("refuses a range that was in the file before it shrank", function()
      unix.truncate(path, 10)
      assert.same({nil, path .. ": range ends beyond the file (10 bytes)",
        EINVAL}, {mview.map(path, "r", 0, 11)})
    end)

    for _, mode in ipairs {"r", "r+", "c"} do
      it("may be empty with mode " .. mode, function()
        write(path, "")
        local map <close> = assert(mview.map(path, mode))
        assert.equal(0, #map)
        assert.equal("", map:view():tobytes())
        assert.is_nil(map:view()[1])
        assert.is_true(map:flush())
        assert.is_true(map:advise("normal"))
      end)
    end

    it("stays when the file is deleted", function()
      local map <close> = assert(mview.map(path, "r+"))
      os.remove(path)
      assert.equal(content, map:view():tobytes())
      assert.is_true(map:resize(#content + 1))
      assert.equal(content .. "\0", map:view():tobytes())
    end)

    it("stays while a view is there", function()
      local view = assert(mview.map(path)):view()
      collectgarbage()
      collectgarbage()
      assert.equal(content, view:tobytes())
    end)
  end)

  describe("of a sparse file", function()
    before_each(function() unix.truncate(path, HUGE) end)

    for _, mode in ipairs {"r", "r+", "c"} do
      it("answers at once, however large it is, with mode " .. mode, function()
        local before = resident()
        local map <close> = assert(mview.map(path, mode))
        local view = map:view()
        assert.equal(HUGE, #view)
        assert.equal(0, view[-1])
        assert.equal(("\0"):rep(16), view:sub(-16):tobytes())
        assert.equal(content, view:sub(1, #content):tobytes())
        assert.is_true(resident() - before < 10000)
      end)
    end

    it("reaches behind 4 GiB", function()
      local offset = (5 << 30) + 123
      local map <close> = assert(mview.map(path, "r+", offset, 4))
      map:view():copyfrom("here")
      local file <close> = assert(io.open(path, "rb"))
      file:seek("set", offset)
      assert.equal("here", file:read(4))
    end)
  end)

  describe("of what it cannot open", function()
    for _, row in ipairs {
      {"a file that is not there", "/nowhere", "r"},
      {"a file that is not there, to write", "/nowhere", "r+"},
      {"a file in a folder that is not there", "/nowhere/file", "c"},
      {"a file in a file", "/proc/self/exe/file", "r"},
      {"an empty path", "", "r"},
      {"a path that is too long", "/" .. ("x"):rep(300), "r"},
      {"a folder, to write", "/tmp", "r+"},
    } do
      local _, name, mode = table.unpack(row)
      it("says as io.open does: " .. row[1], function()
        local expected = {io.open(name, mode == "r+" and "r+b" or "rb")}
        assert.is_nil(expected[1])
        assert.same(expected, {mview.map(name, mode)})
      end)
    end

    for _, row in ipairs {{"r", 0}, {"r+", 444}, {"c", 0}} do
      it("says that access is denied with mode " .. row[1], function()
        os.execute(("chmod %d %s"):format(row[2], path))
        in_child(function()
          unix.setuid(NOBODY)
          assert.same({nil, path .. ": Permission denied", 13},
            {mview.map(path, row[1])})
        end)
      end)
    end

    it("says that a folder is none", function()
      assert.same({nil, "/tmp: Is a directory", EISDIR}, {mview.map("/tmp")})
    end)

    for _, row in ipairs {
      {"a device", "/dev/null", "r"},
      {"a device of endless bytes", "/dev/zero", "c"},
    } do
      local _, name, mode = table.unpack(row)
      it("refuses " .. row[1], function()
        assert.same({nil, name .. ": not a regular file", ENODEV},
          {mview.map(name, mode, 0, 10)})
      end)
    end

    for _, mode in ipairs {"r", "r+", "c"} do
      it("refuses a pipe without waiting with mode " .. mode, function()
        os.remove(path)
        assert.equal("", (shell("mkfifo " .. path)))
        assert.same({nil, path .. ": not a regular file", ENODEV},
          {mview.map(path, mode)})
      end)
    end

    it("leaves no descriptor behind", function()
      local before = free_descriptor()
      for _, mode in ipairs {"r", "r+", "c"} do
        mview.map("/dev/null", mode)
        mview.map("/tmp", mode)
        mview.map("/nowhere", mode)
        mview.map(path, mode, 0, math.maxinteger)
      end
      assert.equal(before, free_descriptor())
    end)
  end)

  describe("of anonymous memory", function()
    it("starts with zeros", function()
      local map <close> = assert(mview.map(nil, "r+", 0, PAGE + 1))
      assert.equal(PAGE + 1, #map)
      assert.equal(("\0"):rep(PAGE + 1), map:view():tobytes())
      assert.is_false(map:view().readonly)
    end)

    it("may be empty", function()
      local map <close> = assert(mview.map(nil, "r+", 0, 0))
      assert.equal("", map:view():tobytes())
    end)

    it("is shared with a forked child", function()
      local map <close> = assert(mview.map(nil, "r+", 0, 100))
      local numbers = map:view():cast("<i4")
      numbers[1] = 7
      in_child(function()
        assert(numbers[1] == 7)
        for i = 2, #numbers do numbers[i] = -i end
        map:close()
      end)
      assert.equal(7, numbers[1])
      for i = 2, 25 do assert.equal(-i, numbers[i]) end
    end)

    it("is not to be had without an end", function()
      assert_too_large(mview.map(nil, "r+", 0, math.maxinteger))
    end)
  end)

  it("shares a file with a forked child by mode", function()
    for mode, expected in pairs {["r+"] = 0, c = 1} do
      local map <close> = assert(mview.map(path, mode))
      local view = map:view()
      in_child(function() view[1] = 0 end)
      assert.equal(expected, view[1])
      write(path, content)
    end
  end)

  describe("with wrong arguments", function()
    for _, row in ipairs {
      {"#1 to 'map' (string expected, got no value)"},
      {"#1 to 'map' (string expected, got number)", 1},
      {"#1 to 'map' (string expected, got table)", {}},
      {"#1 to 'map' (string contains zeros)", "/tmp\0/x"},
      {"#2 to 'map' (string expected, got boolean)", "/", true},
      {"#2 to 'map' (invalid mode 'w', expected 'r', 'r+' or 'c')", "/", "w"},
      {"#2 to 'map' (invalid mode '', expected 'r', 'r+' or 'c')", "/", ""},
      {"#3 to 'map' (number expected, got string)", "/", "r", "x"},
      {"#3 to 'map' (number has no integer representation)", "/", "r", 0.5},
      {"#3 to 'map' (negative offset -1)", "/", "r", -1},
      {"#3 to 'map' (negative offset -9223372036854775808)", "/", "r",
        math.mininteger},
      {"#4 to 'map' (size -1 out of range [0, 9223372036854775807])", "/",
        "r", 0, -1},
      {"#2 to 'map' (anonymous memory needs mode 'r+', got 'r')", nil},
      {"#2 to 'map' (anonymous memory needs mode 'r+', got 'c')", nil, "c"},
      {"#3 to 'map' (anonymous memory needs offset 0, got 1)", nil, "r+", 1},
      {"#4 to 'map' (number expected, got nil)", nil, "r+", 0, nil},
    } do
      local n = row[1]:find("got no value") and 0 or 4
      it("says: " .. row[1], function()
        assert.has_error(function()
          mview.map(table.unpack(row, 2, n + 1))
        end, "bad argument " .. row[1])
      end)
    end
  end)
end)

describe("A map", function()
  local path, map
  local content = bytes(3 * PAGE + 100)

  before_each(function()
    path = os.tmpname()
    write(path, content)
    map = assert(mview.map(path, "r+"))
  end)
  after_each(function()
    map:close()
    os.remove(path)
  end)

  it("tells its mode and size by tostring", function()
    assert.equal("mview.map 'r+' [12388]", tostring(map))
    map:close()
    assert.equal("mview.map 'r+', closed", tostring(map))
  end)

  it("is bytes-like", function()
    assert.equal(content, mview(map):tobytes())
    assert.equal(content, mview.bytearray(map):view():tobytes())
    assert.is_true(mview(content):equals(map))
  end)

  it("hides its metatable", function()
    assert.is_false(getmetatable(map))
  end)

  for _, name in ipairs {"view", "flush", "advise", "resize", "close"} do
    it("is needed as the self of " .. name, function()
      for _, other in ipairs {io.stdout, {}, 1, mview(""), mview.bytearray()} do
        local ok, message = pcall(map[name], other)
        assert.is_false(ok)
        assert.matches(("bad argument #1 to '%s' (mview.map expected, got ")
          :format(name), message, 1, true)
      end
    end)
  end

  describe("flushed", function()
    for _, mode in ipairs {"r", "r+", "c"} do
      it("returns true with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode, 10))
        for _, range in ipairs {{}, {1}, {5000}, {-1}, {4000, 4100}, {2, 1},
          {0, 0}, {math.mininteger, math.maxinteger}, {1 << 62}} do
          assert.is_true(m:flush(table.unpack(range)))
        end
      end)
    end

    it("takes integers alone", function()
      assert.has_error(function() map:flush("x") end,
        "bad argument #1 to 'flush' (number expected, got string)")
      assert.has_error(function() map:flush(1, 1.5) end,
        "bad argument #2 to 'flush' (number has no integer representation)")
    end)
  end)

  describe("given advice", function()
    local hints = {"normal", "sequential", "random", "willneed", "dontneed"}

    for _, mode in ipairs {"r", "r+"} do
      it("keeps its bytes with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode, 10))
        if mode == "r+" then m:view()[1] = 255 end
        local before = m:view():tobytes()
        for _, hint in ipairs(hints) do
          assert.is_true(m:advise(hint))
          assert.equal(before, m:view():tobytes())
        end
      end)
    end

    it("keeps the changes that are private", function()
      local m <close> = assert(mview.map(path, "c", 10))
      m:view()[1] = 255
      for i = 1, 4 do assert.is_true(m:advise(hints[i])) end
      assert.has_error(function() m:advise("dontneed") end, "bad argument #1" ..
        " to 'advise' ('dontneed' would undo the changes of a map of mode 'c')")
      assert.equal(255, m:view()[1])
    end)

    it("keeps anonymous memory", function()
      local m <close> = assert(mview.map(nil, "r+", 0, 10000))
      m:view():fill(7)
      for _, hint in ipairs(hints) do
        assert.is_true(m:advise(hint))
        assert.equal(10000, m:view():count(7))
      end
    end)

    it("names the hints that there are", function()
      assert.has_error(function() map:advise("fast") end,
        "bad argument #1 to 'advise' (invalid hint 'fast', expected 'normal'" ..
        ", 'sequential', 'random', 'willneed' or 'dontneed')")
      assert.has_error(function() map:advise() end,
        "bad argument #1 to 'advise' (string expected, got no value)")
    end)
  end)

  describe("resized", function()
    it("grows the file by zeros and keeps its views", function()
      local view = map:view()
      assert.is_true(map:resize(5 * PAGE))
      local expected = content .. ("\0"):rep(2 * PAGE - 100)
      assert.equal(expected, map:view():tobytes())
      assert.equal(content, view:tobytes())
      view[1] = 255
      map:view()[-1] = 255
      assert.equal("\255" .. expected:sub(2, -2) .. "\255", read(path))
    end)

    it("shrinks the file and ends the views made before", function()
      local before = map:view()
      local first = before:sub(1, 10)
      assert.is_true(map:resize(PAGE + 5))
      assert.equal(PAGE + 5, #map)
      assert.equal(content:sub(1, PAGE + 5), read(path))
      for _, view in ipairs {before, first} do
        assert.is_false(view.valid)
        assert.has_error(function() return view[1] end,
          "attempt to use an expired view (its map shrank)")
      end
      local after = map:view()
      assert.is_true(map:resize(#content))
      assert.is_false(before.valid)
      assert.equal(content:sub(1, PAGE + 5), after:tobytes())
    end)

    it("to the size that it has changes nothing", function()
      local view = map:view()
      assert.is_true(map:resize(#content))
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("shrinks to nothing and grows again", function()
      assert.is_true(map:resize(0))
      assert.equal(0, #map)
      assert.equal("", read(path))
      assert.is_true(map:resize(3))
      map:view():copyfrom("new")
      assert.equal("new", read(path))
    end)

    it("keeps its offset", function()
      local m <close> = assert(mview.map(path, "r+", PAGE + 10))
      assert.is_true(m:resize(PAGE * 4))
      m:view()[-1] = 255
      assert.equal(PAGE * 5 + 10, size(path))
      assert.equal("\255", read(path):sub(-1))
      assert.is_true(m:resize(5))
      assert.equal(content:sub(1, PAGE + 15), read(path))
      assert.equal(content:sub(PAGE + 11, PAGE + 15), m:view():tobytes())
    end)

    it("cuts nothing off that was not mapped", function()
      local m <close> = assert(mview.map(path, "r+", 10, 20))
      assert.is_true(m:resize(5))
      assert.equal(content:sub(11, 15), m:view():tobytes())
      assert.equal(content, read(path))
      assert.is_true(m:resize(PAGE))
      assert.equal(content:sub(11, 10 + PAGE), m:view():tobytes())
      assert.equal(content, read(path))
      assert.is_true(m:resize(#content))
      assert.equal(content .. ("\0"):rep(10), read(path))
    end)

    it("mends a file that somebody else truncated", function()
      unix.truncate(path, 10)
      assert.is_true(map:resize(20))
      assert.equal(content:sub(1, 10) .. ("\0"):rep(10),
        map:view():tobytes())
    end)

    it("takes anonymous memory as far as it was", function()
      local m <close> = assert(mview.map(nil, "r+", 0, 3 * PAGE))
      local before = m:view()
      before:fill(7)
      assert.is_true(m:resize(PAGE + 1))
      assert.is_false(before.valid)
      assert.equal(("\7"):rep(PAGE + 1), m:view():tobytes())
      assert.same({nil, "anonymous memory cannot grow", ENOTSUP},
        {m:resize(PAGE + 2)})
      assert.is_true(m:resize(0))
      assert.equal("", m:view():tobytes())
    end)

    for _, mode in ipairs {"r", "c"} do
      it("is refused with mode " .. mode, function()
        local m <close> = assert(mview.map(path, mode))
        assert.has_error(function() m:resize(1) end,
          "attempt to resize a map of mode '" .. mode .. "'")
        assert.equal(content, m:view():tobytes())
        assert.equal(content, read(path))
      end)
    end

    it("is refused while it is pinned", function()
      local view = map:view()
      pin(view, function()
        assert.has_error(function() map:resize(1) end,
          "map is pinned by 1 borrower")
        pin(map, function()
          assert.has_error(function() map:resize(1 << 20) end,
            "map is pinned by 2 borrowers")
        end)
      end)
      assert.equal(content, view:tobytes())
      assert.is_true(map:resize(1))
    end)

    it("leaves all as it was when the file cannot grow", function()
      local view = map:view()
      assert_too_large(map:resize(1 << 60))
      assert_too_large(map:resize(math.maxinteger))
      local m <close> = assert(mview.map(path, "r+", 10))
      assert.same({nil, "File too large", EFBIG},
        {m:resize(math.maxinteger)})
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("leaves all as it was when the memory cannot grow", function()
      os.remove(path)
      path = "/dev/shm" .. path:match("/[^/]*$") -- files may be huge there
      write(path, content)
      local m <close> = assert(mview.map(path, "r+"))
      local view = m:view()
      assert_too_large(m:resize(1 << 60))
      assert.equal(content, view:tobytes())
      assert.equal(content, read(path))
    end)

    it("takes a size alone", function()
      assert.has_error(function() map:resize() end,
        "bad argument #1 to 'resize' (number expected, got no value)")
      assert.has_error(function() map:resize(-1) end,
        "bad argument #1 to 'resize' (size -1 out of range" ..
        " [0, 9223372036854775807])")
    end)
  end)

  describe("closed", function()
    it("ends its views", function()
      local view = map:view()
      local slice = view:sub(2, 5)
      map:close()
      for _, v in ipairs {view, slice} do
        assert.is_false(v.valid)
        assert.has_error(function() return v[1] end,
          "attempt to use a view of revoked memory")
      end
    end)

    it("may be closed again", function()
      map:close()
      map:close()
      assert.equal("mview.map 'r+', closed", tostring(map))
    end)

    for name, use in pairs {
      view = function(m) m:view() end,
      flush = function(m) m:flush() end,
      advise = function(m) m:advise("normal") end,
      resize = function(m) m:resize(1) end,
      ["#"] = function(m) return #m end,
      mview = mview,
    } do
      it("is of no use for " .. name, function()
        map:close()
        assert.has_error(function() use(map) end,
          "attempt to use a closed map")
      end)
    end

    it("is what a variable with <close> becomes", function()
      local kept
      do
        local m <close> = assert(mview.map(path))
        kept = m
      end
      assert.equal("mview.map 'r', closed", tostring(kept))
    end)

    it("is what it cannot become while it is pinned", function()
      pin(map, function()
        assert.has_error(function() map:close() end,
          "map is pinned by 1 borrower")
      end)
      assert.equal(content, map:view():tobytes())
      map:close()
    end)

    it("gives mapping and descriptor back", function()
      local before = free_descriptor()
      local maps = {}
      for i = 1, 10 do maps[i] = assert(mview.map(path, "r+", 500 * i)) end
      assert.equal(11, mappings(path))
      maps[1]:resize(1 << 20)
      assert.equal(11, mappings(path))
      for _, m in ipairs(maps) do m:close() end
      assert.equal(1, mappings(path))
      assert.equal(before, free_descriptor())
    end)
  end)

  for _, mode in ipairs {"r", "c"} do
    it("of mode " .. mode .. " needs no descriptor", function()
      local before = free_descriptor()
      local m <close> = assert(mview.map(path, mode))
      assert.equal(before, free_descriptor())
      assert.equal(content, m:view():tobytes())
    end)
  end

  it("gives mapping and descriptor back when it is collected", function()
    local before = free_descriptor()
    for _ = 1, 100 do assert(mview.map(path, "r+")):view() end
    collectgarbage()
    collectgarbage()
    assert.equal(1, mappings(path))
    assert.equal(before, free_descriptor())
  end)

  it("and its views may be left to the end of the state", function()
    local output, status = shell(LUA .. [[ -e '
      local mview = require "mview"
      map = assert(mview.map("]] .. path .. [[", "r+"))
      view = map:view()
      late = setmetatable({}, {__gc = function()
        print(pcall(function() return view[1] end))
        print(pcall(function() return #map end))
      end})
      again = assert(mview.map("]] .. path .. [["))
    ']])
    assert.equal(0, status, output)
    assert.equal(2, select(2, output:gsub("\n", "")), output)
  end)
end)
