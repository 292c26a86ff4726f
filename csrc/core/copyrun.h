/*
** copyrun.h - kernels over items that lie a step apart
*/
#ifndef MV_COPYRUN_H
#define MV_COPYRUN_H

#include "simd.h"

#include <stddef.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** n items along one dimension, with the bytes from each item to the next in the
** destination and in the source.
*/
typedef struct mv_axis {
  ptrdiff_t n, dst_step, src_step;
} mv_axis;

/* Copies a run of items. A src_step of 0 repeats one item. */
void mv_copy_run(unsigned char *d, const unsigned char *s, mv_axis x,
                 size_t size);

/* Copies x.n times y.n items, in the faster order of the two. */
void mv_copy_plane(unsigned char *d, const unsigned char *s, mv_axis x,
                   mv_axis y, size_t size);

/* Reverses the bytes of n numbers of size 2, 4 or 8, step bytes apart. */
void mv_swap_run(unsigned char *p, ptrdiff_t step, ptrdiff_t n, size_t size);

/* Copies a run item by item. Inline, so each constant size has its own loop. */
MV_INLINE void mv_copy_singly(unsigned char *d, const unsigned char *s,
                              mv_axis x, size_t size) {
  ptrdiff_t i = 0;
  for (; i + 4 <= x.n; i += 4) {
    memcpy(d + i * x.dst_step, s + i * x.src_step, size);
    memcpy(d + (i + 1) * x.dst_step, s + (i + 1) * x.src_step, size);
    memcpy(d + (i + 2) * x.dst_step, s + (i + 2) * x.src_step, size);
    memcpy(d + (i + 3) * x.dst_step, s + (i + 3) * x.src_step, size);
  }
  for (; i < x.n; i++)
    memcpy(d + i * x.dst_step, s + i * x.src_step, size);
}

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
