/*
** walk.h - visits the items of one or two layouts, run by run
*/
#ifndef MV_WALK_H
#define MV_WALK_H

#include "layout.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Walks one or two layouts of the same shape in step, as runs: after each
** mv_walk_next that returns true, ptr[k] is the first of n items that lie
** step[k] bytes apart. Neighbouring dimensions with even strides are merged.
** With MV_ANYORDER the walker may reorder and flip dimensions for speed;
** otherwise, and with suboffsets, runs come in C order.
**
** Callers read n, step and ptr. Before the first mv_walk_next, copy.c also takes
** a dimension out of the outer loop.
*/
#define MV_CORDER 0
#define MV_ANYORDER 1

typedef struct mv_walker {
  int operands;
  int ndim; /* of the outer loop: without the dimension of the run */
  enum { MV_FRESH, MV_UNDERWAY, MV_DONE } state;
  bool indirect;
  ptrdiff_t n;           /* items in each run */
  ptrdiff_t step[2];     /* bytes between them */
  unsigned char *ptr[2]; /* the run's first item */
  ptrdiff_t shape[MV_MAXDIM];
  ptrdiff_t index[MV_MAXDIM];
  ptrdiff_t strides[2][MV_MAXDIM];
  ptrdiff_t suboffsets[2][MV_MAXDIM];     /* if indirect */
  unsigned char *level[2][MV_MAXDIM + 1]; /* if indirect: where each starts */
} mv_walker;

void mv_walk(mv_walker *w, int order, unsigned char *base,
             const mv_layout *lay);
void mv_walk2(mv_walker *w, int order, unsigned char *base0,
              const mv_layout *lay0, unsigned char *base1,
              const mv_layout *lay1);
bool mv_walk_next(mv_walker *w);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
