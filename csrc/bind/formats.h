/*
** formats.h - formats by their text, parsed once
*/
#ifndef LMV_FORMATS_H
#define LMV_FORMATS_H

#include "format.h"
#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes the userdata of the format whose text is the string at idx, and
** returns the format. arg: the argument to blame when it is malformed.
** *anchor is set to the index of the userdata, which the user of the format must
** keep, or to 0 if the format is cached for good. [-0, +1, v]
*/
const mv_format *lmv_pushformat(lua_State *L, int arg, int idx, int *anchor);

/* The format "B", a constant. */
extern const mv_format lmv_byteformat;

void lmv_open_formats(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
