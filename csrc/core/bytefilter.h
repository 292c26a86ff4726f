/*
** bytefilter.h - finds places where several bytes of a needle agree
*/
#ifndef MV_BYTEFILTER_H
#define MV_BYTEFILTER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define MV_STARTS 64 /* starts that are tested together: one block */

/* Bytes of the needle and their offsets in the needle: 1, 2, 4 or 8 of them. */
#define MV_FILTERBYTES 8

typedef struct mv_filter {
  size_t offset[MV_FILTERBYTES];
  unsigned char byte[MV_FILTERBYTES];
  int n;
  int oldest; /* the byte that is replaced next */
} mv_filter;

/*
** Tests blocks of 64 starts, the first at *p and each step bytes from the block
** before. Returns the candidates of the first block that has candidates: a bit
** for each start, the lowest for the lowest address. Sets *p to the address of
** this block; without candidates, to the address behind the last block.
*/
typedef uint64_t mv_scanner(const mv_filter *f, const unsigned char **p,
                            size_t blocks, ptrdiff_t step);

/* The fastest scanner for filters of n bytes on this machine. */
mv_scanner *mv_scanner_for(int n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
