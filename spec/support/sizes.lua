-- How much memory a view may have on this machine: most bytes, of which the
-- bits of the largest are 1. Where it is not wide, Lua's integers are longer
-- than a size. huge is the size of a map that needs no memory.

local bits = 8 * string.packsize "T"

-- 1 TiB; less under valgrind and emulators, which have no room for that.
local crowded = os.getenv "MVIEW_EMULATED"
  or (os.getenv "LD_PRELOAD" or ""):find "vgpreload"

return {most = (1 << (bits - 1)) - 1, bits = bits, wide = bits == 64,
  huge = crowded and 1 << 34 or 1 << 40}
