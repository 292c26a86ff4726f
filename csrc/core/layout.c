/*
** layout.c - layouts, which locate the items
** Every function keeps two invariants. The items of a layout lie inside its
** block. The size of an empty layout would fit a ptrdiff_t if its dimensions of
** 0 items, and its items of 0 bytes, had 1. Products of a valid layout (count,
** size, (shape - 1) * stride) therefore fit, and only the functions that make
** dimensions check for overflow. The offset of an empty layout is not moved: it
** stays in the block.
*/
#include "layout.h"

#include <string.h>

bool mv_mul(ptrdiff_t a, ptrdiff_t b, ptrdiff_t *out) {
  if (b != 0 && a > PTRDIFF_MAX / b)
    return false;
  *out = a * b;
  return true;
}

/* The dimension whose suboffset is applied last before dimension dim; or -1. */
static int last_pointer(const mv_layout *lay, int dim) {
  int d = dim - 1;
  if (!lay->indirect)
    return -1;
  while (d >= 0 && lay->suboffsets[d] < 0)
    d--;
  return d;
}

static void update_indirect(mv_layout *lay) {
  lay->indirect = last_pointer(lay, lay->ndim) >= 0;
}

/*
** Moves all items of the dimensions from dim on by bytes. If a pointer is
** followed before dimension dim, its suboffset is changed, otherwise the
** offset. The layout is not empty.
*/
static mv_status shift(mv_layout *lay, int dim, ptrdiff_t bytes) {
  int p = last_pointer(lay, dim);
  if (p < 0) {
    lay->offset += bytes;
  } else {
    if (lay->suboffsets[p] + bytes < 0)
      return MV_EINDIRECT;
    lay->suboffsets[p] += bytes;
  }
  return MV_OK;
}

/* ---- making --------------------------------------------------------------*/

/* The size of a block of that shape. */
static mv_status measure(ptrdiff_t itemsize, int ndim, const ptrdiff_t *shape,
                         ptrdiff_t *nbytes) {
  ptrdiff_t size = itemsize > 0 ? itemsize : 1; /* as NumPy counts, too */
  bool empty = itemsize == 0;
  if (ndim > MV_MAXDIM)
    return MV_EDIMS;
  for (int d = 0; d < ndim; d++) {
    if (shape[d] == 0)
      empty = true;
    else if (!mv_mul(size, shape[d], &size))
      return MV_ETOOBIG;
  }
  *nbytes = empty ? 0 : size;
  return MV_OK;
}

mv_status mv_layout_set(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                        const ptrdiff_t *shape, ptrdiff_t *nbytes) {
  mv_status status = measure(itemsize, ndim, shape, nbytes);
  if (status != MV_OK)
    return status;
  lay->itemsize = itemsize;
  lay->ndim = ndim;
  if (ndim > 0)
    memmove(lay->shape, shape, (size_t)ndim * sizeof *shape);
  mv_layout_order(lay, 'C');
  return MV_OK;
}

/* Sets the strides of the dimensions from first on. */
static void set_order(mv_layout *lay, char order, int first) {
  ptrdiff_t stride = lay->itemsize;
  for (int k = 0; k < lay->ndim - first; k++) {
    int d = order == 'F' ? first + k : lay->ndim - 1 - k;
    lay->strides[d] = stride;
    if (lay->shape[d] > 1)
      stride *= lay->shape[d];
  }
}

void mv_layout_order(mv_layout *lay, char order) {
  lay->offset = 0;
  lay->indirect = false;
  set_order(lay, order, 0);
}

void mv_layout_normalise(mv_layout *lay) {
  bool empty = mv_layout_count(lay) == 0;
  ptrdiff_t stride = lay->itemsize;
  for (int d = lay->ndim - 1; d >= 0; d--) {
    if (empty || lay->shape[d] < 2)
      lay->strides[d] = stride;
    if (lay->shape[d] > 1)
      stride *= lay->shape[d];
  }
}

/* ---- asking --------------------------------------------------------------*/

mv_status mv_layout_extent(const mv_layout *lay, ptrdiff_t *lo, ptrdiff_t *hi) {
  *lo = *hi = lay->offset;
  if (mv_layout_count(lay) == 0)
    return MV_OK;
  for (int d = 0; d < lay->ndim; d++) {
    ptrdiff_t stride = lay->strides[d], span;
    if (stride == PTRDIFF_MIN)
      return MV_ETOOBIG;
    if (!mv_mul(lay->shape[d] - 1, stride < 0 ? -stride : stride, &span))
      return MV_ETOOBIG;
    if (stride < 0 ? *lo < PTRDIFF_MIN + span : *hi > PTRDIFF_MAX - span)
      return MV_ETOOBIG;
    if (stride < 0)
      *lo -= span;
    else
      *hi += span;
  }
  if (*hi > PTRDIFF_MAX - lay->itemsize)
    return MV_ETOOBIG;
  *hi += lay->itemsize;
  return MV_OK;
}

