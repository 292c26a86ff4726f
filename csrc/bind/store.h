/*
** store.h - Lua values as items
*/
#ifndef LMV_STORE_H
#define LMV_STORE_H

#include "layout.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* A new zeroed block of n bytes, pushed: freed by the collector. */
unsigned char *lmv_pushblock(lua_State *L, size_t n);

/*
** Converts the Lua value at idx to the item at p, in the caller's own memory
** (item->size zeroed bytes), or raises an error that says why it does not fit.
** arg: the argument to blame; 0: none.
*/
void lmv_toitem(lua_State *L, int arg, int idx, const mv_format *format,
                unsigned char *p);

/*
** Whether an item of the format can hold the Lua value at idx; raises as
** lmv_toitem where it could hold none of that type.
*/
bool lmv_canhold(lua_State *L, int arg, int idx, const mv_format *format);

/*
** Fills in (zeroed) with the items of the nested list at idx, which must have
** lay's shape; they get lay's item size, in C order.
*/
void lmv_fromlist(lua_State *L, int arg, int idx, const mv_format *format,
                  const mv_layout *lay, unsigned char *in);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
