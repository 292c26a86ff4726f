/*
** kernels.h - work on many items at once
*/
#ifndef MV_KERNELS_H
#define MV_KERNELS_H

#include "item.h"
#include "layout.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Copies items; same shape and item size; the memory does not overlap. */
void mv_copy(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *src, const mv_layout *slay);

/* Copies all items to out, one behind the other, in order 'C' or 'F'. */
void mv_gather(unsigned char *out, const unsigned char *src,
               const mv_layout *slay, char order);

/* Copies from in, where the items lie in C order, to all items of dst. */
void mv_scatter(unsigned char *dst, const mv_layout *dlay,
                const unsigned char *in);

/* Whether the two may share a byte (true in doubt). */
bool mv_overlap(const unsigned char *a, const mv_layout *alay,
                const unsigned char *b, const mv_layout *blay);

/*
** Stores each item of src as an item of dst; same shape, no overlap. On failure
** *at is the number of the item in C order, and nothing is written if
** mv_converts_whole; else items before it may be, and a part of it.
*/
mv_status mv_convert(unsigned char *dst, const mv_layout *dlay,
                     const mv_item *to, const unsigned char *src,
                     const mv_layout *slay, const mv_item *from, ptrdiff_t *at);
bool mv_converts_whole(const mv_item *to, const mv_item *from);

/* Writes the bytes of one item (lay->itemsize of them) to each item. */
void mv_fill(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *bytes);

void mv_byteswap(unsigned char *dst, const mv_layout *dlay,
                 const mv_item *item);

/* The number, in C order, of the first item that differs; -1: all are equal.
** Same shape. */
ptrdiff_t mv_mismatch(const unsigned char *a, const mv_layout *alay,
                      const mv_item *aitem, const unsigned char *b,
                      const mv_layout *blay, const mv_item *bitem);

/* Whether all items are equal: mv_mismatch < 0, faster. */
bool mv_equal(const unsigned char *a, const mv_layout *alay,
              const mv_item *aitem, const unsigned char *b,
              const mv_layout *blay, const mv_item *bitem);

/* The number, in C order, of the first item equal to value, or -1; and how many
** are. Records equal no value. */
ptrdiff_t mv_find_value(const unsigned char *a, const mv_layout *lay,
                        const mv_item *item, const mv_value *value);
ptrdiff_t mv_count_value(const unsigned char *a, const mv_layout *lay,
                         const mv_item *item, const mv_value *value);

/*
** The sum of all numbers: of integers exactly, of floats (and of both parts of
** complex numbers) at least as exactly as pairwise in doubles. MV_ERANGE: it
** does not fit 64 bits, unsigned for unsigned ones of 64 bits, else signed.
** MV_ETYPE: the items are no numbers.
*/
mv_status mv_sum(const unsigned char *a, const mv_layout *lay,
                 const mv_item *item, mv_value *sum);

/* The number, in C order, of the first least (greatest) item; of the first NaN
** if there is one; -1: there are no items. For those that have an order. */
ptrdiff_t mv_extreme(const unsigned char *a, const mv_layout *lay,
                     const mv_item *item, bool greatest);
bool mv_has_order(const mv_item *item);

/* The offset of needle (m bytes) in hay (n bytes), or -1; never worse than
** linear. m is 0: 0. */
ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m);

/* The offset of the last needle in hay, or -1; of an empty one: n. The last one
** that starts at or before k is the last one in the first k + m bytes. */
ptrdiff_t mv_rfind(const unsigned char *hay, size_t n,
                   const unsigned char *needle, size_t m);

/* XXH64 of n bytes. */
uint64_t mv_hash(const unsigned char *p, size_t n, uint64_t seed);

/*
** Hexadecimal, lower case. group: 0 for no separators, above 0: sep stands
** before each group of so many bytes counted from the right, below: from the
** left (Python's bytes.hex). mv_hex_size gives the size of the result, 0 with
** n above 0 where it overflows.
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
