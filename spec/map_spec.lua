local files = require "files"
local lua_states = require "lua_states"
local mview = require "mview"
local shell = require "shell"
local sizes = require "sizes"
local unix = require "unix"

local failed = files.failed

local ENODEV, EISDIR, EINVAL, EFBIG =
  unix.ENODEV, unix.EISDIR, unix.EINVAL, unix.EFBIG
local PAGE = unix.pagesize

-- The resources of an emulated process are mostly those of the emulator.
local emulated = os.getenv "MVIEW_EMULATED"
local HUGE = sizes.huge

local on_maps = files.exists "/proc/self/maps" and it or pending

local bytes, read, write = files.bytes, files.read, files.write

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

    it("sees the writes of others", function()
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

    it("writes only to its range of the file", function()
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
      {"the largest length", 0, sizes.most},
      {"both at their largest", math.maxinteger, sizes.most},
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

    for _, mode in ipairs(sizes.wide and {"r", "r+", "c"} or {}) do
      it("answers at once, however large it is, with mode " .. mode, function()
        local before = files.resident()
        local map <close> = assert(mview.map(path, mode))
        local view = map:view()
        assert.equal(HUGE, #view)
        assert.equal(0, view[-1])
        assert.equal(("\0"):rep(16), view:sub(-16):tobytes())
        assert.equal(content, view:sub(1, #content):tobytes())
        if not emulated then
          assert.is_true(files.resident() - before < 10000)
        end
      end)
    end

    it("is refused if it is larger than memory can be", function()
      if not sizes.wide then
        assert.same(failed(EFBIG, path), {mview.map(path)})
      else
        assert.equal(HUGE, #assert(mview.map(path)))
      end
    end)

    it("reaches beyond the range of an int", function()
      local offset = ((sizes.wide and 5 or 3) << 30) + 123
      local map <close> = assert(mview.map(path, "r+", offset, 4))
      map:view():copyfrom("here")
      local file <close> = assert(io.open(path, "rb"))
      file:seek("set", offset)
      assert.equal("here", file:read(4))
    end)
  end)

  describe("of a file that it cannot open", function()
    for _, row in ipairs {
      {"a file that is not there", "/nowhere", "r"},
      {"a file that is not there, to write", "/nowhere", "r+"},
      {"a file in a folder that is not there", "/nowhere/file", "c"},
      {"a file in a file", "README.md/file", "r"},
      {"an empty path", "", "r"},
      {"a path that is too long", "/" .. ("x"):rep(300), "r"},
      {"a folder, to write", "/tmp", "r+"},
    } do
      local _, name, mode = table.unpack(row)
      it("fails as io.open does: " .. row[1], function()
        local expected = {io.open(name, mode == "r+" and "r+b" or "rb")}
        assert.is_nil(expected[1])
        assert.same(expected, {mview.map(name, mode)})
      end)
    end

    it("reports that a folder is not a file", function()
      assert.same(failed(EISDIR, "/tmp"), {mview.map("/tmp")})
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
      local before = files.free_descriptor(true)
      for _, mode in ipairs {"r", "r+", "c"} do
        mview.map("/dev/null", mode)
        mview.map("/tmp", mode)
        mview.map("/nowhere", mode)
        mview.map(path, mode, 0, sizes.most)
      end
      assert.equal(before, files.free_descriptor())
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

    it("is refused when the memory is exhausted", function()
      local maps, message = {}, nil -- on 32 bits there may be room for one
      for k = 1, 3 do
        maps[k], message = mview.map(nil, "r+", 0, sizes.most)
      end
      assert.is_nil(maps[3])
      assert.is_string(message)
      for _, map in pairs(maps) do map:close() end
    end)
  end)

  on_maps("ends with its state, made by a finalizer at the close of that, too",
    function()
      local code = ([[
        local mview = require "mview"
        for _, mode in ipairs {"r", "r+", "c"} do
          local function make() _G[mode] = mview.map(%q, mode) end
          make()
          setmetatable({}, {__gc = make})
        end
      ]]):format(path)
      assert.equal(0, lua_states.sequence(3, code))
      assert.equal(0, files.mappings(path))
    end)

  describe("with wrong arguments", function()
    for _, row in ipairs {
      {"#1 to 'map' (path, file or descriptor expected, got no value)"},
      {"#1 to 'map' (path, file or descriptor expected, got boolean)", true},
      {"#1 to 'map' (file or descriptor expected, got table)", {}},
      {"#1 to 'map' (string contains zeros)", "/tmp\0/x"},
      {"#2 to 'map' (string expected, got boolean)", "/", true},
      {"#2 to 'map' (invalid mode 'w', expected 'r', 'r+', 'w+' or 'c')", "/",
        "w"},
      {"#2 to 'map' (invalid mode '', expected 'r', 'r+', 'w+' or 'c')", "/",
        ""},
      {"#3 to 'map' (number expected, got string)", "/", "r", "x"},
      {"#3 to 'map' (number has no integer representation)", "/", "r", 0.5},
      {"#3 to 'map' (negative offset -1)", "/", "r", -1},
      {"#3 to 'map' (negative offset -9223372036854775808)", "/", "r",
        math.mininteger},
      {("#4 to 'map' (size -1 out of range [0, %d])"):format(sizes.most), "/",
        "r", 0, -1},
      {"#1 to 'map' (path, file or descriptor expected, got nil; in mode 'r+' "
        .. "nil stands for anonymous memory)", nil},
      {"#1 to 'map' (path, file or descriptor expected, got nil; in mode 'r+' "
        .. "nil stands for anonymous memory)", nil, "c"},
      {"#3 to 'map' (anonymous memory needs offset 0, got 1)", nil, "r+", 1},
      {"#4 to 'map' (anonymous memory needs a length)", nil, "r+", 0, nil},
      {"#4 to 'map' (number expected, got string)", nil, "r+", 0, "x"},
    } do
      local n = row[1]:find("got no value") and 0 or 4
      it("raises: " .. row[1], function()
        assert.has_error(function()
          mview.map(table.unpack(row, 2, n + 1))
        end, "bad argument " .. row[1])
      end)
    end
  end)
end)
