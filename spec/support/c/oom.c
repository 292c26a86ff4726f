/*
** oom.c - scripts whose allocations fail on request
** A script runs in a separate state, whose allocator counts blocks and bytes.
** It fails for large blocks, and as the script requests. The script inspects
** the objects after the failure. The blocks and bytes that remain after the
** state are returned.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>

#include "state.h"

#define LIMIT ((size_t)1 << 24) /* no block is larger */

typedef struct account {
  size_t blocks, bytes; /* allocated now */
  long wait, fail;      /* allocations to grant, then allocations to refuse */
  long refused;
} account;

/* Whether the next allocation fails. */
static int refuse(account *a) {
  if (a->wait > 0) {
    a->wait--;
    return 0;
  }
  if (a->fail == 0)
    return 0;
  a->fail--;
  a->refused++;
  return 1;
}

static void *allocate(void *ud, void *block, size_t old, size_t size) {
  account *a = ud;
  void *fresh;
  if (block == NULL)
    old = 0; /* it is the type of the new object */
  if (size == 0) {
    a->blocks -= block != NULL;
    a->bytes -= old;
    free(block);
    return NULL;
  }
  if (size > old && (size > LIMIT || refuse(a)))
    return NULL;
  fresh = realloc(block, size);
  if (fresh == NULL)
    abort();
  a->blocks += block == NULL;
  a->bytes += size - old;
  return fresh;
}

/*
** starve(n, times, f, ...): calls f while the n-th allocation and the times - 1
** allocations after it fail. Returns the number of failures, and the results of
** pcall.
*/
static int starve(lua_State *L) {
  account *a;
  int status;
  lua_getallocf(L, (void **)&a);
  a->wait = (long)luaL_checkinteger(L, 1) - 1;
  a->fail = (long)luaL_checkinteger(L, 2);
  a->refused = 0;
  status = lua_pcall(L, lua_gettop(L) - 3, LUA_MULTRET, 0);
  a->wait = a->fail = 0;
  luaL_checkstack(L, 2, NULL); /* the results may have used all slots */
  lua_pushboolean(L, status == LUA_OK);
  lua_pushinteger(L, a->refused);
  lua_replace(L, 1);
  lua_replace(L, 2);
  return lua_gettop(L);
}

/*
** Runs the script at index 1 with the arguments behind it, strings and numbers.
*/
static int run_inside(lua_State *L, lua_State *inner) {
  size_t len;
  const char *code = luaL_checklstring(L, 1, &len);
  open_libraries(L, inner);
  lua_register(inner, "starve", starve);
  if (luaL_loadbuffer(inner, code, len, "=script") != LUA_OK)
    return LUA_ERRSYNTAX;
  luaL_checkstack(inner, lua_gettop(L), NULL);
  for (int i = 2; i <= lua_gettop(L); i++)
    if (lua_isinteger(L, i))
      lua_pushinteger(inner, lua_tointeger(L, i));
    else {
      const char *s = luaL_checklstring(L, i, &len);
      lua_pushlstring(inner, s, len);
    }
  return lua_pcall(inner, lua_gettop(L) - 1, 1, 0);
}

/*
** run(code, ...): runs code with the arguments, strings and integers, in a new
** state. Returns its result as a string, or raises its error. Further results:
** the number of blocks and bytes still allocated after the state was closed.
*/
static int run(lua_State *L) {
  account a = {0};
  lua_State *inner = new_state(allocate, &a);
  int failed;
  if (inner == NULL)
    return luaL_error(L, "no state");
  failed = run_inside(L, inner) != LUA_OK;
  luaL_tolstring(inner, -1, NULL);
  lua_pushstring(L, lua_tostring(inner, -1));
  lua_close(inner);
  if (failed)
    return lua_error(L);
  lua_pushinteger(L, (lua_Integer)a.blocks);
  lua_pushinteger(L, (lua_Integer)a.bytes);
  return 3;
}

int luaopen_oom(lua_State *L);

int luaopen_oom(lua_State *L) {
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, run);
  lua_setfield(L, -2, "run");
  return 1;
}
