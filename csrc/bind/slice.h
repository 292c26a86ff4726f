/*
** slice.h - views made from views
*/
#ifndef LMV_SLICE_H
#define LMV_SLICE_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes row i (from 0, in range) of the view at idx: a view with one dimension
** less. [-0, +1, v] */
void lmv_pushrow(lua_State *L, int idx, ptrdiff_t i);

/*
** Pushes a cast of the view at idx by the format at arg and, if it is not nil,
** the shape at arg + 1.
*/
void lmv_pushcast(lua_State *L, int idx, int arg);

/* Pushes a second view equal to the view v at index 1. [-0, +1, v] */
lmv_view *lmv_pushsame(lua_State *L, const lmv_view *v);

extern const luaL_Reg lmv_slice_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
