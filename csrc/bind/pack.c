/*
** pack.c - v:pack: writes values in the format language of string.pack
** Results and errors are those of the Lua manual, 6.4.2; alignment counts from
** the first byte of the view. The view's bytes are taken in C order, so any
** view can be written. Packing makes the whole result in a buffer and writes it
** last. If an error is raised, nothing is written.
*/
#include "pack.h"

#include "args.h"
#include "bytes.h"
#include "mv.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* Adds n bytes to the size of the output; returns their address, or NULL if
** they do not fit the room. */
static inline unsigned char *add_room(lmv_output *out, size_t n) {
  luaL_Buffer *b = &out->b;
  char *p;
  out->n = n > (size_t)PTRDIFF_MAX - out->n ? PTRDIFF_MAX : out->n + n;
  if (out->n > out->room)
    return NULL;
  p = b->size - b->n >= n ? b->b + b->n : luaL_prepbuffsize(b, n);
  luaL_addsize(b, n);
  return (unsigned char *)p;
}

static inline void add_zeros(lmv_output *out, size_t n) {
  unsigned char *p = add_room(out, n);
  if (p != NULL && n > 0)
    memset(p, 0, n);
}

/* Adds an integer of n bytes in the format's order. */
static void add_integer_bytes(const lmv_packformat *r, lmv_output *out,
                              lua_Unsigned value, size_t n, bool negative) {
  unsigned char *p = add_room(out, n);
  bool swap = mv_swaps(r->big);
  if (p == NULL)
    return;
  switch (n) {
  case 2:
    mv_put16(p, swap, (uint16_t)value);
    return;
  case 4:
    mv_put32(p, swap, (uint32_t)value);
    return;
  case 8:
    mv_put64(p, swap, value);
    return;
  default:
    break;
  }
  for (size_t i = 0; i < n; i++) {
    unsigned char byte = negative ? UCHAR_MAX : 0;
    if (i < sizeof value)
      byte = (unsigned char)(value >> (i * CHAR_BIT));
    p[r->big ? n - 1 - i : i] = byte;
  }
}

/* Adds n bytes of a string. */
static inline void add_bytes(lmv_output *out, const void *s, size_t n) {
  unsigned char *p = add_room(out, n);
  if (p != NULL)
    memcpy(p, s, n);
}

static void pack_integer(const lmv_packformat *r, lmv_output *out,
                         const lmv_packoption *o, int arg) {
  lua_Integer i = lmv_checkinteger(r->L, arg);
  if (o->size < sizeof i) {
    lua_Unsigned limit = (lua_Unsigned)1 << (o->size * CHAR_BIT - 1);
    if (o->kind == LMV_PACK_UNSIGNED && (lua_Unsigned)i >= 2 * limit)
      lmv_argerror(r->L, arg, "unsigned overflow");
    if (o->kind == LMV_PACK_INTEGER &&
        (i < -(lua_Integer)limit || i >= (lua_Integer)limit))
      lmv_argerror(r->L, arg, "integer overflow");
  }
  add_integer_bytes(r, out, (lua_Unsigned)i, o->size,
                    o->kind == LMV_PACK_INTEGER && i < 0);
}

static void pack_float(const lmv_packformat *r, lmv_output *out,
                       const lmv_packoption *o, int arg) {
  unsigned char bytes[LMV_MAXINTSIZE];
  int isnumber;
  lua_Number n = lua_tonumberx(r->L, arg, &isnumber);
  float f = (float)n;
  double d = (double)n;
  if (!isnumber)
    lmv_typeerror(r->L, arg, "number");
  memcpy(bytes,
         o->kind == LMV_PACK_SINGLE   ? (const void *)&f
         : o->kind == LMV_PACK_DOUBLE ? (const void *)&d
                                      : (const void *)&n,
         o->size);
  if (mv_swaps(r->big))
    lmv_reversebytes(bytes, o->size);
  add_bytes(out, bytes, o->size);
}

