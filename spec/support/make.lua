-- Runs a make of its own, free of what this process runs under: a make, a
-- sanitizer. It builds where that make does: the source may be read-only.
-- Returns what it printed; raises that when it fails.

local build_env = require "build_env"

return function(arguments)
  return build_env(("make -s BUILD=%q %s"):format(os.getenv "BUILD" or "build",
    arguments))
end
