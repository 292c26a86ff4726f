/*
** index.h - access to single items
*/
#ifndef LMV_INDEX_H
#define LMV_INDEX_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes __index; methods: index of the table of methods and attributes. */
void lmv_pushindex(lua_State *L, int methods);

extern const luaL_Reg lmv_index_methods[], lmv_index_metamethods[];
extern const luaL_Reg lmv_pairs_metamethods[]; /* of containers, too */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
