/*
** hash.c - a hash of bytes: XXH64 of Yann Collet, by its specification
** Each stripe of 32 bytes is mixed into four lanes, 8 bytes into each, by
** invertible steps. Then the lanes, the size and the remaining bytes are mixed
** into one number. Words are read in little-endian order, so the hash is the
** same on all machines. The seed defeats prepared collisions; the hash is not a
** cryptographic one.
*/
#include "kernels.h"
#include "simd.h"

#define PRIME1 UINT64_C(0x9e3779b185ebca87)
#define PRIME2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define PRIME3 UINT64_C(0x165667b19e3779f9)
#define PRIME4 UINT64_C(0x85ebca77c2b2ae63)
#define PRIME5 UINT64_C(0x27d4eb2f165667c5)

MV_INLINE uint64_t rotate(uint64_t x, int n) { return x << n | x >> (64 - n); }

MV_INLINE uint64_t read32(const unsigned char *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
         (uint32_t)p[3] << 24;
}

/* Compilers turn this into one load. */
MV_INLINE uint64_t read64(const unsigned char *p) {
  return read32(p) | read32(p + 4) << 32;
}

MV_INLINE uint64_t mix_word(uint64_t lane, uint64_t word) {
  return rotate(lane + word * PRIME2, 31) * PRIME1;
}

MV_INLINE uint64_t merge(uint64_t h, uint64_t lane) {
  return (h ^ mix_word(0, lane)) * PRIME1 + PRIME4;
}

void mv_hash_start(mv_hasher *hasher, uint64_t seed) {
  hasher->seed = seed;
  hasher->lanes[0] = seed + PRIME1 + PRIME2;
  hasher->lanes[1] = seed + PRIME2;
  hasher->lanes[2] = seed;
  hasher->lanes[3] = seed - PRIME1;
}

void mv_hash_stripes(mv_hasher *hasher, const unsigned char *p, size_t n) {
  uint64_t a = hasher->lanes[0], b = hasher->lanes[1];
  uint64_t c = hasher->lanes[2], d = hasher->lanes[3];
  for (; n > 0; p += MV_STRIPE, n -= MV_STRIPE) {
    a = mix_word(a, read64(p));
    b = mix_word(b, read64(p + 8));
    c = mix_word(c, read64(p + 16));
    d = mix_word(d, read64(p + 24));
  }
  hasher->lanes[0] = a;
  hasher->lanes[1] = b;
  hasher->lanes[2] = c;
  hasher->lanes[3] = d;
}

/* Combines the lanes into one number. */
static uint64_t merge_lanes(const uint64_t *lanes) {
  uint64_t h = rotate(lanes[0], 1) + rotate(lanes[1], 7) +
               rotate(lanes[2], 12) + rotate(lanes[3], 18);
  for (int k = 0; k < 4; k++)
    h = merge(h, lanes[k]);
  return h;
}

/* Mixes less than a stripe. */
static uint64_t mix_rest(uint64_t h, const unsigned char *p, size_t n) {
  for (; n >= 8; p += 8, n -= 8)
    h = rotate(h ^ mix_word(0, read64(p)), 27) * PRIME1 + PRIME4;
  if (n >= 4) {
    h = rotate(h ^ (read32(p) * PRIME1), 23) * PRIME2 + PRIME3;
    p += 4;
    n -= 4;
  }
  for (; n > 0; p++, n--)
    h = rotate(h ^ (*p * PRIME5), 11) * PRIME1;
  return h;
}

/* Every bit of h reaches every bit of the result. */
static uint64_t avalanche(uint64_t h) {
  h = (h ^ h >> 33) * PRIME2;
  h = (h ^ h >> 29) * PRIME3;
  return h ^ h >> 32;
}

uint64_t mv_hash_end(const mv_hasher *hasher, const unsigned char *rest,
                     size_t n) {
  uint64_t h =
      n >= MV_STRIPE ? merge_lanes(hasher->lanes) : hasher->seed + PRIME5;
  return avalanche(mix_rest(h + n, rest, n % MV_STRIPE));
}

uint64_t mv_hash(const unsigned char *p, size_t n, uint64_t seed) {
  size_t whole = n - n % MV_STRIPE;
  mv_hasher hasher;
  mv_hash_start(&hasher, seed);
  mv_hash_stripes(&hasher, p, whole);
  return mv_hash_end(&hasher, p + whole, n);
}
