/*
** lua_states.c - runs Lua in separate states, with an allocator that counts
** bytes and can be made to fail
*/
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "state.h"

typedef struct account {
  size_t bytes; /* allocated now */
  long left;    /* allocations until all fail; below 0: no failures */
} account;

static void *allocate(void *ud, void *block, size_t old, size_t size) {
  account *a = ud;
  void *fresh;
  if (block == NULL)
    old = 0; /* it is the type of the new object */
  if (size == 0) {
    free(block);
    a->bytes -= old;
    return NULL;
  }
  if (size > old && a->left == 0)
    return NULL;
  fresh = realloc(block, size);
  if (fresh == NULL)
    abort();
  if (size > old && a->left > 0)
    a->left--;
  a->bytes += size - old;
  return fresh;
}

/* A new state with the module paths of L. */
static lua_State *open_state(lua_State *L, account *a) {
  lua_State *inner;
  a->bytes = 0;
  a->left = -1;
  inner = new_state(allocate, a);
  open_libraries(L, inner);
  return inner;
}

/* Closes the inner state, and raises its error in L. */
static void check(lua_State *L, lua_State *inner, int status) {
  if (status == LUA_OK)
    return;
  lua_pushstring(L, lua_tostring(inner, -1));
  lua_close(inner);
  lua_error(L);
}

/* sequence(n, code): runs code in n states, one after the other. Returns the
** number of bytes still allocated after they were closed. */
static int sequence(lua_State *L) {
  lua_Integer n = luaL_checkinteger(L, 1);
  const char *code = luaL_checkstring(L, 2);
  size_t bytes = 0;
  while (n-- > 0) {
    account a;
    lua_State *inner = open_state(L, &a);
    check(L, inner, luaL_dostring(inner, code));
    lua_close(inner);
    bytes += a.bytes;
  }
  lua_pushinteger(L, (lua_Integer)bytes);
  return 1;
}

/*
** starve(code): code returns a function. The function is called in a new state
** without memory from the first allocation on, then from the second on, and so
** on until it succeeds. Returns the number of failures, and the number of bytes
** still allocated after the states were closed.
*/
static int starve(lua_State *L) {
  const char *code = luaL_checkstring(L, 1);
  size_t bytes = 0;
  int status = LUA_ERRMEM;
  long n;
  for (n = 0; status == LUA_ERRMEM; n++) {
    account a;
    lua_State *inner = open_state(L, &a);
    check(L, inner, luaL_dostring(inner, code));
    lua_gc(inner, LUA_GCCOLLECT);
    a.left = n;
    status = lua_pcall(inner, 0, 0, 0);
    a.left = -1;
    if (status != LUA_ERRMEM)
      check(L, inner, status);
    lua_close(inner);
    bytes += a.bytes;
  }
  lua_pushinteger(L, n - 1);
  lua_pushinteger(L, (lua_Integer)bytes);
  return 2;
}

/* ---- states that a spec keeps --------------------------------------------*/

typedef struct opened {
  account a;
  lua_State *state; /* NULL: closed */
} opened;

static opened *check_opened(lua_State *L) {
  opened *o = luaL_checkudata(L, 1, "lua_states.state");
  luaL_argcheck(L, o->state != NULL, 1, "closed");
  return o;
}

/* open(): a new state. */
static int state_open(lua_State *L) {
  opened *o = lua_newuserdatauv(L, sizeof *o, 0);
  o->state = NULL;
  luaL_setmetatable(L, "lua_states.state");
  o->state = open_state(L, &o->a);
  return 1;
}

/* state:run(code): the result of code in the state as a string, or nil. */
static int state_run(lua_State *L) {
  lua_State *inner = check_opened(L)->state;
  int failed = luaL_dostring(inner, luaL_checkstring(L, 2));
  lua_settop(inner, lua_gettop(inner) > 0 ? 1 : 0);
  if (lua_gettop(inner) == 0 || lua_isnil(inner, 1)) {
    lua_pushnil(L);
  } else {
    size_t n;
    const char *s = luaL_tolstring(inner, 1, &n);
    lua_pushlstring(L, s, n);
  }
  lua_settop(inner, 0);
  return failed ? lua_error(L) : 1;
}

/* state:close(): the number of bytes still allocated. Also called by the
** collector. */
static int state_close(lua_State *L) {
  opened *o = luaL_checkudata(L, 1, "lua_states.state");
  if (o->state != NULL)
    lua_close(o->state);
  o->state = NULL;
  lua_pushinteger(L, (lua_Integer)o->a.bytes);
  return 1;
}

static void make_state_type(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"run", state_run}, {"close", state_close}, {NULL, NULL}};
  luaL_newmetatable(L, "lua_states.state");
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, state_close);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}

int luaopen_lua_states(lua_State *L);

int luaopen_lua_states(lua_State *L) {
  static const luaL_Reg functions[] = {{"sequence", sequence},
                                       {"starve", starve},
                                       {"open", state_open},
                                       {NULL, NULL}};
  make_state_type(L);
  luaL_newlib(L, functions);
  return 1;
}
