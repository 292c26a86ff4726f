/*
** dialect.c - translates a format of one language to the other
** Views have formats of PEP 3118; pack and unpack have formats of string.pack.
** A format that is wrong in one language is often right in the other; then the
** error gives the right spelling. Only formats of fixed sizes without alignment
** can be translated.
*/
#include "format.h"

#include <stdio.h>
#include <string.h>

/* A buffer to which a spelling is appended piece by piece. */
typedef struct spelling {
  char *out;
  size_t size, len;
} spelling;

static bool spell(spelling *to, const char *piece) {
  size_t n = strlen(piece);
  if (n >= to->size - to->len)
    return false;
  memcpy(to->out + to->len, piece, n + 1);
  to->len += n;
  return true;
}

/* ---- string.pack to PEP 3118 ---------------------------------------------*/

/*
** Reads a number of at most three digits at *s; without a digit, returns def.
*/
static size_t short_number(const char **s, const char *end, size_t def) {
  size_t n = 0;
  int digits = 0;
  while (*s < end && **s >= '0' && **s <= '9' && digits++ < 3)
    n = n * 10 + (size_t)(*(*s)++ - '0');
  return digits > 0 ? n : def;
}

/* The code of an integer of that size, or NULL. */
static const char *integer_code(size_t size, bool is_signed) {
  switch (size) {
  case 1:
    return is_signed ? "b" : "B";
  case 2:
    return is_signed ? "h" : "H";
  case 4:
    return is_signed ? "i" : "I";
  case 8:
    return is_signed ? "q" : "Q";
  default:
    return NULL;
  }
}

/* The code of the option at *s, or NULL if PEP 3118 has no code for it. *s
** moves behind the option. *known: the option exists in string.pack. */
static const char *option_code(const char **s, const char *end, char *room,
                               bool *known) {
  char c = *(*s)++;
  *known = true;
  switch (c) {
  case 'b':
  case 'B':
    return integer_code(1, c == 'b');
  case 'h':
  case 'H':
    return integer_code(sizeof(short), c == 'h');
  case 'i':
  case 'I':
    return integer_code(short_number(s, end, sizeof(int)), c == 'i');
  case 'l':
  case 'L':
    return integer_code(sizeof(long), c == 'l');
  case 'j':
  case 'J':
    return integer_code(sizeof(int64_t), c == 'j');
  case 'T':
    return integer_code(sizeof(size_t), false);
  case 'f':
    return "f";
  case 'd':
  case 'n':
    return "d";
  case 'x':
    return "x";
  case ' ':
    return "";
  case 'c':
    snprintf(room, 8, "%zus", short_number(s, end, 1));
    return room;
  case 's':
  case '!':
    short_number(s, end, 0);
    return NULL;
  case 'X':
  case 'z':
    return NULL;
  default:
    *known = false;
    return NULL;
  }
}

/* Adds the byte order of the next code, unless it is in force. */
static bool change_order(spelling *to, char order, char *current) {
  char text[2] = {order, '\0'};
  if (order == *current)
    return true;
  *current = order;
  return spell(to, text);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): out is written through to */
mv_translation mv_from_packformat(const char *s, size_t len, char *out,
                                  size_t size) {
  const char *end = s + len;
  mv_translation result = MV_TRANSLATED;
  spelling to = {out, size, 0};
  char order = '=', current = '@';
  while (s < end) {
    char room[8];
    bool known;
    const char *code;
    if (*s == '<' || *s == '>' || *s == '=') {
      order = *s++;
      continue;
    }
    code = option_code(&s, end, room, &known);
    if (!known)
      return MV_NOTPACK;
    if (code == NULL ||
        (*code != '\0' &&
         (!change_order(&to, order, &current) || !spell(&to, code))))
      result = MV_UNTRANSLATABLE;
  }
  return to.len > 0 || result != MV_TRANSLATED ? result : MV_NOTPACK;
}

/* ---- PEP 3118 to string.pack ---------------------------------------------*/