ptrdiff_t mv_layout_count(const mv_layout *lay) {
  size_t n = 1; /* of a valid layout, no product overflows */
  for (int d = 0; d < lay->ndim; d++)
    n *= (size_t)lay->shape[d];
  return (ptrdiff_t)n;
}

ptrdiff_t mv_layout_nbytes(const mv_layout *lay) {
  return mv_layout_count(lay) * lay->itemsize;
}

bool mv_layout_contiguous(const mv_layout *lay, char order) {
  ptrdiff_t stride = lay->itemsize;
  if (lay->indirect)
    return false;
  if (lay->ndim == 1) /* strides of few items are normalised */
    return lay->strides[0] == stride;
  if (mv_layout_count(lay) == 0)
    return true;
  for (int k = 0; k < lay->ndim; k++) {
    int d = order == 'F' ? k : lay->ndim - 1 - k;
    if (lay->shape[d] > 1 && lay->strides[d] != stride)
      return false;
    stride *= lay->shape[d];
  }
  return true;
}

bool mv_layout_valid(const mv_layout *lay) {
  ptrdiff_t nbytes = lay->itemsize, lo, hi;
  bool empty = false;
  if (lay->ndim < 0 || lay->ndim > MV_MAXDIM || lay->itemsize < 0)
    return false;
  for (int d = 0; d < lay->ndim; d++) {
    if (lay->shape[d] < 0)
      return false;
    empty = empty || lay->shape[d] == 0;
  }
  for (int d = 0; d < lay->ndim && !empty; d++)
    if (!mv_mul(nbytes, lay->shape[d], &nbytes))
      return false;
  return mv_layout_extent(lay, &lo, &hi) == MV_OK;
}

bool mv_layout_inside(const mv_layout *lay, size_t nbytes) {
  ptrdiff_t lo, hi;
  if (lay->indirect || mv_layout_count(lay) == 0)
    return true;
  return mv_layout_extent(lay, &lo, &hi) == MV_OK && lo >= 0 &&
         (size_t)hi <= nbytes;
}

bool mv_layout_same_shape(const mv_layout *a, const mv_layout *b) {
  return a->ndim == b->ndim &&
         memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
}

/* ---- slicing -------------------------------------------------------------*/

/* Converts a position of string.sub to a clipped number of items from the
** start. */
static int64_t clip_low(int64_t n, int64_t i) {
  if (i > n)
    return n;
  if (i >= 0)
    return i;
  return i < -n ? 0 : n + i + 1;
}

/* The same for the start of a range, which is not before the first item. */
static int64_t clip_high(int64_t n, int64_t i) {
  if (i > n)
    return n + 1; /* may exceed a ptrdiff_t */
  if (i > 0)
    return i;
  return i == 0 || i < -n ? 1 : n + i + 1;
}

void mv_range(ptrdiff_t n, int64_t i, int64_t j, int64_t step, ptrdiff_t *start,
              ptrdiff_t *count) {
  /* the magnitude, computed unsigned: -INT64_MIN is not an int64_t */
  uint64_t width = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
  int64_t first = step > 0 ? clip_high(n, i) : clip_low(n, i);
  int64_t last = step > 0 ? clip_low(n, j) : clip_high(n, j);
  int64_t span = step > 0 ? last - first : first - last;
  *start = (ptrdiff_t)(first - 1);
  *count = span < 0 ? 0 : (ptrdiff_t)((uint64_t)span / width + 1);
}

mv_status mv_layout_slice(mv_layout *lay, int dim, ptrdiff_t start,
                          ptrdiff_t count, ptrdiff_t step) {
  int p = last_pointer(lay, dim);
  ptrdiff_t stride = lay->strides[dim];
  if (count > 0 && mv_layout_count(lay) > 0) {
    mv_status status = shift(lay, dim, start * stride);
    if (status != MV_OK)
      return status;
  } else if (p >= 0) { /* as Python; a wrong number is never used */
    size_t moved = (size_t)lay->suboffsets[p] + (size_t)start * (size_t)stride;
    lay->suboffsets[p] = (ptrdiff_t)moved;
  }
  lay->shape[dim] = count;
  if (count > 1)
    lay->strides[dim] *= step; /* lies inside: no overflow */
  mv_layout_normalise(lay);
  return MV_OK;
}

