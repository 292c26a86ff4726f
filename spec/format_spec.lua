local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"
local sizes = require "sizes"

local little = string.pack("=I2", 1) == "\1\0"

describe("calcsize", function()
  local natives = {b = "b", B = "B", h = "h", H = "H", i = "i", I = "I",
    l = "l", L = "L", q = "i8", Q = "I8", n = "T", N = "T", P = "T",
    f = "f", d = "d"}
  for code, packed in pairs(natives) do
    it(("gives %s its size in C"):format(code), function()
      local size = string.packsize(packed)
      assert.equal(size, mview.calcsize(code))
      assert.equal(size, mview.calcsize("@" .. code))
      assert.equal(size, mview.calcsize("^" .. code))
    end)
  end

  local standard = {c = 1, b = 1, B = 1, ["?"] = 1, h = 2, H = 2, i = 4, I = 4,
    l = 4, L = 4, q = 8, Q = 8, e = 2, f = 4, d = 8, s = 1, p = 1, x = 1,
    Zf = 8, Zd = 16}
  for code, size in pairs(standard) do
    it(("gives %s its standard size"):format(code), function()
      for order in ("=<>!"):gmatch(".") do
        assert.equal(size, mview.calcsize(order .. code))
      end
    end)
  end

  local align = string.packsize("!bd") - 8 -- of a double in C
  local rows = {
    {"", 0}, {"<", 0}, {"@", 0}, {" ", 0}, {"< ", 0},
    {"3h", 6}, {"<3h", 6}, {"10s", 10}, {"0s", 0}, {"5x", 5}, {"0x", 0},
    {"h h\th", 6}, {"<b h", 3},
    {"bh", 4}, {"<bh", 3}, {"^bh", 3}, {"hb", 3}, {"b0i", 4}, {"<b0i", 1},
    {"bxh", 4}, {"bd", 8 + align}, {"=bd", 9}, {"3sh", 6}, {"b4sh", 8},
    {"<h>i@b", 7}, {"<b@i", 8}, {"b<i", 5},
    {"(2,3)f", 24}, {"(2,3)h:m:", 12}, {"b(2)h", 6}, {"<b(2)h", 5},
    {"(0)d", 0},
    {"T{bh}", 4}, {"<T{bh}", 3}, {"T{hb}", 3}, {"T{hb}h", 6}, {"bT{bh}", 6},
    {"b^T{bh}", 4}, {"<bT{@bh}", 5}, {"bT{<bh}", 4}, {"bT{b<h}", 4},
    {"T{<bh}", 3}, {"T{<b}h", 3}, {"T{>b}hi", 7},
    {"2T{hb}", 6}, {"(2,2)T{hb}", 12}, {"bT{bT{bh}}", 8}, {"T{}", 0},
    {"bT{}h", 4}, {"T{T{T{b}}}", 1},
    {"Zd", 16}, {"bZd", 16 + align}, {"bZf", 12}, {"<bZf", 9},
    {"i4", 4}, {"I1", 1}, {"<i8", 8}, {"j", 8}, {">J", 8},
  }
  for _, row in ipairs(rows) do
    local format, size = row[1], row[2]
    it(("gives %q %d bytes"):format(format, size), function()
      assert.equal(size, mview.calcsize(format))
    end)
  end

  it("is the itemsize of a view of the format", function()
    for _, row in ipairs(rows) do
      local format, size = row[1], row[2]
      if size > 0 then
        assert.equal(size, mview.new(format, 2).itemsize)
      end
    end
  end)
end)

