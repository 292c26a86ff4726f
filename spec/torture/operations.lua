--[[
operations.lua - something to do for every public function and method

operations[name] is a list of functions of a world; name is "mview.x" for a
function of the module, "atomic.x" for one of mview.atomic, "view:x",
"bytearray:x", "map:x" and "shared:x" for methods and metamethods, "api.x" for
the C API. Each does its work, on whatever memory of the world, and may return
what it likes.

operations.world() makes a world: memory of each source and views of all
geometries. operations.memory(world) is all its memory as a string.
operations.names() lists what must have a row.
]]

local capi = require "capi"
local lend_host = require "lend_host"
local mview = require "mview"
local registry = require "names"
local bad_exporters = require "bad_exporters"
local tmpfile = require "tmpfile"

local operations, rows = {}, {}
operations.rows = rows

local TEXT = "an example of 48 bytes, as good as any other ..."
local MUCH = ("text"):rep(1000) -- more than fits a luaL_Buffer without a box

local files, turn = {}, 0

-- A file that holds the text. Four files are used in turn, as making a file
-- takes long on some file systems. A file that an operation has closed or made
-- longer is replaced.
local function text_file()
  turn = turn % 4 + 1
  local file = files[turn]
  if io.type(file) ~= "file" or file:seek("end") > #TEXT then
    file = assert(tmpfile())
    files[turn] = file
  end
  file:seek("set")
  file:write(TEXT)
  file:seek("set")
  return file
end

function operations.world()
  local w = {}
  w.bytes = mview.bytearray(TEXT)
  w.view = mview(w.bytes)
  w.numbers = w.view:cast("<h", {2, 12})
  w.strided = w.view:sub(-1, 1, -2)
  w.five = w.view:sub(5, 5)
  w.records = w.view:cast("T{<H:id:2s:tag:(2)<h:xy:}")
  w.points = w.view:cast("T{<H:x:>h:y:}")
  w.complex = w.view:sub(1, 16):cast("Zf")
  w.flags = w.view:sub(1, 8):cast("?")
  w.chars = w.view:sub(1, 8):cast("c")
  w.doubles = w.view:cast("d")
  w.swapped = w.view:cast(">I")
  w.single = w.view:sub(1, 4):cast("I", {})
  w.empty = w.view:sub(1, 0)
  w.string = mview(TEXT)
  w.lent, w.loan = capi.lend(24)
  w.rows, w.picture = lend_host.pil {format = "<H", shape = {2, 4},
    blocks = {"12345678", "abcdefgh"}}
  w.map = assert(mview.map(nil, "r+", 0, 48))
  w.mapped = w.map:view()
  w.shared = mview.shared(48)
  w.words = w.shared:cast("I")
  w.object = setmetatable({}, {__buffer = function() return w.bytes end})
  w.foreign = bad_exporters.exporter("litter")
  w.zeros = mview.bytearray("text, and a zero\0")
  w.reader, w.read = mview.reader(w.bytes), mview.reader(w.bytes):skip(20)
  w.viewreader = mview.reader(w.view, ">")
  w.gapreader = mview.reader(w.view:sub(-1, 1, -1))
  w.writer, w.viewwriter = mview.writer(w.bytes), mview.writer(w.view, ">")
  w.gapwriter = mview.writer(mview.bytearray(200):view():sub(1, -1, 2))
  w.file = text_file()
  return w
end

-- Ended memory has no bytes.
local function bytes_of(x)
  local ok, bytes = pcall(function() return mview(x):tobytes() end)
  return ok and bytes or "ended"
end

function operations.memory(w)
  return table.concat({bytes_of(w.bytes), bytes_of(w.lent), bytes_of(w.map),
    bytes_of(w.shared),    table.concat({w.picture:bytes()}, "|")}, "\n")
end

-- The name of a view that is pinned; or nil.
function operations.pinned(w)
  for field, view in pairs(w) do
    if mview.isview(view) and view.valid and view.pins > 0 then return field end
  end
  return nil
