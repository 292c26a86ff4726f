/*
** descriptor.h - the file handle or descriptor that an argument is or has
*/
#ifndef LMV_DESCRIPTOR_H
#define LMV_DESCRIPTOR_H

#include "luaapi.h"

#include <stdbool.h>
#include <stdio.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The FILE of the handle that is the argument. Raises if it was closed, or is
** one that would not move bytes as they are. [-0, +0, e]
*/
FILE *lmv_openhandle(lua_State *L, int arg, const luaL_Stream *stream);

/*
** Writes what the file holds back, and puts its descriptor where the file
** stands, if it can seek. 0 or an errno.
*/
int lmv_syncfile(FILE *file);

/*
** The descriptor of the argument, which is not a file handle: the number
** itself, or the result of a method of an object of LuaSocket or of an object
** with a method fileno. [-0, +0, e] Raises for other values; among them are TLS
** connections, whose descriptor carries encrypted bytes.
*/
int lmv_checkdescriptor(lua_State *L, int arg);

/* Whether the argument is an object of LuaSocket. [-0, +0, m] */
bool lmv_isluasocket(lua_State *L, int arg);

/*
** Replaces the object of LuaSocket at arg by a string of the bytes in its
** receive buffer, at most `most`. [-0, +0, e]
*/
void lmv_takereceived(lua_State *L, int arg, size_t most);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
