-- Run before the specs. Temporary files of the specs are in the folder that is
-- this process's own, where one that is left behind is found: os.tmpname asks
-- for none.

local folder = assert(os.getenv "MVIEW_TMPDIR" or os.getenv "TMPDIR")
local count = 0

rawset(os, "tmpname", function()
  count = count + 1
  local path = ("%s/lua_%d"):format(folder, count)
  assert(io.open(path, "w")):close()
  return path
end)

-- Wine's tmpfile fails when another process makes a file at the same time.
if package.config:sub(1, 1) == "\\" then
  local tmpfile = io.tmpfile
  rawset(io, "tmpfile", function()
    for _ = 1, 100 do
      local file = tmpfile()
      if file then return file end
      collectgarbage()
    end
  end)
end
