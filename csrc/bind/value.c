/*
** value.c - converts items to Lua values
** No pointer is held across an allocation: items are located by their offset,
** and the view is resolved again after each call that can run a finalizer.
*/
#include "value.h"

#include "construct.h"
#include "numstack.h"
#include "view.h"

#include <limits.h>

/* ---- reading -------------------------------------------------------------*/

/* Pushes a table. lua_createtable takes ints, which are only hints. */
static void new_table(lua_State *L, size_t narr, size_t nrec) {
  lua_createtable(L, narr > INT_MAX ? INT_MAX : (int)narr,
                  nrec > INT_MAX ? INT_MAX : (int)nrec);
}

void lmv_pushvalue(lua_State *L, const mv_value *value) {
  switch (value->tag) {
  case MV_VINT:
    lua_pushinteger(L, (lua_Integer)value->as.i);
    break;
  case MV_VUINT:
    lua_pushinteger(L, (lua_Integer)value->as.u);
    break;
  case MV_VFLOAT:
    lua_pushnumber(L, (lua_Number)value->as.f);
    break;
  case MV_VBOOL:
    lua_pushboolean(L, value->as.b);
    break;
  case MV_VBYTES:
    lua_pushlstring(L, (const char *)value->as.s.p, value->as.s.n);
    break;
  case MV_VCOMPLEX: /* the item was read, so the table may run finalizers */
    lua_createtable(L, 2, 0);
    for (int k = 0; k < 2; k++) {
      lua_pushnumber(L, (lua_Number)value->as.z[k]);
      lua_rawseti(L, -2, k + 1);
    }
    break;
  }
}

static void push_scalar(lua_State *L, const mv_item *item,
                        const unsigned char *p) {
  mv_value value;
  mv_load(item, p, &value);
  lmv_pushvalue(L, &value);
}

static void push_value(lua_State *L, const lmv_view *v, int names,
                       const mv_item *item, ptrdiff_t off);