static void drop(mv_layout *lay, int dim) {
  size_t n = (size_t)(lay->ndim - dim - 1) * sizeof lay->shape[0];
  memmove(lay->shape + dim, lay->shape + dim + 1, n);
  memmove(lay->strides + dim, lay->strides + dim + 1, n);
  if (lay->indirect)
    memmove(lay->suboffsets + dim, lay->suboffsets + dim + 1, n);
  lay->ndim--;
  update_indirect(lay);
  mv_layout_normalise(lay);
}

static unsigned char *follow(const unsigned char *p, ptrdiff_t suboffset) {
  unsigned char *q;
  memcpy(&q, p, sizeof q);
  return q + suboffset;
}

/* p - base as integers, as the pointers may point into two objects. */
static ptrdiff_t offset_from(const unsigned char *base,
                             const unsigned char *p) {
  return (ptrdiff_t)((uintptr_t)p - (uintptr_t)base);
}

mv_status mv_layout_take(mv_layout *lay, const unsigned char *base, int dim,
                         ptrdiff_t k) {
  bool pointer = lay->indirect && lay->suboffsets[dim] >= 0;
  if (mv_layout_count(lay) > 0) {
    ptrdiff_t move = k * lay->strides[dim];
    mv_status status;
    if (pointer && dim == 0) {
      const unsigned char *p = base + lay->offset + move;
      lay->offset = offset_from(base, follow(p, lay->suboffsets[0]));
    } else {
      if (pointer && lay->suboffsets[dim - 1] >= 0)
        return MV_EINDIRECT;
      status = shift(lay, dim, move);
      if (status != MV_OK)
        return status;
      if (pointer)
        lay->suboffsets[dim - 1] = lay->suboffsets[dim];
    }
  }
  drop(lay, dim);
  return MV_OK;
}

void mv_layout_transpose(mv_layout *lay, const int *perm) {
  ptrdiff_t shape[MV_MAXDIM], strides[MV_MAXDIM];
  for (int d = 0; d < lay->ndim; d++) {
    shape[d] = lay->shape[perm[d]];
    strides[d] = lay->strides[perm[d]];
  }
  memcpy(lay->shape, shape, (size_t)lay->ndim * sizeof shape[0]);
  memcpy(lay->strides, strides, (size_t)lay->ndim * sizeof strides[0]);
  mv_layout_normalise(lay);
}

/* ---- fields --------------------------------------------------------------*/

mv_status mv_layout_field(mv_layout *lay, const mv_field *field, size_t nth) {
  mv_layout wide = *lay;
  ptrdiff_t nbytes;
  mv_status status;
  if (field->ndim > MV_MAXDIM - lay->ndim)
    return MV_EDIMS;
  wide.ndim += field->ndim;
  wide.itemsize = (ptrdiff_t)field->item.size;
  for (int d = lay->ndim; d < wide.ndim; d++) {
    wide.shape[d] = field->shape[d - lay->ndim];
    wide.suboffsets[d] = -1;
  }
  status = measure(wide.itemsize, wide.ndim, wide.shape, &nbytes);
  if (status != MV_OK)
    return status;
  if (mv_layout_count(&wide) > 0)
    shift(&wide, lay->ndim, (ptrdiff_t)(field->offset + nth * field->size));
  set_order(&wide, 'C', lay->ndim);
  mv_layout_normalise(&wide);
  *lay = wide;
  return MV_OK;
}

/* ---- finding items -------------------------------------------------------*/

unsigned char *mv_layout_at(const mv_layout *lay, unsigned char *base,
                            const ptrdiff_t *idx) {
  unsigned char *p = base + lay->offset;
  for (int d = 0; d < lay->ndim; d++) {
    p += idx[d] * lay->strides[d];
    if (lay->indirect && lay->suboffsets[d] >= 0)
      p = follow(p, lay->suboffsets[d]);
  }
  return p;
}

ptrdiff_t mv_layout_offset(const mv_layout *lay, const unsigned char *base,
                           const ptrdiff_t *idx) {
  return offset_from(base, mv_layout_at(lay, (unsigned char *)base, idx));
}

void mv_layout_unravel(const mv_layout *lay, ptrdiff_t k, ptrdiff_t *idx) {
  for (int d = lay->ndim - 1; d > 0; d--) {
    idx[d] = k % lay->shape[d];
    k /= lay->shape[d];
  }
  if (lay->ndim > 0)
    idx[0] = k;
}
