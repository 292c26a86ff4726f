/*
** convert_test.c - mv_convert, compared with mv_item_convert for each item
** For each pair of formats: runs of values that fit, of all lengths of blocks;
** and the same with one value that does not fit, whose place must be reported.
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

typedef struct patterns {
  unsigned char bytes[SAMPLE_PATTERNS][SAMPLE_SIZE];
  size_t n;
} patterns;

/* Parts the patterns of src by whether they can be stored as dst. */
static void part(const mv_item *dst, const mv_item *src, patterns *good,
                 patterns *bad) {
  patterns all;
  all.n = sample_patterns(src, all.bytes);
  good->n = bad->n = 0;
  for (size_t i = 0; i < all.n; i++) {
    unsigned char out[SAMPLE_SIZE];
    bool fits = mv_item_convert(dst, out, src, all.bytes[i]) == MV_OK;
    patterns *to = fits ? good : bad;
    memcpy(to->bytes[to->n++], all.bytes[i], SAMPLE_SIZE);
  }
}

static void put(const sample *s, ptrdiff_t k, const patterns *from) {
  const unsigned char *bytes = from->bytes[sample_below((uint32_t)from->n)];
  memcpy(sample_item(s, k), bytes, (size_t)s->lay.itemsize);
}

/* Converts all of s both ways, into memory that is strided or not. */
static void check_convert(const sample *s, const mv_item *dst,
                          const mv_item *src, bool strided) {
  ptrdiff_t n = mv_layout_count(&s->lay), at = -1, k = 0;
  sample out, expected;
  ptrdiff_t lo, hi;
  mv_status status, want = MV_OK;
  sample_make(&out, dst->size, s->lay.ndim, s->lay.shape, strided);
  expected.lay = out.lay;
  mv_layout_extent(&out.lay, &lo, &hi);
  expected.base = calloc(1, (size_t)hi + !hi);
  while (k < n && want == MV_OK) {
    want =
        mv_item_convert(dst, sample_item(&expected, k), src, sample_item(s, k));
    if (want == MV_OK)
      k++;
  }
  if (want != MV_OK && mv_converts_whole(dst, src))
    memset(expected.base, 0, (size_t)hi);
  status = mv_convert(&(mv_items){out.base, &out.lay, dst},
                      &(mv_items){s->base, &s->lay, src}, &at);
  CHECK(want == MV_OK || at == k);
  CHECK(status == want);
  if (!CHECK(memcmp(out.base, expected.base, (size_t)hi) == 0))
    fprintf(stderr, "kinds %d from %d, swapped %d %d, %td items, %td fit\n",
            dst->kind, src->kind, dst->swap, src->swap, n, k);
  free(out.base);
  free(expected.base);
}

static void check_pair(const mv_item *dst, const mv_item *src) {
  static const ptrdiff_t shapes[][2] = {
      {1, 0}, {1, 1},   {1, 31},  {1, 32},  {1, 33}, {2, 70},
      {3, 5}, {1, 256}, {1, 300}, {1, 600}, {8, 33}, {1, 20000}};
  static patterns good, bad;
  part(dst, src, &good, &bad);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    sample s;
    ptrdiff_t n = shapes[i][0] * shapes[i][1];
    sample_make(&s, src->size, 2, shapes[i], i % 2 == 0);
    for (ptrdiff_t k = 0; k < n && good.n > 0; k++)
      put(&s, k, &good);
    check_convert(&s, dst, src, i % 3 == 0);
    if (bad.n > 0 && n > 0) {
      put(&s, (ptrdiff_t)sample_below((uint32_t)n), &bad);
      check_convert(&s, dst, src, i % 3 == 0);
    }
    sample_free(&s);
  }
}

/* Numbers that lie some items apart, all of which fit, and then all but one.
** between: those between them do not fit. */
static void check_apart(const mv_item *dst, const mv_item *src, ptrdiff_t apart,
                        ptrdiff_t n, bool between) {
  static patterns good, bad;
  ptrdiff_t all = n * apart;
  sample s;
  part(dst, src, &good, &bad);
  if (good.n == 0 || bad.n == 0)
    return;
  sample_make(&s, src->size, 1, &all, false);
  for (ptrdiff_t k = 0; k < all; k++)
    put(&s, k, between && k % apart > 0 ? &bad : &good);
  s.lay.shape[0] = n;
  s.lay.strides[0] *= apart;
  check_convert(&s, dst, src, false);
  put(&s, (ptrdiff_t)sample_below((uint32_t)n), &bad);
  check_convert(&s, dst, src, false);
  sample_free(&s);
}

/* Stores the number as each kind of item and converts that to all others, as
** the item of a run before the last one. */
static void check_number(double number, ptrdiff_t n) {
  const mv_value value = {.tag = MV_VFLOAT, .as.f = number};
  for (size_t i = 0; i < SAMPLE_ITEMS_COUNT; i++) {
    const mv_item *src = &sample_items[i];
    unsigned char bytes[SAMPLE_SIZE];
    sample s;
    if (mv_store(src, bytes, &value) != MV_OK)
      continue;
    sample_make(&s, src->size, 1, &n, false);
    memcpy(sample_item(&s, n - 2), bytes, src->size);
    for (size_t d = 0; d < SAMPLE_ITEMS_COUNT; d++)
      check_convert(&s, &sample_items[d], src, false);
    sample_free(&s);
  }
}

