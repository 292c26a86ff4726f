--[[
codec.lua - formats and their items in plain Lua

The slow and obvious half of the model. parse() turns a PEP 3118 format into a
tree of types. read() and write() move one item out of and into a string of
bytes by string.unpack and string.pack. parse() finds only some malformed
formats.

A type is a table with kind and size:
  int    order, signed          float  order (size 2, 4 or 8)
  bool, char, bytes, pascal     complex  part (a float type)
  array  dims, of (a type)      record   fields {{at, of, key}...}, align
The key of a field is its name, or its position among the fields without a name.
]]

local codec = {}

-- The error of a write that the format does not allow, not of a mistake in the
-- model.
codec.Refusal = {__tostring = function(self) return self.why end}

function codec.refuse(why)
  error(setmetatable({why = why}, codec.Refusal))
end

local refuse = codec.refuse
local native = string.pack("=I2", 1) == "\1\0" and "<" or ">"

-- For each code: the code of string.pack with its native size, and its standard
-- size if it has one.
local integers = {
  b = {"b", 1}, B = {"B", 1}, h = {"h", 2}, H = {"H", 2}, i = {"i", 4},
  I = {"I", 4}, l = {"l", 4}, L = {"L", 4}, q = {"i8", 8}, Q = {"I8", 8},
  n = {"T"}, N = {"T"}, P = {"T"},
}
local floats = {e = 2, f = 4, d = 8}

local function is_native(mode) return mode == "@" or mode == "^" end

local function order_of(mode)
  if mode == "<" or mode == ">" then return mode end
  return mode == "!" and ">" or native
end

-- The type of a single code; count is the length of a string.
local function scalar(code, mode, count)
  local int, order = integers[code], order_of(mode)
  if int then
    local size = is_native(mode) and string.packsize(int[1]) or int[2]
    local signed = code:find("^[bhilqn]$") ~= nil
    return {kind = "int", size = size, order = order, signed = signed}
  elseif floats[code] then
    return {kind = "float", size = floats[code], order = order}
  elseif code == "?" then return {kind = "bool", size = 1}
  elseif code == "c" then return {kind = "char", size = 1}
  elseif code == "s" then return {kind = "bytes", size = count or 1}
  elseif code == "p" then return {kind = "pascal", size = count or 1}
  end
  local half = code:match "^Z([fd])$"
  if not half then refuse "unknown format" end
  local part = scalar(half, mode)
  return {kind = "complex", size = 2 * part.size, part = part}
end

local function alignment(type)
  if type.kind == "record" then return type.align end
  if type.kind == "array" then return alignment(type.of) end
  if type.kind == "complex" then return type.part.size end
  if type.kind == "bytes" or type.kind == "pascal" then return 1 end
  return type.size
end

local function array(dims, of)
  local size = of.size
  for _, n in ipairs(dims) do size = size * n end
  return {kind = "array", size = size, dims = dims, of = of}
end

