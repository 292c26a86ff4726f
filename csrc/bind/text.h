/*
** text.h - the string methods of views
*/
#ifndef LMV_TEXT_H
#define LMV_TEXT_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_text_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
