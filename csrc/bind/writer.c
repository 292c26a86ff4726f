/*
** writer.c - a cursor that writes: the mirror image of the reader
** A method converts its value, then makes room for it, then writes it. A value
** that does not fit raises, and nothing is written. A writer at the end of a
** bytearray stays at the end when other code appends to the bytearray.
*/
#include "writer.h"

#include "args.h"
#include "bytearray.h"
#include "bytes.h"
#include "cursor.h"
#include "growth.h"
#include "mv.h"
#include "operand.h"
#include "pack.h"

/* A place for bytes in the target. */
typedef struct target_spot {
  unsigned char *p;
  ptrdiff_t step; /* bytes from one byte to the next */
  size_t at, n;
  size_t more;     /* bytes by which a bytearray has to grow */
  unsigned losses; /* LMV_LOSSES before the bytes are touched */
} target_spot;

/* The target of a writer that can grow, a bytearray. */
static inline lmv_bytearray *target_bytearray(const lmv_cursor *w) {
  return (lmv_bytearray *)w->container;
}

/* Makes room for n more bytes in the bytearray of the writer at index 1. */
static void grow_room(lua_State *L, size_t n) {
  luaL_checkstack(L, 2, NULL);
  lua_getiuservalue(L, 1, 1);
  lmv_makeroom(L, lua_gettop(L), n);
  lua_pop(L, 1);
}

/*
** Finds the place for the next n bytes. Raises if there is no room. Until the
** bytes are written, no function of Lua that allocates may be called.
*/
static target_spot find_spot(lua_State *L, const lmv_cursor *w, size_t n) {
  for (;;) {
    lmv_byterun all = lmv_cursorbytes(L, w);
    size_t at = lmv_writerposition(w, all.size);
    target_spot s = {.p = all.base + (ptrdiff_t)at * all.step,
                     .step = all.step,
                     .at = at,
                     .n = n,
                     .losses = all.losses};
    if (n <= all.size - at)
      return s;
    if (!lmv_cangrow(w))
      lmv_underrun(L, &all, at, n);
    s.more = n - (all.size - at);
    if (lmv_hasroom(target_bytearray(w), s.more))
      return s;
    grow_room(L, s.more);
  }
}

/* Moves the position behind the bytes that were written at s; raises if they
** were lost meanwhile. */
static void written(lua_State *L, lmv_cursor *w, const target_spot *s) {
  size_t pos = s->at + s->n;
  lmv_checklosses(L, s->losses);
  if (lmv_cangrow(w)) {
    lmv_bytearray *b = target_bytearray(w);
    b->lease.size += s->more;
    lmv_movecursor(w, pos, b->lease.size);
  } else {
    lmv_movecursor(w, pos, 0);
  }
  if (pos > w->end)
    w->end = pos;
}

/* Writes n bytes to any target. They must not lie in the target's memory. */
static void put_anywhere(lua_State *L, lmv_cursor *w, const unsigned char *from,
                         size_t n) {
  target_spot s = find_spot(L, w, n);
  if (s.step == 1)
    memcpy(s.p, from, n);
  else
    for (size_t i = 0; i < n; i++)
      s.p[(ptrdiff_t)i * s.step] = from[i];
  written(L, w, &s);
}

/* The same, faster if the target is a bytearray with room behind its end. */
static inline void put_bytes(lua_State *L, lmv_cursor *w, const void *bytes,
                             size_t n) {
  lmv_bytearray *b = target_bytearray(w);
  if (w->pos != LMV_ATEND || !b->lease.alive || !lmv_hasroom(b, n)) {
    put_anywhere(L, w, bytes, n);
    return;
  }
  memcpy(b->lease.base + b->lease.size, bytes, n);
  b->lease.size += n;
  w->nbits = 0;
}

/* ---- numbers -------------------------------------------------------------*/

/* The integer at index arg; raises for other values, including strings. */
static lua_Integer check_integer(lua_State *L, int arg) {
  lua_Integer i;
  int isint;
  if (lua_type(L, arg) != LUA_TNUMBER)
    lmv_typeerror(L, arg, "integer");
  i = lua_tointegerx(L, arg, &isint);
  if (!isint)
    lmv_argerror(L, arg, "number has no integer representation");
  return i;
}

