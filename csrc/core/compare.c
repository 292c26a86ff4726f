/*
** compare.c - compares the items of two views, and finds the first difference
** Items are compared in one of three ways:
**   1. by memcmp, if items are equal exactly when their bytes are;
**   2. numbers in blocks: both sides are converted to a kind that holds all
**      values of both exactly, or a kernel compares integers of 64 bits with
**      floats. A block that is not all equal is compared again in way 3;
**   3. one by one, by mv_item_equal, which defines equality. Ways 1 and 2
**      find the same answer faster.
*/
#include "convertrun.h"
#include "copyrun.h"
#include "floatbits.h"
#include "kernels.h"
#include "walk.h"

#include <float.h>

#define CHUNK 16 /* items; constant, so that compilers use vectors */
#define LINE 64  /* bytes of a line of the cache */

/*
** The sizes trade the costs of a call against those of a difference. BLOCK
** items are compared in one call; the four blocks that this needs are 8 KiB of
** stack and stay in the first cache; the block that differs is compared once
** more. PIECE bytes are given to one memcmp, and the piece that differs is
** compared once more. AHEAD is the distance in bytes from the values that are
** compared to those that are prefetched.
*/
#define BLOCK 256 /* items, a multiple of CHUNK */
#define AHEAD 4096
#define PIECE 8192

/* Whether n bytes of values are all equal. */
typedef bool tester(const unsigned char *a, const unsigned char *b, size_t n);

typedef struct comparand {
  const mv_item *item;
  mv_kind kind; /* of the values: MV_U8 for booleans, made 0 or 1 first */
  bool swap, boolean;
  mv_converter *widen; /* NULL: the values are compared as they are */
} comparand;

typedef struct comparison {
  comparand a, b;
  bool bitwise;
  bool crossed; /* the test takes b as its first operand */
  size_t size;  /* of a value after conversion */
  tester *test; /* NULL: items are compared one by one */
} comparison;

/*
** Prefetches n bytes, AHEAD bytes behind p. If p is a block on the stack, these
** are other bytes of the stack, which does no harm.
*/
MV_INLINE void prefetch(const unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i += LINE)
    MV_PREFETCH((uintptr_t)p + AHEAD + i);
}

static bool same_bytes(const unsigned char *a, const unsigned char *b,
                       size_t n) {
  return memcmp(a, b, n) == 0;
}

/*
** Defines a tester: the values x and y are equal if the expression differ is 0.
** name_bits returns bits that are not 0 if value i of a and b differ.
*/
#define TEST(name, xtype, ytype, bits, differ)                                 \
  MV_INLINE bits name##_bits(const unsigned char *a, const unsigned char *b,   \
                             size_t i) {                                       \
    xtype x;                                                                   \
    ytype y;                                                                   \
    memcpy(&x, a + i * sizeof x, sizeof x);                                    \
    memcpy(&y, b + i * sizeof y, sizeof y);                                    \
    return (bits)(differ);                                                     \
  }                                                                            \
  MV_VECTOR(bool, name,                                                        \
            (const unsigned char *a, const unsigned char *b, size_t n),        \
            (a, b, n)) {                                                       \
    size_t left = n / sizeof(xtype);                                           \
    bits differs = 0;                                                          \
    for (; left >= CHUNK; left -= CHUNK) {                                     \
      prefetch(a, CHUNK * sizeof(xtype));                                      \
      prefetch(b, CHUNK * sizeof(ytype));                                      \
      for (size_t i = 0; i < CHUNK; i++)                                       \
        differs |= name##_bits(a, b, i);                                       \
      a += CHUNK * sizeof(xtype);                                              \
      b += CHUNK * sizeof(ytype);                                              \
    }                                                                          \
    for (size_t i = 0; i < left; i++)                                          \
      differs |= name##_bits(a, b, i);                                         \
    return differs == 0;                                                       \
  }

TEST(same_f32, float, float, uint32_t, x == y ? 0 : UINT32_MAX)
TEST(same_f64, double, double, uint64_t, x == y ? 0 : UINT64_MAX)

/* Equal bits, and the signed one is not negative. */
TEST(same_i64_u64, uint64_t, uint64_t, uint64_t, (x ^ y) | x >> 63)

/* Unequal: the magnitudes differ, or the signs of values other than 0 differ,
** or x is a NaN. */
TEST(same_f16, uint16_t, uint16_t, uint16_t,
     ((x ^ y) & (((x & 0x7fff) + 0x7fff) | 0x7fff)) | ((x & 0x7fff) > 0x7c00))

