--[[
cover.lua - the fewest conformance vectors that cover what many cover

usage: LUA_PATH="spec/support/?.lua;;" lua spec/vectors/cover.lua FILE... >OUT

Reads files of cases and writes those that are needed: each class that a case of
the files is in has a case in the output. The classes of a case:

  - its operations, the classes of its formats and of its layout, its outcome,
    all four together
  - its group with each format of one code, as it is written
  - its group with its outcome, as it is said, and the step that fails
  - its group with the kinds of selectors of each operation

The number of classes before and after goes to the standard error.
]]

local python = require "python"
local vectors = require "vectors"

local NULL = python.NULL

-- The class of a format: its codes, by kind, and whether their order is the
-- other one.
local function format_class(format)
  if format:find "^T" then
    return "record" .. (format:find("T{", 3, true) and " of records" or "")
      .. (format:find "%(" and " of arrays" or "")
      .. (format:find "x" and ", padded" or "")
      .. (format:find "@" and ", aligned" or "")
  end
  if #format > 3 then return "several" end
  return (format:gsub("%d+", "#"):gsub("[bhilnBHILNPqQ]", "i")
    :gsub("[efd]", "f"):gsub("^[@=<]", ""):gsub("^[!>]", ">"))
end

local function sign(n) return n < 0 and "-" or n > 0 and "+" or "0" end

