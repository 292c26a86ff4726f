/*
** fitrun.c - tests whether contiguous numbers of one kind fit another kind
** Testers are loops of a constant number of iterations without branches, which
** compilers vectorise. They do not vectorise comparisons of floats (a comparison
** may trap), so floats are tested by their bits (floatbits.h).
*/
#include "fitrun.h"

#include "convertone.h"

#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

#define RUN 32 /* items; constant, so that compilers use vectors */

/*
** A tester ORs the bits of all numbers into two accumulators: excess must have
** no bit of outside, fraction no bit except the sign (of -0.0). Runs are long
** because the end of each run combines the lanes of a vector, which costs more
** than an item. The longest runs have accumulators of their own for each
** quarter, as a processor can start several operations before the first one has
** a result, and an unrolled loop: with fewer instructions it does more loads at
** once.
*/
#define LONG_RUN 2048
#define QUARTER (LONG_RUN / 4)
#define MEDIUM_RUN 256

#define TEST_ITEM(k, at, type, distance, rest)                                 \
  {                                                                            \
    type x;                                                                    \
    memcpy(&x, in + (at) * sizeof x, sizeof x);                                \
    excess[k] |= distance;                                                     \
    fraction[k] |= rest;                                                       \
  }

#define TEST_ITEMS(count, type, distance, rest)                                \
  for (size_t i = 0; i < (count); i++)                                         \
    TEST_ITEM(0, i, type, distance, rest)                                      \
  n -= (count);                                                                \
  in += (count) * sizeof(type)

/* distance and rest: what is ORed to excess and to fraction for a number x. */
#define TESTER(name, type, bits, distance, rest)                               \
  MV_VECTOR(                                                                   \
      bool, name,                                                              \
      (const unsigned char *in, size_t n, uint64_t bound64, uint64_t outside), \
      (in, n, bound64, outside)) {                                             \
    bits bound = (bits)bound64, excess[4] = {0}, fraction[4] = {0};            \
    for (; n >= LONG_RUN; n -= LONG_RUN, in += LONG_RUN * sizeof(type)) {      \
      MV_UNROLL                                                                \
      for (size_t i = 0; i < QUARTER; i++) {                                   \
        TEST_ITEM(0, i, type, distance, rest)                                  \
        TEST_ITEM(1, i + QUARTER, type, distance, rest)                        \
        TEST_ITEM(2, i + 2 * QUARTER, type, distance, rest)                    \
        TEST_ITEM(3, i + 3 * QUARTER, type, distance, rest)                    \
      }                                                                        \
    }                                                                          \
    while (n >= MEDIUM_RUN) {                                                  \
      TEST_ITEMS(MEDIUM_RUN, type, distance, rest);                            \
    }                                                                          \
    while (n >= RUN) {                                                         \
      TEST_ITEMS(RUN, type, distance, rest);                                   \
    }                                                                          \
    TEST_ITEMS(n, type, distance, rest);                                       \
    excess[0] |= excess[1] | excess[2] | excess[3];                            \
    fraction[0] |= fraction[1] | fraction[2] | fraction[3];                    \
    return ((excess[0] & (bits)outside) | (bits)(fraction[0] << 1)) == 0;      \
  }

/* Integers: bound is the least that fits; the OR of all distances to it has no
** bit of outside. */
TESTER(fit_8, uint8_t, uint8_t, (uint8_t)(x - bound), 0)
TESTER(fit_16, uint16_t, uint16_t, (uint16_t)(x - bound), 0)
TESTER(fit_32, uint32_t, uint32_t, x - bound, 0)
TESTER(fit_64, uint64_t, uint64_t, x - bound, 0)

/* Floats to integers: the same, and in addition no float has a fraction. */
TESTER(fit_f16, uint16_t, uint32_t, mv_f32_integer(f32_from_f16(x)) - bound,
       mv_f32_fraction(f32_from_f16(x)))
TESTER(fit_f32, float, uint32_t, mv_f32_integer(x) - bound, mv_f32_fraction(x))
TESTER(fit_f64, double, uint64_t, mv_f64_integer(x) - bound, mv_f64_fraction(x))

