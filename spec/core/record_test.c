/*
** record_test.c - items compared, converted and byteswapped, records too
*/
#include "check.h"
#include "parsed.h"
#include "values.h"

#include <math.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- equality ------------------------------------------------------------*/

static bool equal(mv_value a, mv_value b) {
  bool forth = mv_value_equal(&a, &b);
  CHECK(forth == mv_value_equal(&b, &a));
  return forth;
}

static void numbers_are_equal_by_exact_value(void) {
  int64_t odd = (INT64_C(1) << 53) + 1;
  CHECK(equal(integer(3), real(3)) && equal(real(-0.0), integer(0)));
  CHECK(!equal(integer(odd), real(0x1p53)) &&
        equal(integer(odd - 1), real(0x1p53)));
  CHECK(!equal(integer(INT64_MAX), real(0x1p63)));
  CHECK(equal(integer(INT64_MIN), real(-0x1p63)));
  CHECK(equal(large(UINT64_C(1) << 63), real(0x1p63)));
  CHECK(!equal(large(UINT64_MAX), real(0x1p64)));
  CHECK(!equal(large(UINT64_MAX), integer(-1)));
  CHECK(!equal(large(UINT64_MAX), real(-1)));
  CHECK(!equal(integer(1), real(1.5)) && !equal(integer(0), real(INFINITY)));
  CHECK(!equal(real(NAN), real(NAN)) && !equal(integer(0), real(NAN)));
  CHECK(equal(boolean(true), integer(1)) && equal(boolean(false), real(0)));
  CHECK(!equal(boolean(true), integer(2)));
  CHECK(equal(pair(3, 0), integer(3)) && !equal(pair(3, 1), integer(3)));
  CHECK(equal(pair(1, -0.0), boolean(true)) && equal(pair(1, 2), pair(1, 2)));
  CHECK(!equal(pair(0x1p53, 0), integer(odd)) &&
        !equal(pair(0, NAN), pair(0, NAN)));
}

static void strings_equal_strings_alone(void) {
  CHECK(equal(string("ab"), string("ab")) && equal(string(""), string("")));
  CHECK(!equal(string("ab"), string("abc")) &&
        !equal(string("ab"), string("ac")));
  CHECK(!equal(string("a"), integer('a')) &&
        !equal(string(""), boolean(false)));
  CHECK(equal(bytes("a\0b", 3), bytes("a\0b", 3)) &&
        !equal(bytes("a\0b", 3), bytes("a\0c", 3)));
}

/* Whether two items over these bytes are equal. */
static bool items_equal(const char *fa, const char *a, const char *fb,
                        const char *b) {
  return mv_item_equal(&parse(fa)->item, (const unsigned char *)a,
                       &parse(fb)->item, (const unsigned char *)b);
}

static void records_are_equal_by_position(void) {
  CHECK(items_equal("<hB", "\1\0\2", ">Bh", "\1\0\2"));
  CHECK(items_equal("<h:a:xB:b:", "\1\0?\2", ">BBx", "\1\2!"));
  CHECK(!items_equal("<hB", "\1\0\2", "<hB", "\1\0\3"));
  CHECK(items_equal("<2h", "\1\0\2\0", "<bb", "\1\2"));
  CHECK(items_equal("3B", "\1\2\3", "B2B", "\1\2\3"));
  CHECK(!items_equal("2B", "\1\2", "3B", "\1\2\3"));
  CHECK(!items_equal("2B", "\1\2", "<H", "\1\2"));
  CHECK(items_equal("BT{BB}", "\1\2\3", "<BT{xBh}", "\1?\2\3\0"));
  CHECK(!items_equal("BT{BB}", "\1\2\3", "BBB", "\1\2\3"));
  CHECK(items_equal("", "", "3x", "abc"));
}

static void sub_arrays_are_equal_by_shape(void) {
  CHECK(items_equal("(2)B", "\1\2", "<(2)h", "\1\0\2\0"));
  CHECK(!items_equal("(2)B", "\1\2", "2B", "\1\2"));
  CHECK(!items_equal("(2,3)B", "abcdef", "(3,2)B", "abcdef"));
  CHECK(items_equal("2B:a:", "\1\2", "(2)b:b:", "\1\2"));
  CHECK(items_equal("(2)T{Bx}", "\1?\2?", "(2)T{B}", "\1\2"));
  CHECK(!items_equal("(2)T{Bx}", "\1?\2?", "(2)T{B}", "\1\3"));
}

