-- Shared blocks in several Lua states of one process, which end in any order.

local files = require "files"
local lua_states = require "lua_states"
local mview = require "mview"

-- A state that has attached to the block as s.
local function attached(id)
  local state = lua_states.open()
  state:run(([[
    mview = require "mview"
    s = mview.attach(%d)
  ]]):format(id))
  return state
end

describe("A shared block", function()
  it("is the same memory in all states", function()
    local s = mview.shared(16)
    local a, b = attached(s:id()), attached(s:id())
    a:run "s[1] = 65; s:view():cast('<I')[2] = 0x44434241"
    assert.equal("A\0\0\0ABCD" .. ("\0"):rep(8), b:run "return s:tobytes()")
    assert.equal("A\0\0\0ABCD" .. ("\0"):rep(8), tostring(s))
    assert.equal("true", b:run(("return s:id() == %d"):format(s:id())))
    a:close()
    b:close()
  end)

  it("goes with the last state that holds it", function()
    local first = lua_states.open()
    local id = math.tointeger(first:run [[
      mview = require "mview"
      s = mview.shared(4)
      s[4] = 1
      return s:id()
    ]])
    local second, third = attached(id), attached(id)
    first:close()
    assert.equal("1", second:run "return s[4]")
    second:run "s:release()"
    assert.equal("1", third:run "return s:view()[4]")
    third:close()
    assert.is_nil((mview.attach(id)))
    assert.equal("no shared block of id " .. id,
      second:run(("return select(2, mview.attach(%d))"):format(id)))
    second:close()
  end)

  it("is kept by views, and by pins", function()
    local s = mview.shared(4)
    local id = s:id()
    local state = attached(id)
    state:run [[
      v = s:sub(2)
      s = nil
      collectgarbage()
    ]]
    s:release()
    assert.not_nil(mview.attach(id))
    collectgarbage()
    state:run "v = nil; collectgarbage()"
    assert.is_nil((mview.attach(id)))
    state:close()
  end)

  it("is freed by lua_close in any order, without a leak", function()
    for seed = 1, 20 do
      local list, ids = {}, {}
      for i = 1, 6 do list[i] = lua_states.open() end
      for i, state in ipairs(list) do
        ids[i] = state:run [[
          mview = require "mview"
          kept = {mview.shared(100)}
          return kept[1]:id()
        ]]
      end
      for i, state in ipairs(list) do
        for j = 1, 3 do
          state:run(("kept[#kept + 1] = mview.attach(%s):view()")
            :format(ids[(i * seed + j) % 6 + 1]))
        end
      end
      local order = {1, 2, 3, 4, 5, 6}
      for i = 6, 2, -1 do
        local k = (seed * 7 + i * i) % i + 1
        order[i], order[k] = order[k], order[i]
      end
      for _, i in ipairs(order) do assert.equal(0, list[i]:close()) end
      for _, id in ipairs(ids) do
        assert.is_nil((mview.attach(math.tointeger(id))))
      end
    end
  end)

  it("is not known to another copy of the library, not even by its id",
    function()
      local s = mview.shared(4)
      local name, state = os.tmpname(), lua_states.open()
      local path = name .. ".so"
      files.write(path, files.read(
        assert(package.searchpath("mview", package.cpath))))
      assert.equal("no shared block of id " .. s:id(), state:run(([[
        mview = package.loadlib(%q, "luaopen_mview")()
        kept = {}
        for i = 1, %d & 0xffffffff do kept[i] = mview.shared(1) end
        return select(2, mview.attach(%d))
      ]]):format(path, s:id(), s:id())))
      state:close()
      os.remove(path)
      os.remove(name)
    end)

  it("may be attached to by finalizers of a state that is closed", function()
    local s = mview.shared(4)
    local state = attached(s:id())
    state:run(([[
      setmetatable({}, {__gc = function()
        local ok, message = pcall(mview.attach, %d)
        s[1] = ok and 1 or 2
      end})
      kept = s
    ]]):format(s:id()))
    assert.equal(0, state:close())
    local id = s:id()
    s:release()
    assert.is_nil((mview.attach(id)))
  end)
end)
