/*
** format_test.c - formats: sizes, fields, spellings and faults
*/
#include "check.h"
#include "parsed.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void codes_have_standard_sizes(void) {
  static const struct {
    char code;
    mv_kind kind;
    size_t size;
  } rows[] = {
      {'b', MV_I8, 1},    {'B', MV_U8, 1},     {'h', MV_I16, 2},
      {'H', MV_U16, 2},   {'i', MV_I32, 4},    {'I', MV_U32, 4},
      {'l', MV_I32, 4},   {'L', MV_U32, 4},    {'q', MV_I64, 8},
      {'Q', MV_U64, 8},   {'e', MV_F16, 2},    {'f', MV_F32, 4},
      {'d', MV_F64, 8},   {'?', MV_BOOL, 1},   {'c', MV_CHAR, 1},
      {'s', MV_BYTES, 1}, {'p', MV_PASCAL, 1},
  };
  static const char orders[] = "<>!=";
  for (size_t i = 0; i < LENGTH(rows); i++)
    for (const char *order = orders; *order; order++) {
      char s[3] = {*order, rows[i].code, '\0'};
      mv_item item = parse(s)->item;
      bool big = *order == '>' || *order == '!';
      bool swap = big ? !MV_BIGENDIAN : *order == '<' && MV_BIGENDIAN;
      CHECK(item.kind == rows[i].kind);
      CHECK(item.size == rows[i].size);
      CHECK(item.swap == (swap && item.size > 1));
      CHECK(item.record == NULL);
    }
}

static void codes_have_native_sizes(void) {
  static const struct {
    char code;
    size_t size;
  } rows[] = {
      {'h', sizeof(short)},       {'i', sizeof(int)},
      {'l', sizeof(long)},        {'L', sizeof(long)},
      {'q', sizeof(long long)},   {'n', sizeof(size_t)},
      {'N', sizeof(size_t)},      {'P', sizeof(void *)},
      {'g', sizeof(long double)},
  };
  static const char *const orders[] = {"", "@", "^"};
  for (size_t i = 0; i < LENGTH(rows); i++)
    for (size_t k = 0; k < LENGTH(orders); k++) {
      char s[3];
      snprintf(s, sizeof s, "%s%c", orders[k], rows[i].code);
      CHECK(parse(s)->item.size == rows[i].size);
      CHECK(!parse(s)->item.swap);
    }
}

/* The results of CPython's struct.calcsize on any machine. */
static void sizes_are_those_of_struct(void) {
  static const struct {
    const char *format;
    size_t size;
  } rows[] = {
      {"", 0},      {"<", 0},        {"> ", 0},        {" \t\n", 0},
      {"=hi", 6},   {"<3xB", 4},     {"<0i", 0},       {"<4s", 4},
      {"0s", 0},    {"10p", 10},     {"!2h 3x q", 15}, {"=Bq", 9},
      {"<007B", 7}, {"0x2s1e", 4},   {"b0h", 2},       {"b0hb", 3},
      {"<b0q", 1},  {"bh", 4},       {"hb", 3},        {"bxxh", 6},
      {"bhx", 5},   {"\vh\fh\r", 4}, {"1s1p0x x", 3},  {"<d Hde", 20},
  };
  for (size_t i = 0; i < LENGTH(rows); i++)
    CHECK(parse(rows[i].format)->item.size == rows[i].size);
}

static bool is_record(const mv_format *format, bool is_scalar) {
  return format->item.kind == MV_RECORD &&
         format->item.record == &format->record &&
         format->item.size == format->record.size &&
         format->record.is_scalar == is_scalar;
}

static void one_code_is_the_item(void) {
  static const char *const scalars[] = {"h", " h ", "1h", "@ h", "4s"};
  for (size_t i = 0; i < LENGTH(scalars); i++)
    CHECK(parse(scalars[i])->item.kind != MV_RECORD);
  const mv_format *lone = parse("T{<i:a:}");
  CHECK(lone->item.kind == MV_RECORD);
  CHECK(lone->item.record == lone->record.fields[0].item.record);
  CHECK(lone->item.record->nfields == 1 && !lone->item.record->is_scalar);
}

