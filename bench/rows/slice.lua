-- Views made from strings and from views.

local N = {n = 200000}

local VIEW = "local v = mview(random($n + 15))"
local STRING = "local s = random($n + 15)"
local MEMORYVIEW = "mv = memoryview(random($n + 15))"
local LEAST = "local v = least.object(random($n + 15))"
local LIVE_TABLES = " local live = {} for i = 1, 300000 do live[i] = {} end"
local LIVE_LISTS = "\nlive = [[] for _ in range(300000)]"
local LOCAL_CALL = "for i = 1, $n do local w = sub(v, i, i + 15) end"

local function slices(row)
  row {name = "slice of 16 bytes", items = N.n, with = {N},
    {"mview", "v:sub(i, i + 15)", VIEW,
      "for i = 1, $n do local w = v:sub(i, i + 15) end"},
    {"lua", "s:sub(i, i + 15)", STRING,
      "for i = 1, $n do local w = s:sub(i, i + 15) end", atmost = 0.80,
      chart = true},
    {"cpython", "mv[i:i + 16]", MEMORYVIEW,
      "for i in range($n): w = mv[i:i + 16]",
      script = true, atmost = 1.35, chart = true},
    {"numpy", "a[i:i + 16]", "a = np.zeros($n + 15, 'u1')",
      "for i in range($n): w = a[i:i + 16]"},
    {"c", "the least work", LEAST,
      "for i = 1, $n do local w = v:sub(i, i + 15) end"},
  }
  row {name = "slice as a local function", items = N.n, with = {N},
    {"mview", "sub(v, i, i + 15)", VIEW .. " local sub = v.sub", LOCAL_CALL},
    {"lua", "sub(s, i, i + 15)", STRING .. " local sub = string.sub",
      "for i = 1, $n do local w = sub(s, i, i + 15) end", atmost = 0.80},
    {"cpython", "mv[i:i + 16]", MEMORYVIEW,
      "for i in range($n): w = mv[i:i + 16]",
      script = true, atmost = 0.95, chart = true},
    {"c", "the least work", LEAST .. " local sub = v.sub", LOCAL_CALL},
  }
  row {name = "slice beside 300,000 live tables", items = N.n, with = {N},
    {"mview", "sub(v, i, i + 15)", VIEW .. LIVE_TABLES .. " local sub = v.sub",
      LOCAL_CALL},
    {"lua", "sub(s, i, i + 15)",
      STRING .. LIVE_TABLES .. " local sub = string.sub",
      "for i = 1, $n do local w = sub(s, i, i + 15) end"},
    {"cpython", "mv[i:i + 16]", MEMORYVIEW .. LIVE_LISTS,
      "for i in range($n): w = mv[i:i + 16]",
      script = true, atmost = 1.15, chart = true},
  }
end

local function larger(row, size, bytes, count, atmost)
  row {name = "slice of " .. size, items = count,
    with = {{bytes = bytes, count = count}},
    {"mview", "v:sub(i, j)", "local v = mview(random($bytes + $count))",
      "for i = 1, $count do local w = v:sub(i, i + ($bytes - 1)) end"},
    {"lua", "s:sub(i, j)", "local s = random($bytes + $count)",
      "for i = 1, $count do local w = s:sub(i, i + ($bytes - 1)) end",
      atmost = atmost, chart = true},
    {"cpython", "mv[i:j]", "mv = memoryview(random($bytes + $count))",
      "for i in range($count): w = mv[i:i + $bytes]"},
  }
end

