/*
** container.c - the common part of bytearrays, maps and shared blocks
** A container has methods of its own (bytearray.c, map.c, shared.c) and the
** methods of views; for these, lmv_checkview makes a view of all bytes. Single
** bytes are read and written here, without a view. Only the virtual machine
** calls these functions, always with an object of the right type.
*/
#include "container.h"

#include "args.h"
#include "attr.h"
#include "bulk.h"
#include "compare.h"
#include "formats.h"
#include "index.h"
#include "numstack.h"
#include "registry.h"
#include "resource.h"
#include "store.h"
#include "view.h"

/* ---- single bytes --------------------------------------------------------*/

/* The lease of the container at index 1, which must not have ended. */
static lmv_lease *check_container(lua_State *L) {
  const lmv_container *container = lua_touserdata(L, 1);
  lmv_checkopen(L, container);
  return container->lease;
}

/* Raises if the memory was lost during the access, as lmv_recheck does. */
static inline void recheck_container(lua_State *L, const lmv_lease *lease) {
  if (*(const volatile bool *)&lease->lost)
    lmv_expirederror(L, lease);
}

/* Pushes the method or attribute whose name is on top; returns 1. */
static int container_name(lua_State *L) {
  if (lua_rawget(L, lua_upvalueindex(LMV_NUP + 1)) == LUA_TNUMBER)
    lmv_pushcontainerattribute(L, (int)lua_tointeger(L, -1));
  return 1;
}

/* __index: b[i], a byte; nil out of range. The last upvalue: the table of
** methods and attributes' numbers. */
static int container_index(lua_State *L) {
  const lmv_lease *lease;
  lua_Integer i;
  ptrdiff_t at;
  if (lua_type(L, 2) != LUA_TNUMBER)
    return container_name(L);
  lease = check_container(L);
  at = lmv_tokey(L, 2, &i) ? lmv_wrap((ptrdiff_t)lease->size, i) : -1;
  if (at < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, lease->base[at]);
  recheck_container(L, lease);
  return 1;
}

/* The name of a container in messages. */
static const char *container_noun(const lmv_lease *lease) {
  return lmv_container_words(lease->source)->noun;
}

/* __newindex: b[i] = x; raises out of range. */
static int container_newindex(lua_State *L) {
  lmv_lease *lease = check_container(L);
  unsigned char byte = 0;
  lua_Integer i;
  ptrdiff_t at;
  if (lua_type(L, 2) == LUA_TSTRING)
    return luaL_error(L, "attempt to assign to '%s' of a %s",
                      lmv_pushescaped(L, 2), container_noun(lease));
  i = lmv_checkkey(L, 2, "index");
  if (lease->readonly)
    return luaL_error(L, "attempt to write to a read-only %s",
                      container_noun(lease));
  if (!store_number(L, 3, 1 + MV_U8, &byte))
    lmv_toitem(L, 0, 3, &lmv_byteformat, &byte);
  at = lmv_wrap((ptrdiff_t)lease->size, i);
  if (at < 0)
    return lmv_indexerror(L, i, (ptrdiff_t)lease->size, 0, 1);
  lease->base[at] = byte;
  recheck_container(L, lease);
  return 0;
}

static int container_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_container(L)->size);
  return 1;
}

/* ---- making and ending ---------------------------------------------------*/

void *lmv_pushcontainer(lua_State *L, size_t size, lmv_source source) {
  lmv_container *c = lua_newuserdatauv(L, size, 0);
  *c = (lmv_container){(lmv_lease *)&lmv_nolease, 0, source}; /* until then */
  lmv_pushcontainermeta(L, source);
  lua_setmetatable(L, -2);
  lmv_track(L, c, source);
  return c;
}

int lmv_container_close(lua_State *L, lmv_source source) {
  const lmv_container *c = lmv_checkcontainer(L, 1, source);
  if (!lmv_container_alive(c))
    return 0;
  lmv_lease_checkpins(L, c->lease, lmv_container_words(source)->noun);
  lmv_lease_kill(c->lease);
  return 0;
}

int lmv_container_view(lua_State *L, lmv_source source) {
  lmv_checkcontainer(L, 1, source);
  lmv_pushcontainerview(L, 1, LMV_META);
  return 1;
}

/* ---- the metatable -------------------------------------------------------*/

/* Adds the methods of views that the table of methods on top does not have. */
static void inherit(lua_State *L) {
  int methods = lua_gettop(L);
  lmv_pushviewmeta(L);
  lua_getfield(L, -1, "__index");
  lua_getupvalue(L, -1, LMV_NUP + 1);
  lua_pushnil(L);
  while (lua_next(L, methods + 3) != 0) {
    lua_pushvalue(L, -2);
    if (lua_rawget(L, methods) == LUA_TNIL) {
      lua_pushvalue(L, -3);
      lua_pushvalue(L, -3);
      lua_rawset(L, methods);
    }
    lua_pop(L, 2);
  }
  lua_settop(L, methods);
}

void lmv_newcontainermeta(lua_State *L, lmv_source source, const char *name,
                          const luaL_Reg *methods,
                          const luaL_Reg *metamethods) {
  static const luaL_Reg common[] = {{"__newindex", container_newindex},
                                    {"__len", container_len},
                                    {NULL, NULL}};
  lua_newtable(L);
  lmv_setfuncs(L, methods);
  inherit(L);
  lua_newtable(L);
  lmv_protect(L, name);
  lmv_setfuncs(L, lmv_compare_metamethods);
  lmv_setfuncs(L, lmv_bulk_metamethods);
  lmv_setfuncs(L, lmv_pairs_metamethods);
  lmv_setfuncs(L, common);
  lmv_setfuncs(L, metamethods);
  lmv_pushupvalues(L, "__index");
  lua_pushvalue(L, -2 - LMV_NUP);
  lua_pushcclosure(L, container_index, LMV_NUP + 1);
  lua_setfield(L, -2, "__index");
  lmv_setcontainermeta(L, source);
  lua_pop(L, 1);
}
