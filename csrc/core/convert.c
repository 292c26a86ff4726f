/*
** convert.c - stores items as items of another format
** Numbers are converted in bulk by the kernels of convertrun.c. The kernels of
** fitrun.c test all numbers before the first is written, so if one does not fit,
** nothing is written. mv_item_convert defines which numbers fit; it then finds
** the number that does not fit and the reason. Pairs of formats without a kernel
** fall back to mv_item_convert item by item.
*/
#include "copyrun.h"
#include "fitrun.h"
#include "kernels.h"
#include "walk.h"

/*
** Larger blocks save calls of kernels; smaller ones stay in the first cache (a
** block of the largest numbers is 2 KiB of stack), and PIECE bounds the number
** of tests that are wasted when a number does not fit.
*/
#define BLOCK 256    /* items gathered on the stack, if strided or swapped */
#define PIECE 16384  /* items tested in one call */
#define NUMBER_MAX 8 /* bytes of the largest number */
#define CLOSE 4      /* numbers from one to the next */
#define VECTOR 32    /* bytes that are stored at once, at most */
#define ALIGNED 4096 /* items that are worth a call to align them */

/* A conversion between items as they lie in memory. */
typedef struct converting {
  mv_conversion kernel;
  const mv_item *to, *from;
} converting;

static bool set_converting(converting *c, const mv_item *to,
                           const mv_item *from) {
  c->to = to;
  c->from = from;
  return mv_conversion_find(&c->kernel, to->kind, from->kind);
}

bool mv_converts_whole(const mv_item *to, const mv_item *from) {
  converting c;
  return set_converting(&c, to, from);
}

/* Whether kernels can read numbers step bytes apart in place: contiguous and in
** the native byte order. */
static bool is_plain(const mv_item *item, ptrdiff_t step) {
  return step == (ptrdiff_t)item->size && !item->swap;
}

/* Gathers n numbers (at most BLOCK) in block, in the native byte order. */
static void gather_numbers(unsigned char *block, const mv_item *item,
                           const unsigned char *in, ptrdiff_t step,
                           ptrdiff_t n) {
  ptrdiff_t size = (ptrdiff_t)item->size;
  mv_copy_run(block, in, (mv_axis){n, size, step}, item->size);
  if (item->swap)
    mv_swap_run(block, size, n, item->size);
}

/* ---- testing -------------------------------------------------------------*/

static bool fit_piece(const converting *c, const unsigned char *in,
                      ptrdiff_t step, ptrdiff_t n) {
  unsigned char block[BLOCK * NUMBER_MAX];
  const mv_conversion *k = &c->kernel;
  if (is_plain(c->from, step))
    return k->fit(in, (size_t)n, k->bound, k->outside);
  for (ptrdiff_t some; n > 0; n -= some, in += some * step) {
    some = n < BLOCK ? n : BLOCK;
    gather_numbers(block, c->from, in, step, some);
    if (!k->fit(block, (size_t)some, k->bound, k->outside))
      return false;
  }
  return true;
}

/*
** Tests from the end, so the conversion can go forwards, which is faster.
** Numbers that lie close together are tested with those between them, which is
** faster than to gather them; if not all of these fit, they are gathered.
*/
static bool fit_run(const converting *c, const unsigned char *in,
                    ptrdiff_t step, ptrdiff_t n) {
  const mv_conversion *k = &c->kernel;
  ptrdiff_t size = (ptrdiff_t)c->from->size, apart = step / size;
  bool close =
      apart > 1 && apart <= CLOSE && step % size == 0 && !c->from->swap;
  for (ptrdiff_t some; n > 0;) {
    const unsigned char *at;
    some = n < PIECE ? n : PIECE;
    n -= some;
    at = in + n * step;
    close = close &&
            k->fit(at, (size_t)((some - 1) * apart + 1), k->bound, k->outside);
    if (!close && !fit_piece(c, at, step, some))
      return false;
  }
  return true;
}

/* Whether all numbers fit. Visits them in memory order. */
static bool all_fit(const converting *c, const mv_items *src) {
  const mv_layout *lay = src->lay;
  mv_walker w;
  if (c->kernel.fit == NULL)
    return true;
  if (lay->ndim == 1 && !lay->indirect)
    return fit_run(c, src->base + lay->offset, lay->strides[0], lay->shape[0]);
  mv_walk(&w, MV_ANYORDER, src->base, lay);
  while (mv_walk_next(&w))
    if (!fit_run(c, w.ptr[0], w.step[0], w.n))
      return false;
  return true;
}

