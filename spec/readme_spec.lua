local make = require "make"
local shell = require "shell"
local snippets = require "snippets"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

describe("README.md", function()
  local folder, tree

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    tree = shell("mktemp -d"):gsub("\n", "") .. "/a tree"
    snippets.compile("README.md", folder, shell("pwd"):gsub("\n", "/csrc"))
    make(("install PREFIX=%q"):format(tree))
  end)

  teardown(function()
    shell(("rm -rf %s %q"):format(folder, tree:match "^(.*)/"))
  end)

  for _, block in ipairs(snippets.of("README.md", "lua")) do
    local expected = snippets.expected(block.code)

    it("has the documented output, in line " .. block.line, function()
      assert.is_true(#expected > 0)
      assert.same(expected, snippets.run(block.code, folder))
    end)

    it("has that output when installed, in line " .. block.line, function()
      assert.same(expected, snippets.run(block.code, folder,
        tree .. "/share/lua/5.4/?.lua", tree .. "/lib/lua/5.4/?.so"))
    end)
  end

  it("names the rockspec of the version", function()
    local name = read("README.md"):match("rockspec/mview%-([%d.]+)%-1")
    assert.equal(require "mview"._VERSION, name)
  end)

  it("has a chart of the measurements", function()
    local drawn = shell("LUA_PATH='bench/?.lua;;' " .. (os.getenv "LUA"
      or "lua5.4") .. " -e 'io.write(require \"uses\".chart("
      .. "\"bench/results.csv\"))'")
    assert.equal(read "bench/uses.svg", drawn)
  end)

  it("has at most 300 lines", function()
    local _, count = read("README.md"):gsub("\n", "")
    assert.is_true(count <= 300, count)
  end)

  for _, path in ipairs {"README.md", "doc/hacking.md"} do
    it("names targets that make has, in " .. path, function()
      local makefile = read("Makefile") .. read(".ci/checks.mk")
      for target in read(path):gmatch("[\n`]make%s([a-z-]+)") do
        assert.is_truthy(makefile:find("\n" .. target .. ":"), target)
      end
    end)
  end
end)
