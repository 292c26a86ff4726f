-- The environment of the benchmark: the modules built for it, the machine, and
-- the installed languages.

local languages = require "languages"

local host = {}

local CC = os.getenv("CC") or "gcc"
local INCLUDE = os.getenv("LUA_INCDIR") or "/usr/include/lua5.4"
local MVIEW = "csrc/core/*.c csrc/bind/*.c -Icsrc -Icsrc/core -Icsrc/bind"

-- The module is built with LuaRocks' plain flags, independent of the flags of
-- the project. It is moved into place when complete, as another benchmark may
-- be running.
local function compile(name, sources)
  local so = "build/bench/" .. name .. ".so"
  local command = ("%s -O2 -fPIC -shared -o %s.new %s -I'%s'")
    :format(CC, so, sources, INCLUDE)
  assert(os.execute(command), command)
  assert(os.rename(so .. ".new", so))
end

function host.build()
  assert(os.execute("mkdir -p build/bench"))
  compile("floor", "bench/floor.c")
  compile("least", "bench/least.c")
  compile("capi", "bench/capi.c -Icsrc")
  compile("mview", MVIEW)
end

-- The first line of a command's output, or nil if it fails.
local function output(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local line = pipe:read()
  return pipe:close() and line or nil
end

local function processor()
  for line in io.lines("/proc/cpuinfo") do
    local name = line:match("^model name%s*:%s*(.*)")
    if name then return name end
  end
  return "unknown processor"
end

-- The versions of the installed languages by name.
function host.versions()
  local versions = {}
  for name, language in pairs(languages) do
    versions[name] = output(language.version)
  end
  return versions
end

function host.compiler()
  return output(CC .. " --version") .. ", -O2 -fPIC"
end

-- The conditions of the figures, one line for each.
function host.facts(versions)
  local facts = {
    os.date("!%Y-%m-%d"),
    ("%s, %s cores, %s"):format(processor(), output("nproc"),
      output("uname -srm")),
    host.compiler(),
  }
  for _, name in ipairs {"lua", "cpython", "numpy", "luajit"} do
    local version = versions[name] and versions[name]:gsub(" +[-C].*", "")
    facts[#facts + 1] = version or
      languages[name].title .. " is missing: not measured"
  end
  return facts
end

return host
