-- The memory of one object: a thousand objects of each kind are kept.

local KEEP = " local keep = {} for i = 1, 1000 do keep[i] = false end"
local PYTHON_KEEP = "\nkeep = [None] * 1000"
local VIEW = "local v = mview(random(5096))" .. KEEP
local STRING = "local s = random(5096)" .. KEEP
local MEMORYVIEW = "mv = memoryview(random(5096))" .. PYTHON_KEEP
local ARRAY = "a = np.zeros(5096, 'u1')" .. PYTHON_KEEP

local function kept(lua)
  return "for i = 1, 1000 do keep[i] = " .. lua .. " end"
end

local function python_kept(python)
  return "for i in range(1000): keep[i] = " .. python
end

return function(row)
  row {name = "bytes per slice of 16 bytes", items = 1000, memory = "only",
    {"mview", "v:sub(i, i + 15)", VIEW, kept "v:sub(i, i + 15)"},
    {"lua", "s:sub(i, i + 15)", STRING, kept "s:sub(i, i + 15)"},
    {"cpython", "mv[i:i + 16]", MEMORYVIEW, python_kept "mv[i:i + 16]"},
    {"numpy", "a[i:i + 16]", ARRAY, python_kept "a[i:i + 16]"},
  }
  row {name = "bytes per slice of 4 KiB", items = 1000, memory = "only",
    {"mview", "v:sub(i, i + 4095)", VIEW, kept "v:sub(i, i + 4095)"},
    {"lua", "s:sub(i, i + 4095)", STRING, kept "s:sub(i, i + 4095)"},
    {"cpython", "mv[i:i + 4096]", MEMORYVIEW, python_kept "mv[i:i + 4096]"},
    {"numpy", "a[i:i + 4096]", ARRAY, python_kept "a[i:i + 4096]"},
  }
  row {name = "bytes per view of a string", items = 1000, memory = "only",
    {"mview", "mview(s)", STRING, kept "mview(s)"},
    {"cpython", "memoryview(b)", "b = random(1024)" .. PYTHON_KEEP,
      python_kept "memoryview(b)"},
    {"numpy", "np.frombuffer(b, 'u1')", "b = random(1024)" .. PYTHON_KEEP,
      python_kept "np.frombuffer(b, 'u1')"},
  }
  row {name = "bytes per transposed matrix", items = 1000, memory = "only",
    {"mview", "m:transpose()",
      "local m = mview(random(64), 'B', {8, 8})" .. KEEP,
      kept "m:transpose()"},
    {"numpy", "a.T", "a = np.zeros((8, 8))" .. PYTHON_KEEP,
      python_kept "a.T"},
  }
end
