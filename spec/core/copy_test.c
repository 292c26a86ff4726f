/*
** copy_test.c - bulk kernels, compared with a loop over single items
** Every block is exactly as large as its items need, so a sanitizer reports
** each access beyond them. Whole blocks are compared: the bytes between the
** items must stay unchanged.
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* From lo to hi. */
static ptrdiff_t pick(ptrdiff_t lo, ptrdiff_t hi) {
  return lo + (ptrdiff_t)sample_below((uint32_t)(hi - lo + 1));
}

/* ---- blocks --------------------------------------------------------------*/

typedef struct memory {
  unsigned char *base;
  size_t size;
  mv_layout lay;
} memory;

static unsigned char *allocate(size_t size) {
  unsigned char *p = malloc(size > 0 ? size : 1);
  if (p == NULL)
    abort();
  return p;
}

static unsigned char *duplicate(const memory *m) {
  return memcpy(allocate(m->size), m->base, m->size);
}

/* A block around the layout, of random bytes, lead bytes before the first. */
static void give_memory(memory *m, ptrdiff_t lead) {
  ptrdiff_t lo, hi;
  m->lay.offset = 0;
  m->lay.indirect = false;
  CHECK(mv_layout_extent(&m->lay, &lo, &hi) == MV_OK);
  m->lay.offset = lead - lo;
  m->size = (size_t)(lead + hi - lo);
  m->base = allocate(m->size);
  sample_bytes(m->base, m->size);
}

static void shape_like(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                       const ptrdiff_t *shape) {
  ptrdiff_t nbytes;
  CHECK(mv_layout_set(lay, itemsize, ndim, shape, &nbytes) == MV_OK);
}

static void shuffle(int *perm, int n) {
  for (int i = 0; i < n; i++)
    perm[i] = i;
  for (int i = n - 1; i > 0; i--) {
    int j = (int)pick(0, i), t = perm[i];
    perm[i] = perm[j];
    perm[j] = t;
  }
}

/* Any order of dimensions and any direction, with or without gaps. */
static memory scattered(ptrdiff_t itemsize, int ndim, const ptrdiff_t *shape) {
  memory m;
  int perm[MV_MAXDIM];
  ptrdiff_t stride = itemsize;
  shape_like(&m.lay, itemsize, ndim, shape);
  shuffle(perm, ndim);
  for (int k = 0; k < ndim; k++) {
    const ptrdiff_t gaps[] = {0, 0, 0, 0, stride, 2 * stride, 1, pick(0, 40)};
    int d = perm[k];
    stride += gaps[pick(0, (ptrdiff_t)COUNT(gaps) - 1)];
    m.lay.strides[d] = pick(0, 3) > 0 ? stride : -stride;
    stride *= shape[d] > 0 ? shape[d] : 1;
  }
  mv_layout_normalise(&m.lay);
  give_memory(&m, pick(0, 9));
  return m;
}

/* One dimension, step items apart. */
static memory run(ptrdiff_t itemsize, ptrdiff_t n, ptrdiff_t step) {
  memory m;
  shape_like(&m.lay, itemsize, 1, &n);
  m.lay.strides[0] *= step;
  mv_layout_normalise(&m.lay);
  give_memory(&m, 0);
  return m;
}

/* ---- the model -----------------------------------------------------------*/

static unsigned char *item_at(const mv_layout *lay, unsigned char *base,
                              ptrdiff_t k) {
  ptrdiff_t idx[MV_MAXDIM];
  mv_layout_unravel(lay, k, idx);
  return mv_layout_at(lay, base, idx);
}

static void model_copy(unsigned char *dst, const mv_layout *dlay,
                       unsigned char *src, const mv_layout *slay) {
  ptrdiff_t n = mv_layout_count(dlay);
  for (ptrdiff_t k = 0; k < n; k++)
    memcpy(item_at(dlay, dst, k), item_at(slay, src, k),
           (size_t)dlay->itemsize);
}

