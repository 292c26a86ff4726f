/*
** lease.h - the use and the end of memory
** A lease is one acquisition of one exporter's memory; the views made from it
** share it. A view stores the generation that the lease had when the view was
** made, and is dead once the lease has a later one. So no list of views is
** kept, and a dead view stays dead. The verbs of ending:
**
**   verb     ends                     by                 called for
**   release  one view                 lmv_release        v:release, __close
**   expire   all existing views       lmv_lease_expire   a shrink, a cut
**   kill     the lease, for good      lmv_lease_kill     close, revoke, __gc
**   end      the use of the memory    lmv_resource_end   a killed lease, once
**                                                        its last pin is gone
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
  LMV_SHARED,
  LMV_HOST,
  LMV_FOREIGN
} lmv_source;

/*
** The lease of a string lies in the userdata of the first view of the string,
** the lease of a bytearray in the bytearray's userdata. All other leases are
** parts of resources (resource.h).
*/
typedef struct lmv_lease {
  unsigned char *base; /* never NULL */
  size_t size;
  uint64_t generation; /* views of an earlier generation are dead */
  uint64_t first;      /* its generation at the start */
  size_t views;        /* made and not released; includes collected ones */
  int pins;            /* started and not ended (pin.h) */
  lmv_source source;
  bool alive; /* false: killed */
  bool lost;  /* part of the memory is gone: no new views are made */
  bool readonly;
  const char *expiry; /* the latest cause of expired views, for messages */
} lmv_lease;

/*
** Starts a lease: alive, without views. Its first generation is one above the
** last generation of its earlier use, which must be set (0 for new memory).
** base may be NULL if size is 0.
*/
void lmv_lease_start(lmv_lease *lease, lmv_source source, void *base,
                     size_t size);

/* Moves a living lease to other memory (a resize). */
void lmv_lease_move(lmv_lease *lease, void *base, size_t size);

/*
** Ends all existing views of the lease; later ones are alive. expiry: the cause
** for error messages, such as "bytearray shrank".
*/
void lmv_lease_expire(lmv_lease *lease, const char *expiry);

/*
** Ends the lease for good: its views report revoked memory. The memory is given
** back now, or at the last unpin. Idempotent. Never raises.
*/
void lmv_lease_kill(lmv_lease *lease);

/*
** Subtracts a pin. Gives the memory back if that was its last use. lease_idx:
** index of the lease's userdata. [-0, +0, -]
*/
void lmv_lease_unpin(lua_State *L, int lease_idx, lmv_lease *lease);

/* The lease of all released views; it is dead for them. Never written. */
extern const lmv_lease lmv_nolease;

/* Raises "<what> is pinned by N borrowers" if there are pins. [-0, +0, v] */
void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what);

/*
** The first member of each container (bytearray, map, shared block): its lease,
** and the first generation of that lease. A later first generation in the lease
** means that the resource has ended and is used again for another container.
*/
typedef struct lmv_container {
  lmv_lease *lease;
  uint64_t first;
  lmv_source source;
} lmv_container;

static inline bool lmv_container_alive(const lmv_container *c) {
  return c->lease->first == c->first && c->lease->alive;
}

/* ---- lost memory ---------------------------------------------------------*/

/*
** The number of times that a resource of this process has lost memory. A signal
** handler increments it in the middle of an access. lmv_reportlosses raises if a
** resource of this state has lost memory since the number was `before`.
** [-0, +0, v] This may have happened in a finalizer, and to other memory.
*/
extern volatile unsigned lmv_losses;

#if defined(__GNUC__) /* other threads may count meanwhile */
#define LMV_LOSSES() __atomic_load_n(&lmv_losses, __ATOMIC_RELAXED)
#else
#define LMV_LOSSES() lmv_losses
#endif

void lmv_reportlosses(lua_State *L, unsigned before);

static inline void lmv_checklosses(lua_State *L, unsigned before) {
  if (LMV_LOSSES() != before)
    lmv_reportlosses(L, before);
}

/*
** Begins the definition of the C function f, which touches memory. f checks for
** losses before it returns: if memory was lost meanwhile, f raises and does not
** return the zeros that it read in place of the lost bytes. A function that must
** leave things as they were when it raises checks before it changes them.
*/
#define LMV_TOUCHES(f)                                                         \
  static int f##_body(lua_State *L);                                           \
  static int f(lua_State *L) {                                                 \
    unsigned before = LMV_LOSSES();                                            \
    int n = f##_body(L);                                                       \
    lmv_checklosses(L, before);                                                \
    return n;                                                                  \
  }                                                                            \
  static int f##_body(lua_State *L)

/* ---- views of a lease ----------------------------------------------------*/

/*
** A view. User value 1: the userdata of its lease. User value 2 of a view with
** anchors_format: the userdata of its format (formats that are cached for good
** need no anchor). User value 2 of the first view of a string: the string.
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
  unsigned char numkind; /* lmv_numkind if 1-D and direct; else 0 */
  ptrdiff_t dims[];
} lmv_view;

static inline bool lmv_alive(const lmv_view *v) {
  return v->generation == v->lease->generation;
}

/*
** Whether a dead view's lease has ended (otherwise the view has expired). If
** the resource is in use again, its first generation is later than the view's.
*/
static inline bool lmv_revoked(const lmv_view *v) {
  return v->generation < v->lease->first || !v->lease->alive;
}

/*
** Raise the error of a dead view, with the cause of its death; and the error of
** memory that shrank. [-0, +0, v]
*/
int lmv_deaderror(lua_State *L, const lmv_view *v) LMV_RAISES;
int lmv_expirederror(lua_State *L, const lmv_lease *lease) LMV_RAISES;

/*
** The start of the view's block. Valid until the next call that allocates.
** [-0, +0, v] Raises if the view is dead.
*/
static inline unsigned char *lmv_base(lua_State *L, const lmv_view *v) {
  if (!lmv_alive(v))
    lmv_deaderror(L, v);
  return v->lease->base;
}

/* The same for writing. [-0, +0, v] Raises also if the view is read-only. */
unsigned char *lmv_writable(lua_State *L, const lmv_view *v);

/*
** Checks a view after its memory was touched. [-0, +0, v] Raises if the memory
** was lost meanwhile (lmv_resource_lose).
*/
static inline void lmv_recheck(lua_State *L, const lmv_view *v) {
  if (v->generation != *(const volatile uint64_t *)&v->lease->generation)
    lmv_deaderror(L, v);
}

/* Raise if the view is dead; if it is dead or read-only. [-0, +0, v] */
static inline void lmv_checklive(lua_State *L, const lmv_view *v) {
  (void)lmv_base(L, v);
}

static inline void lmv_checkwritable(lua_State *L, const lmv_view *v) {
  (void)lmv_writable(L, v);
}

/*
** Ends the view at idx. Kills the lease, too, if it is a string's or a foreign
** exporter's and neither another view nor a pin uses it. The released view
** keeps nothing alive but its format. [-0, +0, -]
*/
void lmv_release(lua_State *L, int idx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
