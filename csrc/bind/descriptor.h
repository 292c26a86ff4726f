/*
** descriptor.h - the file handle or descriptor of an argument
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
** The FILE of a file handle. Raises if the handle was closed, or if it would
** change bytes (text mode on Windows). [-0, +0, e]
*/
FILE *lmv_openhandle(lua_State *L, int arg, const luaL_Stream *stream);

/*
** Flushes the file, and moves the descriptor to the file's position, if it can
** seek. Returns 0 or an errno.
*/
int lmv_syncfile(FILE *file);

/*
** The descriptor of an argument that is not a file handle: the number itself,
** or the result of a method of an object of LuaSocket or of an object with a
** method fileno. [-0, +0, e] Raises for other values, including TLS
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
