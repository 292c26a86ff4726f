/*
** module.c - opens mview: metatables, and the module's table
*/
#if defined(_WIN32) /* the only symbol that the shared object exports */
#define MVIEW_PUBLIC __declspec(dllexport)
#elif defined(__GNUC__)
#define MVIEW_PUBLIC __attribute__((visibility("default")))
#endif

#include "api.h"
#include "args.h"
#include "assign.h"
#include "atomic.h"
#include "attr.h"
#include "bulk.h"
#include "bytearray.h"
#include "cast.h"
#include "compare.h"
#include "exporter.h"
#include "file.h"
#include "formats.h"
#include "index.h"
#include "make.h"
#include "map.h"
#include "pack.h"
#include "patterns.h"
#include "pin.h"
#include "reader.h"
#include "reduce.h"
#include "registry.h"
#include "resource.h"
#include "shared.h"
#include "slice.h"
#include "text.h"
#include "textiter.h"
#include "unpack.h"
#include "writer.h"

#include <string.h>

#define MODULE_KEY "mview.module"

static void open_view(lua_State *L) {
  lua_newtable(L);
  lmv_setviewmeta(L);
  lmv_protect(L, "mview.view");
  lmv_setfuncs(L, lmv_index_metamethods);
  lmv_setfuncs(L, lmv_attr_metamethods);
  lmv_setfuncs(L, lmv_compare_metamethods);
  lmv_setfuncs(L, lmv_bulk_metamethods);
  lmv_setfuncs(L, lmv_pairs_metamethods);
  lua_newtable(L);
  lmv_setattributes(L);
  lmv_setfuncs(L, lmv_slice_methods);
  lmv_setfuncs(L, lmv_cast_methods);
  lmv_setfuncs(L, lmv_make_methods);
  lmv_setfuncs(L, lmv_index_methods);
  lmv_setfuncs(L, lmv_bulk_methods);
  lmv_setfuncs(L, lmv_assign_methods);
  lmv_setfuncs(L, lmv_compare_methods);
  lmv_setfuncs(L, lmv_reduce_methods);
  lmv_setfuncs(L, lmv_text_methods);
  lmv_setfuncs(L, lmv_textiter_methods);
  lmv_setfuncs(L, lmv_unpack_methods);
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
  int anchor;
  lmv_checkstring(L, 1, NULL);
  lua_pushinteger(L, (lua_Integer)lmv_pushformat(L, 1, 1, &anchor)->item.size);
  return 1;
}

static const luaL_Reg functions[] = {
    {"isview", isview}, {"calcsize", calcsize}, {NULL, NULL}};

/* Opens all parts, and pushes the module. */
static int open_module(lua_State *L) {
  lmv_open_resource(L);
  lmv_open_pin(L);
  lmv_open_registry(L);
  lmv_open_formats(L);
  lmv_open_patterns(L);
  lmv_open_exporter(L);
  lmv_open_bulk(L);
  open_view(L);
  lmv_open_bytearray(L);
  lmv_open_map(L);
  lmv_open_shared(L);
  lua_newtable(L);
  lmv_setfuncs(L, functions);
  lmv_setfuncs(L, lmv_make_functions);
  lmv_setfuncs(L, lmv_bytearray_functions);
  lmv_setfuncs(L, lmv_map_functions);
  lmv_setfuncs(L, lmv_shared_functions);
  lmv_open_reader(L);
  lmv_open_writer(L);
  lmv_open_atomic(L);
  lua_pushliteral(L, MVIEW_VERSION);
  lua_setfield(L, -2, "_VERSION");
  lua_createtable(L, 0, 1);
  lmv_pushupvalues(L, "mview");
  lua_pushcclosure(L, lmv_make, LMV_NUP);
  lua_setfield(L, -2, "__call");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, MODULE_KEY);
  lmv_open_api(L);
  lmv_setsole(L);
  return 1;
}

/* The outermost level of the thread's stack. */
static int last_level(lua_State *thread) {
  lua_Debug ar;
  int low = 0, high = 1;
  while (lua_getstack(thread, high, &ar)) {
    low = high;
    high *= 2;
  }
  while (low + 1 < high) {
    int middle = low + (high - low) / 2;
    if (lua_getstack(thread, middle, &ar))
      low = middle;
    else
      high = middle;
  }
  return low;
}

/*
** Whether the state is being closed: lua_close calls finalizers outside of all
** functions. (A host that calls Lua's API outside of all functions can run a
** finalizer there, too. Lua 5.4.0 to 5.4.2 name the function that it
** interrupts, so there the answer is no while a state is being closed.)
*/
static bool is_closing(lua_State *L) {
  lua_Debug ar;
  lua_State *thread;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  thread = lua_tothread(L, -1);
  lua_pop(L, 1);
  return lua_getstack(thread, last_level(thread), &ar) &&
         lua_getinfo(thread, "n", &ar) && ar.name != NULL &&
         strcmp(ar.name, "__gc") == 0 && strcmp(ar.namewhat, "metamethod") == 0;
}

/*
** A state has one mview: if it is opened again, even by another copy of the
** library, the result is the first module, so all views and loans are known to
** it. The table of the C API is registered last, and shows that the library is
** open: without memory, modules in C do not get a library that is open in part
** and is opened again later. A finalizer could open it in the middle of the
** first time, so meanwhile the collector is stopped. While the state is being
** closed, Lua registers no finalizers, so the memory of the library would never
** be given back.
*/
int luaopen_mview(lua_State *L) {
  int status, running;
  luaL_checkversion(L);
  if (lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY) != LUA_TNIL) {
    lua_getfield(L, LUA_REGISTRYINDEX, MODULE_KEY);
    return 1;
  }
  if (is_closing(L))
    luaL_error(L, "the state is being closed");
  running = lua_gc(L, LUA_GCISRUNNING);
  lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, open_module);
  status = lua_pcall(L, 0, 1, 0);
  if (running == 1)
    lua_gc(L, LUA_GCRESTART);
  return status == LUA_OK ? 1 : lua_error(L);
}
