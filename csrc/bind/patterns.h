/*
** patterns.h - patterns by their text, read once
*/
#ifndef LMV_PATTERNS_H
#define LMV_PATTERNS_H

#include "luaapi.h"
#include "pattern.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes the userdata of the pattern whose text is the string at idx, and
** returns the pattern, which lives as long as the userdata. [-0, +1, v]
*/
mv_pattern *lmv_pushpattern(lua_State *L, int idx);

void lmv_open_patterns(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
