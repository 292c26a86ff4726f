/*
** hash.c - a hash of bytes
** Every 8 bytes, as a word, are mixed into one of four lanes by a step that is
** invertible (xor, multiply by an odd number, rotate): two inputs that differ
** in one word never meet in its lane. Four lanes keep the multiplier busy. The
** rest, padded with zeros, and the size, which tells padding from bytes, are
** mixed in last. Not for use against somebody who chooses the bytes to collide,
** and not the same on machines of another byte order.
*/
#include "kernels.h"

#include <string.h>

#define LANES 4
#define K UINT64_C(0x9e3779b97f4a7c15) /* 2^64 by the golden ratio, odd */

static uint64_t mix(uint64_t h, uint64_t word) {
  h = (h ^ word) * K;
  return h << 29 | h >> 35;
}

/* Every bit of h reaches every bit of the result. */
static uint64_t avalanche(uint64_t h) {
  for (int i = 0; i < 3; i++)
    h = (h ^ h >> 32) * K;
  return h ^ h >> 32;
}

uint64_t mv_hash(const unsigned char *p, size_t n) {
  uint64_t lane[LANES] = {1, 2, 3, 4}, word, h = n;
  for (; n >= sizeof lane; p += sizeof lane, n -= sizeof lane)
    for (int i = 0; i < LANES; i++) {
      memcpy(&word, p + (size_t)i * sizeof word, sizeof word);
      lane[i] = mix(lane[i], word);
    }
  for (int i = 0; i < LANES; i++)
    h = mix(h, avalanche(lane[i]));
  for (; n > 0; p += sizeof word, n -= sizeof word) {
    size_t some = n < sizeof word ? n : sizeof word;
    word = 0;
    memcpy(&word, p, some);
    h = mix(h, word);
    if (some < sizeof word)
      break;
  }
  return avalanche(h);
}
