/*
** value.h - converts items to Lua values
*/
#ifndef LMV_VALUE_H
#define LMV_VALUE_H

#include "item.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes the item at offset off of the block of v, the view at idx, as a Lua
** value; a record becomes a table. Resolves the view again after each
** allocation. [-0, +1, v] Raises if the view is dead.
*/
void lmv_pushitem(lua_State *L, const lmv_view *v, int idx, ptrdiff_t off);

/* Pushes a value that was loaded from an item. Finalizers must not be able to
** end the memory of a string's bytes. [-0, +1, m] */
void lmv_pushvalue(lua_State *L, const mv_value *value);

/*
** Converts the Lua value at idx for a comparison with items like *item, or for
** storing it in an item. False: no item of this type can be equal to the value.
** The bytes of a string are not copied. [-0, +0, -]
*/
bool lmv_tovalue(lua_State *L, int idx, const mv_item *item, mv_value *value);

/* Whether the item at offset off is equal to the Lua value at idx. Resolves the
** view again. [-0, +0, v] */
bool lmv_equalsitem(lua_State *L, const lmv_view *v, const mv_item *item,
                    ptrdiff_t off, int idx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
