/*
** reduce.c - reduces all numbers of a layout: sum, minimum, maximum
** A feed hands out the items in pieces that kernels can work on: contiguous and
** in the native byte order. Integers are added exactly, in 128 bits. Floats are
** added as a tree (pairwise), in double precision. The order of additions does
** not depend on the machine's vectors, so the result is the same everywhere.
*/
#include "convertrun.h"
#include "copyrun.h"
#include "kernels.h"
#include "simd.h"
#include "walk.h"

#include <math.h>
#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

/*
** Items that have to be gathered or converted are handed out in blocks of BLOCK
** items on the stack, others in place in pieces of up to PIECE. Longer pieces
** save calls, but the piece with the minimum is searched twice. Both numbers
** are multiples of LEAF, so that only the last piece ends within a leaf and the
** order of additions does not depend on the layout.
*/
#define BLOCK 512
#define PIECE 16384

/* ---- feeding -------------------------------------------------------------*/

/* Pieces of items as numbers of a kind. */
typedef struct feed {
  mv_walker walk;
  const mv_item *item;
  mv_kind kind; /* of the numbers handed out, e.g. float for half floats */
  size_t size;
  mv_converter *convert; /* NULL: nothing to convert */
  ptrdiff_t run, i;      /* items of the run, and those handed out */
  ptrdiff_t number;      /* of the piece's first item in the walk */
  size_t n;
  const unsigned char *p;
  bool in_place; /* p points to the items themselves */
  unsigned char items[BLOCK * sizeof(uint64_t)];
  unsigned char made[BLOCK * sizeof(uint64_t)];
} feed;

/*
** The kind in which items are handed out: their own kind if there are kernels
** for it, otherwise the next kind that holds all values.
*/
static mv_kind fed_kind(const mv_item *item) {
  bool small = item->size <= 4;
  switch (mv_kinds[item->kind].class_) {
  case MV_UNSIGNED:
    return item->kind <= MV_F64 ? item->kind : small ? MV_U32 : MV_U64;
  case MV_SIGNED:
    return item->kind <= MV_F64 ? item->kind : small ? MV_I32 : MV_I64;
  case MV_FLOAT:
    return item->kind <= MV_F64 ? item->kind : small ? MV_F32 : MV_F64;
  case MV_BOOLEAN:
  case MV_STRING:
  case MV_COMPLEX:
  case MV_COMPOUND:
    break;
  }
  return item->kind;
}

static void feed_start(feed *f, int order, const unsigned char *a,
                       const mv_layout *lay, const mv_item *item) {
  mv_walk(&f->walk, order, (unsigned char *)a, lay);
  f->item = item;
  f->kind = fed_kind(item);
  f->size = mv_kinds[f->kind].size;
  f->convert = NULL;
  if (f->kind != item->kind)
    f->convert = mv_converter_find(f->kind, item->kind);
  f->run = f->i = f->number = 0;
  f->n = 0;
}

static void load_singly(const feed *f, unsigned char *out,
                        const unsigned char *in, ptrdiff_t step, size_t n) {
  const mv_item item = {f->size, NULL, f->kind, false};
  mv_value value;
  for (size_t k = 0; k < n; k++) {
    mv_load(f->item, in + (ptrdiff_t)k * step, &value);
    mv_store(&item, out + k * f->size, &value);
  }
}

/* Adds n items to the block. */
static void feed_block(feed *f, const unsigned char *in, ptrdiff_t step,
                       size_t n) {
  size_t size = f->item->size;
  unsigned char *out = f->made + f->n * f->size;
  unsigned char *items = f->convert != NULL ? f->items : out;
  f->n += n;
  if (f->kind != f->item->kind && f->convert == NULL) {
    load_singly(f, out, in, step, n);
    return;
  }
  mv_copy_run(items, in, (mv_axis){(ptrdiff_t)n, (ptrdiff_t)size, step}, size);
  if (f->item->swap)
    mv_swap_run(items, (ptrdiff_t)size, (ptrdiff_t)n, size);
  if (f->convert != NULL)
    f->convert(out, items, n);
}

