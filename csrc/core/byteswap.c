/*
** byteswap.c - reverses the bytes of numbers in place
*/
#include "bytes.h"
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

/* Blocks of a constant number, which compilers know how to vectorise. */
#define SWAP(bits)                                                             \
  MV_CLONES static void swap_packed##bits(unsigned char *p, ptrdiff_t n) {     \
    for (; n >= 64; n -= 64, p += 8 * bits)                                    \
      for (size_t i = 0; i < 64; i++)                                          \
        mv_put##bits(p + i * (bits / 8), false,                                \
                     mv_get##bits(p + i * (bits / 8), true));                  \
    for (ptrdiff_t i = 0; i < n; i++)                                          \
      mv_put##bits(p + i * (bits / 8), false,                                  \
                   mv_get##bits(p + i * (bits / 8), true));                    \
  }                                                                            \
  static void swap##bits(unsigned char *p, ptrdiff_t step, ptrdiff_t n) {      \
    if (step == bits / 8)                                                      \
      swap_packed##bits(p, n);                                                 \
    else                                                                       \
      for (ptrdiff_t i = 0; i < n; i++)                                        \
        mv_put##bits(p + i * step, false, mv_get##bits(p + i * step, true));   \
  }

SWAP(16)
SWAP(32)
SWAP(64)

void mv_swap_run(unsigned char *p, ptrdiff_t step, ptrdiff_t n, size_t size) {
  switch (size) {
  case 2:
    swap16(p, step, n);
    break;
  case 4:
    swap32(p, step, n);
    break;
  case 8:
    swap64(p, step, n);
    break;
  }
}

/* The size of the number that an item is; 0 where it is none of those. */
static size_t swap_unit(const mv_item *item) {
  switch (item->kind) {
  case MV_U16:
  case MV_I16:
  case MV_U32:
  case MV_I32:
  case MV_U64:
  case MV_I64:
  case MV_F16:
  case MV_F32:
  case MV_F64:
    return item->size;
  default:
    return 0;
  }
}

/* Whether reversing the bytes of its numbers can change the item. */
static bool has_numbers(const mv_item *item) {
  switch (item->kind) {
  case MV_LONGDOUBLE:
  case MV_CF32:
  case MV_CF64:
  case MV_RECORD:
    return true;
  default:
    return swap_unit(item) > 0;
  }
}

void mv_byteswap(unsigned char *dst, const mv_layout *dlay,
                 const mv_item *item) {
  size_t size = swap_unit(item);
  mv_walker w;
  if (!has_numbers(item))
    return;
  mv_walk(&w, MV_ANYORDER, dst, dlay);
  while (mv_walk_next(&w)) {
    if (size > 0)
      mv_swap_run(w.ptr[0], w.step[0], w.n, size);
    else
      for (ptrdiff_t i = 0; i < w.n; i++)
        mv_item_byteswap(item, w.ptr[0] + i * w.step[0]);
  }
}
