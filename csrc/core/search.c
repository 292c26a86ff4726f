/*
** search.c - the items equal to a value
*/
#include "mv.h"

static bool is(const mv_item *item, const unsigned char *p,
               const mv_value *value) {
  mv_value v;
  mv_load(item, p, &v);
  return mv_value_equal(&v, value);
}

ptrdiff_t mv_index(const unsigned char *a, const mv_layout *lay,
                   const mv_item *item, const mv_value *value) {
  mv_walker w;
  ptrdiff_t done = 0;
  if (item->kind == MV_RECORD) return -1;
  mv_walk(&w, MV_CORDER, (unsigned char *)a, lay);
  for (; mv_walk_next(&w); done += w.n)
    for (ptrdiff_t i = 0; i < w.n; i++)
      if (is(item, w.ptr[0] + i * w.step[0], value)) return done + i;
  return -1;
}

ptrdiff_t mv_count(const unsigned char *a, const mv_layout *lay,
                   const mv_item *item, const mv_value *value) {
  mv_walker w;
  ptrdiff_t count = 0;
  if (item->kind == MV_RECORD) return 0;
  mv_walk(&w, MV_ANYORDER, (unsigned char *)a, lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t i = 0; i < w.n; i++)
      count += is(item, w.ptr[0] + i * w.step[0], value);
  return count;
}
