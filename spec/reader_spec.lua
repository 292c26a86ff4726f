local mview = require "mview"
local reader = require "mview.reader"
local sizes = require "sizes"

-- Bytes of period 251, so that swapped ones cannot cancel.
local function pattern(n)
  local bytes = {}
  for i = 1, n do bytes[i] = string.char((i * 7 + 3) % 251) end
  return table.concat(bytes)
end

local DATA = pattern(64)

-- The error of a call, which must leave the reader where it was.
local function failure(r, method, ...)
  local pos = r.pos
  local ok, message = pcall(r[method], r, ...)
  assert.is_false(ok)
  assert.equal(pos, r.pos)
  return message
end

-- The numbers that string.unpack can read, too, and its options for them.
local SCALARS = {
  u8 = "B", i8 = "b", u16 = "I2", i16 = "i2", u24 = "I3", i24 = "i3",
  u32 = "I4", i32 = "i4", u64 = "I8", i64 = "i8", f32 = "f", f64 = "d",
}

describe("A scalar of the reader", function()
  for name, format in pairs(SCALARS) do
    local size = string.packsize(format)
    local suffixes = size > 1 and {"", "le", "be"} or {""}
    for _, order in ipairs {"<", ">"} do
      for _, suffix in ipairs(suffixes) do
        local method = name .. suffix
        local explicit = ({le = "<", be = ">"})[suffix] or order
        it(method .. " of a reader of order " .. order
          .. " equals string.unpack's at every position", function()
          local r = reader(DATA, order)
          for pos = 1, #DATA - size + 1 do
            local expected = string.unpack(explicit .. format, DATA, pos)
            assert.equal(expected, r:seek(pos)[method](r))
            assert.equal(pos + size, r.pos)
          end
        end)
      end
    end

    for left = 0, size - 1 do
      it(("%s with %d bytes left raises and does not move")
        :format(name, left), function()
        local r = reader(DATA:sub(1, 12 + left)):seek(13)
        assert.equal(("need %d bytes at position 13, %d left")
          :format(size, left), failure(r, name))
      end)
    end
  end

  it("gives the types of string.unpack", function()
    local r = reader(("\0"):rep(32))
    assert.equal("integer", math.type(r:u64()))
    assert.equal("float", math.type(r:f64()))
    assert.equal("float", math.type(r:f16()))
  end)

  it("gives 64 unsigned bits as an integer with these bits", function()
    assert.equal(-1, reader(("\xff"):rep(8)):u64())
  end)
end)

