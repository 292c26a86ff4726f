/*
** packformat.c - reads the format language of string.pack
** Options, alignment and limits are those of the Lua manual, 6.4.2.
*/
#include "packformat.h"

#include "args.h"
#include "format.h"

#include <stddef.h>
#include <string.h>

packreader lmv_startformat(lua_State *L, int arg) {
  packreader r = {L, NULL, NULL, !MV_BIGENDIAN, 1};
  r.text = r.p = lua_tostring(L, arg);
  if (r.text == NULL)
    lmv_typeerror(L, arg, "string");
  return r;
}

static bool is_decimal(char c) { return '0' <= c && c <= '9'; }

/* Reads a decimal number; def if there is no digit. Stops, as string.pack does,
** before the number could overflow. */
static size_t read_number(packreader *r, size_t def) {
  size_t n = 0;
  if (!is_decimal(*r->p))
    return def;
  do
    n = n * 10 + (size_t)(*r->p++ - '0');
  while (is_decimal(*r->p) && n <= ((size_t)PTRDIFF_MAX - 9) / 10);
  return n;
}

/* The size of an integer, 1 to MAXINTSIZE. */
static inline size_t integer_size(packreader *r, size_t def) {
  size_t n;
  if (*r->p >= '1' && *r->p <= '9' && !is_decimal(r->p[1]))
    return (size_t)(*r->p++ - '0'); /* as nearly always */
  n = read_number(r, def);
  if (n > MAXINTSIZE || n == 0)
    luaL_error(r->L, "integral size (%I) out of limits [1,%d]", (LUAI_UACINT)n,
               MAXINTSIZE);
  return n;
}

#define LONGEST_HERE 40 /* format that is worth a hint */

/*
** Pushes how the format is spelt here, if it is one of views; "" for others.
*/
static const char *push_hint_to(const packreader *r) {
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

static option integer(option_kind kind, size_t size) {
  option o = {kind, size, 0};
  return o;
}

/* Reads one option, which may only change how the next are read. */
static option take_char(packreader *r) {
  struct native {
    char c;
    union {
      LUAI_MAXALIGN; /* with Lua 5.5 a long double's */
    } most;
  };
  char c = *r->p++;
  switch (c) {
  case 'b':
    return integer(INTEGER, sizeof(char));
  case 'B':
    return integer(UNSIGNED, sizeof(char));
  case 'h':
    return integer(INTEGER, sizeof(short));
  case 'H':
    return integer(UNSIGNED, sizeof(short));
  case 'l':
    return integer(INTEGER, sizeof(long));
  case 'L':
    return integer(UNSIGNED, sizeof(long));
  case 'j':
    return integer(INTEGER, sizeof(lua_Integer));
  case 'J':
    return integer(UNSIGNED, sizeof(lua_Integer));
  case 'T':
    return integer(UNSIGNED, sizeof(size_t));
  case 'i':
    return integer(INTEGER, integer_size(r, sizeof(int)));
  case 'I':
    return integer(UNSIGNED, integer_size(r, sizeof(int)));
  case 'f':
    return integer(SINGLE, sizeof(float));
  case 'n':
    return integer(NUMBER, sizeof(lua_Number));
  case 'd':
    return integer(DOUBLE, sizeof(double));
  case 's':
    return integer(STRING, integer_size(r, sizeof(size_t)));
  case 'c': {
    size_t n = read_number(r, SIZE_MAX);
    if (n == SIZE_MAX)
      luaL_error(r->L, "missing size for format option 'c'%s", push_hint_to(r));
    return integer(CHARS, n);
  }
  case 'z':
    return integer(ZSTRING, 0);
  case 'x':
    return integer(PADDING, 1);
  case 'X':
    return integer(ALIGNMENT, 0);
  case ' ':
    break;
  case '<':
    r->little = true;
    break;
  case '>':
    r->little = false;
    break;
  case '=':
    r->little = !MV_BIGENDIAN;
    break;
  case '!':
    r->maxalign = integer_size(r, offsetof(struct native, most));
    break;
  default:
    luaL_error(r->L, "invalid format option '%c'%s", c, push_hint_to(r));
  }
  return integer(NOTHING, 0);
}

/* What an option is aligned to; X takes it from the one behind. */
static size_t alignment(packreader *r, option *o) {
  size_t align = o->size;
  if (o->kind == ALIGNMENT) {
    option next = {NOTHING, 0, 0};
    if (*r->p != '\0')
      next = take_char(r);
    align = next.size;
    if (next.kind == CHARS || align == 0)
      lmv_argerror(r->L, 2, "invalid next option for option 'X'");
    return align;
  }
  return o->kind <= DOUBLE || o->kind == STRING ? align : 1;
}

bool lmv_nextoption(packreader *r, size_t at, option *o) {
  size_t align;
  do {
    if (*r->p == '\0')
      return false;
    *o = take_char(r);
  } while (o->kind == NOTHING);
  if (r->maxalign == 1 && o->kind != ALIGNMENT)
    return true;
  align = alignment(r, o);
  if (align > 1 && o->kind != CHARS) {
    if (align > r->maxalign)
      align = r->maxalign;
    if ((align & (align - 1)) != 0)
      lmv_argerror(r->L, 2, "format asks for alignment not power of 2");
    o->padding = (align - (at & (align - 1))) & (align - 1);
  }
  return true;
}
