--[[
mutants.lua FOLDER COUNT SEED SECONDS SPEC... - would the suite notice?

Makes COUNT random changes to the C sources, one at a time and as many in each
file: another operator or constant, a condition that never holds, a statement or
a call less. Builds each in a copy of the tree in FOLDER, and runs the core's
tests and the specs on the Lua of `make apicheck`, until one fails: those that
reach the changed line (as gcov tells, once, before the changes), the quickest
first, and no more than take SECONDS together without a change. Prints what
survived, and the score.

A change that makes the same object code, or none, is not counted. One that
makes other code of the same meaning is for a reader to tell.
]]

local folder, count, seed, seconds = ...
local specs = {select(5, ...)}
count, seed = tonumber(count), tonumber(seed) or os.time()
seconds = tonumber(seconds)
math.randomseed(seed)

local tree = folder .. "/tree"
local lua = folder .. "/lua/src"

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  local ok, _, status = pipe:close()
  return ok == true, output, status
end

local function must(command)
  local ok, output = run(command)
  if not ok then error(command .. "\n" .. output, 0) end
  return output
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

-- ---- changes --------------------------------------------------------------

-- The numbers 2 to 9. (collect leaves the sizes of arrays alone.)
local LARGE <const> = "%f[%w_][2-9]%f[^%w_.]"

-- Pattern, and what it becomes (a list: one of them). %f keeps numbers whole. A
-- pattern with a capture keeps the indentation, and matches the whole line.
local operators = {
  {" < ", {" <= ", " > "}}, {" <= ", {" < "}}, {" > ", {" >= ", " < "}},
  {" >= ", {" > "}}, {" == ", {" != "}}, {" != ", {" == "}},
  {" && ", {" || "}}, {" || ", {" && "}}, {" %+ ", {" - "}}, {" %- ", {" + "}},
  {" %* ", {" / "}}, {" / ", {" * "}}, {" %% ", {" / "}}, {" %+= ", {" -= "}},
  {" %-= ", {" += "}}, {"%+%+", {"--"}}, {"%(!", {"("}}, {" !", {" "}},
  {"return true;", {"return false;"}}, {"return false;", {"return true;"}},
  {"%f[%w_]0%f[^%w_.]", {"1"}}, {"%f[%w_]1%f[^%w_.]", {"0", "2"}},
  {LARGE, {"1", "10"}},
  {"^(%s+)if %(.*%)$", {"%1if (0)"}}, {"^(%s+)if %(.*%) {$", {"%1if (0) {"}},
  {"^%s+[%w_]+%(.*%);$", {""}}, {"^%s+%*?[%w_.>%[%]-]+ [|&+-]?= .*;$", {""}},
  {"^%s+[%w_>.-]+[+-][+-];$", {""}}, {"^%s+break;$", {""}},
}

