/*
** swap.c - reverses the byte order of all items
*/
#include "mv.h"

void mv_byteswap(unsigned char *dst, const mv_layout *dlay,
                 const mv_item *item) {
  mv_walker w;
  mv_walk(&w, MV_ANYORDER, dst, dlay);
  while (mv_walk_next(&w)) {
    unsigned char *p = w.ptr[0];
    for (ptrdiff_t i = 0; i < w.n; i++, p += w.step[0])
      mv_item_byteswap(item, p);
  }
}
