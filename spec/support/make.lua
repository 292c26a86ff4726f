-- Runs a separate make in an environment without the variables of this
-- process's make or sanitizer. It builds in the same build folder, as the
-- source may be read-only. Returns its output; raises the output if it fails.

local build_env = require "build_env"

return function(arguments)
  return build_env(("make -s BUILD=%q %s"):format(os.getenv "BUILD" or "build",
    arguments))
end
