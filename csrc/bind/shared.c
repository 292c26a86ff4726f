/*
** shared.c - blocks of memory that all Lua states of the process can attach to
** A table of the process maps ids to blocks. Each container, in any state, is a
** hold on its block. A container is a resource, so its hold ends exactly once.
** The end of the last hold frees the block.
**
** Lua's collector does not count this memory and would see no reason to collect
** dropped holds. So each state counts the bytes that it holds. When they have
** grown by as much as Lua's memory and they were together after the last
** collection, the state makes a full collection, as Lua does by default for its
** own memory.
*/
#include "shared.h"

#include "args.h"
#include "container.h"
#include "lock.h"
#include "resource.h"
#include "seed.h"
#include "view.h"

#include <stddef.h>
#include <stdlib.h>

#if !defined(_WIN32)
#include <unistd.h>
#endif

/* ---- the blocks of the process -------------------------------------------*/

typedef struct shared_block {
  struct shared_block *next;
  uint64_t id;
  size_t size;
  size_t holds;
  max_align_t bytes[];
} shared_block;

enum { BUCKETS = 1024 }; /* of lists, selected by the last bits of the id */

static shared_block *blocks[BUCKETS];
static uint64_t last_id;

/* A number that differs between a process and its forked children. */
static uint64_t process_number(void) {
#if defined(_WIN32)
  return 1;
#else
  return (uint64_t)getpid();
#endif
}

/*
** Ids count from a random number of the process and of this copy of the library
** on, so that the id of another process or copy names no block here but in one
** of a million cases. A forked child counts from another number on than its
** parent. A double can hold an id, as some libraries convert all numbers that
** they pass to a thread to doubles.
*/
static uint64_t next_id(void) {
  static uint64_t counting; /* the process that the last id is of */
  uint64_t copy = (uint64_t)(uintptr_t)&last_id, process = process_number();
  if (counting != process)
    last_id = (lmv_seed() ^
               (copy + (process << 32)) * UINT64_C(0x9e3779b97f4a7c15)) >>
              44 << 32; /* below 2^52 */
  counting = process;
  return ++last_id;
}

/* A new block of n zero bytes, with one hold; NULL without memory. */
static shared_block *new_shared(size_t n) {
  shared_block *b =
      n <= PTRDIFF_MAX - sizeof *b ? calloc(1, sizeof *b + n) : NULL;
  if (b == NULL)
    return NULL;
  b->size = n;
  b->holds = 1;
  lmv_acquirelock();
  b->id = next_id();
  b->next = blocks[b->id % BUCKETS];
  blocks[b->id % BUCKETS] = b;
  lmv_releaselock();
  return b;
}

/* The block with that id, with one more hold; NULL if there is no block. */
static shared_block *hold_shared(uint64_t id) {
  shared_block *b;
  lmv_acquirelock();
  b = blocks[id % BUCKETS];
  while (b != NULL && b->id != id)
    b = b->next;
  if (b != NULL)
    b->holds++;
  lmv_releaselock();
  return b;
}

static void remove_shared(shared_block *b) {
  shared_block **at = &blocks[b->id % BUCKETS];
  while (*at != b)
    at = &(*at)->next;
  *at = b->next;
}

/* Ends a hold. */
static void drop_shared(shared_block *b) {
  bool last;
  lmv_acquirelock();
  last = --b->holds == 0;
  if (last)
    remove_shared(b);
  lmv_releaselock();
  if (last)
    free(b);
}

/* ---- the bytes that a state holds ----------------------------------------*/

typedef struct holdings {
  size_t bytes;     /* held now; a block with two holds counts twice */
  size_t collected; /* held after the last collection */
} holdings;

static const char holdings_key;

static holdings *get_holdings(lua_State *L) {
  holdings *h;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &holdings_key);
  h = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return h;
}

/* Collects, unless the script or Lua has stopped the collector. */
static void collect(lua_State *L) {
  holdings *h = get_holdings(L);
  if (lua_gc(L, LUA_GCISRUNNING) != 1)
    return;
  lua_gc(L, LUA_GCCOLLECT);
  h->collected = h->bytes;
}

