/*
** descriptor.c - the file handle or descriptor of an argument
*/
#define _FILE_OFFSET_BITS 64 /* NOLINT(bugprone-reserved-identifier) */

#include "descriptor.h"

#include "args.h"
#include "win32.h"

#include <errno.h>
#include <limits.h>

FILE *lmv_openhandle(lua_State *L, int arg, const luaL_Stream *stream) {
  if (stream->closef == NULL)
    lmv_argerror(L, arg, "attempt to use a closed file");
#if defined(_WIN32)
  if (lmv_win32_istext(fileno(stream->f)))
    lmv_argerror(L, arg, "file in text mode, open it with 'b' in its mode");
#endif
  return stream->f;
}

/* On Windows, fflush alone loses bytes that were read ahead. */
int lmv_syncfile(FILE *file) {
#if defined(_WIN32)
  bool sought = _fseeki64(file, 0, SEEK_CUR) == 0;
#else
  bool sought = fseeko(file, 0, SEEK_CUR) == 0;
#endif
  return sought || fflush(file) == 0 ? 0 : errno;
}

/* Pushes the method of the object at index arg; nil and false: it has none. */
static bool push_method(lua_State *L, int arg, const char *method) {
  if (!lua_istable(L, arg)) {
    if (!luaL_getmetafield(L, arg, "__index")) {
      lua_pushnil(L);
      return false;
    }
    lua_pop(L, 1);
  }
  return lua_getfield(L, arg, method) != LUA_TNIL;
}

static bool has_method(lua_State *L, int arg, const char *method) {
  bool has = push_method(L, arg, method);
  lua_pop(L, 1);
  return has;
}

/* The descriptor that the method of the object at index arg returns. */
static int ask_fd(lua_State *L, int arg, const char *method) {
  lua_Integer i;
  int isint;
  push_method(L, arg, method);
  lua_pushvalue(L, arg);
  lua_call(L, 1, 1);
  i = lua_tointegerx(L, -1, &isint);
  if (i == -1 && lmv_isluasocket(L, arg))
    lmv_argerror(L, arg, "socket is closed, or not yet connected");
  if (!isint || lua_type(L, -1) != LUA_TNUMBER || i < 0 || i > INT_MAX)
    lmv_argerror(L, arg, "'%s' returned %s, expected a descriptor", method,
                 luaL_tolstring(L, -1, NULL));
  lua_pop(L, 1);
  return (int)i;
}

/*
** LuaSocket's metatables are in the registry, where scripts cannot put others.
** The bytes on the descriptor of its objects are exactly the bytes that they
** send and receive.
*/
bool lmv_isluasocket(lua_State *L, int arg) {
  static const char *const classes[] = {
      "tcp{client}",          "tcp{master}",
      "tcp{server}",          "udp{connected}",
      "udp{unconnected}",     "unixstream{client}",
      "unixstream{master}",   "unixstream{server}",
      "unixdgram{connected}", "unixdgram{unconnected}",
      "unix{client}",         "unix{master}",
      "unix{server}"};
  bool is = false;
  if (lua_type(L, arg) != LUA_TUSERDATA || !lua_getmetatable(L, arg))
    return false;
  for (size_t k = 0; !is && k < sizeof classes / sizeof *classes; k++) {
    luaL_getmetatable(L, classes[k]);
    is = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return is;
}

/* On Windows a socket is not a descriptor. */
static int ask_socket(lua_State *L, int arg) {
#if defined(_WIN32)
  return lmv_argerror(L, arg, "sockets have no descriptors on Windows");
#else
  return ask_fd(L, arg, "getfd");
#endif
}

/*
** The bytes on an object's descriptor may differ from the bytes that it sends
** and receives; they may be encrypted. So only objects with a method fileno are
** accepted, and TLS connections are refused.
*/
int lmv_checkdescriptor(lua_State *L, int arg) {
  bool has_fileno;
  if (lua_type(L, arg) == LUA_TNUMBER) {
    lua_Integer i = lmv_checkinteger(L, arg);
    if (i < 0 || i > INT_MAX)
      lmv_argerror(L, arg, "descriptor %I out of range [0, %d]", (LUAI_UACINT)i,
                   INT_MAX);
    return (int)i;
  }
  if (lmv_isluasocket(L, arg))
    return ask_socket(L, arg);
  has_fileno = has_method(L, arg, "fileno");
  if (has_fileno && !has_method(L, arg, "dohandshake") &&
      !has_method(L, arg, "getpeercertificate"))
    return ask_fd(L, arg, "fileno");
  if (!has_fileno && !has_method(L, arg, "getfd"))
    lmv_typeerror(L, arg, "file or descriptor");
  return lmv_argerror(L, arg,
                      "%s may send other bytes than its descriptor, pass the "
                      "descriptor itself if that is meant",
                      lmv_typename(L, arg));
}

/* Whether the receive buffer of the object at index arg has bytes. */
static bool is_dirty(lua_State *L, int arg) {
  bool dirty = false;
  if (push_method(L, arg, "dirty")) {
    lua_pushvalue(L, arg);
    lua_call(L, 1, 1);
    dirty = lua_toboolean(L, -1) != 0;
  }
  lua_pop(L, 1);
  return dirty;
}

/* The bytes are read one by one, because the object does not give their number,
** and would wait for more bytes. */
void lmv_takereceived(lua_State *L, int arg, size_t most) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t n = 0; n < most && is_dirty(L, arg); n++) {
    push_method(L, arg, "receive");
    lua_pushvalue(L, arg);
    lua_pushinteger(L, 1);
    lua_call(L, 2, 1);
    if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) != 1)
      luaL_error(L, "'receive' returned %s, expected one byte",
                 luaL_tolstring(L, -1, NULL));
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  lua_replace(L, arg);
}
