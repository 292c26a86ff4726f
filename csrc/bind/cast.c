/*
** cast.c - views of a view's bytes in another format: cast, at, field
** These functions only compute geometry. They do not touch the memory.
*/
#include "cast.h"

#include "args.h"
#include "formats.h"
#include "registry.h"
#include "view.h"

/* ---- casts ---------------------------------------------------------------*/

static int cast_error(lua_State *L, mv_status status, int dim,
                      const lmv_view *v, const mv_format *format) {
  ptrdiff_t nbytes = lmv_nbytes(v);
  switch (status) {
  case MV_EDIVIDE:
    return lmv_argerror(L, 2,
                        "%I byte%s not a multiple of the item size %I of '%s'",
                        (LUAI_UACINT)nbytes, nbytes == 1 ? " is" : "s are",
                        (LUAI_UACINT)format->item.size, format->text);
  case MV_EZEROITEM:
    return lmv_argerror(L, 2, "items of '%s' have size 0", format->text);
  case MV_ESIZE:
    return lmv_argerror(L, 3, "shape does not fit %I byte%s of '%s'",
                        (LUAI_UACINT)nbytes, lmv_plural(nbytes), format->text);
  case MV_EINDIRECT:
    return luaL_error(L, "cannot cast memory with suboffsets");
  case MV_ENOTCONTIGUOUS:
    return luaL_error(L,
                      "cannot cast without a copy: dimension %d is strided, "
                      "use :copy()",
                      dim + 1);
  default:
    return lmv_argerror(L, 3, "%s", mv_message(status));
  }
}

/*
** The number of items of the common cast: the view is flat and does not anchor
** its format, and its bytes are whole items. -1: it is another cast.
*/
static inline ptrdiff_t flat_count(const lmv_view *v, const mv_format *format) {
  size_t size = format->item.size, n;
  if (!lmv_isflat(v) || v->anchors_format || size == 0)
    return -1;
  n = lmv_flatsize(v);
  return n % size == 0 ? (ptrdiff_t)(n / size) : -1;
}

/* The format of the text at 2 if it needs no anchor and has been used before;
** or NULL. Leaves up to one value on the stack. */
static inline const mv_format *known_format(lua_State *L) {
  const mv_format *format = NULL;
  const char *text;
  size_t len;
  if (lua_type(L, 2) != LUA_TSTRING)
    return NULL;
  text = lua_tolstring(L, 2, &len);
  if (len == 1)
    format = lmv_plainformat(*text);
  if (format != NULL)
    return format;
  lua_pushvalue(L, 2);
  return lua_rawget(L, LMV_FORMATS) == LUA_TUSERDATA ? lua_touserdata(L, -1)
                                                     : NULL;
}

/* Pushes the common cast; false, and perhaps other values: it is another. */
static bool push_flat_cast(lua_State *L, const lmv_view *v) {
  const mv_format *format = known_format(L);
  ptrdiff_t n = format != NULL ? flat_count(v, format) : -1;
  if (n < 0)
    return false;
  lmv_derive1(L, 1, v, format, v->offset, n, (ptrdiff_t)format->item.size);
  return true;
}

void lmv_pushcast(lua_State *L) {
  lmv_view *v = lua_touserdata(L, 1);
  ptrdiff_t shape[MV_MAXDIM];
  const mv_format *format;
  int ndim = -1, dim = 0, anchor;
  mv_layout lay;
  mv_status status;
  if (lua_type(L, 2) != LUA_TSTRING)
    lmv_typeerror(L, 2, "string");
  if (!lua_isnoneornil(L, 3))
    ndim = lmv_checkshape(L, 3, shape);
  lmv_checklive(L, v);
  if (ndim < 0 && push_flat_cast(L, v))
    return;
  format = lmv_pushformat(L, 2, 2, &anchor);
  lmv_layout(v, &lay);
  status =
      mv_layout_cast(&lay, (ptrdiff_t)format->item.size, ndim, shape, &dim);
  if (status != MV_OK)
    cast_error(L, status, dim, v, format);
  lmv_derive(L, 1, &lay, format, anchor);
}

/*
** push_flat_cast for the view at 1 and the format at 2. Makes the view before it
** checks argument 1, which saves 8 % of the instructions.
*/
static bool push_flat_child(lua_State *L) {
  const mv_format *format = known_format(L);
  const lmv_view *v;
  lmv_view *child;
  ptrdiff_t n;
  if (format == NULL)
    return false;
  v = lmv_startchild(L, 2, &child);
  lmv_checklive(L, v);
  n = flat_count(v, format);
  if (n < 0)
    return false;
  lmv_endchild(L, 1, v, child, format, v->offset, n,
               (ptrdiff_t)format->item.size);
  return true;
}

