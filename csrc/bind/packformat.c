/*
** packformat.c - reads the format language of string.pack
** Options, alignment and limits are those of the Lua manual, 6.4.2.
*/
#include "packformat.h"

#include "args.h"
#include "format.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

lmv_packformat lmv_startformat(lua_State *L, int arg) {
  lmv_packformat r = {L, NULL, NULL, MV_BIGENDIAN, 1};
  r.text = r.p = lua_tostring(L, arg);
  if (r.text == NULL)
    lmv_typeerror(L, arg, "string");
  return r;
}

static bool is_decimal(char c) { return '0' <= c && c <= '9'; }

/* Reads a decimal number; def if there is no digit. Stops, as string.pack does,
** before the number could overflow. */
static size_t read_number(lmv_packformat *r, size_t def) {
  size_t n = 0;
  if (!is_decimal(*r->p))
    return def;
  do
    n = n * 10 + (size_t)(*r->p++ - '0');
  while (is_decimal(*r->p) && n <= ((size_t)PTRDIFF_MAX - 9) / 10);
  return n;
}

/* The size of an integer, 1 to LMV_MAXINTSIZE. */
static inline size_t integer_size(lmv_packformat *r, size_t def) {
  size_t n;
  if (*r->p >= '1' && *r->p <= '9' && !is_decimal(r->p[1]))
    return (size_t)(*r->p++ - '0'); /* the usual case */
  n = read_number(r, def);
  if (n > LMV_MAXINTSIZE || n == 0)
    luaL_error(r->L, "integral size (%I) out of limits [1,%d]", (LUAI_UACINT)n,
               LMV_MAXINTSIZE);
  return n;
}

#define LONGEST_HERE 40 /* length of a format for which a hint is made */

/*
** Pushes the spelling in string.pack of a format of views; "" for other
** formats.
*/
static const char *push_hint_to(const lmv_packformat *r) {
  lua_State *L = r->L;
  size_t len = strlen(r->text), size;
  char out[64];
  mv_fault fault;
  const mv_format *format = NULL;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  size = len > LONGEST_HERE ? 0 : mv_format_measure(r->text, len, &fault);
  if (size > 0)
    format =
        mv_format_build(r->text, len, lua_newuserdatauv(L, size, 0), &fault);
  if (format == NULL)
    return lua_pushliteral(L, "");
  if (mv_to_packformat(format, out, sizeof out))
    return lua_pushfstring(L,
                           "; a view's '%s' is '%s' here, see 'Two format "
                           "languages'",
                           r->text, out);
  return lua_pushfstring(L,
                         "; '%s' is a view's format, for cast, see 'Two "
                         "format languages'",
                         r->text);
}

/* The option of a character, and its properties. */
typedef struct letter {
  unsigned char kind;
  unsigned char size; /* its fixed size, or its default size */
  enum { UNKNOWN, ALONE, WITH_SIZE, WITH_LENGTH, MODE } takes;
} letter;

static const letter letters[UCHAR_MAX + 1] = {
    ['b'] = {LMV_PACK_INTEGER, sizeof(char), ALONE},
    ['B'] = {LMV_PACK_UNSIGNED, sizeof(char), ALONE},
    ['h'] = {LMV_PACK_INTEGER, sizeof(short), ALONE},
    ['H'] = {LMV_PACK_UNSIGNED, sizeof(short), ALONE},
    ['l'] = {LMV_PACK_INTEGER, sizeof(long), ALONE},
    ['L'] = {LMV_PACK_UNSIGNED, sizeof(long), ALONE},
    ['j'] = {LMV_PACK_INTEGER, sizeof(lua_Integer), ALONE},
    ['J'] = {LMV_PACK_UNSIGNED, sizeof(lua_Integer), ALONE},
    ['T'] = {LMV_PACK_UNSIGNED, sizeof(size_t), ALONE},
    ['i'] = {LMV_PACK_INTEGER, sizeof(int), WITH_SIZE},
    ['I'] = {LMV_PACK_UNSIGNED, sizeof(int), WITH_SIZE},
    ['f'] = {LMV_PACK_SINGLE, sizeof(float), ALONE},
    ['n'] = {LMV_PACK_NUMBER, sizeof(lua_Number), ALONE},
    ['d'] = {LMV_PACK_DOUBLE, sizeof(double), ALONE},
    ['s'] = {LMV_PACK_STRING, sizeof(size_t), WITH_SIZE},
    ['c'] = {LMV_PACK_CHARS, 0, WITH_LENGTH},
    ['z'] = {LMV_PACK_ZSTRING, 0, ALONE},
    ['x'] = {LMV_PACK_PADDING, 1, ALONE},
    ['X'] = {LMV_PACK_ALIGNMENT, 0, ALONE},
    [' '] = {LMV_PACK_NOTHING, 0, MODE},
    ['<'] = {LMV_PACK_NOTHING, 0, MODE},
    ['>'] = {LMV_PACK_NOTHING, 0, MODE},
    ['='] = {LMV_PACK_NOTHING, 0, MODE},
    ['!'] = {LMV_PACK_NOTHING, 0, MODE}};

