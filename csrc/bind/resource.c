/*
** resource.c - leases whose end has an effect outside of Lua
** Resources lie in segments, each twice as large as the one before. Segments
** are userdata, user values of the pool, which the registry keeps. So Lua frees
** them at the very end of lua_close, after the last finalizer of any script.
**
** An id combines the index of the resource and its number of uses, so finding a
** resource takes constant time. A resource whose uses are exhausted is not used
** again.
*/
#include "resource.h"

#include <limits.h>
#include <string.h>

#define INDEX_BITS 24 /* leaves 40 bits for the uses */
#define INDEX_STEP ((uint64_t)1 << INDEX_BITS)
#define FIRST_SEGMENT ((size_t)64)
#define SEGMENTS 18 /* together one segment less than 1 << INDEX_BITS */
#define GUARD_META (SEGMENTS + 1) /* user value of the pool */

typedef struct lmv_resources {
  volatile unsigned loss; /* the latest of this state: lmv_losses behind it */
  bool closed;            /* the state is being closed: no more are taken */
  int nsegments;
  lmv_resource *free;
  lmv_resource *segments[SEGMENTS];
} lmv_resources;

volatile unsigned lmv_losses;

static const char resources_key;

static size_t segment_size(int s) { return FIRST_SEGMENT << s; }

/* Pushes the pool. */
static lmv_resources *push_resources(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &resources_key);
  return lua_touserdata(L, -1);
}

/* The resource at the index, or NULL if the index is too large. */
static lmv_resource *resource_at(const lmv_resources *all, uint64_t index) {
  for (int s = 0; s < all->nsegments; s++) {
    if (index < segment_size(s))
      return &all->segments[s][index];
    index -= segment_size(s);
  }
  return NULL;
}

/* Adds a segment, all of whose resources are free. pool: index of the pool. */
static void add_segment(lua_State *L, lmv_resources *all, int pool) {
  int s = all->nsegments;
  size_t n = segment_size(s), first = n - FIRST_SEGMENT;
  lmv_resource *segment;
  if (s == SEGMENTS)
    luaL_error(L, "too many maps, loans and exporters");
  segment = lua_newuserdatauv(L, n * sizeof *segment, 0);
  if (s != all->nsegments) { /* a finalizer has added the segment */
    lua_pop(L, 1);
    return;
  }
  memset(segment, 0, n * sizeof *segment);
  for (size_t i = n; i-- > 0;) {
    segment[i].all = all;
    segment[i].id = first + i;
    segment[i].next = all->free;
    all->free = &segment[i];
  }
  all->segments[s] = segment;
  all->nsegments++;
  lua_setiuservalue(L, pool, s + 1);
}

static void refuse_closed(lua_State *L) LMV_RAISES;

static void refuse_closed(lua_State *L) {
  luaL_error(L, "the state is being closed");
}

/* Takes a free resource for the guard. pool: index of the pool. */
static lmv_resource *take(lua_State *L, lmv_resources *all, int pool,
                          lmv_container *guard, lmv_source source) {
  lmv_resource *r;
  while (all->free == NULL && !all->closed)
    add_segment(L, all, pool);
  if (all->closed)
    refuse_closed(L);
  r = all->free;
  all->free = r->next;
  r->id += INDEX_STEP;
  r->used = true;
  r->end = NULL;
  r->done = NULL;
  r->fd = -1;
  r->watch = NULL;
  lmv_lease_start(&r->lease, source, NULL, 0);
  guard->lease = &r->lease;
  guard->first = r->lease.first;
  guard->source = source;
  return r;
}

lmv_resource *lmv_track(lua_State *L, lmv_container *guard, lmv_source source) {
  lmv_resources *all = push_resources(L);
  lmv_resource *r = take(L, all, lua_gettop(L), guard, source);
  lua_pop(L, 1);
  return r;
}

lmv_resource *lmv_find_resource(lua_State *L, uint64_t id) {
  lmv_resource *r = resource_at(push_resources(L), id % INDEX_STEP);
  lua_pop(L, 1);
  return r != NULL && r->used && r->id == id ? r : NULL;
}

void lmv_resource_notify(lmv_resource *r) {
  if (r->done != NULL)
    r->done(r->ud);
}

void lmv_resource_lose(lmv_resource *r) {
  r->lease.lost = true;
  lmv_lease_expire(&r->lease, "file shrank");
#if defined(__GNUC__) /* threads share it */
  r->all->loss = __atomic_add_fetch(&lmv_losses, 1, __ATOMIC_RELAXED);
#else
  r->all->loss = ++lmv_losses;
#endif
}

void lmv_reportlosses(lua_State *L, unsigned before) {
  const lmv_resources *all;
  luaL_checkstack(L, LUA_MINSTACK, NULL); /* results may fill the stack */
  all = push_resources(L);
  lua_pop(L, 1);
  if (all->loss - before - 1 < UINT_MAX / 2) /* it is later; both wrap around */
    luaL_error(L, "attempt to use an expired view (its file shrank)");
}

/* Frees the resource only after end: end may call code that looks for resources
** or takes one. */
void lmv_resource_end(lmv_lease *lease) {
  lmv_resource *r = (lmv_resource *)lease;
  if (!r->used)
    return;
  r->used = false;
  if (r->end != NULL)
    r->end(r);
  lmv_lease_move(lease, NULL, 0);
  if (r->id <= UINT64_MAX - INDEX_STEP) {
    r->next = r->all->free;
    r->all->free = r;
  }
}

/* ---- finalizers ----------------------------------------------------------*/

int lmv_guard_gc(lua_State *L) {
  const lmv_container *guard = lua_touserdata(L, 1);
  if (lmv_container_alive(guard))
    lmv_lease_kill(guard->lease);
  return 0;
}

lmv_resource *lmv_pushguard(lua_State *L, lmv_source source, int values) {
  lmv_resources *all = push_resources(L);
  lmv_container *guard = lua_newuserdatauv(L, sizeof *guard, values);
  lmv_resource *r;
  *guard = (lmv_container){(lmv_lease *)&lmv_nolease, 0, source};
  lua_getiuservalue(L, -2, GUARD_META);
  lua_setmetatable(L, -2);
  r = take(L, all, lua_gettop(L) - 1, guard, source);
  lua_replace(L, -2);
  return r;
}

/*
** __gc of the pool. Lua calls finalizers in the reverse order of creation when
** it closes a state, so this one runs after those of all guards. Ends the
** resources that are left: those taken by finalizers, those whose finalizer was
** lost, and those that are still pinned.
*/
static int resources_gc(lua_State *L) {
  lmv_resources *all = lua_touserdata(L, 1);
  all->closed = true;
  for (int s = 0; s < all->nsegments; s++)
    for (size_t i = 0; i < segment_size(s); i++)
      if (all->segments[s][i].used) {
        lmv_lease_kill(&all->segments[s][i].lease);
        lmv_resource_end(&all->segments[s][i].lease);
      }
  return 0;
}

/* Sets __gc of the table on top. */
static void set_gc(lua_State *L, lua_CFunction gc) {
  lua_pushcfunction(L, gc);
  lua_setfield(L, -2, "__gc");
}

void lmv_open_resource(lua_State *L) {
  lmv_resources *all = lua_newuserdatauv(L, sizeof *all, GUARD_META);
  memset(all, 0, sizeof *all);
  lua_createtable(L, 0, 1);
  set_gc(L, lmv_guard_gc);
  lua_setiuservalue(L, -2, GUARD_META);
  lua_createtable(L, 0, 1);
  set_gc(L, resources_gc);
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &resources_key);
}
