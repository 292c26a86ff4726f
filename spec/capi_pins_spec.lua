-- Pins: memory that C code borrows stays until the pin ends, in any way.

local capi = require "capi"
local gc_always = require "gc_always"
local lend_host = require "lend_host"
local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"
local raster = require "raster"
local string_lengths = require "string_lengths"

local READ, INDIRECT = capi.READ, capi.INDIRECT

-- Runs f while x is borrowed n times.
local function pinned(x, n, f) return capi.nested(x, n, f) end

describe("v.pins", function()
  it("counts borrowers, of all views of the memory", function()
    local b = mview.bytearray("abc")
    local v, slice = b:view(), mview(b):sub(2)
    assert.equal(0, v.pins)
    assert.same({1, 1}, {pinned(v, 1, function()
      return v.pins, slice.pins
    end)})
    assert.same({3, 3}, {pinned(slice, 3, function()
      return v.pins, b:view().pins
    end)})
    assert.equal(0, v.pins)
  end)

  it("counts the borrowers of every kind of memory", function()
    local map <close> = mview.map(nil, "r+", 0, 1)
    local pil = lend_host.pil {blocks = {"a", "b"}, format = "B",
      shape = {2, 1}}
    local lent = capi.lend(3)
    for _, v in ipairs {mview "abc", map:view(), lent, pil,
      mview(raster.image(2, 2)), mview(raster.image(2, 2, true))} do
      assert.equal(2, pinned(v, 2, function() return v.pins end))
      assert.equal(0, v.pins)
    end
  end)
end)

-- A pin ends in each of these ways; while(v, f) must call f while v is pinned.
local ends = {
  {"a return", function(v, f) capi.borrow(v, INDIRECT, f) end},
  {"an error of the borrower", function(v, f)
    f()
    raises("oh", capi.fail, v, "oh")
  end},
  {"an error of what it calls", function(v, f)
    raises("inside", capi.borrow, v, INDIRECT, function()
      f()
      error("inside", 0)
    end)
  end},
  {"an error with a value that is no string", function(v, f)
    f()
    local reason = {}
    assert.equal(reason, select(2, pcall(capi.fail, v, reason)))
  end},
  {"unborrow", function(v, f)
    local before, after = capi.unborrow(v, function()
      f()
      return v.pins
    end)
    assert.same({1, 0}, {before, after})
  end},
  {"popping it", function(v, f)
    local before, after = capi.pop(v, function()
      f()
      return v.pins
    end)
    assert.same({1, 0}, {before, after})
  end},
  {"the end of the coroutine that it yielded in", function(v, f)
    local resume = coroutine.wrap(capi.hold)
    resume(v)
    assert.equal(1, v.pins)
    f()
    assert.equal(v:tobytes(), resume())
  end},
  {"coroutine.close", function(v, f)
    local thread = coroutine.create(capi.hold)
    assert(coroutine.resume(thread, v))
    assert.equal(1, v.pins)
    f()
    assert.is_true(coroutine.close(thread))
  end},
  {"the collection of its coroutine", function(v, f)
    coroutine.wrap(capi.hold)(v)
    assert.equal(1, v.pins)
    f()
    collectgarbage()
    collectgarbage()
  end},
}

describe("A pin is ended by", function()
  for _, row in ipairs(ends) do
    it(row[1], function()
      local b = mview.bytearray("abc")
      local v, called = b:view(), false
      row[2](v, function() called = true end)
      assert.is_true(called)
      assert.equal(0, v.pins)
      b:resize(0)
      assert.is_false(v.valid)
    end)
  end
end)

