/*
** fitrun.h - tests whether contiguous numbers of one kind fit another kind
*/
#ifndef MV_FITRUN_H
#define MV_FITRUN_H

#include "convertrun.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

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

/* Finds both kernels; false if there is no converter. */
bool mv_conversion_find(mv_conversion *c, mv_kind to, mv_kind from);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
