/*
** bytearray.h - bytes that grow and shrink at both ends
*/
#ifndef LMV_BYTEARRAY_H
#define LMV_BYTEARRAY_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes a new bytearray of n zero bytes. */
lmv_lease *lmv_pushbytearray(lua_State *L, size_t n);

/*
** Room for n more bytes behind the end of the bytearray at idx; makes it where
** there is none, which allocates. Raises if the bytearray is dead or pinned.
** What was written there is kept by lmv_grow.
*/
unsigned char *lmv_makeroom(lua_State *L, int idx, size_t n);

/* The same where no allocation is needed; NULL: it is. The lease is alive. */
unsigned char *lmv_room(lua_State *L, lmv_lease *lease, size_t n);

/* Takes the first n bytes of the room for bytes of the bytearray. */
void lmv_grow(lmv_lease *lease, size_t n);

/*
** Removes n bytes from byte at (from 0) on, which are there; views expire if
** these are any. Raises if the bytearray at idx is dead or pinned.
*/
void lmv_cut(lua_State *L, int idx, size_t at, size_t n);

extern const luaL_Reg lmv_bytearray_functions[];

void lmv_open_bytearray(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
