/*
** slice.c - views of some items of a view: slices, rows, transposed views
** These functions only compute geometry. They do not touch the memory, with one
** exception: taking an index of the first dimension of a layout with suboffsets
** follows its pointer.
*/
#include "slice.h"

#include "args.h"
#include "registry.h"
#include "view.h"

static lua_Integer check_step(lua_State *L, int arg) {
  lua_Integer step = lmv_optinteger(L, arg, 1);
  if (step == 0)
    lmv_argerror(L, arg, "step is 0");
  return step;
}

/*
** Pushes count items of the first dimension from start on, step items apart.
** (mv_layout_slice does not fail in dimension 0.)
*/
static void push_slice(lua_State *L, const lmv_view *v, ptrdiff_t start,
                       ptrdiff_t count, lua_Integer step) {
  mv_layout lay;
  lmv_layout(v, &lay);
  mv_layout_slice(&lay, 0, start, count, (ptrdiff_t)step);
  lmv_derive(L, 1, &lay, NULL, 0);
}

/* v:sub([i [, j [, step]]]): a slice of the first dimension. */
static int view_sub(lua_State *L) {
  int top = lua_gettop(L);
  lmv_view *child;
  const lmv_view *v = lmv_startchild(L, top, &child);
  lua_Integer step = top > 3 ? check_step(L, 4) : 1;
  lua_Integer i = step > 0 ? 1 : -1, j = -i;
  ptrdiff_t start, count, stride;
  if (top > 1)
    i = lmv_optinteger(L, 2, i);
  if (top > 2)
    j = lmv_optinteger(L, 3, j);
  lmv_checklive(L, v);
  if (v->ndim == 0)
    lmv_argerror(L, 1, "0 dimensions");
  if (step == 1)
    mv_range_forward(v->dims[0], i, j, &start, &count);
  else
    mv_range(v->dims[0], i, j, step, &start, &count);
  if (v->ndim > 1 || v->indirect || v->anchors_format) {
    push_slice(L, v, start, count, step);
    return 1;
  }
  stride = v->dims[1]; /* as in mv_layout_slice, for one dimension */
  lmv_endchild(L, 1, v, child, v->format,
               count > 0 ? v->offset + start * stride : v->offset, count,
               count > 1 ? stride * (ptrdiff_t)step : v->itemsize);
  return 1;
}

/* Pushes item key of the selector at arg, by raw access, and converts it. */
static lua_Integer selector_number(lua_State *L, int arg, int key,
                                   lua_Integer def) {
  lua_Integer i = def;
  int isint = 1;
  if (lua_rawgeti(L, arg, key) != LUA_TNIL)
    i = lua_tointegerx(L, -1, &isint);
  if (!isint)
    lmv_argerror(L, arg, "integer expected at position %d of the selector",
                 key);
  return i;
}

/* The length of a selector. Raises for a list of more items than a selector has,
** and for a table of named items alone. */
static size_t check_selector(lua_State *L, int arg) {
  size_t n = (size_t)lua_rawlen(L, arg);
  if (n > 3)
    lmv_argerror(L, arg, "list {i, j, step} expected, got %I items",
                 (LUAI_UACINT)n);
  if (n > 0)
    return n;
  lua_pushnil(L);
  if (!lua_next(L, arg))
    return 0;
  if (lua_type(L, -2) != LUA_TNUMBER) /* it is one in {nil, 5} */
    lmv_argerror(L, arg,
                 "list {i, j, step} expected, got a table without items");
  lua_pop(L, 2);
  return 0;
}

/* Applies the selector {i, j, step} at arg to a dimension. Leaves up to three
** values on the stack. */
static mv_status select_range(lua_State *L, int arg, mv_layout *lay, int dim) {
  lua_Integer step = 1, i, j;
  ptrdiff_t start, count;
  if (check_selector(L, arg) != 2) /* with two items there is no third */
    step = selector_number(L, arg, 3, 1);
  if (step == 0)
    lmv_argerror(L, arg, "step is 0");
  i = selector_number(L, arg, 1, step > 0 ? 1 : -1);
  j = selector_number(L, arg, 2, step > 0 ? -1 : 1);
  if (step == 1)
    mv_range_forward(lay->shape[dim], i, j, &start, &count);
  else
    mv_range(lay->shape[dim], i, j, step, &start, &count);
  return mv_layout_slice(lay, dim, start, count, (ptrdiff_t)step);
}

/* The selector at arg, which is not a list, as an index. */
static lua_Integer selector_index(lua_State *L, int arg) {
  if (!lua_isnumber(L, arg))
    lmv_typeerror(L, arg, "integer, list {i, j, step} or nil");
  return lmv_checkinteger(L, arg);
}

