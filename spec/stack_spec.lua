-- Every function asks for the room on the Lua stack that it uses. These are
-- the calls that need most of it. A Lua that checks the use of its API (make
-- apicheck) ends the process where one takes more than it asked for.
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

describe("room on the stack", function()
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

describe("with any number of arguments, the process survives", function()
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
