/*
** memfind_test.c - searches for bytes, compared with a test of each place
** The tests of the code for other machines include this file.
*/
#include "check.h"
#include "sample.h"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <unistd.h>
#endif

static ptrdiff_t model(const unsigned char *hay, size_t n,
                       const unsigned char *needle, size_t m) {
  for (size_t i = 0; m <= n && i <= n - m; i++)
    if (memcmp(hay + i, needle, m) == 0)
      return (ptrdiff_t)i;
  return -1;
}

static ptrdiff_t last_model(const unsigned char *hay, size_t n,
                            const unsigned char *needle, size_t m) {
  for (size_t i = n + 1; i-- > 0;)
    if (m <= n - i && memcmp(hay + i, needle, m) == 0)
      return (ptrdiff_t)i;
  return -1;
}

/* In blocks of exactly that size. */
static void find(const unsigned char *hay, size_t n,
                 const unsigned char *needle, size_t m) {
  unsigned char *h = malloc(n + !n), *x = malloc(m + !m);
  memcpy(h, hay, n);
  memcpy(x, needle, m);
  ptrdiff_t expected = model(h, n, x, m), got = mv_find(h, n, x, m);
  if (!CHECK(expected == got))
    fprintf(stderr, "%zu bytes in %zu: at %td, not %td\n", m, n, got, expected);
  expected = last_model(h, n, x, m);
  got = mv_rfind(h, n, x, m);
  if (!CHECK(expected == got))
    fprintf(stderr, "last %zu in %zu: at %td, not %td\n", m, n, got, expected);
  free(h);
  free(x);
}

static unsigned char hay[20000], needle[2000];

/* Random bytes out of a few, the needle taken from the hay and maybe changed.*/
static void try_random(size_t n, size_t m, unsigned alphabet) {
  for (size_t i = 0; i < n; i++)
    hay[i] = (unsigned char)sample_below(alphabet);
  size_t at = sample_below((uint32_t)(n - m + 1));
  memcpy(needle, hay + at, m);
  if (m > 0 && sample_below(2))
    needle[sample_below((uint32_t)m)] ^= 1;
  find(hay, n, needle, m);
}

/* A word repeated, in hay and needle; a byte of the needle may differ. */
static void try_periodic(size_t n, size_t m, size_t period) {
  for (size_t i = 0; i < n; i++)
    hay[i] = i < period ? (unsigned char)sample_below(2) : hay[i - period];
  memcpy(needle, hay, m);
  find(hay, n, needle, m);
  for (int times = 0; times < 4; times++) {
    hay[sample_below((uint32_t)n)] ^= 1;
    find(hay, n, needle, m);
  }
  needle[sample_below((uint32_t)m)] ^= 1;
  find(hay, n, needle, m);
  memcpy(hay + n - m, needle, m);
  find(hay, n, needle, m);
}

/* All words of two letters of up to 7 in a long one that drives to two_way. */
static void try_words(void) {
  static const size_t n = 3000;
  memset(hay, 'a', n);
  for (size_t m = 1; m <= 7; m++)
    for (unsigned word = 0; word < 1u << m; word++) {
      for (size_t i = 0; i < m; i++)
        needle[i] = word >> i & 1 ? 'b' : 'a';
      memset(hay + n - 40, 'a', 40);
      memcpy(hay + n - 20, needle, m);
      find(hay, n, needle, m);
      for (size_t i = n - 40; i < n; i++)
        hay[i] = sample_below(2) ? 'b' : 'a';
      find(hay, n, needle, m);
    }
}

/* Searches that would take for ever in time proportional to the product of the
** sizes. */
static void try_hostile(void) {
  const size_t n = 1 << 20, m = 1 << 18;
  const size_t places[] = {0, 1, 2, m / 2, m - 2, m - 1};
  unsigned char *h = malloc(n), *x = malloc(m);
  memset(h, 'a', n);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    memset(x, 'a', m);
    x[places[i]] = 'b';
    CHECK(mv_find(h, n, x, m) == -1);
    CHECK(mv_rfind(h, n, x, m) == -1);
    h[n - m + places[i]] = 'b';
    CHECK(mv_find(h, n, x, m) == (ptrdiff_t)(n - m));
    CHECK(mv_rfind(h, n, x, m) == (ptrdiff_t)(n - m));
    h[n - m + places[i]] = 'a';
    h[places[i]] = 'b';
    CHECK(mv_find(h, n, x, m) == 0);
    CHECK(mv_rfind(h, n, x, m) == 0);
    h[places[i]] = 'a';
  }
  for (size_t i = 0; i < n; i++)
    h[i] = i % 64 < 32 || i % (m / 2) == 100 ? 'a' : 'b';
  for (size_t i = 0; i < m; i++)
    x[i] = i % 64 < 32 ? 'a' : 'b';
  CHECK(mv_find(h, n, x, m) == -1);
  CHECK(mv_rfind(h, n, x, m) == -1);
  free(h);
  free(x);
}

