/*
** format.c - what a format string says an item is
** One recursive-descent parser runs in two ways: it first counts the fields,
** records and dimensions and finds every fault, then, over a copy of the same
** text in a block of just that size, it builds them. Formats are short, so
** nothing is kept between the two.
**
** The fields of a record must lie side by side, though a nested record comes in
** between: fields of open records are stacked at the low end of one array, and
** a record that closes moves its own to the high end.
**
** All sizes and counts are checked to fit ptrdiff_t.
*/
#include "mv.h"

#include <string.h>

/* ------------------------------------------------------------------ codes */

typedef struct code {
  char name;
  mv_kind native;
  mv_kind standard; /* MV_RECORD: none */
  size_t align;     /* in native mode */
} code;

#define IS_SIGNED(type) ((type)-1 < (type)1)
#define INTEGER(type)                                                          \
  (mv_kind)((sizeof(type) == 1   ? MV_U8                                       \
             : sizeof(type) == 2 ? MV_U16                                      \
             : sizeof(type) == 4 ? MV_U32                                      \
                                 : MV_U64) +                                   \
            IS_SIGNED(type))

static const code codes[] = {
    {'c', MV_CHAR, MV_CHAR, 1},
    {'b', MV_I8, MV_I8, 1},
    {'B', MV_U8, MV_U8, 1},
    {'?', MV_BOOL, MV_BOOL, 1},
    {'h', INTEGER(short), MV_I16, _Alignof(short)},
    {'H', INTEGER(unsigned short), MV_U16, _Alignof(short)},
    {'i', INTEGER(int), MV_I32, _Alignof(int)},
    {'I', INTEGER(unsigned), MV_U32, _Alignof(int)},
    {'l', INTEGER(long), MV_I32, _Alignof(long)},
    {'L', INTEGER(unsigned long), MV_U32, _Alignof(long)},
    {'q', INTEGER(long long), MV_I64, _Alignof(long long)},
    {'Q', INTEGER(unsigned long long), MV_U64, _Alignof(long long)},
    {'n', INTEGER(ptrdiff_t), MV_RECORD, _Alignof(ptrdiff_t)},
    {'N', INTEGER(size_t), MV_RECORD, _Alignof(size_t)},
    {'P', INTEGER(uintptr_t), MV_RECORD, _Alignof(void *)},
    {'e', MV_F16, MV_F16, _Alignof(short)},
    {'f', MV_F32, MV_F32, _Alignof(float)},
    {'d', MV_F64, MV_F64, _Alignof(double)},
    {'g', MV_LONGDOUBLE, MV_LONGDOUBLE, _Alignof(long double)},
};

