/*
** slice.c - views made from views: slices, rows, casts, fields
** These functions only compute geometry. They do not touch the memory, with one
** exception: a row of a layout with suboffsets follows its pointer when it is
** made.
*/
#include "slice.h"

#include "args.h"
#include "formats.h"
#include "registry.h"
#include "view.h"

/* The init of a view that is equal to v. */
static lmv_viewinit init_of(const lmv_view *v) {
  lmv_viewinit init = {v->lease, v->generation, v->format, v->anchors_format,
                       v->readonly};
  return init;
}

/* ---- slices --------------------------------------------------------------*/

static lua_Integer check_step(lua_State *L, int arg) {
  lua_Integer step = lmv_optinteger(L, arg, 1);
  if (step == 0)
    lmv_argerror(L, arg, "step is 0");
  return step;
}

/* The slice from start on, of a view that is not simple and one-dimensional. */
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

/* Integer at key of the selector at arg; by raw access. */
static lua_Integer selector_number(lua_State *L, int arg, int key,
                                   lua_Integer def) {
  lua_Integer i = def;
  int isint = 1;
  if (lua_rawgeti(L, arg, key) != LUA_TNIL)
    i = lua_tointegerx(L, -1, &isint);
  if (!isint)
    lmv_argerror(L, arg, "integer expected at position %d of the selector",
                 key);
  lua_pop(L, 1);
  return i;
}

/* Applies a selector that keeps its dimension. */
static mv_status select_range(lua_State *L, int arg, mv_layout *lay, int dim) {
  lua_Integer step = selector_number(L, arg, 3, 1), i, j;
  ptrdiff_t start, count;
  if (step == 0)
    lmv_argerror(L, arg, "step is 0");
  i = selector_number(L, arg, 1, step > 0 ? 1 : -1);
  j = selector_number(L, arg, 2, step > 0 ? -1 : 1);
  mv_range(lay->shape[dim], i, j, step, &start, &count);
  return mv_layout_slice(lay, dim, start, count, (ptrdiff_t)step);
}

/* Applies a selector that drops its dimension. */
static lua_Integer selector_index(lua_State *L, int arg) {
  if (!lua_isnumber(L, arg))
    lmv_typeerror(L, arg, "integer, list {i, j, step} or nil");
  return lmv_checkinteger(L, arg);
}

