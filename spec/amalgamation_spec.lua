-- make amalgamation: all C sources as one file, which works like the sources.

local compiler = require "compiler"
local files = require "files"
local make = require "make"
local shell = require "shell"

-- Specs of the module alone; a few of them for the second compiler.
local suites = {
  gcc = "spec/capi_[!h]*_spec.lua spec/nd_[!p]*_spec.lua "
    .. "spec/record_spec.lua spec/format_spec.lua spec/vectors_spec.lua "
    .. "spec/file_spec.lua spec/map_spec.lua",
  clang = "spec/capi_borrow_spec.lua spec/record_spec.lua",
}

describe("make amalgamation", function()
  local folder

  lazy_setup(function()
    folder = shell "mktemp -d":gsub("\n", "")
    local output = make "amalgamation"
    shell(("cp %s %s"):format(output:match "(%S+mview.c %S+mview.h)%s*$",
      folder))
  end)

  lazy_teardown(function() shell("rm -rf " .. folder) end)

  it("writes mview.c beside mview.h", function()
    assert.equal(files.read "csrc/mview.h", files.read(folder .. "/mview.h"))
    assert.matches("^/%*\n%*%* mview [%d.]+, all in one file", files.read(
      folder .. "/mview.c"))
  end)

  it("includes only mview.h of the project, once", function()
    local count = 0
    for name in files.read(folder .. "/mview.c"):gmatch "#include \"(.-)\"" do
      assert.equal("mview.h", name)
      count = count + 1
    end
    assert.equal(1, count)
  end)

  it("has the licence in it", function()
    local text = files.read(folder .. "/mview.c"):gsub("\n%*%* ?", "\n")
    assert.is_truthy(text:find(files.read "LICENSE", 1, true))
  end)

  for _, cc in ipairs {"gcc", "clang"} do
    describe("for " .. cc, function()
      if not compiler.is_installed(cc) then
        pending("compiles: " .. cc .. " is not installed")
        return
      end

      local warnings, status

      lazy_setup(function()
        warnings, status = compiler.run("mkdir %s/%s && %s -O1 -fPIC -shared "
          .. "-Wall -Wextra -Wpedantic -Wconversion -Werror %s "
          .. "%s/mview.c -o %s/%s/mview.so", folder, cc, cc,
          compiler.lua_include, folder, folder, cc)
      end)

      it("compiles by itself, without a warning", function()
        assert.same({"", 0}, {warnings, status})
      end)

      it("exports only luaopen_mview", function()
        assert.matches("^%x+ T luaopen_mview\n$",
          (shell(("nm -D --defined-only %s/%s/mview.so"):format(folder, cc))))
      end)

      it("passes the specs", function()
        local report = shell(("LUA_CPATH=%q %s spec/torture/runner.lua %s")
          :format(("%s/%s/?.so;%s"):format(folder, cc, package.cpath),
          os.getenv "LUA" or "lua5.4", suites[cc]))
        local passed, failed = report:match "(%d+) passed, (%d+) failed.-\n$"
        assert.equal("0", failed, report)
        assert.is_true(tonumber(passed) > 50, report)
      end)
    end)
  end
end)
