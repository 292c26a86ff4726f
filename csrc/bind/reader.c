/*
** reader.c - a cursor that reads
** A method reads at the position and moves behind the bytes read. If there are
** too few bytes, it raises an error with the least number of bytes that is sure
** to be needed. A method that raises does not move the position, so the caller
** may wait for more bytes and try again.
*/
#include "reader.h"

#include "args.h"
#include "bytes.h"
#include "cursor.h"
#include "growth.h"
#include "half.h"
#include "mv.h"
#include "operand.h"
#include "unpack.h"

/*
** The number of bytes to the end; 0 if the source was cut before the position.
*/
static inline size_t bytes_left(const lmv_cursor *r, const lmv_byterun *all) {
  return r->pos < all->size ? all->size - r->pos : 0;
}

/* Raises unless n bytes are left; does not move. */
static inline lmv_byterun want(lua_State *L, const lmv_cursor *r, size_t n) {
  lmv_byterun all = lmv_cursorbytes(L, r);
  if (n > bytes_left(r, &all))
    lmv_underrun(L, &all, r->pos, n);
  return all;
}

/* lmv_movecursor, for a reader. */
static inline void go_to(lmv_cursor *r, size_t pos) {
  r->pos = pos;
  r->nbits = 0;
}

/* The same behind bytes that were read; raises if they were lost meanwhile. */
static inline void go_behind(lua_State *L, lmv_cursor *r,
                             const lmv_byterun *all, size_t pos) {
  lmv_checklosses(L, all->losses);
  go_to(r, pos);
}

/* ---- numbers -------------------------------------------------------------*/

/*
** Returns the next n bytes, which must exist. If they are not contiguous, they
** are copied to buffer `aside`, which has room for n bytes.
*/
static inline const unsigned char *next_bytes(const lmv_cursor *r,
                                              const lmv_byterun *all, size_t n,
                                              unsigned char *aside) {
  const unsigned char *p = all->base + (ptrdiff_t)r->pos * all->step;
  if (all->step == 1)
    return p;
  for (size_t i = 0; i < n; i++)
    aside[i] = p[(ptrdiff_t)i * all->step];
  return aside;
}

/* Each pushes the number at p. */
#define PUSH(name, push, value)                                                \
  static inline void push_##name(lua_State *L, const unsigned char *p,         \
                                 bool big) {                                   \
    (void)big;                                                                 \
    push(L, value);                                                            \
  }

PUSH(u8, lua_pushinteger, *p)
PUSH(i8, lua_pushinteger, (int8_t)*p)
PUSH(u16, lua_pushinteger, mv_get16(p, mv_swaps(big)))
PUSH(i16, lua_pushinteger, (int16_t)mv_get16(p, mv_swaps(big)))
PUSH(u24, lua_pushinteger, (lua_Integer)mv_get24(p, mv_swaps(big)))
PUSH(i24, lua_pushinteger,
     (lua_Integer)(mv_get24(p, mv_swaps(big)) ^ 0x800000) -
         (lua_Integer)0x800000)
PUSH(u32, lua_pushinteger, (lua_Integer)mv_get32(p, mv_swaps(big)))
PUSH(i32, lua_pushinteger, (int32_t)mv_get32(p, mv_swaps(big)))
PUSH(u64, lua_pushinteger, (lua_Integer)mv_get64(p, mv_swaps(big)))
PUSH(i64, lua_pushinteger, (lua_Integer)mv_get64(p, mv_swaps(big)))
PUSH(f16, lua_pushnumber, mv_from_half(mv_get16(p, mv_swaps(big))))
PUSH(f32, lua_pushnumber, (lua_Number)mv_getf32(p, mv_swaps(big)))
PUSH(f64, lua_pushnumber, (lua_Number)mv_getf64(p, mv_swaps(big)))

#define READ(name, kind, size, order)                                          \
  static int read_##name(lua_State *L) {                                       \
    lmv_cursor *r = lmv_checkcursor(L);                                        \
    lmv_byterun all = want(L, r, size);                                        \
    unsigned char aside[size];                                                 \
    push_##kind(L, next_bytes(r, &all, size, aside), order);                   \
    go_behind(L, r, &all, r->pos + size);                                      \
    return 1;                                                                  \
  }