/* Applies the selectors at 2, 3, ...; an index drops its dimension. */
static void apply_selectors(lua_State *L, const lmv_view *v, mv_layout *lay) {
  int n = lua_gettop(L) - 1, dim = 0;
  for (int k = 0; k < n; k++) {
    int arg = k + 2;
    mv_status status;
    if (lua_type(L, arg) == LUA_TTABLE) {
      status = select_range(L, arg, lay, dim++);
      lua_settop(L, n + 1);
    } else if (lua_isnil(L, arg)) {
      status = MV_OK;
      dim++;
    } else {
      lua_Integer i = selector_index(L, arg);
      ptrdiff_t at = lmv_wrap(lay->shape[dim], i);
      if (at < 0)
        lmv_indexerror(L, i, lay->shape[dim], k, v->ndim);
      status = mv_layout_take(lay, lmv_base(L, v), dim, at);
    }
    if (status != MV_OK) /* MV_EINDIRECT */
      luaL_error(L, "this slice of memory with suboffsets cannot be described");
  }
}

/* v:slice(s1, s2, ...): one selector per dimension. */
static int view_slice(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  mv_layout lay;
  int n = lua_gettop(L) - 1;
  lmv_checklive(L, v);
  if (n > v->ndim)
    lmv_argerror(L, v->ndim + 2, "%d selector%s for %d dimension%s%s", n,
                 lmv_plural(n), v->ndim, lmv_plural(v->ndim),
                 v->ndim == 1 ? ", a range is {i, j} or sub(i, j)" : "");
  lmv_layout(v, &lay);
  apply_selectors(L, v, &lay);
  lmv_derive(L, 1, &lay, NULL, 0);
  return 1;
}

void lmv_pushrow(lua_State *L, const lmv_view *v, int idx, ptrdiff_t i) {
  const unsigned char *base = lmv_base(L, v);
  mv_layout lay;
  if (v->ndim == 2 && !v->indirect && !v->anchors_format) {
    ptrdiff_t n = v->dims[1]; /* as in mv_layout_take */
    lmv_derive1(L, idx, v, v->format,
                n > 0 ? v->offset + i * v->dims[2] : v->offset, n, v->dims[3]);
    return;
  }
  lmv_layout(v, &lay);
  mv_layout_take(&lay, base, 0, i);
  lmv_derive(L, idx, &lay, NULL, 0);
}

/* v:transpose([d1, d2, ...]): dimensions permuted, by default reversed. */
static int view_transpose(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  int n = lua_gettop(L) - 1, perm[MV_MAXDIM];
  bool seen[MV_MAXDIM] = {false};
  mv_layout lay;
  lmv_checklive(L, v);
  if (n == 1 && v->ndim != 1)
    lmv_checkinteger(L, 2); /* raises for a list */
  if (n > 0 && n != v->ndim)
    lmv_argerror(L, n < v->ndim ? n + 2 : v->ndim + 2,
                 "%d dimension%s expected, got %d", v->ndim,
                 lmv_plural(v->ndim), n);
  for (int k = 0; k < n; k++) {
    lua_Integer d = lmv_checkinteger(L, k + 2);
    if (d < 1 || d > n)
      lmv_argerror(L, k + 2, "dimension %I out of range [1, %d]",
                   (LUAI_UACINT)d, n);
    if (seen[d - 1])
      lmv_argerror(L, k + 2, "dimension %I given twice", (LUAI_UACINT)d);
    seen[d - 1] = true;
    perm[k] = (int)d - 1;
  }
  if (v->indirect)
    luaL_error(L, "cannot transpose memory with suboffsets");
  for (int k = 0; n == 0 && k < v->ndim; k++)
    perm[k] = v->ndim - 1 - k;
  lmv_layout(v, &lay);
  mv_layout_transpose(&lay, perm);
  lmv_derive(L, 1, &lay, NULL, 0);
  return 1;
}

/* v:toreadonly(): the same view, but read-only. */
static int view_toreadonly(lua_State *L) {
  lmv_checkview(L, 1);
  lmv_copyview(L, 1, LMV_META)->readonly = true;
  return 1;
}

/* v:release(), also __close: ends this view. */
static int view_release(lua_State *L) {
  if (lmv_toview(L, 1, LMV_META) == NULL)
    lmv_typeerror(L, 1, "mview.view"); /* also raises for a container */
  lmv_release(L, 1);
  return 0;
}

const luaL_Reg lmv_slice_methods[] = {{"sub", view_sub},
                                      {"slice", view_slice},
                                      {"transpose", view_transpose},
                                      {"toreadonly", view_toreadonly},
                                      {"release", view_release},
                                      {NULL, NULL}};
