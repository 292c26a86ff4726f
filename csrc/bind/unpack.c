/*
** unpack.c - v:unpack: reads values in the format language of string.pack
** Results and errors are those of the Lua manual, 6.4.2; alignment counts from
** the first byte of the view. The view's bytes are taken in C order, so any
** view can be read.
*/
#include "unpack.h"

#include "args.h"
#include "bytes.h"
#include "mv.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* The bytes of a living view. */
static inline lmv_packed packed_view(lua_State *L, const lmv_view *v) {
  lmv_checklive(L, v);
  if (lmv_isflat(v)) /* the usual case */
    return (lmv_packed){v, NULL, lmv_flatsize(v), true};
  return (lmv_packed){v, NULL, (size_t)lmv_nbytes(v), lmv_iscontiguous(v)};
}

/* The address of contiguous bytes. */
static inline const unsigned char *packed_start(lua_State *L,
                                                const lmv_packed *s) {
  if (s->view != NULL)
    return lmv_base(L, s->view) + s->view->offset;
  lmv_checkopen(L, s->container);
  return s->container->lease->base;
}

static size_t size_now(const lmv_packed *s) {
  return s->view != NULL ? s->size : s->container->lease->size;
}

/* Copies n bytes from `at` on to out. */
static void fetch_bytes(lua_State *L, const lmv_packed *s, size_t at, size_t n,
                        unsigned char *out) {
  if (s->contiguous) {
    memcpy(out, packed_start(L, s) + at, n);
  } else {
    mv_layout lay;
    lmv_layout(s->view, &lay);
    mv_read(lmv_base(L, s->view), &lay, at, n, out);
  }
}

/*
** Whether there are n bytes from `at` on. True for 0 bytes at any position,
** even behind the end (the bytes may have been cut).
*/
static inline bool has_bytes(const lmv_packed *s, size_t at, size_t n) {
  size_t size = size_now(s);
  return n == 0 || (at <= size && n <= size - at);
}

/* The integer of n bytes at `at`; raises if it does not fit. */
static lua_Integer fetch_integer(const lmv_packformat *r, const lmv_packed *s,
                                 size_t at, size_t n, bool is_signed) {
  unsigned char bytes[LMV_MAXINTSIZE], fill;
  lua_Unsigned value = 0;
  if (n == 4 && s->contiguous) { /* the most common case */
    uint32_t word = mv_get32(packed_start(r->L, s) + at, mv_swaps(r->big));
    return is_signed ? (lua_Integer)(int32_t)word : (lua_Integer)word;
  }
  fetch_bytes(r->L, s, at, n, bytes);
  if (r->big)
    lmv_reversebytes(bytes, n); /* now the lowest byte is first */
  for (size_t i = n < sizeof value ? n : sizeof value; i-- > 0;)
    value = value << CHAR_BIT | bytes[i];
  if (n < sizeof value) {
    if (is_signed && n > 0) {
      lua_Unsigned sign = (lua_Unsigned)1 << (n * CHAR_BIT - 1);
      value = (value ^ sign) - sign;
    }
    return (lua_Integer)value;
  }
  fill = is_signed && (lua_Integer)value < 0 ? UCHAR_MAX : 0;
  for (size_t i = sizeof value; i < n; i++)
    if (bytes[i] != fill)
      luaL_error(r->L, "%d-byte integer does not fit into Lua Integer", (int)n);
  return (lua_Integer)value;
}

static lua_Number fetch_float(const lmv_packformat *r, const lmv_packed *s,
                              size_t at, const lmv_packoption *o) {
  unsigned char bytes[LMV_MAXINTSIZE];
  float f;
  double d;
  lua_Number n;
  fetch_bytes(r->L, s, at, o->size, bytes);
  if (mv_swaps(r->big))
    lmv_reversebytes(bytes, o->size);
  switch (o->kind) {
  case LMV_PACK_SINGLE:
    memcpy(&f, bytes, sizeof f);
    return (lua_Number)f;
  case LMV_PACK_DOUBLE:
    memcpy(&d, bytes, sizeof d);
    return (lua_Number)d;
  default:
    memcpy(&n, bytes, sizeof n);
    return n;
  }
}

static void push_string(lua_State *L, const lmv_packed *s, size_t at,
                        size_t n) {
  if (s->contiguous) {
    lua_pushlstring(L, (const char *)packed_start(L, s) + at, n);
  } else {
    luaL_Buffer b;
    char *out = luaL_buffinitsize(L, &b, n);
    fetch_bytes(L, s, at, n, (unsigned char *)out);
    luaL_pushresultsize(&b, n);
  }
}

/* The position of the next zero byte from `at` on, in a view that is not
** contiguous. */
static size_t stream_to_zero(lua_State *L, const lmv_packed *s, size_t at) {
  unsigned char bytes[256];
  const unsigned char *zero;
  mv_bytestream stream;
  mv_layout lay;
  lmv_layout(s->view, &lay);
  mv_stream_start(&stream, lmv_base(L, s->view), &lay, at);
  for (size_t n; at < s->size; at += n) {
    n = s->size - at < sizeof bytes ? s->size - at : sizeof bytes;
    mv_stream_read(&stream, bytes, n);
    zero = memchr(bytes, 0, n);
    if (zero != NULL)
      return at + (size_t)(zero - bytes);
  }
  return s->size;
}