static void other_formats_are_records(void) {
  CHECK(is_record(parse("(2)<h"), true));
  CHECK(is_record(parse("<hx"), true));
  CHECK(is_record(parse("xh"), true));
  CHECK(is_record(parse("b0i"), true));
  CHECK(is_record(parse("<T{h}x"), true));
  CHECK(is_record(parse("2h"), false));
  CHECK(is_record(parse("hh"), false));
  CHECK(is_record(parse("h:a:"), false));
  CHECK(is_record(parse("T{h}:a:"), false));
  CHECK(is_record(parse("3x"), false));
  CHECK(is_record(parse("0h"), false));
  CHECK(is_record(parse(""), false));
}

static bool field_is(const mv_record *record, const char *name, size_t offset,
                     mv_kind kind, size_t size) {
  const mv_field *f = mv_field_named(record, name, strlen(name));
  return f != NULL && f->namelen == strlen(name) &&
         memcmp(f->name, name, f->namelen) == 0 && f->offset == offset &&
         f->item.kind == kind && f->size == size && f->count == 1;
}

static void records_have_named_fields(void) {
  const mv_format *format = parse("T{<I:id:3xf:a b:T{>h:x:(2,3)B:m:}:in:4s:t:"
                                  "2q:two:Zd:z{}:}");
  const mv_record *r = format->item.record;
  CHECK(r->nfields == 6 && r->nvalues == 6 && r->size == 55 && r->align == 1);
  CHECK(field_is(r, "id", 0, MV_U32, 4));
  CHECK(field_is(r, "a b", 7, MV_F32, 4));
  CHECK(field_is(r, "in", 11, MV_RECORD, 8));
  CHECK(field_is(r, "t", 19, MV_BYTES, 4));
  CHECK(field_is(r, "two", 23, MV_I64, 16));
  CHECK(field_is(r, "z{}", 39, MV_CF64, 16));
  CHECK(mv_field_named(r, "x", 1) == NULL);
  CHECK(mv_field_named(r, "i", 1) == NULL);
  CHECK(mv_field_named(r, "", 0) == NULL);

  const mv_field *two = mv_field_named(r, "two", 3);
  CHECK(two->ndim == 1 && two->shape[0] == 2 &&
        two->item.swap == !MV_BIGENDIAN);
  const mv_record *in = mv_field_named(r, "in", 2)->item.record;
  CHECK(in->nfields == 2 && in->size == 8);
  CHECK(field_is(in, "x", 0, MV_I16, 2));
  const mv_field *m = mv_field_named(in, "m", 1);
  CHECK(m->offset == 2 && m->size == 6 && m->ndim == 2);
  CHECK(m->shape[0] == 2 && m->shape[1] == 3);
}

static void fields_stay_in_order_around_nested_records(void) {
  const mv_format *format =
      parse("<b:a:T{b:b:T{b:c:b:d:}:e:b:f:}:g:T{}:h:b:i:");
  static const char *const names[] = {"a", "g", "h", "i"};
  CHECK(format->record.nfields == 4);
  for (size_t i = 0; i < 4; i++)
    CHECK(format->record.fields[i].name[0] == names[i][0]);
  const mv_record *g = format->record.fields[1].item.record;
  CHECK(g->nfields == 3 && g->size == 4 && g->fields[2].offset == 3);
  const mv_record *e = g->fields[1].item.record;
  CHECK(e->nfields == 2 && e->fields[1].offset == 1);
  CHECK(format->record.fields[2].item.record->nfields == 0);
  CHECK(format->record.fields[3].offset == 5);
}