static const char *option_of_item(const mv_item *item, char *room) {
  static const char *const options[] = {
      [MV_U8] = "B",   [MV_I8] = "b",   [MV_U16] = "I2", [MV_I16] = "i2",
      [MV_U32] = "I4", [MV_I32] = "i4", [MV_U64] = "I8", [MV_I64] = "i8",
      [MV_F32] = "f",  [MV_F64] = "d"};
  if (item->kind == MV_BYTES || item->kind == MV_CHAR) {
    snprintf(room, 24, "c%zu", item->size);
    return room;
  }
  return item->kind <= MV_F64 ? options[item->kind] : NULL;
}

/* The same for an order of PEP 3118. */
static bool spell_order(spelling *to, char order, char *current) {
  char same = order;
  if (order == '!')
    same = '>';
  if (order == '@' || order == '^')
    same = '=';
  return change_order(to, same, current);
}

static bool spell_padding(spelling *to, size_t n) {
  while (n > 0 && spell(to, "x"))
    n--;
  return n == 0;
}

bool mv_to_packformat(const mv_format *format, char *out, size_t size) {
  const mv_record *record = &format->record;
  spelling to = {out, size, 0};
  size_t end = 0;
  char order = '=';
  out[0] = '\0';
  for (size_t i = 0; i < record->nfields; i++) {
    const mv_field *field = &record->fields[i];
    char room[24];
    const char *option = option_of_item(&field->item, room);
    if (option == NULL || field->ndim > 0 ||
        !spell_padding(&to, field->offset - end) ||
        !spell_order(&to, field->order, &order))
      return false;
    for (size_t k = 0; k < field->count; k++)
      if (!spell(&to, option))
        return false;
    end = field->offset + field->count * field->size;
  }
  return spell_padding(&to, record->size - end);
}

/* ---- words ---------------------------------------------------------------*/

const char *mv_word_format(const char *s, size_t len) {
  static const char *const words[][2] = {
      {"bool", "?"},      {"byte", "B"},      {"char", "b"},
      {"double", "d"},    {"f16", "e"},       {"f32", "f"},
      {"f64", "d"},       {"float", "f"},     {"float16", "e"},
      {"float32", "f"},   {"float64", "d"},   {"half", "e"},
      {"int", "i"},       {"int16", "h"},     {"int16_t", "h"},
      {"int32", "i"},     {"int32_t", "i"},   {"int64", "q"},
      {"int64_t", "q"},   {"int8", "b"},      {"int8_t", "b"},
      {"long", "l"},      {"number", "d"},    {"integer", "q"},
      {"i16", "h"},       {"i32", "i"},       {"i64", "q"},
      {"short", "h"},     {"size_t", "N"},    {"string", "8s"},
      {"u16", "H"},       {"u32", "I"},       {"u64", "Q"},
      {"u8", "B"},        {"uint", "I"},      {"uint16", "H"},
      {"uint16_t", "H"},  {"uint32", "I"},    {"uint32_t", "I"},
      {"uint64", "Q"},    {"uint64_t", "Q"},  {"uint8", "B"},
      {"uint8_t", "B"},   {"i8", "b"},        {"i24", "i3"},
      {"int24", "i3"},    {"u24", "I3"},      {"uint24", "I3"},
      {"24-bit", "i3"},   {"F", "Zf"},        {"D", "Zd"},
      {"f2", "e"},        {"f4", "f"},        {"f8", "d"},
      {"c8", "Zf"},       {"c16", "Zd"},      {"u1", "B"},
      {"u2", "H"},        {"u4", "I"},        {"complex", "Zd"},
      {"unsigned", "I"},  {"ptrdiff_t", "n"}, {"intptr_t", "n"},
      {"uintptr_t", "N"}, {"long long", "q"}, {"unsigned char", "B"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strlen(words[i][0]) == len && memcmp(words[i][0], s, len) == 0)
      return words[i][1];
  return NULL;
}
