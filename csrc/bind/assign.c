/*
** assign.c - changes all items of a view: copyfrom fill byteswap
** Each function converts and checks its values first, then resolves, then calls
** a kernel of the core. If a value does not fit, nothing is written.
*/
#include "assign.h"

#include "args.h"
#include "mv.h"
#include "numstack.h"
#include "operand.h"
#include "registry.h"
#include "store.h"
#include "view.h"

#include <string.h>

/* ---- copyfrom ------------------------------------------------------------*/

/* Raises the message on top of the stack. */
static int copy_error(lua_State *L, int arg) {
  return lmv_argerror(L, arg, "%s", lua_tostring(L, -1));
}

/*
** Writes the items at in, which are in C order, to the view. Records are
** written field by field, so their padding stays.
*/
static void write_items(lua_State *L, const lmv_view *v, const mv_layout *lay,
                        const unsigned char *in) {
  const mv_item *item = &v->format->item;
  unsigned char *base = lmv_writable(L, v);
  mv_walker w;
  if (item->kind != MV_RECORD && (ptrdiff_t)item->size == lay->itemsize) {
    mv_scatter(base, lay, in);
    return;
  }
  mv_walk(&w, MV_CORDER, base, lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t i = 0; i < w.n; i++, in += lay->itemsize)
      mv_item_assign(item, w.ptr[0] + i * w.step[0], in);
}

static void copy_list(lua_State *L, const lmv_view *v, int arg, int src) {
  mv_layout lay;
  unsigned char *in;
  lmv_layout(v, &lay);
  in = lmv_pushblock(L, (size_t)mv_layout_nbytes(&lay));
  lmv_fromlist(L, arg, src, v->format, &lay, in);
  write_items(L, v, &lay, in);
}

/* Whether items can be converted directly into the view. */
static bool converts_directly(lua_State *L, const lmv_view *v,
                              const mv_layout *lay, const lmv_operand *src) {
  return mv_converts_whole(&v->format->item, &src->format->item) &&
         !mv_overlap(lmv_writable(L, v), lay, lmv_operandbase(L, src),
                     &src->lay);
}

/*
** Copies and converts items of another format. If the source overlaps, or if
** items could be written before another item fails, all items are converted to
** a buffer first.
*/
static void copy_converted(lua_State *L, const lmv_view *v,
                           const mv_layout *lay, const lmv_operand *src,
                           int arg) {
  mv_items to = {NULL, lay, &v->format->item}, from;
  ptrdiff_t at = 0, nbytes;
  mv_status status;
  mv_layout packed;
  bool directly = converts_directly(L, v, lay, src);
  if (directly) {
    to.base = lmv_writable(L, v);
  } else {
    mv_layout_set(&packed, lay->itemsize, lay->ndim, lay->shape, &nbytes);
    to.lay = &packed;
    to.base = lmv_pushblock(L, (size_t)nbytes);
  }
  from = lmv_operanditems(L, src);
  status = mv_convert(&to, &from, &at);
  if (status != MV_OK) {
    lua_pushfstring(L, "item %I of format '%s' does not fit format '%s': %s",
                    (LUAI_UACINT)at + 1, src->format->text, v->format->text,
                    mv_message(status));
    copy_error(L, arg);
  }
  if (!directly)
    write_items(L, v, lay, to.base);
}

/*
** Copies items of the same format that have padding, without writing the
** padding.
*/
static void copy_values(lua_State *L, const lmv_view *v, const mv_layout *lay,
                        const lmv_operand *src) {
  unsigned char *base = lmv_writable(L, v);
  unsigned char *from = (unsigned char *)lmv_operandbase(L, src);
  const mv_item *item = &v->format->item;
  mv_walker w;
  if (mv_overlap(base, lay, from, &src->lay)) {
    unsigned char *in = lmv_pushblock(L, (size_t)mv_layout_nbytes(lay));
    mv_gather(in, lmv_operandbase(L, src), &src->lay, 'C');
    write_items(L, v, lay, in);
    return;
  }
  mv_walk2(&w, MV_ANYORDER, base, lay, from, &src->lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t i = 0; i < w.n; i++)
      mv_item_assign(item, w.ptr[0] + i * w.step[0], w.ptr[1] + i * w.step[1]);
}

static void copy_same(lua_State *L, const lmv_view *v, const mv_layout *lay,
                      const lmv_operand *src) {
  unsigned char *base = lmv_writable(L, v);
  const unsigned char *from = lmv_operandbase(L, src);
  if (mv_layout_contiguous(lay, 'C') && mv_layout_contiguous(&src->lay, 'C')) {
    memmove(base + lay->offset, from + src->lay.offset,
            (size_t)mv_layout_nbytes(lay));
  } else if (mv_overlap(base, lay, from, &src->lay)) {
    unsigned char *in = lmv_pushblock(L, (size_t)mv_layout_nbytes(lay));
    mv_gather(in, lmv_operandbase(L, src), &src->lay, 'C');
    mv_scatter(lmv_writable(L, v), lay, in);
  } else {
    mv_copy(base, lay, from, &src->lay);
  }
}

