-- The life of memory, its end, and the errors of views afterwards.

local lend_host = require "lend_host"
local lua_states = require "lua_states"
local mview = require "mview"
local names = require "names"
local raises = require "raises"

local RELEASED = "attempt to use a released view"
local REVOKED = "attempt to use a view of revoked memory"

-- The ways to end memory: each makes n bytes, and returns a view and a function
-- that ends it.
local ends = {
  ["its release"] = {RELEASED, ", released", function(n)
    local v = mview.bytearray(n):view()
    return v, function(...)
      v:release()
      for _, other in ipairs {...} do other:release() end
    end
  end},
  ["the release of its bytearray"] = {REVOKED, ", revoked", function(n)
    local b = mview.bytearray(n)
    return b:view(), function() b:release() end
  end},
  ["the end of its map"] = {REVOKED, ", revoked", function(n)
    local map = mview.map(nil, "r+", 0, n)
    return map:view(), function() map:close() end
  end},
  ["its host"] = {REVOKED, ", revoked", function(n)
    local v, handle = lend_host.lend {data = ("\0"):rep(n)}
    return v, function() handle:revoke() end
  end},
  ["its bytearray that shrinks"] = {
    "attempt to use an expired view (its bytearray shrank)", ", expired",
    function(n)
      local b = mview.bytearray(n)
      return b:view(), function() b:resize(n - 1) end
    end},
  ["its bytearray that is cleared"] = {
    "attempt to use an expired view (its bytearray shrank)", ", expired",
    function(n)
      local b = mview.bytearray(n)
      return b:view(), function() b:clear() end
    end},
  ["its map that shrinks"] = {
    "attempt to use an expired view (its map shrank)", ", expired",
    function(n)
      local map = mview.map(nil, "r+", 0, n)
      return map:view(), function() assert(map:resize(n - 1)) end
    end},
}

-- Views of all kinds of 12 bytes.
local kinds = {
  ["a view"] = function(v) return v end,
  ["a slice"] = function(v) return v:sub(2, -2) end,
  ["a strided slice"] = function(v) return v:sub(-1, 1, -2) end,
  ["a cast"] = function(v) return v:cast("<h") end,
  ["records"] = function(v) return v:cast("T{<h:a:BB}") end,
  ["a field"] = function(v) return v:cast("hh"):field(2) end,
  ["read-only"] = function(v) return v:toreadonly() end,
  ["empty"] = function(v) return v:sub(1, 0) end,
  ["no strings"] = function(v) return v:cast("3s"):sub(1, 0) end,
  ["no rows"] = function(v) return v:cast("H", {2, 3}):sub(1, 0) end,
  ["two dimensions"] = function(v) return v:cast("H", {2, 3}):transpose() end,
  ["a row"] = function(v) return v:cast("B", {3, 4})[2] end,
  ["no dimensions"] = function(v) return v:cast("12s", {}) end,
}

-- A format that was not used before.
local formats = 0
local function fresh_format()
  formats = formats + 1
  return ("B:f%d:"):format(formats)
end

local function full_index(v)
  local index = {}
  for d = 1, v.ndim do index[d] = 1 end
  return table.unpack(index)
end

describe("A view ended by", function()
  for way, row in pairs(ends) do
    local message, state, make = table.unpack(row)
    for kind, derive in pairs(kinds) do
      it(("%s is named in every error, %s"):format(way, kind),
        function()
          local base, finish = make(12)
          local v = derive(base)
          local index = table.pack(full_index(v))
          local text = tostring(v)
          finish(v)
          assert.is_false(v.valid)
          assert.equal(text .. state, tostring(v))
          for _, name in ipairs(names.attributes) do
            if name ~= "valid" then
              raises(message, function() return v[name] end)
            end
          end
          for _, uses in ipairs {names.reads, names.writes} do
            for _, use in pairs(uses) do
              raises(message, use, v, table.unpack(index))
            end
          end
        end)
    end

    it(way .. " is an operand only of == and release", function()
      local v, finish = make(12)
      local other = mview.bytearray(12):view()
      other:cast("<h") -- from now on a known format
      finish(v)
      local uses = {
        function() mview(v) end, function() mview(v, "h") end,
        function() v:cast("B") end, function() v:cast("<h") end,
        function() v:cast(fresh_format()) end,
        function() mview.bytearray(v) end,
        function() mview.bytearray():append(v) end,
        function() other:copyfrom(v) end, function() other:equals(v) end,
        function() other:mismatch(v) end,
        function() other:find(v, 1, true) end,
        function() return other .. v end, function() return v .. other end,
      }
      for _, use in ipairs(uses) do raises(message, use) end
      assert.is_true(v == v)
      assert.is_false(v == other)
      assert.is_false(other == v)
      assert.is_true(mview.isview(v))
      v:release()
      v:release()
      assert.is_false(v.valid)
      assert.equal(("\0"):rep(12), other:tobytes())
    end)

    it(way .. " ends iterations over it", function()
      local v, finish = make(12)
      local step, pair = v:iter(), pairs(v)
      step()
      pair()
      finish()
      raises(message, step)
      raises(message, pair)
    end)

    it(way .. " has no rows and slices any more", function()
      local base, finish = make(12)
      local grid = base:cast("B", {3, 4})
      local first, slice = grid[1], base:sub(2)
      finish(grid, first, slice)
      for _, v in ipairs {grid, first, slice} do
        raises(message, function() return v[1] end)
      end
    end)
  end
end)