-- Where in the line of code the pattern is found: starts and ends.
local function places(line, pattern)
  local found, from = {}, 1
  while true do
    local i, j = line:find(pattern, from)
    if not i then return found end
    found[#found + 1] = {i, j}
    if pattern:sub(1, 1) == "^" then return found end
    from = j + 1
  end
end

-- All changes of one file.
local function collect(path)
  local list, number, comment = {}, 0, false
  for line in read(path):gmatch("([^\n]*)\n") do
    number = number + 1
    local code = line:gsub("/%*.-%*/", function(s) return (" "):rep(#s) end)
    local skip = comment or code:find "^%s*#" or code:find "^%s*/%*"
      or code:find "\\$" or code:find "POISON"
    if code:find "/%*" then comment = true end
    if code:find "%*/" then comment = false end
    code = code:gsub('"[^"]*"', function(s) return (" "):rep(#s) end)
    for _, row in ipairs(skip and {} or operators) do
      for _, place in ipairs(places(code, row[1])) do
        local size = row[1] == LARGE and code:sub(place[1] - 1):find "^%[%d+%]"
        for _, into in ipairs(size and {} or row[2]) do
          list[#list + 1] = {path = path, number = number, line = line,
            from = place[1], to = place[2], pattern = row[1], into = into}
        end
      end
    end
  end
  return list
end

-- The line with the change made. The pattern was found in the line without its
-- comments and strings, so it may not match the line itself.
local function changed(m)
  local old = m.line:sub(m.from, m.to)
  local new = m.pattern:find "^%^%(" and old:gsub("^(%s+).*$", m.into) or m.into
  return m.line:sub(1, m.from - 1) .. new .. m.line:sub(m.to + 1)
end

local function apply(m, text)
  local lines, number = {}, 0
  for line in text:gmatch("([^\n]*)\n") do
    number = number + 1
    lines[number] = number == m.number and changed(m) or line
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- tests ----------------------------------------------------------------

-- A change can make a test run for ever, or take all memory: then it is the
-- process that the system ends.
local LIMITS = "echo 1000 >/proc/self/oom_score_adj; timeout -k 5 %d "
local TIMED_OUT <const> = 124 -- the status of timeout

-- The tests, with modules and core's tests in that folder of the tree.
local function tests(build)
  local list = {}
  for path in must("ls spec/core/*_test.c"):gmatch "[%w_]+_test" do
    list[#list + 1] = {name = path,
      command = ("%s/core/%s"):format(build, path)}
  end
  for _, spec in ipairs(specs) do
    list[#list + 1] = {name = spec, command = ("%s/lua $(command -v busted) "
      .. "--helper=spec/support/tmpname.lua %s"):format(lua, spec)}
  end
  return list
end

-- Runs a test in the tree; returns whether it passes, and what it says.
local function try(test, build, limit)
  return run(("cd %s && mkdir -p tmp && export TMPDIR=$PWD/tmp LUA=%s/lua "
    .. "LUA_INCDIR=%s BUILD=%s MVIEW_ROUNDS=50 MVIEW_SEED=1 MVIEW_EMULATED=1 "
    .. "LUA_PATH='lua/?.lua;lua/?/init.lua;spec/support/?.lua;;' "
    .. "LUA_CPATH='%s/?.so;%s/support/?.so;;'; " .. LIMITS .. "%s </dev/null")
    :format(tree, lua, lua, build, build, build, limit, test.command))
end

local function build(to, flags)
  return run(("make -s -j2 -C %s support BUILD=%s LUA=%s/lua LUA_INCDIR=%s "
    .. "CPPFLAGS=-DMV_ASSERTS CFLAGS='%s' LDFLAGS='%s'"):format(tree, to, lua,
    lua, flags, flags))
end

-- ---- who reaches what -----------------------------------------------------

-- Prints the lines with code: path, number, and 1 if it was run.
local GCOV = [[cd %s && find coverage -name '*.gcda' -print0 |
  xargs -0 gcov -t 2>/dev/null | awk -F: '
    $3 == "Source" { path = $4; next }
    $1 ~ /^ *[0-9]/ { print path, $2 + 0, 1 }
    $1 ~ /#####|=====/ { print path, $2 + 0, 0 }']]

-- Runs each test once and sets its seconds; removes those that take too long.
-- Returns the tests that reach a line by its path and number: {} for a line
-- that no test reaches, nil for a line without code.
local function reaching(list)
  local reach = {}
  for i = #list, 1, -1 do
    local test = list[i]
    run(("find %s/coverage -name '*.gcda' -delete"):format(tree))
    local start = tonumber((must "date +%s.%N"))
    local ok, output, status = try(test, "coverage", seconds)
    if status == TIMED_OUT then
      print(test.name .. " takes too long")
      table.remove(list, i)
    elseif not ok then
      error(test.name .. " fails without a change:\n" .. output, 0)
    end
    test.seconds = tonumber((must "date +%s.%N")) - start
    local lines = ok and must(GCOV:format(tree)) or ""
    for path, n, hit in lines:gmatch "(%S+) (%d+) (%d)\n" do
      reach[path] = reach[path] or {all = {}}
      reach[path][tonumber(n)] = reach[path][tonumber(n)] or {}
      if hit == "1" then
        reach[path][tonumber(n)][test] = true
        reach[path].all[test] = true
      end
    end
  end
  return reach
end

-- The tests to try for a change: those that reach its statement, which may have
-- begun in a line above; for what is no code, those that reach the file.
local function chosen(m, reach, list)
  local lines, found = reach[m.path], nil
  if not lines then return list end
  local source = {}
  for line in read(m.path):gmatch "([^\n]*)\n" do source[#source + 1] = line end
  for n = m.number, 1, -1 do
    if lines[n] or source[n] == "" then
      found = lines[n] or lines.all
      break
    end
  end
  local sorted = {}
  for _, test in ipairs(list) do
    if (found or lines.all)[test] then sorted[#sorted + 1] = test end
  end
  table.sort(sorted, function(a, b) return a.seconds < b.seconds end)
  return sorted
end

-- The first test that fails; else how many were run, of how many.
local function killer(list)
  local spent = 0
  for i, test in ipairs(list) do
    spent = spent + test.seconds
    if spent > seconds then return nil, i - 1, #list end
    if not try(test, "build", math.ceil(10 + 10 * test.seconds)) then
      return test.name
    end
  end
  return nil, #list, #list
end

-- ---- the run --------------------------------------------------------------

must("rm -rf " .. tree .. " && mkdir -p " .. tree)
must("git ls-files -z -co --exclude-standard | xargs -0 cp --parents -t "
  .. tree)
assert(build("coverage", "-O0 --coverage")) -- each line counts for itself
local list = tests "coverage"
local reach = reaching(list)
for _, test in ipairs(list) do
  test.command = test.command:gsub("^coverage/", "build/")
end
assert(build("build", "-O1"))

local files = {}
for path in must("ls csrc/core/*.[ch] csrc/bind/*.[ch]"):gmatch "%S+" do
  local changes = collect(path)
  if #changes > 0 then
    table.insert(files, math.random(#files + 1), changes)
  end
end

io.stdout:setvbuf "line"
local killed, survived, same = 0, 0, 0
for _ = 1, count do
  local changes = table.remove(files, 1)
  if not changes then break end
  local m = table.remove(changes, math.random(#changes))
  if #changes > 0 then files[#files + 1] = changes end
  local path, text = tree .. "/" .. m.path, read(m.path)
  must(("cp %s/build/mview.so %s/old.so"):format(tree, folder))
  write(path, apply(m, text))
  local by, ran, of
  if not build("build", "-O1") then
    by = "not counted: does not compile"
  elseif run(("cmp -s %s/build/mview.so %s/old.so"):format(tree, folder)) then
    by = "not counted: the same code"
  end
  if by then
    same = same + 1
  else
    by, ran, of = killer(chosen(m, reach, list))
    if by then killed = killed + 1 else survived = survived + 1 end
  end
  print(("%s:%d: %s -> %s: %s"):format(m.path, m.number, m.line:match "%S.*",
    changed(m):match "%S.*" or "(deleted)",
    by or ("SURVIVED %d of %d tests"):format(ran, of)))
  write(path, text)
  assert(build("build", "-O1"))
end

print(("%d killed, %d survived, %d not counted: %.1f %%, SEED=%d"):format(
  killed, survived, same, 100 * killed / math.max(1, killed + survived), seed))
os.exit(survived == 0)
