/*
** compare_test.c - mismatch and equality, compared with a loop over items
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

/* Two kinds of items, and the patterns of each that make equal items. */
typedef struct kinds {
  const mv_item *a, *b;
  unsigned char as[SAMPLE_PATTERNS][SAMPLE_SIZE];
  unsigned char bs[SAMPLE_PATTERNS][SAMPLE_SIZE];
  size_t nas, nbs, nequal;
  struct {
    unsigned char a, b;
  } equal[SAMPLE_PATTERNS * SAMPLE_PATTERNS];
} kinds;

static void find_equals(kinds *k) {
  k->nas = sample_patterns(k->a, k->as);
  k->nbs = sample_patterns(k->b, k->bs);
  k->nequal = 0;
  for (size_t i = 0; i < k->nas; i++)
    for (size_t j = 0; j < k->nbs; j++)
      if (mv_item_equal(k->a, k->as[i], k->b, k->bs[j])) {
        k->equal[k->nequal].a = (unsigned char)i;
        k->equal[k->nequal++].b = (unsigned char)j;
      }
}

static void put_equal(const kinds *k, unsigned char *a, unsigned char *b) {
  size_t i = sample_below((uint32_t)k->nas), j = sample_below((uint32_t)k->nbs);
  if (k->nequal > 0) {
    size_t n = sample_below((uint32_t)k->nequal);
    i = k->equal[n].a;
    j = k->equal[n].b;
  }
  memcpy(a, k->as[i], k->a->size);
  memcpy(b, k->bs[j], k->b->size);
}

/* The expected result of mv_mismatch, item by item. */
static ptrdiff_t model(const kinds *k, const sample *a, const sample *b) {
  ptrdiff_t n = mv_layout_count(&a->lay);
  for (ptrdiff_t i = 0; i < n; i++)
    if (!mv_item_equal(k->a, sample_item(a, i), k->b, sample_item(b, i)))
      return i;
  return -1;
}

static void compare(const kinds *k, const sample *a, const sample *b) {
  ptrdiff_t expected = model(k, a, b);
  mv_items x = {a->base, &a->lay, k->a}, y = {b->base, &b->lay, k->b};
  ptrdiff_t got = mv_mismatch(&x, &y);
  bool equal = mv_equal(&x, &y);
  if (!CHECK(expected == got) || !CHECK(equal == (expected < 0)))
    fprintf(stderr, "kinds %d %d, swapped %d %d, %td items: %td, not %td\n",
            k->a->kind, k->b->kind, k->a->swap, k->b->swap,
            mv_layout_count(&a->lay), got, expected);
}

/* Makes the items at p and q any two. */
static void put_any(const kinds *k, unsigned char *p, unsigned char *q) {
  const unsigned char *a = k->as[sample_below((uint32_t)k->nas)];
  const unsigned char *b = k->bs[sample_below((uint32_t)k->nbs)];
  memcpy(p, a, k->a->size);
  memcpy(q, b, k->b->size);
}

/* The same, but of the same bytes, as far as these go. */
static void put_same(const kinds *k, unsigned char *p, unsigned char *q) {
  put_any(k, p, q);
  memcpy(q, p, k->a->size < k->b->size ? k->a->size : k->b->size);
}

typedef void putter(const kinds *k, unsigned char *p, unsigned char *q);

/* Compares with one pair of items put anew. */
static void change(const kinds *k, const sample *a, const sample *b,
                   putter *put) {
  ptrdiff_t n = mv_layout_count(&a->lay);
  ptrdiff_t i = (ptrdiff_t)sample_below((uint32_t)(n + !n));
  if (i == n)
    return;
  put(k, sample_item(a, i), sample_item(b, i));
  compare(k, a, b);
}

