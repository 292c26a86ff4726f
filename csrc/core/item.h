/*
** item.h - single items: load, store, compare, convert
*/
#ifndef MV_ITEM_H
#define MV_ITEM_H

#include "format.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef enum mv_tag {
  MV_VINT,
  MV_VUINT, /* an integer above INT64_MAX */
  MV_VFLOAT,
  MV_VBOOL,
  MV_VBYTES,
  MV_VCOMPLEX
} mv_tag;

/* One value outside memory. Bytes point into the memory they came from. */
typedef struct mv_value {
  mv_tag tag;
  union {
    int64_t i;
    uint64_t u;
    double f;
    double z[2];
    bool b;
    struct {
      const unsigned char *p;
      size_t n;
    } s;
  } as;
} mv_value;

/* Reads the item (not a record) at p, which may be unaligned. */
void mv_load(const mv_item *item, const unsigned char *p, mv_value *value);

/*
** Writes value as the item (not a record) at p. On an error (MV_ETYPE,
** MV_ERANGE, MV_EINEXACT, MV_ELENGTH) the memory is unchanged. Integers of
** either sign go into 64-bit unsigned items by their bits. Floats with an exact
** integer value count as integers. Short strings are padded with zeros. A pair
** of numbers or a number goes into a complex item.
*/
mv_status mv_store(const mv_item *item, unsigned char *p,
                   const mv_value *value);

/* The range of an integer item. False: it is not an integer item. */
bool mv_item_range(const mv_item *item, int64_t *lo, uint64_t *hi);

/*
** Equality as in Python: numbers and booleans by value, strings with strings,
** records as tuples by position.
*/
bool mv_value_equal(const mv_value *a, const mv_value *b);
bool mv_item_equal(const mv_item *a, const unsigned char *pa, const mv_item *b,
                   const unsigned char *pb);

/* Whether the item is an integer or a float: has an order, can be added up. */
static inline bool mv_item_ordered(const mv_item *item) {
  return mv_kinds[item->kind].class <= MV_FLOAT;
}

/* Whether equal items always have equal bytes and the other way round. */
bool mv_item_bitwise(const mv_item *a, const mv_item *b);

/*
** Stores the value of one item as another: MV_ETYPE, MV_ERANGE, MV_EINEXACT,
** MV_ELENGTH, MV_EFIELDS (records of other structure). A record may have been
** written in part when it fails.
*/
mv_status mv_item_convert(const mv_item *dst, unsigned char *pd,
                          const mv_item *src, const unsigned char *ps);

/* The number of bytes of an item that belong to values. All other bytes are
** padding, and are never written. */
size_t mv_item_valuebytes(const mv_item *item);

/* Copies the values of an item to another item of the same structure. The items
** do not overlap, or are the same. */
void mv_item_assign(const mv_item *item, unsigned char *dst,
                    const unsigned char *src);

/* Reverses the bytes of each number in the item at p. */
void mv_item_byteswap(const mv_item *item, unsigned char *p);

/*
** Whether both items describe the same bytes with the same meaning. The names
** of fields may differ.
*/
bool mv_item_same(const mv_item *a, const mv_item *b);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
