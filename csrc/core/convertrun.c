/*
** convertrun.c - converts contiguous numbers of one kind to another kind
**
** There is one converter for each pair of kinds whose conversion is not a plain
** copy of bits, and a separate tester, which tells whether all values fit. Both
** are loops of a constant number of iterations without branches, which
** compilers vectorise. They do not vectorise comparisons of floats (a
** comparison may trap), so floats are tested by their bits (floatbits.h).
*/
#include "convertrun.h"

#include "floatbits.h"
#include "simd.h"

#include <float.h>
#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

#define RUN 32 /* items; constant, so that compilers use vectors */

/* ---- single numbers ------------------------------------------------------*/

/* An integer becomes the low bits of a float whose high bits are a constant;
** then the constant is subtracted. */
MV_INLINE double f64_from_u32(uint32_t x) {
  return mv_f64_of(x | UINT64_C(0x4330000000000000)) - 0x1p52;
}

/* Converts the halves separately and adds them, which rounds once. */
MV_INLINE double join_halves(uint64_t high, uint64_t low, double excess) {
  return (mv_f64_of(high | UINT64_C(0x4530000000000000)) - excess) +
         mv_f64_of(low | UINT64_C(0x4330000000000000));
}

MV_INLINE double f64_from_u64(uint64_t x) {
  return join_halves(x >> 32, x & UINT32_MAX, 0x1p84 + 0x1p52);
}

MV_INLINE double f64_from_i64(int64_t x) {
  uint64_t u = (uint64_t)x;
  return join_halves(u >> 32 ^ UINT64_C(0x80000000), u & UINT32_MAX,
                     0x1p84 + 0x1p63 + 0x1p52);
}

/* Both products are exact, so only their sum is rounded. The casts are to the
** type that SSE and AVX2 convert. */
MV_INLINE float f32_from_u32(uint32_t x) {
  return (float)(int32_t)(x >> 16) * 0x1p16f + (float)(int32_t)(x & 0xffff);
}

/* By way of a double, as mv_item_convert does. */
MV_INLINE float f32_from_u64(uint64_t x) { return (float)f64_from_u64(x); }
MV_INLINE float f32_from_i64(int64_t x) { return (float)f64_from_i64(x); }

/* 0 if x is out of range. */
MV_INLINE int64_t i64_from_f64(double x) {
  return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : 0;
}

MV_INLINE uint64_t u64_from_f64(double x) {
  return x >= 0 && x < 0x1p64 ? (uint64_t)x : 0;
}

/* ---- half floats ---------------------------------------------------------*/

/* All ones if a < b, else 0. The top bits of both are 0. */
MV_INLINE uint32_t below32(uint32_t a, uint32_t b) {
  return 0 - ((a - b) >> 31);
}
MV_INLINE uint64_t below64(uint64_t a, uint64_t b) {
  return 0 - ((a - b) >> 63);
}

MV_INLINE uint32_t choose32(uint32_t mask, uint32_t yes, uint32_t no) {
  return (yes & mask) | (no & ~mask);
}

MV_INLINE uint64_t choose64(uint64_t mask, uint64_t yes, uint64_t no) {
  return (yes & mask) | (no & ~mask);
}

/*
** A subnormal half is the fraction of a float whose last place is 2^-24, which
** addition rounds and subtraction makes normal. A NaN that becomes a float is
** quiet, as after a conversion by hardware; one that becomes a double keeps its
** bits.
*/
MV_INLINE float f32_from_f16(uint16_t h) {
  uint32_t m = h & 0x7fffu, bits = (m << 13) + (UINT32_C(112) << 23);
  float subnormal = mv_f32_of((m << 13) + (UINT32_C(113) << 23)) -
                    mv_f32_of(UINT32_C(113) << 23);
  bits += (UINT32_C(112) << 23) & ~below32(m, 0x7c00);
  bits |= (UINT32_C(1) << 22) & below32(0x7c00, m);
  bits = choose32(below32(m, 0x400), mv_f32_bits(subnormal), bits);
  return mv_f32_of(bits | (h & UINT32_C(0x8000)) << 16);
}

