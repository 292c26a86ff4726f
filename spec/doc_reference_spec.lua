local docnames = require "docnames"
local files = require "files"
local shell = require "shell"
local snippets = require "snippets"

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

-- Asserts that two sets have the same names; a message shows only the others.
local function assert_names(expected, found)
  local function without(set, other)
    local rest = {}
    for name in pairs(set) do
      if not other[name] then rest[name] = true end
    end
    return table.concat(sorted(rest), ", ")
  end
  assert.equal("", without(expected, found), "missing")
  assert.equal("", without(found, expected), "unknown")
end

-- The sections of the reference that document names: {heading, text}.
local function sections()
  local list = {}
  local file <close> = assert(io.open(docnames.reference))
  for heading, text in
    ("\n" .. file:read("a")):gsub("\n##", "\n\0##")
      :gmatch("%z### (`[^\n]*)\n([^%z]*)") do
    list[#list + 1] = {heading = heading, text = text}
  end
  return list
end

describe("doc/reference.md", function()
  local folder

  setup(function() folder = shell("mktemp -d"):gsub("\n", "") end)
  teardown(function() shell("rm -rf " .. folder) end)

  for _, block in ipairs(snippets.of(docnames.reference, "lua")) do
    it("has the documented output, in line " .. block.line, function()
      local expected = snippets.expected(block.code)
      assert.is_true(#expected > 0)
      assert.same(expected, snippets.run(block.code, folder))
    end)
  end

  it("documents all names that exist", function()
    assert_names(docnames.real(), docnames.documented())
  end)

  it("has exactly these names in its index, in order", function()
    local index = files.read(docnames.reference):match(
      "\n## Index\n(.-)\n## ")
    local listed, before = {}, ""
    for row in index:gmatch("\n| (%[`[^\n]*)") do
      local names = row:match("^(.-) | ")
      for code in names:gmatch("`([^`]+)`") do listed[code] = true end
      local first = names:match("`([^`]+)`")
      local key = first:match("^%w+[.:]([%w_]+)$") or first
      local is_operator = not first:find("^[%w.:_]+$")
      key = (is_operator and "0" or "1") .. key:lower()
      assert.is_true(before <= key, first)
      before = key
    end
    assert_names(docnames.indexable(), listed)
  end)

  it("has an example for each name", function()
    local all = sections()
    assert.is_true(#all > 60)
    for _, section in ipairs(all) do
      assert.matches("\n```lua\n", section.text, 1, true, section.heading)
    end
  end)
end)

describe("The annotations in lua/mview", function()
  it("declare all names that exist", function()
    assert_names(docnames.declarable(docnames.real()), docnames.declared())
  end)

  it("have the parameters that the reference documents", function()
    local declared, documented = docnames.declared_calls(), {}
    for name, parameters in pairs(docnames.documented_calls()) do
      if declared[name] then documented[name] = parameters end
    end
    for name in pairs(declared) do
      if not documented[name] then declared[name] = nil end
    end
    assert.is_true(#sorted(documented) > 30)
    assert.same(documented, declared)
  end)

  it("use only tags and types that exist", function()
    local tags = {}
    for tag in ([[alias class field meta nodiscard operator overload param
      return]]):gmatch("%l+") do tags[tag] = true end
    local used, defined = {}, {}
    for _, module in ipairs {"meta", "dump"} do
      for line in io.lines("lua/mview/" .. module .. ".lua") do
        local tag, rest = line:match("^%-%-%-@(%l+)%s*(.*)")
        if tag then assert.is_true(tags[tag], line) end
        if tag == "class" or tag == "alias" then
          defined[rest:match("^[%l.]+")] = true
        elseif tag and tag ~= "meta" then
          for name in rest:gmatch("mview%.%l+[%l.]*") do used[name] = true end
        end
      end
    end
    for name in pairs(used) do assert.is_true(defined[name], name) end
    assert.is_true(used["mview.byteslike"])
  end)

  it("are read as a table without effect", function()
    local meta = assert(loadfile("lua/mview/meta.lua"))
    local before = sorted(_G)
    assert.equal("table", type(meta()))
    assert.same(before, sorted(_G))
  end)
end)
