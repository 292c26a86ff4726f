/*
** extreme.c - the minimum or maximum of all numbers of a layout
*/
#include "feed.h"
#include "kernels.h"
#include "simd.h"

#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

/*
** Writes the minimum (maximum) of n > 0 numbers to best; returns whether one of
** the numbers is a NaN. Runs are long because the end of each run combines the
** lanes of a vector.
*/
typedef bool chooser(const unsigned char *restrict p, size_t n,
                     unsigned char *restrict best);

#define LONG_RUN 1024
#define SHORT_RUN 64

#define CHOOSE_ITEMS(count, type, bits, better, unordered)                     \
  for (size_t i = 0; i < (count); i++) {                                       \
    type x;                                                                    \
    memcpy(&x, p + i * sizeof x, sizeof x);                                    \
    m = better ? x : m;                                                        \
    nan |= (bits)(unordered);                                                  \
  }                                                                            \
  n -= (count);                                                                \
  p += (count) * sizeof(type)

#define CHOOSE(name, type, bits, better, unordered)                            \
  MV_VECTOR(bool, name,                                                        \
            (const unsigned char *restrict p, size_t n,                        \
             unsigned char *restrict best),                                    \
            (p, n, best)) {                                                    \
    type m;                                                                    \
    bits nan = 0;                                                              \
    memcpy(&m, p, sizeof m);                                                   \
    while (n >= LONG_RUN) {                                                    \
      MV_UNROLL                                                                \
      CHOOSE_ITEMS(LONG_RUN, type, bits, better, unordered);                   \
    }                                                                          \
    while (n >= SHORT_RUN) {                                                   \
      CHOOSE_ITEMS(SHORT_RUN, type, bits, better, unordered);                  \
    }                                                                          \
    CHOOSE_ITEMS(n, type, bits, better, unordered);                            \
    memcpy(best, &m, sizeof m);                                                \
    return nan != 0;                                                           \
  }

static bool any_bit(const unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] != 0)
      return true;
  return false;
}

/*
** Floats: the mask of a vector comparison selects numbers; the compiler uses
** the target's instructions. Four independent vectors, so that an operation
** need not wait for the result of the one before.
*/
#if defined(__GNUC__)
#define CHOOSE_STEP(m)                                                         \
  memcpy(&x, p, sizeof x);                                                     \
  p += sizeof x;                                                               \
  m = (v)((w)m ^ (((w)m ^ (w)x) & (w)(x CHOOSE_BETTER m)));                    \
  nan |= (w)(x != x);

#define CHOOSE_FLOATS(name, type, bits)                                        \
  CHOOSE(name##_few, type, bits, x CHOOSE_BETTER m, x == x ? 0 : 1)            \
  static bool name##_many(const unsigned char *restrict p, size_t n,           \
                          unsigned char *restrict best) {                      \
    typedef type v __attribute__((vector_size(16)));                           \
    typedef bits w __attribute__((vector_size(16)));                           \
    const size_t four = 4 * sizeof(v) / sizeof(type);                          \
    v a, b, c, d, x, last[4];                                                  \
    w nan = {0};                                                               \
    if (n < four)                                                              \
      return name##_few(p, n, best);                                           \
    memcpy(&a, p, sizeof a);                                                   \
    b = c = d = a;                                                             \
    for (; n >= four; n -= four) {                                             \
      CHOOSE_STEP(a)                                                           \
      CHOOSE_STEP(b)                                                           \
      CHOOSE_STEP(c)                                                           \
      CHOOSE_STEP(d)                                                           \
    }                                                                          \
    p -= (four - n) * sizeof(type); /* the rest, and some again */             \
    CHOOSE_STEP(a)                                                             \
    CHOOSE_STEP(b)                                                             \
    CHOOSE_STEP(c)                                                             \
    CHOOSE_STEP(d)                                                             \
    last[0] = a, last[1] = b, last[2] = c, last[3] = d;                        \
    return name##_few((const unsigned char *)last, four, best) ||              \
           any_bit((const unsigned char *)&nan, sizeof nan);                   \
  }

