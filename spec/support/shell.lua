-- Runs a shell command: returns what it printed and its exit status.
return function(command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local output = pipe:read("a")
  local _, _, status = pipe:close()
  return output, status
end
