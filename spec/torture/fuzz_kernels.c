/*
** fuzz_kernels.c - random numbers and bytes for what works on many at once
** The input says what to do, in which formats, steps and lengths. The rest of
** it are items that repeat, and one that stands in between. Kernels must do
** what the functions for single items do, by the code for any machine and by
** that for this one. Blocks are exactly as large as their items need.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "kernels.h"
#include "mv.h"
#include "simd.h"

/* Around the sizes of runs and blocks, and where nothing is special. */
static ptrdiff_t take_count(input *in) {
  static const ptrdiff_t counts[] = {0,   16,  32,   64,   256,
                                     512, 600, 1024, 2048, 16384};
  ptrdiff_t n = counts[take(in) % 10] + take(in) % 5 - 2;
  return n < 0 ? 0 : n;
}

/* ---- items ---------------------------------------------------------------*/

typedef struct array {
  mv_item item;
  mv_layout lay;
  unsigned char *base;
  size_t size; /* of the block */
} array;

static unsigned char *at(const array *a, ptrdiff_t k) {
  return a->base + a->lay.offset + k * a->lay.strides[0];
}

/* Zeros of a kind of number, some bytes apart, in either direction. */
static void make(input *in, array *a, ptrdiff_t n) {
  mv_kind kind = (mv_kind)(take(in) % (MV_F16 + 1));
  ptrdiff_t size = (ptrdiff_t)mv_kinds[kind].size;
  int how = take(in);
  ptrdiff_t step = size * (1 + how % 3) + how / 4 % 2, nbytes;
  a->item = (mv_item){(size_t)size, NULL, kind, how / 8 % 2 == 1};
  mv_layout_set(&a->lay, size, 1, &n, &nbytes);
  a->size = n > 0 ? (size_t)(step * (n - 1) + size) : 0;
  a->lay.strides[0] = step;
  if (how / 16 % 2 == 1 && n > 1) {
    a->lay.offset = step * (n - 1);
    a->lay.strides[0] = -step;
  }
  mv_layout_normalise(&a->lay);
  a->base = calloc(1, a->size + (a->size == 0));
}

static void put(const array *a, ptrdiff_t k, const array *from, ptrdiff_t j) {
  memcpy(at(a, k), at(from, j), a->item.size);
}

/* What is left of the input again and again, its first item once elsewhere. */
static void fill(input *in, const array *a) {
  ptrdiff_t n = a->lay.shape[0], odd = 256 * take(in) + take(in);
  size_t size = a->item.size, left;
  unsigned char first[8];
  for (size_t i = 0; i < size; i++)
    first[i] = (unsigned char)take(in);
  left = (size_t)(in->end - in->p) / size;
  for (ptrdiff_t k = 0; k < n && left > 0; k++)
    memcpy(at(a, k), in->p + (size_t)k % left * size, size);
  if (n > 0)
    memcpy(at(a, odd % n), first, size);
}

/* ---- the kernels ---------------------------------------------------------*/

static void try_convert(const array *from, const array *to) {
  ptrdiff_t n = from->lay.shape[0], k = 0, failed = -1;
  unsigned char *expected = calloc(1, to->size + (to->size == 0));
  array singly = *to;
  mv_status want = MV_OK, got;
  singly.base = expected;
  for (; k < n && want == MV_OK; k++)
    want = mv_item_convert(&to->item, at(&singly, k), &from->item, at(from, k));
  if (want != MV_OK)
    memset(expected, 0, to->size);
  memset(to->base, 0, to->size);
  got = mv_convert(&(mv_items){to->base, &to->lay, &to->item},
                   &(mv_items){from->base, &from->lay, &from->item}, &failed);
  require(got == want && (want == MV_OK || failed == k - 1));
  require(memcmp(expected, to->base, to->size) == 0);
  free(expected);
}

static void try_compare(const array *a, const array *b) {
  mv_items x = {a->base, &a->lay, &a->item}, y = {b->base, &b->lay, &b->item};
  ptrdiff_t n = a->lay.shape[0], k = 0;
  while (k < n && mv_item_equal(&a->item, at(a, k), &b->item, at(b, k)))
    k++;
  require(mv_mismatch(&x, &y) == (k < n ? k : -1));
  require(mv_equal(&x, &y) == (k == n));
}

