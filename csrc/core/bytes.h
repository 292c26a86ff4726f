/*
** bytes.h - integers in memory, unaligned and in either byte order
** Compilers turn each of these functions into one or two instructions.
*/
#ifndef MV_BYTES_H
#define MV_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

#endif
