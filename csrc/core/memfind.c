/*
** memfind.c - a sequence of bytes in another
** Three ways, from the fastest to the surest: memchr for the first byte; a
** filter of four bytes, for first bytes that are common; and the two-way
** algorithm of Crochemore and Perrin, linear whatever the bytes are. The first
** two have a credit. Ground that is covered earns some, each false candidate
** costs what it took to refute it, and whoever runs out of credit leaves the
** rest to the next way. So all of it is linear.
*/
#include "kernels.h"
#include "simd.h"

#include <string.h>

#define CREDIT 256 /* to begin with */
#define DEAR 64    /* bytes that memchr covers in the time of a candidate */
#define CHEAP 4    /* bytes that two_way does */
#define SIEVE 4    /* bytes of the needle in the filter */
#define PIECE 512  /* starts that the filter looks at together */
#define VECTOR 64

/* A search: the starts from at on, before end, are still to be looked at. */
typedef struct search {
  const unsigned char *hay, *needle;
  size_t m, at, end;
} search;

/* How many bytes of the needle the hay at i agrees with. */
static size_t agreement(const search *s, size_t i) {
  size_t k = 0;
  while (k < s->m && s->hay[i + k] == s->needle[k])
    k++;
  return k;
}

/* These return whether s->at is the answer; if not, they give up there. */

static bool by_first_byte(search *s) {
  /* the filter has no use for less than a vector of starts */
  ptrdiff_t credit = s->end < VECTOR ? VECTOR * DEAR : CREDIT;
  while (s->at < s->end && credit > 0) {
    const unsigned char *p =
        memchr(s->hay + s->at, s->needle[0], s->end - s->at);
    size_t i = p ? (size_t)(p - s->hay) : s->end, k;
    credit += (ptrdiff_t)(i - s->at);
    s->at = i;
    if (!p)
      return false;
    k = agreement(s, i);
    if (k == s->m)
      return true;
    credit -= (ptrdiff_t)k + DEAR;
    s->at++;
  }
  return false;
}

/*
** Chooses bytes of the needle: the first, and from its end as many others as
** differ; if these are few, some more.
*/
static void choose(const search *s, size_t *offset) {
  size_t n = 1;
  offset[0] = 0;
  for (size_t i = s->m; i-- > 0 && n < SIEVE;) {
    size_t k = 0;
    while (k < n && s->needle[offset[k]] != s->needle[i])
      k++;
    if (k == n)
      offset[n++] = i;
  }
  for (; n < SIEVE; n++)
    offset[n] = s->m - 1 - (s->m - 1) / n / 2;
}

/* out[i] is 0 where the start p + i is a candidate; n starts, whole vectors. */
MV_CLONES static void filter(unsigned char *restrict out,
                             const unsigned char *p, size_t n,
                             const unsigned char *needle,
                             const size_t *offset) {
  const unsigned char *p1 = p + offset[1], *p2 = p + offset[2];
  const unsigned char *p3 = p + offset[3], x0 = needle[0];
  unsigned char x1 = needle[offset[1]], x2 = needle[offset[2]];
  unsigned char x3 = needle[offset[3]];
  for (; n > 0; n -= VECTOR) {
    for (size_t i = 0; i < VECTOR; i++)
      out[i] = (unsigned char)((p[i] ^ x0) | (p1[i] ^ x1) | (p2[i] ^ x2) |
                               (p3[i] ^ x3));
    out += VECTOR;
    p += VECTOR;
    p1 += VECTOR;
    p2 += VECTOR;
    p3 += VECTOR;
  }
}

static bool by_four_bytes(search *s) {
  unsigned char out[PIECE];
  size_t offset[SIEVE], n, k;
  ptrdiff_t credit = CREDIT;
  choose(s, offset);
  for (; s->end >= VECTOR && s->at < s->end; s->at += n) {
    const unsigned char *hit = out;
    if (s->end - s->at < VECTOR)
      s->at = s->end - VECTOR; /* some starts once more */
    n = (s->end - s->at) / VECTOR * VECTOR;
    n = n < PIECE ? n : PIECE;
    filter(out, s->hay + s->at, n, s->needle, offset);
    for (; (hit = memchr(hit, 0, n - (size_t)(hit - out))) != NULL; hit++) {
      k = agreement(s, s->at + (size_t)(hit - out));
      if (k < s->m && (credit -= (ptrdiff_t)k + CHEAP) > 0)
        continue;
      s->at += (size_t)(hit - out);
      return k == s->m;
    }
    credit += (ptrdiff_t)n;
  }
  return false;
}

/*
** Where the greatest suffix of x begins, by the order of bytes or by the
** reverse of it; and its period.
*/
static size_t greatest_suffix(const unsigned char *x, size_t m, bool reverse,
                              size_t *period) {
  size_t start = 0, j = 1, k = 0, p = 1; /* x[j + k] against x[start + k] */
  while (j + k < m) {
    unsigned char a = x[j + k], b = x[start + k];
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
** Splits the needle where the period of its right part is that of the whole,
** or the left part is no part of the right one's repetition; compares the right
** part forwards, then the left one backwards. After a shift by the period, what
** is known to agree is not compared again.
*/
static bool two_way(search *s) {
  const unsigned char *x = s->needle;
  size_t p, q, m = s->m, known = 0, keep = 0;
  size_t cut = greatest_suffix(x, m, false, &p);
  size_t other = greatest_suffix(x, m, true, &q);
  if (other > cut) {
    cut = other;
    p = q;
  }
  if (memcmp(x, x + p, cut) == 0)
    keep = m - p;
  else
    p = (cut > m - cut ? cut : m - cut) + 1;
  while (s->at < s->end) {
    const unsigned char *y = s->hay + s->at;
    size_t i = cut > known ? cut : known;
    while (i < m && x[i] == y[i])
      i++;
    if (i < m) {
      s->at += i - cut + 1;
      known = 0;
      continue;
    }
    i = cut;
    while (i > known && x[i - 1] == y[i - 1])
      i--;
    if (i <= known)
      return true;
    s->at += p;
    known = keep;
  }
  return false;
}

ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m) {
  search s = {hay, needle, m, 0, n - m + 1};
  if (m == 0)
    return 0;
  if (m > n)
    return -1;
  if (by_first_byte(&s) || (s.at < s.end && by_four_bytes(&s)) ||
      (s.at < s.end && two_way(&s)))
    return (ptrdiff_t)s.at;
  return -1;
}

ptrdiff_t mv_rfind(const unsigned char *hay, size_t n,
                   const unsigned char *needle, size_t m) {
  if (m > n)
    return -1;
  for (size_t i = n - m + 1; i-- > 0;)
    if (m == 0 || memcmp(hay + i, needle, m) == 0)
      return (ptrdiff_t)i;
  return -1;
}
