local files = require "files"
local lend_host = require "lend_host"
local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"

describe("mview()", function()
  local map = mview.map(nil, "r+", 0, 3)
  map:view():copyfrom("abc")
  local object = setmetatable({}, {__buffer = function() return "abc" end})
  local backwards = mview("cba"):sub(-1, 1, -1)
  local lent = lend_host.lend {data = "abc"}

  -- source, whether the view is read-only, its obj
  local rows = {
    {"a string", "abc", true, "abc"},
    {"a bytearray", mview.bytearray("abc"), false},
    {"a map", map, false, map},
    {"a view", backwards, true, "cba"},
    {"a host's view", lent, false, nil},
    {"an object that offers bytes", object, true, "abc"},
  }
  rows[2][4] = rows[2][2]
  for _, row in ipairs(rows) do
    it("gives a view of " .. row[1], function()
      local v = mview(row[2])
      assert.is_true(mview.isview(v))
      assert.equal("abc", v:tobytes())
      assert.equal("B", v.format)
      assert.same({3}, v.shape)
      assert.equal(row[3], v.readonly)
      assert.is_true(rawequal(row[4], v.obj))
      assert.equal("abc", mview(row[2], nil, nil):tobytes())
    end)
  end

  it("gives views of their own, to be released one by one", function()
    for _, row in ipairs(rows) do
      local one, other = mview(row[2]), mview(row[2])
      assert.is_false(rawequal(one, other))
      assert.is_false(rawequal(one, row[2]))
      one:release()
      assert.equal("abc", other:tobytes())
    end
  end)

  it("keeps the geometry of a view", function()
    local v = mview.new("<h", 2, 3):transpose():toreadonly()
    local w = mview(v)
    for _, name in ipairs {"format", "shape", "strides", "offset",
      "readonly"} do
      assert.same(v[name], w[name])
    end
  end)

  it("is a call of the module, which is a table", function()
    assert.equal("table", type(mview))
    assert.equal(mview, require "mview")
    for _, name in ipairs {"bytearray", "new", "from", "fromhex", "map",
      "isview", "calcsize"} do
      assert.equal("function", type(mview[name]))
    end
  end)

  it("refuses values without bytes", function()
    for _, x in ipairs {5, 1.5, true, false, {}, {a = 1}, print,
      coroutine.create(print), io.stdout} do
      local name = x == io.stdout and "FILE*" or type(x)
      raises(("bad argument #1 to 'mview' (string, view or other bytes-like "
        .. "expected, got %s)"):format(name), mview, x)
    end
  end)
end)

