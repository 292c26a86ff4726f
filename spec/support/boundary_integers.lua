-- Numbers that break careless arithmetic. Each value in `integers` is an
-- integer, or a float or string that Lua converts to an integer. Values in
-- `others` are not integers.

local sizes = require "sizes"

local boundary_integers = {
  integers = {0, 1, -1, 2, 2.0, -3.0, 1 << 31, -(1 << 31), 1 << 32, 1 << 62,
    -(1 << 62), math.maxinteger, math.mininteger, math.maxinteger - 1,
    math.mininteger + 1, -2.0 ^ 63, "1", "-2", "0x7fffffffffffffff"},
  others = {1.5, -0.5, 0 / 0, math.huge, -math.huge, 2.0 ^ 63, 1e300, "1.5"},
}

-- The positions that the functions of string read correctly: if a size is
-- shorter than an integer, these functions lose the upper bits of a position.
boundary_integers.positions = {}
for _, x in ipairs(boundary_integers.integers) do
  if sizes.wide or math.tointeger(tonumber(x)) < 1 << sizes.bits then
    table.insert(boundary_integers.positions, x)
  end
end

return boundary_integers