#else
#define CHOOSE_FLOATS(name, type, bits)                                        \
  CHOOSE(name##_many, type, bits, x CHOOSE_BETTER m, x == x ? 0 : 1)
#endif

#define CHOOSE_BETTER <
CHOOSE_FLOATS(least_f32, float, uint32_t)
CHOOSE_FLOATS(least_f64, double, uint64_t)
#undef CHOOSE_BETTER
#define CHOOSE_BETTER >
CHOOSE_FLOATS(greatest_f32, float, uint32_t)
CHOOSE_FLOATS(greatest_f64, double, uint64_t)
#undef CHOOSE_BETTER

/*
** AVX2 has instructions for minimum and maximum; if an operand is a NaN, the
** result is the second operand. plain: the function without AVX2.
*/
#if defined(MV_HAS_AVX2)
#define CHOOSE_AVX2(name, plain, type, v, op, load, store, either, unordered)  \
  MV_AVX2 static bool name##_avx2(const unsigned char *restrict p, size_t n,   \
                                  unsigned char *restrict best) {              \
    const size_t step = sizeof(v) / sizeof(type), four = 4 * step;             \
    type last[4 * sizeof(v) / sizeof(type)];                                   \
    const type *x = (const type *)(const void *)p;                             \
    v a = load(x), b = a, c = a, d = a, nan = unordered(a, a);                 \
    const size_t end = n - four; /* the last four may be there again */        \
    for (size_t i = 0;; i = i + four < end ? i + four : end) {                 \
      v e = load(x + i), f = load(x + i + step);                               \
      v g = load(x + i + 2 * step), h = load(x + i + 3 * step);                \
      a = op(e, a);                                                            \
      b = op(f, b);                                                            \
      c = op(g, c);                                                            \
      d = op(h, d);                                                            \
      nan = either(nan, either(unordered(e, f), unordered(g, h)));             \
      if (i == end)                                                            \
        break;                                                                 \
    }                                                                          \
    store(last, a);                                                            \
    store(last + step, b);                                                     \
    store(last + 2 * step, c);                                                 \
    store(last + 3 * step, d);                                                 \
    return name##_few((const unsigned char *)last, four, best) ||              \
           any_bit((const unsigned char *)&nan, sizeof nan);                   \
  }                                                                            \
  static bool name(const unsigned char *restrict p, size_t n,                  \
                   unsigned char *restrict best) {                             \
    return mv_avx2() && n >= 4 * sizeof(v) / sizeof(type)                      \
               ? name##_avx2(p, n, best)                                       \
               : plain(p, n, best);                                            \
  }

#define UNORDERED_PS(x, y) _mm256_cmp_ps(x, y, _CMP_UNORD_Q)
#define UNORDERED_PD(x, y) _mm256_cmp_pd(x, y, _CMP_UNORD_Q)
#define CHOOSE_PS(name, op)                                                    \
  CHOOSE_AVX2(name, name##_many, float, __m256, op, _mm256_loadu_ps,           \
              _mm256_storeu_ps, _mm256_or_ps, UNORDERED_PS)
#define CHOOSE_PD(name, op)                                                    \
  CHOOSE_AVX2(name, name##_many, double, __m256d, op, _mm256_loadu_pd,         \
              _mm256_storeu_pd, _mm256_or_pd, UNORDERED_PD)

#define LOAD_SI(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE_SI(p, x) _mm256_storeu_si256((__m256i *)(void *)(p), x)
#define NOT_UNORDERED(x, y) _mm256_setzero_si256()
/* There are no such instructions for integers of 64 bits, and only signed ones
** are compared. */
#define SELECT_64(x, m, is_better) _mm256_blendv_epi8(m, x, is_better)
#define SIGNED(x) _mm256_xor_si256(x, _mm256_set1_epi64x(INT64_MIN))
#define MIN_I64(x, m) SELECT_64(x, m, _mm256_cmpgt_epi64(m, x))
#define MAX_I64(x, m) SELECT_64(x, m, _mm256_cmpgt_epi64(x, m))
#define MIN_U64(x, m) SELECT_64(x, m, _mm256_cmpgt_epi64(SIGNED(m), SIGNED(x)))
#define MAX_U64(x, m) SELECT_64(x, m, _mm256_cmpgt_epi64(SIGNED(x), SIGNED(m)))
#define CHOOSE_SI(name, type, op)                                              \
  CHOOSE_AVX2(name, name##_few, type, __m256i, op, LOAD_SI, STORE_SI,          \
              _mm256_or_si256, NOT_UNORDERED)
#else
#define CHOOSE_PLAIN(name, plain)                                              \
  static bool name(const unsigned char *restrict p, size_t n,                  \
                   unsigned char *restrict best) {                             \
    return plain(p, n, best);                                                  \
  }
#define CHOOSE_PS(name, op) CHOOSE_PLAIN(name, name##_many)
#define CHOOSE_PD(name, op) CHOOSE_PLAIN(name, name##_many)
#define CHOOSE_SI(name, type, op) CHOOSE_PLAIN(name, name##_few)
#endif

CHOOSE_PS(least_f32, _mm256_min_ps)
CHOOSE_PS(greatest_f32, _mm256_max_ps)
CHOOSE_PD(least_f64, _mm256_min_pd)
CHOOSE_PD(greatest_f64, _mm256_max_pd)

