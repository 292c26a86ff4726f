-- mview.hpp: memory that is borrowed, peeked and lent in C++, with Lua compiled
-- as C and as C++.

local build_env = require "build_env"
local compiler = require "compiler"
local files = require "files"
local shell = require "shell"
local snippets = require "snippets"

-- The headers of a Lua compiled as C++ are included unchanged.
local MODULE = [[
#ifdef LUA_IS_CPP
#include <lua.h>
#endif
#include <mview.hpp>
#ifdef LUA_IS_CPP
#include <lauxlib.h>
#else
#include <lua.hpp>
#endif

#include <numeric>
#include <stdexcept>
#include <string>

namespace {

lua_Integer total(const mview::bytes &b) {
  return std::accumulate(b.begin(), b.end(), lua_Integer(0));
}

void call(lua_State *L, int f) {
  lua_pushvalue(L, f);
  lua_call(L, 0, 0);
}

// sum(bytes), peeked(bytes)
int sum(lua_State *L) {
  mview::bytes b(L, 1);
  lua_pushinteger(L, total(b));
  return 1;
}

int peeked(lua_State *L) {
  mview::bytes b(L, 1, mview::peeked);
  lua_pushinteger(L, total(b));
  lua_pushinteger(L, lua_gettop(L));
  return 2;
}

// fill(bytes, value)
int fill(lua_State *L) {
  mview::writable_bytes b(L, 1);
  for (unsigned char &byte : b)
    byte = static_cast<unsigned char>(lua_tointeger(L, 2));
  if (!b.empty())
    b[0] = '!';
  lua_pushstring(L, b.buffer().format);
  return 1;
}

// during(bytes, inside, behind): calls both, one while it is borrowed
int during(lua_State *L) {
  {
    mview::bytes b(L, 1);
    call(L, 2);
  }
  call(L, 3);
  return 0;
}

// popped(bytes, f): calls f when the pin is not on the stack any more, and
// something else is where it was
int popped(lua_State *L) {
  mview::bytes b(L, 1);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  call(L, 2);
  return 0;
}

// again(bytes, f): calls f while a pin has the place on the stack, and maybe
// the address, of a pin that was popped; and again when both scopes have ended
int again(lua_State *L) {
  {
    mview::bytes older(L, 1);
    lua_settop(L, 2);
    lua_gc(L, LUA_GCCOLLECT, 0);
    mview::bytes b(L, 1);
    call(L, 2);
  }
  call(L, 2);
  return 0;
}

// caught(bytes, f): calls f when an exception has left the scope of the bytes
int caught(lua_State *L) {
  try {
    mview::bytes b(L, 1);
    throw std::runtime_error(std::to_string(total(b)));
  } catch (const std::runtime_error &e) {
    lua_pushstring(L, e.what());
  }
  call(L, 2);
  return 1;
}

// early(bytes, f): calls f when the pin was ended by hand
int early(lua_State *L) {
  mview::bytes b(L, 1);
  b.unborrow();
  b.unborrow();
  call(L, 2);
  return 0;
}

// lent(f): pcall(f, view), where the view is lent for the time of the call
int lent(lua_State *L) {
  unsigned char memory[] = {1, 2, 3};
  mview::lend loan(L);
  lua_settop(L, 1);
  loan.push(memory, 2);
  loan.push(memory, sizeof memory);
  lua_remove(L, 2);
  lua_pushboolean(L, lua_pcall(L, 1, 1, 0) == LUA_OK);
  lua_insert(L, 1);
  return 2;
}

// thrown(f): the same without a pcall, in a Lua that throws
int thrown(lua_State *L) {
  static unsigned char memory[] = {1, 2, 3};
  mview::lend loan(L);
  lua_settop(L, 1);
  loan.push(memory, sizeof memory);
  lua_call(L, 1, 0);
  return 0;
}

} // namespace

extern "C" int luaopen_cpp(lua_State *L) {
  const luaL_Reg functions[] = {
      {"sum", sum},         {"peeked", peeked}, {"fill", fill},
      {"during", during},   {"popped", popped}, {"again", again},
      {"caught", caught},   {"early", early},   {"lent", lent},
      {"thrown", thrown},   {nullptr, nullptr}};
  luaL_newlib(L, functions);
  return 1;
}
]]

local SCRIPT = [[
local cpp, mview = require "cpp", require "mview"
local b = mview.bytearray "abc"
local v = b:view()
local function pins() io.write(v.pins, " ") end
local function fail() error("fails", 0) end
local function row(name, ...)
  print(name, ...)
  assert(v.pins == 0, name)
end

row("sum", cpp.sum "abc", cpp.sum(b), cpp.sum(v:sub(2)))
row("no bytes", select(2, pcall(cpp.sum, 42)) == "bad argument #1 to " ..
  "'cpp.sum' (string, view or other bytes-like expected, got number)")
row("strided", pcall(cpp.sum, v:sub(1, 3, 2)))
row("peeked", cpp.peeked(b))
row("during", cpp.during(b, pins, pins))
row("of a string", cpp.during("abc", pins, pins))
row("raises inside", pcall(cpp.during, b, fail, pins))
row("raises behind", pcall(cpp.during, b, pins, fail))
row("raises deep inside", pcall(cpp.during, b, function()
  cpp.during(v, function() cpp.during(b, pins, fail) end)
end))
row("popped", cpp.popped(b, pins))
row("again", cpp.again(b, pins))
row("caught", cpp.caught(b, pins))
row("early", cpp.early(b, pins))
row("fill", cpp.fill(b, 65), tostring(b), pcall(cpp.fill, "abc", 1))
local kept
row("lent", cpp.lent(function(view)
  kept = view
  return view:sum()
end))
row("kept", pcall(kept.sum, kept))
row("lent, fails", cpp.lent(fail))
if arg[1] == "throws" then
  row("thrown", pcall(cpp.thrown, function(view)
    kept = view
    error(view:sum(), 0)
  end))
  row("kept", pcall(kept.sum, kept))
end
]]

