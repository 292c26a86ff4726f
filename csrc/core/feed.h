/*
** feed.h - the numbers of a layout in pieces that kernels can work on
*/
#ifndef MV_FEED_H
#define MV_FEED_H

#include "convertrun.h"
#include "layout.h"
#include "walk.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The number of items in a block; all pieces but the last one are a multiple of
** it. */
#define MV_FEEDBLOCK 512

/* Pieces of items as numbers of a kind, contiguous and in the native byte
** order. */
typedef struct mv_feed {
  mv_walker walk;
  const mv_item *item;
  mv_kind kind; /* of the numbers handed out, e.g. float for half floats */
  size_t size;
  mv_converter *convert; /* NULL: nothing to convert */
  ptrdiff_t run, i;      /* items of the run, and those handed out */
  ptrdiff_t number;      /* of the piece's first item in the walk */
  size_t n;              /* numbers in the piece */
  const unsigned char *p;
  bool in_place; /* p points to the items themselves */
  unsigned char items[MV_FEEDBLOCK * sizeof(uint64_t)];
  unsigned char made[MV_FEEDBLOCK * sizeof(uint64_t)];
} mv_feed;

/* Starts a feed of the items at a, which have an order (mv_item_ordered) or are
** parts of complex numbers. */
void mv_feed_start(mv_feed *f, int order, const unsigned char *a,
                   const mv_layout *lay, const mv_item *item);

/* Sets f->p and f->n to the next piece; false: there is no further piece. */
bool mv_feed_next(mv_feed *f);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
