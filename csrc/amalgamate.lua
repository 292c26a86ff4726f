--[[
amalgamate.lua - all C sources as one file, for hosts that compile mview in

usage: lua amalgamate.lua LICENSE HEADER... SOURCE... >mview.c

The sources follow each other with two changes:
  - a header comes where it is first included; mview.h stays an #include
  - directives before a source's first #include go to the very top, because
    they tell system headers, and mview.h, what is wanted
File-local names are unique across the sources (spec/amalgamation_spec.lua
checks this), so no name has to be changed. The macros of a source are undefined
at its end.
]]

local PUBLIC = "mview.h"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local directive = "\n[ \t]*#[^\n]*"

-- Returns a source without the directives before its first #include, and these
-- directives.
local function split(path)
  local text = read(path)
  local first = assert(text:find("\n#include", 1, true), path)
  local top = {}
  local function take(line)
    top[#top + 1] = line
    return "\n"
  end
  local head = ("\n" .. text:sub(1, first - 1)):gsub(directive, take)
  return head:gsub("\n\n\n+", "\n\n") .. text:sub(first), table.concat(top)
end

-- Returns the lines that undefine a source's macros.
local function undefine(text)
  local lines, seen = {}, {}
  for name in text:gmatch("\n[ \t]*#[ \t]*define[ \t]+([%w_]+)") do
    if not seen[name] then lines[#lines + 1] = "#undef " .. name .. "\n" end
    seen[name] = true
  end
  return table.concat(lines)
end

-- Replaces the first include of each header of the project by its text.
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
  local headers, sources, tops = {}, {}, {}
  for _, path in ipairs {...} do
    if path:find("%.h$") then
      headers[path:match("[^/]+$")] = read(path)
    else
      sources[#sources + 1], tops[#tops + 1] = split(path)
    end
  end
  local version = headers[PUBLIC]:match("#define MVIEW_VERSION \"(.-)\"")
  io.write(comment("mview " .. version .. ", all in one file: compile it beside"
    .. "\n" .. PUBLIC .. " and call luaopen_mview.\n\n" .. read(license)))
  io.write(table.concat(tops))
  for _, source in ipairs(sources) do
    io.write("\n\n", resolve(source, headers), undefine(source))
  end
end

main(...)
