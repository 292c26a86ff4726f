/*
** layout.h - layouts, which locate the items of a view
*/
#ifndef MV_LAYOUT_H
#define MV_LAYOUT_H

#include "format.h"

#if defined(MV_ASSERTS)
#include <assert.h>
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The places of a view's items in a block. Dimensions of 0 or 1 items have the
** stride of C order, so layouts with the same geometry have the same strides.
*/
typedef struct mv_layout {
  ptrdiff_t offset; /* of the first item from the start of the block */
  ptrdiff_t itemsize;
  int ndim;
  bool indirect; /* suboffsets are used */
  ptrdiff_t shape[MV_MAXDIM];
  ptrdiff_t strides[MV_MAXDIM];
  ptrdiff_t suboffsets[MV_MAXDIM]; /* below 0: no pointer to follow */
} mv_layout;

/* a * b in *out; false on overflow of ptrdiff_t. a and b are not negative. */
bool mv_mul(ptrdiff_t a, ptrdiff_t b, ptrdiff_t *out);

/*
** Sets a C-contiguous layout at offset 0. *nbytes gets its size. MV_ETOOBIG,
** MV_EDIMS. shape's values are not negative.
*/
mv_status mv_layout_set(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                        const ptrdiff_t *shape, ptrdiff_t *nbytes);

/*
** Gives the layout the strides for order 'C' or 'F' over its shape and drops
** offset and suboffsets. The size must have been checked.
*/
void mv_layout_order(mv_layout *lay, char order);

/* Normalises the strides of dimensions of 0 or 1 items. */
void mv_layout_normalise(mv_layout *lay);

/*
** The lowest byte that direct items reach, and the byte behind the highest,
** relative to the block. In an empty layout both are the offset. MV_ETOOBIG.
*/
mv_status mv_layout_extent(const mv_layout *lay, ptrdiff_t *lo, ptrdiff_t *hi);

/* Items in all; bytes in all. (Neither overflows for a valid layout.) */
ptrdiff_t mv_layout_count(const mv_layout *lay);
ptrdiff_t mv_layout_nbytes(const mv_layout *lay);

/* As in PEP 3118, an empty layout is contiguous in both orders, and a layout
** with suboffsets is not contiguous. */
bool mv_layout_contiguous(const mv_layout *lay, char order);

/*
** mv_layout_valid: whether the functions above can have made the layout: the
** dimensions, the sizes and the bytes of all items are in range.
** mv_layout_inside: whether the items of a direct layout lie inside a block of
** that many bytes.
*/
bool mv_layout_valid(const mv_layout *lay);
bool mv_layout_inside(const mv_layout *lay, size_t nbytes);

/*
** States a condition that callers guarantee. Checked if MV_ASSERTS is defined
** (sanitizers, fuzzers, torture), otherwise not evaluated.
*/
#if defined(MV_ASSERTS)
#define mv_assert(condition) assert(condition)
#else
#define mv_assert(condition) ((void)0)
#endif

bool mv_layout_same_shape(const mv_layout *a, const mv_layout *b);

/*
** Resolves a range by the rules of string.sub: i and j are 1-based, inclusive,
** negative from the end, and clipped. step is not 0; a negative step goes from
** i down to j. *start is 0-based and meaningless when *count is 0.
*/
void mv_range(ptrdiff_t n, int64_t i, int64_t j, int64_t step, ptrdiff_t *start,
              ptrdiff_t *count);

/* mv_range with step 1; faster if i and j are positive and in range. */
static inline void mv_range_forward(ptrdiff_t n, int64_t i, int64_t j,
                                    ptrdiff_t *start, ptrdiff_t *count) {
  if (i >= 1 && i <= j && j <= n) {
    *start = (ptrdiff_t)(i - 1);
    *count = (ptrdiff_t)(j - i + 1);
  } else {
    mv_range(n, i, j, 1, start, count);
  }
}

/*
** Keeps count items of dimension dim from start on, each step items apart. The
** range comes from mv_range. MV_EINDIRECT: the suboffset to which the start is
** added would become negative; this cannot happen in dimension 0.
*/
mv_status mv_layout_slice(mv_layout *lay, int dim, ptrdiff_t start,
                          ptrdiff_t count, ptrdiff_t step);

/*
** Keeps index k (in range) of dimension dim and drops the dimension. base is
** the start of the block, for dimension 0 with suboffsets (its pointer is
** followed now). MV_EINDIRECT: suboffsets cannot express the result; this
** cannot happen in dimension 0.
*/
mv_status mv_layout_take(mv_layout *lay, const unsigned char *base, int dim,
                         ptrdiff_t k);

/* Permutes: new dimension d is old dimension perm[d]. Not for suboffsets. */
void mv_layout_transpose(mv_layout *lay, const int *perm);

/*
** Sets another item size and shape over the same bytes in C order. ndim < 0: no
** shape, the result has one dimension. MV_ENOTCONTIGUOUS: strides cannot
** express the result; *dim is the dimension whose stride prevents it. Other
** errors: MV_EDIVIDE, MV_ESIZE, MV_EINDIRECT, MV_EDIMS, MV_ETOOBIG,
** MV_EZEROITEM. On an error the layout is as before. (reshape.c)
*/
mv_status mv_layout_cast(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                         const ptrdiff_t *shape, int *dim);

/*
** Narrows the layout to one field, whose shape becomes further dimensions. nth
** is the index of the value among the field's count values. MV_EDIMS,
** MV_ETOOBIG.
*/
mv_status mv_layout_field(mv_layout *lay, const mv_field *field, size_t nth);

/* The address of the item at idx (ndim numbers, each in range). */
unsigned char *mv_layout_at(const mv_layout *lay, unsigned char *base,
                            const ptrdiff_t *idx);

/* The offset of that item from base; base may belong to another object if the
** layout has pointers. */
ptrdiff_t mv_layout_offset(const mv_layout *lay, const unsigned char *base,
                           const ptrdiff_t *idx);

/*
** Converts the linear index k of an item in C order to its ndim indices. If k
** is the number of items, idx[0] is shape[0] and all others are 0.
*/
void mv_layout_unravel(const mv_layout *lay, ptrdiff_t k, ptrdiff_t *idx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
