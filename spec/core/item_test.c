/*
** item_test.c - values loaded from items and stored in them
*/
#include "check.h"
#include "half.h"
#include "parsed.h"
#include "values.h"

#include <math.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static mv_status store(const char *format, mv_value value) {
  clear_room();
  return mv_store(&parse(format)->item, at, &value);
}

/* Whether the store fails so, and changes nothing. */
static bool refuses(const char *format, mv_value value, mv_status status) {
  return store(format, value) == status && untouched();
}

static bool same_value(const mv_value *a, const mv_value *b) {
  return a->tag == b->tag && mv_value_equal(a, b);
}

static bool loads(const char *format, mv_value want) {
  mv_value got;
  mv_load(&parse(format)->item, at, &got);
  return same_value(&got, &want);
}

/* ---- load and store ------------------------------------------------------*/

/* The bytes are those of CPython's struct.pack. */
static void values_have_the_bytes_of_struct(void) {
  const struct {
    const char *format;
    mv_value value;
    const char *hex;
  } rows[] = {
      {"<b", integer(-2), "fe"},
      {"<B", integer(254), "fe"},
      {">H", integer(258), "0102"},
      {"<H", integer(258), "0201"},
      {">h", integer(-2), "fffe"},
      {"<i", integer(INT32_MIN), "00000080"},
      {">I", integer(0x01020304), "01020304"},
      {"<I", integer(0xfffefdfc), "fcfdfeff"},
      {">q", integer(-2), "fffffffffffffffe"},
      {"<q", integer(0x0102030405060708), "0807060504030201"},
      {">Q", integer(0x0102030405060708), "0102030405060708"},
      {"<Q", large(UINT64_MAX - 1), "feffffffffffffff"},
      {"<e", real(65504), "ff7b"},
      {">e", real(-2), "c000"},
      {"<e", real(5.960464477539063e-08), "0100"},
      {"<f", real(0.100000001490116119384765625), "cdcccc3d"},
      {">f", real(-0x1p-149), "80000001"},
      {"<f", real(0x1.fffffep127), "ffff7f7f"},
      {"<d", real(0.1), "9a9999999999b93f"},
      {">d", real(1e300), "7e37e43c8800759c"},
      {"<d", real(-INFINITY), "000000000000f0ff"},
      {">f", real(INFINITY), "7f800000"},
      {"<e", real(-INFINITY), "00fc"},
      {"?", boolean(true), "01"},
      {"?", boolean(false), "00"},
      {"c", string("x"), "78"},
      {"4s", string("abcd"), "61626364"},
      {"4s", bytes("a\0b\0", 4), "61006200"},
      {"5p", string("abc"), "0361626300"},
      {"5p", string("abcd"), "0461626364"},
      {"1p", string(""), "00"},
      {"0s", string(""), ""},
      {"0p", string(""), ""},
      {">Zf", pair(1, -2), "3f800000c0000000"},
      {"<Zd", pair(1, -2), "000000000000f03f00000000000000c0"},
  };
  for (size_t i = 0; i < LENGTH(rows); i++) {
    CHECK(store(rows[i].format, rows[i].value) == MV_OK);
    if (!CHECK(holds(rows[i].hex)) ||
        !CHECK(loads(rows[i].format, rows[i].value)))
      fprintf(stderr, "row %zu: %s %s\n", i, rows[i].format, rows[i].hex);
  }
}

static void short_strings_are_padded(void) {
  CHECK(store("4s", string("ab")) == MV_OK && holds("61620000"));
  CHECK(store("3s", string("")) == MV_OK && holds("000000"));
  CHECK(store("4p", string("")) == MV_OK && holds("00000000"));
  CHECK(refuses("2s", string("abc"), MV_ELENGTH));
  CHECK(refuses("0s", string("a"), MV_ELENGTH));
  CHECK(refuses("c", string(""), MV_ELENGTH));
  CHECK(refuses("c", string("ab"), MV_ELENGTH));
  CHECK(refuses("3p", string("abc"), MV_ELENGTH));
  CHECK(refuses("1p", string("a"), MV_ELENGTH));
  CHECK(refuses("0p", string("a"), MV_ELENGTH));
}

