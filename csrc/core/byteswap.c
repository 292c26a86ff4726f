/*
** byteswap.c - reverses the bytes of numbers in place
*/
#include "bytes.h"
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

/* Blocks of a constant number of items, which compilers vectorise. */
#define SWAP(bits)                                                             \
  MV_VECTOR(void, swap_packed##bits, (unsigned char *p, ptrdiff_t n),          \
            (p, n)) {                                                          \
    for (; n >= 64; n -= 64, p += 8 * bits)                                    \
      for (size_t i = 0; i < 64; i++)                                          \
        mv_put##bits(p + i * (bits / 8), false,                                \
                     mv_get##bits(p + i * (bits / 8), true));                  \
    for (ptrdiff_t i = 0; i < n; i++)                                          \
      mv_put##bits(p + i * (bits / 8), false,                                  \
                   mv_get##bits(p + i * (bits / 8), true));                    \
  }                                                                            \
  static void swap##bits(unsigned char *p, ptrdiff_t step, ptrdiff_t n) {      \
    if (step == bits / 8)                                                      \
      swap_packed##bits(p, n);                                                 \
    else                                                                       \
      for (ptrdiff_t i = 0; i < n; i++)                                        \
        mv_put##bits(p + i * step, false, mv_get##bits(p + i * step, true));   \
  }

SWAP(16)
SWAP(32)
SWAP(64)

/* Numbers of any other size. */
static void swap_any(unsigned char *p, ptrdiff_t step, ptrdiff_t n,
                     size_t size) {
  for (; n > 0; n--, p += step)
    for (size_t i = 0; i < size / 2; i++) {
      unsigned char byte = p[i];
      p[i] = p[size - 1 - i];
      p[size - 1 - i] = byte;
    }
}

void mv_swap_run(unsigned char *p, ptrdiff_t step, ptrdiff_t n, size_t size) {
  switch (size) {
  case 2:
    swap16(p, step, n);
    break;
  case 4:
    swap32(p, step, n);
    break;
  case 8:
    swap64(p, step, n);
    break;
  default:
    swap_any(p, step, n, size);
  }
}

static void swap_items(const mv_item *item, unsigned char *p, ptrdiff_t step,
                       ptrdiff_t n);

static void swap_record(const mv_record *record, unsigned char *p) {
  for (size_t i = 0; i < record->nfields; i++) {
    const mv_field *field = &record->fields[i];
    if (field->size > 0)
      swap_items(&field->item, p + field->offset, (ptrdiff_t)field->item.size,
                 (ptrdiff_t)(field->count * field->size / field->item.size));
  }
}

/* Reverses each number in n items, which lie step bytes apart. */
static void swap_items(const mv_item *item, unsigned char *p, ptrdiff_t step,
                       ptrdiff_t n) {
  size_t number = mv_kinds[item->kind].number;
  if (item->kind == MV_RECORD)
    for (; n > 0; n--, p += step)
      swap_record(item->record, p);
  else if (number > 1)
    for (size_t at = 0; at < item->size; at += number)
      mv_swap_run(p + at, step, n, number);
}

void mv_item_byteswap(const mv_item *item, unsigned char *p) {
  swap_items(item, p, 0, 1);
}

/* Whether the item can contain a number that has a byte order. */
static bool has_numbers(const mv_item *item) {
  return item->kind == MV_RECORD || mv_kinds[item->kind].number > 1;
}

void mv_byteswap(unsigned char *dst, const mv_layout *dlay,
                 const mv_item *item) {
  mv_walker w;
  if (!has_numbers(item))
    return;
  mv_walk(&w, MV_ANYORDER, dst, dlay);
  while (mv_walk_next(&w))
    swap_items(item, w.ptr[0], w.step[0], w.n);
}
