/*
** registry.h - values in Lua's registry and in the upvalues of the library
** The registry holds the metatables and the table of formats. Each C function
** of the library is a closure whose first upvalues are the same, so that the
** hot paths need no look-up in the registry.
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

/* Pushes the LMV_NUP upvalues of a function of that name. [-0, +3, m] */
void lmv_pushupvalues(lua_State *L, const char *name);

/*
** Sets functions in the table on top, as closures with these upvalues.
** [-0, +0, m]
*/
void lmv_setfuncs(lua_State *L, const luaL_Reg *funcs);

/*
** An iterator is a closure whose first upvalues are those of the function that
** makes it. lmv_startiterator pushes these upvalues. The caller pushes n
** further values: the state of the iteration, LMV_STATE, and the values to
** which the state refers. Then lmv_enditerator makes the closure. Only closures
** of the library may call these functions. start: [-0, +LMV_NUP, -], end:
** [-(LMV_NUP + n), +1, m].
*/
void lmv_startiterator(lua_State *L);
void lmv_enditerator(lua_State *L, lua_CFunction next, int n);

#define LMV_STATE lua_upvalueindex(LMV_NUP + 1)

/* Sets the fields that all metatables share, in the one on top. [-0, +0, m] */
void lmv_protect(lua_State *L, const char *name);

/* Pushes the metatable of views, for code without LMV_META. [-0, +1, -] */
void lmv_pushviewmeta(lua_State *L);

/* Registers the table on top as the metatable of views. [-0, +0, m] */
void lmv_setviewmeta(lua_State *L);

/*
** The same for the metatables of containers: LMV_BYTEARRAY to LMV_SHARED.
** push: [-0, +1, -], set: [-1, +0, m].
*/
void lmv_pushcontainermeta(lua_State *L, lmv_source source);
void lmv_setcontainermeta(lua_State *L, lmv_source source);

/* The names of a source's containers in messages. */
typedef struct lmv_containerwords {
  const char *type;  /* as an argument: "mview.map" */
  const char *noun;  /* in a sentence: "map" */
  const char *ended; /* "closed map" */
} lmv_containerwords;

const lmv_containerwords *lmv_container_words(lmv_source source);

/* Pushes the table LMV_FORMATS, for code without the upvalue. [-0, +1, -] */
void lmv_pushformats(lua_State *L);

/* Registers a new table with weak values; key is the address of a variable.
** [-0, +0, m] */
void lmv_setcache(lua_State *L, const void *key);

/*
** The metatables of views and bytearrays in the only state that has opened the
** library in this process; NULL after a second state has opened it. If they are
** not NULL, all functions of the library run in that state. The state is alive
** then, so no other table has these addresses.
*/
extern const void *volatile lmv_solemeta[2];

enum { LMV_SOLEVIEW, LMV_SOLEBYTEARRAY };

static inline const void *lmv_sole(int which) {
#if defined(__GNUC__) /* another thread may open a state meanwhile */
  return __atomic_load_n(&lmv_solemeta[which], __ATOMIC_RELAXED);
#else
  return lmv_solemeta[which];
#endif
}

/* Sets these variables, when opening the library can no longer fail.
** [-0, +0, -] */
void lmv_setsole(lua_State *L);

/*
** Whether the metatable on top is the metatable of views, which is at index
** meta.
*/
static inline bool lmv_isviewmeta(lua_State *L, int meta) {
  const void *p = lua_topointer(L, -1);
  return p == lmv_sole(LMV_SOLEVIEW) || p == lua_topointer(L, meta);
}

/*
** The view at idx, dead or alive; NULL if the value is not a view. meta: index
** of the metatable of views. [-0, +0, -] Needs a stack slot. Only views have
** this metatable, as scripts cannot reach it. The contents of a userdata are
** not a proof: its memory may still hold the bytes of a view that was
** collected.
*/
static inline lmv_view *lmv_toview(lua_State *L, int idx, int meta) {
  lmv_view *v = lua_touserdata(L, idx);
  if (v == NULL || !lua_getmetatable(L, idx))
    return NULL;
  if (!lmv_isviewmeta(L, meta))
    v = NULL;
  lua_pop(L, 1);
  return v;
}

/* The types of bytes-like userdata that are the library's own. */
typedef enum lmv_owntype {
  LMV_OTHERTYPE,
  LMV_VIEWTYPE,
  LMV_CONTAINERTYPE
} lmv_owntype;

/*
** The type of the value at idx, dead or alive, by its metatable. *own gets
** lua_touserdata(L, idx). [-0, +0, -] Needs two stack slots.
*/
lmv_owntype lmv_owntypeof(lua_State *L, int idx, void **own);

/*
** The container at idx, dead or alive; NULL for any other value.
** [-0, +0, -] Needs two stack slots.
*/
lmv_container *lmv_tocontainer(lua_State *L, int idx);

void lmv_open_registry(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
