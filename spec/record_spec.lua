local lend_host = require "lend_host"
local mview = require "mview"
local raises = require "raises"

local POINT = "T{<I:id:<f:x:f:y:}"

local function points()
  return mview.from(POINT, {
    {id = 1, x = 1.5, y = -1}, {id = 2, x = 2.5, y = -2},
    {id = 3, x = 3.5, y = -3},
  })
end

describe("A record", function()
  it("is read by value, as a table of its fields", function()
    local v = points()
    assert.equal(12, v.itemsize)
    assert.same({3}, v.shape)
    assert.same({id = 2, x = 2.5, y = -2.0}, v[2])
    local item = v[2]
    item.id = 99
    assert.equal(2, v[2].id)
    assert.same({v[1], v[2], v[3]}, v:tolist())
    assert.same({v[1], v[2], v[3]}, {v:values()})
    assert.is_nil(v[4])
  end)

  it("is two values without names, too", function()
    local v = mview("abcd", "2B")
    assert.same({97, 98}, v[1])
    assert.same({{97, 98}, {99, 100}}, v:tolist())
    assert.same({99, 100}, v(2))
    local all = {}
    for pair in v:iter() do all[#all + 1] = pair end
    assert.same({v:values()}, all)
  end)

  it("is written as a whole", function()
    local v = points()
    v[2] = {id = 20, x = 0.5, y = 0}
    assert.same({id = 20, x = 0.5, y = 0.0}, v[2])
    assert.equal(string.pack("<I4ff", 20, 0.5, 0), v:sub(2, 2):tobytes())
    v[3] = v[1]
    assert.same(v[1], v[3])
  end)

  it("has its fields without a name by position", function()
    local v = mview.from("<hT{B:r:B:g:}:colour:3sB", {
      {1, colour = {r = 2, g = 3}, "abc", 4},
    })
    assert.same({1, "abc", 4, colour = {r = 2, g = 3}}, v[1])
    v[1] = {5, "x", 6, colour = {g = 7, r = 8}}
    assert.equal("\5\0\8\7x\0\0\6", v:tobytes())
  end)

  it("may hold records, lists of records and sub-arrays", function()
    local format = "<B:n:(2)T{h:a:(2,2)B:m:}:pair:Zf:z:"
    local value = {n = 9, z = {1.0, -1.0}, pair = {
      {a = 1, m = {{1, 2}, {3, 4}}}, {a = -1, m = {{5, 6}, {7, 8}}},
    }}
    local v = mview.new(format, 2)
    v[2] = value
    assert.same(value, v[2])
    assert.equal(21, v.itemsize)
    assert.equal(string.pack("<Bi2BBBBi2BBBBff", 9, 1, 1, 2, 3, 4, -1, 5,
      6, 7, 8, 1, -1), v:sub(2):tobytes())
    assert.equal(0, v[1].pair[2].m[2][2])
  end)

  local refused = {
    {"a field that is missing", {id = 1, x = 1}, "y: number expected, got nil"},
    {"a field that is not there", {id = 1, x = 1, y = 1, z = 1},
      "no field 'z' in the format"},
    {"a position that is not there", {id = 1, x = 1, y = 1, 5},
      "no field without a name at position 1"},
    {"a value of another type", {id = "1", x = 1, y = 1},
      "id: integer expected, got string"},
    {"a value out of range", {id = 1 << 32, x = 1, y = 1},
      "id: value 4294967296 out of range [0, 4294967295] for format '"
        .. POINT .. "'"},
    {"a float that is not an integer", {id = 1.5, x = 1, y = 1},
      "id: number has no integer representation"},
    {"what is no table", 5, "table expected, got number"},
  }
  for _, row in ipairs(refused) do
    it("is written all or not at all: " .. row[1], function()
      local v = points()
      local before = v:tobytes()
      raises(row[3], function() v[2] = row[2] end)
      assert.equal(before, v:tobytes())
      raises(("bad argument #3 to 'set' (%s)"):format(row[3]), v.set, v, 2,
        row[2])
      raises(("bad argument #2 to 'fill' (%s)"):format(row[3]), v.fill, v,
        row[2])
      local place = row[3]:find "^%a+: " and "[3]." or "[3]: "
      raises(("bad argument #2 to 'copyfrom' (%s)"):format(place .. row[3]),
        v.copyfrom, v, {v[1], v[1], row[2]})
      assert.equal(before, v:tobytes())
    end)
  end

  it("names the place of an error in nested values", function()
    local v = mview.new("T{T{B:x:(2)c:s:}:in:}", 1)
    raises("in.s[2]: string of 2 bytes where there is exactly 1 in format "
      .. "'T{T{B:x:(2)c:s:}:in:}'", function()
      v[1] = {["in"] = {x = 1, s = {"a", "bc"}}}
    end)
    raises("in.s: list of 2 items expected, got 1", function()
      v[1] = {["in"] = {x = 1, s = {"a"}}}
    end)
    assert.equal("\0\0\0", v:tobytes())
  end)

  it("keeps its padding in every write", function()
    local data = mview.bytearray(("\xaa"):rep(16))
    local v = mview(data, "<hx3xb:n:x")
    assert.equal(8, v.itemsize)
    v[1] = {0, n = 1}
    assert.equal("\0\0\xaa\xaa\xaa\xaa\1\xaa" .. ("\xaa"):rep(8),
      tostring(data))
    v:fill {-1, n = 2}
    assert.equal(("\xff\xff\xaa\xaa\xaa\xaa\2\xaa"):rep(2), tostring(data))
  end)

  it("may be followed by padding that only its exporter knows", function()
    local v, handle = lend_host.lend {data = "\1\0\2\xff\3\0\4\xff",
      format = "T{<h:a:b:b:}", itemsize = 4, shape = {2}}
    assert.equal(4, v.itemsize)
    assert.equal(8, v.nbytes)
    assert.same({{a = 1, b = 2}, {a = 3, b = 4}}, v:tolist())
    v[1] = {a = 5, b = 6}
    assert.equal("\5\0\6\xff\3\0\4\xff", handle:bytes())
  end)
end)

describe("field", function()
  it("is a strided view of one field, in place", function()
    local v = points()
    local x = v:field("x")
    assert.equal("f", (x.format:gsub("^[<=]", "")))
    assert.equal(4, x.itemsize)
    assert.same({3}, x.shape)
    assert.same({12}, x.strides)
    assert.equal(4, x.offset)
    assert.same({1.5, 2.5, 3.5}, x:tolist())
    x[2] = 9
    assert.equal(9.0, v[2].x)
    x:fill(0)
    assert.same({id = 3, x = 0.0, y = -3.0}, v[3])
  end)

  it("is found by position too, counted over all fields", function()
    local v = points()
    for position, name in ipairs {"id", "x", "y"} do
      assert.same(v:field(name):tolist(), v:field(position):tolist())
      assert.equal(v:field(name).offset, v:field(position).offset)
    end
    local w = mview.from("<2h3s", {{1, 2, "abc"}, {3, 4, "def"}})
    assert.same({1, 3}, w:field(1):tolist())
    assert.same({2, 4}, w:field(2):tolist())
    assert.same({"abc", "def"}, w:field(3):tolist())
  end)

  it("keeps the byte order of the field", function()
    local v = mview.from("<h:a:>h:b:h:c:", {{a = 1, b = 2, c = 3}})
    assert.same({{1}, {2}, {3}}, {v:field("a"):tolist(),
      v:field("b"):tolist(), v:field("c"):tolist()})
    v:field("c")[1] = 0x0102
    assert.equal("\1\0\0\2\1\2", v:tobytes())
    v:field("b"):byteswap()
    assert.equal("\1\0\2\0\1\2", v:tobytes())
  end)

  it("has a sub-array's shape as further dimensions", function()
    local v = mview.new("B:n:(2,3)<H:m:", 4)
    local m = v:field("m")
    assert.same({4, 2, 3}, m.shape)
    assert.same({v.itemsize, 6, 2}, m.strides)
    m:set(4, 2, 3, 77)
    assert.equal(77, v[4].m[2][3])
    assert.same({4}, mview.new("2s:s:h", 4):field("s").shape)
    assert.same({4, 3}, mview.new("3h:v:b", 4):field("v").shape)
  end)

  it("goes into fields of fields", function()
    local v = mview.from("T{<h:a:T{b:x:>i:y:}:in:}",
      {{a = 1, ["in"] = {x = 2, y = 3}}, {a = 4, ["in"] = {x = 5, y = 6}}})
    local inner = v:field("in")
    assert.same({{x = 2, y = 3}, {x = 5, y = 6}}, inner:tolist())
    assert.same({3, 6}, inner:field("y"):tolist())
    inner:field("y"):fill(-1)
    assert.same({a = 4, ["in"] = {x = 5, y = -1}}, v[2])
  end)

  it("works on slices, rows and any number of dimensions", function()
    local v = mview.new(POINT, 2, 3)
    v:set(2, 3, {id = 7, x = 0, y = 0})
    assert.same({{0, 0, 0}, {0, 0, 7}}, v:field("id"):tolist())
    assert.same({0, 0, 7}, v[2]:field("id"):tolist())
    assert.same({3, 1}, points():sub(-1, 1, -2):field("id"):tolist())
    assert.equal(7, v:slice(2, 3):field("id"):get())
  end)

  it("may not have more than 64 dimensions with its own", function()
    local shape = {}
    for d = 1, 63 do shape[d] = 1 end
    local v = mview.new("(1)B", table.unpack(shape))
    assert.equal(64, v:field(1).ndim)
    v = mview.new("(1)B", 1, table.unpack(shape))
    raises("more than 64 dimensions", v.field, v, 1)
  end)

  it("inherits read-only", function()
    local id = points():toreadonly():field("id")
    assert.is_true(id.readonly)
    raises("attempt to write to a read-only view", function() id[1] = 0 end)
  end)

  it("is refused by name if there is no field", function()
    local v = points()
    for _, key in ipairs {"z", "", "ID", "x\0", 0, 4, -1, 1.5, math.mininteger,
      true, {}} do
      local ok, err = pcall(function() local _ = v:field(key) end)
      assert.is_false(ok)
      assert.is_truthy(err:find "bad argument #1 to 'field' %(.+%)$", err)
    end
    raises("bad argument #1 to 'field' (no field 'z')", function()
      local _ = v:field("z")
    end)
    raises("bad argument #1 to 'field' (field 4 out of range [1, 3])",
      function() local _ = v:field(4) end)
    raises("the items have no fields", function()
      local _ = mview("abc"):field("x")
    end)
  end)
end)

describe("Records", function()
  it("are equal by value, as tuples by position", function()
    local v = points()
    assert.is_true(v == points())
    assert.is_true(v == mview.from("Idd", {{1, 1.5, -1}, {2, 2.5, -2},
      {3, 3.5, -3}}))
    assert.is_true(v == mview.from("T{>Q:n:>d:a:>e:b:}",
      {{n = 1, a = 1.5, b = -1}, {n = 2, a = 2.5, b = -2},
        {n = 3, a = 3.5, b = -3}}))
    assert.is_false(v == mview.from("Id", {{1, 1.5}, {2, 2.5}, {3, 3.5}}))
    assert.is_false(v == v:field("id"))
    v:field("y")[3] = 0
    assert.is_false(v == points())
    assert.equal(3, v:mismatch(points()))
  end)

  it("are equal with any padding", function()
    local a, b = mview("\1\0\xff\2", "<hxb"), mview("\1\0\0\2", "<hxb")
    assert.is_true(a == b)
    assert.is_true(a == mview("\1\0\2", "<hb"))
  end)

  it("are copied between layouts and formats of the same fields", function()
    local v = mview.new("T{>I:id:>d:x:>d:y:}", 3)
    v:copyfrom(points())
    assert.same(points():tolist(), v:tolist())
    v:sub(1, 2):copyfrom(v:sub(2, 3))
    assert.same({2, 3, 3}, v:field("id"):tolist())
    v:copyfrom {points()[3], points()[2], points()[1]}
    assert.same({3, 2, 1}, v:field("id"):tolist())
    local rows = {
      {"Idd", 4, "shape [3] expected, got [4]"},
      {"Id", 3, "item 1 of format 'Id' does not fit format "
        .. "'T{>I:id:>d:x:>d:y:}': different fields"},
      {"I", 3, "item 1 of format 'I' does not fit format "
        .. "'T{>I:id:>d:x:>d:y:}': different fields"},
    }
    for _, row in ipairs(rows) do
      raises(("bad argument #1 to 'copyfrom' (%s)"):format(row[3]), function()
        v:copyfrom(mview.new(row[1], row[2]))
      end)
    end
    assert.same({3, 2, 1}, v:field("id"):tolist())
  end)

  it("have each number swapped by byteswap", function()
    local v = mview.from("T{<h:a:T{<i:b:c:c:}:in:2s:s:}",
      {{a = 1, ["in"] = {b = 2, c = "x"}, s = "yz"}})
    v:byteswap()
    assert.same({a = 0x0100, ["in"] = {b = 0x02000000, c = "x"},
      s = "yz"}, v[1])
  end)

  it("are sliced, transposed and cast as items are", function()
    local v = points():cast(POINT, {3, 1}):transpose()
    assert.same({1, 3}, v.shape)
    assert.same({id = 3, x = 3.5, y = -3.0}, v(1, 3))
    assert.same({36}, points():cast("B").shape)
    assert.same({9}, points():cast("<I").shape)
  end)
end)

-- Each third reading is by a function that is compiled for the format.
describe("A record of numbers, read again,", function()
  -- A format of n fields with these codes in turn, and their names.
  local function fields(n, codes, name)
    local text, names = {}, {}
    for k = 1, n do
      names[k] = name(k)
      text[k] = codes[k % #codes + 1] .. ":" .. names[k] .. ":"
    end
    return "T{" .. table.concat(text) .. "}", names
  end

  local function numbered(k) return "f" .. k end
  local CODES = {"B", "b", "<H", ">H", "<h", ">h", "<I", ">I", "<i", ">i",
    "<Q", ">Q", "<q", ">q", "<f", ">f", "<d", ">d"}
  local OTHERS = {"?", "2s", "c", "e", "(2)B"}

  local rows = {
    {"numbers of all kinds", 36, CODES, numbered},
    {"one number", 1, {"i"}, numbered},
    {"60 numbers", 60, {"B", "d"}, numbered},
    {"61 numbers", 61, {"B", "d"}, numbered},
    {"300 numbers", 300, {"B"}, numbered},
    {"other items", 5, OTHERS, numbered},
    {"a number and an array", 2, {"B", "(2)B"}, numbered},
    {"names of 40 bytes", 3, {"B"}, function(k) return ("n"):rep(39) .. k end},
    {"names of 41 bytes", 3, {"B"}, function(k) return ("n"):rep(40) .. k end},
    {"names of the same start", 50, {"B"}, function(k) return ("n"):rep(k) end},
    {"names of digits", 12, {"B"}, function(k) return tostring(k) end},
    {"keywords as names", 3, {"B"}, function(k)
      return ({"end", "nil", "function"})[k]
    end},
    {"names that are code", 5, {"B"}, function(k)
      return ({"']=1}--", "\\", "\\']", "x']=error(),['y", "\n"})[k]
    end},
    {"each other byte as a name", 254, {"B"}, function(k)
      return string.char(k < 58 and k or k + 1) -- no colon
    end},
  }
  for _, row in ipairs(rows) do
    it("is the same: " .. row[1], function()
      local format, names = fields(row[2], row[3], row[4])
      local v = mview.new(format, 2)
      v:cast("B"):copyfrom(("\200\1\62\129"):rep(v.nbytes // 4 + 1)
        :sub(1, v.nbytes))
      local expected = {}
      for k, name in ipairs(names) do
        local column = v:field(k)
        expected[name] = column.ndim == 1 and column[2] or column[2]:tolist()
      end
      for _ = 1, 4 do assert.same(expected, v[2]) end
      assert.same({v[1], expected}, v:tolist())
      assert.is_nil(getmetatable(v[1]))
      assert.not_equal(v[1], v[1])
    end)
  end

  it("is an empty table if it has no fields", function()
    local v = mview.new("T{3x}", 2)
    for _ = 1, 4 do assert.same({}, v[1]) end
  end)

  it("raises if a hook ends the memory meanwhile", function()
    local bytes = mview.bytearray "\5\6"
    local v = mview(bytes, "T{B:x:B:y:}")
    assert.same(v[1], v[1])
    debug.sethook(function()
      if debug.getinfo(2, "S").source == "=record" then bytes:release() end
    end, "c")
    local ok, message = pcall(function() return v[1] end)
    debug.sethook()
    assert.is_false(ok)
    assert.matches("attempt to use a view of revoked memory$", message)
  end)
end)
