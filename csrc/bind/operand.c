/*
** operand.c - any bytes-like value as an operand
*/
#include "operand.h"

#include "args.h"
#include "exporter.h"
#include "formats.h"
#include "registry.h"
#include "view.h"

lmv_view *lmv_pushview(lua_State *L, int idx, int meta) {
  lmv_view *v = lmv_pushknown(L, idx, meta);
  return v != NULL ? v : lmv_acquire(L, idx, meta);
}

/* Raises for an argument that is not a bytes-like. */
static int operand_error(lua_State *L, int arg) {
  static const char expected[] = "string, view or other bytes-like";
  if (lua_istable(L, arg) && lua_rawlen(L, arg) > 0)
    return lmv_argerror(L, arg,
                        "%s expected, got %s; mview.from and mview.bytearray "
                        "take a list",
                        expected, lmv_typename(L, arg));
  return lmv_typeerror(L, arg, expected);
}

lmv_view *lmv_asview(lua_State *L, int arg) {
  lmv_view *v = lmv_pushview(L, arg, LMV_META);
  if (v == NULL)
    operand_error(L, arg);
  lua_replace(L, arg);
  return v;
}

void lmv_viewoperand(const lmv_view *v, lmv_operand *operand) {
  operand->view = v;
  operand->format = v->format;
  lmv_layout(v, &operand->lay);
}

/* Fills in an operand of n bytes that is not a view. */
static bool set_bytes_operand(lmv_operand *operand, size_t n) {
  operand->view = NULL;
  operand->format = &lmv_byteformat;
  operand->lay.offset = 0;
  operand->lay.itemsize = 1;
  operand->lay.ndim = 1;
  operand->lay.indirect = false;
  operand->lay.shape[0] = (ptrdiff_t)n;
  operand->lay.strides[0] = 1;
  return true;
}

static bool set_string_operand(lua_State *L, int arg, lmv_operand *operand) {
  size_t n;
  operand->string = (const unsigned char *)lua_tolstring(L, arg, &n);
  operand->container = NULL;
  return set_bytes_operand(operand, n);
}

/* Fills operand from a container or an exporter; false: it is neither. */
static inline bool set_object_operand(lua_State *L, int arg,
                                      lmv_operand *operand) {
  const lmv_container *c = lmv_tocontainer(L, arg);
  const lmv_view *v;
  if (c != NULL) {
    lmv_checkopen(L, c);
    operand->container = c;
    operand->generation = c->lease->generation;
    return set_bytes_operand(operand, c->lease->size);
  }
  v = lmv_acquire(L, arg, LMV_META);
  if (v == NULL)
    return false;
  lua_replace(L, arg);
  lmv_viewoperand(v, operand);
  return true;
}

bool lmv_optoperand(lua_State *L, int arg, lmv_operand *operand) {
  const lmv_view *v;
  if (lua_type(L, arg) == LUA_TSTRING)
    return set_string_operand(L, arg, operand);
  v = lmv_toview(L, arg, LMV_META);
  if (v == NULL)
    return set_object_operand(L, arg, operand);
  lmv_viewoperand(v, operand);
  return true;
}

bool lmv_otheroperand(lua_State *L, int arg, lmv_operand *operand) {
  return lua_type(L, arg) == LUA_TSTRING ? set_string_operand(L, arg, operand)
                                         : set_object_operand(L, arg, operand);
}

void lmv_checkoperand(lua_State *L, int arg, lmv_operand *operand) {
  if (!lmv_optoperand(L, arg, operand))
    operand_error(L, arg);
}

const unsigned char *lmv_operandbase(lua_State *L, const lmv_operand *operand) {
  if (operand->view != NULL)
    return lmv_base(L, operand->view);
  if (operand->container == NULL)
    return operand->string;
  lmv_checkopen(L, operand->container);
  if (operand->container->lease->generation != operand->generation)
    lmv_expirederror(L, operand->container->lease);
  return operand->container->lease->base;
}

/* ---- the bytes of an operand ---------------------------------------------*/

void lmv_pushbytes(lua_State *L, const lmv_operand *operand, char order) {
  size_t n = (size_t)mv_layout_nbytes(&operand->lay);
  if (mv_layout_contiguous(&operand->lay, order)) { /* copies before any __gc */
    lua_pushlstring(
        L, (const char *)lmv_operandbase(L, operand) + operand->lay.offset, n);
  } else {
    luaL_Buffer b;
    char *out = luaL_buffinitsize(L, &b, n);
    mv_gather((unsigned char *)out, lmv_operandbase(L, operand), &operand->lay,
              order);
    luaL_pushresultsize(&b, n);
  }
}

const unsigned char *lmv_flatten(lua_State *L, const lmv_operand *operand) {
  unsigned char *copy;
  if (mv_layout_contiguous(&operand->lay, 'C'))
    return NULL;
  copy = lua_newuserdatauv(L, (size_t)mv_layout_nbytes(&operand->lay), 0);
  mv_gather(copy, lmv_operandbase(L, operand), &operand->lay, 'C');
  return copy;
}

const unsigned char *lmv_flat(lua_State *L, const lmv_operand *operand,
                              const unsigned char *copy) {
  return copy != NULL ? copy
                      : lmv_operandbase(L, operand) + operand->lay.offset;
}

unsigned char *lmv_pushroom(lua_State *L, size_t n, size_t m, size_t *size) {
  *size = m < 2048 ? 4096 : 2 * m; /* m bytes exist: no overflow */
  if (*size > n)
    *size = n;
  return lua_newuserdatauv(L, *size, 0);
}