/* Adds to *at the number of items that fit before the first that does not. */
static mv_status first_unfit(const converting *c, const unsigned char *in,
                             ptrdiff_t step, ptrdiff_t n, ptrdiff_t *at) {
  unsigned char out[NUMBER_MAX];
  for (ptrdiff_t some, i = 0; i < n; i += some) {
    some = n - i < BLOCK ? n - i : BLOCK;
    if (fit_piece(c, in + i * step, step, some)) {
      *at += some;
      continue;
    }
    for (ptrdiff_t k = i; k < i + some; k++, ++*at) {
      mv_status status = mv_item_convert(c->to, out, c->from, in + k * step);
      if (status != MV_OK)
        return status;
    }
  }
  return MV_OK; /* shared memory may have changed meanwhile */
}

/* ---- writing -------------------------------------------------------------*/

static void convert_piece(const converting *c, unsigned char *out,
                          const unsigned char *in, mv_axis x) {
  unsigned char from[BLOCK * NUMBER_MAX], to[BLOCK * NUMBER_MAX];
  ptrdiff_t size = (ptrdiff_t)c->to->size;
  bool packed = x.dst_step == size;
  if (!is_plain(c->from, x.src_step)) {
    gather_numbers(from, c->from, in, x.src_step, x.n);
    in = from;
  }
  c->kernel.convert(packed ? out : to, in, (size_t)x.n);
  if (c->to->swap)
    mv_swap_run(packed ? out : to, size, x.n, c->to->size);
  if (!packed)
    mv_copy_run(out, to, (mv_axis){x.n, x.dst_step, size}, c->to->size);
}

/* The number of items before the first one whose vector of 32 bytes is aligned.
** 0: there is no such item, or there are too few items to make up for a call. */
static size_t items_to_alignment(const unsigned char *out, size_t size,
                                 ptrdiff_t n) {
  size_t behind = (size_t)((uintptr_t)out % VECTOR);
  if (n < ALIGNED || behind % size != 0)
    return 0;
  return (VECTOR - behind) % VECTOR / size;
}

/*
** Converts contiguous numbers. Vectors that lie in two lines of the cache are
** stored more slowly, by up to 5 % of the time.
*/
static void convert_plain(const converting *c, unsigned char *out,
                          const unsigned char *in, ptrdiff_t n) {
  size_t first = items_to_alignment(out, c->to->size, n);
  c->kernel.convert(out, in, first);
  c->kernel.convert(out + first * c->to->size, in + first * c->from->size,
                    (size_t)n - first);
}

/* Converts from the start, where the tests ended: the numbers that were tested
** last are still in the cache. */
static inline void convert_run(const converting *c, unsigned char *out,
                               const unsigned char *in, mv_axis x) {
  mv_axis piece = x;
  if (is_plain(c->to, x.dst_step) && is_plain(c->from, x.src_step)) {
    convert_plain(c, out, in, x.n);
    return;
  }
  for (ptrdiff_t i = 0; i < x.n; i += piece.n) {
    piece.n = x.n - i < BLOCK ? x.n - i : BLOCK;
    convert_piece(c, out + i * x.dst_step, in + i * x.src_step, piece);
  }
}

static void convert_all(const converting *c, const mv_items *dst,
                        const mv_items *src) {
  const mv_layout *to = dst->lay, *from = src->lay;
  mv_walker w;
  if (to->ndim == 1 && !to->indirect && !from->indirect) {
    convert_run(c, dst->base + to->offset, src->base + from->offset,
                (mv_axis){to->shape[0], to->strides[0], from->strides[0]});
    return;
  }
  mv_walk2(&w, MV_ANYORDER, dst->base, to, src->base, from);
  while (mv_walk_next(&w))
    convert_run(c, w.ptr[0], w.ptr[1], (mv_axis){w.n, w.step[0], w.step[1]});
}

/* ---- conversions ---------------------------------------------------------*/

static mv_status convert_singly(const mv_items *dst, const mv_items *src,
                                ptrdiff_t *at) {
  mv_walker w;
  mv_walk2(&w, MV_CORDER, dst->base, dst->lay, src->base, src->lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t k = 0; k < w.n; k++, ++*at) {
      mv_status status = mv_item_convert(dst->item, w.ptr[0] + k * w.step[0],
                                         src->item, w.ptr[1] + k * w.step[1]);
      if (status != MV_OK)
        return status;
    }
  return MV_OK;
}

mv_status mv_convert(const mv_items *dst, const mv_items *src, ptrdiff_t *at) {
  converting c;
  mv_walker w;
  *at = 0;
  if (!set_converting(&c, dst->item, src->item))
    return convert_singly(dst, src, at);
  if (!all_fit(&c, src)) {
    mv_walk(&w, MV_CORDER, src->base, src->lay);
    while (mv_walk_next(&w)) {
      mv_status status = first_unfit(&c, w.ptr[0], w.step[0], w.n, at);
      if (status != MV_OK)
        return status;
    }
  }
  convert_all(&c, dst, src);
  return MV_OK;
}
