--[[
pattern.lua - any bytes as a pattern and what it is looked for in

find, match and gmatch of views give what those of the string library give: the
same results, or the same message. The first line is the pattern. The subject is
repeated to be long enough for a search that studies the pattern; patterns that
take for ever, which are many stars in a row, are left out.
]]

local mview = require "mview"
local patterns = dofile "spec/support/patterns.lua"

-- Of bytes that lie apart, backwards.
local function scattered(data)
  local apart = mview.bytearray(data:reverse():gsub(".", "%0#"))
  return apart:view():sub(-2, 1, -2)
end

return function(input)
  local pattern, s = input:match("^([^\n]*)\n?(.*)$")
  local _, repeats = pattern:gsub("[*+?-]", "")
  if repeats > 3 then return end
  patterns.compare(s, mview(s), pattern)
  patterns.compare(s, scattered(s), pattern, #pattern - 10)
  if repeats > 2 then return end
  s = s:rep(150 // (#s + 1) + 1)
  patterns.compare(s, mview(s), pattern)
  s = ("."):rep(60) .. s
  patterns.compare(s, mview(s), pattern)
end
