--[[
docnames.lua - public names: existing, documented and declared ones

A set of names has "v:sub" and "v.format" for methods and fields, "v __len" for
the length operator, "mview.map" for a function of the module, "atomic.add" for
a function of mview.atomic and "dump()" for a function that a module returns.
The letters v, b, m, s and r stand for views, bytearrays, maps, shared blocks
and readers, w for writers.
]]

local mview = require "mview"
local reader = require "mview.reader"
local writer = require "mview.writer"

local docnames = {reference = "doc/reference.md"}

-- ---- existing names -------------------------------------------------------

-- The table of methods of an __index, which is this table or a closure with it.
local function methods_of(index)
  local i = 1
  while type(index) == "function" do
    local name, value = debug.getupvalue(index, i)
    assert(name, "no table of methods")
    if type(value) == "table" and (value.view or value.sub or value.pos) then
      return value
    end
    i = i + 1
  end
  return index
end

local HIDDEN = {__name = true, __metatable = true, __gc = true}

-- Names that containers inherit from views are documented with the views.
local function add_object(names, letter, object)
  local metatable = debug.getmetatable(object)
  local view = mview.isview(object) and {}
    or methods_of(debug.getmetatable(mview "x").__index)
  for name, value in pairs(methods_of(metatable.__index)) do
    local kind = type(value) == "function" and ":" or "."
    if value ~= view[name] then names[letter .. kind .. name] = true end
  end
  for event, value in pairs(metatable) do
    local items = event ~= "__index" or type(value) == "function"
    if type(event) == "string" and not HIDDEN[event] and items then
      names[letter .. " " .. event] = true
    end
  end
end

function docnames.real()
  local names = {["mview()"] = true, ["dump()"] = true}
  for name in pairs(mview) do names["mview." .. name] = true end
  for name in pairs(mview.atomic) do names["atomic." .. name] = true end
  add_object(names, "v", mview "x")
  add_object(names, "b", mview.bytearray())
  add_object(names, "m", assert(mview.map(nil, "r+", 0, 1)))
  add_object(names, "s", mview.shared(1))
  add_object(names, "r", reader(""))
  add_object(names, "w", writer())
  for _, name in ipairs {"r __index", "r __newindex", "w __index",
    "w __newindex"} do
    names[name] = nil -- belong to their fields
  end
  return names
end

-- ---- documented names -----------------------------------------------------

-- Code in the reference and the name that it documents; %1 is the capture.
local RULES = {
  {"^(%l+)%(source", "%1()"},
  {"^(%l)%[i%]$", "%1 __index"},
  {"^(%l)%[i%] = x$", "%1 __newindex"},
  {"^(%l)%(i, j", "%1 __call"},
  {"^#(%l)$", "%1 __len"},
  {"^(%l) == %l$", "%1 __eq"},
  {"^(%l) %.%. x$", "%1 __concat"},
  {"^pairs%((%l)%)$", "%1 __pairs"},
  {"^tostring%((%l)%)$", "%1 __tostring"},
  {"^local (%l) <close>$", "%1 __close"},
  {"^(%l+[.:][%w_]+)", "%1"},
}

local function name_of(code)
  for _, rule in ipairs(RULES) do
    local capture = code:match(rule[1])
    if capture then return (rule[2]:gsub("%%1", capture)) end
  end
  error("no name: " .. code)
end

