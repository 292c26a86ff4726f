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

/*
** The offset from `from` of the first (last: of the last) needle, m bytes, in a
** range of n bytes; or -1. Pieces of the range are copied to room, size bytes,
** at least m or n, and searched there; with 2 * m no byte is copied more than
** twice.
*/
ptrdiff_t mv_find_apart(const unsigned char *src, const mv_layout *slay,
                        size_t from, size_t n, const unsigned char *needle,
                        size_t m, bool last, unsigned char *room, size_t size);

/* mv_hash of all bytes. */
uint64_t mv_hash_layout(const unsigned char *src, const mv_layout *slay,
                        uint64_t seed);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
