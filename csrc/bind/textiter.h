/*
** textiter.h - iterators over the parts of a view as a string
*/
#ifndef LMV_TEXTITER_H
#define LMV_TEXTITER_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_textiter_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