#define READ_ONE(name, size) READ(name, name, size, false)
#define READ_WIDE(name, size)                                                  \
  READ(name, name, size, r->big)                                               \
  READ(name##le, name, size, false)                                            \
  READ(name##be, name, size, true)

LMV_NUMBERS(READ_ONE, READ_WIDE)

/*
** A LEB128 number and its number of bits, at most 70. The tenth byte has only
** one bit of a number of 64 bits, so it must be 0 or equal to last.
*/
static uint64_t take_leb128(lua_State *L, unsigned char last, unsigned *count) {
  lmv_cursor *r = lmv_checkcursor(L);
  lmv_byterun all = lmv_cursorbytes(L, r);
  size_t n = 0, most = bytes_left(r, &all);
  uint64_t bits = 0;
  unsigned char byte;
  do {
    if (n == most)
      lmv_underrun(L, &all, r->pos, n + 1);
    byte = all.base[(ptrdiff_t)(r->pos + n) * all.step];
    if (n == 9 && byte != 0 && byte != last)
      luaL_error(L, "varint at position %I exceeds 64 bits",
                 (LUAI_UACINT)r->pos + 1);
    bits |= (uint64_t)(byte & 127) << (7 * n);
    n++;
  } while (byte >= 128);
  go_behind(L, r, &all, r->pos + n);
  *count = 7 * (unsigned)n;
  return bits;
}

/* r:varint(): unsigned LEB128; the 64 bits. */
static int reader_varint(lua_State *L) {
  unsigned count;
  lua_pushinteger(L, (lua_Integer)take_leb128(L, 1, &count));
  return 1;
}

/* r:zigzag(): a signed number as Protocol Buffers' sint. */
static int reader_zigzag(lua_State *L) {
  unsigned count;
  uint64_t bits = take_leb128(L, 1, &count);
  lua_pushinteger(L, (lua_Integer)(bits >> 1 ^ (0 - (bits & 1))));
  return 1;
}

/* r:sleb128(): signed LEB128. */
static int reader_sleb128(lua_State *L) {
  unsigned count;
  uint64_t bits = take_leb128(L, 127, &count);
  if (count < 64 && (bits >> (count - 1) & 1) != 0)
    bits |= ~(uint64_t)0 << count;
  lua_pushinteger(L, (lua_Integer)bits);
  return 1;
}

/* r:bits(n): the next n bits, the most significant first. */
static int reader_bits(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  unsigned n = lmv_checkbitcount(L, 2), have = r->nbits, byte = r->bits;
  lmv_byterun all = want(L, r, n > have ? (n - have + 7) / 8 : 0);
  size_t pos = r->pos;
  uint64_t value = 0;
  while (n > 0) {
    unsigned k;
    if (have == 0) {
      byte = all.base[(ptrdiff_t)pos++ * all.step];
      have = 8;
    }
    k = n < have ? n : have;
    have -= k;
    n -= k;
    value = value << k | (byte >> have & ((1u << k) - 1));
  }
  go_behind(L, r, &all, pos);
  r->bits = (unsigned char)byte;
  r->nbits = (unsigned char)have;
  lua_pushinteger(L, (lua_Integer)value);
  return 1;
}

/* ---- pieces --------------------------------------------------------------*/

/*
** Sets *operand to n bytes of the view from the position on, for bytes that are
** not contiguous: those of a container are. They must exist.
*/
static void operand_ahead(const lmv_cursor *r, size_t n, lmv_operand *operand) {
  lmv_viewoperand(r->view, operand);
  operand->lay.offset += (ptrdiff_t)r->pos * operand->lay.strides[0];
  operand->lay.shape[0] = (ptrdiff_t)n;
}

/* Pushes n bytes from the position on as a string, and moves behind them. They
** must exist. */
static void take_string(lua_State *L, lmv_cursor *r, const lmv_byterun *all,
                        size_t n) {
  size_t from = r->pos; /* a finalizer may move it */
  lmv_operand operand;
  if (all->step == 1) {
    lua_pushlstring(L, (const char *)all->base + from, n);
  } else {
    operand_ahead(r, n, &operand);
    lmv_pushbytes(L, &operand, 'C');
  }
  go_behind(L, r, all, from + n);
}

/* take_string, as a view. */
static void take_view(lua_State *L, lmv_cursor *r, size_t n) {
  size_t from = r->pos; /* a finalizer may move it */
  lmv_pushpart(L, r, from, n);
  go_to(r, from + n);
}

/* r:bytes(n): a view of the next n bytes. */
static int reader_bytes(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = lmv_checkcount(L, 2);
  want(L, r, n);
  take_view(L, r, n);
  return 1;
}

/* r:string(n): the next n bytes. */
static int reader_string(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = lmv_checkcount(L, 2);
  lmv_byterun all = want(L, r, n);
  take_string(L, r, &all, n);
  return 1;
}

/*
** r:peek([n]): the next byte as a number, or a view of n bytes; does not move.
*/
LMV_TOUCHES(reader_peek) {
  lmv_cursor *r = lmv_checkcursor(L);
  if (lua_isnoneornil(L, 2)) {
    lmv_byterun all = want(L, r, 1);
    lua_pushinteger(L, all.base[(ptrdiff_t)r->pos * all.step]);
  } else {
    size_t n = lmv_checkcount(L, 2);
    want(L, r, n);
    lmv_pushpart(L, r, r->pos, n);
  }
  return 1;
}

/* ---- searching -----------------------------------------------------------*/

#define ABSENT SIZE_MAX

/*
** The distance from the position to the m bytes at needle, in a source that is
** not contiguous; ABSENT if they do not occur.
*/
static size_t find_strided(lua_State *L, lmv_cursor *r, const char *needle,
                           size_t m) {
  size_t size, most, from = r->pos;
  unsigned char *room = lmv_pushroom(L, SIZE_MAX, m, &size);
  lmv_byterun all =
      lmv_cursorbytes(L, r); /* only now, as finalizers may have cut it */
  lmv_operand operand;
  mv_search search;
  ptrdiff_t found;
  r->pos = from; /* finalizers may have moved it */
  most = bytes_left(r, &all);
  operand_ahead(r, most, &operand);
  search = (mv_search){.needle = (const unsigned char *)needle,
                       .m = m,
                       .n = most,
                       .room = room,
                       .size = size};
  found = mv_find_layout(lmv_operandbase(L, &operand), &operand.lay, &search);
  return found >= 0 ? (size_t)found : ABSENT;
}

/* The same for any source. May run a finalizer. */
static size_t find_ahead(lua_State *L, lmv_cursor *r, const char *needle,
                         size_t m) {
  lmv_byterun all = lmv_cursorbytes(L, r);
  size_t most = bytes_left(r, &all);
  ptrdiff_t found;
  if (most < m)
    return ABSENT;
  if (all.step != 1)
    return find_strided(L, r, needle, m);
  found = mv_find(all.base + r->pos, most, (const unsigned char *)needle, m);
  return found >= 0 ? (size_t)found : ABSENT;
}

/* Raises an underrun: n more bytes are needed than are left. */
static int underrun_by(lua_State *L, const lmv_cursor *r, size_t n) {
  lmv_byterun all = lmv_cursorbytes(L, r);
  return lmv_underrun(L, &all, r->pos, bytes_left(r, &all) + n);
}

/* Pushes the n bytes in front of a terminator. */
static void push_upto(lua_State *L, lmv_cursor *r, size_t n) {
  lmv_byterun all = want(L, r, n + 1);
  take_string(L, r, &all, n);
  r->pos++;
}

/* r:cstring(): the bytes up to a zero, which is skipped. */
static int reader_cstring(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = find_ahead(L, r, "", 1);
  if (n == ABSENT)
    return underrun_by(L, r, 1);
  push_upto(L, r, n);
  return 1;
}

/*
** r:line(): the bytes up to the end of a line, which is skipped, or the rest of
** the bytes; nil at the end. If the source is a bytearray, the line may go on
** later, so a missing end is an underrun.
*/
static int reader_line(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = find_ahead(L, r, "\n", 1);
  lmv_byterun all;
  if (n != ABSENT) {
    push_upto(L, r, n);
    return 1;
  }
  if (lmv_cangrow(r))
    return underrun_by(L, r, 1);
  all = lmv_cursorbytes(L, r);
  n = bytes_left(r, &all);
  if (n == 0) {
    go_to(r, r->pos);
    lua_pushnil(L);
  } else {
    take_string(L, r, &all, n);
  }
  return 1;
}

/* The prefix function of Knuth, Morris and Pratt: for each prefix of s, the
** length of its longest proper prefix that is also its suffix. */
static void find_borders(const unsigned char *s, size_t m, size_t *border) {
  size_t k = 0;
  border[0] = 0;
  for (size_t i = 1; i < m; i++) {
    while (k > 0 && s[i] != s[k])
      k = border[k - 1];
    k += s[i] == s[k];
    border[i] = k;
  }
}

/*
** Raises an underrun for the m bytes at s, which were not found. The remaining
** bytes may end with a prefix of s, so the least number of further bytes needed
** is m minus the length of this prefix.
*/
static int separator_underrun(lua_State *L, const lmv_cursor *r,
                              const unsigned char *s, size_t m) {
  size_t *border, n, k = 0;
  lmv_byterun all;
  if (m > PTRDIFF_MAX / sizeof *border) /* possible on 32 bits */
    luaL_error(L, "separator too long");
  border = lua_newuserdatauv(L, m * sizeof *border, 0);
  all = lmv_cursorbytes(L, r);
  n = bytes_left(r, &all);
  find_borders(s, m, border);
  for (size_t i = n < m ? 0 : n - (m - 1); i < n; i++) {
    unsigned char byte = all.base[(ptrdiff_t)(r->pos + i) * all.step];
    while (k > 0 && byte != s[k])
      k = border[k - 1];
    k += byte == s[k];
  }
  return underrun_by(L, r, m - k);
}

/* The separator: replaces the argument by a string of its bytes. */
static const char *check_separator(lua_State *L, int arg, size_t *m) {
  if (lua_type(L, arg) != LUA_TSTRING) {
    unsigned before = LMV_LOSSES();
    lmv_operand operand;
    lmv_checkoperand(L, arg, &operand);
    lmv_pushbytes(L, &operand, 'C');
    lmv_checklosses(L, before);
    lua_replace(L, arg);
  }
  if (lua_rawlen(L, arg) == 0)
    lmv_argerror(L, arg, "empty separator");
  return lua_tolstring(L, arg, m);
}

/* r:upto(sep): a view of the bytes in front of sep, which is skipped. */
static int reader_upto(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t m, n;
  const char *sep = check_separator(L, 2, &m);
  n = find_ahead(L, r, sep, m);
  if (n == ABSENT)
    return separator_underrun(L, r, (const unsigned char *)sep, m);
  want(L, r, n + m);
  take_view(L, r, n);
  r->pos += m;
  return 1;
}

/* ---- formats -------------------------------------------------------------*/

/* r:unpack(fmt): the values of a format of string.unpack. */
static int reader_unpack(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  lmv_packformat format = lmv_startformat(L, 2);
  lmv_byterun all = lmv_cursorbytes(L, r);
  lmv_packed bytes = {r->view, r->container, all.size, all.step == 1};
  size_t from = r->pos, at = from;
  int results;
  format.big = r->big;
  if (lmv_unpack(&format, &bytes, &at, &results) != LMV_UNPACKED) {
    at = lmv_leastend(&format, at);
    all = lmv_cursorbytes(L, r);
    return lmv_underrun(L, &all, from, at - from);
  }
  go_behind(L, r, &all, at);
  return results;
}

/* ---- moving --------------------------------------------------------------*/

/* r:left(): the number of bytes to the end. */
static int reader_left(lua_State *L) {
  const lmv_cursor *r = lmv_checkcursor(L);
  lmv_byterun all = lmv_cursorbytes(L, r);
  lua_pushinteger(L, (lua_Integer)bytes_left(r, &all));
  return 1;
}

/* r:seek(pos): negative from the end. */
static int reader_seek(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t size = lmv_cursorbytes(L, r).size;
  go_to(r, lmv_checkposition(L, 2, size + 1, size));
  return lmv_pushself(L);
}

/* r:skip(n) */
static int reader_skip(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = lmv_checkcount(L, 2);
  want(L, r, n);
  go_to(r, r->pos + n);
  return lmv_pushself(L);
}

/* r:align(n): to the next multiple of n bytes from the start. */
static int reader_align(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t n = lmv_checkpadding(L, 2, r->pos);
  want(L, r, n);
  go_to(r, r->pos + n);
  return lmv_pushself(L);
}

/* r:discard(): removes the bytes already read from the bytearray. */
static int reader_discard(lua_State *L) {
  lmv_cursor *r = lmv_checkcursor(L);
  size_t size = lmv_cursorbytes(L, r).size;
  if (!lmv_cangrow(r))
    lmv_argerror(L, 1, "its source is not a bytearray");
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, 1);
  lmv_cut(L, 2, 0, r->pos < size ? r->pos : size);
  r->pos = 0;
  return lmv_pushself(L);
}

/* ---- the module ----------------------------------------------------------*/

/* reader(source [, order]) */
static int make_reader(lua_State *L) {
  lmv_pushcursor(L);
  return 1;
}

#define CURSOR_METHOD(name) read_##name

static const luaL_Reg reader_methods[] = {LMV_NUMBER_ROWS /* u8 to f64be */
                                          {"varint", reader_varint},
                                          {"zigzag", reader_zigzag},
                                          {"sleb128", reader_sleb128},
                                          {"bits", reader_bits},
                                          {"bytes", reader_bytes},
                                          {"string", reader_string},
                                          {"cstring", reader_cstring},
                                          {"line", reader_line},
                                          {"upto", reader_upto},
                                          {"unpack", reader_unpack},
                                          {"peek", reader_peek},
                                          {"left", reader_left},
                                          {"seek", reader_seek},
                                          {"skip", reader_skip},
                                          {"align", reader_align},
                                          {"discard", reader_discard},
                                          {NULL, NULL}};

#undef CURSOR_METHOD

void lmv_open_reader(lua_State *L) {
  static const lmv_cursorclass class = {"reader", "mview.reader", make_reader,
                                        reader_methods, true};
  lmv_opencursor(L, &class);
}
