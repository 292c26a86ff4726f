local agree = require "agree"
local lend_host = require "lend_host"
local mview = require "mview"
local raises = require "raises"

local little = string.pack("=I2", 1) == "\1\0"

-- ---- copyfrom -------------------------------------------------------------

-- The positions of n items from first on, step apart; nil if one of them is not
-- in 1..size.
local function positions(size, first, n, step)
  local list = {}
  for k = 0, n - 1 do
    local at = first + k * step
    if at < 1 or at > size then return nil end
    list[#list + 1] = at
  end
  return list
end

-- The view of these positions.
local function select_items(v, at, step)
  if #at == 0 then return v:sub(1, 0) end
  return v:sub(at[1], at[#at], step)
end

describe("copyfrom within one memory", function()
  local SIZE = 9
  local steps = {1, -1, 2, -2, 3}
  for _, format in ipairs {"B", "<h", ">I", "d", "3s"} do
    for _, to_step in ipairs(steps) do
      it(("is as if copied first, items of %q, step %d"):format(format,
        to_step), function()
        local size = mview.calcsize(format)
        local bytes = {}
        for i = 1, SIZE * size do bytes[i] = string.char(i * 37 % 256) end
        bytes = table.concat(bytes)
        local v = mview.bytearray(bytes):view():cast(format)
        local whole = v:cast("B")
        local function item(i)
          return bytes:sub((i - 1) * size + 1, i * size)
        end

        local function try(to, from, from_step)
          local list = {}
          for i = 1, SIZE do list[i] = item(i) end
          for k = 1, #to do list[to[k]] = item(from[k]) end
          whole:copyfrom(bytes)
          local target = select_items(v, to, to_step)
          target:copyfrom(select_items(v, from, from_step))
          agree(table.concat(list), v:tobytes(), "%d items, %d to %d by %d",
            #to, from[1] or 0, to[1] or 0, from_step)
        end

        for n = 0, SIZE do
          for first = 1, SIZE do
            local to = positions(SIZE, first, n, to_step)
            for source = 1, to and SIZE or 0 do
              for _, from_step in ipairs(steps) do
                local from = positions(SIZE, source, n, from_step)
                if from then try(to, from, from_step) end
              end
            end
          end
        end
      end)
    end
  end

  it("is as if copied first, also if items are converted", function()
    for offset = 0, 8 do
      for _, back in ipairs {1, -1} do
        local bytes = "\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15\16"
        local v = mview.bytearray(bytes):view()
        local source = v:sub(offset + 1, offset + 8):sub(back, -back, back)
        local expected = source:tolist()
        v:cast("<h"):copyfrom(source)
        assert.same(expected, v:cast("<h"):tolist())
      end
    end
  end)
end)

describe("copyfrom", function()
  local target
  before_each(function() target = mview.bytearray("......"):view() end)

  it("takes the bytes of any bytes-like, and gives the view", function()
    local object = setmetatable({}, {__buffer = function() return "objekt" end})
    local map = mview.map(nil, "r+", 0, 6)
    map:view():copyfrom("mapped")
    for _, source in ipairs {"string", mview.bytearray("arrays"), object, map,
      mview("backwards"):sub(6, 1, -1), mview("c.o.l.u.m.n"):sub(1, -1, 2)} do
      assert.equal(target, target:copyfrom(source))
      assert.equal(mview(source):tobytes(), target:tobytes())
    end
  end)

  it("takes lists", function()
    local nan = 0 / 0
    for _, row in ipairs {{"B", {1, 2.0, 255}, {1, 2, 255}},
      {">q", {-1, math.mininteger, math.maxinteger}},
      {"d", {1, -0.5, math.huge}, {1.0, -0.5, math.huge}},
      {"?", {true, false, true}}, {"c", {"a", "\0", "c"}},
      {"3s", {"a", "", "abc"}, {"a\0\0", "\0\0\0", "abc"}},
      {"Zd", {{1, 2}, 3, {-1.5, 0}}, {{1.0, 2.0}, {3.0, 0.0}, {-1.5, 0.0}}}} do
      local v = mview.new(row[1], 3)
      v:copyfrom(row[2])
      assert.same(row[3] or row[2], v:tolist())
    end
    local v = mview.new("e", 1):copyfrom {nan}
    assert.is_true(v[1] ~= v[1])
    assert.equal(0, #mview.new("d", 0):copyfrom {})
  end)

  it("reads lists without their metamethods", function()
    local touched = 0
    local function touch() touched = touched + 1 end
    local list = setmetatable({1, 2, 3}, {__index = touch, __len = touch})
    target:sub(1, 3):copyfrom(list)
    assert.equal("\1\2\3...", target:tobytes())
    assert.equal(0, touched)
  end)

  local misfits = {
    {"a list that is short", {1, 2}, "list of 6 items expected, got 2"},
    {"a list that is long", {1, 2, 3, 4, 5, 6, 7},
      "list of 6 items expected, got 7"},
    {"an empty list", {}, "list of 6 items expected, got 0"},
    {"a list with a bad last item", {1, 2, 3, 4, 5, 256},
      "[6]: value 256 out of range [0, 255] for format 'B'"},
    {"a list with a fraction", {1, 2, 3, 4, 5.5, 6},
      "[5]: number has no integer representation"},
    {"a list with a string", {1, 2, 3, "4", 5, 6},
      "[4]: integer expected, got string"},
    {"a list in a list", {{1}, 2, 3, 4, 5, 6},
      "[1]: integer expected, got table"},
    {"a short string", "abc", "shape [6] expected, got [3]"},
    {"a long bytearray", mview.bytearray(7), "shape [6] expected, got [7]"},
    {"two dimensions", mview.new("B", 2, 3), "shape [6] expected, got [2, 3]"},
    {"a number", 5, "bytes-like or list expected, got number"},
    {"a boolean", true, "bytes-like or list expected, got boolean"},
    {"a function", print, "bytes-like or list expected, got function"},
    {"nil", nil, "bytes-like or list expected, got nil"},
    {"larger numbers", mview.from("h", {1, 2, 3, 4, 5, 256}),
      "item 6 of format 'h' does not fit format 'B': value out of range"},
    {"fractions", mview.from("d", {1, 2, 3, 4, 5, 6.5}),
      "item 6 of format 'd' does not fit format 'B': number has no integer "
        .. "representation"},
    {"characters", mview("abcdef", "c"),
      "item 1 of format 'c' does not fit format 'B': wrong type of value"},
  }
  for _, row in ipairs(misfits) do
    it(("writes all or no items, not %s"):format(row[1]), function()
      raises(("bad argument #1 to 'copyfrom' (%s)"):format(row[3]), function()
        target:copyfrom(row[2])
      end)
      assert.equal("......", target:tobytes())
    end)
  end

  it("needs an argument", function()
    raises("bad argument #1 to 'copyfrom' (bytes-like or list expected, got no "
      .. "value)", function() target:copyfrom() end)
  end)

  it("leaves the bytes between the fields unchanged", function()
    local item = ("#"):rep(mview.calcsize("bi"))
    local gap = item:sub(2, mview.calcsize("bi") - mview.calcsize("i"))
    local expected, list = "\1" .. gap .. ("i"):pack(2), {{1, 2}, {1, 2}}
    for _, write in ipairs {
      function(v) v:copyfrom(list) end,
      function(v) v:copyfrom(mview.from("<hq", list)) end,
      function(v) v:fill(list[1]) end,
      function(v) v[1], v[2] = list[1], list[2] end,
    } do
      local v = mview.bytearray(item:rep(2)):view():cast("bi")
      write(v)
      assert.equal(expected:rep(2), v:tobytes())
    end
  end)

  it("converts between records with and without padding", function()
    local padded = lend_host.lend {data = "ab#cd#ef#", format = "BB",
      itemsize = 3, shape = {3}}
    target:cast("BB"):copyfrom(padded)
    assert.equal("abcdef", target:tobytes())
    padded:copyfrom(mview("uvwxyz", "BB"))
    assert.equal("uv#wx#yz#", padded:tobytes())
    padded:fill {104, 105}
    assert.equal("hi#hi#hi#", padded:tobytes())
  end)

  it("is refused by read-only views for any source", function()
    local v = target:toreadonly()
    for _, source in ipairs {"abcdef", {1, 2, 3, 4, 5, 6}, {}, 5, v} do
      raises("attempt to write to a read-only view", v.copyfrom, v, source)
    end
    assert.equal("......", target:tobytes())
  end)

  it("may read from a read-only view of itself", function()
    target:copyfrom("abcdef")
    target:copyfrom(target:toreadonly():sub(-1, 1, -1))
    assert.equal("fedcba", target:tobytes())
  end)

  it("raises for a dead source", function()
    local source = mview("abcdef")
    source:release()
    raises("attempt to use a released view", target.copyfrom, target, source)
    assert.equal("......", target:tobytes())
  end)
end)

-- ---- fill -----------------------------------------------------------------

describe("fill", function()
  -- format, value, the bytes of an item
  local rows = {
    {"B", 255, "\255"}, {"b", -1, "\255"}, {"<h", -2, "\254\255"},
    {">H", 258, "\1\2"}, {"<i", 0x01020304, "\4\3\2\1"},
    {">q", -2, "\255\255\255\255\255\255\255\254"}, {"<f", 1, "\0\0\x80\x3f"},
    {">d", 1.0, "\x3f\xf0\0\0\0\0\0\0"}, {"<e", 1, "\0\x3c"}, {"?", true, "\1"},
    {"c", "z", "z"}, {"3s", "ab", "ab\0"}, {"4p", "ab", "\2ab\0"},
    {"<Zf", {1, 0}, "\0\0\x80\x3f\0\0\0\0"}, {"5s", "abcde", "abcde"},
    {"16s", "0123456789abcdef", "0123456789abcdef"},
    {"100s", "long", "long" .. ("\0"):rep(96)},
  }
  for _, row in ipairs(rows) do
    local format, x, item = table.unpack(row)
    it("sets every item to the value, of format " .. format, function()
      for _, n in ipairs {0, 1, 2, 3, 8, 33, 100} do
        local v = mview.new(format, n)
        assert.equal(v, v:fill(x))
        agree(item:rep(n), v:tobytes(), "%d items", n)
      end
    end)

    it("writes no byte between, of format " .. format, function()
      for _, step in ipairs {2, 3, -1, -2} do
        local v = mview.bytearray(("#"):rep(12 * #item)):view():cast(format)
        v:sub(step > 0 and 2 or -2, nil, step):fill(x)
        local list = {}
        for i = 1, 12 do list[i] = ("#"):rep(#item) end
        for i = step > 0 and 2 or 11, step > 0 and 12 or 1, step do
          list[i] = item
        end
        agree(table.concat(list), v:tobytes(), "step %d", step)
      end
    end)
  end

  it("changes nothing if the value does not fit", function()
    local v = mview.bytearray("abcd"):view()
    for message, x in pairs {
      ["value 256 out of range [0, 255] for format 'B'"] = 256,
      ["value -1 out of range [0, 255] for format 'B'"] = -1,
      ["number has no integer representation"] = 1.5,
      ["integer expected, got string"] = "a",
      ["integer expected, got boolean"] = true,
      ["integer expected, got table"] = {},
    } do
      raises(("bad argument #2 to 'fill' (%s)"):format(message), v.fill, v, x)
    end
    assert.equal("abcd", v:tobytes())
    raises("bad argument #1 to 'fill' (value expected, got no value)",
      function() v:fill() end)
    raises("bad argument #1 to 'fill' (integer expected, got nil)",
      function() v:fill(nil) end)
    raises("attempt to write to a read-only view", function()
      v:toreadonly():fill(0)
    end)
  end)
end)

-- ---- byteswap -------------------------------------------------------------

describe("byteswap", function()
  local bytes = {}
  for i = 1, 48 do bytes[i] = string.char(i) end
  bytes = table.concat(bytes)

  -- format, the size of the numbers whose bytes are reversed
  local rows = {
    {"b", 1}, {"B", 1}, {"c", 1}, {"?", 1}, {"3s", 1}, {"4p", 1}, {"h", 2},
    {"<H", 2}, {">h", 2}, {"e", 2}, {"i", 4}, {">I", 4}, {"f", 4}, {"q", 8},
    {"<Q", 8}, {">d", 8}, {"<Zf", 4}, {"Zd", 8},
    {"l", mview.calcsize("l")}, {"P", mview.calcsize("P")},
  }
  for _, row in ipairs(rows) do
    local format, size = row[1], row[2]

    -- `bytes` with reversed numbers in the items from first on, step apart.
    local function swapped(first, step)
      local itemsize, list = mview.calcsize(format), {}
      for at = 1, #bytes, itemsize do
        local item, i = bytes:sub(at, at + itemsize - 1), at // itemsize + 1
        if (i - first) % step == 0 then
          item = item:gsub(("."):rep(size), string.reverse)
        end
        list[#list + 1] = item
      end
      return table.concat(list)
    end

    it("reverses the bytes of each number, of format " .. format, function()
      local v = mview.bytearray(bytes):view():cast(format)
      assert.equal(v, v:byteswap())
      assert.equal(swapped(1, 1), v:tobytes())
      assert.equal(bytes, v:byteswap():tobytes())
      v:sub(2, -1, 2):byteswap()
      assert.equal(swapped(2, 2), v:tobytes())
      v:sub(-1, 1, -1):byteswap()
      v:sub(1, -1, 2):byteswap()
      assert.equal(bytes, v:tobytes())
    end)
  end

  it("makes numbers of the opposite byte order", function()
    local v = mview.from("<I", {1, 0x01020304, 0xffff0000})
    local list = v:tolist()
    assert.same(list, v:byteswap():cast(">I"):tolist())
    local w = mview.from(little and "<d" or ">d", {1.5, -2.25})
    assert.same({1.5, -2.25}, w:byteswap():cast(little and ">d" or "<d")
      :tolist())
  end)

  it("is refused by read-only views", function()
    local v = mview("abcd", "h")
    raises("attempt to write to a read-only view", v.byteswap, v)
  end)
end)
