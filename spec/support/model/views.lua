--[[
views.lua - a slow and obvious model of views

A memory is a table of bytes. A view of it is a shape and the list of the byte
offsets of all its items, in C order: without strides and their error-prone
arithmetic. Slicing, transposing and casting make other lists. Names and rules
are those of mview's views, so a test can drive both. A call that mview must
refuse raises a codec.Refusal.
]]

local codec = require "model.codec"
local refuse = codec.refuse

local model = {}
local View = {}
local attributes = {}

function View.__index(self, key)
  if rawget(self, "released") and key ~= "valid" and key ~= "release" then
    refuse "released"
  end
  local attribute = attributes[key]
  if attribute then return attribute(self) end
  return View[key]
end

function View.__len(self)
  if #self.shape == 0 then refuse "0-d view has no length" end
  return self.shape[1]
end

-- ---- lists ----------------------------------------------------------------

local function product(list)
  local n = 1
  for _, x in ipairs(list) do n = n * x end
  return n
end

-- Calls visit with each full index (a list, from 1) of a shape, in C order.
local function each(shape, visit)
  local index = {}
  local function level(d)
    if d > #shape then return visit(index) end
    for i = 1, shape[d] do
      index[d] = i
      level(d + 1)
    end
  end
  level(1)
end

-- The linear index, in C order from 1, of the item at a full index.
local function rank(shape, index)
  local n = 0
  for d, size in ipairs(shape) do n = n * size + index[d] - 1 end
  return n + 1
end

local function same_list(a, b)
  if #a ~= #b then return false end
  for i, x in ipairs(a) do if x ~= b[i] then return false end end
  return true
end

-- Whether the offsets are contiguous.
local function consecutive(offsets, size)
  for i = 2, #offsets do
    if offsets[i] ~= offsets[i - 1] + size then return false end
  end
  return true
end

-- ---- making ---------------------------------------------------------------

-- A copy of a view with some changes.
local function vary(self, changes)
  for _, field in ipairs {"memory", "format", "type", "itemsize", "shape",
    "offsets", "readonly", "indirect"} do
    if changes[field] == nil then changes[field] = self[field] end
  end
  return setmetatable(changes, View)
end

