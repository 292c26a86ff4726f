/*
** operand.c - any bytes-like value as an operand
*/
#include "operand.h"

#include "args.h"
#include "exporter.h"
#include "formats.h"
#include "kernels.h"
#include "registry.h"
#include "view.h"

lmv_view *lmv_pushview(lua_State *L, int idx, int meta) {
  lmv_view *v = lmv_pushknown(L, idx, meta);
  return v != NULL ? v : lmv_acquire(L, idx, meta);
}

lmv_view *lmv_asview(lua_State *L, int arg) {
  lmv_view *v = lmv_pushview(L, arg, LMV_META);
  if (v == NULL)
    lmv_typeerror(L, arg, "string, view or other bytes-like");
  lua_replace(L, arg);
  return v;
}

void lmv_viewspan(const lmv_view *v, lmv_span *span) {
  span->view = v;
  span->format = v->format;
  lmv_layout(v, &span->lay);
}

/* Fills in a span of n bytes that is not of a view. */
static bool span_bytes(lmv_span *span, size_t n) {
  span->view = NULL;
  span->format = &lmv_byteformat;
  span->lay.offset = 0;
  span->lay.itemsize = 1;
  span->lay.ndim = 1;
  span->lay.indirect = false;
  span->lay.shape[0] = (ptrdiff_t)n;
  span->lay.strides[0] = 1;
  return true;
}

bool lmv_optspan(lua_State *L, int arg, lmv_span *span) {
  lmv_view *v;
  span->owner = NULL;
  if (lua_type(L, arg) == LUA_TSTRING) {
    size_t n;
    span->string = (const unsigned char *)lua_tolstring(L, arg, &n);
    return span_bytes(span, n);
  }
  v = lmv_toview(L, arg, LMV_META);
  if (v == NULL && (span->owner = lmv_toowner(L, arg)) != NULL) {
    lmv_checkalive(L, span->owner);
    span->generation = span->owner->generation;
    return span_bytes(span, span->owner->size);
  }
  if (v == NULL) {
    v = lmv_pushview(L, arg, LMV_META);
    if (v == NULL)
      return false;
    lua_replace(L, arg);
  }
  lmv_viewspan(v, span);
  return true;
}

void lmv_checkspan(lua_State *L, int arg, lmv_span *span) {
  if (!lmv_optspan(L, arg, span))
    lmv_typeerror(L, arg, "string, view or other bytes-like");
}

const unsigned char *lmv_spanbase(lua_State *L, const lmv_span *span) {
  if (span->view != NULL)
    return lmv_base(L, span->view);
  if (span->owner == NULL)
    return span->string;
  lmv_checkalive(L, span->owner);
  if (span->owner->generation != span->generation)
    lmv_expirederror(L, span->owner);
  return span->owner->base;
}

/* ---- its bytes -----------------------------------------------------------*/

void lmv_pushbytes(lua_State *L, const lmv_span *span, char order) {
  size_t n = (size_t)mv_layout_nbytes(&span->lay);
  if (mv_layout_contiguous(&span->lay, order)) { /* copied before any __gc */
    lua_pushlstring(L, (const char *)lmv_spanbase(L, span) + span->lay.offset,
                    n);
  } else {
    luaL_Buffer b;
    char *out = luaL_buffinitsize(L, &b, n);
    mv_gather((unsigned char *)out, lmv_spanbase(L, span), &span->lay, order);
    luaL_pushresultsize(&b, n);
  }
}

const unsigned char *lmv_flatten(lua_State *L, const lmv_span *span) {
  unsigned char *copy;
  if (mv_layout_contiguous(&span->lay, 'C'))
    return NULL;
  copy = lua_newuserdatauv(L, (size_t)mv_layout_nbytes(&span->lay), 0);
  mv_gather(copy, lmv_spanbase(L, span), &span->lay, 'C');
  return copy;
}

const unsigned char *lmv_flat(lua_State *L, const lmv_span *span,
                              const unsigned char *copy) {
  return copy != NULL ? copy : lmv_spanbase(L, span) + span->lay.offset;
}
