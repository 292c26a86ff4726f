-- Compilers, for specs that build something. What this process runs under, an
-- allocator that is preloaded say, is not theirs to inherit.

local shell = require "shell"

local compiler = {}

local folder = os.getenv "LUA_INCDIR"
compiler.lua_include = folder and "-I" .. folder
  or shell "pkg-config --cflags-only-I lua5.4 2>/dev/null":match "%S+"
  or "-I/usr/include/lua5.4"

function compiler.is_installed(name)
  return select(2, shell("command -v " .. name)) == 0
end

-- Runs a command as shell does, with nothing inherited.
function compiler.run(command, ...)
  return shell("env -u LD_PRELOAD " .. command:format(...))
end

return compiler
