/*
** numstack.h - plain numbers to and from the Lua stack
** For views whose numkind field is set: numbers in one direct dimension, in
** either byte order. numkind is a result of lmv_numkind. The functions are
** inline, as element access is the hot path; the general paths (value.c,
** store.c) give the same results.
*/
#ifndef LMV_NUMSTACK_H
#define LMV_NUMSTACK_H

#include "bytes.h"
#include "view.h"

#include <math.h>
#include <string.h>

/* ---- reading -------------------------------------------------------------*/

/* Reverse the bytes of the number at p in place, or leave them as they are. */
static inline void unchanged(void *p) { (void)p; }

#define REVERSE(bits)                                                          \
  static inline void reverse##bits(void *p) {                                  \
    mv_put##bits(p, false, mv_get##bits(p, true));                             \
  }

REVERSE(16)
REVERSE(32)
REVERSE(64)

#undef REVERSE

/* Expands ACT for each kind, with the C type, the byte swap and the push
** function. */
#define LMV_NUMBER_KINDS(ACT)                                                  \
  ACT(1 + MV_U8, uint8_t, unchanged, lua_pushinteger, lua_Integer)             \
  ACT(1 + MV_I8, int8_t, unchanged, lua_pushinteger, lua_Integer)              \
  LMV_WIDE_KINDS(ACT, 1, unchanged, unchanged, unchanged)                      \
  LMV_WIDE_KINDS(ACT, 1 + LMV_SWAPPED, reverse16, reverse32, reverse64)

#define LMV_WIDE_KINDS(ACT, from, reverse2, reverse4, reverse8)                \
  ACT(from + MV_U16, uint16_t, reverse2, lua_pushinteger, lua_Integer)         \
  ACT(from + MV_I16, int16_t, reverse2, lua_pushinteger, lua_Integer)          \
  ACT(from + MV_U32, uint32_t, reverse4, lua_pushinteger, lua_Integer)         \
  ACT(from + MV_I32, int32_t, reverse4, lua_pushinteger, lua_Integer)          \
  ACT(from + MV_U64, uint64_t, reverse8, lua_pushinteger, lua_Integer)         \
  ACT(from + MV_I64, int64_t, reverse8, lua_pushinteger, lua_Integer)          \
  ACT(from + MV_F32, float, reverse4, lua_pushnumber, lua_Number)              \
  ACT(from + MV_F64, double, reverse8, lua_pushnumber, lua_Number)

#define PUSH_ONE(code, type, reverse, push, as)                                \
  case code: {                                                                 \
    type x;                                                                    \
    memcpy(&x, p, sizeof x);                                                   \
    reverse(&x);                                                               \
    push(L, (as)x);                                                            \
    break;                                                                     \
  }

/* Pushes the number at p. */
static inline void push_number(lua_State *L, unsigned numkind,
                               const unsigned char *p) {
  switch (numkind) { LMV_NUMBER_KINDS(PUSH_ONE) }
}

#define PUSH_RUN(code, type, reverse, push, as)                                \
  case code:                                                                   \
    for (; n > 0; n--, p += step) {                                            \
      type x;                                                                  \
      memcpy(&x, p, sizeof x);                                                 \
      reverse(&x);                                                             \
      push(L, (as)x);                                                          \
    }                                                                          \
    break;

/* Pushes n numbers that lie step bytes apart; the stack has room. */
static inline void push_number_run(lua_State *L, unsigned numkind,
                                   const unsigned char *p, ptrdiff_t step,
                                   ptrdiff_t n) {
  switch (numkind) { LMV_NUMBER_KINDS(PUSH_RUN) }
}

#define SET_RUN(code, type, reverse, push, as)                                 \
  case code:                                                                   \
    for (lua_Integer i = 1; i <= n; i++, p += step) {                          \
      type x;                                                                  \
      memcpy(&x, p, sizeof x);                                                 \
      reverse(&x);                                                             \
      push(L, (as)x);                                                          \
      lua_rawseti(L, -2, i);                                                   \
    }                                                                          \
    break;

