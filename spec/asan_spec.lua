-- Faults that only the address sanitizer reports. The programs are built with
-- mview and the sanitizer, independent of the tested build.

local build_env = require "build_env"
local compiler = require "compiler"
local files = require "files"
local shell = require "shell"

local HEAD = [[
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include "mview.h"

static lua_State *L;

static int run(const char *code) {
  L = luaL_newstate();
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 1);
  return luaL_dostring(L, code);
}
]]

-- Runs the code of argument 1. Then reads the byte that lies argument 2 bytes
-- behind the last byte of the code's bytearray b.
local READ_PAST = HEAD .. [[
int main(int argc, char **argv) {
  mview_buffer buf;
  if (argc != 3 || run(argv[1]))
    return 2;
  lua_getglobal(L, "b");
  mview_import(L)->borrow(L, -1, MVIEW_READ, &buf);
  printf("%d\n",
         ((unsigned char *)buf.data)[buf.nbytes - 1 + (size_t)atoi(argv[2])]);
  return 0;
}
]]

-- Runs the code of argument 1 in a state that is closed after the destructors
-- of mview have run.
local CLOSE_LAST = HEAD .. [[
__attribute__((destructor(101))) static void close_state(void) {
  lua_close(L);
  puts("closed");
}

int main(int argc, char **argv) { return argc == 2 ? run(argv[1]) : 2; }
]]

local SANITIZE = "-g -O0 -fsanitize=address"

describe("With the address sanitizer", function()
  local folder

  -- Builds the program with mview; returns its path.
  local function build(name, source)
    local program = folder .. "/" .. name
    files.write(program .. ".c", source)
    build_env(("gcc %s -Icsrc %s %s.c $(find %s/obj -name '*.o') -o %s %s")
      :format(SANITIZE, compiler.lua_include, program, folder, program,
        compiler.lua_libraries))
    return program
  end

  lazy_setup(function()
    folder = os.tmpname()
    os.remove(folder)
    shell("mkdir " .. folder)
    build_env(("make -s -j2 BUILD=%s CFLAGS='%s' LDFLAGS= CC=gcc %s/mview.so")
      :format(folder, SANITIZE, folder))
  end)
  lazy_teardown(function() shell("rm -r " .. folder) end)

  describe("the room behind a bytearray's bytes", function()
    local program
    lazy_setup(function() program = build("read_past", READ_PAST) end)

    local function read(code, past)
      return compiler.run("ASAN_OPTIONS=detect_leaks=0 %s '%s' %d", program,
        code, past)
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
        assert.equal("99\n", output)
        assert.equal(0, status)
        output, status = read(code, 1)
        assert.equal(1, status)
        assert.matches("AddressSanitizer: use%-after%-poison", output)
      end)
    end

    it("is no longer out of bounds when it is in use", function()
      local code = grown.reserved .. ' b:append("d")'
      assert.equal("100\n", (read(code, 0)))
      assert.equal("99\n", (read(code .. " b:resize(3)", 0)))
      assert.equal(1, select(2, read(code .. " b:resize(3)", 1)))
    end)
  end)

  it("a state that is closed after exit frees nothing twice", function()
    local path = os.tmpname()
    files.write(path, "data")
    local program = build("close_last", CLOSE_LAST)
    local output, status = compiler.run("%s 'm = mview.map(\"%s\")'", program,
      path)
    os.remove(path)
    assert.same({"closed\n", 0}, {output, status})
  end)
end)
