/*
** bytestream.h - the bytes of a layout's items, one after the other in C order
*/
#ifndef MV_BYTESTREAM_H
#define MV_BYTESTREAM_H

#include "layout.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* A stream of a layout's bytes with a position, which each read or write
** advances. */
typedef struct mv_bytestream {
  unsigned char *base;
  mv_layout units;            /* the items, joined where they touch */
  ptrdiff_t index[MV_MAXDIM]; /* of the unit at the position */
  size_t within;              /* its bytes before the position */
} mv_bytestream;

/* Starts at byte number `from`, counted from 0, at most the number of bytes. */
void mv_stream_start(mv_bytestream *s, unsigned char *base,
                     const mv_layout *lay, size_t from);

/* Copy the next n bytes to out, or from in. These bytes must exist. */
void mv_stream_read(mv_bytestream *s, unsigned char *out, size_t n);
void mv_stream_write(mv_bytestream *s, const unsigned char *in, size_t n);

/* Copies a single range: n bytes from byte number `from` on. */
void mv_read(const unsigned char *src, const mv_layout *slay, size_t from,
             size_t n, unsigned char *out);
void mv_write(unsigned char *dst, const mv_layout *dlay, size_t from, size_t n,
              const unsigned char *in);

/* A search for m bytes at needle in n bytes from byte number `from` on. */
typedef struct mv_search {
  const unsigned char *needle;
  size_t m, from, n;
  bool last;           /* the last occurrence, as by mv_rfind */
  unsigned char *room; /* pieces of the bytes are copied and searched here */
  size_t size; /* of room; at least m or n; with 2 * m, each byte is copied at
                  most twice */
} mv_search;

/* The offset of the bytes behind `from`; -1 if they do not occur. */
ptrdiff_t mv_find_layout(const unsigned char *src, const mv_layout *slay,
                         const mv_search *search);

/* The mv_hash of all bytes. */
uint64_t mv_hash_layout(const unsigned char *src, const mv_layout *slay,
                        uint64_t seed);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
