/*
** reshape.c - casts a layout to another item size and another shape
** Items without gaps between them take any shape. Otherwise the dimensions are
** merged into as few runs of evenly spaced items as possible. Each new
** dimension must then lie inside one run, because its items must have a
** constant stride.
*/
#include "layout.h"

/* Evenly spaced items, in C order: the dimensions up to last. */
typedef struct evenrun {
  ptrdiff_t n, stride;
  int last;
} evenrun;

/* Whether n items, stride bytes apart, fill one step of outer bytes. The
** product is unsigned, as it may just exceed PTRDIFF_MAX. */
static bool fills(ptrdiff_t outer, ptrdiff_t n, ptrdiff_t stride) {
  return (size_t)outer == (size_t)n * (size_t)stride;
}

/* The runs of a layout that is not empty, outermost first; their number. */
static int merge_dims(const mv_layout *lay, evenrun *runs) {
  int n = 0;
  for (int d = 0; d < lay->ndim; d++) {
    evenrun run = {lay->shape[d], lay->strides[d], d};
    if (run.n == 1)
      continue;
    if (n > 0 && fills(runs[n - 1].stride, run.n, run.stride))
      run.n *= runs[--n].n;
    runs[n++] = run;
  }
  return n;
}

/*
** Divides the innermost run into items of another size. An item with gaps
** around it is a run of its own. False: the run has no whole number of items.
*/
static bool resize_items(evenrun *runs, int *n, ptrdiff_t size,
                         ptrdiff_t wanted) {
  evenrun *inner;
  if (runs[*n - 1].stride != size)
    runs[(*n)++] = (evenrun){1, size, 0};
  inner = &runs[*n - 1];
  if (inner->n * size % wanted != 0)
    return false;
  inner->n = inner->n * size / wanted;
  inner->stride = wanted;
  return true;
}

/*
** Finds the strides, from the innermost dimension on, of a shape that has as
** many items as the n runs. Returns -1, or the run that a dimension would
** exceed.
*/
static int place_dims(const evenrun *runs, int n, int ndim,
                      const ptrdiff_t *shape, ptrdiff_t *strides) {
  ptrdiff_t used = 1; /* items of the run: a divisor of their number */
  int k = n - 1;
  for (int d = ndim - 1; d >= 0; d--) {
    while (k > 0 && used == runs[k].n) {
      k--;
      used = 1;
    }
    strides[d] = runs[k].stride;
    if (shape[d] == 1)
      continue;
    if (runs[k].n / used % shape[d] != 0)
      return k;
    strides[d] *= used;
    used *= shape[d];
  }
  return -1;
}

/* The cast of a layout with gaps, which has two items at least and is not empty,
** to a shape of the same size. */
static mv_status cast_strided(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                              const ptrdiff_t *shape, int *dim) {
  evenrun runs[MV_MAXDIM + 1];
  ptrdiff_t strides[MV_MAXDIM] = {0};
  int n = merge_dims(lay, runs), bad = -1;
  if (n == 0) /* not with two items or more */
    return MV_ENOTCONTIGUOUS;
  if (itemsize != lay->itemsize &&
      !resize_items(runs, &n, lay->itemsize, itemsize))
    bad = n - 1;
  else
    bad = place_dims(runs, n, ndim, shape, strides);
  if (bad >= 0) { /* never 0, the outermost run, as sizes agree */
    *dim = bad > 0 ? runs[bad - 1].last : 0;
    return MV_ENOTCONTIGUOUS;
  }
  lay->itemsize = itemsize;
  lay->ndim = ndim;
  for (int d = 0; d < ndim; d++) {
    lay->shape[d] = shape[d];
    lay->strides[d] = strides[d];
  }
  mv_layout_normalise(lay);
  return MV_OK;
}

mv_status mv_layout_cast(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                         const ptrdiff_t *shape, int *dim) {
  ptrdiff_t nbytes = mv_layout_nbytes(lay), offset = lay->offset;
  ptrdiff_t length, total;
  mv_layout packed;
  mv_status status;
  if (lay->indirect)
    return MV_EINDIRECT;
  if (itemsize == 0)
    return MV_EZEROITEM;
  if (ndim < 0) {
    if (nbytes % itemsize != 0)
      return MV_EDIVIDE;
    length = nbytes / itemsize;
    shape = &length;
    ndim = 1;
  }
  status = mv_layout_set(&packed, itemsize, ndim, shape, &total);
  if (status != MV_OK)
    return status;
  if (total != nbytes)
    return MV_ESIZE;
  if (nbytes > 0 && !mv_layout_contiguous(lay, 'C'))
    return cast_strided(lay, itemsize, ndim, shape, dim);
  mv_layout_set(lay, itemsize, ndim, shape, &nbytes);
  lay->offset = offset;
  return MV_OK;
}
