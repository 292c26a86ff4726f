--[[
integers.lua - numbers that break careless arithmetic, wherever one is taken

Runs in a state that has no memory for more than a few megabytes. Each call
works or says what is wrong with the number; the memory around stays. Returns
what went wrong, a line for each, then the names of all uses, a "\1" in front of
each. A use is named after what it calls: "view:sub step". The uses of the
methods of views are in spec/support/names.lua.
]]

local capi = require "capi"
local dump = require "mview.dump"
local lend_host = require "lend_host"
local mview = require "mview"
local names = require "names"
local reader = require "mview.reader"
local tmpfile = require "tmpfile"

local numbers = {0, 1, 2, 3, -1, -2, 255, 256, 4095, 4096, 1 << 31,
  -(1 << 31), (1 << 31) - 1, 1 << 32, (1 << 32) + 1, 1 << 61, 1 << 62,
  -(1 << 62), (1 << 62) + 1, (1 << 63) - 1, (1 << 63) - 8, math.mininteger,
  math.mininteger + 1, 2.0, -0.0, 1.5, -2.0 ^ 63, 2.0 ^ 63, 2.0 ^ 53, 1e300,
  0 / 0, 1 / 0, -1 / 0, "1", "2.0", "0x10", "-1", "1e400",
  "9223372036854775808", "ten", ""}

local w