static size_t char_length(lmv_packformat *r) {
  size_t n = read_number(r, SIZE_MAX);
  if (n == SIZE_MAX)
    luaL_error(r->L, "missing size for format option 'c'%s", push_hint_to(r));
  return n;
}

/* Changes how the next options are read. */
static void set_mode(lmv_packformat *r, char c) {
  struct native {
    char c;
    union {
      LUAI_MAXALIGN; /* in Lua 5.5 that of long double */
    } most;
  };
  if (c == '!')
    r->maxalign = integer_size(r, offsetof(struct native, most));
  else if (c != ' ')
    r->big = c == '>' || (c == '=' && MV_BIGENDIAN);
}

/*
** Reads one option. LMV_PACK_NOTHING: it only changes the reading of the next
** options.
*/
static inline void take_char(lmv_packformat *r, lmv_packoption *o) {
  char c = *r->p++;
  const letter *l = &letters[(unsigned char)c];
  o->kind = (lmv_optionkind)l->kind;
  o->size = l->size;
  o->padding = 0;
  switch (l->takes) {
  case ALONE:
    break;
  case WITH_SIZE:
    o->size = integer_size(r, l->size);
    break;
  case WITH_LENGTH:
    o->size = char_length(r);
    break;
  case MODE:
    set_mode(r, c);
    break;
  case UNKNOWN:
    luaL_error(r->L, "invalid format option '%c'%s", c, push_hint_to(r));
  }
}

/* The alignment of an option; X takes the alignment of the next option. */
static size_t alignment(lmv_packformat *r, lmv_packoption *o) {
  size_t align = o->size;
  if (o->kind == LMV_PACK_ALIGNMENT) {
    lmv_packoption next = {LMV_PACK_NOTHING, 0, 0};
    if (*r->p != '\0')
      take_char(r, &next);
    align = next.size;
    if (next.kind == LMV_PACK_CHARS || align == 0)
      lmv_argerror(r->L, 2, "invalid next option for option 'X'");
    return align;
  }
  return o->kind <= LMV_PACK_DOUBLE || o->kind == LMV_PACK_STRING ? align : 1;
}

bool lmv_nextoption(lmv_packformat *r, size_t at, lmv_packoption *o) {
  size_t align;
  do {
    if (*r->p == '\0')
      return false;
    take_char(r, o);
  } while (o->kind == LMV_PACK_NOTHING);
  if (r->maxalign == 1 && o->kind != LMV_PACK_ALIGNMENT)
    return true;
  align = alignment(r, o);
  if (align > 1 && o->kind != LMV_PACK_CHARS) {
    if (align > r->maxalign)
      align = r->maxalign;
    if ((align & (align - 1)) != 0)
      lmv_argerror(r->L, 2, "format asks for alignment not power of 2");
    o->padding = (align - (at & (align - 1))) & (align - 1);
  }
  return true;
}

/* The constant loop bound helps compilers to vectorise. */
void lmv_reversebytes(unsigned char *bytes, size_t n) {
  for (size_t i = 0; i < n / 2 && i < LMV_MAXINTSIZE / 2; i++) {
    unsigned char t = bytes[i];
    bytes[i] = bytes[n - 1 - i];
    bytes[n - 1 - i] = t;
  }
}
