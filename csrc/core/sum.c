/*
** sum.c - the sum of all numbers of a layout
** Integers are added exactly, in 128 bits. Floats are added as a tree
** (pairwise), in double precision. The order of additions does not depend on
** the machine's vectors, so the result is the same on all machines but the
** x87, which may keep more bits between additions.
*/
#include "feed.h"
#include "kernels.h"
#include "simd.h"

#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

/* ---- sums of integers ----------------------------------------------------*/

/* A number of 128 bits. */
typedef struct total {
  int64_t high;
  uint64_t low;
} total;

static void add_to_total(total *t, int64_t high, uint64_t low) {
  t->low += low;
  t->high += high + (t->low < low);
}

static void add_integer(total *t, int64_t x) {
  add_to_total(t, x < 0 ? -1 : 0, (uint64_t)x);
}

/* x times 2^32 */
static void add_upper(total *t, uint64_t x) {
  add_to_total(t, (int64_t)(x >> 32), x << 32);
}

#define SUM(name, type, sum, value)                                            \
  MV_VECTOR(uint64_t, name, (const unsigned char *p, size_t n), (p, n)) {      \
    uint64_t all = 0;                                                          \
    for (; n >= 256; n -= 256, p += 256 * sizeof(type)) {                      \
      sum part = 0;                                                            \
      for (size_t i = 0; i < 256; i++) {                                       \
        type x;                                                                \
        memcpy(&x, p + i * sizeof x, sizeof x);                                \
        part += (sum)(value);                                                  \
      }                                                                        \
      all += (uint64_t)part;                                                   \
    }                                                                          \
    for (size_t i = 0; i < n; i++) {                                           \
      type x;                                                                  \
      memcpy(&x, p + i * sizeof x, sizeof x);                                  \
      all += (uint64_t)(sum)(value);                                           \
    }                                                                          \
    return all;                                                                \
  }

/* Numbers of 64 bits are summed as their lower and their upper halves. */
SUM(sum_u8, uint8_t, uint32_t, x)
SUM(sum_i8, int8_t, int32_t, x)
SUM(sum_u16, uint16_t, uint32_t, x)
SUM(sum_i16, int16_t, int32_t, x)
SUM(sum_u32, uint32_t, uint64_t, x)
SUM(sum_i32, int32_t, int64_t, x)
SUM(sum_low, uint64_t, uint64_t, x &UINT32_MAX)
SUM(sum_high, uint64_t, uint64_t, x >> 32)

static void add_piece(total *t, mv_kind kind, const unsigned char *p,
                      size_t n) {
  switch (kind) {
  case MV_U8:
    add_to_total(t, 0, sum_u8(p, n));
    break;
  case MV_I8:
    add_integer(t, (int64_t)sum_i8(p, n));
    break;
  case MV_U16:
    add_to_total(t, 0, sum_u16(p, n));
    break;
  case MV_I16:
    add_integer(t, (int64_t)sum_i16(p, n));
    break;
  case MV_U32:
    add_to_total(t, 0, sum_u32(p, n));
    break;
  case MV_I32:
    add_integer(t, (int64_t)sum_i32(p, n));
    break;
  default:
    add_to_total(t, 0, sum_low(p, n));
    add_upper(t, sum_high(p, n));
  }
}

SUM(count_negative, uint64_t, uint64_t, x >> 63)

static mv_status sum_integers(mv_feed *f, mv_value *sum) {
  total t = {0, 0};
  while (mv_feed_next(f)) {
    add_piece(&t, f->kind, f->p, f->n);
    if (f->kind == MV_I64) /* each negative item was added as 2^64 more */
      t.high -= (int64_t)count_negative(f->p, f->n);
  }
  sum->as.u = t.low;
  if (f->kind == MV_U64) {
    sum->tag = t.low > INT64_MAX ? MV_VUINT : MV_VINT;
    return t.high == 0 ? MV_OK : MV_ERANGE;
  }
  sum->tag = MV_VINT;
  return t.high == (t.low > INT64_MAX ? -1 : 0) ? MV_OK : MV_ERANGE;
}

/* ---- sums of floats ------------------------------------------------------*/

/*
** The sum of a leaf: 16 lanes add each 16th item, then the lanes are added as a
** tree. Vectors have as many lanes (width) as the target's registers, as gcc
** keeps wider ones in memory. Lanes that are not vectors give the same sum.
*/
#define LEAF 256
#define LANES 16
_Static_assert(MV_FEEDBLOCK % LEAF == 0, "only the last leaf is not full");

#if defined(__GNUC__)
#define SUM_OF_2(x) (x[0] + x[1])
#define SUM_OF_4(x) ((x[0] + x[2]) + (x[1] + x[3]))

