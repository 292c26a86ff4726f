/*
** kernels.h - operations on many items, or many bytes, at once
*/
#ifndef MV_KERNELS_H
#define MV_KERNELS_H

#include "item.h"
#include "layout.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* ---- items of layouts -----------------------------------------------------*/

/* Items in memory: the start of their block, their places and their type. */
typedef struct mv_items {
  unsigned char *base;
  const mv_layout *lay;
  const mv_item *item;
} mv_items;

/* Copies items. Same shape and item size; the memory must not overlap. */
void mv_copy(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *src, const mv_layout *slay);

/* Copies all items to out, contiguously, in order 'C' or 'F'. */
void mv_gather(unsigned char *out, const unsigned char *src,
               const mv_layout *slay, char order);

/* Copies from in, where the items lie in C order, to all items of dst. */
void mv_scatter(unsigned char *dst, const mv_layout *dlay,
                const unsigned char *in);

/* Whether the layouts may share a byte. May be true if they share no byte. */
bool mv_overlap(const unsigned char *a, const mv_layout *alay,
                const unsigned char *b, const mv_layout *blay);

/*
** Stores each item of src as an item of dst; same shape, no overlap. On failure
** *at is the linear index (in C order) of the item that does not fit. If
** mv_converts_whole is true, nothing was written then; otherwise items before
** it, and a part of it, may have been written.
*/
mv_status mv_convert(const mv_items *dst, const mv_items *src, ptrdiff_t *at);
bool mv_converts_whole(const mv_item *to, const mv_item *from);

/* Writes the bytes of one item (lay->itemsize of them) to each item. */
void mv_fill(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *bytes);

/* Reverses the bytes of each number in each item. */
void mv_byteswap(unsigned char *dst, const mv_layout *dlay,
                 const mv_item *item);

/*
** The linear index (in C order) of the first item that differs, or -1 if all
** are equal. Same shape.
*/
ptrdiff_t mv_mismatch(const mv_items *a, const mv_items *b);

/* Whether all items are equal: mv_mismatch < 0, faster. */
bool mv_equal(const mv_items *a, const mv_items *b);

/* The linear index of the first item equal to value, or -1; and the number of
** items equal to value. Records are not equal to any value. */
ptrdiff_t mv_find_value(const unsigned char *a, const mv_layout *lay,
                        const mv_item *item, const mv_value *value);
ptrdiff_t mv_count_value(const unsigned char *a, const mv_layout *lay,
                         const mv_item *item, const mv_value *value);

/*
** The sum of all numbers: exact for integers; for floats, and for both parts of
** complex numbers, at least as exact as a pairwise sum of doubles. MV_ERANGE:
** the sum does not fit 64 bits (unsigned for unsigned items of 64 bits,
** otherwise signed). MV_ETYPE: the items are not numbers.
*/
mv_status mv_sum(const unsigned char *a, const mv_layout *lay,
                 const mv_item *item, mv_value *sum);

/*
** The linear index of the first NaN if there is a NaN, otherwise of the first
** minimum (maximum); -1 if there are no items. Only for items with an order
** (mv_item_ordered).
*/
ptrdiff_t mv_extreme(const unsigned char *a, const mv_layout *lay,
                     const mv_item *item, bool greatest);

/* ---- contiguous bytes -----------------------------------------------------*/

/*
** The offset of the first needle (m bytes) in hay (n bytes), or -1. Linear in
** the worst case. An empty needle is at 0.
*/
ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m);

/* The offset of the last needle in hay, or -1. An empty needle is at n. To find
** the last one that starts at or before k, pass the first k + m bytes. */
ptrdiff_t mv_rfind(const unsigned char *hay, size_t n,
                   const unsigned char *needle, size_t m);

/* XXH64 of n bytes. */
uint64_t mv_hash(const unsigned char *p, size_t n, uint64_t seed);

/*
** The hash of bytes that come in pieces. All pieces but the last consist of
** whole stripes; the last one is less than a stripe. n is the number of bytes
** in all.
*/
#define MV_STRIPE 32

typedef struct mv_hasher {
  uint64_t seed, lanes[4];
} mv_hasher;

void mv_hash_start(mv_hasher *hasher, uint64_t seed);
void mv_hash_stripes(mv_hasher *hasher, const unsigned char *p, size_t n);
uint64_t mv_hash_end(const mv_hasher *hasher, const unsigned char *rest,
                     size_t n);

/*
** Hexadecimal, lower case. sep separates groups of abs(group) bytes, which are
** counted from the right if group > 0 and from the left if group < 0, as
** Python's bytes.hex does; group 0: no separators. mv_hex_size returns the size
** of the result, or 0 if n > 0 and the size overflows.
*/
size_t mv_hex_size(size_t n, int64_t group);
void mv_hex(char *out, const unsigned char *p, size_t n, char sep,
            int64_t group);

/*
** Reads pairs of hexadecimal digits; white space may stand between pairs.
** Returns the bytes written to out (at most len / 2); on failure *bad is the
** 0-based position of the offending character (len: a digit is missing), else
** it is SIZE_MAX.
*/
size_t mv_unhex(unsigned char *out, const char *s, size_t len, size_t *bad);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