static void scalar_records_are_equal_to_their_value(void) {
  CHECK(items_equal("<xh", "?\1\0", "B", "\1"));
  CHECK(items_equal("<hx", "\1\0?", "<xh", "?\1\0"));
  CHECK(items_equal("xT{B}", "?\1", "T{B}", "\1"));
  CHECK(!items_equal("T{B}", "\1", "B", "\1"));
  CHECK(!items_equal("B:a:", "\1", "B", "\1"));
  CHECK(!items_equal("(1)B", "\1", "B", "\1"));
}

static void same_items_mean_the_same_bytes(void) {
  static const struct {
    const char *a, *b;
    bool same, bitwise;
  } rows[] = {
      {"<h", "<h", true, true},
      {"<h", ">h", false, false},
      {"<h", "<H", false, false},
      {"<i", "<l", true, true},
      {">B", "<B", true, true},
      {"<f", "<f", true, false},
      {"e", "e", true, false},
      {"?", "?", true, false},
      {"c", "c", true, true},
      {"3s", "3s", true, true},
      {"3s", "4s", false, false},
      {"3p", "3p", true, false},
      {"Zf", "Zf", true, false},
      {"<hB", "<hB", true, true},
      {"<h:a:B:b:", "<h:c:B:d:", true, true},
      {"<hxB", "<hxB", true, false},
      {"<hBx", "<hBx", true, false},
      {"<hBx", "<hxB", false, false},
      {"<2hxx", "<3h", false, false},
      {"<hf", "<hf", true, false},
      {"<T{hT{B4s}}", "<T{hT{B4s}}", true, true},
      {"<T{hT{Bf}}", "<T{hT{Bf}}", true, false},
      {"<T{hT{B4s}}", "<T{hT{B3sx}}", false, false},
      {"(2,3)B", "(2,3)B", true, true},
      {"(2,3)B", "(3,2)B", false, false},
      {"T{B}", "B", false, false},
      {"Bx", "B:a:x", false, false},
  };
  for (size_t i = 0; i < LENGTH(rows); i++) {
    const mv_item *a = &parse(rows[i].a)->item, *b = &parse(rows[i].b)->item;
    if (!CHECK(mv_item_same(a, b) == rows[i].same) ||
        !CHECK(mv_item_same(b, a) == rows[i].same) ||
        !CHECK(mv_item_bitwise(a, b) == rows[i].bitwise))
      fprintf(stderr, "%s and %s\n", rows[i].a, rows[i].b);
  }
}

/* ---- conversion ----------------------------------------------------------*/

static mv_status convert(const char *to, const char *from, const char *source) {
  clear_room();
  return mv_item_convert(&parse(to)->item, at, &parse(from)->item,
                         (const unsigned char *)source);
}

static void items_are_converted_by_value(void) {
  CHECK(convert(">q", "<h", "\xfe\xff") == MV_OK && holds("fffffffffffffffe"));
  CHECK(convert("<d", "b", "\xff") == MV_OK && holds("000000000000f0bf"));
  CHECK(convert("B", "<d", "\0\0\0\0\0\0\xf0\x3f") == MV_OK && holds("01"));
  CHECK(convert("B", ">d", "\x3f\xf8\0\0\0\0\0\0") == MV_EINEXACT);
  CHECK(convert("b", "B", "\x80") == MV_ERANGE && untouched());
  CHECK(convert("<Zf", ">f", "\x3f\x80\0\0") == MV_OK &&
        holds("0000803f00000000"));
  CHECK(convert("<Q", "b", "\xff") == MV_ERANGE && untouched());
  CHECK(convert("<Q", ">f", "\xbf\x80\0\0") == MV_ERANGE && untouched());
  CHECK(convert("<q", ">Q", "\x80\0\0\0\0\0\0\0") == MV_ERANGE && untouched());
  CHECK(convert("<Q", ">Q", "\xff\0\0\0\0\0\0\1") == MV_OK &&
        holds("01000000000000ff"));
  CHECK(convert("B", "?", "\1") == MV_ETYPE && untouched());
  CHECK(convert("?", "B", "\1") == MV_ETYPE && untouched());
  CHECK(convert("4s", "2s", "ab") == MV_OK && holds("61620000"));
  CHECK(convert("2s", "4s", "abcd") == MV_ELENGTH && untouched());
  CHECK(convert("3s", "4p", "\2abc") == MV_OK && holds("616200"));
  CHECK(convert("B", "c", "a") == MV_ETYPE && untouched());
}

