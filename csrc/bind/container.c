/*
** container.c - what bytearrays and maps have in common
*/
#include "container.h"

#include "bulk.h"
#include "compare.h"
#include "index.h"
#include "registry.h"

/* __index(object, key) of a container that has no items of its own is its table
** of methods; one that has finds it in its last upvalue. */
static void set_index(lua_State *L, int methods) {
  if (lua_getfield(L, -1, "__index") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushvalue(L, methods);
  } else {
    lua_CFunction index = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    lmv_pushupvalues(L, "__index");
    lua_pushvalue(L, methods);
    lua_pushcclosure(L, index, LMV_NUP + 1);
  }
  lua_setfield(L, -2, "__index");
}

void lmv_newcontainermeta(lua_State *L, lmv_source source, const char *name,
                          const luaL_Reg *methods,
                          const luaL_Reg *metamethods) {
  lua_newtable(L);
  lmv_setfuncs(L, methods);
  lua_newtable(L);
  lmv_protect(L, name);
  lmv_setfuncs(L, lmv_compare_metamethods);
  lmv_setfuncs(L, lmv_bulk_metamethods);
  lmv_setfuncs(L, lmv_pairs_metamethods);
  lmv_setfuncs(L, metamethods);
  set_index(L, lua_gettop(L) - 1);
  lmv_setcontainermeta(L, source);
  lua_pop(L, 1);
}
