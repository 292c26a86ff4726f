/*
** busy.c - threads that run Lua code over and over
*/
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

typedef struct busy {
  pthread_t thread;
  lua_State *state; /* NULL: stopped */
  atomic_int rounds;
  atomic_bool stopped;
} busy;

static void *work(void *argument) {
  busy *b = argument;
  do {
    lua_pushvalue(b->state, 1);
    if (lua_pcall(b->state, 0, 0, 0) != LUA_OK)
      atomic_store(&b->stopped, true);
    atomic_fetch_add(&b->rounds, 1);
  } while (!atomic_load(&b->stopped));
  return NULL;
}

/* start(code): a thread with a state of its own. The code returns the function
** that the thread calls over and over; start waits for its first call. */
static int busy_start(lua_State *L) {
  const char *code = luaL_checkstring(L, 1);
  busy *b = lua_newuserdatauv(L, sizeof *b, 0);
  memset(b, 0, sizeof *b);
  luaL_setmetatable(L, "busy");
  b->state = luaL_newstate();
  luaL_openlibs(b->state);
  if (luaL_dostring(b->state, code) ||
      pthread_create(&b->thread, NULL, work, b) != 0)
    return luaL_error(L, "%s", lua_tostring(b->state, -1));
  while (atomic_load(&b->rounds) == 0)
    ;
  return 1;
}

/* busy:stop(), also __close: ends the thread and its state. Returns the message
** of the error that had stopped the thread, or nil. */
static int busy_stop(lua_State *L) {
  busy *b = luaL_checkudata(L, 1, "busy");
  if (b->state == NULL)
    return 0;
  atomic_store(&b->stopped, true);
  pthread_join(b->thread, NULL);
  lua_pushstring(L, lua_tostring(b->state, 2));
  lua_close(b->state);
  b->state = NULL;
  return 1;
}

int luaopen_busy(lua_State *L);

int luaopen_busy(lua_State *L) {
  static const luaL_Reg functions[] = {{"start", busy_start}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"stop", busy_stop}, {NULL, NULL}};
  luaL_newmetatable(L, "busy");
  lua_pushcfunction(L, busy_stop);
  lua_setfield(L, -2, "__close");
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
