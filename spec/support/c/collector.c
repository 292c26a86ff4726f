/*
** collector.c - makes the collector of a state hostile
** "emergency": the first try to allocate an object fails, so Lua collects all
** garbage, without finalizers, and tries again. (Buffers of the auxiliary
** library do not try again, so their allocations do not fail.) "debt": after
** the allocation of an object the collector owes work, so it runs, with
** finalizers, at the next possible point; in generational mode this is a whole
** young collection each time. With a period of n, this happens for each n-th
** object. Lua can call the allocator after the stop, too: Lua 5.5 frees a
** string that a buffer made by the allocator of that time.
*/
#include <assert.h>

#include <lauxlib.h>
#include <lua.h>

typedef struct hostile {
  lua_State *L;       /* the main thread; NULL: not in use */
  lua_Alloc allocate; /* the state's own */
  void *ud;
  int started, debt, failing;
  lua_Integer period, count;
} hostile;

/* A state, and one that runs inside it. */
static hostile states[2];

static hostile *hostile_of(lua_State *L) {
  hostile *h = states;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  L = lua_tothread(L, -1);
  lua_pop(L, 1);
  if (h->L != NULL && h->L != L)
    h++;
  assert(h->L == NULL || h->L == L);
  h->L = L;
  return h;
}

static int is_due(hostile *h) {
  if (++h->count < h->period)
    return 0;
  h->count = 0;
  return 1;
}

static void *allocate(void *ud, void *block, size_t old, size_t size) {
  hostile *h = ud;
  int object = block == NULL && old != 0 && size > 0;
  if (object && h->failing) {
    h->failing = 0; /* the second try succeeds */
  } else if (object && h->started && is_due(h)) {
    if (!h->debt) {
      h->failing = 1;
      return NULL;
    }
    lua_gc(h->L, LUA_GCRESTART); /* no debt before this block: adds debt */
  }
  return h->allocate(h->ud, block, old, size);
}

static void stop_hostile(lua_State *L, hostile *h) {
  if (h->started)
    lua_setallocf(L, h->allocate, h->ud);
  h->started = 0;
}

static int stop(lua_State *L) {
  stop_hostile(L, hostile_of(L));
  return 0;
}

/* start(kind [, period]) */
static int start(lua_State *L) {
  static const char *const kinds[] = {"emergency", "debt", NULL};
  int debt = luaL_checkoption(L, 1, NULL, kinds);
  lua_Integer period = luaL_optinteger(L, 2, 1);
  hostile *h = hostile_of(L);
  stop_hostile(L, h);
  h->debt = debt;
  h->period = period;
  h->count = h->failing = 0;
  h->allocate = lua_getallocf(L, &h->ud);
  lua_setallocf(L, allocate, h);
  h->started = 1;
  return 0;
}

/* Closing the state unloads the allocator, so it must not be in use then. */
static int leave(lua_State *L) {
  hostile *h = hostile_of(L);
  stop_hostile(L, h);
  h->L = NULL;
  return 0;
}

static void leave_at_close(lua_State *L) {
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, leave);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  luaL_ref(L, LUA_REGISTRYINDEX);
}

int luaopen_collector(lua_State *L);

int luaopen_collector(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"start", start}, {"stop", stop}, {NULL, NULL}};
  leave_at_close(L);
  luaL_newlib(L, functions);
  return 1;
}
