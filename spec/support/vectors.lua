--[[
vectors.lua - replays the conformance vectors

spec/vectors/vectors.lua holds one case a line, made with CPython's memoryview
and struct and with NumPy. This turns a case into calls of a view's methods:
Python's 0-based indices and half-open slices become Lua's, its values Lua's
values. It runs against mview and, to prove the model, against the model.

An implementation has open(base), which returns a view and a function that reads
its memory back, and calcsize(format) and blank(format) (a zeroed view of one
item) if it can replay "pack".
]]

local codec = require "codec"
local model = require "model"

local vectors = {}

local NULL = setmetatable({}, {__tostring = function() return "NULL" end})

-- Where mview differs from CPython on purpose.
vectors.deviations = {
  "the life cycle of an exporter that resizes is mview's own",
  "stores are strict, and 64-bit unsigned items keep the bits of an integer",
  "an assignment between formats converts each value",
  "strides of dimensions of less than 2 items are not compared",
  "one object is equal to itself",
  "a refusal that mview may lift (its answer is checked by the model)",
  "a cast to a format that CPython does not know (checked by the model)",
}
local REPLAY, STORES, CONVERTS, STRIDES, ITSELF, LIFTED, UNKNOWN =
  1, 2, 3, 4, 5, 6, 7

-- Loading ----------------------------------------------------------------