MV_INLINE uint16_t f16_from_f32(float x) {
  const uint32_t infinity = UINT32_C(0xff) << 23;
  uint32_t bits = mv_f32_bits(x), m = bits & (UINT32_MAX >> 1);
  uint32_t h =
      (m - (UINT32_C(112) << 23) + (UINT32_MAX >> 20) + (m >> 13 & 1)) >> 13;
  uint32_t subnormal = mv_f32_bits(mv_f32_of(m) + 0.5f) - mv_f32_bits(0.5f);
  uint32_t nan = 0x7e00 | (m >> 13 & 0x3ff);
  h = choose32(below32(m, UINT32_C(113) << 23), subnormal, h);
  h = choose32(below32(m, infinity), h, 0x7c00);
  h = choose32(below32(infinity, m), nan, h);
  return (uint16_t)(h | (bits >> 16 & 0x8000));
}

/* The functions of half.h, without branches. */
MV_INLINE double f64_from_f16(uint16_t h) {
  uint64_t m = h & 0x7fffu, bits = (m << 42) + (UINT64_C(1008) << 52);
  double subnormal = mv_f64_of((m << 42) + (UINT64_C(1009) << 52)) -
                     mv_f64_of(UINT64_C(1009) << 52);
  bits += (UINT64_C(1008) << 52) & ~below64(m, 0x7c00);
  bits = choose64(below64(m, 0x400), mv_f64_bits(subnormal), bits);
  return mv_f64_of(bits | (h & UINT64_C(0x8000)) << 48);
}

MV_INLINE uint16_t f16_from_f64(double x) {
  const uint64_t infinity = UINT64_C(0x7ff) << 52;
  uint64_t bits = mv_f64_bits(x), m = bits & (UINT64_MAX >> 1);
  uint64_t h =
      (m - (UINT64_C(1008) << 52) + (UINT64_MAX >> 23) + (m >> 42 & 1)) >> 42;
  uint64_t subnormal = mv_f64_bits(mv_f64_of(m) + 0x1p28) - mv_f64_bits(0x1p28);
  uint64_t payload = m >> 42 & 0x3ff;
  uint64_t nan = 0x7c00 | payload | (0x200 & below64(payload, 1));
  h = choose64(below64(m, UINT64_C(1009) << 52), subnormal, h);
  h = choose64(below64(m, infinity), h, 0x7c00);
  h = choose64(below64(infinity, m), nan, h);
  return (uint16_t)(h | (bits >> 48 & 0x8000));
}

/* ---- converters ----------------------------------------------------------*/

#define CONVERT_ITEM(to, from, value)                                          \
  from x;                                                                      \
  memcpy(&x, in + i * sizeof x, sizeof x);                                     \
  to y = (to)(value);                                                          \
  memcpy(out + i * sizeof y, &y, sizeof y);

#define CONVERTER(name, to, from, value)                                       \
  MV_VECTOR(void, name,                                                        \
            (unsigned char *restrict out, const unsigned char *restrict in,    \
             size_t n),                                                        \
            (out, in, n)) {                                                    \
    for (; n >= RUN; n -= RUN) {                                               \
      for (size_t i = 0; i < RUN; i++) {                                       \
        CONVERT_ITEM(to, from, value)                                          \
      }                                                                        \
      out += RUN * sizeof(to);                                                 \
      in += RUN * sizeof(from);                                                \
    }                                                                          \
    for (size_t i = 0; i < n; i++) {                                           \
      CONVERT_ITEM(to, from, value)                                            \
    }                                                                          \
  }

/* Integers, and the width that they are truncated or extended to. */
#define TRUNCATIONS(X)                                                         \
  X(u16, uint16_t, 8)                                                          \
  X(u32, uint32_t, 8)                                                          \
  X(u32, uint32_t, 16)                                                         \
  X(u64, uint64_t, 8) X(u64, uint64_t, 16) X(u64, uint64_t, 32)
#define EXTENSIONS(X)                                                          \
  X(u8, uint8_t, 16)                                                           \
  X(u8, uint8_t, 32)                                                           \
  X(u8, uint8_t, 64)                                                           \
  X(i8, int8_t, 16)                                                            \
  X(i8, int8_t, 32)                                                            \
  X(i8, int8_t, 64)                                                            \
  X(u16, uint16_t, 32)                                                         \
  X(u16, uint16_t, 64)                                                         \
  X(i16, int16_t, 32)                                                          \
  X(i16, int16_t, 64) X(u32, uint32_t, 64) X(i32, int32_t, 64)
#define X(from, type, bits) CONVERTER(from##_to_##bits, uint##bits##_t, type, x)
TRUNCATIONS(X)
EXTENSIONS(X)
#undef X

