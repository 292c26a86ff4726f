/*
** resource.h - leases whose end has an effect outside of Lua
** A host's callback, a foreign exporter's release, munmap: each is called
** exactly once, whatever becomes of the userdata that stands for it.
**
** Lua does not promise that a finalizer runs before its userdata is freed (the
** call itself can fail), and it may run one while the userdata is in use again.
** So a resource is not part of the userdata: it lies in blocks that the state
** keeps until lua_close, together with all that its end needs, and the userdata
** (a guard) only refers to it. A lost finalizer delays the end to lua_close.
** A resource that has ended serves again, with a later generation; so a stale
** reference is always to a lease, and never to one that is alive for it.
*/
#ifndef LMV_RESOURCE_H
#define LMV_RESOURCE_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef struct lmv_resource {
  lmv_lease lease; /* first: a resource is found by its lease */
  uint64_t id;     /* of its last use; no other of the state ever gets it */
  bool used;       /* it has not ended yet */
  /* gives the memory back; NULL: there is nothing to give back yet */
  void (*end)(struct lmv_resource *r);
  void (*done)(void *ud); /* what end calls, for hosts and exporters */
  void *ud;
  int fd;                  /* what end closes, for maps */
  struct lmv_watch *watch; /* what notices that its file shrinks, for maps */
  struct lmv_resources *all;
  struct lmv_resource *next; /* if it is free */
} lmv_resource;

/*
** Takes a free resource for the guard, a userdata whose __gc is
** lmv_guard_gc: alive, of no bytes, with nothing to end yet. [-0, +0, e] Raises
** without memory, and when the state is being closed.
*/
lmv_resource *lmv_track(lua_State *L, lmv_container *guard, lmv_source source);

/* The resource in use of that id, or NULL. [-0, +0, -] Needs a stack slot. */
lmv_resource *lmv_find_resource(lua_State *L, uint64_t id);

/* The end of a resource that is a callback: calls done, if there is one. */
void lmv_resource_notify(lmv_resource *r);

/*
** Part of its memory is gone, as its file shrank: ends all views, and allows no
** more. A signal handler may call it.
*/
void lmv_resource_lose(lmv_resource *r);

/* Ends a killed lease that nothing pins. (For lease.c.) */
void lmv_resource_end(lmv_lease *lease);

/*
** Pushes a guard for a resource that no container owns, which it takes as
** lmv_track does; user value 1 is free. [-0, +1, e]
*/
lmv_resource *lmv_pushguard(lua_State *L, lmv_source source);

/* __gc of guards: kills the lease. */
int lmv_guard_gc(lua_State *L);

void lmv_open_resource(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
