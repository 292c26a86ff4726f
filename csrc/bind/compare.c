/*
** compare.c - == equals mismatch index count hash
** Positions count items.
*/
#include "compare.h"

#include "args.h"
#include "mv.h"
#include "operand.h"
#include "registry.h"
#include "seed.h"
#include "store.h"
#include "value.h"
#include "view.h"

#include <string.h>

/* ---- equality ------------------------------------------------------------*/

/* As in Python, shapes are equal if they are equal up to an empty dimension. */
static bool equal(lua_State *L, const lmv_operand *a, const lmv_operand *b) {
  mv_items x = lmv_operanditems(L, a), y = lmv_operanditems(L, b);
  if (a->lay.ndim != b->lay.ndim)
    return false;
  for (int d = 0; d < a->lay.ndim; d++) {
    if (a->lay.shape[d] != b->lay.shape[d])
      return false;
    if (a->lay.shape[d] == 0)
      return true;
  }
  return mv_equal(&x, &y);
}

static bool alive(const lmv_operand *operand) {
  return operand->view == NULL || lmv_alive(operand->view);
}

/*
** Whether both values are views, the usual case. Leaves values on the stack.
*/
static bool are_views(lua_State *L) {
  return lua_getmetatable(L, 1) && lmv_isviewmeta(L, LMV_META) &&
         lua_getmetatable(L, 2) && lmv_isviewmeta(L, LMV_META);
}

/* Whether the views are equal exactly if their bytes are equal. */
static bool have_values_of_bytes(const lmv_view *a, const lmv_view *b) {
  unsigned kind =
      a->numkind > LMV_SWAPPED ? a->numkind - LMV_SWAPPED : a->numkind;
  return a->numkind == b->numkind && kind > 0 && kind <= 1 + MV_I64 &&
         lmv_isflat(a) && lmv_isflat(b);
}

/* == of two views. */
static bool equal_views(lua_State *L, const lmv_view *v, const lmv_view *w) {
  lmv_operand a, b;
  if (!lmv_alive(v) || !lmv_alive(w))
    return false;
  if (have_values_of_bytes(v, w))
    return v->dims[0] == w->dims[0] &&
           memcmp(v->lease->base + v->offset, w->lease->base + w->offset,
                  lmv_flatsize(v)) == 0;
  lmv_viewoperand(v, &a);
  lmv_viewoperand(w, &b);
  return equal(L, &a, &b);
}

/* == of other values; one of them is a view or a container. */
static bool equal_operands(lua_State *L) {
  lmv_operand a, b;
  lua_settop(L, 2);
  return lmv_optoperand(L, 1, &a) && lmv_optoperand(L, 2, &b) && alive(&a) &&
         alive(&b) && equal(L, &a, &b);
}

/*
** __eq: by value, across formats. Only bytes-likes can be equal to a view. As
** in Python, a dead view may be compared, and is not equal to other views.
*/
LMV_TOUCHES(view_eq) {
  lua_pushboolean(L, are_views(L) ? equal_views(L, lua_touserdata(L, 1),
                                                lua_touserdata(L, 2))
                                  : equal_operands(L));
  return 1;
}

/* v:equals(x): the same as ==, for any bytes-like x. */
LMV_TOUCHES(view_equals) {
  lmv_view *v = lmv_checkview(L, 1);
  lmv_operand a, b;
  lmv_checkoperand(L, 2, &b);
  lmv_viewoperand(v, &a);
  lua_pushboolean(L, equal(L, &a, &b));
  return 1;
}

/* Pushes the indices of item number k in C order; returns the number of
** indices. */
static int push_indices(lua_State *L, const mv_layout *lay, ptrdiff_t k) {
  ptrdiff_t idx[MV_MAXDIM];
  lmv_checkresults(L, lay->ndim);
  mv_layout_unravel(lay, k, idx);
  for (int d = 0; d < lay->ndim; d++)
    lua_pushinteger(L, idx[d] + 1);
  return lay->ndim;
}

/* Cuts the longer of two one-dimensional spans; returns the shorter length. */
static ptrdiff_t cut(mv_layout *a, mv_layout *b) {
  ptrdiff_t n = a->shape[0] < b->shape[0] ? a->shape[0] : b->shape[0];
  a->shape[0] = b->shape[0] = n;
  return n;
}

/*
** v:mismatch(x): the index of the first item that differs, one number for each
** dimension; nil if all items are equal. If one of two one-dimensional views is
** the beginning of the other, the result is the first index behind the shorter
** one.
*/
LMV_TOUCHES(view_mismatch) {
  lmv_view *v = lmv_checkview(L, 1);
  lmv_operand a, b;
  mv_items x, y;
  ptrdiff_t k, n = -1;
  lmv_checkoperand(L, 2, &b);
  lmv_viewoperand(v, &a);
  x = lmv_operanditems(L, &a);
  y = lmv_operanditems(L, &b);
  if (!mv_layout_same_shape(&a.lay, &b.lay)) {
    if (a.lay.ndim != 1 || b.lay.ndim != 1) {
      lmv_pushshape(L, a.lay.ndim, a.lay.shape);
      lmv_pushshape(L, b.lay.ndim, b.lay.shape);
      lmv_argerror(L, 2, "shape %s expected, got %s", lua_tostring(L, -2),
                   lua_tostring(L, -1));
    }
    n = cut(&a.lay, &b.lay);
  }
  k = mv_mismatch(&x, &y);
  if (k < 0)
    k = n;
  if (k < 0) {
    lua_pushnil(L);
    return 1;
  }
  if (a.lay.ndim == 0) { /* an item without indices: true or nil */
    lua_pushboolean(L, 1);
    return 1;
  }
  return push_indices(L, &a.lay, k);
}

