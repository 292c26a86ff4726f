-- Bytes of an item that belong to no value are never written.

local lend_host = require "lend_host"
local mview = require "mview"

-- format, values, other values, its bytes: . is padding
local layouts = {
  {"T{<B:a:xH:b:}", {a = 1, b = 2}, {a = 3, b = 4}, "v.vv"},
  {"<BxxH", {1, 2}, {3, 4}, "v..vv"},
  {"xB", 1, 2, ".v"}, {"3x<H2x", 1, 2, "...vv.."},
  {"T{<B:a:T{Bx}:b:B:c:}", {a = 1, b = {2}, c = 3}, {a = 4, b = {5}, c = 6},
    "vv.v"},
  {"T{(2)T{<BxB}:r:x}", {r = {{1, 2}, {3, 4}}}, {r = {{5, 6}, {7, 8}}},
    "v.vv.v."},
  {"<B(2)T{xB}", {1, {{2}, {3}}}, {4, {{5}, {6}}}, "v.v.v"},
}

local function gaps(layout, memory)
  local kept = {}
  for i = 1, #memory do
    local at = (i - 1) % #layout + 1
    if layout:sub(at, at) == "." then kept[#kept + 1] = memory:sub(i, i) end
  end
  return table.concat(kept)
end

-- Each sets the four items of v to x.
local writes = {
  ["copyfrom the same format"] = function(v, x, format)
    v:copyfrom(mview.from(format, {x, x, x, x}))
  end,
  ["copyfrom itself, turned"] = function(v, x)
    v:fill(x)
    v:copyfrom(v:sub(-1, 1, -1))
  end,
  ["copyfrom itself, moved"] = function(v, x)
    v[1] = x
    for _ = 1, 3 do v:sub(2):copyfrom(v:sub(1, 3)) end
    v:sub(1, 3):copyfrom(v:sub(2))
  end,
  ["copyfrom strided items"] = function(v, x, format)
    v:copyfrom(mview.from(format, {x, x, x, x, x, x, x, x}):sub(1, -1, 2))
  end,
  ["copyfrom of rows"] = function(v, x, format)
    v:cast(format, {2, 2}):copyfrom(mview.from(format, {{x, x}, {x, x}}))
  end,
  ["copyfrom a list"] = function(v, x) v:copyfrom({x, x, x, x}) end,
  ["fill"] = function(v, x) v:fill(x) end,
  ["v[i] = x"] = function(v, x) for i = 1, 4 do v[i] = x end end,
  ["set"] = function(v, x) for i = 1, 4 do v:set(i, x) end end,
  ["v[i] = row"] = function(v, x, format)
    local grid = v:cast(format, {2, 2})
    grid[1] = mview.from(format, {x, x})
    grid[2] = grid[1]
  end,
  ["v[i] = column"] = function(v, x, format)
    local columns = v:cast(format, {2, 2}):transpose()
    columns[1] = mview.from(format, {x, x})
    columns[2] = columns[1]
  end,
  ["byteswap twice"] = function(v, x)
    v:fill(x)
    v:byteswap():byteswap()
  end,
  ["table.move"] = function(v, x)
    v[1] = x
    table.move(v, 1, 1, 2)
    table.move(v, 1, 2, 3)
  end,
}

describe("Padding", function()
  for i, row in ipairs(layouts) do
    local format, x, y, layout = table.unpack(row)
    for name, write in pairs(writes) do
      it(("is not written by %s: %s %d"):format(name, format, i), function()
        local data = mview.bytearray(("#"):rep(4 * #layout))
        local v = mview(data, format)
        assert.equal(#layout, v.itemsize)
        for _, value in ipairs {x, y} do
          write(v, value, format)
          assert.same({value, value, value, value}, v:tolist())
          assert.equal(("#"):rep(#gaps(layout, tostring(data))),
            gaps(layout, tostring(data)))
        end
      end)
    end
  end

  it("of a source is not copied, but its values are", function()
    local from = mview(mview.bytearray("aXbbcXdd"), "T{<B:a:xH:b:}")
    local data = mview.bytearray(8)
    mview(data, "T{<B:a:xH:b:}"):copyfrom(from)
    assert.equal("a\0bbc\0dd", tostring(data))
  end)
end)

describe("What a host's items have behind their format", function()
  for name, write in pairs(writes) do
    if not name:find("row", 1, true) and not name:find("column", 1, true) then
      it("is not written by " .. name, function()
        local v = lend_host.lend {data = ("#"):rep(16), format = "T{<H}",
          itemsize = 4, shape = {4}}
        local source = "T{<H}"
        for _, x in ipairs {{1}, {258}} do
          write(v, x, source)
          assert.same({x, x, x, x}, v:tolist())
          local bytes = v:tobytes()
          for i = 3, 16, 4 do assert.equal("##", bytes:sub(i, i + 1)) end
        end
      end)
    end
  end

  it("is not written from items that are as large", function()
    local function items(data)
      return lend_host.lend {data = data, format = "T{<H}", itemsize = 4,
        shape = {4}}
    end
    local v = items(("#"):rep(16))
    v:copyfrom(items("a\0XXb\0XXc\0XXd\0XX"))
    assert.equal("a\0##b\0##c\0##d\0##", v:tobytes())
  end)
end)