static void reverse_bytes(unsigned char *p, size_t n) {
  for (size_t i = 0; i < n / 2; i++) {
    unsigned char byte = p[i];
    p[i] = p[n - 1 - i];
    p[n - 1 - i] = byte;
  }
}

/* ---- checks --------------------------------------------------------------*/

/* Whether the block is as expected, which is freed. */
static bool same(const memory *m, unsigned char *expected) {
  bool equal = memcmp(m->base, expected, m->size) == 0;
  free(expected);
  return equal;
}

static void check_copy(memory *dst, memory *src) {
  unsigned char *expected = duplicate(dst);
  model_copy(expected, &dst->lay, src->base, &src->lay);
  mv_copy(dst->base, &dst->lay, src->base, &src->lay);
  CHECK(same(dst, expected));
}

/* Against the model with a packed layout of that order. */
static void check_gather(memory *src, char order) {
  memory out = {.lay = src->lay};
  unsigned char *expected;
  mv_layout_order(&out.lay, order);
  give_memory(&out, 0);
  expected = duplicate(&out);
  model_copy(expected, &out.lay, src->base, &src->lay);
  mv_gather(out.base, src->base, &src->lay, order);
  CHECK(same(&out, expected));
  free(out.base);
}

static void check_scatter(memory *dst) {
  memory in = {.lay = dst->lay};
  unsigned char *expected = duplicate(dst);
  mv_layout_order(&in.lay, 'C');
  give_memory(&in, 0);
  model_copy(expected, &dst->lay, in.base, &in.lay);
  mv_scatter(dst->base, &dst->lay, in.base);
  CHECK(same(dst, expected));
  free(in.base);
}

/* How the bytes of the item that fills a block differ. */
typedef enum { RANDOM, EQUAL, LAST } filling;

static void check_fill(memory *dst, filling how) {
  unsigned char *expected = duplicate(dst);
  size_t size = (size_t)dst->lay.itemsize;
  unsigned char *item = allocate(size);
  ptrdiff_t n = mv_layout_count(&dst->lay);
  for (size_t i = 0; i < size; i++)
    item[i] = how == RANDOM ? (unsigned char)sample_below(256) : 0xA5;
  if (how == LAST)
    item[size - 1] = 0x5A;
  for (ptrdiff_t k = 0; k < n; k++)
    memcpy(item_at(&dst->lay, expected, k), item, size);
  mv_fill(dst->base, &dst->lay, item);
  CHECK(same(dst, expected));
  free(item);
}

/* An item of that kind is so many numbers of so many bytes. */
static void check_byteswap(memory *m, mv_kind kind, size_t numbers,
                           size_t size) {
  const mv_item item = {numbers * size, NULL, kind, false};
  unsigned char *expected = duplicate(m);
  ptrdiff_t n = mv_layout_count(&m->lay);
  for (ptrdiff_t k = 0; k < n; k++)
    for (size_t i = 0; i < numbers; i++)
      reverse_bytes(item_at(&m->lay, expected, k) + i * size, size);
  mv_byteswap(m->base, &m->lay, &item);
  CHECK(same(m, expected));
}

/* A byte at either end of what the layout reaches, and one beyond. */
static void check_extent(const memory *m) {
  const bool some = mv_layout_nbytes(&m->lay) > 0;
  mv_layout byte;
  ptrdiff_t lo, hi;
  shape_like(&byte, 1, 0, NULL);
  CHECK(mv_layout_extent(&m->lay, &lo, &hi) == MV_OK);
  byte.offset = lo;
  CHECK(mv_overlap(m->base, &m->lay, m->base, &byte) == some);
  byte.offset = hi - 1;
  CHECK(mv_overlap(m->base, &byte, m->base, &m->lay) == some);
  byte.offset = lo - 1;
  CHECK(!mv_overlap(m->base, &m->lay, m->base, &byte));
  byte.offset = hi;
  CHECK(!mv_overlap(m->base, &byte, m->base, &m->lay));
}

/* ---- cases ---------------------------------------------------------------*/