/*
** Floats to integers of at least the same size: bound is the bits of the least
** positive float that is too large. So is the next magnitude of a negative float
** for signed integers, and any but 0 for unsigned ones. outside is the sign bit.
*/
MV_INLINE uint32_t exceeds32(float x, uint32_t positive, uint32_t negative) {
  uint32_t bits = mv_f32_bits(x), m = bits & 0x7fffffff;
  return ~(m - choose32(0 - (bits >> 31), negative, positive));
}

MV_INLINE uint64_t exceeds64(double x, uint64_t positive, uint64_t negative) {
  uint64_t bits = mv_f64_bits(x), m = bits & (UINT64_MAX >> 1);
  return ~(m - choose64(0 - (bits >> 63), negative, positive));
}

/* 0 if x is an integer of any size. */
MV_INLINE uint32_t fraction32(float x) {
  uint32_t m = mv_f32_bits(x) & 0x7fffffff;
  float sum = mv_f32_of(m) + 0x1p23f;
  return (mv_f32_bits(sum - 0x1p23f) ^ m) & below32(m, mv_f32_bits(0x1p23f));
}

MV_INLINE uint64_t fraction64(double x) {
  uint64_t m = mv_f64_bits(x) & (UINT64_MAX >> 1);
  double sum = mv_f64_of(m) + 0x1p52;
  return (mv_f64_bits(sum - 0x1p52) ^ m) & below64(m, mv_f64_bits(0x1p52));
}

TESTER(fit_f32_signed, float, uint32_t, exceeds32(x, bound, bound + 1),
       fraction32(x))
TESTER(fit_f32_unsigned, float, uint32_t, exceeds32(x, bound, 1), fraction32(x))
TESTER(fit_f64_signed, double, uint64_t, exceeds64(x, bound, bound + 1),
       fraction64(x))
TESTER(fit_f64_unsigned, double, uint64_t, exceeds64(x, bound, 1),
       fraction64(x))

/*
** Floats to narrower floats: bound is the bits of the least magnitude that is
** too large; only infinities and NaNs fit above it. outside is the sign bit.
*/
MV_INLINE uint32_t narrow32(float x, uint32_t bound) {
  uint32_t m = mv_f32_bits(x) & 0x7fffffff;
  return (m - bound) ^ (m - UINT32_C(0x7f800000));
}

MV_INLINE uint64_t narrow64(double x, uint64_t bound) {
  uint64_t m = mv_f64_bits(x) & (UINT64_MAX >> 1);
  return (m - bound) ^ (m - (UINT64_C(0x7ff) << 52));
}

TESTER(fit_narrow32, float, uint32_t, narrow32(x, bound), 0)
TESTER(fit_narrow64, double, uint64_t, narrow64(x, bound), 0)

/* Integers to half floats: bound is the greatest that fits, as it is rounded to
** 65504. outside is 1. */
TESTER(fit_half_u16, uint16_t, uint16_t, x > bound, 0)
TESTER(fit_half_u32, uint32_t, uint32_t, x > bound, 0)
TESTER(fit_half_i32, int32_t, uint32_t, (uint32_t)x + bound > 2 * bound, 0)
TESTER(fit_half_u64, uint64_t, uint64_t, x > bound, 0)
TESTER(fit_half_i64, int64_t, uint64_t, (uint64_t)x + bound > 2 * bound, 0)

/*
** By the status flags of x86: a conversion sets one if a number was out of range
** or was rounded, and it stays set. So the numbers are converted, the results
** are dropped, and the flags tell whether all fit. This is one instruction for a
** vector, so it is as fast as reading. valgrind and other emulators set no
** flags. So a number that does not fit is converted first. If it sets no flag,
** or if the others set one, the tester is called.
**
** FLAG_TESTER(name, tester, type, unfit, load, convert, flags)
** unfit: a vector of numbers that do not fit, of the type that load returns and
** convert takes.
*/
#if defined(MV_HAS_AVX2)
#define CLEAR_STATUS 0x1f80 /* no flag, no traps, rounds to nearest */

/* The compiler must have x ready here, and knows nothing of x afterwards. This
** keeps the conversions between the accesses to the flags. */
#define BARRIER(constraint, x) __asm__ volatile("" : constraint(x))

