-- mview.writer: its output in each target, and its refusals.

local capi = require "capi"
local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"
local agree = require "agree"
local gc_races = require "gc_races"
local raises = require "raises"

local MIN, MAX = math.mininteger, math.maxinteger

-- A writer into a new bytearray, and the bytearray.
local function fresh(order)
  local b = mview.bytearray()
  return writer(b, order), b
end

-- Targets of n bytes.
local function targets(n)
  local b = mview.bytearray(n)
  local gaps = mview.bytearray(2 * n)
  local back = mview.bytearray(n)
  local map = mview.map(nil, "r+", 0, n)
  return {
    ["a view"] = b:view(),
    ["every second byte"] = gaps:view():sub(2, -1, 2),
    ["bytes backwards"] = back:view():sub(-1, 1, -1),
    ["a map"] = map,
    ["a view of two dimensions"] = mview.new("<H", n // 2, 1),
  }
end

-- The numbers that string.pack can write, too, and its options for them.
local SCALARS = {
  u8 = "B", i8 = "b", u16 = "I2", i16 = "i2", u24 = "I3", i24 = "i3",
  u32 = "I4", i32 = "i4", u64 = "I8", i64 = "i8", f32 = "f", f64 = "d",
}

describe("A number of fixed width", function()
  for name, format in pairs(SCALARS) do
    local size = string.packsize(format)
    local bits = 8 * size
    local values = {0, 1, 2.0, 127}
    if format:find "[fd]" then
      values = {0, 1, -1, 0.5, -0.0, 1e10, 1 / 0, -1 / 0, 2 ^ -149}
    elseif format:find "i" or format == "b" then
      table.move({-1, -(1 << bits - 1), (1 << bits - 1) - 1}, 1, 3, 5, values)
    elseif bits < 64 then
      values[5] = (1 << bits) - 1
    else
      table.move({-1, MIN, MAX}, 1, 3, 5, values)
    end
    for _, order in ipairs {"<", ">"} do
      for _, suffix in ipairs(size > 1 and {"", "le", "be"} or {""}) do
        local method = name .. suffix
        local explicit = ({le = "<", be = ">"})[suffix] or order
        it(("%s of a writer of order %s is string.pack's"):format(method,
          order), function()
          local w, b = fresh(order)
          local expected = ""
          for _, x in ipairs(values) do
            assert.equal(w, w[method](w, x))
            expected = expected .. string.pack(explicit .. format, x)
            assert.equal(#expected + 1, w.pos)
          end
          assert.equal(expected, tostring(b))
        end)
      end
    end

    it(name .. " refuses other values", function()
      local w, b = fresh()
      local expected = format:find "[fd]" and "number" or "integer"
      local function refuses(message, ...)
        raises(("bad argument #2 to '%s' (%s)"):format(name, message),
          w[name], w, ...)
        assert.equal(0, #b)
        assert.equal(1, w.pos)
      end
      for _, x in ipairs {"1", {}, print, true} do
        refuses(("%s expected, got %s"):format(expected, type(x)), x)
      end
      refuses(expected .. " expected, got no value")
      if expected == "integer" then
        for _, x in ipairs {1.5, 0 / 0, 2 ^ 64} do
          refuses("number has no integer representation", x)
        end
      end
      if expected == "integer" and bits < 64 then
        local signed = format:find "i" or format == "b"
        local least = signed and -(1 << bits - 1) or 0
        local most = (1 << (signed and bits - 1 or bits)) - 1
        for _, x in ipairs {most + 1, least - 1, MIN, MAX} do
          refuses(("value %d out of range [%d, %d]"):format(x, least, most), x)
        end
      elseif format == "f" then
        refuses("value 1e+39 out of range", 1e39)
        refuses("value -1e+300 out of range", -1e300)
      end
    end)
  end

  it("f32 rounds as string.pack does, up to the largest", function()
    local w, b = fresh()
    for _, x in ipairs {3.4028234663852886e38, 3.4028235e38, 0.1, 1e-46} do
      w:f32(x)
    end
    assert.equal(string.pack("<ffff", 3.4028234663852886e38, 3.4028235e38, 0.1,
      1e-46), tostring(b))
  end)

  it("f16 writes the bytes of a view of half floats", function()
    for _, order in ipairs {"<", ">"} do
      local w, b = fresh(order)
      local v = mview.new(order .. "e", 1)
      for _, x in ipairs {0, -0.0, 1, -1.5, 65504, 0.1, 6e-8, 1 / 0, 0 / 0} do
        w:seek(1):f16(x)
        v[1] = x
        assert.equal(v:tobytes(), tostring(b))
      end
      raises("bad argument #2 to 'f16' (value 65520 out of range)", w.f16, w,
        65520)
    end
  end)
end)

-- Examples of the documents of Protocol Buffers and DWARF, and limits.
describe("A number of variable width", function()
  for _, row in ipairs {
    {"varint", 0, "00"}, {"varint", 1, "01"}, {"varint", 127, "7f"},
    {"varint", 128, "8001"}, {"varint", 150, "9601"}, {"varint", 300, "ac02"},
    {"varint", 624485, "e58e26"}, {"varint", MAX, "ffffffffffffffff7f"},
    {"varint", -1, "ffffffffffffffffff01"},
    {"varint", MIN, "80808080808080808001"}, {"varint", -2.0,
      "feffffffffffffffff01"},
    {"zigzag", 0, "00"}, {"zigzag", -1, "01"}, {"zigzag", 1, "02"},
    {"zigzag", -2, "03"}, {"zigzag", 2147483647, "feffffff0f"},
    {"zigzag", -2147483648, "ffffffff0f"},
    {"zigzag", MAX, "feffffffffffffffff01"},
    {"zigzag", MIN, "ffffffffffffffffff01"},
    {"sleb128", 2, "02"}, {"sleb128", -2, "7e"}, {"sleb128", 127, "ff00"},
    {"sleb128", -127, "817f"}, {"sleb128", 128, "8001"},
    {"sleb128", -128, "807f"}, {"sleb128", 129, "8101"},
    {"sleb128", -129, "ff7e"}, {"sleb128", -123456, "c0bb78"},
    {"sleb128", 63, "3f"}, {"sleb128", 64, "c000"}, {"sleb128", -64, "40"},
    {"sleb128", -65, "bf7f"}, {"sleb128", 0, "00"}, {"sleb128", -1, "7f"},
    {"sleb128", MAX, "ffffffffffffffffff00"},
    {"sleb128", MIN, "8080808080808080807f"},
  } do
    it(("%s of %s is %s"):format(row[1], row[2], row[3]), function()
      local w, b = fresh()
      assert.equal(w, w[row[1]](w, row[2]))
      assert.equal(row[3], b:view():hex())
      local r = reader(b)
      assert.equal(math.tointeger(row[2]), r[row[1]](r))
      assert.equal(0, r:left())
    end)
  end
end)

describe("A piece", function()
  it("bytes writes the bytes of any bytes-like", function()
    local object = setmetatable({}, {__buffer = function() return "obj" end})
    local w, b = fresh()
    w:bytes("str"):bytes(mview("view")):bytes(mview("s.t.r."):sub(1, -1, 2))
      :bytes(mview.from("<H", {0x6261})):bytes(object):bytes("")
      :bytes(mview.bytearray("b"))
    assert.equal("strviewstrabobjb", tostring(b))
  end)

  it("bytes is of the bytearray itself, too, which grows", function()
    local w, b = fresh()
    w:string("ab")
    for _ = 1, 10 do w:bytes(b) end
    assert.equal(("ab"):rep(1024), tostring(b))
    w:bytes(b:view():sub(2, 1, -1))
    assert.equal("ba", tostring(b):sub(-2))
    w:seek(2):bytes(b:view():sub(1, 4))
    assert.equal("aababba", tostring(b):sub(1, 5) .. "ba")
  end)

  it("bytes overlaps as if it was copied first", function()
    for name, target in pairs(targets(10)) do
      local w = writer(target)
      w:string("abcdefghij"):seek(3):bytes(w:view():sub(1, 6)):seek(1)
        :bytes(w:view():sub(2, 4))
      assert.equal("babbcdefij", w:view():tobytes(), name)
    end
  end)

  it("string and cstring are strings", function()
    local w, b = fresh()
    w:string("abc"):string(""):cstring("x"):cstring("")
    assert.equal("abcx\0\0", tostring(b))
    local wrong = {number = 5, table = {}, ["mview.view"] = mview("x")}
    for kind, x in pairs(wrong) do
      for _, name in ipairs {"string", "cstring"} do
        raises(("bad argument #2 to '%s' (string expected, got %s)"):format(
          name, kind), w[name], w, x)
      end
      assert.equal(6, #b)
    end
  end)

  it("pack is string.pack's, in the writer's order", function()
    for _, order in ipairs {"<", ">"} do
      for _, row in ipairs {{"I2 i3 I4 j", 1, -2, 3, MIN}, {"fdn", 1, 2, 3},
        {"c3 s1 s2 z", "a", "bc", "", "def"}, {"<I2 >I2 I3", 1, 2, 3},
        {"!4 b i4 !8 b d", 1, 2, 3, 4}, {"bxb Xi4 i4", 1, 2, 3}, {""},
        {"i16 I16", -5, 7}, {"c1000", "x"}, {"s4", ("x"):rep(5000)}} do
        local w, b = fresh(order)
        assert.equal(w, w:pack(table.unpack(row)))
        assert.equal(string.pack(order .. row[1], table.unpack(row, 2)),
          tostring(b))
      end
    end
  end)

  it("pack aligns from the start of the target", function()
    local w, b = fresh()
    w:string("abc"):pack("!4 I4", 1)
    assert.equal("abc\0\1\0\0\0", tostring(b))
  end)

  it("pack writes all values or none", function()
    local w, b = fresh()
    for message, row in pairs {
      ["bad argument #4 to 'pack' (unsigned overflow)"] = {"I1I1", 1, 256},
      ["bad argument #4 to 'pack' (value expected, got no value)"] =
        {"I1I1", 1},
      ["invalid format option 'k'"] = {"I1k", 1, 2},
      ["bad argument #4 to 'pack' (string contains zeros)"] =
        {"zz", "a", "b\0"},
      ["bad argument #3 to 'pack' (string longer than given size)"] =
        {"c1", "xy"},
    } do
      raises(message, w.pack, w, table.unpack(row))
      assert.equal(0, #b)
    end
  end)

  it("pack refuses to overflow even if a finalizer makes room", function()
    local refusals, room = 0, ("."):rep(20)
    for n = 1, 8 do
      local b = mview.bytearray(room)
      local w = writer(b:view())
      w:seek(17)
      local struck, ok, err = gc_races.strike(n, function() w:seek(1) end,
        w.pack, w, "s1c6", 12345, "text")
      if ok then -- it was moved before it began
        assert.equal("\00512345text\0\0" .. room:sub(13), tostring(b))
      else
        if struck then refusals = refusals + 1 end
        assert.equal("need 12 bytes at position 17, 4 left", err)
        assert.equal(room, tostring(b))
      end
    end
    assert.is_true(refusals > 0)
  end)

  it("skip and align are zeros", function()
    local w, b = fresh()
    w:string("abc"):skip(2):skip(0):align(4):align(4):align(1):string("d")
    assert.equal("abc\0\0\0\0\0d", tostring(b))
    w:seek(1):skip(2)
    assert.equal("\0\0c", tostring(b):sub(1, 3))
    for _, n in ipairs {-1, MIN} do
      raises("bad argument #2 to 'skip' (number of bytes expected, got " .. n
        .. ")", w.skip, w, n)
    end
    for _, n in ipairs {0, -1, MIN} do
      raises(("bad argument #2 to 'align' (alignment %d out of range [1, %d])")
        :format(n, MAX), w.align, w, n)
    end
    for _, name in ipairs {"skip", "align"} do
      raises(("bad argument #2 to '%s' (number has no integer representation)")
        :format(name), w[name], w, 1.5)
      raises(("bad argument #2 to '%s' (number expected, got string)")
        :format(name), w[name], w, "x")
    end
    assert.equal(9, #b)
  end)
end)

describe("w:bits", function()
  it("writes the most significant first, and zeros behind", function()
    local w, b = fresh()
    assert.equal(w, w:bits(3, 5))
    assert.equal("\xa0", tostring(b))
    assert.equal(2, w.pos)
    w:bits(2, 3):bits(0, 0)
    assert.equal("\xb8", tostring(b))
    w:bits(5, 0x1f)
    assert.equal("\xbf\xc0", tostring(b))
    w:bits(64, -1)
    assert.equal("\xbf" .. ("\xff"):rep(8) .. "\xc0", tostring(b))
    w:u8(1):bits(1, 1)
    assert.equal("\xc0\1\x80", tostring(b):sub(-3))
  end)

  for name in pairs(targets(2)) do
    it("writes portions that are read again, to " .. name, function()
      math.randomseed(5)
      local target = targets(400)[name]
      local w, list, total = writer(target), {}, 0
      while total < 3100 do
        local n = math.random(0, 64)
        local x = n == 0 and 0 or math.random(0) >> 64 - n
        w:bits(n, x)
        list[#list + 1] = {n, x}
        total = total + n
        agree((total + 7) // 8 + 1, w.pos, "after %d bits", total)
      end
      local r = reader(w:view())
      for i, row in ipairs(list) do agree(row[2], r:bits(row[1]), "%d", i) end
    end)
  end

  for _, row in ipairs {
    {1, 2, "value 2 out of range [0, 1]"},
    {0, 1, "value 1 out of range [0, 0]"},
    {8, 256, "value 256 out of range [0, 255]"},
    {63, MIN, "value -9223372036854775808"
      .. " out of range [0, 9223372036854775807]"},
    {8, -1, "value -1 out of range [0, 255]"},
    {65, 0, "number of bits 65 out of range [0, 64]"},
    {-1, 0, "number of bits -1 out of range [0, 64]"},
    {8, "1", "integer expected, got string"},
    {8, 1.5, "number has no integer representation"},
    {MIN, 0, "number of bits -9223372036854775808 out of range [0, 64]"},
    {MAX, 0, "number of bits 9223372036854775807 out of range [0, 64]"},
  } do
    local n, x, message = table.unpack(row)
    it(("refuses what does not fit: %s bits of %q"):format(n, x), function()
      local w, b = fresh()
      local arg = message:find "^number of bits" and 2 or 3
      raises(("bad argument #%d to 'bits' (%s)"):format(arg, message), w.bits,
        w, n, x)
      assert.equal(0, #b)
    end)
  end

  it("begins a new byte after anything else", function()
    for _, use in ipairs {
      function(w) w:seek(w.pos) end, function(w) w.pos = w.pos end,
      function(w) w:string("") end, function(w) w:align(1) end,
      function(w) w:skip(0) end, function(w) w:bytes("") end,
      function(w) w:pack("") end,
    } do
      local w, b = fresh()
      w:bits(4, 15)
      use(w)
      w:bits(4, 15)
      assert.equal("\xf0\xf0", tostring(b))
    end
  end)

  it("begins a new byte when the bytearray was changed below it", function()
    local w, b = fresh()
    w:string("ab"):bits(4, 15)
    b:remove(1)
    w:bits(4, 15)
    assert.equal("b\xf0\xf0", tostring(b))
    b:append("c")
    w:bits(4, 1)
    assert.equal("b\xf0\xf0c\x10", tostring(b))
    w:bits(3, 7)
    b:clear()
    w:bits(1, 1)
    assert.equal("\x80", tostring(b))
  end)

  it("raises if a fixed view is full, and keeps the bits", function()
    local v = mview.new("B", 1)
    local w = writer(v):bits(3, 7)
    raises("need 1 bytes at position 2, 0 left", w.bits, w, 6, 0)
    assert.equal("\xe0", v:tobytes())
    w:bits(5, 1)
    assert.equal("\xe1", v:tobytes())
  end)
end)

describe("A writer into a bytearray", function()
  it("makes one of its own", function()
    local w = writer():u8(1)
    assert.equal("\1", tostring(w:view().obj))
    assert.equal("<", w.order)
    assert.equal(">", writer(nil, ">").order)
  end)

  it("goes on at its end", function()
    local b = mview.bytearray("abc")
    local w = writer(b)
    assert.equal(4, w.pos)
    w:string("def")
    b:append("ghi")
    assert.equal(10, w.pos)
    w:string("jkl")
    assert.equal("abcdefghijkl", tostring(b))
    b:remove(1, 6)
    w:string("mno")
    assert.equal("ghijklmno", tostring(b))
    assert.equal("ghijklmno", w:view():tobytes())
  end)

  it("overwrites earlier bytes, and goes on at the end", function()
    local w, b = fresh(">")
    w:u16(0):string("hello")
    assert.equal(w, w:seek(1))
    w:u16(#b - 2)
    assert.equal(3, w.pos)
    w.pos = #b + 1
    w:string("!")
    assert.equal("\0\5hello!", tostring(b))
    w:seek(-2):string("0 and more")
    assert.equal("\0\5hell0 and more", tostring(b))
    b:append("+")
    w:string("-")
    assert.equal("\0\5hell0 and more+-", tostring(b))
  end)

  it("goes nowhere else", function()
    local w = fresh()
    w:string("abc")
    for _, pos in ipairs {0, 5, -4, MIN, MAX} do
      raises(("bad argument #2 to 'seek' (position %s out of range [1, 4])")
        :format(pos), w.seek, w, pos)
      assert.equal(4, w.pos)
    end
    raises("bad argument #2 to 'seek' (number has no integer representation)",
      w.seek, w, 1.5)
    assert.equal(4, w.pos)
  end)

  it("stays at the end if the bytearray is cut in front of it", function()
    local w, b = fresh()
    w:string("abcdef"):seek(5)
    b:resize(2)
    assert.equal(3, w.pos)
    w:string("x")
    assert.equal("abx", tostring(b))
  end)

  it("keeps views", function()
    local w, b = fresh()
    local v = w:string("abc"):view()
    w:string(("x"):rep(10000))
    assert.equal("abc", v:tobytes())
    assert.equal(10003, #b)
  end)

  it("is refused under a pin, unless no byte moves", function()
    local w, b = fresh()
    w:string("abc")
    capi.borrow(b, 0, function()
      for _, use in ipairs {function() w:u8(1) end,
        function() w:string(("x"):rep(1000)) end,
        function() w:bits(1, 1) end} do
        raises("bytearray is pinned by 1 borrower", use)
      end
      w:seek(1):u8(65):seek(-1)
      raises("bytearray is pinned by 1 borrower", w.u16, w, 1)
    end)
    assert.equal("Abc", tostring(b))
    assert.equal(3, w.pos)
  end)

  it("raises after the release of the bytearray", function()
    local w, b = fresh()
    b:release()
    for _, use in ipairs {function() w:u8(1) end, function() w:view() end,
      function() w:seek(1) end, function() return w.pos end,
      function() w.pos = 1 end, function() w:skip(0) end,
      function() w:bytes("") end, function() w:bits(0, 0) end,
      function() w:pack("") end, function() writer(b) end} do
      raises("attempt to use a released bytearray", use)
    end
  end)

  it("makes no garbage", function()
    local w = fresh()
    w:skip(1 << 16):seek(1)
    local function write()
      w:u32(1):u16be(2):string("short"):varint(300):f64(1.5):bits(3, 1)
        :pack("I4I2s1", 1, 2, "short"):cstring("z"):skip(3):align(4):seek(1)
    end
    collectgarbage()
    collectgarbage("stop")
    write()
    local before = collectgarbage("count")
    for _ = 1, 1000 do write() end
    local after = collectgarbage("count")
    collectgarbage("restart")
    assert.equal(before, after)
  end)

  it("and a reader of the same are a queue", function()
    local b = mview.bytearray()
    local w, r = writer(b, ">"), reader(b, ">")
    for i = 1, 1000 do
      w:u32(i):u8(#tostring(i)):string(tostring(i))
      if i % 3 == 0 then
        for k = i - 2, i do
          assert.equal(k, r:u32())
          assert.equal(tostring(k), r:string(r:u8()))
        end
        r:discard()
        assert.equal(0, #b)
      end
    end
  end)
end)

describe("A writer into fixed memory", function()
  for name in pairs(targets(2)) do
    it("fills it from its start: " .. name, function()
      local target = targets(10)[name]
      local w = writer(target, ">")
      assert.equal(1, w.pos)
      assert.equal(0, #w:view())
      w:u16(0x6162):string("cd"):pack("I2", 0x6566)
      assert.equal("abcdef", w:view():tobytes())
      assert.equal("abcdef\0\0\0\0", mview(target):tobytes())
      w:seek(2):u8(66)
      assert.equal(3, w.pos)
      assert.equal("aBcdef", w:view():tobytes())
      w:seek(-1):u8(90)
      assert.equal("aBcdef\0\0\0Z", w:view():tobytes())
      assert.equal(11, w.pos)
    end)

    it("raises if it is full, and writes nothing: " .. name, function()
      local target = targets(4)[name]
      local w = writer(target)
      w:string("abc")
      for _, use in ipairs {function() w:u16(1) end, function() w:u64(1) end,
        function() w:string("xy") end, function() w:cstring("x") end,
        function() w:bytes(mview("xy")) end, function() w:varint(300) end,
        function() w:pack("I2", 1) end, function() w:skip(2) end,
        function() w:align(7) end, function() w:bits(9, 1) end,
        function() w:skip(MAX) end, function() w:align(MAX) end} do
        local ok, err = pcall(use)
        assert.is_false(ok)
        assert.matches("need %d+ bytes at position 4, 1 left$", err)
        assert.equal(4, w.pos)
        assert.equal("abc\0", mview(target):tobytes())
      end
      w:u8(100)
      assert.equal("abcd", mview(target):tobytes())
      raises("need 1 bytes at position 5, 0 left", w.u8, w, 1)
    end)
  end

  it("gives views of the same memory", function()
    local v = mview.new("B", 4)
    local w = writer(v):string("ab")
    w:view()[1] = 65
    assert.equal("Ab\0\0", v:tobytes())
  end)

  it("refuses read-only memory, and gaps between other items", function()
    for _, target in ipairs {"abc", mview("abc"), mview.new("B", 3)
      :toreadonly(), assert(mview.map("README.md"))} do
      raises("bad argument #1 to 'writer' (memory is read-only)", writer,
        target)
    end
    raises("bad argument #1 to 'writer' (memory is not contiguous)", writer,
      mview.new("H", 4):sub(1, -1, 2))
  end)

  it("raises if the memory is dead", function()
    local b = mview.bytearray("abcd")
    local v = b:view()
    local w = writer(v)
    b:remove(1)
    raises("attempt to use an expired view (its bytearray was cut)", w.u8, w, 1)
    raises("attempt to use an expired view (its bytearray was cut)", w.view, w)
    v:release()
    raises("attempt to use a released view", w.u8, w, 1)
  end)
end)

describe("A field of the writer", function()
  it("only pos and order can be set", function()
    local w, b = fresh()
    w:u16(1)
    w.order = ">"
    w:u16(1)
    w.pos = 1
    w:u8(9)
    assert.equal("\9\0\0\1", tostring(b))
    for shown, key in pairs {none = "none", ["1"] = 1, boolean = true} do
      assert.is_nil(w[key])
      raises(("attempt to assign to '%s' of a writer"):format(shown),
        function() w[key] = 1 end)
    end
    assert.is_false(getmetatable(w))
    assert.matches("^mview%.writer: ", tostring(w))
  end)
end)
