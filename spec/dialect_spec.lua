-- Formats of views and of string.pack: the error for a format that is right in
-- the other language gives the spelling, which means the same.

local mview = require "mview"
local raises = require "raises"

local seed = math.tointeger(os.getenv "MVIEW_SEED") or os.time()
local SEE = ", see 'Two format languages'"

local function error_of(f, ...)
  local ok, message = pcall(f, ...)
  return not ok and message or nil
end

describe("A format of string.pack", function()
  local rows = { -- as it is in string.pack, as it is here; nil: it is not
    {"<I4I4", "<II"}, {"I4I4", "=II"}, {"<I4 >I2", "<I>H"}, {">i8i8", ">qq"},
    {"c4", "=4s"}, {"<c4I2", "<4sH"}, {"i2i2", "=hh"},
    {"=i1I1", "=bB"}, {"c0i4", "=0si"}, {"<jn", "<qd"},
    {"z"}, {"s4"}, {"<s1I2"}, {"!4i4"}, {"I3I3"}, {"<I16"}, {"Xi4i4"},
  }
  for _, row in ipairs(rows) do
    it("is named in the error, with its spelling: " .. row[1], function()
      local hint = row[2] and ("is '%s' here"):format(row[2])
        or "is for pack and unpack"
      for _, f in ipairs {mview.calcsize, mview.from,
        function(x) return mview(("x"):rep(64)):cast(x) end} do
        local message = error_of(f, row[1], {})
        assert.matches(("; string.pack's '%s' %s%s)"):format(row[1], hint,
          SEE), message, 1, true)
      end
    end)
  end

  it("has the size and the values of its spelling", function()
    math.randomseed(seed)
    local options = {"b", "B", "h", "H", "i4", "I2", "i8", "I1", "j", "J", "f",
      "d", "n", "c3", "x", "<", ">", "=", "i2", "I8", "l", "L", "T", " "}
    local data, found = {}, 0
    for i = 1, 200 do data[i] = math.random(0, 127) end
    local bytes = string.char(table.unpack(data))
    for _ = 1, 500 do
      local list = {}
      for i = 1, math.random(2, 8) do
        list[i] = options[math.random(#options)]
      end
      local format = table.concat(list)
      local message = error_of(mview.calcsize, format)
      local spelt = message and message:match("is '(.-)' here")
      if spelt then
        local size = string.packsize(format)
        local how = ("MVIEW_SEED=%d %s %s"):format(seed, format, spelt)
        assert.equal(size, mview.calcsize(spelt), how)
        local want = table.pack(string.unpack(format, bytes))
        local got = size > 0 and mview(bytes:sub(1, size), spelt)[1] or {}
        if type(got) ~= "table" then got = {got} end
        for k = 1, want.n - 1 do assert.equal(want[k], got[k], how) end
        found = found + 1
      end
    end
    assert.is_true(found > 100)
  end)

  it("that is long is not repeated", function()
    local message = error_of(mview.calcsize, ("I4"):rep(21))
    assert.is_nil(message:find("string.pack", 1, true))
  end)
end)

describe("A word for a type", function()
  for word, code in pairs {int = "i", float = "f", uint8 = "B", u16 = "H",
    int64_t = "q", double = "d", size_t = "N", bool = "?"} do
    it("gets a hint with its code: " .. word, function()
      assert.matches(("; '%s' is spelt '%s')"):format(word, code),
        error_of(mview.calcsize, word), 1, true)
    end)
  end
end)

describe("A word for a type within a format", function()
  for format, hint in pairs {["T{u16:n:}"] = "; 'u16' is spelt 'H')",
    ["<B:a:int32:b:"] = "; 'int32' is spelt 'i')",
    ["T{16u8:key:}"] = "; 'u8' is spelt 'B')",
    ["T{B:a:f4:b:}"] = "; 'f4' is spelt 'f')",
    [("B:%s:float64:b:"):format(("a"):rep(50))] = "; 'float64' is spelt 'd')",
    ["T{size_t:a:}"] = "; 'size_t' is spelt 'N')"} do
    it("gets a hint with its code: " .. format, function()
      assert.matches(hint, error_of(mview.calcsize, format), 1, true)
    end)
  end

  it("gets none if the code has no size in the byte order", function()
    assert.matches("at position 6)",
      error_of(mview.calcsize, "T{<size_t:a:}"), 1, true)
  end)
end)

describe("A misplaced name", function()
  it("of padding gets a hint about it", function()
    assert.matches("at position 12; padding 'x' has no name)",
      error_of(mview.calcsize, "<2s:magic:x:I:size:"), 1, true)
  end)

  for _, format in ipairs {"B:a", ":a:B", "B::", "T{B:a}",
    ("<I:%s:H:b"):format(("a"):rep(50))} do
    it("gets a hint about names: " .. format, function()
      assert.matches("; a name stands between colons behind its code, as in "
        .. "'B:name:')", error_of(mview.calcsize, format), 1, true)
    end)
  end
end)

describe("A count without a code", function()
  for _, format in ipairs {"B3", "3", "3 B", "T{B3:a:}", "3(2)B",
    "B[3]", "int32_t[3]", ("<I:%s:H3"):format(("a"):rep(50))} do
    it("gets a hint about counts: " .. format, function()
      assert.matches("; a count stands in front of its code, as in '3B')",
        error_of(mview.calcsize, format), 1, true)
    end)
  end
end)

describe("A view's format", function()
  local rows = { -- as it is of views, as it is in string.pack; nil: it is not
    {"<q", "<i8"}, {"Q", "I8"}, {"2I", "I4I4"}, {"4s", "c4"}, {">4sH", ">c4I2"},
    {"<I:id:H:x:", "<I4I2"}, {"<qx", "<i8x"}, {"Qxx>H", "I8xx>I2"},
    {"c", "c1"}, {"^qB", "i8B"}, {"!qB", ">i8B"}, {"<q>q@q", "<i8>i8=i8"},
    {"?"}, {"e"}, {"Zf"}, {"T{B:a:}"}, {"(2)H"}, {"4p"},
  }
  for _, row in ipairs(rows) do
    it("is named in the error, with its spelling: " .. row[1], function()
      local v = mview(mview.bytearray(64))
      local hint = row[2]
        and ("; a view's '%s' is '%s' here"):format(row[1], row[2])
        or ("; '%s' is a view's format, for cast"):format(row[1])
      for _, message in ipairs {error_of(v.unpack, v, row[1]),
        error_of(v.pack, v, row[1], 1, 1, 1, 1)} do
        assert.equal(hint .. SEE, message:match(";.*"))
      end
      if row[2] then
        assert.equal(string.packsize(row[2]), mview.calcsize(row[1]))
      end
    end)
  end

  it("that is of neither language is only refused", function()
    raises("invalid format option 'k'", mview("").unpack, mview(""), "k")
    raises("invalid format option '$'", mview("").unpack, mview(""), "$")
  end)
end)
