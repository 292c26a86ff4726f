--[[
names.lua - every public name of a view, with a use of it

A name is registered only here, by a row:

  use    function(view, ...): the arguments behind the view are a full index
         of it. Names in names.reads leave the memory unchanged; names in
         names.writes change it.
  empty  the results of the use for a view without items, or its message
  point  the same for a view of the byte "a" without dimensions
  takes  of methods, for each number that the method takes: a function(world, x)
         that passes x as this number, by the name of the parameter; {} without
         numbers. The world has the fields view (16 bytes), grid ({2, 8} signed
         bytes) and file.

A view stands in results as {format, shape, items, readonly}.

The specs for all layouts, for views without items, for dead views, for the
stack, for numbers of any size and for failing allocations use these rows. For a
name without a row, or a row without a field, a spec fails and names it.
]]

local tmpfile = require "tmpfile"

local names = {}

names.attributes = {"format", "itemsize", "nbytes", "ndim", "shape", "strides",
  "suboffsets", "readonly", "obj", "contiguous", "c_contiguous",
  "f_contiguous", "valid", "offset", "pins"}

local no_items = {"B", {0}, {}, false}
local item = {"B", {}, 97, false}
local none = table.pack(nil)

-- Passes an integer as a descriptor that is surely not open.
local function descriptor(call)
  return function(w, x)
    local fd = math.tointeger(x)
    if not fd or fd < 0 or fd > 1 << 20 then call(w.view, x) end
  end
end

