-- Runs a shell command; returns its output and its exit status.
return function(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local output = pipe:read("a")
  local _, _, status = pipe:close()
  return output, status
end