/* Periods in the needle that a hay breaks now and then: no filter holds long,
** and the needle shifts by its period and by the table in turns. */
static void try_broken_periods(void) {
  for (size_t period = 1; period < 70; period += 1 + period / 8)
    for (unsigned gap = 20; gap < 2000; gap *= 3) {
      const size_t n = sizeof hay, m = 3 + sample_below(600);
      for (size_t i = 0; i < n; i++)
        hay[i] = i < period ? (unsigned char)sample_below(2) : hay[i - period];
      memcpy(needle, hay + sample_below(64), m);
      for (size_t i = sample_below(gap); i < n; i += 1 + sample_below(gap))
        hay[i] ^= 1;
      find(hay, n, needle, m);
      needle[sample_below((uint32_t)m)] ^= 1;
      find(hay, n, needle, m);
      memcpy(hay + sample_below((uint32_t)(n - m)), needle, m);
      find(hay, n, needle, m);
    }
}

/* Each length of the hay, at each address, with the needle at each place. */
static void try_places(void) {
  static unsigned char block[400];
  for (size_t n = 1; n < 300; n += 1 + n / 24)
    for (size_t shift = 0; shift < 64; shift += 7)
      for (size_t m = 1; m <= 20 && m <= n; m += 4)
        for (size_t at = 0; at + m <= n; at += 1 + n / 40) {
          unsigned char *h = block + shift;
          memset(block, 'y', sizeof block); /* so around the hay, too */
          memset(h, 'x', n);
          memset(h + at, 'y', m);
          memset(needle, 'y', m);
          CHECK(mv_find(h, n, needle, m) == (ptrdiff_t)at);
          CHECK(mv_rfind(h, n, needle, m) == (ptrdiff_t)at);
          h[at + m / 2] = 'x';
          CHECK(mv_find(h, n, needle, m) == -1);
          CHECK(mv_rfind(h, n, needle, m) == -1);
        }
}

/* Prefixes, as lines of a log have them: one byte tells the needle apart. */
static void try_prefixes(void) {
  static const char line[] = "2024-05-01 12:00:00 INFO [worker-1] done\n";
  const size_t size = sizeof line - 1, n = sizeof hay / size * size;
  for (size_t i = 0; i < n; i++)
    hay[i] = (unsigned char)line[i % size];
  for (size_t from = 0; from < size; from++)
    for (size_t i = 0; i < 2 * size; i += 3) {
      memcpy(needle, hay + from, 2 * size);
      needle[i] = 'X';
      find(hay, n, needle, 2 * size);
      hay[n - 3 * size + from + i] = 'X';
      find(hay, n, needle, 2 * size);
      hay[n - 3 * size + from + i] = (unsigned char)line[(from + i) % size];
    }
}

#if defined(MAP_ANONYMOUS)
/* In a page between two that cannot be read: at its start and at its end. */
static void try_pages(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  unsigned char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!CHECK(p != MAP_FAILED))
    return;
  mprotect(p, page, PROT_NONE);
  mprotect(p + 2 * page, page, PROT_NONE);
  memset(p + page, 'a', page);
  memset(needle, 'a', 40);
  for (size_t m = 2; m <= 40; m++)
    for (size_t n = m; n <= 300 && n <= page; n++) {
      unsigned char *places[] = {p + page, p + 2 * page - n};
      needle[n % m] = 'b';
      for (int i = 0; i < 2; i++) {
        CHECK(mv_find(places[i], n, needle, m) == -1);
        CHECK(mv_rfind(places[i], n, needle, m) == -1);
      }
      needle[n % m] = 'a';
    }
  munmap(p, 3 * page);
}
#else
static void try_pages(void) {}
#endif

int main(void) {
  for (size_t n = 0; n <= 130; n++)
    for (size_t m = 0; m <= n; m += 1 + n / 20)
      for (unsigned alphabet = 1; alphabet <= 4; alphabet++)
        try_random(n, m, alphabet);
  find((const unsigned char *)"abc", 3, (const unsigned char *)"abcd", 4);
  find((const unsigned char *)"", 0, (const unsigned char *)"", 0);
  for (int times = 0; times < 2000; times++)
    try_random(1 + sample_below(10000) + 64, 1 + sample_below(64),
               1 + sample_below(5));
  for (size_t period = 1; period < 40; period++)
    for (int times = 0; times < 6; times++)
      try_periodic(3000 + sample_below(9000), 1 + sample_below(900), period);
  try_words();
  try_hostile();
  try_broken_periods();
  try_places();
  try_prefixes();
  try_pages();
  return check_report();
}
