/*
** bytearray.h - bytes that grow and shrink at both ends
*/
#ifndef LMV_BYTEARRAY_H
#define LMV_BYTEARRAY_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes a new bytearray of n zero bytes; returns its lease. [-0, +1, m] */
lmv_lease *lmv_pushbytearray(lua_State *L, size_t n);

/* The same for a caller that sets all the bytes before scripts see them: they
** are not cleared first. */
lmv_lease *lmv_pushunset(lua_State *L, size_t n);

extern const luaL_Reg lmv_bytearray_functions[];

void lmv_open_bytearray(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
