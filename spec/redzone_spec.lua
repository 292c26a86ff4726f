-- Behind the last byte of a bytearray is room to grow. Where mview is built
-- with the address sanitizer nobody may look into that, C code that borrowed
-- the bytes neither. A program of its own shows it, whatever this build is.

local build_env = require "build_env"
local compiler = require "compiler"
local files = require "files"
local shell = require "shell"

-- Runs the code of argument 1, then reads the byte of its bytearray b that lies
-- so many, argument 2, behind the last one.
local PROGRAM = [[
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include "mview.h"

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  mview_buffer buf;
  (void)argc;
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 1);
  if (luaL_dostring(L, argv[1]))
    return 2;
  lua_getglobal(L, "b");
  mview_import(L)->borrow(L, -1, MVIEW_READ, &buf);
  printf("%d\n",
         ((unsigned char *)buf.data)[buf.nbytes - 1 + (size_t)atoi(argv[2])]);
  return 0;
}
]]

local SANITIZE = "-g -O0 -fsanitize=address"

describe("The room behind a bytearray's bytes", function()
  local folder, program

  lazy_setup(function()
    folder = os.tmpname()
    os.remove(folder)
    shell("mkdir " .. folder)
    program = folder .. "/past"
    files.write(program .. ".c", PROGRAM)
    build_env(("make -s -j2 BUILD=%s CFLAGS='%s' LDFLAGS= CC=gcc %s/mview.so")
      :format(folder, SANITIZE, folder))
    build_env(("gcc %s -Icsrc %s %s.c $(find %s/obj -name '*.o') -o %s %s")
      :format(SANITIZE, compiler.lua_include, program, folder, program,
        compiler.lua_libraries))
  end)
  lazy_teardown(function() shell("rm -r " .. folder) end)

  local function read(code, past)
    return compiler.run("ASAN_OPTIONS=detect_leaks=0 %s '%s' %d", program, code,
      past)
  end

  local grown = {
    reserved = 'b = mview.bytearray("abc"):reserve(100)',
    ["left by a shrink"] = 'b = mview.bytearray(100):resize(2):append("c")',
    ["left by growing to twice as much"] =
      'b = mview.bytearray(40):append("ab"):append("c")',
  }
  for how, code in pairs(grown) do
    it("is out of bounds: " .. how, function()
      local output, status = read(code, 0)
      assert.are.equal("99\n", output)
      assert.are.equal(0, status)
      output, status = read(code, 1)
      assert.are.equal(1, status)
      assert.matches("AddressSanitizer: use%-after%-poison", output)
    end)
  end

  it("is no longer out of bounds when it is in use", function()
    local code = grown.reserved .. ' b:append("d")'
    assert.are.equal("100\n", (read(code, 0)))
    assert.are.equal("99\n", (read(code .. " b:resize(3)", 0)))
    assert.are.equal(1, select(2, read(code .. " b:resize(3)", 1)))
  end)
end)
