-- This file runs before the specs. It puts temporary files into the folder of
-- this process, where a file that is left behind is found. os.tmpname itself
-- cannot be told the folder.

local folder = assert(os.getenv "MVIEW_TMPDIR" or os.getenv "TMPDIR")
local count = 0

rawset(os, "tmpname", function()
  count = count + 1
  local path = ("%s/lua_%d"):format(folder, count)
  assert(io.open(path, "w")):close()
  return path
end)
