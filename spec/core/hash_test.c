/*
** hash_test.c - equal bytes, equal hash; other bytes, any other
*/
#include "check.h"
#include "sample.h"

#define MOST 130

static int bits(uint64_t x) {
  int n = 0;
  for (; x != 0; x &= x - 1)
    n++;
  return n;
}

/* At any address, in a block of exactly that size. */
static void try_addresses(const unsigned char *p, size_t n) {
  uint64_t hash = mv_hash(p, n);
  for (size_t shift = 0; shift < 8; shift++) {
    unsigned char *copy = malloc(n + shift + 1);
    memcpy(copy + shift + 1, p, n);
    CHECK(mv_hash(copy + shift + 1, n) == hash);
    free(copy);
  }
}

/* Each bit of the bytes changes about half of the 64 bits of the hash. */
static void try_bits(unsigned char *p, size_t n) {
  uint64_t hash = mv_hash(p, n);
  int sum = 0;
  for (size_t i = 0; i < 8 * n; i++) {
    p[i / 8] ^= (unsigned char)(1 << i % 8);
    int changed = bits(hash ^ mv_hash(p, n));
    CHECK(changed >= 8 && changed <= 56);
    sum += changed;
    p[i / 8] ^= (unsigned char)(1 << i % 8);
  }
  CHECK(n == 0 || (sum >= (int)n * 8 * 30 && sum <= (int)n * 8 * 34));
}

static int order(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* No two hashes are the same, nor their lower halves more often than chance. */
static void try_distinct(uint64_t *hashes, size_t n) {
  size_t same = 0, halves = 0;
  qsort(hashes, n, sizeof *hashes, order);
  for (size_t i = 1; i < n; i++)
    same += hashes[i] == hashes[i - 1];
  CHECK(same == 0);
  for (size_t i = 0; i < n; i++)
    hashes[i] &= UINT32_MAX;
  qsort(hashes, n, sizeof *hashes, order);
  for (size_t i = 1; i < n; i++)
    halves += hashes[i] == hashes[i - 1];
  CHECK(halves < 10); /* 1.2 are expected for 100,000 */
}

#define MANY 100000
static uint64_t hashes[MANY];

int main(void) {
  static unsigned char p[MOST];
  for (size_t n = 0; n <= MOST; n++) {
    sample_bytes(p, n);
    try_addresses(p, n);
    try_bits(p, n);
  }
  memset(p, 0, sizeof p);
  for (size_t n = 0; n <= MOST; n++) {
    hashes[n] = mv_hash(p, n); /* zeros, of which there are more and more */
    try_bits(p, n);
  }
  try_distinct(hashes, MOST + 1);
  for (uint32_t i = 0; i < MANY; i++)
    hashes[i] = mv_hash((unsigned char *)&i, sizeof i);
  try_distinct(hashes, MANY);
  for (size_t i = 0; i < MANY; i++) { /* two bytes in a block of zeros */
    size_t a = i % 300, b = i / 300;
    unsigned char block[640] = {0};
    block[a] = 1;
    block[300 + b] = 1;
    hashes[i] = mv_hash(block, sizeof block);
  }
  try_distinct(hashes, MANY);
  return check_report();
}
