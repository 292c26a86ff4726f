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
** The pattern whose text is the string at idx. Its userdata, which keeps it, is
** pushed last, above what it was found by. [-0, +2, v]
*/
mv_pattern *lmv_pushpattern(lua_State *L, int idx);

void lmv_open_patterns(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
