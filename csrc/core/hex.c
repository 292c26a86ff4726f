/*
** hex.c - bytes to hexadecimal and back
** Chunks of a constant size are converted by arithmetic without branches, which
** compilers vectorise. From text in groups with a blank behind each group, the
** blanks are removed first. With AVX2, shuffles spread and gather the digits of
** small groups. The remaining bytes are converted one by one, by table.
*/
#include "bytes.h"
#include "kernels.h"
#include "simd.h"

#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

#define CHUNK 32      /* bytes, of two digits each */
#define GROUPS 64     /* groups of digits that are gathered at once */
#define MOSTDIGITS 64 /* of a group; longer groups are read pair by pair */

typedef unsigned char byte;

/* ---- lanes of vectors -----------------------------------------------------*/

#if defined(MV_HAS_AVX2)

/*
** A lane is LANE characters of text that start with a group. It holds some whole
** groups, each with the character behind it, and the start of the next group. A
** vector has two lanes.
*/
enum { LANE = 16, LANES = 64 /* that are gathered at once */ };

typedef struct lanemap {
  size_t digits, chars; /* of the whole groups */
  char place[LANE];     /* where each byte of the result comes from; -1: zero */
  char behind[LANE];    /* the character behind each group, otherwise 0 */
} lanemap;

/* The map of groups of that number of digits, with `behind` behind each. spread:
** from digits to a lane; otherwise from a lane to digits. */
static lanemap lanemap_of(size_t digits, char behind, bool spread) {
  size_t groups = LANE / (digits + 1), digit = 0;
  lanemap map = {.digits = groups * digits, .chars = groups * (digits + 1)};
  for (size_t i = 0; i < LANE; i++) {
    bool is_digit = i % (digits + 1) < digits;
    if (!is_digit)
      map.behind[i] = behind;
    if (spread)
      map.place[i] = (char)(is_digit ? (int)digit : -1);
    else if (is_digit)
      map.place[digit] = (char)i;
    digit += is_digit;
  }
  return map;
}

MV_AVX2 MV_INLINE __m128i load_lane(const void *p) {
  return _mm_loadu_si128((const __m128i *)p);
}

MV_AVX2 MV_INLINE __m256i in_both_lanes(const void *p) {
  return _mm256_broadcastsi128_si256(load_lane(p));
}

MV_AVX2 MV_INLINE __m256i load_lanes(const char *low, const char *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_lane(low)),
                                 load_lane(high), 1);
}

MV_AVX2 MV_INLINE void store_lanes(char *low, char *high, __m256i x) {
  _mm_storeu_si128((__m128i *)(void *)low, _mm256_castsi256_si128(x));
  _mm_storeu_si128((__m128i *)(void *)high, _mm256_extracti128_si256(x, 1));
}

#endif

/* ---- bytes to text --------------------------------------------------------*/

/* The bytes in a group, for n bytes in all; 0: no separators are needed. */
static size_t group_size(size_t n, int64_t group) {
  uint64_t size = group < 0 ? 0 - (uint64_t)group : (uint64_t)group;
  return size < n ? (size_t)size : 0;
}

size_t mv_hex_size(size_t n, int64_t group) {
  size_t size = group_size(n, group);
  size_t seps = size > 0 ? (n - 1) / size : 0;
  return n > (SIZE_MAX - seps) / 2 ? 0 : 2 * n + seps;
}

/* The digits of every byte. */
#define ROW(d)                                                                 \
  d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9" d "a" d "b" d    \
    "c" d "d" d "e" d "f"
static const char pairs[] =
    ROW("0") ROW("1") ROW("2") ROW("3") ROW("4") ROW("5") ROW("6") ROW("7")
        ROW("8") ROW("9") ROW("a") ROW("b") ROW("c") ROW("d") ROW("e") ROW("f");

static char to_digit(byte x) {
  return (char)(x + '0' + (x > 9 ? 'a' - '9' - 1 : 0));
}

/* Writes the digits of whole chunks. */
MV_VECTOR(void, put_chunks,
          (char *restrict out, const byte *restrict p, size_t n), (out, p, n)) {
  for (; n > 0; n -= CHUNK, p += CHUNK, out += 2 * CHUNK)
    for (size_t i = 0; i < CHUNK; i++) {
      out[2 * i] = to_digit(p[i] >> 4);
      out[2 * i + 1] = to_digit(p[i] & 15);
    }
}

