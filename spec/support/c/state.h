/*
** state.h - a new state with a given allocator, in each version of Lua
*/
#ifndef STATE_H
#define STATE_H

#include <lua.h>

static inline lua_State *new_state(lua_Alloc allocate, void *ud) {
#if LUA_VERSION_NUM < 505
  return lua_newstate(allocate, ud);
#else
  return lua_newstate(allocate, ud, 1); /* always the same seed */
#endif
}

#endif
