--[[
mutants.lua FOLDER COUNT SEED [SPECS] - would the suite notice?

Makes COUNT (100) random changes to the C sources, one at a time:
another operator or constant, a condition that never holds, a statement or a
call less. Builds each in a copy of the tree in FOLDER, and runs the core's
tests and the specs, those first that are named for what was changed, on the
Lua of `make apicheck`, until one fails; at most SPECS of them (all). Prints
what survived, and the score.

A change that makes the same object code is not counted. One that makes other
code of the same meaning is for a reader to tell.
]]

local folder, count, seed, most = ...
count, seed = tonumber(count) or 100, tonumber(seed) or os.time()
most = tonumber(most) or math.huge
math.randomseed(seed)

local tree = folder .. "/tree"
local lua = folder .. "/lua/src"

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  return pipe:close() == true, output
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

-- ---- changes ---------------------------------------------------------------

-- Pattern, and what it becomes (a list: one of them). %f keeps operators whole.
local operators = {
  {" < ", {" <= ", " > "}}, {" <= ", {" < "}}, {" > ", {" >= ", " < "}},
  {" >= ", {" > "}}, {" == ", {" != "}}, {" != ", {" == "}},
  {" && ", {" || "}}, {" || ", {" && "}}, {" %+ ", {" - "}}, {" %- ", {" + "}},
  {" %* ", {" / "}}, {" / ", {" * "}}, {" %% ", {" / "}}, {" %+= ", {" -= "}},
  {" %-= ", {" += "}}, {"%+%+", {"--"}}, {"%(!", {"("}}, {" !", {" "}},
  {"return true;", {"return false;"}}, {"return false;", {"return true;"}},
  {"%f[%w_]0%f[^%w_.]", {"1"}}, {"%f[%w_]1%f[^%w_.]", {"0", "2"}},
  {"%f[%w_][2-9]%f[^%w_.]", {"1", "10"}},
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

-- Adds all changes of one file to the list.
local function collect(path, list)
  local number, comment = 0, false
  for line in read(path):gmatch("([^\n]*)\n") do
    number = number + 1
    local code = line:gsub("/%*.-%*/", function(s) return (" "):rep(#s) end)
    local skip = comment or code:find "^%s*#" or code:find "^%s*/%*"
      or code:find "\\$"
    if code:find "/%*" then comment = true end
    if code:find "%*/" then comment = false end
    code = code:gsub('"[^"]*"', function(s) return (" "):rep(#s) end)
    for _, row in ipairs(skip and {} or operators) do
      for _, place in ipairs(places(code, row[1])) do
        for _, into in ipairs(row[2]) do
          list[#list + 1] = {path = path, number = number, line = line,
            from = place[1], to = place[2], pattern = row[1], into = into}
        end
      end
    end
  end
end

-- The line with the change made.
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

-- ---- tests -----------------------------------------------------------------

-- Words in the names of the specs that look at a file first.
local first = {
  file = "file descriptor interrupt socket", pack = "pack bytes",
  layout = "slice nd_ cast empty", walk = "nd_ copy", parse = "format record",
  format = "format record", fieldnames = "record format", lease = "life capi",
  exporter = "capi", api = "capi", args = "messages names stack",
  value = "record index stack", store = "record index messages",
  slice = "slice cast record", view = "index slice life", map = "map",
  mapping = "map", formats = "format record", make = "nd_ module messages",
  bulk = "nd_bulk copy bytes", bytestream = "bytes pack find",
  index = "index nd_index stack", compare = "compare nd_bulk",
}

local function order(path)
  local name = path:match("([%w_]+)%.[ch]$")
  local specs, rest = {}, {}
  local list = must(("cd %s && ls spec/*_spec.lua"):format(tree))
  for spec in list:gmatch("%S+") do
    local base = spec:match("([^/]+)_spec.lua$")
    local near = base:find(name, 1, true)
    for word in (first[name] or ""):gmatch("%S+") do
      near = near or base:find(word, 1, true) == 1
    end
    -- those that build the tree again, or read only documents, come last
    local slow = base:find "amalgamation" or base:find "package"
      or base:find "host" or base:find "doc" or base:find "torture"
    local to = near and specs or rest
    table.insert(to, slow and #to + 1 or 1, spec)
  end
  table.move(rest, 1, #rest, #specs + 1, specs)
  for i = #specs, most + 1, -1 do specs[i] = nil end
  return specs
end

local environment = ("cd %s && LUA=%s/lua LUA_INCDIR=%s MVIEW_ROUNDS=100 "
  .. "MVIEW_SEED=1 LUA_PATH='lua/?.lua;spec/support/?.lua;;' "
  .. "LUA_CPATH='build/?.so;build/support/?.so;;' timeout 120 "):format(tree,
  lua, lua)

-- The first test that fails, and what it says; nil: none.
local function killer(path)
  if path:find "csrc/core" then
    local ok, output = run(("cd %s && for t in build/core/*_test; do timeout 60"
      .. " $t || exit 1; done"):format(tree))
    if not ok then return "core's tests", output end
  end
  for _, spec in ipairs(order(path)) do
    local ok, output = run(environment .. lua .. "/lua $(command -v busted) "
      .. spec)
    if not ok then return spec:match "[^/]+$", output end
  end
end

local make = ("make -s -j2 -C %s support CFLAGS=-O1 LUA=%s/lua LUA_INCDIR=%s")
  :format(tree, lua, lua)

must("mkdir -p " .. tree)
must("git ls-files -z -co --exclude-standard | xargs -0 cp --parents -t "
  .. tree)
must(make)
local broken, why = killer "csrc/core/all.c"
if broken then error(broken .. " fails without a change:\n" .. why, 0) end

local all = {}
for path in must("ls csrc/core/*.[ch] csrc/bind/*.c"):gmatch("%S+") do
  collect(path, all)
end
print(("%d possible changes; seed %d"):format(#all, seed))

local killed, same, survivors = 0, 0, {}
for _ = 1, count do
  local m = table.remove(all, math.random(#all))
  local path, text = tree .. "/" .. m.path, read(m.path)
  must("cp " .. tree .. "/build/mview.so " .. folder .. "/old.so")
  write(path, apply(m, text))
  local by
  if not run(make) then
    same, by = same + 1, "the compiler"
  elseif run(("cmp -s %s/build/mview.so %s/old.so"):format(tree, folder)) then
    same, by = same + 1, "nothing: the same code"
  else
    by = killer(m.path)
    killed = killed + (by and 1 or 0)
    if not by then survivors[#survivors + 1] = m end
  end
  print(("%s:%d: %s -> %s: %s"):format(m.path, m.number, m.line:match "%S.*",
    changed(m):match "%S.*" or "(deleted)", by or "SURVIVED"))
  io.stdout:flush()
  write(path, text)
  must(make)
end

print(("%d killed, %d survived, %d not counted: %.1f %%"):format(killed,
  #survivors, same, 100 * killed / math.max(1, killed + #survivors)))
os.exit(#survivors == 0)
