/*
** hex.c - bytes to hexadecimal and back
** Chunks of a constant size are converted by arithmetic without branches, which
** compilers turn into vectors; what is left of one, and text with anything but
** digits in it, goes byte by byte, by table.
*/
#include "kernels.h"
#include "simd.h"

#include <string.h>

#define CHUNK 32 /* bytes, of two digits each */

typedef unsigned char byte;

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

static const char digits[] = "0123456789abcdef";

static char to_digit(byte x) {
  return (char)(x + '0' + (x > 9 ? 'a' - '9' - 1 : 0));
}

/* Writes the digits of whole chunks. */
MV_CLONES static void put_chunks(char *restrict out, const byte *restrict p,
                                 size_t n) {
  for (; n > 0; n -= CHUNK, p += CHUNK, out += 2 * CHUNK)
    for (size_t i = 0; i < CHUNK; i++) {
      out[2 * i] = to_digit(p[i] >> 4);
      out[2 * i + 1] = to_digit(p[i] & 15);
    }
}

/* Writes the digits of n bytes; returns where they end. */
static char *put_digits(char *out, const byte *p, size_t n) {
  size_t i = n - n % CHUNK;
  if (i > 0)
    put_chunks(out, p, i);
  for (; i < n; i++) {
    out[2 * i] = digits[p[i] >> 4];
    out[2 * i + 1] = digits[p[i] & 15];
  }
  return out + 2 * n;
}

void mv_hex(char *out, const unsigned char *p, size_t n, char sep,
            int64_t group) {
  size_t size = group_size(n, group), some = n;
  if (size > 0)
    some = group > 0 && n % size > 0 ? n % size : size;
  for (;;) {
    out = put_digits(out, p, some);
    p += some;
    n -= some;
    if (n == 0)
      return;
    *out++ = sep;
    some = size < n ? size : n;
  }
}

static byte lesser(byte a, byte b) { return a < b ? a : b; }
static byte greater(byte a, byte b) { return a > b ? a : b; }

/*
** Reads chunks of digits, up to one with something else in it; returns how many
** bytes that makes. A digit's value is the lesser of two guesses, for each is
** far too large where the other is right; and it is no digit where both are out
** of their range.
*/
MV_CLONES static size_t get_digits(byte *out, const char *s, size_t len) {
  byte value[2 * CHUNK], chunk[CHUNK], bad = 0;
  size_t n = 0;
  for (; len >= sizeof value; len -= sizeof value, s += sizeof value) {
    for (size_t i = 0; i < 2 * CHUNK; i++) {
      byte digit = (byte)(s[i] - '0'), letter = (byte)((s[i] | 32) - 'a');
      value[i] = lesser(digit, (byte)(letter + 10));
      bad |=
          lesser((byte)(greater(digit, 9) - 9), (byte)(greater(letter, 5) - 5));
    }
    for (size_t i = 0; i < CHUNK; i++)
      chunk[i] = (byte)(value[2 * i] << 4 | value[2 * i + 1]);
    if (bad)
      break;
    if (out)
      memcpy(out + n, chunk, sizeof chunk);
    n += sizeof chunk;
  }
  return n;
}

/* Of digits: 16 and the value. */
static const byte digit[256] = {
    ['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
    ['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
    ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31, ['A'] = 26, ['B'] = 27,
    ['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31};

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t mv_unhex(unsigned char *out, const char *s, size_t len, size_t *bad) {
  size_t i = 0, n = 0;
  *bad = SIZE_MAX;
  while (i < len) {
    size_t got = get_digits(out ? out + n : NULL, s + i, len - i);
    n += got;
    i += 2 * got;
    for (size_t stop = i + 2 * CHUNK; i < stop && i < len; i += 2, n++) {
      while (is_space(s[i]))
        if (++i == len)
          return n;
      byte hi = digit[(byte)s[i]];
      byte lo = i + 1 < len ? digit[(byte)s[i + 1]] : 0;
      if ((hi & lo) == 0) {
        *bad = hi ? i + 1 : i;
        return n;
      }
      if (out)
        out[n] = (byte)(hi << 4 | (lo & 15));
    }
  }
  return n;
}