/* There and back, through all pairs of widths, at every edge. */
static void integers_convert_where_they_fit(void) {
  static const char *const formats[] = {"b", "<h", ">H", ">i", "<I", "<q", "B"};
  const mv_item *wide = &parse(">q")->item;
  for (size_t i = 0; i < LENGTH(formats); i++) {
    const mv_item *item = &parse(formats[i])->item;
    for (int k = 0; k < 63 * 6; k++) {
      int64_t power = INT64_C(1) << k / 6, lo;
      int64_t n = (k % 2 ? -power : power) + k % 3 - 1;
      unsigned char from[8], back[8];
      mv_value value = integer(n);
      uint64_t hi;
      mv_item_range(item, &lo, &hi);
      bool fits = n >= lo && (n < 0 || (uint64_t)n <= hi);
      mv_store(wide, from, &value);
      clear_room();
      CHECK(mv_item_convert(item, at, wide, from) ==
            (fits ? MV_OK : MV_ERANGE));
      CHECK(fits ? mv_item_convert(wide, back, item, at) == MV_OK &&
                       memcmp(back, from, 8) == 0
                 : untouched());
    }
  }
}

static void one_kind_is_converted_bit_by_bit(void) {
  CHECK(convert("<f", ">f", "\x7f\x80\0\1") == MV_OK && holds("0100807f"));
  CHECK(convert("<Zf", ">Zf", "\x7f\x80\0\1\xff\xa0\0\2") == MV_OK &&
        holds("0100807f0200a0ff"));
  CHECK(convert("<e", ">e", "\x7c\1") == MV_OK && holds("017c"));
}

static void records_are_converted_by_position(void) {
  CHECK(convert("<xhB:a:", ">B:x:xi:y:", "\7?\0\0\0\5") == MV_OK);
  CHECK(memcmp(at, "\xa5\7\0\5", 4) == 0);
  CHECK(convert("<T{hT{b}}", "T{BT{b}}", "\1\2") == MV_OK && holds("010002"));
  CHECK(convert("(2)<h", "(2)B", "\1\2") == MV_OK && holds("01000200"));
  CHECK(convert("<xh", "B", "\3") == MV_OK && memcmp(at, "\xa5\3\0", 3) == 0);
  CHECK(convert("B", "<xh", "?\3\0") == MV_OK && holds("03"));
  CHECK(convert("BB", "BBB", "\1\2\3") == MV_EFIELDS && untouched());
  CHECK(convert("(2)B", "BB", "\1\2") == MV_EFIELDS && untouched());
  CHECK(convert("T{B}", "B", "\1") == MV_EFIELDS && untouched());
  CHECK(convert("Bb", "BB", "\1\xff") == MV_ERANGE);
}

static void numbers_are_byteswapped(void) {
  static const struct {
    const char *format, *before, *after;
  } rows[] = {
      {"B", "1", "1"},
      {"h", "12", "21"},
      {"<i", "1234", "4321"},
      {">d", "12345678", "87654321"},
      {"e", "12", "21"},
      {"Zf", "12345678", "43218765"},
      {"?", "1", "1"},
      {"4s", "1234", "1234"},
      {"4p", "1234", "1234"},
      {"<hxBi", "12x34567", "21x37654"},
      {"<2h", "1234", "2143"},
      {"<(2,2)h", "12345678", "21436587"},
      {"<2T{hB}x", "123456x", "213546x"},
      {"<2T{hB}:a:h:b:", "12345678", "21354687"},
      {"", "", ""},
  };
  for (size_t i = 0; i < LENGTH(rows); i++) {
    size_t n = strlen(rows[i].before);
    memcpy(at, rows[i].before, n);
    mv_item_byteswap(&parse(rows[i].format)->item, at);
    if (!CHECK(memcmp(at, rows[i].after, n) == 0))
      fprintf(stderr, "%s\n", rows[i].format);
  }
}

int main(void) {
  numbers_are_equal_by_exact_value();
  strings_equal_strings_alone();
  records_are_equal_by_position();
  sub_arrays_are_equal_by_shape();
  scalar_records_are_equal_to_their_value();
  same_items_mean_the_same_bytes();
  items_are_converted_by_value();
  integers_convert_where_they_fit();
  one_kind_is_converted_bit_by_bit();
  records_are_converted_by_position();
  numbers_are_byteswapped();
  return check_report();
}
