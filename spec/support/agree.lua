-- assert.are.equal for long loops: cheap where both are equal, and its message
-- says of which case they are not.

local assert = require "luassert"

return function(expected, got, case, ...)
  if expected ~= got then
    assert.are.equal(expected, got, case:format(...))
  end
end
