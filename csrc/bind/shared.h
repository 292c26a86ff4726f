/*
** shared.h - blocks of memory that all Lua states of the process can attach to
*/
#ifndef LMV_SHARED_H
#define LMV_SHARED_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_shared_functions[];

void lmv_open_shared(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
