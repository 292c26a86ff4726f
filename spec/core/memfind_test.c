/*
** memfind_test.c - finding bytes in bytes against looking everywhere
*/
#include "check.h"
#include "sample.h"

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

/* What takes for ever where the product of the sizes counts. */
static void try_hostile(void) {
  const size_t n = 1 << 20, m = 1 << 18;
  const size_t places[] = {0, 1, 2, m / 2, m - 2, m - 1};
  unsigned char *h = malloc(n), *x = malloc(m);
  memset(h, 'a', n);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    memset(x, 'a', m);
    x[places[i]] = 'b';
    CHECK(mv_find(h, n, x, m) == -1);
    h[n - m + places[i]] = 'b';
    CHECK(mv_find(h, n, x, m) == (ptrdiff_t)(n - m));
    h[n - m + places[i]] = 'a';
  }
  for (size_t i = 0; i < n; i++)
    h[i] = i % 64 < 32 || i % (m / 2) == 100 ? 'a' : 'b';
  for (size_t i = 0; i < m; i++)
    x[i] = i % 64 < 32 ? 'a' : 'b';
  CHECK(mv_find(h, n, x, m) == -1);
  free(h);
  free(x);
}

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
  return check_report();
}
