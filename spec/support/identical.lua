-- Whether two values are identical: they have the same type, -0.0 differs from
-- 0.0, and NaN is equal to NaN. Tables are compared by their contents.

local function identical(a, b)
  if type(a) ~= type(b) or math.type(a) ~= math.type(b) then return false end
  if math.type(a) == "float" then
    return a ~= a and b ~= b or a == b and 1 / a == 1 / b
  elseif type(a) ~= "table" then return a == b end
  for k, x in pairs(a) do if not identical(x, b[k]) then return false end end
  for k in pairs(b) do if a[k] == nil then return false end end
  return true
end

return identical