describe("new and from", function()
  it("make views of one dimension over fresh memory", function()
    local v = mview.new("<h", 3)
    assert.same({0, 0, 0}, v:tolist())
    assert.equal(6, #v.obj)
    assert.is_false(v.readonly)
    assert.same({5, 6, 7}, mview.from("<h", {5, 6, 7}):tolist())
    assert.equal(0, #mview.new("d", 0))
    assert.equal(0, #mview.from("d", {}))
    v.obj:append("\1\0")
    assert.same({0, 0, 0}, v:tolist())
  end)

  it("take a shape as sizes or as a list of them", function()
    local v = mview.new("<h", {2, 3})
    assert.same({{0, 0, 0}, {0, 0, 0}}, v:tolist())
    assert.same(v.shape, mview.new("B", v.shape).shape)
    assert.equal(0, mview.new("B", {})())
  end)

  it("make no items of no size", function()
    for _, format in ipairs {"0s", "", "0x"} do
      local why = ("items of '%s' have size 0"):format(format)
      raises(("bad argument #1 to 'new' (%s)"):format(why), mview.new, format,
        3)
      raises(("bad argument #1 to 'from' (%s)"):format(why), mview.from,
        format, {})
    end
  end)

  it("make no more than 64 dimensions", function()
    local list = {1}
    for _ = 2, 64 do list = {list} end
    assert.equal(64, mview.from("B", list).ndim)
    raises("bad argument #2 to 'from' (more than 64 dimensions)", mview.from,
      "B", {list})
    local endless = {}
    endless[1], endless[2] = endless, endless
    for _, format in ipairs {"B", "BB", "(2)B", "Zd", "T{B:a:}"} do
      raises("bad argument #2 to 'from' (more than 64 dimensions)", mview.from,
        format, endless)
    end
  end)

  it("refuse a list that contains itself behind its first item", function()
    local list = {{1, 2}}
    list[2] = list
    raises("bad argument #2 to 'from' ([2][1]: integer expected, got table)",
      mview.from, "B", list)
  end)

  it("take lists of items that are tables", function()
    assert.same({{1, 2}, {3, 4}}, mview.from("BB", {{1, 2}, {3, 4}})
      :tolist())
    assert.same({{1.0, 2.0}}, mview.from("Zf", {{1, 2}}):tolist())
    for format, item in pairs {["(2)B:x:"] = {x = {1, 2}}, ["2h"] = {1, 2},
      ["T{B:a:}:x:2B:y:"] = {x = {a = 1}, y = {2, 3}}, ["B:x:h"] = {5, x = 6},
      ["(2,1)h"] = {{1}, {2}}} do
      local v = mview.from(format, {{item, item, item}, {item, item, item}})
      assert.same({2, 3}, v.shape)
      assert.same(item, v(2, 3))
    end
    raises("bad argument #2 to 'from' ([1]: table expected, got number)",
      mview.from, "BB", {1, 2})
    raises("bad argument #2 to 'from' ([2]: table expected, got number)",
      mview.from, "BB", {{1, 2}, 3})
  end)
end)

describe("isview", function()
  it("is true only for views, also dead ones", function()
    local dead = mview("a")
    dead:release()
    for _, v in ipairs {mview(""), mview.new("d", 2, 2), dead,
      mview.new("d", 2, 2)[1], (lend_host.lend {data = ""})} do
      assert.is_true(mview.isview(v))
    end
    for _, x in ipairs {"a", 1, true, {}, print, io.stdout, mview,
      mview.bytearray(1), mview.map(nil, "r+", 0, 1), coroutine.create(print),
      setmetatable({}, debug.getmetatable(mview("")))} do
      assert.is_false(mview.isview(x))
    end
    assert.is_false(mview.isview(nil))
    assert.is_false(mview.isview())
  end)
end)

describe("calcsize", function()
  it("takes only a format", function()
    assert.equal(2, mview.calcsize("<h"))
    for _, x in ipairs {2, true, {}, mview("h")} do
      local name = mview.isview(x) and "mview.view" or type(x)
      raises(("bad argument #1 to 'calcsize' (string expected, got %s)")
        :format(name), mview.calcsize, x)
    end
  end)
end)

describe("_VERSION", function()
  it("is that of the header", function()
    local header = assert(io.open("csrc/mview.h")):read("a")
    assert.equal(header:match '#define MVIEW_VERSION "(.-)"',
      mview._VERSION)
    assert.is_truthy(mview._VERSION:find "^%d+%.%d+%.%d+$")
  end)
end)

describe("A forged view", function()
  local meta = debug.getmetatable(mview(""))

  it("gets nowhere: its metatable is not to be had", function()
    assert.is_false(getmetatable(mview("")))
    assert.is_false(getmetatable(mview.bytearray()))
  end)

  it("is refused by all functions that scripts can call", function()
    local v = mview("abc")
    local fake = setmetatable({}, {__name = "mview.view", __index = v,
      __len = function() return 3 end})
    raises("bad argument #1 to 'tobytes' (mview.view expected, got mview.view)",
      v.tobytes, fake)
    assert.is_false(v == fake)
    assert.is_not_nil(meta)
    raises("bad argument #2 to 'equals' (string, view or other bytes-like "
      .. "expected, got mview.view)", v.equals, v, fake)
  end)
end)

describe("A finalizer that opens the module while it is opened", function()
  -- The n-th finalizer opens the module, and keeps a map that it makes with it.
  local code = [[
    local gc_always = require "gc_always"
    local n, inner, map = %d, nil, nil
    local function open()
      inner = require "mview"
      map = inner.map(nil, "r+", 0, 1)
    end
    local function count()
      n = n - 1
      if n == 0 then open() else setmetatable({}, {__gc = count}) end
    end
    setmetatable({}, {__gc = count})
    gc_always.start()
    local mview = require "mview"
    gc_always.stop()
    assert(inner == nil or inner == mview)
    collectgarbage()
    assert(map == nil or map[1] == 0)
  ]]

  it("gets the same module, for which memory stays", function()
    for n = 1, 60 do
      assert.equal(0, lua_states.sequence(1, code:format(n)))
    end
  end)
end)

-- What Lua calls the function of a finalizer that lua_close calls.
local function name_in_closing()
  local path = os.tmpname()
  assert.equal(0, lua_states.sequence(1, ([[
    setmetatable({}, {__gc = function()
      local file <close> = io.open(%q, "w")
      file:write(debug.getinfo(1, "n").name or "nothing")
    end})
  ]]):format(path)))
  local name = files.read(path)
  os.remove(path)
  return name
end

describe("A finalizer of a state that is being closed", function()
  it("cannot open the module", function()
    if name_in_closing() ~= "__gc" then
      pending "Lua 5.4.0 to 5.4.2 do not name finalizers"
    end
    local path = os.tmpname()
    for _, open in ipairs {"require", "coroutine.wrap(require)"} do
      assert.equal(0, lua_states.sequence(1, ([[
        setmetatable({}, {__gc = function()
          local file <close> = io.open(%q, "w")
          file:write(select(2, pcall(%s, "mview")))
        end})
      ]]):format(path, open)))
      assert.equal("the state is being closed", files.read(path))
    end
    os.remove(path)
  end)

  it("can use a module that was opened before", function()
    local path = os.tmpname()
    assert.equal(0, lua_states.sequence(1, ([[
      setmetatable({}, {__gc = function()
        local file <close> = io.open(%q, "w")
        file:write(require "mview" ("abc"):sub(2):tobytes())
      end})
      require "mview"
    ]]):format(path)))
    assert.equal("bc", files.read(path))
    os.remove(path)
  end)
end)
