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
** *anchors_format is set to true if the format is not cached for good; its
** user must then anchor the userdata. [-0, +1, v]
*/
const mv_format *lmv_pushformat(lua_State *L, int idx, int arg,
                                bool *anchors_format);

/* The format "B", a constant. */
extern const mv_format lmv_byteformat;

void lmv_open_formats(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