describe("A coroutine that is lost while it borrows", function()
  it("is dead to the finalizer that brings it back, as its memory is",
    function()
      local saved, loan
      local function forget()
        local thread = coroutine.create(capi.hold)
        local t = setmetatable({thread}, {__gc = function(t) saved = t[1] end})
        local view
        view, loan = capi.lend(100000)
        assert(coroutine.resume(t[1], view))
      end
      forget()
      collectgarbage()
      collectgarbage()
      assert.equal(1, loan:dones())
      assert.equal("dead", coroutine.status(saved))
      assert.same({false, "cannot resume dead coroutine"},
        {coroutine.resume(saved)})
    end)

  -- Runs the code in a state of its own, whose collector makes small steps.
  -- revive(f) loses a coroutine that borrows and will call f, and returns it
  -- when a finalizer has saved it, before the finalizer of its pin runs.
  local function run_revived(code)
    return lua_states.sequence(1, [[
      local capi = require "capi"
      local saved, loan
      local function forget(f)
        local thread = coroutine.create(capi.hold)
        local view
        view, loan = capi.lend(3)
        assert(coroutine.resume(thread, view, f))
        view = nil
        local nothing = {__gc = function() end}
        for _ = 1, 20000 do setmetatable({}, nothing) end
        setmetatable({thread}, {__gc = function(t) saved = t[1] end})
      end
      local function revive(f)
        collectgarbage "incremental"
        collectgarbage "stop"
        forget(f)
        repeat collectgarbage("step", 0) until saved
        collectgarbage "restart"
      end
    ]] .. code)
  end

  it("keeps its pin while it runs again", function()
    assert.equal(0, run_revived [[
      local pins, dones
      revive(function()
        collectgarbage() -- comes to the pin's finalizer
        pins, dones = loan:revoke(), loan:dones()
      end)
      local ok, bytes = coroutine.resume(saved)
      assert(ok and bytes == "\0\0\0", bytes)
      assert(pins == 1 and dones == 0 and loan:dones() == 1)
    ]])
  end)

  it("is closed by a later collection if it fails when it runs again",
    function()
      assert.equal(0, run_revived [[
        revive(function()
          collectgarbage() -- comes to the pin's finalizer
          error "on purpose"
        end)
        local ok, message = coroutine.resume(saved)
        assert(not ok and message:find "on purpose", message)
        assert(loan:dones() == 0)
        saved = nil
        collectgarbage()
        collectgarbage()
        assert(loan:dones() == 1)
      ]])
    end)

  it("closes younger values before the pin, also after an error",
    function()
      local view, loan = capi.lend(3)
      local closed
      local thread = coroutine.create(capi.borrow)
      assert.is_false((coroutine.resume(thread, view, capi.READ, function()
        local _ <close> = setmetatable({}, {__close = function()
          closed = {loan:revoke(), loan:dones()}
        end})
        error "on purpose"
      end)))
      assert.equal(1, view.pins)
      thread = nil -- luacheck: ignore
      collectgarbage()
      assert.same({1, 0}, closed)
      assert.equal(1, loan:dones())
    end)

  it("goes on in a finalizer that comes before", function()
    local result
    local function forget()
      local thread = coroutine.create(capi.hold)
      assert(coroutine.resume(thread, (capi.lend(3))))
      setmetatable({thread}, {__gc = function(t)
        result = select(2, coroutine.resume(t[1]))
      end})
    end
    forget()
    collectgarbage()
    assert.equal("\0\0\0", result)
  end)
end)

describe("A borrow", function()
  it("is refused at a depth of C calls where it could not close",
    function()
      local b = mview.bytearray("abc")
      local v, borrowed = b:view(), 0
      local function deep()
        if pcall(capi.borrow, v, capi.READ) then borrowed = borrowed + 1 end
        string.gsub("a", "a", deep)
      end
      -- The message depends on what ends the recursion: gsub or Lua.
      assert.is_false((pcall(deep)))
      assert.is_true(borrowed > 0)
      assert.equal(0, v.pins)
      b:resize(0)
    end)

  -- The stack of Lua 5.4.3 and 5.4.4 must not move meanwhile.
  it("is popped at any place in the coroutine's stack", function()
    local v = mview.bytearray(1):view()
    local function nothing() end
    for depth = 0, 60 do
      local thread = coroutine.wrap(function(...)
        capi.pop(v, nothing)
        return select("#", ...)
      end)
      assert.equal(depth, thread(table.unpack({}, 1, depth)))
      assert.equal(0, v.pins)
    end
  end)
end)

describe("unborrow", function()
  it("refuses a value that is not a pin", function()
    for _, value in ipairs {0, true, {}, io.stdout, mview("abc"), print} do
      raises("no pin at stack index 1",
        function() capi.unborrow_other(value) end)
    end
  end)

  it("takes the pin of a string, which may be the string", function()
    for _, n in ipairs {0, 1, 511, 512, 513, 100000,
      string_lengths.of_pin("string"), string_lengths.of_pin("userdata")} do
      local s = ("x"):rep(n)
      assert.same({"before", "after"}, {capi.unborrow(s, (function()
        local says = {"before", "after"}
        return function() return table.remove(says, 1) end
      end)())})
    end
  end)
end)

describe("A pin that a C module gives to a script", function()
  it("hides its metatable, whose functions trust their argument", function()
    local keeper = ("x"):rep(string_lengths.of_pin("userdata"))
    for _, x in ipairs {mview.bytearray("abc"), mview("abc"), keeper} do
      local pin = capi.leak(x)
      assert.equal("userdata", type(pin))
      assert.is_false(getmetatable(pin))
      raises("bad argument #1 to 'setmetatable' (table expected, got "
        .. "mview.pin)", setmetatable, pin, {})
    end
  end)
end)

