-- Asserts that f(...) raises exactly this message, without the position that
-- Lua puts in front.

local assert = require "luassert"

return function(message, f, ...)
  local ok, err = pcall(f, ...)
  assert.is_false(ok)
  assert.equal(message, (err:gsub("^[^ :]+:%d+: ", "")))
end