static const struct {
  mv_kind kind;
  size_t numbers, size;
} numbers[] = {
    {MV_U8, 1, 1},
    {MV_I8, 1, 1},
    {MV_U16, 1, 2},
    {MV_I16, 1, 2},
    {MV_F16, 1, 2},
    {MV_U32, 1, 4},
    {MV_I32, 1, 4},
    {MV_F32, 1, 4},
    {MV_U64, 1, 8},
    {MV_I64, 1, 8},
    {MV_F64, 1, 8},
    {MV_CF32, 2, 4},
    {MV_CF64, 2, 8},
    {MV_BYTES, 5, 1},
    {MV_BOOL, 1, 1},
    {MV_CHAR, 1, 1},
    {MV_U24, 1, 3},
    {MV_I24, 1, 3},
    {MV_LONGDOUBLE, 1, sizeof(long double)},
};

/* Small shapes of many dimensions, empty ones among them. */
static int random_shape(ptrdiff_t *shape) {
  int ndim = (int)pick(0, 5);
  for (int d = 0; d < ndim; d++)
    shape[d] = pick(0, 19) > 0 ? pick(1, ndim > 3 ? 5 : 20) : 0;
  return ndim;
}

static void random_layouts(void) {
  for (int i = 0; i < 3000; i++) {
    ptrdiff_t shape[5], itemsize = pick(1, 17);
    int ndim = random_shape(shape);
    size_t k = (size_t)pick(0, (ptrdiff_t)COUNT(numbers) - 1);
    memory dst = scattered(itemsize, ndim, shape);
    memory src = scattered(itemsize, ndim, shape);
    memory of_numbers = scattered(
        (ptrdiff_t)(numbers[k].numbers * numbers[k].size), ndim, shape);
    check_extent(&src);
    check_copy(&dst, &src);
    check_gather(&src, 'C');
    check_gather(&src, 'F');
    check_scatter(&dst);
    check_fill(&dst, i % 2 == 0 ? EQUAL : RANDOM);
    check_byteswap(&of_numbers, numbers[k].kind, numbers[k].numbers,
                   numbers[k].size);
    free(dst.base);
    free(src.base);
    free(of_numbers.base);
  }
}

/* Lengths around those of blocks and words, every kind of step. */
static void runs(void) {
  const ptrdiff_t sizes[] = {1, 2, 3, 4, 5, 8, 16, 24};
  const ptrdiff_t lengths[] = {0,  1,  2,  3,   4,   7,   8,   9,  15,
                               63, 64, 65, 127, 128, 129, 130, 300};
  const ptrdiff_t steps[] = {1, 2, 3, 40, -1, -2, -3};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (size_t n = 0; n < COUNT(lengths); n++)
      for (size_t a = 0; a < COUNT(steps); a++)
        for (size_t b = 0; b < COUNT(steps); b++) {
          memory dst = run(sizes[i], lengths[n], steps[a]);
          memory src = run(sizes[i], lengths[n], steps[b]);
          check_copy(&dst, &src);
          free(dst.base);
          free(src.base);
        }
}

/* Lines from columns, either way round, with and without gaps. */
static void transposed(ptrdiff_t size, ptrdiff_t rows, ptrdiff_t columns) {
  for (int way = 0; way < 16; way++) {
    const ptrdiff_t shape[] = {rows, columns};
    ptrdiff_t near = way & 4 ? 2 * size : size;
    ptrdiff_t far = (way & 8 ? rows + 3 : rows) * near;
    memory dst, src;
    shape_like(&dst.lay, size, 2, shape);
    shape_like(&src.lay, size, 2, shape);
    src.lay.strides[0] = way & 1 ? -near : near;
    src.lay.strides[1] = way & 2 ? -far : far;
    mv_layout_normalise(&src.lay);
    give_memory(&dst, 0);
    give_memory(&src, 0);
    check_copy(&dst, &src);
    check_copy(&src, &dst);
    free(dst.base);
    free(src.base);
  }
}

static void transpositions(void) {
  const ptrdiff_t sizes[] = {1, 2, 3, 4, 8, 16, 20};
  const ptrdiff_t lengths[] = {2, 3, 7, 8, 9, 17, 33, 130};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (size_t a = 0; a < COUNT(lengths); a++)
      for (size_t b = 0; b < COUNT(lengths); b++)
        transposed(sizes[i], lengths[a], lengths[b]);
}

