-- Runs a command of a build, free of what this process runs under: a make, a
-- sanitizer. Returns what it printed; raises that when it fails.

local shell = require "shell"

return function(command)
  local output, status =
    shell("env -u LD_PRELOAD -u MAKEFLAGS -u MFLAGS " .. command)
  if status ~= 0 then error(output, 2) end
  return output
end
