/*
** reduce_test.c - sums and extremes, compared with a loop over items
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

#include <float.h>

static mv_value item_value(const sample *s, const mv_item *item, ptrdiff_t k) {
  mv_value value;
  mv_load(item, sample_item(s, k), &value);
  return value;
}

static double as_float(const mv_value *value) {
  return value->tag == MV_VFLOAT  ? value->as.f
         : value->tag == MV_VUINT ? (double)value->as.u
                                  : (double)value->as.i;
}

/* Integers as a pair of halves, in which nothing overflows. */
typedef struct wide {
  int64_t high;
  uint64_t low;
} wide;

static wide exact_sum(const sample *s, const mv_item *item) {
  wide sum = {0, 0};
  for (ptrdiff_t k = 0; k < mv_layout_count(&s->lay); k++) {
    mv_value value = item_value(s, item, k);
    sum.low += value.as.u;
    sum.high += sum.low < value.as.u;
    sum.high -= value.tag == MV_VINT && value.as.i < 0;
  }
  return sum;
}

static void check_integers(const sample *s, const mv_item *item) {
  wide expected = exact_sum(s, item);
  mv_value sum;
  mv_status status = mv_sum(s->base, &s->lay, item, &sum);
  bool fits = item->kind == MV_U64 ? expected.high == 0
              : expected.low >> 63 ? expected.high == -1
                                   : expected.high == 0;
  CHECK(status == (fits ? MV_OK : MV_ERANGE));
  CHECK(!fits || sum.as.u == expected.low);
  CHECK(!fits ||
        sum.tag ==
            (item->kind == MV_U64 && expected.low >> 63 ? MV_VUINT : MV_VINT));
}

/* The sum of up to 256 numbers: of each 16th number, then of these sums. */
static double leaf_sum(const double *x, size_t n) {
  double lanes[16] = {0};
  for (size_t k = 0; k < n; k++)
    lanes[k % 16] += x[k];
  for (size_t half = 8; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++)
      lanes[i] += lanes[i + half];
  return lanes[0];
}

/* The sum of leaves as a tree: whole trees of halves, the largest first. */
static double tree_sum(const double *x, size_t n) {
  size_t half = 256;
  if (n <= 256)
    return leaf_sum(x, n);
  while (2 * half < n)
    half *= 2;
  return tree_sum(x, half) + tree_sum(x + half, n - half);
}

/* The same bits on all machines, but for the x87, which may keep more of them
** between additions. */
static void check_order(const sample *s, const mv_item *item) {
  size_t n = (size_t)mv_layout_count(&s->lay);
  double *values = malloc((n + !n) * sizeof *values), expected;
  mv_value sum;
  for (size_t k = 0; k < n; k++) {
    mv_value value = item_value(s, item, (ptrdiff_t)k);
    values[k] = as_float(&value);
  }
  expected = tree_sum(values, n);
  CHECK(mv_sum(s->base, &s->lay, item, &sum) == MV_OK);
  CHECK(sum.as.f == expected || (isnan(sum.as.f) && isnan(expected)));
  free(values);
}

static void check_floats(const sample *s, const mv_item *item) {
  double expected = 0, magnitude = 0;
  mv_value sum;
  for (ptrdiff_t k = 0; k < mv_layout_count(&s->lay); k++) {
    mv_value value = item_value(s, item, k);
    expected += as_float(&value);
    magnitude += fabs(as_float(&value));
  }
  CHECK(mv_sum(s->base, &s->lay, item, &sum) == MV_OK);
  CHECK(sum.tag == MV_VFLOAT);
  if (isfinite(magnitude)) /* else the order decides what overflows */
    CHECK(fabs(sum.as.f - expected) <= magnitude * 0x1p-37);
  else if (isnan(expected))
    CHECK(!isfinite(sum.as.f));
  if (FLT_EVAL_METHOD == 0 && s->lay.ndim == 1 && s->lay.strides[0] > 0)
    check_order(s, item);
}

/* Whether x is below y, exactly. */
static bool below(const mv_value *x, const mv_value *y) {
  if (x->tag == MV_VFLOAT)
    return x->as.f < y->as.f;
  if (x->tag != y->tag)
    return y->tag == MV_VUINT;
  return x->tag == MV_VUINT ? x->as.u < y->as.u : x->as.i < y->as.i;
}

static ptrdiff_t extreme(const sample *s, const mv_item *item, bool greatest) {
  ptrdiff_t best = -1;
  for (ptrdiff_t k = 0; k < mv_layout_count(&s->lay); k++) {
    mv_value x = item_value(s, item, k), y;
    if (x.tag == MV_VFLOAT && isnan(x.as.f))
      return k;
    if (best >= 0)
      y = item_value(s, item, best);
    if (best < 0 || (greatest ? below(&y, &x) : below(&x, &y)))
      best = k;
  }
  return best;
}

