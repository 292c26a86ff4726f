-- The Lua blocks of a Markdown file: each is a script of its own whose output
-- is told by its `-->` comments, one for a printed line. An explanation in
-- parentheses, two blanks behind, is no part of it; neither are the number of
-- blanks and the position that Lua puts in front of an error message.

local shell = require "shell"

local snippets = {}

-- The blocks of the file as a list of {line, code}.
function snippets.of(path)
  local blocks, number, block = {}, 0, nil
  for line in io.lines(path) do
    number = number + 1
    if line:match("^```") then
      block = line == "```lua" and {line = number + 1, code = {}} or nil
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

local function absolute(paths)
  local here = shell("pwd"):gsub("\n", "/"):gsub("%%", "%%%%")
  return ((";" .. paths):gsub(";([^/;])", ";" .. here .. "%1"):sub(2))
end

-- Runs code in a folder, with the modules that this process finds or those on
-- other paths; returns the lines that it printed. `mview` is there without
-- being required.
function snippets.run(code, folder, path, cpath)
  if not code:find("require \"mview\"", 1, true) then
    code = "local mview = require \"mview\" " .. code
  end
  local file = assert(io.open(folder .. "/snippet.lua", "w"))
  file:write(code)
  file:close()
  local output = shell(("cd %q && LUA_PATH=%q LUA_CPATH=%q %s snippet.lua")
    :format(folder, path or absolute(package.path),
      cpath or absolute(package.cpath), os.getenv("LUA") or "lua5.4"))
  local lines = {}
  for line in output:gmatch("[^\n]+") do
    lines[#lines + 1] = squeeze(line:gsub("%f[%S]snippet%.lua:%d+: ", ""))
  end
  return lines
end

return snippets
