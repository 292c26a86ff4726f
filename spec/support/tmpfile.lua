-- A replacement for io.tmpfile. Under Wine, io.tmpfile fails if another process
-- makes a file at the same time, or if garbage files use up the descriptors.

local ATTEMPTS <const> = 100

return function()
  for _ = 2, ATTEMPTS do
    local file = io.tmpfile()
    if file then return file end
    collectgarbage()
  end
  return io.tmpfile()
end
