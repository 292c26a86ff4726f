/*
** convert_test.c - mv_convert against mv_item_convert, item by item
** For each pair of formats: runs of values that fit, in all lengths of blocks;
** and the same with one that does not, whose place must be reported.
*/
#include "check.h"
#include "sample.h"

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

/* Converts all of s both ways. */
static void check_convert(const sample *s, const mv_item *dst,
                          const mv_item *src) {
  ptrdiff_t n = mv_layout_count(&s->lay), at = -1, k = 0;
  size_t nbytes = (size_t)n * dst->size;
  unsigned char *out = calloc(1, nbytes + !n);
  unsigned char *expected = calloc(1, nbytes + !n);
  mv_status status, want = MV_OK;
  while (k < n && want == MV_OK) {
    want = mv_item_convert(dst, expected + (size_t)k * dst->size, src,
                           sample_item(s, k));
    if (want == MV_OK)
      k++;
  }
  status =
      mv_convert(out, dst, (ptrdiff_t)dst->size, s->base, &s->lay, src, &at);
  CHECK(status == want);
  CHECK(want == MV_OK || at == k);
  CHECK(memcmp(out, expected, (size_t)k * dst->size) == 0);
  free(out);
  free(expected);
}

static void check_pair(const mv_item *dst, const mv_item *src) {
  static const ptrdiff_t shapes[][2] = {{1, 0},  {1, 1},  {1, 63}, {1, 64},
                                        {1, 65}, {2, 70}, {3, 5},  {1, 200}};
  static patterns good, bad;
  part(dst, src, &good, &bad);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    sample s;
    ptrdiff_t n = shapes[i][0] * shapes[i][1];
    sample_make(&s, src->size, 2, shapes[i], i % 2 == 0);
    for (ptrdiff_t k = 0; k < n && good.n > 0; k++)
      put(&s, k, &good);
    check_convert(&s, dst, src);
    if (bad.n > 0 && n > 0) {
      put(&s, (ptrdiff_t)sample_below((uint32_t)n), &bad);
      check_convert(&s, dst, src);
    }
    sample_free(&s);
  }
}

/* Floats on either side of where ranges end, each in a run of its own. */
static void check_edges(void) {
  static const double edges[] = {
      0x1.fffffep127,
      0x1.fffffefffffffp127,
      0x1.ffffffp127,
      -0x1.ffffffp127,
      0x1.fffffffffffffp62,
      0x1p63,
      -0x1p63,
      -0x1.0000000000001p63,
      0x1.fffffffffffffp63,
      255.0,
      255.5,
      256.0,
  };
  static const mv_item f64 = {8, NULL, MV_F64, false};
  const ptrdiff_t n = 2;
  for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
    for (size_t d = 0; d < SAMPLE_ITEMS_COUNT; d++) {
      sample s;
      sample_make(&s, sizeof edges[i], 1, &n, false);
      memcpy(sample_item(&s, 1), &edges[i], sizeof edges[i]);
      check_convert(&s, &sample_items[d], &f64);
      sample_free(&s);
    }
}

int main(void) {
  check_edges();
  for (size_t d = 0; d < SAMPLE_ITEMS_COUNT; d++)
    for (size_t s = 0; s < SAMPLE_ITEMS_COUNT; s++)
      check_pair(&sample_items[d], &sample_items[s]);
  return check_report();
}
