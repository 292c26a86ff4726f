/*
** pack.c - v:unpack and v:pack: the format language of string.pack
** Results and errors are those of the Lua manual, 6.4.2; alignment counts from
** the first byte of the view. The view's bytes are taken in C order, so any
** view can be read or written. Packing makes the whole result aside and writes
** it last, or not at all.
*/
#include "pack.h"

#include "args.h"
#include "bytes.h"
#include "mv.h"
#include "operand.h"
#include "packformat.h"
#include "registry.h"
#include "store.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* n is at most MAXINT: the loop says so to compilers that vectorise it. */
static void reverse_bytes(unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n / 2 && i < MAXINT / 2; i++) {
    unsigned char t = bytes[i];
    bytes[i] = bytes[n - 1 - i];
    bytes[n - 1 - i] = t;
  }
}

/* ---- unpack --------------------------------------------------------------*/

/* The bytes of a view. */
typedef struct source {
  const lmv_view *v;
  size_t size;
  bool contiguous;
} source;

/* The source that the living view is. */
static source read_source(lua_State *L, const lmv_view *v) {
  source s = {v, 0, true};
  lmv_checklive(L, v);
  if (v->ndim == 1 && v->dims[1] == v->itemsize && !v->indirect) {
    s.size = (size_t)(v->dims[0] * v->itemsize);
  } else {
    mv_layout lay;
    lmv_layout(v, &lay);
    s.size = (size_t)mv_layout_nbytes(&lay);
    s.contiguous = mv_layout_contiguous(&lay, 'C');
  }
  return s;
}

/* Copies n bytes from at on to out. */
static void fetch_bytes(lua_State *L, const source *s, size_t at, size_t n,
                        unsigned char *out) {
  const unsigned char *base = lmv_base(L, s->v);
  if (s->contiguous) {
    memcpy(out, base + s->v->offset + at, n);
  } else {
    mv_layout lay;
    lmv_layout(s->v, &lay);
    mv_read(base, &lay, at, n, out);
  }
}

static void check_room(lua_State *L, const source *s, size_t at, size_t n) {
  if (n > s->size - at)
    lmv_argerror(L, 2, "data string too short");
}

