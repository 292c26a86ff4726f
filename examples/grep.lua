-- Prints the lines of a file that match a pattern, with their numbers, as
-- `grep -n` does.
--
-- usage: lua examples/grep.lua [PATTERN FILE]    default: its own comments

local mview = require "mview"

local pattern, path = arg[1] or "%-%- .-%l", arg[2] or arg[0]
local map <close> = assert(mview.map(path))
local view = map:view()

-- A match in the whole text is a match in its line if the pattern does not test
-- where a line begins or ends.
local everywhere = not (pattern:find "^%^" or pattern:find "%$$"
  or pattern:find("%f", 1, true))

local from, number, found = 1, 0, false -- number: of the line before from

-- Prints the lines that match, until `most` lines in a row do not match.
local function read_lines(most)
  local misses = 0
  for line in view:sub(from):lines() do
    number, from, misses = number + 1, from + #line + 1, misses + 1
    if line:find(pattern) then
      io.write(number, ":", line, "\n")
      found, misses = true, 0
    end
    if misses == most then break end
  end
end

-- Goes to the line where the next match begins; the lines before are counted.
local function search()
  local at = view:find(pattern, from) or #view + 1
  local start = (view:rfind("\n", at - 1) or 0) + 1
  if at > #view then start = at end
  number = number + view:sub(from, start - 1):count(10)
  from = start
end

while from <= #view do
  read_lines(everywhere and 16 or math.huge)
  if from <= #view then search() end
end
if not found then os.exit(1, true) end
