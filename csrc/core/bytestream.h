/*
** bytestream.h - the bytes of a layout's items, one after the other in C order
*/
#ifndef MV_BYTESTREAM_H
#define MV_BYTESTREAM_H

#include "layout.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* A stream of these bytes with a position. Reading and writing advance it. */
typedef struct mv_bytestream {
  unsigned char *base;
  mv_layout units;            /* the items, joined where they touch */
  ptrdiff_t index[MV_MAXDIM]; /* of the unit at the position */
  size_t within;              /* its bytes before the position */
} mv_bytestream;

/* Starts at byte number from (from 0), which exists or is the end. */
void mv_stream_start(mv_bytestream *s, unsigned char *base,
                     const mv_layout *lay, size_t from);

/* Copy the next n bytes, which exist, to out; from in. */
void mv_stream_read(mv_bytestream *s, unsigned char *out, size_t n);
void mv_stream_write(mv_bytestream *s, const unsigned char *in, size_t n);

/* The same for one range, of n bytes from byte number from on. */
void mv_read(const unsigned char *src, const mv_layout *slay, size_t from,
             size_t n, unsigned char *out);
void mv_write(unsigned char *dst, const mv_layout *dlay, size_t from, size_t n,
              const unsigned char *in);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