/* Numbers on either side of where ranges end, where halves round to even, and
** where they have fewer bits. */
static void check_edges(void) {
  static const double edges[] = {
      0x1.fffffep127,
      0x1.fffffefffffffp127,
      0x1.ffffffp127,
      0x1.fffffffffffffp62,
      0x1p63,
      0x1.0000000000001p63,
      0x1.fffffffffffffp63,
      0x1p64,
      0x1.fffffffffffffp1023,
      255.5,
      65504.0,
      65519.0,
      0x1.ffdffp15,
      0x1.ffdfffffffffp15,
      65520.0,
      2049.0,
      2051.0,
      0x1.002p0,
      0x1.006p0,
      0x1.0020000001p0,
      0x1p-14,
      0x1.ffcp-15,
      0x1.ffep-15,
      0x1.fffp-15,
      0x1p-24,
      0x1p-25,
      0x1.0000000000001p-25,
      0x1.8p-24,
      0x1p-26,
      0x1p-126,
      0x1p-149,
      0x1p-1074,
      0.5,
      0x1.8p22,
      0x1.000001p22,
      0x1p23,
      0x1.8p23,
      0x1.000002p23,
      0x1p24,
      0x1.fffffffcp30,
      0x1.fffffffep30,
      0x1p31,
      0x1.00000002p31,
      0x1p51,
      0x1.0000000000001p51,
      0x1.8p52,
      0x1p53,
      INFINITY,
      NAN,
  };
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
    for (int sign = -1; sign <= 1; sign += 2) {
      check_number(sign * edges[i], 2);
      check_number(sign * edges[i], 300);
      if (edges[i] == 0.5 ||
          (edges[i] >= 0x1.fffffffcp30 && edges[i] <= 0x1.00000002p31) ||
          (edges[i] >= 0x1.fffffep127 && edges[i] <= 0x1.ffffffp127))
        check_number(sign * edges[i], 2049); /* of floats and int32 */
    }
  for (int bits = 6; bits <= 64; bits++)
    for (int beside = -1; beside <= 1; beside++) {
      check_number(ldexp(1, bits) + beside, 40);
      check_number(-ldexp(1, bits) + beside, 40);
    }
}

/* All halves, to whatever there is; and all floats that halves are made of. */
static void check_halves(void) {
  static const mv_item f16 = {2, NULL, MV_F16, false};
  static const mv_item floats[] = {{4, NULL, MV_F32, false},
                                   {8, NULL, MV_F64, false}};
  const ptrdiff_t n = 65536;
  sample s;
  sample_make(&s, 2, 1, &n, false);
  for (ptrdiff_t k = 0; k < n; k++) {
    uint16_t half = (uint16_t)k;
    memcpy(sample_item(&s, k), &half, 2);
  }
  for (size_t d = 0; d < 2; d++) {
    sample wide;
    ptrdiff_t at;
    check_convert(&s, &floats[d], &f16, false);
    sample_make(&wide, floats[d].size, 1, &n, false);
    mv_convert(&(mv_items){wide.base, &wide.lay, &floats[d]},
               &(mv_items){s.base, &s.lay, &f16}, &at);
    check_convert(&wide, &f16, &floats[d], false);
    sample_free(&wide);
  }
  sample_free(&s);
}

#if defined(MV_HAS_AVX2)
/* A conversion that tests numbers by the processor's flags gives the caller's
** rounding mode back. */
static void check_rounding(void) {
  static const mv_item f64 = {8, NULL, MV_F64, false};
  static const mv_item i32 = {4, NULL, MV_I32, false};
  const ptrdiff_t n = 2048;
  sample from, to;
  ptrdiff_t at;
  sample_make(&from, f64.size, 1, &n, false);
  sample_make(&to, i32.size, 1, &n, false);
  _MM_SET_ROUNDING_MODE(_MM_ROUND_UP);
  mv_convert(&(mv_items){to.base, &to.lay, &i32},
             &(mv_items){from.base, &from.lay, &f64}, &at);
  CHECK(_MM_GET_ROUNDING_MODE() == _MM_ROUND_UP);
  _MM_SET_ROUNDING_MODE(_MM_ROUND_NEAREST);
  sample_free(&from);
  sample_free(&to);
}
#endif

static void check_all(void) {
  check_edges();
  check_halves();
  for (size_t d = 0; d < SAMPLE_ITEMS_COUNT; d++)
    for (size_t s = 0; s < SAMPLE_ITEMS_COUNT; s++) {
      check_pair(&sample_items[d], &sample_items[s]);
      for (ptrdiff_t apart = 2; apart <= 5; apart++) {
        check_apart(&sample_items[d], &sample_items[s], apart, 40, false);
        check_apart(&sample_items[d], &sample_items[s], apart, 40, true);
      }
    }
}

int main(void) {
  check_all();
#if defined(MV_HAS_AVX2)
  check_rounding();
  mv_plain_code = true;
  check_all();
#endif
  return check_report();
}
