/*
** copy.c - moves items between layouts
*/
#include "mv.h"

#include <string.h>

static void copy_run(unsigned char *d, ptrdiff_t dstep, const unsigned char *s,
                     ptrdiff_t sstep, ptrdiff_t n, size_t size) {
  for (; n > 0; n--, d += dstep, s += sstep)
    memcpy(d, s, size);
}

void mv_copy(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *src, const mv_layout *slay) {
  mv_walker w;
  mv_walk2(&w, MV_ANYORDER, dst, dlay, (unsigned char *)src, slay);
  while (mv_walk_next(&w))
    copy_run(w.ptr[0], w.step[0], w.ptr[1], w.step[1], w.n,
             (size_t)dlay->itemsize);
}

/* Items of the shape of lay, one behind the other. */
static void packed(mv_layout *out, const mv_layout *lay, char order) {
  out->itemsize = lay->itemsize;
  out->ndim = lay->ndim;
  memcpy(out->shape, lay->shape, (size_t)lay->ndim * sizeof lay->shape[0]);
  mv_layout_order(out, order);
}

void mv_gather(unsigned char *out, const unsigned char *src,
               const mv_layout *slay, char order) {
  mv_layout olay;
  packed(&olay, slay, order);
  mv_copy(out, &olay, src, slay);
}

void mv_scatter(unsigned char *dst, const mv_layout *dlay,
                const unsigned char *in) {
  mv_layout ilay;
  packed(&ilay, dlay, 'C');
  mv_copy(dst, dlay, in, &ilay);
}

/*
** The addresses from the first byte to the one behind the last; false where
** they are not known. Integers, for they may be of different objects.
*/
static bool span(const unsigned char *base, const mv_layout *lay, uintptr_t *lo,
                 uintptr_t *hi) {
  ptrdiff_t first, end;
  if (lay->indirect || mv_layout_extent(lay, &first, &end) != MV_OK)
    return false;
  *lo = (uintptr_t)base + (uintptr_t)first;
  *hi = (uintptr_t)base + (uintptr_t)end;
  return true;
}

bool mv_overlap(const unsigned char *a, const mv_layout *alay,
                const unsigned char *b, const mv_layout *blay) {
  uintptr_t alo, ahi, blo, bhi;
  if (mv_layout_nbytes(alay) == 0 || mv_layout_nbytes(blay) == 0)
    return false;
  if (!span(a, alay, &alo, &ahi) || !span(b, blay, &blo, &bhi))
    return true;
  return alo < bhi && blo < ahi;
}

mv_status mv_convert(unsigned char *out, const mv_item *ditem,
                     ptrdiff_t ditemsize, const unsigned char *src,
                     const mv_layout *slay, const mv_item *sitem,
                     ptrdiff_t *at) {
  mv_walker w;
  mv_walk(&w, MV_CORDER, (unsigned char *)src, slay);
  *at = 0;
  while (mv_walk_next(&w)) {
    const unsigned char *p = w.ptr[0];
    for (ptrdiff_t i = 0; i < w.n; i++, p += w.step[0], ++*at) {
      mv_status status = mv_item_convert(ditem, out, sitem, p);
      if (status != MV_OK)
        return status;
      out += ditemsize;
    }
  }
  return MV_OK;
}
