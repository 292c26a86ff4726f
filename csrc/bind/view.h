/*
** view.h - making views
**
**   view --> lease --> exporter (string, bytearray, map, host, foreign object)
**
** A lease is one acquisition of one exporter's memory; the views made from it
** share it. A view holds offsets, never a pointer: each access asks the lease
** whether it is alive and where its memory is now, after everything that could
** raise or run a finalizer. So the order of work in each function is: convert
** and check the arguments, allocate what is needed, then resolve (lmv_base),
** then touch the memory and call nothing of Lua that allocates in between. A
** loop that must allocate resolves anew at each step.
**
** Stack indices passed around are absolute or positive.
*/
#ifndef LMV_VIEW_H
#define LMV_VIEW_H

#include "layout.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** What kind of plain number an item is: 1 and up, as mv_kind from 0; those with
** swapped bytes come LMV_SWAPPED behind. 0: it is something else.
*/
#define LMV_SWAPPED (MV_F64 + 1)

static inline unsigned char lmv_numkind(const mv_item *item) {
  if (item->kind > MV_F64)
    return 0;
  return (unsigned char)(1 + item->kind +
                         (item->swap && item->size > 1 ? LMV_SWAPPED : 0));
}

/*
** The view that a method is called with, dead or alive. A bytearray or map is
** replaced by a view of all its bytes, which makes every method of views one of
** theirs. Raises for anything else.
*/
lmv_view *lmv_checkview(lua_State *L, int arg);

/* The bytearray or map at arg (of that source), dead or alive; raises for
 * anything else. */
lmv_container *lmv_checkcontainer(lua_State *L, int arg, lmv_source source);

/* What a new view is to be. */
typedef struct lmv_viewinit {
  lmv_lease *lease;
  uint64_t generation;
  const mv_format *format;
  bool anchors_format;
  bool readonly;
} lmv_viewinit;

/*
** Pushes a new view. lease_idx: index of the lease's userdata. fmt: index of
*the
** format's userdata, used if init->anchors_format. meta: index of the views'
** metatable. The layout is copied.
*/
lmv_view *lmv_newview(lua_State *L, int meta, int lease_idx, int fmt,
                      const lmv_viewinit *init, const mv_layout *lay);

/*
** Pushes another view like the living one at idx, to be released on its own.
** meta as above. [-0, +1, e]
*/
lmv_view *lmv_copyview(lua_State *L, int meta, int idx);

/* Copies the geometry of a view out of it. */
void lmv_layout(const lmv_view *v, mv_layout *lay);

/*
** Pushes a new view of the geometry lay over what the view at idx sees, and
** as it sees it but for what change says (NULL: nothing; fmt as above).
** Only for closures of ours.
*/
lmv_view *lmv_derive(lua_State *L, int idx, const mv_layout *lay,
                     const lmv_viewinit *change, int fmt);

/*
** The same without a layout: n items of a simple format, at offset and stride
** bytes apart, of a view that is direct, one-dimensional and simple itself.
*/
void lmv_derive1(lua_State *L, int idx, const mv_format *format,
                 ptrdiff_t offset, ptrdiff_t n, ptrdiff_t stride);

/* Raises when the bytearray or map has ended. */
void lmv_checkopen(lua_State *L, const lmv_container *container);

/* Pushes a view of the bytearray or map at idx; raises when it has ended. */
lmv_view *lmv_pushcontainerview(lua_State *L, int meta, int idx);

/*
** Pushes a view of the memory that the library knows without asking anybody: a
** string, a bytearray, a map; a view itself. NULL, and nothing pushed: the
** value at idx is something else.
*/
lmv_view *lmv_pushknown(lua_State *L, int idx, int meta);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
