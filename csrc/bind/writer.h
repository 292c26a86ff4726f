/*
** writer.h - a cursor that writes
*/
#ifndef LMV_WRITER_H
#define LMV_WRITER_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Puts the function `writer` into the module's table on top. */
void lmv_open_writer(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
