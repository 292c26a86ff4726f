/*
** registry.h - what the library keeps in the registry, and in its closures
** The metatables are found here by their keys. Each C function of the library
** is a closure with the same upvalues, so that the hot paths need no look-up.
*/
#ifndef LMV_REGISTRY_H
#define LMV_REGISTRY_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define LMV_META lua_upvalueindex(1)    /* the metatable of views */
#define LMV_NAME lua_upvalueindex(2)    /* the function's name, for errors */
#define LMV_FORMATS lua_upvalueindex(3) /* text -> simple format */
#define LMV_NUP 3

/* Pushes the upvalues that closures of ours have. */
void lmv_pushupvalues(lua_State *L, const char *name);

/* Registers functions in the table on top, each a closure as said above. */
void lmv_setfuncs(lua_State *L, const luaL_Reg *funcs);

/* Sets what every metatable has; it is on top. */
void lmv_protect(lua_State *L, const char *name);

/* Pushes the metatable of views (for code that runs outside a closure). */
void lmv_pushviewmeta(lua_State *L);

/* Makes the metatable on top that of views. */
void lmv_setviewmeta(lua_State *L);

/* The same of bytearrays (LMV_BYTEARRAY) and maps (LMV_MAP). lmv_toown looks
** for what these put into the metatable. */
void lmv_pushcontainermeta(lua_State *L, lmv_source source);
void lmv_setcontainermeta(lua_State *L, lmv_source source);

/* Pushes the table LMV_FORMATS, which lmv_open_registry makes. */
void lmv_pushformats(lua_State *L);

/* The view at idx, dead or alive; NULL: it is none. meta: index of the
** metatable of views. */
static inline lmv_view *lmv_toview(lua_State *L, int idx, int meta) {
  lmv_view *v = lua_touserdata(L, idx);
  bool same;
  if (v == NULL || !lua_getmetatable(L, idx))
    return NULL;
  same = lua_rawequal(L, -1, meta);
  lua_pop(L, 1);
  return same ? v : NULL;
}

/* What the userdata at idx is, dead or alive, and where. Needs two slots. */
typedef enum lmv_own {
  LMV_OWN_NOTHING,
  LMV_OWN_VIEW,
  LMV_OWN_CONTAINER
} lmv_own;

lmv_own lmv_toown(lua_State *L, int idx, void **own);

/* The bytearray or map at idx, dead or alive; NULL: it is neither. */
lmv_container *lmv_tocontainer(lua_State *L, int idx);

void lmv_open_registry(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
