/*
** lease.c - who may use memory, and who may end it
** A lease ends in one of three ways: its exporter ends it (release, close,
** revoke), its last user goes (foreign exporters), or the collector takes it.
** Its memory is given back exactly once, never under a pin: the callback is
** cleared before it is called. Killing a lease or expiring views only raises
** the generation, so no list of views is needed, and what is dead stays dead.
**
** A pin is a userdata with __close and __gc. User value 1 is the pinned view,
** user value 2 the coroutine on whose stack it is.
*/
#include "lease.h"

#include <limits.h>
#include <string.h>

typedef struct pin {
  lmv_lease *lease; /* NULL: ended */
  ptrdiff_t room[]; /* Lua aligns userdata for that, not for max_align_t */
} pin;

static const char lease_key, pin_key, debts_key;

static unsigned char nothing; /* what the base of no bytes points to */

void lmv_lease_init(lmv_lease *lease, lmv_source source, void *base,
                    size_t size) {
  lease->generation = 1;
  lease->views = 0;
  lease->pins = 0;
  lease->source = source;
  lease->alive = true;
  lease->readonly = false;
  lease->expiry = "";
  lease->end = NULL;
  lmv_lease_move(lease, base, size);
}

void lmv_lease_move(lmv_lease *lease, void *base, size_t size) {
  lease->base = base != NULL ? base : &nothing;
  lease->size = size;
}

void lmv_lease_expire(lmv_lease *lease, const char *expiry) {
  lease->generation++;
  lease->expiry = expiry;
}

void lmv_lease_finish(lmv_lease *lease) {
  void (*end)(lmv_lease *) = lease->end;
  lease->end = NULL;
  if (end != NULL)
    end(lease);
  lmv_lease_move(lease, NULL, 0);
}

void lmv_lease_kill(lmv_lease *lease) {
  if (!lease->alive)
    return;
  lease->alive = false;
  lease->generation++;
  if (lease->pins == 0)
    lmv_lease_finish(lease);
}

void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what) {
  if (lease->pins > 0)
    luaL_error(L, "%s is pinned by %d borrower%s", what, lease->pins,
               lease->pins == 1 ? "" : "s");
}

/* A foreign exporter hears when neither view nor pin uses its memory. */
static void check_unused(lmv_lease *lease) {
  if (lease->pins > 0)
    return;
  if (!lease->alive)
    lmv_lease_finish(lease);
  else if (lease->source == LMV_FOREIGN && lease->views == 0)
    lmv_lease_kill(lease);
}

void lmv_release(lmv_view *v) {
  if (v->generation == 0)
    return;
  v->generation = 0;
  v->lease->views--;
  check_unused(v->lease);
}

/* ---- debts ---------------------------------------------------------------*/

#define BUCKETS 256

/* Numbers come from one counter. */
typedef struct debts {
  uint64_t last;
  bool closed; /* leases made from now on are not finalized */
  lmv_debt *buckets[BUCKETS];
} debts;

static debts *get_debts(lua_State *L) {
  debts *all;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &debts_key);
  all = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return all;
}

void lmv_owe(lua_State *L, lmv_debt *debt, void (*end)(lmv_lease *lease)) {
  debts *all = get_debts(L);
  lmv_debt **bucket;
  if (all->closed)
    luaL_error(L, "the state is being closed");
  debt->number = ++all->last;
  bucket = &all->buckets[debt->number % BUCKETS];
  debt->next = *bucket;
  debt->previous = bucket;
  if (debt->next != NULL)
    debt->next->previous = &debt->next;
  *bucket = debt;
  debt->lease.end = end;
}

void lmv_settle(lmv_lease *lease) {
  lmv_debt *debt = (lmv_debt *)lease;
  if (debt->next != NULL)
    debt->next->previous = debt->previous;
  *debt->previous = debt->next;
}

lmv_debt *lmv_find_debt(lua_State *L, uint64_t number) {
  lmv_debt *debt = get_debts(L)->buckets[number % BUCKETS];
  while (debt != NULL && debt->number != number)
    debt = debt->next;
  return debt;
}

/* ---- pins ----------------------------------------------------------------*/

