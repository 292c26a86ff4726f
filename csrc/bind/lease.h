/*
** lease.h - who may use memory, and who may end it
** A lease is one acquisition of one exporter's memory. It ends once,
** never under a pin; views compare its generation with their own to know
*whether
** they live.
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
  LMV_MAP,
  LMV_HOST,
  LMV_FOREIGN
} lmv_source;

/*
** Sits at the start of its userdata; a string's, in that of the first view of
** it. Bytearrays and maps are leases themselves; the others' exporter, if it is
** a Lua object, is user value 1, and a string user value 2.
*/
typedef struct lmv_lease {
  unsigned char *base; /* never NULL */
  size_t size;
  uint64_t generation; /* goes up when views die: those made before it */
  size_t views;        /* made and not released (collected ones are counted) */
  int pins;
  lmv_source source;
  bool alive; /* false: the memory was ended, for good */
  bool readonly;
  const char *expiry; /* why views expired, for messages: the latest reason */
  /* gives the memory back; called once, at the end with no pin left */
  void (*end)(struct lmv_lease *lease);
} lmv_lease;

/*
** Starts a lease in the memory of its userdata: alive, generation 1, no views.
** base may be NULL when size is 0.
*/
void lmv_lease_init(lmv_lease *lease, lmv_source source, void *base,
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

/*
** A lease that somebody waits for to end: a host, a foreign exporter, the
** system that maps a file. The state knows it by a number that no other gets,
** and forgets none when it is closed.
*/
typedef struct lmv_debt {
  lmv_lease lease; /* its end calls lmv_settle */
  uint64_t number;
  struct lmv_debt *next, **previous; /* those that share a bucket */
} lmv_debt;

/* Enters the debt, to be ended by end. Raises while the state is closed. */
void lmv_owe(lua_State *L, lmv_debt *debt, void (*end)(lmv_lease *lease));

/* Takes the debt, whose lease ends, off the books. */
void lmv_settle(lmv_lease *lease);

/* The debt of that number; NULL: it is settled, or never was. */
lmv_debt *lmv_find_debt(lua_State *L, uint64_t number);

/* Raises "<what> is pinned by N borrowers" while it is. */
void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what);

/* Gives the memory back at once: for the collector. */
void lmv_lease_finish(lmv_lease *lease);

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

/* Raise if the view is dead; or if it cannot be written to. */
static inline void lmv_checklive(lua_State *L, const lmv_view *v) {
  (void)lmv_base(L, v);
}

static inline void lmv_checkwritable(lua_State *L, const lmv_view *v) {
  (void)lmv_writable(L, v);
}

/* Ends one view; the exporter's memory, too, if nobody else uses it. */
void lmv_release(lmv_view *v);

/* ---- pins ----------------------------------------------------------------*/

/*
** Pushes a pin of the living view at idx, with room for n numbers (returned).
** The caller marks it to be closed at once, by lua_toclose, where it finally
** lies on the stack. Raises if the view died.
*/
ptrdiff_t *lmv_pushpin(lua_State *L, int idx, size_t n);

/* Ends the pin at idx early; false: it is not a pin. */
bool lmv_unpin(lua_State *L, int idx);

/* The lease's and pins' metatables; __gc of leases that own something. */
void lmv_open_lease(lua_State *L);
void lmv_pushleasemeta(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
