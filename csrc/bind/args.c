/*
** args.c - arguments and errors
** Checks like those of lauxlib, with two differences: messages have the
** function's name even if Lua does not know it (for example through pcall), and
** numbers are not accepted as strings.
*/
#include "args.h"

#include "registry.h"

#include <limits.h>
#include <string.h>

/* The name of the running function if it belongs to the library, or NULL. */
static const char *own_name(lua_State *L) {
  bool own;
  lmv_pushviewmeta(L);
  own = lua_rawequal(L, -1, LMV_META);
  lua_pop(L, 1);
  return own ? lua_tostring(L, LMV_NAME) : NULL;
}

/* Whether the caller of the running function counts arguments without self. */
static bool hides_self(lua_State *L) {
  lua_Debug ar;
  return lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) &&
         strcmp(ar.namewhat, "method") == 0;
}

const char *lmv_pushmessage(lua_State *L, const char *message, va_list args) {
  const char *text = lua_pushvfstring(L, message, args);
  if (text == NULL) /* without memory, Lua 5.5 returns NULL */
    lua_error(L);
  return text;
}

int lmv_argerror(lua_State *L, int arg, const char *message, ...) {
  va_list args;
  const char *name, *text;
  luaL_checkstack(L, LUA_MINSTACK, NULL); /* luaL_argerror does not */
  va_start(args, message);
  text = lmv_pushmessage(L, message, args);
  va_end(args);
  if (arg == 0)
    return luaL_error(L, "%s", text);
  name = own_name(L);
  if (name == NULL)
    return luaL_argerror(L, arg, text);
  if (strcmp(name, "__call") == 0) { /* the caller has called a view */
    name = "call of a view";
    arg--;
  } else if (hides_self(L) && --arg == 0)
    return luaL_error(L, "calling '%s' on bad self (%s)", name, text);
  return luaL_error(L, "bad argument #%d to '%s' (%s)", arg, name, text);
}

const char *lmv_typename(lua_State *L, int idx) {
  if (luaL_getmetafield(L, idx, "__name") == LUA_TSTRING)
    return lua_tostring(L, -1);
  if (lua_islightuserdata(L, idx))
    return "light userdata";
  return luaL_typename(L, idx);
}

int lmv_typeerror(lua_State *L, int arg, const char *expected) {
  luaL_checkstack(L, 4, NULL);
  return lmv_argerror(L, arg, "%s expected, got %s", expected,
                      lua_isnone(L, arg) ? "no value" : lmv_typename(L, arg));
}

lua_Integer lmv_checkinteger(lua_State *L, int arg) {
  int isint;
  lua_Integer i = lua_tointegerx(L, arg, &isint);
  if (!isint) {
    if (lua_isnumber(L, arg))
      lmv_argerror(L, arg, "number has no integer representation");
    lmv_typeerror(L, arg, "number");
  }
  return i;
}

lua_Integer lmv_defaultinteger(lua_State *L, int arg, lua_Integer def) {
  return lua_isnoneornil(L, arg) ? def : lmv_checkinteger(L, arg);
}

bool lmv_tokey(lua_State *L, int idx, lua_Integer *i) {
  int isint;
  if (lua_type(L, idx) != LUA_TNUMBER)
    return false;
  *i = lua_tointegerx(L, idx, &isint);
  return isint != 0;
}

lua_Integer lmv_checkkey(lua_State *L, int idx, const char *name) {
  lua_Integer i = 0;
  if (!lmv_tokey(L, idx, &i))
    luaL_error(L, "%s must be an integer, got %s", name,
               lua_type(L, idx) == LUA_TNUMBER ? lua_tostring(L, idx)
                                               : lmv_typename(L, idx));
  return i;
}

ptrdiff_t lmv_checksize(lua_State *L, int arg) {
  lua_Integer i = lmv_checkinteger(L, arg);
  if (i < 0 || (lua_Unsigned)i > PTRDIFF_MAX)
    lmv_argerror(L, arg, "size %I out of range [0, %I]", (LUAI_UACINT)i,
                 (LUAI_UACINT)PTRDIFF_MAX);
  return (ptrdiff_t)i;
}

const char *lmv_checkstring(lua_State *L, int arg, size_t *len) {
  if (lua_type(L, arg) != LUA_TSTRING)
    lmv_typeerror(L, arg, "string");
  return lua_tolstring(L, arg, len);
}

const char *lmv_pushescaped(lua_State *L, int idx) {
  luaL_Buffer b;
  size_t n;
  const char *s = lua_tolstring(L, idx, &n);
  luaL_checkstack(L, 4, NULL);
  luaL_buffinit(L, &b);
  for (; n > 0; n--, s++)
    if (*s == '\0')
      luaL_addstring(&b, "\\0");
    else
      luaL_addchar(&b, *s);
  luaL_pushresult(&b);
  return lua_tostring(L, -1);
}

