/*
** mv.h - the core of mview: formats, items, layouts and bulk kernels
**
** Knows no Lua, never raises, never allocates. Three ideas carry everything:
**   a format  says what an item is       (format.c parses it, item.c moves it)
**   a layout  says where the items are   (layout.c makes them)
**   a walker  visits items of layouts    (walk.c; all kernels are built on it)
** Whoever makes a layout keeps the invariant that each item it can reach lies
** inside its block; loading, storing and bulk kernels then check nothing.
** Indices here count from 0. Sizes, offsets and strides are in bytes.
*/
#ifndef MV_H
#define MV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* keeps all but luaopen_mview out of the shared object's symbols */
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define MV_MAXDIM 64   /* as NumPy and PEP 3118 */
#define MV_MAXDEPTH 64 /* nesting of T{...} */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define MV_BIGENDIAN 1
#else
#define MV_BIGENDIAN 0
#endif

/*
** What can go wrong, with the words for it. Where a message needs a value or a
** position, whoever reports adds it.
*/
#define MV_STATUSES(X)                                                         \
  X(MV_OK, "no error")                                                         \
  X(MV_ETOOBIG, "size too large")                                              \
  X(MV_EDIMS, "more than 64 dimensions")                                       \
  X(MV_EOUTSIDE, "items outside the memory")                                   \
  X(MV_ESIZE, "size of the shape differs from the size of the memory")         \
  X(MV_EDIVIDE, "length is not a multiple of the item size")                   \
  X(MV_ENOTCONTIGUOUS, "not contiguous")                                       \
  X(MV_EINDIRECT, "memory with suboffsets")                                    \
  X(MV_EZEROITEM, "items of size 0")                                           \
  X(MV_ETYPE, "wrong type of value")                                           \
  X(MV_ERANGE, "value out of range")                                           \
  X(MV_EINEXACT, "number has no integer representation")                       \
  X(MV_ELENGTH, "string too long")                                             \
  X(MV_EFIELDS, "different fields")                                            \
  X(MV_EUNKNOWN, "unknown format")                                             \
  X(MV_EREFUSED, "unsupported format")                                         \
  X(MV_EINTSIZE, "integer size other than 1, 2, 4 or 8")                       \
  X(MV_ENATIVE, "no standard size for format")                                 \
  X(MV_ECOUNT, "count without a format")                                       \
  X(MV_EORDER, "misplaced byte order")                                         \
  X(MV_ENAME, "malformed field name")                                          \
  X(MV_ETWICE, "field name used twice")                                        \
  X(MV_ESUBARRAY, "malformed sub-array shape")                                 \
  X(MV_EUNCLOSED, "unclosed 'T{'")                                             \
  X(MV_EBRACE, "unexpected '}'")                                               \
  X(MV_EDEPTH, "records nested too deep")

typedef enum mv_status {
#define X(name, text) name,
  MV_STATUSES(X)
#undef X
} mv_status;

/* The words of a status. */
const char *mv_message(mv_status status);

/* ---------------------------------------------------------------- formats */

typedef enum mv_kind {
  MV_U8,
  MV_I8,
  MV_U16,
  MV_I16,
  MV_U32,
  MV_I32,
  MV_U64,
  MV_I64,
  MV_F32,
  MV_F64,
  MV_F16,
  MV_LONGDOUBLE,
  MV_BOOL,
  MV_CHAR,   /* 'c': one byte, as a string */
  MV_BYTES,  /* 's': size bytes */
  MV_PASCAL, /* 'p': a length byte, then up to size - 1 bytes */
  MV_CF32,   /* 'Zf': two floats */
  MV_CF64,   /* 'Zd' */
  MV_RECORD  /* several values: record says which */
} mv_kind;

struct mv_record;

/* One value: how many bytes, and what they mean. */
typedef struct mv_item {
  size_t size;
  const struct mv_record *record; /* of a MV_RECORD, else NULL */
  mv_kind kind;
  bool swap; /* its bytes are in the order that the machine has not */
} mv_item;

