/*
** map.h - files and shared memory as bytes
*/
#ifndef LMV_MAP_H
#define LMV_MAP_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_map_functions[];

void lmv_open_map(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
