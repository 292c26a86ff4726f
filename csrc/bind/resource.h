/*
** resource.h - leases whose end has an effect outside of Lua
** A host's callback, a foreign exporter's release, munmap: each is called
** exactly once, even if the finalizer of the userdata that stands for the
** memory is lost.
**
** Lua does not promise that a finalizer runs before its userdata is freed (the
** call itself can fail), and it may run one while the userdata is in use again.
** So a resource is not part of the userdata. It lies in blocks that the state
** keeps until lua_close, together with all data that its end needs, and the
** userdata (a guard) only refers to it. A lost finalizer delays the end to
** lua_close. A resource that has ended is used again, with a later generation.
** So a stale pointer always points to a lease, and the generation shows that
** the lease is dead for its holder.
*/
#ifndef LMV_RESOURCE_H
#define LMV_RESOURCE_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef struct lmv_resource {
  lmv_lease lease; /* first: a resource is found by its lease */
  uint64_t id;     /* of its latest use; unique in the state, never reused */
  bool used;       /* taken and not ended */
  /* gives the memory back; NULL: no memory was acquired yet */
  void (*end)(struct lmv_resource *r);
  void (*done)(void *ud); /* called by end, for hosts and exporters */
  void *ud;
  int fd;                  /* of maps: the descriptor that end closes */
  struct lmv_watch *watch; /* of maps: watches the pages (sigbus.h) */
  struct lmv_resources *all;
  struct lmv_resource *next; /* in the list of free resources */
} lmv_resource;

/*
** Takes a free resource for the guard, a userdata whose __gc is lmv_guard_gc.
** The lease is alive and has no bytes; end is NULL. [-0, +0, v] Raises while
** the state is being closed.
*/
lmv_resource *lmv_track(lua_State *L, lmv_container *guard, lmv_source source);

/* The used resource with that id, or NULL. [-0, +0, -] Needs a stack slot. */
lmv_resource *lmv_find_resource(lua_State *L, uint64_t id);

/* The function end of loans and exporters: calls done unless it is NULL. */
void lmv_resource_notify(lmv_resource *r);

/*
** Records that part of the memory is gone, because its file shrank: ends all
** views and marks the lease as lost, so no new views are made.
** Async-signal-safe.
*/
void lmv_resource_lose(lmv_resource *r);

/* Ends the resource of a killed lease without pins. Only for lease.c. */
void lmv_resource_end(lmv_lease *lease);

/*
** Takes a resource as lmv_track does, for memory without a container (of a loan
** or an exporter), and pushes a guard for it with `values` user values.
** [-0, +1, v]
*/
lmv_resource *lmv_pushguard(lua_State *L, lmv_source source, int values);

/* __gc of guards: kills the lease. */
int lmv_guard_gc(lua_State *L);

void lmv_open_resource(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
