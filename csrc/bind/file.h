/*
** file.h - readfrom and writeto, and the input of appendfrom
*/
#ifndef LMV_FILE_H
#define LMV_FILE_H

#include "luaapi.h"

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The file handle, descriptor or socket of an argument. */
typedef struct lmv_input {
  luaL_Stream *stream; /* NULL: a descriptor */
  int fd;
  const char *buffered; /* bytes received before, which come first: */
  size_t nbuffered;     /* in the string that is now at index 2 */
} lmv_input;

/* The result of a read. */
typedef struct lmv_reading {
  size_t n;     /* bytes read */
  int err;      /* an errno, or 0 */
  bool partial; /* not a regular file: more bytes may come */
} lmv_reading;

/*
** The input of argument 2. [-0, +0, e] Raises for other values. At most `most`
** bytes are taken from the receive buffer of an object of LuaSocket.
*/
lmv_input lmv_checkinput(lua_State *L, size_t most);

/*
** Reads up to n > 0 bytes to p; 0 bytes: the end. [-0, +0, v] Raises if the
** file handle was closed; otherwise calls no function of Lua.
*/
lmv_reading lmv_readinput(lua_State *L, lmv_input *in, unsigned char *p,
                          size_t n);

/* Pushes the results of a transfer of n bytes that ended with err, and returns
** their number: n; or nil, message, errno. */
int lmv_pushtransfer(lua_State *L, size_t n, int err);

extern const luaL_Reg lmv_file_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
