/*
** file.h - bytes straight from and to files
*/
#ifndef LMV_FILE_H
#define LMV_FILE_H

#include "luaapi.h"

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* A file handle, descriptor or socket that an argument names. */
typedef struct lmv_input {
  luaL_Stream *stream; /* NULL: a descriptor */
  int fd;
  const char *buffered; /* what it had received before, to be taken first; */
  size_t nbuffered;     /* in a string that is now at index 2 */
} lmv_input;

/* What a read ended with. */
typedef struct lmv_reading {
  size_t n;     /* bytes read */
  int err;      /* an errno; 0: none */
  bool partial; /* it is no file: more may come */
} lmv_reading;

/*
** The input that argument 2 is; raises if it is none. May call Lua. Of what an
** object of LuaSocket has received, at most that many bytes are taken.
*/
lmv_input lmv_checkinput(lua_State *L, size_t most);

/*
** Reads up to n bytes, more than none, to p; 0: the end. Raises if the file
** handle was closed; else calls nothing of Lua.
*/
lmv_reading lmv_read(lua_State *L, lmv_input *in, unsigned char *p, size_t n);

/* Pushes the results of a transfer of n bytes that ended with err. */
int lmv_pushtransfer(lua_State *L, size_t n, int err);

extern const luaL_Reg lmv_file_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
