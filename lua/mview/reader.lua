--[[
reader.lua - a cursor over bytes

    local reader = require "mview.reader"
    local r = reader(packet, ">")         -- big-endian unless told otherwise
    local kind, size = r:u8(), r:u24()
    local body = r:bytes(size)            -- a view: nothing is copied

A reader is a view of bytes and the position of the next one. A method reads
at that position and moves past what it read. One that finds too few bytes
raises `need 4 bytes at position 13, 2 left`; whatever raises moves nothing,
so the caller may wait for more data and try again. Where only the data can
tell how much is missing (varint, cstring, unpack of "s" and "z"), the number
is the least that can be.

Positions count bytes from 1, as everywhere in Lua.
]]

local mview = require "mview"

-- Called as functions, which saves one look-up in the view for each read.
local probe = mview("")
local sub, find, tobytes = probe.sub, probe.find, probe.tobytes
local view_unpack = probe.unpack

---@class mview.reader
---@field view mview.view the bytes, one-dimensional
---@field pos integer position of the next byte; `seek` changes it
---@field order string "<" or ">"
---@field u16 fun(self): integer
---@field u24 fun(self): integer
---@field u32 fun(self): integer
---@field u64 fun(self): integer the 64 bits, as `string.unpack` gives them
---@field i8 fun(self): integer
---@field i16 fun(self): integer
---@field i24 fun(self): integer
---@field i32 fun(self): integer
---@field i64 fun(self): integer
---@field f16 fun(self): number
---@field f32 fun(self): number
---@field f64 fun(self): number
---@field [string] fun(self): number those of more than one byte exist in a
--- byte order of their own, too: u16le, u16be, i24le, f64be and so on
local methods = {}

local function shortage(r, n)
  return ("need %d bytes at position %d, %d left"):format(n, r.pos, r:left())
end

local function bad_argument(name, reason)
  return ("bad argument #1 to '%s' (%s)"):format(name, reason)
end

-- The position of `self`. What is no reader, as when a method was called by
-- `r.u8()`, raises for the caller of `name`.
local function position(self, name, level)
  local pos = type(self) == "table" and self.pos
  if not pos then
    local kind = self == nil and "no value"
      or mview.isview(self) and "mview.view" or type(self)
    error(bad_argument(name, "mview.reader expected, got " .. kind), level + 1)
  end
  return pos
end

-- The position after the next `n` bytes. Raises for the caller of `name`.
local function after(r, n, name)
  local count = math.tointeger(n)
  if not count or count < 0 then
    position(r, name, 3)
    error(bad_argument(name, "number of bytes expected, got "
      .. tostring(n)), 3)
  end
  local pos = r and r.pos or position(r, name, 3)
  if count > r.stop - pos then error(shortage(r, count), 3) end
  return pos + count
end

---The number of bytes from the position to the end.
---@return integer
function methods:left()
  local pos = self and self.pos or position(self, "left", 2)
  return self.stop - pos
end

---Moves to `pos`, in bytes from 1; negative counts from the end, and the
---position after the last byte is allowed.
---@param pos integer
---@return mview.reader self
function methods:seek(pos)
  local stop = position(self, "seek", 2) and self.stop
  local to = math.tointeger(pos)
  if to and to < 0 then to = to + stop end
  if not to or to < 1 or to > stop then
    error(bad_argument("seek", ("position %s out of range [1, %d]"):format(
      pos, stop)), 2)
  end
  self.pos = to
  return self
end

---Moves `n` bytes on.
---@param n integer not negative
---@return mview.reader self
function methods:skip(n)
  self.pos = after(self, n, "skip")
  return self
end

---The next `n` bytes as a view of the same memory.
---@param n integer not negative
---@return mview.view
function methods:bytes(n)
  local stop = after(self, n, "bytes")
  local view = sub(self.view, self.pos, stop - 1)
  self.pos = stop
  return view
end

---The next `n` bytes as a string.
---@param n integer not negative
---@return string
function methods:string(n)
  local stop = after(self, n, "string")
  local text = tobytes(sub(self.view, self.pos, stop - 1))
  self.pos = stop
  return text
end

---The bytes up to the next zero byte as a string; moves past the zero.
---@return string
function methods:cstring()
  local pos = self and self.pos or position(self, "cstring", 2)
  local view = self.view
  local zero = find(view, "\0", pos)
  if not zero then error(shortage(self, self:left() + 1), 2) end
  local text = tobytes(sub(view, pos, zero - 1))
  self.pos = zero + 1
  return text
end

---Without `n` the next byte as a number, else the next `n` bytes as a view.
---Does not move.
---@overload fun(self: mview.reader): integer
---@param n integer not negative
---@return mview.view
function methods:peek(n)
  local stop = after(self, n or 1, "peek")
  if not n then return self.view[self.pos] end
  return sub(self.view, self.pos, stop - 1)
end

---@return integer
function methods:u8()
  local pos = self and self.pos or position(self, "u8", 2)
  local byte = self.view[pos]
  if not byte then error(shortage(self, 1), 2) end
  self.pos = pos + 1
  return byte
end

