/*
** module.c - opens mview: metatables, and the module's table
*/
#if defined(_WIN32) /* the one symbol that the shared object shows */
#define MVIEW_PUBLIC __declspec(dllexport)
#elif defined(__GNUC__)
#define MVIEW_PUBLIC __attribute__((visibility("default")))
#endif

#include "lmv.h"

const char lmv_ownerkey = 0;
static const char view_key, bytearray_key, map_key;

#define MODULE_KEY "mview.module"

void lmv_pushviewmeta(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &view_key);
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

/* Sets what every metatable has; it is on top. */
static void protect(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

static const void *owner_key(lmv_source source) {
  return source == LMV_MAP ? &map_key : &bytearray_key;
}

void lmv_pushownermeta(lua_State *L, lmv_source source) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, owner_key(source));
}

/* __index(object, key) of an owner that has no items of its own is its table
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

void lmv_newownermeta(lua_State *L, lmv_source source, const char *name,
                      const luaL_Reg *methods, const luaL_Reg *metamethods) {
  lua_newtable(L);
  lmv_setfuncs(L, methods);
  lua_newtable(L);
  protect(L, name);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &lmv_ownerkey);
  lmv_setfuncs(L, lmv_compare_metamethods);
  lmv_setfuncs(L, lmv_bulk_metamethods);
  lmv_setfuncs(L, lmv_pairs_metamethods);
  lmv_setfuncs(L, metamethods);
  set_index(L, lua_gettop(L) - 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, owner_key(source));
  lua_pop(L, 1);
}

static void open_view(lua_State *L) {
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &view_key);
  protect(L, "mview.view");
  lmv_setfuncs(L, lmv_index_metamethods);
  lmv_setfuncs(L, lmv_attr_metamethods);
  lmv_setfuncs(L, lmv_compare_metamethods);
  lmv_setfuncs(L, lmv_bulk_metamethods);
  lmv_setfuncs(L, lmv_pairs_metamethods);
  lua_newtable(L);
  lmv_setattributes(L);
  lmv_setfuncs(L, lmv_slice_methods);
  lmv_setfuncs(L, lmv_index_methods);
  lmv_setfuncs(L, lmv_bulk_methods);
  lmv_setfuncs(L, lmv_compare_methods);
  lmv_setfuncs(L, lmv_pack_methods);
  lmv_setfuncs(L, lmv_file_methods);
  lua_getfield(L, -1, "release");
  lua_setfield(L, -3, "__close");
  lmv_pushindex(L, lua_gettop(L));
  lua_setfield(L, -3, "__index");
  lua_pop(L, 2);
}

/* ---- functions -----------------------------------------------------------*/

/* mview.isview(x) */
static int isview(lua_State *L) {
  lua_pushboolean(L, lmv_toview(L, 1, LMV_META) != NULL);
  return 1;
}

/* mview.calcsize(format): the bytes of one item. */
static int calcsize(lua_State *L) {
  bool compound;
  lmv_checkstring(L, 1, NULL);
  lua_pushinteger(L,
                  (lua_Integer)lmv_pushformat(L, 1, 1, &compound)->item.size);
  return 1;
}

/* __call of the module: mview(obj [, format [, shape]]) */
static int call(lua_State *L) {
  if (lua_gettop(L) == 2 && lua_type(L, 2) == LUA_TSTRING) {
    lmv_pushview(L, 2, LMV_META); /* as below, in fewer steps */
    return 1;
  }
  lua_remove(L, 1);
  return lmv_make(L);
}

static const luaL_Reg functions[] = {
    {"isview", isview}, {"calcsize", calcsize}, {NULL, NULL}};

/* A state has one mview: opening it again, or another copy of the library,
** gives the module that is there, so that all views and loans are known. */
int luaopen_mview(lua_State *L) {
  luaL_checkversion(L);
  if (lua_getfield(L, LUA_REGISTRYINDEX, MODULE_KEY) == LUA_TTABLE)
    return 1;
  lmv_open_lease(L);
  lmv_open_formats(L);
  lmv_open_api(L);
  lmv_open_bulk(L);
  open_view(L);
  lmv_open_bytearray(L);
  lmv_open_map(L);
  lua_newtable(L);
  lmv_setfuncs(L, functions);
  lmv_setfuncs(L, lmv_make_functions);
  lmv_setfuncs(L, lmv_bytearray_functions);
  lmv_setfuncs(L, lmv_map_functions);
  lua_pushliteral(L, MVIEW_VERSION);
  lua_setfield(L, -2, "_VERSION");
  lua_createtable(L, 0, 1);
  lmv_pushupvalues(L, "mview");
  lua_pushcclosure(L, call, LMV_NUP);
  lua_setfield(L, -2, "__call");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, MODULE_KEY);
  return 1;
}
