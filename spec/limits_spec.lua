-- Formats and counts of more bytes than exist are refused before memory of that
-- size is allocated, and values do not need much of the C stack. Each call runs
-- in a process with a limit of memory or of the stack.
local shell = require "shell"

local LUA = os.getenv "LUA" or "lua5.4"

-- Sanitizers and valgrind need more memory than the limit leaves.
local preloaded = os.getenv "LD_PRELOAD"

-- Functions called with v (64 bytes) and b (a bytearray of 64), and their
-- errors; nil: no error.
local rows = {
  {'v:pack("c99999999999", 1, "0")',
    "99999999999 bytes at position 1, 64 left"},
  {'v:pack("c99999999999c99999999999", 1, "0", "1")',
    "199999999998 bytes at position 1, 64 left"},
  {'v:pack(("c999999999999999999"):rep(20), 1, table.unpack(t, 1, 20))',
    "9223372036854775807 bytes at position 1, 64 left"},
  {'v:pack(("!16 bXi16"):rep(10000), 1, table.unpack({}, 1, 10000))',
    "number expected, got nil"},
  {'v:pack(("x"):rep(1000000), 1)',
    "1000000 bytes at position 1, 64 left"},
  {'v:pack("z", 1, ("a"):rep(1000000))', "1000001 bytes at position 1"},
  {'v:pack("s", 9, ("a"):rep(1000000))', "1000008 bytes at position 9"},
  {'v:unpack("c99999999999")', "data string too short"},
  {'v:unpack("s")', "data string too short"},
  {'v:unpack(("x"):rep(1000000))', "data string too short"},
  {'v:cast("99999999999s")', "not a multiple"},
  {'v:cast("99999999999x B")', "not a multiple"},
  {'v:cast("(99999,99999)B")', "not a multiple"},
  {'v:cast("B", {99999999999})', "does not fit"},
  {'mview.calcsize("99999999999s")'},
  {'mview.calcsize("(99999,99999)T{99999s:a:}")'},
  {'mview.calcsize(("T{"):rep(1000000))', "records nested too deep"},
  {'mview.calcsize("(" .. ("1,"):rep(1000000) .. "1)B")', "64 dimensions"},
  {'v:sub(1, 0):cast("99999999999s"):field(1)', "no fields"},
  {'v:sub(1, 0):cast("T{99999999999s:a:}"):field("a"):tolist()'},
  {'v:sub(1, 0):cast("99999999999s"):fill("")', "not enough memory"},
  {'mview.new("99999999999s", 1)', "not enough memory"},
  {'mview.new("B", 1 << 40)', "not enough memory"},
  {'mview.new("B", 1 << 40, 1 << 40)', "too large"},
  {'mview.from("99999999999s", {""})', "not enough memory"},
  {'mview.bytearray(1 << 40)', "not enough memory"},
  {'b:resize(1 << 40)', "not enough memory"},
  {'b:reserve(1 << 40)', "not enough memory"},
  {'b:view():hex("-", 1 << 62)'},
  {'v:byte(1, 1 << 62)'},
  {'v:values(1, 1 << 62)'},
  {'b:appendfrom(io.tmpfile(), 1 << 62)'},
  {'mview.map(nil, "r+", 0, 1 << 40)'},
  {'mview.map(nil, "r+", 0, 10):resize(1 << 40)'},
  {'mview.shared(1 << 40)', "not enough memory"},
  {'v:at(0, "99999999999s")', "99999999999 bytes at offset 0, 64 left"},
  {'v:at(0, "B", 1 << 62)', "4611686018427387904 items"},
  {'b:remove(1, 1 << 62)', "out of range"},
  {'mview("", "B", {1 << 40, 0}):tolist()', "not enough memory"},
  {'mview.reader(v):bytes(1 << 62)', "need 4611686018427387904 bytes"},
  {'mview.reader(v):string(1 << 62)', "need 4611686018427387904 bytes"},
  {'mview.reader(v):peek(1 << 62)', "need 4611686018427387904 bytes"},
  {'mview.reader(v):unpack("c99999999999")', "need 99999999999 bytes"},
  {'mview.writer():pack("c99999999999", "0")', "not enough memory"},
  {'mview.writer():skip(1 << 40)', "not enough memory"},
  {'mview.writer():u8(1):align(1 << 40)', "not enough memory"},
  {'mview.writer(v):pack("c99999999999", "0")', "need 99999999999 bytes"},
  {'mview.writer(v):skip(1 << 40)', "need 1099511627776 bytes"},
}

describe("Within a limit of memory", function()
  for _, row in ipairs(preloaded and {} or rows) do
    it((row[2] and "raises: " or "works: ") .. row[1], function()
      local output, status = shell(("ulimit -v 400000; %s -e '%s'"):format(LUA,
        ([[
          local mview = require "mview"
          local b = mview.bytearray(64)
          local v = b:view():fill(0xff)
          local t = setmetatable({}, {__index = function() return "" end})
          local ok, err = pcall(function() %s end)
          io.write(tostring(err))
        ]]):format(row[1]:gsub("^mview%.", "local _ = mview."))))
      assert.equal(0, status, output)
      assert.truthy(output:find(row[2] or "nil", 1, true), output)
    end)
  end
end)

-- Threads of some systems have 512 KiB, and Lua's limit of 200 nested calls
-- takes a part of it.
describe("A C stack of 256 KiB", function()
  local formats = [[
    local dims = "(" .. ("1,"):rep(63) .. "1)"
    local function format(depth, dims, last)
      return (dims .. "T{"):rep(depth) .. last .. "B" .. ("}"):rep(depth)
    end
  ]]
  for _, row in ipairs {
    {"arrays of 64 dimensions in two records in such arrays",
      "format(2, dims, dims)"},
    {"arrays of 64 dimensions in records in arrays",
      'format(64, "(1,1)", dims)'},
    {"arrays of 64 dimensions in records", 'dims .. format(64, "", dims)'},
    {"the same in named fields with counts",
      '("2T{"):rep(12) .. format(2, dims, dims) .. ("}:a:"):rep(12)'},
  } do
    it("is enough for values that are nested as deeply as possible: " .. row[1],
      function()
        if preloaded then pending "sanitizers need more" end
        local output, status = shell(("ulimit -s 256; %s -e '%s'"):format(LUA,
          formats .. ([[
            local mview = require "mview"
            local v = mview.new(%s, 1)
            v[1] = v[1]
            assert(v:index(v[1]) == 1 and v == v:copy())
            io.write "done"
          ]]):format(row[2])))
        assert.same({"done", 0}, {output, status})
      end)
  end
end)
