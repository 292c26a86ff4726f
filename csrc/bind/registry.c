/*
** registry.c - what the library keeps in the registry, and in its closures
*/
#include "registry.h"

#include <stdbool.h>

/* Addresses are the keys. is_container_key is one of a metatable: there its
 *value says
 ** that the objects are bytearrays or maps. */
static const char view_key, bytearray_key, map_key, is_container_key,
    formats_key;

void lmv_pushviewmeta(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
}

void lmv_setviewmeta(lua_State *L) {
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
}

static const void *container_key(lmv_source source) {
  return source == LMV_MAP ? &map_key : &bytearray_key;
}

void lmv_pushcontainermeta(lua_State *L, lmv_source source) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, container_key(source));
}

void lmv_setcontainermeta(lua_State *L, lmv_source source) {
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &is_container_key);
  lua_rawsetp(L, LUA_REGISTRYINDEX, container_key(source));
}

lmv_container *lmv_tocontainer(lua_State *L, int idx) {
  lmv_container *c = lua_touserdata(L, idx);
  bool own;
  if (c == NULL || !lua_getmetatable(L, idx))
    return NULL;
  own = lua_rawgetp(L, -1, &is_container_key) != LUA_TNIL;
  lua_pop(L, 2);
  return own ? c : NULL;
}

void lmv_pushformats(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &formats_key);
}

void lmv_pushupvalues(lua_State *L, const char *name) {
  lmv_pushviewmeta(L);
  lua_pushstring(L, name);
  lmv_pushformats(L);
}

void lmv_setfuncs(lua_State *L, const luaL_Reg *funcs) {
  for (; funcs->name != NULL; funcs++) {
    lmv_pushupvalues(L, funcs->name);
    lua_pushcclosure(L, funcs->func, LMV_NUP);
    lua_setfield(L, -2, funcs->name);
  }
}

void lmv_protect(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

void lmv_open_registry(lua_State *L) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &formats_key);
}
