/*
** store.h - Lua values as items
*/
#ifndef LMV_STORE_H
#define LMV_STORE_H

#include "layout.h"
#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes a userdata of n zero bytes and returns its block. [-0, +1, m] */
unsigned char *lmv_pushblock(lua_State *L, size_t n);

/*
** Converts the Lua value at idx to an item at p, which is memory of the caller
** (item.size zero bytes) and not of a view. [-0, +0, v] Raises if the value
** does not fit; the message gives the reason. arg: the argument to blame, or 0.
*/
void lmv_toitem(lua_State *L, int arg, int idx, const mv_format *format,
                unsigned char *p);

/*
** Whether an item of the format can hold the Lua value at idx. [-0, +0, v]
** Raises as lmv_toitem if no value of that Lua type fits.
*/
bool lmv_canhold(lua_State *L, int arg, int idx, const mv_format *format);

/*
** Converts the nested list at idx, which must have the shape of lay, to items
** in C order at in (zero bytes, as many as lay has). [-0, +0, v]
*/
void lmv_fromlist(lua_State *L, int arg, int idx, const mv_format *format,
                  const mv_layout *lay, unsigned char *in);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
