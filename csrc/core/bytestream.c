/*
** bytestream.c - a range of a layout's bytes, as if the items lay in C order
*/
#include "kernels.h"

#include <string.h>

/* Where a range has got to: the item, and the byte within it. */
typedef struct place {
  ptrdiff_t idx[MV_MAXDIM];
  size_t within;
} place;

static void find(place *at, const mv_layout *lay, size_t from) {
  mv_layout_unravel(lay, (ptrdiff_t)(from / (size_t)lay->itemsize), at->idx);
  at->within = from % (size_t)lay->itemsize;
}

/* The piece of at most n bytes at the place, which moves behind it. */
static unsigned char *take(place *at, const mv_layout *lay, unsigned char *base,
                           size_t n, size_t *got) {
  unsigned char *p = mv_layout_at(lay, base, at->idx) + at->within;
  *got = (size_t)lay->itemsize - at->within;
  if (n < *got) {
    *got = n;
    at->within += n;
    return p;
  }
  at->within = 0;
  for (int d = lay->ndim - 1; d >= 0; d--) {
    if (++at->idx[d] < lay->shape[d])
      break;
    at->idx[d] = 0;
  }
  return p;
}

void mv_read(const unsigned char *src, const mv_layout *slay, size_t from,
             size_t n, unsigned char *out) {
  place at;
  size_t got;
  if (n == 0)
    return;
  if (mv_layout_contiguous(slay, 'C')) {
    memcpy(out, src + slay->offset + from, n);
    return;
  }
  for (find(&at, slay, from); n > 0; n -= got, out += got) {
    /* the walk is the same for reading and writing; here nothing is written */
    const unsigned char *p = take(&at, slay, (unsigned char *)src, n, &got);
    memcpy(out, p, got);
  }
}

void mv_write(unsigned char *dst, const mv_layout *dlay, size_t from, size_t n,
              const unsigned char *in) {
  place at;
  size_t got;
  if (n == 0)
    return;
  if (mv_layout_contiguous(dlay, 'C')) {
    memcpy(dst + dlay->offset + from, in, n);
    return;
  }
  for (find(&at, dlay, from); n > 0; n -= got, in += got) {
    unsigned char *p = take(&at, dlay, dst, n, &got);
    memcpy(p, in, got);
  }
}