-- Returns the header and the list of cases.
function vectors.load(path)
  local header, cases = nil, {}
  for line in io.lines(path) do
    local case = assert(load(line, path, "t", {NULL = NULL}))()
    if case.header then header = case.header
    else cases[#cases + 1] = case end
  end
  return header, cases
end

local holds = {
  le = string.pack("=I2", 1) == "\1\0",
  lp64 = string.packsize("l") == 8,
}

-- Whether a case is true of this machine.
function vectors.applies(case)
  for _, need in ipairs(case.need or {}) do
    if not holds[need] then return false end
  end
  return true
end

-- Values -----------------------------------------------------------------

local function unhex(s)
  return (s:gsub("%x%x", function(x) return string.char(tonumber(x, 16)) end))
end

local function hex(s)
  return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local specials = {
  nan = string.unpack("<d", "\0\0\0\0\0\0\xf8\x7f"),
  inf = math.huge,
  ["-inf"] = -math.huge,
}

local function decode_float(s)
  return specials[s] or assert(tonumber(s)) * 1.0
end

-- An integer beyond Lua's is the one with the same bits if an unsigned 64-bit
-- item can hold it and wide says that one is meant, else a float.
local function decode_integer(s, wide)
  local n = math.tointeger(s)
  if n or not wide then return n or tonumber(s) * 1.0 end
  local high, low = s:match("^(.*)(.........)$")
  return math.tointeger(high) * 1000000000 + math.tointeger(low)
end

local function is_wide(s)
  return s:sub(1, 1) ~= "-" and (#s < 20 or s <= "18446744073709551615")
end

local decode

local function decode_list(list)
  local out = {}
  for i, x in ipairs(list) do out[i] = decode(x) end
  return out
end

-- The value of Lua for a value of the vectors. wide = false: for an item that
-- is not of 64 unsigned bits.
function decode(x, wide)
  if x == NULL then return nil end
  if type(x) ~= "table" then return x end
  if x.i then return decode_integer(x.i, wide ~= false and is_wide(x.i)) end
  if x.f then return decode_float(x.f) end
  if x.b then return unhex(x.b) end
  if x.z then return {decode_float(x.z[1]), decode_float(x.z[2])} end
  local out = decode_list(x.t or x)
  for i, name in ipairs(x.names or {}) do out[name], out[i] = out[i], nil end
  return out
end

-- Whether two values are the same: of the same type, -0.0 differs from 0.0, and
-- NaN is the same as NaN.
local function same(a, b)
  if type(a) ~= type(b) or math.type(a) ~= math.type(b) then return false end
  if math.type(a) == "float" then
    return a ~= a and b ~= b or a == b and 1 / a == 1 / b
  elseif type(a) ~= "table" then return a == b end
  for k, x in pairs(a) do if not same(x, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end
vectors.same = same

local function show(x)
  if type(x) ~= "table" then
    return type(x) == "string" and ("%q"):format(x) or tostring(x)
  end
  local parts, n = {}, #x
  for i = 1, n do parts[i] = show(x[i]) end
  for k, v in pairs(x) do
    if not (math.type(k) == "integer" and k >= 1 and k <= n) then
      parts[#parts + 1] = ("[%s]=%s"):format(show(k), show(v))
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function fail(...) error(string.format(...), 0) end

local function check(what, expected, got)
  if not same(expected, got) then
    fail("%s: expected %s, got %s", what, show(expected), show(got))
  end
end

-- What CPython's refusals are called in mview.
local messages = {
  {"cast.*C%-contiguous", "not contiguous"},
}

-- f must raise what corresponds to CPython's error.
local function check_raises(what, err, f)
  local ok, got = pcall(f)
  if ok then fail("%s: expected an error (%s)", what, err.msg) end
  if getmetatable(got) == codec.Refusal then return end
  if type(got) ~= "string" then fail("%s: error is no string", what) end
  for _, row in ipairs(messages) do
    if err.msg:find(row[1]) and not got:find(row[2]) then
      fail("%s: for %q got %q", what, err.msg, got)
    end
  end
end

-- Operations -------------------------------------------------------------

-- An index: counted from 1; from the end alike.
local function index(i) return i < 0 and i or i + 1 end

local function indices(list)
  local out = {}
  for d, i in ipairs(list) do out[d] = index(i) end
  return out
end

-- The selector {i, j, step} for Python's start:stop:step over n items. Stop is
-- exclusive, so that j is one before it on the way.
local function range(s, n)
  local start, stop, step = decode(s[1]), decode(s[2]), decode(s[3])
  local i, j = start and index(start), nil
  if stop and (step or 1) > 0 then j = stop < 0 and stop - 1 or stop
  elseif stop then j = stop == -1 and n + 1 or stop < 0 and stop + 1 or stop + 2
  end
  return {i, j, step}
end

local function selectors(list, shape)
  local out = {}
  for d, s in ipairs(list) do
    out[d] = type(s) == "table" and range(s, shape[d]) or index(s)
  end
  return out
end

-- The indices or dimensions of a list, from 1.
local function from_one(list)
  local out = {}
  for d, i in ipairs(list) do out[d] = i + 1 end
  return out
end

local operations = {
  cast = function(view, format, shape)
    return view:cast(format, shape and decode_list(shape))
  end,
  sub = function(view, list)
    local chosen = selectors(list, view.shape)
    if #chosen == 1 and type(chosen[1]) == "table" then
      return view:sub(table.unpack(chosen[1], 1, 3))
    end
    return view:slice(table.unpack(chosen))
  end,
  transpose = function(view, permutation)
    return view:transpose(table.unpack(from_one(permutation)))
  end,
  toreadonly = function(view) return view:toreadonly() end,
  release = function(view)
    view:release()
    return view
  end,
}

local function apply(view, ops, first, last)
  for i = first or 1, last or #ops do
    view = operations[ops[i][1]](view, table.unpack(ops[i], 2))
  end
  return view
end

-- The same base in the model.
local function in_model(base)
  return model.view(unhex(base.hex), base.ro, base.fmt and base)
end

local function open(impl, side)
  local view, bytes = impl.open(side.base)
  return apply(view, side.ops), bytes, view
end

-- Cases, by class --------------------------------------------------------
-- Each raises what is wrong, or returns the numbers of the deviations met.

local attributes = {
  fmt = "format", itemsize = "itemsize", ndim = "ndim", shape = "shape",
  nbytes = "nbytes", ro = "readonly", c = "c_contiguous", f = "f_contiguous",
}

-- Whether strides differ where the dimension has less than 2 items.
local function check_strides(expected, view)
  local strides, deviates = view.strides, false
  check("number of strides", #expected, #strides)
  for d, stride in ipairs(expected) do
    if view.shape[d] > 1 and view.nbytes > 0 then
      check("stride " .. d, stride, strides[d])
    elseif stride ~= strides[d] then deviates = true end
  end
  return deviates and STRIDES or nil
end

local function check_view(expect, view, offset)
  for field, name in pairs(attributes) do
    if expect[field] ~= nil then check(name, expect[field], view[name]) end
  end
  check("contiguous", expect.c or expect.f, view.contiguous)
  if #expect.shape > 0 then check("#", expect.len, #view)
  else check_raises("#", {msg = "0-dim"}, function() return #view end) end
  if expect.offset then check("offset", expect.offset, offset) end
  check("tolist", decode(expect.tolist), view:tolist())
  check("tobytes()", expect.C, hex(view:tobytes()))
  for _, order in ipairs {"C", "F", "A"} do
    if expect[order] then
      check("tobytes " .. order, expect[order], hex(view:tobytes(order)))
    end
  end
  return check_strides(expect.strides, view)
end

-- Replays a refusal of CPython's. Where mview may lift it, the model decides.
local function check_refusal(case, impl)
  local at = (case.error.at or #case.ops - 1) + 1
  local view = apply(impl.open(case.base), case.ops, 1, at - 1)
  local function step() return apply(view, case.ops, at, at) end
  local expected = apply(in_model(case.base), case.ops, 1, at - 1)
  local lifted, result = pcall(apply, expected, case.ops, at, at)
  local unknown = case.error.msg:find "destination format" ~= nil
  if not lifted or not case.relax and not unknown then
    return check_raises("operation " .. at, case.error, step)
  end
  view = step()
  check("shape", result.shape, view.shape)
  check("itemsize", result.itemsize, view.itemsize)
  check("tolist", result:tolist(), view:tolist())
  check("tobytes", hex(result:tobytes()), hex(view:tobytes()))
  return case.relax and LIFTED or UNKNOWN
end

local classes = {}

function classes.view(case, impl)
  if case.error then return check_refusal(case, impl) end
  local view, _, whole = open(impl, case)
  if case.expect.released then
    check("valid", false, view.valid)
    return check_raises("access", {msg = "released"}, function()
      return view.format
    end)
  end
  local start = case.base.offset or 0
  local offset = case.expect.offset and view.offset - whole.offset + start
  return check_view(case.expect, view, offset)
end

classes.casterr = check_refusal

function classes.eq(case, impl)
  local a, b = open(impl, case.a), open(impl, case.b)
  if impl.has_operators then
    check("a == b", case.expect, a == b)
    check("b == a", case.expect, b == a)
  end
  if not (a.valid and b.valid) then return nil end
  check("a:equals(b)", case.expect, a:equals(b))
  check("b:equals(a)", case.expect, b:equals(a))
  if same(a.shape, b.shape) then
    local ma, mb = open(vectors.model, case.a), open(vectors.model, case.b)
    check("a:mismatch(b)", {ma:mismatch(mb)}, {a:mismatch(b)})
    check("equality and mismatch", case.expect, a:mismatch(b) == nil)
  end
  if not case.same then return nil end
  check("a:equals(a)", case.expect, a:equals(a))
  return not case.expect and ITSELF or nil
end

function classes.hex(case, impl)
  local view = open(impl, case)
  for _, row in ipairs(case.args) do
    local sep, group, expected = decode(row[1]), row[2], row[3]
    check(("hex(%s, %d)"):format(sep, group), expected, view:hex(sep, group))
  end
end

function classes.item(case, impl)
  local view = open(impl, case)
  for _, read in ipairs(case.reads) do
    local at, expected = indices(read[1]), read[2]
    local what = show(at)
    if type(expected) == "table" and expected.error then
      check_raises(what, expected.error, function()
        return view:get(table.unpack(at))
      end)
    else
      check(what, decode(expected), view:get(table.unpack(at)))
      if impl.has_operators then
        local item = view
        for _, i in ipairs(at) do item = item[i] end
        check("rows " .. what, decode(expected), item)
        check("call " .. what, decode(expected), view(table.unpack(at)))
      end
    end
  end
end

-- Whether CPython stores a value otherwise than mview, by mview's rules.
local function store_deviates(type, value)
  local kind, float = type.kind, math.type(value) == "float"
  if kind == "bool" then return _G.type(value) ~= "boolean" end
  if kind ~= "int" and kind ~= "float" then return false end
  if _G.type(value) == "boolean" then return true end
  if kind == "float" then
    return type.size < 8 and math.type(value) and math.abs(value) < math.huge
      and not pcall(codec.write, type, value, ("\0"):rep(type.size), 1)
  end
  return float and math.tointeger(value) ~= nil
    or math.type(value) == "integer" and value < 0 and not type.signed
    and type.size == 8
end

-- CPython's answer, or the model's where that is known to differ.
local function stored(case, value)
  local expected = apply(in_model(case.base), case.ops)
  if not store_deviates(expected.type.of, value) then
    return case.after, nil
  end
  local ok = pcall(expected.set, expected, index(case.index), value)
  return ok and hex(model.bytes(expected)) or nil, STORES
end

function classes.setitem(case, impl)
  local format = apply(in_model(case.base), case.ops).type.of
  local wide = format.kind == "int" and not format.signed and format.size == 8
  local value, at = decode(case.value, wide), index(case.index)
  local after, deviation = stored(case, value)
  local function store(write)
    local view, bytes = open(impl, case)
    if after then
      write(view)
      return check("memory", after, hex(bytes()))
    end
    local err = case.error or {msg = "strict store"}
    check_raises("store of " .. show(value), err, function() write(view) end)
    check("memory after an error", case.base.hex, hex(bytes()))
  end
  store(function(view) view:set(at, value) end)
  if impl.has_operators then store(function(view) view[at] = value end) end
  return deviation
end

-- Target, source and a function that reads the memory.
local function assignment(case, open_base)
  local view, bytes = open_base(case.base)
  view = apply(view, case.ops)
  local target = view:slice(table.unpack(selectors(case.key, view.shape)))
  local rhs = case.rhs
  if rhs.self then return target, apply(view, rhs.self), bytes end
  return target, apply(open_base(rhs.base), rhs.ops), bytes
end

local function open_model(base)
  local view = in_model(base)
  return view, function() return model.bytes(view) end
end

function classes.assign(case, impl)
  local target, source, bytes = assignment(case, impl.open)
  local after, deviation = case.after, nil
  if case.error then
    local to, from, expected = assignment(case, open_model)
    if same(to.shape, from.shape) then
      deviation = CONVERTS
      after = pcall(to.copyfrom, to, from) and hex(expected()) or nil
    end
  end
  if after then target:copyfrom(source)
  else
    check_raises("copyfrom", case.error, function() target:copyfrom(source) end)
  end
  check("memory", after or case.base.hex, hex(bytes()))
  return deviation
end

function classes.find(case, impl)
  local view = open(impl, case)
  local type = apply(in_model(case.base), case.ops).type.of
  local wide = type.kind == "int" and not type.signed and type.size == 8
  local value = decode(case.value, wide)
  local start, stop = decode(case.start), decode(case.stop)
  local i, j = start and index(start), stop and (stop < 0 and stop - 1 or stop)
  local found = decode(case.index)
  check("index", found and found + 1, view:index(value, i, j))
  check("count", case.count, view:count(value))
end

function classes.pack(case, impl)
  if case.error then
    return check_raises("calcsize", case.error, function()
      return impl.calcsize(case.fmt)
    end)
  end
  check("calcsize", case.size, impl.calcsize(case.fmt))
  if not case.values or case.size == 0 then return nil end
  local unpacked, values = decode(case.unpacked), decode(case.values)
  if #values == 1 then unpacked, values = unpacked[1], values[1] end
  local view = apply(impl.open {hex = case.hex, ro = true},
    {{"cast", case.fmt}})
  check("unpacked", unpacked, view:get(1))
  local packed = impl.blank(case.fmt)
  packed:set(1, values)
  check("packed", case.hex, hex(packed:tobytes()))
end

-- Reads all items, by value and by list, and stores them elsewhere.
local function check_items(case, impl)
  local base, expected = case.base, decode(case.expect)
  base.itemsize = case.itemsize
  local view = impl.open(base)
  check("itemsize", case.itemsize, view.itemsize)
  check("tolist", expected, view:tolist())
  local blank = setmetatable({hex = ("00"):rep(#base.hex // 2), ro = false},
    {__index = base})
  local copy = impl.open(blank)
  for i, item in ipairs(expected) do
    check("item " .. i, item, view:get(i))
    copy:set(i, item)
  end
  check("stored", expected, copy:tolist())
  return view, expected
end

function classes.record(case, impl)
  local view, expected = check_items(case, impl)
  if not impl.has_operators then return end
  for k, name in ipairs(case.names) do
    for _, by in ipairs {name, k} do
      local field = view:field(by)
      check("offset of " .. by, case.offsets[k], field.offset - view.offset)
      local column = {}
      for i, item in ipairs(expected) do column[i] = item[name] end
      check("field " .. by, column, field:tolist())
    end
  end
end

classes.complex = function(case, impl) check_items(case, impl) end

function classes.pil(case, impl)
  local whole, expect = impl.open(case.base), case.expect
  check("all", decode(expect.all), whole:tolist())
  check("suboffsets", case.suboffsets, whole.suboffsets)
  local view = apply(whole, case.ops)
  check("suboffsets of the slice", case.sub_suboffsets, view.suboffsets)
  check("shape", expect.shape, view.shape)
  check("c_contiguous", expect.c, view.c_contiguous)
  check("f_contiguous", expect.f, view.f_contiguous)
  check("tolist", decode(expect.tolist), view:tolist())
  for _, order in ipairs {"C", "F", "A"} do
    check("tobytes " .. order, expect[order], hex(view:tobytes(order)))
  end
end

function classes.seq() return REPLAY end

-- Replaying --------------------------------------------------------------

-- Replays a case. Returns true and the number of the deviation, or nil and what
-- is wrong.
function vectors.replay(case, impl)
  local ok, result = pcall(classes[case.cls], case, impl)
  if ok then return true, result end
  return nil, ("case %d: %s"):format(case.id, tostring(result))
end

-- The cases by class and kind, in order: a list of {name, cases...}.
function vectors.groups(cases)
  local groups = {}
  for _, case in ipairs(cases) do
    local name = case.cls
    if case.kind and case.kind ~= name then name = name .. " " .. case.kind end
    if not groups[name] then
      groups[name] = {name = name}
      groups[#groups + 1] = groups[name]
    end
    table.insert(groups[name], case)
  end
  return groups
end

vectors.unhex = unhex

-- The model as an implementation.
vectors.model = {
  open = open_model,
  calcsize = function(format) return codec.parse(format).size end,
  blank = function(format)
    local bytes = ("\0"):rep(codec.parse(format).size)
    return model.view(bytes):cast(format)
  end,
}

return vectors
