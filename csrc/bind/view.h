/*
** view.h - making views
**
**   view --> lease --> exporter (string, bytearray, map, host, foreign object)
**
** A lease is one acquisition of one exporter's memory; the views made from it
** share it. A view holds offsets, never a pointer: each access checks that the
** lease is alive and loads its present base, after all steps that could raise
** or run a finalizer. So each function works in this order:
**
**   1. convert and check the arguments
**   2. allocate
**   3. resolve: lmv_base returns the pointer, or raises
**   4. touch the memory; call no function of Lua that allocates
**
** A loop that must allocate resolves again at each step.
**
** Stack indices as parameters are absolute or positive.
*/
#ifndef LMV_VIEW_H
#define LMV_VIEW_H

#include "layout.h"
#include "lease.h"
#include "registry.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The kind of an item that is a plain number: 1 + its mv_kind, plus LMV_SWAPPED
** if it is stored in the non-native byte order. 0: the item is not a plain
** number (a kind above MV_F64).
*/
#define LMV_SWAPPED (MV_F64 + 1)

static inline unsigned char lmv_numkind(const mv_item *item) {
  if (item->kind > MV_F64)
    return 0;
  return (unsigned char)(1 + item->kind + (item->swap ? LMV_SWAPPED : 0));
}

/*
** Replaces the container at arg by a view of all its bytes, so the methods of
** views work on containers, too. [-0, +0, v] Raises for any other
** value.
*/
lmv_view *lmv_containerasview(lua_State *L, int arg);

/* The self of a method: a view, dead or alive; or the view that
** lmv_containerasview puts in the place of a container. [-0, +0, v] */
static inline lmv_view *lmv_checkview(lua_State *L, int arg) {
  lmv_view *v = lmv_toview(L, arg, LMV_META);
  return v != NULL ? v : lmv_containerasview(L, arg);
}

/*
** lmv_checkview for argument 1 of a method that knows how many arguments it has.
** It may leave a value behind them, which saves a call of Lua. [-0, +(0|1), v]
*/
static inline lmv_view *lmv_checkself(lua_State *L) {
  lmv_view *v = lua_touserdata(L, 1);
  if (v != NULL && lua_getmetatable(L, 1) && lmv_isviewmeta(L, LMV_META))
    return v;
  return lmv_containerasview(L, 1);
}

/* The number of bytes of all items. */
ptrdiff_t lmv_nbytes(const lmv_view *v);

/*
** Whether the items are contiguous in one direct dimension, the usual case. The
** stride of a dimension of 0 or 1 items is the item size.
*/
static inline bool lmv_isflat(const lmv_view *v) {
  return v->ndim == 1 && !v->indirect && v->dims[1] == v->itemsize;
}

/* The number of bytes of a flat view. */
static inline size_t lmv_flatsize(const lmv_view *v) {
  return (size_t)(v->dims[0] * v->itemsize);
}

/* Whether the items are contiguous in C order. */
bool lmv_iscontiguous(const lmv_view *v);

/*
** The container of that source at arg, dead or alive.
** [-0, +0, v] Raises for any other value.
*/
lmv_container *lmv_checkcontainer(lua_State *L, int arg, lmv_source source);

/* The fields of a new view, without its layout. */
typedef struct lmv_viewinit {
  lmv_lease *lease;
  uint64_t generation;
  const mv_format *format;
  int anchor; /* index of the format's userdata; 0: it is cached for good */
  bool readonly;
} lmv_viewinit;

/*
** Pushes a new view with a copy of the layout. meta: index of the metatable of
** views. lease_idx: index of the lease's userdata. [-0, +1, m]
*/
lmv_view *lmv_newview(lua_State *L, int lease_idx, int meta,
                      const lmv_viewinit *init, const mv_layout *lay);

/*
** Pushes a second view, equal to the living view at idx, but released on its
** own. meta as above. [-0, +1, v] Raises if the view at idx is dead.
*/
lmv_view *lmv_copyview(lua_State *L, int idx, int meta);

/* Copies the geometry of a view to *lay. [-0, +0, -] */
void lmv_layout(const lmv_view *v, mv_layout *lay);

/*
** Pushes a view with layout lay over the same memory as the view at idx. If a
** finalizer has released that view, the new view is released, too. format: NULL
** for the view's own, or another with its anchor as above. Uses the upvalue
** LMV_META: only closures of the library may call it. [-0, +1, m]
*/
lmv_view *lmv_derive(lua_State *L, int idx, const mv_layout *lay,
                     const mv_format *format, int anchor);

