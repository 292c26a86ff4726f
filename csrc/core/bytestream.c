/*
** bytestream.c - the bytes of a layout's items, one after the other in C order
** Trailing dimensions whose items touch are joined to one unit of many bytes; a
** contiguous layout is a single unit. The units of the innermost remaining
** dimension are copied as one run with a constant step.
*/
#include "bytestream.h"
#include "copyrun.h"
#include "kernels.h"

#include <string.h>

/* Whether the items of the last dimension are contiguous and direct. */
static bool touches(const mv_layout *lay) {
  int last = lay->ndim - 1;
  return lay->strides[last] == lay->itemsize &&
         (!lay->indirect || lay->suboffsets[last] < 0);
}

static void copy_dimensions(mv_layout *to, const mv_layout *from) {
  size_t n = (size_t)from->ndim * sizeof from->shape[0];
  to->offset = from->offset;
  to->itemsize = from->itemsize;
  to->ndim = from->ndim;
  to->indirect = from->indirect;
  memcpy(to->shape, from->shape, n);
  memcpy(to->strides, from->strides, n);
  if (from->indirect)
    memcpy(to->suboffsets, from->suboffsets, n);
}

void mv_stream_start(mv_bytestream *s, unsigned char *base,
                     const mv_layout *lay, size_t from) {
  mv_layout *units = &s->units;
  size_t size;
  mv_assert(mv_layout_valid(lay));
  mv_assert(from <= (size_t)mv_layout_nbytes(lay));
  s->base = base;
  s->within = 0;
  copy_dimensions(units, lay);
  while (units->ndim > 0 && touches(units))
    units->itemsize *= units->shape[--units->ndim];
  size = (size_t)units->itemsize;
  if (size == 0 || mv_layout_count(lay) == 0)
    return; /* there are no bytes, and the index is not used */
  mv_layout_unravel(units, (ptrdiff_t)(from / size), s->index);
  s->within = from % size;
}

/*
** Moves the position n units on, to the start of a unit: in the same run, or
** the first unit of the next run.
*/
static void move_on(mv_bytestream *s, ptrdiff_t n) {
  s->within = 0;
  for (int d = s->units.ndim - 1; d >= 0; d--, n = 1) {
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): if it is used */
    s->index[d] += n;
    if (s->index[d] < s->units.shape[d])
      return;
    s->index[d] = 0;
  }
}

/* The number of whole units of the run at the position in n bytes. 0: the first
** unit is not whole, or the units have no constant step. */
static ptrdiff_t units_ahead(const mv_bytestream *s, size_t n) {
  int last = s->units.ndim - 1;
  ptrdiff_t units = (ptrdiff_t)(n / (size_t)s->units.itemsize), left;
  if (s->within > 0 || last < 0 ||
      (s->units.indirect && s->units.suboffsets[last] >= 0))
    return 0;
  left = s->units.shape[last] - s->index[last];
  return units < left ? units : left;
}

/* Copies n bytes or fewer, of one unit or one run: from the layout to bytes, or
** from bytes to the layout. Returns the number of bytes. */
static size_t copy_some(mv_bytestream *s, bool reads, unsigned char *bytes,
                        size_t n) {
  unsigned char *p = mv_layout_at(&s->units, s->base, s->index);
  size_t size = (size_t)s->units.itemsize, left = size - s->within;
  ptrdiff_t units = units_ahead(s, n);
  if (units > 0) {
    ptrdiff_t step = s->units.strides[s->units.ndim - 1];
    ptrdiff_t packed = (ptrdiff_t)size;
    if (reads)
      mv_copy_run(bytes, p, (mv_axis){units, packed, step}, size);
    else
      mv_copy_run(p, bytes, (mv_axis){units, step, packed}, size);
    move_on(s, units);
    return (size_t)units * size;
  }
  n = n < left ? n : left;
  if (reads)
    memcpy(bytes, p + s->within, n);
  else
    memcpy(p + s->within, bytes, n);
  s->within += n;
  if (n == left)
    move_on(s, 1);
  return n;
}

void mv_stream_read(mv_bytestream *s, unsigned char *out, size_t n) {
  while (n > 0) {
    size_t k = copy_some(s, true, out, n);
    out += k;
    n -= k;
  }
}

void mv_stream_write(mv_bytestream *s, const unsigned char *in, size_t n) {
  while (n > 0) {
    /* copy_some only reads them */
    size_t k = copy_some(s, false, (unsigned char *)in, n);
    in += k;
    n -= k;
  }
}

void mv_read(const unsigned char *src, const mv_layout *slay, size_t from,
             size_t n, unsigned char *out) {
  mv_bytestream s;
  /* this stream only reads */
  mv_stream_start(&s, (unsigned char *)src, slay, from);
  mv_stream_read(&s, out, n);
}

void mv_write(unsigned char *dst, const mv_layout *dlay, size_t from, size_t n,
              const unsigned char *in) {
  mv_bytestream s;
  mv_stream_start(&s, dst, dlay, from);
  mv_stream_write(&s, in, n);
}

ptrdiff_t mv_find_layout(const unsigned char *src, const mv_layout *slay,
                         const mv_search *search) {
  size_t m = search->m, starts, most, some;
  if (m > search->n)
    return -1;
  mv_assert(search->size >= m);
  starts = search->n - m + 1;
  most = search->size - m + 1;
  for (size_t done = 0; done < starts; done += some) {
    size_t at;
    ptrdiff_t found;
    some = starts - done < most ? starts - done : most;
    at = search->last ? starts - done - some : done;
    mv_read(src, slay, search->from + at, some + m - 1, search->room);
    found = (search->last ? mv_rfind : mv_find)(search->room, some + m - 1,
                                                search->needle, m);
    if (found >= 0)
      return (ptrdiff_t)at + found;
  }
  return -1;
}

uint64_t mv_hash_layout(const unsigned char *src, const mv_layout *slay,
                        uint64_t seed) {
  unsigned char piece[64 * MV_STRIPE];
  size_t n = (size_t)mv_layout_nbytes(slay), left = n;
  mv_bytestream s;
  mv_hasher hasher;
  if (mv_layout_contiguous(slay, 'C'))
    return mv_hash(src + slay->offset, n, seed);
  mv_hash_start(&hasher, seed);
  mv_stream_start(&s, (unsigned char *)src, slay, 0);
  for (; left >= sizeof piece; left -= sizeof piece) {
    mv_stream_read(&s, piece, sizeof piece);
    mv_hash_stripes(&hasher, piece, sizeof piece);
  }
  mv_stream_read(&s, piece, left);
  mv_hash_stripes(&hasher, piece, left - left % MV_STRIPE);
  return mv_hash_end(&hasher, piece + (left - left % MV_STRIPE), n);
}