/* The integer of n bytes at at; raises where it does not fit. */
static lua_Integer fetch_integer(const reader *r, const source *s, size_t at,
                                 size_t n, bool is_signed) {
  unsigned char bytes[MAXINT], fill;
  lua_Unsigned value = 0;
  if (n == 4 && s->contiguous) { /* the most common */
    uint32_t word = mv_get32(lmv_base(r->L, s->v) + s->v->offset + at,
                             r->little == MV_BIGENDIAN);
    return is_signed ? (lua_Integer)(int32_t)word : (lua_Integer)word;
  }
  fetch_bytes(r->L, s, at, n, bytes);
  if (!r->little)
    reverse_bytes(bytes, n); /* now the lowest byte is first */
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

static lua_Number fetch_float(const reader *r, const source *s, size_t at,
                              const option *o) {
  unsigned char bytes[MAXINT];
  float f;
  double d;
  lua_Number n;
  fetch_bytes(r->L, s, at, o->size, bytes);
  if (r->little == MV_BIGENDIAN)
    reverse_bytes(bytes, o->size);
  switch (o->kind) {
  case FLOAT:
    memcpy(&f, bytes, sizeof f);
    return (lua_Number)f;
  case DOUBLE:
    memcpy(&d, bytes, sizeof d);
    return (lua_Number)d;
  default:
    memcpy(&n, bytes, sizeof n);
    return n;
  }
}

static void push_string(lua_State *L, const source *s, size_t at, size_t n) {
  if (s->contiguous) {
    const unsigned char *p = lmv_base(L, s->v) + s->v->offset;
    lua_pushlstring(L, (const char *)p + at, n);
  } else {
    luaL_Buffer b;
    char *out = luaL_buffinitsize(L, &b, n);
    fetch_bytes(L, s, at, n, (unsigned char *)out);
    luaL_pushresultsize(&b, n);
  }
}

/* The bytes from at to the next zero. */
static size_t zstring_length(lua_State *L, const source *s, size_t at) {
  unsigned char byte = 1;
  size_t end = at;
  if (s->contiguous) {
    const unsigned char *p = lmv_base(L, s->v) + s->v->offset;
    const unsigned char *zero = memchr(p + at, 0, s->size - at);
    if (zero != NULL)
      return (size_t)(zero - (p + at));
    end = s->size;
  }
  for (; end < s->size; end++) {
    fetch_bytes(L, s, end, 1, &byte);
    if (byte == 0)
      return end - at;
  }
  lmv_argerror(L, 2, "unfinished string for format 'z'");
  return 0;
}

/* Pushes what the option finds at at, if anything; returns its bytes. */
static size_t push_option(const reader *r, const source *s, const option *o,
                          size_t at) {
  lua_State *L = r->L;
  size_t n;
  switch (o->kind) {
  case INTEGER:
  case UNSIGNED:
    lua_pushinteger(L, fetch_integer(r, s, at, o->size, o->kind == INTEGER));
    return o->size;
  case FLOAT:
  case NUMBER:
  case DOUBLE:
    lua_pushnumber(L, fetch_float(r, s, at, o));
    return o->size;
  case CHARS:
    push_string(L, s, at, o->size);
    return o->size;
  case STRING:
    n = (size_t)fetch_integer(r, s, at, o->size, false);
    check_room(L, s, at + o->size, n);
    push_string(L, s, at + o->size, n);
    return o->size + n;
  case ZSTRING:
    n = zstring_length(L, s, at);
    push_string(L, s, at, n);
    return n + 1;
  default:
    return o->size;
  }
}

/* A start of string.unpack, from 0; clipped to the first byte. */
static size_t check_position(lua_State *L, int arg, size_t size) {
  lua_Integer i = lmv_optinteger(L, arg, 1);
  size_t at = 0;
  if (i > 0)
    at = (lua_Unsigned)i - 1 > size ? size + 1 : (size_t)i - 1;
  else if (i < 0 && i >= -(lua_Integer)size)
    at = size - (size_t)-i;
  if (at > size)
    lmv_argerror(L, arg, "initial position out of string");
  return at;
}

/* v:unpack(fmt [, pos]): values, and the position (in bytes) behind them. */
static int view_unpack(lua_State *L) {
  const lmv_view *v = lmv_checkview(L, 1);
  reader r = lmv_startformat(L, 2);
  source s = read_source(L, v);
  option o;
  size_t at;
  int results = 0;
  at = check_position(L, 3, s.size);
  while (lmv_nextoption(&r, at, &o)) {
    check_room(L, &s, at, o.padding);
    at += o.padding;
    check_room(L, &s, at, o.size);
    if (results > LUA_MINSTACK / 2)
      lmv_checkresults(L, 1);
    at += push_option(&r, &s, &o, at);
    if (o.kind <= ZSTRING)
      results++;
  }
  lua_pushinteger(L, (lua_Integer)at + 1);
  return results + 1;
}

/* ---- pack ----------------------------------------------------------------*/

/* Adds an integer of n bytes in the format's order. */
static void add_integer(const reader *r, luaL_Buffer *b, lua_Unsigned value,
                        size_t n, bool negative) {
  unsigned char bytes[MAXINT];
  for (size_t i = 0; i < n; i++) {
    unsigned char byte = negative ? UCHAR_MAX : 0;
    if (i < sizeof value)
      byte = (unsigned char)(value >> (i * CHAR_BIT));
    bytes[r->little ? i : n - 1 - i] = byte;
  }
  luaL_addlstring(b, (const char *)bytes, n);
}

static void pack_integer(const reader *r, luaL_Buffer *b, const option *o,
                         int arg) {
  lua_Integer i = lmv_checkinteger(r->L, arg);
  if (o->size < sizeof i) {
    lua_Unsigned limit = (lua_Unsigned)1 << (o->size * CHAR_BIT - 1);
    if (o->kind == UNSIGNED && (lua_Unsigned)i >= 2 * limit)
      lmv_argerror(r->L, arg, "unsigned overflow");
    if (o->kind == INTEGER &&
        (i < -(lua_Integer)limit || i >= (lua_Integer)limit))
      lmv_argerror(r->L, arg, "integer overflow");
  }
  add_integer(r, b, (lua_Unsigned)i, o->size, o->kind == INTEGER && i < 0);
}

static void pack_float(const reader *r, luaL_Buffer *b, const option *o,
                       int arg) {
  unsigned char bytes[MAXINT];
  int isnumber;
  lua_Number n = lua_tonumberx(r->L, arg, &isnumber);
  float f = (float)n;
  double d = (double)n;
  if (!isnumber)
    lmv_typeerror(r->L, arg, "number");
  memcpy(bytes,
         o->kind == FLOAT    ? (const void *)&f
         : o->kind == DOUBLE ? (const void *)&d
                             : (const void *)&n,
         o->size);
  if (r->little == MV_BIGENDIAN)
    reverse_bytes(bytes, o->size);
  luaL_addlstring(b, (const char *)bytes, o->size);
}

/* Adds the string at arg as one of the three kinds; returns its bytes. */
static size_t pack_string(const reader *r, luaL_Buffer *b, const option *o,
                          int arg) {
  lua_State *L = r->L;
  size_t len;
  const char *s;
  if (!lua_isstring(L, arg))
    lmv_typeerror(L, arg, "string");
  s = lua_tolstring(L, arg, &len);
  if (o->kind == CHARS) {
    if (len > o->size)
      lmv_argerror(L, arg, "string longer than given size");
    luaL_addlstring(b, s, len);
    for (; len < o->size; len++)
      luaL_addchar(b, 0);
    return len;
  }
  if (o->kind == ZSTRING) {
    if (strlen(s) != len)
      lmv_argerror(L, arg, "string contains zeros");
    luaL_addlstring(b, s, len + 1);
    return len + 1;
  }
  if (o->size < sizeof len && len >= (size_t)1 << (o->size * CHAR_BIT))
    lmv_argerror(L, arg, "string length does not fit in given size");
  add_integer(r, b, len, o->size, false);
  luaL_addlstring(b, s, len);
  return o->size + len;
}

/* Adds the value at arg, if the option takes one; returns the bytes added. */
static size_t pack_option(const reader *r, luaL_Buffer *b, const option *o,
                          int arg) {
  switch (o->kind) {
  case INTEGER:
  case UNSIGNED:
    pack_integer(r, b, o, arg);
    return o->size;
  case FLOAT:
  case NUMBER:
  case DOUBLE:
    pack_float(r, b, o, arg);
    return o->size;
  case CHARS:
  case STRING:
  case ZSTRING:
    return pack_string(r, b, o, arg);
  case PADDING:
    luaL_addchar(b, 0);
    return 1;
  default:
    return 0;
  }
}

/*
** v:pack(fmt, pos, ...): writes the values from byte pos on; returns the
** position behind them.
*/
static int view_pack(lua_State *L) {
  lmv_view *v = lmv_checkview(L, 1);
  reader r = lmv_startformat(L, 2);
  mv_layout lay;
  size_t size;
  option o;
  luaL_Buffer b;
  size_t from, at, len;
  const char *bytes;
  int arg = 3, top = lua_gettop(L);
  lmv_checkinteger(L, 3);
  lmv_checkwritable(L, v);
  lmv_layout(v, &lay);
  size = (size_t)mv_layout_nbytes(&lay);
  from = at = check_position(L, 3, size);
  luaL_buffinit(L, &b);
  while (lmv_nextoption(&r, at, &o)) {
    for (size_t i = 0; i < o.padding; i++)
      luaL_addchar(&b, 0);
    at += o.padding;
    if (o.kind <= ZSTRING && ++arg > top)
      lmv_argerror(L, arg, "value expected, got no value");
    at += pack_option(&r, &b, &o, arg);
  }
  luaL_pushresult(&b);
  bytes = lua_tolstring(L, -1, &len);
  if (len > size - from)
    lmv_argerror(L, 3, "%I bytes at position %I, %I left", (LUAI_UACINT)len,
                 (LUAI_UACINT)from + 1, (LUAI_UACINT)(size - from));
  mv_write(lmv_writable(L, v), &lay, from, len, (const unsigned char *)bytes);
  lua_pushinteger(L, (lua_Integer)at + 1);
  return 1;
}

const luaL_Reg lmv_pack_methods[] = {
    {"unpack", view_unpack}, {"pack", view_pack}, {NULL, NULL}};