/* Sets f->p and f->n to the next piece; false: there is no further piece. */
static bool feed_next(feed *f) {
  mv_walker *w = &f->walk;
  f->number += (ptrdiff_t)f->n;
  f->n = 0;
  f->p = f->made;
  f->in_place = false;
  while (f->n < BLOCK) {
    const unsigned char *in;
    ptrdiff_t left, step, room = (ptrdiff_t)(BLOCK - f->n);
    if (f->i == f->run) {
      f->i = f->run = 0;
      if (!mv_walk_next(w))
        return f->n > 0;
      f->run = w->n;
    }
    in = w->ptr[0] + f->i * w->step[0];
    step = w->step[0];
    left = f->run - f->i;
    if (f->n == 0 && left >= BLOCK && step == (ptrdiff_t)f->size &&
        f->kind == f->item->kind && !f->item->swap) {
      f->n = (size_t)(left < PIECE ? left / BLOCK * BLOCK : PIECE);
      f->p = in;
      f->in_place = true;
      f->i += (ptrdiff_t)f->n;
      return true;
    }
    left = left < room ? left : room;
    feed_block(f, in, step, (size_t)left);
    f->i += left;
  }
  return true;
}

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
static void add_upper(total *t, int64_t x) {
  uint64_t high = (uint64_t)x >> 32 | (x < 0 ? UINT64_MAX << 32 : 0);
  add_to_total(t, (int64_t)high, (uint64_t)x << 32);
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

/* The sum of a piece: the sums of the lower and of the upper halves. */
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
    add_upper(t, (int64_t)sum_high(p, n));
  }
}

SUM(count_negative, uint64_t, uint64_t, x >> 63)