static void pascal_strings_have_at_most_255_bytes(void) {
  char text[257];
  memset(text, 'x', sizeof text);
  CHECK(store("300p", bytes(text, 255)) == MV_OK);
  CHECK(at[0] == 255 && at[255] == 'x' && at[256] == 0 && at[299] == 0);
  CHECK(loads("300p", bytes(text, 255)));
  CHECK(refuses("300p", bytes(text, 256), MV_ELENGTH));
  at[0] = 200; /* longer than there is room for */
  memcpy(at + 1, "abc", 3);
  CHECK(loads("4p", string("abc")));
  at[0] = 4;
  CHECK(loads("4p", string("abc")));
  CHECK(loads("1p", string("")));
}

static void strings_may_lie_in_the_item_itself(void) {
  memcpy(at, "abcd", 4);
  mv_value value = bytes((const char *)at + 1, 3);
  CHECK(mv_store(&parse("4s")->item, at, &value) == MV_OK);
  CHECK(memcmp(at, "bcd", 4) == 0);
}

static void any_byte_but_zero_is_true(void) {
  for (int i = 0; i < 256; i++) {
    at[0] = (unsigned char)i;
    CHECK(loads("?", boolean(i != 0)));
  }
}

static const char *const integer_formats[] = {"<b", ">B", "<h", ">h", "<H",
                                              ">H", "<i", ">i", "<I", ">I",
                                              "<q", ">q", "<Q", ">Q"};

static void integers_keep_to_their_range(void) {
  for (size_t i = 0; i < LENGTH(integer_formats); i++) {
    const char *format = integer_formats[i];
    int64_t lo;
    uint64_t hi;
    CHECK(mv_item_range(&parse(format)->item, &lo, &hi));
    mv_value top = hi > INT64_MAX ? large(hi) : integer((int64_t)hi);
    CHECK(store(format, integer(lo)) == MV_OK && loads(format, integer(lo)));
    CHECK(store(format, top) == MV_OK && loads(format, top));
    if (lo > INT64_MIN && hi < UINT64_MAX)
      CHECK(refuses(format, integer(lo - 1), MV_ERANGE));
    if (hi < UINT64_MAX)
      CHECK(refuses(format, large(UINT64_C(1) << 63), MV_ERANGE));
    if (hi < INT64_MAX)
      CHECK(refuses(format, integer((int64_t)hi + 1), MV_ERANGE));
  }
}

static void ranges_are_those_of_the_types(void) {
  int64_t lo;
  uint64_t hi;
  CHECK(mv_item_range(&parse("<h")->item, &lo, &hi));
  CHECK(lo == -32768 && hi == 32767);
  CHECK(mv_item_range(&parse("<I")->item, &lo, &hi));
  CHECK(lo == 0 && hi == UINT32_MAX);
  CHECK(mv_item_range(&parse("<q")->item, &lo, &hi));
  CHECK(lo == INT64_MIN && hi == INT64_MAX);
  CHECK(mv_item_range(&parse("<Q")->item, &lo, &hi));
  CHECK(lo == 0 && hi == UINT64_MAX);
  static const char *const others[] = {"e", "f", "d",  "g",  "?",
                                       "c", "s", "2p", "Zf", "hh"};
  for (size_t i = 0; i < LENGTH(others); i++)
    CHECK(!mv_item_range(&parse(others[i])->item, &lo, &hi));
}

