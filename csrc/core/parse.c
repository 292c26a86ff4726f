/*
** parse.c - the grammar of formats
** One recursive-descent parser that runs in two ways: it first counts the
** fields, records and dimensions and finds every fault, then builds them.
**
** The fields of a record must be contiguous, but a nested record may come
** between them. So the fields of open records are stacked at the low end of one
** array, and a record that is closed moves its fields to the high end.
**
** All sizes and counts are checked to fit ptrdiff_t.
*/
#include "parse.h"

#include <string.h>

#define MAXSIZE ((size_t)PTRDIFF_MAX)

/* Records a fault; returns false, the result of the caller. */
static bool fail(mv_parser *s, mv_status status, const char *at) {
  s->fault.status = status;
  s->fault.position = (size_t)(at - s->start) + 1;
  s->fault.what = at < s->end ? *at : '\0';
  return false;
}

/* The next character; '\0' at the end (also for a '\0' in the text). */
static char peek(const mv_parser *s) { return s->p < s->end ? *s->p : '\0'; }

static bool one_of(const char *set, char c) {
  return c != '\0' && strchr(set, c) != NULL;
}

bool mv_is_order(char c) { return one_of("@=<>!^", c); }
static bool is_blank(char c) { return one_of(" \t\n\v\f\r", c); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void skip_blanks(mv_parser *s) {
  while (is_blank(peek(s)))
    s->p++;
}

/* Adds count * size to *total; false if the sum is too large. */
static bool grow(size_t *total, size_t count, size_t size) {
  if (size > 0 && count > (MAXSIZE - *total) / size)
    return false;
  *total += count * size;
  return true;
}

static bool number(mv_parser *s, size_t *n) {
  const char *at = s->p;
  for (*n = 0; is_digit(peek(s)); s->p++) {
    size_t digit = (size_t)(*s->p - '0');
    if (*n > (MAXSIZE - digit) / 10)
      return fail(s, MV_ETOOBIG, at);
    *n = *n * 10 + digit;
  }
  return true;
}

/* ---- one item ------------------------------------------------------------*/

/* The prefix of a code. */
typedef struct prefix {
  const char *at;
  size_t count;
  size_t nitems;     /* the product of the shape, where 0 counts as 1 */
  bool empty;        /* the shape has a 0 */
  mv_status pending; /* the fault, and its place, if no code follows */
  const char *pending_at;
} prefix;

static void set_pending(mv_parser *s, prefix *pre, mv_status status) {
  pre->pending = status;
  pre->pending_at = s->p;
}

static void take_order(mv_parser *s, prefix *pre) {
  if (mv_is_order(peek(s))) {
    set_pending(s, pre, MV_EORDER);
    s->order = *s->p++;
    skip_blanks(s);
  }
}

static bool add_dimension(mv_parser *s, mv_field *field, size_t n) {
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

static bool take_shape(mv_parser *s, prefix *pre, mv_field *field) {
  set_pending(s, pre, MV_ESUBARRAY);
  do {
    size_t n;
    s->p++;
    skip_blanks(s);
    if (!is_digit(peek(s)))
      return fail(s, MV_ESUBARRAY, pre->pending_at);
    if (!number(s, &n) || !add_dimension(s, field, n))
      return false;
    pre->empty |= n == 0;
    if (n > 1 && pre->nitems > MAXSIZE / n)
      return fail(s, MV_ETOOBIG, pre->pending_at);
    pre->nitems *= n > 1 ? n : 1;
  } while (peek(s) == ',');
  if (peek(s) != ')')
    return fail(s, MV_ESUBARRAY, pre->pending_at);
  s->p++;
  return true;
}

/* Reads [order] [shape] [count], or [shape] [order] [count]. */
static bool take_prefix(mv_parser *s, prefix *pre, mv_field *field) {
  take_order(s, pre);
  bool ordered = pre->pending == MV_EORDER;
  if (peek(s) == '(' && !take_shape(s, pre, field))
    return false;
  if (!ordered)
    take_order(s, pre);
  if (is_digit(peek(s))) {
    set_pending(s, pre, MV_ECOUNT);
    if (!number(s, &pre->count))
      return false;
  }
  char c = peek(s);
  bool code_follows =
      s->p < s->end && !mv_is_order(c) && !is_blank(c) && !one_of("}(:", c);
  if (pre->pending != MV_OK && !code_follows)
    return fail(s, pre->pending, pre->pending_at);
  return true;
}

static bool take_body(mv_parser *s, mv_record *record, const char *open);

/* Reads {...} behind the T at `at`. */
static bool take_record(mv_parser *s, mv_item *item, size_t *align,
                        const char *at) {
  mv_record record;
  bool native = s->order == '@';
  if (s->depth == MV_MAXDEPTH || s->around > MV_MAXAROUND)
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

/* Reads the code of a number, boolean or character; pairs follow a Z. */
static bool take_number(mv_parser *s, mv_item *item, size_t *align) {
  const char *at = s->p;
  bool is_complex = *at == 'Z';
  s->p += is_complex;
  mv_status status = mv_typecode(peek(s), is_complex, s->order, item, align);
  if (status != MV_OK)
    return fail(s, *at == ':' ? MV_ENAME : status, at);
  s->p++;
  if (s->int24) {
    item->kind = item->kind == MV_I32 ? MV_I24 : MV_U24;
    item->size = mv_kinds[item->kind].size;
    *align = 1;
    s->p++;
  }
  return true;
}

/* Reads a code other than x; the length of a string is pre's count. */
static bool take_code(mv_parser *s, prefix *pre, mv_item *item, size_t *align) {
  const char *at = s->p;
  switch (*at) {
  case 's':
  case 'p':
    s->p++;
    item->kind = *at == 's' ? MV_BYTES : MV_PASCAL;
    item->size = pre->count;
    pre->count = 1;
    *align = 1;
    return true;
  case 'T':
    s->p++;
    return peek(s) == '{' ? take_record(s, item, align, at)
                          : fail(s, MV_EUNKNOWN, at);
  default:
    return take_number(s, item, align);
  }
}

/* Reads a code into the field, and records its spelling. */
static bool take_field_code(mv_parser *s, prefix *pre, mv_field *field,
                            size_t *align) {
  bool counted = pre->pending == MV_ECOUNT && one_of("sp", peek(s));
  field->text = counted ? pre->pending_at : s->p; /* 4s is one code */
  field->order = s->order;
  if (!take_code(s, pre, &field->item, align))
    return false;
  field->textlen = (size_t)(s->p - field->text);
  return true;
}

/* Reads :name: if it is there. */
static bool take_name(mv_parser *s, mv_field *field) {
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
  s->p = close + 1;
  return true;
}

/* Sets the size of one value of the field. */
static bool set_value_size(mv_parser *s, const prefix *pre, mv_field *field) {
  size_t size = 0;
  if (pre->count != 1 && field->ndim > 0)
    return fail(s, MV_ESUBARRAY, pre->at);
  if (field->item.size == 0 && (pre->count > 1 || pre->nitems > 1))
    return fail(s, MV_EZEROITEM, pre->at);
  if (!grow(&size, pre->nitems, field->item.size))
    return fail(s, MV_ETOOBIG, pre->at);
  field->size = pre->empty ? 0 : size;
  field->count = pre->count;
  return true;
}

/* Turns the count of a named field into a shape. */
static bool count_to_shape(mv_parser *s, mv_field *field, const char *at) {
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
static bool place_field(mv_parser *s, mv_record *record, mv_field *field,
                        size_t align, const char *at) {
  size_t gap = (align - record->size % align) % align;
  if (!grow(&record->size, gap, 1))
    return fail(s, MV_ETOOBIG, at);
  field->offset = record->size;
  field->position = record->nvalues;
  if (!grow(&record->size, field->count, field->size))
    return fail(s, MV_ETOOBIG, at);
  record->nvalues += field->count; /* a byte each, or one code: no overflow */
  if (field->name == NULL)
    record->nunnamed += field->count;
  if (align > record->align)
    record->align = align;
  if (field->count == 0)
    return true;
  if (s->top != NULL)
    *s->top++ = *field;
  s->nfields++;
  s->nnames += field->name != NULL;
  record->nfields++;
  return true;
}

static bool take_padding(mv_parser *s, const prefix *pre, mv_record *record,
                         int ndim) {
  if (ndim > 0)
    return fail(s, MV_ESUBARRAY, pre->at);
  if (!grow(&record->size, pre->count, 1))
    return fail(s, MV_ETOOBIG, pre->at);
  s->p++;
  return true;
}

static bool take_item(mv_parser *s, mv_record *record) {
  prefix pre = {.at = s->p, .count = 1, .nitems = 1};
  mv_field field = {0};
  size_t align = 1;
  if (!take_prefix(s, &pre, &field))
    return false;
  if (peek(s) == 'x')
    return take_padding(s, &pre, record, field.ndim);
  s->around += field.ndim;
  if (!take_field_code(s, &pre, &field, &align))
    return false;
  s->around -= field.ndim;
  return set_value_size(s, &pre, &field) && take_name(s, &field) &&
         count_to_shape(s, &field, pre.at) &&
         place_field(s, record, &field, align, pre.at);
}

/* ---- records -------------------------------------------------------------*/

/* Sorts the names of the record's fields, which are at their final place. */
static bool close_names(mv_parser *s, mv_record *record) {
  const mv_field **names = s->names, *twice;
  for (size_t f = 0; f < record->nfields; f++)
    if (record->fields[f].name != NULL)
      *s->names++ = &record->fields[f];
  record->names = names;
  record->nnamed = (size_t)(s->names - names);
  twice = mv_sort_names(names, record->nnamed);
  return twice == NULL || fail(s, MV_ETWICE, twice->name - 1);
}

/* Moves the record's fields, the last on the stack, to their final place. */
static bool close_record(mv_parser *s, mv_record *record) {
  size_t n = record->nfields;
  if (s->top == NULL)
    return true;
  s->top -= n;
  s->done -= n;
  memmove(s->done, s->top, n * sizeof *s->top);
  record->fields = s->done;
  return close_names(s, record);
}

/*
** Reads items up to the end, or up to the brace that closes the brace at open.
*/
static bool take_body(mv_parser *s, mv_record *record, const char *open) {
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
    if (!take_item(s, record))
      return false;
  }
  return close_record(s, record);
}

static bool is_int24(const mv_parser *s) {
  const char *p = s->start + (s->start < s->end && mv_is_order(*s->start));
  return s->end - p == 2 && (*p == 'i' || *p == 'I') && p[1] == '3';
}

/* A byte order alone is a format. A byte order behind blanks is an error. */
bool mv_parse(mv_parser *s, mv_record *record) {
  s->order = '@';
  s->p = s->start;
  s->int24 = is_int24(s);
  skip_blanks(s);
  if (s->p > s->start && mv_is_order(peek(s)))
    return fail(s, MV_EORDER, s->p);
  s->p = s->start + mv_is_order(peek(s));
  skip_blanks(s);
  if (s->p < s->end)
    s->p = s->start;
  return take_body(s, record, s->start);
}
