-- mview_api across versions: modules and libraries of different age, and states
-- that cannot load mview.

local build_env = require "build_env"
local compiler = require "compiler"
local files = require "files"
local shell = require "shell"
local snippets = require "snippets"

describe("A module", function()
  local folder

  lazy_setup(function() folder = shell "mktemp -d":gsub("\n", "") end)
  lazy_teardown(function() shell("rm -rf " .. folder) end)

  -- Compiles abi.c as the module abi, with the header of that folder.
  local function compile(include, defines)
    build_env(("%s -std=c99 -Wall -Wextra -Wpedantic -Werror -shared -fPIC "
      .. "-I%s %s %s spec/support/abi/abi.c -o %s/abi.so"):format(
      os.getenv "CC" or "cc", include, compiler.lua_include, defines or "",
      folder))
  end

  -- The lines that a script prints, in a process of its own.
  local function run(script)
    files.write(folder .. "/script.lua", script)
    local output = shell(("cd %q && LUA_PATH=%q LUA_CPATH=%q %s script.lua")
      :format(folder, snippets.absolute(package.path),
      "./?.so;" .. snippets.absolute(package.cpath),
      os.getenv "LUA" or "lua5.4"))
    local lines = {}
    for line in output:gmatch "[^\n]+" do
      lines[#lines + 1] = line:gsub("%f[%S]script%.lua:%d+: ", "")
    end
    return lines
  end

  local USES = [[
    local abi = require "abi"
    local mview = require "mview"
    local b = mview.bytearray "abc"
    print(abi.sum "abc", abi.sum(b:view():sub(-1, 1, -2)), b:view().pins)
    local kept
    print(abi.frame(function(v)
      kept = v
      return v.format, v[2][1], v.nbytes
    end))
    print(pcall(function() return kept[1] end))
  ]]
  local USED = {"294\t196\t0", "h\t3\t8",
    "false\tattempt to use a view of revoked memory"}
  local USES_MORE = [[
    local object = abi.object "xyz"
    print(abi.upper(b), abi.upper "q", abi.view(object), abi.view(42))
    print(abi.length(12), abi.length "abc", abi.length(b), abi.sum(object))
    print(pcall(abi.length, {}))
  ]]
  local USED_MORE = {"ABC\tQ\tmview.view 'B' [3]\tfalse", "2\t3\t3\t363",
    "false\tbad argument #1 to 'abi.length' (string, view or other bytes-like "
    .. "expected, got table)"}

  local function joined(a, b)
    return table.move(b, 1, #b, #a + 1, {table.unpack(a)})
  end

  for _, row in ipairs {
    {"that was compiled with the first header of this version",
      "spec/support/abi"},
    {"that was compiled with the header of now", "csrc"},
  } do
    it(row[1] .. " works with the present library", function()
      compile(row[2])
      assert.same(joined(USED, USED_MORE), run(USES .. USES_MORE))
    end)
  end

  it("that needs the first members works with a library that has only these",
    function()
      compile("csrc", "-DMVIEW_API_NEEDS=revoke -DONLY_FIRST_ENTRIES")
      assert.same(joined(USED, {"true"}), run([[
        require "mview"
        require "abi".shorten(4)
      ]] .. USES .. "print(abi.import())"))
    end)

  it("that needs more than the library has gets an error", function()
    for defines, n in pairs {
      ["-DMVIEW_API_NEEDS=revoke -DONLY_FIRST_ENTRIES"] = 3,
      ["-DMVIEW_API_NEEDS=peek"] = 5,
      [""] = 7,
    } do
      compile("csrc", defines)
      assert.same({"false\tmview is older than the mview.h of this module",
        "false\tmview is older than the mview.h of this module"}, run(([[
        require "mview"
        local abi = require "abi"
        abi.shorten(%d)
        print(pcall(abi.import))
        print(pcall(abi.sum, "abc"))
      ]]):format(n)), defines)
    end
  end)

  it("that needs fewer members takes a table with only these", function()
    for defines, n in pairs {
      ["-DMVIEW_API_NEEDS=borrow -DONLY_FIRST_ENTRIES"] = 1,
      ["-DMVIEW_API_NEEDS=peek"] = 6,
      [""] = 8,
    } do
      compile("csrc", defines)
      assert.same({"true"}, run(([[
        require "mview"
        local abi = require "abi"
        abi.shorten(%d)
        print(abi.import())
      ]]):format(n)), defines)
    end
  end)

  local nowhere = "mview is not loaded, and require 'mview' did not load it or "
    .. "is not there"

  for _, row in ipairs {
    {"without require", "require = nil", nowhere},
    {"with a require that does nothing", "function require() end", nowhere},
    {"with a require that gives something else",
      "function require() return {} end", nowhere},
    {"with a require that is no function", "require = {}", nowhere},
    {"with a callable table as require",
      "require = setmetatable({}, {__call = require})", nowhere},
    {"with a require that fails", "function require() error('no', 0) end",
      "no"},
    {"with a require that yields", "require = coroutine.yield",
      "attempt to yield from outside a coroutine"},
    {"with another module of that name",
      "package.loaded.mview = {bytearray = print}", nowhere},
  } do
    it("in a state " .. row[1] .. " gets a clear error, until it is loaded",
      function()
        compile "csrc"
        assert.same({"false\t" .. row[3], "3\tfalse", "true"}, run(([[
          local load, abi = require, require "abi"
          %s
          print(pcall(abi.import))
          print(abi.length "abc", (pcall(abi.length, io.stdout)))
          package.loaded.mview = nil
          load "mview"
          print(abi.import())
        ]]):format(row[2])))
      end)
  end

  it("in a state without a module of that name gets require's error",
    function()
      compile "csrc"
      local lines = run [[
        local abi = require "abi"
        package.path, package.cpath = "", ""
        print(select(2, pcall(abi.import)):match "^[^\n]*")
      ]]
      assert.same({"module 'mview' not found:"}, lines)
    end)
end)
