-- The packages: the shared object, the rock, the installed files.

local build_env = require "build_env"
local compiler = require "compiler"
local files = require "files"
local make = require "make"
local shell = require "shell"
local snippets = require "snippets"

local function lines(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do list[#list + 1] = line end
  return list
end

local function rockspec(version)
  local spec = {}
  assert(loadfile(("rockspec/mview-%s-1.rockspec"):format(version), "t",
    spec))()
  return spec
end

local function header(name)
  local file <close> = assert(io.open("csrc/mview.h"))
  return file:read("a"):match("#define " .. name .. " \"(.-)\"")
end

describe("The shared object", function()
  it("exports only luaopen_mview", function()
    local path = assert(package.searchpath("mview", package.cpath))
    local symbols = {}
    local list = shell(("nm -D --defined-only %q"):format(path))
    for name in list:gmatch("%S+\n") do
      symbols[#symbols + 1] = name
    end
    assert.same({"luaopen_mview\n"}, symbols)
  end)

  it("has the header's version, which the changelog lists", function()
    assert.equal(header "MVIEW_VERSION", require "mview"._VERSION)
    local file <close> = assert(io.open("CHANGELOG.md"))
    assert.equal(header "MVIEW_VERSION",
      file:read("a"):match("\n## (%S+) %(%d+%-%d%d%-%d%d%)\n"))
  end)
end)

describe("The rockspec", function()
  it("lists every C source once", function()
    local listed = rockspec("scm").build.modules.mview.sources
    table.sort(listed)
    assert.same(
      lines((shell("LC_ALL=C ls csrc/core/*.c csrc/bind/*.c | sort"))), listed)
  end)

  it("lists every Lua module", function()
    local expected, listed = lines((shell("ls lua/mview/*.lua"))), {}
    for name, file in pairs(rockspec("scm").build.modules) do
      if name ~= "mview" then
        assert.equal(name, file:match("lua/(.*)%.lua"):gsub("/", "."))
        listed[#listed + 1] = file
      end
    end
    table.sort(listed)
    assert.same(expected, listed)
  end)

  it("has the licence and the README installed", function()
    local conf = rockspec "scm".build.install.conf
    assert.equal("LICENSE", conf.LICENSE)
    assert.equal("README.md", conf["README.md"])
  end)

  it("is that of the release but for version and tag", function()
    local version = header "MVIEW_VERSION"
    local expected = rockspec "scm"
    expected.version = version .. "-1"
    expected.source.tag = "v" .. version
    assert.same(expected, rockspec(version))
  end)
end)

describe("make build", function()
  it("works from a path with spaces, heeds CFLAGS and BUILD, leaves no trace",
    function()
      local folder = shell("mktemp -d"):gsub("\n", "")
      local list = ("cd %q && find . | LC_ALL=C sort"):format(folder .. "/a b")
      shell(("mkdir %q && cp -R Makefile csrc lua %q && chmod -R u+w %q")
        :format(folder .. "/a b", folder .. "/a b", folder .. "/a b"))
      local before = shell(list)
      local output = build_env(("make -C %q build BUILD=%s/built "
        .. "CFLAGS='-O0 -DX'"):format(folder .. "/a b", folder))
      local compiled = 0
      for line in output:gmatch("[^\n]* %-c [^\n]*") do
        assert.matches(" -O0 -DX ", line, 1, true)
        compiled = compiled + 1
      end
      assert.equal(#rockspec "scm".build.modules.mview.sources, compiled)
      assert.equal(before, shell(list))
      assert.same({"view"}, snippets.run("print(tostring(mview('x')):match("
        .. "'view'))", folder, "", folder .. "/built/?.so"))
      shell("rm -rf " .. folder)
    end)
end)

describe("make install", function()
  local folder

  local function run(target)
    make(("%s DESTDIR=%q PREFIX='/my lua'"):format(target, folder))
  end

  local function installed()
    return lines((shell(("cd %q && find . -type f | LC_ALL=C sort")
      :format(folder))))
  end

  before_each(function() folder = shell("mktemp -d"):gsub("\n", "") end)
  after_each(function() shell("rm -rf " .. folder) end)

  it("puts the module, its Lua files and the C user's files there", function()
    local expected = {
      "./my lua/include/mview.h",
      "./my lua/include/mview.hpp",
      "./my lua/lib/lua/5.4/mview.so",
      "./my lua/lib/pkgconfig/mview.pc",
      "./my lua/share/doc/mview/CHANGELOG.md",
      "./my lua/share/doc/mview/LICENSE",
      "./my lua/share/doc/mview/README.md",
    }
    for _, file in ipairs(lines((shell("LC_ALL=C ls doc/*.md")))) do
      table.insert(expected, "./my lua/share/doc/mview/" .. file)
    end
    for _, file in ipairs(lines((shell("LC_ALL=C ls lua/mview/*.lua")))) do
      table.insert(expected, "./my lua/share/lua/5.4/" .. file:sub(5))
    end
    run "install"
    assert.same(expected, installed())
  end)

  it("installs files that run from there", function()
    run "install"
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

  it("gives pkg-config the folder of the header and the version", function()
    run "install"
    local file = assert(io.open(folder .. "/my lua/lib/pkgconfig/mview.pc"))
    local text = file:read("a")
    file:close()
    assert.equal(header "MVIEW_VERSION", text:match("\nVersion: (%S+)\n"))
    assert.matches("prefix=/my lua\nincludedir=${prefix}/include\n", text, 1,
      true)
    assert.matches("\nCflags: -I\"${includedir}\"", text, 1, true)
  end)

  local include = os.getenv "LUA_INCDIR" or "/usr/include/lua5.4"
  for how, target in pairs {
    ["by pkg-config's own file of Lua"] = "install",
    ["where the caller said it is"] =
      ("install LUA_INCDIR=%q"):format(include),
  } do
    it("leads the compiler to lua.h, too, " .. how, function()
      if not compiler.is_installed "pkg-config" then
        pending "pkg-config is not installed"
      end
      local prefix = folder .. "/my lua"
      make(("%s PREFIX=%q"):format(target, prefix))
      files.write(folder .. "/use.c", "#include <mview.h>\nint used;\n")
      assert.same({"", 0}, {compiler.run("PKG_CONFIG_PATH='%s/lib/pkgconfig' "
        .. "sh -c 'eval cc -fsyntax-only $(pkg-config --cflags mview) %s'",
        prefix, folder .. "/use.c")})
    end)
  end

  it("is undone by make uninstall", function()
    run "install"
    run "uninstall"
    assert.same({}, installed())
  end)
end)

describe("make dist", function()
  local folder, version

  local function has(tool)
    return select(2, shell("command -v " .. tool)) == 0
  end
  local tried = has "zip" and has "unzip"
  local not_tried = tried and "" or ", not tried: no zip"

  setup(function()
    folder = shell("mktemp -d"):gsub("\n", "")
    version = header "MVIEW_VERSION"
    if tried then make(("archives DIST=%s/dist"):format(folder)) end
  end)
  teardown(function() shell("rm -rf " .. folder) end)

  local function archive(suffix)
    return ("%s/dist/mview-%s%s"):format(folder, version, suffix)
  end

  it("writes a tarball of the whole source" .. not_tried, function()
    if not tried then return end
    shell(("cd %s && tar -xzf %s"):format(folder, archive ".tar.gz"))
    local list = "find . -type f ! -path './build/*' ! -path './.git/*' "
      .. "! -name .git ! -name '*.so' ! -name '*.o' | LC_ALL=C sort"
    assert.equal(shell(list),
      shell(("cd %s/mview-%s && %s"):format(folder, version, list)))
  end)

  it("writes a rock of the sources that LuaRocks builds" .. not_tried,
    function()
      if not tried then return end
      shell(("mkdir %s/rock && cd %s/rock && unzip -q %s"):format(folder,
        folder, archive "-1.src.rock"))
      local top = ("mview-%s-1.rockspec"):format(version)
      assert.same({"mview", top}, lines((shell(("ls %s/rock"):format(folder)))))
      assert.equal(files.read("rockspec/" .. top),
        files.read(("%s/rock/%s"):format(folder, top)))
      local url = rockspec(version).source.url
      assert.equal("mview", url:match("([^/]+)%.git$"))
    end)

  it("writes a rock that LuaRocks installs", function()
    if not (tried and has "luarocks") then pending "no LuaRocks" return end
    local lua = os.getenv "LUA_INCDIR"
    -- LuaRocks asks the header for the version: some releases for a number only
    if lua and not files.read(lua .. "/lua.h"):find "LUA_VERSION_NUM%s+%d" then
      pending "LuaRocks may not know this Lua"
      return
    end
    build_env(("luarocks --lua-version %s --tree %s/tree install %s "
      .. "CFLAGS='-O0 -fPIC' %s"):format(_VERSION:match("[%d.]+"), folder,
      archive "-1.src.rock", lua and ("LUA_INCDIR=%q"):format(lua) or ""))
    local at = folder .. "/tree/lib/luarocks/rocks-" ..
      _VERSION:match("[%d.]+") .. "/mview/" .. version .. "-1/"
    assert.equal(files.read "LICENSE", files.read(at .. "conf/LICENSE"))
    assert.equal(files.read "README.md", files.read(at .. "conf/README.md"))
    assert.equal(files.read "csrc/mview.h",
      files.read(at .. "conf/include/mview.h"))
    local paths = {}
    for i, path in ipairs {"share/lua/%s/?.lua", "lib/lua/%s/?.so"} do
      paths[i] = folder .. "/tree/" .. path:format(_VERSION:match("[%d.]+"))
    end
    assert.same({version}, snippets.run("print(require 'mview'._VERSION)",
      folder, table.unpack(paths)))
  end)
end)
