/*
** find.c - a sequence of bytes in another
** Three ways, from the fastest to the surest: memchr for the first byte; a
** filter of two bytes, for first bytes that are common; and the two-way
** algorithm of Crochemore and Perrin, linear whatever the bytes are. The first
** two have a credit. Ground that is covered earns some, each false candidate
** costs what it took to refute it, and whoever runs out of credit leaves the
** rest to the next way. So all of it is linear.
*/
#include "mv.h"

#include <string.h>

#define CREDIT 1024 /* to begin with */
#define DEAR 64     /* bytes covered meanwhile, but for a false candidate */
#define PIECE 512   /* starts that the filter looks at together */
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
  ptrdiff_t credit = CREDIT;
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

/* out[i] is 0 where p[i] is x and q[i] is y; whole vectors of n bytes in all.*/
static void filter(unsigned char *restrict out, const unsigned char *p,
                   unsigned char x, const unsigned char *q, unsigned char y,
                   size_t n) {
  for (; n > 0; n -= VECTOR, out += VECTOR, p += VECTOR, q += VECTOR)
    for (int i = 0; i < VECTOR; i++)
      out[i] = (unsigned char)((p[i] ^ x) | (q[i] ^ y));
}

static bool by_two_bytes(search *s) {
  unsigned char out[PIECE];
  unsigned char x = s->needle[0];
  size_t far = s->m - 1;
  ptrdiff_t credit = CREDIT;
  while (far > 0 && s->needle[far] == x)
    far--;
  if (far == 0)
    far = s->m - 1;
  while (s->end - s->at >= VECTOR) {
    const unsigned char *p = s->hay + s->at, *hit = out;
    size_t n = (s->end - s->at) / VECTOR * VECTOR;
    n = n < PIECE ? n : PIECE;
    filter(out, p, x, p + far, s->needle[far], n);
    for (; (hit = memchr(hit, 0, n - (size_t)(hit - out))) != NULL; hit++) {
      size_t k = agreement(s, s->at + (size_t)(hit - out));
      if (k < s->m && (credit -= (ptrdiff_t)k + DEAR) > 0)
        continue;
      s->at += (size_t)(hit - out);
      return k == s->m;
    }
    s->at += n;
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
  if (m > n)
    return -1;
  if (m == 0 || by_first_byte(&s) || by_two_bytes(&s) || two_way(&s))
    return (ptrdiff_t)s.at;
  return -1;
}
