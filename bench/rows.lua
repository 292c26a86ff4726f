-- The rows of the benchmark: the same work once in mview (the first subject)
-- and once in each rival. A row file returns a function that is given `row`
-- and calls it for each:
--   name      the work; unique
--   items     how many items one run of a body handles (1); times are per item
--   memory    true: measured in bytes also; "only": not timed
--   with      tables with the values of `$name` in all strings of the row
--   [1], ...  subjects {language, label, setup, body}, which may have
--     atmost    the target: at most this ratio of mview's time to this rival's
--     small, large  the same for rows of at most 1 KiB, and for larger ones
--     upto      left out of rows with more bytes than this
--     chart     true: shown in the chart, other than at small sizes
--     script    true: of CPython, also measured as code outside of a function,
--               which is slower there, against the same target
-- A row's bytes are the `n` of its `with`.

local SMALL = 1024

local rows = {groups = {"element", "slice", "bulk", "convert", "search", "text",
  "stream", "file", "capi", "memory"}}

local function lookup(with)
  return function(key)
    for _, values in ipairs(with) do
      if values[key] ~= nil then return tostring(values[key]) end
    end
    error("no value for $" .. key, 0)
  end
end

local function subject(raw, expand, bytes)
  local sized = raw.large
  if bytes <= SMALL then sized = raw.small end
  return {language = raw[1], label = expand(raw[2]), setup = expand(raw[3]),
    body = expand(raw[4]), atmost = raw.atmost or sized,
    chart = raw.chart and (raw.atmost or bytes > SMALL)}
end

local function as_script(one)
  return {language = "script", label = one.label .. ", in a script",
    setup = one.setup, body = one.body, atmost = one.atmost}
end

local function expanded(raw, group)
  local value = lookup(raw.with or {})
  local function expand(text) return (text:gsub("%$(%a+)", value)) end
  local bytes = 0
  for _, values in ipairs(raw.with or {}) do bytes = values.n or bytes end
  local row = {group = group, name = expand(raw.name), items = raw.items or 1,
    memory = raw.memory}
  for _, one in ipairs(raw) do
    if bytes <= (one.upto or math.huge) then
      row[#row + 1] = subject(one, expand, bytes)
      if one.script then row[#row + 1] = as_script(row[#row]) end
    end
  end
  return row
end

-- All rows whose "group: name" matches the pattern.
function rows.matching(pattern)
  local found = {}
  for _, group in ipairs(rows.groups) do
    require("rows." .. group)(function(raw)
      local row = expanded(raw, group)
      if (group .. ": " .. row.name):find(pattern) then
        found[#found + 1] = row
      end
    end)
  end
  return found
end

return rows