static void check_all(const sample *s, const mv_item *item) {
  if (mv_kinds[item->kind].class <= MV_SIGNED)
    check_integers(s, item);
  else
    check_floats(s, item);
  for (int greatest = 0; greatest <= 1; greatest++) {
    ptrdiff_t expected = extreme(s, item, greatest);
    ptrdiff_t got = mv_extreme(s->base, &s->lay, item, greatest);
    if (!CHECK(got == expected))
      fprintf(stderr, "kind %d, swapped %d, %td items: %td, not %td\n",
              item->kind, item->swap, mv_layout_count(&s->lay), got, expected);
  }
}

/* Few patterns, so that there is no NaN each time; then one of all. */
static void try_shape(const mv_item *item, int ndim, const ptrdiff_t *shape,
                      bool strided) {
  unsigned char all[SAMPLE_PATTERNS][SAMPLE_SIZE];
  uint32_t n = (uint32_t)sample_patterns(item, all), few = 1 + n / 8;
  sample s;
  sample_make(&s, item->size, ndim, shape, strided);
  ptrdiff_t count = mv_layout_count(&s.lay);
  uint32_t from = sample_below(n - few);
  for (ptrdiff_t k = 0; k < count; k++)
    memcpy(sample_item(&s, k), all[from + sample_below(few)], item->size);
  check_all(&s, item);
  for (int turn = 0; turn < 4 && count > 0; turn++) {
    ptrdiff_t k = (ptrdiff_t)sample_below((uint32_t)count);
    memcpy(sample_item(&s, k), all[sample_below(n)], item->size);
    check_all(&s, item);
  }
  sample_free(&s);
}

static void try_item(const mv_item *item) {
  static const ptrdiff_t lengths[] = {
      0,   1,   2,   3,   15,  16,  17,  31,   33,   63,   64,   65,
      255, 256, 257, 511, 512, 513, 700, 1023, 1025, 4097, 9000, 40000};
  static const ptrdiff_t shapes[][3] = {
      {3, 0, 2}, {1, 1, 1}, {7, 3, 5}, {2, 300, 3}, {2, 2, 600}};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    try_shape(item, 1, &lengths[i], false);
    try_shape(item, 1, &lengths[i], true);
  }
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    try_shape(item, 3, shapes[i], i % 2 == 0);
    try_shape(item, 2, shapes[i], i % 2 == 1);
  }
  try_shape(item, 0, NULL, false);
}

static void try_all(void) {
  for (size_t i = 0; i < SAMPLE_ITEMS_COUNT; i++)
    if (mv_item_ordered(&sample_items[i]))
      try_item(&sample_items[i]);
}

/* Rounding errors of single additions would be hundreds of times as large. */
static void check_precision(void) {
  static const mv_item f64 = {8, NULL, MV_F64, false};
  const ptrdiff_t n = 1000000;
  const double tenth = 0.1;
  sample s;
  mv_value sum;
  sample_make(&s, sizeof tenth, 1, &n, false);
  for (ptrdiff_t k = 0; k < n; k++)
    memcpy(sample_item(&s, k), &tenth, sizeof tenth);
  CHECK(mv_sum(s.base, &s.lay, &f64, &sum) == MV_OK);
  CHECK(fabs(sum.as.f - 100000.0) < 1e-9);
  sample_free(&s);
}

/* Of complex numbers each part; of what is no number none. */
static void check_others(void) {
  static const mv_item cf32 = {8, NULL, MV_CF32, false};
  static const mv_item flag = {1, NULL, MV_BOOL, false};
  const float parts[] = {1.5f, 2, 3, -4};
  const ptrdiff_t n = 2;
  sample s;
  mv_value sum;
  sample_make(&s, 8, 1, &n, false);
  memcpy(sample_item(&s, 0), parts, sizeof parts);
  CHECK(mv_sum(s.base, &s.lay, &cf32, &sum) == MV_OK);
  CHECK(sum.tag == MV_VCOMPLEX && sum.as.z[0] == 4.5 && sum.as.z[1] == -2);
  CHECK(mv_sum(s.base, &s.lay, &flag, &sum) == MV_ETYPE);
  CHECK(!mv_item_ordered(&flag) && !mv_item_ordered(&cf32));
  sample_free(&s);
}

int main(void) {
  try_all();
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  try_all();
#endif
  check_precision();
  check_others();
  return check_report();
}
