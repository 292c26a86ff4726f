-- Numbers of one format copied into another, compared across formats, and
-- reduced to one, against NumPy, on memory that was written on both sides.
-- NumPy does not check whether values fit; mview does.

local NUMPY = {B = "u1", b = "i1", H = "u2", h = "i2", I = "u4", i = "i4",
  Q = "u8", q = "i8", e = "f2", f = "f4", d = "f8", [">h"] = ">i2"}
local MI = 1 << 20

-- Items that every format holds: 0 to 99 again and again.
local FILL = [[
  local function filled(format, n)
    local v = mview.new(format, n)
    for i = 1, math.min(n, 100) do v[i] = i - 1 end
    local done = math.min(n, 100)
    while done < n do
      local more = math.min(done, n - done)
      v:sub(done + 1, done + more):copyfrom(v:sub(1, more))
      done = done + more
    end
    return v
  end
]]
local ARRAY = "filled = lambda f, n: (np.arange(n) % 100).astype(f)\n"

local SIZES = {{count = MI, items = "1 Mi items"},
  {count = 1000, items = "1,000 items"}, {count = 16, items = "16 items"}}

-- Conversions that may fail read their source twice; this is the first time.
local function reading(from, to, size)
  return size.count == MI and (from .. to):match("^[dq][fi]$") and
    {"c", "reading the source", "local b = floor.u8(('x'):rep(8 * $count))",
      "floor.sum(b, 8 * $count)"} or nil
end

local function with(from, to, size)
  return {{from = from, to = to, nfrom = NUMPY[from], nto = NUMPY[to],
    n = size.count}, size}
end

local function converted(row, from, to, size, atmost)
  row {name = "copyfrom, $from to $to, $items", with = with(from, to, size),
    {"mview", "v:copyfrom(w)", FILL .. [[
      local w, v = filled("$from", $count), filled("$to", $count)]],
      "v:copyfrom(w)"},
    {"numpy", "a[:] = b", ARRAY ..
      "b = filled('$nfrom', $count); a = filled('$nto', $count)", "a[:] = b",
      atmost = atmost},
    reading(from, to, size),
  }
end

local function conversions(row)
  local unchecked = {"hf", "Bf", "Bd", "id", "hi", "fd"}
  local checked = {"ih", "fh", "fB", "df", "di", "qi", "ef", "fe"}
  for _, size in ipairs(SIZES) do
    for _, pair in ipairs(unchecked) do
      converted(row, pair:sub(1, 1), pair:sub(2), size, 1.0)
    end
    converted(row, ">h", "f", size, 1.0)
    for _, pair in ipairs(checked) do
      converted(row, pair:sub(1, 1), pair:sub(2), size,
        size.count == MI and 1.5 or 1.0)
    end
  end
end

local function strided(row)
  for _, from in ipairs {"B", "h", "i", "d"} do
    row {name = "copyfrom, every second $from to $to, $items",
      with = with(from, "f", SIZES[1]),
      {"mview", "v:copyfrom(w)", FILL .. [[
        local w = filled("$from", 2 * $count):sub(1, -1, 2)
        local v = filled("$to", $count)]], "v:copyfrom(w)"},
      {"numpy", "a[:] = b[::2]", ARRAY .. [[
b = filled('$nfrom', 2 * $count)[::2]
a = filled('$nto', $count)]], "a[:] = b", atmost = 1.0},
    }
  end
  row {name = "copyfrom, a column of records to $to, $items",
    with = with("h", "f", SIZES[1]),
    {"mview", "v:copyfrom(w)", FILL .. [[
      local r = filled("h", 4 * $count):cast("T{h:x:h:y:i:z:}")
      local w, v = r:field("y"), filled("$to", $count)]], "v:copyfrom(w)"},
    {"numpy", "a[:] = r['y']", ARRAY .. [[
r = filled('i2', 4 * $count).view([('x', 'i2'), ('y', 'i2'), ('z', 'i4')])
a = filled('$nto', $count)]], "a[:] = r['y']", atmost = 1.0},
  }
end

local function comparisons(row)
  for _, pair in ipairs {"qd", "If", "hd", "ef", "id", "fd"} do
    row {name = "==, $from with $to, $items",
      with = with(pair:sub(1, 1), pair:sub(2), SIZES[1]),
      {"mview", "v == w", FILL .. [[
        local v, w = filled("$from", $count), filled("$to", $count)]],
        "local same = v == w"},
      {"numpy", "np.array_equal(a, b)", ARRAY ..
        "a = filled('$nfrom', $count); b = filled('$nto', $count)",
        "same = np.array_equal(a, b)", atmost = 1.5},
    }
  end
end

local function reductions(row)
  for _, format in ipairs {"d", "f", "i", "B"} do
    for _, name in ipairs {"sum", "min", "max"} do
      row {name = name .. " of $from, $items",
        with = with(format, format, SIZES[1]),
        {"mview", "v:" .. name .. "()", FILL .. [[
          local v = filled("$from", $count)]], "local x = v:" .. name .. "()"},
        {"numpy", "a." .. name .. "()", ARRAY .. "a = filled('$nfrom', $count)",
          "x = a." .. name .. "()", atmost = 1.0},
      }
    end
  end
end

return function(row)
  conversions(row)
  strided(row)
  comparisons(row)
  reductions(row)
end