-- A picture of 480 rows of 640 pixels.
local function pictures(row)
  local with = {{rows = 480, columns = 640}}
  local PICTURE = "local m = mview.new('f', $rows, $columns) m:fill(1)"
  -- memory that nobody wrote is a single page of zeros
  local NUMPY_PICTURE = "m = np.zeros(($rows, $columns), 'f4'); m[:] = 1"
  row {name = "a row of a picture", items = 480, with = with,
    {"mview", "for row in m:iter()", PICTURE, "for line in m:iter() do end"},
    {"numpy", "for row in m", NUMPY_PICTURE, "for line in m: pass",
      atmost = 1.30, chart = true},
    {"c", "the least work", "local v = least.object(random(1))",
      "for line in v:rows($rows) do end"},
  }
  row {name = "the mean of each row of a picture", items = 480, with = with,
    {"mview", "row:sum() of m:iter()", PICTURE,
      "for line in m:iter() do local mean = line:sum() / $columns end"},
    {"numpy", "row.mean() of m", NUMPY_PICTURE,
      "for line in m: mean = line.mean()", atmost = 1.30},
  }
  row {name = "a part of a picture", items = 400, with = with,
    {"mview", "m:slice({i, i + 63}, {i, i + 63})", PICTURE,
      "for i = 1, 400 do local w = m:slice({i, i + 63}, {i, i + 63}) end"},
    {"lua", "two tables alone", "",
      "for i = 1, 400 do local t, u = {i, i + 63}, {i, i + 63} end"},
    {"numpy", "m[i:i + 64, i:i + 64]", NUMPY_PICTURE,
      "for i in range(400): w = m[i:i + 64, i:i + 64]", atmost = 1.30,
      chart = true},
    {"c", "the least work", "local v = least.object(random(1))",
      "for i = 1, 400 do local w = v:slice({i, i + 63}, {i, i + 63}) end"},
  }
end

-- A file with a hole is removed as soon as it is mapped: a tebibyte of
-- addresses, no bytes on the disk.
local function sparse(row)
  row {name = "slice of a 1 TiB map", items = N.n, with = {N},
    {"mview", "v:sub(2, -2) of 1 TiB", [[
      local path = os.tmpname()
      local file = io.open(path, "r+")
      file:seek("set", 2 ^ 40 - 1)
      file:write("\0")
      file:close()
      local v = mview.map(path):view()
      os.remove(path)
      assert(#v == 2 ^ 40)]],
      "for i = 1, $n do local w = v:sub(2, -2) end"},
    {"mview", "v:sub(2, -2) of 16 bytes", "local v = mview(random(16))",
      "for i = 1, $n do local w = v:sub(2, -2) end", atmost = 1.05,
      chart = true},
  }
end

local function made(row)
  row {name = "view of a string", items = N.n, with = {N},
    {"mview", "mview(s)", "local s = random(1024)",
      "for i = 1, $n do local v = mview(s) end"},
    {"cpython", "memoryview(b)", "b = random(1024)",
      "for i in range($n): v = memoryview(b)",
      script = true, atmost = 1.60, chart = true},
    {"numpy", "np.frombuffer(b, 'u1')", "b = random(1024)",
      "for i in range($n): v = np.frombuffer(b, 'u1')"},
    {"c", "a userdata alone", "local v = floor.u8(random(1024))",
      "for i = 1, $n do floor.slice(v) end"},
  }
  row {name = "cast", items = N.n, with = {N},
    {"mview", "v:cast('I')", "local v = mview(random(1024))",
      "for i = 1, $n do local w = v:cast('I') end"},
    {"cpython", "mv.cast('I')", "mv = memoryview(random(1024))",
      "for i in range($n): w = mv.cast('I')",
      script = true, atmost = 1.80, chart = true},
    {"numpy", "a.view('u4')", "a = np.zeros(1024, 'u1')",
      "for i in range($n): w = a.view('u4')"},
    {"c", "the least work", LEAST,
      "for i = 1, $n do local w = v:cast('I') end"},
  }
end

return function(row)
  slices(row)
  larger(row, "1 KiB", 1024, 20000, 0.60)
  larger(row, "1 MiB", 1 << 20, 100, 0.002)
  pictures(row)
  sparse(row)
  made(row)
end
