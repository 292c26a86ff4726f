/*
** pin.h - counted pins: memory that C code may use across calls
** While a lease is pinned, its memory stays, even if its views end. A pin is a
** to-be-closed value on the stack of the borrower. Its close ends the pin: by a
** return, an error, a lua_settop, or the close of a coroutine.
*/
#ifndef LMV_PIN_H
#define LMV_PIN_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a pin that does not pin yet; returns its room for n numbers. The pin
** keeps the owner of the view v at idx alive or, if v is NULL, the container at
** idx. [-0, +1, e] Raises if the stack would have no room to close it.
*/
ptrdiff_t *lmv_pushpin(lua_State *L, int idx, const lmv_view *v, size_t n);

/*
** Starts the pin on top on the living lease. The caller moves the pin to its
** final stack index and marks it with lua_toclose at once. [-0, +0, v] Raises
** if there are INT_MAX pins.
*/
void lmv_startpin(lua_State *L, lmv_lease *lease);

/*
** Pushes a keeper, which replaces the pin for the string at idx. Lua does not
** free a string that has a reference, so the keeper only holds a reference and
** need not be closed. [-0, +1, m]
*/
ptrdiff_t *lmv_pushkeeper(lua_State *L, int idx, size_t n);

/* Ends the pin at idx early; false if the value is not a pin. [-0, +0, -] */
bool lmv_unpin(lua_State *L, int idx);

/* Whether the value at idx is a pin that has not ended. [-0, +0, -] */
bool lmv_ispin(lua_State *L, int idx);

void lmv_open_pin(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
