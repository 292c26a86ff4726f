/*
** memfind.c - finds the first or the last occurrence of a sequence of bytes
** There are five ways to search, from the fastest on common data to the safest:
**   1. memchr for the byte of the needle that is rarest in common data;
**   2. vectors that compare two rare bytes of the needle, at their distance,
**      with the hay, for 64 starts at a time;
**   3. the same with four bytes, and 4. with eight. If a byte of a candidate
**      differs, this byte replaces another byte of the filter. The next
**      candidate is compared from this byte on: if each comparison began at the
**      same place, the bytes behind it would fill the filter, although rarer
**      ones refute more candidates;
**   5. the two-way algorithm of Crochemore and Perrin with a table of shifts.
** A start that passes a filter is a candidate, and compared with the needle.
**
** The search is linear in the worst case. Ways 1 to 4 start with a budget. Each
** start that is skipped adds 1 to it. Each refuted candidate subtracts a
** constant (MISS_COST) for finding it, and an eighth of the number of bytes
** that agreed, as these are compared eight at a time. When the budget of a way
** is spent, the next way searches the remaining starts. So the work of each way
** is at most a constant times the sum of its first budget, the starts and the
** bytes of the needle. Way 5 is linear by itself. If there are less than 64
** starts in all, memcmp compares each.
**
** A search backwards is the same with all directions reversed, but without way
** 1, as C has no memchr from the end; instead, vectors compare needles of one
** byte.
*/
#include "bytefilter.h"
#include "kernels.h"
#include "twoway.h"

#include <string.h>

#define FIRST_BUDGET 2048
#define CHOICE 256 /* rare bytes are chosen among so many bytes of the needle */

/*
** The cost of a refuted candidate: the number of starts that the next way skips
** in the same time. The next way is a scanner or, for the last scanner,
** mv_two_way, which is slower.
*/
#define MISS_COST 256
#define TWO_WAY_MISS_COST 16

/*
** The rank of each byte by frequency, 0 for the rarest, counted in texts,
** program sources, web pages, message catalogues and machine code.
*/
static const unsigned char rank[256] = {
    254, 211, 186, 166, 174, 161, 141, 148, 198, 202, 243, 106, 139, 147, 145,
    206, 167, 119, 159, 85,  118, 100, 59,  61,  143, 50,  26,  28,  65,  39,
    25,  158, 255, 108, 229, 171, 199, 165, 79,  191, 225, 219, 194, 169, 216,
    232, 235, 221, 227, 228, 213, 192, 190, 182, 179, 164, 180, 185, 218, 156,
    222, 209, 224, 54,  183, 226, 178, 201, 203, 217, 177, 172, 234, 212, 122,
    146, 215, 187, 200, 184, 196, 63,  195, 223, 208, 175, 142, 135, 163, 96,
    129, 151, 150, 157, 86,  241, 144, 251, 230, 244, 242, 253, 237, 233, 236,
    249, 155, 205, 245, 240, 248, 247, 238, 134, 246, 250, 252, 239, 210, 204,
    207, 220, 149, 111, 130, 115, 38,  20,  162, 127, 114, 188, 168, 176, 60,
    66,  110, 214, 35,  197, 67,  181, 29,  44,  131, 14,  8,   27,  89,  51,
    17,  18,  88,  19,  11,  5,   62,  34,  76,  46,  128, 78,  33,  47,  123,
    49,  91,  77,  83,  40,  58,  42,  56,  32,  6,   30,  138, 72,  84,  45,
    80,  105, 107, 69,  137, 70,  120, 82,  97,  99,  136, 116, 173, 113, 124,
    160, 132, 92,  104, 133, 74,  90,  10,  2,   3,   0,   22,  4,   193, 153,
    101, 21,  16,  36,  9,   53,  125, 94,  7,   55,  1,   23,  24,  98,  170,
    140, 95,  102, 43,  57,  64,  71,  189, 154, 48,  121, 112, 81,  87,  126,
    103, 12,  37,  31,  15,  13,  109, 75,  117, 41,  73,  68,  52,  93,  152,
    231};

/*
** A search. Starts are numbered in the direction of the search. The starts from
** at to end - 1 are still to be examined.
*/
typedef struct search {
  const unsigned char *hay, *needle;
  size_t m, at, end;
  bool backwards;
} search;