/* Integers to half floats. */
CONVERTER(u8_to_f16, uint16_t, uint8_t, f16_from_f32((float)x))
CONVERTER(i8_to_f16, uint16_t, int8_t, f16_from_f32((float)x))
CONVERTER(u16_to_f16, uint16_t, uint16_t, f16_from_f32((float)x))
CONVERTER(i16_to_f16, uint16_t, int16_t, f16_from_f32((float)x))
CONVERTER(u32_to_f16, uint16_t, uint32_t, f16_from_f32(f32_from_u32(x)))
CONVERTER(i32_to_f16, uint16_t, int32_t, f16_from_f32((float)x))
CONVERTER(u64_to_f16, uint16_t, uint64_t, f16_from_f32(f32_from_u64(x)))
CONVERTER(i64_to_f16, uint16_t, int64_t, f16_from_f32(f32_from_i64(x)))

/* Integers to floats and doubles, except those of WIDER. */
CONVERTER(u16_to_f32, float, uint16_t, (float)x)
CONVERTER(i16_to_f32, float, int16_t, (float)x)
CONVERTER(u32_to_f32, float, uint32_t, f32_from_u32(x))
CONVERTER(i32_to_f32, float, int32_t, (float)x)
CONVERTER(u64_to_f32, float, uint64_t, f32_from_u64(x))
CONVERTER(i64_to_f32, float, int64_t, f32_from_i64(x))
CONVERTER(u32_to_f64, double, uint32_t, f64_from_u32(x))
CONVERTER(u64_to_f64, double, uint64_t, f64_from_u64(x))
CONVERTER(i64_to_f64, double, int64_t, f64_from_i64(x))

/*
** WIDER(from, to, from_type, to_type) defines a converter to wider items.
** Compilers widen whole vectors in several steps that move halves, which takes
** longer than the access to memory. AVX2 has instructions that widen the items
** of one result vector.
*/
#if defined(MV_HAS_AVX2)
MV_AVX2 MV_INLINE __m128i load4(const unsigned char *p) {
  int32_t bytes;
  memcpy(&bytes, p, sizeof bytes);
  return _mm_cvtsi32_si128(bytes);
}

MV_AVX2 MV_INLINE __m128i load8(const unsigned char *p) {
  return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

MV_AVX2 MV_INLINE __m128i load16(const unsigned char *p) {
  return _mm_loadu_si128((const __m128i *)(const void *)p);
}

#define WIDE_u8_f32(p) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load8(p)))
#define WIDE_i8_f32(p) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load8(p)))
#define WIDE_u8_f64(p) _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(load4(p)))
#define WIDE_i8_f64(p) _mm256_cvtepi32_pd(_mm_cvtepi8_epi32(load4(p)))
#define WIDE_u16_f64(p) _mm256_cvtepi32_pd(_mm_cvtepu16_epi32(load8(p)))
#define WIDE_i16_f64(p) _mm256_cvtepi32_pd(_mm_cvtepi16_epi32(load8(p)))
#define WIDE_i32_f64(p) _mm256_cvtepi32_pd(load16(p))
#define WIDE_f32_f64(p) _mm256_cvtps_pd(_mm_castsi128_ps(load16(p)))

#define STORE_f32(p, x) _mm256_storeu_ps((float *)(void *)(p), x)
#define STORE_f64(p, x) _mm256_storeu_pd((double *)(void *)(p), x)

#define WIDER(from, to, from_type, to_type)                                    \
  CONVERTER(from##_to_##to##_any, to_type, from_type, (to_type)x)              \
  MV_AVX2 static size_t from##_to_##to##_vectors(                              \
      unsigned char *restrict out, const unsigned char *restrict in,           \
      size_t n) {                                                              \
    const size_t some = 32 / sizeof(to_type);                                  \
    size_t i = 0;                                                              \
    for (; i + some <= n; i += some)                                           \
      STORE_##to(out + i * sizeof(to_type),                                    \
                 WIDE_##from##_##to(in + i * sizeof(from_type)));              \
    return i;                                                                  \
  }                                                                            \
  static void from##_to_##to(unsigned char *restrict out,                      \
                             const unsigned char *restrict in, size_t n) {     \
    size_t i = mv_avx2() ? from##_to_##to##_vectors(out, in, n) : 0;           \
    from##_to_##to##_any(out + i * sizeof(to_type),                            \
                         in + i * sizeof(from_type), n - i);                   \
  }
