local dump = require "mview.dump"
local files = require "files"
local lend_host = require "lend_host"
local mview = require "mview"
local shell = require "shell"

local function installed(program)
  return select(2, shell("command -v " .. program)) == 0
end

-- The output of hexdump for a file of these bytes.
local function hexdump(options, bytes)
  local path = os.tmpname()
  files.write(path, bytes)
  local output = shell(("hexdump %s %s"):format(options, path))
  os.remove(path)
  return output
end

local function lines(...)
  return table.concat({...}, "\n") .. "\n"
end

local every = {}
for code = 0, 255 do every[code + 1] = string.char(code) end
every = table.concat(every)

-- Random lines, some of them repeated.
local function repetitive(seed, n)
  math.randomseed(seed)
  local pieces = {}
  for i = 1, n do
    pieces[i] = string.char(math.random(65, 66)):rep(math.random(1, 40))
  end
  return table.concat(pieces)
end

local CASES = {
  {"nothing", ""}, {"one byte", "a"}, {"eight bytes", "abcdefgh"},
  {"nine bytes", "abcdefghi"}, {"15 bytes", ("x"):rep(15)},
  {"16 bytes", ("x"):rep(16)}, {"17 bytes", ("x"):rep(17)},
  {"every byte", every}, {"text with percent signs", "%d %s 100%\n"},
  {"two equal lines", ("\0"):rep(32)}, {"zeros", ("\0"):rep(1000)},
  {"three equal lines and a byte", ("\0"):rep(49)},
  {"two runs in a row", ("a"):rep(64) .. ("b"):rep(64)},
  {"a run after another line", every .. ("z"):rep(100) .. every},
  {"a run of one period", ("abcd"):rep(40)},
  {"a tail like the line before", ("abcdefgh"):rep(5)},
  {"lines that repeat at random", repetitive(1, 300)},
  {"other lines that repeat", repetitive(2, 300)},
}

