/*
** assign.h - changes all items of a view
*/
#ifndef LMV_ASSIGN_H
#define LMV_ASSIGN_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Copies the bytes-like or list at src (absolute) into a view on the stack,
** which has the same shape. [-0, +0, e] Nothing is written if it raises. arg:
** the argument to blame, or 0.
*/
void lmv_copyfrom(lua_State *L, const lmv_view *v, int arg, int src);

extern const luaL_Reg lmv_assign_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
