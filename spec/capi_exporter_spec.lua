-- __buffer: memory that objects offer, by an exporter in C or a Lua function.

local bad_exporters = require "bad_exporters"
local capi = require "capi"
local lua_states = require "lua_states"
local mview = require "mview"
local raises = require "raises"
local raster = require "raster"
local string_lengths = require "string_lengths"

local function collect()
  collectgarbage()
  collectgarbage()
end

-- The number of acquired images that are not released.
local function out()
  local acquired, released = raster.counts()
  return acquired - released
end

local function object(f) return setmetatable({}, {__buffer = f}) end

describe("A userdata with an exporter", function()
  for _, tiled in ipairs {false, true} do
    local kind = tiled and "of rows behind pointers" or "of rows from below"

    it("is a bytes-like, " .. kind, function()
      local image = raster.image(2, 3, tiled)
      local v = mview(image)
      assert.same({{2, 3}, {{0, 0, 0}, {0, 0, 0}}}, {v.shape, v:tolist()})
      v:set(1, 2, 65)
      v[2] = "xyz"
      assert.same({"\0A\0", "xyz"}, {image:row(1), image:row(2)})
      assert.equal("\0A\0xyz", v:tobytes())
      assert.equal("\0A\0xyz", tostring(mview.bytearray(image)))
      assert.is_true(v == mview("\0A\0xyz", "B", {2, 3}))
      mview(image):copyfrom(v:slice({-1, 1, -1}))
      assert.same({"xyz", "\0A\0"}, {image:row(1), image:row(2)})
      v:copyfrom(v:slice({-1, 1, -1}))
      assert.equal(raster.crc32 "\0A\0xyz", raster.crc32(image))
    end)

    it("is the obj of its views, and lives as long, " .. kind, function()
      local v = mview(raster.image(2, 3, tiled)):slice(2)
      collect()
      assert.same({0, 0, 0}, v:tolist())
      assert.equal("\0\0\0", v.obj:row(2))
    end)
  end

  it("is acquired once for all views of one", function()
    collect()
    local before = raster.counts()
    local v = mview(raster.image(2, 3))
    for _, other in ipairs {v:sub(1), v[1], v:transpose(), mview(v)} do
      assert.equal(v.obj, other.obj)
    end
    assert.equal(before + 1, (raster.counts()))
  end)

  it("is released when its views were, in any order", function()
    collect()
    local before = out()
    local v = mview(raster.image(2, 3))
    local slice = v:sub(2)
    v:release()
    assert.equal(before + 1, out())
    assert.same({{0, 0, 0}}, slice:tolist())
    slice:release()
    slice:release()
    assert.equal(before, out())
    collect()
    assert.equal(before, out())
  end)

  it("is released by the collector", function()
    collect()
    local before = out()
    local views = {mview(raster.image(2, 3))}
    collect()
    assert.equal(before + 1, out())
    assert.equal(6, table.remove(views).nbytes)
    collect()
    assert.equal(before, out())
  end)

  it("is released when C code has borrowed it", function()
    collect()
    local before = out()
    capi.borrow(raster.image(2, 3), capi.INDIRECT, function()
      assert.equal(before + 1, out())
    end)
    assert.equal(before, out())
    pcall(capi.borrow, raster.image(2, 3), capi.INDIRECT, error)
    assert.equal(before, out())
    raises("bad argument #1 to 'borrow' (memory is not contiguous)",
      function() capi.borrow(raster.image(2, 3), capi.READ) end)
    assert.equal(before, out())
  end)

  it("is not released while C code borrows a view of it", function()
    collect()
    local before = out()
    local v = mview(raster.image(2, 3))
    capi.borrow(v, capi.INDIRECT, function()
      v:release()
      collect()
      assert.equal(before + 1, out())
    end)
    assert.equal(before, out())
  end)

  it("is released when its state is closed, once", function()
    collect()
    local acquired, released = raster.counts()
    assert.equal(0, lua_states.sequence(3, [[
      local capi, mview = require "capi", require "mview"
      local raster = require "raster"
      view = mview(raster.image(2, 3))
      slice = mview(raster.image(2, 3, true))[1]
      gone = mview(raster.image(2, 3)):release()
      held = coroutine.create(capi.hold)
      coroutine.resume(held, slice)
      local image = raster.image(2, 3)
      setmetatable({}, {__gc = function() late = mview(image) end})
    ]]))
    assert.same({acquired + 12, released + 12}, {raster.counts()})
  end)

  it("is released when its format is malformed", function()
    collect()
    local before = bad_exporters.releases()
    for _, row in ipairs {
      {"format", "unknown format 'k' at position 1"},
      {"shape", "malformed buffer: size -1 in dimension 1"},
    } do
      raises(row[2], mview, bad_exporters.exporter(row[1]))
    end
    collect()
    assert.equal(before + 2, bad_exporters.releases())
  end)

  it("raises its own errors, and then is not released", function()
    collect()
    local image, before = raster.image(2, 3), {raster.counts()}
    image:lock(true)
    raises("image is locked", function() local _ = mview(image) end)
    raises("image is locked", function() local _ = raster.crc32(image) end)
    collect()
    assert.same(before, {raster.counts()})
    image:lock(false)
    assert.equal(6, mview(image).nbytes)
    before = bad_exporters.releases()
    raises("no memory to give", mview, bad_exporters.exporter "error")
    collect()
    assert.equal(before, bad_exporters.releases())
  end)

  it("may have no release", function()
    local v = mview(bad_exporters.exporter "silent")
    assert.same({1, 2, 3, 4}, v:tolist())
    v:release()
  end)

  it("may leave its description on the stack", function()
    local v = mview(bad_exporters.exporter "litter")
    assert.same({"b", {{1, 2}, {3, 4}}}, {v.format, v:tolist()})
    local borrowed = capi.borrow(bad_exporters.exporter "litter", capi.READ)
    assert.equal(4, borrowed.nbytes)
  end)

  it("may have no memory", function()
    assert.same({}, mview(bad_exporters.exporter "nothing"):tolist())
    raises("malformed buffer: no memory for its items", mview,
      bad_exporters.exporter "size")
  end)

  it("must be of this version", function()
    raises(("exporter of version %d, version %d needed")
      :format(capi.VERSION + 1, capi.VERSION), mview,
      bad_exporters.exporter "version")
  end)

  it("cannot offer memory that it borrows", function()
    local x = mview.bytearray("abc")
    collect()
    local releases = bad_exporters.releases()
    raises("an exporter cannot offer memory that it borrows, use a function "
      .. "as __buffer", mview, bad_exporters.exporter("borrower", x))
    assert.equal(0, mview(x).pins)
    collect()
    assert.equal(releases + 1, bad_exporters.releases())
  end)

  for _, row in ipairs {{"short", 1}, {"long", string_lengths.of_pin("string")},
    {"with a userdata as the pin", string_lengths.of_pin("userdata")}} do
    local name, n = table.unpack(row)

    it("keeps the strings that it borrows: " .. name, function()
      local v = mview(bad_exporters.exporter("new string", n))
      local rows = mview(bad_exporters.exporter("rows", n))
      collect()
      local others = {}
      for i = 1, 100 do others[i] = ("%d"):format(i):rep(n):sub(1, n) end
      assert.equal(100, #others)
      assert.equal(("n"):rep(n), v:tobytes())
      assert.equal(("n"):rep(2 * n), rows:tobytes())
      assert.is_true(v.readonly)
    end)
  end

  it("cannot be read or changed by a script", function()
    local exporter = getmetatable(raster.image(1, 1)).__buffer
    assert.equal("userdata", type(exporter))
    assert.is_false(getmetatable(exporter))
  end)

  it("checks an object that has a copy of its exporter", function()
    local exporter = getmetatable(raster.image(1, 1)).__buffer
    local metatable = getmetatable(select(2, capi.lend(0)))
    metatable.__buffer = exporter
    local ok, why = pcall(function()
      local _ = raster.crc32((select(2, capi.lend(0))))
    end)
    metatable.__buffer = nil
    assert.is_false(ok)
    assert.matches("bad argument #1 to 'crc32' (raster.image expected, got "
      .. "capi.loan)", why, 1, true)
  end)
end)

describe("An object with a __buffer function", function()
  it("is the result of the function", function()
    local b = mview.bytearray("abc")
    local map <close> = mview.map(nil, "r+", 0, 3)
    for _, row in ipairs {
      {"text", "text"}, {b, "abc"}, {b:view():sub(2), "bc"},
      {map, "\0\0\0"}, {raster.image(1, 2), "\0\0"},
      {object(function() return "nested" end), "nested"},
    } do
      local x = object(function() return row[1] end)
      assert.equal(row[2], mview(x):tobytes())
      assert.equal(row[2], tostring(mview.bytearray(x)))
      assert.equal(raster.crc32(row[2]), raster.crc32(x))
    end
  end)

  it("gets the object", function()
    local x = object(function(self) return self.text end)
    x.text = "mine"
    assert.equal("mine", mview(x):tobytes())
  end)

  it("may be any value with a metatable", function()
    local saved = debug.getmetatable(1)
    debug.setmetatable(1, {__buffer = string.char})
    local ok, text = pcall(function() return mview(65):tobytes() end)
    debug.setmetatable(1, saved)
    assert.same({true, "A"}, {ok, text})
  end)

  it("shares the memory of its result, which is the obj", function()
    local b = mview.bytearray("abc")
    local v = mview(object(function() return b end))
    v[1] = 65
    assert.equal("Abc", tostring(b))
    assert.equal(b, v.obj)
  end)

  it("keeps the view that it returns when others end", function()
    local own = mview.bytearray("abc"):view():cast("b")
    local x = object(function() return own end)
    mview(x):release()
    assert.equal("abc", capi.borrow(x, capi.READ, function(buffer)
      assert.equal(1, own.pins)
      return buffer.data
    end))
    assert.is_true(own.valid)
    assert.equal(0, own.pins)
    assert.equal("b", mview(x).format)
    own:release()
    raises("attempt to use a released view", mview, x)
  end)

  it("keeps records' formats and read-only memory", function()
    local own = mview("abcd", "T{<H:a:H:b:}"):toreadonly()
    local v = mview(object(function() return own end))
    own = nil -- luacheck: ignore
    collect()
    assert.same({"T{<H:a:H:b:}", true}, {v.format, v.readonly})
    assert.same({a = 0x6261, b = 0x6463}, v[1])
  end)

  it("keeps suboffsets", function()
    local own = mview(raster.image(2, 3, true)):slice({}, {2, 3})
    local v = mview(object(function() return own end))
    assert.same({own.suboffsets, own.strides, {{0, 0}, {0, 0}}},
      {v.suboffsets, v.strides, v:tolist()})
  end)

  local failures = {
    {"raises", function() error("out of order", 0) end, "out of order"},
    {"returns itself", function(self) return self end,
      "__buffer returned its object"},
    {"returns nothing", function() end,
      "__buffer must return a bytes-like, got nil"},
    {"returns nonsense", function() return 42 end,
      "__buffer must return a bytes-like, got number"},
    {"returns another kind of userdata", function() return io.stdout end,
      "__buffer must return a bytes-like, got FILE*"},
    {"returns what is released", function()
      local b = mview.bytearray()
      b:release()
      return b
    end, "attempt to use a released bytearray"},
    {"yields", function() coroutine.yield() end,
      "attempt to yield from outside a coroutine"},
    {"is nonsense itself", 42,
      "__buffer must be a function, or set by mview_setexporter for a "
      .. "userdata, got number"},
    {"is what other libraries have for null", bad_exporters.null(),
      "__buffer must be a function, or set by mview_setexporter for a "
      .. "userdata, got light userdata"},
    {"is an exporter, of a table", getmetatable(raster.image(1, 1)).__buffer,
      "__buffer must be a function, or set by mview_setexporter for a "
      .. "userdata, got mview.exporter.1"},
  }
  for _, row in ipairs(failures) do
    it("that " .. row[1] .. " gets an error", function()
      raises(row[3], mview, object(row[2]))
      raises(row[3], capi.borrow, object(row[2]), capi.READ)
    end)
  end

  it("that leads in a circle, or never ends, gets an error", function()
    local a, b = {}, {}
    setmetatable(a, {__buffer = function() return b end})
    setmetatable(b, {__buffer = function() return a end})
    raises("__buffer nested too deep", mview, a)
    local function endless() return object(endless) end
    raises("__buffer nested too deep", mview, object(endless))
    local inside
    inside = object(function() return mview(inside) end)
    local ok, why = pcall(mview, inside)
    assert.is_false(ok)
    assert.matches("stack overflow", why)
  end)

  it("refuses a light userdata in any metatable", function()
    for _, x in ipairs {io.stdout, (select(2, capi.lend(0))),
      raster.image(1, 1)} do
      local metatable = getmetatable(x)
      local saved = metatable.__buffer
      metatable.__buffer = bad_exporters.handle()
      local ok, why = pcall(mview, x)
      metatable.__buffer = saved
      assert.is_false(ok)
      assert.equal("__buffer must be a function, or set by mview_setexporter "
        .. "for a userdata, got light userdata", why)
    end
  end)

  it("refuses it in each metatable that a script can reach",
    function()
      local handle, tried = bad_exporters.handle(), 0
      local function try(x)
        local metatable = getmetatable(x)
        local saved = rawget(metatable, "__buffer")
        rawset(metatable, "__buffer", handle)
        local ok, why = pcall(mview, x)
        local is = capi.isbytes(x)
        rawset(metatable, "__buffer", saved)
        assert.is_false(ok)
        assert.equal("__buffer must be a function, or set by mview_setexporter "
          .. "for a userdata, got light userdata", why)
        assert.equal(0, is)
        tried = tried + 1
      end
      -- Values of other libraries, if they are installed.
      local values = {io.stdout, mview}
      for name, make in pairs {
        socket = function(socket) return socket.tcp(), socket.udp() end,
        lpeg = function(lpeg) return lpeg.P "a" end,
        luv = function(uv) return uv.new_timer() end,
        zlib = function(zlib) return zlib.deflate() end,
        ["cjson.safe"] = function(cjson) return cjson.new() end,
      } do
        local found, library = pcall(require, name)
        if found then table.move({make(library)}, 1, 2, #values + 1, values) end
      end
      local queue, seen = {_G, package.loaded, values}, {}
      local function add(x)
        if not seen[x] and (type(x) == "table" or type(x) == "userdata") then
          seen[x] = true
          queue[#queue + 1] = x
        end
      end
      while #queue > 0 do
        local x = table.remove(queue)
        local metatable = getmetatable(x)
        if type(metatable) == "table" then
          add(metatable)
          try(x)
        end
        for key, value in next, type(x) == "table" and x or {} do
          add(key)
          add(value)
        end
      end
      assert.is_true(tried > 5)
    end)

  it("ignores fields that are copied from the library's metatables",
    function()
      local theirs, saved, oks = getmetatable(io.stdout), {}, 0
      for _, own in ipairs {mview "a", mview.bytearray(), mview.shared(1)} do
        for key, value in next, debug.getmetatable(own) do
          if type(key) == "userdata" then
            saved[key], theirs[key] = true, value
          end
        end
        if pcall(mview, io.stdout) or capi.isbytes(io.stdout) ~= 0 then
          oks = oks + 1
        end
        for key in pairs(saved) do theirs[key] = nil end
      end
      assert.equal(0, oks)
    end)

  it("of a userdata without an exporter is named in the error", function()
    local metatable = getmetatable(select(2, capi.lend(0)))
    metatable.__buffer = bad_exporters.null()
    local ok, why = pcall(mview, (select(2, capi.lend(0))))
    metatable.__buffer = nil
    assert.is_false(ok)
    assert.equal("__buffer must be a function, or set by mview_setexporter "
      .. "for a userdata, got light userdata", why)
  end)

  it("is ignored for strings", function()
    local metatable = getmetatable("")
    metatable.__buffer = function() return "other" end
    local ok, text = pcall(function() return mview("same"):tobytes() end)
    local nested = mview(object(function() return "same" end)):tobytes()
    metatable.__buffer = nil
    assert.same({true, "same", "same"}, {ok, text, nested})
  end)
end)

describe("Exporters without memory", function()
  it("are released for each time that they were acquired", function()
    collect()
    local before = out()
    for _, code in ipairs {"mview(image)", "mview(tiled)",
      "mview(object):sub(1)", "raster.crc32(image)", "mview(nested)"} do
      local failed, bytes = lua_states.starve(([[
        local mview, raster = require "mview", require "raster"
        local image, tiled = raster.image(2, 3), raster.image(2, 3, true)
        local function object(x)
          return setmetatable({}, {__buffer = function() return x end})
        end
        local object, nested = object(image), object(mview(image))
        return function() local _ = %s end
      ]]):format(code))
      assert.is_true(failed > 0)
      assert.equal(0, bytes)
      assert.equal(before, out())
    end
  end)
end)
