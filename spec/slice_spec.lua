local agree = require "agree"
local boundary_integers = require "boundary_integers"
local model = require "model.views"
local mview = require "mview"
local raises = require "raises"

local MIN, MAX = math.mininteger, math.maxinteger
local alphabet = "abcdefghijklmnopqrstuvwxyz"

-- All positions that make a difference for n items.
local function positions(n)
  local list = {MIN, MIN + 1, MAX - 1, MAX}
  for i = -n - 2, n + 2 do list[#list + 1] = i end
  return list
end

-- The first n letters as a view of each layout, one letter an item.
local function views(n)
  local s = alphabet:sub(1, n)
  local spread = s:gsub(".", "#%0#")
  return {
    ["a string"] = mview(s),
    ["a part of one"] = mview("##" .. s .. "##"):sub(3, -3),
    ["every third byte"] = mview(spread):sub(2, -1, 3),
    ["bytes backwards"] = mview(s:reverse()):sub(-1, 1, -1),
    ["characters"] = mview(s, "c"),
  }
end

describe("sub", function()
  for n = 0, 5 do
    local s = alphabet:sub(1, n)
    for name, v in pairs(views(n)) do
      it(("slices as string.sub: %d items, %s"):format(n, name), function()
        for _, i in ipairs(positions(n)) do
          for _, j in ipairs(positions(n)) do
            local slice = v:sub(i, j)
            agree(s:sub(i, j), slice:tobytes(), "sub(%d, %d)", i, j)
            agree(#s:sub(i, j), #slice, "sub(%d, %d)", i, j)
          end
          agree(s:sub(i), v:sub(i):tobytes(), "sub(%d)", i)
        end
        assert.equal(s, v:sub():tobytes())
        assert.equal(s:sub(1, 2), v:sub(nil, 2):tobytes())
      end)

      it(("walks by steps as the model: %d items, %s"):format(n, name),
        function()
          local slow = model.view(s)
          for _, step in ipairs {MIN, -n - 1, -3, -2, -1, 1, 2, 3, n + 1,
            MAX} do
            for _, i in ipairs(positions(n)) do
              for _, j in ipairs(positions(n)) do
                if step ~= 0 then
                  agree(slow:sub(i, j, step):tobytes(),
                    v:sub(i, j, step):tobytes(), "sub(%d, %d, %d)", i, j, step)
                end
              end
            end
          end
        end)
    end
  end

  it("walks from the last to the first by a negative step", function()
    local v = mview("abcde")
    assert.equal("edcba", v:sub(nil, nil, -1):tobytes())
    assert.equal("ec", v:sub(nil, 2, -2):tobytes())
    assert.equal("cba", v:sub(3, nil, -1):tobytes())
    assert.equal("", v:sub(1, -1, -1):tobytes())
  end)

  it("of a sub is a slice of the same memory", function()
    local s = alphabet
    for _, row in ipairs {{3, 20, 1, 4, -2, 1}, {2, -2, 3, 2, -1, 2},
      {-1, 1, -2, 3, -3, 1}, {-3, 2, -4, -1, 1, -1}, {5, 25, 7, 1, 9, 1}} do
      local i, j, step, k, l, step2 = table.unpack(row)
      local v = mview.bytearray(s):view()
      local slow = model.view(s):sub(i, j, step):sub(k, l, step2)
      local slice = v:sub(i, j, step):sub(k, l, step2)
      assert.equal(slow:tobytes(), slice:tobytes())
      slice:fill(0)
      for at = 1, #s do
        local inside = false
        for _, offset in ipairs(slow.offsets) do
          inside = inside or offset == at - 1
        end
        assert.equal(inside and 0 or s:byte(at), v[at])
      end
    end
  end)

  it("counts items, not bytes", function()
    local v = mview.from(">I", {1, 2, 3, 4, 5})
    assert.same({2, 3}, v:sub(2, 3):tolist())
    assert.same({5, 3, 1}, v:sub(-1, 1, -2):tolist())
    assert.equal(4, v:sub(2).offset)
    assert.same({-8}, v:sub(-1, 1, -2).strides)
  end)

  it("keeps the format, the memory and read-only", function()
    local data = mview.bytearray(16)
    local slice = data:view():cast("<i"):toreadonly():sub(2, 3)
    assert.equal("<i", slice.format)
    assert.equal(data, slice.obj)
    assert.is_true(slice.readonly)
    assert.is_false(data:view():sub(1).readonly)
    local v = data:view()
    assert.is_false(rawequal(v, v:sub()))
  end)

  it("shares writes in both directions", function()
    local v = mview.bytearray("abcdef"):view()
    local slice = v:sub(2, -2)
    slice[1] = 66
    v[5] = 69
    assert.equal("aBcdEf", v:tobytes())
    assert.equal("BcdE", slice:tobytes())
  end)

  it("takes numbers as string.sub does", function()
    local s = "abcde"
    local v = mview(s)
    for _, x in ipairs(boundary_integers.positions) do
      agree(s:sub(x), v:sub(x):tobytes(), "sub(%s)", x)
      agree(s:sub(1, x), v:sub(1, x):tobytes(), "sub(1, %s)", x)
    end
  end)

  it("refuses a step of 0", function()
    for _, zero in ipairs {0, 0.0, -0.0, "0"} do
      raises("bad argument #3 to 'sub' (step is 0)", function()
        local _ = mview("abc"):sub(1, 2, zero)
      end)
    end
  end)
end)

describe("slice of one dimension", function()
  it("is sub, with its range in a table", function()
    local n = 4
    local v = mview("abcd")
    for _, step in ipairs {MIN, -2, -1, 1, 2, MAX} do
      for _, i in ipairs(positions(n)) do
        for _, j in ipairs(positions(n)) do
          agree(v:sub(i, j, step):tobytes(), v:slice({i, j, step}):tobytes(),
            "slice({%d, %d, %d})", i, j, step)
        end
      end
    end
    assert.equal("abcd", v:slice():tobytes())
    assert.equal("abcd", v:slice({}):tobytes())
    assert.equal("abcd", v:slice(nil):tobytes())
    assert.equal("dcba", v:slice({nil, nil, -1}):tobytes())
  end)

  it("by an integer is one item, of no dimension", function()
    local v = mview("abcd", "c")
    for i = 1, 4 do
      assert.equal(v[i], v:slice(i):get())
      assert.equal(v[i], v:slice(i - 5)())
      assert.same({}, v:slice(i).shape)
    end
    for _, i in ipairs {0, 5, -5, MIN, MAX} do
      raises(("index %d out of range [1, 4]"):format(i), v.slice, v, i)
    end
  end)
end)
