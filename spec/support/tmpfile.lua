-- io.tmpfile. Under Wine it fails where another process makes a file at the
-- same time, and where files that are garbage use up the descriptors.

local ATTEMPTS <const> = 100

return function()
  for _ = 2, ATTEMPTS do
    local file = io.tmpfile()
    if file then return file end
    collectgarbage()
  end
  return io.tmpfile()
end