local uses = {
  ["mview.new n"] = function(x) mview.new("B", x) end,
  ["mview.new n, records"] = function(x) mview.new("T{<H:a:3s:b:}", x) end,
  ["mview.new n2"] = function(x) mview.new("d", 3, x) end,
  ["mview.new n1 and n2"] = function(x) mview.new("<I", x, x) end,
  ["mview.new n2 and n3 of nothing"] = function(x) mview.new("<I", 0, x, x) end,
  ["mview.bytearray n"] = function(x) mview.bytearray(x) end,
  ["mview.bytearray list"] = function(x) mview.bytearray {1, x} end,
  ["bytearray:append byte"] = function(x) w.bytes:append(x) end,
  ["bytearray:append list"] = function(x) w.bytes:append("a", {x}) end,
  ["bytearray:resize n"] = function(x) w.bytes:resize(x) end,
  ["bytearray:reserve n"] = function(x) w.bytes:reserve(x) end,
  ["bytearray:insert i"] = function(x) w.bytes:insert(x, "") end,
  ["bytearray:insert byte"] = function(x) w.bytes:insert(49, x) end,
  ["bytearray:remove i"] = function(x) w.bytes:remove(x, 48):resize(1) end,
  ["bytearray:remove j"] = function(x) w.bytes:remove(49, x) end,
  ["bytearray:remove both"] = function(x) w.bytes:remove(x, x):resize(1) end,
  ["bytearray:appendfrom n"] = function(x)
    w.file:seek("set", 99)
    w.bytes:appendfrom(w.file, x)
  end,
  ["bytearray:__index i"] = function(x) return w.bytes[x] end,
  ["bytearray:__newindex i"] = function(x) w.bytes[x] = 45 end,
  ["bytearray:__newindex x"] = function(x) w.bytes[1] = x end,
  ["mview.__call shape"] = function(x) mview(w.bytes, "B", {x, 4}) end,
  ["mview.map offset"] = function(x) mview.map("README.md", "r", x) end,
  ["mview.map length"] = function(x) mview.map("README.md", "r", 1, x) end,
  ["mview.map both"] = function(x) mview.map("README.md", "r", x, x) end,
  ["mview.map length, anonymous"] = function(x) mview.map(nil, "r+", 0, x) end,
  ["map:__index i"] = function(x) return w.map[x] end,
  ["map:__newindex i"] = function(x) w.map[x] = 45 end,
  ["map:__newindex x"] = function(x) w.map[1] = x end,
  ["map:resize n"] = function(x) w.map:resize(x) end,
  ["map:flush i"] = function(x) w.map:flush(x) end,
  ["map:flush j"] = function(x) w.map:flush(1, x) end,
  ["mview.shared n"] = function(x) mview.shared(x):release() end,
  ["mview.attach id"] = function(x) mview.attach(x) end,
  ["shared:__index i"] = function(x) return w.shared[x] end,
  ["shared:__newindex i"] = function(x) w.shared[x] = 45 end,
  ["shared:__newindex x"] = function(x) w.shared[1] = x end,
  ["atomic.compareexchange x"] = function(x)
    mview.atomic.compareexchange(w.words, 2, 0, x)
  end,
  ["atomic.wait expected"] = function(x)
    mview.atomic.wait(w.words, 1, x, 0)
  end,
  ["atomic.wait seconds"] = function(x)
    mview.atomic.wait(w.words, 1, 1, x)
  end,
  ["atomic.notify n"] = function(x) mview.atomic.notify(w.words, 1, x) end,
  ["mview.calcsize count"] = function(x)
    mview.calcsize(("%ss"):format(x))
  end,
  ["mview.calcsize sub-array"] = function(x)
    mview.calcsize(("(%s)i"):format(x))
  end,
  ["mview.calcsize sub-array of two"] = function(x)
    mview.calcsize(("T{(2,%s)i:a:2d:b:}"):format(x))
  end,
  ["api.revoke loan"] = function(x)
    if math.type(x) == "integer" then capi.revoke(x) end
  end,
  ["api.borrow flags"] = function(x)
    local flags = math.tointeger(x)
    if flags and flags == flags << 32 >> 32 then capi.borrow(w.view, flags) end
  end,
  ["api.lend shape"] = function(x)
    lend_host.lend {data = "abc", shape = {x}}
  end,
  ["api.lend shape of two"] = function(x)
    lend_host.lend {data = "abc", format = "<H", shape = {x, 2, x}}
  end,
  ["api.lend stride"] = function(x)
    lend_host.lend {data = "abcd", format = "B", shape = {2, 2},
      strides = {x, x}}
  end,
  ["api.lend suboffset"] = function(x)
    lend_host.lend {data = ("-"):rep(32), format = "B", shape = {2, 2},
      strides = {8, 1}, suboffsets = {x, -1}}
  end,
  ["api.lend item size"] = function(x)
    lend_host.lend {data = "abcd", shape = {2}, itemsize = x}
  end,
  ["mview.from x"] = function(x) mview.from("b", {1, x}) end,
  ["mview.from x, unsigned"] = function(x) mview.from("Q", {1, x}) end,
  ["view:__index i"] = function(x) return w.view[x], w.grid[x] end,
  ["view:__newindex i"] = function(x) w.view[x] = 45 end,
  ["view:__newindex row"] = function(x) w.grid[x] = w.grid[1] end,
  ["view:__newindex x"] = function(x) w.view[1] = x end,
  ["view:__call i"] = function(x) return w.grid(x, 1) end,
  ["view:__call j"] = function(x) return w.grid(-1, x) end,
  ["mview.__call second dimension"] = function(x)
    mview(w.bytes, "<H", {2, x})
  end,
  ["reader:seek pos"] = function(x) w.reader:seek(x) end,
  ["reader:skip n"] = function(x) w.reader:skip(x) end,
  ["reader:bytes n"] = function(x) w.reader:bytes(x) end,
  ["reader:string n"] = function(x) w.reader:string(x) end,
  ["reader:peek n"] = function(x) w.reader:peek(x) end,
  ["reader:bits n"] = function(x) w.reader:bits(x) end,
  ["reader:align n"] = function(x) w.reader:align(x) end,
  ["reader:__newindex pos"] = function(x) w.reader.pos = x end,
  ["writer:bits n"] = function(x) w.writer:bits(x, 1) end,
  ["writer:bits x"] = function(x) w.writer:bits(7, x) end,
  ["writer:seek pos"] = function(x) w.writer:seek(x) end,
  ["writer:skip n"] = function(x) w.writer:skip(x) end,
  ["writer:skip n of a bytearray"] = function(x)
    require("mview.writer")(mview.bytearray("x")):skip(x)
  end,
  ["writer:align n"] = function(x) w.writer:skip(1):align(x) end,
  ["writer:align n of a bytearray"] = function(x)
    require("mview.writer")(mview.bytearray("x")):align(x)
  end,
  ["writer:pack x"] = function(x) w.writer:pack("b", x) end,
  ["writer:pack size"] = function(x) w.writer:pack(("i%s"):format(x), 1) end,
  ["writer:varint x"] = function(x) w.writer:varint(x) end,
  ["writer:zigzag x"] = function(x) w.writer:zigzag(x) end,
  ["writer:sleb128 x"] = function(x) w.writer:sleb128(x) end,
  ["writer:__index numbers"] = function(x)
    for _, name in ipairs {"u8", "i8", "u16", "i24be", "f16", "f32", "u64"} do
      pcall(w.writer[name], w.writer:seek(1), x)
    end
  end,
  ["writer:__newindex pos"] = function(x) w.writer.pos = x end,
  ["reader:unpack size"] = function(x) w.reader:unpack(("i%s"):format(x)) end,
  ["reader:unpack length"] = function(x) w.reader:unpack(("c%s"):format(x)) end,
  ["dump offset"] = function(x) dump(w.view, {offset = x}) end,
  ["dump limit"] = function(x) dump(w.view, {limit = x}) end,
}

