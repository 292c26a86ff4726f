/*
** atomic.h - mview.atomic: integers that several threads or processes change
*/
#ifndef LMV_ATOMIC_H
#define LMV_ATOMIC_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Sets the field atomic of the module, which is on top. */
void lmv_open_atomic(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
