/*
** convertone.h - converts a number of one kind to another kind
** Without branches, so that compilers vectorise loops of these functions. They
** give the results of mv_item_convert for all numbers that fit.
*/
#ifndef MV_CONVERTONE_H
#define MV_CONVERTONE_H

#include "floatbits.h"

/* ---- integers and floats -------------------------------------------------*/

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

/* Converts an integer as two halves, signed or not; any bits if x is out of
** range. */
MV_INLINE uint32_t u32_from_f32(float x) {
  float high = (x * 0x1p-16f + MV_ROUND32) - MV_ROUND32;
  return (mv_f32_integer(high) << 16) + mv_f32_integer(x - high * 0x1p16f);
}

MV_INLINE uint64_t u64_from_f64(double x) {
  double high = (x * 0x1p-32 + MV_ROUND64) - MV_ROUND64;
  return (mv_f64_integer(high) << 32) + mv_f64_integer(x - high * 0x1p32);
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

#endif
