/*
** twoway_test.c - mv_two_way, compared with a test of each start
** A search reaches it only where no filter helps, so it is called here.
*/
#include "check.h"
#include "sample.h"
#include "twoway.h"

/* The number of starts before the first occurrence in that direction. */
static size_t model(const unsigned char *hay, size_t starts,
                    const unsigned char *needle, size_t m, bool backwards) {
  for (size_t t = 0; t < starts; t++)
    if (memcmp(hay + (backwards ? starts - 1 - t : t), needle, m) == 0)
      return t;
  return starts;
}

/* In blocks of exactly that size, both ways. */
static void find(const unsigned char *hay, size_t n,
                 const unsigned char *needle, size_t m) {
  unsigned char *h = malloc(n), *x = malloc(m);
  size_t starts = n - m + 1;
  memcpy(h, hay, n);
  memcpy(x, needle, m);
  for (int backwards = 0; backwards <= 1; backwards++) {
    size_t expected = model(h, starts, x, m, backwards);
    size_t got = mv_two_way(h, starts, x, m, backwards);
    if (!CHECK(expected == got))
      fprintf(stderr, "%zu bytes in %zu, backwards %d: at %zu, not %zu\n", m, n,
              backwards, got, expected);
  }
  free(h);
  free(x);
}

static unsigned char hay[5000], needle[1000];

/* Words of two letters by the bits of a number. */
static void spell(unsigned char *p, size_t n, uint32_t word) {
  for (size_t i = 0; i < n; i++)
    p[i] = word >> i & 1 ? 'b' : 'a';
}

/* Each word in each text of up to 12 letters. */
static void try_all(void) {
  for (size_t m = 2; m <= 7; m++)
    for (uint32_t word = 0; word < 1u << m; word++) {
      spell(needle, m, word);
      for (size_t n = m; n <= 12; n++)
        for (uint32_t text = 0; text < 1u << n; text += n < 10 ? 1 : 7) {
          spell(hay, n, text);
          find(hay, n, needle, m);
        }
    }
}

/* Each word in texts that repeat a word, with some bytes changed: partial
** occurrences one after the other. */
static void try_repeated(void) {
  for (size_t m = 2; m <= 12; m++)
    for (uint32_t word = 0; word < 1u << m; word++) {
      const size_t n = 100;
      size_t period = 1 + sample_below((uint32_t)m + 2);
      spell(needle, m, word);
      for (size_t i = 0; i < n; i++)
        hay[i] = needle[i % period % m];
      for (int times = 0; times < 4; times++) {
        find(hay, n, needle, m);
        hay[sample_below(n)] ^= 'a' ^ 'b';
      }
      for (size_t i = 0; i < n; i++)
        hay[i] = sample_below(2) ? 'b' : 'a';
      memcpy(hay + sample_below((uint32_t)(n - m)), needle, m);
      find(hay, n, needle, m);
    }
}

/* Long needles with a period, in the same text with some bytes changed. */
static void try_long(void) {
  for (int times = 0; times < 3000; times++) {
    size_t period = 1 + sample_below(40), m = 2 + sample_below(600);
    size_t n = m + sample_below(2000);
    for (size_t i = 0; i < n; i++)
      hay[i] = i < period ? (unsigned char)sample_below(3) : hay[i - period];
    memcpy(needle, hay + sample_below((uint32_t)(n - m + 1)), m);
    if (times % 3 == 0)
      needle[sample_below((uint32_t)m)] ^= 1;
    for (uint32_t changes = sample_below(5); changes > 0; changes--)
      hay[sample_below((uint32_t)n)] ^= 1;
    find(hay, n, needle, m);
  }
}

/* A needle that is longer than the greatest shift of the table. */
static void try_longest(void) {
  const size_t n = 300000, m = 70000;
  unsigned char *h = calloc(n, 1), *x = calloc(m, 1);
  for (size_t i = 0; i < m; i += 1000)
    x[i] = (unsigned char)(1 + i / 1000);
  memcpy(h + 150000, x, m);
  CHECK(mv_two_way(h, n - m + 1, x, m, false) == 150000);
  CHECK(mv_two_way(h, n - m + 1, x, m, true) == n - m - 150000);
  h[150000 + m - 1] = 1;
  CHECK(mv_two_way(h, n - m + 1, x, m, false) == n - m + 1);
  CHECK(mv_two_way(h, n - m + 1, x, m, true) == n - m + 1);
  free(h);
  free(x);
}

int main(void) {
  try_all();
  try_repeated();
  try_long();
  try_longest();
  return check_report();
}