#define FOLD(attributes, name, type, width, widen)                             \
  attributes static double name(const unsigned char *p) {                      \
    typedef type few __attribute__((vector_size(4 * sizeof(type))));           \
    typedef double wide __attribute__((vector_size(4 * sizeof(double))));      \
    typedef double v __attribute__((vector_size(width * sizeof(double))));     \
    v lanes[LANES / width] = {{0}}, part[4 / width];                           \
    for (size_t k = 0; k < LEAF; k += LANES) {                                 \
      MV_UNROLL                                                                \
      for (size_t i = 0; i < LANES / width; i += 4 / width) {                  \
        few x;                                                                 \
        wide y;                                                                \
        memcpy(&x, p, sizeof x);                                               \
        y = widen(x, wide);                                                    \
        memcpy(part, &y, sizeof y);                                            \
        p += sizeof x;                                                         \
        for (size_t j = 0; j < 4 / width; j++)                                 \
          lanes[i + j] += part[j];                                             \
      }                                                                        \
    }                                                                          \
    MV_UNROLL                                                                  \
    for (size_t half = LANES / width / 2; half > 0; half /= 2) {               \
      MV_UNROLL                                                                \
      for (size_t i = 0; i < half; i++)                                        \
        lanes[i] += lanes[i + half];                                           \
    }                                                                          \
    return SUM_OF_##width(lanes[0]);                                           \
  }
#else
#define FOLD(attributes, name, type, width, widen)                             \
  attributes static double name(const unsigned char *p) {                      \
    double lanes[LANES] = {0};                                                 \
    for (size_t k = 0; k < LEAF; k++) {                                        \
      type x;                                                                  \
      memcpy(&x, p + k * sizeof x, sizeof x);                                  \
      lanes[k % LANES] += (double)x;                                           \
    }                                                                          \
    for (size_t half = LANES / 2; half > 0; half /= 2)                         \
      for (size_t i = 0; i < half; i++)                                        \
        lanes[i] += lanes[i + half];                                           \
    return lanes[0];                                                           \
  }
#endif

/*
** gcc converts the halves of a vector of floats one by one, which takes 1.5
** times as long as the AVX2 instruction.
*/
#if defined(MV_HAS_AVX2)
#define WIDEN_AVX2(x, type) ((type)_mm256_cvtps_pd((__m128)(x)))
#define FOLDS(name, type, widen, widen_avx2)                                   \
  FOLD(, name##_plain, type, 2, widen)                                         \
  FOLD(MV_AVX2, name##_avx2, type, 4, widen_avx2)                              \
  static double name(const unsigned char *p) {                                 \
    return mv_avx2() ? name##_avx2(p) : name##_plain(p);                       \
  }
#else
#define FOLDS(name, type, widen, widen_avx2) FOLD(, name, type, 2, widen)
#endif

#define AS_IS(x, type) (x)
FOLDS(fold_f32, float, __builtin_convertvector, WIDEN_AVX2)
FOLDS(fold_f64, double, AS_IS, AS_IS)

/* The tree above the blocks. At each level it keeps the sum of 2^level blocks
** until the sum of the next 2^level blocks is known. */
typedef struct tree {
  double waiting[64];
  uint64_t blocks;
} tree;

static void add_block(tree *t, double sum) {
  int level = 0;
  for (uint64_t k = t->blocks++; k & 1; k >>= 1)
    sum += t->waiting[level++];
  t->waiting[level] = sum;
}

static double tree_sum(const tree *t) {
  double sum = 0;
  int level = 0;
  for (uint64_t k = t->blocks; k > 0; k >>= 1, level++)
    if (k & 1)
      sum += t->waiting[level];
  return sum;
}

static double sum_floats(mv_feed *f) {
  unsigned char rest[LEAF * sizeof(double)];
  tree t = {.blocks = 0};
  while (mv_feed_next(f)) {
    const unsigned char *p = f->p;
    for (size_t n = f->n; n > 0; n -= n < LEAF ? n : LEAF) {
      if (n < LEAF) {
        memcpy(rest, p, n * f->size);
        memset(rest + n * f->size, 0, (LEAF - n) * f->size);
        p = rest;
      }
      add_block(&t, f->kind == MV_F32 ? fold_f32(p) : fold_f64(p));
      p += LEAF * f->size;
    }
  }
  return tree_sum(&t);
}

/* ---- sums ----------------------------------------------------------------*/

/* Real and imaginary parts, as if they were fields. */
static void sum_parts(const unsigned char *a, const mv_layout *lay,
                      const mv_item *item, mv_value *sum) {
  mv_field field = {.count = 1, .size = item->size / 2};
  field.item.size = field.size;
  field.item.kind = item->kind == MV_CF32 ? MV_F32 : MV_F64;
  field.item.swap = item->swap;
  sum->tag = MV_VCOMPLEX;
  for (size_t k = 0; k < 2; k++) {
    mv_layout part = *lay;
    mv_feed f;
    field.offset = k * field.size;
    mv_layout_field(&part, &field, 0); /* adds no dimension: cannot fail */
    mv_feed_start(&f, MV_ANYORDER, a, &part, &field.item);
    sum->as.z[k] = sum_floats(&f);
  }
}

mv_status mv_sum(const unsigned char *a, const mv_layout *lay,
                 const mv_item *item, mv_value *sum) {
  mv_feed f;
  if (item->kind == MV_CF32 || item->kind == MV_CF64) {
    sum_parts(a, lay, item, sum);
    return MV_OK;
  }
  if (!mv_item_ordered(item))
    return MV_ETYPE;
  mv_feed_start(&f, MV_ANYORDER, a, lay, item);
  if (mv_kinds[item->kind].class <= MV_SIGNED)
    return sum_integers(&f, sum);
  sum->tag = MV_VFLOAT;
  sum->as.f = sum_floats(&f);
  return MV_OK;
}
