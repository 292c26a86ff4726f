/*
** threads.c - Lua states in threads of their own, which share memory
** usage: threads SCRIPT THREADS [barrier]
** Each thread opens states, one after the other, and runs the script in them
** with three arguments: the id of the block that all share, which thread it is
** (from 1), and how many there are. With the third argument the global function
** barrier waits for all threads, else it does nothing: helgrind knows of no
** order that atomic integers make. ThreadSanitizer does.
*/
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_mview(lua_State *L);

enum { MOST = 64 };

static const char *script;
static int count;
static lua_Integer id;
static bool has_barrier;
static pthread_barrier_t all_threads;

/* barrier() */
static int barrier(lua_State *L) {
  (void)L;
  if (has_barrier)
    pthread_barrier_wait(&all_threads);
  return 0;
}

static lua_State *open_state(void) {
  lua_State *L = luaL_newstate();
  if (L == NULL)
    exit(2);
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 0);
  lua_register(L, "barrier", barrier);
  lua_settop(L, 0);
  return L;
}

/* Runs the script; ends the process if it fails. Its first result. */
static lua_Integer run(lua_State *L, int number) {
  lua_settop(L, 0);
  if (luaL_loadfile(L, script) != LUA_OK) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    exit(1);
  }
  lua_pushinteger(L, id);
  lua_pushinteger(L, number);
  lua_pushinteger(L, count);
  if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
    fprintf(stderr, "thread %d: %s\n", number, lua_tostring(L, -1));
    exit(1);
  }
  return lua_tointeger(L, -1);
}

static void *work(void *number) {
  lua_State *L = open_state();
  run(L, *(const int *)number);
  lua_close(L);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[MOST];
  int numbers[MOST];
  lua_State *L;
  if (argc < 3 || (count = atoi(argv[2])) < 1 || count > MOST)
    return 2;
  script = argv[1];
  has_barrier = argc > 3;
  pthread_barrier_init(&all_threads, NULL, (unsigned)count);
  L = open_state();
  id = run(L, 0); /* makes the block */
  for (int i = 0; i < count; i++) {
    numbers[i] = i + 1;
    if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0)
      return 2;
  }
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
  run(L, count + 1); /* looks at what they have done */
  lua_close(L);
  return 0;
}
