/*
** value.h - items as Lua values
*/
#ifndef LMV_VALUE_H
#define LMV_VALUE_H

#include "item.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes the item at off from the start of the block of v, the view at idx, as
** a Lua value, a record as a table. Resolves the view anew after each
** allocation.
*/
void lmv_pushitem(lua_State *L, const lmv_view *v, int idx, ptrdiff_t off);

/* Pushes a value outside memory; the bytes of a string must stay. */
void lmv_pushvalue(lua_State *L, const mv_value *value);

/*
** Converts the Lua value at idx to what items of that kind are compared with or
** made of. False: none can be equal to it. Strings stay where they are.
*/
bool lmv_tovalue(lua_State *L, int idx, const mv_item *item, mv_value *value);

/* Whether the item at off is equal to the Lua value at idx; resolves anew. */
bool lmv_equalsitem(lua_State *L, const lmv_view *v, const mv_item *item,
                    ptrdiff_t off, int idx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