-- Uses of methods have the method's name.
names.reads = {
  sub = {
    use = function(v) return v:sub(1, 1) end,
    empty = {no_items},
    point = "calling 'sub' on bad self (0 dimensions)",
    takes = {
      i = function(w, x) w.view:sub(x) end,
      j = function(w, x) w.view:sub(2, x) end,
      step = function(w, x) w.view:sub(-1, 1, x) end,
      ["all three"] = function(w, x) w.grid:sub(x, x, x) end,
    },
  },
  slice = {
    use = function(v) return v:slice({-1, 1, -1}) end,
    empty = {no_items},
    point = "bad argument #1 to 'slice' (1 selector for 0 dimensions)",
    takes = {
      index = function(w, x) w.grid:slice(x, x) end,
      first = function(w, x) w.grid:slice({x}, {x, -1}) end,
      last = function(w, x) w.grid:slice({1, x}, {-1, x, -1}) end,
      step = function(w, x) w.grid:slice({1, -1, x}, {-1, 1, x}) end,
      ["all three"] = function(w, x) w.grid:slice {x, x, x} end,
    },
  },
  get = {
    use = function(v, ...) return v:get(...) end,
    empty = "index 1 out of range [1, 0]",
    point = {97},
    takes = {
      i = function(w, x) w.grid:get(x, 1) end,
      j = function(w, x) w.grid:get(1, x) end,
    },
  },
  values = {
    use = function(v) return v:values(1, 2) end,
    empty = {},
    point = "calling 'values' on bad self (0 dimensions)",
    takes = {
      i = function(w, x) return w.view:values(x) end,
      j = function(w, x) return w.view:values(1, x) end,
      ["i and j"] = function(w, x) w.view:values(x, x) end,
    },
  },
  iter = {
    use = function(v) return v:iter()() end,
    empty = none,
    point = "calling 'iter' on bad self (0 dimensions)",
    takes = {},
  },
  cast = {
    use = function(v) return v:cast("c") end,
    empty = {{"c", {0}, {}, false}},
    point = {{"c", {1}, {"a"}, false}},
    takes = {
      shape = function(w, x) w.view:cast("<H", {x}) end,
      ["shape of two"] = function(w, x) w.view:cast("B", {x, x}) end,
      ["second dimension"] = function(w, x) w.view:cast("B", {2, x}) end,
      ["shape of nothing"] = function(w, x)
        w.view:sub(1, 0):cast("B", {0, x, x})
      end,
    },
  },
  at = {
    use = function(v) return v:at(0, "B") end,
    empty = "bad argument #2 to 'at' (1 byte at offset 0, 0 left)",
    point = {{"B", {1}, {97}, false}},
    takes = {
      offset = function(w, x) w.view:at(x, 1) end,
      n = function(w, x) w.view:at(1, x) end,
      count = function(w, x) w.grid:at(1, "<H", x) end,
    },
  },
  copy = {
    use = function(v) return v:copy() end,
    empty = {no_items},
    point = {item},
    takes = {},
  },
  transpose = {
    use = function(v) return v:transpose() end,
    empty = {no_items},
    point = {item},
    takes = {
      d = function(w, x) w.grid:transpose(x, 1) end,
      all = function(w, x) w.grid:transpose(x, x) end,
    },
  },
  field = {
    use = function(v) return v:field(1) end,
    empty = "the items have no fields",
    point = "the items have no fields",
    takes = {
      index = function(w, x) return w.view:cast("T{b:a:h:b:}"):field(x) end,
    },
  },
  toreadonly = {
    use = function(v) return v:toreadonly() end,
    empty = {{"B", {0}, {}, true}},
    point = {{"B", {}, 97, true}},
    takes = {},
  },
  tobytes = {
    use = function(v) return v:tobytes() end,
    empty = {""},
    point = {"a"},
    takes = {},
  },
  tolist = {
    use = function(v) return v:tolist() end,
    empty = {{}},
    point = {97},
    takes = {},
  },
  hex = {
    use = function(v) return v:hex(":") end,
    empty = {""},
    point = {"61"},
    takes = {group = function(w, x) w.view:hex(" ", x) end},
  },
  equals = {
    use = function(v) return v:equals("ab") end,
    empty = {false},
    point = {false},
    takes = {},
  },
  mismatch = {
    use = function(v) return v:mismatch(v) end,
    empty = none,
    point = {},
    takes = {},
  },
  index = {
    use = function(v) return v:index(98) end,
    empty = none,
    point = {},
    takes = {
      i = function(w, x) return w.view:index(45, x) end,
      j = function(w, x) return w.view:index(45, 1, x) end,
      ["x, i and j"] = function(w, x) w.grid:index(x, x, x) end,
    },
  },
  count = {
    use = function(v) return v:count(98) end,
    empty = {0},
    point = {0},
    takes = {
      x = function(w, x) w.grid:count(x) end,
      ["i and j"] = function(w, x) w.grid:count(45, x, x) end,
    },
  },
  find = {
    use = function(v) return v:find("b") end,
    empty = none,
    point = {},
    takes = {
      init = function(w, x) return w.view:find("-", x) end,
      ["init, strided"] = function(w, x)
        return w.view:sub(-1, 1, -2):find("--", x)
      end,
    },
  },
  sum = {
    use = function(v) return v:sum() end,
    empty = {0},
    point = {97},
    takes = {},
  },
  min = {
    use = function(v) return v:min() end,
    empty = none,
    point = {97},
    takes = {},
  },
  max = {
    use = function(v) return v:max() end,
    empty = none,
    point = {97},
    takes = {},
  },
  match = {
    use = function(v) return v:match("(b)(.?)") end,
    empty = none,
    point = {},
    takes = {init = function(w, x) return w.view:match("-()", x) end},
  },
  gmatch = {
    use = function(v) return v:gmatch("()b")() end,
    empty = {},
    point = {},
    takes = {init = function(w, x) return w.view:gmatch("-()", x)() end},
  },
  rfind = {
    use = function(v) return v:rfind("b") end,
    empty = none,
    point = {},
    takes = {
      init = function(w, x) return w.view:rfind("-", x) end,
      ["init, strided"] = function(w, x)
        return w.view:sub(-1, 1, -2):rfind("--", x)
      end,
    },
  },
  lines = {
    use = function(v) return v:lines()() end,
    empty = none,
    point = {"a"},
    takes = {},
  },
  split = {
    use = function(v) return v:split("b")() end,
    empty = {no_items},
    point = {{"B", {1}, {97}, false}},
    takes = {},
  },
  hash = {
    use = function(v) return v:hash() end,
    empty = "cannot hash a view that can be written to",
    point = "cannot hash a view that can be written to",
    takes = {},
  },
  unpack = {
    use = function(v) return v:unpack("B") end,
    empty = "bad argument #1 to 'unpack' (data string too short)",
    point = {97, 2},
    takes = {
      pos = function(w, x) w.view:unpack("<i4", x) end,
      size = function(w, x) w.view:unpack(("<i%s"):format(x)) end,
      length = function(w, x) w.view:unpack(("c%s"):format(x)) end,
    },
  },
  byte = {
    use = function(v) return v:byte(1, 2) end,
    empty = {},
    point = {97},
    takes = {
      i = function(w, x) return w.view:byte(x) end,
      j = function(w, x) return w.view:byte(-1, x) end,
      ["i and j"] = function(w, x) w.grid:byte(x, x) end,
    },
  },
  len = {
    use = function(v) return v:len() end,
    empty = {0},
    point = {1},
    takes = {},
  },
  writeto = {
    use = function(v)
      local file <close> = tmpfile()
      local n = v:writeto(file)
      file:seek("set")
      return n, file:read("a")
    end,
    empty = {0, ""},
    point = {1, "a"},
    takes = {
      offset = function(w, x)
        local file <close> = io.open("/dev/null", "wb")
        w.view:writeto(file, x)
      end,
      descriptor = descriptor(function(v, fd) v:writeto(fd) end),
    },
  },
  ["v[i]"] = {
    use = function(v) return v[1] end,
    empty = none,
    point = {},
  },
  ["v(i)"] = {
    use = function(v, ...) return v(...) end,
    empty = "index 1 out of range [1, 0]",
    point = {97},
  },
  ["#v"] = {
    use = function(v) return #v end,
    empty = {0},
    point = "a view of 0 dimensions has no length",
  },
  ["v .. s"] = {
    use = function(v) return v .. "!" end,
    empty = {"!"},
    point = {"a!"},
  },
  ["s .. v"] = {
    use = function(v) return "!" .. v end,
    empty = {"!"},
    point = {"!a"},
  },
  ["pairs(v)"] = {
    use = function(v) return pairs(v)() end,
    empty = none,
    point = "bad argument #1 to '__pairs' (0 dimensions)",
  },
  ["ipairs(v)"] = {
    use = function(v)
      local step, _, first = ipairs(v)
      return step(v, first)
    end,
    empty = none,
    point = {},
  },
  ["mview(v)"] = {
    use = function(v) return require "mview"(v) end,
    empty = {no_items},
    point = {item},
  },
  ["table.unpack(v)"] = {
    use = function(v) return table.unpack(v) end,
    empty = {},
    point = "a view of 0 dimensions has no length",
  },
  ["table.move(v)"] = {
    use = function(v) return table.move(v, 1, 1, 1, {}) end,
    empty = {{}},
    point = {{}},
  },
}

