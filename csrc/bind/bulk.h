/*
** bulk.h - many items at once
*/
#ifndef LMV_BULK_H
#define LMV_BULK_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Copies the bytes-like or list at src (absolute) into a view on the stack,
** which has the same shape. [-0, +0, e] Nothing is written if it raises. arg:
** the argument to blame, or 0.
*/
void lmv_copyfrom(lua_State *L, const lmv_view *v, int src, int arg);

extern const luaL_Reg lmv_bulk_methods[];
extern const luaL_Reg lmv_bulk_metamethods[]; /* of containers, too */

void lmv_open_bulk(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