/* Many items, and items larger than what is copied at a time. */
static void fills(void) {
  const ptrdiff_t sizes[] = {1, 2, 3, 4, 7, 8, 16, 100, 4095, 4096, 4097, 9000};
  const ptrdiff_t lengths[] = {0, 1, 2, 3, 5, 1000};
  for (size_t i = 0; i < COUNT(sizes); i++)
    for (size_t n = 0; n < COUNT(lengths); n++)
      for (ptrdiff_t step = 1; step <= 2; step++) {
        memory m = run(sizes[i], lengths[n], step);
        check_fill(&m, RANDOM);
        check_fill(&m, EQUAL);
        check_fill(&m, LAST);
        free(m.base);
      }
}

static void byteswaps(void) {
  const ptrdiff_t lengths[] = {0, 1, 63, 64, 65, 200};
  for (size_t k = 0; k < COUNT(numbers); k++)
    for (size_t n = 0; n < COUNT(lengths); n++)
      for (ptrdiff_t step = -2; step <= 2; step++) {
        ptrdiff_t size = (ptrdiff_t)(numbers[k].numbers * numbers[k].size);
        memory m = run(size, lengths[n], step == 0 ? 3 : step);
        check_byteswap(&m, numbers[k].kind, numbers[k].numbers,
                       numbers[k].size);
        free(m.base);
      }
}

/* ---- pointers ------------------------------------------------------------*/

enum { ROWS = 5, COLUMNS = 7, BEFORE = 3 };

/* Rows of 16-bit items, each behind a pointer and BEFORE bytes. */
typedef struct table {
  unsigned char rows[ROWS][BEFORE + 2 * COLUMNS];
  unsigned char *pointers[ROWS];
  mv_layout lay;
} table;

static void make_table(table *t) {
  const ptrdiff_t shape[] = {ROWS, COLUMNS};
  shape_like(&t->lay, 2, 2, shape);
  t->lay.strides[0] = (ptrdiff_t)sizeof t->pointers[0];
  t->lay.indirect = true;
  t->lay.suboffsets[0] = BEFORE;
  t->lay.suboffsets[1] = -1;
  for (int i = 0; i < ROWS; i++) {
    t->pointers[i] = t->rows[ROWS - 1 - i];
    sample_bytes(t->rows[i], sizeof t->rows[i]);
  }
}

static void pointers(void) {
  const mv_item item = {2, NULL, MV_U16, false};
  unsigned char out[ROWS * COLUMNS * 2], expected[ROWS * COLUMNS * 2];
  table t, other;
  mv_layout packed;
  make_table(&t);
  make_table(&other);
  packed = t.lay;
  mv_layout_order(&packed, 'C');
  model_copy(expected, &packed, (unsigned char *)t.pointers, &t.lay);
  mv_gather(out, (unsigned char *)t.pointers, &t.lay, 'C');
  CHECK(memcmp(out, expected, sizeof out) == 0);
  mv_copy((unsigned char *)other.pointers, &other.lay,
          (unsigned char *)t.pointers, &t.lay);
  mv_gather(out, (unsigned char *)other.pointers, &other.lay, 'C');
  CHECK(memcmp(out, expected, sizeof out) == 0);
  mv_byteswap((unsigned char *)t.pointers, &t.lay, &item);
  mv_byteswap(expected, &packed, &item);
  mv_gather(out, (unsigned char *)t.pointers, &t.lay, 'C');
  CHECK(memcmp(out, expected, sizeof out) == 0);
  mv_fill((unsigned char *)t.pointers, &t.lay, expected);
  mv_scatter((unsigned char *)other.pointers, &other.lay, expected);
  CHECK(memcmp(t.rows[0] + BEFORE, expected, 2) == 0);
  CHECK(memcmp(t.rows[ROWS - 1] + BEFORE + 2, expected, 2) == 0);
  CHECK(memcmp(other.rows[0] + BEFORE, expected + 2 * COLUMNS * (ROWS - 1),
               2 * COLUMNS) == 0);
  CHECK(mv_overlap((unsigned char *)t.pointers, &t.lay, out, &packed));
}