/*
** A field of a record: count values one behind the other (count is above 1 only
** for unnamed ones, which have a position each), each an array of shape (of
** ndim 0: a single item) in C order.
*/
typedef struct mv_field {
  const char *name; /* not terminated; NULL: known by position */
  size_t namelen;
  size_t offset; /* from the start of the record */
  size_t count;
  size_t size; /* of one value: item.size times the shape */
  mv_item item;
  const ptrdiff_t *shape;
  int ndim;
  char order; /* the byte order in force at its code; @ if none was given */
  const char *text; /* the code in the format's text: "f", "4s", "T{...}" */
  size_t textlen;
} mv_field;

typedef struct mv_record {
  const mv_field *fields;
  size_t nfields;
  size_t nvalues;  /* the sum of the fields' counts */
  size_t nunnamed; /* of those, in fields without a name */
  size_t size;     /* without trailing padding */
  size_t align;    /* 1 except in native mode */
  bool sole;       /* a whole format of one unnamed value: read as that value */
} mv_record;

/*
** A parsed format. item is what a view's items are: a single code, a T{...}
** that stands alone, else the record of all that the format names.
*/
typedef struct mv_format {
  const char *text; /* normalised and terminated */
  size_t len;
  mv_item item;
  mv_record record;
} mv_format;

/* Where a format is malformed: 1-based, and the character there (0: the end).*/
typedef struct mv_fault {
  mv_status status;
  size_t position;
  char what;
} mv_fault;

/*
** Parses the format s of len bytes. Returns the bytes of memory that
** mv_format_build needs for it; 0 when it is malformed, and then *fault says
** why. Grammar: PEP 3118 with the codes of Python's struct; and a format that
** is one integer in the spelling of string.pack (i4 <I2 j J).
*/
size_t mv_format_measure(const char *s, size_t len, mv_fault *fault);

/*
** Builds the format in block, of the size that mv_format_measure returned and
** aligned as for malloc. s is copied. Pointers inside refer to the block, which
** must therefore not move.
*/
const mv_format *mv_format_build(const char *s, size_t len, void *block);

/* Writes why a format is malformed: "unknown format 'k' at position 1". */
void mv_explain(const mv_fault *fault, char *out, size_t size);

/* The field of that name; or NULL. */
const mv_field *mv_field_named(const mv_record *record, const char *name,
                               size_t len);

/*
** The number, from 1, of a field of a built format among all fields that it
** has, those of nested records included: they follow it in its block.
*/
static inline ptrdiff_t mv_field_number(const mv_format *format,
                                        const mv_field *field) {
  return field - (const mv_field *)(format + 1) + 1;
}

/*
** The field that holds the value at position k (from 0, unnamed and named
** counted alike) and in *nth which of its count values; or NULL.
*/
const mv_field *mv_field_at(const mv_record *record, size_t k, size_t *nth);

/* ------------------------------------------------------------------ items */

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
** Writes value as the item (not a record) at p. Anything but MV_OK leaves the
** memory as it was: MV_ETYPE, MV_ERANGE, MV_EINEXACT, MV_ELENGTH.
** Integers of either sign go into 64-bit unsigned items by their bits. Floats
** with an exact integer value count as integers. Short strings are padded with
** zeros. A pair of numbers or a number goes into a complex item.
*/
mv_status mv_store(const mv_item *item, unsigned char *p,
                   const mv_value *value);

/* The range of an integer item. False: it is not an integer item. */
bool mv_item_range(const mv_item *item, int64_t *lo, uint64_t *hi);

/*
** Equality as Python's: numbers and booleans by value, strings with strings,
** records as tuples by position.
*/
bool mv_value_equal(const mv_value *a, const mv_value *b);
bool mv_item_equal(const mv_item *a, const unsigned char *pa, const mv_item *b,
                   const unsigned char *pb);

/* Whether equal items always have equal bytes and the other way round. */
bool mv_item_bitwise(const mv_item *a, const mv_item *b);