/* ---- searching -----------------------------------------------------------*/

/* Visits the records equal to the value at 2: the first, or their count. */
static ptrdiff_t search_records(lua_State *L, const lmv_view *v,
                                const mv_layout *lay, bool counting) {
  ptrdiff_t n = mv_layout_count(lay), count = 0, idx[MV_MAXDIM];
  for (ptrdiff_t k = 0; k < n; k++) {
    ptrdiff_t off;
    mv_layout_unravel(lay, k, idx);
    off = mv_layout_offset(lay, lmv_base(L, v), idx);
    if (!lmv_equalsitem(L, v, &v->format->item, off, 2))
      continue;
    if (!counting)
      return k;
    count++;
  }
  return counting ? count : -1;
}

/*
** Searches the part lay of the view for items equal to the value at 2. Returns
** the linear index of the first one in C order (or -1), or their number. The
** value is compared with the values that reading the items gives.
*/
static ptrdiff_t search_items(lua_State *L, const lmv_view *v,
                              const mv_layout *lay, bool counting) {
  const mv_item *item = &v->format->item;
  mv_value value;
  if (!lmv_canhold(L, 2, 2, v->format))
    return counting ? 0 : -1;
  if (item->kind == MV_RECORD)
    return search_records(L, v, lay, counting);
  lmv_tovalue(L, 2, item, &value);
  return counting ? mv_count_value(lmv_base(L, v), lay, item, &value)
                  : mv_find_value(lmv_base(L, v), lay, item, &value);
}

/*
** The view that is searched for the value at 2, and the searched part: items
** (or rows) i to j, the arguments 3 and 4. *start: the first of these items,
** from 0.
*/
static lmv_view *check_search(lua_State *L, mv_layout *lay, ptrdiff_t *start) {
  lmv_view *v = lmv_checkview(L, 1);
  lua_Integer i = lmv_optinteger(L, 3, 1), j = lmv_optinteger(L, 4, -1);
  ptrdiff_t n;
  if (lua_gettop(L) < 2)
    lmv_typeerror(L, 2, "value");
  lmv_checklive(L, v);
  lmv_layout(v, lay);
  *start = 0;
  if (v->ndim > 0) {
    mv_range(lay->shape[0], i, j, 1, start, &n);
    mv_layout_slice(lay, 0, *start, n, 1);
  }
  return v;
}

/*
** v:index(x [, i [, j]]): the index of the first item equal to x, in items (or
** rows) i to j: one number for each dimension; nil if no item is equal.
*/
LMV_TOUCHES(view_index) {
  mv_layout lay;
  ptrdiff_t start, k;
  const lmv_view *v = check_search(L, &lay, &start);
  int n;
  k = search_items(L, v, &lay, false);
  if (k < 0) {
    lua_pushnil(L);
    return 1;
  }
  if (v->ndim == 0) {
    lua_pushboolean(L, 1);
    return 1;
  }
  n = push_indices(L, &lay, k);
  lua_pushinteger(L, lua_tointeger(L, -n) + (lua_Integer)start);
  lua_replace(L, -n - 1);
  return n;
}

/* v:count(x [, i [, j]]): the number of items in that range equal to x. */
LMV_TOUCHES(view_count) {
  mv_layout lay;
  ptrdiff_t start;
  const lmv_view *v = check_search(L, &lay, &start);
  lua_pushinteger(L, search_items(L, v, &lay, true));
  return 1;
}

/* v:hash(): an integer, equal for equal bytes; only for read-only views. */
LMV_TOUCHES(view_hash) {
  lmv_view *v = lmv_checkview(L, 1);
  lmv_operand operand;
  const unsigned char *p;
  lmv_checklive(L, v);
  if (!v->readonly)
    luaL_error(L, "cannot hash a view that can be written to");
  lmv_viewoperand(v, &operand);
  p = lmv_operandbase(L, &operand);
  lua_pushinteger(L, (lua_Integer)mv_hash_layout(p, &operand.lay, lmv_seed()));
  return 1;
}

const luaL_Reg lmv_compare_methods[] = {
    {"equals", view_equals}, {"mismatch", view_mismatch}, {"index", view_index},
    {"count", view_count},   {"hash", view_hash},         {NULL, NULL}};

const luaL_Reg lmv_compare_metamethods[] = {{"__eq", view_eq}, {NULL, NULL}};
