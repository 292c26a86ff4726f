/*
** hex_test.c - hexadecimal, compared with loops over single bytes
*/
#include "check.h"
#include "sample.h"
#include "simd.h"

/* The result of Python's bytes.hex(sep, group). */
static size_t model(char *out, const unsigned char *p, size_t n, char sep,
                    int64_t group) {
  size_t len = 0;
  for (size_t i = 0; i < n; i++) {
    size_t from = group > 0 ? n - i : i;
    uint64_t size = group < 0 ? 0 - (uint64_t)group : (uint64_t)group;
    if (i > 0 && size > 0 && from % size == 0)
      out[len++] = sep;
    len += (size_t)sprintf(out + len, "%02x", p[i]);
  }
  return len;
}

/* From and to blocks of exactly that size. */
static void try_hex(const unsigned char *bytes, size_t n, char sep,
                    int64_t group) {
  char *expected = malloc(3 * n + 1);
  unsigned char *p = malloc(n + !n);
  size_t len = model(expected, bytes, n, sep, group);
  size_t size = mv_hex_size(n, group);
  memcpy(p, bytes, n);
  if (CHECK(len == size)) {
    char *got = malloc(size + !size);
    mv_hex(got, p, n, sep, group);
    CHECK(memcmp(expected, got, size) == 0);
    free(got);
  }
  free(p);
  free(expected);
}

static void try_groups(void) {
  unsigned char p[131];
  static const int64_t groups[] = {
      0, 1, -1, 2, -2, 3,   -3, 4,  -4,  5,         -5,
      6, 7, -7, 8, 64, -64, 65, 99, -99, INT64_MAX, INT64_MIN};
  for (size_t n = 0; n < sizeof p; n++) {
    sample_bytes(p, n);
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
      try_hex(p, n, ':', groups[g]);
    try_hex(p, n, ' ', (int64_t)n);
    try_hex(p, n, ' ', -(int64_t)n);
  }
}

static void try_sizes(void) {
  CHECK(mv_hex_size(0, 1) == 0);
  CHECK(mv_hex_size(SIZE_MAX / 2, 0) == SIZE_MAX - 1);
  CHECK(mv_hex_size(SIZE_MAX / 2 + 1, 0) == 0);
  CHECK(mv_hex_size(SIZE_MAX / 3, 1) == SIZE_MAX / 3 * 3 - 1);
  CHECK(mv_hex_size(SIZE_MAX / 2, 1) == 0);
  CHECK(mv_hex_size(SIZE_MAX / 2, -2) == 0);
  CHECK(mv_hex_size(SIZE_MAX, INT64_MIN) == 0);
}

static int value_of(char c) {
  const char *all = "0123456789abcdef0123456789ABCDEF", *p = strchr(all, c);
  return c == '\0' || !p ? -1 : (int)((p - all) % 16);
}

/* One character after the other. */
static size_t model_back(unsigned char *out, const char *s, size_t len,
                         size_t *bad) {
  size_t n = 0;
  bool inside = false; /* a pair */
  *bad = SIZE_MAX;
  for (size_t i = 0; i < len; i++) {
    int value = value_of(s[i]);
    if (value < 0 && !inside && s[i] != '\0' && strchr(" \t\n\v\f\r", s[i]))
      continue;
    if (value < 0) {
      *bad = i;
      return n;
    }
    if (inside)
      out[n++] |= (unsigned char)value;
    else
      out[n] = (unsigned char)(value << 4);
    inside = !inside;
  }
  if (inside)
    *bad = len;
  return n;
}

/* With room for the bytes that are expected, and for no more. */
static void try_unhex(const char *text, size_t len) {
  unsigned char *expected = malloc(len / 2 + 1);
  char *s = malloc(len + !len);
  size_t bad, wrong;
  memcpy(s, text, len);
  size_t n = model_back(expected, s, len, &wrong);
  unsigned char *got = malloc(n + !n);
  if (!CHECK(mv_unhex(got, s, len, &bad) == n && bad == wrong) ||
      !CHECK(memcmp(expected, got, n) == 0))
    fprintf(stderr, "%.*s: bad at %zu, not %zu\n", (int)len, s, bad, wrong);
  free(got);
  free(s);
  free(expected);
}

