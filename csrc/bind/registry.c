/*
** registry.c - values of the library in Lua's registry and in its closures
*/
#include "registry.h"

#include <stdbool.h>

/*
** The registry maps each metatable of the library to the address of one of
** type_marks, which stands for an lmv_owntype. The key is the metatable and not
** its address, so the metatable stays even if opening the library fails: no
** table of another library can get the address of a marked one. All other keys
** are addresses of variables. A mark in the metatable itself could be copied to
** a metatable that scripts can reach.
*/
static const char view_key, formats_key;
static const char container_keys[LMV_SHARED - LMV_BYTEARRAY + 1];
static const char type_marks[LMV_CONTAINERTYPE + 1];

/* Stack: [metatable] -> [metatable]. */
static void set_owntype(lua_State *L, lmv_owntype type) {
  lua_pushvalue(L, -1);
  lua_pushlightuserdata(L, (void *)&type_marks[type]);
  lua_rawset(L, LUA_REGISTRYINDEX);
}

/* The type of the objects that have the metatable on top. */
static lmv_owntype get_owntype(lua_State *L) {
  const char *mark;
  lua_pushvalue(L, -1);
  lua_rawget(L, LUA_REGISTRYINDEX);
  mark = lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (mark == &type_marks[LMV_VIEWTYPE])
    return LMV_VIEWTYPE;
  return mark == &type_marks[LMV_CONTAINERTYPE] ? LMV_CONTAINERTYPE
                                                : LMV_OTHERTYPE;
}

void lmv_pushviewmeta(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
}

void lmv_setviewmeta(lua_State *L) {
  set_owntype(L, LMV_VIEWTYPE);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
}

static const void *container_key(lmv_source source) {
  return &container_keys[source - LMV_BYTEARRAY];
}

const lmv_containerwords *lmv_container_words(lmv_source source) {
  static const lmv_containerwords words[] = {
      {"mview.bytearray", "bytearray", "released bytearray"},
      {"mview.map", "map", "closed map"},
      {"mview.shared", "shared block", "released shared block"}};
  return &words[source - LMV_BYTEARRAY];
}

void lmv_pushcontainermeta(lua_State *L, lmv_source source) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, container_key(source));
}

void lmv_setcontainermeta(lua_State *L, lmv_source source) {
  set_owntype(L, LMV_CONTAINERTYPE);
  lua_rawsetp(L, LUA_REGISTRYINDEX, container_key(source));
}

/* ---- the only state ------------------------------------------------------*/

static const char no_state; /* its address: no state has opened the library */

const void *volatile lmv_solemeta[2] = {&no_state, &no_state};

#if defined(__GNUC__) /* states of several threads may be opened at once */

static void set_sole(const void *volatile *sole, const void *meta) {
  const void *expected = &no_state;
  if (!__atomic_compare_exchange_n(sole, &expected, meta, false,
                                   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    __atomic_store_n(sole, (const void *)NULL, __ATOMIC_SEQ_CST);
}

#else

static void set_sole(const void *volatile *sole, const void *meta) {
  (void)meta;
  *sole = NULL;
}

#endif

void lmv_setsole(lua_State *L) {
  lmv_pushviewmeta(L);
  set_sole(&lmv_solemeta[LMV_SOLEVIEW], lua_topointer(L, -1));
  lmv_pushcontainermeta(L, LMV_BYTEARRAY);
  set_sole(&lmv_solemeta[LMV_SOLEBYTEARRAY], lua_topointer(L, -1));
  lua_pop(L, 2);
}

/* The type of a value by the address of its metatable, if the address is
** enough. */
static lmv_owntype type_of_sole_meta(const void *meta) {
  if (meta == lmv_sole(LMV_SOLEVIEW))
    return LMV_VIEWTYPE;
  return meta == lmv_sole(LMV_SOLEBYTEARRAY) ? LMV_CONTAINERTYPE
                                             : LMV_OTHERTYPE;
}

/* ---- the types of values -------------------------------------------------*/

lmv_owntype lmv_owntypeof(lua_State *L, int idx, void **own) {
  lmv_owntype type;
  *own = lua_touserdata(L, idx);
  if (*own == NULL || !lua_getmetatable(L, idx))
    return LMV_OTHERTYPE;
  type = type_of_sole_meta(lua_topointer(L, -1));
  if (type == LMV_OTHERTYPE)
    type = get_owntype(L);
  lua_pop(L, 1);
  return type;
}

lmv_container *lmv_tocontainer(lua_State *L, int idx) {
  void *own;
  return lmv_owntypeof(L, idx, &own) == LMV_CONTAINERTYPE ? own : NULL;
}

void lmv_pushformats(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &formats_key);
}

void lmv_setcache(lua_State *L, const void *key) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
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

void lmv_startiterator(lua_State *L) {
  for (int k = 1; k <= LMV_NUP; k++)
    lua_pushvalue(L, lua_upvalueindex(k));
}

void lmv_enditerator(lua_State *L, lua_CFunction next, int n) {
  lua_pushcclosure(L, next, LMV_NUP + n);
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
