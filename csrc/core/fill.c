/*
** fill.c - writes the same item everywhere
*/
#include "mv.h"

#include <string.h>

void mv_fill(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *bytes) {
  mv_walker w;
  mv_walk(&w, MV_ANYORDER, dst, dlay);
  while (mv_walk_next(&w)) {
    unsigned char *p = w.ptr[0];
    for (ptrdiff_t i = 0; i < w.n; i++, p += w.step[0])
      memcpy(p, bytes, (size_t)dlay->itemsize);
  }
}
