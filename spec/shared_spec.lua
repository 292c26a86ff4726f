-- Shared blocks in one state: their bytes, their holds, their end.

local capi = require "capi"
local mview = require "mview"
local raises = require "raises"
local sizes = require "sizes"

describe("mview.shared", function()
  it("makes zero bytes of any size", function()
    for _, n in ipairs {0, 1, 7, 4096, 100001} do
      local s <close> = mview.shared(n)
      assert.equal(n, #s)
      assert.equal(n, s:count(0))
      assert.equal(("\0"):rep(n), tostring(s))
    end
  end)

  for _, row in ipairs {
    {"bad argument #1 to 'shared' (size -1 out of range [0, "
      .. sizes.most .. "])", -1},
    {"bad argument #1 to 'shared' (number has no integer representation)", 1.5},
    {"bad argument #1 to 'shared' (number expected, got nil)", nil},
    {"not enough memory", sizes.most},
    {"not enough memory", sizes.wide and 1 << 62 or sizes.most - 1},
  } do
    it(("refuses %s"):format(row[2]), function()
      raises(row[1], mview.shared, row[2])
    end)
  end

  it("aligns its bytes for all integers", function()
    for n = 0, 20 do
      local s <close> = mview.shared(16 * n + 8)
      assert.equal(0, mview.atomic.load(s:cast "Q", 1))
    end
  end)
end)

describe("mview.attach", function()
  it("takes an id that has been a float on its way", function()
    local s = mview.shared(3)
    assert.equal(s:id(), math.tointeger(string.unpack("d",
      string.pack("d", s:id()))))
    assert.equal(s, mview.attach(s:id() + 0.0))
  end)

  it("gives the same bytes, as a hold of its own", function()
    local s = mview.shared(3)
    local t = mview.attach(s:id())
    s[2] = 5
    assert.equal("\0\5\0", tostring(t))
    assert.equal(s, t)
    assert.is_false(rawequal(s, t))
    assert.equal(s:id(), t:id())
    local v = t:view()
    s:release()
    assert.equal("\0\5\0", v:tobytes())
    assert.equal("\0\5\0", tostring(mview.attach(t:id())))
  end)

  it("gives nil and a message after the last release", function()
    local s = mview.shared(3)
    local id = s:id()
    local t = mview.attach(id)
    s:release()
    assert.not_nil(mview.attach(id))
    t:release()
    collectgarbage()
    assert.same({nil, "no shared block of id " .. id}, {mview.attach(id)})
    assert.same({nil, "no shared block of id -1"}, {mview.attach(-1)})
  end)

  it("takes only integers", function()
    raises("bad argument #1 to 'attach' (number expected, got no value)",
      mview.attach)
    raises("bad argument #1 to 'attach' (number has no integer "
      .. "representation)", mview.attach, 0.5)
  end)

  it("finds each of many, whose ids are all different", function()
    local ids, blocks = {}, {}
    for i = 1, 5000 do
      blocks[i] = mview.shared(8)
      blocks[i]:pack("j", 1, i)
      assert.is_nil(ids[blocks[i]:id()])
      ids[blocks[i]:id()] = i
    end
    for i = 1, 5000, 2 do blocks[i]:release() end
    for id, i in pairs(ids) do
      local s = mview.attach(id)
      assert.equal(i % 2 == 0 and i or nil, s and s:unpack("j"))
    end
  end)
end)

describe("A shared block", function()
  it("is the obj of its views, and is found by any of them", function()
    local s = mview.shared(4)
    assert.is_true(rawequal(s, s:sub(2).obj))
    assert.is_true(rawequal(s, mview(s):cast("<H").obj))
  end)

  it("has no method that resizes", function()
    local s = mview.shared(4)
    for _, name in ipairs {"resize", "append", "clear", "reserve", "insert",
      "remove", "flush"} do
      assert.is_nil(s[name])
    end
    raises("bad argument #1 to 'resize' (mview.bytearray expected, got "
      .. "mview.shared)", function()
        local resize = mview.bytearray().resize
        resize(s, 1)
      end)
    raises("bad argument #1 to 'id' (mview.shared expected, got mview.map)",
      function()
        local id = s.id
        id(mview.map(nil, "r+", 0, 4))
      end)
  end)

  it("ends by release and at the end of its scope, once", function()
    local kept, view
    do
      local s <close> = mview.shared(4)
      kept, view = s, s:view()
    end
    kept:release()
    assert.is_false(view.valid)
    raises("attempt to use a view of revoked memory", view.tobytes, view)
    raises("attempt to use a released shared block", tostring, kept)
    raises("attempt to use a released shared block", kept.id, kept)
    raises("attempt to use a released shared block", mview, kept)
  end)

  it("is collected when neither it nor a view is used", function()
    local view = mview.shared(4):view()
    local id = view.obj:id()
    collectgarbage()
    assert.not_nil(mview.attach(id))
    view:release()
    collectgarbage()
    assert.is_nil((mview.attach(id)))
  end)

  it("is not released while C code has borrowed it", function()
    local s = mview.shared(4)
    s[4] = 7
    assert.equal("\0\0\0\7", capi.after(s, function()
      raises("shared block is pinned by 1 borrower", s.release, s)
      assert.equal(1, s.pins)
    end))
    s:release()
  end)

  it("is peeked by C code, and bytes-like to it", function()
    local s = mview.shared(4)
    s[1] = 65
    assert.equal("A\0\0\0", capi.peek(s, capi.READ).data)
    assert.equal(1, capi.isbytes(s))
  end)
end)

-- Blocks that are made and dropped, of which ten are kept at a time.
local function most_alive(count, size)
  local ids, kept, most = {}, {}, 0
  for i = 1, count do
    local s = mview.shared(size)
    ids[i], kept[i % 10] = s:id(), s
    if i % 50 == 0 then
      local alive = 0
      for _, id in ipairs(ids) do
        local found <close> = mview.attach(id)
        if found then alive = alive + 1 end
      end
      most = math.max(most, alive)
    end
  end
  assert.equal(10, #kept + 1)
  return most
end

describe("Shared blocks that are dropped", function()
  local mode
  before_each(function()
    collectgarbage()
    mode = collectgarbage "incremental"
  end)
  after_each(function() collectgarbage(mode) end)

  for _, name in ipairs {"incremental", "generational"} do
    it("are collected before they pile up: " .. name, function()
      collectgarbage(name)
      local heap = collectgarbage "count" * 1024
      local size = 1 << 20
      assert.is_true(most_alive(1000, size) < 30 + 2 * heap // size)
    end)
  end

  it("are not collected while they are small beside the heap", function()
    local heap, cycles, counts = collectgarbage "count" * 1024, 0, true
    local function count()
      setmetatable({}, {__gc = function()
        cycles = cycles + 1
        if counts then count() end
      end})
    end
    count()
    for _ = 1, 100 do mview.shared(heap // 1000) end
    counts = false
    assert.is_true(cycles < 10, cycles .. " collections")
  end)

  it("stay while the script has stopped the collector", function()
    collectgarbage "stop"
    local id = mview.shared(1 << 20):id()
    for _ = 1, 100 do mview.shared(1 << 20) end
    local found = mview.attach(id)
    collectgarbage "restart"
    assert.not_nil(found)
    assert.is_true(collectgarbage "isrunning")
  end)
end)
