/*
** descriptor.h - the descriptor that an argument is or has
*/
#ifndef LMV_DESCRIPTOR_H
#define LMV_DESCRIPTOR_H

#include "luaapi.h"

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The descriptor that the argument, which is no file handle, is or has: a
** number, an object of LuaSocket, an object with a method fileno. [-0, +0, e]
** Calls the object's method. Raises for all else, ends of TLS among it.
*/
int lmv_checkdescriptor(lua_State *L, int arg);

/* Whether the argument is an object of LuaSocket. [-0, +0, m] */
bool lmv_isluasocket(lua_State *L, int arg);

/*
** Replaces the object of LuaSocket at arg by a string of what it has received
** and nobody has taken, at most that many bytes. [-0, +0, e]
*/
void lmv_takereceived(lua_State *L, int arg, size_t most);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