/* Adds n bytes to the held bytes, and collects if they have grown enough. */
static void charge(lua_State *L, size_t n) {
  holdings *h = get_holdings(L);
  size_t lua = (size_t)lua_gc(L, LUA_GCCOUNT) << 10;
  h->bytes += n;
  if (h->bytes > h->collected && h->bytes - h->collected > lua + h->collected)
    collect(L);
}

/* ---- containers ----------------------------------------------------------*/

static shared_block *block_of_lease(const lmv_lease *lease) {
  return (shared_block *)(void *)(lease->base - offsetof(shared_block, bytes));
}

/* The end of the resource: drops the hold. */
static void end_hold(lmv_resource *r) {
  shared_block *b = block_of_lease(&r->lease);
  ((holdings *)r->ud)->bytes -= b->size;
  drop_shared(b);
}

/* Gives the block to the container on top, which has no block yet. */
static int set_block(lua_State *L, const lmv_container *c, shared_block *b) {
  lmv_resource *r = (lmv_resource *)c->lease;
  r->ud = get_holdings(L);
  r->end = end_hold;
  lmv_lease_move(&r->lease, b->bytes, b->size);
  charge(L, b->size);
  return 1;
}

/* mview.shared(n): a new block of n zero bytes. */
static int make_shared(lua_State *L) {
  size_t n = (size_t)lmv_checksize(L, 1);
  const lmv_container *c = lmv_pushcontainer(L, sizeof *c, LMV_SHARED);
  shared_block *b = new_shared(n);
  if (b == NULL) { /* a second try, as Lua does for its own memory */
    collect(L);
    b = new_shared(n);
  }
  if (b == NULL) {
    lmv_lease_kill(c->lease);
    return luaL_error(L, "not enough memory");
  }
  return set_block(L, c, b);
}

/* mview.attach(id): the block with that id; or nil and a message. */
static int make_attached(lua_State *L) {
  lua_Integer id = lmv_checkinteger(L, 1);
  const lmv_container *c = lmv_pushcontainer(L, sizeof *c, LMV_SHARED);
  shared_block *b = hold_shared((uint64_t)id);
  if (b != NULL)
    return set_block(L, c, b);
  lmv_lease_kill(c->lease);
  lua_pushnil(L);
  lua_pushfstring(L, "no shared block of id %I", (LUAI_UACINT)id);
  return 2;
}

const luaL_Reg lmv_shared_functions[] = {
    {"shared", make_shared}, {"attach", make_attached}, {NULL, NULL}};

/* ---- methods -------------------------------------------------------------*/

static lmv_container *check_shared(lua_State *L) {
  lmv_container *c = lmv_checkcontainer(L, 1, LMV_SHARED);
  lmv_checkopen(L, c);
  return c;
}

/* s:id(): the argument for mview.attach in any state of the process. */
static int shared_id(lua_State *L) {
  const lmv_container *c = check_shared(L);
  lua_pushinteger(L, (lua_Integer)block_of_lease(c->lease)->id);
  return 1;
}

/* s:view(): a view of all its bytes. */
static int shared_view(lua_State *L) {
  return lmv_container_view(L, LMV_SHARED);
}

/* s:release(), also __close: ends this container and all views of it. */
static int shared_release(lua_State *L) {
  return lmv_container_close(L, LMV_SHARED);
}

/* __tostring: its bytes. */
static int shared_tostring(lua_State *L) {
  const lmv_container *c = check_shared(L);
  lua_pushlstring(L, (const char *)c->lease->base, c->lease->size);
  return 1;
}

void lmv_open_shared(lua_State *L) {
  static const luaL_Reg methods[] = {{"id", shared_id},
                                     {"view", shared_view},
                                     {"release", shared_release},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__tostring", shared_tostring},
                                         {"__close", shared_release},
                                         {"__gc", lmv_guard_gc},
                                         {NULL, NULL}};
  holdings *h = lua_newuserdatauv(L, sizeof *h, 0);
  *h = (holdings){0, 0};
  lua_rawsetp(L, LUA_REGISTRYINDEX, &holdings_key);
  lmv_newcontainermeta(L, LMV_SHARED, "mview.shared", methods, metamethods);
}
