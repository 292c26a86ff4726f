/*
** reader.h - a cursor that reads
*/
#ifndef LMV_READER_H
#define LMV_READER_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Puts the function `reader` into the module's table on top. */
void lmv_open_reader(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
