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

/* The kinds that have converters come first. */
#define MV_RUNKINDS (MV_F16 + 1)

/* The converter. NULL: there is none, and callers fall back to
** mv_item_convert. */
mv_converter *mv_converter_find(mv_kind to, mv_kind from);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
