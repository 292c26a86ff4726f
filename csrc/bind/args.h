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

/*
** As lua_pushvfstring. [-0, +1, m] (Lua 5.5's returns NULL without memory; this
** raises with every version.)
*/
const char *lmv_pushmessage(lua_State *L, const char *message, va_list args);

/*
** Raises "bad argument #arg to 'name' (message)". The name comes from the
** closure's upvalue, so it is right through pcall, too; for a call of the C
** API, it is the name of the calling C function. Arguments of methods are
** counted without self. If arg is 0, only the message is raised. message is a
** format of lua_pushfstring. [-0, +0, v]
*/
int lmv_argerror(lua_State *L, int arg, const char *message, ...) LMV_RAISES;

/* Raises "... (<expected> expected, got <type>)". [-0, +0, v] */
int lmv_typeerror(lua_State *L, int arg, const char *expected) LMV_RAISES;

/*
** An integer, with Lua's conversions; lmv_optinteger: def if the argument is
** absent or nil. [-0, +0, v] All checks from here on raise for other values.
*/
lua_Integer lmv_checkinteger(lua_State *L, int arg);
lua_Integer lmv_defaultinteger(lua_State *L, int arg, lua_Integer def);

static inline lua_Integer lmv_optinteger(lua_State *L, int arg,
                                         lua_Integer def) {
  int isint;
  lua_Integer i = lua_tointegerx(L, arg, &isint);
  return isint ? i : lmv_defaultinteger(L, arg, def);
}

/*
** Converts the key of an item to an integer. Floats with an integer value are
** converted, strings are not. For other keys lmv_tokey returns false and
** lmv_checkkey raises; its message calls the key by the name.
*/
bool lmv_tokey(lua_State *L, int idx, lua_Integer *i);
lua_Integer lmv_checkkey(lua_State *L, int idx, const char *name);

/* A size in bytes or items: an integer from 0 to PTRDIFF_MAX. */
ptrdiff_t lmv_checksize(lua_State *L, int arg);

/* A string; numbers are not converted. */
const char *lmv_checkstring(lua_State *L, int arg, size_t *len);

/* Whether the table at idx is empty as a list but has keys: it is a record, or a
** mistake. LMV_NOLIST: the message for it. [-0, +0, -] Needs two stack slots. */
bool lmv_isnolist(lua_State *L, int idx);
#define LMV_NOLIST "list expected, got a table without item 1"

/* The length of the list at arg, a table. Raises if it is no list. */
size_t lmv_checklist(lua_State *L, int arg);

/*
** A shape: a list of at most MV_MAXDIM integers (with Lua's conversions), each
** 0 or positive. Returns their number.
*/
int lmv_checkshape(lua_State *L, int arg, ptrdiff_t *shape);

/* Ensures stack slots for n results, and for temporary values while one of them
** is made. [-0, +0, v] */
void lmv_checkresults(lua_State *L, ptrdiff_t n);

/* The type of the value for messages: __name or Lua's. [-0, +(0|1), m] */
const char *lmv_typename(lua_State *L, int idx);

/*
** Pushes the string at idx with each zero byte replaced by "\0", as a message
** would end at the first one. [-0, +1, m]
*/
const char *lmv_pushescaped(lua_State *L, int idx);

/* The end of a noun behind the number n: "" for 1, otherwise "s". */
static inline const char *lmv_plural(lua_Integer n) {
  return n == 1 ? "" : "s";
}

/* Pushes nil, "path: strerror(err)", err, as io.open does; returns 3. path may
** be NULL. [-0, +3, m] */
int lmv_oserror(lua_State *L, int err, const char *path);

/* The result of methods that return their self: pushes argument 1, returns 1.
** [-0, +1, -] */
static inline int lmv_pushself(lua_State *L) {
  lua_pushvalue(L, 1);
  return 1;
}

/* Pushes a shape as "[3, 4]". [-0, +1, m] */
void lmv_pushshape(lua_State *L, int ndim, const ptrdiff_t *shape);

/*
** The index from 0 of a position where a function of the string library starts
** in n bytes: negative positions count from the end, and positions before the
** first byte are the first byte. n + 1 for all positions behind the end.
** lmv_startposition: that of an argument, 1 by default; raises behind the end,
** as string.unpack does. [-0, +0, v]
*/
size_t lmv_startindex(lua_Integer i, size_t n);
size_t lmv_startposition(lua_State *L, int arg, size_t n);

/*
** The index from 0 of an argument that is one of n positions in size bytes:
** counted from 1 or, if negative, from the end. [-0, +0, v]
*/
size_t lmv_checkposition(lua_State *L, int arg, size_t n, size_t size);

/*
** lmv_wrap converts a Lua index (1-based, negative from the end) into n items
** to a 0-based index; -1 if it is out of range. lmv_indexerror raises the error
** of an index out of range in dimension dim (from 0) of ndim. [-0, +0, v]
*/
ptrdiff_t lmv_wrap(ptrdiff_t n, lua_Integer i);
int lmv_indexerror(lua_State *L, lua_Integer i, ptrdiff_t n, int dim,
                   int ndim) LMV_RAISES;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
