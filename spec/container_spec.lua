-- Bytearrays, maps and shared blocks have all names of a view of their bytes.

local mview = require "mview"
local names = require "names"
local raises = require "raises"

local containers = {
  ["a bytearray"] = function(bytes) return mview.bytearray(bytes) end,
  ["a map"] = function(bytes)
    local map = mview.map(nil, "r+", 0, #bytes)
    map:copyfrom(bytes)
    return map
  end,
  ["a shared block"] = function(bytes)
    local block = mview.shared(#bytes)
    block:copyfrom(bytes)
    return block
  end,
}

-- The type, and the messages after the end of the container and of its views.
local ENDED = {
  ["a bytearray"] = {type = "mview.bytearray",
    container = "attempt to use a released bytearray",
    view = "attempt to use an expired view (its bytearray shrank)"},
  ["a map"] = {type = "mview.map", container = "attempt to use a closed map",
    view = "attempt to use an expired view (its map shrank)"},
  ["a shared block"] = {type = "mview.shared",
    container = "attempt to use a released shared block",
    view = "attempt to use a view of revoked memory"},
}

-- A result as a value that can be compared with that of another object.
local function plain(x, of)
  if x == of then return "self" end
  if mview.isview(x) then return {x.format, x.shape, x:tolist(), x.readonly} end
  return x
end

local function outcome(use, of, ...)
  local results = table.pack(pcall(use, of, ...))
  for i = 1, results.n do results[i] = plain(results[i], of) end
  if not results[1] then
    results[2] = results[2]:gsub("^[^ :]+:%d+: ", "")
  end
  return results
end

for kind, make in pairs(containers) do
  describe("As a view of all its bytes, " .. kind, function()
    for _, uses in ipairs {names.reads, names.writes} do
      for name, use in pairs(uses) do
        if names.methods[name] ~= nil then
          it("has " .. name, function()
            local container, twin = make "abcdef", make "abcdef"
            assert.same(outcome(use, twin:view(), 1),
              outcome(use, container, 1))
            assert.equal(twin:tobytes(), container:tobytes())
          end)
        end
      end
    end

    for _, name in ipairs(names.attributes) do
      it("has " .. name, function()
        local container = make "abcdef"
        assert.same(container:view()[name], container[name])
        raises(("attempt to assign to '%s' of %s"):format(name, kind),
          function() container[name] = 1 end)
      end)
    end

    it("has the methods of views themselves, and its own", function()
      local container = make "ab"
      for name in pairs(names.methods) do
        assert.equal("function", type(container[name]), name)
        if name ~= "release" then
          assert.equal(mview("")[name], container[name])
        end
      end
      assert.are_not.equal(mview("").release, container.release)
      assert.are_not.equal(mview("").view, container.view)
    end)

    it("is indexed by position, not by a string that is one", function()
      local container = make "abc"
      container[1], container[-1] = 65, 67.0
      assert.equal("AbC", container:tobytes())
      assert.equal(65, container[1])
      assert.equal(67, container[-1.0])
      for _, key in ipairs {0, 4, -4, 1.5, math.mininteger, "1", "x", true} do
        assert.is_nil(container[key])
      end
      raises("index 4 out of range [1, 3]", function() container[4] = 1 end)
      raises("value 256 out of range [0, 255] for format 'B'",
        function() container[1] = 256 end)
    end)

    it("goes on in iterators and slices over the view of the call", function()
      local container = make "abcd"
      local step = container:iter()
      local part = container:sub(2)
      assert.equal(97, step())
      local ends = container.resize or container.release
      ends(container, 2)
      raises(ENDED[kind].view, step)
      assert.is_false(part.valid)
    end)

    it("is dead for all of them once it has ended", function()
      local container = make "abc"
      container:release()
      assert.is_false(container.valid)
      for name in pairs(names.methods) do
        if name ~= "release" then
          raises(ENDED[kind].container, container[name], container, 1, 1)
        end
      end
      for _, name in ipairs(names.attributes) do
        if name ~= "valid" then
          raises(ENDED[kind].container, function() return container[name] end)
        end
      end
    end)

    it("is not a view that can be released by itself", function()
      local container = make "abc"
      raises(("bad argument #1 to 'release' (mview.view expected, got %s)")
        :format(ENDED[kind].type), mview("").release, container)
      assert.is_true(container.valid)
    end)
  end)
end

describe("A map that cannot be written", function()
  it("refuses writes of every kind", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write("abcdef"):close()
    local map <close> = mview.map(path)
    os.remove(path)
    raises("attempt to write to a read-only map", function() map[1] = 1 end)
    for name, use in pairs(names.writes) do
      if name ~= "v[i] = x" then
        raises("attempt to write to a read-only view", use, map, 1)
      end
    end
    assert.equal("abcdef", map:tobytes())
    assert.equal(mview("abcdef"):hash(), map:hash())
  end)
end)
