/*
** bad_exporters.c - userdata whose exporters break rules, or use rare ones
*/
#include <lauxlib.h>
#include <lua.h>

#include "mview.h"

#include <string.h>

static int releases;
static unsigned char odd_bytes[4] = {1, 2, 3, 4};

static void release_odd(void *state) {
  if (state == odd_bytes)
    releases++;
}

static void describe(lua_State *L, int idx, mview_buffer *buf, void **state) {
  luaL_checktype(L, idx, LUA_TUSERDATA);
  buf->data = odd_bytes;
  buf->nbytes = sizeof odd_bytes;
  *state = odd_bytes;
}

static void describe_format(lua_State *L, int idx, mview_buffer *buf,
                            void **state) {
  describe(L, idx, buf, state);
  buf->format = "k";
}

static void describe_shape(lua_State *L, int idx, mview_buffer *buf,
                           void **state) {
  static const ptrdiff_t shape[] = {-1};
  describe(L, idx, buf, state);
  buf->ndim = 1;
  buf->shape = shape;
}

static void describe_nothing(lua_State *L, int idx, mview_buffer *buf,
                             void **state) {
  (void)L, (void)idx, (void)buf;
  *state = odd_bytes;
}

/* Leaves *buf zeroed: its data is NULL. */
static void describe_size(lua_State *L, int idx, mview_buffer *buf,
                          void **state) {
  (void)L, (void)idx;
  buf->nbytes = 4;
  *state = odd_bytes;
}

static void raise(lua_State *L, int idx, mview_buffer *buf, void **state) {
  describe(L, idx, buf, state);
  luaL_error(L, "no memory to give");
}

/* Describes memory that it borrows from its user value. */
static void borrow(lua_State *L, int idx, mview_buffer *buf, void **state) {
  describe(L, idx, buf, state);
  lua_getiuservalue(L, idx, 1);
  mview_import(L)->borrow(L, -1, MVIEW_READ, buf);
}

/* Describes a new string of as many bytes as its user value gives; only the
** borrow keeps the string alive. */
static void borrow_new(lua_State *L, int idx, mview_buffer *buf, void **state) {
  luaL_Buffer b;
  size_t n;
  lua_getiuservalue(L, idx, 1);
  n = (size_t)lua_tointeger(L, -1);
  memset(luaL_buffinitsize(L, &b, n), 'n', n);
  luaL_pushresultsize(&b, n);
  mview_import(L)->borrow(L, -1, MVIEW_READ, buf);
  lua_remove(L, -2);
  *state = odd_bytes;
}

/* Describes two rows, which are such strings, by pointers to them. */
static void borrow_rows(lua_State *L, int idx, mview_buffer *buf,
                        void **state) {
  static void *rows[2];
  static ptrdiff_t shape[] = {2, 0};
  static const ptrdiff_t strides[] = {sizeof *rows, 1}, suboffsets[] = {0, -1};
  for (int k = 0; k < 2; k++) {
    borrow_new(L, idx, buf, state);
    rows[k] = buf->data;
    shape[1] = (ptrdiff_t)buf->nbytes;
  }
  buf->data = rows;
  buf->nbytes *= 2;
  buf->ndim = 2;
  buf->shape = shape;
  buf->strides = strides;
  buf->suboffsets = suboffsets;
}

/* The format and the shape lie in values that it leaves on the stack. */
static void litter(lua_State *L, int idx, mview_buffer *buf, void **state) {
  ptrdiff_t *shape = lua_newuserdatauv(L, 2 * sizeof *shape, 0);
  describe(L, idx, buf, state);
  shape[0] = shape[1] = 2;
  buf->ndim = 2;
  buf->shape = shape;
  buf->format = lua_pushfstring(L, "%s", "b");
  for (int i = 2; i < LUA_MINSTACK; i++)
    lua_pushnil(L);
}

/* The format is malformed, and all stack slots are used. */
static void litter_format(lua_State *L, int idx, mview_buffer *buf,
                          void **state) {
  litter(L, idx, buf, state);
  luaL_checkstack(L, 1000, NULL);
  for (int i = 0; i < 1000; i++)
    lua_pushnil(L);
  buf->format = "k";
}

/* exporter(name [, x]): a userdata with an exporter of that kind. "borrower"
** borrows x, "new string" a string of x bytes, "rows" two such strings. */
static int new_exporter(lua_State *L) {
  static const mview_exporter exporters[] = {
      {MVIEW_API_VERSION + 1, describe, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, describe_format, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, describe_shape, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, describe_nothing, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, raise, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, litter, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, litter_format, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, describe, NULL, {NULL, NULL}},
      {MVIEW_API_VERSION, borrow, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, borrow_new, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, borrow_rows, release_odd, {NULL, NULL}},
      {MVIEW_API_VERSION, describe_size, release_odd, {NULL, NULL}}};
  static const char *const names[] = {
      "version", "format",        "shape",  "nothing",  "error",
      "litter",  "litter format", "silent", "borrower", "new string",
      "rows",    "size",          NULL};
  int kind = luaL_checkoption(L, 1, NULL, names);
  lua_settop(L, 2);
  lua_newuserdatauv(L, 0, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 1);
  lua_newtable(L);
  mview_setexporter(L, -1, &exporters[kind]);
  lua_setmetatable(L, -2);
  return 1;
}

/* releases(): the number of calls of release of these exporters. */
static int count_releases(lua_State *L) {
  lua_pushinteger(L, releases);
  return 1;
}

/* null(): the light userdata NULL, which other libraries use for null. */
static int null(lua_State *L) {
  lua_pushlightuserdata(L, NULL);
  return 1;
}

/* handle(): a light userdata with the address of an exporter. */
static int handle(lua_State *L) {
  static const mview_exporter forged = {
      MVIEW_API_VERSION, describe, release_odd, {NULL, NULL}};
  lua_pushlightuserdata(L, (void *)&forged);
  return 1;
}

int luaopen_bad_exporters(lua_State *L);

int luaopen_bad_exporters(lua_State *L) {
  static const luaL_Reg functions[] = {{"exporter", new_exporter},
                                       {"releases", count_releases},
                                       {"null", null},
                                       {"handle", handle},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