/* The address of start t, and the lowest address of the n starts from t on. */
static const unsigned char *where(const search *s, size_t t, size_t n) {
  return s->hay + (s->backwards ? s->end - t - n : t);
}

/* The first offset from k to end - 1 at which the needle differs from the bytes
** at p; end if none differs. */
static size_t difference(const search *s, const unsigned char *p, size_t k,
                         size_t end) {
  uint64_t a, b;
  for (; end - k >= sizeof a; k += sizeof a) {
    memcpy(&a, p + k, sizeof a);
    memcpy(&b, s->needle + k, sizeof b);
    if (a != b)
      break;
  }
  while (k < end && p[k] == s->needle[k])
    k++;
  return k;
}

/*
** Compares the needle with the bytes at p, from offset `from` to the end and
** then the bytes before it. Returns the number of bytes that agree; sets *at to
** the offset of the byte that differs, if one does.
*/
static size_t agreement(const search *s, const unsigned char *p, size_t from,
                        size_t *at) {
  *at = difference(s, p, from, s->m);
  if (*at < s->m)
    return *at - from;
  *at = difference(s, p, 0, from);
  return s->m - from + *at;
}

/* ---- by one byte ---------------------------------------------------------*/

/*
** Each way returns true if the needle is at s->at. It returns false if no start
** is left (s->at == s->end), or if its budget is spent; then the next way
** continues at s->at.
*/

/* Way 1. Forwards only. */
static bool by_byte(search *s, size_t offset) {
  ptrdiff_t budget = 2 * MISS_COST;
  const unsigned char *p = s->hay + offset;
  while (s->at < s->end && budget >= 0) {
    const unsigned char *q =
        memchr(p + s->at, s->needle[offset], s->end - s->at);
    size_t from = s->at, k;
    s->at = q ? (size_t)(q - p) : s->end;
    if (!q)
      return false;
    k = difference(s, s->hay + s->at, 0, s->m);
    if (k == s->m)
      return true;
    budget += (ptrdiff_t)(s->at - from) - MISS_COST - (ptrdiff_t)(k / 8);
    s->at++;
  }
  return false;
}

/* ---- by several bytes ----------------------------------------------------*/

/* The offset of the rarest byte of the needle. If other is not NULL, only bytes
** with another value than the byte at offset *other count. */
static size_t rarest(const search *s, const size_t *other) {
  size_t n = s->m < CHOICE ? s->m : CHOICE, best = 0;
  int low = 256;
  if (other)
    best = s->m - 1 - *other; /* if all are equal: far from it, mostly */
  for (size_t i = 0; i < n; i++) {
    unsigned char x = s->needle[i];
    if (rank[x] < low && !(other && x == s->needle[*other])) {
      low = rank[x];
      best = i;
    }
  }
  return best;
}

static void set_byte(mv_filter *f, int k, const search *s, size_t offset) {
  f->offset[k] = offset;
  f->byte[k] = s->needle[offset];
}

/* Extends the filter to n bytes; the new ones are spread evenly. */
static void widen(mv_filter *f, const search *s, int n) {
  f->oldest = f->n;
  for (; f->n < n; f->n++)
    set_byte(f, f->n, s,
             (size_t)((uint64_t)(s->m - 1) * (unsigned)(f->n - 1) /
                      (unsigned)(n - 1)));
}

/* Replaces a byte of the filter, but not the rarest one, by the byte that
** refuted a candidate. */
static void learn(mv_filter *f, const search *s, size_t offset) {
  set_byte(f, f->oldest, s, offset);
  f->oldest = f->oldest + 1 < f->n ? f->oldest + 1 : 1;
}

/* The number of zeros before the first one in the direction of the search. */
static size_t first_bit(const search *s, uint64_t bits) {
#if defined(__GNUC__)
  return (size_t)(s->backwards ? __builtin_clzll(bits) : __builtin_ctzll(bits));
#else
  size_t i = 0;
  while ((bits >> (s->backwards ? MV_STARTS - 1 - i : i) & 1) == 0)
    i++;
  return i;
#endif
}