/* Digits and now and then one of the others. */
static void try_text(size_t len, const char *others, uint32_t rare) {
  static const char digits[] = "0123456789abcdefABCDEF";
  char text[300];
  for (size_t i = 0; i < len; i++)
    text[i] = rare > 0 && sample_below(rare) == 0
                  ? others[sample_below((uint32_t)strlen(others) + 1)]
                  : digits[sample_below(22)];
  try_unhex(text, len);
}

static void try_texts(void) {
  for (size_t len = 0; len <= 260; len++) {
    try_text(len, "", 0);
    try_text(len, " \t\n\v\f\r", 4);
    try_text(len, " x", 80);
    try_text(len, "/:@G`g\x80\xff", 200);
  }
}

/* Every character at every place of a chunk. */
static void try_characters(void) {
  char text[130];
  for (int c = 0; c < 256; c++)
    for (size_t i = 0; i < sizeof text; i++) {
      memset(text, '7', sizeof text);
      text[i] = (char)c;
      try_unhex(text, sizeof text);
    }
}

/* Pairs between white space, and all bytes there and back. */
static void try_bytes(void) {
  unsigned char p[256], q[256];
  char text[3 * 256];
  size_t bad;
  for (int i = 0; i < 256; i++)
    p[i] = (unsigned char)i;
  for (int group = -70; group <= 70; group++) {
    size_t size = mv_hex_size(sizeof p, group);
    mv_hex(text, p, sizeof p, '\n', group);
    CHECK(mv_unhex(q, text, size, &bad) == sizeof q && bad == SIZE_MAX);
    CHECK(memcmp(p, q, sizeof q) == 0);
    try_unhex(text, size);
  }
}

/* Long texts in groups, with now and then a character that breaks them. */
static void try_groups_back(void) {
  static const char others[] = " \n\t:x0\0\1\xff";
  static const int64_t groups[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 31, 32, 33};
  static unsigned char p[5000];
  static char text[3 * sizeof p];
  sample_bytes(p, sizeof p);
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
    for (size_t n = sizeof p; n > sizeof p - 10; n--) {
      size_t size = mv_hex_size(n, groups[g]);
      mv_hex(text, p, n, ' ', groups[g]);
      try_unhex(text, size);
      for (size_t i = 16 * 3 - 1; groups[g] == 1 && i < size; i += 16 * 3)
        text[i] = '\n';
      try_unhex(text, size);
      text[sample_below((uint32_t)size)] = others[sample_below(sizeof others)];
      try_unhex(text, size);
      text[sample_below((uint32_t)size)] = others[sample_below(sizeof others)];
      try_unhex(text + 1, size - 1);
      try_unhex(text, size - size / 3);
    }
}

/* Groups in texts of each length around that of the lanes read at once. */
static void try_lengths(void) {
  static const char blanks[] = " \t\n\v\f\r";
  char text[1024];
  for (size_t group = 2; group <= 16; group += 2) {
    for (size_t i = 0; i < sizeof text; i++)
      text[i] =
          i % (group + 1) == group ? blanks[i % (sizeof blanks - 1)] : '5';
    for (size_t len = 500; len <= sizeof text; len++)
      try_unhex(text, len);
  }
}

/* Every character in the place of each of some blanks of a long text. */
static void try_blanks(void) {
  static unsigned char p[1024];
  static char text[3 * sizeof p];
  sample_bytes(p, sizeof p);
  for (int64_t group = 1; group <= 8; group++) {
    size_t size = mv_hex_size(sizeof p, group), step = (size_t)group * 2 + 1;
    size_t at = sizeof p % (size_t)group * 2; /* of the first blank */
    mv_hex(text, p, sizeof p, ' ', group);
    at = at > 0 ? at : step - 1;
    for (int c = 0; c < 256; c++, at += step) {
      text[at % size] = (char)c;
      try_unhex(text, size);
      text[at % size] = ' ';
      at = at < 20 * step ? at : at % step;
    }
  }
}

static void try_all(void) {
  try_groups();
  try_sizes();
  try_texts();
  try_characters();
  try_bytes();
  try_groups_back();
  try_lengths();
  try_blanks();
}

int main(void) {
  try_all();
#if defined(MV_HAS_AVX2)
  mv_plain_code = true;
  try_all();
#endif
  return check_report();
}
