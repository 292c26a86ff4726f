/*
** values.h - values for core tests, and memory to put them in
*/
#ifndef VALUES_H
#define VALUES_H

#include "mv.h"

#include <stdio.h>
#include <string.h>

static inline mv_value integer(int64_t i) {
  return (mv_value){.tag = MV_VINT, .as.i = i};
}

static inline mv_value large(uint64_t u) {
  return (mv_value){.tag = MV_VUINT, .as.u = u};
}

static inline mv_value real(double f) {
  return (mv_value){.tag = MV_VFLOAT, .as.f = f};
}

static inline mv_value boolean(bool b) {
  return (mv_value){.tag = MV_VBOOL, .as.b = b};
}

static inline mv_value pair(double re, double im) {
  return (mv_value){.tag = MV_VCOMPLEX, .as.z = {re, im}};
}

static inline mv_value bytes(const char *s, size_t n) {
  mv_value value = {.tag = MV_VBYTES};
  value.as.s.p = (const unsigned char *)s;
  value.as.s.n = n;
  return value;
}

static inline mv_value string(const char *s) { return bytes(s, strlen(s)); }

/* Where the bytes of an item under test lie: unaligned, in a known pattern. */
static unsigned char room[400];
static unsigned char *const at = room + 1;

static inline void clear_room(void) { memset(room, 0xa5, sizeof room); }

static inline bool untouched(void) {
  for (size_t i = 0; i < sizeof room; i++)
    if (room[i] != 0xa5)
      return false;
  return true;
}

/* Whether memory now holds the bytes, and nothing around them changed. */
static inline bool holds(const char *hex) {
  size_t n = strlen(hex) / 2;
  for (size_t i = 0; i < n; i++) {
    unsigned byte;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1 || at[i] != byte)
      return false;
  }
  return room[0] == 0xa5 && at[n] == 0xa5;
}

#endif