/* v:cast(format [, shape]): items of another format over the same bytes. */
static int view_cast(lua_State *L) {
  int top = lua_gettop(L);
  if (top == 2 && push_flat_child(L))
    return 1;
  lua_settop(L, top);
  lmv_checkview(L, 1);
  lmv_pushcast(L);
  return 1;
}

/* ---- at ------------------------------------------------------------------*/

/*
** The arguments of v:at behind the offset: n bytes, or a number of items of a
** format, whose userdata is pushed. Sets the format and its anchor; returns the
** count.
*/
static ptrdiff_t check_extent(lua_State *L, const mv_format **format,
                              int *anchor) {
  int type = lua_type(L, 3);
  if (type == LUA_TNUMBER) {
    *format = &lmv_byteformat;
    *anchor = 0;
    return lmv_checksize(L, 3);
  }
  if (type != LUA_TSTRING)
    lmv_typeerror(L, 3, "number or format");
  lua_settop(L, 4);
  *format = lmv_pushformat(L, 3, 3, anchor);
  if ((*format)->item.size == 0)
    lmv_argerror(L, 3, "items of '%s' have size 0", (*format)->text);
  return lua_isnil(L, 4) ? 1 : lmv_checksize(L, 4);
}

static int extent_error(lua_State *L, ptrdiff_t n, ptrdiff_t size,
                        lua_Integer offset, ptrdiff_t left) {
  if (n == 1 || lua_type(L, 3) == LUA_TNUMBER)
    return lmv_argerror(L, 3, "%I byte%s at offset %I, %I left",
                        (LUAI_UACINT)(n * size), lmv_plural(n * size),
                        (LUAI_UACINT)offset, (LUAI_UACINT)left);
  return lmv_argerror(L, 3,
                      "%I items of %I byte%s at offset %I, %I byte%s left",
                      (LUAI_UACINT)n, (LUAI_UACINT)size, lmv_plural(size),
                      (LUAI_UACINT)offset, (LUAI_UACINT)left, lmv_plural(left));
}

/*
** v:at(offset, n), v:at(offset, format [, count]): a view of that many bytes or
** items from byte offset on, counted from 0. Raises if they exceed the view.
*/
static int view_at(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  lua_Integer offset = lmv_checkinteger(L, 2);
  const mv_format *format;
  ptrdiff_t n, size, total, nbytes;
  mv_layout lay;
  int anchor;
  n = check_extent(L, &format, &anchor);
  lmv_checklive(L, v);
  if (!lmv_iscontiguous(v))
    lmv_argerror(L, 1, "not contiguous, use :copy()");
  total = lmv_nbytes(v);
  if (offset < 0 || offset > total)
    lmv_argerror(L, 2, "offset %I out of range [0, %I]", (LUAI_UACINT)offset,
                 (LUAI_UACINT)total);
  size = (ptrdiff_t)format->item.size;
  if (n > (total - (ptrdiff_t)offset) / size)
    extent_error(L, n, size, offset, total - (ptrdiff_t)offset);
  offset += v->offset;
  if (v->ndim == 1 && !v->anchors_format && anchor == 0) {
    lmv_derive1(L, 1, v, format, (ptrdiff_t)offset, n, size);
    return 1;
  }
  mv_layout_set(&lay, size, 1, &n, &nbytes);
  lay.offset = (ptrdiff_t)offset;
  lmv_derive(L, 1, &lay, format, anchor);
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
      lmv_argerror(L, 2, "no field '%s'", lmv_pushescaped(L, 2));
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

/* Pushes two values: the text of a field's format, as if it stood alone, and the
** format. */
static const mv_format *push_field_format(lua_State *L, const mv_field *field,
                                          int *anchor) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  if (field->order != '@')
    luaL_addchar(&b, field->order);
  luaL_addlstring(&b, field->text, field->textlen);
  luaL_pushresult(&b);
  return lmv_pushformat(L, 2, lua_gettop(L), anchor);
}

/* v:field(name | index): one field of each record, as a view of its own. */
static int view_field(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  size_t nth;
  const mv_field *field;
  const mv_format *format;
  int anchor;
  mv_layout lay;
  mv_status status;
  lmv_checklive(L, v);
  field = check_field(L, &v->format->item, &nth);
  lua_settop(L, 2);
  format = push_field_format(L, field, &anchor);
  lmv_layout(v, &lay);
  status = mv_layout_field(&lay, field, nth);
  if (status != MV_OK)
    luaL_error(L, "%s", mv_message(status));
  lmv_derive(L, 1, &lay, format, anchor);
  return 1;
}

const luaL_Reg lmv_cast_methods[] = {
    {"cast", view_cast}, {"at", view_at}, {"field", view_field}, {NULL, NULL}};
