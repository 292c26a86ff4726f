/*
** state.h - a new state with a given allocator, in each version of Lua, and the
** paths of its modules
*/
#ifndef STATE_H
#define STATE_H

#include <lua.h>
#include <lualib.h>

static inline lua_State *new_state(lua_Alloc allocate, void *ud) {
#if LUA_VERSION_NUM < 505
  return lua_newstate(allocate, ud);
#else
  return lua_newstate(allocate, ud, 1); /* always the same seed */
#endif
}

static inline void copy_path(lua_State *from, lua_State *to, const char *name) {
  lua_getglobal(from, "package");
  lua_getfield(from, -1, name);
  lua_getglobal(to, "package");
  lua_pushstring(to, lua_tostring(from, -1));
  lua_setfield(to, -2, name);
  lua_pop(to, 1);
  lua_pop(from, 2);
}

/* Opens Lua's libraries in the new state; it finds the modules that L finds. */
static inline void open_libraries(lua_State *L, lua_State *fresh) {
  luaL_openlibs(fresh);
  copy_path(L, fresh, "path");
  copy_path(L, fresh, "cpath");
}

#endif
