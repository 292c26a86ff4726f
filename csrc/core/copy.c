/*
** copy.c - moves items between layouts
** A walker splits the layouts into planes and runs. To fill a layout with one
** item, the item is copied from a layout whose strides are 0.
*/
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

static ptrdiff_t magnitude(ptrdiff_t n) { return n < 0 ? -n : n; }

/* Removes a dimension from a walker that has not started; returns its axis. */
static mv_axis take_dimension(mv_walker *w, int dim) {
  mv_axis y = {w->shape[dim], w->strides[0][dim], w->strides[1][dim]};
  w->ndim--;
  for (int d = dim; d < w->ndim; d++) {
    w->shape[d] = w->shape[d + 1];
    w->strides[0][d] = w->strides[0][d + 1];
    w->strides[1][d] = w->strides[1][d + 1];
  }
  return y;
}

/* The dimension with the smallest steps through the source. */
static int nearest(const mv_walker *w) {
  int near = w->ndim - 1;
  for (int d = near - 1; d >= 0; d--)
    if (magnitude(w->strides[1][d]) < magnitude(w->strides[1][near]))
      near = d;
  return near;
}

static void copy_runs(mv_walker *w, size_t size) {
  while (mv_walk_next(w))
    mv_copy_run(w->ptr[0], w->ptr[1], (mv_axis){w->n, w->step[0], w->step[1]},
                size);
}

static void copy_planes(mv_walker *w, size_t size) {
  mv_axis x = {w->n, w->step[0], w->step[1]};
  mv_axis y = take_dimension(w, nearest(w));
  while (mv_walk_next(w))
    mv_copy_plane(w->ptr[0], w->ptr[1], x, y, size);
}

void mv_copy(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *src, const mv_layout *slay) {
  size_t size = (size_t)dlay->itemsize;
  mv_walker w;
  if (mv_layout_nbytes(dlay) == 0)
    return;
  if (dlay->ndim == 1 && !dlay->indirect && !slay->indirect) {
    mv_copy_run(dst + dlay->offset, src + slay->offset,
                (mv_axis){dlay->shape[0], dlay->strides[0], slay->strides[0]},
                size);
    return;
  }
  mv_walk2(&w, MV_ANYORDER, dst, dlay, (unsigned char *)src, slay);
  if (w.ndim == 0 || w.indirect)
    copy_runs(&w, size);
  else
    copy_planes(&w, size);
}

/* Sets out to contiguous items with the shape of lay. */
static void set_contiguous(mv_layout *out, const mv_layout *lay, char order) {
  out->itemsize = lay->itemsize;
  out->ndim = lay->ndim;
  memcpy(out->shape, lay->shape, (size_t)lay->ndim * sizeof lay->shape[0]);
  mv_layout_order(out, order);
}

void mv_gather(unsigned char *out, const unsigned char *src,
               const mv_layout *slay, char order) {
  mv_layout olay;
  set_contiguous(&olay, slay, order);
  mv_copy(out, &olay, src, slay);
}

void mv_scatter(unsigned char *dst, const mv_layout *dlay,
                const unsigned char *in) {
  mv_layout ilay;
  set_contiguous(&ilay, dlay, 'C');
  mv_copy(dst, dlay, in, &ilay);
}

void mv_fill(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *bytes) {
  mv_layout item;
  set_contiguous(&item, dlay, 'C');
  memset(item.strides, 0, (size_t)dlay->ndim * sizeof item.strides[0]);
  mv_copy(dst, dlay, bytes, &item);
}

/*
** The addresses of the first byte and of the byte behind the last. They are
** integers, as pointers to two objects must not be compared. The layout is
** valid, so the sums do not overflow.
*/
static void span(const unsigned char *base, const mv_layout *lay, uintptr_t *lo,
                 uintptr_t *hi) {
  *lo = *hi = (uintptr_t)base + (uintptr_t)lay->offset;
  for (int d = 0; d < lay->ndim; d++) {
    ptrdiff_t reach = (lay->shape[d] - 1) * lay->strides[d];
    *(reach < 0 ? lo : hi) += (uintptr_t)reach;
  }
  *hi += (uintptr_t)lay->itemsize;
}

bool mv_overlap(const unsigned char *a, const mv_layout *alay,
                const unsigned char *b, const mv_layout *blay) {
  uintptr_t alo, ahi, blo, bhi;
  if (mv_layout_nbytes(alay) == 0 || mv_layout_nbytes(blay) == 0)
    return false;
  if (alay->indirect || blay->indirect)
    return true;
  span(a, alay, &alo, &ahi);
  span(b, blay, &blo, &bhi);
  return alo < bhi && blo < ahi;
}
