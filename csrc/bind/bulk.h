/*
** bulk.h - all items of a view as one Lua value
*/
#ifndef LMV_BULK_H
#define LMV_BULK_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_bulk_methods[];
extern const luaL_Reg lmv_bulk_metamethods[]; /* of containers, too */

void lmv_open_bulk(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