end

local function nothing() end

local function row(name, ...) rows[name] = {...} end

-- A row of the same call for some views of the world.
local function each(name, list, f)
  rows[name] = rows[name] or {}
  for field in list:gmatch("%a+") do
    table.insert(rows[name], function(w) return f(w[field], w) end)
  end
end

local ALL = "view numbers strided records complex flags chars doubles swapped "
  .. "single empty string lent rows mapped words"
local LONG = "view numbers strided records complex flags chars doubles swapped "
  .. "empty string lent rows mapped"
local WRITABLE = "view numbers strided doubles swapped lent rows mapped"
local SOURCES = "bytes view string map shared object foreign strided rows"

-- A value that fits an item of the view.
local function value_of(v)
  local format = v.format
  if format:find "T" then return {id = 7, tag = "ab", xy = {1, -1}} end
  return ({["Zf"] = {1, 2}, ["?"] = true, c = "c"})[format] or 65
end

-- The module.

each("mview.__call", SOURCES, function(x) return mview(x) end)
table.insert(rows["mview.__call"], function(w) return mview(w.bytes, "<i4") end)
table.insert(rows["mview.__call"], function(w)
  return mview(w.bytes, "T{<H:a:(2)b:b:}", {3, 4})
end)
each("mview.bytearray", SOURCES .. " numbers",
  function(x) return mview.bytearray(x) end)
table.insert(rows["mview.bytearray"], function()
  return {mview.bytearray(), mview.bytearray(1000),
    mview.bytearray {1, 2, 3}}
end)
row("mview.new", function() return mview.new("<i", 3, 4) end,
  function() return mview.new("T{b:a:x(2)f:b:}", 3) end,
  function() return mview.new("B", 0) end)
row("mview.from", function() return mview.from("<i", {{1, 2}, {3, 4}}) end,
  function() return mview.from("T{b:a:3s:b:}", {{a = 1, b = "abc"}}) end)
row("mview.fromhex", function() return mview.fromhex("00 01 0203 fF") end)
row("mview.map", function() return mview.map(nil, "r+", 0, 100) end,
  function() return mview.map("README.md") end,
  function() return mview.map("README.md", "c", 10, 20) end,
  function() return mview.map("no such file") end)
row("mview.isview", function(w) return mview.isview(w.view) end)
row("mview.calcsize", function() return mview.calcsize("T{<H:a:(2)b:b:}") end,
  function() return mview.calcsize("=l") end)

-- Parts.

each("view:sub", LONG, function(v) return v:sub(2, -1, 2) end)
each("view:slice", LONG, function(v) return v:slice {1, -1, 2} end)
table.insert(rows["view:slice"], function(w)
  return w.numbers:slice({}, 2), w.numbers:slice(2, {1, 3}), w.rows:slice(1)
end)
each("view:transpose", "view numbers records single",
  function(v) return v:transpose() end)
each("view:cast", "view numbers records doubles string mapped", function(v)
  return v:cast("B"), v:cast("<i"), v:cast("2s", {4, 6}), v:cast("T{b:u:b:v:}")
end)
row("view:field", function(w)
  return w.records:field("id"), w.records:field(3)
end)
each("view:toreadonly", ALL, function(v) return v:toreadonly() end)
each("view:release", ALL, function(v) return v:release() end)
each("view:__close", "view records lent rows", function(v)
  local _ <close> = v
end)

-- Items.

each("view:get", "view strided doubles records complex string lent mapped",
  function(v) return v:get(1), v:get(-1) end)
table.insert(rows["view:get"], function(w)
  return w.numbers:get(2, -1), w.rows:get(1, 1), w.single:get()
end)
table.insert(rows["view:get"], function(w) -- the third calls a Lua function
  return w.points:get(1), w.points:get(2), w.points:get(3)
end)
each("view:__call", "view strided doubles records complex string lent mapped",
  function(v) return v(1), v(-1) end)
