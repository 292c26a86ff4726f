-- io.tmpfile, which under Wine fails where another process makes a file at the
-- same time.

local ATTEMPTS <const> = 100

return function()
  for _ = 2, ATTEMPTS do
    local file = io.tmpfile()
    if file then return file end
  end
  return io.tmpfile()
end
