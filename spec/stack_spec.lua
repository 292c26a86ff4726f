-- Every function requests the slots of the Lua stack that it uses. These calls
-- need the most slots. A Lua that checks the use of its API (make apicheck)
-- ends the process if a function uses more slots than it has requested.
local bad_exporters = require "bad_exporters"
local capi = require "capi"
local lend_host = require "lend_host"
local mview = require "mview"
local names = require "names"
local raises = require "raises"

local function filled(n, x)
  local list = {}
  for i = 1, n do list[i] = x end
  return list
end

-- depth lists around x.
local function nested(depth, x)
  for _ = 1, depth do x = {x} end
  return x
end

describe("Room on the stack", function()
  local items = {
    ["a number"] = {"<h", 7},
    ["a swapped number"] = {">d", 0.5},
    ["a half"] = {"e", 0.5},
    ["a boolean"] = {"?", true},
    ["a character"] = {"c", "x"},
    ["a string"] = {"3s", "abc"},
    ["a long string"] = {"3000s", ("a"):rep(3000)},
    ["a complex number"] = {"Zd", {1.0, 2.0}},
    ["a pair"] = {"hh", {1, 2}},
    ["an array"] = {"(2,2)h", {{1, 2}, {3, 4}}},
    ["a record"] = {"T{h:a:Zd:z:(2)T{b:b:}:c:}",
      {a = 1, z = {1.0, 2.0}, c = {{b = 1}, {b = 2}}}},
  }

  for name, row in pairs(items) do
    it("is asked for by values of " .. name, function()
      local n = 64
      local v = mview.new(row[1], n):fill(row[2])
      for k = 1, n do
        local got = table.pack(v:values(1, k))
        assert.equal(k, got.n)
        assert.same(row[2], got[k])
      end
    end)

    it("is asked for by tolist and iteration of " .. name, function()
      local v = mview.new(row[1], 40):fill(row[2])
      assert.same(filled(40, row[2]), v:tolist())
      for i, x in pairs(v) do assert.same({v[i], row[2]}, {x, x}) end
      for x in v:iter() do assert.same(row[2], x) end
    end)

    it("is asked for by values of rows of " .. name, function()
      local v = mview.new(row[1], 40, 2):fill(row[2])
      for k = 1, 40 do
        local rows = table.pack(v:values(1, k))
        assert.equal(k, rows.n)
        assert.same({row[2], row[2]}, rows[k]:tolist())
      end
    end)
  end

  it("is asked for by values of rows behind pointers", function()
    local v = lend_host.pil {blocks = filled(60, "ab"), format = "B",
      shape = {60, 2}}
    for k = 1, 60 do
      local rows = table.pack(v:values(1, k))
      assert.equal(k, rows.n)
      assert.same({97, 98}, rows[k]:tolist())
    end
  end)

  for n = 1, 64 do
    it("is asked for by an index of " .. n .. " dimensions", function()
      local shape, ones = filled(n, 1), filled(n, 1)
      shape[1], ones[1] = 2, 2
      local v = mview("ab"):cast("B", shape)
      assert.same(ones, {v:index(98)})
      assert.same(ones, {v:mismatch(mview("aa"):cast("B", shape))})
      assert.equal(98, v(table.unpack(ones)))
      assert.equal(98, v:get(table.unpack(ones)))
      assert.same(shape, v.shape)
      assert.same(filled(n, 1), v.strides)
      assert.equal(98, v:slice(table.unpack(ones)):get())
      assert.same({nested(n - 1, 97), nested(n - 1, 98)}, v:tolist())
    end)
  end

  it("is asked for by records in records in arrays", function()
    local format, value = "h:a:", 5
    for _ = 1, 60 do
      format = "(1,1)T{" .. format .. "}:a:"
      value = {{{a = value}}}
    end
    local v = mview.new("T{" .. format .. "}", 3)
    v[2] = {a = value}
    assert.same({a = value}, v[2])
    assert.same({a = value}, (select(2, v:values())))
    assert.equal(2, (v:index {a = value}))
    assert.equal(1, v:count {a = value})
    assert.same({a = value}, v:tolist()[2])
    local w = mview.new("T{" .. format .. "}", 3):copyfrom(v:tolist())
    assert.is_true(w == v)
  end)

  it("is asked for by lists in lists", function()
    local shape = filled(64, 1)
    local v = mview.new("Zd", table.unpack(shape))
    v:copyfrom(nested(64, {1.0, 2.0}))
    assert.same(nested(64, {1.0, 2.0}), v:tolist())
    assert.same(filled(64, 1), mview.from("h", nested(64, 3)).shape)
  end)

  it("is asked for by the place in a message", function()
    raises("bad argument #1 to 'copyfrom' (" .. ("[1]"):rep(63)
      .. ": number expected, got table)", function()
      mview.new("d", table.unpack(filled(63, 1))):copyfrom(nested(64, 1))
    end)
  end)

  -- Formats in which a value is nested in depth lists or records.
  local depth = 60
  local function array(format)
    local n, item = format:match "^%((%d+)%)(.*)"
    return ("(%s%s)%s"):format(("1,"):rep(n and depth or depth - 1), n or 1,
      item or format)
  end
  local function records(format, value)
    for _ = 1, depth do
      format, value = "T{" .. format .. ":a:}", {a = value}
    end
    return format, value
  end

  it("is asked for by arrays of many dimensions", function()
    for format, x in pairs {h = 5, Zd = {1.0, 2.0}, ["3s"] = "abc"} do
      local v, value = mview.new(array(format), 3), nested(depth, x)
      v[2] = value
      assert.same(value, v[2])
      assert.same(value, (select(2, v:values())))
      assert.same(value, v:tolist()[2])
      assert.equal(2, (v:index(value)))
      assert.equal(1, v:count(value))
      assert.same(v:tolist(), mview.new(array(format), 3):fill(v[1])
        :copyfrom(v:tolist()):tolist())
    end
  end)

  it("is asked for by records in records", function()
    for format, x in pairs {h = 5, Zd = {1.0, 2.0}, ["(1,20)h"] =
      {filled(20, 7)}} do
      local text, value = records(format, x)
      local v = mview.new(text, 3)
      v[2] = value
      assert.same(value, v[2])
      assert.same(value, (select(2, v:values())))
      assert.same(value, v:tolist()[2])
      assert.equal(2, (v:index(value)))
      assert.equal(1, v:count(value))
    end
  end)

  it("is asked for by many numbers at the bottom of lists", function()
    for n = 1, 40 do
      local shape = filled(63, 1)
      shape[64] = n
      local list = nested(63, filled(n, 7))
      local v = mview.new("h", table.unpack(shape))
      v:copyfrom(list)
      assert.same(list, v:tolist())
      local w = mview.new(("(%s1,%d)h"):format(("1,"):rep(depth - 1), n), 2)
      w[2] = nested(depth, filled(n, 7))
      assert.same(nested(depth, filled(n, 7)), w[2])
    end
  end)

  local refused = {
    {"B", "a", "integer expected, got string"},
    {"B", 300, "value 300 out of range [0, 255] for format"},
    {"B", 1.5, "number has no integer representation"},
    {"2s", "abc", "string of 3 bytes where there is room for 2"},
    {"c", "abc", "string of 3 bytes where there is exactly 1"},
    {"Zf", {1e300, 0}, "value {1e+300, 0} out of range"},
    {"f", 1e300, "value 1e+300 out of range"},
    {"(2)B", {1}, "list of 2 items expected, got 1"},
    {"(2)B", 5, "list expected, got number"},
    {"T{B:a:}", 5, "table expected, got number"},
    {"T{B:a:}", {b = 1}, "no field 'b' in the format"},
    {"T{B:a:}", {a = 1, [{}] = 1}, "no field 'table: "},
    {"T{B:a:B:b:}", {b = 1}, "integer expected, got nil"},
  }
  for _, row in ipairs(refused) do
    it("is asked for by a message at the bottom of lists: " .. row[3],
      function()
        local format, value = records(row[1], row[2])
        for text, x in pairs {[array(row[1])] = nested(depth, row[2]),
          [format] = value} do
          local v = mview.new(text, 2)
          local function set() v[1] = x end
          local function index() assert(v:index(x)) end
          for _, f in ipairs {set, index, function() v:copyfrom {x, x} end,
            function() mview.from(text, {x}) end} do
            local ok, why = pcall(f)
            assert.is_false(ok)
            if f == set then assert.truthy(why:find(row[3], 1, true), why) end
          end
        end
      end)
  end

  it("is requested for the index of the least item", function()
    for n = 1, 64 do
      local v = mview.new("h", table.unpack(filled(n, 1)))
      local least = table.pack(v:min())
      assert.same({0, n + 1}, {least[1], least.n})
      assert.same(filled(n, 1), {select(2, v:max())})
    end
  end)

  it("is asked for by captures", function()
    local v, pattern = mview(("x"):rep(40)), ("(.)"):rep(32)
    assert.equal(34, select("#", v:find(pattern)))
    assert.equal(32, select("#", v:match(pattern)))
    for _ in v:sub(1, 32):gmatch(pattern) do end
    local wide = mview(("x"):rep(80)):sub(1, -1, 2)
    assert.equal(34, select("#", wide:find(pattern)))
  end)

  it("is asked for by an error behind many results", function()
    for n = 1, 60 do
      local v = mview.new("B", 8 * n)
      for _, last in ipairs {"q", "T{", "z", "s1", "i17", "c99999"} do
        local ok = pcall(v.unpack, v, ("i3"):rep(n) .. last)
        assert.is_true(not ok or last == "z" or last == "s1")
      end
    end
  end)

  for option, value in pairs {i3 = 5, z = "abc", s1 = "abc", c3 = "abc",
    d = 0.5} do
    it("is asked for by unpack of many " .. option, function()
      for n = 1, 80 do
        local s = string.pack(option:rep(n), table.unpack(filled(n, value)))
        local wide = mview.bytearray(2 * #s):view():sub(1, -1, 2)
        wide:copyfrom(s)
        for _, v in ipairs {mview(s), wide} do
          local got = table.pack(v:unpack(option:rep(n)))
          assert.equal(n + 1, got.n)
          assert.equal(value, got[n])
          assert.equal(#s + 1, got[n + 1])
        end
      end
    end)
  end

  it("is asked for by many bytes", function()
    for n = 1, 300 do
      local v = mview(("x"):rep(n))
      assert.equal(n, select("#", v:byte(1, -1)))
      assert.equal(n, select("#", v:sub(-1, 1, -1):byte(1, -1)))
    end
  end)

  it("is not taken from below by a call without arguments", function()
    raises("bad argument #1 to 'mview' (string, view or other bytes-like "
      .. "expected, got no value)", getmetatable(mview).__call)
  end)
end)

describe("With any number of arguments, the process survives", function()
  local function call(f, ...)
    local values = table.pack(...)
    for n = 0, 60 do
      pcall(f, table.unpack(values))
      values[#values + 1] = 1 + n % 2
    end
  end

  for name, f in pairs(mview) do
    if type(f) == "function" then
      it("mview." .. name, function() call(f) end)
    end
  end

  for _, uses in ipairs {names.reads, names.writes} do
    for name in pairs(uses) do
      local ok, method = pcall(function() return mview("")[name] end)
      if ok and type(method) == "function" then
        it("v:" .. name, function()
          call(method)
          for ndim = 1, 64 do
            local shape = filled(ndim, 1)
            call(method, mview.new("Zd", table.unpack(shape)),
              table.unpack(shape))
            pcall(method, mview.new("T{h:a:}", table.unpack(shape)),
              table.unpack(shape))
          end
        end)
      end
    end
  end

  it("iterators", function()
    call(mview("ab"):iter())
    call((pairs(mview("ab"))))
  end)
end)

describe("The C API asks for the room that it uses", function()
  local b = mview.bytearray "abcd"
  local record = b:view():cast "T{<H:a:H:b:}"
  local dead = b:view()
  dead:release()
  local object = setmetatable({}, {__buffer = function() return "x" end})
  local values = {"abc", ("x"):rep(1000), b, b:view(), record,
    b:view():cast("B", {2, 2}):transpose(), dead,
    mview.map(nil, "r+", 0, 2), object, setmetatable({}, {__buffer = 1}),
    bad_exporters.exporter "litter", bad_exporters.exporter "format",
    bad_exporters.exporter "litter format", bad_exporters.exporter "shape",
    bad_exporters.exporter("borrower", b), 42, {}, io.stdout}

  for _, name in ipairs {"borrow", "peek", "isbytes", "push", "newbytes",
    "lend", "unborrow", "revoke"} do
    it("without free slots: " .. name, function()
      for _, x in ipairs(values) do
        for flags = 0, 7 do
          local ok, why = pcall(capi.brim, name, x, flags)
          assert.is_true(ok or type(why) == "string")
        end
      end
    end)
  end
end)
