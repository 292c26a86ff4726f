-- Lengths of strings whose pins are of a type of Lua: a userdata if another
-- length has the place of the length in the library's table.

local capi = require "capi"

local string_lengths = {}

-- The first length above 2,000 whose pin is of the type.
function string_lengths.of_pin(type)
  for n = 2001, 8000 do
    if capi.pin_type(("x"):rep(n)) == type then return n end
  end
end

return string_lengths
