/*
** format.c - formats from their text
** A first pass counts the parts of a format. Then the format is built in one
** block of exactly that size: the format, its fields, nested records and
** dimensions, and its text, to which names refer.
*/
#include "parse.h"

#include <stdio.h>
#include <string.h>

/* Each character makes less than 256 bytes: no size can overflow. */
#define MAXLENGTH ((size_t)PTRDIFF_MAX / 256)

/*
** If the format is one integer in the spelling of string.pack, writes its code
** of PEP 3118 to out and sets *len. Any other format is returned unchanged.
*/
static const char *respell(const char *s, size_t *len, char out[2]) {
  static const char sizes[] = "1248", is_signed[] = "bhiq", is_not[] = "BHIQ";
  size_t at = *len > 0 && mv_is_order(s[0]);
  size_t left = *len - at;
  char code = left > 0 ? s[at] : '\0';
  const char *size =
      left == 2 && s[at + 1] != '\0' ? strchr(sizes, s[at + 1]) : NULL;
  if (left == 1 && (code == 'j' || code == 'J'))
    out[at] = code == 'j' ? 'q' : 'Q';
  else if (size != NULL && (code == 'i' || code == 'I'))
    out[at] = (code == 'i' ? is_signed : is_not)[size - sizes];
  else
    return s;
  if (at > 0)
    out[0] = s[0];
  *len = at + 1;
  return out;
}

/*
** If the format is an integer of a size up to 16 that only string.pack has, the
** position of this size; otherwise 0.
*/
static size_t packonly_size(const char *s, size_t len) {
  size_t at = len > 0 && mv_is_order(s[0]);
  if (len < at + 2 || len > at + 3 || (s[at] != 'i' && s[at] != 'I'))
    return 0;
  const char *size = &s[at + 1];
  bool packonly = len == at + 2
                      ? *size >= '1' && *size <= '9' && *size != '3'
                      : *size == '1' && size[1] >= '0' && size[1] <= '6';
  return packonly ? at + 2 : 0;
}

/* The type of the items in a view of the whole record. */
static mv_item whole_format(const mv_record *record) {
  const mv_field *field = record->fields;
  if (record->is_scalar && field->ndim == 0 && field->size == record->size)
    return field->item;
  return (mv_item){.kind = MV_RECORD, .size = record->size, .record = record};
}

size_t mv_format_measure(const char *s, size_t len, mv_fault *fault) {
  char spelt[2];
  mv_record record;
  if (len > MAXLENGTH) {
    *fault = (mv_fault){MV_ETOOBIG, 1, s[0]};
    return 0;
  }
  const char *text = respell(s, &len, spelt);
  size_t at = packonly_size(text, len);
  if (at > 0) {
    *fault = (mv_fault){MV_EINTSIZE, at, text[at - 1]};
    return 0;
  }
  mv_parser count = {.start = text, .end = text + len};
  bool ok = mv_parse(&count, &record);
  *fault = count.fault;
  return !ok ? 0
             : sizeof(mv_format) + count.nfields * sizeof(mv_field) +
                   count.nrecords * sizeof(mv_record) +
                   count.nnames * sizeof(mv_field *) +
                   count.ndims * sizeof(ptrdiff_t) + len + 1;
}

const mv_format *mv_format_build(const char *s, size_t len, void *block,
                                 mv_fault *fault) {
  char spelt[2];
  mv_record record;
  const char *given = respell(s, &len, spelt);
  mv_parser count = {.start = given, .end = given + len};
  mv_parse(&count, &record);

  mv_format *format = block;
  mv_parser build = {.top = (mv_field *)(format + 1)};
  build.done = build.top + count.nfields;
  build.records = (mv_record *)build.done;
  build.names = (const mv_field **)(build.records + count.nrecords);
  build.dims = (ptrdiff_t *)(build.names + count.nnames);
  char *text = (char *)(build.dims + count.ndims);
  memcpy(text, given, len);
  text[len] = '\0';
  build.start = text;
  build.end = text + len;
  mv_record *whole = &format->record;
  bool ok = mv_parse(&build, whole);
  *fault = build.fault;
  if (!ok)
    return NULL;

  whole->is_scalar = whole->nvalues == 1 && whole->fields->name == NULL;
  format->text = text;
  format->len = len;
  format->item = whole_format(whole);
  return format;
}

ptrdiff_t mv_field_stride(const mv_field *field, int dim) {
  ptrdiff_t stride = (ptrdiff_t)field->item.size;
  for (int d = dim + 1; d < field->ndim; d++)
    stride *= field->shape[d];
  return stride;
}

const mv_field *mv_field_at(const mv_record *record, size_t k, size_t *nth) {
  size_t from = 0, to = record->nfields; /* its field is one of these */
  if (k >= record->nvalues)
    return NULL;
  while (to - from > 1) {
    size_t middle = from + (to - from) / 2;
    if (record->fields[middle].position <= k)
      from = middle;
    else
      to = middle;
  }
  *nth = k - record->fields[from].position;
  return &record->fields[from];
}

/* ---- faults --------------------------------------------------------------*/

/* Whether the message of the fault names the character. */
static bool names_character(mv_status status) {
  return status == MV_EUNKNOWN || status == MV_EREFUSED ||
         status == MV_ENATIVE || status == MV_EORDER;
}

void mv_explain(const mv_fault *fault, char *out, size_t size) {
  char what[8] = "";
  unsigned char c = (unsigned char)fault->what;
  if (names_character(fault->status))
    snprintf(what, sizeof what, c >= ' ' && c < 127 ? " '%c'" : " '\\%d'", c);
  snprintf(out, size, "%s%s at position %zu%s", mv_message(fault->status), what,
           fault->position,
           fault->status == MV_ENATIVE ? " (native order only)" : "");
}
