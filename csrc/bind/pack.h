/*
** pack.h - the format language of string.pack
*/
#ifndef LMV_PACK_H
#define LMV_PACK_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_pack_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