/* Adds the string at arg as one of the three kinds of strings. */
static void pack_string(const lmv_packformat *r, lmv_output *out,
                        const lmv_packoption *o, int arg) {
  lua_State *L = r->L;
  size_t len;
  const char *s;
  if (!lua_isstring(L, arg))
    lmv_typeerror(L, arg, "string");
  s = lua_tolstring(L, arg, &len);
  if (o->kind == LMV_PACK_CHARS) {
    if (len > o->size)
      lmv_argerror(L, arg, "string longer than given size");
    add_bytes(out, s, len);
    add_zeros(out, o->size - len);
  } else if (o->kind == LMV_PACK_ZSTRING) {
    if (strlen(s) != len)
      lmv_argerror(L, arg, "string contains zeros");
    add_bytes(out, s, len + 1);
  } else {
    if (o->size < sizeof len && len >= (size_t)1 << (o->size * CHAR_BIT))
      lmv_argerror(L, arg, "string length does not fit in given size");
    add_integer_bytes(r, out, len, o->size, false);
    add_bytes(out, s, len);
  }
}

/* Adds the value at arg, if the option takes one. */
static void pack_option(const lmv_packformat *r, lmv_output *out,
                        const lmv_packoption *o, int arg) {
  switch (o->kind) {
  case LMV_PACK_INTEGER:
  case LMV_PACK_UNSIGNED:
    pack_integer(r, out, o, arg);
    break;
  case LMV_PACK_SINGLE:
  case LMV_PACK_NUMBER:
  case LMV_PACK_DOUBLE:
    pack_float(r, out, o, arg);
    break;
  case LMV_PACK_CHARS:
  case LMV_PACK_STRING:
  case LMV_PACK_ZSTRING:
    pack_string(r, out, o, arg);
    break;
  case LMV_PACK_PADDING:
    add_zeros(out, 1);
    break;
  default:
    break;
  }
}

void lmv_pack(lmv_packformat *r, lmv_output *out, size_t room, size_t at,
              int arg, int last) {
  lmv_packoption o;
  out->room = room;
  out->n = 0;
  luaL_buffinit(r->L, &out->b);
  while (lmv_nextoption(r, at + out->n, &o)) {
    add_zeros(out, o.padding);
    if (o.kind <= LMV_PACK_ZSTRING && arg > last)
      lmv_argerror(r->L, arg, "value expected, got no value");
    pack_option(r, out, &o, arg);
    arg += o.kind <= LMV_PACK_ZSTRING;
  }
}

/* Writes n existing bytes of the view, from byte `at` on. */
static void write_bytes(lua_State *L, const lmv_view *v, size_t at, size_t n,
                        const unsigned char *bytes) {
  unsigned char *base = lmv_writable(L, v);
  mv_layout lay;
  if (lmv_isflat(v)) {
    memcpy(base + v->offset + at, bytes, n);
    return;
  }
  lmv_layout(v, &lay);
  mv_write(base, &lay, at, n, bytes);
}

/*
** v:pack(fmt, pos, ...): writes the values from byte pos on; returns the
** position behind them.
*/
LMV_TOUCHES(view_pack) {
  lmv_view *v = lmv_checkview(L, 1);
  lmv_packformat r = lmv_startformat(L, 2);
  size_t size, from;
  lmv_output out;
  int top = lua_gettop(L);
  lmv_checkinteger(L, 3);
  lmv_checkwritable(L, v);
  size = (size_t)lmv_nbytes(v);
  from = lmv_startposition(L, 3, size);
  lmv_pack(&r, &out, size - from, from, 4, top);
  if (out.n > out.room)
    lmv_argerror(L, 3, "%I byte%s at position %I, %I left", (LUAI_UACINT)out.n,
                 lmv_plural((lua_Integer)out.n), (LUAI_UACINT)from + 1,
                 (LUAI_UACINT)out.room);
  write_bytes(L, v, from, out.n, (const unsigned char *)luaL_buffaddr(&out.b));
  lua_pushinteger(L, (lua_Integer)(from + out.n) + 1);
  return 1;
}

const luaL_Reg lmv_pack_methods[] = {{"pack", view_pack}, {NULL, NULL}};
