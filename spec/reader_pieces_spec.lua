-- mview.reader: lines, separators, bits, alignment, discard, fields.

local mview = require "mview"
local reader = require "mview.reader"
local agree = require "agree"
local capi = require "capi"
local raises = require "raises"
local sizes = require "sizes"

-- Asserts that the method raises this and leaves the reader where it was.
local function refuses(message, r, method, ...)
  local pos, left = r.pos, r:left()
  raises(message, r[method], r, ...)
  assert.equal(pos, r.pos)
  assert.equal(left, r:left())
end

-- Readers of the same bytes: of a string, a view, one with gaps, backwards.
local function sources(s)
  return {
    string = reader(s),
    ["view of a part"] = reader(mview("##" .. s .. "##"):sub(3, -3)),
    ["strided view"] = reader(mview((s:gsub(".", "%0-"))):sub(1, -1, 2)),
    ["view backwards"] = reader(mview(s:reverse()):sub(-1, 1, -1)),
  }
end

describe("r:line", function()
  for name in pairs(sources "") do
    it("gives the lines of a " .. name, function()
      for _, row in ipairs {{"one\ntwo\n", "one", "two"}, {"one\n\nrest", "one",
        "", "rest"}, {"\n", ""}, {"", nil}, {"a\r\nb", "a\r", "b"},
        {("x"):rep(9999) .. "\nb", ("x"):rep(9999), "b"}} do
        local r = sources(row[1])[name]
        for i = 2, #row do assert.equal(row[i], r:line()) end
        assert.is_nil(r:line())
        assert.is_nil(r:line())
        assert.equal(#row[1] + 1, r.pos)
      end
    end)
  end

  it("waits for the end of a line of a bytearray", function()
    local b = mview.bytearray("one\ntw")
    local r = reader(b)
    assert.equal("one", r:line())
    refuses("need 3 bytes at position 5, 2 left", r, "line")
    b:append("o\n")
    assert.equal("two", r:line())
    refuses("need 1 bytes at position 9, 0 left", r, "line")
  end)

  it("gives the rest of a map", function()
    local map <close> = assert(mview.map(nil, "r+", 0, 3))
    map:view():copyfrom("abc")
    assert.equal("abc", reader(map):line())
  end)
end)

describe("r:upto", function()
  for name in pairs(sources "") do
    it("gives the bytes in front of a separator in a " .. name, function()
      local r = sources("key: value\r\n\r\nrest")[name]
      assert.equal("key", r:upto(": "):tobytes())
      assert.equal("value", r:upto("\r\n"):tobytes())
      local none = r:upto(mview("\r\n"))
      assert.equal(0, #none)
      assert.equal("rest", r:string(4))
    end)

    it("finds a separator that is far behind in a " .. name, function()
      for _, n in ipairs {4090, 4095, 4096, 9000, 20000} do
        local r = sources(("-+"):rep(n) .. "--x" .. "tail")[name]
        assert.equal(2 * n, #r:upto("--x"))
        assert.equal("tail", r:string(4))
      end
    end)

    it("needs the bytes that complete the end of a " .. name, function()
      for _, row in ipairs {{"abc", "\r\n", 5}, {"abc\r", "\r\n", 5},
        {"", "xyz", 3}, {"x", "xyz", 3}, {"xxy", "xyz", 4},
        {"aabaab", "aabaaa", 9}, {"aabaa", "aabaab", 6},
        {"abab", "ababb", 5}, {"ababa", "ababb", 7}} do
        refuses(("need %d bytes at position 1, %d left"):format(row[3],
          #row[1]), sources(row[1])[name], "upto", row[2])
      end
    end)
  end

  it("needs the least sure number of bytes for any separator", function()
    math.randomseed(7)
    local function word(n)
      local list = {}
      for i = 1, n do list[i] = math.random(97, 98) end
      return string.char(table.unpack(list))
    end
    for round = 1, 3000 do
      local s, sep = word(math.random(0, 12)), word(math.random(1, 8))
      local ok, err = pcall(reader(s).upto, reader(s), sep)
      if s:find(sep, 1, true) then
        agree(true, ok, "round %d", round)
      else
        local least = 1
        while sep:sub(1, -1 - least) ~= ""
          and s:sub(-#sep + least) ~= sep:sub(1, -1 - least) do
          least = least + 1
        end
        agree(("need %d bytes at position 1, %d left"):format(#s + least, #s),
          err, "%s in %s", sep, s)
      end
    end
  end)

  it("gives views of the same memory", function()
    local b = mview.bytearray("one,two,")
    local r = reader(b)
    local one, two = r:upto(","), r:upto(",")
    one[1], two[1] = 79, 84
    assert.equal("One,Two,", tostring(b))
    b:append("three,")
    assert.equal("three", r:upto(","):tobytes())
  end)

  it("takes any bytes-like that is not empty", function()
    for _, sep in ipairs {mview.bytearray(","), mview("x,"):sub(2),
      mview(" ,"):sub(-1, 1, -2)} do
      assert.equal("a", reader("a,b"):upto(sep):tobytes())
    end
    for _, sep in ipairs {"", mview(""), mview.bytearray()} do
      raises("bad argument #2 to 'upto' (empty separator)", reader("a").upto,
        reader("a"), sep)
    end
  end)
end)

describe("r:bits", function()
  -- The bits of a string, as text.
  local function spell(s)
    return (s:gsub(".", function(c)
      local byte, text = c:byte(), ""
      for i = 7, 0, -1 do text = text .. (byte >> i & 1) end
      return text
    end))
  end

  for name in pairs(sources "") do
    it("gives the most significant first, in any portions of a " .. name,
      function()
        math.randomseed(3)
        local data = {}
        for i = 1, 200 do data[i] = string.char(math.random(0, 255)) end
        data = table.concat(data)
        local text = spell(data)
        for _ = 1, 20 do
          local r, at = sources(data)[name], 1
          while at <= #text - 64 do
            local n = math.random(0, 64)
            local expected = 0
            for i = at, at + n - 1 do
              expected = expected << 1 | tonumber(text:sub(i, i))
            end
            agree(expected, r:bits(n), "%d bits at %d", n, at)
            at = at + n
            agree((at + 6) // 8 + 1, r.pos, "behind bit %d", at)
          end
        end
      end)
  end

  it("drops the rest of a byte in any other read", function()
    for name, row in pairs {
      u8 = {"u8", nil, 0xf0}, string = {"string", 0, ""},
      skip = {"skip", 0}, align = {"align", 1}, unpack = {"unpack", ""},
      bytes = {"bytes", 0}, line = {"line"}, cstring = {"cstring"},
    } do
      local r = reader("\xaa\xf0\n\0\xcc")
      assert.equal(2, r:bits(2))
      local x = r[row[1]](r, row[2])
      if row[3] then assert.equal(row[3], x) end
      local pos = r.pos
      assert.equal(("\xaa\xf0\n\0\xcc"):byte(pos) >> 4, r:bits(4), name)
      assert.equal(pos + 1, r.pos)
    end
  end)

  it("goes on after a look around", function()
    local r = reader("\xab\xcd")
    assert.equal(0xa, r:bits(4))
    assert.equal(0xcd, r:peek())
    assert.equal(1, r:left())
    assert.equal(2, r.pos)
    assert.equal(0, r:bits(0))
    assert.equal(0xbc, r:bits(8))
  end)

  it("drops the rest of a byte when the position is set", function()
    local r = reader("\xab\xcd")
    r:bits(4)
    r.pos = r.pos
    assert.equal(0xc, r:bits(4))
    r:seek(1)
    assert.equal(0xa, r:bits(4))
  end)

  it("raises on an underrun, and keeps the bits", function()
    local r = reader("\xab")
    assert.equal(5, r:bits(3))
    refuses("need 1 bytes at position 2, 0 left", r, "bits", 6)
    refuses("need 8 bytes at position 2, 0 left", r, "bits", 64)
    refuses("need 1 bytes at position 2, 0 left", r, "u8")
    assert.equal(11, r:bits(5))
  end)
end)

describe("r:align", function()
  it("goes to the next multiple", function()
    for n = 1, 9 do
      for pos = 1, 10 do
        local r = reader(("x"):rep(30)):seek(pos)
        assert.equal(r, r:align(n))
        assert.equal((pos - 1 + n - 1) // n * n + 1, r.pos)
      end
    end
  end)

  it("raises if it is out of range", function()
    refuses("need 6 bytes at position 3, 1 left", reader("abc"):seek(3),
      "align", 8)
    refuses(("need %d bytes at position 3, 1 left"):format(
      sizes.counted(math.maxinteger - 2)),
      reader("abc"):seek(3), "align", math.maxinteger)
    assert.equal(1, reader("abc"):align(math.maxinteger).pos)
  end)
end)

describe("r:discard", function()
  it("removes the bytes already read", function()
    local b = mview.bytearray("onetwothree")
    local r = reader(b):skip(3)
    assert.equal(r, r:discard())
    assert.equal("twothree", tostring(b))
    assert.equal(1, r.pos)
    assert.equal("two", r:string(3))
    r:discard():discard()
    assert.equal("three", tostring(b))
    r:skip(5):discard()
    assert.equal("", tostring(b))
  end)

  it("expires the views that there are, if anything goes", function()
    local b = mview.bytearray("abcd")
    local r = reader(b)
    local v = r:bytes(2)
    r:discard()
    raises("attempt to use an expired view (its bytearray was cut)", v.tobytes,
      v)
    v = r:peek(1)
    r:discard()
    assert.equal("c", v:tobytes())
  end)

  it("removes at most the bytes that there are", function()
    local b = mview.bytearray("abcd")
    local r = reader(b):skip(4)
    b:resize(2)
    assert.equal(1, r:discard().pos)
    assert.equal("", tostring(b))
  end)

  it("keeps the bits of a byte that was begun", function()
    local r = reader(mview.bytearray("\xab\xcd"))
    r:bits(4)
    assert.equal(0xbc, r:discard():bits(8))
  end)

  it("is refused under a pin", function()
    local b = mview.bytearray("abcd")
    local r = reader(b):skip(2)
    capi.borrow(b, 0, function()
      refuses("bytearray is pinned by 1 borrower", r, "discard")
    end)
    assert.equal("abcd", tostring(b))
  end)

  it("is only for bytearrays", function()
    local map <close> = assert(mview.map(nil, "r+", 0, 3))
    for _, source in ipairs {"abc", mview("abc"), map,
      mview.bytearray("abc"):view()} do
      refuses("bad argument #1 to 'discard' (its source is not a bytearray)",
        reader(source):skip(1), "discard")
    end
  end)
end)

describe("A field of the reader", function()
  it("pos can be set", function()
    local r = reader("abcd")
    for _, pos in ipairs {4, 5, 1, 2.0} do
      r.pos = pos
      assert.equal(pos, r.pos)
      assert.equal("integer", math.type(r.pos))
    end
    for _, pos in ipairs {0, -1, 6, math.maxinteger, math.mininteger} do
      raises(("position %d out of range [1, 5]"):format(pos), function()
        r.pos = pos
      end)
    end
    assert.equal(2, r.pos)
  end)

  it("order can be set, for all that heeds it", function()
    local r = reader("\0\1\0\1\0\1\0\1")
    assert.equal(256, r:u16())
    r.order = ">"
    assert.equal(">", r.order)
    assert.equal(1, r:u16())
    assert.equal(1, r:unpack("I2"))
    r.order = "<"
    assert.equal(256, r:unpack("I2"))
  end)

  it("view is one of all bytes", function()
    local b = mview.bytearray("abc")
    local r = reader(b):skip(2)
    b:append("d")
    assert.equal("abcd", r.view:tobytes())
    assert.equal(b, r.view.obj)
    assert.equal("abc", reader("abc").view:tobytes())
  end)

  it("has no other name", function()
    local r = reader("abc")
    for _, key in ipairs {"none", 1, true, 0.5} do assert.is_nil(r[key]) end
    assert.is_false(getmetatable(r))
    assert.matches("^mview%.reader: ", tostring(r))
  end)
end)

describe("A parser that waits for more", function()
  it("starts again at the start of the message", function()
    local message = string.pack(">s2 B z", "name", 7, "text")
    local function parse(r)
      return r:string(r:u16()), r:u8(), r:cstring()
    end
    for size = 1, #message do
      local b = mview.bytearray()
      local r = reader(b, ">")
      local got
      for i = 1, #message, size do
        b:append(message:sub(i, i + size - 1))
        local start = r.pos
        got = table.pack(pcall(parse, r))
        if not got[1] then
          assert.matches("need %d+ bytes at position %d+, %d+ left$", got[2])
          r.pos = start
        end
      end
      assert.same({true, "name", 7, "text", n = 4}, got)
      assert.equal(0, r:left())
    end
  end)
end)