describe("dump of bytes", function()
  it("has the layout of hexdump -C", function()
    assert.equal(lines(
      "00000000  68 65 6c 6c 6f 20 77 6f  72 6c 64 0a              "
        .. "|hello world.|",
      "0000000c"), dump("hello world\n"))
    assert.equal(lines(
      "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
        .. "|................|",
      "*",
      "00000040  ff                                                "
        .. "|.|",
      "00000041"), dump(("\0"):rep(64) .. "\xff"))
    assert.equal("", dump(""))
  end)

  for _, row in ipairs(CASES) do
    local name, bytes = table.unpack(row)
    describe("of " .. name, function()
      local compared = installed("hexdump") and it or pending

      compared("equals hexdump -C", function()
        assert.equal(hexdump("-C", bytes), dump(bytes))
      end)

      compared("equals hexdump -C -v without squeezing", function()
        assert.equal(hexdump("-Cv", bytes),
          dump(bytes, {squeeze = false}))
      end)

      compared("equals hexdump -C -s with an offset", function()
        local skipped = math.min(5, #bytes)
        assert.equal(hexdump("-C -s " .. skipped, bytes),
          dump(mview(bytes):sub(skipped + 1), {offset = skipped}))
      end)

      compared("equals hexdump -C -n with a limit", function()
        for _, limit in ipairs {0, 1, 16, 33, 10000} do
          assert.equal(hexdump("-C -n " .. limit, bytes),
            dump(bytes, {limit = limit}))
        end
      end)
    end)
  end

  it("shows offsets beyond 32 bits as hexdump does", function()
    local line = "41                                                |A|"
    assert.equal(lines("123456789a  " .. line, "123456789b"),
      dump("A", {offset = 0x123456789a}))
  end)

  it("skips long runs without a look at each line", function()
    local data = mview.bytearray(64 << 20)
    data[#data] = 1
    local zeros = (" 00"):rep(8)
    assert.equal(lines(
      "00000000 " .. zeros .. " " .. zeros .. "  |................|",
      "*",
      "03fffff0 " .. zeros .. " " .. (" 00"):rep(7) .. " 01"
        .. "  |................|",
      "04000000"), dump(data))
  end)
end)

describe("dump", function()
  for name, source in pairs {
    ["a string"] = "abcdefgh",
    ["a bytearray"] = mview.bytearray("abcdefgh"),
    ["a view"] = mview("abcdefgh"),
    ["a view of integers"] = mview("abcdefgh", "<h"),
    ["two dimensions"] = mview("abcdefgh"):cast("H", {2, 2}),
    ["a transposed view"] = mview("aebfcgdh"):cast("B", {4, 2}):transpose(),
    ["every second byte"] = mview("a.b.c.d.e.f.g.h."):sub(1, -1, 2),
    ["bytes backwards"] = mview("hgfedcba"):sub(-1, 1, -1),
    ["one item without a dimension"] = mview("abcdefgh"):cast("Q", {}),
  } do
    it("of " .. name .. " is that of its bytes in C order", function()
      assert.equal(
        "00000000  61 62 63 64 65 66 67 68                           "
        .. "|abcdefgh|\n00000008\n", dump(source))
    end)
  end

  it("is that of a mapped file", function()
    local path = os.tmpname()
    files.write(path, every)
    local map <close> = assert(mview.map(path))
    os.remove(path)
    assert.equal(dump(every), dump(map))
  end)

  for _, row in ipairs {
    {"offset", -1}, {"offset", 1.5}, {"offset", "x"}, {"limit", -1},
    {"limit", math.mininteger}, {"limit", false},
  } do
    local option, value = table.unpack(row)
    it(("refuses %s as %s"):format(value, option), function()
      local ok, message = pcall(dump, "abc", {[option] = value})
      assert.is_false(ok)
      assert.equal(("bad argument #2 to 'dump' (%s must be a number of bytes,"
        .. " got %s)"):format(option, value == "x" and "'x'" or value), message)
    end)
  end

  for _, row in ipairs {
    {"color", "never", "a boolean or 'auto', got 'never'"},
    {"color", 1, "a boolean or 'auto', got 1"},
    {"squeeze", "auto", "a boolean, got 'auto'"},
    {"squeeze", 0, "a boolean, got 0"},
  } do
    local option, value, expected = table.unpack(row)
    it(("refuses %s as %s"):format(value, option), function()
      local ok, message = pcall(dump, "abc", {[option] = value})
      assert.is_false(ok)
      assert.equal(("bad argument #2 to 'dump' (%s must be %s)"):format(option,
        expected), message)
    end)
  end

  it("ends in a last line, however far the offset", function()
    assert.equal("7fffffffffffffff  61 62" .. (" "):rep(45)
      .. "|ab|\n8000000000000001\n", dump("ab", {offset = math.maxinteger}))
    assert.equal("00000007\n", dump("", {offset = 7}))
    assert.equal("", dump(""))
  end)

  it("takes only a table as options", function()
    local ok, message = pcall(dump, "abc", 16)
    assert.is_false(ok)
    assert.equal("bad argument #2 to 'dump' (table expected, got number)",
      message)
  end)

  it("blames the line that called it", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local _, message = pcall(function() dump("abc", {limit = -1}) end)
    assert.matches(("dump_spec.lua:%d: bad argument"):format(line), message,
      1, true)
  end)

  it("takes only bytes-likes", function()
    for _, source in ipairs {42, {}, print} do
      local _, expected = pcall(mview, source)
      local ok, message = pcall(dump, source)
      assert.is_false(ok)
      assert.matches("^bad argument #1 to 'dump' %(.*expected, got ", message)
      assert.equal(expected:gsub("mview", "dump", 1), message)
    end
  end)

  it("passes the error of an exporter on", function()
    local reason = {}
    local source = setmetatable({}, {__buffer = function() error(reason) end})
    assert.equal(reason, select(2, pcall(dump, source)))
  end)

  it("raises the view's error once the memory is gone", function()
    local view = mview("abc")
    view:release()
    local ok, message = pcall(dump, view)
    assert.is_false(ok)
    assert.matches("attempt to use a released view", message, 1, true)
  end)
end)

describe("dump of fields without bytes", function()
  local rows = { -- format, names in order
    {"0s:a:0s:b:B:c:", "a b c"}, {"0s:b:0s:a:B:c:", "b a c"},
    {"T{0s:a:0s0s:b:B:c:}", "a [1] b c"}, {"0s0s:x:B:y:", "[1] x y"},
    {"<B:a:0s:b:(0)H:c:0s:d:", "a b c d"},
    {"T{0s:a:T{0s:b:B:a:}:c:}", "a c.b c.a"}, {"0iB:a:0s:b:3H:c:", "a b c"},
    {"2B0s:a:2x0sZf:b:4s:s:", "[1] [2] a [3] b s"},
  }
  for _, row in ipairs(rows) do
    it("names each by its own name: " .. row[1], function()
      for _ = 1, 10 do
        local names = {}
        local source = mview(("x"):rep(mview.calcsize(row[1])), row[1])
        for line in dump(source):gmatch("[^\n]+") do
          names[#names + 1] = line:match("^%x+  (%S+)")
        end
        assert.equal(row[2], table.concat(names, " "))
      end
    end)
  end
end)

describe("dump in color", function()
  local function plain(text)
    return (text:gsub("\27%[%d*m", ""))
  end

  it("is the plain one between escapes", function()
    for _, row in ipairs(CASES) do
      assert.equal(dump(row[2]), plain(dump(row[2], {color = true})))
    end
    local records = mview(every, "T{<I:id:hh}")
    assert.equal(dump(records), plain(dump(records, {color = true})))
  end)

  it("distinguishes zeros, text and other bytes", function()
    local text = dump("\0A\xff", {color = true})
    assert.matches("\27[90m00\27[0m \27[36m41\27[0m \27[33mff\27[0m", text,
      1, true)
    assert.matches("|\27[90m.\27[0m\27[36mA\27[0m\27[33m.\27[0m|", text,
      1, true)
  end)

  it("is off unless asked for", function()
    assert.equal(dump(every, {color = false}), dump(every))
    assert.is_nil(dump(every):find("\27", 1, true))
  end)

  describe("when automatic", function()
    local program = (os.getenv("LUA") or "lua5.4") .. [[ -e '
      io.write(require("mview.dump")("A", {color = "auto"}))']]

    it("is off if the output is no terminal", function()
      assert.equal(dump("A"), (shell(program)))
    end)

    it("depends on the terminal and NO_COLOR", function()
      local getenv, execute = os.getenv, os.execute
      local color, refused, terminal = {color = "auto"}, nil, nil
      finally(function()
        rawset(os, "getenv", getenv)
        rawset(os, "execute", execute)
      end)
      rawset(os, "getenv", function(name)
        return name == "NO_COLOR" and refused or nil
      end)
      rawset(os, "execute", function(command)
        assert.equal("test -t 1", command)
        return terminal
      end)
      assert.equal(dump("A"), dump("A", color))
      terminal = true
      assert.equal(dump("A", {color = true}), dump("A", color))
      refused = "1"
      assert.equal(dump("A"), dump("A", color))
    end)

    -- The system may have no free terminal.
    local terminals = select(2, shell "script -qec true /dev/null </dev/null")
    local on_terminal = terminals == 0 and it or pending

    on_terminal("is on where the output is a terminal", function()
      local quoted = "'" .. program:gsub("'", "'\\''") .. "'"
      local run = " script -qec " .. quoted .. " /dev/null </dev/null"
      assert.equal(dump("A", {color = true}),
        (shell("env -u NO_COLOR" .. run):gsub("\r\n", "\n")))
      assert.equal(dump("A"),
        (shell("env NO_COLOR=1" .. run):gsub("\r\n", "\n")))
    end)
  end)
end)

describe("dump of records", function()
  it("shows offset, name, format and value of each field", function()
    local data = ("<I4f"):pack(7, 1.5) .. ("<I4f"):pack(8, -2)
    assert.equal(lines(
      "00000000  id  <I  7",
      "00000004  x   <f  1.5",
      "00000008  id  <I  8",
      "0000000c  x   <f  -2.0"), dump(mview(data, "T{<I:id:f:x:}")))
  end)

  it("numbers fields without a name", function()
    local names = {}
    for name in dump(mview("abcdef", "<HBBH")):gmatch("  (%S+)  ") do
      names[#names + 1] = name
    end
    assert.same({"[1]", "[2]", "[3]", "[4]"}, names)
  end)

  it("names the fields of fields", function()
    local view = mview("abcdefg", "T{B:id:T{B:x:T{B:a:B:b:}:in:}:pos:2x B:z:}")
    assert.equal(lines(
      "00000000  id        B  97",
      "00000001  pos.x     B  98",
      "00000002  pos.in.a  B  99",
      "00000003  pos.in.b  B  100",
      "00000006  z         B  103"), dump(view))
  end)

  it("shows other values than numbers as Lua literals", function()
    local data = 'a"\\\n\0\255' .. "\1" .. "z" .. ("<ff"):pack(1, -0.5)
      .. "\1\2\3\4"
    assert.equal(lines(
      [[00000000  name  6s   "a\"\\\x0a\x00\xff"]],
      [[00000006  flag  ?    true]],
      [[00000007  char  c    "z"]],
      [[00000008  z     <Zf  {1.0, -0.5}]],
      [[00000010  grid  <B   {{1, 2}, {3, 4}}]]),
      dump(mview(data, "T{6s:name:?:flag:c:char:<Zf:z:(2,2)B:grid:}")))
  end)

  it("names fields by names with any characters", function()
    assert.equal(lines(
      "00000000  {.(.}  B  97",
      "00000001  3T{.)  B  98",
      "00000002  }      B  99"),
      dump(mview("abc", "T{T{T{B:}:}:(:}:{:T{B:):}:3T{:B:}:}")))
  end)

  it("shows a field on one line, in columns, whatever its name", function()
    assert.equal(lines(
      "00000000  größe          B  97",
      "00000001  a\\x0ab\\x1b[2J  B  98",
      "00000002  \xff              B  99"),
      dump(mview("abc", "B:größe:B:a\nb\27[2J:B:\xff:")))
  end)

  it("numbers the records in an array of them", function()
    assert.equal(lines(
      "00000000  p[1].x  B  97",
      "00000001  p[1].y  B  98",
      "00000002  p[2].x  B  99",
      "00000003  p[2].y  B  100"),
      dump(mview("abcd", "T{(2)T{B:x:B:y:}:p:}")))
  end)

  it("counts offsets from the start of the view, or from the option's",
    function()
      local records = mview("..abcdef"):sub(3):cast("T{B:a:B:b:}")
      assert.equal(lines(
        "00000000  a  B  99", "00000001  b  B  100"), dump(records:sub(2, 2)))
      assert.equal(lines(
        "00000102  a  B  99", "00000103  b  B  100"),
        dump(records:sub(2, 2), {offset = 0x102}))
    end)

  it("shows the records within the limit", function()
    local view = mview("abcdef", "T{B:a:B:b:}")
    for limit, shown in pairs {[0] = 0, [1] = 0, [2] = 1, [5] = 2, [9] = 3} do
      assert.equal(dump(view:sub(1, shown)), dump(view, {limit = limit}))
    end
    assert.equal("", dump(view:sub(1, 0)))
  end)

  it("follows strides and dimensions in C order", function()
    local view = mview("abcdefgh", "T{B:a:B:b:}")
    assert.equal(dump(mview("ghefcdab", "T{B:a:B:b:}")),
      dump(view:sub(-1, 1, -1)))
    local grid = mview("abcdefgh"):cast("T{B:a:B:b:}", {2, 2})
    assert.equal(dump(view), dump(grid))
    assert.equal(dump(mview("abefcdgh", "T{B:a:B:b:}")),
      dump(grid:transpose()))
  end)

  it("shows a code with padding as a field", function()
    assert.equal(lines("00000000  [1]  <H  1", "00000003  [1]  <H  2"),
      dump(mview("\1\0.\2\0.", "<Hx")))
    assert.equal(lines('00000002  [1]  2s  "ab"'), dump(mview("..ab", "2x2s")))
  end)

  for _, row in ipairs {
    {"xT{B:a:}", "00000001  a  B  97"}, {"T{B:a:}x", "00000000  a  B  97"},
    {"2xT{T{B:b:}:a:}", "00000002  a.b  B  97"},
    {"x(1)T{B:a:}", "00000001  [1].a  B  97"},
    {"xT{B:a:}:r:", "00000001  r.a  B  97"},
    {"T{xT{B:a:}}", "00000001  [1].a  B  97"},
    {"1T{B:a:}", "00000000  a  B  97"}, {"<01T{B:a:}", "00000000  a  <B  97"},
  } do
    it("names fields as the item reads: " .. row[1], function()
      assert.equal(lines(row[2]), dump(mview(
        ("a"):rep(mview.calcsize(row[1])), row[1])))
    end)
  end

  it("skips padding that only the exporter of the records knows", function()
    local view = lend_host.lend {data = "\1\0..\2\0..\3\0..",
      format = "T{<H:id:}", itemsize = 4, shape = {3}}
    local shown = {"00000000  id  <H  1", "00000004  id  <H  2",
      "00000008  id  <H  3"}
    assert.equal(lines(table.unpack(shown)), dump(view))
    assert.equal(lines(shown[1], shown[2]), dump(view, {limit = 11}))
    assert.equal(lines("00000000  id  <H  3", "00000004  id  <H  1"),
      dump(view:sub(-1, 1, -2)))
  end)

  it("shows fields without bytes", function()
    local view = lend_host.lend {data = "", format = "(0)i", shape = {2}}
    assert.equal(lines("00000000  [1]  i  {}", "00000000  [1]  i  {}"),
      dump(view))
  end)

  it("looks at no record behind the limit", function()
    local view = lend_host.lend {data = "ab", format = "T{B:a:B:b:}",
      shape = {1 << 40}, strides = {0}}
    assert.equal(lines("00000000  a  B  97", "00000001  b  B  98"),
      dump(view, {limit = 2}))
  end)
end)
