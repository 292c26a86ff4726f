-- Runs a command of a build in an environment without the variables and flags
-- of this process's make or sanitizer. Returns its output; raises the output if
-- it fails.

local shell = require "shell"

return function(command)
  local output, status =
    shell("env -u LD_PRELOAD -u MAKEFLAGS -u MFLAGS -u CFLAGS -u CPPFLAGS "
      .. "-u LDFLAGS " .. command)
  if status ~= 0 then error(output, 2) end
  return output
end