static void positions_count_unnamed_and_named_alike(void) {
  const mv_record *r = &parse("<2h i:x: 0q 3B 1000000000b")->record;
  size_t nth = 99;
  CHECK(r->nfields == 4 && r->nvalues == 1000000006);
  CHECK(mv_field_at(r, 0, &nth) == &r->fields[0] && nth == 0);
  CHECK(mv_field_at(r, 1, &nth) == &r->fields[0] && nth == 1);
  CHECK(mv_field_at(r, 2, &nth) == &r->fields[1] && nth == 0);
  CHECK(mv_field_at(r, 5, &nth) == &r->fields[2] && nth == 2);
  CHECK(mv_field_at(r, 1000000005, &nth) == &r->fields[3] && nth == 999999999);
  CHECK(mv_field_at(r, 1000000006, &nth) == NULL);
  CHECK(r->fields[0].size == 2 && r->fields[0].count == 2);
}

static void byte_order_is_sticky(void) {
  const mv_record *r = &parse(">h T{h<h} h (2)>h =h")->record;
  const mv_record *in = r->fields[1].item.record;
  CHECK(r->fields[0].item.swap == !MV_BIGENDIAN);
  CHECK(in->fields[0].item.swap == !MV_BIGENDIAN);
  CHECK(in->fields[1].item.swap == MV_BIGENDIAN);
  CHECK(r->fields[2].item.swap == MV_BIGENDIAN);
  CHECK(r->fields[3].item.swap == !MV_BIGENDIAN && r->fields[3].ndim == 1);
  CHECK(!r->fields[4].item.swap);
}

static void fields_know_how_they_are_spelt(void) {
  static const struct {
    char order;
    const char *text;
  } rows[] = {
      {'@', "h"}, {'<', "04s"},       {'<', "p"}, {'<', "Zf"},
      {'>', "i"}, {'>', "T{<b:2:h}"}, {'<', "s"}, {'<', "3p"},
  };
  const mv_record *r = &parse("2h<04s:1:p(2)Zf>3i:4:T{<b:2:h}s(2)3p")->record;
  CHECK(r->nfields == LENGTH(rows));
  for (size_t i = 0; i < LENGTH(rows); i++) {
    const mv_field *f = &r->fields[i];
    CHECK(f->order == rows[i].order && f->textlen == strlen(rows[i].text));
    CHECK(memcmp(f->text, rows[i].text, f->textlen) == 0);
  }
}

static void native_order_aligns(void) {
  struct inner {
    char a;
    double b;
  };
  struct outer {
    char a;
    struct inner b;
    short c;
  };
  const mv_record *r = parse("T{b:a:T{b:a:d:b:}:b:h:c:}")->item.record;
  CHECK(field_is(r, "b", offsetof(struct outer, b), MV_RECORD,
                 sizeof(struct inner)));
  CHECK(field_is(r, "c", offsetof(struct outer, c), MV_I16, 2));
  CHECK(r->align == _Alignof(struct outer));
  CHECK(r->size == offsetof(struct outer, c) + 2);
  CHECK(parse("bZf")->record.fields[1].offset == _Alignof(float));
  CHECK(parse("bg")->record.fields[1].offset == _Alignof(long double));
  CHECK(parse("b^q")->record.size == 9);
  CHECK(parse("bT{=q}")->record.size == 9);
  CHECK(parse("=bT{@q}")->record.size == 9);
  CHECK(parse("b@T{=bq}")->record.align == 1);
  /* no padding behind: neither in the record nor between two */
  CHECK(parse("2T{hb}b")->record.size == 7);
}

static void integers_of_string_pack_are_respelt(void) {
  static const struct {
    const char *given, *text;
  } rows[] = {
      {"i1", "b"},   {"I1", "B"},  {"i2", "h"},   {"I2", "H"},   {"i4", "i"},
      {"I4", "I"},   {"i8", "q"},  {"I8", "Q"},   {"j", "q"},    {"J", "Q"},
      {"<i2", "<h"}, {">J", ">Q"}, {"=I8", "=Q"}, {"!i4", "!i"}, {"^j", "^q"},
      {"i", "i"},    {"<i", "<i"}, {" i", " i"},  {"2i", "2i"},
  };
  for (size_t i = 0; i < LENGTH(rows); i++) {
    const mv_format *format = parse(rows[i].given);
    CHECK(strcmp(format->text, rows[i].text) == 0);
    CHECK(format->len == strlen(rows[i].text));
  }
}

