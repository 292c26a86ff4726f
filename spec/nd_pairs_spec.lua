-- Bulk operations between formats handle many items at a time. Each pair of
-- number formats is tried with enough items for that, and compared with the
-- model.

local identical = require "identical"
local model = require "model.views"
local mview = require "mview"

local formats = {"b", "B", "?", "<h", ">H", "<i", ">I", "<q", ">q", "<Q", ">Q",
  "<e", "<f", ">f", "<d"}
local COUNT = 270

math.randomseed(2026)
local random = math.random

-- Bytes of COUNT items: few values, which most formats can hold, or any bits
-- but those of a NaN.
local function some_bytes(format, few)
  local list = {}
  local v = mview.new(format, 1)
  for i = 1, COUNT do
    repeat
      local item = v:cast("B")
      for k = 1, #item do item[k] = random(0, 255) end
      if few and format == "?" then v[1] = random(2) == 1
      elseif few then
        v[1] = random(format:find "[BHIQ]" and 0 or -few, few)
      end
    until v[1] == v[1]
    list[i] = v:tobytes()
  end
  return table.concat(list)
end

-- The same view in mview and in the model, in one of the layouts.
local layouts = {
  {"in order", function(v) return v end},
  {"every third backwards", function(v) return v:sub(-2, 1, -3) end},
}

local function both(format, bytes, layout)
  local data = mview.bytearray(bytes)
  local v, twin = mview(data, format), model.view(bytes):cast(format)
  return layout(v), layout(twin), function()
    assert.equal(model.bytes(twin), tostring(data))
  end
end

-- An item that differs from an equal one in a high bit alone is different.
local function check_high_bits(a, b)
  for _, bit in ipairs {7, 8, 15, 16, 24, 31, 32, 48, 53, 62} do
    local i = random(#a)
    local x = a[i]
    if math.type(x) and pcall(a.set, a, i, x + (1 << bit)) and a[i] ~= x then
      assert.equal(i, a:mismatch(b))
      assert.equal(i, b:mismatch(a))
      assert.is_false(a == b)
      a[i] = x
    end
  end
end

for _, few in ipairs {100, false} do
  local what = few and ("numbers up to %d"):format(few) or "any numbers"
  for _, from in ipairs(formats) do
    for _, layout in ipairs(layouts) do
      describe(("%s of %s, %s,"):format(what, from, layout[1]), function()
        local bytes = some_bytes(from, few)

        it("are converted to each format as by the model", function()
          for _, to in ipairs(formats) do
            local source, its_twin = both(from, bytes, layout[2])
            local target, twin, check = both(to, some_bytes(to, 100),
              layout[2])
            local expected = pcall(twin.copyfrom, twin, its_twin)
            assert.equal(expected, pcall(target.copyfrom, target, source))
            check()
          end
        end)

        it("are compared with each format as by the model", function()
          for _, to in ipairs(formats) do
            local a, atwin = both(from, bytes, layout[2])
            local b, btwin = both(to, bytes:sub(1, mview.calcsize(to)):rep(
              COUNT), layout[2])
            if pcall(btwin.copyfrom, btwin, atwin) then b:copyfrom(a) end
            assert.equal(atwin:mismatch(btwin), a:mismatch(b))
            if a == b then check_high_bits(a, b) end
            local i = random(#b - 1)
            b[i], b[#b] = b[1], b[2]
            btwin:set(i, btwin:get(1))
            btwin:set(#b, btwin:get(2))
            local where = atwin:mismatch(btwin)
            assert.equal(where, a:mismatch(b))
            assert.equal(where == nil, b == a)
          end
        end)

        it("are counted and found as by the model", function()
          local v, twin = both(from, bytes, layout[2])
          for _ = 1, 3 do
            local x = v[random(#v)]
            assert.equal(twin:count(x), v:count(x))
            assert.equal(twin:index(x), v:index(x))
            assert.equal(twin:index(x, 9, -9), v:index(x, 9, -9))
          end
          assert.is_true(identical(twin:tolist(), v:tolist()))
        end)
      end)
    end
  end
end