/* Writes the digits of n bytes; returns where they end. */
MV_INLINE char *put_digits(char *out, const byte *p, size_t n) {
  size_t i = n - n % CHUNK;
  if (i > 0)
    put_chunks(out, p, i);
  for (; i < n; i++)
    memcpy(out + 2 * i, pairs + 2 * p[i], 2);
  return out + 2 * n;
}

/* Writes the digits of n bytes, whole groups of size bytes, and a separator
** behind each group; returns where they end. */
MV_INLINE char *put_groups(char *out, const byte *p, size_t n, char sep,
                           size_t size) {
  for (; n > 0; n -= size, p += size) {
    out = put_digits(out, p, size);
    *out++ = sep;
  }
  return out;
}

/* The two digits of a byte, the first in the lowest byte. */
static inline uint64_t digits_of(byte x) {
  return mv_get16((const byte *)pairs + 2 * x, MV_BIGENDIAN);
}

/*
** put_groups for groups of one byte, two groups at once. It writes up to two
** characters more, where digits follow.
*/
static char *put_single_bytes(char *out, const byte *p, size_t n, char sep) {
  uint64_t seps = (uint64_t)(byte)sep << 16 | (uint64_t)(byte)sep << 40;
  for (; n >= 2; n -= 2, p += 2, out += 6)
    mv_put64((byte *)out, MV_BIGENDIAN,
             digits_of(p[0]) | digits_of(p[1]) << 24 | seps);
  return put_groups(out, p, n, sep, 1);
}

#if defined(MV_HAS_AVX2)

/*
** put_groups for the first of n bytes, two lanes at once; returns the number
** of these bytes. Digits of at least another group, and more, follow those of
** the n bytes: each lane is written as a whole.
*/
MV_AVX2 static size_t put_lanes(char *out, const byte *p, size_t n, char sep,
                                size_t size) {
  lanemap map = lanemap_of(2 * size, sep, true);
  size_t step = map.digits / 2, done = 0;
  __m256i digits = in_both_lanes("0123456789abcdef");
  __m256i place = in_both_lanes(map.place), seps = in_both_lanes(map.behind);
  for (; n - done >= step + LANE / 2; done += 2 * step) {
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)(p + done));
    __m128i high =
        _mm_loadl_epi64((const __m128i *)(const void *)(p + done + step));
    __m256i x = _mm256_cvtepu8_epi16(_mm_unpacklo_epi64(low, high));
    x = _mm256_or_si256(_mm256_srli_epi16(x, 4), _mm256_slli_epi16(x, 8));
    x = _mm256_and_si256(x, _mm256_set1_epi8(15));
    x = _mm256_shuffle_epi8(_mm256_shuffle_epi8(digits, x), place);
    store_lanes(out, out + map.chars, _mm256_or_si256(x, seps));
    out += 2 * map.chars;
  }
  return done;
}

#endif

/* put_lanes if there are vectors for groups of that size, otherwise 0. */
static size_t try_lanes(char *out, const byte *p, size_t n, char sep,
                        size_t size) {
#if defined(MV_HAS_AVX2)
  if (2 * size < LANE && mv_avx2())
    return put_lanes(out, p, n, sep, size);
#endif
  (void)out, (void)p, (void)n, (void)sep, (void)size;
  return 0;
}

void mv_hex(char *out, const unsigned char *p, size_t n, char sep,
            int64_t group) {
  size_t size = group_size(n, group), first, last, groups, done;
  if (size == 0) {
    put_digits(out, p, n);
    return;
  }
  /* the groups but the last one, of which the first may be short */
  first = group > 0 ? n % size : 0;
  if (first > 0)
    out = put_groups(out, p, first, sep, first);
  last = (n - first) % size > 0 ? (n - first) % size : size;
  done = try_lanes(out, p + first, n - first - last, sep, size);
  out += 2 * done + done / size;
  first += done;
  groups = n - first - last;
  out = size == 1   ? put_single_bytes(out, p + first, groups, sep)
        : size == 2 ? put_groups(out, p + first, groups, sep, 2)
                    : put_groups(out, p + first, groups, sep, size);
  put_digits(out, p + n - last, last);
}

/* ---- digits to bytes ------------------------------------------------------*/

static byte lesser(byte a, byte b) { return a < b ? a : b; }
static byte greater(byte a, byte b) { return a > b ? a : b; }

/*
** Reads chunks of digits up to a chunk with another character; returns the
** number of bytes written. The value of a digit is the lesser of two guesses,
** as the wrong guess is always far too large. If both guesses are out of range,
** the character is not a digit.
*/
static size_t get_digits_plain(byte *out, const char *s, size_t len) {
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
    memcpy(out + n, chunk, sizeof chunk);
    n += sizeof chunk;
  }
  return n;
}