#define FLAG_TESTER(name, tester, type, unfit, load, convert, flags)           \
  MV_AVX2 static bool name##_by_flags(const unsigned char *in, size_t size) {  \
    unsigned saved = _mm_getcsr(), expected, found;                            \
    __typeof__(unfit) x = unfit;                                               \
    __typeof__(convert(x)) y;                                                  \
    _mm_setcsr(CLEAR_STATUS);                                                  \
    BARRIER("+x", x);                                                          \
    y = convert(x);                                                            \
    BARRIER("+x", y);                                                          \
    expected = _mm_getcsr();                                                   \
    _mm_setcsr(CLEAR_STATUS);                                                  \
    BARRIER("+r", in);                                                         \
    MV_UNROLL                                                                  \
    for (size_t i = 0; i < size; i += sizeof x) {                              \
      y = convert(load((const type *)(const void *)(in + i)));                 \
      BARRIER("+x", y);                                                        \
    }                                                                          \
    found = _mm_getcsr();                                                      \
    _mm_setcsr(saved);                                                         \
    return (expected & (flags)) != 0 && (found & (flags)) == 0;                \
  }                                                                            \
  static bool name(const unsigned char *in, size_t n, uint64_t bound,          \
                   uint64_t outside) {                                         \
    size_t some = mv_avx2() ? n - n % LONG_RUN : 0;                            \
    if (some > 0 && !name##_by_flags(in, some * sizeof(type)))                 \
      some = 0;                                                                \
    return tester(in + some * sizeof(type), n - some, bound, outside);         \
  }

#define NOT_INTEGER (_MM_EXCEPT_INVALID | _MM_EXCEPT_INEXACT)

FLAG_TESTER(fit_f32_i32, fit_f32_signed, float, _mm256_set1_ps(0x1p31f),
            _mm256_loadu_ps, _mm256_cvttps_epi32, NOT_INTEGER)
FLAG_TESTER(fit_f64_i32, fit_f64, double, _mm256_set1_pd(0x1p31),
            _mm256_loadu_pd, _mm256_cvttpd_epi32, NOT_INTEGER)
FLAG_TESTER(fit_f64_f32, fit_narrow64, double, _mm256_set1_pd(0x1p128),
            _mm256_loadu_pd, _mm256_cvtpd_ps, _MM_EXCEPT_OVERFLOW)
#else
#define fit_f32_i32 fit_f32_signed
#define fit_f64_i32 fit_f64
#define fit_f64_f32 fit_narrow64
#endif

#define SIGN32 (UINT64_C(1) << 31)
#define SIGN64 (UINT64_C(1) << 63)
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
  bool is_signed = kind_testers[to].is_signed;
  unsigned bits = kind_testers[to].bits, magnitude = bits - is_signed;
  mv_tester *fit = kind_testers[from].fit_integer;
  if (from == MV_F16) /* all but infinities and NaNs fit 17 bits */
    set_integer_tester(c, fit, is_signed, bits > 16 ? 17 : bits);
  else if (from == MV_F32 && bits >= 32)
    set_tester(c, is_signed ? fit_f32_signed : fit_f32_unsigned,
               (UINT64_C(127) + magnitude) << 23, SIGN32);
  else if (from == MV_F64 && bits == 64)
    set_tester(c, is_signed ? fit_f64_signed : fit_f64_unsigned,
               (UINT64_C(1023) + magnitude) << 52, SIGN64);
  else
    set_integer_tester(c, fit, is_signed, bits);
  if (to == MV_I32 && from == MV_F32)
    c->fit = fit_f32_i32;
  if (to == MV_I32 && from == MV_F64)
    c->fit = fit_f64_i32;
}

static void select_number_to_float(mv_conversion *c, mv_kind to, mv_kind from) {
  mv_tester *fit = kind_testers[from].fit_float;
  if (to == MV_F32 && from == MV_F64)
    set_tester(c, fit_f64_f32, F32_LIMIT_F64, SIGN64);
  else if (to == MV_F16 && from == MV_F64)
    set_tester(c, fit, HALF_LIMIT_F64, SIGN64);
  else if (to == MV_F16 && from == MV_F32)
    set_tester(c, fit, HALF_LIMIT_F32, SIGN32);
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