describe("A half float of the reader", function()
  -- IEEE 754 binary16 by its definition.
  local function half(bits)
    local sign = bits >> 15 == 1 and -1.0 or 1.0
    local exponent, fraction = bits >> 10 & 31, bits & 1023
    if exponent == 31 then
      return fraction == 0 and sign * math.huge or 0 / 0
    elseif exponent == 0 then
      return sign * fraction * 2.0 ^ -24
    end
    return sign * (1 + fraction / 1024) * 2.0 ^ (exponent - 15)
  end

  -- A text that differs for -0.0 and 0.0, and is equal for NaNs.
  local function spell(x)
    return x ~= x and "nan" or ("%a"):format(x)
  end

  for _, row in ipairs {{"<", "f16", 1}, {">", "f16", 11}, {">", "f16le", 11},
    {"<", "f16be", 11}} do
    local order, method, step = table.unpack(row)
    local big = method == "f16be" or method == "f16" and order == ">"
    it(("%s of a reader of order %s is right for all 65536, in steps of %d")
      :format(method, order, step), function()
      local codes = {}
      for bits = 0, 0xffff, step do
        codes[#codes + 1] = string.pack(big and ">I2" or "<I2", bits)
      end
      local r = reader(table.concat(codes), order)
      for bits = 0, 0xffff, step do
        local expected, actual = spell(half(bits)), spell(r[method](r))
        if expected ~= actual then assert.equal(expected, actual, bits) end
      end
      assert.equal(0, r:left())
    end)
  end

  it("is found at an odd position of a strided view", function()
    local r = reader(mview("\0!\60!\0!"):sub(1, -1, 2)):seek(2)
    assert.equal(half(0x003c), r:f16())
  end)

  it("raises on an underrun and does not move", function()
    local r = reader("abc"):seek(3)
    assert.equal("need 2 bytes at position 3, 1 left", failure(r, "f16"))
  end)
end)

-- Encoders by the definition, one group of seven bits after the other.
local function leb128(bits)
  local bytes = {}
  repeat
    local group = bits & 127
    bits = bits >> 7
    bytes[#bytes + 1] = string.char(bits == 0 and group or group | 128)
  until bits == 0
  return table.concat(bytes)
end

local function signed_leb128(value)
  local bytes = {}
  repeat
    local group = value & 127
    value = value // 128
    local done = value == 0 and group < 64 or value == -1 and group >= 64
    bytes[#bytes + 1] = string.char(done and group or group | 128)
  until done
  return table.concat(bytes)
end

local function zigzag(value)
  return leb128(value >= 0 and value << 1 or ~(value << 1))
end

-- Every power of two and its neighbours, with either sign, and random ones.
local function numbers()
  local list = {0}
  for shift = 0, 63 do
    for around = -1, 1 do
      list[#list + 1] = (1 << shift) + around
      list[#list + 1] = -(1 << shift) + around
    end
  end
  math.randomseed(42)
  for _ = 1, 1000 do
    list[#list + 1] = math.random(0) >> math.random(0, 63)
  end
  return list
end

describe("A variable-length number of the reader", function()
  for method, encode in pairs {varint = leb128, zigzag = zigzag,
    sleb128 = signed_leb128} do
    it(method .. " reads its encoding", function()
      for _, number in ipairs(numbers()) do
        local code = encode(number)
        local r = reader("x" .. code .. "y"):skip(1)
        assert.equal(number, r[method](r))
        assert.equal(2 + #code, r.pos)
      end
    end)

    it(method .. " reads more groups than are needed", function()
      local r = reader("\129\128\128\0" .. "\129\128\128\128\128\128\128"
        .. "\128\128\0")
      local expected = method == "zigzag" and -1 or 1
      assert.equal(expected, r[method](r))
      assert.equal(expected, r[method](r))
      assert.equal(0, r:left())
    end)

    for _, row in ipairs {
      {"nothing is left", "", "need 1 bytes at position 4, 0 left"},
      {"its end is missing", "\255\128", "need 3 bytes at position 4, 2 left"},
      {"nine groups lack an end", ("\128"):rep(9),
        "need 10 bytes at position 4, 9 left"},
      {"it has eleven groups", ("\128"):rep(10) .. "\0",
        "varint at position 4 exceeds 64 bits"},
      {"it has more than 64 bits", ("\255"):rep(9) .. "\2",
        "varint at position 4 exceeds 64 bits"},
      {"its bits beyond 64 are mixed", ("\255"):rep(9) .. "\126",
        "varint at position 4 exceeds 64 bits"},
      {"it goes on for ever", ("\255"):rep(100),
        "varint at position 4 exceeds 64 bits"},
    } do
      it(("%s raises and does not move when %s"):format(method, row[1]),
        function()
          assert.equal(row[3], failure(reader("abc" .. row[2]):seek(4), method))
        end)
    end
  end

  it("ends with the bits that its kind allows", function()
    local nine = ("\255"):rep(9)
    assert.equal(-1, reader(nine .. "\1"):varint())
    assert.equal(math.mininteger, reader(nine .. "\1"):zigzag())
    assert.equal(-1, reader(nine .. "\127"):sleb128())
    assert.equal(math.maxinteger, reader(nine .. "\0"):sleb128())
    assert.equal("varint at position 1 exceeds 64 bits",
      failure(reader(nine .. "\127"), "varint"))
    assert.equal("varint at position 1 exceeds 64 bits",
      failure(reader(nine .. "\1"), "sleb128"))
  end)
end)

describe("A piece of the reader", function()
  it("bytes is a view of the same memory", function()
    local data = mview.bytearray("hello world")
    local r = reader(data):skip(6)
    local piece = r:bytes(5)
    assert.equal(12, r.pos)
    assert.is_true(piece:equals("world"))
    piece[1] = ("W"):byte()
    assert.equal("hello World", tostring(data))
  end)

  it("bytes is read-only if the source is", function()
    assert.is_true(reader("abc"):bytes(2).readonly)
    assert.is_false(reader(mview.bytearray("abc")):bytes(2).readonly)
  end)

  it("string is a string", function()
    local r = reader("hello")
    assert.equal("hel", r:string(3))
    assert.equal("lo", r:string(2))
    assert.equal(6, r.pos)
  end)

  it("may have no bytes, at the end too", function()
    local r = reader("ab"):seek(3)
    assert.equal(0, #r:bytes(0))
    assert.equal("", r:string(0))
    assert.equal(0, #r:peek(0))
    assert.equal(3, r:skip(0).pos)
  end)

  it("cstring ends at a zero and moves past it", function()
    local r = reader("one\0\0three\0rest")
    assert.equal("one", r:cstring())
    assert.equal("", r:cstring())
    assert.equal("three", r:cstring())
    assert.equal("rest", r:string(4))
  end)

  it("cstring without a zero raises and does not move", function()
    local r = reader("one\0two"):seek(5)
    assert.equal("need 4 bytes at position 5, 3 left", failure(r, "cstring"))
    assert.equal("need 1 bytes at position 8, 0 left",
      failure(r:seek(8), "cstring"))
  end)

  it("peek gives the next byte or bytes and does not move", function()
    local r = reader("abc"):skip(1)
    assert.equal(98, r:peek())
    assert.is_true(r:peek(2):equals("bc"))
    assert.equal(2, r.pos)
    assert.equal("need 3 bytes at position 2, 2 left", failure(r, "peek", 3))
    assert.equal("need 1 bytes at position 4, 0 left",
      failure(r:skip(2), "peek"))
  end)

  for _, method in ipairs {"bytes", "string", "skip", "peek"} do
    it(method .. " takes an integer from 0 on", function()
      local r = reader("abc")
      local fraction = "number has no integer representation"
      for _, row in ipairs {{-1, "number of bytes expected, got -1"},
        {math.mininteger,
          "number of bytes expected, got -9223372036854775808"},
        {1.5, fraction}, {2 ^ 63, fraction}, {0 / 0, fraction},
        {"x", "number expected, got string"}} do
        assert.equal(("bad argument #2 to '%s' (%s)"):format(method, row[2]),
          failure(r, method, row[1]))
      end
      assert.equal(1.0, r:seek(1).pos)
      assert.has_no_error(function() r[method](r, 2.0) end)
    end)

    it(method .. " raises on an underrun and does not move", function()
      local r = reader(DATA:sub(1, 14)):seek(13)
      assert.equal("need 4 bytes at position 13, 2 left",
        failure(r, method, 4))
      assert.equal(("need %d bytes at position 13, 2 left"):format(
        sizes.counted(math.maxinteger)), failure(r, method, math.maxinteger))
    end)
  end

  for _, method in ipairs {"bytes", "string", "skip"} do
    it(method .. " needs its argument", function()
      assert.equal(("bad argument #2 to '%s' (number expected, "
        .. "got no value)"):format(method), failure(reader("abc"), method))
    end)
  end
end)

describe("The position of the reader", function()
  it("starts at 1 and counts the bytes left", function()
    local r = reader("abcd")
    assert.equal(1, r.pos)
    assert.equal(4, r:left())
    r:u16()
    assert.equal(3, r.pos)
    assert.equal(2, r:left())
  end)

  it("goes anywhere up to the end, and counts from there too", function()
    local r = reader("abcd")
    assert.equal(4, r:seek(4).pos)
    assert.equal(5, r:seek(5).pos)
    assert.equal(0, r:left())
    assert.equal(4, r:seek(-1).pos)
    assert.equal(1, r:seek(-4).pos)
    assert.equal(2, r:seek(2.0).pos)
    assert.equal("integer", math.type(r.pos))
  end)

  for _, pos in ipairs {0, 6, -5, math.maxinteger, math.mininteger} do
    it("does not go to " .. pos, function()
      assert.equal(("bad argument #2 to 'seek' (position %s out of range "
        .. "[1, 5])"):format(pos), failure(reader("abcd"):skip(1), "seek", pos))
    end)
  end

  it("does not go to a position that is not an integer", function()
    local r = reader("abcd"):skip(1)
    assert.equal("bad argument #2 to 'seek' (number has no integer "
      .. "representation)", failure(r, "seek", 1.5))
    assert.equal("bad argument #2 to 'seek' (number expected, got string)",
      failure(r, "seek", "x"))
    assert.equal(2, r.pos)
  end)

  it("is 1 of no bytes", function()
    local r = reader("")
    assert.equal(0, r:left())
    assert.equal(1, r:seek(1).pos)
    assert.equal("need 1 bytes at position 1, 0 left", failure(r, "u8"))
  end)
end)

describe("unpack of the reader", function()
  for _, row in ipairs {
    {"integers", "I2 i3 I4 j"}, {"floats", "fdn"}, {"bytes", "c3 c0 c10"},
    {"a byte order of its own", "<I2 >I2 I3"}, {"alignment", "!4 b i4 !8 b d"},
    {"padding", "bxb Xi4 i4"}, {"nothing", ""}, {"spaces", "  "},
    {"strings", "s1"}, {"zero-ended strings", "z z"},
  } do
    local name, format = table.unpack(row)
    for _, order in ipairs {"<", ">"} do
      it(("reads %s as string.unpack with order %s"):format(name, order),
        function()
          local data = "\5hello\0ab\0" .. DATA
          for pos = 1, 8 do
            local expected = table.pack(
              pcall(string.unpack, order .. format, data, pos))
            if expected[1] then
              local r = reader(data, order):seek(pos)
              local actual = table.pack(r:unpack(format))
              assert.equal(expected.n - 2, actual.n)
              assert.same({table.unpack(expected, 2, expected.n - 1)},
                {table.unpack(actual, 1, actual.n)})
              assert.equal(expected[expected.n], r.pos)
            end
          end
        end)
    end
  end

  for _, row in ipairs {
    {"of one item", "I4", 4}, {"of the whole format", "I2I2", 4},
    {"with the alignment at the position", "!4 b I4", 8},
    {"of a sized string", "c9", 9}, {"of a string", "s1", 121},
    {"at least, of a string's length", "s4", 4},
    {"at least, of a zero-ended string", "z", 3},
    {"at least, of what is behind a string", "I4z", 5},
    {"at least, of strings", "s4s4z", 9},
    {"at least, of what is aligned behind a string", "!4 s4 b I4", 12},
    {"behind a string that is there", "B s1 I8", 130},
    {"of more than there can be", ("c" .. sizes.most // 10):rep(11),
      sizes.most - 12},
  } do
    it("raises the bytes it needs " .. row[1], function()
      local r = reader(("x"):rep(14)):seek(13)
      assert.equal(("need %d bytes at position 13, 2 left"):format(row[3]),
        failure(r, "unpack", row[2]))
    end)
  end

  it("counts the padding before the position in", function()
    local r = reader(("x"):rep(15)):seek(14)
    assert.equal("need 7 bytes at position 14, 2 left",
      failure(r, "unpack", "!4 I4"))
  end)

  it("needs bytes from its position on, behind the end, too", function()
    local data = mview.bytearray("abcdef")
    local r = reader(data):seek(6)
    data:resize(1)
    for _, row in ipairs {{"b", 1}, {"z", 1}, {"s1", 1}, {"I4z", 5}} do
      assert.equal(("need %d bytes at position 6, 0 left"):format(row[2]),
        failure(r, "unpack", row[1]))
    end
    for _, format in ipairs {"", "c0", "<", "Xb"} do r:unpack(format) end
    assert.equal("", r:string(0))
    assert.equal(0, #r:bytes(0))
    assert.equal(6, r.pos)
  end)

  it("raises for a malformed format", function()
    local r = reader("abc")
    assert.equal("invalid format option 'k'", failure(r, "unpack", "k"))
    assert.equal("bad argument #2 to 'unpack' (string expected, got no value)",
      failure(r, "unpack"))
    assert.equal("bad argument #2 to 'unpack' (string expected, got table)",
      failure(r, "unpack", {}))
  end)

  it("raises for a malformed format behind missing bytes, too", function()
    assert.equal("invalid format option 'k'", failure(reader("abc"), "unpack",
      "I4k"))
  end)
end)

describe("An error of the reader", function()
  -- The line of the call below, as the message names it.
  local function raised_at(call)
    local line = debug.getinfo(call, "S").linedefined
    local _, message = pcall(call)
    return message:match(":(%d+):") == tostring(line), message
  end

  for name, call in pairs {
    u8 = function() reader(""):u8() end,
    i8 = function() reader(""):i8() end,
    u32be = function() reader(""):u32be() end,
    f16 = function() reader(""):f16() end,
    varint = function() local r = reader("") r:varint() end,
    zigzag = function() local r = reader("") r:zigzag() end,
    sleb128 = function() local r = reader("") r:sleb128() end,
    bytes = function() local r = reader("") r:bytes(1) end,
    string = function() local r = reader("") r:string(1) end,
    cstring = function() local r = reader("") r:cstring() end,
    peek = function() local r = reader("") r:peek() end,
    skip = function() local r = reader("") r:skip(-1) end,
    seek = function() local r = reader("") r:seek(0) end,
    unpack = function() local r = reader("") r:unpack("I4") end,
    ["reader for its order"] = function() reader("", "=") end,
    ["reader for its source"] = function() reader({}) end,
  } do
    it("names the line that called " .. name, function()
      local here, message = raised_at(call)
      assert.is_true(here, message)
      assert.matches("reader_spec.lua:", message, 1, true)
    end)
  end
end)

describe("reader", function()
  it("reads little-endian by default", function()
    assert.equal("<", reader("").order)
    assert.equal(0x0201, reader("\1\2"):u16())
    assert.equal(0x0102, reader("\1\2", ">"):u16())
    assert.equal(">", reader("", ">").order)
  end)

  local grid = mview.from("<I2", {{0x6261, 0x6463}, {0x6665, 0x6867}})
  for name, source in pairs {
    ["a string"] = "abcdefgh",
    ["a bytearray"] = mview.bytearray("abcdefgh"),
    ["a view"] = mview("abcdefgh"),
    ["a view of other items"] = mview("abcdefgh", "<I"),
    ["a view of two dimensions"] = grid,
    ["every second byte"] = mview("a.b.c.d.e.f.g.h."):sub(1, -1, 2),
    ["bytes backwards"] = mview("hgfedcba"):sub(-1, 1, -1),
  } do
    it("reads " .. name, function()
      local r = reader(source)
      assert.equal(("a"):byte(), r:u8())
      assert.equal(string.unpack("<I3", "bcd"), r:u24())
      assert.is_true(r:bytes(1):equals("e"))
      assert.equal("fg", r:string(2))
      assert.equal("h", r:unpack("c1"))
      assert.equal(0, r:left())
    end)
  end

  it("reads a mapped file", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    local file = assert(io.open(path, "wb"))
    file:write(DATA)
    file:close()
    local map <close> = assert(mview.map(path))
    local r = reader(map, ">")
    assert.equal(string.unpack(">I4", DATA), r:u32())
    assert.equal(DATA:sub(5), r:string(r:left()))
  end)

  it("sees the bytes that a bytearray gains", function()
    local data = mview.bytearray("ab")
    local r = reader(data)
    assert.equal("need 3 bytes at position 1, 2 left", failure(r, "u24"))
    data:append(("c"):rep(10000))
    assert.equal(string.unpack("<I3", "abc"), r:u24())
    assert.equal(9999, r:left())
  end)

  it("does not see bytes appended to a view's bytearray", function()
    local data = mview.bytearray("ab")
    local r = reader(data:view())
    data:append("cd")
    assert.equal(2, r:left())
  end)

  it("sees the bytes that a map gains", function()
    local map <close> = assert(mview.map(nil, "r+", 0, 8))
    local r = reader(map)
    r:seek(9)
    map:resize(4)
    assert.equal(9, r.pos)
    assert.equal(0, r:left())
    assert.equal("need 1 bytes at position 9, 0 left", failure(r, "u8"))
  end)

  it("keeps its position over a bytearray that is cut", function()
    local data = mview.bytearray("abcdef")
    local r = reader(data):seek(5)
    data:remove(1, 3)
    assert.equal(5, r.pos)
    assert.equal(0, r:left())
    assert.equal("need 1 bytes at position 5, 0 left", failure(r, "peek"))
    data:append("ghij")
    assert.equal("hi", r:string(2))
  end)

  it("raises once the memory is gone", function()
    local data = mview.bytearray("abcdefgh")
    local over_view, r = reader(data:view()):skip(1), reader(data):skip(1)
    data:release()
    for method, argument in pairs {u8 = false, u16 = false, f16 = false,
      varint = false, cstring = false, unpack = "b", string = 2, bytes = 2,
      left = false, seek = 1, skip = 0, peek = false, line = false, upto = "x",
      bits = 3, align = 1} do
      for reading, expected in pairs {
        [over_view] = "attempt to use a view of revoked memory",
        [r] = "attempt to use a released bytearray",
      } do
        local message = failure(reading, method, argument or nil)
        assert.equal(expected, (message:gsub("^.-:%d+: ", "")))
      end
    end
    assert.equal("attempt to use a released bytearray", failure(r, "discard"))
  end)

  it("takes only bytes-likes", function()
    for _, source in ipairs {42, {}, print} do
      local _, expected = pcall(mview, source)
      local ok, message = pcall(reader, source)
      assert.is_false(ok)
      assert.matches("^bad argument #1 to 'reader' %(.*expected, got ", message)
      assert.equal(expected:gsub("mview", "reader", 1), message)
    end
  end)

  it("passes the error of an exporter on", function()
    local reason = {}
    local source = setmetatable({}, {__buffer = function() error(reason) end})
    assert.equal(reason, select(2, pcall(reader, source)))
  end)

  it("blames its caller for gaps between items that are not bytes", function()
    for _, source in ipairs {mview.new("<H", 4):sub(1, -1, 2),
      mview.new("B", 3, 2):transpose()} do
      local line = debug.getinfo(1, "l").currentline + 1
      local _, message = pcall(function() reader(source) end)
      assert.equal("spec/reader_spec.lua:" .. line ..
        ": bad argument #1 to 'reader' (memory is not contiguous)", message)
    end
  end)

  it("refuses another byte order", function()
    for _, order in ipairs {"=", "le", ""} do
      local ok, message = pcall(reader, "", order)
      assert.is_false(ok)
      assert.equal(("bad argument #2 to 'reader' ('<' or '>' expected, "
        .. "got '%s')"):format(order), message)
    end
  end)
end)