static void malformed_formats_say_why(void) {
  static const struct {
    const char *format, *message;
  } rows[] = {
      {"k", "unknown format 'k' at position 1"},
      {"T", "unknown format 'T' at position 1"},
      {"Zi", "unknown format 'Z' at position 1"},
      {"i\x01", "unknown format '\\1' at position 2"},
      {"i\xe9", "unknown format '\\233' at position 2"},
      {"2$", "unknown format '$' at position 2"},
      {"hiO", "unsupported format 'O' at position 3"},
      {"&i", "unsupported format '&' at position 1"},
      {"X{}", "unsupported format 'X' at position 1"},
      {"t", "unsupported format 't' at position 1"},
      {"u", "unsupported format 'u' at position 1"},
      {"w", "unsupported format 'w' at position 1"},
      {"Zg", "unsupported format 'Z' at position 1"},
      {"<n",
       "no standard size for format 'n' at position 2 (native order only)"},
      {"i5", "integer size other than 1, 2, 3, 4 or 8 at position 2"},
      {"<I16", "integer size other than 1, 2, 3, 4 or 8 at position 3"},
      {"i0", "count without a format at position 2"},
      {"i17", "count without a format at position 2"},
      {"i08", "count without a format at position 2"},
      {"3 h", "count without a format at position 1"},
      {"h3", "count without a format at position 2"},
      {"2(3)i", "count without a format at position 1"},
      {"2>i", "count without a format at position 1"},
      {"T{2}", "count without a format at position 3"},
      {"i@", "misplaced byte order '@' at position 2"},
      {"@@B", "misplaced byte order '@' at position 1"},
      {"< >i", "misplaced byte order '<' at position 1"},
      {" <i", "misplaced byte order '<' at position 2"},
      {"T{i<}", "misplaced byte order '<' at position 4"},
      {"0Q:a:e", "malformed field name at position 3"},
      {"i::", "malformed field name at position 2"},
      {"i:a", "malformed field name at position 2"},
      {"x:a:", "malformed field name at position 2"},
      {":a:", "malformed field name at position 1"},
      {"i:a:T{h:a:}:b:h:a:", "field name used twice at position 16"},
      {"(2", "malformed sub-array shape at position 1"},
      {"()i", "malformed sub-array shape at position 1"},
      {"(2,)i", "malformed sub-array shape at position 1"},
      {"(-1)i", "malformed sub-array shape at position 1"},
      {"(2)", "malformed sub-array shape at position 1"},
      {"(2)3i", "malformed sub-array shape at position 1"},
      {"(2)x", "malformed sub-array shape at position 1"},
      {"hT{i", "unclosed 'T{' at position 2"},
      {"T{T{i}", "unclosed 'T{' at position 1"},
      {"i}", "unexpected '}' at position 2"},
      {"5T{}", "items of size 0 at position 1"},
      {"h(3)0s", "items of size 0 at position 2"},
  };
  for (size_t i = 0; i < LENGTH(rows); i++) {
    mv_fault fault;
    char message[100] = "";
    CHECK(parse_bytes(rows[i].format, strlen(rows[i].format), &fault) == NULL);
    mv_explain(&fault, message, sizeof message);
    if (!CHECK(strcmp(message, rows[i].message) == 0))
      fprintf(stderr, "%s: %s\n", rows[i].format, message);
  }
}

static bool fails(const char *format, mv_status status, size_t position) {
  mv_fault fault;
  return parse_bytes(format, strlen(format), &fault) == NULL &&
         fault.status == status && fault.position == position;
}

static void native_codes_need_native_order(void) {
  static const char orders[] = "<>!=", codes[] = "nNP";
  for (const char *order = orders; *order; order++)
    for (const char *code = codes; *code; code++) {
      char s[4] = {*order, 'h', *code, '\0'};
      CHECK(fails(s, MV_ENATIVE, 3));
    }
}

