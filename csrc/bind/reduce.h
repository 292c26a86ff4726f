/*
** reduce.h - sum, minimum and maximum of a view
*/
#ifndef LMV_REDUCE_H
#define LMV_REDUCE_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_reduce_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