for name, f in pairs(mview.atomic) do
  uses[("atomic.%s i"):format(name)] = function(x) f(w.words, x, 1, 0) end
  uses[("atomic.%s operand"):format(name)] = function(x)
    f(w.longs, 2, x, 0)
  end
end
for name, row in pairs(names.rows) do
  for which, use in pairs(row.takes or {}) do
    uses[("view:%s %s"):format(name, which)] = function(x) use(w, x) end
  end
end

-- All that may be said of a number.
local answers = {"no integer representation", "out of range",
  "integer expected", "number expected", "integer, got", "not enough memory",
  "block too big", "too large", "step is 0", "negative offset",
  "does not fit", "not a multiple", "overflow",
  "initial position out of string", "data string too short", "given twice",
  "bytes? at position", "format",
  "sub%-array", "out of limits", "missing size", "expected, got",
  "too many results", "alignment not power of 2", "malformed buffer: ",
  "attempt to assign to '.*' of a [%l ]+$", "bytes? at offset", "have size 0",
  "number of bytes", "no field", "unknown flags", "memory is", "memory has",
  "need %d+ bytes? at position", "not a number of seconds",
  "integers of 4 bytes expected"}

local function is_answer(err)
  for _, answer in ipairs(answers) do
    if err:find(answer) then return true end
  end
  return false
end

local function world()
  w = {}
  w.bytes = mview.bytearray(("-"):rep(48))
  w.view = w.bytes:view():sub(17, 32)
  w.grid = w.view:cast("b", {2, 8})
  w.map = mview.map(nil, "r+", 0, 100)
  w.shared = mview.shared(32)
  w.words, w.longs = w.shared:cast("I"), w.shared:cast("q")
  w.reader = reader(w.view):skip(1)
  w.writer = require("mview.writer")(w.view)
  w.file = tmpfile()
  w.file:write(("x"):rep(100))
end

local function surroundings()
  local bytes = tostring(w.bytes)
  return #bytes < 48 or bytes:sub(2, 16) == ("-"):rep(15)
    and bytes:sub(33, 48) == ("-"):rep(16)
end

local wrong = {}
for name, use in pairs(uses) do
  for _, x in ipairs(numbers) do
    world()
    local ok, err = pcall(use, x)
    if not ok and not is_answer(err) or not surroundings() then
      wrong[#wrong + 1] = ("%s, %s: %s"):format(name, x, err)
    end
  end
end

local done = {}
for name in pairs(uses) do done[#done + 1] = name end
return table.concat(wrong, "\n") .. "\1" .. table.concat(done, "\1")