-- The code spans that a line documents: a heading, a row of a table, or a
-- sentence that compares them with those of views.
local function codes_of(line)
  local codes = {}
  if line:find("^### ") or line:find("work as for views", 1, true) then
    for code in line:gmatch("`([^`]+)`") do codes[#codes + 1] = code end
  else
    codes[1] = line:match("^| `(%l%.[%w_]+)`")
  end
  return codes
end

function docnames.documented()
  local names = {}
  for line in io.lines(docnames.reference) do
    for _, code in ipairs(codes_of(line)) do names[name_of(code)] = true end
  end
  return names
end

-- The names that the index of the reference must list: names without
-- parameters, and operators as in their headings.
function docnames.indexable()
  local codes = {}
  for line in io.lines(docnames.reference) do
    if line:find("^### ") or line:find("^| `%l%.") then
      for _, code in ipairs(codes_of(line)) do
        codes[code:match("^%l+[.:][%w_]+") or code:match("^(%l+)%(source")
          or code] = true
      end
    end
  end
  return codes
end

-- "i?, j?" for "v:values([i [, j]])"; nil if the parameters are not single
-- names.
local function documented_parameters(code)
  local text = code:match("%((.*)%)")
  if not text or text:find("[|]") or text:find("...", 1, true) then return end
  local list, depth = {}, 0
  for mark, word in text:gmatch("([%[%] ,]*)([%w_]+)") do
    depth = depth + select(2, mark:gsub("%[", ""))
    list[#list + 1] = word .. (depth > 0 and "?" or "")
  end
  return table.concat(list, ", ")
end

-- The parameters of each call that has a heading.
function docnames.documented_calls()
  local calls = {}
  for line in io.lines(docnames.reference) do
    for _, code in ipairs(line:find("^### ") and codes_of(line) or {}) do
      calls[name_of(code)] = documented_parameters(code)
    end
  end
  return calls
end

-- ---- declared names -------------------------------------------------------

local LETTERS = {["mview.view"] = "v", ["mview.bytearray"] = "b",
  ["mview.map"] = "m", ["mview.shared"] = "s",
  ["mview.atomic"] = "atomic", ["mview.reader"] = "r", ["mview.writer"] = "w",
  mview = "mview"}

-- The metamethods that annotations can declare.
local OPERATORS = {len = "__len", concat = "__concat", call = "__call"}

local function declared_name(letter, line)
  local field, kind = line:match("^%-%-%-@field ([%w_]+)%??%s+(%l+)")
  if field then return letter .. (kind == "fun" and ":" or ".") .. field end
  local operator = line:match("^%-%-%-@operator (%l+)")
  if operator then return letter .. " " .. OPERATORS[operator] end
  local dot, name = line:match("^function [%l_]+([.:])([%w_]+)%(")
  if name then return letter .. dot .. name end
  if line:find("^%-%-%-@field %[integer%]") then return letter .. " __index" end
end

local function add_declared(names, module)
  local letter, previous = nil, ""
  for line in io.lines("lua/mview/" .. module .. ".lua") do
    letter = LETTERS[line:match("^%-%-%-@class ([%l.]+)")] or letter
    local name = letter and declared_name(letter, line)
    if name then names[name] = true end
    if letter == "mview" and line:find("^%-%-%-@overload") then
      names["mview()"] = true
    elseif line:find("^return function")
        and previous:find("^%-%-%-@return") then
      names[module .. "()"] = true
    end
    previous = line
  end
end

function docnames.declared()
  local names = {}
  for _, module in ipairs {"meta", "dump"} do
    add_declared(names, module)
  end
  return names
end

-- The names among these that annotations can declare.
function docnames.declarable(names)
  local set = {}
  for name in pairs(names) do
    local event = name:match(" (.*)")
    if not event or event == "__index" then set[name] = true end
    for _, known in pairs(OPERATORS) do
      if event == known then set[name] = true end
    end
  end
  return set
end

-- The parameters of each function that meta.lua declares.
function docnames.declared_calls()
  local calls, letter, list = {}, nil, {}
  for line in io.lines("lua/mview/meta.lua") do
    letter = LETTERS[line:match("^%-%-%-@class ([%l.]+)")] or letter
    list[#list + 1] = line:match("^%-%-%-@param ([%w_.]+%??)")
    if line:find("^function ") then
      calls[declared_name(letter, line)] = table.concat(list, ", ")
      list = {}
    end
  end
  return calls
end

return docnames