-- Reads the prefix of a code: byte order (which stays in force), dimensions of
-- a sub-array, a count. Returns the dimensions, the count, and the position
-- behind the prefix.
local function prefix(s, pos, state)
  local dims, count
  while true do
    local mode, list, digits = s:match("^[@=<>!^]", pos),
      s:match("^%([%d,]*%)", pos), s:match("^%d+", pos)
    if mode then state.mode = mode
    elseif list then
      dims = {}
      for n in list:gmatch("%d+") do dims[#dims + 1] = math.tointeger(n) end
    elseif digits then count = math.tointeger(digits)
    elseif not s:find("^%s", pos) then return dims, count, pos end
    pos = pos + #(mode or list or digits or " ")
  end
end

local record

-- Adds the code at pos, behind its prefix, to the present record. Returns the
-- position behind the code.
local function add(s, pos, out, state, dims, count)
  local code, native_mode = s:match("^Z?.", pos), state.mode == "@"
  local type
  if code == "T" then
    type, pos = record(s, pos + 2, state)
  else
    type, pos = code ~= "x" and scalar(code, state.mode, count), pos + #code
  end
  local name = s:match("^:([^:]*):", pos)
  if name then pos = pos + #name + 2 end
  local times = count or 1
  if code == "x" then
    out.size = out.size + times
    return pos
  elseif code == "s" or code == "p" then times = 1
  elseif name and count then type, times = array({count}, type), 1 end
  if dims then type = array(dims, type) end
  if native_mode then
    local align = alignment(type)
    out.size = (out.size + align - 1) // align * align
    out.align = math.max(out.align, align)
  end
  for _ = 1, times do
    if not name then out.unnamed = out.unnamed + 1 end
    table.insert(out.fields, {at = out.size, of = type,
      key = name or out.unnamed})
    out.size = out.size + type.size
  end
  return pos
end

-- The record of all items from pos up to a "}" or the end.
function record(s, pos, state)
  local out = {kind = "record", size = 0, align = 1, unnamed = 0,
    fields = {}}
  while true do
    local dims, count, at = prefix(s, pos, state)
    if at > #s or s:sub(at, at) == "}" then return out, at + 1 end
    pos = add(s, at, out, state, dims, count)
  end
end

-- The type of a format's items. size is the size of an item with its padding.
-- at is the place of the value if the item has only one value, without a name.
function codec.parse(format)
  if format:find("[@=<>!^]%s*$", 2) or format:find "[@=<>!^]%s*[@=<>!^]" then
    refuse "misplaced byte order"
  end
  local whole = record(format, 1, {mode = "@"})
  local first = whole.fields[1]
  if #whole.fields ~= 1 or whole.unnamed == 0 then
    return {of = whole, at = 0, size = whole.size}
  end
  return {of = first.of, at = first.at, size = whole.size}
end

-- ---- floats of 16 bits ----------------------------------------------------

local function half_read(bits)
  local sign = bits & 0x8000 ~= 0 and -1.0 or 1.0
  local exponent, fraction = bits >> 10 & 31, bits & 1023
  if exponent == 31 then
    return fraction == 0 and sign * math.huge or 0 / 0
  elseif exponent == 0 then return sign * fraction * 2.0 ^ -24 end
  return sign * (fraction + 1024) * 2.0 ^ (exponent - 25)
end

local function half_write(x)
  if x ~= x then return 0x7e00 end
  local sign = (x < 0 or 1 / x < 0) and 0x8000 or 0
  x = math.abs(x)
  if x == math.huge then return sign | 0x7c00 end
  local exponent = -14
  while x >= 2.0 ^ (exponent + 1) do exponent = exponent + 1 end
  local steps = x / 2.0 ^ (exponent - 10)
  local bits = math.floor(steps)
  local rest = steps - bits
  if rest > 0.5 or rest == 0.5 and bits % 2 == 1 then bits = bits + 1 end
  bits = bits + (exponent + 14 << 10)
  if bits >= 0x7c00 then refuse "float out of range" end
  return sign | bits
end

-- ---- items ----------------------------------------------------------------

local readers = {
  int = function(type, s, pos)
    local code = type.signed and "i" or "I"
    return (string.unpack(type.order .. code .. type.size, s, pos))
  end,
  float = function(type, s, pos)
    if type.size == 2 then
      return half_read((string.unpack(type.order .. "I2", s, pos)))
    end
    local code = type.size == 4 and "f" or "d"
    return (string.unpack(type.order .. code, s, pos))
  end,
  bool = function(_, s, pos) return s:byte(pos) ~= 0 end,
  char = function(_, s, pos) return s:sub(pos, pos) end,
  bytes = function(type, s, pos) return s:sub(pos, pos + type.size - 1) end,
  pascal = function(type, s, pos)
    if type.size == 0 then return "" end
    return s:sub(pos + 1, pos + math.min(s:byte(pos), type.size - 1))
  end,
  complex = function(type, s, pos)
    return {codec.read(type.part, s, pos),
      codec.read(type.part, s, pos + type.part.size)}
  end,
  array = function(type, s, pos)
    local function level(d)
      local list = {}
      for i = 1, type.dims[d] do
        if d < #type.dims then list[i] = level(d + 1)
        else
          list[i] = codec.read(type.of, s, pos)
          pos = pos + type.of.size
        end
      end
      return list
    end
    return level(1)
  end,
  record = function(type, s, pos)
    local values = {}
    for _, field in ipairs(type.fields) do
      values[field.key] = codec.read(field.of, s, pos + field.at)
    end
    return values
  end,
}

-- The value of the item of a type at pos of the string s.
function codec.read(type, s, pos) return readers[type.kind](type, s, pos) end

local function number(x)
  if math.type(x) == nil then refuse "number expected" end
  return x
end

local function text(x, min, max)
  if type(x) ~= "string" then refuse "string expected" end
  if #x < min or #x > max then refuse "string of another length" end
  return x
end

local packers = {
  int = function(type, x)
    local n = math.tointeger(number(x))
    if not n then refuse "number has no integer representation" end
    local bits = 8 * type.size
    local low = type.signed and -1 << bits - 1 or 0
    local high = type.signed and ~low or (1 << bits) - 1
    if bits < 64 and (n < low or n > high) then refuse "out of range" end
    return string.pack(type.order .. "i8", n):sub(
      table.unpack(type.order == "<" and {1, type.size} or {-type.size, -1}))
  end,
  float = function(type, x)
    x = number(x) * 1.0
    if type.size == 2 then
      return string.pack(type.order .. "I2", half_write(x))
    end
    local s = string.pack(type.order .. (type.size == 4 and "f" or "d"), x)
    if math.abs(x) ~= math.huge
      and math.abs(codec.read(type, s, 1)) == math.huge then
      refuse "float out of range"
    end
    return s
  end,
  bool = function(_, x)
    if type(x) ~= "boolean" then refuse "boolean expected" end
    return x and "\1" or "\0"
  end,
  char = function(_, x) return text(x, 1, 1) end,
  bytes = function(type, x)
    return text(x, 0, type.size) .. ("\0"):rep(type.size - #x)
  end,
  pascal = function(type, x)
    if type.size == 0 then return text(x, 0, 0) end
    text(x, 0, math.min(type.size - 1, 255))
    return string.char(#x) .. x .. ("\0"):rep(type.size - 1 - #x)
  end,
}

local function list(x, n)
  if type(x) ~= "table" then refuse "table expected" end
  if n and #x ~= n then refuse "table of another length" end
  return x
end

local writers = {
  complex = function(type, x, s, pos)
    x = math.type(x) and {x, 0.0} or list(x, 2)
    s = codec.write(type.part, x[1], s, pos)
    return codec.write(type.part, x[2], s, pos + type.part.size)
  end,
  array = function(type, x, s, pos)
    local function level(values, d)
      list(values, type.dims[d])
      for i = 1, type.dims[d] do
        if d < #type.dims then level(values[i], d + 1)
        else
          s = codec.write(type.of, values[i], s, pos)
          pos = pos + type.of.size
        end
      end
    end
    level(x, 1)
    return s
  end,
  record = function(type, x, s, pos)
    local strange = {}
    for key in pairs(list(x)) do strange[key] = true end
    for _, field in ipairs(type.fields) do
      s = codec.write(field.of, x[field.key], s, pos + field.at)
      strange[field.key] = nil
    end
    if next(strange) ~= nil then refuse "no such field" end
    return s
  end,
}

-- Counts values of the right type that do not fit an item, while this is
-- tested.
local misses

local MISS = {["string of another length"] = true, ["out of range"] = true,
  ["float out of range"] = true,
  ["number has no integer representation"] = true}

local function pack_or_miss(pack, type, value)
  local ok, bytes = pcall(pack, type, value)
  if ok then return bytes end
  if not misses or not MISS[bytes.why] then error(bytes, 0) end
  misses = misses + 1
  return ("\0"):rep(type.size)
end

-- The string s with value as the item of a type at pos; raises if mview must
-- refuse the value. Padding stays.
function codec.write(type, value, s, pos)
  local pack = packers[type.kind]
  if not pack then return writers[type.kind](type, value, s, pos) end
  local bytes = pack_or_miss(pack, type, value)
  return s:sub(1, pos - 1) .. bytes .. s:sub(pos + #bytes)
end

-- Whether an item of the type can hold the value; raises for a value whose type
-- no item can hold.
function codec.holds(type, value)
  misses = 0
  local ok, err = pcall(codec.write, type, value, ("\0"):rep(type.size or 0), 1)
  local missed = misses
  misses = nil
  if not ok then error(err, 0) end
  return missed == 0
end

-- ---- comparing ------------------------------------------------------------

-- An integer above Lua's range reads as a negative integer.
local function numbers_equal(a, abig, b, bbig)
  if abig == bbig then return a == b end
  if bbig then a, b = b, a end
  return math.type(b) == "float" and b >= 2.0 ^ 63 and b < 2.0 ^ 64
    and math.tointeger(b - 2.0 ^ 64) == a
end

local function as_number(type, x)
  if type.kind == "bool" then return x and 1 or 0 end
  if type.kind ~= "int" and type.kind ~= "float" then return nil end
  return x, type.kind == "int" and not type.signed and x < 0
end

local texts = {char = true, bytes = true, pascal = true}

-- The type and value at each position of a record or array.
local function parts(type, x)
  local out = {}
  for i, field in ipairs(type.fields or {}) do
    out[i] = {field.of, x[field.key]}
  end
  for i = 1, type.dims and type.dims[1] or 0 do
    local inner = type.of
    if #type.dims > 1 then
      inner = array(table.move(type.dims, 2, #type.dims, 1, {}), type.of)
    end
    out[i] = {inner, x[i]}
  end
  if type.kind == "complex" then
    out = {{type.part, x[1]}, {type.part, x[2]}}
  end
  return out
end

-- Whether two values, read as items of two types, are equal as in Python.
function codec.equal(atype, a, btype, b)
  local anumber, abig = as_number(atype, a)
  local bnumber, bbig = as_number(btype, b)
  if anumber and bnumber then
    return numbers_equal(anumber, abig or false, bnumber, bbig or false)
  elseif anumber and btype.kind == "complex" then
    return codec.equal(btype, b, atype, a)
  elseif bnumber and atype.kind == "complex" then
    return a[2] == 0 and codec.equal(atype.part, a[1], btype, b)
  elseif texts[atype.kind] and texts[btype.kind] then return a == b
  elseif atype.kind ~= btype.kind then return false end
  local aparts, bparts = parts(atype, a), parts(btype, b)
  if #aparts ~= #bparts then return false end
  for i, part in ipairs(aparts) do
    if not codec.equal(part[1], part[2], bparts[i][1], bparts[i][2]) then
      return false
    end
  end
  return true
end

local function is_u64(type)
  return type.kind == "int" and not type.signed and type.size == 8
end

-- Converts a number of one type for write() as another type: a negative Lua
-- integer stands for a large integer only if it comes from 64 unsigned bits.
local function convert_number(from, x, to)
  if not math.type(x) or x >= 0 or x ~= x then return x end
  if is_u64(from) and is_u64(to) then return x end
  if is_u64(from) and to.kind ~= "int" then
    return (x >> 1 | x & 1) * 2.0
  elseif is_u64(from) or is_u64(to) then refuse "out of range" end
  return x
end

-- Converts the value x of one type for another type: records and sub-arrays by
-- position. write() checks the single values.
function codec.convert(from, x, to)
  if from.kind ~= to.kind and (from.fields or from.dims or to.fields
    or to.dims) then
    refuse "records of other structure"
  end
  if not (from.fields or from.dims) then return convert_number(from, x, to) end
  local ins, outs, out = parts(from, x), parts(to, {}), {}
  if #ins ~= #outs then refuse "records of other structure" end
  for i, part in ipairs(ins) do
    local key = to.fields and to.fields[i].key or i
    out[key] = codec.convert(part[1], part[2], outs[i][1])
  end
  return out
end

-- Whether two types describe the same bytes with the same meaning.
function codec.same(a, b)
  if a.kind ~= b.kind or a.size ~= b.size or a.signed ~= b.signed then
    return false
  end
  if a.order ~= b.order and a.size > 1 then return false end
  if a.part and not codec.same(a.part, b.part) then return false end
  if a.dims and table.concat(a.dims, " ") ~= table.concat(b.dims, " ") then
    return false
  end
  if a.of and not codec.same(a.of, b.of) then return false end
  if a.fields then
    if #a.fields ~= #b.fields then return false end
    for i, field in ipairs(a.fields) do
      local other = b.fields[i]
      if field.at ~= other.at or field.key ~= other.key
        or not codec.same(field.of, other.of) then
        return false
      end
    end
  end
  return true
end

-- The string s with the bytes of each number in the item at pos reversed.
function codec.swap(type, s, pos)
  if type.kind == "int" or type.kind == "float" then
    local stop = pos + type.size
    return s:sub(1, pos - 1) .. s:sub(pos, stop - 1):reverse() .. s:sub(stop)
  end
  for _, field in ipairs(type.fields or {}) do
    s = codec.swap(field.of, s, pos + field.at)
  end
  local of = type.of or type.part
  local size = of and math.max(of.size, 1)
  for at = 0, of and type.size - 1 or -1, size or 1 do
    s = codec.swap(of, s, pos + at)
  end
  return s
end

return codec
