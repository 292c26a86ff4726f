/*
** capi.c - functions of C modules that take bytes, by mview.h or without
*/
#include <lauxlib.h>

#include "mview.h"

static const mview_api *api;

/* nothing(...) */
static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

/* luaL_checklstring(s) */
static int check(lua_State *L) {
  size_t n;
  (void)luaL_checklstring(L, 1, &n);
  return 0;
}

/* mview_checklstring(x) */
static int mview_check(lua_State *L) {
  size_t n;
  (void)mview_checklstring(L, 1, &n);
  return 0;
}

static int peek(lua_State *L) {
  mview_buffer buf;
  api->peek(L, 1, MVIEW_READ, &buf);
  return 0;
}

static int borrow(lua_State *L) {
  mview_buffer buf;
  api->borrow(L, 1, MVIEW_READ, &buf);
  return 0;
}

static mview_loan push_loan(lua_State *L) {
  static unsigned char bytes[4096];
  mview_buffer buf = {0};
  buf.data = bytes;
  buf.nbytes = sizeof bytes;
  return api->lend(L, &buf, NULL, NULL);
}

/* frame(f): calls f with a view of memory that is lent for the call. */
static int frame(lua_State *L) {
  mview_loan loan;
  lua_settop(L, 1);
  loan = push_loan(L);
  lua_call(L, 1, 0);
  api->revoke(L, loan);
  return 0;
}

/* lend(): a view of lent memory, and the number of its loan. */
static int lend(lua_State *L) {
  lua_Integer loan = (lua_Integer)push_loan(L);
  lua_pushinteger(L, loan);
  return 2;
}

static int revoke(lua_State *L) {
  api->revoke(L, (mview_loan)luaL_checkinteger(L, 1));
  return 0;
}

int luaopen_capi(lua_State *L);

int luaopen_capi(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"nothing", nothing}, {"luaL_checklstring", check},
      {"peek", peek},       {"borrow", borrow},
      {"frame", frame},     {"lend", lend},
      {"revoke", revoke},   {"mview_checklstring", mview_check},
      {NULL, NULL}};
  api = mview_import(L);
  luaL_newlib(L, functions);
  return 1;
}
