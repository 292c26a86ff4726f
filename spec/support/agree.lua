-- assert.equal for long loops: it is cheap if both values are equal, and
-- the message names the case in which they differ.

local assert = require "luassert"

return function(expected, got, case, ...)
  if expected ~= got then
    assert.equal(expected, got, case:format(...))
  end
end
