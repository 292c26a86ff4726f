/*
** bytefilter.c - finds places where several bytes of a needle agree
** Vectors compare each byte of the filter, at its offset, with the bytes of 64
** starts. A scanner is compiled for each number of bytes, from one body for the
** vectors of any machine and from one for AVX2. NO_VECTORS selects plain loops.
*/
#include "bytefilter.h"

#include "simd.h"

#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

#if defined(__GNUC__) && !defined(NO_VECTORS) &&                               \
    (defined(__SSE2__) || defined(__ARM_NEON) || defined(__VSX__))
#define HAS_VECTORS 1
#endif

#define AHEAD 16 /* blocks that are fetched ahead: a sixth faster at 16 MiB */

/*
** Defines a scanner for n bytes by the operations of a machine on 64 bytes:
** load, compare all with a byte, and, test for any, and convert to 64 bits.
*/
#define SCANNER(machine, attributes, n)                                        \
  attributes static uint64_t scan##n##_##machine(                              \
      const mv_filter *f, const unsigned char **p, size_t blocks,              \
      ptrdiff_t step) {                                                        \
    const unsigned char *q = *p;                                               \
    uint64_t found = 0;                                                        \
    for (; blocks > 0; blocks--, q += step) {                                  \
      lanes_##machine c = equal_##machine(q + f->offset[0], f->byte[0]);       \
      MV_PREFETCH_READ((uintptr_t)q + (uintptr_t)(AHEAD * step));              \
      MV_UNROLL                                                                \
      for (int k = 1; k < n; k++)                                              \
        c = both_##machine(c, equal_##machine(q + f->offset[k], f->byte[k]));  \
      if (any_##machine(c)) {                                                  \
        found = bits_##machine(c);                                             \
        break;                                                                 \
      }                                                                        \
    }                                                                          \
    *p = q;                                                                    \
    return found;                                                              \
  }

#define SCANNERS(machine, attributes)                                          \
  SCANNER(machine, attributes, 1)                                              \
  SCANNER(machine, attributes, 2)                                              \
  SCANNER(machine, attributes, 4)                                              \
  SCANNER(machine, attributes, 8)

#if defined(HAS_VECTORS)

/* Compilers turn this into the vector instructions of the machine, for example
** SSE2 or NEON. */
typedef unsigned char vector __attribute__((vector_size(16)));

typedef struct lanes_plain {
  vector part[4];
} lanes_plain;

MV_INLINE vector equal_part(const unsigned char *p, vector x) {
  vector y;
  memcpy(&y, p, sizeof y);
  return (vector)(x == y);
}

MV_INLINE lanes_plain equal_plain(const unsigned char *p, unsigned char byte) {
  vector x = byte - (vector){0};
  return (lanes_plain){{equal_part(p, x), equal_part(p + 16, x),
                        equal_part(p + 32, x), equal_part(p + 48, x)}};
}

MV_INLINE lanes_plain both_plain(lanes_plain x, lanes_plain y) {
  return (lanes_plain){{x.part[0] & y.part[0], x.part[1] & y.part[1],
                        x.part[2] & y.part[2], x.part[3] & y.part[3]}};
}

MV_INLINE bool any_plain(lanes_plain x) {
  vector all = x.part[0] | x.part[1] | x.part[2] | x.part[3];
  uint64_t words[2];
  memcpy(words, &all, sizeof words);
  return (words[0] | words[1]) != 0;
}

#else

typedef struct lanes_plain {
  unsigned char part[MV_STARTS];
} lanes_plain;

MV_INLINE lanes_plain equal_plain(const unsigned char *p, unsigned char byte) {
  lanes_plain x;
  for (int i = 0; i < MV_STARTS; i++)
    x.part[i] = p[i] == byte;
  return x;
}

MV_INLINE lanes_plain both_plain(lanes_plain x, lanes_plain y) {
  for (int i = 0; i < MV_STARTS; i++)
    x.part[i] &= y.part[i];
  return x;
}

MV_INLINE bool any_plain(lanes_plain x) {
  return memchr(x.part, 1, sizeof x.part) != NULL;
}

#endif

static uint64_t bits_plain(lanes_plain x) {
  unsigned char bytes[MV_STARTS];
  uint64_t bits = 0;
  memcpy(bytes, &x, sizeof bytes);
  for (int i = 0; i < MV_STARTS; i++)
    bits |= (uint64_t)(bytes[i] != 0) << i;
  return bits;
}

SCANNERS(plain, )

#if defined(MV_HAS_AVX2)

typedef struct lanes_avx2 {
  __m256i a, b;
} lanes_avx2;

MV_AVX2 MV_INLINE __m256i equal32(const unsigned char *p, __m256i x) {
  return _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)p),
                           x);
}

MV_AVX2 MV_INLINE lanes_avx2 equal_avx2(const unsigned char *p,
                                        unsigned char byte) {
  __m256i x = _mm256_set1_epi8((char)byte);
  return (lanes_avx2){equal32(p, x), equal32(p + 32, x)};
}

MV_AVX2 MV_INLINE lanes_avx2 both_avx2(lanes_avx2 x, lanes_avx2 y) {
  return (lanes_avx2){_mm256_and_si256(x.a, y.a), _mm256_and_si256(x.b, y.b)};
}

MV_AVX2 MV_INLINE bool any_avx2(lanes_avx2 x) {
  return _mm256_movemask_epi8(_mm256_or_si256(x.a, x.b)) != 0;
}

MV_AVX2 MV_INLINE uint64_t bits_avx2(lanes_avx2 x) {
  return (uint64_t)(unsigned)_mm256_movemask_epi8(x.a) |
         (uint64_t)(unsigned)_mm256_movemask_epi8(x.b) << 32;
}

SCANNERS(avx2, MV_AVX2)

#endif

/* The fastest scanner for n bytes on this machine: AVX2, else plain. */
#define SCANNER_FOR(n, machine)                                                \
  ((n) == 1   ? scan1_##machine                                                \
   : (n) == 2 ? scan2_##machine                                                \
   : (n) == 4 ? scan4_##machine                                                \
              : scan8_##machine)

mv_scanner *mv_scanner_for(int n) {
#if defined(MV_HAS_AVX2)
  if (mv_avx2())
    return SCANNER_FOR(n, avx2);
#endif
  return SCANNER_FOR(n, plain);
}