/* The integer at index arg, which must be from lo to hi. */
static inline uint64_t check_range(lua_State *L, int arg, lua_Integer lo,
                                   lua_Integer hi) {
  lua_Integer i = check_integer(L, arg);
  if (i < lo || i > hi)
    lmv_argerror(L, arg, "value %I out of range [%I, %I]", (LUAI_UACINT)i,
                 (LUAI_UACINT)lo, (LUAI_UACINT)hi);
  return (uint64_t)i;
}

/* Writes the number at index 2 to p as a float of that kind. */
static void convert_float(lua_State *L, unsigned char *p, mv_kind kind,
                          size_t size, bool swap) {
  mv_item item = {size, NULL, kind, swap};
  mv_value value;
  value.tag = MV_VFLOAT;
  if (lua_type(L, 2) != LUA_TNUMBER)
    lmv_typeerror(L, 2, "number");
  value.as.f = (double)lua_tonumber(L, 2);
  if (mv_store(&item, p, &value) != MV_OK)
    lmv_argerror(L, 2, "value %s out of range", lua_tostring(L, 2));
}

/* The same for 64 bits, faster: every number fits. */
static void convert_double(lua_State *L, unsigned char *p, bool swap) {
  if (lua_type(L, 2) != LUA_TNUMBER)
    lmv_typeerror(L, 2, "number");
  mv_putf64(p, swap, (double)lua_tonumber(L, 2));
}

/* Each function writes the number at index 2 to p. */
#define CONVERT(name, body)                                                    \
  static inline void convert_##name(lua_State *L, unsigned char *p,            \
                                    bool big) {                                \
    (void)big;                                                                 \
    body;                                                                      \
  }

CONVERT(u8, *p = (unsigned char)check_range(L, 2, 0, UINT8_MAX))
CONVERT(i8, *p = (unsigned char)check_range(L, 2, INT8_MIN, INT8_MAX))
CONVERT(u16,
        mv_put16(p, mv_swaps(big), (uint16_t)check_range(L, 2, 0, UINT16_MAX)))
CONVERT(i16, mv_put16(p, mv_swaps(big),
                      (uint16_t)check_range(L, 2, INT16_MIN, INT16_MAX)))
CONVERT(u24,
        mv_put24(p, mv_swaps(big), (uint32_t)check_range(L, 2, 0, 0xffffff)))
CONVERT(i24, mv_put24(p, mv_swaps(big),
                      (uint32_t)check_range(L, 2, -0x800000, 0x7fffff)))
CONVERT(u32,
        mv_put32(p, mv_swaps(big), (uint32_t)check_range(L, 2, 0, UINT32_MAX)))
CONVERT(i32, mv_put32(p, mv_swaps(big),
                      (uint32_t)check_range(L, 2, INT32_MIN, INT32_MAX)))
CONVERT(u64, mv_put64(p, mv_swaps(big), (uint64_t)check_integer(L, 2)))
CONVERT(i64, mv_put64(p, mv_swaps(big), (uint64_t)check_integer(L, 2)))
CONVERT(f16, convert_float(L, p, MV_F16, 2, mv_swaps(big)))
CONVERT(f32, convert_float(L, p, MV_F32, 4, mv_swaps(big)))
CONVERT(f64, convert_double(L, p, mv_swaps(big)))

#define WRITE(name, kind, size, order)                                         \
  static int write_##name(lua_State *L) {                                      \
    lmv_cursor *w = lmv_checkcursor(L);                                        \
    unsigned char bytes[size];                                                 \
    convert_##kind(L, bytes, order);                                           \
    put_bytes(L, w, bytes, size);                                              \
    return lmv_pushself(L);                                                    \
  }
