/*
** sample.h - memory, layouts and values for the tests of kernels
** They are the same in every run. Blocks are exactly as large as their layouts
** need, so a sanitizer reports each access beyond the items.
*/
#ifndef SAMPLE_H
#define SAMPLE_H

#include "mv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t sample_state = 0x9e3779b97f4a7c15;

/* A number from 0 up to and without n. */
static inline uint32_t sample_below(uint32_t n) {
  assert(n > 0);
  sample_state ^= sample_state << 13;
  sample_state ^= sample_state >> 7;
  sample_state ^= sample_state << 17;
  return (uint32_t)(sample_state >> 32) % n;
}

static inline void sample_bytes(unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    p[i] = (unsigned char)sample_below(256);
}

typedef struct sample {
  unsigned char *base;
  mv_layout lay;
} sample;

static inline unsigned char *sample_item(const sample *s, ptrdiff_t k) {
  ptrdiff_t idx[MV_MAXDIM];
  mv_layout_unravel(&s->lay, k, idx);
  return mv_layout_at(&s->lay, s->base, idx);
}

/* Zeros in that shape, at any address: in C order, or with strides of any order
** and sign and with gaps between the items. */
static inline void sample_make(sample *s, size_t itemsize, int ndim,
                               const ptrdiff_t *shape, bool strided) {
  ptrdiff_t step = (ptrdiff_t)itemsize, shift = (ptrdiff_t)sample_below(8);
  ptrdiff_t size;
  mv_layout *lay = &s->lay;
  mv_layout_set(lay, step, ndim, shape, &size);
  lay->offset = shift;
  for (int i = 0, from = (int)sample_below(4); strided && i < ndim; i++) {
    int d = (i + from) % ndim;
    step = step * (1 + (ptrdiff_t)sample_below(3)) + (ptrdiff_t)sample_below(2);
    lay->strides[d] = step;
    if (shape[d] > 1 && sample_below(2)) {
      lay->offset += step * (shape[d] - 1);
      lay->strides[d] = -step;
    }
    if (shape[d] > 1)
      step *= shape[d];
  }
  mv_layout_normalise(lay);
  ptrdiff_t lo, hi;
  mv_layout_extent(lay, &lo, &hi);
  s->base = calloc(1, (size_t)hi + !hi);
}

static inline void sample_free(sample *s) { free(s->base); }

#define SAMPLE_INT(n)                                                          \
  { .tag = MV_VINT, .as.i = (n) }
#define SAMPLE_UINT(n)                                                         \
  { .tag = MV_VUINT, .as.u = (n) }
#define SAMPLE_FLOAT(x)                                                        \
  { .tag = MV_VFLOAT, .as.f = (x) }

static const mv_value sample_values[] = {
    SAMPLE_INT(0),
    SAMPLE_INT(1),
    SAMPLE_INT(-1),
    SAMPLE_INT(2),
    SAMPLE_INT(127),
    SAMPLE_INT(128),
    SAMPLE_INT(255),
    SAMPLE_INT(-128),
    SAMPLE_INT(256),
    SAMPLE_INT(32767),
    SAMPLE_INT(32768),
    SAMPLE_INT(65535),
    SAMPLE_INT(-32768),
    SAMPLE_INT(65536),
    SAMPLE_INT(16777217),
    SAMPLE_INT(INT32_MAX),
    SAMPLE_INT(INT32_MIN),
    SAMPLE_INT(UINT32_MAX),
    SAMPLE_INT(INT64_C(1) << 53),
    SAMPLE_INT((INT64_C(1) << 53) + 1),
    SAMPLE_INT(INT64_MAX),
    SAMPLE_INT(INT64_MIN),
    SAMPLE_UINT(UINT64_C(1) << 63),
    SAMPLE_UINT(UINT64_MAX),
    SAMPLE_FLOAT(0.0),
    SAMPLE_FLOAT(-0.0),
    SAMPLE_FLOAT(1.0),
    SAMPLE_FLOAT(-1.0),
    SAMPLE_FLOAT(0.1),
    SAMPLE_FLOAT(0.5),
    SAMPLE_FLOAT(5.9604644775390625e-8),
    SAMPLE_FLOAT(0x1p-149),
    SAMPLE_FLOAT(5e-324),
    SAMPLE_FLOAT(2048.0),
    SAMPLE_FLOAT(4294967295.0),
    SAMPLE_FLOAT(0x1p53),
    SAMPLE_FLOAT(0x1p63),
    SAMPLE_FLOAT(-0x1p63),
    SAMPLE_FLOAT(0x1p64),
    SAMPLE_FLOAT(1e300),
    SAMPLE_FLOAT(INFINITY),
    SAMPLE_FLOAT(-INFINITY),
    SAMPLE_FLOAT(NAN),
    {.tag = MV_VBOOL, .as.b = true},
    {.tag = MV_VBOOL, .as.b = false},
    {.tag = MV_VBYTES, .as.s = {(const unsigned char *)"\1", 1}},
    {.tag = MV_VBYTES, .as.s = {(const unsigned char *)"abc", 3}},
    {.tag = MV_VCOMPLEX, .as.z = {1.0, 0.0}},
    {.tag = MV_VCOMPLEX, .as.z = {1.0, 2.0}},
};
#define SAMPLE_VALUES (sizeof sample_values / sizeof sample_values[0])

