/*
** compare.c - whether items of two views are equal, and where they differ
** A pair of items is compared in one of three ways. Where equality is that of
** the bytes: by memcmp. Where a common type holds all values of both exactly:
** in blocks, converted, until one is not all equal. All else, and the items of
** that block: one by one, which is what equality means and the other two only
** hasten.
*/
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

#define CHUNK 16   /* items; constant, so that compilers use vectors */
#define BLOCK 256  /* items at most, in whole chunks */
#define AHEAD 4096 /* bytes, to what is wanted next but some */
#define LINE 64    /* bytes that memory gives at a time */
#define PIECE 8192 /* bytes compared at once */

/* What values are compared as; integers first, from narrow to wide. */
typedef enum lane { NONE, I32, U32, I64, U64, F16, F32, F64 } lane;

/* Converts n items, whole chunks. */
typedef void widener(unsigned char *restrict out,
                     const unsigned char *restrict in, size_t n);

/* Whether n bytes of values, whole chunks, are all equal. */
typedef bool tester(const unsigned char *a, const unsigned char *b, size_t n);

typedef struct side {
  const mv_item *item;
  bool swap;
  widener *widen; /* NULL: the lane holds the items as they are */
} side;

typedef struct pair {
  side a, b;
  bool bitwise;
  size_t size;  /* of a value as it is compared */
  tester *test; /* NULL: only item by item */
} pair;

/*
** Asks for the n bytes that come later, if p is where items lie in memory, and
** for something near if it is not.
*/
MV_INLINE void prefetch(const unsigned char *p, size_t n) {
  for (size_t i = 0; i < n; i += LINE)
    MV_PREFETCH((uintptr_t)p + AHEAD + i);
}

#define WIDENER(name, to, from, value)                                         \
  MV_CLONES static void name(unsigned char *restrict out,                      \
                             const unsigned char *restrict in, size_t n) {     \
    for (; n > 0; n -= CHUNK) {                                                \
      prefetch(in, CHUNK * sizeof(from));                                      \
      for (size_t i = 0; i < CHUNK; i++) {                                     \
        from x;                                                                \
        memcpy(&x, in + i * sizeof x, sizeof x);                               \
        to y = (to)(value);                                                    \
        memcpy(out + i * sizeof y, &y, sizeof y);                              \
      }                                                                        \
      in += CHUNK * sizeof(from);                                              \
      out += CHUNK * sizeof(to);                                               \
    }                                                                          \
  }

