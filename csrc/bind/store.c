/*
** store.c - converts Lua values to items
** All values are converted to a buffer of the caller first, so if one value of
** a record or list does not fit, nothing is written. A message names the place
** of the value, the value, and the values that would fit.
*/
#include "store.h"

#include "args.h"
#include "numstack.h"
#include "value.h"
#include "view.h"

unsigned char *lmv_pushblock(lua_State *L, size_t n) {
  unsigned char *p = lua_newuserdatauv(L, n, 0);
  if (n > 0)
    memset(p, 0, n);
  return p;
}

/* ---- errors of writing ---------------------------------------------------*/

/* A place inside a nested value: a chain from the inside out. */
typedef struct path {
  const struct path *outer;
  const char *name; /* NULL: use index */
  size_t namelen;
  lua_Integer index;
} path;

/* The context of a conversion. */
typedef struct target {
  int arg;
  const mv_format *format;
  bool *misfit; /* set if a value of the right type does not fit, or NULL */
} target;

static void add_place(luaL_Buffer *b, lua_State *L, const path *at) {
  if (at->outer != NULL)
    add_place(b, L, at->outer);
  if (at->name != NULL) {
    if (at->outer != NULL)
      luaL_addchar(b, '.');
    luaL_addlstring(b, at->name, at->namelen);
  } else {
    lua_pushfstring(L, "[%I]", (LUAI_UACINT)at->index);
    luaL_addvalue(b);
  }
}

/* Raises the message on top of the stack, with the place in front. */
static int value_error(lua_State *L, const target *t, const path *at) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (at != NULL) {
    luaL_Buffer b;
    int message = lua_gettop(L);
    luaL_buffinit(L, &b);
    add_place(&b, L, at);
    luaL_addstring(&b, ": ");
    lua_pushvalue(L, message);
    luaL_addvalue(&b);
    luaL_pushresult(&b);
  }
  return lmv_argerror(L, t->arg, "%s", lua_tostring(L, -1));
}

/* The values that an item accepts, for messages. */
static const char *wanted(const mv_item *item) {
  switch (mv_kinds[item->kind].class) {
  case MV_UNSIGNED:
  case MV_SIGNED:
    return "integer";
  case MV_BOOLEAN:
    return "boolean";
  case MV_STRING:
    return "string";
  case MV_COMPLEX:
    return "list of two numbers";
  case MV_FLOAT:
  case MV_COMPOUND:
    break;
  }
  return "number";
}

static int refuse_type(lua_State *L, const target *t, const path *at, int idx,
                       const char *expected) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_pushfstring(L, "%s expected, got %s", expected, lmv_typename(L, idx));
  return value_error(L, t, at);
}

/* Pushes the number or the pair of numbers at idx as text. */
static const char *describe_number(lua_State *L, int idx) {
  if (lua_type(L, idx) != LUA_TTABLE) {
    lua_pushvalue(L, idx); /* lua_tolstring changes its argument */
    return lua_tostring(L, -1);
  }
  lua_rawgeti(L, idx, 1);
  lua_rawgeti(L, idx, 2);
  return lua_pushfstring(L, "{%s, %s}", lua_tostring(L, -2),
                         lua_tostring(L, -1));
}

static int refuse_range(lua_State *L, const target *t, const path *at, int idx,
                        const mv_item *item) {
  int64_t lo;
  uint64_t hi;
  const char *value = describe_number(L, idx), *text = t->format->text;
  if (mv_item_range(item, &lo, &hi) && item->size < sizeof lo)
    lua_pushfstring(L, "value %s out of range [%I, %I] for format '%s'", value,
                    (LUAI_UACINT)lo, (LUAI_UACINT)hi, text);
  else
    lua_pushfstring(L, "value %s out of range for format '%s'", value, text);
  return value_error(L, t, at);
}

static int refuse_length(lua_State *L, const target *t, const path *at, int idx,
                         const mv_item *item) {
  size_t room = item->size;
  lua_Integer length = (lua_Integer)lua_rawlen(L, idx);
  if (item->kind == MV_PASCAL)
    room = room > 256 ? 255 : room - (room > 0);
  lua_pushfstring(L, "string of %I byte%s %s %I in format '%s'",
                  (LUAI_UACINT)length, lmv_plural(length),
                  item->kind == MV_CHAR ? "where there is exactly"
                                        : "where there is room for",
                  (LUAI_UACINT)room, t->format->text);
  return value_error(L, t, at);
}

static int refuse_value(lua_State *L, const target *t, const path *at, int idx,
                        const mv_item *item, mv_status status) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  switch (status) {
  case MV_ERANGE:
    return refuse_range(L, t, at, idx, item);
  case MV_ELENGTH:
    return refuse_length(L, t, at, idx, item);
  case MV_EINEXACT:
    lua_pushliteral(L, "number has no integer representation");
    return value_error(L, t, at);
  default:
    return refuse_type(L, t, at, idx, wanted(item));
  }
}

/* ---- writing -------------------------------------------------------------*/

static void to_item(lua_State *L, const target *t, const path *at, int idx,
                    const mv_item *item, unsigned char *p);