each("view:set", "view strided doubles records complex flags chars lent mapped",
  function(v) v:set(2, value_of(v)) end)
table.insert(rows["view:set"], function(w) w.numbers:set(2, -1, -5) end)
table.insert(rows["view:set"], function(w) w.rows:set(2, -1, 5) end)
each("view:values", LONG, function(v) return v:values(2, -1) end)
each("view:iter", LONG, function(v)
  local list = {}
  for x in v:iter() do list[#list + 1] = x end
  return list
end)
each("view:__pairs", LONG, function(v)
  local list = {}
  for i, x in pairs(v) do list[i] = x end
  return list
end)
each("view:__index", LONG, function(v) return v[1], v[-1], v[1000], v.none end)
each("view:__newindex", "view strided doubles records complex flags chars lent",
  function(v) v[2] = value_of(v) end)
table.insert(rows["view:__newindex"], function(w)
  w.numbers[1] = w.numbers[2]
end)
table.insert(rows["view:__newindex"], function(w)
  w.numbers[1] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
end)
each("view:__len", LONG, function(v) return #v end)
for _, name in ipairs {"format", "itemsize", "nbytes", "ndim", "shape",
  "strides", "suboffsets", "readonly", "obj", "contiguous", "c_contiguous",
  "f_contiguous", "valid", "offset", "pins"} do
  each("view." .. name, "numbers rows string", function(v) return v[name] end)
end

-- All items.

each("view:tobytes", ALL, function(v) return v:tobytes() end)
row("view:tobytes", function(w) return w.numbers:tobytes("F") end,
  function(w) return w.numbers:transpose():tobytes("A") end,
  table.unpack(rows["view:tobytes"]))
each("view:tolist", ALL, function(v) return v:tolist() end)
each("view:copy", ALL, function(v) return v:copy() end)
each("view:at", "view numbers records doubles string mapped",
  function(v) return v:at(2, 3), v:at(8, "<i4", 2), v:at(0, "T{b:u:b:v:}") end)
each("view:hex", ALL, function(v) return v:hex(), v:hex(":", 2) end)
each("view:copyfrom", WRITABLE, function(v) v:copyfrom(v:tolist()) end)
for _, f in ipairs {
  function(w) w.view:sub(2):copyfrom(w.view:sub(1, -2)) end,
  function(w) w.strided:copyfrom(w.view:sub(25)) end,
  function(w) w.strided:sub(2):copyfrom(w.strided:sub(1, -2)) end,
  function(w) w.doubles:copyfrom {1, 2, 3, 4, 5, 6} end,
  function(w) w.doubles:copyfrom(w.view:sub(1, 6)) end,
  function(w) w.view:copyfrom(w.map) end,
  function(w) w.view:sub(1, 4):cast("b", {2, 2}):copyfrom(w.foreign) end,
  function(w) w.mapped:copyfrom(w.object) end,
  function(w) w.lent:copyfrom(TEXT:sub(1, 24)) end,
  function(w) w.rows:copyfrom(w.numbers:slice({}, {1, 4})) end,
  function(w)
    w.records:sub(1, 2):copyfrom {{id = 1, tag = "x", xy = {1, 2}},
      {id = 2, tag = "y", xy = {3, 4}}}
  end,
} do table.insert(rows["view:copyfrom"], f) end
each("view:fill", WRITABLE .. " records complex chars flags single empty",
  function(v) v:fill(value_of(v)) end)
row("view:fill", function(w)
  w.view:sub(1, 40):cast("40s"):fill("forty")
end, function(w)
  w.view:cast("T{40s:a:8s:b:}"):fill {a = "forty", b = "eight"}
end, table.unpack(rows["view:fill"]))
each("view:byteswap", WRITABLE .. " records complex",
  function(v) v:byteswap() end)
each("view:__concat", ALL, function(v) return v .. "!", "!" .. v end)
each("view:__tostring", ALL, function(v) return tostring(v) end)

-- Comparing and searching.

each("view:equals", ALL, function(v, w)
  return v:equals(w.view), v:equals(v), v:equals(TEXT), v:equals(w.object)
end)
each("view:__eq", ALL, function(v, w)
  return v == w.view, v == w.strided, v == {}
end)
each("view:mismatch", LONG, function(v) return v:mismatch(v) end)
row("view:mismatch", function(w) return w.strided:mismatch("any") end,
  function(w) return w.view:mismatch(w.object) end,
  function(w) return w.numbers:mismatch(w.numbers:byteswap()) end,
  table.unpack(rows["view:mismatch"]))
each("view:index", ALL, function(v) return v:index(value_of(v)) end)
each("view:count", ALL,
  function(v) return v:count(value_of(v)), v:count(value_of(v), 1, -2) end)

each("view:find", ALL, function(v, w)
  return v:find("as"), v:find("%a-()%d"), v:find(w.flags, 1, true),
    v:find(w.strided, 2, true)
end)
each("view:sum", "view numbers strided complex doubles swapped lent rows",
  function(v) return v:sum() end)
for _, name in ipairs {"min", "max"} do
  each("view:" .. name, "view numbers strided doubles swapped lent rows",
    function(v) return v[name](v) end)
end
each("view:match", ALL, function(v)
  return v:match("(%a+)%s+((%a+)%W*)()"), v:match(("(.?)"):rep(30)),
    v:match(("[a-b]?"):rep(100))
end)
each("view:gmatch", ALL, function(v)
  local list = {}
  for a, b in v:gmatch("(%a)(%A?)") do list[#list + 1] = a .. b end
  return list
end)
each("view:rfind", ALL, function(v, w)
  return v:rfind("as"), v:rfind(w.flags), v:rfind(w.strided, -2)
end)
each("view:lines", ALL, function(v)
  local list = {}
  for line in v:lines(true) do list[#list + 1] = line end
  return list
end)
each("view:split", "view flags chars doubles single empty string mapped",
  function(v, w)
    local list = {}
    for part in v:split(w.strided:sub(1, 1)) do list[#list + 1] = part end
    return list
  end)
each("view:hash", ALL, function(v) return v:toreadonly():hash() end)

-- As a string.

each("view:byte", ALL, function(v) return v:byte(), v:byte(1, -1) end)
each("view:len", ALL, function(v) return v:len() end)
each("view:unpack", "view numbers strided lent rows mapped string", function(v)
  return v:unpack("<i4 c3 >H"), v:unpack("b", -1)
end)
table.insert(rows["view:unpack"], function(w)
  w.strided:pack("z s1", 1, "zero", "one")
  return w.strided:unpack("z s1")
end)
each("view:pack", "view numbers strided lent rows mapped",
  function(v) return v:pack("<i2 c3 >f z", 2, -5, "abc", 1.5, "z") end)
each("view:readfrom", "view strided numbers rows mapped lent",
  function(v, w) return v:readfrom(w.file, 1) end)
each("view:writeto", "view strided numbers rows mapped lent string",
  function(v, w) return v:writeto(w.file) end)

-- All other methods.

local function full_index(v)
  local index = {}
  for d = 1, v.ndim do index[d] = 1 end
  return table.unpack(index)
end

for method in pairs(registry.methods) do
  local name = "view:" .. method
  if not rows[name] then
    each(name, "view strided lent rows mapped", function(v)
      return registry.rows[method].use(v, full_index(v))
    end)
  end
end

-- Bytearrays and maps.

row("bytearray:append", function(w) w.bytes:append("more") end,
  function(w) w.bytes:append(1, {2, 3}, w.strided, w.bytes, w.object) end,
  function(w) w.bytes:append(w.map, w.foreign) end)
row("bytearray:appendfrom", function(w) return w.bytes:appendfrom(w.file) end,
  function(w) return w.bytes:appendfrom(w.file, 10) end)
row("bytearray:insert", function(w) w.bytes:insert(3, "more") end,
  function(w) w.bytes:insert(1, w.strided) end,
  function(w) w.bytes:insert(-1, w.bytes) end,
  function(w) w.bytes:insert(5, {1, 2}) end,
  function(w) w.bytes:insert(5, w.map) end,
  function(w) w.bytes:insert(-5, w.foreign) end)
row("bytearray:remove", function(w) w.bytes:remove(3) end,
  function(w) w.bytes:remove(1, 20) end,
  function(w) w.bytes:remove(1, -1) end)
row("mview.reader", function(w) return mview.reader(w.bytes, ">") end,
  function(w) return mview.reader(w.object) end,
  function(w) return mview.reader(w.numbers) end,
  function() return mview.reader(TEXT) end)
row("mview.writer", function() return mview.writer(nil, ">") end,
  function(w) return mview.writer(w.numbers) end,
  function(w) return mview.writer(w.foreign) end)

-- Readers and writers of all sources: one call for each row.
local STREAMS = "reader viewreader gapreader"
local TARGETS = "writer viewwriter gapwriter"
for name in ([[u8 i8 u16 u24 u32 u64 i16 i24 i32 i64 f16 f32 f64 u16le u16be
  u24le u24be u32le u32be u64le u64be i16le i16be i24le i24be i32le i32be i64le
  i64be f16le f16be f32le f32be f64le f64be varint zigzag sleb128]])
  :gmatch "%S+" do
  each("reader:" .. name, STREAMS, function(r) return r[name](r) end)
  each("writer:" .. name, TARGETS, function(w) w[name](w, 65) end)
end
each("reader:bits", STREAMS, function(r) return r:bits(13) end)
each("reader:bytes", STREAMS, function(r) return r:bytes(5) end)
each("reader:string", STREAMS, function(r) return r:string(45) end)
row("reader:cstring", function() return mview.reader("text\0"):cstring() end,
  function(w) return mview.reader(w.zeros):cstring() end)
row("reader:line", function(w) return w.viewreader:line() end,
  function(w) return w.gapreader:line() end)
each("reader:upto", STREAMS, function(r) return r:upto("e") end)
each("reader:upto", STREAMS, function(r, w) return r:upto(w.five) end)
row("reader:upto", function(w) return mview.reader(w.bytes):upto("48") end,
  function(w)
    local ok, err = pcall(w.viewreader.upto, w.viewreader, "none of these")
    assert(not ok)
    if not err:find "^need %d+ bytes" then error(err, 0) end
  end, table.unpack(rows["reader:upto"]))
each("reader:unpack", STREAMS, function(r) return r:unpack("<i4 c3 >H") end)
each("reader:peek", STREAMS, function(r) return r:peek(), r:peek(3) end)
each("reader:left", STREAMS, function(r) return r:left() end)
each("reader:seek", STREAMS, function(r) return r:seek(-3) end)
each("reader:skip", STREAMS, function(r) return r:skip(3) end)
each("reader:align", STREAMS, function(r) return r:align(16) end)
row("reader:discard", function(w) return w.reader:discard() end,
  function(w) return w.read:discard() end)
each("reader:__index", STREAMS, function(r)
  return r.pos, r.order, r.view, r.none
end)
each("reader:__newindex", STREAMS, function(r) r.pos, r.order = 3, ">" end)
each("reader.pos", STREAMS, function(r) return r.pos end)
each("reader.order", STREAMS, function(r) return r.order end)
each("reader.view", STREAMS, function(r) return r.view end)

each("writer:bits", TARGETS, function(w) w:bits(13, 77) end)
each("writer:bytes", TARGETS, function(w, all) w:bytes(all.view) end)
row("writer:bytes", function(w) w.writer:bytes(w.strided) end,
  function(w) w.writer:bytes(w.bytes) end,
  function(w) w.writer:bytes(w.object) end,
  function(w) w.gapwriter:bytes(w.foreign) end,
  table.unpack(rows["writer:bytes"]))
each("writer:string", TARGETS, function(w) w:string("some text") end)
each("writer:cstring", TARGETS, function(w) w:cstring("some text") end)
each("writer:pack", TARGETS, function(w) w:pack("<i4 s1 >H", 1, "text", 2) end)
row("writer:pack", function(w) w.writer:pack("z", MUCH) end,
  function(w)
    local writer = w.viewwriter:seek(-2)
    local ok, err = pcall(writer.pack, writer, "s1c9", 123, "text")
    assert(not ok)
    if not err:find "^need %d+ bytes" then error(err, 0) end
  end, table.unpack(rows["writer:pack"]))
each("writer:seek", TARGETS, function(w) w:seek(-3) end)
each("writer:skip", TARGETS, function(w) w:skip(9) end)
each("writer:align", TARGETS, function(w) w:align(7) end)
each("writer:view", TARGETS, function(w) return w:view() end)
each("writer:__index", TARGETS, function(w)
  return w.pos, w.order, w.none
end)
each("writer:__newindex", TARGETS, function(w) w.pos, w.order = 1, ">" end)
each("writer.pos", TARGETS, function(w) return w.pos end)
each("writer.order", TARGETS, function(w) return w.order end)

row("bytearray:resize", function(w) w.bytes:resize(1000) end,
  function(w) w.bytes:resize(3) end)
row("bytearray:reserve", function(w) w.bytes:reserve(5000) end)
row("bytearray:clear", function(w) w.bytes:clear() end)
row("bytearray:release", function(w) w.bytes:release() end)
row("bytearray:__close", function(w) local _ <close> = w.bytes end)
row("bytearray:view", function(w) return w.bytes:view() end)
row("bytearray:__index", function(w) return w.bytes[1], w.bytes[1000] end,
  function(w) return w.bytes.shape, w.bytes:sub(2, 4):iter()() end,
  function(w) w.bytes:fill(65) end)
row("bytearray:__newindex", function(w) w.bytes[1] = 65 end)
row("bytearray:__len", function(w) return #w.bytes end)
row("bytearray:__tostring", function(w) return tostring(w.bytes) end)
row("bytearray:__eq", function(w) return w.bytes == w.view end)
row("bytearray:__concat", function(w) return w.bytes .. w.bytes end)
row("bytearray:__pairs", function(w)
  local n = 0
  for _ in pairs(w.bytes) do n = n + 1 end
  return n
end)

row("map:__index", function(w) return w.map.view, w.map.none, w.map[2] end,
  function(w) return w.map.shape, w.map.obj end)
row("map:release", function(w) w.map:release() end)
row("map:view", function(w) return w.map:view() end)
row("map:flush", function(w) return w.map:flush(), w.map:flush(2, 3) end)
row("map:advise", function(w) return w.map:advise("sequential") end)
row("map:resize", function(w) return w.map:resize(10) end,
  function(w) return w.map:resize(100) end)
row("map:close", function(w) w.map:close() end)
row("map:__close", function(w) local _ <close> = w.map end)
row("map:__newindex", function(w) w.map[1] = 65 end)
row("map:__len", function(w) return #w.map end)
row("map:__tostring", function(w) return tostring(w.map) end)
row("map:__eq", function(w) return w.map == w.view end)
row("map:__concat", function(w) return w.map .. w.map end)
row("map:__pairs", function(w)
  local n = 0
  for _ in pairs(w.map) do n = n + 1 end
  return n
end)

row("mview.shared", function() return mview.shared(100) end,
  function() return mview.shared(1 << 20) end)
row("mview.attach", function(w) return mview.attach(w.shared:id()) end,
  function() return mview.attach(0) end)
row("shared:__index", function(w) return w.shared.view, w.shared.none end,
  function(w) return w.shared[2], w.shared.shape, w.shared.obj end)
row("shared:id", function(w) return w.shared:id() end)
row("shared:view", function(w) return w.shared:view() end)
row("shared:release", function(w) w.shared:release() end)
row("shared:__close", function(w) local _ <close> = w.shared end)
row("shared:__newindex", function(w) w.shared[1] = 65 end)
row("shared:__len", function(w) return #w.shared end)
row("shared:__tostring", function(w) return tostring(w.shared) end)
row("shared:__eq", function(w) return w.shared == w.view end)
row("shared:__concat", function(w) return w.shared .. w.shared end)
row("shared:__pairs", function(w)
  local n = 0
  for _ in pairs(w.shared) do n = n + 1 end
  return n
end)

local atomic = mview.atomic
row("atomic.load", function(w) return atomic.load(w.words, 1) end)
row("atomic.store", function(w) atomic.store(w.words, 2, 7) end)
for _, name in ipairs {"add", "sub", "band", "bor", "bxor", "exchange"} do
  row("atomic." .. name, function(w) return atomic[name](w.words, -1, 5) end)
end
row("atomic.compareexchange",
  function(w) return atomic.compareexchange(w.words, 1, 0, 1) end)
row("atomic.wait", function(w) return atomic.wait(w.words, 1, 1) end,
  function(w) return atomic.wait(w.words, 1, 0, 0) end)
row("atomic.notify", function(w) return atomic.notify(w.words, 1) end)

-- The C API.

each("api.borrow", SOURCES .. " numbers lent", function(x)
  return capi.borrow(x, capi.INDIRECT)
end)
table.insert(rows["api.borrow"], function(w) capi.write(w.view, nothing) end)
each("api.unborrow", "bytes view string lent",
  function(x) return capi.unborrow(x, nothing) end)
row("api.lend", function() return capi.lend(100) end,
  function() return lend_host.lend {data = TEXT, format = "T{<H:a:b:b:}",
    shape = {4, 4}} end)
row("api.revoke", function(w) return w.loan:revoke() end,
  function(w) return w.picture:revoke() end)

-- The names of all there is, from the tables themselves.

local function upvalue(f)
  local value, i = nil, 1
  while debug.getupvalue(f, i) do
    value = select(2, debug.getupvalue(f, i))
    i = i + 1
  end
  return value
end

local MODULES = {mview = true, atomic = true}

local function add(names, prefix, list)
  for name, value in pairs(list) do
    if type(name) == "string" and type(value) ~= "table"
      and name ~= "__name" and name ~= "__metatable" and name ~= "__gc"
      and name ~= "_VERSION" and name ~= "__mode" then
      local dot = math.type(value) == "integer" and "." or ":"
      names[#names + 1] = prefix .. (MODULES[prefix] and "." or dot) .. name
    end
  end
end

-- __index is a table of methods, or a closure with it as the last upvalue.
local function add_type(names, prefix, object)
  local meta = debug.getmetatable(object)
  local methods = meta.__index
  add(names, prefix, meta)
  add(names, prefix,
    type(methods) == "function" and upvalue(methods) or methods)
end

-- The same without names inherited from views.
local function add_container(names, prefix, object)
  local methods = upvalue(debug.getmetatable(object).__index)
  local own = {}
  for name, value in pairs(methods) do
    if value ~= upvalue(debug.getmetatable(mview "").__index)[name] then
      own[name] = value
    end
  end
  add(names, prefix, debug.getmetatable(object))
  add(names, prefix, own)
end

function operations.names()
  local names = {"api.borrow", "api.unborrow", "api.lend", "api.revoke"}
  add(names, "mview", mview)
  add(names, "mview", debug.getmetatable(mview))
  add_type(names, "view", mview "")
  add_container(names, "bytearray", mview.bytearray())
  add_container(names, "map", mview.map(nil, "r+", 0, 1))
  add_container(names, "shared", mview.shared(1))
  add(names, "atomic", mview.atomic)
  add_type(names, "reader", mview.reader(""))
  add_type(names, "writer", mview.writer())
  table.sort(names)
  return names
end

return operations