/*
** Stores the value of one item as another: MV_ETYPE, MV_ERANGE, MV_EINEXACT,
** MV_ELENGTH, MV_EFIELDS (records of other structure). A record may have been
** written in part when it fails.
*/
mv_status mv_item_convert(const mv_item *dst, unsigned char *pd,
                          const mv_item *src, const unsigned char *ps);

/* Reverses the bytes of each number in the item at p. */
void mv_item_byteswap(const mv_item *item, unsigned char *p);

/*
** Whether both describe the same bytes with the same meaning, whatever their
** fields are called.
*/
bool mv_item_same(const mv_item *a, const mv_item *b);

/* ---------------------------------------------------------------- layouts */

/*
** Where the items of a view lie in a block. Dimensions of 0 or 1 items have
** the stride that C order would give them, so equal geometry has equal numbers.
*/
typedef struct mv_layout {
  ptrdiff_t offset; /* of the first item from the start of the block */
  ptrdiff_t itemsize;
  int ndim;
  bool indirect; /* suboffsets has a meaning */
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
** The lowest byte and the one behind the highest that direct items reach,
** relative to the block. Empty layouts: both are the offset. MV_ETOOBIG.
*/
mv_status mv_layout_extent(const mv_layout *lay, ptrdiff_t *lo, ptrdiff_t *hi);

/* Items in all; bytes in all. (Neither overflows for a valid layout.) */
ptrdiff_t mv_layout_count(const mv_layout *lay);
ptrdiff_t mv_layout_nbytes(const mv_layout *lay);

/* PEP 3118: empty layouts are contiguous in both orders; suboffsets in none. */
bool mv_layout_contiguous(const mv_layout *lay, char order);

bool mv_layout_same_shape(const mv_layout *a, const mv_layout *b);

/*
** Resolves a range by the rules of string.sub: i and j are 1-based, inclusive,
** negative from the end, and clipped; step (not 0) backwards walks from i down
** to j. *start is 0-based and meaningless when *count is 0.
*/
void mv_range(ptrdiff_t n, int64_t i, int64_t j, int64_t step, ptrdiff_t *start,
              ptrdiff_t *count);

/*
** Keeps count items of dimension dim from start on, each step items apart. The
** range comes from mv_range. MV_EINDIRECT where the suboffset that takes up the
** start would get negative, which is never in dimension 0.
*/
mv_status mv_layout_slice(mv_layout *lay, int dim, ptrdiff_t start,
                          ptrdiff_t count, ptrdiff_t step);

/*
** Keeps index k (in range) of dimension dim and drops the dimension. base is
** the start of the block, for dimension 0 with suboffsets (its pointer is
** followed now). MV_EINDIRECT where no suboffsets can express the rest, which
** is never in dimension 0.
*/
mv_status mv_layout_index(mv_layout *lay, const unsigned char *base, int dim,
                          ptrdiff_t k);

/* Permutes: new dimension d is old dimension perm[d]. Not for suboffsets. */
void mv_layout_transpose(mv_layout *lay, const int *perm);

/*
** Other item size and shape over the same bytes. ndim < 0: no shape, 1-D. The
** layout must be C-contiguous and the shape as large as its bytes; or the shape
** differs from the old one in the last dimension alone, which is contiguous and
** keeps its bytes: then the outer dimensions may be strided.
** MV_ENOTCONTIGUOUS, MV_EDIVIDE, MV_ESIZE, MV_EINDIRECT, MV_EDIMS, MV_ETOOBIG,
** MV_EZEROITEM. On an error the layout is as before.
*/
mv_status mv_layout_cast(mv_layout *lay, ptrdiff_t itemsize, int ndim,
                         const ptrdiff_t *shape);

/*
** Narrows the layout to one field, whose shape becomes further dimensions.
** nth says which of the field's count values. MV_EDIMS.
*/
mv_status mv_layout_field(mv_layout *lay, const mv_field *field, size_t nth);

/* The address of the item at idx (ndim numbers, each in range). */
unsigned char *mv_layout_at(const mv_layout *lay, unsigned char *base,
                            const ptrdiff_t *idx);

/* Turns the number of an item in C order into its ndim indices; the number
** behind the last one gives a first index behind its last. */
void mv_layout_unravel(const mv_layout *lay, ptrdiff_t k, ptrdiff_t *idx);

/* ----------------------------------------------------------------- walker */

/*
** Walks one or two layouts of the same shape in step, as runs: after each
** mv_walk_next that returns true, ptr[k] is the first of n items that lie
** step[k] bytes apart. Neighbouring dimensions that can be walked as one are
** merged. MV_ANYORDER lets it reorder and flip dimensions for speed; otherwise
** runs come in C order.
*/
#define MV_CORDER 0
#define MV_ANYORDER 1

typedef struct mv_walker {
  int operands;
  int ndim; /* of the outer loop; the run is a dimension more */
  enum { MV_FRESH, MV_UNDERWAY, MV_DONE } state;
  bool indirect;
  ptrdiff_t n;           /* items in each run */
  ptrdiff_t step[2];     /* bytes between them */
  unsigned char *ptr[2]; /* the run's first item */
  ptrdiff_t shape[MV_MAXDIM];
  ptrdiff_t index[MV_MAXDIM];
  ptrdiff_t strides[2][MV_MAXDIM];
  ptrdiff_t suboffsets[2][MV_MAXDIM];     /* if indirect */
  unsigned char *level[2][MV_MAXDIM + 1]; /* if indirect: where each starts */
} mv_walker;

void mv_walk(mv_walker *w, int order, unsigned char *base,
             const mv_layout *lay);
void mv_walk2(mv_walker *w, int order, unsigned char *base0,
              const mv_layout *lay0, unsigned char *base1,
              const mv_layout *lay1);
bool mv_walk_next(mv_walker *w);

/* ---------------------------------------------------------------- kernels */

/* Copies items; same shape and item size; the memory does not overlap. */
void mv_copy(unsigned char *dst, const mv_layout *dlay,
             const unsigned char *src, const mv_layout *slay);

/* Copies all items to out, one behind the other, in order 'C' or 'F'. */
void mv_gather(unsigned char *out, const unsigned char *src,
               const mv_layout *slay, char order);

/* Copies from in, where the items lie in C order, to all items of dst. */
void mv_scatter(unsigned char *dst, const mv_layout *dlay,
                const unsigned char *in);

/*
** Copies n bytes, from byte number from on, of the items taken in C order; and
** back. The range lies inside.
*/
void mv_read(const unsigned char *src, const mv_layout *slay, size_t from,
             size_t n, unsigned char *out);
void mv_write(unsigned char *dst, const mv_layout *dlay, size_t from, size_t n,
              const unsigned char *in);

/* Whether the two may share a byte (true in doubt). */
bool mv_overlap(const unsigned char *a, const mv_layout *alay,
                const unsigned char *b, const mv_layout *blay);

/*
** Writes each item of src, converted, to out, where the items of format ditem
** then lie in C order. On failure *at is the number of the item in C order.
*/
mv_status mv_convert(unsigned char *out, const mv_item *ditem,
                     ptrdiff_t ditemsize, const unsigned char *src,
                     const mv_layout *slay, const mv_item *sitem,
                     ptrdiff_t *at);

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
ptrdiff_t mv_index(const unsigned char *a, const mv_layout *lay,
                   const mv_item *item, const mv_value *value);
ptrdiff_t mv_count(const unsigned char *a, const mv_layout *lay,
                   const mv_item *item, const mv_value *value);

/* The offset of needle (m bytes) in hay (n bytes), or -1; never worse than
** linear. m is 0: 0. */
ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m);

/* The offset of the last needle in hay, or -1; of an empty one: n. The last one
** that starts at or before k is the last one in the first k + m bytes. */
ptrdiff_t mv_rfind(const unsigned char *hay, size_t n,
                   const unsigned char *needle, size_t m);

/* A hash of n bytes; equal bytes, equal hash. */
uint64_t mv_hash(const unsigned char *p, size_t n);

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
** it is SIZE_MAX. out may be NULL: then it only counts and checks.
*/
size_t mv_unhex(unsigned char *out, const char *s, size_t len, size_t *bad);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