static const code complex_codes[] = {
    {'f', MV_CF32, MV_CF32, _Alignof(float)},
    {'d', MV_CF64, MV_CF64, _Alignof(double)},
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

_Static_assert(sizeof(short) == 2 && sizeof(int) == 4 && sizeof(long long) == 8,
               "the integers of string.pack have native codes");

static const code *code_named(const code *table, size_t n, char name) {
  for (size_t i = 0; i < n; i++)
    if (table[i].name == name)
      return &table[i];
  return NULL;
}

/* The size of a number, boolean or character. */
static size_t size_of(mv_kind kind) {
  switch (kind) {
  case MV_U16:
  case MV_I16:
  case MV_F16:
    return 2;
  case MV_U32:
  case MV_I32:
  case MV_F32:
    return 4;
  case MV_U64:
  case MV_I64:
  case MV_F64:
  case MV_CF32:
    return 8;
  case MV_CF64:
    return 16;
  case MV_LONGDOUBLE:
    return sizeof(long double);
  default:
    return 1;
  }
}

/* ------------------------------------------------------------------- text */

#define MAXSIZE ((size_t)PTRDIFF_MAX)

typedef struct parser {
  const char *start, *p, *end;
  mv_fault fault;
  char order; /* in force */
  int depth;  /* of open T{ */
  size_t nfields, nrecords, ndims;
  mv_field *top;  /* where the next field goes; NULL: only counts */
  mv_field *done; /* the fields of closed records, up to the end */
  mv_record *records;
  ptrdiff_t *dims;
} parser;

/* Notes a fault; false, for the caller to return. */
static bool fail(parser *s, mv_status status, const char *at) {
  s->fault.status = status;
  s->fault.position = (size_t)(at - s->start) + 1;
  s->fault.what = at < s->end ? *at : '\0';
  return false;
}

/* The next character; '\0' at the end (and for itself). */
static char peek(const parser *s) { return s->p < s->end ? *s->p : '\0'; }

static bool one_of(const char *set, char c) {
  return c != '\0' && strchr(set, c) != NULL;
}

static bool is_order(char c) { return one_of("@=<>!^", c); }
static bool is_blank(char c) { return one_of(" \t\n\v\f\r", c); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip_blanks(parser *s) {
  while (is_blank(peek(s)))
    s->p++;
}

/* Adds count * size to *total; false where that is too large. */
static bool grow(size_t *total, size_t count, size_t size) {
  if (size > 0 && count > (MAXSIZE - *total) / size)
    return false;
  *total += count * size;
  return true;
}

static bool number(parser *s, size_t *n) {
  const char *at = s->p;
  for (*n = 0; is_digit(peek(s)); s->p++) {
    size_t digit = (size_t)(*s->p - '0');
    if (*n > (MAXSIZE - digit) / 10)
      return fail(s, MV_ETOOBIG, at);
    *n = *n * 10 + digit;
  }
  return true;
}

/* --------------------------------------------------------------- one item */

/* What stands before a code. */
typedef struct prefix {
  const char *at;
  size_t count;
  size_t span;    /* the product of the shape, where 0 counts as 1 */
  bool empty;     /* the shape has a 0 */
  mv_status owed; /* what is wrong, and where, if no code follows */
  const char *owed_at;
} prefix;

static void owe(parser *s, prefix *pre, mv_status status) {
  pre->owed = status;
  pre->owed_at = s->p;
}

static void take_order(parser *s, prefix *pre) {
  if (is_order(peek(s))) {
    owe(s, pre, MV_EORDER);
    s->order = *s->p++;
    skip_blanks(s);
  }
}

static bool add_dimension(parser *s, mv_field *field, size_t n) {
  if (field->ndim == MV_MAXDIM)
    return fail(s, MV_EDIMS, s->p);
  if (s->top != NULL) {
    ptrdiff_t *dim = &s->dims[s->ndims];
    *dim = (ptrdiff_t)n;
    if (field->ndim == 0)
      field->shape = dim;
  }
  field->ndim++;
  s->ndims++;
  return true;
}

static bool take_shape(parser *s, prefix *pre, mv_field *field) {
  owe(s, pre, MV_ESUBARRAY);
  do {
    size_t n;
    s->p++;
    skip_blanks(s);
    if (!is_digit(peek(s)))
      return fail(s, MV_ESUBARRAY, pre->owed_at);
    if (!number(s, &n) || !add_dimension(s, field, n))
      return false;
    pre->empty |= n == 0;
    if (n > 1 && pre->span > MAXSIZE / n)
      return fail(s, MV_ETOOBIG, pre->owed_at);
    pre->span *= n > 1 ? n : 1;
  } while (peek(s) == ',');
  if (peek(s) != ')')
    return fail(s, MV_ESUBARRAY, pre->owed_at);
  s->p++;
  return true;
}

/* Reads [order] [shape] [count], or [shape] [order] [count]. */
static bool take_prefix(parser *s, prefix *pre, mv_field *field) {
  take_order(s, pre);
  bool ordered = pre->owed == MV_EORDER;
  if (peek(s) == '(' && !take_shape(s, pre, field))
    return false;
  if (!ordered)
    take_order(s, pre);
  if (is_digit(peek(s))) {
    owe(s, pre, MV_ECOUNT);
    if (!number(s, &pre->count))
      return false;
  }
  char c = peek(s);
  bool code_follows =
      s->p < s->end && !is_order(c) && !is_blank(c) && !one_of("}(:", c);
  if (pre->owed != MV_OK && !code_follows)
    return fail(s, pre->owed, pre->owed_at);
  return true;
}

static bool take_body(parser *s, mv_record *record, const char *open);

/* Reads {...} behind a T at at. */
static bool take_record(parser *s, mv_item *item, size_t *align,
                        const char *at) {
  mv_record record;
  bool native = s->order == '@';
  if (s->depth == MV_MAXDEPTH)
    return fail(s, MV_EDEPTH, at);
  s->p++;
  s->depth++;
  if (!take_body(s, &record, at))
    return false;
  s->depth--;
  *align = native ? record.align : 1;
  item->kind = MV_RECORD;
  item->size = record.size;
  if (s->top != NULL) {
    s->records[s->nrecords] = record;
    item->record = &s->records[s->nrecords];
  }
  s->nrecords++;
  return true;
}

static bool swaps(char order, size_t size) {
  bool big = order == '>' || order == '!';
  return size > 1 && (MV_BIGENDIAN ? order == '<' : big);
}

static bool set_number(parser *s, const code *c, mv_item *item, size_t *align,
                       const char *at) {
  bool native = s->order == '@' || s->order == '^';
  if (c == NULL)
    return fail(s, MV_EUNKNOWN, at);
  if (!native && c->standard == MV_RECORD)
    return fail(s, MV_ENATIVE, at);
  item->kind = native ? c->native : c->standard;
  item->size = size_of(item->kind);
  item->swap = swaps(s->order, item->size);
  *align = s->order == '@' ? c->align : 1;
  return true;
}

/* Reads a code other than x; the length of a string is pre's count. */
static bool take_code(parser *s, prefix *pre, mv_item *item, size_t *align) {
  const char *at = s->p++;
  const code *c;
  *align = 1;
  switch (*at) {
  case 's':
  case 'p':
    item->kind = *at == 's' ? MV_BYTES : MV_PASCAL;
    item->size = pre->count;
    pre->count = 1;
    return true;
  case 'T':
    if (peek(s) == '{')
      return take_record(s, item, align, at);
    return fail(s, MV_EUNKNOWN, at);
  case 'Z':
    c = code_named(complex_codes, LENGTH(complex_codes), peek(s));
    if (c == NULL)
      return fail(s, peek(s) == 'g' ? MV_EREFUSED : MV_EUNKNOWN, at);
    s->p++;
    return set_number(s, c, item, align, at);
  case ':':
    return fail(s, MV_ENAME, at);
  case 'O':
  case '&':
  case 'X':
  case 't':
  case 'u':
  case 'w':
    return fail(s, MV_EREFUSED, at);
  default:
    c = code_named(codes, LENGTH(codes), *at);
    return set_number(s, c, item, align, at);
  }
}

/* Whether the open record that starts at p has that name before end. */
static bool name_used(const char *p, const char *end, const char *name,
                      size_t len) {
  for (int depth = 0; p < end; p++) {
    if (*p == '{')
      depth++;
    else if (*p == '}')
      depth--;
    else if (*p == ':') {
      const char *close = memchr(p + 1, ':', (size_t)(end - p - 1));
      if (depth == 0 && (size_t)(close - p - 1) == len &&
          memcmp(p + 1, name, len) == 0)
        return true;
      p = close;
    }
  }
  return false;
}

/* Reads :name: if it is there. body is where the record starts. */
static bool take_name(parser *s, mv_field *field, const char *body) {
  const char *at = s->p;
  if (peek(s) != ':')
    return true;
  const char *name = at + 1;
  const char *close = memchr(name, ':', (size_t)(s->end - name));
  if (close == NULL || close == name || field->count == 0 ||
      memchr(name, '\0', (size_t)(close - name)) != NULL)
    return fail(s, MV_ENAME, at);
  field->name = name;
  field->namelen = (size_t)(close - name);
  if (s->top == NULL && name_used(body, at, name, field->namelen))
    return fail(s, MV_ETWICE, at);
  s->p = close + 1;
  return true;
}

/* Sets the size of one value of the field. */
static bool set_size(parser *s, const prefix *pre, mv_field *field) {
  size_t size = 0;
  if (pre->count != 1 && field->ndim > 0)
    return fail(s, MV_ESUBARRAY, pre->at);
  if (field->item.size == 0 && (pre->count > 1 || pre->span > 1))
    return fail(s, MV_EZEROITEM, pre->at);
  if (!grow(&size, pre->span, field->item.size))
    return fail(s, MV_ETOOBIG, pre->at);
  field->size = pre->empty ? 0 : size;
  field->count = pre->count;
  return true;
}

/* Turns a count that has one name into a shape. */
static bool name_together(parser *s, mv_field *field, const char *at) {
  if (field->name == NULL || field->count == 1)
    return true;
  size_t n = field->count;
  if (field->size > MAXSIZE / n)
    return fail(s, MV_ETOOBIG, at);
  field->size *= n;
  field->count = 1;
  return add_dimension(s, field, n);
}

/* Puts the field at the end of the record. */
static bool place(parser *s, mv_record *record, mv_field *field, size_t align,
                  const char *at) {
  size_t gap = (align - record->size % align) % align;
  if (!grow(&record->size, gap, 1))
    return fail(s, MV_ETOOBIG, at);
  field->offset = record->size;
  if (!grow(&record->size, field->count, field->size) ||
      !grow(&record->nvalues, field->count, 1))
    return fail(s, MV_ETOOBIG, at);
  if (align > record->align)
    record->align = align;
  if (field->count == 0)
    return true;
  if (s->top != NULL)
    *s->top++ = *field;
  s->nfields++;
  record->nfields++;
  return true;
}

static bool take_padding(parser *s, const prefix *pre, mv_record *record,
                         int ndim) {
  if (ndim > 0)
    return fail(s, MV_ESUBARRAY, pre->at);
  if (!grow(&record->size, pre->count, 1))
    return fail(s, MV_ETOOBIG, pre->at);
  s->p++;
  return true;
}

static bool take_item(parser *s, mv_record *record, const char *body) {
  prefix pre = {.at = s->p, .count = 1, .span = 1};
  mv_field field = {0};
  size_t align;
  if (!take_prefix(s, &pre, &field))
    return false;
  if (peek(s) == 'x')
    return take_padding(s, &pre, record, field.ndim);
  return take_code(s, &pre, &field.item, &align) && set_size(s, &pre, &field) &&
         take_name(s, &field, body) && name_together(s, &field, pre.at) &&
         place(s, record, &field, align, pre.at);
}

/* ---------------------------------------------------------------- records */

/* Moves the record's fields, the last on the stack, to where they stay. */
static void close_record(parser *s, mv_record *record) {
  size_t n = record->nfields;
  if (s->top == NULL)
    return;
  s->top -= n;
  s->done -= n;
  memmove(s->done, s->top, n * sizeof *s->top);
  record->fields = s->done;
}

/* Reads items up to the end or the brace that closes the one at open. */
static bool take_body(parser *s, mv_record *record, const char *open) {
  const char *body = s->p;
  *record = (mv_record){.align = 1};
  for (;;) {
    skip_blanks(s);
    if (s->p == s->end) {
      if (s->depth > 0)
        return fail(s, MV_EUNCLOSED, open);
      break;
    }
    if (*s->p == '}') {
      if (s->depth == 0)
        return fail(s, MV_EBRACE, s->p);
      s->p++;
      break;
    }
    if (!take_item(s, record, body))
      return false;
  }
  close_record(s, record);
  return true;
}

/* Reads a whole format. A byte order alone is one; none may follow blanks. */
static bool take_format(parser *s, mv_record *record) {
  s->order = '@';
  s->p = s->start;
  skip_blanks(s);
  if (s->p > s->start && is_order(peek(s)))
    return fail(s, MV_EORDER, s->p);
  s->p = s->start + is_order(peek(s));
  skip_blanks(s);
  if (s->p < s->end)
    s->p = s->start;
  return take_body(s, record, s->start);
}

/* ---------------------------------------------------------------- formats */

/*
** Respells the one integer of string.pack that a format may be, in out, and
** sets *len. Any other format is returned as it is.
*/
static const char *respell(const char *s, size_t *len, char out[2]) {
  static const char sizes[] = "1248";
  size_t at = *len > 0 && is_order(s[0]);
  char kind = *len > at ? s[at] : '\0';
  if (at > 0)
    out[0] = s[0];
  if (*len == at + 1 && one_of("jJ", kind))
    out[at] = kind == 'j' ? 'q' : 'Q';
  else if (*len == at + 2 && one_of("iI", kind) && one_of(sizes, s[at + 1]))
    out[at] = (kind == 'i' ? "bhiq" : "BHIQ")[strchr(sizes, s[at + 1]) - sizes];
  else
    return s;
  *len = at + 1;
  return out;
}

/* Whether the format is an integer of a size that only string.pack has. */
static bool odd_integer(parser *s) {
  size_t size;
  s->p = s->start;
  s->p += is_order(peek(s));
  if (!one_of("iI", peek(s)))
    return false;
  s->p++;
  if (peek(s) == '0' || s->end - s->p > 2)
    return false;
  const char *at = s->p;
  number(s, &size);
  if (s->p < s->end || size < 1 || size > 16)
    return false;
  fail(s, MV_EINTSIZE, at);
  return true;
}

/* What the items of a view of the whole record are. */
static mv_item whole(const mv_record *record) {
  const mv_field *field = record->fields;
  if (record->sole && field->ndim == 0 && field->size == record->size)
    return field->item;
  return (mv_item){.kind = MV_RECORD, .size = record->size, .record = record};
}

size_t mv_format_measure(const char *s, size_t len, mv_fault *fault) {
  char spelt[2];
  mv_record record;
  const char *text = respell(s, &len, spelt);
  parser count = {.start = text, .end = text + len};
  bool ok = len <= MAXSIZE / 256;
  if (!ok)
    fail(&count, MV_ETOOBIG, text);
  else
    ok = !odd_integer(&count) && take_format(&count, &record);
  *fault = count.fault;
  if (!ok)
    return 0;
  return sizeof(mv_format) + count.nfields * sizeof(mv_field) +
         count.nrecords * sizeof(mv_record) + count.ndims * sizeof(ptrdiff_t) +
         len + 1;
}

const mv_format *mv_format_build(const char *s, size_t len, void *block) {
  char spelt[2];
  mv_record record;
  const char *given = respell(s, &len, spelt);
  parser count = {.start = given, .end = given + len};
  take_format(&count, &record);

  mv_format *format = block;
  parser build = {.top = (mv_field *)(format + 1)};
  build.done = build.top + count.nfields;
  build.records = (mv_record *)build.done;
  build.dims = (ptrdiff_t *)(build.records + count.nrecords);
  char *text = (char *)(build.dims + count.ndims);
  memcpy(text, given, len);
  text[len] = '\0';
  build.start = text;
  build.end = text + len;
  take_format(&build, &format->record);

  record = format->record;
  format->record.sole = record.nvalues == 1 && record.fields->name == NULL;
  format->text = text;
  format->len = len;
  format->item = whole(&format->record);
  return format;
}

const mv_field *mv_field_named(const mv_record *record, const char *name,
                               size_t len) {
  for (size_t i = 0; i < record->nfields; i++) {
    const mv_field *field = &record->fields[i];
    if (field->name != NULL && field->namelen == len &&
        memcmp(field->name, name, len) == 0)
      return field;
  }
  return NULL;
}

const mv_field *mv_field_at(const mv_record *record, size_t k, size_t *nth) {
  for (size_t i = 0; i < record->nfields; i++) {
    const mv_field *field = &record->fields[i];
    if (k < field->count) {
      *nth = k;
      return field;
    }
    k -= field->count;
  }
  return NULL;
}
