/*
** lease.h - who may use memory, and who may end it
** A lease is one acquisition of one exporter's memory; the views made from it
** share it. Views remember the generation that the lease had when they were
** made, and are dead when it has another: no list of views is kept, and what is
** dead stays dead. The verbs of ending:
**
**   release  one view                      lmv_release
**   expire   all views of now              lmv_lease_expire: a resize, a cut
**   kill     the lease, for good           lmv_lease_kill: close, revoke, __gc
**   end      its memory goes back, once    lmv_resource_end: under no pin
*/
#ifndef LMV_LEASE_H
#define LMV_LEASE_H

#include "format.h"
#include "luaapi.h"
#include "mview.h"

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef enum lmv_source {
  LMV_STRING,
  LMV_BYTEARRAY,
  LMV_MAP, /* from here on: leases of resources */
  LMV_HOST,
  LMV_FOREIGN
} lmv_source;

/*
** A string's lies in the userdata of the first view of it, a bytearray's in its
** own; all others are parts of resources (resource.h).
*/
typedef struct lmv_lease {
  unsigned char *base; /* never NULL */
  size_t size;
  uint64_t generation; /* goes up when views die: those made before it */
  uint64_t first;      /* the generation that it started with */
  size_t views;        /* made and not released; collected ones are counted */
  int pins;
  lmv_source source;
  bool alive; /* false: killed */
  bool lost;  /* part of the memory is gone: no views any more */
  bool readonly;
  const char *expiry; /* why views expired, for messages: the latest reason */
} lmv_lease;

/*
** Starts a lease: alive, without views, of a generation that none of its views
** has had. base may be NULL when size is 0.
*/
void lmv_lease_start(lmv_lease *lease, lmv_source source, void *base,
                     size_t size);

/* Moves a living lease to other memory (a resize). */
void lmv_lease_move(lmv_lease *lease, void *base, size_t size);

/*
** Ends all views of the lease that exist; those made later live. expiry: what
** happened to the exporter, such as "bytearray shrank".
*/
void lmv_lease_expire(lmv_lease *lease, const char *expiry);

/*
** Ends the lease for good: every view of it is one of revoked memory. The
** memory is given back now, or at the last unpin. Idempotent. Never raises.
*/
void lmv_lease_kill(lmv_lease *lease);

/* One view, one pin less. Gives back the memory where that was the last use. */
void lmv_lease_unview(lmv_lease *lease);
void lmv_lease_unpin(lmv_lease *lease);

/* The lease of released views: dead for all of them, never written. */
extern const lmv_lease lmv_nolease;

/* Raises "<what> is pinned by N borrowers" while it is. */
void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what);

/*
** A container (bytearray, map) starts with this: where its lease is, and which
** generation that started with. A resource that has ended may serve another.
*/
typedef struct lmv_container {
  lmv_lease *lease;
  uint64_t first;
  lmv_source source;
} lmv_container;

static inline bool lmv_container_alive(const lmv_container *c) {
  return c->lease->first == c->first && c->lease->alive;
}

/* ---- memory that is gone -------------------------------------------------*/

/*
** How often resources of this process have lost memory: counted by a signal
** handler in the middle of an access. And what raises, if it was of this state.
*/
extern volatile unsigned lmv_losses;
void lmv_telllosses(lua_State *L);

/*
** Begins the definition of the C function f, which touches memory: it looks for
** losses before it returns, so that it does not return what the memory was not.
*/
#define LMV_TOUCHES(f)                                                         \
  static int f##_body(lua_State *L);                                           \
  static int f(lua_State *L) {                                                 \
    unsigned before = lmv_losses;                                              \
    int n = f##_body(L);                                                       \
    if (lmv_losses != before)                                                  \
      lmv_telllosses(L);                                                       \
    return n;                                                                  \
  }                                                                            \
  static int f##_body(lua_State *L)

/* ---- views of a lease ----------------------------------------------------*/

/*
** A view. User value 1: the userdata of its lease. User value 2, only if the
** format is not one of the cached simple ones: the userdata of its format.
** dims: ndim shapes, ndim strides, and if indirect ndim suboffsets.
*/
typedef struct lmv_view {
  lmv_lease *lease;
  uint64_t generation; /* of the lease when it was made; 0: released */
  const mv_format *format;
  ptrdiff_t offset;
  ptrdiff_t itemsize;
  unsigned char ndim;
  bool readonly;
  bool indirect;
  bool anchors_format;   /* user value 2 holds the format */
  unsigned char numkind; /* lmv_numkind if it is 1-D and direct; else 0 */
  ptrdiff_t dims[];
} lmv_view;

static inline bool lmv_alive(const lmv_view *v) {
  return v->generation == v->lease->generation;
}

/* Whether a dead view's lease has ended, which may be that of others by now. */
static inline bool lmv_revoked(const lmv_view *v) {
  return v->generation < v->lease->first || !v->lease->alive;
}

/* Raises the named error of a dead view; of one that dies by a shrink. */
int lmv_deaderror(lua_State *L, const lmv_view *v) LMV_RAISES;
int lmv_expirederror(lua_State *L, const lmv_lease *lease) LMV_RAISES;

/*
** Where the view's block starts now; raises if the view is dead. Valid until
** the next call that allocates.
*/
static inline unsigned char *lmv_base(lua_State *L, const lmv_view *v) {
  if (!lmv_alive(v))
    lmv_deaderror(L, v);
  return v->lease->base;
}

/* The same for writing: raises if the view is read-only. */
unsigned char *lmv_writable(lua_State *L, const lmv_view *v);

/*
** Looks again at a view whose memory has been touched: raises if that was not
** there any more (lmv_resource_lose).
*/
static inline void lmv_recheck(lua_State *L, const lmv_view *v) {
  if (v->generation != *(const volatile uint64_t *)&v->lease->generation)
    lmv_deaderror(L, v);
}

/* Raise if the view is dead; or if it cannot be written to. */
static inline void lmv_checklive(lua_State *L, const lmv_view *v) {
  (void)lmv_base(L, v);
}

static inline void lmv_checkwritable(lua_State *L, const lmv_view *v) {
  (void)lmv_writable(L, v);
}

/*
** Ends the view at idx, and the exporter's memory, too, if nobody else uses it.
** From now on the view keeps nothing. [-0, +0, -]
*/
void lmv_release(lua_State *L, int idx);

/*
** A string is let go when neither a view nor a pin uses its lease any more.
** owner: index of the first view of it. [-0, +0, -]
*/
void lmv_drop_string(lua_State *L, int owner, const lmv_lease *lease);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