/* Items of all kinds but records, then the same in the other byte order. */
#define SAMPLE_ITEM(kind, size, swap)                                          \
  { size, NULL, kind, swap }
#define SAMPLE_ITEMS(swap)                                                     \
  SAMPLE_ITEM(MV_U8, 1, swap), SAMPLE_ITEM(MV_I8, 1, swap),                    \
      SAMPLE_ITEM(MV_U16, 2, swap), SAMPLE_ITEM(MV_I16, 2, swap),              \
      SAMPLE_ITEM(MV_U32, 4, swap), SAMPLE_ITEM(MV_I32, 4, swap),              \
      SAMPLE_ITEM(MV_U64, 8, swap), SAMPLE_ITEM(MV_I64, 8, swap),              \
      SAMPLE_ITEM(MV_F32, 4, swap), SAMPLE_ITEM(MV_F64, 8, swap),              \
      SAMPLE_ITEM(MV_F16, 2, swap), SAMPLE_ITEM(MV_U24, 3, swap),              \
      SAMPLE_ITEM(MV_I24, 3, swap),                                            \
      SAMPLE_ITEM(MV_LONGDOUBLE, sizeof(long double), swap),                   \
      SAMPLE_ITEM(MV_BOOL, 1, swap), SAMPLE_ITEM(MV_CHAR, 1, swap),            \
      SAMPLE_ITEM(MV_BYTES, 3, swap), SAMPLE_ITEM(MV_PASCAL, 4, swap),         \
      SAMPLE_ITEM(MV_CF32, 8, swap), SAMPLE_ITEM(MV_CF64, 16, swap)

static const mv_item sample_items[] = {SAMPLE_ITEMS(false), SAMPLE_ITEMS(true)};
#define SAMPLE_ITEMS_COUNT (sizeof sample_items / sizeof sample_items[0])
#define SAMPLE_SIZE 16 /* of the largest item */

/*
** All items of a sort that the values make; and some that only bytes make: the
** true byte 2, the NaN next to infinity, letters. Returns how many.
*/
static inline size_t sample_patterns(const mv_item *item,
                                     unsigned char (*out)[SAMPLE_SIZE]) {
  size_t n = 0, low = item->swap ? item->size - 1 : 0;
  for (size_t i = 0; i < SAMPLE_VALUES; i++) {
    if (mv_store(item, out[n], &sample_values[i]) != MV_OK)
      continue;
    n++;
    if (sample_values[i].tag == MV_VFLOAT && isinf(sample_values[i].as.f)) {
      memcpy(out[n], out[n - 1], item->size);
      out[n++][MV_BIGENDIAN ? item->size - 1 - low : low] |= 1;
    }
  }
  if (item->kind == MV_BOOL)
    memset(out[n++], 2, item->size);
  memset(out[n++], 0x61, item->size);
  return n;
}
#define SAMPLE_PATTERNS (SAMPLE_VALUES + 4)

#endif
