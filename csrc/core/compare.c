/*
** compare.c - whether items of two views are equal, and where they differ
*/
#include "mv.h"

/* The first of n items that differs, or n. */
static ptrdiff_t differing(const mv_item *ia, const unsigned char *a,
                           ptrdiff_t astep, const mv_item *ib,
                           const unsigned char *b, ptrdiff_t bstep,
                           ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++)
    if (!mv_item_equal(ia, a + i * astep, ib, b + i * bstep)) return i;
  return n;
}

static ptrdiff_t mismatch(int order, const unsigned char *a,
                          const mv_layout *alay, const mv_item *aitem,
                          const unsigned char *b, const mv_layout *blay,
                          const mv_item *bitem) {
  mv_walker w;
  ptrdiff_t done = 0;
  mv_walk2(&w, order, (unsigned char *)a, alay, (unsigned char *)b, blay);
  while (mv_walk_next(&w)) {
    ptrdiff_t i = differing(aitem, w.ptr[0], w.step[0], bitem, w.ptr[1],
                            w.step[1], w.n);
    if (i < w.n) return done + i;
    done += w.n;
  }
  return -1;
}

ptrdiff_t mv_mismatch(const unsigned char *a, const mv_layout *alay,
                      const mv_item *aitem, const unsigned char *b,
                      const mv_layout *blay, const mv_item *bitem) {
  return mismatch(MV_CORDER, a, alay, aitem, b, blay, bitem);
}

bool mv_equal(const unsigned char *a, const mv_layout *alay,
              const mv_item *aitem, const unsigned char *b,
              const mv_layout *blay, const mv_item *bitem) {
  return mismatch(MV_ANYORDER, a, alay, aitem, b, blay, bitem) < 0;
}
