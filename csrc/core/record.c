/*
** record.c - compares and converts items, including records
** Two items correspond if they have the same structure: values correspond by
** position, a sub-array to a sub-array of the same shape, a record to a record
** with as many values. Names, offsets, padding and formats may differ.
*/
#include "item.h"

#include <string.h>

/* ---- pairs ---------------------------------------------------------------*/

/* A value of a record or a whole item: its type and its place. */
typedef struct operand {
  const mv_item *item;
  const ptrdiff_t *shape;
  int ndim;
  const unsigned char *p;
} operand;

/* The operation on two single values; any status but MV_OK ends the walk. */
typedef mv_status action(const mv_item *a, const unsigned char *pa,
                         const mv_item *b, const unsigned char *pb);

static operand value_of(const mv_field *field, size_t nth,
                        const unsigned char *p) {
  return (operand){&field->item, field->shape, field->ndim,
                   p + field->offset + nth * field->size};
}

/* An item; a scalar record is replaced by its only value. */
static operand whole(const mv_item *item, const unsigned char *p) {
  if (item->kind == MV_RECORD && item->record->is_scalar)
    return value_of(item->record->fields, 0, p);
  return (operand){item, NULL, 0, p};
}

static bool same_shape(int ndim, const ptrdiff_t *a, const ptrdiff_t *b) {
  for (int d = 0; d < ndim; d++)
    if (a[d] != b[d])
      return false;
  return true;
}

static mv_status pair_values(action *act, operand a, operand b);

static mv_status pair_records(action *act, const mv_record *a,
                              const unsigned char *pa, const mv_record *b,
                              const unsigned char *pb) {
  const mv_field *fa = a->fields, *fb = b->fields;
  size_t ka = 0, kb = 0;
  if (a->nvalues != b->nvalues)
    return MV_EFIELDS;
  for (size_t i = 0; i < a->nvalues; i++) {
    mv_status status =
        pair_values(act, value_of(fa, ka, pa), value_of(fb, kb, pb));
    if (status != MV_OK)
      return status;
    if (++ka == fa->count)
      fa++, ka = 0;
    if (++kb == fb->count)
      fb++, kb = 0;
  }
  return MV_OK;
}

static mv_status pair_items(action *act, const mv_item *a,
                            const unsigned char *pa, const mv_item *b,
                            const unsigned char *pb) {
  if (a->kind == MV_RECORD && b->kind == MV_RECORD)
    return pair_records(act, a->record, pa, b->record, pb);
  if (a->kind == MV_RECORD || b->kind == MV_RECORD)
    return MV_EFIELDS;
  return act(a, pa, b, pb);
}

static mv_status pair_values(action *act, operand a, operand b) {
  size_t n = 1;
  if (a.ndim != b.ndim || !same_shape(a.ndim, a.shape, b.shape))
    return MV_EFIELDS;
  for (int d = 0; d < a.ndim; d++)
    n *= (size_t)a.shape[d];
  for (; n > 0; n--, a.p += a.item->size, b.p += b.item->size) {
    mv_status status = pair_items(act, a.item, a.p, b.item, b.p);
    if (status != MV_OK)
      return status;
  }
  return MV_OK;
}

/* ---- equality ------------------------------------------------------------*/

static mv_status compare(const mv_item *a, const unsigned char *pa,
                         const mv_item *b, const unsigned char *pb) {
  mv_value x, y;
  mv_load(a, pa, &x);
  mv_load(b, pb, &y);
  return mv_value_equal(&x, &y) ? MV_OK : MV_EFIELDS;
}

bool mv_item_equal(const mv_item *a, const unsigned char *pa, const mv_item *b,
                   const unsigned char *pb) {
  return pair_values(compare, whole(a, pa), whole(b, pb)) == MV_OK;
}

static bool same_record(const mv_record *a, const mv_record *b) {
  if (a->nfields != b->nfields || a->is_scalar != b->is_scalar)
    return false;
  for (size_t i = 0; i < a->nfields; i++) {
    const mv_field *f = &a->fields[i], *g = &b->fields[i];
    if (f->offset != g->offset || f->count != g->count || f->ndim != g->ndim ||
        !same_shape(f->ndim, f->shape, g->shape) ||
        !mv_item_same(&f->item, &g->item))
      return false;
  }
  return true;
}

bool mv_item_same(const mv_item *a, const mv_item *b) {
  return a->kind == b->kind && a->size == b->size && a->swap == b->swap &&
         (a->kind != MV_RECORD || same_record(a->record, b->record));
}

/* Whether each value has one pattern of bytes, and no byte is padding. */
static bool bytes_are_value(const mv_item *item) {
  const mv_record *record = item->record;
  size_t used = 0;
  if (item->kind != MV_RECORD)
    return item->kind == MV_CHAR || item->kind == MV_BYTES ||
           mv_kinds[item->kind].class <= MV_SIGNED;
  for (size_t i = 0; i < record->nfields; i++) {
    if (!bytes_are_value(&record->fields[i].item))
      return false;
    used += record->fields[i].count * record->fields[i].size;
  }
  return used == record->size;
}

bool mv_item_bitwise(const mv_item *a, const mv_item *b) {
  return mv_item_same(a, b) && bytes_are_value(a);
}

/* ---- conversion ----------------------------------------------------------*/

static bool negative(const mv_value *value) {
  return value->tag == MV_VFLOAT ? value->as.f < 0
                                 : value->tag == MV_VINT && value->as.i < 0;
}

static mv_status convert(const mv_item *dst, const unsigned char *pd,
                         const mv_item *src, const unsigned char *ps) {
  unsigned char *out = (unsigned char *)pd; /* of mv_item_convert; writable */
  mv_value value;
  if (dst->kind == src->kind && dst->size == src->size) {
    memcpy(out, ps, dst->size);
    if (dst->swap != src->swap)
      mv_item_byteswap(dst, out);
    return MV_OK;
  }
  mv_load(src, ps, &value);
  if (dst->kind == MV_U64 && negative(&value))
    return MV_ERANGE; /* mv_store would store its bits */
  return mv_store(dst, out, &value);
}

mv_status mv_item_convert(const mv_item *dst, unsigned char *pd,
                          const mv_item *src, const unsigned char *ps) {
  return pair_values(convert, whole(dst, pd), whole(src, ps));
}

/* ---- assignment ----------------------------------------------------------*/

size_t mv_item_valuebytes(const mv_item *item) {
  const mv_record *record = item->record;
  size_t sum = 0;
  if (item->kind != MV_RECORD)
    return item->size;
  for (size_t i = 0; i < record->nfields; i++) {
    const mv_field *field = &record->fields[i];
    if (field->item.size > 0)
      sum += field->count * field->size / field->item.size *
             mv_item_valuebytes(&field->item);
  }
  return sum;
}

static void assign_field(const mv_field *field, unsigned char *dst,
                         const unsigned char *src) {
  size_t size = field->item.size, end = field->count * field->size;
  if (field->item.kind != MV_RECORD) {
    memcpy(dst, src, end);
    return;
  }
  for (size_t at = 0; at < end; at += size)
    mv_item_assign(&field->item, dst + at, src + at);
}

void mv_item_assign(const mv_item *item, unsigned char *dst,
                    const unsigned char *src) {
  if (item->kind != MV_RECORD) {
    memcpy(dst, src, item->size);
    return;
  }
  for (size_t i = 0; i < item->record->nfields; i++) {
    const mv_field *field = &item->record->fields[i];
    assign_field(field, dst + field->offset, src + field->offset);
  }
}
