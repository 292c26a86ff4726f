/*
** search_test.c - index and count, compared with a loop over items
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

static bool is(const mv_item *item, const unsigned char *p,
               const mv_value *value) {
  mv_value v;
  mv_load(item, p, &v);
  return mv_value_equal(&v, value);
}

static void search(const sample *s, const mv_item *item,
                   const mv_value *value) {
  ptrdiff_t n = mv_layout_count(&s->lay), index = -1, count = 0;
  for (ptrdiff_t i = n - 1; i >= 0; i--)
    if (is(item, sample_item(s, i), value)) {
      index = i;
      count++;
    }
  ptrdiff_t got = mv_find_value(s->base, &s->lay, item, value);
  ptrdiff_t sum = mv_count_value(s->base, &s->lay, item, value);
  if (!CHECK(index == got) || !CHECK(count == sum))
    fprintf(stderr, "kind %d, swapped %d, tag %d: %td of %td, not %td of %td\n",
            item->kind, item->swap, value->tag, got, sum, index, count);
}

/* Items of few patterns, so that most are found, and late. */
static void try_shape(const mv_item *item, int ndim, const ptrdiff_t *shape,
                      bool strided) {
  unsigned char patterns[SAMPLE_PATTERNS][SAMPLE_SIZE];
  uint32_t n = (uint32_t)sample_patterns(item, patterns);
  sample s;
  sample_make(&s, item->size, ndim, shape, strided);
  uint32_t common = sample_below(n);
  for (ptrdiff_t i = 0; i < mv_layout_count(&s.lay); i++) {
    uint32_t k = sample_below(8) ? common : sample_below(n);
    memcpy(sample_item(&s, i), patterns[k], item->size);
  }
  for (size_t v = sample_below(7); v < SAMPLE_VALUES; v += 7)
    search(&s, item, &sample_values[v]);
  sample_free(&s);
}

static void try_kind(const mv_item *item) {
  for (ptrdiff_t n = 0; n <= 130; n += item->swap ? 13 : 1)
    try_shape(item, 1, &n, n % 2);
  for (ptrdiff_t n = 0; n < 5; n++) {
    ptrdiff_t shape[] = {3, n, 5 + n};
    try_shape(item, 0, NULL, false);
    try_shape(item, 2, shape + 1, n % 3);
    try_shape(item, 3, shape, n % 2);
  }
}

/* Each value at every place of a row of other items. */
static void try_places(const mv_item *item, const mv_value *value) {
  unsigned char pattern[SAMPLE_SIZE], other[SAMPLE_SIZE];
  sample s;
  ptrdiff_t n = 200;
  if (mv_store(item, pattern, value) != MV_OK || !is(item, pattern, value))
    return;
  memset(other, 0x61, sizeof other);
  if (is(item, other, value))
    memset(other, 0, sizeof other);
  sample_make(&s, item->size, 1, &n, false);
  for (ptrdiff_t i = 0; i < n; i++)
    memcpy(sample_item(&s, i), other, item->size);
  for (ptrdiff_t i = n - 1; i >= 0; i--) {
    memcpy(sample_item(&s, i), pattern, item->size);
    CHECK(mv_find_value(s.base, &s.lay, item, value) == i);
    CHECK(mv_count_value(s.base, &s.lay, item, value) == n - i);
  }
  sample_free(&s);
}

/* Records equal no value; more items than a narrow counter holds are counted.*/
static void try_odds(void) {
  mv_fault fault;
  mv_value zero = {.tag = MV_VINT, .as.i = 0};
  void *block = malloc(mv_format_measure("BB", 2, &fault));
  const mv_format *record = mv_format_build("BB", 2, block, &fault);
  ptrdiff_t n = 100000;
  sample s;
  sample_make(&s, 2, 1, &n, false);
  CHECK(mv_find_value(s.base, &s.lay, &record->item, &zero) == -1);
  CHECK(mv_count_value(s.base, &s.lay, &record->item, &zero) == 0);
  CHECK(mv_count_value(s.base, &s.lay, &sample_items[2], &zero) == n);
  mv_layout_cast(&s.lay, 1, -1, NULL, NULL);
  CHECK(mv_count_value(s.base, &s.lay, &sample_items[0], &zero) == 2 * n);
  sample_free(&s);
  free(block);
}

static void try_all(void) {
  for (size_t i = 0; i < SAMPLE_ITEMS_COUNT; i++) {
    try_kind(&sample_items[i]);
    for (size_t v = 0; v < SAMPLE_VALUES; v++)
      try_places(&sample_items[i], &sample_values[v]);
  }
  try_odds();
}

int main(void) {
  try_all();
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  try_all();
#endif
  return check_report();
}