#if defined(MV_HAS_AVX2)

/* The values of digits; above 15 for other characters. For these, saturation
** keeps both guesses above 15. */
MV_AVX2 MV_INLINE __m256i digit_values(const char *s) {
  __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)s);
  __m256i digit =
      _mm256_subs_epu8(_mm256_add_epi8(x, _mm256_set1_epi8((char)(255 - '9'))),
                       _mm256_set1_epi8(6)); /* 240 to 249 */
  __m256i letter = _mm256_sub_epi8(_mm256_or_si256(x, _mm256_set1_epi8(32)),
                                   _mm256_set1_epi8('a'));
  return _mm256_min_epu8(_mm256_sub_epi8(digit, _mm256_set1_epi8((char)240)),
                         _mm256_adds_epu8(letter, _mm256_set1_epi8(10)));
}

/* get_digits_plain in vectors: pairs of digits are multiplied and added. */
MV_AVX2 static size_t get_digits_avx2(byte *out, const char *s, size_t len) {
  __m256i weights = _mm256_set1_epi16(1 << 8 | 16);
  size_t n = 0;
  for (; len >= 2 * CHUNK; len -= 2 * CHUNK, s += 2 * CHUNK, n += CHUNK) {
    __m256i x = digit_values(s), y = digit_values(s + CHUNK);
    if (!_mm256_testz_si256(_mm256_or_si256(x, y), _mm256_set1_epi8((char)240)))
      break;
    x = _mm256_packus_epi16(_mm256_maddubs_epi16(x, weights),
                            _mm256_maddubs_epi16(y, weights));
    /* the lanes were packed one by one */
    x = _mm256_permute4x64_epi64(x, _MM_SHUFFLE(3, 1, 2, 0));
    _mm256_storeu_si256((__m256i *)(void *)(out + n), x);
  }
  return n;
}

#endif

static size_t get_digits(byte *out, const char *s, size_t len) {
#if defined(MV_HAS_AVX2)
  if (mv_avx2())
    return get_digits_avx2(out, s, len);
#endif
  return get_digits_plain(out, s, len);
}

/* ---- text to bytes --------------------------------------------------------*/

/* For digits: DIGIT and the value; for white space: BLANK; otherwise 0. */
#define DIGIT 16
#define BLANK 32
static const byte meaning[256] = {
    ['0'] = 16,     ['1'] = 17,     ['2'] = 18,     ['3'] = 19,
    ['4'] = 20,     ['5'] = 21,     ['6'] = 22,     ['7'] = 23,
    ['8'] = 24,     ['9'] = 25,     ['a'] = 26,     ['b'] = 27,
    ['c'] = 28,     ['d'] = 29,     ['e'] = 30,     ['f'] = 31,
    ['A'] = 26,     ['B'] = 27,     ['C'] = 28,     ['D'] = 29,
    ['E'] = 30,     ['F'] = 31,     [' '] = BLANK,  ['\t'] = BLANK,
    ['\n'] = BLANK, ['\v'] = BLANK, ['\f'] = BLANK, ['\r'] = BLANK};

/* The position in the text that is read, and in the bytes that are written. */
typedef struct unhex {
  const char *s;
  size_t i;
  byte *out;
} unhex;

/* Copies the digits of GROUPS groups, each of size digits and a blank; false:
** another character is in the place of a blank. */
MV_INLINE bool gather(char *restrict digits, const char *s, size_t size) {
  byte blank = BLANK;
  MV_UNROLL
  for (size_t k = 0; k < GROUPS; k++) {
    memcpy(digits + k * size, s + k * (size + 1), size);
    blank &= meaning[(byte)s[k * (size + 1) + size]];
  }
  return blank != 0;
}

static bool gather_groups(char *restrict digits, const char *s, size_t size) {
  switch (size) { /* common sizes as constants */
  case 2:
    return gather(digits, s, 2);
  case 4:
    return gather(digits, s, 4);
  case 8:
    return gather(digits, s, 8);
  default:
    return gather(digits, s, size);
  }
}

/* The digits from u->i on, up to MOSTDIGITS of them, if these are pairs. */
static size_t group_at(const unhex *u, size_t len) {
  size_t n = 0;
  while (n < MOSTDIGITS && u->i + n < len &&
         meaning[(byte)u->s[u->i + n]] & DIGIT)
    n++;
  return n % 2 == 0 ? n : 0;
}