describe("release", function()
  it("ends only that view, not its slices and casts", function()
    local data = mview.bytearray("abcd")
    local v = data:view()
    local slice, cast, twin = v:sub(2), v:cast("<h"), mview(v)
    assert.equal(0, select("#", v:release()))
    for _, living in ipairs {slice, cast, twin, data:view()} do
      assert.is_true(living.valid)
    end
    assert.equal("bcd", slice:tobytes())
    assert.equal(0x6261, cast[1])
    twin[1] = 65
    assert.equal("Abcd", tostring(data))
    slice:release()
    assert.equal("Abcd", twin:tobytes())
  end)

  it("may be called again and again", function()
    local v = mview("abc")
    for _ = 1, 3 do v:release() end
    raises(RELEASED, function() return v[1] end)
  end)

  it("happens at any end of a variable with <close>", function()
    local kept = {}
    local function use(i)
      local v <close> = mview("abc")
      kept[i] = v
      if i == 2 then error("out", 0) end
      if i == 3 then coroutine.yield() end
      return v[1]
    end
    assert.equal(97, use(1))
    assert.same({false, "out"}, {pcall(use, 2)})
    local co = coroutine.create(use)
    coroutine.resume(co, 3)
    assert.is_true(kept[3].valid)
    coroutine.close(co)
    for i = 1, 3 do assert.is_false(kept[i].valid) end
  end)

  it("needs a view", function()
    local release = mview("a").release
    raises("bad argument #1 to 'release' (mview.view expected, got no value)",
      release)
    raises("bad argument #1 to 'release' (mview.view expected, got "
      .. "mview.bytearray)", release, mview.bytearray())
  end)
end)

describe("The collector", function()
  local function collect()
    collectgarbage()
    collectgarbage()
  end

  it("keeps a string as long as there is a view of it", function()
    local n = 0
    local v = mview(("long enough "):rep(100) .. n):sub(13, 24):cast("c")
    collect()
    for i = 1, 2000 do n = n + #("other strings " .. i):rep(50) end
    assert.equal("long enough ", v:tobytes())
    assert.equal(("long enough "):rep(100) .. "0", v.obj)
  end)

  it("keeps the owner of a view, and frees it afterwards", function()
    local kept = {
      slice = function(b) return b:view():sub(2) end,
      cast = function(b) return mview(b, "T{h:a:}") end,
      row = function(b) return mview(b, "B", {2, 2})[2] end,
      item = function(b) return b:view():slice(1) end,
      step = function(b) return b:view():iter() end,
      pair = function(b) return (pairs(b)) end,
    }
    for name, make in pairs(kept) do
      local weak = setmetatable({mview.bytearray("abcd")}, {__mode = "v"})
      local user = make(weak[1])
      collect()
      assert.is_not_nil(weak[1], name)
      assert.equal("abcd", tostring(weak[1]))
      assert.is_not_nil(user)
      user = nil -- luacheck: ignore
      collect()
      assert.is_nil(weak[1], name)
    end
  end)

  it("keeps a parsed format as long as a view has it", function()
    local v = mview(("\1\2\3"):rep(50), "T{" .. "<h:first:B:second:}")
    collect()
    assert.same({first = 0x0201, second = 3}, v[50])
    assert.equal("T{<h:first:B:second:}", v.format)
  end)

  it("takes a view, but not its memory, before the bytearray", function()
    local b = mview.bytearray("abcd")
    b:view():sub(2)
    collect()
    assert.equal("abcd", tostring(b))
  end)

  it("may run finalizers of views and bytearrays in any order", function()
    for _, order in ipairs {"b, v", "v, b"} do
      assert.equal(0, lua_states.sequence(3, ([[
        local mview = require "mview"
        local %s
        b = mview.bytearray("abcd")
        v = b:view()
        local step = v:iter()
        KEPT = {b, v, v:sub(2), mview("text"), v:cast("T{BB}")}
        local function late()
          for _, use in ipairs {
            function() return v[1] end, function() v[1] = 1 end,
            function() return #b end, function() b:append("x") end,
            function() b:resize(100) end, function() return v:tobytes() end,
            function() return b:view()[1] end, step, function() b:clear() end,
            function() b:release() end, function() v:release() end,
            function() return tostring(b) .. tostring(v) end,
          } do pcall(use) end
          KEPT[#KEPT + 1] = setmetatable({}, {__gc = late})
        end
        setmetatable({}, {__gc = late})
        if %q == "v, b" then collectgarbage() end
      ]]):format(order, order)))
    end
  end)
end)

describe("obj", function()
  it("is the owner of the memory, alive or ended", function()
    local b = mview.bytearray("ab")
    local s = "a string"
    local map = mview.map(nil, "r+", 0, 2)
    assert.is_true(rawequal(b, b:view():sub(2):cast("c").obj))
    assert.equal(s, mview(s):sub(3).obj)
    assert.is_true(rawequal(map, map:view().obj))
    assert.is_nil((lend_host.lend {data = "ab"}).obj)
    assert.is_true(rawequal(b, mview(mview(b)).obj))
  end)
end)