static void unpin(pin *p) {
  lmv_lease *lease = p->lease;
  if (lease == NULL)
    return;
  p->lease = NULL;
  lease->pins--;
  check_unused(lease);
}

static int pin_close(lua_State *L) {
  unpin(lua_touserdata(L, 1));
  return 0;
}

/*
** The collector finds a pin that was not closed where a coroutine was lost in
** the middle of the borrower. That must not go on without the pin, whichever
** finalizer brings the coroutine back: it is closed, and closes the pin.
*/
static int pin_gc(lua_State *L) {
  pin *p = lua_touserdata(L, 1);
  if (p->lease != NULL) {
    lua_State *thread;
    lua_getiuservalue(L, 1, 2);
    thread = lua_tothread(L, -1);
    if (lua_status(thread) == LUA_YIELD)
      lua_resetthread(thread);
    unpin(p); /* not even its close was called, without memory say */
  }
  return 0;
}

ptrdiff_t *lmv_pushpin(lua_State *L, int idx, size_t n) {
  lmv_view *v = lua_touserdata(L, idx);
  pin *p = lua_newuserdatauv(L, sizeof *p + n * sizeof p->room[0], 2);
  p->lease = NULL;
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, 1);
  lua_pushthread(L);
  lua_setiuservalue(L, -2, 2);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &pin_key);
  lua_setmetatable(L, -2);
  lmv_checklive(L, v);
  if (v->lease->pins == INT_MAX)
    luaL_error(L, "too many borrowers");
  v->lease->pins++;
  p->lease = v->lease;
  return p->room;
}

bool lmv_unpin(lua_State *L, int idx) {
  pin *p = lua_touserdata(L, idx);
  bool same;
  if (p == NULL || !lua_getmetatable(L, idx))
    return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &pin_key);
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  if (same)
    unpin(p);
  return same;
}

/* ---- dead views ----------------------------------------------------------*/

int lmv_expirederror(lua_State *L, const lmv_lease *lease) {
  return luaL_error(L, "attempt to use an expired view (its %s)",
                    lease->expiry);
}

int lmv_deaderror(lua_State *L, const lmv_view *v) {
  if (v->generation == 0)
    return luaL_error(L, "attempt to use a released view");
  if (!v->lease->alive)
    return luaL_error(L, "attempt to use a view of revoked memory");
  return lmv_expirederror(L, v->lease);
}

unsigned char *lmv_writable(lua_State *L, const lmv_view *v) {
  unsigned char *base = lmv_base(L, v);
  if (v->readonly)
    luaL_error(L, "attempt to write to a read-only view");
  return base;
}

/* ---- metatables ----------------------------------------------------------*/

/* The collector takes the lease and with it every view; or the state closes. */
static int lease_gc(lua_State *L) {
  lmv_lease *lease = lua_touserdata(L, 1);
  lmv_lease_kill(lease);
  lmv_lease_finish(lease);
  return 0;
}

/*
** The state is closed. What finalizers have made meanwhile has no finalizer,
** but is on the books: this comes after theirs, as it was made before.
*/
static int debts_gc(lua_State *L) {
  debts *all = lua_touserdata(L, 1);
  all->closed = true;
  for (int i = 0; i < BUCKETS; i++)
    while (all->buckets[i] != NULL) {
      lmv_lease *lease = &all->buckets[i]->lease;
      lmv_lease_kill(lease);
      lmv_lease_finish(lease);
    }
  return 0;
}

static void open_debts(lua_State *L) {
  debts *all = lua_newuserdatauv(L, sizeof *all, 0);
  memset(all, 0, sizeof *all);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, debts_gc);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &debts_key);
}

void lmv_pushleasemeta(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &lease_key);
}

void lmv_open_lease(lua_State *L) {
  open_debts(L);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, lease_gc);
  lua_setfield(L, -2, "__gc");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &lease_key);
  lua_createtable(L, 0, 4);
  lua_pushcfunction(L, pin_gc);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, pin_close);
  lua_setfield(L, -2, "__close");
  lua_pushliteral(L, "mview.pin");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &pin_key);
}
