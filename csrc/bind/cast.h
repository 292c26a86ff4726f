/*
** cast.h - views of a view's bytes in another format
*/
#ifndef LMV_CAST_H
#define LMV_CAST_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Leaves on top a cast of the view at 1 to the format at 2 and, if it is not
** nil, the shape at 3. [-0, +n, v]
*/
void lmv_pushcast(lua_State *L);

extern const luaL_Reg lmv_cast_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