/*
** All equal; then with one pair of items changed, then another; all the same
** bytes, with one pair changed.
*/
static void try_shape(const kinds *k, int ndim, const ptrdiff_t *shape,
                      bool astrided, bool bstrided) {
  sample a, b;
  sample_make(&a, k->a->size, ndim, shape, astrided);
  sample_make(&b, k->b->size, ndim, shape, bstrided);
  ptrdiff_t n = mv_layout_count(&a.lay);
  for (ptrdiff_t i = 0; i < n; i++)
    put_equal(k, sample_item(&a, i), sample_item(&b, i));
  compare(k, &a, &b);
  change(k, &a, &b, put_any);
  change(k, &a, &b, put_any);
  unsigned char p[SAMPLE_SIZE], q[SAMPLE_SIZE];
  put_equal(k, p, q);
  memcpy(q, p, k->a->size < k->b->size ? k->a->size : k->b->size);
  for (ptrdiff_t i = 0; i < n; i++) {
    memcpy(sample_item(&a, i), p, k->a->size);
    memcpy(sample_item(&b, i), q, k->b->size);
  }
  compare(k, &a, &b);
  change(k, &a, &b, put_same);
  sample_free(&a);
  sample_free(&b);
}

static void try_kinds(const kinds *k) {
  bool swap = k->a->swap || k->b->swap;
  for (ptrdiff_t n = 0; n <= 130; n += swap ? 13 : n < 50 ? 1 : 4)
    try_shape(k, 1, &n, n % 3 == 1, n % 5 == 1);
  for (ptrdiff_t n = 255; n <= 257; n++)
    try_shape(k, 1, &n, n == 256, false);
  for (ptrdiff_t n = 0; n < 4; n++) {
    ptrdiff_t shape[] = {3, n, 21};
    try_shape(k, 0, NULL, false, false);
    try_shape(k, 2, shape + 1, n % 2 == 0, true);
    try_shape(k, 3, shape, true, n % 2 == 0);
  }
}

static void try_all_kinds(void) {
  static kinds k;
  for (size_t i = 0; i < SAMPLE_ITEMS_COUNT; i++)
    for (size_t j = 0; j < SAMPLE_ITEMS_COUNT; j++) {
      k.a = &sample_items[i];
      k.b = &sample_items[j];
      find_equals(&k);
      try_kinds(&k);
    }
}

/* The lowest byte of a native number moves by so much: to the next value. */
static void move(const mv_item *item, unsigned char *p, int by) {
  p[MV_BIGENDIAN ? item->size - 1 : 0] =
      (unsigned char)(p[MV_BIGENDIAN ? item->size - 1 : 0] + by);
}

/* Compares runs of one value each, which differ at most in the last item. */
static void try_values(const kinds *k, const unsigned char *p,
                       const unsigned char *q, const unsigned char *other) {
  static const ptrdiff_t lengths[] = {1, 16, 300};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    ptrdiff_t n = lengths[i];
    sample a, b;
    sample_make(&a, k->a->size, 1, &n, false);
    sample_make(&b, k->b->size, 1, &n, false);
    for (ptrdiff_t j = 0; j < n; j++) {
      memcpy(sample_item(&a, j), p, k->a->size);
      memcpy(sample_item(&b, j), q, k->b->size);
    }
    memcpy(sample_item(&b, n - 1), other, k->b->size);
    compare(k, &a, &b);
    sample_free(&a);
    sample_free(&b);
  }
}

/* A number and the same of another kind, or the numbers beside it. */
static void try_near(const kinds *k, const mv_value *value) {
  unsigned char p[SAMPLE_SIZE], q[SAMPLE_SIZE], other[SAMPLE_SIZE];
  if (mv_store(k->a, p, value) != MV_OK)
    return;
  if (mv_item_convert(k->b, q, k->a, p) != MV_OK)
    return;
  for (int by = -1; by <= 1; by++) {
    memcpy(other, q, sizeof other);
    move(k->b, other, by);
    try_values(k, p, q, other);
  }
  for (int half = -1; half <= 1 && value->tag == MV_VFLOAT; half += 2) {
    const mv_value beside = {.tag = MV_VFLOAT,
                             .as.f = value->as.f + half * 0.5};
    if (mv_store(k->b, other, &beside) == MV_OK)
      try_values(k, p, q, other);
  }
}

