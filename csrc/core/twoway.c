/*
** twoway.c - the two-way algorithm of Crochemore and Perrin
** Linear in the worst case: it makes at most two comparisons for each byte, and
** a shift by its table passes over at least one start at a constant cost. A
** search backwards is the same with all directions reversed.
*/
#include "twoway.h"

#include "simd.h"

#include <stdint.h>

/*
** The start of the greatest suffix of x, by the order of bytes or by the
** reversed order; and its period. The bytes of x are d apart.
*/
MV_INLINE size_t greatest_suffix(const unsigned char *x, size_t m, ptrdiff_t d,
                                 bool reverse, size_t *period) {
  size_t start = 0, j = 1, k = 0, p = 1; /* x[j + k] against x[start + k] */
  while (j + k < m) {
    unsigned char a = x[d * (ptrdiff_t)(j + k)];
    unsigned char b = x[d * (ptrdiff_t)(start + k)];
    if (a == b) {
      if (++k == p) {
        j += p;
        k = 0;
      }
    } else if ((a < b) != reverse) {
      j += k + 1;
      k = 0;
      p = j - start;
    } else {
      start = j++;
      k = 0;
      p = 1;
    }
  }
  *period = p;
  return start;
}

/*
** Finds the split of a needle x and its period p for the search. Returns the
** number of bytes of the needle that are known to agree after a shift by p.
*/
MV_INLINE size_t split(const unsigned char *x, size_t m, ptrdiff_t d,
                       size_t *cut, size_t *p) {
  size_t q, other = greatest_suffix(x, m, d, true, &q), i = 0;
  *cut = greatest_suffix(x, m, d, false, p);
  if (other > *cut) {
    *cut = other;
    *p = q;
  }
  while (i < *cut && x[d * (ptrdiff_t)i] == x[d * (ptrdiff_t)(i + *p)])
    i++;
  if (i == *cut)
    return m - *p;
  *p = (*cut > m - *cut ? *cut : m - *cut) + 1;
  return 0;
}

/* A hash of two bytes: the last two of the needle, or two of the hay. */
#define PAIRS 256
MV_INLINE unsigned byte_pair(const unsigned char *last, ptrdiff_t d) {
  return (last[0] ^ (unsigned)last[-d] << 3) % PAIRS;
}

/* The least shift of the needle for each pair of bytes at its end. */
MV_INLINE void fill_shifts(uint16_t *shift, const unsigned char *x, size_t m,
                           ptrdiff_t d) {
  for (size_t i = 0; i < PAIRS; i++)
    shift[i] = (uint16_t)(m - 1 < UINT16_MAX ? m - 1 : UINT16_MAX);
  for (size_t i = m - 1 < UINT16_MAX ? 1 : m - UINT16_MAX; i < m; i++)
    shift[byte_pair(x + d * (ptrdiff_t)i, d)] = (uint16_t)(m - 1 - i);
}

/*
** Splits the needle so that the period of its right part is the period of the
** needle, or so that the left part does not continue the period of the right
** part. Compares the right part forwards, then the left part backwards. After a
** shift by the period, bytes that are known to agree are not compared again; if
** no bytes are known to agree, the table of shifts is used first. d is 1, or -1
** for a search backwards.
*/
MV_INLINE size_t search_two_way(const unsigned char *hay, size_t starts,
                                const unsigned char *needle, size_t m,
                                ptrdiff_t d) {
  size_t known = 0, cut, p, at = 0;
  const unsigned char *x = d < 0 ? needle + m - 1 : needle;
  const unsigned char *first = d < 0 ? hay + starts - 1 + m - 1 : hay;
  size_t keep = split(x, m, d, &cut, &p);
  uint16_t shift[PAIRS];
  fill_shifts(shift, x, m, d);
  while (at < starts) {
    const unsigned char *y = first + d * (ptrdiff_t)at;
    ptrdiff_t i = (ptrdiff_t)(cut > known ? cut : known);
    size_t skip =
        known > 0 ? 0 : shift[byte_pair(y + d * (ptrdiff_t)(m - 1), d)];
    at += skip;
    if (skip > 0)
      continue;
    while (i < (ptrdiff_t)m && x[d * i] == y[d * i])
      i++;
    if (i < (ptrdiff_t)m) {
      at += (size_t)i - cut + 1;
      known = 0;
      continue;
    }
    i = (ptrdiff_t)cut;
    while (i > (ptrdiff_t)known && x[d * (i - 1)] == y[d * (i - 1)])
      i--;
    if (i <= (ptrdiff_t)known)
      return at;
    at += p;
    known = keep;
  }
  return starts;
}

size_t mv_two_way(const unsigned char *hay, size_t starts,
                  const unsigned char *needle, size_t m, bool backwards) {
  return backwards ? search_two_way(hay, starts, needle, m, -1)
                   : search_two_way(hay, starts, needle, m, 1);
}
