/*
** feed.c - the numbers of a layout in pieces that kernels can work on
** Items that have to be gathered or converted are handed out in blocks on the
** stack, others in place in longer pieces. Longer pieces save calls, but the
** piece with a minimum is searched twice.
*/
#include "feed.h"

#include "copyrun.h"
#include "item.h"

#define PIECE 16384
_Static_assert(PIECE % MV_FEEDBLOCK == 0, "pieces are whole blocks");

/*
** The kind in which items are handed out: their own kind if there are kernels
** for it, otherwise the next kind that holds all values.
*/
static mv_kind fed_kind(const mv_item *item) {
  bool small = item->size <= 4;
  switch (mv_kinds[item->kind].class) {
  case MV_UNSIGNED:
    return item->kind <= MV_F64 ? item->kind : small ? MV_U32 : MV_U64;
  case MV_SIGNED:
    return item->kind <= MV_F64 ? item->kind : small ? MV_I32 : MV_I64;
  case MV_FLOAT:
    return item->kind <= MV_F64 ? item->kind : small ? MV_F32 : MV_F64;
  case MV_BOOLEAN:
  case MV_STRING:
  case MV_COMPLEX:
  case MV_COMPOUND:
    break;
  }
  return item->kind;
}

void mv_feed_start(mv_feed *f, int order, const unsigned char *a,
                   const mv_layout *lay, const mv_item *item) {
  mv_walk(&f->walk, order, (unsigned char *)a, lay);
  f->item = item;
  f->kind = fed_kind(item);
  f->size = mv_kinds[f->kind].size;
  f->convert = NULL;
  if (f->kind != item->kind)
    f->convert = mv_converter_find(f->kind, item->kind);
  f->run = f->i = f->number = 0;
  f->n = 0;
}

static void load_singly(const mv_feed *f, unsigned char *out,
                        const unsigned char *in, ptrdiff_t step, size_t n) {
  const mv_item item = {f->size, NULL, f->kind, false};
  mv_value value;
  for (size_t k = 0; k < n; k++) {
    mv_load(f->item, in + (ptrdiff_t)k * step, &value);
    mv_store(&item, out + k * f->size, &value);
  }
}

/* Adds n items to the block. */
static void feed_block(mv_feed *f, const unsigned char *in, ptrdiff_t step,
                       size_t n) {
  size_t size = f->item->size;
  unsigned char *out = f->made + f->n * f->size;
  unsigned char *items = f->convert != NULL ? f->items : out;
  f->n += n;
  if (f->kind != f->item->kind && f->convert == NULL) {
    load_singly(f, out, in, step, n);
    return;
  }
  mv_copy_run(items, in, (mv_axis){(ptrdiff_t)n, (ptrdiff_t)size, step}, size);
  if (f->item->swap)
    mv_swap_run(items, (ptrdiff_t)size, (ptrdiff_t)n, size);
  if (f->convert != NULL)
    f->convert(out, items, n);
}

bool mv_feed_next(mv_feed *f) {
  mv_walker *w = &f->walk;
  f->number += (ptrdiff_t)f->n;
  f->n = 0;
  f->p = f->made;
  f->in_place = false;
  while (f->n < MV_FEEDBLOCK) {
    const unsigned char *in;
    ptrdiff_t left, step, room = (ptrdiff_t)(MV_FEEDBLOCK - f->n);
    if (f->i == f->run) {
      f->i = f->run = 0;
      if (!mv_walk_next(w))
        return f->n > 0;
      f->run = w->n;
    }
    in = w->ptr[0] + f->i * w->step[0];
    step = w->step[0];
    left = f->run - f->i;
    if (f->n == 0 && left >= MV_FEEDBLOCK && step == (ptrdiff_t)f->size &&
        f->kind == f->item->kind && !f->item->swap) {
      f->n =
          (size_t)(left < PIECE ? left / MV_FEEDBLOCK * MV_FEEDBLOCK : PIECE);
      f->p = in;
      f->in_place = true;
      f->i += (ptrdiff_t)f->n;
      return true;
    }
    left = left < room ? left : room;
    feed_block(f, in, step, (size_t)left);
    f->i += left;
  }
  return true;
}
