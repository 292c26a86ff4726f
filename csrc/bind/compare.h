/*
** compare.h - comparing and searching
*/
#ifndef LMV_COMPARE_H
#define LMV_COMPARE_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_compare_methods[];
extern const luaL_Reg lmv_compare_metamethods[]; /* of containers, too */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