static void sizes_do_not_overflow(void) {
  char s[200];
  long long max = PTRDIFF_MAX;
  snprintf(s, sizeof s, "%llds", max);
  CHECK(parse(s)->item.size == (size_t)max);
  snprintf(s, sizeof s, "%lldc0s", max);
  CHECK(parse(s)->item.size == (size_t)max);
  snprintf(s, sizeof s, "<%lldsB", max);
  CHECK(strlen(s) > 4 && fails(s, MV_ETOOBIG, strlen(s)));
  snprintf(s, sizeof s, "b%lldh", max / 2);
  CHECK(fails(s, MV_ETOOBIG, 2));
  snprintf(s, sizeof s, "T{%lldB}b", max);
  CHECK(fails(s, MV_ETOOBIG, strlen(s)));
  snprintf(s, sizeof s, "2T{%lldh}", max / 2);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "2T{%lldB}:a:", max);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "(%lld,%lld)B", max / 2, max / 2);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "(%lld,4)B", max / 2 + 1);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "4T{%lldB}:a:", max / 2 + 1);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "%llux", (unsigned long long)max + 1);
  CHECK(fails(s, MV_ETOOBIG, 1));
  snprintf(s, sizeof s, "(0,%lld)h", max);
  CHECK(fails(s, MV_ETOOBIG, 1));
  CHECK(fails("99999999999999999999", MV_ETOOBIG, 1));
  CHECK(fails("h99999999999999999999x", MV_ETOOBIG, 2));
  CHECK(parse("(0,5)h")->item.size == 0);
}

static void nesting_and_dimensions_end_at_64(void) {
  char s[400] = "";
  for (int i = 0; i < 64; i++)
    strcat(s, "T{");
  strcat(s, "i");
  for (int i = 0; i < 64; i++)
    strcat(s, "}");
  CHECK(parse(s)->item.size == 4);
  memmove(s + 2, s, strlen(s) + 1);
  CHECK(fails(s, MV_EDEPTH, 129));

  strcpy(s, "(1");
  for (int i = 1; i < 64; i++)
    strcat(s, ",1");
  CHECK(parse(strcat(s, ")h"))->record.fields[0].ndim == 64);
  strcpy(strchr(s, ')'), ",1)h");
  CHECK(fails(s, MV_EDIMS, 131));
}

static void zero_bytes_are_no_format(void) {
  mv_fault fault;
  char message[100];
  CHECK(parse_bytes("i\0i", 3, &fault) == NULL);
  mv_explain(&fault, message, sizeof message);
  CHECK(strcmp(message, "unknown format '\\0' at position 2") == 0);
  CHECK(parse_bytes("i:a\0b:", 6, &fault) == NULL);
  CHECK(fault.status == MV_ENAME && fault.position == 2);
}

static void every_prefix_is_safe(void) {
  static const char s[] =
      "T{<I:id:3xf:a b:T{>h:x:(2,3)@B:m:}:in:(2)4s:t:2q:two:Zd:z:}^5p!3P";
  for (size_t len = 0; len < sizeof s; len++) {
    mv_fault fault;
    const mv_format *format = parse_bytes(s, len, &fault);
    CHECK((format != NULL) == (fault.status == MV_OK));
    CHECK(fault.position <= len + 1);
  }
}

static void every_status_has_words(void) {
  for (int status = MV_OK; status <= MV_EDEPTH; status++)
    CHECK(strlen(mv_message((mv_status)status)) > 3);
}

int main(void) {
  codes_have_standard_sizes();
  codes_have_native_sizes();
  sizes_are_those_of_struct();
  one_code_is_the_item();
  other_formats_are_records();
  records_have_named_fields();
  fields_stay_in_order_around_nested_records();
  positions_count_unnamed_and_named_alike();
  byte_order_is_sticky();
  fields_know_how_they_are_spelt();
  native_order_aligns();
  integers_of_string_pack_are_respelt();
  malformed_formats_say_why();
  native_codes_need_native_order();
  sizes_do_not_overflow();
  nesting_and_dimensions_end_at_64();
  zero_bytes_are_no_format();
  every_prefix_is_safe();
  every_status_has_words();
  return check_report();
}
