--[[
amalgamate.lua - all C sources as one file, for hosts that vendor

usage: lua amalgamate.lua LICENSE HEADER... SOURCE... >mview.c

In a file of its own a static has a plain name; in one file together some of
these names meet. A name that several sources declare gets the source's name as
a suffix in each of them; macros of a source end with it. Nothing else changes:
  - headers come where they are first included, mview.h stays an #include
  - directives before a source's first #include go to the very top, because
    they tell system headers, and mview.h, what is wanted
Names are found by the shape of declarations, without knowing C; whatever this
gets wrong, the compiler tells.
]]

local PUBLIC = "mview.h"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

-- ---- words ----------------------------------------------------------------

-- What a piece of C begins with; of each the whole is matched.
local pieces = {
  {"blank", "^%s+"},
  {"blank", "^/%*.-%*/"},
  {"text", "^\"\""},
  {"text", "^\".-[^\\]\""},
  {"text", "^'\\?.[^']*'"},
  {"name", "^[%a_][%w_]*"},
  {"text", "^%d[%w_.]*"},
  {"text", "^%->"},
  {"text", "^."},
}

-- Iterates over a text's pieces: kind and text of each.
local function words(text)
  local position = 1
  return function()
    for _, piece in ipairs(pieces) do
      local first, last = text:find(piece[2], position)
      if first then
        position = last + 1
        return piece[1], text:sub(first, last)
      end
    end
  end
end

-- The text with each name that is no member of something mapped.
local function map_names(text, map)
  local out, previous = {}, ""
  for kind, word in words(text) do
    local member = previous == "." or previous == "->"
    out[#out + 1] = kind == "name" and not member and map[word] or word
    if kind ~= "blank" then previous = word end
  end
  return table.concat(out)
end

-- ---- declarations ---------------------------------------------------------

local directive = "\n[ \t]*#[^\n]*"

local function without_directives(text)
  return (("\n" .. text):gsub("\\\n", " "):gsub(directive, "\n"))
end

local closing = {["("] = ")", ["["] = "]", ["{"] = "}"}

-- Iterates over the declarations of a text: lists of words, in which brackets
-- and what is between them is one table.
local function declarations(text)
  local next_word = words(without_directives(text))
  local function group(last)
    local list = {}
    for kind, word in next_word do
      if word == last then return list end
      if closing[word] then
        list[#list + 1] = {open = word, list = group(closing[word])}
        local body = word == "{" and #list > 1 and list[#list - 1].open == "("
        if not last and body then return list end
      elseif kind ~= "blank" then
        list[#list + 1] = {name = kind == "name" and word, word = word}
        if not last and word == ";" then return list end
      end
    end
    return #list > 0 and list or nil
  end
  return function() return group(nil) end
end

local keywords = {enum = true, struct = true, union = true}

local function add_constants(names, list)
  local fresh = true
  for _, item in ipairs(list) do
    if fresh and item.name then names[item.name] = true end
    fresh = item.word == ","
  end
end

-- Adds the names that one declaration declares.
local function add_declared(names, list)
  local typedef = list[1].word == "typedef"
  local value = false
  for i, item in ipairs(list) do
    local last, before = list[i - 1] or {}, list[i - 2] or {}
    if item.open == "{" and last.word == "enum" or before.word == "enum" then
      add_constants(names, item.list or {})
    end
    local tag = item.open == "{" and last.name
    if tag and not keywords[tag] then names[tag] = true end
    local ends = item.word == "," or item.word == ";" or item.word == "="
      or (not typedef and (item.open == "(" or item.open == "["))
    if typedef and item.word == ";" and last.open == "(" then last = before end
    if ends and last.name and not value then names[last.name] = true end
    if item.word == "=" then value = true end
    if item.word == "," then value = false end
  end
end

-- The names that a text declares outside of functions.
local function declared(text)
  local names = {}
  for list in declarations(text) do add_declared(names, list) end
  return names
end

local function macros(text)
  local names = {}
  for name in text:gmatch("\n[ \t]*#[ \t]*define[ \t]+([%w_]+)") do
    names[#names + 1] = name
  end
  return names
end

-- ---- sources --------------------------------------------------------------

local function new_source(path)
  local text = read(path)
  local first = assert(text:find("\n#include", 1, true), path)
  local top = {}
  local function take(line)
    top[#top + 1] = line
    return "\n"
  end
  local head = ("\n" .. text:sub(1, first - 1)):gsub(directive, take)
  return {
    path = path,
    suffix = "_" .. path:match("([^/]+/[^/]+)%.c$"):gsub("/", "_"),
    top = table.concat(top),
    text = head:gsub("\n\n\n+", "\n\n") .. text:sub(first),
  }
end

-- Adds the names of the headers that a text includes.
local function add_known(known, text, headers)
  for name in text:gmatch("#include \"([^\"]+)\"") do
    local header = assert(headers[name], name)
    for each in pairs(declared(header)) do known[each] = true end
    for _, each in ipairs(macros(header)) do known[each] = true end
    add_known(known, header, headers)
  end
  return known
end

-- The names that are a source's own.
local function own_names(source, headers)
  local names = declared(source.text)
  local known = add_known({}, source.text, headers)
  for name in pairs(names) do
    if known[name] or name:find("^_") then names[name] = nil end
  end
  return names
end

-- Gives a source's own names that others declare, too, the source's suffix.
local function part_names(sources, headers)
  local count = {}
  local function add(names)
    for name in pairs(names) do count[name] = (count[name] or 0) + 1 end
  end
  for _, header in pairs(headers) do add(declared(header)) end
  for _, source in ipairs(sources) do
    source.names = own_names(source, headers)
    add(source.names)
  end
  for _, source in ipairs(sources) do
    local map = {}
    for name in pairs(source.names) do
      if count[name] > 1 then map[name] = name .. source.suffix end
    end
    source.text = map_names(source.text, map)
  end
end

-- The lines that end a source's macros.
local function undefine(text)
  local lines, seen = {}, {}
  for _, name in ipairs(macros(text)) do
    if not seen[name] then lines[#lines + 1] = "#undef " .. name .. "\n" end
    seen[name] = true
  end
  return table.concat(lines)
end

-- Replaces the project's includes by the headers, each where it comes first.
local function resolve(text, headers)
  return (text:gsub("(#include \"([^\"]+)\"[^\n]*\n)", function(line, name)
    local header = assert(headers[name], name)
    headers[name] = ""
    if name == PUBLIC and header ~= "" then return line end
    return resolve(header, headers)
  end))
end

local function comment(text)
  return "/*\n" .. ("\n" .. text):gsub("\n([^\n]+)", "\n** %1"):sub(2) .. "*/\n"
end

local function main(license, ...)
  local headers, sources = {}, {}
  for _, path in ipairs {...} do
    if path:find("%.h$") then
      headers[path:match("[^/]+$")] = read(path)
    else
      sources[#sources + 1] = new_source(path)
    end
  end
  local version = headers[PUBLIC]:match("#define MVIEW_VERSION \"(.-)\"")
  part_names(sources, headers)
  io.write(comment("mview " .. version .. ", all in one file: compile it beside"
    .. "\n" .. PUBLIC .. " and call luaopen_mview.\n\n" .. read(license)))
  for _, source in ipairs(sources) do io.write(source.top) end
  for _, source in ipairs(sources) do
    io.write("\n\n", resolve(source.text, headers), undefine(source.text))
  end
end

main(...)
