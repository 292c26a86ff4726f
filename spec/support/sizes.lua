-- How much memory a view may have on this machine: most bytes, of which the
-- bits of the largest are 1. Where it is not wide, Lua's integers are longer
-- than a size.

local bits = 8 * string.packsize "T"

return {most = (1 << (bits - 1)) - 1, bits = bits, wide = bits == 64}