bool lmv_isnolist(lua_State *L, int idx) {
  if (lua_rawlen(L, idx) > 0)
    return false;
  lua_pushnil(L);
  if (!lua_next(L, idx))
    return false;
  lua_pop(L, 2);
  return true;
}

size_t lmv_checklist(lua_State *L, int arg) {
  if (lmv_isnolist(L, arg))
    lmv_argerror(L, arg, LMV_NOLIST);
  return (size_t)lua_rawlen(L, arg);
}

int lmv_checkshape(lua_State *L, int arg, ptrdiff_t *shape) {
  size_t n;
  if (lua_type(L, arg) != LUA_TTABLE)
    lmv_typeerror(L, arg, "list of sizes");
  n = lmv_checklist(L, arg);
  if (n > MV_MAXDIM)
    lmv_argerror(L, arg, "%I dimensions, at most %d are possible",
                 (LUAI_UACINT)n, MV_MAXDIM);
  for (int d = 0; d < (int)n; d++) {
    int isint;
    lua_Integer i;
    lua_rawgeti(L, arg, d + 1);
    i = lua_tointegerx(L, -1, &isint);
    if (!isint)
      lmv_argerror(L, arg, "integer expected in dimension %d of the shape",
                   d + 1);
    if (i < 0 || (lua_Unsigned)i > PTRDIFF_MAX)
      lmv_argerror(L, arg, "size %I out of range [0, %I] in dimension %d",
                   (LUAI_UACINT)i, (LUAI_UACINT)PTRDIFF_MAX, d + 1);
    shape[d] = (ptrdiff_t)i;
    lua_pop(L, 1);
  }
  return (int)n;
}

void lmv_checkresults(lua_State *L, ptrdiff_t n) {
  if (n > INT_MAX - LUA_MINSTACK)
    luaL_error(L, "too many results");
  luaL_checkstack(L, (int)n + LUA_MINSTACK, "too many results");
}

int lmv_oserror(lua_State *L, int err, const char *path) {
  lua_pushnil(L);
  if (path != NULL)
    lua_pushfstring(L, "%s: %s", path, strerror(err));
  else
    lua_pushstring(L, strerror(err));
  lua_pushinteger(L, err);
  return 3;
}

void lmv_pushshape(lua_State *L, int ndim, const ptrdiff_t *shape) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addchar(&b, '[');
  for (int d = 0; d < ndim; d++) {
    if (d > 0)
      luaL_addstring(&b, ", ");
    lua_pushinteger(L, shape[d]);
    luaL_addvalue(&b);
  }
  luaL_addchar(&b, ']');
  luaL_pushresult(&b);
}

size_t lmv_startindex(lua_Integer i, size_t n) {
  if (i > 0)
    return (lua_Unsigned)i - 1 > n ? n + 1 : (size_t)i - 1;
  if (i == 0 || i < -(lua_Integer)n)
    return 0;
  return n - (size_t)-i;
}

size_t lmv_startposition(lua_State *L, int arg, size_t n) {
  size_t at = lmv_startindex(lmv_optinteger(L, arg, 1), n);
  if (at > n)
    lmv_argerror(L, arg, "initial position out of string");
  return at;
}

size_t lmv_checkposition(lua_State *L, int arg, size_t n, size_t size) {
  lua_Integer i = lmv_checkinteger(L, arg);
  /* wraps around if it is out of range */
  lua_Unsigned at = i < 0 ? (lua_Unsigned)i + size : (lua_Unsigned)i - 1;
  if (at >= n)
    lmv_argerror(L, arg, "position %I out of range [1, %I]", (LUAI_UACINT)i,
                 (LUAI_UACINT)n);
  return (size_t)at;
}

ptrdiff_t lmv_wrap(ptrdiff_t n, lua_Integer i) {
  if ((lua_Unsigned)i - 1 < (lua_Unsigned)n)
    return (ptrdiff_t)(i - 1);
  if (i < 0 && i >= -(lua_Integer)n)
    return (ptrdiff_t)(n + i);
  return -1;
}

int lmv_indexerror(lua_State *L, lua_Integer i, ptrdiff_t n, int dim,
                   int ndim) {
  if (ndim > 1)
    return luaL_error(L, "index %I out of range [1, %I] in dimension %d",
                      (LUAI_UACINT)i, (LUAI_UACINT)n, dim + 1);
  return luaL_error(L, "index %I out of range [1, %I]", (LUAI_UACINT)i,
                    (LUAI_UACINT)n);
}