static void floats_with_an_integer_value_are_integers(void) {
  CHECK(store("<h", real(-32768)) == MV_OK && holds("0080"));
  CHECK(store("<b", real(-0.0)) == MV_OK && holds("00"));
  CHECK(store("<q", real(-0x1p63)) == MV_OK && holds("0000000000000080"));
  CHECK(store("<Q", real(0x1p63)) == MV_OK && holds("0000000000000080"));
  CHECK(refuses("<h", real(32768), MV_ERANGE));
  CHECK(refuses("<q", real(0x1p63), MV_ERANGE));
  CHECK(refuses("<Q", real(0x1p64), MV_ERANGE));
  CHECK(refuses("<q", real(-0x1.0000000000001p63), MV_ERANGE));
  CHECK(refuses("<i", real(INFINITY), MV_ERANGE));
  CHECK(refuses("<i", real(1.5), MV_EINEXACT));
  CHECK(refuses("<Q", real(-0.5), MV_EINEXACT));
  CHECK(refuses("<i", real(NAN), MV_EINEXACT));
}

static void negative_integers_go_into_64_bits_as_they_are(void) {
  CHECK(store("<Q", integer(-1)) == MV_OK && holds("ffffffffffffffff"));
  CHECK(loads("<Q", large(UINT64_MAX)));
  CHECK(store(">Q", real(-2)) == MV_OK && holds("fffffffffffffffe"));
  CHECK(refuses("<I", integer(-1), MV_ERANGE));
  CHECK(store("<Q", large(INT64_MAX)) == MV_OK);
  CHECK(loads("<Q", integer(INT64_MAX)));
}

static void integers_go_into_floats_by_value(void) {
  CHECK(store("<d", large(UINT64_MAX)) == MV_OK && loads("<d", real(0x1p64)));
  CHECK(store("<d", integer((INT64_C(1) << 53) + 1)) == MV_OK &&
        loads("<d", real(0x1p53)));
  CHECK(store("<f", integer(16777217)) == MV_OK && loads("<f", real(0x1p24)));
  CHECK(store(">e", integer(-65504)) == MV_OK && loads(">e", real(-65504)));
  CHECK(refuses("<e", integer(65520), MV_ERANGE));
  CHECK(store(">Zf", integer(3)) == MV_OK && loads(">Zf", pair(3, 0)));
}

static void floats_that_round_to_infinity_are_refused(void) {
  CHECK(store("<f", real(0x1.fffffefffffffp127)) == MV_OK);
  CHECK(holds("ffff7f7f"));
  CHECK(refuses("<f", real(0x1.ffffffp127), MV_ERANGE));
  CHECK(refuses("<f", real(-1e300), MV_ERANGE));
  CHECK(refuses("<Zf", pair(1, 1e39), MV_ERANGE));
  CHECK(refuses("<Zf", pair(-1e39, 1), MV_ERANGE));
}

static void values_of_another_type_are_refused(void) {
  static const char *const numbers[] = {"b", "H", "i", "Q",  "e",
                                        "f", "d", "g", "Zf", "Zd"};
  for (size_t i = 0; i < LENGTH(numbers); i++) {
    CHECK(refuses(numbers[i], string("1"), MV_ETYPE));
    CHECK(refuses(numbers[i], boolean(true), MV_ETYPE));
  }
  CHECK(refuses("i", pair(1, 0), MV_ETYPE));
  CHECK(refuses("d", pair(1, 0), MV_ETYPE));
  CHECK(refuses("?", integer(1), MV_ETYPE));
  CHECK(refuses("?", string("\1"), MV_ETYPE));
  CHECK(refuses("c", integer(65), MV_ETYPE));
  CHECK(refuses("2s", boolean(true), MV_ETYPE));
  CHECK(refuses("2p", real(0), MV_ETYPE));
  CHECK(refuses("hh", integer(1), MV_ETYPE));
}

