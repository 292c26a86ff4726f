-- The code blocks of a Markdown file. Each Lua block is a script of its own.
-- Its `-->` comments have its output, one comment for each printed line.
-- Ignored are: an explanation in parentheses behind two blanks, the number of
-- blanks, and the position that Lua puts in front of an error message. A block
-- whose first line is a comment with a file name is that file: `/* screen.c
-- */`.

local build_env = require "build_env"
local compiler = require "compiler"
local shell = require "shell"

local snippets = {}

-- The blocks of a language, as a list of {line, code}.
function snippets.of(path, language)
  local blocks, number, block = {}, 0, nil
  for line in io.lines(path) do
    number = number + 1
    if line:match("^```") then
      block = line == "```" .. language and {line = number + 1, code = {}}
        or nil
      blocks[#blocks + 1] = block
    elseif block then
      table.insert(block.code, line)
    end
  end
  for _, each in ipairs(blocks) do
    each.code = table.concat(each.code, "\n") .. "\n"
  end
  return blocks
end

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

-- Writes the blocks that are files to a folder; returns their names.
function snippets.files(path, language, folder)
  local names = {}
  for _, block in ipairs(snippets.of(path, language)) do
    local name = block.code:match("^%S+ ([%w_]+%.%l+)[^\n]*\n")
    if name then
      names[#names + 1] = name
      write(folder .. "/" .. name, block.code)
    end
  end
  return names
end

-- Compiles each C or C++ file of a Markdown file to a module in the folder,
-- with the headers in the folder `include`.
function snippets.compile(path, folder, include)
  local commands = {c = (os.getenv "CC" or "cc") .. " -std=c99",
    cpp = (os.getenv "CXX" or "c++") .. " -std=c++11"}
  for language, command in pairs(commands) do
    for _, name in ipairs(snippets.files(path, language, folder)) do
      build_env(("%s -Wall -Wextra -Wpedantic -Werror -shared -fPIC -I%q %s "
        .. "%s/%s -o %s/%s"):format(command, include, compiler.lua_include,
        folder, name, folder, name:gsub("%l+$", "so")))
    end
  end
end

local function squeeze(line)
  return (line:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

function snippets.expected(code)
  local lines = {}
  for text in code:gmatch("%-%->([^\n]*)") do
    lines[#lines + 1] = squeeze(text:gsub("  %(.*%)$", ""))
  end
  return lines
end

-- The paths, with this folder in front of each relative path.
function snippets.absolute(paths)
  local here = shell("pwd"):gsub("\n", "/"):gsub("%%", "%%%%")
  return ((";" .. paths):gsub(";([^/;])", ";" .. here .. "%1"):sub(2))
end

-- Runs code in a folder; returns the lines that it printed. The code finds the
-- modules in the folder, and those of this process or on the given paths.
-- `mview` is a global variable.
function snippets.run(code, folder, path, cpath)
  if not code:find("local mview = ", 1, true) then
    code = "local mview = require \"mview\" " .. code
  end
  write(folder .. "/snippet.lua", code)
  local output = shell(
    ("cd %q && LUA_PATH=%q LUA_CPATH=%q %s snippet.lua"):format(folder,
      path or snippets.absolute(package.path),
      "./?.so;" .. (cpath or snippets.absolute(package.cpath)),
      os.getenv("LUA") or "lua5.4"))
  local lines = {}
  for line in output:gmatch("[^\n]+") do
    lines[#lines + 1] = squeeze(line:gsub("%f[%S]snippet%.lua:%d+: ", ""))
  end
  return lines
end

return snippets
