/*
** make.h - mview(...), mview.new, mview.from and v:copy
*/
#ifndef LMV_MAKE_H
#define LMV_MAKE_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The function mview(obj [, format [, shape]]). */
int lmv_make(lua_State *L);

extern const luaL_Reg lmv_make_methods[], lmv_make_functions[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
