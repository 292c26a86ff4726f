/*
** patterns.h - a cache of compiled patterns by their text
*/
#ifndef LMV_PATTERNS_H
#define LMV_PATTERNS_H

#include "luaapi.h"
#include "pattern.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The pattern whose text is the string at idx. Pushes two values; the upper one
** is the userdata that keeps the pattern alive. [-0, +2, v]
*/
mv_pattern *lmv_pushpattern(lua_State *L, int idx);

void lmv_open_patterns(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