/* All pairs of numbers, where their ranges and their precision end. */
static void try_all_near(void) {
  for (size_t i = 0; i < SAMPLE_ITEMS_COUNT; i++)
    for (size_t j = 0; j < SAMPLE_ITEMS_COUNT; j++) {
      kinds k = {.a = &sample_items[i], .b = &sample_items[j]};
      if (k.a->swap || k.b->swap || k.a->kind > MV_F16 || k.b->kind > MV_F16)
        continue;
      for (int bits = 0; bits <= 64; bits++)
        for (int beside = -1; beside <= 1; beside++)
          for (int sign = -1; sign <= 1; sign += 2) {
            const mv_value value = {.tag = MV_VFLOAT,
                                    .as.f = sign * ldexp(1, bits) + beside};
            try_near(&k, &value);
          }
      for (size_t v = 0; v < SAMPLE_VALUES; v++)
        try_near(&k, &sample_values[v]);
    }
}

/* Bytes of period 251, which differ in one place, in many pieces. */
static void try_long(void) {
  static const ptrdiff_t places[] = {0,    1,    15,    16,    17,    8191,
                                     8192, 8193, 16383, 16384, 19998, 19999};
  const mv_item *byte = &sample_items[0];
  ptrdiff_t n = 20000;
  sample a, b;
  mv_items x, y;
  sample_make(&a, 1, 1, &n, false);
  sample_make(&b, 1, 1, &n, false);
  x = (mv_items){a.base, &a.lay, byte};
  y = (mv_items){b.base, &b.lay, byte};
  for (ptrdiff_t i = 0; i < n; i++)
    *sample_item(&a, i) = *sample_item(&b, i) = (unsigned char)(i % 251);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    *sample_item(&b, places[i]) ^= 0x80;
    CHECK(mv_mismatch(&x, &y) == places[i]);
    CHECK(!mv_equal(&x, &y));
    *sample_item(&b, places[i]) ^= 0x80;
  }
  CHECK(mv_mismatch(&x, &y) == -1);
  CHECK(mv_equal(&x, &y));
  sample_free(&a);
  sample_free(&b);
}

static const mv_format *parse(const char *text) {
  mv_fault fault;
  void *block = malloc(mv_format_measure(text, strlen(text), &fault));
  return mv_format_build(text, strlen(text), block, &fault);
}

/* Records, whose padding does not count; and items of no bytes. */
static void try_records(void) {
  static const char *const formats[] = {
      "<hB", ">hB", "T{B:a:xH:b:}", "T{<H:a:f:b:}", "3x", "0s", "<3i"};
  static const size_t n = sizeof formats / sizeof formats[0];
  for (size_t f = 0; f < n * n; f++) {
    const mv_format *fa = parse(formats[f / n]), *fb = parse(formats[f % n]);
    kinds k = {.a = &fa->item, .b = &fb->item};
    for (ptrdiff_t count = 0; count < 40; count++) {
      sample a, b;
      sample_make(&a, k.a->size, 1, &count, count % 2);
      sample_make(&b, k.b->size, 1, &count, count % 3);
      for (ptrdiff_t i = 0; i < count; i++)
        for (size_t j = 0; j < k.a->size && j < k.b->size; j++)
          sample_item(&a, i)[j] = sample_item(&b, i)[j] =
              (unsigned char)(sample_below(200) == 0);
      compare(&k, &a, &b);
      if (count > 0 && k.b->size > 0)
        *sample_item(&b, (ptrdiff_t)sample_below((uint32_t)count)) ^= 1;
      compare(&k, &a, &b);
      sample_free(&a);
      sample_free(&b);
    }
    free((void *)fa);
    free((void *)fb);
  }
}

int main(void) {
  try_all_kinds();
  try_all_near();
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  try_all_kinds();
  try_all_near();
#endif
  try_long();
  try_records();
  return check_report();
}
