/*
** pin.c - borrows memory as C code does
** pin(x, f) calls f while the memory of the bytes-like x is borrowed through
** the public C API, and returns what f returns.
*/
#include <lauxlib.h>
#include <lua.h>

#include "mview.h"

static int pin(lua_State *L) {
  mview_buffer buf;
  lua_settop(L, 2);
  mview_import(L)->borrow(L, 1, MVIEW_INDIRECT, &buf);
  lua_pushvalue(L, 2);
  lua_call(L, 0, LUA_MULTRET);
  return lua_gettop(L) - 3;
}

int luaopen_pin(lua_State *L) {
  lua_pushcfunction(L, pin);
  return 1;
}
