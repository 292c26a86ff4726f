/*
** api.h - the C API
*/
#ifndef LMV_API_H
#define LMV_API_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

void lmv_open_api(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
