/*
** unpack.h - v:unpack: reads values in the format language of string.pack
*/
#ifndef LMV_UNPACK_H
#define LMV_UNPACK_H

#include "lease.h"
#include "packformat.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The bytes that are unpacked: those of a view, or all present bytes of a
** container. */
typedef struct lmv_packed {
  const lmv_view *view;
  const lmv_container *container; /* if view is NULL */
  size_t size;                    /* of the view */
  bool contiguous;
} lmv_packed;

typedef enum lmv_outcome {
  LMV_UNPACKED,
  LMV_TOOSHORT,
  LMV_UNTERMINATED /* a string's zero is missing */
} lmv_outcome;

/*
** Pushes the values of the format from byte *at (from 0) on, and moves *at
** behind them. If bytes are missing, *at is the end of the bytes that were
** needed. *results is the number of values pushed. [-0, +n, v] Raises if the
** format is malformed, an integer exceeds 64 bits, or the memory is gone.
*/
lmv_outcome lmv_unpack(lmv_packformat *r, const lmv_packed *s, size_t *at,
                       int *results);

/* The least end of the rest of the format, from byte `at` on. [-0, +0, v] Raises
** if the format is malformed. */
size_t lmv_leastend(lmv_packformat *r, size_t at);

extern const luaL_Reg lmv_unpack_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