-- The method `name`: reads `size` bytes by `load(view, format, position)`.
local function scalar(name, load, format, size)
  return function(self)
    local pos = self and self.pos or position(self, name, 2)
    if pos + size > self.stop then error(shortage(self, size), 2) end
    local value = load(self.view, format, pos)
    self.pos = pos + size
    return value
  end
end

-- string.unpack knows no half floats, but views do.
local function load_half(view, format, pos)
  return mview(tobytes(sub(view, pos, pos + 1)), format)[1]
end

methods.i8 = scalar("i8", view_unpack, "b", 1)

local formats = {
  u16 = "I2", u24 = "I3", u32 = "I4", u64 = "I8",
  i16 = "i2", i24 = "i3", i32 = "i4", i64 = "i8",
  f16 = "e", f32 = "f", f64 = "d",
}

-- The method `name` for what `code` names in `formats`, in that byte order.
local function ordered(name, order, code)
  local format = formats[code]
  local load = format == "e" and load_half or view_unpack
  return scalar(name, load, order .. format, code:match("%d+") // 8)
end

for code in pairs(formats) do
  methods[code .. "le"] = ordered(code .. "le", "<", code)
  methods[code .. "be"] = ordered(code .. "be", ">", code)
end

-- The bits of a LEB128 number and how many it spells, at most 70. The tenth
-- byte has one bit of a 64-bit number: it must be 0 or `last`.
local function leb128(r, name, last)
  local pos = r and r.pos or position(r, name, 3)
  local view = r.view
  local bits, count = 0, 0
  repeat
    local byte = view[pos]
    if not byte then error(shortage(r, pos - r.pos + 1), 3) end
    if count == 63 and byte ~= 0 and byte ~= last then
      error(("varint at position %d exceeds 64 bits"):format(r.pos), 3)
    end
    bits = bits | (byte & 127) << count
    pos, count = pos + 1, count + 7
  until byte < 128
  r.pos = pos
  return bits, count
end

---An unsigned LEB128 number, as in Protocol Buffers, WebAssembly and DWARF.
---From 2^63 on, the 64 bits as `u64` gives them.
---@return integer
function methods:varint()
  local bits = leb128(self, "varint", 1)
  return bits
end

---A signed number that is zigzag-coded in a varint (Protocol Buffers' sint).
---@return integer
function methods:zigzag()
  local bits = leb128(self, "zigzag", 1)
  return bits >> 1 ~ -(bits & 1)
end

---A signed LEB128 number, as in WebAssembly and DWARF.
---@return integer
function methods:sleb128()
  local bits, count = leb128(self, "sleb128", 127)
  local negative = bits >> (math.min(count, 64) - 1) == 1
  return negative and bits | -1 << count or bits
end

-- The bytes that `format` needs at the position. Alignment counts from the
-- start of the view; no alignment exceeds 16.
local function wanted(r, format)
  local before = (r.pos - 1) % 16
  local fixed, size = pcall(string.packsize, ("c%d%s"):format(before, format))
  return fixed and size - before or r:left() + 1
end

-- Takes what pcall gave for `format`: raises, or moves and gives the values.
local function unpacked(r, format, ok, ...)
  if not ok then
    local message = tostring((...))
    if message:find("too short", 1, true) or message:find("unfinished") then
      error(shortage(r, wanted(r, format)), 2)
    end
    error(message, 2)
  end
  local n = select("#", ...)
  r.pos = (select(n, ...))
  if n == 2 then return (...) end
  return table.unpack({...}, 1, n - 1)
end

---The values that a format of `string.unpack` reads at the position, in the
---reader's byte order where the format names none.
---@param format string
---@return any ...
function methods:unpack(format)
  position(self, "unpack", 2)
  if type(format) ~= "string" then
    error(bad_argument("unpack", "string expected, got " .. type(format)), 2)
  end
  format = self.order .. format
  return unpacked(self, format,
    pcall(view_unpack, self.view, format, self.pos))
end

-- The metatable of the readers of one byte order.
local function class(order)
  local index = {order = order}
  for name, method in pairs(methods) do index[name] = method end
  for code in pairs(formats) do index[code] = ordered(code, order, code) end
  return {__index = index, __name = "mview.reader"}
end

local classes = {["<"] = class "<", [">"] = class ">"}

---A reader at the first byte of `source`.
---@param source any bytes-like; contiguous, or a one-dimensional view of bytes
---@param order? string "<" little-endian (default), ">" big-endian
---@return mview.reader
return function(source, order)
  local metatable = classes[order or "<"]
  if not metatable then
    error(("bad argument #2 to 'reader' ('<' or '>' expected, got '%s')")
      :format(order), 2)
  end
  local ok, view = pcall(mview, source)
  if not ok then
    local text = type(view) == "string"
    error(text and view:gsub("'mview'", "'reader'") or view, 2)
  end
  if view.ndim ~= 1 or view.format ~= "B" then
    if not view.c_contiguous then
      error(bad_argument("reader", "memory is not contiguous"), 2)
    end
    view = view:cast("B")
  end
  return setmetatable({view = view, pos = 1, stop = #view + 1}, metatable)
end