/* Pushes a field's value, nested lists, from its dimension dim on. */
static void push_array(lua_State *L, const lmv_view *v, int names,
                       const mv_field *field, int dim, ptrdiff_t off) {
  ptrdiff_t n, stride;
  if (dim == field->ndim) {
    push_value(L, v, names, &field->item, off);
    return;
  }
  n = field->shape[dim];
  stride = mv_field_stride(field, dim);
  luaL_checkstack(L, 3, "record nested too deep"); /* e.g. a complex number */
  new_table(L, (size_t)n, 0);
  for (ptrdiff_t i = 0; i < n; i++) {
    push_array(L, v, names, field, dim + 1, off + i * stride);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* Pushes one value of a field, which is rarely an array. */
static inline void push_field(lua_State *L, const lmv_view *v, int names,
                              const mv_field *field, ptrdiff_t off) {
  if (field->ndim == 0)
    push_value(L, v, names, &field->item, off);
  else
    push_array(L, v, names, field, 0, off);
}

/* Pushes the name of a field, a string that is made only once. */
static void push_name(lua_State *L, const lmv_view *v, int names,
                      const mv_field *field) {
  lua_Integer k = mv_field_number(v->format, field);
  if (lua_rawgeti(L, names, k) == LUA_TSTRING)
    return;
  lua_pop(L, 1);
  lua_pushlstring(L, field->name, field->namelen);
  lua_pushvalue(L, -1);
  lua_rawseti(L, names, k);
}

static void push_record(lua_State *L, const lmv_view *v, int names,
                        const mv_record *record, ptrdiff_t off) {
  lua_Integer position = 0;
  luaL_checkstack(L, 5, "record nested too deep");
  new_table(L, record->nunnamed, record->nvalues - record->nunnamed);
  lmv_checklive(L, v); /* a record of padding has no field that checks this */
  for (size_t f = 0; f < record->nfields; f++) {
    const mv_field *field = &record->fields[f];
    ptrdiff_t at = off + (ptrdiff_t)field->offset;
    if (field->name != NULL) {
      push_name(L, v, names, field);
      push_field(L, v, names, field, at);
      lua_rawset(L, -3);
      continue;
    }
    for (size_t k = 0; k < field->count; k++) {
      push_field(L, v, names, field, at + (ptrdiff_t)(k * field->size));
      lua_rawseti(L, -2, ++position);
    }
  }
}

static inline void push_value(lua_State *L, const lmv_view *v, int names,
                              const mv_item *item, ptrdiff_t off) {
  unsigned numkind = lmv_numkind(item);
  if (numkind)
    push_number(L, numkind, lmv_base(L, v) + off);
  else if (item->kind != MV_RECORD)
    push_scalar(L, item, lmv_base(L, v) + off);
  else if (item->record->is_scalar)
    push_array(L, v, names, item->record->fields, 0,
               off + (ptrdiff_t)item->record->fields[0].offset);
  else
    push_record(L, v, names, item->record, off);
}

void lmv_pushitem(lua_State *L, const lmv_view *v, int idx, ptrdiff_t off) {
  const mv_item *item = &v->format->item;
  int at;
  if (item->kind != MV_RECORD || !v->anchors_format) { /* no names */
    push_value(L, v, 0, item, off);
    return;
  }
  luaL_checkstack(L, LMV_CONSTRUCT_SLOTS, "record nested too deep");
  lua_getiuservalue(L, idx, 2);
  if (lmv_construct(L, v, off))
    return;
  at = lua_gettop(L);
  lua_getiuservalue(L, at, 1);
  push_value(L, v, at + 1, item, off);
  lua_replace(L, at);
  lua_pop(L, 1);
}

/* ---- comparing -----------------------------------------------------------*/

/* Reads the list of two numbers at idx, by raw access. */
static bool to_complex(lua_State *L, int idx, mv_value *value) {
  bool numbers = lua_rawlen(L, idx) == 2;
  value->tag = MV_VCOMPLEX;
  for (int k = 0; numbers && k < 2; k++) {
    numbers = lua_rawgeti(L, idx, k + 1) == LUA_TNUMBER;
    value->as.z[k] = (double)lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  return numbers;
}

/* The number at idx as a value of items of that kind. */
static void to_number(lua_State *L, int idx, mv_kind kind, mv_value *value) {
  int isint;
  lua_Integer i = lua_tointegerx(L, idx, &isint);
  if (isint && kind == MV_U64 && i < 0) { /* the same bits, as if unsigned */
    value->tag = MV_VUINT;
    value->as.u = (uint64_t)i;
  } else if (lua_isinteger(L, idx)) {
    value->tag = MV_VINT;
    value->as.i = i;
  } else {
    value->tag = MV_VFLOAT;
    value->as.f = (double)lua_tonumber(L, idx);
  }
}

bool lmv_tovalue(lua_State *L, int idx, const mv_item *item, mv_value *value) {
  switch (lua_type(L, idx)) {
  case LUA_TNUMBER:
    to_number(L, idx, item->kind, value);
    return true;
  case LUA_TBOOLEAN:
    value->tag = MV_VBOOL;
    value->as.b = lua_toboolean(L, idx) != 0;
    return true;
  case LUA_TSTRING:
    value->tag = MV_VBYTES;
    value->as.s.p =
        (const unsigned char *)lua_tolstring(L, idx, &value->as.s.n);
    return true;
  case LUA_TTABLE:
    return to_complex(L, idx, value);
  default:
    return false;
  }
}

/*
** Compares the field, from its dimension dim on, with the nested list at idx.
*/
static bool equals_array(lua_State *L, const lmv_view *v, const mv_field *field,
                         int dim, ptrdiff_t off, int idx) {
  ptrdiff_t n, stride;
  bool equal = true;
  if (dim == field->ndim)
    return lmv_equalsitem(L, v, &field->item, off, idx);
  n = field->shape[dim];
  stride = mv_field_stride(field, dim);
  if (lua_type(L, idx) != LUA_TTABLE || lua_rawlen(L, idx) != (lua_Unsigned)n)
    return false;
  luaL_checkstack(L, 2, "list nested too deep");
  for (ptrdiff_t i = 0; equal && i < n; i++) {
    lua_rawgeti(L, idx, (lua_Integer)i + 1);
    equal = equals_array(L, v, field, dim + 1, off + i * stride, lua_gettop(L));
    lua_pop(L, 1);
  }
  return equal;
}

static bool equals_record(lua_State *L, const lmv_view *v,
                          const mv_record *record, ptrdiff_t off, int idx) {
  lua_Integer position = 0;
  bool equal = lua_type(L, idx) == LUA_TTABLE;
  luaL_checkstack(L, 4, "record nested too deep");
  for (size_t f = 0; equal && f < record->nfields; f++) {
    const mv_field *field = &record->fields[f];
    for (size_t k = 0; equal && k < field->count; k++) {
      if (field->name != NULL) {
        lua_pushlstring(L, field->name, field->namelen);
        lua_rawget(L, idx);
      } else {
        lua_rawgeti(L, idx, ++position);
      }
      equal = equals_array(L, v, field, 0,
                           off + (ptrdiff_t)(field->offset + k * field->size),
                           lua_gettop(L));
      lua_pop(L, 1);
    }
  }
  return equal;
}

bool lmv_equalsitem(lua_State *L, const lmv_view *v, const mv_item *item,
                    ptrdiff_t off, int idx) {
  mv_value value, here;
  if (item->kind == MV_RECORD) {
    const mv_field *first = item->record->fields;
    return item->record->is_scalar
               ? equals_array(L, v, first, 0, off + (ptrdiff_t)first->offset,
                              idx)
               : equals_record(L, v, item->record, off, idx);
  }
  if (!lmv_tovalue(L, idx, item, &value))
    return false;
  mv_load(item, lmv_base(L, v) + off, &here);
  return mv_value_equal(&here, &value);
}
