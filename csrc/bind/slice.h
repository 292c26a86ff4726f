/*
** slice.h - views of some items of a view
*/
#ifndef LMV_SLICE_H
#define LMV_SLICE_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes row i (from 0, in range) of v, the view at idx: a view with one
** dimension less. [-0, +1, v] */
void lmv_pushrow(lua_State *L, const lmv_view *v, int idx, ptrdiff_t i);

extern const luaL_Reg lmv_slice_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
