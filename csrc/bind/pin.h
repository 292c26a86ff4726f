/*
** pin.h - counted pins: memory that C code may use across calls
** While a lease is pinned its memory stays, whatever happens to its views. A
** pin is a to-be-closed value on the stack of the borrower, and its close is
** what ends it: by a return, an error, a lua_settop, the close of a coroutine.
*/
#ifndef LMV_PIN_H
#define LMV_PIN_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a pin that does not pin yet, with room for n numbers (returned). It
** keeps the memory of the view v at idx, or if v is NULL the container there.
** [-0, +1, e] Raises where there would be no room to close it.
*/
ptrdiff_t *lmv_pushpin(lua_State *L, int idx, const lmv_view *v, size_t n);

/*
** Makes the pin on top pin the living lease. The caller moves it to its final
** stack index and marks it with lua_toclose at once. [-0, +0, v] Raises for
** INT_MAX pins.
*/
void lmv_startpin(lua_State *L, lmv_lease *lease);

/*
** Pushes a keeper, which takes the place of a pin for the string at idx: Lua
** frees a string only if nothing refers to it, so a reference is enough and
** nothing has to be closed. [-0, +1, m]
*/
ptrdiff_t *lmv_pushkeeper(lua_State *L, int idx, size_t n);

/* Ends the pin at idx early; false if the value is no pin. [-0, +0, -] */
bool lmv_unpin(lua_State *L, int idx);

/* Whether the value at idx is a pin that has not ended. [-0, +0, -] */
bool lmv_ispin(lua_State *L, int idx);

/*
** Whether the byte at p is in the string at idx, or in the string that the
** keeper at idx keeps. [-0, +0, -]
*/
bool lmv_keepsbyte(lua_State *L, int idx, const void *p);

void lmv_open_pin(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