/* Whether x is below y. Both are of one format. */
static bool below(const mv_value *x, const mv_value *y) {
  if (x->tag == MV_VFLOAT)
    return x->as.f < y->as.f;
  if (x->tag != y->tag)
    return y->tag == MV_VUINT;
  return x->tag == MV_VUINT ? x->as.u < y->as.u : x->as.i < y->as.i;
}

static void try_extreme(const array *a, bool greatest) {
  ptrdiff_t best = -1;
  mv_value x, y = {.tag = MV_VINT};
  for (ptrdiff_t k = 0; k < a->lay.shape[0]; k++) {
    mv_load(&a->item, at(a, k), &x);
    if (best < 0 || (greatest ? below(&y, &x) : below(&x, &y))) {
      best = k;
      y = x;
    }
    if (x.tag == MV_VFLOAT && isnan(x.as.f)) {
      best = k;
      break;
    }
  }
  require(mv_extreme(a->base, &a->lay, &a->item, greatest) == best);
}

static void try_find(const unsigned char *hay, size_t n,
                     const unsigned char *needle, size_t m) {
  ptrdiff_t first = -1, last = -1;
  for (size_t i = 0; m <= n && i <= n - m; i++)
    if (memcmp(hay + i, needle, m) == 0) {
      first = first < 0 ? (ptrdiff_t)i : first;
      last = (ptrdiff_t)i;
    }
  require(mv_find(hay, n, needle, m) == first);
  require(mv_rfind(hay, n, needle, m) == last);
}

static void twice(void (*work)(void *), void *with) {
  work(with);
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  work(with);
  mv_plain_code = false;
#endif
}

/* ---- numbers -------------------------------------------------------------*/

typedef struct numbers {
  array a, b;
} numbers;

static void on_numbers(void *with) {
  numbers *x = with;
  ptrdiff_t n = x->a.lay.shape[0];
  try_convert(&x->a, &x->b);
  try_compare(&x->a, &x->b);
  try_extreme(&x->a, false);
  try_extreme(&x->a, true);
  for (ptrdiff_t k = 0; k < n; k++) /* as equal as they can be, but for one */
    mv_item_convert(&x->b.item, at(&x->b, k), &x->a.item, at(&x->a, k));
  try_compare(&x->a, &x->b);
  if (n > 1) {
    put(&x->b, n / 2, &x->b, n - 1);
    try_compare(&x->a, &x->b);
  }
}

static void numbers_of(input *in) {
  numbers x;
  ptrdiff_t n = take_count(in);
  make(in, &x.a, n);
  make(in, &x.b, n);
  fill(in, &x.a);
  twice(on_numbers, &x);
  free(x.a.base);
  free(x.b.base);
}

/* ---- bytes ---------------------------------------------------------------*/

typedef struct bytes {
  unsigned char *hay, *needle;
  size_t n, m;
} bytes;

static void on_bytes(void *with) {
  bytes *x = with;
  try_find(x->hay, x->n, x->needle, x->m);
}

/* A hay that repeats; the needle is a part of it, of which a byte may differ. */
static void bytes_of(input *in) {
  bytes x = {.n = (size_t)take_count(in) % 4096};
  size_t from = (size_t)(256 * take(in) + take(in));
  size_t odd = (size_t)(256 * take(in) + take(in)), left;
  unsigned char change = (unsigned char)take(in);
  x.m = (size_t)take(in) * (size_t)(1 + take(in) % 8);
  left = (size_t)(in->end - in->p);
  x.hay = calloc(1, x.n + (x.n == 0));
  x.needle = calloc(1, x.m + (x.m == 0));
  for (size_t i = 0; i < x.n && left > 0; i++)
    x.hay[i] = in->p[i % left];
  for (size_t i = 0; i < x.m && left > 0; i++)
    x.needle[i] = in->p[(from + i) % left];
  if (x.m > 0)
    x.needle[odd % x.m] ^= change;
  if (x.n >= x.m && odd % 2 == 1) /* the only one, perhaps */
    memcpy(x.hay + from % (x.n - x.m + 1), x.needle, x.m);
  twice(on_bytes, &x);
  free(x.hay);
  free(x.needle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {data, data + size};
  if (take(&in) % 4 == 0)
    bytes_of(&in);
  else
    numbers_of(&in);
  return 0;
}