static void long_doubles_go_in_and_out_as_doubles(void) {
  static const char *const formats[] = {"g", "<g", ">g"};
  static const double values[] = {0.1, -1e300, 0x1p-1074, INFINITY};
  for (size_t i = 0; i < LENGTH(formats); i++)
    for (size_t k = 0; k < LENGTH(values); k++) {
      CHECK(store(formats[i], real(values[k])) == MV_OK);
      CHECK(loads(formats[i], real(values[k])));
      CHECK(at[sizeof(long double)] == 0xa5);
    }
  unsigned char little[sizeof(long double)];
  CHECK(store("<g", real(-3.5)) == MV_OK);
  memcpy(little, at, sizeof little);
  CHECK(store(">g", real(-3.5)) == MV_OK);
  for (size_t i = 0; i < sizeof little; i++)
    CHECK(little[i] == at[sizeof little - 1 - i]);
}

/* ---- halves --------------------------------------------------------------*/

/* The value of the bits by IEEE 754. */
static double half_model(unsigned h) {
  int exponent = (int)(h >> 10 & 31), fraction = (int)(h & 1023);
  double x = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
             : exponent == 0 ? ldexp(fraction, -24)
                             : ldexp(1024 + fraction, exponent - 25);
  return h & 0x8000 ? -x : x;
}

static void halves_mean_what_ieee_754_says(void) {
  for (unsigned h = 0; h < 65536; h++) {
    double got = mv_from_half((uint16_t)h), want = half_model(h);
    uint16_t back = 0;
    CHECK(isnan(want) ? isnan(got)
                      : got == want && signbit(got) == signbit(want));
    CHECK(mv_to_half(got, &back) && (back == h || isnan(want)));
    CHECK(!isnan(want) || (back & 0xfdff) == (h & 0xfdff));
  }
}

static bool rounds_to(double x, unsigned h) {
  uint16_t up, down;
  return mv_to_half(x, &up) && up == h && mv_to_half(-x, &down) &&
         down == (h | 0x8000);
}

static void halves_are_rounded_to_nearest_even(void) {
  for (unsigned h = 0; h < 0x7bff; h++) {
    double tie = (half_model(h) + half_model(h + 1)) / 2;
    CHECK(rounds_to(tie, h + (h & 1)));
    CHECK(rounds_to(nextafter(tie, 0), h));
    CHECK(rounds_to(nextafter(tie, INFINITY), h + 1));
  }
  CHECK(rounds_to(0x1p-1074, 0));
  CHECK(rounds_to(0x1p-25, 0));
}

static void halves_end_below_65520(void) {
  uint16_t h;
  CHECK(rounds_to(nextafter(65520, 0), 0x7bff));
  CHECK(!mv_to_half(65520, &h) && !mv_to_half(-65520, &h));
  CHECK(!mv_to_half(65536, &h) && !mv_to_half(70000, &h));
  CHECK(rounds_to(INFINITY, 0x7c00));
}

static void nans_stay_nans(void) {
  static const uint64_t bits[] = {0x7ff0000000000001, 0x7ff8000000000000,
                                  0x7ff8000000000001, 0xfff4000000000000};
  uint16_t h = 0;
  for (size_t i = 0; i < LENGTH(bits); i++) {
    double x;
    memcpy(&x, &bits[i], sizeof x);
    CHECK(mv_to_half(x, &h) && isnan(mv_from_half(h)));
    CHECK((h & 0x8000) == (bits[i] >> 48 & 0x8000));
  }
}

int main(void) {
  values_have_the_bytes_of_struct();
  short_strings_are_padded();
  pascal_strings_have_at_most_255_bytes();
  strings_may_lie_in_the_item_itself();
  any_byte_but_zero_is_true();
  integers_keep_to_their_range();
  ranges_are_those_of_the_types();
  floats_with_an_integer_value_are_integers();
  negative_integers_go_into_64_bits_as_they_are();
  integers_go_into_floats_by_value();
  floats_that_round_to_infinity_are_refused();
  values_of_another_type_are_refused();
  long_doubles_go_in_and_out_as_doubles();
  halves_mean_what_ieee_754_says();
  halves_are_rounded_to_nearest_even();
  halves_end_below_65520();
  nans_stay_nans();
  return check_report();
}
