/*
** fuzz_lua.c - bytes for a script
** FUZZ_SCRIPT is a file that returns a function of a string. An error that it
** raises is a crash.
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "mview.h"

static lua_State *L;

static void fail(void) {
  fprintf(stderr, "%s\n", lua_tostring(L, -1));
  abort();
}

static void start(void) {
  const char *script = getenv("FUZZ_SCRIPT");
  L = luaL_newstate();
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 0);
  if (script == NULL || luaL_loadfile(L, script) || lua_pcall(L, 0, 1, 0))
    fail();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  if (L == NULL)
    start();
  lua_pushvalue(L, -1);
  lua_pushlstring(L, (const char *)data, len);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK)
    fail();
  return 0;
}