/*
** Converts the value at idx, nested lists, from the field's dimension dim on.
*/
static void to_array(lua_State *L, const target *t, const path *at, int idx,
                     const mv_field *field, int dim, unsigned char *p) {
  ptrdiff_t n, i = 0, stride;
  unsigned numkind;
  if (dim == field->ndim) {
    to_item(L, t, at, idx, &field->item, p);
    return;
  }
  n = field->shape[dim];
  stride = mv_field_stride(field, dim);
  luaL_checkstack(L, 2, "list nested too deep");
  if (lua_type(L, idx) != LUA_TTABLE)
    refuse_type(L, t, at, idx, "list");
  if (lua_rawlen(L, idx) != (lua_Unsigned)n) {
    lua_pushfstring(L, "list of %I item%s expected, got %I", (LUAI_UACINT)n,
                    lmv_plural(n), (LUAI_UACINT)lua_rawlen(L, idx));
    value_error(L, t, at);
  }
  if (n == 0 && lmv_isnolist(L, idx)) {
    lua_pushliteral(L, LMV_NOLIST);
    value_error(L, t, at);
  }
  numkind = dim + 1 == field->ndim ? lmv_numkind(&field->item) : 0;
  if (numkind)
    i = store_number_run(L, idx, numkind, p, stride, n);
  for (; i < n; i++) {
    path inner = {at, NULL, 0, (lua_Integer)i + 1};
    lua_rawgeti(L, idx, inner.index);
    to_array(L, t, &inner, lua_gettop(L), field, dim + 1, p + i * stride);
    lua_pop(L, 1);
  }
}

/* Raises for a table with a key that is not a field. */
static void check_keys(lua_State *L, const target *t, const path *at, int idx,
                       const mv_record *record) {
  lua_pushnil(L);
  while (lua_next(L, idx) != 0) {
    bool known = false;
    lua_pop(L, 1);
    if (lua_isinteger(L, -1))
      known = (lua_Unsigned)lua_tointeger(L, -1) - 1 < record->nunnamed;
    else if (lua_type(L, -1) == LUA_TSTRING)
      known = mv_field_named(record, lua_tostring(L, -1),
                             (size_t)lua_rawlen(L, -1)) != NULL;
    if (!known) {
      if (lua_isinteger(L, -1))
        lua_pushfstring(L, "no field without a name at position %I",
                        (LUAI_UACINT)lua_tointeger(L, -1));
      else {
        luaL_tolstring(L, -1, NULL);
        lua_pushfstring(L, "no field '%s' in the format",
                        lmv_pushescaped(L, -1));
      }
      value_error(L, t, at);
    }
  }
}

/* Whether the table at idx has exactly n keys. */
static bool has_keys(lua_State *L, int idx, size_t n) {
  size_t count = 0;
  lua_pushnil(L);
  while (lua_next(L, idx) != 0) {
    lua_pop(L, 1);
    if (count++ == n) {
      lua_pop(L, 1);
      return false;
    }
  }
  return count == n;
}

static void to_record(lua_State *L, const target *t, const path *at, int idx,
                      const mv_record *record, unsigned char *p) {
  lua_Integer position = 0;
  luaL_checkstack(L, LUA_MINSTACK, "record nested too deep");
  if (lua_type(L, idx) != LUA_TTABLE)
    refuse_type(L, t, at, idx, "table");
  /* as many keys as values, and no value is nil: all keys are fields */
  if (!has_keys(L, idx, record->nvalues))
    check_keys(L, t, at, idx, record);
  for (size_t f = 0; f < record->nfields; f++) {
    const mv_field *field = &record->fields[f];
    for (size_t k = 0; k < field->count; k++) {
      path inner = {at, field->name, field->namelen, 0};
      if (field->name != NULL) {
        lua_pushlstring(L, field->name, field->namelen);
        lua_rawget(L, idx);
      } else {
        inner.index = ++position;
        lua_rawgeti(L, idx, position);
      }
      if (lua_isnil(L, -1))
        check_keys(L, t, at, idx, record);
      to_array(L, t, &inner, lua_gettop(L), field, 0,
               p + field->offset + k * field->size);
      lua_pop(L, 1);
    }
  }
}

static void to_item(lua_State *L, const target *t, const path *at, int idx,
                    const mv_item *item, unsigned char *p) {
  mv_value value;
  mv_status status = MV_ETYPE;
  unsigned numkind = lmv_numkind(item);
  if (numkind && store_number(L, idx, numkind, p))
    return;
  if (item->kind == MV_RECORD) {
    const mv_record *record = item->record;
    if (record->is_scalar)
      to_array(L, t, at, idx, record->fields, 0, p + record->fields[0].offset);
    else
      to_record(L, t, at, idx, record, p);
    return;
  }
  if (lmv_tovalue(L, idx, item, &value))
    status = mv_store(item, p, &value);
  if (status == MV_OK)
    return;
  if (status == MV_ETYPE || t->misfit == NULL)
    refuse_value(L, t, at, idx, item, status);
  *t->misfit = true;
}

void lmv_toitem(lua_State *L, int arg, int idx, const mv_format *format,
                unsigned char *p) {
  target t = {arg, format, NULL};
  to_item(L, &t, NULL, idx, &format->item, p);
}

bool lmv_canhold(lua_State *L, int arg, int idx, const mv_format *format) {
  bool misfit = false;
  target t = {arg, format, &misfit};
  unsigned char small[64], *p = small;
  if (format->item.size > sizeof small)
    p = lmv_pushblock(L, format->item.size);
  to_item(L, &t, NULL, idx, &format->item, p);
  return !misfit;
}

void lmv_fromlist(lua_State *L, int arg, int idx, const mv_format *format,
                  const mv_layout *lay, unsigned char *in) {
  target t = {arg, format, NULL};
  mv_field all = {0};
  all.item = format->item;
  all.item.size = (size_t)lay->itemsize;
  all.shape = lay->shape;
  all.ndim = lay->ndim;
  to_array(L, &t, NULL, idx, &all, 0, in);
}
