-- Layouts without items obey the same bounds as all others: each view that is
-- derived from them has an offset in the memory, or is refused. (make asan
-- checks each step.)
local lend_host = require "lend_host"
local mview = require "mview"
local names = require "names"
local raises = require "raises"
local sizes = require "sizes"

local MAX = sizes.most
local HALF = 1 << (sizes.bits // 2 - 1) -- squared it still is a size

describe("An empty view", function()
  it("keeps its place when it is the slice of a full one", function()
    local v = mview("abcdefgh"):sub(3, 6)
    for i = -6, 6 do
      for _, step in ipairs {1, -1, 2, -3, MAX, -MAX} do
        for _, j in ipairs {i - 1, i + 1} do
          for _, slice in ipairs {v:sub(i, j, step), v:slice {i, j, step},
            v:cast("B", {4, 1}):sub(i, j, step)} do
            if #slice == 0 then assert.equal(2, slice.offset) end
          end
        end
      end
    end
  end)

  it("keeps its place when it is a row", function()
    local v = mview("abcdefgh"):sub(3):cast("B", {3, 2}):slice({}, {1, 0})
    for i = 1, 3 do
      assert.equal(2, v[i].offset)
      assert.equal(2, v:slice(i).offset)
    end
  end)

  it("keeps its place when a field is taken", function()
    local v = mview("abcdefgh"):sub(5, 8):sub(2, 1)
    local offset = v.offset
    local records = v:cast(MAX - 2 .. "xB:a:")
    assert.equal(offset, records:field("a").offset)
    assert.equal(0, #records:field("a"))
  end)

  it("has no field of arrays whose shape would have too many items in all",
    function()
      local n = (MAX >> 3) + 1
      local v = mview(""):cast(("(0,%d)b:a: b"):format(4 * n), {0, n})
      raises("size too large", v.field, v, "a")
      assert.same({0, n}, v:field(2).shape)
    end)

  it("is refused when items of no bytes are too many", function()
    local v = mview("ab"):cast("T{0s:a:B:b:}")
    assert.same({2}, v:field("a").shape)
    assert.equal(0, v:field("a").nbytes)
    assert.equal("", v:field("a")[2])
    assert.has_error(function()
      lend_host.lend {data = "", format = "0s", shape = {HALF << 9, HALF << 9}}
    end)
  end)

  -- Formats, and shapes (or nil), of the greatest possible sizes.
  local extreme = {
    {MAX .. "s"}, {MAX .. "x"}, {MAX - 8 .. "xQ"}, {MAX .. "p"},
    {"Q:a:" .. MAX - 9 .. "xB:b:"}, {"T{" .. MAX - 1 .. "xB:a:}"},
    {"(0)B:a:" .. MAX - 1 .. "xB:b:"}, {"(0,0,0)" .. MAX .. "s:a:"},
    {MAX .. "x(0)B:a:"}, {"(" .. MAX .. ")B:a:"},
    {"(" .. (MAX >> 3) .. ")Q:a:"},
    {"(0," .. (MAX >> 1) .. ")B:a:B:b:"},
    {"(2,0," .. (MAX >> 3) .. ")I:a:I:b:"},
    {"B", {0, MAX}}, {"B", {MAX, 0}}, {"Q", {0, MAX >> 3}},
    {"Q", {MAX >> 3, 0}}, {"B", {HALF, 0, HALF}},
    {"T{B:a:(0," .. (HALF >> 1) .. ")B:b:}", {HALF, 0}},
    {"T{B:a:(0," .. (HALF << 9) .. ")B:b:}", {HALF, 0}},
  }
  local steps = {1, -1, 2, -2, MAX, -MAX, math.maxinteger, math.mininteger,
    MAX >> 1}

  -- Adds to `seen` the result of each function that derives a view. Some raise.
  local function derive(v, seen)
    local function try(f, ...)
      local ok, w = pcall(f, v, ...)
      if ok then seen[#seen + 1] = w end
    end
    for _, step in ipairs(steps) do
      try(v.sub, nil, nil, step)
      try(v.slice, {nil, nil, step}, {1, MAX, step})
      try(v.slice, {step, -step, step})
      try(v.slice, step)
      try(v.slice, {}, step)
    end
    for _, name in ipairs {"a", "b", 1, 2} do try(v.field, name) end
    try(v.transpose)
    for _, row in ipairs(extreme) do try(v.cast, row[1], row[2]) end
    try(v.cast, "B")
    try(mview)
    try(function() return v[1] end)
  end

  -- Calls that use the geometry of a view without items.
  local function use(v)
    assert.is_true(v.offset >= 0 and v.offset <= 8)
    local n = v.itemsize
    for _, size in ipairs(v.shape) do n = n * size end
    assert.equal(n, v.nbytes)
    if v.nbytes > 0 then return end
    v:tobytes()
    v:mismatch(v)
    v:hex(":")
    pcall(v.count, v, 1) -- of another type, or too large to be made
    pcall(v.index, v, 1)
    v:find("a")
    v:unpack("")
    v:byte(1, -1)
    pcall(v.fill, v, 0)
    pcall(v.copyfrom, v, v)
    pcall(v.byteswap, v)
  end

  for _, row in ipairs(extreme) do
    local shape = row[2] and " in a shape" or ""
    it("reads and writes no bytes, of " .. row[1] .. shape, function()
      local whole = mview.bytearray("abcdefgh"):view():sub(5, 8)
      local ok, v = pcall(function()
        return whole:sub(2, 1):cast(row[1], row[2] or {0})
      end)
      if not ok then
        assert.truthy(v:find "too large" or v:find "have size 0")
        return
      end
      local first = {v}
      derive(v, first)
      for i = 1, #first do
        use(first[i])
        local second = {}
        derive(first[i], second)
        for k = 1, #second do use(second[k]) end
      end
    end)
  end
end)

describe("Items of no bytes", function()
  local records = mview.new("0s:a:B:b:(2,0)H:c:", 6)
  local layouts = {
    ["that lie apart"] = records:field("a"),
    backwards = records:field("a"):sub(-1, 1, -2),
    ["of two dimensions"] = mview.new("B", 3, 0, 2):transpose(3, 1, 2),
    ["in sub-arrays"] = records:field("c"):transpose(),
  }
  for name, v in pairs(layouts) do
    it("can be used as others can: " .. name, function()
      for _, uses in ipairs {names.reads, names.writes} do
        for _, use in pairs(uses) do
          for _, x in ipairs {0, 1, 2, "", false} do
            local ok, err = pcall(use, v, x)
            assert.is_true(ok or type(err) == "string")
          end
        end
      end
      assert.equal("", v:tobytes())
      assert.is_true(v:equals(v:copy()))
    end)
  end
end)