/*
** Integers of 64 bits and doubles. A tester for magnitudes below 2^51 goes
** first; if it fails, a loop compares values of any magnitude.
*/
#define SAME_INTEGERS(bits, type, lowest, low, high)                           \
  TEST(same_small_##bits, uint64_t, double, uint64_t,                          \
       (mv_f64_integer(y) ^ x) | mv_f64_fraction(y) << 1 |                     \
           (x - (lowest)) >> (bits))                                           \
  static bool same_##type##_f64(const unsigned char *a,                        \
                                const unsigned char *b, size_t n) {            \
    if (same_small_##bits(a, b, n))                                            \
      return true;                                                             \
    for (size_t i = 0; i < n / sizeof(uint64_t); i++) {                        \
      type##_t x;                                                              \
      double y;                                                                \
      memcpy(&x, a + i * sizeof x, sizeof x);                                  \
      memcpy(&y, b + i * sizeof y, sizeof y);                                  \
      if (!(y >= (low) && y < (high) && (type##_t)y == x && (double)x == y))   \
        return false;                                                          \
    }                                                                          \
    return true;                                                               \
  }

SAME_INTEGERS(52, int64, UINT64_MAX << 51, -0x1p63, 0x1p63)
SAME_INTEGERS(51, uint64, 0, 0, 0x1p64)

/* Whether all values of kind are exact as numbers of the kind in. */
static bool exact_in(mv_kind kind, mv_kind in) {
  static const unsigned char bits[] = {
      [MV_U8] = 8,   [MV_I8] = 7,   [MV_U16] = 16, [MV_I16] = 15,
      [MV_U32] = 32, [MV_I32] = 31, [MV_U64] = 64, [MV_I64] = 63,
      [MV_F32] = 24, [MV_F64] = 53, [MV_F16] = 11};
  bool floats = kind >= MV_F32, floating = in >= MV_F32;
  if (floats)
    return floating && bits[kind] <= bits[in];
  return bits[kind] <= bits[in];
}

/* The narrowest kind with a tester that holds all values of both kinds;
** MV_RECORD if there is no kind. */
static mv_kind common_kind(mv_kind a, mv_kind b) {
  static const mv_kind kinds[] = {MV_I32, MV_I64, MV_F32, MV_F64};
  if (a == b)
    return a;
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (exact_in(a, kinds[i]) && exact_in(b, kinds[i]))
      return kinds[i];
  return MV_RECORD;
}

static void compare_as(comparison *p, mv_kind kind) {
  p->size = mv_kinds[kind].size;
  p->test = kind == MV_F16   ? same_f16
            : kind == MV_F32 ? same_f32
            : kind == MV_F64 ? same_f64
                             : same_bytes;
}

static void set_comparand(comparand *s, const mv_item *item) {
  s->item = item;
  s->boolean = item->kind == MV_BOOL;
  s->kind = s->boolean ? MV_U8 : item->kind;
  s->swap = item->swap;
  s->widen = NULL;
}

/* Has the comparand converted to the kind; false if there is no converter. */
static bool widen_to(comparand *s, mv_kind kind) {
  if (s->kind != kind)
    s->widen = mv_converter_find(kind, s->kind);
  return s->kind == kind || s->widen != NULL;
}

/*
** For comparands without a common kind: wide has integers of 64 bits. If other
** fits neither kernel, test stays NULL, which selects way 3. The kernel for
** floats cannot be used with wider registers (floatbits.h).
*/
static void set_mixed(comparison *p, comparand *wide, comparand *other) {
  bool floats = other->kind >= MV_F32;
  p->crossed = wide == &p->b;
  p->size = sizeof(uint64_t);
  if (floats && FLT_EVAL_METHOD == 0 && widen_to(other, MV_F64))
    p->test = wide->kind == MV_U64 ? same_uint64_f64 : same_int64_f64;
  else if (!floats && widen_to(other, MV_I64))
    p->test = same_i64_u64;
}

static void set_numbers(comparison *p) {
  mv_kind a = p->a.kind, b = p->b.kind, in;
  if (a > MV_F16 || b > MV_F16)
    return;
  in = common_kind(a, b);
  if (in != MV_RECORD && widen_to(&p->a, in) && widen_to(&p->b, in))
    compare_as(p, in);
  else if (a == MV_U64 || (a == MV_I64 && b != MV_U64))
    set_mixed(p, &p->a, &p->b);
  else if (in == MV_RECORD)
    set_mixed(p, &p->b, &p->a);
}

static void set_comparison(comparison *p, const mv_item *a, const mv_item *b) {
  p->bitwise = mv_item_bitwise(a, b);
  p->crossed = false;
  p->test = NULL;
  set_comparand(&p->a, a);
  set_comparand(&p->b, b);
  if (!p->bitwise) {
    set_numbers(p);
  } else if (a->size <= sizeof(uint64_t)) {
    p->a.swap = p->b.swap = false;
    p->size = a->size;
    p->test = same_bytes;
  }
}

/*
** Returns the n values that start at p, step bytes apart, in the form in which
** they are compared. Values that need no conversion stay in place. Others are
** copied to the first half of out and converted to the second half.
*/
static const unsigned char *fetch_block(const comparand *s, unsigned char *out,
                                        const unsigned char *p, ptrdiff_t step,
                                        size_t n) {
  size_t size = s->item->size;
  if (step != (ptrdiff_t)size || s->swap || s->boolean) {
    mv_copy_run(out, p, (mv_axis){(ptrdiff_t)n, (ptrdiff_t)size, step}, size);
    if (s->swap)
      mv_swap_run(out, (ptrdiff_t)size, (ptrdiff_t)n, size);
    for (size_t i = 0; s->boolean && i < n; i++)
      out[i] = out[i] != 0;
    p = out;
  }
  if (!s->widen)
    return p;
  s->widen(out + BLOCK * sizeof(uint64_t), p, n);
  return out + BLOCK * sizeof(uint64_t);
}

static bool same_block(const comparison *p, const unsigned char *a,
                       ptrdiff_t astep, const unsigned char *b, ptrdiff_t bstep,
                       size_t n) {
  unsigned char blocks[2][2 * BLOCK * sizeof(uint64_t)];
  a = fetch_block(&p->a, blocks[0], a, astep, n);
  b = fetch_block(&p->b, blocks[1], b, bstep, n);
  return p->crossed ? p->test(b, a, n * p->size) : p->test(a, b, n * p->size);
}

/* The offset of the first byte that differs, or n. */
static size_t first_byte(const unsigned char *a, const unsigned char *b,
                         size_t n) {
  size_t i = 0;
  while (n - i > PIECE && memcmp(a + i, b + i, PIECE) == 0)
    i += PIECE;
  if (n - i <= PIECE && memcmp(a + i, b + i, n - i) == 0)
    return n;
  while (n - i > CHUNK && memcmp(a + i, b + i, CHUNK) == 0)
    i += CHUNK;
  while (i < n && a[i] == b[i]) /* i < n: shared memory may change meanwhile */
    i++;
  return i;
}

/* The next two return the first of n items that differs, or n. */

static ptrdiff_t first_one_by_one(const comparison *p, const unsigned char *a,
                                  ptrdiff_t astep, const unsigned char *b,
                                  ptrdiff_t bstep, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++)
    if (!mv_item_equal(p->a.item, a + i * astep, p->b.item, b + i * bstep))
      return i;
  return n;
}

static ptrdiff_t first_of_run(const comparison *p, const unsigned char *a,
                              ptrdiff_t astep, const unsigned char *b,
                              ptrdiff_t bstep, ptrdiff_t n) {
  ptrdiff_t size = (ptrdiff_t)p->a.item->size, some = n, i, k;
  if (p->bitwise && astep == size && bstep == size && size > 0) {
    k = (ptrdiff_t)first_byte(a, b, (size_t)(n * size));
    return k / size;
  }
  if (!p->test)
    return first_one_by_one(p, a, astep, b, bstep, n);
  for (i = 0; i < n; i += some) {
    const unsigned char *pa = a + i * astep, *pb = b + i * bstep;
    some = n - i < BLOCK ? n - i : BLOCK;
    if (same_block(p, pa, astep, pb, bstep, (size_t)some))
      continue;
    k = first_one_by_one(p, pa, astep, pb, bstep, some);
    if (k < some)
      return i + k;
  }
  return n;
}

/* mv_mismatch in the given order of the walk, which numbers the items. */
static ptrdiff_t first_difference(int order, const mv_items *a,
                                  const mv_items *b) {
  const mv_layout *x = a->lay, *y = b->lay;
  mv_walker w;
  comparison p;
  ptrdiff_t done = 0;
  set_comparison(&p, a->item, b->item);
  if (x->ndim == 1 && !x->indirect && !y->indirect) {
    ptrdiff_t i = first_of_run(&p, a->base + x->offset, x->strides[0],
                               b->base + y->offset, y->strides[0], x->shape[0]);
    return i < x->shape[0] ? i : -1;
  }
  mv_walk2(&w, order, a->base, x, b->base, y);
  while (mv_walk_next(&w)) {
    ptrdiff_t i =
        first_of_run(&p, w.ptr[0], w.step[0], w.ptr[1], w.step[1], w.n);
    if (i < w.n)
      return done + i;
    done += w.n;
  }
  return -1;
}

ptrdiff_t mv_mismatch(const mv_items *a, const mv_items *b) {
  return first_difference(MV_CORDER, a, b);
}

bool mv_equal(const mv_items *a, const mv_items *b) {
  return first_difference(MV_ANYORDER, a, b) < 0;
}
