/*
** format.h - formats, which describe items, parsed from their text
*/
#ifndef MV_FORMAT_H
#define MV_FORMAT_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define MV_MAXDIM 64   /* as NumPy and PEP 3118 */
#define MV_MAXDEPTH 64 /* nesting of T{...} */
/* Dimensions of all sub-arrays that a T{...} is in. Functions call themselves
** for each record and each dimension, so both limits bound the C stack. The
** dimensions that the counts of named fields add are not counted: each at least
** doubles the size, so there are fewer than 64. */
#define MV_MAXAROUND 128

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define MV_BIGENDIAN 1
#else
#define MV_BIGENDIAN 0
#endif

typedef enum mv_class {
  MV_UNSIGNED,
  MV_SIGNED,
  MV_FLOAT,
  MV_BOOLEAN,
  MV_STRING,
  MV_COMPLEX,
  MV_COMPOUND
} mv_class;

/*
** The kinds of values. A row has the kind's class, the size of an item in bytes
** (0: the format gives the size), and the size of the numbers in the item that
** have a byte order (0: there are no such numbers). Only loading and storing
** (item.c) use more of a kind than its row. Kinds up to MV_F64 also have fast
** paths in the binding and in the kernels.
*/
#define MV_KINDS(X)                                                            \
  X(MV_U8, MV_UNSIGNED, 1, 1)                                                  \
  X(MV_I8, MV_SIGNED, 1, 1)                                                    \
  X(MV_U16, MV_UNSIGNED, 2, 2)                                                 \
  X(MV_I16, MV_SIGNED, 2, 2)                                                   \
  X(MV_U32, MV_UNSIGNED, 4, 4)                                                 \
  X(MV_I32, MV_SIGNED, 4, 4)                                                   \
  X(MV_U64, MV_UNSIGNED, 8, 8)                                                 \
  X(MV_I64, MV_SIGNED, 8, 8)                                                   \
  X(MV_F32, MV_FLOAT, 4, 4)                                                    \
  X(MV_F64, MV_FLOAT, 8, 8)                                                    \
  X(MV_F16, MV_FLOAT, 2, 2)                                                    \
  X(MV_U24, MV_UNSIGNED, 3, 3)                                                 \
  X(MV_I24, MV_SIGNED, 3, 3)                                                   \
  X(MV_LONGDOUBLE, MV_FLOAT, sizeof(long double), sizeof(long double))         \
  X(MV_BOOL, MV_BOOLEAN, 1, 0)                                                 \
  X(MV_CHAR, MV_STRING, 1, 0)   /* 'c': one byte */                            \
  X(MV_BYTES, MV_STRING, 0, 0)  /* 's': size bytes */                          \
  X(MV_PASCAL, MV_STRING, 0, 0) /* 'p': a length byte, then up to size - 1 */  \
  X(MV_CF32, MV_COMPLEX, 8, 4)  /* 'Zf': two floats */                         \
  X(MV_CF64, MV_COMPLEX, 16, 8) /* 'Zd' */                                     \
  X(MV_RECORD, MV_COMPOUND, 0, 0) /* several values: see record */

typedef enum mv_kind {
#define X(name, class, size, number) name,
  MV_KINDS(X)
#undef X
} mv_kind;

typedef struct mv_kindrow {
  mv_class class;
  unsigned char size, number;
} mv_kindrow;

/* The rows, indexed by their kind. */
extern const mv_kindrow mv_kinds[];

struct mv_record;

/* The type of one value: its size and the meaning of its bytes. */
typedef struct mv_item {
  size_t size;
  const struct mv_record *record; /* of a MV_RECORD, else NULL */
  mv_kind kind;
  bool swap; /* stored in the non-native byte order; false for single bytes */
} mv_item;

/*
** A field of a record: count consecutive values, each an array of shape in C
** order (ndim 0: a single item). Only unnamed fields have a count above 1; each
** of their values has its own position.
*/
typedef struct mv_field {
  const char *name; /* not terminated; NULL: known by position */
  size_t namelen;
  size_t offset;   /* from the start of the record */
  size_t position; /* of its first value among the record's values, from 0 */
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
  bool is_scalar; /* a whole format of one unnamed value: reads as that value */
  const mv_field *const *names; /* the named fields, sorted by name */
  size_t nnamed;
} mv_record;

/*
** A parsed format. item describes the items of a view: the single code, or the
** single T{...}, or else a record of all items in the format.
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
** mv_format_build needs for it. Returns 0 and sets *fault if the format is
** malformed; only mv_format_build finds a name that is used twice. Grammar: PEP
** 3118 with the codes of Python's struct, or one integer in the spelling of
** string.pack (i4 <I2 j J).
*/
size_t mv_format_measure(const char *s, size_t len, mv_fault *fault);

/*
** Builds the format in block, which has the size that mv_format_measure
** returned and the alignment of malloc. s is copied. Pointers inside refer to
** the block, so it must not move. Returns NULL and sets *fault if a name is
** used twice.
*/
const mv_format *mv_format_build(const char *s, size_t len, void *block,
                                 mv_fault *fault);

/* Writes the message of a fault: "unknown format 'k' at position 1". */
void mv_explain(const mv_fault *fault, char *out, size_t size);

/*
** Translates the format s of string.pack to PEP 3118 (dialect.c). MV_NOTPACK: s
** is not a format of string.pack; MV_UNTRANSLATABLE: PEP 3118 cannot express a
** part of it.
*/
typedef enum mv_translation {
  MV_NOTPACK,
  MV_UNTRANSLATABLE,
  MV_TRANSLATED
} mv_translation;

mv_translation mv_from_packformat(const char *s, size_t len, char *out,
                                  size_t size);

/*
** Translates the format to string.pack; false if string.pack cannot express it.
*/
bool mv_to_packformat(const mv_format *format, char *out, size_t size);

/* The code of the type with that name in C or elsewhere ("int", "float64"), or
** NULL. */
const char *mv_word_format(const char *s, size_t len);

/* The field of that name; or NULL. */
const mv_field *mv_field_named(const mv_record *record, const char *name,
                               size_t len);

/*
** The number, from 1, of a field of a built format among all fields of the
** format, including fields of nested records. The fields follow the format in
** its block.
*/
static inline ptrdiff_t mv_field_number(const mv_format *format,
                                        const mv_field *field) {
  return field - (const mv_field *)(format + 1) + 1;
}

/* The bytes from one item of a field's array to the next in dimension dim. */
ptrdiff_t mv_field_stride(const mv_field *field, int dim);

/*
** The field that holds the value at position k (from 0, counting unnamed and
** named fields), or NULL. *nth is the index of the value among the field's
** count values.
*/
const mv_field *mv_field_at(const mv_record *record, size_t k, size_t *nth);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
