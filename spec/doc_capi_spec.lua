local build_env = require "build_env"
local shell = require "shell"
local snippets = require "snippets"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function squeeze(text)
  return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""))
end

local function sorted(list)
  table.sort(list)
  return list
end

-- The declarations of csrc/mview.h: constants and structures by name, members,
-- other types and functions in full.
local function declared()
  local list, text, seen = {}, read("csrc/mview.h"), {MVIEW_H = true}
  for name in text:gmatch("#define (%u+_[%u_]+)") do
    if not seen[name] then list[#list + 1] = name end
    seen[name] = true
  end
  text = text:gsub("/%*.-%*/", ""):gsub("\n#[^\n]*", "\n")
  for body, name in text:gmatch("typedef struct [%w_]+ {(.-)} ([%w_]+);") do
    list[#list + 1] = name
    for member in body:gmatch("([^;]+);") do
      list[#list + 1] = squeeze(member)
    end
  end
  for _, pattern in ipairs {"\n(typedef [^{};]+);",
    "\nstatic inline ([^{;]+) {", "\nMVIEW_PUBLIC ([^{;]+);"} do
    for declaration in text:gmatch(pattern) do
      list[#list + 1] = squeeze(declaration)
    end
  end
  return sorted(list)
end

-- The declarations in doc/c-api.md: in headings and in front of table rows.
local function documented()
  local list = {}
  for line in io.lines("doc/c-api.md") do
    list[#list + 1] = line:match("^### `([^`]+)`")
      or line:match("^| `([^`-][^`]*)`")
  end
  return sorted(list)
end

describe("doc/c-api.md", function()
  local folder

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    snippets.compile("doc/c-api.md", folder, shell("pwd"):gsub("\n", "/csrc"))
  end)

  teardown(function() shell("rm -rf " .. folder) end)

  for _, block in ipairs(snippets.of("doc/c-api.md", "lua")) do
    it("has the documented output, in line " .. block.line, function()
      local expected = snippets.expected(block.code)
      assert.is_true(#expected > 0)
      assert.same(expected, snippets.run(block.code, folder))
    end)
  end

  it("documents the declarations of the header", function()
    assert.same(declared(), documented())
  end)

  local cmake = select(2, shell("command -v cmake")) == 0
  it("has a recipe for CMake" .. (cmake and "" or ", not tried: no cmake"),
    function()
      local names = snippets.files("doc/c-api.md", "cmake", folder)
      assert.same({"CMakeLists.txt"}, names)
      if not cmake then return end
      build_env(("make -s amalgamation BUILD=%s/build"):format(folder))
      local output = build_env(("sh -e -c 'cd %s; mv build/amalgamation mview; "
        .. "cmake . -B made; cmake --build made; made/host'"):format(folder))
      assert.matches("\n11\n$", output)
    end)
end)
