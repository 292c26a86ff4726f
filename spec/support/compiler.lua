-- Compilers, for specs that build something. What this process runs under, an
-- allocator that is preloaded say, is not theirs to inherit.

local shell = require "shell"

local compiler = {}

-- The options for the headers of Lua, and to link a program with it; what make
-- does not tell is where Debian has it.
compiler.lua_include =
  ("-I'%s'"):format(os.getenv "LUA_INCDIR" or "/usr/include/lua5.4")
compiler.lua_libraries = (os.getenv "LUA_LIBS" or "-llua5.4") .. " -lm"

function compiler.is_installed(name)
  return select(2, shell("command -v " .. name)) == 0
end

-- Runs a command as shell does, with nothing inherited.
function compiler.run(command, ...)
  return shell("env -u LD_PRELOAD " .. command:format(...))
end

return compiler
