/*
** make.c - mview(...), and mview.new, mview.from and v:copy over fresh memory
** The fresh memory is a bytearray, which is the view's obj.
*/
#include "make.h"

#include "args.h"
#include "bytearray.h"
#include "cast.h"
#include "formats.h"
#include "mv.h"
#include "operand.h"
#include "registry.h"
#include "store.h"
#include "view.h"

/*
** Pushes a view of format (anchor: as of lmv_pushformat) and shape over a new
** bytearray of that size. arg: the argument to blame if the size is too large.
*/
static lmv_view *push_fresh(lua_State *L, const mv_format *format, int anchor,
                            int ndim, const ptrdiff_t *shape, int arg) {
  lmv_viewinit init = {.format = format, .anchor = anchor};
  mv_layout lay;
  ptrdiff_t nbytes;
  mv_status status;
  if (format->item.size == 0)
    lmv_argerror(L, 1, "items of '%s' have size 0", format->text);
  status =
      mv_layout_set(&lay, (ptrdiff_t)format->item.size, ndim, shape, &nbytes);
  if (status != MV_OK)
    lmv_argerror(L, arg, "%s", mv_message(status));
  init.lease = lmv_pushbytearray(L, (size_t)nbytes);
  init.generation = init.lease->generation;
  return lmv_newview(L, lua_gettop(L), LMV_META, &init, &lay);
}

/* Reads the sizes from index 2 on, or the single list of sizes there. */
static int new_shape(lua_State *L, ptrdiff_t *shape) {
  int ndim = lua_gettop(L) - 1;
  if (ndim == 1 && lua_type(L, 2) == LUA_TTABLE)
    return lmv_checkshape(L, 2, shape);
  if (ndim < 1)
    lmv_typeerror(L, 2, "number");
  if (ndim > MV_MAXDIM)
    lmv_argerror(L, MV_MAXDIM + 2, "more than %d dimensions", MV_MAXDIM);
  for (int d = 0; d < ndim; d++)
    shape[d] = lmv_checksize(L, d + 2);
  return ndim;
}

/* mview.new(format, n1 [, n2, ...]): zeroed memory of that shape. The sizes may
** also be one list. */
static int make_new(lua_State *L) {
  ptrdiff_t shape[MV_MAXDIM];
  const mv_format *format;
  int ndim, anchor, last = lua_gettop(L);
  lmv_checkstring(L, 1, NULL);
  ndim = new_shape(L, shape);
  format = lmv_pushformat(L, 1, 1, &anchor);
  push_fresh(L, format, anchor, ndim, shape, last);
  return 1;
}

/* The number of nested tables around the scalars of an item. */
static int item_depth(const mv_item *item) {
  const mv_field *field;
  if (item->kind == MV_CF32 || item->kind == MV_CF64)
    return 1;
  if (item->kind != MV_RECORD)
    return 0;
  field = item->record->fields;
  if (item->record->is_scalar)
    return field->ndim + item_depth(&field->item);
  for (size_t f = 0; f < item->record->nfields; f++, field++)
    if (field->name == NULL && field->count > 0)
      return 1 + field->ndim + item_depth(&field->item);
  return 1;
}

/*
** Measures the list at idx along its first elements; returns the dimensions,
** of which push_fresh refuses too many.
*/
static int list_shape(lua_State *L, int idx, int depth, ptrdiff_t *shape) {
  int ndim = 0, top = lua_gettop(L);
  lua_pushvalue(L, idx);
  while (lua_type(L, -1) == LUA_TTABLE && ndim <= MV_MAXDIM + depth) {
    if (ndim < MV_MAXDIM)
      shape[ndim] = (ptrdiff_t)lua_rawlen(L, -1);
    ndim++;
    lua_rawgeti(L, -1, 1);
    lua_remove(L, -2);
  }
  lua_settop(L, top);
  return ndim - depth;
}

/* mview.from(format, list): fresh memory with the values of a nested list. */
LMV_TOUCHES(make_from) {
  ptrdiff_t shape[MV_MAXDIM];
  const mv_format *format;
  lmv_view *v;
  mv_layout lay;
  int ndim, anchor;
  lmv_checkstring(L, 1, NULL);
  if (lua_type(L, 2) != LUA_TTABLE)
    lmv_typeerror(L, 2, "list");
  lua_settop(L, 2);
  lmv_checklist(L, 2);
  format = lmv_pushformat(L, 1, 1, &anchor);
  ndim = list_shape(L, 2, item_depth(&format->item), shape);
  if (ndim < 1)
    ndim = 1; /* the first item has the wrong type: raises below */
  v = push_fresh(L, format, anchor, ndim, shape, 2);
  lmv_layout(v, &lay);
  lmv_fromlist(L, 2, 2, format, &lay, lmv_base(L, v));
  return 1;
}

/* v:copy(): a copy of the items, in C order, over a new bytearray. */
LMV_TOUCHES(view_copy) {
  lmv_view *v = lmv_checkview(L, 1);
  lmv_viewinit init = {.format = v->format,
                       .anchor = v->anchors_format ? 2 : 0};
  mv_layout from, to;
  unsigned char *out;
  lua_settop(L, 1);
  lmv_checklive(L, v);
  lmv_layout(v, &from);
  to = from;
  mv_layout_order(&to, 'C');
  lua_getiuservalue(L, 1, 2); /* the format, if it is compound */
  init.lease = lmv_pushunset(L, (size_t)mv_layout_nbytes(&from));
  init.generation = init.lease->generation;
  out = lmv_base(L, lmv_newview(L, 3, LMV_META, &init, &to));
  mv_gather(out, lmv_base(L, v), &from, 'C');
  return 1;
}

const luaL_Reg lmv_make_methods[] = {{"copy", view_copy}, {NULL, NULL}};

/* ---- mview(...) ----------------------------------------------------------*/

/* Pushes the view at index 1, or a view of the bytes-like there, cast by the
** further arguments. */
static int make_view(lua_State *L) {
  lmv_view *v = lmv_toview(L, 1, LMV_META);
  if (v == NULL)
    lmv_asview(L, 1);
  lua_settop(L, 3);
  if (!lua_isnil(L, 2)) {
    lmv_pushcast(L);
  } else if (!lua_isnil(L, 3)) {
    lmv_typeerror(L, 2, "string");
  } else if (v != NULL) { /* another view, released on its own */
    lmv_copyview(L, 1, LMV_META);
  } else {
    lua_settop(L, 1);
  }
  return 1;
}

/* __call of the module: mview(obj [, format [, shape]]) */
int lmv_make(lua_State *L) {
  if (lua_gettop(L) == 2 && lua_type(L, 2) == LUA_TSTRING) {
    lmv_pushview(L, 2, LMV_META); /* the same as below, in fewer steps */
    return 1;
  }
  if (lua_gettop(L) > 0)
    lua_remove(L, 1);
  return make_view(L);
}

const luaL_Reg lmv_make_functions[] = {
    {"new", make_new}, {"from", make_from}, {NULL, NULL}};