local EXPECTED = [[
sum	294	294	197
no bytes	true
strided	false	bad argument #1 to 'cpp.sum' (memory is not contiguous)
peeked	294	2
1 0 during
0 0 of a string
raises inside	false	fails
1 raises behind	false	fails
3 raises deep inside	false	fails
0 popped
1 0 again
1 caught	294
0 early
fill	B	!AA	false	bad argument #1 to 'cpp.fill' (memory is read-only)
lent	true	6
kept	false	attempt to use a view of revoked memory
lent, fails	false	fails
]]

local THROWN = [[
thrown	false	6
kept	false	attempt to use a view of revoked memory
]]

local LUA = compiler.lua_include:gsub("^%-I", "-isystem ")

local FLAGS = "-Wall -Wextra -pedantic-errors -Wconversion -Wshadow "
  .. "-Wcast-qual -Wold-style-cast -Werror -fPIC"

describe("mview.hpp", function()
  local folder

  lazy_setup(function()
    folder = shell "mktemp -d":gsub("\n", "")
    files.write(folder .. "/cpp.cpp", MODULE)
    files.write(folder .. "/script.lua", SCRIPT)
  end)

  lazy_teardown(function() shell("rm -rf " .. folder) end)

  for _, language in ipairs {"g++ -std=c++11 -Wuseless-cast",
    "g++ -std=c++17 -Wuseless-cast", "clang++ -std=c++11",
    "clang++ -std=c++17"} do
    it("works in modules compiled by " .. language, function()
      if not compiler.is_installed(language:match "%S+") then
        pending(language:match "%S+" .. " is not installed")
      end
      build_env(("%s %s -shared -Icsrc %s %s/cpp.cpp -o %s/cpp.so"):format(
        language, FLAGS, LUA, folder, folder))
      local output = shell(("cd %q && LUA_PATH=%q LUA_CPATH=%q %s script.lua")
        :format(folder, snippets.absolute(package.path),
        "./?.so;" .. snippets.absolute(package.cpath),
        os.getenv "LUA" or "lua5.4"))
      assert.equal(EXPECTED, output)
    end)
  end
end)

-- The program around a module, with mview and it linked in.
local HOST = [[
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

extern "C" int luaopen_cpp(lua_State *L);
extern "C" int luaopen_mview(lua_State *L);

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 0);
  luaL_requiref(L, "cpp", luaopen_cpp, 0);
  lua_createtable(L, 1, 0);
  lua_pushstring(L, "throws");
  lua_rawseti(L, -2, 1);
  lua_setglobal(L, "arg");
  if (luaL_dofile(L, argv[argc - 1]))
    luaL_error(L, "%s", lua_tostring(L, -1));
  lua_close(L);
  return 0;
}
]]

-- The rows of the table about Lua compiled as C++ in doc/c-api.md: how mview
-- is compiled, and whether it works.
local function documented()
  local rows, inside = {}, false
  for line in io.lines "doc/c-api.md" do
    inside = inside and line ~= "" or line:find("| mview compiled", 1, true)
    local flags, works = line:match "^| `([^`]+)` | (%l+)"
    if inside and flags then rows[#rows + 1] = {flags, works == "works"} end
  end
  return rows
end

describe("With Lua compiled as C++", function()
  local folder
  local _, missing = shell(("printf '#include <lua.h>\\n"
    .. "extern \"C\" int lua_gettop(lua_State *);\\n"
    .. "int main() { return lua_gettop(0); }' "
    .. "| c++ %s -x c++ - -llua5.4-c++ -o /dev/null"):format(
    compiler.lua_include))
  local no = missing ~= 0
      and "there is no liblua5.4-c++ of these headers with names of C"
    or _VERSION ~= "Lua 5.4" and "liblua5.4-c++ is not of this Lua"
    or (os.getenv "LD_PRELOAD" or ""):find "asan" and "asan changes unwinding"

  lazy_setup(function()
    folder = shell "mktemp -d":gsub("\n", "")
    files.write(folder .. "/cpp.cpp", MODULE)
    files.write(folder .. "/host.cpp", HOST)
    files.write(folder .. "/script.lua", SCRIPT)
    build_env(("make -s amalgamation BUILD=%s"):format(folder))
  end)

  lazy_teardown(function() shell("rm -rf " .. folder) end)

  -- The output of a host whose mview was compiled with these flags.
  local function host(flags)
    build_env(("%s %s -O0 -c %s %s/amalgamation/mview.c -o %s/mview.o"):format(
      os.getenv "CC" or "cc", flags, compiler.lua_include, folder, folder))
    build_env(("%s -std=c++17 -DLUA_IS_CPP -Icsrc %s %s/host.cpp %s/cpp.cpp "
      .. "%s/mview.o -llua5.4-c++ -lm -o %s/host"):format(
      os.getenv "CXX" or "c++",
      LUA, folder, folder, folder, folder))
    return compiler.run("sh -c 'cd %s && ulimit -c 0; ./host script.lua'",
      folder)
  end

  it("there are rows of flags in the manual", function()
    assert.is_true(#documented() >= 3)
  end)

  for _, row in ipairs(documented()) do
    it(("mview %s if compiled with %s"):format(
      row[2] and "works" or "ends the process", row[1]), function()
      if no then pending(no) end
      local output, status = host(row[1])
      if row[2] then
        assert.same({EXPECTED .. THROWN, 0}, {output, status})
      else
        assert.matches("terminate called", output)
        assert.not_equal(0, status)
      end
    end)
  end
end)
