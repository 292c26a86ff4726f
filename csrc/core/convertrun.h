/*
** convertrun.h - converts contiguous numbers of one kind to another kind
*/
#ifndef MV_CONVERTRUN_H
#define MV_CONVERTRUN_H

#include "item.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Converts n contiguous numbers in the native byte order. The result for a
** number that does not fit is unspecified.
*/
typedef void mv_converter(unsigned char *restrict out,
                          const unsigned char *restrict in, size_t n);

/*
** Whether n contiguous numbers in the native byte order fit. bound and outside
** are those of the mv_conversion; each tester has its own use for them.
*/
typedef bool mv_tester(const unsigned char *in, size_t n, uint64_t bound,
                       uint64_t outside);

typedef struct mv_conversion {
  mv_converter *convert;
  mv_tester *fit; /* NULL: all fit */
  uint64_t bound, outside;
} mv_conversion;

/* Finds the kernels; false if there are no kernels, and callers must fall back
** to mv_item_convert. */
bool mv_conversion_find(mv_conversion *c, mv_kind to, mv_kind from);

/* The converter alone, or NULL. */
mv_converter *mv_converter_find(mv_kind to, mv_kind from);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
