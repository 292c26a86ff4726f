-- Every public name of a view on views of every kind.

local agree = require "agree"
local boundary_integers = require "boundary_integers"
local lend_host = require "lend_host"
local mview = require "mview"
local names = require "names"
local raises = require "raises"

local function sorted_keys(...)
  local list = {}
  for _, t in ipairs {...} do
    for key in pairs(t) do list[#list + 1] = key end
  end
  table.sort(list)
  return list
end

-- The table where __index finds methods and attributes.
local function real_names()
  local index, i = debug.getmetatable(mview "").__index, 1
  while true do
    local name, value = debug.getupvalue(index, i)
    assert(name, "no table of methods")
    if type(value) == "table" and rawget(value, "sub") then return value end
    i = i + 1
  end
end

describe("The names of a view", function()
  it("are the rows of spec/support/names.lua", function()
    local missing, left = {}, {}
    for _, name in ipairs(names.attributes) do left[name] = true end
    for name in pairs(names.methods) do left[name] = true end
    for _, name in ipairs(sorted_keys(real_names())) do
      if not left[name] then missing[#missing + 1] = name end
      left[name] = nil
    end
    assert.equal("", table.concat(missing, ", "), "without a row")
    assert.equal("", table.concat(sorted_keys(left), ", "), "without a method")
  end)

  it("are all there, methods as functions", function()
    local v = mview "ab"
    for _, name in ipairs(names.attributes) do
      assert.is_not_nil(v[name], name)
      assert.are_not.equal("function", type(v[name]), name)
    end
    for name in pairs(names.methods) do
      assert.equal("function", type(v[name]), name)
      assert.equal(v[name], mview("c")[name])
    end
  end)
end)

-- A result as a value that can be compared with that of another view.
local function plain(x)
  if not mview.isview(x) then return x end
  return {x.format, x.shape, x:tolist(), x.readonly}
end

local function outcome(use, v, ...)
  local results = table.pack(pcall(use, v, ...))
  if not results[1] then
    results[2] = results[2]:gsub("^[^ :]+:%d+: ", "")
  end
  for i = 1, results.n do results[i] = plain(results[i]) end
  return results
end

local function full_index(v)
  local index = {}
  for d = 1, v.ndim do index[d] = 1 end
  return table.unpack(index)
end

-- A writable view of the bytes abcdef, of each kind; and all its memory.
local kinds = {
  ["a part of memory"] = function()
    local data = mview.bytearray("##abcdef##")
    return data:view():sub(3, -3), data
  end,
  ["every second byte"] = function()
    local data = mview.bytearray("#a#b#c#d#e#f#")
    return data:view():sub(2, -1, 2), data
  end,
  ["bytes backwards"] = function()
    local data = mview.bytearray("#fedcba#")
    return data:view():sub(-2, 2, -1), data
  end,
  ["anonymous shared memory"] = function()
    local map = mview.map(nil, "r+", 0, 6)
    map:view():copyfrom("abcdef")
    return map:view(), map
  end,
  ["memory of a host"] = function()
    local v = lend_host.lend {data = "f.e.d.c.b.a", offset = 10, shape = {6},
      strides = {-2}}
    return v, v
  end,
  ["two rows of it"] = function()
    local data = mview.bytearray("#abc#def#")
    local grid = data:view():sub(2):cast("B", {2, 4})
    return grid:slice({}, {1, 3}), data
  end,
  ["its columns"] = function()
    local data = mview.bytearray("adbecf")
    return data:view():cast("B", {3, 2}):transpose(), data
  end,
  ["rows behind pointers"] = function()
    local v = lend_host.pil {blocks = {"abc", "def"}, format = "B",
      shape = {2, 3}}
    return v, v
  end,
}

-- Uses whose results depend on the layout.
local about_layout = {cast = true, split = true, transpose = true, at = true}

-- A contiguous view of the same items.
local function packed(v)
  return mview.bytearray(v:tobytes()):view():cast("B", v.shape)
end

describe("Every way to read", function()
  for kind, make in pairs(kinds) do
    for name, use in pairs(names.reads) do
      if not about_layout[name] then
        it(("%s works as with packed items: %s"):format(kind, name),
          function()
            local v = make()
            local twin = packed(v)
            assert.same(outcome(use, twin, full_index(v)),
              outcome(use, v, full_index(v)))
            assert.same(
              outcome(use, twin:toreadonly(), full_index(v)),
              outcome(use, v:toreadonly(), full_index(v)))
            assert.equal("abcdef", v:tobytes())
          end)
      end
    end
  end
end)

-- The bytes of memory that are no items: # or .
local function gaps(memory)
  return (mview(memory):tobytes():gsub("[^#]", ""))
end

describe("Every way to write", function()
  for kind, make in pairs(kinds) do
    for name, use in pairs(names.writes) do
      it(("%s works as on packed items: %s"):format(kind, name),
        function()
          local v, memory = make()
          local twin, before = packed(v), gaps(memory)
          assert.same(outcome(use, twin, full_index(v)),
            outcome(use, v, full_index(v)))
          assert.same(twin:tolist(), v:tolist())
          assert.equal(before, gaps(memory))
        end)

      it(("%s refuses read-only memory: %s"):format(kind, name), function()
        local v = make()
        raises("attempt to write to a read-only view", use, v:toreadonly(),
          full_index(v))
        assert.equal("abcdef", v:tobytes())
      end)
    end
  end
end)

describe("A view of no items", function()
  local empties = {
    ["of nothing"] = function() return mview.bytearray():view() end,
    ["of a part of nothing"] = function()
      return mview.bytearray("ab"):view():sub(2, 1)
    end,
    ["backwards"] = function()
      return mview.bytearray("ab"):view():sub(1, 2, -1)
    end,
    ["behind the end"] = function()
      return mview.bytearray("ab"):view():sub(9)
    end,
  }
  for name, row in pairs(names.rows) do
    it("gives the registered answer: " .. name, function()
      for how, make in pairs(empties) do
        local got = outcome(row.use, make(), 1)
        if type(row.empty) == "string" then
          assert.equal(row.empty, got[2], how)
        else
          local n = row.empty.n or #row.empty
          assert.is_true(got[1], how)
          assert.same({table.unpack(row.empty, 1, n)},
            {table.unpack(got, 2, got.n)}, how)
          assert.equal(n, got.n - 1, how)
        end
      end
    end)
  end
end)

describe("A view of one item and no dimensions", function()
  for name, row in pairs(names.rows) do
    it("gives the registered answer: " .. name, function()
      local got = outcome(row.use, mview.bytearray("a"):view():slice(1))
      if type(row.point) == "string" then
        assert.equal(row.point, got[2])
      else
        assert.same({true, table.unpack(row.point)},
          {table.unpack(got, 1, got.n)})
      end
    end)
  end
end)

-- Uses of each parameter that is a number, with that number x.
local parameters = {
  {"sub", function(v, x) return v:sub(x) end},
  {"sub", function(v, x) return v:sub(1, x) end},
  {"sub", function(v, x) return v:sub(1, 3, x) end},
  {"sub", function(v, x) return v:sub(x, x, x) end},
  {"slice", function(v, x) return v:slice(x) end},
  {"get", function(v, x) return v:get(x) end},
  {"set", function(v, x) return v:set(x, 98) end},
  {"call of a view", function(v, x) return v(x) end},
  {"values", function(v, x) return v:values(x) end},
  {"values", function(v, x) return v:values(2, x) end},
  {"transpose", function(v, x) return v:transpose(x) end},
  {"field", function(v, x)
    return v:cast("BB"):field(type(x) == "string" and tonumber(x) or x)
  end},
  {"hex", function(v, x) return v:hex("-", x) end},
  {"at", function(v, x) return v:at(x, 1) end},
  {"at", function(v, x) return v:at(0, "B", x) end},
  {"count", function(v, x) return v:count(98, x) end},
  {"count", function(v, x) return v:count(98, 1, x) end},
  {"index", function(v, x) return v:index(98, x) end},
  {"index", function(v, x) return v:index(98, 1, x) end},
  {"find", function(v, x) return v:find("b", x) end},
  {"match", function(v, x) return v:match("b", x) end},
  {"gmatch", function(v, x) return v:gmatch("b", x)() end},
  {"rfind", function(v, x) return v:rfind("b", x) end},
  {"unpack", function(v, x) return v:unpack("B", x) end},
  {"pack", function(v, x) return v:pack("", x) end},
  {"byte", function(v, x) return v:byte(x) end},
  {"byte", function(v, x) return v:byte(2, x) end},
}

-- Messages for integers out of range have the integer and the range.
local refusals = {
  "^bad argument #1 to 'at' %(offset %-?%d+ out of range %[0, 4%]%)$",
  "^bad argument #2 to 'at' %(%d+ .*bytes? at offset %d+, %d+ .*left%)$",
  "^bad argument #3 to 'at' %(size %-?%d+ out of range %[0, %d+%]%)$",
  "^index %-?%d+ out of range %[1, 4%]$",
  "^bad argument #%d to '%l+' %(step is 0%)$",
  "^bad argument #1 to 'transpose' %(dimension %-?%d+ out of range %[1, 1%]%)$",
  "^bad argument #1 to 'field' %(field %-?%d+ out of range %[1, 2%]%)$",
  "^bad argument #2 to '%l+' %(initial position out of string%)$",
  "^bad argument #1 to 'unpack' %(data string too short%)$",
}

local function is_refusal(message)
  for _, pattern in ipairs(refusals) do
    if message:find(pattern) then return true end
  end
  return false
end

local function text(results)
  local parts = {}
  for i = 1, results.n do
    local x = results[i]
    local items = type(x) == "table" and x[3]
    parts[i] = type(items) == "table" and table.concat(items, ",")
      or tostring(items or x)
  end
  return table.concat(parts, " ")
end

describe("Every parameter that is a number", function()
  local data, v

  before_each(function()
    data = mview.bytearray("##abcd##")
    v = data:view():sub(3, 6)
  end)

  for i, row in ipairs(parameters) do
    local name, use = row[1], row[2]

    it(("may be any integer, %s %d"):format(name, i), function()
      for _, x in ipairs(boundary_integers.integers) do
        local got = outcome(use, v, x)
        if not got[1] then
          assert.is_true(is_refusal(got[2]), got[2])
        end
        local integer = outcome(use, v, math.tointeger(tonumber(x)))
        agree(text(integer), text(got), "%s of %s", name, x)
        agree("##", tostring(data):sub(1, 2), "%s of %s", name, x)
        agree("##", tostring(data):sub(-2), "%s of %s", name, x)
      end
    end)

    it(("must be a number in range, %s %d"):format(name, i), function()
      for _, x in ipairs(boundary_integers.others) do
        local got = outcome(use, v, x)
        assert.equal(("bad argument to '%s' "
          .. "(number has no integer representation)"):format(name),
          got[2] and got[2]:gsub("#%d ", ""))
      end
      assert.equal("##abcd##", tostring(data))
    end)

    it(("must be of the right type, %s %d"):format(name, i), function()
      local wrong = {true, "x", "", {}, print, v}
      if name == "slice" then table.remove(wrong, 4) end
      local kind = name == "slice" and i == 5
        and "integer, list {i, j, step} or nil" or "number"
      if name == "field" then
        wrong, kind = {true, {}, print, v}, "name or number"
      end
      for _, x in ipairs(wrong) do
        local type_name = mview.isview(x) and "mview.view" or type(x)
        assert.equal(("bad argument to '%s' (%s expected, got %s)")
          :format(name, kind, type_name),
          (outcome(use, v, x)[2]:gsub("#%d ", "")))
      end
      assert.equal("##abcd##", tostring(data))
    end)
  end
end)