#else
#define WIDER(from, to, from_type, to_type)                                    \
  CONVERTER(from##_to_##to, to_type, from_type, (to_type)x)
#endif

WIDER(u8, f32, uint8_t, float)
WIDER(i8, f32, int8_t, float)
WIDER(u8, f64, uint8_t, double)
WIDER(i8, f64, int8_t, double)
WIDER(u16, f64, uint16_t, double)
WIDER(i16, f64, int16_t, double)
WIDER(i32, f64, int32_t, double)
WIDER(f32, f64, float, double)

/* Floats to integers, and to other floats. */
CONVERTER(f16_to_8, uint8_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_16, uint16_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_32, uint32_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_64, int64_t, uint16_t,
          (int32_t)mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_f32, float, uint16_t, f32_from_f16(x))
CONVERTER(f16_to_f64, double, uint16_t, f64_from_f16(x))
CONVERTER(f32_to_8, uint8_t, float, mv_f32_integer(x))
CONVERTER(f32_to_16, uint16_t, float, mv_f32_integer(x))
CONVERTER(f32_to_32, uint32_t, float, mv_f64_integer((double)x))
CONVERTER(f32_to_i64, int64_t, float, i64_from_f64((double)x))
CONVERTER(f32_to_u64, uint64_t, float, u64_from_f64((double)x))
CONVERTER(f32_to_f16, uint16_t, float, f16_from_f32(x))
CONVERTER(f64_to_8, uint8_t, double, mv_f64_integer(x))
CONVERTER(f64_to_16, uint16_t, double, mv_f64_integer(x))
CONVERTER(f64_to_32, uint32_t, double, mv_f64_integer(x))
CONVERTER(f64_to_i64, int64_t, double, i64_from_f64(x))
CONVERTER(f64_to_u64, uint64_t, double, u64_from_f64(x))
CONVERTER(f64_to_f16, uint16_t, double, f16_from_f64(x))
CONVERTER(f64_to_f32, float, double, (float)x)

#define COPY(bits)                                                             \
  static void copy_##bits(unsigned char *restrict out,                         \
                          const unsigned char *restrict in, size_t n) {        \
    memcpy(out, in, n *(bits / 8));                                            \
  }
COPY(8)
COPY(16)
COPY(32)
COPY(64)

/* Indexed by mv_kind: U8 I8 U16 I16 U32 I32 U64 I64 F32 F64 F16. */
#define KINDS (MV_F16 + 1)

#define ROW(to8, to16, to32, tou64, toi64, tof32, tof64, tof16)                \
  { to8, to8, to16, to16, to32, to32, tou64, toi64, tof32, tof64, tof16 }

#define INTEGER_ROW(from, to8, to16, to32, to64)                               \
  ROW(to8, to16, to32, to64, to64, from##_to_f32, from##_to_f64, from##_to_f16)

static mv_converter *const converters[KINDS][KINDS] = {
    /* [from][to] */
    [MV_U8] = INTEGER_ROW(u8, copy_8, u8_to_16, u8_to_32, u8_to_64),
    [MV_I8] = INTEGER_ROW(i8, copy_8, i8_to_16, i8_to_32, i8_to_64),
    [MV_U16] = INTEGER_ROW(u16, u16_to_8, copy_16, u16_to_32, u16_to_64),
    [MV_I16] = INTEGER_ROW(i16, u16_to_8, copy_16, i16_to_32, i16_to_64),
    [MV_U32] = INTEGER_ROW(u32, u32_to_8, u32_to_16, copy_32, u32_to_64),
    [MV_I32] = INTEGER_ROW(i32, u32_to_8, u32_to_16, copy_32, i32_to_64),
    [MV_U64] = INTEGER_ROW(u64, u64_to_8, u64_to_16, u64_to_32, copy_64),
    [MV_I64] = INTEGER_ROW(i64, u64_to_8, u64_to_16, u64_to_32, copy_64),
    [MV_F16] = ROW(f16_to_8, f16_to_16, f16_to_32, f16_to_64, f16_to_64,
                   f16_to_f32, f16_to_f64, copy_16),
    [MV_F32] = ROW(f32_to_8, f32_to_16, f32_to_32, f32_to_u64, f32_to_i64,
                   copy_32, f32_to_f64, f32_to_f16),
    [MV_F64] = ROW(f64_to_8, f64_to_16, f64_to_32, f64_to_u64, f64_to_i64,
                   f64_to_f32, copy_64, f64_to_f16),
};

/* ---- testers -------------------------------------------------------------*/

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
} kind_testers[KINDS] = {
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

mv_converter *mv_converter_find(mv_kind to, mv_kind from) {
  bool floats = to >= MV_F32 || from >= MV_F32;
  if (to >= KINDS || from >= KINDS || (floats && FLT_EVAL_METHOD != 0))
    return NULL;
  return converters[from][to];
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