names.writes = {
  set = {
    use = function(v, ...)
      local index = table.pack(...)
      index[index.n + 1] = 120
      v:set(table.unpack(index))
    end,
    empty = "index 1 out of range [1, 0]",
    point = {},
    takes = {
      i = function(w, x) w.grid:set(x, 1, 1) end,
      j = function(w, x) w.grid:set(1, x, 1) end,
      x = function(w, x) w.grid:set(1, 1, x) end,
    },
  },
  copyfrom = {
    use = function(v) return v:copyfrom(v) end,
    empty = {no_items},
    point = {item},
    takes = {
      list = function(w, x)
        w.grid:copyfrom {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, x}}
      end,
    },
  },
  fill = {
    use = function(v) return v:fill(120) end,
    empty = {no_items},
    point = {{"B", {}, 120, false}},
    takes = {x = function(w, x) w.grid:fill(x) end},
  },
  byteswap = {
    use = function(v) return v:byteswap() end,
    empty = {no_items},
    point = {item},
    takes = {},
  },
  pack = {
    use = function(v) return v:pack("B", 1, 120) end,
    empty = "bad argument #2 to 'pack' (1 byte at position 1, 0 left)",
    point = {2},
    takes = {
      pos = function(w, x) w.view:pack("<i4", x, 1) end,
      x = function(w, x) w.view:pack("b", 1, x) end,
      alignment = function(w, x) w.view:pack(("!%s i"):format(x), 1, 1) end,
    },
  },
  readfrom = {
    use = function(v)
      local file <close> = tmpfile()
      file:write(("z"):rep(100))
      file:seek("set")
      return v:readfrom(file)
    end,
    empty = {0},
    point = {1},
    takes = {
      offset = function(w, x) w.view:readfrom(w.file, x) end,
      descriptor = descriptor(function(v, fd) v:readfrom(fd) end),
    },
  },
  ["v[i] = x"] = {
    use = function(v) v[1] = v[-1] end,
    empty = "index 1 out of range [1, 0]",
    point = "a view of 0 dimensions has no index",
  },
}

-- The rows by name; the uses by name; for each method, whether it writes.
names.rows, names.methods = {}, {release = false}
for _, kind in ipairs {"reads", "writes"} do
  local rows = names[kind]
  names[kind] = {}
  for name, row in pairs(rows) do
    local is_method = name:find "^%l+$" ~= nil
    for _, field in ipairs {"use", "empty", "point", "takes"} do
      if row[field] == nil and (is_method or field ~= "takes") then
        error(("spec/support/names.lua: the row of '%s' has no field '%s'")
          :format(name, field), 0)
      end
    end
    names.rows[name], names[kind][name] = row, row.use
    if is_method then names.methods[name] = kind == "writes" end
  end
end

return names
