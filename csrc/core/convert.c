/*
** convert.c - stores items as items of another format
** Numbers of the usual kinds are converted a block at a time: all to int64_t or
** double, which hold what any of them holds, and from there to where they go.
** A block in which one does not fit is left to mv_item_convert, so that there
** is one place that says what fits and why not.
*/
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

#include <math.h>

enum { BLOCK = 64 };

typedef struct block {
  size_t n;
  int64_t i[BLOCK]; /* the numbers while they are integers */
  double f[BLOCK];  /* and while they are floats */
} block;

#define INTEGERS(X)                                                            \
  X(MV_U8, uint8_t)                                                            \
  X(MV_I8, int8_t)                                                             \
  X(MV_U16, uint16_t)                                                          \
  X(MV_I16, int16_t)                                                           \
  X(MV_U32, uint32_t)                                                          \
  X(MV_I32, int32_t)                                                           \
  X(MV_U64, uint64_t)                                                          \
  X(MV_I64, int64_t)

static bool is_float(const mv_item *item) {
  return item->kind == MV_F32 || item->kind == MV_F64;
}

static bool is_usual(const mv_item *item) {
  int64_t lo;
  uint64_t hi;
  return is_float(item) || mv_item_range(item, &lo, &hi);
}

static void load(block *b, mv_kind kind, const unsigned char *in) {
  switch (kind) {
#define LOAD(kind, type, to, wide)                                             \
  case kind:                                                                   \
    for (size_t k = 0; k < b->n; k++) {                                        \
      type x;                                                                  \
      memcpy(&x, in + k * sizeof x, sizeof x);                                 \
      to[k] = (wide)x;                                                         \
    }                                                                          \
    break;
#define LOAD_INTEGER(kind, type) LOAD(kind, type, b->i, int64_t)
    INTEGERS(LOAD_INTEGER)
    LOAD(MV_F32, float, b->f, double)
    LOAD(MV_F64, double, b->f, double)
  default:
    break;
  }
}

static bool any_negative(const block *b) {
  int64_t all = 0;
  for (size_t k = 0; k < b->n; k++)
    all |= b->i[k];
  return all < 0;
}

static void to_floats(block *b) {
  for (size_t k = 0; k < b->n; k++)
    b->f[k] = (double)b->i[k];
}

/* False: one is no integer, or out of range. */
static bool to_integers(block *b) {
  bool fits = true;
  for (size_t k = 0; k < b->n; k++) {
    bool inside = b->f[k] >= -0x1p63 && b->f[k] < 0x1p63;
    b->i[k] = inside ? (int64_t)b->f[k] : 0;
    fits = fits && (double)b->i[k] == b->f[k];
  }
  return fits;
}

static bool store_f32(const block *b, unsigned char *out) {
  bool fits = true;
  for (size_t k = 0; k < b->n; k++) {
    bool inside = !(fabs(b->f[k]) >= 0x1.ffffffp127); /* a NaN is, too */
    float x = inside ? (float)b->f[k] : 0;
    fits = fits && inside;
    memcpy(out + k * sizeof x, &x, sizeof x);
  }
  return fits;
}

/* False: one is out of range. */
static bool store(const block *b, mv_kind kind, unsigned char *out) {
  bool fits = true;
  switch (kind) {
#define STORE_INTEGER(kind, type)                                              \
  case kind:                                                                   \
    for (size_t k = 0; k < b->n; k++) {                                        \
      type x = (type)b->i[k];                                                  \
      fits = fits && (int64_t)x == b->i[k];                                    \
      memcpy(out + k * sizeof x, &x, sizeof x);                                \
    }                                                                          \
    return fits;
    INTEGERS(STORE_INTEGER)
  case MV_F32:
    return store_f32(b, out);
  default:
    memcpy(out, b->f, b->n * sizeof b->f[0]);
    return true;
  }
}

/* Between numbers that lie side by side, in the byte order of the machine. */
static bool convert_native(block *b, unsigned char *out, const mv_item *ditem,
                           const unsigned char *in, const mv_item *sitem) {
  bool u64 = ditem->kind == MV_U64 || sitem->kind == MV_U64;
  if (ditem->kind == sitem->kind) {
    memcpy(out, in, b->n * sitem->size);
    return true;
  }
  load(b, sitem->kind, in);
  if (is_float(sitem) && !is_float(ditem) && !to_integers(b))
    return false;
  if (u64 && any_negative(b)) /* or above INT64_MAX */
    return false;
  if (is_float(ditem) && !is_float(sitem))
    to_floats(b);
  return store(b, ditem->kind, out);
}

/* Converts n items, at most a block of them. False: not all fit. */
static bool convert_block(unsigned char *out, const mv_item *ditem,
                          const unsigned char *in, ptrdiff_t step,
                          const mv_item *sitem, ptrdiff_t n) {
  unsigned char packed[BLOCK * 8];
  ptrdiff_t dsize = (ptrdiff_t)ditem->size, ssize = (ptrdiff_t)sitem->size;
  block b = {.n = (size_t)n};
  mv_copy_run(packed, in, (mv_axis){n, ssize, step}, sitem->size);
  if (sitem->swap)
    mv_swap_run(packed, ssize, n, sitem->size);
  if (!convert_native(&b, out, ditem, packed, sitem))
    return false;
  if (ditem->swap)
    mv_swap_run(out, dsize, n, ditem->size);
  return true;
}

/* Adds to *at the number of items converted. */
static mv_status convert_singly(unsigned char *out, const mv_item *ditem,
                                ptrdiff_t dstep, const unsigned char *in,
                                ptrdiff_t step, const mv_item *sitem,
                                ptrdiff_t n, ptrdiff_t *at) {
  for (ptrdiff_t k = 0; k < n; k++, ++*at) {
    mv_status status =
        mv_item_convert(ditem, out + k * dstep, sitem, in + k * step);
    if (status != MV_OK)
      return status;
  }
  return MV_OK;
}

mv_status mv_convert(unsigned char *out, const mv_item *ditem,
                     ptrdiff_t ditemsize, const unsigned char *src,
                     const mv_layout *slay, const mv_item *sitem,
                     ptrdiff_t *at) {
  bool usual = is_usual(ditem) && is_usual(sitem);
  mv_walker w;
  mv_walk(&w, MV_CORDER, (unsigned char *)src, slay);
  *at = 0;
  while (mv_walk_next(&w)) {
    for (ptrdiff_t i = 0, n; i < w.n; i += n) {
      const unsigned char *in = w.ptr[0] + i * w.step[0];
      unsigned char *to = out + *at * ditemsize;
      mv_status status;
      n = w.n - i < BLOCK ? w.n - i : BLOCK;
      if (usual && convert_block(to, ditem, in, w.step[0], sitem, n)) {
        *at += n;
        continue;
      }
      status =
          convert_singly(to, ditem, ditemsize, in, w.step[0], sitem, n, at);
      if (status != MV_OK)
        return status;
    }
  }
  return MV_OK;
}
