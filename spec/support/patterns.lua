--[[
patterns.lua - random patterns and subjects, and the results of searches

patterns.pattern() and patterns.subject() use the same few letters, so many
patterns match; a few patterns have a mistake. Only the first
patterns.bearable(pattern) bytes of a subject are to be searched, as Lua's
matcher may take forever for more. patterns.compare(s, v, pattern, init) asserts
that find, match and gmatch of the view v, whose bytes are s, have the same
results, or raise the same message, as those of the string s.
]]

local patterns = {}

local random = math.random

local function pick(list) return list[random(#list)] end

local letters = {"a", "b", "c", " ", "1", "-", "_", "]", "^", "\0", "\xe9", "A",
  "%", "("}

local items = {"a", "b", "c", "ab", "abc", "cab", "aab", "%a", "%d", "%s", "%w",
  "%A", "%x", "%p", "%z", "%W", "%C", "%G", "%L", "%u", ".", ".", "[ab]",
  "[^a]", "[a-c]", "[%a_]", "[]]", "[^]]", "[%]]", "[a-]", "[%w-]", "[a-%%]",
  "[%D%s]", "[\xe0-\xff]", "%.", "%%", "(", ")", "()", "(", ")", "$", "^",
  "%b()", "%bab", "%f[%w]", "%f[^a]", "%f[%z]", "%1", "%2", "-", "]", "%E",
  "\0", "%\0", "\xe9"}

local mistakes = {"%", "[", "[a", "[^", "[%", "%f", "%fa", "%b", "%ba", "%0",
  "%9", "%1", ")", "(", ("()"):rep(33), ("(a)"):rep(33)}

local repeats = {"", "", "", "", "*", "+", "-", "?"}

function patterns.pattern()
  local list = {}
  if random(8) == 1 then list[1] = "^" end
  for _ = 1, random(0, 7) do
    list[#list + 1] = pick(items) .. pick(repeats)
  end
  if random(12) == 1 then
    table.insert(list, random(#list + 1), pick(mistakes))
  end
  if random(8) == 1 then list[#list + 1] = "$" end
  return table.concat(list)
end

function patterns.subject()
  local list, most = {}, random(3, #letters)
  for i = 1, random(4) == 1 and random(0, 300) or random(0, 24) do
    list[i] = letters[random(most)]
  end
  return table.concat(list)
end

-- The greatest size of a subject in which Lua's matcher tries no more than some
-- ten million ways to match the pattern.
function patterns.bearable(pattern)
  local _, repeated = pattern:gsub("[*+-]", "")
  local ways = 1e7
  for k = 2, repeated + 1 do ways = ways * k end
  return math.floor(ways ^ (1 / (repeated + 1)))
end

-- The results, or the message without its position, as one string.
local function told(ok, ...)
  local list = table.pack(...)
  for i = 1, list.n do
    local kind = math.type(list[i]) or type(list[i])
    list[i] = kind .. " " .. tostring(list[i])
  end
  local text = table.concat(list, "\n")
  return ok and text or (text:gsub("string [^:]+:%d+: ", "", 1))
end

-- The results of gmatch, up to a number of steps.
local function gather(gmatch, subject, pattern, init)
  local list = {}
  local step = gmatch(subject, pattern, init)
  for _ = 1, 400 do
    local results = table.pack(step())
    if results.n == 0 then break end
    list[#list + 1] = told(true, table.unpack(results, 1, results.n))
  end
  return table.concat(list, "\n;")
end

function patterns.compare(s, v, pattern, init)
  for _, name in ipairs {"find", "match"} do
    local expected = told(pcall(string[name], s, pattern, init))
    local got = told(pcall(v[name], v, pattern, init))
    if expected ~= got then
      error(("%s %q in %q from %s:\nexpected %q\ngot %q"):format(name, pattern,
        s, init, expected, got))
    end
  end
  local expected = told(pcall(gather, string.gmatch, s, pattern, init))
  local got = told(pcall(gather, v.gmatch, v, pattern, init))
  if expected ~= got then
    error(("gmatch %q in %q from %s:\nexpected %q\ngot %q"):format(pattern, s,
      init, expected, got))
  end
end

return patterns
