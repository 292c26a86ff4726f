/*
** fitrun.c - tests whether contiguous numbers of one kind fit another kind
** Testers are loops of a constant number of iterations without branches, which
** compilers vectorise. They do not vectorise comparisons of floats (a comparison
** may trap), so floats are tested by their bits (floatbits.h).
*/
#include "fitrun.h"

#include "convertone.h"

#include <string.h>

#define RUN 32 /* items; constant, so that compilers use vectors */

/*
** A tester ORs the bits of all numbers into two accumulators: excess must have
** no bit of outside, fraction no bit except the sign (of -0.0). Runs are long
** because the end of each run combines the lanes of a vector, which costs more
** than an item. The loop of the longest runs is unrolled: with fewer
** instructions a processor does more loads at once, which saves an eighth if
** numbers come from memory.
*/
#define LONG_RUN 2048
#define MEDIUM_RUN 256

#define TEST_ITEMS(count, type, test)                                          \
  for (size_t i = 0; i < (count); i++) {                                       \
    type x;                                                                    \
    memcpy(&x, in + i * sizeof x, sizeof x);                                   \
    test;                                                                      \
  }                                                                            \
  n -= (count);                                                                \
  in += (count) * sizeof(type)

#define TESTER(name, type, bits, test)                                         \
  MV_VECTOR(                                                                   \
      bool, name,                                                              \
      (const unsigned char *in, size_t n, uint64_t bound64, uint64_t outside), \
      (in, n, bound64, outside)) {                                             \
    bits bound = (bits)bound64, excess = 0, fraction = 0;                      \
    while (n >= LONG_RUN) {                                                    \
      MV_UNROLL                                                                \
      TEST_ITEMS(LONG_RUN, type, test);                                        \
    }                                                                          \
    while (n >= MEDIUM_RUN) {                                                  \
      TEST_ITEMS(MEDIUM_RUN, type, test);                                      \
    }                                                                          \
    while (n >= RUN) {                                                         \
      TEST_ITEMS(RUN, type, test);                                             \
    }                                                                          \
    TEST_ITEMS(n, type, test);                                                 \
    return ((excess & (bits)outside) | (bits)(fraction << 1)) == 0;            \
  }

/* Integers: bound is the least that fits; the OR of all distances to it has no
** bit of outside. */
TESTER(fit_8, uint8_t, uint8_t, excess |= (uint8_t)(x - bound))
TESTER(fit_16, uint16_t, uint16_t, excess |= (uint16_t)(x - bound))
TESTER(fit_32, uint32_t, uint32_t, excess |= x - bound)
TESTER(fit_64, uint64_t, uint64_t, excess |= x - bound)

/* Floats to integers: the same, and in addition no float has a fraction. */
TESTER(fit_f16, uint16_t, uint32_t, {
  float f = f32_from_f16(x);
  excess |= mv_f32_integer(f) - bound;
  fraction |= mv_f32_fraction(f);
})
TESTER(fit_f32, float, uint32_t, {
  excess |= mv_f32_integer(x) - bound;
  fraction |= mv_f32_fraction(x);
})
TESTER(fit_f32_wide, float, uint64_t, {
  double f = (double)x;
  excess |= mv_f64_integer(f) - bound;
  fraction |= mv_f64_fraction(f);
})
TESTER(fit_f64, double, uint64_t, {
  excess |= mv_f64_integer(x) - bound;
  fraction |= mv_f64_fraction(x);
})

/* Floats to integers of 64 bits: by converting there and back. bound64 and
** outside are not used. */
#define TESTER64(name, type, convert, back)                                    \
  static bool name(const unsigned char *in, size_t n, uint64_t bound64,        \
                   uint64_t outside) {                                         \
    (void)bound64;                                                             \
    (void)outside;                                                             \
    for (size_t i = 0; i < n; i++) {                                           \
      type x;                                                                  \
      memcpy(&x, in + i * sizeof x, sizeof x);                                 \
      if (back(convert((double)x)) != (double)x)                               \
        return false;                                                          \
    }                                                                          \
    return true;                                                               \
  }

TESTER64(fit_f32_i64, float, i64_from_f64, f64_from_i64)
TESTER64(fit_f32_u64, float, u64_from_f64, f64_from_u64)
TESTER64(fit_f64_i64, double, i64_from_f64, f64_from_i64)
TESTER64(fit_f64_u64, double, u64_from_f64, f64_from_u64)

/*
** Floats to narrower floats: bound is the bits of the least magnitude that is
** too large; only infinities and NaNs fit above it. outside is the sign bit.
*/
TESTER(fit_narrow32, float, uint32_t, {
  uint32_t m = mv_f32_bits(x) & 0x7fffffff;
  excess |= (m - bound) ^ (m - UINT32_C(0x7f800000));
})
TESTER(fit_narrow64, double, uint64_t, {
  uint64_t m = mv_f64_bits(x) & (UINT64_MAX >> 1);
  excess |= (m - bound) ^ (m - (UINT64_C(0x7ff) << 52));
})

/* Integers to half floats: bound is the greatest that fits, as it is rounded to
** 65504. outside is 1. */
TESTER(fit_half_u16, uint16_t, uint16_t, excess |= x > bound)
TESTER(fit_half_u32, uint32_t, uint32_t, excess |= x > bound)
TESTER(fit_half_i32, int32_t, uint32_t,
       excess |= (uint32_t)x + bound > 2 * bound)
