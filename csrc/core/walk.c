/*
** walk.c - visits the items of one or two layouts as runs
** The odometer of the outer dimensions moves one pointer for each operand; the
** innermost dimension is handed out as a run. The setup drops dimensions of one
** item and merges neighbours, so contiguous memory of any shape is a single
** run. Pointers are only moved to items that exist.
*/
#include "walk.h"

#include <string.h>

static void swap_dims(mv_walker *w, int a, int b) {
  ptrdiff_t t = w->shape[a];
  w->shape[a] = w->shape[b];
  w->shape[b] = t;
  for (int k = 0; k < w->operands; k++) {
    t = w->strides[k][a];
    w->strides[k][a] = w->strides[k][b];
    w->strides[k][b] = t;
  }
}

/* Makes the strides of the first operand 0 or positive, and sorts the dimensions
** by them, the largest first. */
static void reorder(mv_walker *w) {
  for (int d = 0; d < w->ndim; d++) {
    if (w->strides[0][d] >= 0)
      continue;
    for (int k = 0; k < w->operands; k++) {
      w->ptr[k] += (w->shape[d] - 1) * w->strides[k][d];
      w->strides[k][d] = -w->strides[k][d];
    }
  }
  for (int d = 1; d < w->ndim; d++)
    for (int e = d; e > 0 && w->strides[0][e] > w->strides[0][e - 1]; e--)
      swap_dims(w, e, e - 1);
}

/*
** Whether dimensions d and d + 1 are evenly spaced: the stride of d is the
** stride of d + 1 times the items of d + 1. This product may overflow; but both
** strides stay inside one block, so their difference fits a ptrdiff_t, and so
** does the product without one stride.
*/
static bool mergeable(const mv_walker *w, int d) {
  for (int k = 0; k < w->operands; k++) {
    ptrdiff_t inner = w->strides[k][d + 1];
    if (w->strides[k][d] - inner != (w->shape[d + 1] - 1) * inner)
      return false;
  }
  return true;
}

static void merge_dimensions(mv_walker *w) {
  int last = 0;
  for (int d = 1; d < w->ndim; d++) {
    w->shape[last + 1] = w->shape[d];
    for (int k = 0; k < w->operands; k++)
      w->strides[k][last + 1] = w->strides[k][d];
    if (mergeable(w, last)) {
      w->shape[last] *= w->shape[last + 1];
      for (int k = 0; k < w->operands; k++)
        w->strides[k][last] = w->strides[k][last + 1];
    } else {
      last++;
    }
  }
  if (w->ndim > 0)
    w->ndim = last + 1;
}

/* Hands the innermost dimension over to the run. From here on, ndim is the
** number of dimensions of the outer loop. */
static void take_run(mv_walker *w) {
  if (w->ndim == 0)
    return;
  w->ndim--;
  w->n = w->shape[w->ndim];
  for (int k = 0; k < w->operands; k++)
    w->step[k] = w->strides[k][w->ndim];
}

static void begin_direct(mv_walker *w, int order, const mv_layout *const *lay) {
  w->ndim = 0;
  for (int d = 0; d < lay[0]->ndim; d++) {
    if (lay[0]->shape[d] == 1)
      continue;
    w->shape[w->ndim] = lay[0]->shape[d];
    for (int k = 0; k < w->operands; k++)
      w->strides[k][w->ndim] = lay[k]->strides[d];
    w->ndim++;
  }
  if (order == MV_ANYORDER)
    reorder(w);
  merge_dimensions(w);
  take_run(w);
  memset(w->index, 0, (size_t)w->ndim * sizeof w->index[0]);
}

/* Follows the pointers from dimension d inwards. */
static void descend(mv_walker *w, int d) {
  for (int k = 0; k < w->operands; k++) {
    for (int e = d; e < w->ndim; e++) {
      unsigned char *p = w->level[k][e] + w->index[e] * w->strides[k][e];
      if (w->suboffsets[k][e] >= 0) {
        unsigned char *q;
        memcpy(&q, p, sizeof q);
        p = q + w->suboffsets[k][e];
      }
      w->level[k][e + 1] = p;
    }
    w->ptr[k] = w->level[k][w->ndim];
  }
}

static void begin_indirect(mv_walker *w, const mv_layout *const *lay) {
  bool run = true; /* no operand has a pointer in its last dimension */
  w->ndim = lay[0]->ndim;
  memcpy(w->shape, lay[0]->shape, (size_t)w->ndim * sizeof w->shape[0]);
  for (int k = 0; k < w->operands; k++) {
    w->level[k][0] = w->ptr[k];
    for (int d = 0; d < w->ndim; d++) {
      w->strides[k][d] = lay[k]->strides[d];
      w->suboffsets[k][d] = lay[k]->indirect ? lay[k]->suboffsets[d] : -1;
    }
    run = run && w->ndim > 0 && w->suboffsets[k][w->ndim - 1] < 0;
  }
  if (run)
    take_run(w);
  memset(w->index, 0, (size_t)w->ndim * sizeof w->index[0]);
  descend(w, 0);
}

static void begin(mv_walker *w, int order, const mv_layout *const *lay) {
  w->state = mv_layout_count(lay[0]) == 0 ? MV_DONE : MV_FRESH;
  w->n = 1;
  w->step[0] = w->step[1] = 0;
  w->indirect = false;
  for (int k = 0; k < w->operands; k++) {
    w->ptr[k] += lay[k]->offset;
    if (lay[k]->indirect)
      w->indirect = true;
  }
  if (w->state == MV_DONE)
    return; /* pointers may not even be followed */
  if (w->indirect)
    begin_indirect(w, lay);
  else
    begin_direct(w, order, lay);
}

void mv_walk(mv_walker *w, int order, unsigned char *base,
             const mv_layout *lay) {
  mv_assert(mv_layout_valid(lay));
  w->operands = 1;
  w->ptr[0] = base;
  begin(w, order, &lay);
}

void mv_walk2(mv_walker *w, int order, unsigned char *base0,
              const mv_layout *lay0, unsigned char *base1,
              const mv_layout *lay1) {
  const mv_layout *lay[2] = {lay0, lay1};
  mv_assert(mv_layout_valid(lay0) && mv_layout_valid(lay1));
  mv_assert(mv_layout_same_shape(lay0, lay1));
  w->operands = 2;
  w->ptr[0] = base0;
  w->ptr[1] = base1;
  begin(w, order, lay);
}

static void advance(mv_walker *w, int d) {
  if (w->indirect) {
    descend(w, d);
  } else {
    for (int k = 0; k < w->operands; k++)
      w->ptr[k] += w->strides[k][d];
  }
}

static void rewind_dim(mv_walker *w, int d) {
  w->index[d] = 0;
  if (w->indirect)
    return;
  for (int k = 0; k < w->operands; k++)
    w->ptr[k] -= (w->shape[d] - 1) * w->strides[k][d];
}

bool mv_walk_next(mv_walker *w) {
  if (w->state == MV_FRESH) {
    w->state = MV_UNDERWAY;
    return true;
  }
  if (w->state == MV_DONE)
    return false;
  for (int d = w->ndim - 1; d >= 0; d--) {
    if (++w->index[d] < w->shape[d]) {
      advance(w, d);
      return true;
    }
    rewind_dim(w, d);
  }
  w->state = MV_DONE;
  return false;
}
