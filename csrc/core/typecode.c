/*
** typecode.c - the meaning of the codes of numbers, booleans and characters
** Native sizes and alignments are those of the compiler's types, standard sizes
** those of Python's struct.
*/
#include "parse.h"

#include <string.h>

const mv_kindrow mv_kinds[] = {
#define X(name, class, size, number) [name] = {class, size, number},
    MV_KINDS(X)
#undef X
};

typedef struct code {
  char name;
  mv_kind native;
  mv_kind standard; /* MV_RECORD: no standard kind */
  size_t align;     /* of native */
} code;

_Static_assert(sizeof(short) == 2 && sizeof(int) == 4 && sizeof(long long) == 8,
               "native codes have the sizes that string.pack asks for");

#define IS_SIGNED(type) ((type)-1 < (type)1)
#define KIND(type)                                                             \
  (mv_kind)((sizeof(type) == 1   ? MV_U8                                       \
             : sizeof(type) == 2 ? MV_U16                                      \
             : sizeof(type) == 4 ? MV_U32                                      \
                                 : MV_U64) +                                   \
            IS_SIGNED(type))
#define INTEGER(name, type, standard)                                          \
  { name, KIND(type), standard, _Alignof(type) }
#define OTHER(name, kind, type)                                                \
  { name, kind, kind, _Alignof(type) }

static const code codes[] = {
    INTEGER('b', signed char, MV_I8),
    INTEGER('B', unsigned char, MV_U8),
    INTEGER('h', short, MV_I16),
    INTEGER('H', unsigned short, MV_U16),
    INTEGER('i', int, MV_I32),
    INTEGER('I', unsigned, MV_U32),
    INTEGER('l', long, MV_I32),
    INTEGER('L', unsigned long, MV_U32),
    INTEGER('q', long long, MV_I64),
    INTEGER('Q', unsigned long long, MV_U64),
    INTEGER('n', ptrdiff_t, MV_RECORD),
    INTEGER('N', size_t, MV_RECORD),
    INTEGER('P', uintptr_t, MV_RECORD),
    OTHER('e', MV_F16, short),
    OTHER('f', MV_F32, float),
    OTHER('d', MV_F64, double),
    OTHER('g', MV_LONGDOUBLE, long double),
    OTHER('?', MV_BOOL, char),
    OTHER('c', MV_CHAR, char),
    {0},
};

static const code complex_codes[] = {
    OTHER('f', MV_CF32, float),
    OTHER('d', MV_CF64, double),
    {0},
};

static bool is_refused(char name, bool is_complex) {
  return name != '\0' && strchr(is_complex ? "g" : "O&Xtuw", name) != NULL;
}

mv_status mv_typecode(char name, bool is_complex, char order, mv_item *item,
                      size_t *align) {
  const code *c = is_complex ? complex_codes : codes;
  bool big = order == '>' || order == '!';
  bool little = order == '<';
  bool native = order == '@' || order == '^';
  while (c->name != name && c->name != '\0')
    c++;
  if (c->name == '\0')
    return is_refused(name, is_complex) ? MV_EREFUSED : MV_EUNKNOWN;
  if (!native && c->standard == MV_RECORD)
    return MV_ENATIVE;
  item->kind = native ? c->native : c->standard;
  item->size = mv_kinds[item->kind].size;
  item->swap = item->size > 1 && (MV_BIGENDIAN ? little : big);
  *align = order == '@' ? c->align : 1;
  return MV_OK;
}