/* Integers. Without AVX2, one function is for few numbers and for many. */
#define CHOOSE_INTEGERS(name, type, better, op)                                \
  CHOOSE(name##_few, type, type, better, 0)                                    \
  CHOOSE_SI(name, type, op)

CHOOSE_INTEGERS(least_u8, uint8_t, x < m, _mm256_min_epu8)
CHOOSE_INTEGERS(greatest_u8, uint8_t, x > m, _mm256_max_epu8)
CHOOSE_INTEGERS(least_i8, int8_t, x < m, _mm256_min_epi8)
CHOOSE_INTEGERS(greatest_i8, int8_t, x > m, _mm256_max_epi8)
CHOOSE_INTEGERS(least_u16, uint16_t, x < m, _mm256_min_epu16)
CHOOSE_INTEGERS(greatest_u16, uint16_t, x > m, _mm256_max_epu16)
CHOOSE_INTEGERS(least_i16, int16_t, x < m, _mm256_min_epi16)
CHOOSE_INTEGERS(greatest_i16, int16_t, x > m, _mm256_max_epi16)
CHOOSE_INTEGERS(least_u32, uint32_t, x < m, _mm256_min_epu32)
CHOOSE_INTEGERS(greatest_u32, uint32_t, x > m, _mm256_max_epu32)
CHOOSE_INTEGERS(least_i32, int32_t, x < m, _mm256_min_epi32)
CHOOSE_INTEGERS(greatest_i32, int32_t, x > m, _mm256_max_epi32)
CHOOSE_INTEGERS(least_u64, uint64_t, x < m, MIN_U64)
CHOOSE_INTEGERS(greatest_u64, uint64_t, x > m, MAX_U64)
CHOOSE_INTEGERS(least_i64, int64_t, x < m, MIN_I64)
CHOOSE_INTEGERS(greatest_i64, int64_t, x > m, MAX_I64)

static chooser *const choosers[][2] = {
    [MV_U8] = {least_u8, greatest_u8},    [MV_I8] = {least_i8, greatest_i8},
    [MV_U16] = {least_u16, greatest_u16}, [MV_I16] = {least_i16, greatest_i16},
    [MV_U32] = {least_u32, greatest_u32}, [MV_I32] = {least_i32, greatest_i32},
    [MV_U64] = {least_u64, greatest_u64}, [MV_I64] = {least_i64, greatest_i64},
    [MV_F32] = {least_f32, greatest_f32}, [MV_F64] = {least_f64, greatest_f64},
};

/* The best number so far, and the piece in which it was found. */
typedef struct found {
  unsigned char best[sizeof(uint64_t)];
  bool greatest, any, nan;
  ptrdiff_t number; /* of the piece's first item */
  size_t n;
  const unsigned char *p; /* NULL: it was not in place; `at` is its index */
  size_t at;
} found;

/* Whether x is equal to the best number, or both are NaNs. Zeros of both signs
** are equal. */
static bool is_best(const mv_feed *f, const found *best,
                    const unsigned char *x) {
  const mv_item item = {f->size, NULL, f->kind, false};
  if (best->nan)
    return !mv_item_equal(&item, x, &item, x);
  return memcmp(x, best->best, f->size) == 0 ||
         mv_item_equal(&item, x, &item, best->best);
}

/* The index of the first run of that length, from index i on, with the best
** number; otherwise of the last run. */
static size_t skip_runs(const mv_feed *f, const found *best,
                        const unsigned char *p, size_t n, size_t i,
                        size_t run) {
  for (; n - i > run; i += run) {
    unsigned char here[sizeof(uint64_t)];
    bool nan = choosers[f->kind][best->greatest](p + i * f->size, run, here);
    if (nan || (!best->nan && is_best(f, best, here)))
      break;
  }
  return i;
}

/* The index of the best number among n; 0 if it is gone, as shared memory may
** change meanwhile. */
static size_t locate(const mv_feed *f, const found *best,
                     const unsigned char *p, size_t n) {
  size_t i = skip_runs(f, best, p, n, 0, LONG_RUN);
  for (i = skip_runs(f, best, p, n, i, SHORT_RUN); i < n; i++)
    if (is_best(f, best, p + i * f->size))
      return i;
  return 0;
}

/* Whether the number at p is better than the best one so far. */
static bool is_better(const mv_feed *f, const unsigned char *p,
                      const found *best) {
  unsigned char both[2 * sizeof(uint64_t)], winner[sizeof(uint64_t)];
  if (!best->any)
    return true;
  memcpy(both, best->best, f->size);
  memcpy(both + f->size, p, f->size);
  choosers[f->kind][best->greatest](both, 2, winner);
  return memcmp(winner, best->best, f->size) != 0;
}

ptrdiff_t mv_extreme(const unsigned char *a, const mv_layout *lay,
                     const mv_item *item, bool greatest) {
  mv_feed f;
  found best = {.greatest = greatest};
  mv_feed_start(&f, MV_CORDER, a, lay, item);
  while (!best.nan && mv_feed_next(&f)) {
    unsigned char here[sizeof(uint64_t)];
    bool nan = choosers[f.kind][greatest](f.p, f.n, here);
    if (!nan && !is_better(&f, here, &best))
      continue;
    memcpy(best.best, here, f.size);
    best.any = true;
    best.nan = nan;
    best.number = f.number;
    best.n = f.n;
    best.p = f.in_place ? f.p : NULL;
    if (!f.in_place)
      best.at = locate(&f, &best, f.p, f.n);
  }
  if (!best.any)
    return -1;
  if (best.p != NULL)
    best.at = locate(&f, &best, best.p, best.n);
  return best.number + (ptrdiff_t)best.at;
}
