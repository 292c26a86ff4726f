/*
** search.c - finds and counts the items equal to a value
** If an item of the view can hold the value, the value is stored as an item,
** and many items at a time are compared with its bits. A mask or a negation
** handles values with more than one pattern of bits (0 and -0; true). For items
** of other sizes than 1, 2, 4 and 8, and for all other values, the search falls
** back to comparing items one by one.
*/
#include "copyrun.h"
#include "kernels.h"
#include "walk.h"

#define CHUNK 64  /* items; constant, so that compilers use vectors */
#define BLOCK 256 /* items of a strided run that are gathered on the stack */

struct sought;

/* For n contiguous items, a kernel returns the number of items that match, or
** the index of the first match (n if no item matches). */
typedef size_t kernel(const struct sought *s, const unsigned char *p, size_t n);

typedef struct sought {
  const mv_item *item;
  const mv_value *value;
  kernel *count, *first;
  unsigned char bits[8], mask[8]; /* an item matches: (item & mask) == bits */
  bool negate;                    /* the other items match */
} sought;

/* One by one. */

static bool is_sought(const sought *s, const unsigned char *p) {
  mv_value v;
  mv_load(s->item, p, &v);
  return mv_value_equal(&v, s->value);
}

static size_t count_each(const sought *s, const unsigned char *p, size_t n) {
  size_t sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += is_sought(s, p + i * s->item->size);
  return sum;
}

static size_t first_each(const sought *s, const unsigned char *p, size_t n) {
  size_t i = 0;
  while (i < n && !is_sought(s, p + i * s->item->size))
    i++;
  return i;
}

/* By bits. */

#define COUNTER(type)                                                          \
  MV_VECTOR(size_t, count_##type,                                              \
            (const sought *s, const unsigned char *p, size_t n), (s, p, n)) {  \
    type x, bits, mask, some;                                                  \
    size_t sum = 0, all = n, i;                                                \
    memcpy(&bits, s->bits, sizeof bits);                                       \
    memcpy(&mask, s->mask, sizeof mask);                                       \
    for (; n >= CHUNK; n -= CHUNK, p += CHUNK * sizeof x, sum += some)         \
      for (some = 0, i = 0; i < CHUNK; i++) {                                  \
        memcpy(&x, p + i * sizeof x, sizeof x);                                \
        some = (type)(some + ((x & mask) == bits));                            \
      }                                                                        \
    for (i = 0; i < n; i++) {                                                  \
      memcpy(&x, p + i * sizeof x, sizeof x);                                  \
      sum += (x & mask) == bits;                                               \
    }                                                                          \
    return s->negate ? all - sum : sum;                                        \
  }

#define FIRST(type)                                                            \
  MV_VECTOR(size_t, first_##type,                                              \
            (const sought *s, const unsigned char *p, size_t n), (s, p, n)) {  \
    type x, bits, mask, some = 0;                                              \
    size_t i = 0, k;                                                           \
    memcpy(&bits, s->bits, sizeof bits);                                       \
    memcpy(&mask, s->mask, sizeof mask);                                       \
    for (; n - i >= CHUNK; i += CHUNK) {                                       \
      for (k = 0; k < CHUNK; k++) {                                            \
        memcpy(&x, p + (i + k) * sizeof x, sizeof x);                          \
        some |= (type)(((x & mask) == bits) != s->negate);                     \
      }                                                                        \
      if (some)                                                                \
        break;                                                                 \
    }                                                                          \
    for (; i < n; i++) {                                                       \
      memcpy(&x, p + i * sizeof x, sizeof x);                                  \
      if (((x & mask) == bits) != s->negate)                                   \
        break;                                                                 \
    }                                                                          \
    return i;                                                                  \
  }

#define COUNTERS(type) COUNTER(type) FIRST(type)
COUNTERS(uint8_t)
COUNTERS(uint16_t)
COUNTERS(uint32_t)
COUNTERS(uint64_t)

/* Bytes by memchr, as their mask is always all bits; not if negated. */
static size_t first_char(const sought *s, const unsigned char *p, size_t n) {
  const unsigned char *q = memchr(p, s->bits[0], n);
  return q ? (size_t)(q - p) : n;
}

