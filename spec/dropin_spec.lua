local mview = require "mview"
local makepng = require "makepng"
local pngchunks = require "pngchunks"

-- string.unpack takes no views. A parser that calls this function in its place
-- runs on strings and views.
local function unpack(format, s, pos)
  if mview.isview(s) then return s:unpack(format, pos) end
  return string.unpack(format, s, pos)
end

-- The decoder for strings, and the same source with this unpack.
local for_strings = require "msgpack"
local sizes = require "sizes"
local for_views = assert(loadfile(
  assert(package.searchpath("msgpack", package.path)), "t",
  setmetatable({string = {unpack = unpack}}, {__index = _G})))()

-- A result with its views converted to strings.
local function plain(value)
  if mview.isview(value) then return value:tobytes() end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[plain(key)] = plain(item) end
  return copy
end

-- Views of the same bytes over memory of every kind.
local function views(bytes)
  local spread = bytes:gsub(".", "%0-")
  return {
    ["a view of a string"] = mview(bytes),
    ["a view of a bytearray"] = mview(mview.bytearray(bytes)),
    ["a slice"] = mview("##" .. bytes .. "##"):sub(3, -3),
    ["a strided view"] = mview(spread):sub(1, -1, 2),
    ["a reversed view"] = mview(bytes:reverse()):sub(-1, 1, -1),
  }
end

-- One value of each kind: its code, the value.
local MESSAGES = {
  {"small integers", "\x93\x00\x7f\xff", {0, 127, -1}},
  {"constants", "\x82\xa1t\xc3\xa1f\xc2", {t = true, f = false}},
  {"nil", "\x81\xa1n\xc0", {}},
  {"unsigned integers", "\x94\xcc\xff\xcd\x01\x00\xce\xff\xff\xff\xff\xcf"
    .. ("\xff"):rep(8), {255, 256, 0xffffffff, -1}},
  {"signed integers", "\x94\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00\xd3\x80"
    .. ("\0"):rep(7), {-128, -32768, -0x80000000, math.mininteger}},
  {"floats", "\x92\xca\x3f\xc0\x00\x00\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18",
    {1.5, math.pi}},
  {"strings", "\x94\xa5hello\xd9\x02hi\xda\x00\x01x\xdb\x00\x00\x00\x00",
    {"hello", "hi", "x", ""}},
  {"binaries", "\x93\xc4\x03\0\1\2\xc5\x00\x01!\xc6\x00\x00\x00\x00",
    {"\0\1\2", "!", ""}},
  {"extensions", "\x93\xd4\xffx\xd8\1" .. ("y"):rep(16) .. "\xc7\2\5zz",
    {{type = -1, data = "x"}, {type = 1, data = ("y"):rep(16)},
      {type = 5, data = "zz"}}},
  {"nested collections", "\xdc\x00\x02\x81\xa1a\x92\x01\x02\xde\x00\x01\xa1b"
    .. "\x80", {{a = {1, 2}}, {b = {}}}},
  {"long collections", "\xdd\x00\x00\x00\x14" .. ("\x07"):rep(20),
    {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}},
}

describe("A MessagePack decoder for strings", function()
  for _, row in ipairs(MESSAGES) do
    local name, code, expected = table.unpack(row)
    it("decodes " .. name .. " from views as from strings", function()
      local value, after = for_strings.decode(code)
      assert.same(expected, value)
      assert.equal(#code + 1, after)
      for kind, view in pairs(views(code)) do
        value, after = for_views.decode(view)
        assert.same(expected, plain(value), kind)
        assert.equal(#code + 1, after, kind)
      end
    end)

    it("fails on " .. name .. " cut off as with strings", function()
      for size = 0, #code - 1 do
        local ok, message = pcall(for_strings.decode, code:sub(1, size))
        assert.is_false(ok)
        for kind, view in pairs(views(code:sub(1, size))) do
          local failed, reason = pcall(for_views.decode, view)
          assert.is_false(failed, kind)
          assert.equal(message:match("[^:(]*$"), reason:match("[^:(]*$"), kind)
        end
      end
    end)
  end

  it("does not copy binaries out of a view", function()
    local data = mview.bytearray("\xc4\x03abc")
    local binary = for_views.decode(data:view())
    data[3] = ("A"):byte()
    assert.equal("Abc", binary:tobytes())
  end)
end)

describe("A PNG parser for strings", function()
  local png = makepng {width = 20, height = 10, depth = 8, color = 2,
    text = {"Title\0a picture", "Empty\0"}}

  it("finds the same in a view as in a string", function()
    local expected = pngchunks(png)
    assert.equal("a picture", expected[2].value)
    assert.equal(5, #expected)
    for kind, view in pairs(views(png)) do
      assert.same(expected, plain(pngchunks(view)), kind)
    end
  end)

  it("refuses the same in a view as in a string", function()
    for _, bytes in ipairs {"", "GIF89a", png:sub(1, -2), png:sub(2)} do
      local _, expected = pcall(pngchunks, bytes)
      assert.equal("string", type(expected))
      for kind, view in pairs(views(bytes)) do
        local ok, message = pcall(pngchunks, view)
        assert.is_false(ok, kind)
        assert.equal(expected, message, kind)
      end
    end
  end)
end)

describe("A parser for strings on a mapped file of gigabytes", function()
  local HUGE = sizes.wide and (1 << 31) - 1 or (1 << 29) - 1
  local path, map

  -- Writes pieces at their positions, counted from 0, with holes between them.
  local function mapped(pieces)
    local file <close> = assert(io.open(path, "wb"))
    for _, piece in ipairs(pieces) do
      assert(file:seek("set", piece[1]))
      assert(file:write(piece[2]))
    end
    assert(file:close())
    map = assert(mview.map(path))
    return map:view()
  end

  before_each(function() path = os.tmpname() end)
  after_each(function()
    if map then map:close() end
    os.remove(path)
  end)

  it("walks over a chunk of 2 GiB", function()
    local png = makepng {width = 1, height = 1, depth = 8, color = 0,
      text = {"Title\0behind the hole"}}
    local header, rest = png:sub(1, 33), png:sub(34)
    local hole = (">I4c4"):pack(HUGE, "hoLe")
    local view = mapped {{0, header .. hole}, {33 + 12 + HUGE, rest}}
    assert.equal(#png + 12 + HUGE, #view)

    local chunks = pngchunks(view)
    local kinds = {}
    for i, chunk in ipairs(chunks) do kinds[i] = chunk.kind end
    assert.same({"IHDR", "hoLe", "tEXt", "IDAT", "IEND"}, kinds)
    assert.equal(HUGE, #chunks[2].data)
    assert.equal(34 + 12 + HUGE, chunks[3].offset)
    assert.equal("behind the hole", plain(chunks[3].value))
  end)

  it("decodes values behind a binary of 2 GiB", function()
    local view = mapped {{0, "\x93\x01" .. (">BI4"):pack(0xc6, HUGE)},
      {7 + HUGE, "\xa3end"}}
    local value, after = for_views.decode(view)
    assert.equal(1, value[1])
    assert.equal(HUGE, #value[2])
    assert.equal(0, value[2][-1])
    assert.equal("end", value[3])
    assert.equal(#view + 1, after)
  end)
end)
