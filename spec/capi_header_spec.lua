-- mview.h: the warnings of C and C++ compilers.

local compiler = require "compiler"
local files = require "files"
local shell = require "shell"

local program = [[
#include "mview.h"
#include "mview.h"

static void done(void *ud) { (void)ud; }

static void acquire(lua_State *L, int idx, mview_buffer *buf, void **state) {
  (void)L, (void)idx, (void)buf;
  *state = NULL;
}

static void release(void *state) { (void)state; }

extern const mview_exporter exporter;
const mview_exporter exporter = {MVIEW_API_VERSION, acquire, release,
                                 {0, 0}};

int use(lua_State *L);

int use(lua_State *L) {
  static unsigned char bytes[6];
  static const ptrdiff_t shape[2] = {2, 3};
  const mview_api *api = mview_import(L);
  mview_buffer out = {bytes, 6, "B", 1, 0, 2, shape, NULL, NULL,
                      {0, 0}}, in;
  mview_loan loan = api->lend(L, &out, done, bytes);
  api->borrow(L, -1, MVIEW_WRITE | MVIEW_STRIDES, &in);
  (void)mview_checklstring(L, 1, NULL);
  mview_setexporter(L, 1, &exporter);
  api->unborrow(L, -1);
  return api->revoke(L, loan) + luaopen_mview(L);
}
]]

describe("mview.h", function()
  local folder

  lazy_setup(function()
    folder = shell "mktemp -d":gsub("\n", "")
    files.write(folder .. "/use.c", program)
  end)

  lazy_teardown(function() shell("rm -rf " .. folder) end)

  local function compile(language, flags)
    return compiler.run("%s -pedantic-errors -Wall -Wextra -Wconversion "
      .. "-Wsign-conversion -Wshadow -Wcast-qual -Wcast-align -Wundef -Werror "
      .. "-fsyntax-only %s -Icsrc %s/use.c", language,
      flags or compiler.lua_include, folder)
  end

  local gxx = "g++ -x c++ -Wold-style-cast -Wuseless-cast "
  local clangxx = "clang++ -x c++ -Wold-style-cast "
  for _, language in ipairs {"gcc -x c -std=c99", "gcc -x c -std=c11",
    gxx .. "-std=c++11", gxx .. "-std=c++17", "clang -x c -std=c99",
    "clang -x c -std=c11", clangxx .. "-std=c++11",
    clangxx .. "-std=c++17"} do
    local name = language:match "%S+"
    it("is clean for " .. language, function()
      if not compiler.is_installed(name) then
        pending(name .. " is not installed")
      end
      assert.same({"", 0}, {compile(language)})
    end)
  end

  it("names the version of Lua that it needs", function()
    files.write(folder .. "/lua.h", "#define LUA_VERSION_NUM 503\n")
    local output, status = compile("${CC:-cc}", "-I" .. folder)
    assert.equal(1, status)
    assert.matches("mview needs Lua 5.4 or newer", output, 1, true)
  end)
end)
