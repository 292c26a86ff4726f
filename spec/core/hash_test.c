/*
** hash_test.c - the hash is XXH64, for bytes in one piece and in several
*/
#include "check.h"
#include "sample.h"

#define MOST 130

static uint64_t seed;

static uint64_t hash_of(const unsigned char *p, size_t n) {
  return mv_hash(p, n, seed);
}

/* Values published by other implementations. */
static void try_vectors(void) {
  static const struct {
    const char *text;
    uint64_t seed, hash;
  } vectors[] = {
      {"", 0, UINT64_C(0xef46db3751d8e999)},
      {"a", 0, UINT64_C(0xd24ec4f1a98c6e5b)},
      {"as", 0, UINT64_C(0x1c330fb2d66be179)},
      {"asd", 0, UINT64_C(0x631c37ce72a97393)},
      {"asdf", 0, UINT64_C(0x415872f599cea71e)},
      {"abc", 0, UINT64_C(0x44bc2cf5ad770999)},
      {"Nobody inspects the spammish repetition", 0,
       UINT64_C(0xfbcea83c8a378bf1)},
      {"Call me Ishmael. Some years ago--never mind how long precisely-", 0,
       UINT64_C(0x02a2e85470d6fd96)},
      {"xxhash", 20141025, UINT64_C(0xb559b98d844e0635)},
  };
  unsigned char p[222];
  uint64_t state = UINT64_C(2654435761);
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    CHECK(mv_hash((const unsigned char *)vectors[i].text,
                  strlen(vectors[i].text), vectors[i].seed) == vectors[i].hash);
  for (size_t i = 0; i < sizeof p; i++) {
    p[i] = (unsigned char)(state >> 56);
    state *= UINT64_C(11400714785074694797);
  }
  CHECK(mv_hash(p, 0, 2654435761) == UINT64_C(0xac75fda2929b17ef));
  CHECK(mv_hash(p, sizeof p, 0) == UINT64_C(0xb641ae8cb691c174));
  CHECK(mv_hash(p, sizeof p, 2654435761) == UINT64_C(0x20cb8ab7ae10c14a));
}

static int bits(uint64_t x) {
  int n = 0;
  for (; x != 0; x &= x - 1)
    n++;
  return n;
}

/* At any address, in a block of exactly that size. */
static void try_addresses(const unsigned char *p, size_t n) {
  uint64_t hash = hash_of(p, n);
  for (size_t shift = 0; shift < 8; shift++) {
    unsigned char *copy = malloc(n + shift + 1);
    memcpy(copy + shift + 1, p, n);
    CHECK(hash_of(copy + shift + 1, n) == hash);
    free(copy);
  }
}

/* Each bit of the bytes changes about half of the 64 bits of the hash. */
static void try_bits(unsigned char *p, size_t n) {
  uint64_t hash = hash_of(p, n);
  int sum = 0;
  for (size_t i = 0; i < 8 * n; i++) {
    p[i / 8] ^= (unsigned char)(1 << i % 8);
    int changed = bits(hash ^ hash_of(p, n));
    CHECK(changed >= 8 && changed <= 56);
    sum += changed;
    p[i / 8] ^= (unsigned char)(1 << i % 8);
  }
  sum -= (int)n * 8 * 32;
  CHECK(sum * sum <= 25 * (int)n * 8 * 16); /* five standard deviations */
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
  CHECK(halves < 10); /* 2 are expected for 131,072 */
}

#define MANY 131072
static uint64_t hashes[MANY];

/* All quadruples of 16 numbers whose bits are mostly zeros, as floats. */
#define QUADRUPLES (16 * 16 * 16 * 16)
static void try_quadruples(bool twice_as_wide) {
  for (unsigned i = 0; i < QUADRUPLES; i++) {
    double d[4];
    float f[4];
    for (unsigned k = 0; k < 4; k++) {
      d[k] = (i >> 4 * k & 15) * 0.25 - 2;
      f[k] = (float)d[k];
    }
    hashes[i] = twice_as_wide ? hash_of((unsigned char *)d, sizeof d)
                              : hash_of((unsigned char *)f, sizeof f);
  }
  try_distinct(hashes, QUADRUPLES);
}

/* All pairs of bits out of 512 that can change together. */
static void try_pairs_of_bits(void) {
  unsigned char p[64] = {0};
  size_t n = 0;
  for (size_t a = 0; a < 512; a++)
    for (size_t b = 0; b < a; b++) {
      p[a / 8] ^= (unsigned char)(1 << a % 8);
      p[b / 8] ^= (unsigned char)(1 << b % 8);
      hashes[n++] = hash_of(p, sizeof p);
      p[a / 8] ^= (unsigned char)(1 << a % 8);
      p[b / 8] ^= (unsigned char)(1 << b % 8);
    }
  try_distinct(hashes, n);
}

/* Each bit of the seed changes about half of the bits of the hash, too. */
static void try_seeds(const unsigned char *p, size_t n) {
  int sum = 0;
  for (int i = 0; i < 64; i++)
    sum += bits(mv_hash(p, n, 0) ^ mv_hash(p, n, UINT64_C(1) << i));
  CHECK(sum >= 64 * 28 && sum <= 64 * 36);
}

static void try_all(void) {
  static unsigned char p[MOST];
  for (size_t n = 0; n <= MOST; n++) {
    sample_bytes(p, n);
    try_addresses(p, n);
    try_bits(p, n);
  }
  memset(p, 0, sizeof p);
  for (size_t n = 0; n <= MOST; n++) {
    hashes[n] = hash_of(p, n); /* zeros, of which there are more and more */
    try_bits(p, n);
  }
  try_distinct(hashes, MOST + 1);
  for (uint32_t i = 0; i < MANY; i++)
    hashes[i] = hash_of((unsigned char *)&i, sizeof i);
  try_distinct(hashes, MANY);
  for (size_t i = 0; i < MANY; i++) { /* two bytes in a block of zeros */
    size_t a = i % 300, b = i / 300;
    unsigned char block[300 + MANY / 300 + 1] = {0};
    block[a] = 1;
    block[300 + b] = 1;
    hashes[i] = hash_of(block, sizeof block);
  }
  try_distinct(hashes, MANY);
  try_quadruples(false);
  try_quadruples(true);
  try_pairs_of_bits();
}

int main(void) {
  static const unsigned char p[MOST] = "some bytes";
  try_vectors();
  for (size_t n = 0; n <= MOST; n++)
    try_seeds(p, n);
  try_all();
  seed = UINT64_C(0x0123456789abcdef);
  try_all();
  return check_report();
}