/* Pushes a view of all bytes of the living lease. meta, lease_idx: as of
** lmv_newview. [-0, +1, m] */
lmv_view *lmv_pushbyteview(lua_State *L, int lease_idx, int meta,
                           lmv_lease *lease);

/* Raises the error of a container that has ended or whose memory is lost.
** [-0, +0, v] */
int lmv_closederror(lua_State *L, const lmv_container *container) LMV_RAISES;

/* Raises if the container has ended or its memory is lost. [-0, +0, v] */
static inline void lmv_checkopen(lua_State *L, const lmv_container *container) {
  if (!lmv_container_alive(container) || container->lease->lost)
    lmv_closederror(L, container);
}

/* Pushes a view of the container at idx. [-0, +1, v] Raises if it has ended. */
lmv_view *lmv_pushcontainerview(lua_State *L, int idx, int meta);

/*
** Pushes a view of the string, container or view at idx: the values whose
** memory is known without calling an exporter. Returns NULL and pushes nothing
** for any other value. [-0, +(0|1), v]
*/
lmv_view *lmv_pushknown(lua_State *L, int idx, int meta);

/* ---- views of one dimension ----------------------------------------------*/

/*
** The fast path of lmv_derive, inline, which saves 4 % of the instructions of a
** slice. With the 56 bytes that Lua and malloc add, a view of one dimension takes
** the largest chunk that glibc keeps in its fast bins: with a byte more, a slice
** takes 170 instructions more.
*/
_Static_assert(sizeof(lmv_view) + 2 * sizeof(ptrdiff_t) <= 64,
               "a view of one dimension fits into a fast chunk");

/* Pushes the userdata of a view, with room for that number of values in dims;
** nothing of it is set. [-0, +1, m] */
static inline lmv_view *lmv_bareview(lua_State *L, int uservalues,
                                     size_t dims) {
  return lua_newuserdatauv(L, sizeof(lmv_view) + dims * sizeof(ptrdiff_t),
                           uservalues);
}

static inline void lmv_countview(const lmv_view *v) {
  if (v->generation >= v->lease->first) /* otherwise its lease has ended */
    v->lease->views++;
}

/* The numkind of a view: not 0 for one-dimensional plain numbers. */
static inline unsigned char lmv_viewkind(const lmv_view *v) {
  return v->ndim == 1 && !v->indirect ? lmv_numkind(&v->format->item) : 0;
}

/*
** Makes the bare child a view of n items of a cached format, from offset on,
** stride bytes apart, over the memory of the view from, at idx. That view is
** direct and does not anchor its format. The child lies below the metatable of
** views. Stack: [child, metatable] -> [child]. [-1, +0, -]
*/
static inline void lmv_endchild(lua_State *L, int idx, const lmv_view *from,
                                lmv_view *child, const mv_format *format,
                                ptrdiff_t offset, ptrdiff_t n,
                                ptrdiff_t stride) {
  mv_assert(!from->indirect && !from->anchors_format);
  mv_assert(n >= 0);
  *child = *from;
  child->format = format;
  child->offset = offset;
  child->ndim = 1;
  child->dims[0] = n;
  child->dims[1] = stride;
  if (format != from->format || from->ndim != 1) {
    child->itemsize = (ptrdiff_t)format->item.size;
    child->numkind = lmv_viewkind(child);
  }
  lmv_countview(child);
  lua_setmetatable(L, -2);
  lua_getiuservalue(L, idx, 1);
  lua_setiuservalue(L, -2, 1);
}

/* Pushes that view. [-0, +1, m] */
static inline void lmv_derive1(lua_State *L, int idx, const lmv_view *from,
                               const mv_format *format, ptrdiff_t offset,
                               ptrdiff_t n, ptrdiff_t stride) {
  lmv_view *child = lmv_bareview(L, 1, 2);
  lua_pushvalue(L, LMV_META);
  lmv_endchild(L, idx, from, child, format, offset, n, stride);
}

/*
** Pushes a bare child, and then checks argument 1, so nothing is resolved twice:
** the view at 1, dead or alive, or the view that lmv_containerasview puts in the
** place of a container. top: lua_gettop(L).
** Stack: [] -> [child, metatable]. [-0, +2, v]
*/
static inline const lmv_view *lmv_startchild(lua_State *L, int top,
                                             lmv_view **child) {
  const lmv_view *v;
  *child = lmv_bareview(L, 1, 2);
  if (top > 0 && lua_getmetatable(L, 1) && lmv_isviewmeta(L, LMV_META))
    return lua_touserdata(L, 1);
  lua_settop(L, top);
  v = lmv_containerasview(L, 1);
  *child = lmv_bareview(L, 1, 2);
  lua_pushvalue(L, LMV_META);
  return v;
}

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
