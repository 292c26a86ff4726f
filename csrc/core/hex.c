/*
** hex.c - bytes to hexadecimal and back
*/
#include "mv.h"

#include <string.h>

/* Bytes in a group of n; 0: no separators are needed. */
static size_t group_size(size_t n, int64_t group) {
  uint64_t size = group < 0 ? 0 - (uint64_t)group : (uint64_t)group;
  return size < n ? (size_t)size : 0;
}

size_t mv_hex_size(size_t n, int64_t group) {
  size_t size = group_size(n, group);
  size_t seps = size > 0 ? (n - 1) / size : 0;
  return n > (SIZE_MAX - seps) / 2 ? 0 : 2 * n + seps;
}

static char *digits(char *out, const unsigned char *p, size_t n) {
  static const char digit[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    *out++ = digit[p[i] >> 4];
    *out++ = digit[p[i] & 15];
  }
  return out;
}

void mv_hex(char *out, const unsigned char *p, size_t n, char sep,
            int64_t group) {
  size_t size = group_size(n, group);
  size_t some = size == 0 ? n : size;
  if (size > 0 && group > 0 && n % size > 0) some = n % size;
  for (;;) {
    out = digits(out, p, some);
    p += some;
    n -= some;
    if (n == 0) return;
    *out++ = sep;
    some = size < n ? size : n;
  }
}

/* The value of a digit; above 15: it is none. */
static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
  return 16;
}

static bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t mv_unhex(unsigned char *out, const char *s, size_t len, size_t *bad) {
  size_t n = 0, i = 0;
  *bad = SIZE_MAX;
  for (;;) {
    while (i < len && space(s[i])) i++;
    if (i == len) return n;
    for (size_t k = i; k < i + 2; k++)
      if (k == len || digit_value(s[k]) > 15) {
        *bad = k;
        return n;
      }
    if (out)
      out[n] = (unsigned char)(digit_value(s[i]) << 4 | digit_value(s[i + 1]));
    n++;
    i += 2;
  }
}