describe("Pinned memory", function()
  local b, v

  before_each(function()
    b = mview.bytearray("abc")
    v = b:view()
  end)

  local refusals = {
    {"resize to more", function() b:resize(10) end},
    {"resize to less", function() b:resize(1) end},
    {"resize to the same", function() b:resize(3) end},
    {"append", function() b:append("d") end},
    {"append of nothing", function() b:append() end},
    {"reserve", function() b:reserve(100) end},
    {"clear", function() b:clear() end},
    {"release", function() b:release() end},
    {"the end of its <close> variable", function()
      local _ <close> = b
    end},
  }
  for _, row in ipairs(refusals) do
    it("refuses " .. row[1] .. ", with the count", function()
      pinned(v, 1, function()
        raises("bytearray is pinned by 1 borrower", row[2])
      end)
      pinned(v, 2, function()
        raises("bytearray is pinned by 2 borrowers", row[2])
      end)
      assert.equal("abc", tostring(b))
      assert.is_true(v.valid)
      row[2]()
    end)
  end

  it("may be written, sliced and copied", function()
    pinned(b, 1, function()
      b[1], v[2] = 0x41, 0x42
      v:sub(3):fill(0x43)
      assert.equal("ABC", v:tobytes())
    end)
  end)

  it("refuses close and resize of a map, with the count", function()
    local map = mview.map(nil, "r+", 0, 10)
    local mapped = map:view()
    pinned(mapped, 2, function()
      raises("map is pinned by 2 borrowers", map.close, map)
      raises("map is pinned by 2 borrowers", map.resize, map, 1)
      raises("map is pinned by 2 borrowers", function()
        local _ <close> = map
      end)
    end)
    assert.is_true(mapped.valid)
    map:close()
    assert.is_false(mapped.valid)
  end)

  it("stays when each view of it is released", function()
    assert.equal("abc", capi.after(v, function() v:release() end))
    assert.equal("abc", tostring(b))
  end)

  it("stays without another reference", function()
    assert.equal("lent\0", capi.after((function()
      local view = capi.lend(5)
      view:sub(1, 4):copyfrom("lent")
      return view
    end)(), function()
      collectgarbage()
      collectgarbage()
    end))
  end)

  it("is not ended by a finalizer", function()
    local ok, why
    local function arm()
      setmetatable({}, {__gc = function() ok, why = pcall(b.resize, b, 0) end})
    end
    assert.equal("abc", capi.after(v, function()
      arm()
      collectgarbage()
    end))
    assert.is_false(ok)
    assert.equal("bytearray is pinned by 1 borrower", why)
  end)
end)

describe("borrow while a finalizer ends the memory", function()
  before_each(function()
    gc_always.start()
    collectgarbage()
  end)
  after_each(gc_always.stop)

  -- The results of borrowing a view of "abc", and the bytearray itself.
  local expired = "attempt to use an expired view (its bytearray shrank)"
  local rows = {
    {"shrinking", function(b) b:resize(1) end, expired, "a"},
    {"shrinking and growing", function(b) b:resize(1):resize(3) end, expired,
      "a\0\0"},
    {"growing", function(b) b:resize(1000):resize(1001) end, "abc",
      "abc" .. ("\0"):rep(998)},
    {"releasing", function(b) b:release() end,
      "attempt to use a view of revoked memory",
      "attempt to use a released bytearray"},
  }
  for _, row in ipairs(rows) do
    it("sees the memory after " .. row[1], function()
      for column, make in pairs {[3] = mview, [4] = function(b) return b end} do
        local b = mview.bytearray("abc")
        local x, ran = make(b), false
        local function arm()
          setmetatable({}, {__gc = function()
            row[2](b)
            ran = true
          end})
        end
        arm()
        local ok, result = pcall(capi.borrow, x, READ)
        assert.is_true(ran)
        assert.equal(row[column], ok and result.data or result)
      end
    end)
  end
end)

describe("borrow without memory", function()
  it("leaves no pin and no leak", function()
    for _, value in ipairs {"'abc'", "bytearray", "bytearray:view()", "image",
      "tiled", "lent", "viewed", "object"} do
      local failures, bytes = lua_states.starve(([[
        local capi, mview = require "capi", require "mview"
        local raster = require "raster"
        local bytearray = mview.bytearray(10)
        local image, tiled = raster.image(2, 2), raster.image(2, 2, true)
        local lent = capi.lend(10)
        local viewed = mview(image)
        local object = setmetatable({}, {__buffer = function()
          return bytearray
        end})
        return function()
          local ok, why = pcall(capi.borrow, %s, capi.INDIRECT, print)
          assert(bytearray:view().pins == 0 and lent.pins == 0)
          if not ok then error(why, 0) end
        end
      ]]):gsub("print", "function() end"):format(value))
      assert.is_true(failures > 0)
      assert.equal(0, bytes)
    end
    collectgarbage() -- objects of other specs
    collectgarbage()
    assert.equal(raster.counts(), (select(2, raster.counts())))
  end)

  it("leaves no pin if it fails", function()
    local v = mview("abc")
    raises("bad argument #1 to 'capi.borrow' (memory is read-only)",
      capi.borrow, v, capi.WRITE)
    assert.equal(0, v.pins)
    assert.equal("abc", capi.borrow(v, READ).data)
  end)
end)
