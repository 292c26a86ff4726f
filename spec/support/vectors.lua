--[[
vectors.lua - replays the conformance vectors

spec/vectors/vectors.lua holds one case in each line, made with CPython's
memoryview and struct and with NumPy. generate.py there makes other cases, and
cover.lua selects the fewest cases that cover all classes of a list of cases.
For each class, a function of this file replays a case, against mview or, to
test the model, against the model.

An implementation has the functions open(base), which returns a view and a
function that reads its memory back, calcsize(format), and blank(format), which
returns a zeroed view of one item. For the class "seq" it also has
container(bytes), which returns bytes that can be resized, and view(x), which
returns a view of these bytes or of a view. has_operators is true if its views
can be indexed, called and compared by ==.
]]

local codec = require "model.codec"
local identical = require "identical"
local model = require "model.views"
local python = require "python"

local apply, decode, index = python.apply, python.decode, python.index
local hex, unhex, show = python.hex, python.unhex, python.show
local selectors = python.selectors

local vectors = {}

-- The deliberate differences between mview and CPython.
vectors.deviations = {
  "a bytearray resizes under its views",
  "stores are strict, and 64-bit unsigned items keep the bits of an integer",
  "an assignment between formats converts each value",
  "strides of dimensions of less than 2 items are not compared",
  "one object is equal to itself",
  "a refusal that mview may lift (its answer is checked by the model)",
  "a cast to a format that CPython does not know (checked by the model)",
  "a value of a type that the items never have is refused, not absent",
}
local RESIZES, STORES, CONVERTS, STRIDES, ITSELF, LIFTED, UNKNOWN,
  NEVER = 1, 2, 3, 4, 5, 6, 7, 8

-- ---- loading --------------------------------------------------------------

