-- The sizes of this machine. most: the greatest number of bytes of a view,
-- whose bits are all 1. wide: false if Lua's integers are longer than a size.
-- huge: the size of a map that needs no memory.

local bits = 8 * string.packsize "T"

-- 1 TiB; less under valgrind and emulators, which have too few addresses.
local crowded = os.getenv "MVIEW_EMULATED"
  or (os.getenv "LD_PRELOAD" or ""):find "vgpreload"

-- A number of bytes as readers and writers count it: at most the largest size.
local function counted(n)
  return bits == 64 and n or math.min(n, (1 << bits) - 1)
end

return {most = (1 << (bits - 1)) - 1, bits = bits, wide = bits == 64,
  huge = crowded and 1 << 34 or 1 << 40, counted = counted}
