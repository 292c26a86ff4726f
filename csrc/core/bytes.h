/*
** bytes.h - numbers in memory, unaligned and in either byte order
** Compilers turn each of these functions into one or two instructions.
*/
#ifndef MV_BYTES_H
#define MV_BYTES_H

#include "format.h"

#include <string.h>

/* Whether that byte order is not the machine's. */
static inline bool mv_swaps(bool big) { return big != MV_BIGENDIAN; }

static inline uint16_t mv_swap16(uint16_t v) {
  return (uint16_t)(v >> 8 | v << 8);
}

static inline uint32_t mv_swap32(uint32_t v) {
  return (uint32_t)mv_swap16((uint16_t)v) << 16 |
         mv_swap16((uint16_t)(v >> 16));
}

static inline uint64_t mv_swap64(uint64_t v) {
  return (uint64_t)mv_swap32((uint32_t)v) << 32 |
         mv_swap32((uint32_t)(v >> 32));
}

#define MV_ACCESS(bits)                                                        \
  static inline uint##bits##_t mv_get##bits(const unsigned char *p,            \
                                            bool swap) {                       \
    uint##bits##_t v;                                                          \
    memcpy(&v, p, sizeof v);                                                   \
    return swap ? mv_swap##bits(v) : v;                                        \
  }                                                                            \
  static inline void mv_put##bits(unsigned char *p, bool swap,                 \
                                  uint##bits##_t v) {                          \
    v = swap ? mv_swap##bits(v) : v;                                           \
    memcpy(p, &v, sizeof v);                                                   \
  }

MV_ACCESS(16)
MV_ACCESS(32)
MV_ACCESS(64)

static inline uint32_t mv_get24(const unsigned char *p, bool swap) {
  bool big = swap != MV_BIGENDIAN;
  return (uint32_t)p[big ? 0 : 2] << 16 | (uint32_t)p[1] << 8 | p[big ? 2 : 0];
}

static inline void mv_put24(unsigned char *p, bool swap, uint32_t v) {
  bool big = swap != MV_BIGENDIAN;
  p[big ? 0 : 2] = (unsigned char)(v >> 16);
  p[1] = (unsigned char)(v >> 8);
  p[big ? 2 : 0] = (unsigned char)v;
}

#define MV_FLOAT_ACCESS(type, bits)                                            \
  static inline type mv_getf##bits(const unsigned char *p, bool swap) {        \
    uint##bits##_t v = mv_get##bits(p, swap);                                  \
    type x;                                                                    \
    memcpy(&x, &v, sizeof x);                                                  \
    return x;                                                                  \
  }                                                                            \
  static inline void mv_putf##bits(unsigned char *p, bool swap, type x) {      \
    uint##bits##_t v;                                                          \
    memcpy(&v, &x, sizeof v);                                                  \
    mv_put##bits(p, swap, v);                                                  \
  }

MV_FLOAT_ACCESS(float, 32)
MV_FLOAT_ACCESS(double, 64)

#endif