-- Returns the header and the list of cases.
function vectors.load(path)
  local header, cases = nil, {}
  for line in io.lines(path) do
    local case = assert(load(line, path, "t", {NULL = python.NULL}))()
    if case.header then header = case.header
    else cases[#cases + 1] = case end
  end
  return header, cases
end

local holds = {
  le = string.pack("=I2", 1) == "\1\0",
  lp64 = string.packsize("l") == 8,
}

-- Whether a format in the table x has items with another size or alignment on
-- machines of 32 bits, or a count that exceeds their memory.
local function is_wide(x)
  if type(x) == "string" then
    return x:find "^[^=<>!^]+[dqQ]" or x:find "@.*[dqQlLnNP]"
      or x:find(("%d"):rep(10))
  elseif type(x) ~= "table" then return false end
  if is_wide(x.fmt) or x[1] == "cast" and is_wide(x[2]) then return true end
  for _, value in pairs(x) do
    if type(value) == "table" and is_wide(value) then return true end
  end
  return false
end

-- Whether a case holds on this machine. Some cases that need 64 bits are not
-- marked.
function vectors.applies(case)
  for _, need in ipairs(case.need or {}) do
    if not holds[need] then return false end
  end
  return holds.lp64 or not is_wide(case)
end

-- ---- checking -------------------------------------------------------------

local function fail(...) error(string.format(...), 0) end

local function check(what, expected, got)
  if not identical(expected, got) then
    fail("%s: expected %s, got %s", what, show(expected), show(got))
  end
end

-- The messages of mview for the errors of CPython, and for two errors of this
-- file.
local messages = {
  {"casts are restricted", "^cannot cast without a copy: dimension %d+ is "
    .. "strided, use :copy%(%)$", "not a multiple of the item size",
    "shape does not fit %d+ bytes?"},
  {"length is not a multiple", "not a multiple of the item size",
    "shape does not fit %d+ bytes?"},
  {"product%(shape%) %*", "shape does not fit %d+ bytes?"},
  {"> SSIZE_MAX", "size too large",
    "size %d+ out of range %[0, 2147483647%] in dimension"},
  {"must be integers$", "integer expected in dimension %d+ of the shape",
    "shape does not fit %d+ bytes?"},
  {"must be integers > 0", "size %-%d+ out of range %[0, ",
    "shape does not fit %d+ bytes?"},
  {"must not exceed 64", "%d+ dimensions, at most 64 are possible"},
  {"two non%-byte", "not a multiple of the item size",
    "shape does not fit %d+ bytes?"},
  {"zeros in shape", "shape does not fit %d+ bytes?", "at most 64",
    "integer expected", "size too large", "out of range"},
  {"cast must be 1D", "shape does not fit %d+ bytes?"},
  {"destination format", "unknown format '.' at", "unsupported format '.' at",
    "misplaced byte order '.' at", "have size 0%)$",
    "not a multiple of the item size"},
  {"out of bounds", "^index %-?%d+ out of range %[%-?%d+, %d+%]"},
  {"cannot index", "^%d+ ind%l+ expected, got %d+$"},
  {"read%-only", "^attempt to write to a read%-only view$"},
  {"invalid type", "%l+ expected, got %l+", "no integer representation",
    "value %S+ out of range"},
  {"invalid value", "value %S+ out of range", "string of %d+ bytes where"},
  {"different structures", "shape %[.*%] expected, got %[.*%]",
    "item %d+ of format '.*' does not fit format '.*'"},
  {"strict store", "%l+ expected, got %l+", "value %S+ out of range"},
  {"released", "^attempt to use a released view$"},
  {"0%-dim", "^a view of 0 dimensions has no length$"},
  {"bad char", "^bad argument #1 to 'calcsize' %(.+ at position %d+.*%)$"},
  {"repeat count", "count without a format at position %d+"},
  {"total struct size", "size too large at position %d+"},
}

-- Whether a message of mview is the right one for an error of CPython.
local function is_translation(message, err)
  message = message:gsub("^[^ :]+:%d+: ", "")
  for _, row in ipairs(messages) do
    if err.msg:find(row[1]) then
      for i = 2, #row do if message:find(row[i]) then return true end end
    end
  end
  return false
end

-- Asserts that f raises the message for CPython's error.
local function check_raises(what, err, f)
  local ok, got = pcall(f)
  if ok then fail("%s: expected an error (%s)", what, err.msg) end
  if getmetatable(got) == codec.Refusal then return end
  if type(got) ~= "string" or not is_translation(got, err) then
    fail("%s: for %q got %q", what, err.msg, tostring(got))
  end
end

-- The same base in the model.
local function in_model(base)
  return model.view(unhex(base.hex), base.ro, base.fmt and base)
end

local function open(impl, side)
  local view, bytes = impl.open(side.base)
  return apply(view, side.ops), bytes, view
end

-- ---- cases, by class ------------------------------------------------------
-- Each function raises an error, or returns the numbers of the deviations met.

local attributes = {
  fmt = "format", itemsize = "itemsize", shape = "shape", ro = "readonly",
  c = "c_contiguous", f = "f_contiguous",
}

-- Checks the bytes in all orders. The case has those of an order other than C
-- only if they differ.
local function check_bytes(expect, view)
  check("tobytes()", expect.C, hex(view:tobytes()))
  for _, order in ipairs {"C", "F", "A"} do
    check("tobytes " .. order, expect[order] or expect.C,
      hex(view:tobytes(order)))
  end
end

-- Checks strides; they may differ in dimensions of less than 2 items.
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
  check("ndim", #expect.shape, view.ndim)
  check("nbytes", #expect.C // 2, view.nbytes)
  if #expect.shape > 0 then check("#", expect.shape[1], #view)
  else check_raises("#", {msg = "0-dim"}, function() return #view end) end
  if expect.offset then check("offset", expect.offset, offset) end
  check("tolist", decode(expect.tolist), view:tolist())
  check_bytes(expect, view)
  return check_strides(expect.strides, view)
end

-- Whether mview lifts a refusal: casts of strided views, and sizes that are
-- floats with an integer value.
local function is_lifted(message)
  return message:find "casts are restricted" or message:find "must be integers$"
end

-- Replays a refusal of CPython. If mview may lift it, the model decides.
local function check_refusal(case, impl)
  local at = (case.error.at or #case.ops - 1) + 1
  local view = apply(impl.open(case.base), case.ops, 1, at - 1)
  local function step() return apply(view, case.ops, at, at) end
  local expected = apply(in_model(case.base), case.ops, 1, at - 1)
  local lifted, result = pcall(apply, expected, case.ops, at, at)
  local unknown = case.error.msg:find "destination format" ~= nil
  local relax = case.relax or is_lifted(case.error.msg)
  if not lifted or not relax and not unknown then
    return check_raises("operation " .. at, case.error, step)
  end
  view = step()
  check("shape", result.shape, view.shape)
  check("itemsize", result.itemsize, view.itemsize)
  check("tolist", result:tolist(), view:tolist())
  check("tobytes", hex(result:tobytes()), hex(view:tobytes()))
  return relax and LIFTED or UNKNOWN
end

-- The operations that make a view.
local made = {view = true, review = true, sub = true}

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
  if identical(a.shape, b.shape) then
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
    local at, expected = python.indices(read[1]), read[2]
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

-- Whether CPython stores a value in another way than mview, by mview's rules.
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

-- CPython's answer, or the model's answer for a known difference.
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
    if identical(to.shape, from.shape) then
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
  if not pcall(codec.holds, type, value) then
    check("index", false, (pcall(view.index, view, value, i, j)))
    check("count", false, (pcall(view.count, view, value)))
    return NEVER
  end
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
  if case.sub_suboffsets then
    check("suboffsets of the slice", case.sub_suboffsets, view.suboffsets)
  end
  check("shape", expect.shape, view.shape)
  check("c_contiguous", expect.c, view.c_contiguous)
  check("f_contiguous", expect.f, view.f_contiguous)
  check("tolist", decode(expect.tolist), view:tolist())
  check_bytes(expect, view)
end

-- Replays the life of the views of a bytearray, up to the first resize that
-- CPython refuses. Other exporters that can be resized have other rules.
function classes.seq(case, impl)
  if case.base.resizable then return RESIZES end
  local container, views = impl.container(unhex(case.base.hex)), {}
  local acts = {
    view = function() return impl.view(container) end,
    review = impl.view,
    resize = function(_, n) container:resize(n) end,
    tolist = function(view) return view:tolist() end,
    len = function(view) return #view end,
  }
  for i, step in ipairs(case.steps) do
    local name, view, result = step.op[1], views[step.of], nil
    local function act()
      if acts[name] then result = acts[name](view, step.op[2])
      else result = apply(view, {step.op}) end
    end
    if step.error and name == "resize" then return RESIZES end
    if step.error then check_raises("step " .. i, step.error, act)
    else act() end
    if step.expect then check("step " .. i, decode(step.expect), result) end
    if not step.error and made[name] then views[#views + 1] = result end
  end
  return nil
end

-- ---- replaying ------------------------------------------------------------

-- Replays a case. Returns true and the number of the deviation, or nil and the
-- failure.
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
