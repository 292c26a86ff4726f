local make = require "make"
local shell = require "shell"
local snippets = require "snippets"

-- dir(memoryview) of CPython 3.14.
local PYTHON = [[
  __buffer__ __class__ __class_getitem__ __delattr__ __delitem__ __dir__
  __doc__ __enter__ __eq__ __exit__ __format__ __ge__ __getattribute__
  __getitem__ __getstate__ __gt__ __hash__ __init__ __init_subclass__ __iter__
  __le__ __len__ __lt__ __ne__ __new__ __reduce__ __reduce_ex__
  __release_buffer__ __repr__ __setattr__ __setitem__ __sizeof__ __str__
  __subclasshook__ _from_flags c_contiguous cast contiguous count f_contiguous
  format hex index itemsize nbytes ndim obj readonly release shape strides
  suboffsets tobytes tolist toreadonly
]]

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function lua(arguments)
  return shell((os.getenv("LUA") or "lua5.4") .. " " .. arguments)
end

describe("README.md", function()
  local folder, tree

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    tree = shell("mktemp -d"):gsub("\n", "") .. "/a tree"
    lua("examples/wav.lua " .. folder .. "/take1.wav")
    snippets.compile("README.md", folder, shell("pwd"):gsub("\n", "/csrc"))
    make(("install PREFIX=%q"):format(tree))
  end)

  teardown(function()
    shell(("rm -rf %s %q"):format(folder, tree:match "^(.*)/"))
  end)

  for _, block in ipairs(snippets.of("README.md", "lua")) do
    local expected = snippets.expected(block.code)

    it("prints what it says, in line " .. block.line, function()
      assert.is_true(#expected > 0)
      assert.same(expected, snippets.run(block.code, folder))
    end)

    it("prints it with what is installed, in line " .. block.line, function()
      assert.same(expected, snippets.run(block.code, folder,
        tree .. "/share/lua/5.4/?.lua", tree .. "/lib/lua/5.4/?.so"))
    end)
  end

  it("maps every name of Python's memoryview", function()
    local part = read("README.md"):match("\n## From Python\n(.-)\n## ")
    for name in PYTHON:gmatch("%S+") do
      assert.is_truthy(part:find("%f[%w_]" .. name .. "%f[^%w_]"), name)
    end
  end)

  it("names the rockspec of the version", function()
    local name = read("README.md"):match("rockspec/mview%-([%d.]+)%-1")
    assert.equal(require "mview"._VERSION, name)
  end)

  it("has at most 400 lines", function()
    local _, count = read("README.md"):gsub("\n", "")
    assert.is_true(count <= 400, count)
  end)

  it("names targets that make has", function()
    local makefile = read("Makefile") .. read(".ci/checks.mk")
    for target in read("README.md"):gmatch("[\n`]make ([a-z-]+)") do
      assert.is_truthy(makefile:find("\n" .. target .. ":"), target)
    end
  end)
end)