describe("A malformed format", function()
  local deep = ("T{"):rep(65) .. "b" .. ("}"):rep(65)
  local most, half = tostring(sizes.most), 1 << sizes.bits // 2
  local root = math.ceil((sizes.most + 1.0) ^ 0.5) -- of the smallest too large
  local COUNT = "; a count stands in front of its code, as in '3B'"
  local NAME = "; a name stands between colons behind its code, as in 'B:name:'"

  -- The hints for formats of string.pack: with a spelling, and without one.
  local function here(format, spelt)
    return ("; string.pack's '%s' is '%s' here, see 'Two format languages'")
      :format(format, spelt)
  end
  local function elsewhere(format)
    return ("; string.pack's '%s' is for pack and unpack, see 'Two format "
      .. "languages'"):format(format)
  end

  local rows = {
    {"k", "unknown format 'k' at position 1"},
    {"<hk", "unknown format 'k' at position 3"},
    {"h\0", "unknown format '\\0' at position 2"},
    {"h\200", "unknown format '\\200' at position 2"},
    {"T", "unknown format 'T' at position 1"
      .. here("T", sizes.wide and "=Q" or "=I")},
    {"Z", "unknown format 'Z' at position 1"},
    {"Zi", "unknown format 'Z' at position 1"},
    {"O", "unsupported format 'O' at position 1"},
    {"&i", "unsupported format '&' at position 1"},
    {"hX{}", "unsupported format 'X' at position 2"},
    {"T{t:a:}", "unsupported format 't' at position 3"},
    {"u", "unsupported format 'u' at position 1"},
    {"4w", "unsupported format 'w' at position 2"},
    {"<n", "no standard size for format 'n' at position 2 "
      .. "(native order only)" .. here("<n", "<d")},
    {"h>N", "no standard size for format 'N' at position 3 "
      .. "(native order only)"},
    {"=P", "no standard size for format 'P' at position 2 "
      .. "(native order only)"},
    {"i5", "integer size other than 1, 2, 3, 4 or 8 at position 2"
      .. elsewhere("i5")},
    {"<I16", "integer size other than 1, 2, 3, 4 or 8 at position 3"
      .. elsewhere("<I16")},
    {"3", "count without a format at position 1" .. COUNT},
    {"h12", "count without a format at position 2" .. COUNT},
    {"3 h", "count without a format at position 1" .. COUNT},
    {"T{3}", "count without a format at position 3" .. COUNT},
    {"h@", "misplaced byte order '@' at position 2"},
    {"h <", "misplaced byte order '<' at position 3"
      .. here("h <", "=h")},
    {"@@h", "misplaced byte order '@' at position 1"},
    {"h<>b", "misplaced byte order '<' at position 2"
      .. here("h<>b", "=h>b")},
    {" <h", "misplaced byte order '<' at position 2"
      .. here(" <h", "<h")},
    {"T{<}", "misplaced byte order '<' at position 3"},
    {":a:", "malformed field name at position 1"
      .. NAME},
    {"h:a", "malformed field name at position 2"
      .. NAME},
    {"h::", "malformed field name at position 2"
      .. NAME},
    {"0h:a:", "malformed field name at position 3"
      .. NAME},
    {"x:a:", "malformed field name at position 2; padding 'x' has no name"},
    {"h:a:b:a:", "field name used twice at position 6"},
    {"T{h:a:T{b:a:}:a:}", "field name used twice at position 14"},
    {"()h", "malformed sub-array shape at position 1"},
    {"(2", "malformed sub-array shape at position 1"},
    {"(2,)h", "malformed sub-array shape at position 1"},
    {"(-1)h", "malformed sub-array shape at position 1"},
    {"h(2)", "malformed sub-array shape at position 2"},
    {"(2)x", "malformed sub-array shape at position 1"},
    {"T{h", "unclosed 'T{' at position 1"},
    {"hT{T{b}", "unclosed 'T{' at position 2"},
    {"}", "unexpected '}' at position 1"},
    {"T{h}}", "unexpected '}' at position 5"},
    {deep, "records nested too deep at position 129"},
    {("(1,1,1)T{"):rep(50) .. "B" .. ("}"):rep(50),
      "records nested too deep at position 386"},
    {"99999999999999999999s", "size too large at position 1"},
    {"h9223372036854775807d", "size too large at position 2"},
    {most .. "ss", "size too large at position " .. #most + 2},
    {most .. "x2x", "size too large at position " .. #most + 2},
    {("(%d,%d)b"):format(half, half), "size too large at position 1"},
    {("(%d,%d)T{7s}"):format(root, root), "size too large at position 1"},
  }
  for _, row in ipairs(rows) do
    it(("is refused with position and reason: %q"):format(row[1]:sub(1, 30)),
      function()
        raises(("bad argument #1 to 'calcsize' (%s)"):format(row[2]),
          function() local _ = mview.calcsize(row[1]) end)
      end)
  end

  it("is refused by all that take a format", function()
    local reason = "unknown format 'k' at position 2"
    raises(("bad argument #1 to 'cast' (%s)"):format(reason), function()
      local _ = mview("ab"):cast("hk")
    end)
    raises(("bad argument #1 to 'new' (%s)"):format(reason), function()
      local _ = mview.new("hk", 1)
    end)
    raises(("bad argument #1 to 'from' (%s)"):format(reason), function()
      local _ = mview.from("hk", {})
    end)
  end)

  it("may have another type than string", function()
    for _, format in ipairs {1, true, {}} do
      local reason = ("string expected, got %s"):format(type(format))
      raises(("bad argument #1 to 'calcsize' (%s)"):format(reason),
        mview.calcsize, format)
      raises(("bad argument #1 to 'cast' (%s)"):format(reason), function()
        local _ = mview("ab"):cast(format)
      end)
    end
    raises("bad argument #1 to 'calcsize' (string expected, got no value)",
      mview.calcsize)
  end)
end)

describe("An integer of string.pack", function()
  local rows = {
    {"i1", "b"}, {"I1", "B"}, {"i2", "h"}, {"<I2", "<H"}, {"i4", "i"},
    {">I4", ">I"}, {"i8", "q"}, {"=I8", "=Q"}, {"j", "q"}, {"<J", "<Q"},
    {"!j", "!q"},
  }
  for _, row in ipairs(rows) do
    it(("is normalised: %s is %s"):format(row[1], row[2]), function()
      assert.equal(row[2], mview.new(row[1], 1).format)
      assert.equal(mview.calcsize(row[2]), mview.calcsize(row[1]))
    end)
  end

  it("is otherwise kept as given", function()
    for _, format in ipairs {"@h", "<h ", " h", "h:a:", "2h", "T{<h:a:}",
      "(2)h"} do
      assert.equal(format, mview.new(format, 1).format)
    end
  end)
end)

describe("An item", function()
  local rows = {
    {"b", "ff", -1}, {"B", "ff", 255}, {"<h", "0080", -32768},
    {">h", "8000", -32768}, {"<H", "ff7f", 32767}, {"!I", "80000000", 1 << 31},
    {"<q", "ffffffffffffffff", -1}, {">Q", "8000000000000000", math.mininteger},
    {"?", "00", false}, {"?", "01", true}, {"?", "02", true}, {"?", "ff", true},
    {"c", "00", "\0"}, {"4s", "61006200", "a\0b\0"}, {"4p", "02616263", "ab"},
    {"4p", "ff616263", "abc"}, {"p", "05", ""},
    {"<e", "003c", 1.0}, {">e", "fbff", -65504.0}, {"<e", "0100", 2.0 ^ -24},
    {"<e", "007c", math.huge}, {">f", "3f800000", 1.0},
    {"<d", "000000000000f0bf", -1.0},
    {"<Zf", "0000803f000000c0", {1.0, -2.0}},
    {"<xh", "ff0100", 1}, {"<hx", "0100ff", 1}, {"1h", little and "0100" or
      "0001", 1},
    {"<2h", "01000200", {1, 2}}, {"<hb", "0100ff", {1, -1}},
    {"<h>hh", "010000020003", {1, 2, 3}},
    {"<T{>h}h", "00010002", {{1}, 2}}, {"T{<h}>h", "01000002", {{1}, 2}},
    {"<h:a:b:b:", "010002", {a = 1, b = 2}},
    {"<h:a:", "0100", {a = 1}}, {"<h:a:b", "010002", {2, a = 1}},
    {"<2h:a:", "01000200", {a = {1, 2}}},
    {"(2,2)B", "01020304", {{1, 2}, {3, 4}}},
    {"(2)2s", "61626364", {"ab", "cd"}},
    {"B(2)B", "010203", {1, {2, 3}}},
    {"<T{h:x:}", "0500", {x = 5}}, {"T{B:x:}:p:", "05", {p = {x = 5}}},
    {"2T{B:x:}", "0506", {{x = 5}, {x = 6}}},
    {"(2)T{B:x:}", "0506", {{x = 5}, {x = 6}}},
    {"2x", "0102", {}}, {"x0s", "01", ""},
  }
  for _, row in ipairs(rows) do
    local format, hex, value = row[1], row[2], row[3]
    it(("of %q reads and writes %s"):format(format, hex), function()
      local data = mview.fromhex(hex)
      local v = mview(data, format)
      assert.same({1}, v.shape)
      assert.same(value, v[1])
      assert.equal(math.type(value), math.type(v[1]))
      assert.same({value}, v:tolist())
      v[1] = value
      assert.same(value, v[1])
      local fresh = mview.new(format, 1)
      fresh[1] = value
      assert.same(value, fresh[1])
    end)
  end

  -- of a float: format, value, what is read back (nil: out of range)
  local limits = {
    {"f", 0x1.fffffep127, 0x1.fffffep127}, {"f", 0x1.fffffefp127,
      0x1.fffffep127}, {"f", 0x1.ffffffp127, nil}, {"f", -0x1.ffffffp127, nil},
    {"f", math.huge, math.huge}, {"f", 0x1p-149, 0x1p-149},
    {"f", 0x1p-150, 0.0}, {"f", 1e308, nil}, {"f", 16777217, 16777216.0},
    {"e", 65504, 65504.0}, {"e", 65519.99, 65504.0}, {"e", 65520, nil},
    {"e", -65520.0, nil}, {"e", -math.huge, -math.huge},
    {"e", 0x1p-24, 0x1p-24}, {"e", 0x1p-25, 0.0}, {"e", 0x1.8p-25, 0x1p-24},
    {"e", 0x3p-25, 0x1p-23}, {"e", 2049, 2048.0}, {"e", 2051, 2052.0},
    {"e", 1 + 0x1p-11, 1.0}, {"e", 1 + 0x1.1p-11, 1 + 0x1p-10},
    {"e", 0x1.ffbp-15, 0x1.ff8p-15}, {"e", 0x1.ffcp-15, 0x1p-14},
    {"d", math.maxinteger, 0x1p63},
    {"Zf", {1, 0x1.ffffffp127}, nil}, {"Zf", {0x1p-150, 1}, {0.0, 1.0}},
  }
  for i, row in ipairs(limits) do
    it(("of %s is rounded to the nearest, %d"):format(row[1], i), function()
      for _, order in ipairs {"<", ">"} do
        local v = mview.new(order .. row[1], 1)
        assert.equal(row[3] ~= nil, pcall(v.set, v, 1, row[2]))
        local zero = row[1]:find "Z" and {0.0, 0.0} or 0.0
        assert.same(row[3] or zero, v[1])
      end
    end)
  end

  it("may lie anywhere, aligned or not", function()
    for code in ("hHiIlLqQnNefdP"):gmatch(".") do
      local size = mview.calcsize(code)
      for at = 1, 8 do
        local data = mview.bytearray(("\xaa"):rep(size + 16))
        local v = data:view():sub(at, at + size - 1):cast(code)
        v[1] = 77
        assert.equal(77, v[1])
        assert.equal(("\xaa"):rep(at - 1),
          tostring(data):sub(1, at - 1))
        assert.equal(("\xaa"):rep(17 - at),
          tostring(data):sub(at + size))
      end
    end
  end)
end)

describe("A format that a finalizer parses while it is parsed", function()
  -- In a state that has parsed none of these formats. The strings reuse memory
  -- that was freed.
  local code = [[
    local gc_races = require "gc_races"
    local mview = require "mview"
    local v = mview.bytearray(8):view()
    for i, format in ipairs {"<d", ">d", "<f", ">f", "<q", ">q", "<h", ">h"} do
      local early
      gc_races.strike(i % 4 + 1, function() early = v:cast(format) end, v.cast,
        v, format)
      collectgarbage()
      local others = {}
      for k = 1, 400 do others[k] = ("\xee"):rep(k) end
      assert(not early or early.format == format)
    end
  ]]

  it("is the same, which is kept", function()
    assert.equal(0, lua_states.sequence(1, code))
  end)
end)
