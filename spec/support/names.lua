--[[
names.lua - every public name of a view, with a use of it

A name is registered only here, by a row:

  use    function(view, ...): the arguments behind the view are a full index
         of it. Names in names.reads leave the memory unchanged; names in
         names.writes change it.
  empty  the results of the use for a view without items, or its message
  point  the same for a view of one item without dimensions
  takes  for each number that the method takes: a function(world, x) that passes
         x as this number, by the name of the parameter; {} without numbers. The
         world has the fields view (16 bytes), grid ({2, 8} signed bytes) and
         file.

The specs for all layouts, for views without items, for dead views, for the
stack, for numbers of any size and for failing allocations use these rows. For a
name without a row, or a row without a field, a spec fails and names it. If a
row is a function, its other fields are in names_spec.lua, integers.lua and
operations.lua.
]]

local tmpfile = require "tmpfile"

local names = {}

names.attributes = {"format", "itemsize", "nbytes", "ndim", "shape", "strides",
  "suboffsets", "readonly", "obj", "contiguous", "c_contiguous",
  "f_contiguous", "valid", "offset", "pins"}

-- Uses of methods have the method's name.
names.reads = {
  sub = function(v) return v:sub(1, 1) end,
  slice = function(v) return v:slice({-1, 1, -1}) end,
  get = function(v, ...) return v:get(...) end,
  values = function(v) return v:values(1, 2) end,
  iter = function(v) return v:iter()() end,
  cast = function(v) return v:cast("c") end,
  at = function(v) return v:at(0, "B") end,
  copy = function(v) return v:copy() end,
  transpose = function(v) return v:transpose() end,
  field = function(v) return v:field(1) end,
  toreadonly = function(v) return v:toreadonly() end,
  tobytes = function(v) return v:tobytes() end,
  tolist = function(v) return v:tolist() end,
  hex = function(v) return v:hex(":") end,
  equals = function(v) return v:equals("ab") end,
  mismatch = function(v) return v:mismatch(v) end,
  index = function(v) return v:index(98) end,
  count = function(v) return v:count(98) end,
  find = function(v) return v:find("b") end,
  sum = function(v) return v:sum() end,
  min = function(v) return v:min() end,
  max = function(v) return v:max() end,
  match = function(v) return v:match("(b)(.?)") end,
  gmatch = function(v) return v:gmatch("()b")() end,
  rfind = function(v) return v:rfind("b") end,
  lines = function(v) return v:lines()() end,
  split = function(v) return v:split("b")() end,
  hash = function(v) return v:hash() end,
  unpack = function(v) return v:unpack("B") end,
  byte = function(v) return v:byte(1, 2) end,
  len = function(v) return v:len() end,
  writeto = function(v)
    local file <close> = tmpfile()
    local n = v:writeto(file)
    file:seek("set")
    return n, file:read("a")
  end,
  ["v[i]"] = function(v) return v[1] end,
  ["v(i)"] = function(v, ...) return v(...) end,
  ["#v"] = function(v) return #v end,
  ["v .. s"] = function(v) return v .. "!" end,
  ["s .. v"] = function(v) return "!" .. v end,
  ["pairs(v)"] = function(v) return pairs(v)() end,
  ["ipairs(v)"] = function(v)
    local step, _, first = ipairs(v)
    return step(v, first)
  end,
  ["mview(v)"] = function(v) return require "mview"(v) end,
  ["table.unpack(v)"] = function(v) return table.unpack(v) end,
  ["table.move(v)"] = function(v) return table.move(v, 1, 1, 1, {}) end,
}

names.writes = {
  set = function(v, ...)
    local index = table.pack(...)
    index[index.n + 1] = 120
    v:set(table.unpack(index))
  end,
  copyfrom = function(v) return v:copyfrom(v) end,
  fill = function(v) return v:fill(120) end,
  byteswap = function(v) return v:byteswap() end,
  pack = function(v) return v:pack("B", 1, 120) end,
  readfrom = function(v)
    local file <close> = tmpfile()
    file:write(("z"):rep(100))
    file:seek("set")
    return v:readfrom(file)
  end,
  ["v[i] = x"] = function(v) v[1] = v[-1] end,
}

-- For each method, whether it writes.
names.methods = {release = false}
for writes, uses in pairs {[false] = names.reads, [true] = names.writes} do
  for name in pairs(uses) do
    if name:find "^%l+$" then names.methods[name] = writes end
  end
end

names.rows = {}
for _, uses in ipairs {names.reads, names.writes} do
  for name, row in pairs(uses) do
    if type(row) == "table" then
      for _, field in ipairs {"use", "empty", "point", "takes"} do
        if row[field] == nil then
          error(("spec/support/names.lua: the row of '%s' has no field '%s'")
            :format(name, field), 0)
        end
      end
      names.rows[name] = row
      uses[name] = row.use
    end
  end
end

return names
