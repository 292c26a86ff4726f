/*
** collector.c - makes the collector of a state hostile
** "emergency": the first try to allocate an object fails, so Lua collects all
** garbage, without finalizers, and tries again. (Buffers of the auxiliary
** library do not try again, so their allocations do not fail.) "debt": after
** the allocation of an object the collector owes work, so it runs, with
** finalizers, at the next possible point; in generational mode this is a whole
** young collection each time. With a period of n, this happens for each n-th
** object. The allocator stays in use after the stop: Lua 5.5 frees a string
** that a buffer made by the allocator at the time of the buffer.
*/
#include <lauxlib.h>
#include <lua.h>

/* The data of the only hostile state. */
static struct {
  lua_Alloc allocate; /* the state's own */
  void *ud;
  lua_State *L;
  int started, debt, failing;
  lua_Integer period, count;
} hostile;

static int is_due(void) {
  if (++hostile.count < hostile.period)
    return 0;
  hostile.count = 0;
  return 1;
}

static void *allocate(void *ud, void *block, size_t old, size_t size) {
  int object = block == NULL && old != 0 && size > 0;
  (void)ud;
  if (object && hostile.failing) {
    hostile.failing = 0; /* the second try succeeds */
  } else if (object && hostile.started && is_due()) {
    if (!hostile.debt) {
      hostile.failing = 1;
      return NULL;
    }
    lua_gc(hostile.L, LUA_GCRESTART); /* no debt before this block: adds debt */
  }
  return hostile.allocate(hostile.ud, block, old, size);
}

static int stop(lua_State *L) {
  if (hostile.started)
    lua_setallocf(L, hostile.allocate, hostile.ud);
  hostile.started = 0;
  return 0;
}

/* start(kind [, period]) */
static int start(lua_State *L) {
  static const char *const kinds[] = {"emergency", "debt", NULL};
  int debt = luaL_checkoption(L, 1, NULL, kinds);
  lua_Integer period = luaL_optinteger(L, 2, 1);
  stop(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  hostile.L = lua_tothread(L, -1);
  hostile.debt = debt;
  hostile.period = period;
  hostile.count = hostile.failing = 0;
  hostile.allocate = lua_getallocf(L, &hostile.ud);
  lua_setallocf(L, allocate, NULL);
  hostile.started = 1;
  return 0;
}

int luaopen_collector(lua_State *L);

/* Closing the state unloads the allocator, so it must not be in use then. */
static void stop_at_close(lua_State *L) {
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, stop);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  luaL_ref(L, LUA_REGISTRYINDEX);
}

int luaopen_collector(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"start", start}, {"stop", stop}, {NULL, NULL}};
  stop_at_close(L);
  luaL_newlib(L, functions);
  return 1;
}
