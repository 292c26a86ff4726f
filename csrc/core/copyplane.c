/*
** copyplane.c - copies planes: two dimensions of items at once
** A plane whose rows are read with large steps is copied in blocks, so each
** cache line is used completely before it is evicted. If columns of items of 1,
** 2 or 4 bytes become rows, squares with rows of one word are transposed in
** registers.
*/
#include "copyrun.h"
#include "format.h"

/* Exchanges the upper part of the lanes of *a with the lower of *b. */
MV_INLINE void exchange(uint64_t *a, uint64_t *b, size_t bits, uint64_t lower) {
  uint64_t t = (*a >> bits ^ *b) & lower;
  *b ^= t;
  *a ^= t << bits;
}

/*
** Transposes a square of 8 / size items by 8 / size: exchanges the quarters off
** the diagonal, then those of each quarter.
*/
MV_INLINE void transpose_square(unsigned char *d, ptrdiff_t dstep,
                                const unsigned char *s, ptrdiff_t sstep,
                                size_t size) {
  const size_t n = 8 / size;
  uint64_t w[8], lower = UINT64_MAX;
#pragma GCC unroll 8
  for (size_t i = 0; i < n; i++)
    memcpy(&w[i], s + (ptrdiff_t)i * sstep, 8);
#pragma GCC unroll 3
  for (size_t half = n / 2; half > 0; half /= 2) {
    size_t bits = 8 * size * half;
    lower ^= lower << bits;
#pragma GCC unroll 8
    for (size_t i = 0; i < n; i++) {
      size_t j = i | half;
      if (i != j)
        exchange(&w[MV_BIGENDIAN ? j : i], &w[MV_BIGENDIAN ? i : j], bits,
                 lower);
    }
  }
#pragma GCC unroll 8
  for (size_t i = 0; i < n; i++)
    memcpy(d + (ptrdiff_t)i * dstep, &w[i], 8);
}

/* Copies item by item; the longer axis is the inner loop. */
MV_INLINE void copy_items(unsigned char *d, const unsigned char *s, mv_axis x,
                          mv_axis y, size_t size) {
  mv_axis line = y.n > x.n ? y : x, lines = y.n > x.n ? x : y;
  for (ptrdiff_t i = 0; i < lines.n; i++)
    mv_copy_singly(d + i * lines.dst_step, s + i * lines.src_step, line, size);
}

/* The same for rows written, and columns read, without gaps. */
MV_INLINE void transpose(unsigned char *d, const unsigned char *s, mv_axis x,
                         mv_axis y, size_t size) {
  const ptrdiff_t n = (ptrdiff_t)(8 / size);
  mv_axis squares = {x.n / n * n, x.dst_step, x.src_step},
          right = {x.n % n, x.dst_step, x.src_step};
  mv_axis below = {y.n % n, y.dst_step, y.src_step};
  ptrdiff_t i = 0, j = 0;
  for (; j + n <= y.n; j += n)
    for (i = 0; i + n <= x.n; i += n)
      transpose_square(d + i * x.dst_step + j * y.dst_step, y.dst_step,
                       s + i * x.src_step + j * y.src_step, x.src_step, size);
  i = squares.n;
  if (right.n > 0)
    copy_items(d + i * x.dst_step, s + i * x.src_step, right, y, size);
  if (below.n > 0)
    copy_items(d + j * y.dst_step, s + j * y.src_step, squares, below, size);
}

static mv_axis tile(mv_axis x, ptrdiff_t from, ptrdiff_t most) {
  x.n = x.n - from < most ? x.n - from : most;
  return x;
}

/* Copies in square blocks of at most side items each way. */
MV_INLINE void copy_blocks(unsigned char *d, const unsigned char *s, mv_axis x,
                           mv_axis y, size_t size, ptrdiff_t side) {
  bool turned = (size == 1 || size == 2 || size == 4) &&
                x.dst_step == (ptrdiff_t)size && y.src_step == x.dst_step;
  for (ptrdiff_t j = 0; j < y.n; j += side) {
    for (ptrdiff_t i = 0; i < x.n; i += side) {
      unsigned char *to = d + i * x.dst_step + j * y.dst_step;
      const unsigned char *from = s + i * x.src_step + j * y.src_step;
      if (turned)
        transpose(to, from, tile(x, i, side), tile(y, j, side), size);
      else
        copy_items(to, from, tile(x, i, side), tile(y, j, side), size);
    }
  }
}

static void copy_lines(unsigned char *d, const unsigned char *s, mv_axis x,
                       mv_axis y, size_t size) {
  for (ptrdiff_t j = 0; j < y.n; j++)
    mv_copy_run(d + j * y.dst_step, s + j * y.src_step, x, size);
}

void mv_copy_plane(unsigned char *d, const unsigned char *s, mv_axis x,
                   mv_axis y, size_t size) {
  if (y.src_step < 0) {
    d += (y.n - 1) * y.dst_step;
    s += (y.n - 1) * y.src_step;
    y.dst_step = -y.dst_step;
    y.src_step = -y.src_step;
  }
  if (x.n >= 16 && x.src_step <= y.src_step && -x.src_step <= y.src_step) {
    copy_lines(d, s, x, y, size);
    return;
  }
  switch (size) {
#define COPY(size)                                                             \
  case size:                                                                   \
    copy_blocks(d, s, x, y, size, 128 / size);                                 \
    break;
    COPY(1)
    COPY(2)
    COPY(4)
    COPY(8)
    COPY(16)
#undef COPY
  default:
    copy_blocks(d, s, x, y, size, 8);
  }
}
