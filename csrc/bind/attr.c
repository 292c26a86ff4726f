/*
** attr.c - attributes: fields of a view that are computed when asked for
** The table of methods maps the names of attributes to numbers, and the names
** of methods to functions, so one look-up finds both.
*/
#include "attr.h"

#include "args.h"
#include "registry.h"
#include "view.h"

typedef enum attribute {
  ATTR_FORMAT = 1,
  ATTR_ITEMSIZE,
  ATTR_NBYTES,
  ATTR_NDIM,
  ATTR_SHAPE,
  ATTR_STRIDES,
  ATTR_SUBOFFSETS,
  ATTR_READONLY,
  ATTR_OBJ,
  ATTR_CONTIGUOUS,
  ATTR_C_CONTIGUOUS,
  ATTR_F_CONTIGUOUS,
  ATTR_VALID,
  ATTR_OFFSET,
  ATTR_PINS
} attribute;

static const char *const names[] = {
    "format", "itemsize",   "nbytes",       "ndim",
    "shape",  "strides",    "suboffsets",   "readonly",
    "obj",    "contiguous", "c_contiguous", "f_contiguous",
    "valid",  "offset",     "pins",         NULL};

static void push_dims(lua_State *L, const ptrdiff_t *list, int n) {
  lua_createtable(L, n, 0);
  for (int d = 0; d < n; d++) {
    lua_pushinteger(L, list[d]);
    lua_rawseti(L, -2, d + 1);
  }
}

/* Pushes the exporter of the view at index 1; nil: host memory. */
static void push_exporter(lua_State *L, const lmv_view *v) {
  lua_getiuservalue(L, 1, 1);
  if (v->lease->source >= LMV_BYTEARRAY && v->lease->source <= LMV_SHARED)
    return;
  lua_getiuservalue(L, -1, v->lease->source == LMV_STRING ? 2 : 1);
}

static void push_contiguous(lua_State *L, const lmv_view *v, attribute which) {
  mv_layout lay;
  bool c, f;
  lmv_layout(v, &lay);
  c = mv_layout_contiguous(&lay, 'C');
  f = mv_layout_contiguous(&lay, 'F');
  lua_pushboolean(L, which == ATTR_CONTIGUOUS     ? c || f
                     : which == ATTR_C_CONTIGUOUS ? c
                                                  : f);
}

void lmv_pushattribute(lua_State *L, const lmv_view *v, int id) {
  if (id == ATTR_VALID) {
    lua_pushboolean(L, lmv_alive(v));
    return;
  }
  lmv_checklive(L, v);
  switch ((attribute)id) {
  case ATTR_FORMAT:
    lua_pushlstring(L, v->format->text, v->format->len);
    break;
  case ATTR_ITEMSIZE:
    lua_pushinteger(L, v->itemsize);
    break;
  case ATTR_NBYTES:
    lua_pushinteger(L, lmv_nbytes(v));
    break;
  case ATTR_NDIM:
    lua_pushinteger(L, v->ndim);
    break;
  case ATTR_SHAPE:
    push_dims(L, v->dims, v->ndim);
    break;
  case ATTR_STRIDES:
    push_dims(L, v->dims + v->ndim, v->ndim);
    break;
  case ATTR_SUBOFFSETS:
    push_dims(L, v->dims + 2 * v->ndim, v->indirect ? v->ndim : 0);
    break;
  case ATTR_READONLY:
    lua_pushboolean(L, v->readonly);
    break;
  case ATTR_OBJ:
    push_exporter(L, v);
    break;
  case ATTR_OFFSET:
    lua_pushinteger(L, v->offset);
    break;
  case ATTR_PINS:
    lua_pushinteger(L, v->lease->pins);
    break;
  default:
    push_contiguous(L, v, (attribute)id);
    break;
  }
}

void lmv_pushcontainerattribute(lua_State *L, int id) {
  if (id == ATTR_VALID) {
    lua_pushboolean(L, lmv_container_alive(lua_touserdata(L, 1)));
    return;
  }
  lmv_pushcontainerview(L, 1, LMV_META);
  lua_replace(L, 1);
  lmv_pushattribute(L, lua_touserdata(L, 1), id);
}

void lmv_setattributes(lua_State *L) {
  for (int id = 0; names[id] != NULL; id++) {
    lua_pushinteger(L, id + 1);
    lua_setfield(L, -2, names[id]);
  }
}

/* __tostring: type, format, shape and state of the view, not its bytes. */
static int view_tostring(lua_State *L) {
  const lmv_view *v = lmv_checkview(L, 1);
  const char *state = lmv_alive(v)         ? ""
                      : v->generation == 0 ? ", released"
                      : lmv_revoked(v)     ? ", revoked"
                                           : ", expired";
  lmv_pushshape(L, v->ndim, v->dims);
  lua_pushfstring(L, "mview.view '%s' %s%s%s", v->format->text,
                  lua_tostring(L, -1), v->readonly ? ", read-only" : "", state);
  return 1;
}

const luaL_Reg lmv_attr_metamethods[] = {{"__tostring", view_tostring},
                                         {NULL, NULL}};