#define WIDENERS(name, from, value)                                            \
  WIDENER(name##_to_i32, int32_t, from, value)                                 \
  WIDENER(name##_to_i64, int64_t, from, value)                                 \
  WIDENER(name##_to_f64, double, from, value)

WIDENERS(u8, uint8_t, x)
WIDENERS(i8, int8_t, x)
WIDENERS(u16, uint16_t, x)
WIDENERS(i16, int16_t, x)
WIDENERS(bool, uint8_t, x != 0)
WIDENER(u32_to_i64, int64_t, uint32_t, x)
WIDENER(u32_to_f64, double, uint32_t, x)
WIDENER(i32_to_i64, int64_t, int32_t, x)
WIDENER(i32_to_f64, double, int32_t, x)
WIDENER(f32_to_f64, double, float, x)

/* Which widener a lane needs. */
enum { TO_I32, TO_I64, TO_F64, AS_IS };

static const struct {
  lane lane;
  widener *widen[AS_IS + 1];
} kinds[] = {
    [MV_U8] = {I32, {u8_to_i32, u8_to_i64, u8_to_f64}},
    [MV_I8] = {I32, {i8_to_i32, i8_to_i64, i8_to_f64}},
    [MV_U16] = {I32, {u16_to_i32, u16_to_i64, u16_to_f64}},
    [MV_I16] = {I32, {i16_to_i32, i16_to_i64, i16_to_f64}},
    [MV_U32] = {U32, {NULL, u32_to_i64, u32_to_f64}},
    [MV_I32] = {I32, {NULL, i32_to_i64, i32_to_f64}},
    [MV_U64] = {.lane = U64},
    [MV_I64] = {.lane = I64},
    [MV_F32] = {F32, {NULL, NULL, f32_to_f64}},
    [MV_F64] = {.lane = F64},
    [MV_F16] = {.lane = F16},
    [MV_BOOL] = {I32, {bool_to_i32, bool_to_i64, bool_to_f64}},
    [MV_RECORD] = {.lane = NONE},
};

static bool same_bytes(const unsigned char *a, const unsigned char *b,
                       size_t n) {
  return memcmp(a, b, n) == 0;
}

/* Whether no two values x and y set a bit of differ. */
#define TEST(name, type, bits, differ)                                         \
  MV_CLONES static bool name(const unsigned char *a, const unsigned char *b,   \
                             size_t n) {                                       \
    bits differs = 0;                                                          \
    for (; n > 0; n -= CHUNK * sizeof(type)) {                                 \
      prefetch(a, CHUNK * sizeof(type));                                       \
      prefetch(b, CHUNK * sizeof(type));                                       \
      for (size_t i = 0; i < CHUNK; i++) {                                     \
        type x, y;                                                             \
        memcpy(&x, a + i * sizeof x, sizeof x);                                \
        memcpy(&y, b + i * sizeof y, sizeof y);                                \
        differs |= (bits)(differ);                                             \
      }                                                                        \
      a += CHUNK * sizeof(type);                                               \
      b += CHUNK * sizeof(type);                                               \
    }                                                                          \
    return differs == 0;                                                       \
  }

TEST(same_i64_u64, uint64_t, uint64_t, (x ^ y) | x >> 63) /* none below 0 */
TEST(same_f32, float, uint32_t, x == y ? 0 : UINT32_MAX)
TEST(same_f64, double, uint64_t, x == y ? 0 : UINT64_MAX)

/* They differ in more than the sign, or in the sign and are not 0; or a NaN. */
TEST(same_f16, uint16_t, uint16_t,
     ((x ^ y) & (((x & 0x7fff) + 0x7fff) | 0x7fff)) | ((x & 0x7fff) > 0x7c00))

static const struct {
  size_t size; /* of a value */
  tester *test;
  int widen;
} lanes[] = {
    [NONE] = {0, NULL, AS_IS},         [I32] = {4, same_bytes, TO_I32},
    [U32] = {4, same_bytes, TO_I32},   [I64] = {8, same_bytes, TO_I64},
    [U64] = {8, same_i64_u64, TO_I64}, [F16] = {2, same_f16, AS_IS},
    [F32] = {4, same_f32, AS_IS},      [F64] = {8, same_f64, TO_F64},
};

/* A lane that holds all values of both, or NONE. */
static lane common_lane(lane a, lane b) {
  lane lo = a < b ? a : b, hi = a < b ? b : a;
  if (lo == hi || lo == NONE)
    return lo;
  if (hi < F16)
    return hi == U32 ? I64 : hi;
  if (hi == F16 || lo == F16 || lo == I64 || lo == U64)
    return NONE;
  return F64;
}

static void set_side(side *s, const mv_item *item, lane in) {
  s->item = item;
  s->swap = in != NONE && item->swap;
  s->widen = kinds[item->kind].widen[lanes[in].widen];
}

static void set_pair(pair *p, const mv_item *a, const mv_item *b) {
  lane in = common_lane(kinds[a->kind].lane, kinds[b->kind].lane);
  p->bitwise = mv_item_bitwise(a, b);
  if (p->bitwise)
    in = NONE;
  set_side(&p->a, a, in);
  set_side(&p->b, b, in);
  p->size = lanes[in].size;
  p->test = lanes[in].test;
  if (p->bitwise && a->size <= sizeof(uint64_t)) {
    p->size = a->size;
    p->test = same_bytes;
  }
}

/*
** The block of n values that starts at p: where it lies, if it can be compared
** there, or made in out (both halves of which are a block). It is in whole
** chunks, the last one filled up with zeros.
*/
static const unsigned char *fetch(const side *s, unsigned char *out,
                                  const unsigned char *p, ptrdiff_t step,
                                  size_t n) {
  size_t size = s->item->size, rest = (0 - n) % CHUNK;
  if (step != (ptrdiff_t)size || s->swap || rest > 0) {
    mv_copy_run(out, p, (mv_axis){(ptrdiff_t)n, (ptrdiff_t)size, step}, size);
    memset(out + n * size, 0, rest * size);
    if (s->swap && size > 1)
      mv_swap_run(out, (ptrdiff_t)size, (ptrdiff_t)n, size);
    p = out;
  }
  if (!s->widen)
    return p;
  s->widen(out + BLOCK * sizeof(uint64_t), p, n + rest);
  return out + BLOCK * sizeof(uint64_t);
}

static bool same_block(const pair *p, const unsigned char *a, ptrdiff_t astep,
                       const unsigned char *b, ptrdiff_t bstep, size_t n) {
  unsigned char blocks[2][2 * BLOCK * sizeof(uint64_t)];
  a = fetch(&p->a, blocks[0], a, astep, n);
  b = fetch(&p->b, blocks[1], b, bstep, n);
  return p->test(a, b, (n + (0 - n) % CHUNK) * p->size);
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
  while (i < n && a[i] == b[i]) /* shared memory may change meanwhile */
    i++;
  return i;
}

/* These give the first of n items that differs, or n. */

static ptrdiff_t first_one_by_one(const pair *p, const unsigned char *a,
                                  ptrdiff_t astep, const unsigned char *b,
                                  ptrdiff_t bstep, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++)
    if (!mv_item_equal(p->a.item, a + i * astep, p->b.item, b + i * bstep))
      return i;
  return n;
}

static ptrdiff_t first_of_run(const pair *p, const unsigned char *a,
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

static ptrdiff_t first(int order, const unsigned char *a, const mv_layout *alay,
                       const mv_item *aitem, const unsigned char *b,
                       const mv_layout *blay, const mv_item *bitem) {
  mv_walker w;
  pair p;
  ptrdiff_t done = 0;
  set_pair(&p, aitem, bitem);
  if (alay->ndim == 1 && !alay->indirect && !blay->indirect) {
    ptrdiff_t n = alay->shape[0];
    ptrdiff_t i = first_of_run(&p, a + alay->offset, alay->strides[0],
                               b + blay->offset, blay->strides[0], n);
    return i < n ? i : -1;
  }
  mv_walk2(&w, order, (unsigned char *)a, alay, (unsigned char *)b, blay);
  while (mv_walk_next(&w)) {
    ptrdiff_t i =
        first_of_run(&p, w.ptr[0], w.step[0], w.ptr[1], w.step[1], w.n);
    if (i < w.n)
      return done + i;
    done += w.n;
  }
  return -1;
}

ptrdiff_t mv_mismatch(const unsigned char *a, const mv_layout *alay,
                      const mv_item *aitem, const unsigned char *b,
                      const mv_layout *blay, const mv_item *bitem) {
  return first(MV_CORDER, a, alay, aitem, b, blay, bitem);
}

bool mv_equal(const unsigned char *a, const mv_layout *alay,
              const mv_item *aitem, const unsigned char *b,
              const mv_layout *blay, const mv_item *bitem) {
  return first(MV_ANYORDER, a, alay, aitem, b, blay, bitem) < 0;
}