static void check_shape(lua_State *L, const mv_layout *want,
                        const mv_layout *got, int arg) {
  if (mv_layout_same_shape(want, got))
    return;
  lmv_pushshape(L, want->ndim, want->shape);
  lmv_pushshape(L, got->ndim, got->shape);
  lua_pushfstring(L, "shape %s expected, got %s", lua_tostring(L, -2),
                  lua_tostring(L, -1));
  copy_error(L, arg);
}

/* Copies the items of an operand. */
static void copy_operand(lua_State *L, const lmv_view *v,
                         const lmv_operand *src, int arg) {
  const mv_item *item = &v->format->item;
  mv_layout lay;
  lmv_layout(v, &lay);
  lmv_operandbase(L, src);
  check_shape(L, &lay, &src->lay, arg);
  if (lay.itemsize != src->lay.itemsize ||
      !mv_item_same(item, &src->format->item))
    copy_converted(L, v, &lay, src, arg);
  else if (mv_item_valuebytes(item) == (size_t)lay.itemsize)
    copy_same(L, v, &lay, src);
  else
    copy_values(L, v, &lay, src);
}

/* The usual copy: both views are flat, and have equally many numbers of one
** kind. False: it is another copy, and nothing was done. */
static bool copy_flat(const lmv_view *v, const lmv_view *w) {
  if (v->numkind == 0 || v->numkind != w->numkind || !lmv_isflat(v) ||
      !lmv_isflat(w) || v->dims[0] != w->dims[0] || v->readonly ||
      !lmv_alive(v) || !lmv_alive(w))
    return false;
  memmove(v->lease->base + v->offset, w->lease->base + w->offset,
          lmv_flatsize(v));
  return true;
}

void lmv_copyfrom(lua_State *L, const lmv_view *v, int arg, int src) {
  const lmv_view *w = lmv_toview(L, src, LMV_META);
  lmv_operand operand;
  if (w != NULL && copy_flat(v, w))
    return;
  lmv_checkwritable(L, v);
  if (w != NULL) {
    lmv_viewoperand(w, &operand);
    copy_operand(L, v, &operand, arg);
  } else if (lmv_otheroperand(L, src, &operand)) {
    copy_operand(L, v, &operand, arg);
  } else {
    if (lua_type(L, src) != LUA_TTABLE) {
      lua_pushfstring(L, "bytes-like or list expected, got %s",
                      lmv_typename(L, src));
      copy_error(L, arg);
    }
    copy_list(L, v, arg, src);
  }
}

/* ---- methods -------------------------------------------------------------*/

/*
** The view of a method that changes it and returns its self, argument 1. The
** view of a container is pushed.
*/
static lmv_view *check_self(lua_State *L) {
  lmv_view *v = lmv_toview(L, 1, LMV_META);
  if (v != NULL)
    return v;
  if (lmv_tocontainer(L, 1) == NULL)
    lmv_typeerror(L, 1, "mview.view");
  return lmv_pushcontainerview(L, 1, LMV_META);
}

/* The same for a method that takes a value. */
static lmv_view *check_assignment(lua_State *L, const char *expected) {
  if (lua_gettop(L) == 1) {
    lmv_checkview(L, 1);
    lmv_typeerror(L, 2, expected);
  }
  return check_self(L);
}

/* v:copyfrom(src): all items from a bytes-like or list of the same shape. */
LMV_TOUCHES(view_copyfrom) {
  lmv_copyfrom(L, check_assignment(L, "bytes-like or list"), 2, 2);
  return lmv_pushself(L);
}

/* v:fill(x): every item becomes x. */
LMV_TOUCHES(view_fill) {
  lmv_view *v = check_assignment(L, "value");
  const mv_item *item = &v->format->item;
  unsigned char small[64] = {0}, *bytes = small, *base;
  unsigned numkind = lmv_numkind(item);
  mv_layout lay;
  mv_walker w;
  lmv_checkwritable(L, v);
  if (v->itemsize > (ptrdiff_t)sizeof small)
    bytes = lmv_pushblock(L, (size_t)v->itemsize);
  if (numkind == 0 || !store_number(L, 2, numkind, bytes))
    lmv_toitem(L, 2, 2, v->format, bytes);
  base = lmv_writable(L, v);
  lmv_layout(v, &lay);
  if (item->kind != MV_RECORD && (ptrdiff_t)item->size == lay.itemsize) {
    mv_fill(base, &lay, bytes);
  } else {
    mv_walk(&w, MV_ANYORDER, base, &lay);
    while (mv_walk_next(&w))
      for (ptrdiff_t i = 0; i < w.n; i++)
        mv_item_assign(item, w.ptr[0] + i * w.step[0], bytes);
  }
  return lmv_pushself(L);
}

/* v:byteswap(): reverses the bytes of each number in place. */
LMV_TOUCHES(view_byteswap) {
  lmv_view *v = check_self(L);
  mv_layout lay;
  lmv_layout(v, &lay);
  mv_byteswap(lmv_writable(L, v), &lay, &v->format->item);
  return lmv_pushself(L);
}

const luaL_Reg lmv_assign_methods[] = {{"copyfrom", view_copyfrom},
                                       {"fill", view_fill},
                                       {"byteswap", view_byteswap},
                                       {NULL, NULL}};
