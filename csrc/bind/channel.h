/*
** channel.h - moves bytes between memory and files
*/
#ifndef LMV_CHANNEL_H
#define LMV_CHANNEL_H

#include "layout.h"

#include <stdio.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The bytes moved at once: faster than one large read, measured. */
#define LMV_PIECE ((size_t)1 << 20)

/* A file handle, a descriptor or a socket, and the state of a transfer. */
typedef struct lmv_channel {
  /* moves up to n bytes; returns their number, 0 at the end, -1 with errno */
  ptrdiff_t (*move)(struct lmv_channel *c, unsigned char *p, size_t n);
  FILE *file; /* NULL: the descriptor fd */
  int fd;
  int64_t at;   /* the offset in the file; -1: the file's position */
  int64_t home; /* the position to which the handle returns; -1: stays */
  bool out;
  bool once;   /* ends after the first bytes */
  bool resync; /* the file handle must be moved to its descriptor's position */
  bool unsure; /* the number of bytes moved by a failed move is unknown */
  int err;     /* the error that ended the transfer, or 0 */
} lmv_channel;

/*
** Moves n bytes between p and a channel with file, fd, at, home and out set, or
** fewer at the end. Returns their number, and sets c->err.
*/
size_t lmv_channel_move(lmv_channel *c, unsigned char *p, size_t n);

/* Moves all bytes of the layout through the buffer, which has room for them or
** for LMV_PIECE bytes. */
size_t lmv_channel_movelayout(lmv_channel *c, unsigned char *base,
                              const mv_layout *lay, unsigned char *buffer);

/* Whether the system would ignore the offset and write at the end of the file.
** (Unknown on Windows.) */
bool lmv_channel_appends(const lmv_channel *c);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
