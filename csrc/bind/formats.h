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

/*
** The formats of plain numbers in native byte order, by their kinds: constants,
** which need neither parsing nor a look-up. lmv_plainformat: that of a code, or
** NULL if the code is none of "BbHhIiQqfd".
*/
extern const mv_format lmv_plainformats[MV_F64 + 1];
const mv_format *lmv_plainformat(char code);

/* The format "B". */
#define lmv_byteformat (lmv_plainformats[MV_U8])

void lmv_open_formats(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
