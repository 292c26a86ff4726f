/*
** half.h - IEEE 754 half floats, by integer arithmetic on the bits of a double
** So conversions are exact, or rounded once, and the same on every machine.
*/
#ifndef MV_HALF_H
#define MV_HALF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline double mv_from_half(uint16_t h) {
  uint64_t sign = (uint64_t)(h >> 15) << 63, fraction = h & 0x3ffu, bits;
  uint64_t exponent = h >> 10 & 0x1fu;
  double x;
  if (exponent == 0) { /* zero or subnormal: a multiple of 2^-24 */
    x = (double)fraction * 0x1p-24;
    memcpy(&bits, &x, sizeof bits);
    bits |= sign;
  } else {
    exponent = exponent == 0x1f ? 0x7ff : exponent - 15 + 1023;
    bits = sign | exponent << 52 | fraction << 42;
  }
  memcpy(&x, &bits, sizeof x);
  return x;
}

/*
** Rounds to nearest, ties to even. False: x is finite and too large. The
** payload of a NaN keeps its upper bits.
*/
static inline bool mv_to_half(double x, uint16_t *h) {
  uint64_t bits, fraction, result;
  memcpy(&bits, &x, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 48 & 0x8000u);
  int exponent = (int)(bits >> 52 & 0x7ffu) - 1023;
  fraction = bits & 0xfffffffffffffu;
  if (exponent == 1024) {
    result = 0x7c00u | fraction >> 42;
    if (fraction != 0 && result == 0x7c00u)
      result = 0x7e00u;
  } else if (exponent > 15) {
    return false;
  } else if (exponent < -25) {
    result = 0;
  } else {
    /* below 2^-14 fewer bits are left */
    int shift = exponent < -14 ? 28 - exponent : 42;
    uint64_t whole = fraction | UINT64_C(1) << 52;
    uint64_t rest = whole & ((UINT64_C(1) << shift) - 1);
    uint64_t tie = UINT64_C(1) << (shift - 1);
    result = whole >> shift;
    if (exponent >= -14) /* whose lowest bit is the top one of whole */
      result += (uint64_t)(exponent + 14) << 10;
    result += rest > tie || (rest == tie && (result & 1) != 0);
    if (result == 0x7c00u)
      return false;
  }
  *h = (uint16_t)(sign | result);
  return true;
}

#endif