-- A view of a shape; place returns the byte offset for each full index.
local function derive(self, shape, place)
  local offsets = {}
  each(shape, function(index) offsets[#offsets + 1] = place(index) end)
  return vary(self, {shape = shape, offsets = offsets})
end

-- A view of the bytes of a string, with the geometry of an exporter. Without a
-- format, a view of all bytes. indirect: the first dimension consists of
-- pointers.
function model.view(bytes, readonly, geometry)
  geometry = geometry or {fmt = "B", shape = {#bytes}, strides = {1}}
  local type = codec.parse(geometry.fmt)
  local whole = {memory = {bytes:byte(1, -1)}, readonly = readonly or false,
    format = geometry.fmt, type = type,
    itemsize = geometry.itemsize or type.size,
    indirect = geometry.indirect or false}
  return derive(whole, geometry.shape, function(index)
    local at = geometry.offset or 0
    for d, i in ipairs(index) do at = at + (i - 1) * geometry.strides[d] end
    return at
  end)
end

-- The memory of a view, as a string.
function model.bytes(view)
  local chars = {}
  for i, byte in ipairs(view.memory) do chars[i] = string.char(byte) end
  return table.concat(chars)
end

-- ---- attributes -----------------------------------------------------------

function attributes.valid(self) return not rawget(self, "released") end
function attributes.ndim(self) return #self.shape end
function attributes.nbytes(self) return #self.offsets * self.itemsize end
function attributes.offset(self) return self.offsets[1] end
function attributes.c_contiguous(self)
  return not self.indirect and consecutive(self.offsets, self.itemsize)
end
function attributes.f_contiguous(self)
  return not self.indirect
    and consecutive(self:transpose().offsets, self.itemsize)
end
function attributes.contiguous(self)
  return self.c_contiguous or self.f_contiguous
end

-- The stride of each dimension. In a view with items, a dimension of 2 items or
-- more has the stride of its offsets; all other strides are those of C order.
function attributes.strides(self)
  local strides, size = {}, self.itemsize
  for d = #self.shape, 1, -1 do
    strides[d] = size
    size = size * self.shape[d]
  end
  if #self.offsets == 0 then return strides end
  for d, n in ipairs(self.shape) do
    if n > 1 then
      local index = {}
      for k = 1, #self.shape do index[k] = k == d and 2 or 1 end
      strides[d] = self.offsets[rank(self.shape, index)] - self.offsets[1]
    end
  end
  return strides
end

-- ---- slicing --------------------------------------------------------------

-- The positions of 1 to n that a range selects: by the rules of string.sub, and
-- backwards by their mirror image.
local function range(n, i, j, step)
  step = step or 1
  if step == 0 then refuse "step is 0" end
  i, j = i or (step > 0 and 1 or -1), j or (step > 0 and -1 or 1)
  if i < 0 then i = n + i + 1 end
  if j < 0 then j = n + j + 1 end
  if step > 0 then i, j = math.max(i, 1), math.min(j, n)
  else i, j = math.min(i, n), math.max(j, 1) end
  local positions = {}
  for position = i, j, step do positions[#positions + 1] = position end
  return positions
end

local function check_index(n, i)
  if math.type(i) ~= "integer" then refuse "integer expected" end
  local at = i < 0 and n + i + 1 or i
  if at < 1 or at > n then refuse "index out of range" end
  return at
end

function View:slice(...)
  local selectors, old, shape, kept = {...}, self.shape, {}, {}
  if #selectors > #old then refuse "too many selectors" end
  local fixed = {}
  for d, n in ipairs(old) do
    local selector = selectors[d] or {}
    if type(selector) == "table" then
      kept[#kept + 1] = {d, range(n, selector[1], selector[2], selector[3])}
      shape[#shape + 1] = #kept[#kept][2]
    else fixed[d] = check_index(n, selector) end
  end
  if fixed[1] then self = vary(self, {indirect = false}) end
  return derive(self, shape, function(index)
    local from = table.move(fixed, 1, #old, 1, {})
    for d, keep in ipairs(kept) do from[keep[1]] = keep[2][index[d]] end
    return self.offsets[rank(old, from)]
  end)
end

function View:sub(i, j, step)
  if #self.shape == 0 then refuse "0-d view" end
  return self:slice({i, j, step})
end

function View:transpose(...)
  local old, shape, seen, permutation = self.shape, {}, {}, {...}
  if self.indirect then refuse "suboffsets" end
  if #permutation == 0 then
    for d = 1, #old do permutation[d] = #old + 1 - d end
  end
  if #permutation ~= #old then refuse "not a permutation" end
  for d, from in ipairs(permutation) do
    if not old[from] or seen[from] then refuse "not a permutation" end
    seen[from] = true
    shape[d] = old[from]
  end
  return derive(self, shape, function(index)
    local from = {}
    for d, k in ipairs(permutation) do from[k] = index[d] end
    return self.offsets[rank(old, from)]
  end)
end

-- ---- casting --------------------------------------------------------------

-- The offset of each byte of the items, in C order.
local function byte_offsets(self)
  local offsets = {}
  for _, first in ipairs(self.offsets) do
    for at = first, first + self.itemsize - 1 do offsets[#offsets + 1] = at end
  end
  return offsets
end

-- The offsets of items of size bytes, from the offsets of single bytes.
local function gather(bytes, size)
  local offsets = {}
  for i = 1, #bytes, size do
    if not consecutive(table.move(bytes, i, i + size - 1, 1, {}), 1) then
      refuse "needs a copy"
    end
    offsets[#offsets + 1] = bytes[i]
  end
  return offsets
end

-- Whether strides can express the offsets of a view.
local function check_strides(view)
  local strides, first = view.strides, view.offsets[1]
  each(view.shape, function(index)
    local at = first
    for d, i in ipairs(index) do at = at + (i - 1) * strides[d] end
    if view.offsets[rank(view.shape, index)] ~= at then
      refuse "needs a copy"
    end
  end)
  return view
end

-- The shape as a list of integers.
local function check_shape(shape)
  if #shape > 64 then refuse "too many dimensions" end
  local n, list = 1.0, {}
  for d, size in ipairs(shape) do
    local x = math.tointeger(tonumber(size))
    list[d] = x
    if math.type(x) ~= "integer" or x < 0 then refuse "malformed shape" end
    n = n * x
  end
  if n > 2.0 ^ 62 then refuse "size too large" end
  return list
end

-- Casts the view; without a shape to one dimension.
function View:cast(format, shape)
  local size, total = codec.parse(format).size, self.nbytes
  if self.indirect then refuse "suboffsets" end
  if size == 0 then refuse "items of size 0" end
  shape = shape and check_shape(shape)
  if total % size ~= 0 then refuse "not a multiple of the item size" end
  shape = shape or {total // size}
  if product(shape) * size ~= total then refuse "shape of another size" end
  return check_strides(vary(self, {format = format,
    type = codec.parse(format), itemsize = size, shape = shape,
    offsets = gather(byte_offsets(self), size)}))
end

function View:toreadonly() return vary(self, {readonly = true}) end

-- The field with that name, or at that position. Its format has no text.
function View:field(name)
  local chosen
  for position, field in ipairs(self.type.of.fields or {}) do
    local key = type(name) == "string" and field.key or position
    if name == key then chosen = field end
  end
  if not chosen then refuse "no such field" end
  local of, shape, dims = chosen.of, {}, 0
  table.move(self.shape, 1, #self.shape, 1, shape)
  if of.dims then
    table.move(of.dims, 1, #of.dims, #shape + 1, shape)
    of, dims = of.of, #of.dims
  end
  local inside = {table.unpack(shape, #shape - dims + 1)}
  local view = vary(self, {format = false, type = {of = of, at = 0},
    itemsize = of.size})
  return derive(view, shape, function(index)
    local first = self.offsets[rank(self.shape, index)]
    local nth = rank(inside, {table.unpack(index, #self.shape + 1)}) - 1
    return first + self.type.at + chosen.at + nth * of.size
  end)
end

function View:release()
  for field in pairs(self) do self[field] = nil end
  self.released = true
end

-- ---- items ----------------------------------------------------------------

local function item_bytes(self, at)
  return string.char(table.unpack(self.memory, at + 1, at + self.itemsize))
end

local function item_read(self, at)
  return codec.read(self.type.of, item_bytes(self, at), self.type.at + 1)
end

-- The bytes of the item at `at` after value was stored there.
local function item_write(self, at, value)
  return codec.write(self.type.of, value, item_bytes(self, at),
    self.type.at + 1)
end

local function poke(self, at, bytes)
  for i = 1, #bytes do self.memory[at + i] = bytes:byte(i) end
end

-- The byte offset at a full index.
local function locate(self, index)
  if #index ~= #self.shape then refuse "another number of indices" end
  local positions = {}
  for d, n in ipairs(self.shape) do positions[d] = check_index(n, index[d]) end
  return self.offsets[rank(self.shape, positions)]
end

local function check_writable(self)
  if self.readonly then refuse "read-only" end
end

function View:get(...) return item_read(self, locate(self, {...})) end

function View:set(...)
  local index = table.pack(...)
  local value = table.remove(index, index.n)
  check_writable(self)
  local at = locate(self, index)
  poke(self, at, item_write(self, at, value))
end

function View:tolist()
  local shape, next_item = self.shape, 0
  local function level(d)
    if d > #shape then
      next_item = next_item + 1
      return item_read(self, self.offsets[next_item])
    end
    local list = {}
    for i = 1, shape[d] do list[i] = level(d + 1) end
    return list
  end
  return level(1)
end

-- ---- bulk -----------------------------------------------------------------

function View:tobytes(order)
  if order == "F" or order == "A" and self.f_contiguous
    and not self.c_contiguous then
    self = vary(self, {indirect = false}):transpose()
  end
  local bytes = {}
  for i, at in ipairs(self.offsets) do bytes[i] = item_bytes(self, at) end
  return table.concat(bytes)
end

-- Converts all values, then writes.
local function write_all(self, convert)
  check_writable(self)
  local items = {}
  for i, at in ipairs(self.offsets) do items[i] = convert(i, at) end
  for i, at in ipairs(self.offsets) do poke(self, at, items[i]) end
end

function View:fill(value)
  codec.write(self.type.of, value, ("\0"):rep(self.itemsize), 1)
  write_all(self, function(_, at) return item_write(self, at, value) end)
end

function View:byteswap()
  write_all(self, function(_, at)
    return codec.swap(self.type.of, item_bytes(self, at), self.type.at + 1)
  end)
end

-- Whether copying from source copies bytes without a conversion.
function View:same_items(source)
  return self.itemsize == source.itemsize
    and self.type.at == source.type.at
    and codec.same(self.type.of, source.type.of)
end

-- Marks the bytes of an item that belong to its value, from byte `at` on.
local function mark_values(type, at, marks)
  if type.fields then
    for _, field in ipairs(type.fields) do
      mark_values(field.of, at + field.at, marks)
    end
  elseif type.dims then
    for k = 0, product(type.dims) - 1 do
      mark_values(type.of, at + k * type.of.size, marks)
    end
  else
    for i = at + 1, at + type.size do marks[i] = true end
  end
end

-- The bytes of an item with the values of other bytes, but its own padding.
local function overlay(self, at, bytes)
  local marks, old, chars = {}, item_bytes(self, at), {}
  mark_values(self.type.of, self.type.at, marks)
  for i = 1, #old do chars[i] = (marks[i] and bytes or old):sub(i, i) end
  return table.concat(chars)
end

function View:copyfrom(source)
  check_writable(self)
  if not same_list(self.shape, source.shape) then refuse "another shape" end
  local whole = self:same_items(source)
  write_all(self, function(i, at)
    local from = source.offsets[i]
    if whole then return overlay(self, at, item_bytes(source, from)) end
    return item_write(self, at, codec.convert(source.type.of,
      item_read(source, from), self.type.of))
  end)
end

-- The full index, as results, of the first item that differs; nil if all are
-- equal.
function View:mismatch(other)
  local i, found = 0, nil
  each(self.shape, function(index)
    i = i + 1
    if not found and not codec.equal(
      self.type.of, item_read(self, self.offsets[i]),
      other.type.of, item_read(other, other.offsets[i])) then
      found = table.move(index, 1, #self.shape, 1, {})
    end
  end)
  if found and #found > 0 then return table.unpack(found) end
  return found and true
end

-- Dimensions behind a dimension of 0 items are ignored, as in CPython.
local function comparable(a, b)
  if #a ~= #b then return false end
  for d, n in ipairs(a) do
    if n ~= b[d] then return false end
    if n == 0 then return true end
  end
  return true
end

function View:equals(other)
  return comparable(self.shape, other.shape) and self:mismatch(other) == nil
end

-- The type and the value with which a Lua value is compared with items of a
-- type; nil if no item can be equal to it.
local function sought(of, value)
  local is = type(value)
  if of.fields or of.dims then
    local ok, bytes = pcall(codec.write, of, value, ("\0"):rep(of.size), 1)
    if ok then return of, codec.read(of, bytes, 1) end
  elseif is == "boolean" then return {kind = "bool"}, value
  elseif is == "string" then return {kind = "bytes"}, value
  elseif is == "number" and of.kind == "int"
    and (math.type(value) == "integer" or value < 0 and math.tointeger(value))
    then return of, math.tointeger(value)
  elseif is == "number" then return {kind = "float"}, value
  elseif is == "table" and #value == 2 and math.type(value[1])
    and math.type(value[2]) then
    return {kind = "complex", part = {kind = "float"}}, value
  end
end

-- Calls found with the full index of each item equal to value.
local function search(self, value, found)
  local of = self.type.of
  local as, key = sought(of, value)
  local i = 0
  if not codec.holds(of, value) then return end
  each(self.shape, function(index)
    i = i + 1
    if as and codec.equal(of, item_read(self, self.offsets[i]), as, key) then
      found(index)
    end
  end)
end

-- The set of the rows i to j.
local function choose(self, i, j)
  local chosen = {}
  for _, row in ipairs(range(self.shape[1] or 1, i, j)) do
    chosen[row] = true
  end
  return chosen
end

function View:count(value, i, j)
  local n, chosen = 0, choose(self, i, j)
  search(self, value, function(index)
    if #self.shape == 0 or chosen[index[1]] then n = n + 1 end
  end)
  return n
end

-- The full index, as results, of the first item equal to value in rows i to j.
function View:index(value, i, j)
  local first, chosen = nil, choose(self, i, j)
  search(self, value, function(index)
    if not first and (#self.shape == 0 or chosen[index[1]]) then
      first = table.move(index, 1, #self.shape, 1, {})
    end
  end)
  if first and #first > 0 then return table.unpack(first) end
  return first and true
end

return model