/* Advances to the next candidate, or to the end. */
static bool next_candidate(search *s, const mv_filter *f, mv_scanner *scan) {
  ptrdiff_t step = s->backwards ? -MV_STARTS : MV_STARTS;
  size_t blocks = (s->end - s->at) / MV_STARTS;
  uint64_t found = 0;
  if (blocks > 0) {
    const unsigned char *from = where(s, s->at, MV_STARTS), *p = from;
    found = scan(f, &p, blocks, step);
    s->at += (size_t)(s->backwards ? from - p : p - from);
  }
  if (found == 0 && s->at < s->end) { /* the last starts, behind known ones */
    size_t known = MV_STARTS - (s->end - s->at);
    const unsigned char *p = where(s, s->end - MV_STARTS, MV_STARTS);
    found = scan(f, &p, 1, step);
    found = s->backwards ? found << known : found >> known;
  }
  if (found == 0)
    s->at = s->end;
  else
    s->at += first_bit(s, found);
  return found != 0;
}

static bool by_filter(search *s, mv_filter *f, int n, ptrdiff_t miss) {
  ptrdiff_t budget = FIRST_BUDGET;
  size_t start = 0; /* of the next comparison */
  mv_scanner *scan = mv_scanner_for(n);
  widen(f, s, n);
  while (s->at < s->end && budget >= 0) {
    size_t from = s->at, k, at;
    if (!next_candidate(s, f, scan))
      return false;
    k = agreement(s, where(s, s->at, 1), start, &at);
    if (k == s->m)
      return true;
    budget += (ptrdiff_t)(s->at - from) - miss - (ptrdiff_t)(k / 8);
    if (n > 2)
      learn(f, s, at);
    start = at;
    s->at++;
  }
  return false;
}

static bool by_bytes(search *s) {
  mv_filter f = {.n = 1};
  size_t first = rarest(s, NULL);
  set_byte(&f, 0, s, first);
  if (s->m == 1)
    return by_filter(s, &f, 1, MISS_COST);
  f.n = 2;
  set_byte(&f, 1, s, rarest(s, &first));
  return by_filter(s, &f, 2, MISS_COST) ||
         (s->at < s->end && by_filter(s, &f, 4, MISS_COST)) ||
         (s->at < s->end && by_filter(s, &f, 8, TWO_WAY_MISS_COST));
}

/* ---- all together --------------------------------------------------------*/

static bool find_start(search *s) {
  size_t left;
  if (!s->backwards && by_byte(s, rarest(s, NULL)))
    return true;
  if (s->at < s->end && by_bytes(s))
    return true;
  if (s->at >= s->end)
    return false;
  left = s->end - s->at;
  s->at +=
      mv_two_way(where(s, s->at, left), left, s->needle, s->m, s->backwards);
  return s->at < s->end;
}

/* Less than a block of starts are compared with memcmp. */

static ptrdiff_t find_short(const unsigned char *hay, size_t starts,
                            const unsigned char *needle, size_t m) {
  const unsigned char *p = hay, *end = hay + starts;
  while (p < end && (p = memchr(p, needle[0], (size_t)(end - p))) != NULL) {
    if (memcmp(p, needle, m) == 0)
      return p - hay;
    p++;
  }
  return -1;
}

static ptrdiff_t rfind_short(const unsigned char *hay, size_t starts,
                             const unsigned char *needle, size_t m) {
  for (const unsigned char *p = hay + starts; p-- > hay;)
    if (*p == needle[0] && memcmp(p, needle, m) == 0)
      return p - hay;
  return -1;
}

ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m) {
  search s;
  if (m == 0)
    return 0;
  if (m > n)
    return -1;
  if (n - m + 1 < MV_STARTS)
    return find_short(hay, n - m + 1, needle, m);
  s = (search){hay, needle, m, 0, n - m + 1, false};
  return find_start(&s) ? (ptrdiff_t)s.at : -1;
}

ptrdiff_t mv_rfind(const unsigned char *hay, size_t n,
                   const unsigned char *needle, size_t m) {
  search s;
  if (m == 0)
    return (ptrdiff_t)n;
  if (m > n)
    return -1;
  if (n - m + 1 < MV_STARTS)
    return rfind_short(hay, n - m + 1, needle, m);
  s = (search){hay, needle, m, 0, n - m + 1, true};
  return find_start(&s) ? (ptrdiff_t)(s.end - 1 - s.at) : -1;
}
