--[[
cover.lua - selects conformance vectors: few that cover as much as many

usage: LUA_PATH="spec/support/?.lua;;" lua spec/vectors/cover.lua FILE... >OUT

Reads files of cases and writes few and short ones of them. Each class that has
a case in the files has one in the output. The classes of a case:

  - each pair of two of these: its operations, a class of its formats, a class
    of its layouts, its outcome
  - the kinds of all its formats with its outcome
  - its group with each format of one code, as it is written
  - its group with its outcome, as it is said, and the step that fails
  - its group with the kinds of selectors of each operation

The number of classes before and after goes to the standard error.
]]

local python = require "python"
local vectors = require "vectors"

local NULL = python.NULL

local function put(set, class) set[class] = true end

-- Puts the classes of a format into the set: its type of number, or "several",
-- with ">" for big-endian; its counts, spaces and padding; the parts of a
-- record. Returns the first.
local function put_format(set, format)
  if format:find "^T" then
    local kind = "record"
      .. (format:find("T{", 3, true) and " of records" or "")
      .. (format:find "%(" and " of arrays" or "")
      .. (format:find "x" and ", padded" or "")
      .. (format:find "@" and ", aligned" or "")
    put(set, kind)
    return kind
  end
  local order, codes = format:match "^([@=<>!]?)(.*)"
  local kind = codes:gsub("[%d%s]", "")
  if #kind > 1 then kind = "several" end
  if kind:find "^[bhilnBHILNPqQ]$" then kind = "i" end
  if kind:find "^[efd]$" then kind = "f" end
  kind = (order:find "[!>]" and ">" or "") .. kind
  put(set, kind)
  if codes:find "%d" then put(set, "counts") end
  if codes:find "%s" then put(set, "space") end
  if codes:find ".x" then put(set, "padding") end
  return kind
end

local function sign(n) return n < 0 and "-" or n > 0 and "+" or "0" end

-- Puts the classes of a layout into the set: its number of dimensions, whether
-- a stride is 0 or negative, whether the last is not the smallest, whether
-- there are no items.
local function put_layout(set, base)
  if base.pil then return put(set, #base.shape .. " blocks") end
  if not base.fmt then
    return put(set, base.hex == "" and "no bytes" or "bytes")
  end
  local ndim, strides = #base.shape, base.strides
  put(set, ndim .. " dimensions")
  for _, stride in ipairs(strides) do
    if stride <= 0 then put(set, "stride " .. sign(stride)) end
  end
  if math.abs(strides[1] or 0) < math.abs(strides[ndim] or 0) then
    put(set, "columns")
  end
  if math.min(1, table.unpack(base.shape)) == 0 then
    put(set, "empty")
  end
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
  return ("%d %s %s %s"):format(#expect.shape,
    expect.C == "" and "empty" or "", expect.c and "C" or "",
    expect.f and "F" or "")
end

-- The strings of a set in order.
local function sorted(set)
  local out = {}
  for x in pairs(set) do out[#out + 1] = x end
  table.sort(out)
  return out
end

local function group(case) return case.cls .. " " .. (case.kind or "") end

local steps = {cast = true, sub = true, transpose = true, release = true,
  resize = true, review = true, toreadonly = true}

-- What a case contains: sets of its operations, formats, types of formats,
-- layouts, selectors.
local function contents(case)
  local seen = {steps = {}, formats = {}, kinds = {}, layouts = {},
    selectors = {}, written = {}}
  local function format(text)
    put(seen.kinds, put_format(seen.formats, text))
    put(seen.written, text)
  end
  walk(case, function(x)
    local name = x[1]
    if x.fmt and x ~= case.expect then format(x.fmt) end
    if x.hex and x ~= case or x.pil then put_layout(seen.layouts, x) end
    if name == "cast" then format(x[2]) end
    if steps[name] then put(seen.steps, name) end
    if name == "sub" then
      for _, s in ipairs(x[2]) do put(seen.selectors, selector(s)) end
    end
  end)
  return seen
end

-- Puts each pair of two attributes' values into the set.
local function pair(set, name, attributes)
  for i, values in ipairs(attributes) do
    for j = i + 1, #attributes do
      for a in pairs(values) do
        for b in pairs(attributes[j]) do
          put(set, ("%s %d%d|%s|%s"):format(name, i, j, a, b))
        end
      end
    end
  end
end

-- The set of classes that a case is in.
local function classes(case)
  local seen, name, ends = contents(case), group(case), outcome(case)
  local set, together = {}, table.concat(sorted(seen.steps), " ")
  pair(set, name, {{[together] = true}, seen.formats, seen.layouts,
    {[ends] = true}})
  put(set, ("%s kinds %s|%s"):format(name,
    table.concat(sorted(seen.kinds), " "), ends))
  put(set, name .. " ends " .. ends .. (case.error and case.error.at or ""))
  for format in pairs(seen.written) do
    if format:find "^[@=<>!]?Z?[%a?]$" then
      put(set, name .. " format " .. format)
    end
  end
  for selected in pairs(seen.selectors) do
    put(set, name .. " selects " .. selected)
  end
  if case.value then put(set, name .. " value " .. type(case.value)) end
  for _, need in ipairs(case.need or {}) do put(set, name .. " on " .. need) end
  return set
end

-- ---- writing --------------------------------------------------------------

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
    if not listed then keys[#keys + 1] = key end
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

-- ---- choosing -------------------------------------------------------------

local function count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

-- The number of classes of an entry that are not in the set.
local function gain(entry, set)
  local n = 0
  for class in pairs(entry.classes) do if not set[class] then n = n + 1 end end
  return n
end

-- Takes the entries that add classes, in rounds that allow more and more bytes
-- for each added class. Then drops the entries whose classes all have another
-- entry, the longest entries first.
local function choose(entries)
  local holders, chosen, price = {}, {}, 1
  while #entries > 0 do
    local left = {}
    for _, entry in ipairs(entries) do
      local n = gain(entry, holders)
      if n > 0 and #entry.line <= price * n then
        chosen[#chosen + 1] = entry
        for class in pairs(entry.classes) do
          holders[class] = (holders[class] or 0) + 1
        end
      elseif n > 0 then left[#left + 1] = entry end
    end
    entries, price = left, price * 1.2
  end
  table.sort(chosen, function(a, b) return #a.line > #b.line end)
  for i, entry in ipairs(chosen) do
    local needed = false
    for class in pairs(entry.classes) do
      needed = needed or holders[class] == 1
    end
    if not needed then
      for class in pairs(entry.classes) do
        holders[class] = holders[class] - 1
      end
      chosen[i] = false
    end
  end
  local out = {}
  for _, entry in ipairs(chosen) do if entry then out[#out + 1] = entry end end
  return out
end

local function print_counts(what, entries)
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
print_counts("read", entries)
local chosen = choose(entries)
print_counts("written", chosen)
table.sort(chosen, function(a, b) return a.case.id < b.case.id end)
print(line_of {header = {numpy = header.numpy, python = header.python,
  seed = header.seed, of = #entries, n = #chosen}})
for i, entry in ipairs(chosen) do
  entry.case.id = i
  print(line_of(entry.case))
end
