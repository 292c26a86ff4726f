local capi = require "capi"
local lend_host = require "lend_host"
local mview = require "mview"
local names = require "names"
local raises = require "raises"

local data = mview.bytearray("abcdefgh")
local text = "a string"

-- title, view, obj, then the other attributes in the order of names.attributes
local rows = {
  {"a string", mview(text), text,
    "B", 1, 8, 1, {8}, {1}, {}, true, true, true, true, true, 0, 0},
  {"an empty string", mview(""), "",
    "B", 1, 0, 1, {0}, {1}, {}, true, true, true, true, true, 0, 0},
  {"a bytearray", data:view(), data,
    "B", 1, 8, 1, {8}, {1}, {}, false, true, true, true, true, 0, 0},
  {"a bytearray, read-only", data:view():toreadonly(), data,
    "B", 1, 8, 1, {8}, {1}, {}, true, true, true, true, true, 0, 0},
  {"a slice", data:view():sub(3, 6), data,
    "B", 1, 4, 1, {4}, {1}, {}, false, true, true, true, true, 2, 0},
  {"a slice of a slice", data:view():sub(3):sub(2, -2), data,
    "B", 1, 4, 1, {4}, {1}, {}, false, true, true, true, true, 3, 0},
  {"every third item", data:view():sub(2, -1, 3), data,
    "B", 1, 3, 1, {3}, {3}, {}, false, false, false, false, true, 1, 0},
  {"items backwards", data:view():sub(-1, 1, -1), data,
    "B", 1, 8, 1, {8}, {-1}, {}, false, false, false, false, true, 7, 0},
  {"one item of a step", data:view():sub(4, 5, 2), data,
    "B", 1, 1, 1, {1}, {1}, {}, false, true, true, true, true, 3, 0},
  {"no items of a step", data:view():sub(4, 3, 2), data,
    "B", 1, 0, 1, {0}, {1}, {}, false, true, true, true, true, 0, 0},
  {"a cast", data:view():cast("<h"), data,
    "<h", 2, 8, 1, {4}, {2}, {}, false, true, true, true, true, 0, 0},
  {"a cast of a slice", data:view():sub(2, 5):cast("!I"), data,
    "!I", 4, 4, 1, {1}, {4}, {}, false, true, true, true, true, 1, 0},
  {"every second item of a cast", data:view():cast("h"):sub(2, -1, 2), data,
    "h", 2, 4, 1, {2}, {4}, {}, false, false, false, false, true, 2, 0},
  {"a cast to more dimensions", data:view():cast("H", {2, 1, 2}), data,
    "H", 2, 8, 3, {2, 1, 2}, {4, 4, 2}, {}, false, true, true, false, true, 0,
    0},
  {"a cast to none", data:view():cast("d", {}), data,
    "d", 8, 8, 0, {}, {}, {}, false, true, true, true, true, 0, 0},
  {"a transpose", data:view():cast("B", {2, 4}):transpose(), data,
    "B", 1, 8, 2, {4, 2}, {1, 4}, {}, false, true, false, true, true, 0, 0},
  {"a record's field", mview(data, "<hBB"):field(2), data,
    "<B", 1, 2, 1, {2}, {4}, {}, false, false, false, false, true, 2, 0},
  {"a host's memory", (lend_host.lend {data = "abc", readonly = true}), nil,
    "B", 1, 3, 1, {3}, {1}, {}, true, true, true, true, true, 0, 0},
  {"a host's memory backwards", (lend_host.lend {data = "abcd", format = "<H",
    shape = {2}, strides = {-2}, offset = 2}), nil,
    "<H", 2, 4, 1, {2}, {-2}, {}, false, false, false, false, true, 2, 0},
  {"a picture of rows", (lend_host.pil {blocks = {"ab", "cd"}, format = "B",
    shape = {2, 2}}), nil,
    "B", 1, 4, 2, {2, 2}, {string.packsize("T"), 1}, {0, -1}, false, false,
    false, false, true, 0, 0},
}