/* Reads n gathered digits, of groups of size digits, up to a group with a wrong
** character; returns the number of bytes. */
static size_t take_groups(unhex *u, const char *digits, size_t n, size_t size) {
  size_t got = get_digits(u->out, digits, n);
  got -= got % (size / 2);
  u->out += got;
  u->i += got / (size / 2) * (size + 1);
  return got;
}

#if defined(MV_HAS_AVX2)

/* Gathers the digits of LANES lanes; false: another character is in the
** place of a blank. Writes up to a lane more. */
MV_AVX2 static bool gather_lanes(char *digits, const char *s,
                                 const lanemap *map) {
  /* each blank at the index of its lowest four bits */
  static const char blank_of[LANE] = {' ',  -1,   -1, -1,   -1,   -1,
                                      -1,   -1,   -1, '\t', '\n', '\v',
                                      '\f', '\r', -1, -1};
  __m256i place = in_both_lanes(map->place),
          behind = in_both_lanes(map->behind);
  __m256i blanks = in_both_lanes(blank_of), others = _mm256_setzero_si256();
  for (size_t k = 0; k < LANES; k += 2) {
    __m256i x = load_lanes(s, s + map->chars);
    __m256i is_blank = _mm256_cmpeq_epi8(x, _mm256_shuffle_epi8(blanks, x));
    others = _mm256_or_si256(others, _mm256_andnot_si256(is_blank, behind));
    store_lanes(digits, digits + map->digits, _mm256_shuffle_epi8(x, place));
    s += 2 * map->chars;
    digits += 2 * map->digits;
  }
  return _mm256_testz_si256(others, others);
}

/* get_groups for as many groups as there are in the text behind which a lane
** follows. */
static void get_lanes(unhex *u, size_t len, size_t size) {
  char digits[LANES * LANE + LANE];
  lanemap map = lanemap_of(size, -1, false);
  size_t all = LANES * map.digits, got = all / 2;
  while (got == all / 2 && len - u->i >= LANES * map.chars + LANE) {
    if (!gather_lanes(digits, u->s + u->i, &map))
      return;
    got = take_groups(u, digits, all, size);
  }
}

#endif

/* Reads groups of digits of the same size with a blank between them. */
static void get_groups(unhex *u, size_t len) {
  char digits[GROUPS * MOSTDIGITS];
  size_t size = group_at(u, len), all = size * GROUPS, got = all / 2;
#if defined(MV_HAS_AVX2)
  if (size > 0 && size < LANE && mv_avx2())
    get_lanes(u, len, size);
#endif
  while (got > 0 && got == all / 2 && len - u->i >= all + GROUPS) {
    if (!gather_groups(digits, u->s + u->i, size))
      return;
    got = take_groups(u, digits, all, size);
  }
}

/*
** Reads pairs one by one, and the white space between them, at least up to
** stop. At a wrong character it ends and returns false.
*/
static bool get_pairs(unhex *u, size_t stop) {
  const char *s = u->s;
  byte *out = u->out;
  size_t i = u->i;
  while (i < stop) {
    byte hi = meaning[(byte)s[i]], lo;
    if (hi == BLANK) {
      i++;
      continue;
    }
    lo = meaning[(byte)s[i + 1]];
    if ((hi & lo & DIGIT) == 0)
      break;
    *out++ = (byte)(hi << 4 | (lo & 15));
    i += 2;
  }
  u->out = out;
  u->i = i;
  return i >= stop;
}

/*
** If a chunk fails, STRETCH characters are read one by one before the next try
** with chunks. The stretch doubles up to LONGEST with each failure, so text
** without chunks costs few tries.
*/
#define STRETCH 64
#define LONGEST 16384

size_t mv_unhex(unsigned char *out, const char *s, size_t len, size_t *bad) {
  unhex u = {s, 0, out};
  size_t last = len > 0 ? len - 1 : 0, stretch = STRETCH;
  *bad = SIZE_MAX;
  while (u.i < last) {
    size_t from = u.i, got = get_digits(u.out, s + u.i, len - u.i), stop;
    u.out += got;
    u.i += 2 * got;
    get_groups(&u, len);
    stretch = u.i > from ? STRETCH : stretch < LONGEST ? 2 * stretch : stretch;
    stop = u.i + stretch;
    if (!get_pairs(&u, stop < last ? stop : last)) {
      *bad = meaning[(byte)s[u.i]] & DIGIT ? u.i + 1 : u.i;
      break;
    }
  }
  if (u.i < len && *bad == SIZE_MAX && meaning[(byte)s[u.i]] != BLANK)
    *bad = meaning[(byte)s[u.i]] & DIGIT ? len : u.i;
  return (size_t)(u.out - out);
}
