-- Compilers, for specs that build programs. Compilers do not inherit the
-- environment of this process, for example a preloaded allocator.

local shell = require "shell"

local compiler = {}

-- The options for the headers of Lua, and for linking a program with Lua.
-- Without values from make, the paths are those of Debian.
compiler.lua_include =
  ("-I'%s'"):format(os.getenv "LUA_INCDIR" or "/usr/include/lua5.4")
compiler.lua_libraries = (os.getenv "LUA_LIBS" or "-llua5.4") .. " -lm"

function compiler.is_installed(name)
  return select(2, shell("command -v " .. name)) == 0
end

-- Runs a command as shell does, with a clean environment.
function compiler.run(command, ...)
  return shell("env -u LD_PRELOAD " .. command:format(...))
end

return compiler
