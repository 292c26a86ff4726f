-- Finalizers may run at each allocation of an operation, and may do anything.

local gc_races = require "gc_races"
local lua_states = require "lua_states"

describe("A finalizer in the middle of an operation", function()
  for name in pairs(gc_races.operations) do
    it("makes it raise, or leaves its answer right: " .. name, function()
      local code = ("require 'gc_races'.run(%q)"):format(name)
      assert.equal(0, lua_states.sequence(1, code))
    end)
  end
end)

describe("An iterator that a finalizer calls, too", function()
  it("gives each item with its own index", function()
    local code = [[
      local gc_always, mview = require "gc_always", require "mview"
      local v = mview.new("<hB", 100)
      for i = 1, #v do v[i] = {i, 0} end
      local next_pair = pairs(v)
      local inside, struck = false, false
      local function strike()
        struck = struck or inside
        if inside then
          inside = false
          next_pair()
        end
      end
      local function arm() setmetatable({}, {__gc = strike}) end
      gc_always.start()
      collectgarbage()
      repeat
        arm()
        inside = true
        local i, item = next_pair()
        inside = false
        assert(not i or item[1] == i)
      until not i
      gc_always.stop()
      assert(struck)
    ]]
    assert.equal(0, lua_states.sequence(1, code))
  end)
end)

describe("A reader that a finalizer moves", function()
  for _, use in ipairs {"bytes(40)", "string(90)", "cstring()", "line()",
    "upto(';')", "unpack('s1I4z')"} do
    it("goes on behind the bytes that it gave: " .. use, function()
      local code = [[
        local gc_always, mview = require "gc_always", require "mview"
        local text = "\5abcde\1\2\3\4" .. ("x"):rep(100) .. "\0\n;" .. "rest"
        local apart = mview((text:gsub(".", "%0#"))):sub(1, -1, 2)
        for _, source in ipairs {mview(text), apart, mview.bytearray(text)} do
          local plain, r = mview.reader(source), mview.reader(source)
          local expected = {plain:USE}
          local inside, struck = false, false
          local function strike()
            if inside then r:seek(50) end
            struck = inside
          end
          gc_always.start()
          collectgarbage()
          setmetatable({}, {__gc = strike})
          inside = true
          local a, b, c = r:USE
          inside = false
          gc_always.stop()
          for i, x in ipairs {a, b, c} do assert(x == expected[i]) end
          assert(r.pos == plain.pos)
          assert(struck)
        end
      ]]
      assert.equal(0, lua_states.sequence(1, (code:gsub("USE", use))))
    end)
  end
end)
