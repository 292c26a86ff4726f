/*
** cast.h - views of a view's bytes in another format
*/
#ifndef LMV_CAST_H
#define LMV_CAST_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Leaves on top a cast of the view at idx to the format at arg and, if it is
** not nil, the shape at arg + 1. [-0, +n, v]
*/
void lmv_pushcast(lua_State *L, int idx, int arg);

extern const luaL_Reg lmv_cast_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