describe("Attributes", function()
  local order = {}
  for _, name in ipairs(names.attributes) do
    if name ~= "obj" then order[#order + 1] = name end
  end

  for _, row in ipairs(rows) do
    local title, v, obj = row[1], row[2], row[3]
    it("describe a view of " .. title, function()
      for i, name in ipairs(order) do
        assert.same(row[3 + i], v[name], name)
      end
      assert.is_true(rawequal(obj, v.obj))
      assert.equal(#row, #order + 3)
    end)
  end

  it("have the exporter of a map, of fresh memory, of objects",
    function()
      local map = mview.map(nil, "r+", 0, 4)
      assert.equal(map, map:view():sub(2, 3):cast("h").obj)
      assert.equal("userdata", type(mview.new("d", 2).obj))
      assert.equal(16, #mview.new("d", 2).obj)
      local object = setmetatable({}, {__buffer = function() return data end})
      assert.equal(data, mview(object).obj)
    end)

  it("count the borrowers of the memory, in each of its views", function()
    local v = data:view()
    capi.borrow(v:sub(2, 3), 0, function()
      assert.equal(1, v.pins)
      assert.equal(1, mview(data).pins)
      assert.equal(0, mview("abcdefgh").pins)
    end)
    assert.equal(0, v.pins)
  end)

  it("are integers if they are numbers", function()
    for _, row in ipairs(rows) do
      for _, name in ipairs {"itemsize", "nbytes", "ndim", "offset", "pins"} do
        assert.equal("integer", math.type(row[2][name]))
      end
    end
  end)

  it("are fresh lists if they are lists", function()
    local v = mview.new("h", 2, 3)
    for _, name in ipairs {"shape", "strides", "suboffsets"} do
      local list = v[name]
      list[1] = 99
      assert.are_not.equal(list, v[name])
      assert.are_not.equal(99, v[name][1])
    end
    assert.same({{0, 0, 0}, {0, 0, 0}}, v:tolist())
  end)

  it("keep the format, but normalise that of string.pack", function()
    for given, format in pairs {["<h"] = "<h", ["@i"] = "@i", ["^H"] = "^H",
      i2 = "h", ["<I4"] = "<I", j = "q", [">J"] = ">Q", ["T{<h:a:}"] =
      "T{<h:a:}", ["2h"] = "2h", [" h"] = " h"} do
      assert.equal(format, mview.new(given, 1).format)
    end
  end)

  it("cannot be assigned", function()
    for _, v in ipairs {data:view(), mview(text), mview.new("d", 2, 2)} do
      local before = v:tobytes()
      for _, name in ipairs(names.attributes) do
        for _, x in ipairs {v[name], 0, {}, "x"} do
          raises(("attempt to assign to '%s' of a view"):format(name),
            function() v[name] = x end)
        end
      end
      for name in pairs(names.methods) do
        raises(("attempt to assign to '%s' of a view"):format(name),
          function() v[name] = print end)
      end
      assert.equal(before, v:tobytes())
    end
  end)

  it("of any other name read nil", function()
    local v = mview("ab")
    for _, name in ipairs {"length", "Format", "format ", "", "__index",
      "__gc", "append", "view", "1"} do
      assert.is_nil(v[name])
    end
  end)
end)

describe("A dead view", function()
  local deaths = {
    {"attempt to use a released view", function(_, v) v:release() end},
    {"attempt to use a view of revoked memory",
      function(bytes) bytes:release() end},
    {"attempt to use an expired view (its bytearray shrank)",
      function(bytes) bytes:resize(1) end},
  }
  for _, row in ipairs(deaths) do
    it("has only the attribute valid: " .. row[1], function()
      local bytes = mview.bytearray("abc")
      local v = bytes:view()
      local slice = v:sub(2, 3):cast("h")
      row[2](bytes, v)
      row[2](bytes, slice)
      for _, dead in ipairs {v, slice} do
        for _, name in ipairs(names.attributes) do
          if name ~= "valid" then
            raises(row[1], function() return dead[name] end)
          end
          raises(row[1], function() dead[name] = 1 end)
        end
        assert.is_false(dead.valid)
      end
    end)
  end
end)