/*
** Sets the numbers 1 to n of the table on top, which has room for them in its
** array, so that nothing is allocated.
*/
static inline void set_number_run(lua_State *L, unsigned numkind,
                                  const unsigned char *p, ptrdiff_t step,
                                  ptrdiff_t n) {
  switch (numkind) { LMV_NUMBER_KINDS(SET_RUN) }
}

/* ---- writing -------------------------------------------------------------*/

#define STORE(type, reverse, value)                                            \
  {                                                                            \
    type x = (type)(value);                                                    \
    if (swap)                                                                  \
      reverse(&x);                                                             \
    memcpy(p, &x, sizeof x);                                                   \
    return true;                                                               \
  }

#define STORE_SIGNED(type, reverse, lo, hi)                                    \
  if (i < (lo) || i > (hi))                                                    \
    return false;                                                              \
  STORE(type, reverse, i)

#define STORE_UNSIGNED(type, reverse, hi)                                      \
  if ((lua_Unsigned)i > (hi))                                                  \
    return false;                                                              \
  STORE(type, reverse, i)

static inline bool store_float_number(lua_State *L, int idx, unsigned numkind,
                                      bool swap, unsigned char *p) {
  double f = (double)lua_tonumber(L, idx);
  if (numkind == 1 + MV_F64)
    STORE(double, reverse64, f)
  if (!(fabs(f) <= 3.402823466e+38))
    return false; /* the general path decides */
  STORE(float, reverse32, f)
}

/*
** Stores the value at idx, of Lua type `type`, in the simple cases. Otherwise
** returns false and writes nothing.
*/
static inline bool store_typed(lua_State *L, int idx, int type,
                               unsigned numkind, unsigned char *p) {
  bool swap = numkind > LMV_SWAPPED;
  lua_Integer i;
  int isint;
  if (type != LUA_TNUMBER)
    return false;
  if (swap)
    numkind -= LMV_SWAPPED;
  if (numkind > MV_I64 + 1)
    return store_float_number(L, idx, numkind, swap, p);
  i = lua_tointegerx(L, idx, &isint);
  if (!isint)
    return false;
  switch ((mv_kind)(numkind - 1)) {
  case MV_U8:
    STORE_UNSIGNED(uint8_t, unchanged, UINT8_MAX)
  case MV_I8:
    STORE_SIGNED(int8_t, unchanged, INT8_MIN, INT8_MAX)
  case MV_U16:
    STORE_UNSIGNED(uint16_t, reverse16, UINT16_MAX)
  case MV_I16:
    STORE_SIGNED(int16_t, reverse16, INT16_MIN, INT16_MAX)
  case MV_U32:
    STORE_UNSIGNED(uint32_t, reverse32, UINT32_MAX)
  case MV_I32:
    STORE_SIGNED(int32_t, reverse32, INT32_MIN, INT32_MAX)
  default: /* 64 bits of either sign: the same bytes */
    STORE(int64_t, reverse64, i)
  }
}

static inline bool store_number(lua_State *L, int idx, unsigned numkind,
                                unsigned char *p) {
  return store_typed(L, idx, lua_type(L, idx), numkind, p);
}

/*
** Stores the values 1 to n of the list at idx, step bytes apart, up to a value
** that is not a simple case; returns the number of values stored. They are
** pushed and popped in groups.
*/
static inline ptrdiff_t store_number_run(lua_State *L, int idx,
                                         unsigned numkind, unsigned char *p,
                                         ptrdiff_t step, ptrdiff_t n) {
  enum { SOME = 16 };
  int top = lua_gettop(L);
  ptrdiff_t i = 0;
  bool simple = true;
  luaL_checkstack(L, SOME, "list nested too deep");
  while (simple && i < n) {
    for (ptrdiff_t stop = n - i < SOME ? n : i + SOME; simple && i < stop;) {
      int type = lua_rawgeti(L, idx, (lua_Integer)i + 1);
      simple = store_typed(L, -1, type, numkind, p + i * step);
      i += simple;
    }
    lua_settop(L, top);
  }
  return i;
}

#endif
