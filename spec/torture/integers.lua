--[[
integers.lua - numbers that break careless arithmetic, wherever one is taken

Runs in a state that has no memory for more than a few megabytes. Each call
works or says what is wrong with the number; the memory around stays. Returns
what went wrong. (Indices and positions of views are the business of other
specs.)
]]

local capi = require "capi"
local mview = require "mview"

local numbers = {0, 1, 2, 3, -1, -2, 255, 256, 4095, 4096, 1 << 31,
  -(1 << 31), (1 << 31) - 1, 1 << 32, (1 << 32) + 1, 1 << 61, 1 << 62,
  -(1 << 62), (1 << 62) + 1, (1 << 63) - 1, (1 << 63) - 8, math.mininteger,
  math.mininteger + 1, 2.0, -0.0, 1.5, -2.0 ^ 63, 2.0 ^ 63, 2.0 ^ 53, 1e300,
  0 / 0, 1 / 0, -1 / 0, "1", "2.0", "0x10", "-1", "1e400",
  "9223372036854775808", "ten", ""}

local w

local uses = {
  ["new"] = function(x) mview.new("B", x) end,
  ["new of records"] = function(x) mview.new("T{<H:a:3s:b:}", x) end,
  ["new in the second dimension"] = function(x) mview.new("d", 3, x) end,
  ["new in both dimensions"] = function(x) mview.new("<I", x, x) end,
  ["new with nothing in the first"] = function(x) mview.new("<I", 0, x, x) end,
  ["bytearray"] = function(x) mview.bytearray(x) end,
  ["bytearray of a list"] = function(x) mview.bytearray {1, x} end,
  ["append"] = function(x) w.bytes:append(x) end,
  ["append of a list"] = function(x) w.bytes:append("a", {x}) end,
  ["resize"] = function(x) w.bytes:resize(x) end,
  ["reserve"] = function(x) w.bytes:reserve(x) end,
  ["reading a byte"] = function(x) return w.bytes[x] end,
  ["writing a byte"] = function(x) w.bytes[x] = 45 end,
  ["writing as a byte"] = function(x) w.bytes[1] = x end,
  ["a cast's shape"] = function(x) w.view:cast("<H", {x}) end,
  ["a cast's shape of two"] = function(x) w.view:cast("B", {x, x}) end,
  ["a cast's second dimension"] = function(x) w.view:cast("B", {2, x}) end,
  ["an empty cast"] = function(x) w.view:sub(1, 0):cast("B", {0, x, x}) end,
  ["mview's shape"] = function(x) mview(w.bytes, "B", {x, 4}) end,
  ["a selector"] = function(x) w.grid:slice(x, x) end,
  ["a selector's first"] = function(x) w.grid:slice({x}, {x, -1}) end,
  ["a selector's last"] = function(x) w.grid:slice({1, x}, {-1, x, -1}) end,
  ["a selector's step"] = function(x) w.grid:slice({1, -1, x}, {-1, 1, x}) end,
  ["a selector of nothing but"] = function(x) w.grid:slice {x, x, x} end,
  ["get"] = function(x) w.grid:get(x, 1) end,
  ["get, second"] = function(x) w.grid:get(1, x) end,
  ["set"] = function(x) w.grid:set(1, x, 1) end,
  ["set to"] = function(x) w.grid:set(1, 1, x) end,
  ["transpose"] = function(x) w.grid:transpose(x, 1) end,
  ["fill"] = function(x) w.grid:fill(x) end,
  ["copyfrom"] = function(x)
    w.grid:copyfrom {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, x}}
  end,
  ["count"] = function(x) w.grid:count(x) end,
  ["index"] = function(x) w.grid:index(x, x, x) end,
  ["values"] = function(x) w.view:values(x, x) end,
  ["byte"] = function(x) w.grid:byte(x, x) end,
  ["hex"] = function(x) w.view:hex(" ", x) end,
  ["unpack"] = function(x) w.view:unpack("<i4", x) end,
  ["pack"] = function(x) w.view:pack("<i4", x, 1) end,
  ["pack of"] = function(x) w.view:pack("b", 1, x) end,
  ["readfrom's offset"] = function(x) w.view:readfrom(w.file, x) end,
  ["writeto's offset"] = function(x)
    local file <close> = io.open("/dev/null", "wb")
    w.view:writeto(file, x)
  end,
  ["a descriptor"] = function(x)
    local fd = math.tointeger(x)
    if not fd or fd < 0 or fd > 1 << 20 then w.view:readfrom(x) end
  end,
  ["map's offset"] = function(x) mview.map("README.md", "r", x) end,
  ["map's length"] = function(x) mview.map("README.md", "r", 1, x) end,
  ["map's both"] = function(x) mview.map("README.md", "r", x, x) end,
  ["anonymous map"] = function(x) mview.map(nil, "r+", 0, x) end,
  ["map:resize"] = function(x) w.map:resize(x) end,
  ["map:flush"] = function(x) w.map:flush(x) end,
  ["map:flush, last"] = function(x) w.map:flush(1, x) end,
  ["a format's count"] = function(x)
    mview.calcsize(("%ss"):format(x))
  end,
  ["a format's sub-array"] = function(x)
    mview.calcsize(("(%s)i"):format(x))
  end,
  ["a format's sub-array of two"] = function(x)
    mview.calcsize(("T{(2,%s)i:a:2d:b:}"):format(x))
  end,
  ["unpack's sizes"] = function(x) w.view:unpack(("<i%s"):format(x)) end,
  ["unpack's string"] = function(x) w.view:unpack(("c%s"):format(x)) end,
  ["pack's alignment"] = function(x) w.view:pack(("!%s i"):format(x), 1, 1) end,
  ["revoke"] = function(x)
    if math.type(x) == "integer" then capi.revoke(x) end
  end,
}

-- All that may be said of a number.
local answers = {"no integer representation", "out of range",
  "integer expected", "number expected", "integer, got", "not enough memory",
  "block too big", "too large", "step is 0", "negative offset",
  "does not fit", "not a multiple", "overflow",
  "initial position out of string", "data string too short", "given twice",
  "bytes at position", "format",
  "sub%-array", "out of limits", "missing size", "expected, got",
  "too many results", "alignment not power of 2"}

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
  w.file = io.tmpfile()
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
return table.concat(wrong, "\n")