/* The most dimensions, with pointers in the last. */
static void deep_pointers(void) {
  ptrdiff_t shape[MV_MAXDIM];
  table from, to;
  mv_layout lay;
  make_table(&from);
  make_table(&to);
  for (int d = 0; d < MV_MAXDIM; d++)
    shape[d] = d == MV_MAXDIM - 1 ? ROWS : 1;
  shape_like(&lay, 2, MV_MAXDIM, shape);
  lay.indirect = true;
  for (int d = 0; d < MV_MAXDIM; d++)
    lay.suboffsets[d] = d == MV_MAXDIM - 1 ? BEFORE : -1;
  lay.strides[MV_MAXDIM - 1] = (ptrdiff_t)sizeof from.pointers[0];
  mv_copy((unsigned char *)to.pointers, &lay, (unsigned char *)from.pointers,
          &lay);
  for (int i = 0; i < ROWS; i++)
    CHECK(memcmp(to.pointers[i] + BEFORE, from.pointers[i] + BEFORE, 2) == 0);
}

/* ---- overlap -------------------------------------------------------------*/

static void overlaps(void) {
  static const struct {
    ptrdiff_t aoffset, an, astep, boffset, bn, bstep;
    bool overlap;
  } rows[] = {
      {0, 4, 1, 0, 4, 1, true},    /* the same */
      {0, 4, 1, 4, 4, 1, false},   /* side by side */
      {4, 4, 1, 0, 4, 1, false},   /* the other way round */
      {0, 5, 1, 4, 4, 1, true},    /* one byte */
      {3, 4, -1, 4, 4, 1, false},  /* backwards */
      {4, 4, -1, 4, 4, 1, true},   /* backwards, one byte */
      {0, 4, 2, 7, 4, 1, false},   /* behind the last of a strided one */
      {0, 4, 2, 6, 4, 1, true},    /* on it */
      {15, 0, 1, 0, 16, 1, false}, /* none of an empty one */
      {0, 16, 1, 15, 0, 1, false},
  };
  unsigned char block[16] = {0};
  for (size_t i = 0; i < COUNT(rows); i++) {
    mv_layout a, b;
    shape_like(&a, 1, 1, &rows[i].an);
    shape_like(&b, 1, 1, &rows[i].bn);
    a.offset = rows[i].aoffset;
    a.strides[0] = rows[i].astep;
    b.offset = rows[i].boffset;
    b.strides[0] = rows[i].bstep;
    CHECK(mv_overlap(block, &a, block, &b) == rows[i].overlap);
    b.offset -= 2;
    CHECK(mv_overlap(block, &a, block + 2, &b) == rows[i].overlap);
  }
}

/* ---- far items -----------------------------------------------------------*/

/* Items of no bytes, in rows whose length times their stride is more than a
** ptrdiff_t. A sanitizer sees a product that overflows. */
static void far_items(void) {
  static const ptrdiff_t shape[] = {2, 4};
  const ptrdiff_t far = PTRDIFF_MAX / 4 + 1;
  unsigned char *base = allocate(1);
  for (int both = 0; both < 2; both++) {
    mv_layout lay;
    mv_walker w;
    ptrdiff_t n = 0;
    shape_like(&lay, 0, 2, shape);
    lay.strides[0] = 1;
    lay.strides[1] = far;
    if (both)
      mv_walk2(&w, MV_CORDER, base, &lay, base, &lay);
    else
      mv_walk(&w, MV_CORDER, base, &lay);
    while (mv_walk_next(&w))
      n += w.n;
    CHECK(n == 8);
  }
  free(base);
}

int main(void) {
  random_layouts();
  runs();
  transpositions();
  fills();
  byteswaps();
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  byteswaps();
#endif
  pointers();
  deep_pointers();
  overlaps();
  far_items();
  return check_report();
}
