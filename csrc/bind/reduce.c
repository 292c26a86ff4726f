/*
** reduce.c - sum min max
** Between resolving the memory and the last access, nothing is allocated.
*/
#include "reduce.h"

#include "mv.h"
#include "value.h"
#include "view.h"

/* v:sum(): the sum of all numbers. */
LMV_TOUCHES(view_sum) {
  lmv_view *v = lmv_checkview(L, 1);
  const mv_item *item = &v->format->item;
  mv_layout lay;
  mv_value sum;
  mv_status status;
  lmv_layout(v, &lay);
  status = mv_sum(lmv_base(L, v), &lay, item, &sum);
  if (status == MV_ETYPE)
    return luaL_error(L, "items of format '%s' have no sum", v->format->text);
  if (status != MV_OK)
    return luaL_error(L, "sum out of range for an integer");
  lmv_pushvalue(L, &sum);
  return 1;
}

/* Pushes the least or greatest item and its full index; or nil. */
static int push_extreme(lua_State *L, bool greatest) {
  lmv_view *v = lmv_checkview(L, 1);
  ptrdiff_t k, idx[MV_MAXDIM];
  const unsigned char *base;
  mv_layout lay;
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  if (!mv_item_ordered(&v->format->item))
    luaL_error(L, "items of format '%s' have no order", v->format->text);
  luaL_checkstack(L, lay.ndim + 1, NULL);
  base = lmv_base(L, v);
  k = mv_extreme(base, &lay, &v->format->item, greatest);
  if (k < 0) {
    lua_pushnil(L);
    return 1;
  }
  mv_layout_unravel(&lay, k, idx);
  lmv_pushitem(L, v, 1, mv_layout_offset(&lay, base, idx));
  for (int d = 0; d < lay.ndim; d++)
    lua_pushinteger(L, (lua_Integer)idx[d] + 1);
  return 1 + lay.ndim;
}

/* v:min(), v:max(): the value, and the full index of the first item with it. */
LMV_TOUCHES(view_min) { return push_extreme(L, false); }
LMV_TOUCHES(view_max) { return push_extreme(L, true); }

const luaL_Reg lmv_reduce_methods[] = {
    {"sum", view_sum}, {"min", view_min}, {"max", view_max}, {NULL, NULL}};