static mv_status sum_integers(feed *f, mv_value *sum) {
  total t = {0, 0};
  while (feed_next(f)) {
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
** tree. Lanes that are not vectors give the same sum.
*/
#define LEAF 256
#define LANES 16

#if defined(__GNUC__)
#define FOLD_STEP(lanes, widen)                                                \
  memcpy(&x, p, sizeof x);                                                     \
  p += sizeof x;                                                               \
  lanes += widen(x, v);

#define FOLD(attributes, name, type, widen)                                    \
  attributes static double name(const unsigned char *p) {                      \
    typedef type few __attribute__((vector_size(4 * sizeof(type))));           \
    typedef double v __attribute__((vector_size(4 * sizeof(double))));         \
    v a = {0}, b = {0}, c = {0}, d = {0};                                      \
    few x;                                                                     \
    for (size_t k = 0; k < LEAF; k += LANES) {                                 \
      FOLD_STEP(a, widen)                                                      \
      FOLD_STEP(b, widen)                                                      \
      FOLD_STEP(c, widen)                                                      \
      FOLD_STEP(d, widen)                                                      \
    }                                                                          \
    a = (a + c) + (b + d);                                                     \
    return (a[0] + a[2]) + (a[1] + a[3]);                                      \
  }
#else
#define FOLD(attributes, name, type, widen)                                    \
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
  FOLD(, name##_plain, type, widen)                                            \
  FOLD(MV_AVX2, name##_avx2, type, widen_avx2)                                 \
  static double name(const unsigned char *p) {                                 \
    return mv_avx2() ? name##_avx2(p) : name##_plain(p);                       \
  }
#else
#define FOLDS(name, type, widen, widen_avx2) FOLD(, name, type, widen)
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

static double sum_floats(feed *f) {
  unsigned char rest[LEAF * sizeof(double)];
  tree t = {.blocks = 0};
  while (feed_next(f)) {
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
    feed f;
    field.offset = k * field.size;
    mv_layout_field(&part, &field, 0); /* adds no dimension: cannot fail */
    feed_start(&f, MV_ANYORDER, a, &part, &field.item);
    sum->as.z[k] = sum_floats(&f);
  }
}

mv_status mv_sum(const unsigned char *a, const mv_layout *lay,
                 const mv_item *item, mv_value *sum) {
  feed f;
  if (item->kind == MV_CF32 || item->kind == MV_CF64) {
    sum_parts(a, lay, item, sum);
    return MV_OK;
  }
  if (!mv_has_order(item))
    return MV_ETYPE;
  feed_start(&f, MV_ANYORDER, a, lay, item);
  if (mv_kinds[item->kind].class_ <= MV_SIGNED)
    return sum_integers(&f, sum);
  sum->tag = MV_VFLOAT;
  sum->as.f = sum_floats(&f);
  return MV_OK;
}

/* ---- minimum and maximum -------------------------------------------------*/

/*
** Writes the minimum (maximum) of n > 0 numbers to best; returns whether one of
** the numbers is a NaN. Runs are long because the end of each run combines the
** lanes of a vector.
*/
typedef bool chooser(const unsigned char *restrict p, size_t n,
                     unsigned char *restrict best);

#define LONG_RUN 1024
#define SHORT_RUN 64

#define CHOOSE_ITEMS(count, type, bits, better, odd)                           \
  for (size_t i = 0; i < (count); i++) {                                       \
    type x;                                                                    \
    memcpy(&x, p + i * sizeof x, sizeof x);                                    \
    m = better ? x : m;                                                        \
    nan |= (bits)(odd);                                                        \
  }                                                                            \
  n -= (count);                                                                \
  p += (count) * sizeof(type)

#define CHOOSE(name, type, bits, better, odd)                                  \
  MV_VECTOR(bool, name,                                                        \
            (const unsigned char *restrict p, size_t n,                        \
             unsigned char *restrict best),                                    \
            (p, n, best)) {                                                    \
    type m;                                                                    \
    bits nan = 0;                                                              \
    memcpy(&m, p, sizeof m);                                                   \
    while (n >= LONG_RUN) {                                                    \
      MV_UNROLL                                                                \
      CHOOSE_ITEMS(LONG_RUN, type, bits, better, odd);                         \
    }                                                                          \
    while (n >= SHORT_RUN) {                                                   \
      CHOOSE_ITEMS(SHORT_RUN, type, bits, better, odd);                        \
    }                                                                          \
    CHOOSE_ITEMS(n, type, bits, better, odd);                                  \
    memcpy(best, &m, sizeof m);                                                \
    return nan != 0;                                                           \
  }

#define CHOOSERS(name, type)                                                   \
  CHOOSE(least_##name, type, type, x < m, 0)                                   \
  CHOOSE(greatest_##name, type, type, x > m, 0)

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
    typedef type v __attribute__((vector_size(32)));                           \
    typedef bits w __attribute__((vector_size(32)));                           \
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
** result is the second operand.
*/
#if defined(MV_HAS_AVX2)
#define CHOOSE_AVX2(name, type, v, op, load, store, either, odd)               \
  MV_AVX2 static bool name##_avx2(const unsigned char *restrict p, size_t n,   \
                                  unsigned char *restrict best) {              \
    const size_t step = sizeof(v) / sizeof(type), four = 4 * step;             \
    type last[4 * sizeof(v) / sizeof(type)];                                   \
    const type *x = (const type *)(const void *)p;                             \
    v a = load(x), b = a, c = a, d = a, nan = odd(a, a);                       \
    const size_t end = n - four; /* the last four may be there again */        \
    for (size_t i = 0;; i = i + four < end ? i + four : end) {                 \
      v e = load(x + i), f = load(x + i + step);                               \
      v g = load(x + i + 2 * step), h = load(x + i + 3 * step);                \
      a = op(e, a);                                                            \
      b = op(f, b);                                                            \
      c = op(g, c);                                                            \
      d = op(h, d);                                                            \
      nan = either(nan, either(odd(e, f), odd(g, h)));                         \
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
               : name##_many(p, n, best);                                      \
  }

#define ODD_PS(x, y) _mm256_cmp_ps(x, y, _CMP_UNORD_Q)
#define ODD_PD(x, y) _mm256_cmp_pd(x, y, _CMP_UNORD_Q)
#define CHOOSE_PS(name, op)                                                    \
  CHOOSE_AVX2(name, float, __m256, op, _mm256_loadu_ps, _mm256_storeu_ps,      \
              _mm256_or_ps, ODD_PS)
#define CHOOSE_PD(name, op)                                                    \
  CHOOSE_AVX2(name, double, __m256d, op, _mm256_loadu_pd, _mm256_storeu_pd,    \
              _mm256_or_pd, ODD_PD)
#else
#define CHOOSE_PS(name, op)                                                    \
  static bool name(const unsigned char *restrict p, size_t n,                  \
                   unsigned char *restrict best) {                             \
    return name##_many(p, n, best);                                            \
  }
#define CHOOSE_PD CHOOSE_PS
#endif

CHOOSE_PS(least_f32, _mm256_min_ps)
CHOOSE_PS(greatest_f32, _mm256_max_ps)
CHOOSE_PD(least_f64, _mm256_min_pd)
CHOOSE_PD(greatest_f64, _mm256_max_pd)

CHOOSERS(u8, uint8_t)
CHOOSERS(i8, int8_t)
CHOOSERS(u16, uint16_t)
CHOOSERS(i16, int16_t)
CHOOSERS(u32, uint32_t)
CHOOSERS(i32, int32_t)
CHOOSERS(u64, uint64_t)
CHOOSERS(i64, int64_t)

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

static bool is_nan(mv_kind kind, const unsigned char *p) {
  const mv_item item = {kind == MV_F32 ? 4 : 8, NULL, kind, false};
  mv_value value;
  mv_load(&item, p, &value);
  return value.tag == MV_VFLOAT && isnan(value.as.f);
}

/* Whether x is equal to the best number, or is the NaN. Zeros of both signs are
** equal. */
static bool is_best(const feed *f, const found *best, const unsigned char *x) {
  const mv_item item = {f->size, NULL, f->kind, false};
  if (best->nan)
    return is_nan(f->kind, x);
  return memcmp(x, best->best, f->size) == 0 ||
         mv_item_equal(&item, x, &item, best->best);
}

/* The number of numbers before the first short run with the best number, or
** before the last run. */
static size_t skip_runs(const feed *f, const found *best,
                        const unsigned char *p, size_t n) {
  size_t i = 0;
  for (; n - i > SHORT_RUN; i += SHORT_RUN) {
    unsigned char here[sizeof(uint64_t)];
    bool nan =
        choosers[f->kind][best->greatest](p + i * f->size, SHORT_RUN, here);
    if (nan || (!best->nan && is_best(f, best, here)))
      break;
  }
  return i;
}

/* The index of the best number among n; 0 if it is gone, as shared memory may
** change meanwhile. */
static size_t locate(const feed *f, const found *best, const unsigned char *p,
                     size_t n) {
  for (size_t i = skip_runs(f, best, p, n); i < n; i++)
    if (is_best(f, best, p + i * f->size))
      return i;
  return 0;
}

/* Whether the number at p is better than the best one so far. */
static bool is_better(const feed *f, const unsigned char *p,
                      const found *best) {
  unsigned char both[2 * sizeof(uint64_t)], winner[sizeof(uint64_t)];
  if (!best->any)
    return true;
  if (memcmp(p, best->best, f->size) == 0)
    return false;
  memcpy(both, best->best, f->size);
  memcpy(both + f->size, p, f->size);
  choosers[f->kind][best->greatest](both, 2, winner);
  return memcmp(winner, best->best, f->size) != 0;
}

bool mv_has_order(const mv_item *item) {
  return mv_kinds[item->kind].class_ <= MV_FLOAT;
}

ptrdiff_t mv_extreme(const unsigned char *a, const mv_layout *lay,
                     const mv_item *item, bool greatest) {
  feed f;
  found best = {.greatest = greatest};
  feed_start(&f, MV_CORDER, a, lay, item);
  while (!best.nan && feed_next(&f)) {
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
