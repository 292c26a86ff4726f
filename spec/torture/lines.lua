--[[
lines.lua - busted, and which lines of mview's Lua files its specs reach

usage: lua lines.lua BUSTED SPEC... (and LUAC, the compiler, in the environment)
Names the lines of lua/mview/dump.lua that were not reached, and fails
unless all were. Lines that only close a block do not count: Lua puts a return
there that may stand behind another.
]]

local paths = {"lua/mview/dump.lua"}
local reached = {}

-- The numbers of the lines that have code, and their text.
local function lines_of(path)
  local text, list = {}, {}
  for line in io.lines(path) do text[#text + 1] = line end
  local luac = os.getenv "LUAC" or "luac5.4"
  for line in io.popen(luac .. " -l -p " .. path):lines() do
    local n, code = line:match "^\t%d+\t%[(%d+)%]%s+(%S+)"
    n = tonumber(n)
    if n and code ~= "VARARGPREP" and not text[n]:find "^%s*end[)]*$" then
      list[n] = text[n]
    end
  end
  return list, #text
end

local function watch(_, line)
  local source = debug.getinfo(2, "S").source
  if reached[source] then reached[source][line] = true end
end

-- Prints the missing lines; returns whether all are there.
local function report()
  local complete = true
  for _, path in ipairs(paths) do
    local list, last = lines_of(path)
    local all, missing = 0, 0
    for n = 1, last do
      if list[n] then
        all = all + 1
        if not reached["@" .. path][n] then
          missing = missing + 1
          print(("%s:%d: not reached: %s"):format(path, n, list[n]))
        end
      end
    end
    print(("%-43s %7d %7d %6d%%"):format(path, all, all - missing,
      (all - missing) * 100 // all))
    complete = complete and all > 0 and missing == 0
  end
  return complete
end

for _, path in ipairs(paths) do reached["@" .. path] = {} end
debug.sethook(watch, "l")
dofile(table.remove(arg, 1)) -- returns where all specs pass
debug.sethook()
os.exit(report())
