-- What is packaged: the shared object, the rock, the installed files.

local shell = require "shell"
local snippets = require "snippets"

local function lines(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do list[#list + 1] = line end
  return list
end

local function rockspec()
  local spec = {}
  assert(loadfile("rockspec/mview-scm-1.rockspec", "t", spec))()
  return spec
end

local function header(name)
  local file <close> = assert(io.open("csrc/mview.h"))
  return file:read("a"):match("#define " .. name .. " \"(.-)\"")
end

describe("the shared object", function()
  it("exports luaopen_mview alone", function()
    local path = assert(package.searchpath("mview", package.cpath))
    local symbols = {}
    for name in shell("nm -D --defined-only " .. path):gmatch("%S+\n") do
      symbols[#symbols + 1] = name
    end
    assert.same({"luaopen_mview\n"}, symbols)
  end)

  it("has the header's version", function()
    assert.equal(header "MVIEW_VERSION", require "mview"._VERSION)
  end)
end)

describe("the rockspec", function()
  it("lists every C source once", function()
    local listed = rockspec().build.modules.mview.sources
    table.sort(listed)
    assert.same(
      lines((shell("LC_ALL=C ls csrc/core/*.c csrc/bind/*.c | sort"))), listed)
  end)

  it("lists every Lua module", function()
    local expected, listed = lines((shell("ls lua/mview/*.lua"))), {}
    for name, file in pairs(rockspec().build.modules) do
      if name ~= "mview" then
        assert.equal(name, file:match("lua/(.*)%.lua"):gsub("/", "."))
        listed[#listed + 1] = file
      end
    end
    table.sort(listed)
    assert.same(expected, listed)
  end)
end)

describe("make install", function()
  local folder

  -- Whatever this process runs under is not make's to inherit.
  local function make(target)
    local output, status = shell(("env -u LD_PRELOAD -u MAKEFLAGS -u MFLAGS "
      .. "make -s %s DESTDIR=%q PREFIX='/my lua'"):format(target, folder))
    assert.equal(0, status, output)
  end

  local function files()
    return lines((shell(("cd %q && find . -type f | LC_ALL=C sort")
      :format(folder))))
  end

  before_each(function() folder = shell("mktemp -d"):gsub("\n", "") end)
  after_each(function() shell("rm -rf " .. folder) end)

  it("puts the module, its Lua files and the C user's files there", function()
    local expected = {
      "./my lua/include/mview.h",
      "./my lua/lib/lua/5.4/mview.so",
      "./my lua/lib/pkgconfig/mview.pc",
    }
    for _, file in ipairs(lines((shell("LC_ALL=C ls lua/mview/*.lua")))) do
      table.insert(expected, "./my lua/share/lua/5.4/" .. file:sub(5))
    end
    make "install"
    assert.same(expected, files())
  end)

  it("installs what runs from there", function()
    make "install"
    local paths = {}
    for i, path in ipairs {"share/lua/5.4/?.lua", "lib/lua/5.4/?.so"} do
      paths[i] = folder .. "/my lua/" .. path
    end
    assert.same({"view", "function", "function"}, snippets.run([[
      print(tostring(mview("x")):match("view"))
      print(type(require "mview.dump"))
      print(type(require "mview.reader"))
    ]], folder, table.unpack(paths)))
  end)

  it("tells pkg-config the folder of the header and the version", function()
    make "install"
    local file = assert(io.open(folder .. "/my lua/lib/pkgconfig/mview.pc"))
    local text = file:read("a")
    file:close()
    assert.equal(header "MVIEW_VERSION", text:match("\nVersion: (%S+)\n"))
    assert.matches("prefix=/my lua\nincludedir=${prefix}/include\n", text, 1,
      true)
    assert.matches("\nCflags: -I\"${includedir}\"\n", text, 1, true)
  end)

  it("is undone by make uninstall", function()
    make "install"
    make "uninstall"
    assert.same({}, files())
  end)
end)
