/*
** args.h - arguments and errors
*/
#ifndef LMV_ARGS_H
#define LMV_ARGS_H

#include "lease.h"

#include <stdarg.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* As lua_pushvfstring, but raises where there is no memory in every version. */
const char *lmv_pushmessage(lua_State *L, const char *message, va_list args);

/*
** Raises "bad argument #arg to 'name' (message)". The name is that of the
** closure (so it is right through pcall, too), or of the C function of others
** that called the C API. Arguments of methods count from the one behind self.
** arg 0: no argument is to blame, the message stands alone.
** message is a format of lua_pushfstring.
*/
int lmv_argerror(lua_State *L, int arg, const char *message, ...) LMV_RAISES;

/* Raises "... (expected expected, got <type>)". */
int lmv_typeerror(lua_State *L, int arg, const char *expected) LMV_RAISES;

/* An integer, with Lua's conversions; opt: when absent or nil, def. */
lua_Integer lmv_checkinteger(lua_State *L, int arg);
lua_Integer lmv_optinteger(lua_State *L, int arg, lua_Integer def);

/*
** The integer that the key of an item is: floats of integer value are one,
** strings are not. check: raises for any other key.
*/
bool lmv_tokey(lua_State *L, int idx, lua_Integer *i);
lua_Integer lmv_checkkey(lua_State *L, int idx);

/* A size in bytes or items: an integer from 0 to PTRDIFF_MAX. */
ptrdiff_t lmv_checksize(lua_State *L, int arg);

/* A string; numbers are none. */
const char *lmv_checkstring(lua_State *L, int arg, size_t *len);

/*
** A shape: a list of at most MV_MAXDIM integers, with Lua's conversions, none
** negative. Returns their number.
*/
int lmv_checkshape(lua_State *L, int arg, ptrdiff_t *shape);

/* Room on the stack for n results and what is pushed to make one of them. */
void lmv_checkresults(lua_State *L, ptrdiff_t n);

/* The type of the value for messages: __name, or Lua's; may push a string. */
const char *lmv_typename(lua_State *L, int idx);

/* Pushes nil, "path: strerror(err)", err, as io.open does; returns 3. path may
** be NULL. */
int lmv_oserror(lua_State *L, int err, const char *path);

/* Pushes a shape as "[3, 4]". */
void lmv_pushshape(lua_State *L, int ndim, const ptrdiff_t *shape);

/*
** An index of Lua (1-based, negative from the end) as one from 0; -1: it is out
** of range. And the error for that: dim (from 0) of ndim dimensions.
*/
ptrdiff_t lmv_wrap(ptrdiff_t n, lua_Integer i);
int lmv_indexerror(lua_State *L, lua_Integer i, ptrdiff_t n, int dim,
                   int ndim) LMV_RAISES;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
