/*
** fuzz_format.c - any bytes as a format
** What is measured is built in a block of exactly that size, so that the
** sanitizer sees every byte too many; what is built must describe bytes inside
** the item, and be the same when it is built from its own text.
*/
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "mv.h"

static void check_item(const mv_item *item);

static void check_field(const mv_record *record, const mv_field *field) {
  ptrdiff_t size = (ptrdiff_t)field->item.size;
  for (int d = 0; d < field->ndim; d++)
    require(mv_mul(size, field->shape[d], &size));
  require((size_t)size == field->size);
  require(mv_mul(size, (ptrdiff_t)field->count, &size));
  require(field->offset <= record->size);
  require((size_t)size <= record->size - field->offset);
  if (field->name != NULL)
    require(mv_field_named(record, field->name, field->namelen) == field);
  check_item(&field->item);
}

static void check_item(const mv_item *item) {
  size_t at = 0;
  if (item->kind != MV_RECORD)
    return;
  for (size_t f = 0; f < item->record->nfields; f++) {
    const mv_field *field = &item->record->fields[f];
    size_t nth = 0;
    check_field(item->record, field);
    for (size_t k = 0; k < field->count && k < 3; k++)
      require(mv_field_at(item->record, at + k, &nth) == field && nth == k);
    at += field->count;
  }
  require(at == item->record->nvalues);
}

/* Loads and compares an item of zeros, which every format has. */
static void use_item(const mv_item *item) {
  unsigned char *p;
  if (item->size > 4096)
    return;
  p = calloc(item->size + 1, 1);
  require(mv_item_equal(item, p, item, p));
  mv_item_byteswap(item, p);
  require(mv_item_convert(item, p, item, p) == MV_OK);
  free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The format in a block of its own; NULL: it is malformed. */
static const mv_format *build(const char *s, size_t len, void **block) {
  mv_fault fault = {MV_OK, 0, 0};
  const mv_format *format = NULL;
  size_t size = mv_format_measure(s, len, &fault);
  char why[64];
  *block = malloc(size + (size == 0));
  if (size > 0)
    format = mv_format_build(s, len, *block, &fault);
  if (format == NULL) {
    require(fault.status != MV_OK && fault.position >= 1 &&
            fault.position <= len + 1);
    mv_explain(&fault, why, sizeof why);
  }
  return format;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  char *s = malloc(len);
  void *block, *again;
  const mv_format *format, *same;
  memcpy(s, data, len);
  format = build(s, len, &block);
  free(s);
  if (format != NULL) {
    require(format->text[format->len] == '\0');
    check_item(&format->item);
    use_item(&format->item);
    same = build(format->text, format->len, &again);
    require(same != NULL && mv_item_same(&format->item, &same->item));
    free(again);
  }
  free(block);
  return 0;
}
