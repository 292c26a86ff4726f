/*
** cookie.c - file handles of C whose reads and writes fail at a given place
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#endif

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <lauxlib.h>
#include <lua.h>

#define CAPACITY 4096

/*
** The data of a file handle: its bytes, and the place and kind of its failure.
*/
typedef struct cookie {
  size_t at;   /* the number of bytes moved */
  size_t size; /* the number of bytes, for reading */
  size_t fail; /* fails after this number of bytes, */
  int err;     /* with this errno (0: errno is not set), */
  int times;   /* this number of times */
  char bytes[CAPACITY];
} cookie;

/* The number of bytes (of n) that are moved next; 0: a failure. */
static size_t moves(cookie *c, size_t n) {
  if (n > CAPACITY - c->at)
    n = CAPACITY - c->at;
  if (c->times == 0 || c->fail < c->at || c->fail >= c->at + n)
    return n;
  if (c->fail > c->at)
    return c->fail - c->at;
  c->times--;
  if (c->err != 0)
    errno = c->err;
  return 0;
}

static ssize_t cookie_write(void *ud, const char *p, size_t n) {
  cookie *c = ud;
  n = moves(c, n);
  memcpy(c->bytes + c->at, p, n);
  c->at += n;
  return (ssize_t)n;
}

static ssize_t cookie_read(void *ud, char *p, size_t n) {
  cookie *c = ud;
  size_t left = c->size - c->at;
  int times = c->times;
  n = moves(c, n < left ? n : left);
  if (c->times < times)
    return -1;
  memcpy(p, c->bytes + c->at, n);
  c->at += n;
  return (ssize_t)n;
}

static int close_stream(lua_State *L) {
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/*
** open(mode, buffer, fail, err, times [, bytes]): a file handle whose buffer
** has that size (0: no buffer).
*/
static int cookie_open(lua_State *L) {
  const char *mode = luaL_checkstring(L, 1);
  size_t buffer = (size_t)luaL_checkinteger(L, 2), len;
  cookie_io_functions_t io = {cookie_read, cookie_write, NULL, NULL};
  const char *bytes = luaL_optlstring(L, 6, "", &len);
  cookie *c = lua_newuserdatauv(L, sizeof *c + buffer, 0);
  luaL_Stream *stream = lua_newuserdatauv(L, sizeof *stream, 1);
  memset(c, 0, sizeof *c);
  luaL_argcheck(L, len <= CAPACITY, 6, "too long");
  memcpy(c->bytes, bytes, len);
  c->size = len;
  c->fail = (size_t)luaL_checkinteger(L, 3);
  c->err = (int)luaL_checkinteger(L, 4);
  c->times = (int)luaL_checkinteger(L, 5);
  stream->closef = NULL;
  luaL_setmetatable(L, LUA_FILEHANDLE);
  lua_pushvalue(L, -2); /* kept alive by the handle */
  lua_setiuservalue(L, -2, 1);
  stream->f = fopencookie(c, mode, io);
  if (stream->f == NULL)
    return luaL_error(L, "out of memory");
  stream->closef = close_stream;
  if (setvbuf(stream->f, buffer > 0 ? (char *)(c + 1) : NULL,
              buffer > 0 ? _IOFBF : _IONBF, buffer) != 0)
    return luaL_error(L, "no such buffer");
  return 1;
}

/* bytes(handle): the bytes moved so far. */
static int cookie_bytes(lua_State *L) {
  cookie *c;
  luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_getiuservalue(L, 1, 1);
  c = lua_touserdata(L, -1);
  lua_pushlstring(L, c->bytes, c->at);
  return 1;
}

int luaopen_cookie(lua_State *L);

int luaopen_cookie(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"open", cookie_open}, {"bytes", cookie_bytes}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_pushinteger(L, EINTR);
  lua_setfield(L, -2, "EINTR");
  lua_pushinteger(L, EIO);
  lua_setfield(L, -2, "EIO");
  lua_pushinteger(L, EAGAIN);
  lua_setfield(L, -2, "EAGAIN");
  return 1;
}
