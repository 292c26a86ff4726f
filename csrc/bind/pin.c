/*
** pin.c - counted pins: memory that C code may use across calls
** A pin is a userdata. Its user values keep the borrower's values alive: 1 the
** owner of the memory, 2 the coroutine on whose stack the pin is, 3 the format,
** if the format is not cached for good. A pin that has ended keeps nothing
** alive. A keeper is a pin without a lease and without a finalizer.
*/
#include "pin.h"

#include <limits.h>

enum { OWNER = 1, THREAD = 2, FORMAT = 3, VALUES = FORMAT };

typedef struct pin {
  lmv_lease *lease; /* NULL: ended */
  ptrdiff_t room[]; /* Lua aligns userdata for ptrdiff_t, not for max_align_t */
} pin;

static const char pin_key, keeper_key;

/* Ends the pin, or the keeper, at idx (absolute). */
static void end_pin(lua_State *L, int idx) {
  pin *p = lua_touserdata(L, idx);
  lmv_lease *lease = p->lease;
  if (lease != NULL) {
    p->lease = NULL;
    lua_getiuservalue(L, idx, OWNER);
    lmv_lease_unpin(L, lua_gettop(L), lease);
    lua_pop(L, 1);
  }
  for (int value = OWNER; value <= VALUES; value++) {
    lua_pushnil(L);
    lua_setiuservalue(L, idx, value); /* a keeper has one user value */
  }
}

static void set_pin_meta(lua_State *L, int idx, const void *key) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  lua_setmetatable(L, idx);
}

static int pin_close(lua_State *L) {
  end_pin(L, 1);
  return 0;
}

/* Whether the coroutine is running, or waits for a coroutine that it has
** resumed. */
static bool is_active(lua_State *thread) {
  lua_Debug ar;
  return lua_status(thread) == LUA_OK && lua_getstack(thread, 0, &ar) != 0;
}

/*
** __gc of a pin that was not closed: its coroutine became garbage while the
** borrower was running. The borrower must not continue without the pin, even if
** a finalizer resurrects the coroutine. So the coroutine is closed, which
** closes its to-be-closed values in their order, the pin among them. If the
** coroutine is active, because another finalizer has resumed it, the pin is in
** use, and its finalizer is set again.
*/
static int pin_gc(lua_State *L) {
  const pin *p = lua_touserdata(L, 1);
  lua_State *thread;
  if (p->lease == NULL)
    return 0;
  lua_getiuservalue(L, 1, THREAD);
  thread = lua_tothread(L, -1);
  if (lua_status(thread) != LUA_OK) /* it has yielded or failed */
    lua_resetthread(thread);
  if (is_active(thread)) {
    set_pin_meta(L, 1, &pin_key);
  } else {
    end_pin(L, 1); /* its close was not called, e.g. without memory */
  }
  return 0;
}

static int do_nothing(lua_State *L) {
  (void)L;
  return 0;
}

/*
** At the limit of nested C calls a function could push a pin, but Lua could not
** call its __close. So the close is tried now, before the memory is pinned.
*/
static void check_close(lua_State *L) {
  lua_pushcfunction(L, do_nothing);
  lua_call(L, 0, 0);
}

ptrdiff_t *lmv_pushpin(lua_State *L, int idx, const lmv_view *v, size_t n) {
  pin *p = lua_newuserdatauv(L, sizeof *p + n * sizeof p->room[0], VALUES);
  p->lease = NULL;
  if (v == NULL)
    lua_pushvalue(L, idx);
  else
    lua_getiuservalue(L, idx, 1);
  lua_setiuservalue(L, -2, OWNER);
  lua_pushthread(L);
  lua_setiuservalue(L, -2, THREAD);
  if (v != NULL && v->anchors_format) {
    lua_getiuservalue(L, idx, 2);
    lua_setiuservalue(L, -2, FORMAT);
  }
  check_close(L);
  set_pin_meta(L, -2, &pin_key);
  return p->room;
}

void lmv_startpin(lua_State *L, lmv_lease *lease) {
  if (lease->pins == INT_MAX)
    luaL_error(L, "too many borrowers");
  lease->pins++;
  ((pin *)lua_touserdata(L, -1))->lease = lease;
}

ptrdiff_t *lmv_pushkeeper(lua_State *L, int idx, size_t n) {
  pin *p = lua_newuserdatauv(L, sizeof *p + n * sizeof p->room[0], OWNER);
  p->lease = NULL;
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, OWNER);
  set_pin_meta(L, -2, &keeper_key);
  return p->room;
}

/* Whether the value at idx (absolute) has that metatable. */
static bool has_meta(lua_State *L, int idx, const void *key) {
  bool same;
  if (lua_touserdata(L, idx) == NULL || !lua_getmetatable(L, idx))
    return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

bool lmv_unpin(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  if (!has_meta(L, idx, &pin_key) && !has_meta(L, idx, &keeper_key))
    return false;
  end_pin(L, idx);
  return true;
}

bool lmv_ispin(lua_State *L, int idx) {
  return has_meta(L, idx, &pin_key) &&
         ((const pin *)lua_touserdata(L, idx))->lease != NULL;
}

/* Pushes a metatable with the fields that pins and keepers share. */
static void push_pin_meta(lua_State *L) {
  lua_createtable(L, 0, 4);
  lua_pushliteral(L, "mview.pin");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

void lmv_open_pin(lua_State *L) {
  push_pin_meta(L);
  lua_pushcfunction(L, pin_gc);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, pin_close);
  lua_setfield(L, -2, "__close");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &pin_key);
  push_pin_meta(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keeper_key);
}