-- The class of a layout: how many dimensions, whether a stride is 0 or goes
-- back, whether the last is the smallest, whether there are items.
local function layout_class(base)
  if base.pil then return "blocks" end
  if not base.fmt then return base.hex == "" and "no bytes" or "bytes" end
  local parts, strides = {#base.shape}, base.strides
  for _, stride in ipairs(strides) do
    if stride <= 0 then parts[sign(stride) == "0" and 2 or 3] = sign(stride) end
  end
  local last = math.abs(strides[#strides] or 0)
  parts[4] = math.abs(strides[1] or 0) >= last and "rows" or "columns"
  parts[5] = math.min(1, table.unpack(base.shape)) == 0 and "empty"
  local words = {}
  for k = 1, 5 do words[#words + 1] = parts[k] or nil end
  return table.concat(words, " ")
end

-- The kind of a selector of a dimension, or of another argument.
local function selector(s)
  if math.type(s) then return "i" .. sign(s) end
  if type(s) ~= "table" then return type(s) end
  local parts = {}
  for i = 1, 3 do parts[i] = s[i] == NULL and "." or sign(s[i]) end
  return table.concat(parts)
end

-- All bases, operations and formats of a case, wherever they are in it.
local function walk(x, visit)
  visit(x)
  for _, value in pairs(x) do
    if type(value) == "table" and value ~= NULL then walk(value, visit) end
  end
end

local function outcome(case)
  local err = case.error
  if err then return "error " .. err.msg:gsub("%d+", "#") end
  local expect = case.expect
  if type(expect) ~= "table" then return tostring(expect) end
  if not expect.shape then return expect.released and "released" or "items" end
  return ("%d %s %s %s"):format(expect.ndim or #expect.shape,
    expect.nbytes == 0 and "empty" or "", expect.c and "C" or "",
    expect.f and "F" or "")
end

-- The strings of a list in order, each once.
local function distinct(list)
  local out = {}
  table.sort(list)
  for _, x in ipairs(list) do if out[#out] ~= x then out[#out + 1] = x end end
  return out
end

local function group(case) return case.cls .. " " .. (case.kind or "") end

local steps = {cast = true, sub = true, transpose = true, release = true,
  resize = true, review = true}

-- What is found in a case: its operations, formats, layouts, selectors.
local function look(case)
  local seen = {steps = {}, formats = {}, layouts = {}, selectors = {}}
  walk(case, function(x)
    local name = x[1]
    if x.fmt and x ~= case.expect then table.insert(seen.formats, x.fmt) end
    if x.hex and x ~= case or x.pil then
      seen.layouts[#seen.layouts + 1] = layout_class(x)
    end
    if name == "cast" then seen.formats[#seen.formats + 1] = x[2] end
    if steps[name] then table.insert(seen.steps, name) end
    if name == "sub" then
      for _, s in ipairs(x[2]) do
        table.insert(seen.selectors, selector(s))
      end
    end
  end)
  for key, list in pairs(seen) do seen[key] = distinct(list) end
  return seen
end

-- The set of classes that a case is in.
local function classes(case)
  local seen, name, ends = look(case), group(case), outcome(case)
  local set, kinds = {}, {}
  for i, format in ipairs(seen.formats) do
    kinds[i] = format_class(format)
    if format:find "^.?%a$" then set[name .. " format " .. format] = true end
  end
  local parts = {name}
  for _, list in ipairs {seen.steps, distinct(kinds), seen.layouts} do
    parts[#parts + 1] = table.concat(list, " ")
  end
  set[table.concat(parts, "|") .. "|" .. ends] = true
  set[name .. " ends " .. ends .. (case.error and case.error.at or "")] = true
  for _, text in ipairs(seen.selectors) do
    set[name .. " selects " .. text] = true
  end
  if case.value then set[name .. " value " .. type(case.value)] = true end
  for _, need in ipairs(case.need or {}) do
    set[name .. " on " .. need] = true
  end
  return set
end

-- Writing ----------------------------------------------------------------

-- Of use to nobody who replays them.
local dropped = {by = true, mv_refuses = true, mv_c = true, note = true}

local write

local function write_field(out, key, value)
  if math.type(key) then key = "[" .. key .. "]" end
  out[#out + 1] = key .. "="
  write(out, value)
end

local function write_table(out, x)
  local keys, n = {}, #x
  for key in pairs(x) do
    local listed = math.type(key) and key >= 1 and key <= n
    if not listed and not dropped[key] then keys[#keys + 1] = key end
  end
  table.sort(keys)
  out[#out + 1] = "{"
  for i = 1, n do
    write(out, x[i])
    out[#out + 1] = ","
  end
  for _, key in ipairs(keys) do
    write_field(out, key, x[key])
    out[#out + 1] = ","
  end
  if out[#out] == "," then out[#out] = nil end
  out[#out + 1] = "}"
end

function write(out, x)
  if x == NULL then out[#out + 1] = "NULL"
  elseif type(x) == "table" then write_table(out, x)
  else out[#out + 1] = ("%q"):format(x):gsub("\n", "n") end
end

local function line_of(x)
  local out = {}
  write(out, x)
  return "return" .. table.concat(out)
end

-- Choosing ---------------------------------------------------------------

local function count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

-- Those that are alone in a class first, then short ones while they add one;
-- then those whose classes the others have go, the longest first.
local function choose(entries)
  local holders, chosen = {}, {}
  table.sort(entries, function(a, b)
    if #a.line ~= #b.line then return #a.line < #b.line end
    return a.line < b.line
  end)
  for _, entry in ipairs(entries) do
    local adds = false
    for class in pairs(entry.classes) do adds = adds or not holders[class] end
    if adds then
      chosen[#chosen + 1] = entry
      for class in pairs(entry.classes) do
        holders[class] = (holders[class] or 0) + 1
      end
    end
  end
  for i = #chosen, 1, -1 do
    local needed = false
    for class in pairs(chosen[i].classes) do
      needed = needed or holders[class] == 1
    end
    if not needed then
      for class in pairs(chosen[i].classes) do
        holders[class] = holders[class] - 1
      end
      table.remove(chosen, i)
    end
  end
  return chosen
end

local function tell(what, entries)
  local all, groups, names, bytes = {}, {}, {}, 0
  for _, entry in ipairs(entries) do
    local name = group(entry.case)
    if not groups[name] then names[#names + 1] = name end
    groups[name] = groups[name] or {cases = 0, classes = {}}
    groups[name].cases = groups[name].cases + 1
    for class in pairs(entry.classes) do
      all[class], groups[name].classes[class] = true, true
    end
    bytes = bytes + #entry.line + 1
  end
  io.stderr:write(("%s: %d cases, %d classes, %d bytes\n"):format(what,
    #entries, count(all), bytes))
  table.sort(names)
  for _, name in ipairs(names) do
    io.stderr:write(("  %-16s %5d cases %5d classes\n"):format(name,
      groups[name].cases, count(groups[name].classes)))
  end
end

local entries, header = {}, nil
for _, path in ipairs(arg) do
  local head, cases = vectors.load(path)
  header = header or head
  for _, case in ipairs(cases) do
    case.id = #entries + 1
    entries[#entries + 1] =
      {case = case, classes = classes(case), line = line_of(case)}
  end
end
tell("read", entries)
local chosen = choose(entries)
tell("written", chosen)
table.sort(chosen, function(a, b) return a.case.id < b.case.id end)
print(line_of {header = {numpy = header.numpy, python = header.python,
  n = #chosen}})
for i, entry in ipairs(chosen) do
  entry.case.id = i
  print(line_of(entry.case))
end
