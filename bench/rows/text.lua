-- Patterns, lines and parts of log text, in which matches are rare. A line with
-- a match occurs once in 64 KiB.

local MIB = 1 << 20
local SIZE = {n = 16 * MIB, bytes = "16 MiB"}

local LINE = "2024-05-01 12:00:00 INFO  connection from 10.0.0.7 accepted"
local RARE = "2024-05-01 12:00:09 ERROR disk full, timeout 30 user=alice "
  .. "bob_2@example.com"

-- The text, in a variable s; and as a mapped file, in v.
local LUA = ([[
  local lines = {}
  for i = 1, 1092 do lines[i] = i %% 20 == 0 and "  " or %q end
  local s = table.concat(lines, "\n") .. "\n" .. %q .. "\n"
  s = s:rep($n // #s)]]):format(LINE, RARE)
local FILE = [[
  local path = os.tmpname()
  local file = io.open(path, "wb")
  file:write(s)
  file:close()]]
local VIEW = LUA .. "\n  local v = mview(s)"
local PYTHON = ([[
import re
lines = [b"  " if i %% 20 == 0 else b%q for i in range(1, 1093)]
s = b"\n".join(lines) + b"\n" + b%q + b"\n"
s *= $n // len(s)
]]):format(LINE, RARE)

-- Counts the matches with a loop of gmatch.
local function matches(row, name, pattern, regex, ratio)
  local loop = ":gmatch('" .. pattern .. "') do n = n + 1 end"
  row {name = "gmatch, " .. name .. ", $bytes", with = {SIZE},
    {"mview", "v:gmatch(pattern)", VIEW, "local n = 0 for _ in v" .. loop},
    {"lua", "s:gmatch(pattern)", LUA, "local n = 0 for _ in s" .. loop,
      large = ratio, chart = true},
    {"cpython", "re.finditer", PYTHON .. ("pattern = re.compile(rb'%s')")
      :format(regex), "n = sum(1 for _ in pattern.finditer(s))"},
  }
end

local function short(row)
  row {name = "gmatch, three words", with = {{n = 15}},
    {"mview", "v:gmatch(pattern)", "local v = mview('key=value other')",
      "for word in v:gmatch('%w+') do end"},
    {"lua", "s:gmatch(pattern)", "local s = 'key=value other'",
      "for word in s:gmatch('%w+') do end", small = 1.05},
    {"cpython", "pattern.finditer(s)",
      "import re\npattern = re.compile(rb'\\w+')\ns = b'key=value other'",
      "for m in pattern.finditer(s): word = m[0]"},
  }
  row {name = "match, a key and a value", with = {{n = 16}},
    {"mview", "v:match(pattern)", "local v = mview('key=value; other')",
      "local key, value = v:match('^(%w+)=(%w+)')"},
    {"lua", "s:match(pattern)", "local s = 'key=value; other'",
      "local key, value = s:match('^(%w+)=(%w+)')", small = 1.05},
    {"cpython", "pattern.match(s)",
      "import re\npattern = re.compile(rb'(\\w+)=(\\w+)')\n"
      .. "s = b'key=value; other'", "key, value = pattern.match(s).groups()"},
  }
end

-- Counts the lines of a file that match. In the text, no line matches twice.
local function grep(row)
  row {name = "lines of a file that match, $bytes", with = {SIZE},
    {"mview", "map:view():gmatch(pattern)", LUA .. FILE .. [[
      local v = mview.map(path):view()
      os.remove(path)]],
      "local n = 0 for _ in v:gmatch('ERROR.-timeout') do n = n + 1 end"},
    {"lua", "for line in file:lines()", LUA .. FILE .. [[
      file = io.open(path, "rb")
      os.remove(path)]], [[
      local n = 0
      file:seek("set")
      for line in file:lines() do
        if line:find("ERROR.-timeout") then n = n + 1 end
      end]]},
    {"cpython", "re.finditer(mmap)", PYTHON .. [[
import mmap, tempfile
file = tempfile.TemporaryFile()
file.write(s)
file.flush()
m = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
pattern = re.compile(b"ERROR.*?timeout")
]], "n = sum(1 for _ in pattern.finditer(m))"},
    {"grep", "grep -c, a process", LUA .. FILE .. [[
      local remover = setmetatable({}, {__gc = function() os.remove(path) end})
      local command = "LC_ALL=C grep -c 'ERROR.*timeout' " .. path ..
        " >/dev/null"]], "os.execute(command)"},
  }
end

local function lines(row)
  row {name = "lines, $bytes", with = {{n = 64 * MIB, bytes = "64 MiB"}},
    {"mview", "map:view():lines()", LUA .. FILE .. [[
      local v = mview.map(path):view()
      os.remove(path)]], "local n = 0 for _ in v:lines() do n = n + 1 end"},
    {"lua", "file:lines()", LUA .. FILE .. [[
      file = io.open(path, "rb")
      os.remove(path)]],
      "local n = 0 file:seek('set') for _ in file:lines() do n = n + 1 end",
      large = 0.60, chart = true},
    {"cpython", "for line in file", PYTHON .. [[
import tempfile
file = tempfile.TemporaryFile()
file.write(s)
]], "file.seek(0)\nn = sum(1 for line in file)"},
  }
  row {name = "blank lines, by lines, $bytes", with = {SIZE},
    {"mview", "part:find('^%s*$') for part in v:split", VIEW, [[
      local n = 0
      for part in v:split("\n") do
        if part:find("^%s*$") then n = n + 1 end
      end]]},
    {"mview", "line:find('^%s*$') for line in v:lines", VIEW, [[
      local n = 0
      for line in v:lines() do
        if line:find("^%s*$") then n = n + 1 end
      end]]},
    {"lua", "line:find('^%s*$') for line in s:gmatch", LUA, [[
      local n = 0
      for line in s:gmatch("[^\n]*") do
        if line:find("^%s*$") then n = n + 1 end
      end]], large = 1.05},
  }
end

return function(row)
  short(row)
  matches(row, "a literal in front", "ERROR.-timeout", "ERROR.*?timeout", 0.20)
  matches(row, "a literal and a capture", "user=(%w+)", "user=(\\w+)", 0.20)
  matches(row, "a literal in the middle", "[%w_]+@[%w_]+%.com",
    "\\w+@\\w+\\.com", 0.20)
  matches(row, "digits", "%d%d%d%d%-%d%d", "\\d\\d\\d\\d-\\d\\d", 1.05)
  matches(row, "words", "%a+", "[A-Za-z]+", 1.05)
  grep(row)
  lines(row)
end