/*
** Sets the kernels for the size of the items; false if there are no kernels for
** this size.
*/
static bool set_kernels(sought *s) {
#define SET(type)                                                              \
  case sizeof(type):                                                           \
    s->count = count_##type;                                                   \
    s->first = first_##type;                                                   \
    return true;
  switch (s->item->size) {
    SET(uint8_t)
    SET(uint16_t)
    SET(uint32_t)
    SET(uint64_t)
  }
#undef SET
  return false;
}

static const mv_value yes = {.tag = MV_VBOOL, .as.b = true};
static const mv_value no = {.tag = MV_VBOOL, .as.b = false};
static const mv_value minus_zero = {.tag = MV_VFLOAT, .as.f = -0.0};

/* The functions seek_* return false if no item can equal the value. */

/* The byte of a boolean is 0 for false, any other for true. */
static bool seek_bool(sought *s) {
  s->negate = mv_value_equal(s->value, &yes);
  return s->negate || mv_value_equal(s->value, &no);
}

/* If an item can hold the value exactly, its bits are searched for. */
static bool seek_bits(sought *s) {
  mv_value v = *s->value;
  if (v.tag == MV_VBOOL)
    v = (mv_value){.tag = MV_VINT, .as.i = s->value->as.b};
  if (mv_store(s->item, s->bits, &v) != MV_OK)
    return false;
  mv_load(s->item, s->bits, &v);
  if (!mv_value_equal(&v, s->value))
    return false;
  if (v.tag == MV_VFLOAT && v.as.f == 0) {
    mv_store(s->item, s->bits, &minus_zero); /* the sign bit alone */
    for (size_t i = 0; i < sizeof s->bits; i++)
      s->mask[i] ^= s->bits[i];
    memset(s->bits, 0, sizeof s->bits);
  }
  return true;
}

static bool seek(sought *s, const mv_item *item, const mv_value *value) {
  mv_kind kind = item->kind;
  memset(s, 0, sizeof *s);
  memset(s->mask, 0xff, sizeof s->mask);
  s->item = item;
  s->value = value;
  s->count = count_each;
  s->first = first_each;
  if (kind == MV_RECORD)
    return false;
  if (value->tag == MV_VCOMPLEX || mv_kinds[kind].class == MV_COMPLEX ||
      kind == MV_LONGDOUBLE || kind == MV_BYTES || kind == MV_PASCAL ||
      !set_kernels(s))
    return true;
  if (kind == MV_BOOL)
    return seek_bool(s);
  if (item->size == 1)
    s->first = first_char;
  return seek_bits(s);
}

/* The kernel's result for n items that are step bytes apart. */
static size_t search_run(const sought *s, kernel *k, const unsigned char *p,
                         ptrdiff_t step, size_t n) {
  unsigned char block[BLOCK * sizeof(uint64_t)];
  size_t size = s->item->size, most = size <= sizeof(uint64_t) ? BLOCK : 1;
  size_t sum = 0, done = 0, some;
  if (step == (ptrdiff_t)size)
    return k(s, p, n);
  for (; done < n && (k != s->first || sum == done); done += some) {
    const unsigned char *q = p + (ptrdiff_t)done * step;
    some = n - done < most ? n - done : most;
    if (most > 1) {
      mv_copy_run(block, q, (mv_axis){(ptrdiff_t)some, (ptrdiff_t)size, step},
                  size);
      q = block;
    }
    sum += k(s, q, some);
  }
  return sum;
}

ptrdiff_t mv_find_value(const unsigned char *a, const mv_layout *lay,
                        const mv_item *item, const mv_value *value) {
  sought s;
  mv_walker w;
  ptrdiff_t done = 0;
  if (!seek(&s, item, value))
    return -1;
  mv_walk(&w, MV_CORDER, (unsigned char *)a, lay);
  while (mv_walk_next(&w)) {
    size_t i = search_run(&s, s.first, w.ptr[0], w.step[0], (size_t)w.n);
    done += (ptrdiff_t)i;
    if (i < (size_t)w.n)
      return done;
  }
  return -1;
}

ptrdiff_t mv_count_value(const unsigned char *a, const mv_layout *lay,
                         const mv_item *item, const mv_value *value) {
  sought s;
  mv_walker w;
  size_t sum = 0;
  if (!seek(&s, item, value))
    return 0;
  mv_walk(&w, MV_ANYORDER, (unsigned char *)a, lay);
  while (mv_walk_next(&w))
    sum += search_run(&s, s.count, w.ptr[0], w.step[0], (size_t)w.n);
  return (ptrdiff_t)sum;
}