/* Applies the selectors at 2, 3, ... */
static void apply_selectors(lua_State *L, const lmv_view *v, mv_layout *lay) {
  int n = lua_gettop(L) - 1, dim = 0;
  for (int k = 0; k < n; k++) {
    int arg = k + 2;
    mv_status status;
    if (lua_type(L, arg) == LUA_TTABLE) {
      status = select_range(L, arg, lay, dim++);
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
    lmv_argerror(L, v->ndim + 2, "%d selectors for %d dimension%s%s", n,
                 v->ndim, v->ndim == 1 ? "" : "s",
                 v->ndim == 1 ? ", a range is {i, j} or sub(i, j)" : "");
  lmv_layout(v, &lay);
  apply_selectors(L, v, &lay);
  lmv_derive(L, 1, &lay, NULL, 0);
  return 1;
}

void lmv_pushrow(lua_State *L, int idx, ptrdiff_t i) {
  lmv_view *v = lua_touserdata(L, idx);
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
                 "%d dimensions expected, got %d", v->ndim, n);
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

/* ---- casts ---------------------------------------------------------------*/

static int cast_error(lua_State *L, mv_status status, int arg, int dim,
                      const lmv_view *v, const mv_format *format) {
  mv_layout lay;
  ptrdiff_t nbytes;
  lmv_layout(v, &lay);
  nbytes = mv_layout_nbytes(&lay);
  switch (status) {
  case MV_EDIVIDE:
    return lmv_argerror(L, arg,
                        "%I bytes are not a multiple of the item size %I of "
                        "'%s'",
                        (LUAI_UACINT)nbytes, (LUAI_UACINT)format->item.size,
                        format->text);
  case MV_EZEROITEM:
    return lmv_argerror(L, arg, "items of '%s' have size 0", format->text);
  case MV_ESIZE:
    return lmv_argerror(L, arg + 1, "shape does not fit %I bytes of '%s'",
                        (LUAI_UACINT)nbytes, format->text);
  case MV_EINDIRECT:
    return luaL_error(L, "cannot cast memory with suboffsets");
  case MV_ENOTCONTIGUOUS:
    return luaL_error(L,
                      "cannot cast without a copy: dimension %d is strided, "
                      "use :copy()",
                      dim + 1);
  default:
    return lmv_argerror(L, arg + 1, "%s", mv_message(status));
  }
}

/*
** The common cast: one dimension, contiguous, whole items of a simple format.
** Returns the number of items; -1: it is another cast.
*/
static inline ptrdiff_t flat_cast(const lmv_view *v, const mv_format *format) {
  size_t size = format->item.size, n;
  if (!lmv_isflat(v) || v->anchors_format || size == 0)
    return -1;
  n = lmv_flatsize(v);
  return n % size == 0 ? (ptrdiff_t)(n / size) : -1;
}

void lmv_pushcast(lua_State *L, int idx, int arg) {
  lmv_view *v = lua_touserdata(L, idx);
  ptrdiff_t shape[MV_MAXDIM];
  int ndim = -1, dim = 0;
  lmv_viewinit init;
  mv_layout lay;
  mv_status status;
  if (lua_type(L, arg) != LUA_TSTRING)
    lmv_typeerror(L, arg, "string");
  if (!lua_isnoneornil(L, arg + 1))
    ndim = lmv_checkshape(L, arg + 1, shape);
  lmv_checklive(L, v);
  lua_pushvalue(L, arg);
  if (lua_rawget(L, LMV_FORMATS) == LUA_TUSERDATA && ndim < 0) {
    const mv_format *format = lua_touserdata(L, -1);
    ptrdiff_t n = flat_cast(v, format);
    if (n >= 0) {
      lmv_derive1(L, idx, v, format, v->offset, n,
                  (ptrdiff_t)format->item.size);
      return;
    }
  }
  init = init_of(v);
  init.format = lmv_pushformat(L, arg, arg, &init.anchors_format);
  lmv_layout(v, &lay);
  status = mv_layout_cast(&lay, (ptrdiff_t)init.format->item.size, ndim, shape,
                          &dim);
  if (status != MV_OK)
    cast_error(L, status, arg, dim, v, init.format);
  lmv_derive(L, idx, &lay, &init, lua_gettop(L));
}

lmv_view *lmv_pushsame(lua_State *L, const lmv_view *v) {
  mv_layout lay;
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  return lmv_derive(L, 1, &lay, NULL, 0);
}

/* Makes the common cast without a shape. False: it is another cast. */
static bool push_flat_cast(lua_State *L) {
  const mv_format *format;
  const lmv_view *v;
  lmv_view *child;
  ptrdiff_t n;
  lua_pushvalue(L, 2);
  if (lua_rawget(L, LMV_FORMATS) != LUA_TUSERDATA)
    return false;
  format = lua_touserdata(L, -1);
  v = lmv_startchild(L, 2, &child);
  lmv_checklive(L, v);
  n = flat_cast(v, format);
  if (n < 0)
    return false;
  lmv_endchild(L, 1, v, child, format, v->offset, n,
               (ptrdiff_t)format->item.size);
  return true;
}

/* v:cast(format [, shape]): items of another format over the same bytes. */
static int view_cast(lua_State *L) {
  int top = lua_gettop(L);
  if (top != 2 || !push_flat_cast(L)) {
    lua_settop(L, top);
    lmv_checkview(L, 1);
    lmv_pushcast(L, 1, 2);
  }
  return 1;
}

/*
** The init and the count for the arguments of at: n bytes, or a number of items
** of a format, whose userdata is pushed.
*/
static ptrdiff_t check_window(lua_State *L, lmv_viewinit *init) {
  int type = lua_type(L, 3);
  if (type == LUA_TNUMBER) {
    init->format = &lmv_byteformat;
    init->anchors_format = false;
    return lmv_checksize(L, 3);
  }
  if (type != LUA_TSTRING)
    lmv_typeerror(L, 3, "number or format");
  lua_settop(L, 4);
  init->format = lmv_pushformat(L, 3, 3, &init->anchors_format);
  if (init->format->item.size == 0)
    lmv_argerror(L, 3, "items of '%s' have size 0", init->format->text);
  return lua_isnil(L, 4) ? 1 : lmv_checksize(L, 4);
}

static int window_error(lua_State *L, ptrdiff_t n, ptrdiff_t size,
                        lua_Integer offset, ptrdiff_t left) {
  if (n == 1 || lua_type(L, 3) == LUA_TNUMBER)
    return lmv_argerror(L, 3, "%I bytes at offset %I, %I left",
                        (LUAI_UACINT)(n * size), (LUAI_UACINT)offset,
                        (LUAI_UACINT)left);
  return lmv_argerror(L, 3, "%I items of %I bytes at offset %I, %I bytes left",
                      (LUAI_UACINT)n, (LUAI_UACINT)size, (LUAI_UACINT)offset,
                      (LUAI_UACINT)left);
}

/*
** v:at(offset, n), v:at(offset, format [, count]): a window of that many bytes
** or items from byte offset on, counted from 0. Raises if it exceeds the view.
*/
static int view_at(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  lua_Integer offset = lmv_checkinteger(L, 2);
  lmv_viewinit init = init_of(v);
  ptrdiff_t n, size, total, nbytes;
  mv_layout lay;
  n = check_window(L, &init);
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  if (!mv_layout_contiguous(&lay, 'C'))
    lmv_argerror(L, 1, "not contiguous, use :copy()");
  total = mv_layout_nbytes(&lay);
  if (offset < 0 || offset > total)
    lmv_argerror(L, 2, "offset %I out of range [0, %I]", (LUAI_UACINT)offset,
                 (LUAI_UACINT)total);
  size = (ptrdiff_t)init.format->item.size;
  if (n > (total - (ptrdiff_t)offset) / size)
    window_error(L, n, size, offset, total - (ptrdiff_t)offset);
  offset += lay.offset;
  if (v->ndim == 1 && !v->anchors_format && !init.anchors_format) {
    lmv_derive1(L, 1, v, init.format, (ptrdiff_t)offset, n, size);
    return 1;
  }
  mv_layout_set(&lay, size, 1, &n, &nbytes);
  lay.offset = (ptrdiff_t)offset;
  lmv_derive(L, 1, &lay, &init, lua_gettop(L));
  return 1;
}

/* v:toreadonly(): the same view, but read-only. */
static int view_toreadonly(lua_State *L) {
  lmv_pushsame(L, lmv_checkview(L, 1))->readonly = true;
  return 1;
}

/* ---- fields --------------------------------------------------------------*/

static const mv_field *check_field(lua_State *L, const mv_item *item,
                                   size_t *nth) {
  const mv_field *field = NULL;
  *nth = 0;
  if (item->kind != MV_RECORD)
    luaL_error(L, "the items have no fields");
  if (lua_type(L, 2) == LUA_TSTRING) {
    size_t len;
    const char *name = lua_tolstring(L, 2, &len);
    field = mv_field_named(item->record, name, len);
    if (field == NULL)
      lmv_argerror(L, 2, "no field '%s'", name);
  } else if (lua_type(L, 2) != LUA_TNUMBER) {
    lmv_typeerror(L, 2, "name or number");
  } else {
    lua_Integer i = lmv_checkinteger(L, 2);
    lua_Integer n = (lua_Integer)item->record->nvalues;
    if (i < 1 || i > n)
      lmv_argerror(L, 2, "field %I out of range [1, %I]", (LUAI_UACINT)i,
                   (LUAI_UACINT)n);
    field = mv_field_at(item->record, (size_t)(i - 1), nth);
  }
  return field;
}

/* Pushes the format of a field's items, as if it stood alone. */
static const mv_format *push_field_format(lua_State *L, const mv_field *field,
                                          bool *anchors_format) {
  const mv_format *format;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  if (field->order != '@')
    luaL_addchar(&b, field->order);
  luaL_addlstring(&b, field->text, field->textlen);
  luaL_pushresult(&b);
  format = lmv_pushformat(L, lua_gettop(L), 2, anchors_format);
  lua_remove(L, -2);
  return format;
}

/* v:field(name | index): one field of each record, as a view of its own. */
static int view_field(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  size_t nth;
  const mv_field *field;
  lmv_viewinit init;
  mv_layout lay;
  mv_status status;
  lmv_checklive(L, v);
  field = check_field(L, &v->format->item, &nth);
  lua_settop(L, 2);
  init = init_of(v);
  init.format = push_field_format(L, field, &init.anchors_format);
  lmv_layout(v, &lay);
  status = mv_layout_field(&lay, field, nth);
  if (status != MV_OK)
    luaL_error(L, "%s", mv_message(status));
  lmv_derive(L, 1, &lay, &init, lua_gettop(L));
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
                                      {"cast", view_cast},
                                      {"at", view_at},
                                      {"toreadonly", view_toreadonly},
                                      {"field", view_field},
                                      {"release", view_release},
                                      {NULL, NULL}};
