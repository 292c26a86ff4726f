/*
** quick.h - plain numbers to and from the Lua stack
** For views whose quick field is set: native numbers in one direct dimension.
** quick is 1 + the mv_kind. Inline, as this is what element access is made of;
** the general ways (value.c, store.c) give the same results.
*/
#ifndef LMV_QUICK_H
#define LMV_QUICK_H

#include "lmv.h"

#include <math.h>
#include <string.h>

/* ---- reading -------------------------------------------------------------*/

/* Runs ACT for each kind, with the C type and the way to push it. */
#define LMV_QUICK_KINDS(ACT)                                                   \
  ACT(MV_U8, uint8_t, lua_pushinteger, lua_Integer)                            \
  ACT(MV_I8, int8_t, lua_pushinteger, lua_Integer)                             \
  ACT(MV_U16, uint16_t, lua_pushinteger, lua_Integer)                          \
  ACT(MV_I16, int16_t, lua_pushinteger, lua_Integer)                           \
  ACT(MV_U32, uint32_t, lua_pushinteger, lua_Integer)                          \
  ACT(MV_I32, int32_t, lua_pushinteger, lua_Integer)                           \
  ACT(MV_U64, uint64_t, lua_pushinteger, lua_Integer)                          \
  ACT(MV_I64, int64_t, lua_pushinteger, lua_Integer)                           \
  ACT(MV_F32, float, lua_pushnumber, lua_Number)                               \
  ACT(MV_F64, double, lua_pushnumber, lua_Number)

#define PUSH_ONE(kind, type, push, as)                                         \
  case kind: {                                                                 \
    type x;                                                                    \
    memcpy(&x, p, sizeof x);                                                   \
    push(L, (as)x);                                                            \
    break;                                                                     \
  }

/* Pushes the number at p. */
static inline void push_quick(lua_State *L, unsigned quick,
                              const unsigned char *p) {
  switch (quick - 1) { LMV_QUICK_KINDS(PUSH_ONE) }
}

#define PUSH_RUN(kind, type, push, as)                                         \
  case kind:                                                                   \
    for (; n > 0; n--, p += step) {                                            \
      type x;                                                                  \
      memcpy(&x, p, sizeof x);                                                 \
      push(L, (as)x);                                                          \
    }                                                                          \
    break;

/* Pushes n numbers that lie step bytes apart; the stack has room. */
static inline void push_quick_run(lua_State *L, unsigned quick,
                                  const unsigned char *p, ptrdiff_t step,
                                  ptrdiff_t n) {
  switch (quick - 1) { LMV_QUICK_KINDS(PUSH_RUN) }
}

#define SET_RUN(kind, type, push, as)                                          \
  case kind:                                                                   \
    for (lua_Integer i = 1; i <= n; i++, p += step) {                          \
      type x;                                                                  \
      memcpy(&x, p, sizeof x);                                                 \
      push(L, (as)x);                                                          \
      lua_rawseti(L, -2, i);                                                   \
    }                                                                          \
    break;

/*
** Sets the numbers 1 to n of the table on top, which has room for them in its
** array, so that nothing is allocated.
*/
static inline void set_quick_run(lua_State *L, unsigned quick,
                                 const unsigned char *p, ptrdiff_t step,
                                 ptrdiff_t n) {
  switch (quick - 1) { LMV_QUICK_KINDS(SET_RUN) }
}

/* ---- writing -------------------------------------------------------------*/

#define STORE(type, value)                                                     \
  {                                                                            \
    type x = (type)(value);                                                    \
    memcpy(p, &x, sizeof x);                                                   \
    return true;                                                               \
  }

#define STORE_SIGNED(type, lo, hi)                                             \
  if (i < (lo) || i > (hi))                                                    \
    return false;                                                              \
  STORE(type, i)

#define STORE_UNSIGNED(type, hi)                                               \
  if ((lua_Unsigned)i > (hi))                                                  \
    return false;                                                              \
  STORE(type, i)

static inline bool store_float(lua_State *L, int idx, unsigned quick,
                               unsigned char *p) {
  double f = (double)lua_tonumber(L, idx);
  if (quick == 1 + MV_F64)
    STORE(double, f)
  if (!(fabs(f) <= 3.402823466e+38))
    return false; /* the general way decides */
  STORE(float, f)
}

/*
** Stores the value at idx, of that type, if that is simple; else false, nothing
** written.
*/
static inline bool store_typed(lua_State *L, int idx, int type, unsigned quick,
                               unsigned char *p) {
  lua_Integer i;
  int isint;
  if (type != LUA_TNUMBER)
    return false;
  if (quick > MV_I64 + 1)
    return store_float(L, idx, quick, p);
  i = lua_tointegerx(L, idx, &isint);
  if (!isint)
    return false;
  switch ((mv_kind)(quick - 1)) {
  case MV_U8:
    STORE_UNSIGNED(uint8_t, UINT8_MAX)
  case MV_I8:
    STORE_SIGNED(int8_t, INT8_MIN, INT8_MAX)
  case MV_U16:
    STORE_UNSIGNED(uint16_t, UINT16_MAX)
  case MV_I16:
    STORE_SIGNED(int16_t, INT16_MIN, INT16_MAX)
  case MV_U32:
    STORE_UNSIGNED(uint32_t, UINT32_MAX)
  case MV_I32:
    STORE_SIGNED(int32_t, INT32_MIN, INT32_MAX)
  default: /* 64 bits of either sign: the same bytes */
    STORE(int64_t, i)
  }
}

static inline bool store_quick(lua_State *L, int idx, unsigned quick,
                               unsigned char *p) {
  return store_typed(L, idx, lua_type(L, idx), quick, p);
}

/*
** Stores the values 1 to n of the list at idx, step bytes apart, up to one that
** is not simple; returns how many. They are popped some at a time.
*/
static inline ptrdiff_t store_quick_run(lua_State *L, int idx, unsigned quick,
                                        unsigned char *p, ptrdiff_t step,
                                        ptrdiff_t n) {
  enum { SOME = 16 };
  int top = lua_gettop(L);
  ptrdiff_t i = 0;
  bool simple = true;
  luaL_checkstack(L, SOME, "list nested too deep");
  while (simple && i < n) {
    for (ptrdiff_t stop = n - i < SOME ? n : i + SOME; simple && i < stop;) {
      int type = lua_rawgeti(L, idx, (lua_Integer)i + 1);
      simple = store_typed(L, -1, type, quick, p + i * step);
      i += simple;
    }
    lua_settop(L, top);
  }
  return i;
}

#endif
