/*
** floatbits.h - floats seen as integers
** A double x is converted to an integer by adding the constant 1.5 * 2^52 (a
** float: 1.5 * 2^23). Doubles of that size have a distance of 1, so the
** addition rounds x to an integer, and the bits of the sum minus the bits of
** the constant are that integer. If the sum minus the constant is x again, x
** was an integer. If x is too large, the result is far outside of the range
** that callers accept.
**
** No floats are compared: a comparison can trap, so compilers do not vectorise
** it. Each sum must be rounded to its own type. Machines that compute in wider
** registers (FLT_EVAL_METHOD other than 0) do not do so and cannot use this.
*/
#ifndef MV_FLOATBITS_H
#define MV_FLOATBITS_H

#include "simd.h"

#include <string.h>

#define BITCASTS(name, type, bits)                                             \
  MV_INLINE bits mv_##name##_bits(type x) {                                    \
    bits b;                                                                    \
    memcpy(&b, &x, sizeof b);                                                  \
    return b;                                                                  \
  }                                                                            \
  MV_INLINE type mv_##name##_of(bits b) {                                      \
    type x;                                                                    \
    memcpy(&x, &b, sizeof x);                                                  \
    return x;                                                                  \
  }

BITCASTS(f32, float, uint32_t)
BITCASTS(f64, double, uint64_t)

#undef BITCASTS

#define MV_ROUND32 0x1.8p23f
#define MV_ROUND32_BITS UINT32_C(0x4b400000)
#define MV_ROUND64 0x1.8p52
#define MV_ROUND64_BITS UINT64_C(0x4338000000000000)

/*
** The integer value of x, for magnitudes up to 2^22 (float) and 2^51 (double).
*/
MV_INLINE uint32_t mv_f32_integer(float x) {
  return mv_f32_bits(x + MV_ROUND32) - MV_ROUND32_BITS;
}

MV_INLINE uint64_t mv_f64_integer(double x) {
  return mv_f64_bits(x + MV_ROUND64) - MV_ROUND64_BITS;
}

/* 0 if x is an integer; for -0.0 the sign bit. */
MV_INLINE uint32_t mv_f32_fraction(float x) {
  float sum = x + MV_ROUND32;
  return mv_f32_bits(sum - MV_ROUND32) ^ mv_f32_bits(x);
}

MV_INLINE uint64_t mv_f64_fraction(double x) {
  double sum = x + MV_ROUND64;
  return mv_f64_bits(sum - MV_ROUND64) ^ mv_f64_bits(x);
}

#endif
