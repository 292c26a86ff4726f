/*
** copyrun.c - copies runs of items
** Common steps of small items (repeated, every second, backwards) have kernels
** that copy several items at once. All other runs fall back to a loop over
** items, one loop for each common size. Pointers are only moved to existing
** items.
*/
#include "copyrun.h"
#include "format.h"

/* ---- one item again and again --------------------------------------------*/

static bool all_equal(const unsigned char *p, size_t size) {
  return memcmp(p, p + 1, size - 1) == 0;
}

/* Fills n bytes with an item, by copying the part that is already filled. */
static void repeat(unsigned char *d, const unsigned char *item, size_t n,
                   size_t size) {
  const size_t cached = size < 4096 ? 4096 / size * size : size;
  size_t done = size;
  if (all_equal(item, size)) {
    memset(d, item[0], n);
    return;
  }
  memcpy(d, item, size);
  while (done < n) {
    size_t more = done < cached ? done : cached;
    if (more > n - done)
      more = n - done;
    memcpy(d + done, d, more);
    done += more;
  }
}

/* ---- every second item ---------------------------------------------------*/

/*
** Takes one half of each word of twice the size. The last item is copied by
** itself, since its word may reach beyond the memory.
*/
#define HALVE(name, item, word)                                                \
  static void name(unsigned char *restrict d, const unsigned char *restrict s, \
                   mv_axis x) {                                                \
    for (; x.n > 64; x.n -= 64) {                                              \
      for (size_t i = 0; i < 64; i++) {                                        \
        word w;                                                                \
        item half;                                                             \
        memcpy(&w, s + i * sizeof w, sizeof w);                                \
        half = (item)(MV_BIGENDIAN ? w >> 8 * sizeof half : w);                \
        memcpy(d + i * sizeof half, &half, sizeof half);                       \
      }                                                                        \
      d += 64 * sizeof(item);                                                  \
      s += 64 * sizeof(word);                                                  \
    }                                                                          \
    mv_copy_singly(d, s, x, sizeof(item));                                     \
  }

HALVE(halve8, uint8_t, uint16_t)
HALVE(halve16, uint16_t, uint32_t)
HALVE(halve32, uint32_t, uint64_t)

MV_INLINE void halve(unsigned char *d, const unsigned char *s, mv_axis x,
                     size_t size) {
  if (size == 1)
    halve8(d, s, x);
  else if (size == 2)
    halve16(d, s, x);
  else
    halve32(d, s, x);
}

/* ---- backwards -----------------------------------------------------------*/

/* Reverses the items of that size in a word. */
MV_INLINE uint64_t reverse_word(uint64_t w, size_t size) {
  const uint64_t shorts = 0x0000FFFF0000FFFF, bytes = 0x00FF00FF00FF00FF;
  w = w >> 32 | w << 32;
  if (size <= 2)
    w = (w >> 16 & shorts) | (w & shorts) << 16;
  if (size <= 1)
    w = (w >> 8 & bytes) | (w & bytes) << 8;
  return w;
}

MV_INLINE void copy_reversed(unsigned char *d, const unsigned char *s,
                             mv_axis x, size_t size) {
  ptrdiff_t per = (ptrdiff_t)(8 / size), i = 0;
  for (; i + per <= x.n; i += per) {
    uint64_t w;
    memcpy(&w, s + (i + per - 1) * x.src_step, sizeof w);
    w = reverse_word(w, size);
    memcpy(d + i * x.dst_step, &w, sizeof w);
  }
  for (; i < x.n; i++)
    memcpy(d + i * x.dst_step, s + i * x.src_step, size);
}

/* ---- single bytes --------------------------------------------------------*/

/*
** Stores of single bytes fill the processor's queue before it reaches the next
** line of the cache, so each line is prefetched.
*/
static void copy_single_bytes(unsigned char *d, const unsigned char *s,
                              mv_axis x) {
  const uintptr_t ahead = (uintptr_t)(x.dst_step < 0 ? -1024 : 1024);
  ptrdiff_t i = 0;
  for (; i + 8 <= x.n; i += 8) {
    MV_PREFETCH((uintptr_t)(d + i * x.dst_step) + ahead);
#pragma GCC unroll 8
    for (ptrdiff_t k = i; k < i + 8; k++)
      d[k * x.dst_step] = s[k * x.src_step];
  }
  for (; i < x.n; i++)
    d[i * x.dst_step] = s[i * x.src_step];
}

/* ---- any run -------------------------------------------------------------*/

MV_INLINE void copy(unsigned char *d, const unsigned char *s, mv_axis x,
                    size_t size) {
  bool packed = x.dst_step == (ptrdiff_t)size;
  bool small = size == 1 || size == 2 || size == 4;
  if (packed && small && x.src_step == 2 * x.dst_step)
    halve(d, s, x, size);
  else if (packed && small && x.src_step == -x.dst_step)
    copy_reversed(d, s, x, size);
  else if (size == 1)
    copy_single_bytes(d, s, x);
  else
    mv_copy_singly(d, s, x, size);
}

void mv_copy_run(unsigned char *d, const unsigned char *s, mv_axis x,
                 size_t size) {
  if (x.dst_step == (ptrdiff_t)size && x.src_step == x.dst_step) {
    memcpy(d, s, (size_t)x.n * size);
    return;
  }
  if (x.dst_step == (ptrdiff_t)size && x.src_step == 0) {
    repeat(d, s, (size_t)x.n * size, size);
    return;
  }
  switch (size) {
#define COPY(size)                                                             \
  case size:                                                                   \
    copy(d, s, x, size);                                                       \
    break;
    COPY(1)
    COPY(2)
    COPY(4)
    COPY(8)
    COPY(16)
#undef COPY
  default:
    mv_copy_singly(d, s, x, size);
  }
}