TESTER(fit_half_u64, uint64_t, uint64_t, excess |= x > bound)
TESTER(fit_half_i64, int64_t, uint64_t,
       excess |= (uint64_t)x + bound > 2 * bound)

#define HALF_LIMIT UINT64_C(65519)
#define HALF_LIMIT_F32 UINT64_C(0x477ff000)
#define HALF_LIMIT_F64 UINT64_C(0x40effe0000000000)
#define F32_LIMIT_F64 UINT64_C(0x47effffff0000000)

/* ---- selection -----------------------------------------------------------*/

/* The properties of each kind that select its testers. */
static const struct {
  unsigned char bits; /* 0: a float */
  bool is_signed;
  mv_tester *fit_integer; /* from this kind to integers */
  mv_tester *fit_float;   /* from this kind to narrower floats; NULL: all fit */
} kind_testers[MV_RUNKINDS] = {
    [MV_U8] = {8, false, fit_8, NULL},
    [MV_I8] = {8, true, fit_8, NULL},
    [MV_U16] = {16, false, fit_16, fit_half_u16},
    [MV_I16] = {16, true, fit_16, NULL},
    [MV_U32] = {32, false, fit_32, fit_half_u32},
    [MV_I32] = {32, true, fit_32, fit_half_i32},
    [MV_U64] = {64, false, fit_64, fit_half_u64},
    [MV_I64] = {64, true, fit_64, fit_half_i64},
    [MV_F16] = {0, true, fit_f16, NULL},
    [MV_F32] = {0, true, fit_f32, fit_narrow32},
    [MV_F64] = {0, true, fit_f64, fit_narrow64},
};

static void set_tester(mv_conversion *c, mv_tester *fit, uint64_t bound,
                       uint64_t outside) {
  c->fit = fit;
  c->bound = bound;
  c->outside = outside;
}

/* Sets a tester for the range of integers of that number of bits. */
static void set_integer_tester(mv_conversion *c, mv_tester *fit, bool is_signed,
                               unsigned bits) {
  uint64_t least = is_signed ? UINT64_MAX << (bits - 1) : 0;
  set_tester(c, fit, least, bits < 64 ? UINT64_MAX << bits : 0);
}

/* The following select the tester of a pair of kinds. */

static void select_integer_to_integer(mv_conversion *c, mv_kind to,
                                      mv_kind from) {
  unsigned tobits = kind_testers[to].bits, bits = kind_testers[from].bits;
  if (kind_testers[to].is_signed == kind_testers[from].is_signed) {
    if (tobits < bits)
      set_integer_tester(c, kind_testers[from].fit_integer,
                         kind_testers[to].is_signed, tobits);
  } else { /* the range of both: no sign */
    unsigned positive = tobits - kind_testers[to].is_signed;
    if (positive > bits - kind_testers[from].is_signed)
      positive = bits - kind_testers[from].is_signed;
    if (positive < bits)
      set_integer_tester(c, kind_testers[from].fit_integer, false, positive);
  }
}

static void select_float_to_integer(mv_conversion *c, mv_kind to,
                                    mv_kind from) {
  unsigned bits = kind_testers[to].bits;
  mv_tester *fit = kind_testers[from].fit_integer;
  if (from == MV_F16) { /* all but infinities and NaNs fit 17 bits */
    set_integer_tester(c, fit, kind_testers[to].is_signed,
                       bits > 16 ? 17 : bits);
  } else if (bits == 64) {
    static mv_tester *const fits[2][2] = {{fit_f32_u64, fit_f32_i64},
                                          {fit_f64_u64, fit_f64_i64}};
    set_tester(c, fits[from == MV_F64][kind_testers[to].is_signed], 0, 0);
  } else {
    if (from == MV_F32 && bits == 32)
      fit = fit_f32_wide;
    set_integer_tester(c, fit, kind_testers[to].is_signed, bits);
  }
}

static void select_number_to_float(mv_conversion *c, mv_kind to, mv_kind from) {
  const uint64_t sign32 = UINT32_C(1) << 31, sign64 = UINT64_C(1) << 63;
  mv_tester *fit = kind_testers[from].fit_float;
  if (to == MV_F32 && from == MV_F64)
    set_tester(c, fit, F32_LIMIT_F64, sign64);
  else if (to == MV_F16 && from == MV_F64)
    set_tester(c, fit, HALF_LIMIT_F64, sign64);
  else if (to == MV_F16 && from == MV_F32)
    set_tester(c, fit, HALF_LIMIT_F32, sign32);
  else if (to == MV_F16)
    set_tester(c, fit, HALF_LIMIT, 1);
}

bool mv_conversion_find(mv_conversion *c, mv_kind to, mv_kind from) {
  c->convert = mv_converter_find(to, from);
  set_tester(c, NULL, 0, 0);
  if (c->convert == NULL || to == from)
    return c->convert != NULL;
  if (kind_testers[to].bits == 0)
    select_number_to_float(c, to, from);
  else if (kind_testers[from].bits == 0)
    select_float_to_integer(c, to, from);
  else
    select_integer_to_integer(c, to, from);
  return true;
}