/* The position of the next zero byte from `at` on. Without a zero byte, the
** end, or `at` if that is greater. */
static size_t find_zero(lua_State *L, const lmv_packed *s, size_t at) {
  size_t size = size_now(s);
  const unsigned char *p, *zero;
  if (at >= size)
    return at;
  if (!s->contiguous)
    return stream_to_zero(L, s, at);
  p = packed_start(L, s);
  zero = memchr(p + at, 0, size - at);
  return zero != NULL ? (size_t)(zero - p) : size;
}

/* at + n, at most PTRDIFF_MAX. */
static size_t position_after(size_t at, size_t n) {
  return n > PTRDIFF_MAX || at > PTRDIFF_MAX - n ? PTRDIFF_MAX : at + n;
}

/* Pushes a string whose length, of o->size bytes, stands in front of it. */
static lmv_outcome push_sized(const lmv_packformat *r, const lmv_packed *s,
                              const lmv_packoption *o, size_t *at) {
  lua_Unsigned n = (lua_Unsigned)fetch_integer(r, s, *at, o->size, false);
  size_t start = *at + o->size;
  *at = position_after(start, n > PTRDIFF_MAX ? PTRDIFF_MAX : (size_t)n);
  if (!has_bytes(s, start, (size_t)n) || n > PTRDIFF_MAX)
    return LMV_TOOSHORT;
  push_string(r->L, s, start, (size_t)n);
  return LMV_UNPACKED;
}

static lmv_outcome push_zero_ended(const lmv_packformat *r, const lmv_packed *s,
                                   size_t *at) {
  size_t start = *at, zero = find_zero(r->L, s, start);
  *at = zero + 1;
  if (zero >= size_now(s))
    return LMV_UNTERMINATED;
  push_string(r->L, s, start, zero - start);
  return LMV_UNPACKED;
}

/* Pushes the value of the option at *at, if it has a value, and moves *at. */
static lmv_outcome push_option(const lmv_packformat *r, const lmv_packed *s,
                               const lmv_packoption *o, size_t *at) {
  lua_State *L = r->L;
  size_t start = *at;
  switch (o->kind) {
  case LMV_PACK_STRING:
    return push_sized(r, s, o, at);
  case LMV_PACK_ZSTRING:
    return push_zero_ended(r, s, at);
  case LMV_PACK_INTEGER:
  case LMV_PACK_UNSIGNED:
    lua_pushinteger(
        L, fetch_integer(r, s, start, o->size, o->kind == LMV_PACK_INTEGER));
    break;
  case LMV_PACK_SINGLE:
  case LMV_PACK_NUMBER:
  case LMV_PACK_DOUBLE:
    lua_pushnumber(L, fetch_float(r, s, start, o));
    break;
  case LMV_PACK_CHARS:
    push_string(L, s, start, o->size);
    break;
  default:
    break;
  }
  *at = start + o->size;
  return LMV_UNPACKED;
}

lmv_outcome lmv_unpack(lmv_packformat *r, const lmv_packed *s, size_t *at,
                       int *results) {
  lmv_packoption o;
  *results = 0;
  while (lmv_nextoption(r, *at, &o)) {
    lmv_outcome outcome;
    bool is_there = has_bytes(s, *at, o.padding + o.size);
    *at += o.padding;
    if (!is_there) {
      *at = position_after(*at, o.size + (o.kind == LMV_PACK_ZSTRING));
      return LMV_TOOSHORT;
    }
    if (*results > LUA_MINSTACK / 2)
      lmv_checkresults(r->L, 1);
    outcome = push_option(r, s, &o, at);
    if (outcome != LMV_UNPACKED)
      return outcome;
    if (o.kind <= LMV_PACK_ZSTRING)
      ++*results;
  }
  return LMV_UNPACKED;
}

size_t lmv_leastend(lmv_packformat *r, size_t at) {
  lmv_packoption o;
  while (lmv_nextoption(r, at, &o))
    at = position_after(
        at, position_after(o.padding + (o.kind == LMV_PACK_ZSTRING), o.size));
  return at;
}

/* v:unpack(fmt [, pos]): values, and the position (in bytes) behind them. */
LMV_TOUCHES(view_unpack) {
  const lmv_view *v = lmv_checkview(L, 1);
  lmv_packformat r = lmv_startformat(L, 2);
  lmv_packed s = packed_view(L, v);
  size_t at = lmv_startposition(L, 3, s.size);
  int results;
  switch (lmv_unpack(&r, &s, &at, &results)) {
  case LMV_TOOSHORT:
    return lmv_argerror(L, 2, "data string too short");
  case LMV_UNTERMINATED:
    return lmv_argerror(L, 2, "unfinished string for format 'z'");
  case LMV_UNPACKED:
    break;
  }
  lua_pushinteger(L, (lua_Integer)at + 1);
  return results + 1;
}

const luaL_Reg lmv_unpack_methods[] = {{"unpack", view_unpack}, {NULL, NULL}};