#define WRITE_ONE(name, size) WRITE(name, name, size, false)
#define WRITE_WIDE(name, size)                                                 \
  WRITE(name, name, size, w->big)                                              \
  WRITE(name##le, name, size, false)                                           \
  WRITE(name##be, name, size, true)

LMV_NUMBERS(WRITE_ONE, WRITE_WIDE)

static int put_leb128(lua_State *L, lmv_cursor *w, uint64_t bits) {
  unsigned char bytes[10];
  size_t n = 0;
  for (; bits > 127; bits >>= 7)
    bytes[n++] = (unsigned char)(bits | 128);
  bytes[n++] = (unsigned char)bits;
  put_bytes(L, w, bytes, n);
  return lmv_pushself(L);
}

/* w:varint(n): unsigned LEB128; negative numbers by their 64 bits. */
static int writer_varint(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  return put_leb128(L, w, (uint64_t)check_integer(L, 2));
}

/* w:zigzag(n): as Protocol Buffers' sint. */
static int writer_zigzag(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  uint64_t bits = (uint64_t)check_integer(L, 2);
  return put_leb128(L, w, bits << 1 ^ (0 - (bits >> 63)));
}

/* w:sleb128(n): signed LEB128. */
static int writer_sleb128(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  uint64_t bits = (uint64_t)check_integer(L, 2), sign = 0 - (bits >> 63);
  unsigned char bytes[10];
  size_t n = 0;
  for (; bits >> 6 != sign >> 6; bits = bits >> 7 | sign << 57)
    bytes[n++] = (unsigned char)(bits | 128);
  bytes[n++] = (unsigned char)(bits & 127);
  put_bytes(L, w, bytes, n);
  return lmv_pushself(L);
}

/* ---- bits ----------------------------------------------------------------*/

/* The generation of the target's lease. */
static uint64_t generation(const lmv_cursor *w) {
  return w->view != NULL ? w->view->generation
                         : w->container->lease->generation;
}

/* The number of unused bits in the byte in front of `at`. */
static unsigned unused_bits(const lmv_cursor *w, size_t at) {
  bool same = w->bitpos == at && w->generation == generation(w);
  return same ? w->nbits : 0;
}

/* The same for the present position. */
static unsigned unused_now(lua_State *L, const lmv_cursor *w) {
  return unused_bits(w, lmv_writerposition(w, lmv_cursorbytes(L, w).size));
}

/* Writes the n low bits of x to the `have` unused bits in front of p, then to
** p; returns the number of unused bits in the last byte. */
static unsigned put_bits(unsigned char *p, ptrdiff_t step, uint64_t x,
                         unsigned n, unsigned have) {
  if (have > 0)
    p -= step;
  while (n > 0) {
    unsigned k;
    if (have == 0) {
      *p = 0;
      have = 8;
    }
    k = n < have ? n : have;
    n -= k;
    have -= k;
    *p |= (unsigned char)((x >> n & ((1u << k) - 1)) << have);
    if (have == 0)
      p += step;
  }
  return have;
}

/*
** w:bits(n, x): writes the n bits of x, the most significant first. x must fit
** n bits. The unused bits of the last byte are 0.
*/
static int writer_bits(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  unsigned n = lmv_checkbitcount(L, 2), have;
  lua_Integer x = check_integer(L, 3);
  target_spot s;
  if (n < 64 && (uint64_t)x >> n != 0)
    lmv_argerror(L, 3, "value %I out of range [0, %I]", (LUAI_UACINT)x,
                 (LUAI_UACINT)(((uint64_t)1 << n) - 1));
  do { /* again if a finalizer has written */
    have = unused_now(L, w);
    s = find_spot(L, w, n > have ? (n - have + 7) / 8 : 0);
  } while (unused_bits(w, s.at) != have);
  have = put_bits(s.p, s.step, (uint64_t)x, n, have);
  written(L, w, &s);
  w->nbits = (unsigned char)have;
  w->bitpos = s.at + s.n;
  w->generation = generation(w);
  return lmv_pushself(L);
}

/* ---- pieces --------------------------------------------------------------*/

/* w:bytes(x): writes the bytes of any bytes-like, even of the target. */
static int writer_bytes(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  lmv_operand operand;
  size_t n;
  lmv_checkoperand(L, 2, &operand);
  n = (size_t)mv_layout_nbytes(&operand.lay);
  if (mv_layout_contiguous(&operand.lay, 'C') &&
      lmv_cursorbytes(L, w).step == 1) {
    target_spot s = find_spot(L, w, n);
    memmove(s.p, lmv_operandbase(L, &operand) + operand.lay.offset, n);
    written(L, w, &s);
  } else {
    unsigned before = LMV_LOSSES();
    lmv_pushbytes(L, &operand, 'C');
    lmv_checklosses(L, before);
    put_bytes(L, w, lua_tostring(L, -1), n);
  }
  return lmv_pushself(L);
}

/* w:string(s) */
static int writer_string(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  size_t n;
  const char *s = lmv_checkstring(L, 2, &n);
  put_bytes(L, w, s, n);
  return lmv_pushself(L);
}

/* w:cstring(s): writes the string and a zero byte. */
static int writer_cstring(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  size_t n;
  const char *s = lmv_checkstring(L, 2, &n);
  if (memchr(s, 0, n) != NULL)
    lmv_argerror(L, 2, "string contains zeros");
  put_bytes(L, w, s, n + 1);
  return lmv_pushself(L);
}

/*
** w:pack(fmt, ...): writes the values in a format of string.pack. Raises if the
** room was too small for them at first, even if a finalizer has moved the
** writer to more room meanwhile: lmv_pack did not make all bytes then.
*/
static int writer_pack(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  lmv_packformat format = lmv_startformat(L, 2);
  lmv_byterun all = lmv_cursorbytes(L, w);
  size_t at = lmv_writerposition(w, all.size);
  int last = lua_gettop(L);
  lmv_output out;
  format.big = w->big;
  lmv_pack(&format, &out, lmv_cangrow(w) ? PTRDIFF_MAX : all.size - at, at, 3,
           last);
  if (out.n > out.room)
    lmv_underrun(L, &all, at, out.n);
  put_bytes(L, w, luaL_buffaddr(&out.b), out.n);
  return lmv_pushself(L);
}

/* ---- moving --------------------------------------------------------------*/

static int put_zeros(lua_State *L, lmv_cursor *w, size_t n) {
  target_spot s = find_spot(L, w, n);
  if (s.step == 1)
    memset(s.p, 0, n);
  else
    for (size_t i = 0; i < n; i++)
      s.p[(ptrdiff_t)i * s.step] = 0;
  written(L, w, &s);
  return lmv_pushself(L);
}

/* w:skip(n): writes n zero bytes. */
static int writer_skip(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  return put_zeros(L, w, lmv_checkcount(L, 2));
}

/* w:align(n): writes zero bytes up to the next multiple of n bytes from the
** start. */
static int writer_align(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  size_t at = lmv_writerposition(w, lmv_cursorbytes(L, w).size);
  return put_zeros(L, w, lmv_checkpadding(L, 2, at));
}

/* w:seek(pos): moves to a position, negative from the end. */
static int writer_seek(lua_State *L) {
  lmv_cursor *w = lmv_checkcursor(L);
  size_t size = lmv_cursorbytes(L, w).size;
  lmv_movecursor(w, lmv_checkposition(L, 2, size + 1, size), size);
  return lmv_pushself(L);
}

/* w:view(): a view of the bytes written; of a bytearray, of all bytes. */
static int writer_view(lua_State *L) {
  const lmv_cursor *w = lmv_checkcursor(L);
  size_t n = lmv_cursorbytes(L, w).size;
  if (!lmv_cangrow(w) && w->end < n)
    n = w->end;
  lmv_pushpart(L, w, 0, n);
  return 1;
}

/* ---- the module ----------------------------------------------------------*/

/* writer([target [, order]]) */
static int make_writer(lua_State *L) {
  lmv_cursor *w;
  const char *hint = lmv_isorder(L, 1) ? "; the byte order is argument #2" : "";
  lua_settop(L, 2);
  if (lua_isnil(L, 1)) {
    lmv_pushbytearray(L, 0);
    lua_replace(L, 1);
  }
  w = lmv_pushcursor(L);
  if (w->view != NULL ? w->view->readonly : w->container->lease->readonly)
    lmv_argerror(L, 1, "memory is read-only%s", hint);
  w->writes = true;
  w->pos = lmv_cangrow(w) ? LMV_ATEND : 0;
  return 1;
}

#define CURSOR_METHOD(name) write_##name

static const luaL_Reg writer_methods[] = {LMV_NUMBER_ROWS /* u8 to f64be */
                                          {"varint", writer_varint},
                                          {"zigzag", writer_zigzag},
                                          {"sleb128", writer_sleb128},
                                          {"bits", writer_bits},
                                          {"bytes", writer_bytes},
                                          {"string", writer_string},
                                          {"cstring", writer_cstring},
                                          {"pack", writer_pack},
                                          {"skip", writer_skip},
                                          {"align", writer_align},
                                          {"seek", writer_seek},
                                          {"view", writer_view},
                                          {NULL, NULL}};

#undef CURSOR_METHOD

void lmv_open_writer(lua_State *L) {
  static const lmv_cursorclass class = {"writer", "mview.writer", make_writer,
                                        writer_methods, false};
  lmv_opencursor(L, &class);
}
