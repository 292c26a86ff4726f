/*
** text.c - find match gmatch rfind lines split: the string methods of views
** Positions count bytes of the view in C order. If the view is not contiguous,
** a search for bytes copies pieces of it; patterns, lines and split copy all
** its bytes once, at the call. Captures are kept as offsets, and the memory is
** resolved again for each capture, as pushing one can run finalizers.
*/
#include "text.h"

#include "args.h"
#include "formats.h"
#include "mv.h"
#include "operand.h"
#include "patterns.h"
#include "registry.h"
#include "view.h"

#include <string.h>

/* The bytes of a view, and the copy of them that flatten_text made. */
typedef struct subject {
  const lmv_view *v;
  const unsigned char *copy;
  size_t n;
} subject;

static void open_text(lua_State *L, const lmv_view *v, subject *t) {
  lmv_checklive(L, v);
  t->v = v;
  t->copy = NULL;
  if (lmv_isflat(v)) {
    t->n = lmv_flatsize(v);
  } else {
    mv_layout lay;
    lmv_layout(v, &lay);
    t->n = (size_t)mv_layout_nbytes(&lay);
  }
}

/* Copies the bytes if they are not contiguous. Stack: [] -> [copy or nil] */
static void flatten_text(lua_State *L, subject *t) {
  if (!lmv_isflat(t->v)) {
    lmv_operand all;
    lmv_viewoperand(t->v, &all);
    t->copy = lmv_flatten(L, &all);
  }
  if (t->copy == NULL)
    lua_pushnil(L);
}

/* The present address of the contiguous bytes; raises if the view is dead. */
static const unsigned char *text_bytes(lua_State *L, const subject *t) {
  const unsigned char *base = lmv_base(L, t->v);
  return t->copy != NULL ? t->copy : base + t->v->offset;
}

/* Pushes the first and last position of n bytes at offset at. */
static int push_bounds(lua_State *L, size_t at, size_t n) {
  lua_pushinteger(L, (lua_Integer)at + 1);
  lua_pushinteger(L, (lua_Integer)(at + n));
  return 2;
}

/* ---- bytes ---------------------------------------------------------------*/

/* Pushes the bounds of m bytes that were found at offset `at` behind from; nil
** if `at` is -1. */
static int push_found(lua_State *L, size_t from, ptrdiff_t at, size_t m) {
  if (at >= 0)
    return push_bounds(L, from + (size_t)at, m);
  lua_pushnil(L);
  return 1;
}

/* Finds bytes in contiguous bytes. */
static int find_flat(lua_State *L, const lmv_view *v, lua_Integer init,
                     const unsigned char *needle, size_t m) {
  const unsigned char *p = lmv_base(L, v) + v->offset;
  size_t n = lmv_flatsize(v), from = lmv_startindex(init, n);
  ptrdiff_t at = from <= n ? mv_find(p + from, n - from, needle, m) : -1;
  return push_found(L, from, at, m);
}

/*
** The range in which m bytes are searched for in n bytes: from *from to *to.
** last: the last occurrence that starts at or before init; otherwise the first
** one from init on. False: the range is empty.
*/
static bool search_range(lua_Integer init, bool last, size_t n, size_t m,
                         size_t *from, size_t *to) {
  size_t position = lmv_startindex(init, n);
  *from = last ? 0 : position;
  *to = last && m <= n && position < n - m ? position + m : n;
  if (last)
    return init != 0 && init >= -(lua_Integer)n;
  return position <= n;
}

/* Finds the bytes of the value at index 2, any bytes-like. */
static int find_bytes_like(lua_State *L, const lmv_view *v, lua_Integer init,
                           bool last) {
  lmv_operand needle;
  mv_layout lay;
  const unsigned char *copy, *q, *base;
  unsigned char *room = NULL; /* for pieces of a view that is not contiguous */
  size_t n, m, from, to, size = 0;
  ptrdiff_t at;
  lmv_checkoperand(L, 2, &needle);
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  n = (size_t)mv_layout_nbytes(&lay);
  m = (size_t)mv_layout_nbytes(&needle.lay);
  if (!mv_layout_contiguous(&lay, 'C'))
    room = lmv_pushroom(L, n, m, &size);
  copy = lmv_flatten(L, &needle);
  q = lmv_flat(L, &needle, copy);
  base = lmv_base(L, v);
  if (!search_range(init, last, n, m, &from, &to))
    at = -1;
  else if (room != NULL)
    at = mv_find_layout(base, &lay, from, to - from, q, m, last, room, size);
  else if (last)
    at = mv_rfind(base + v->offset + from, to - from, q, m);
  else
    at = mv_find(base + v->offset + from, to - from, q, m);
  return push_found(L, from, at, m);
}

/* ---- patterns ------------------------------------------------------------*/

static bool has_specials(const char *p, size_t len) {
  for (size_t i = 0; i < len; i++)
    switch (p[i]) {
    case '^':
    case '$':
    case '*':
    case '+':
    case '?':
    case '.':
    case '(':
    case '[':
    case '%':
    case '-':
      return true;
    default:
      break;
    }
  return false;
}

/* Raises the error of a mistake in the pattern, if the match found one. */
static void check_match(lua_State *L, const mv_match *match) {
  if (match->status == MV_ECAPTUREINDEX)
    luaL_error(L, "invalid capture index %%%d", match->number);
  if (match->status != MV_OK)
    luaL_error(L, "%s", mv_message(match->status));
}

static void push_text(lua_State *L, const subject *t, size_t at, size_t n) {
  lua_pushlstring(L, (const char *)text_bytes(L, t) + at, n);
}

/* Pushes the captures. whole: without captures, pushes the whole match. */
static int push_captures(lua_State *L, const subject *t, const mv_match *match,
                         bool whole) {
  if (match->ncaptures > LUA_MINSTACK / 2)
    luaL_checkstack(L, match->ncaptures, "too many captures");
  if (match->ncaptures == 0 && whole) {
    push_text(L, t, match->start, match->end - match->start);
    return 1;
  }
  for (int k = 0; k < match->ncaptures; k++) {
    size_t start = match->captures[k].start, n = match->captures[k].len;
    if (n == MV_UNCLOSED)
      luaL_error(L, "unfinished capture");
    if (n == MV_POSITION)
      lua_pushinteger(L, (lua_Integer)start + 1);
    else
      push_text(L, t, start, n);
  }
  return match->ncaptures;
}

/* Finds the pattern at index 2, a string or, as in the string library, a
** number. */
static int find_pattern(lua_State *L, const lmv_view *v, lua_Integer init,
                        bool find) {
  mv_patscan scan = {.avoid = SIZE_MAX};
  mv_match match;
  mv_pattern *pat;
  subject t;
  open_text(L, v, &t);
  scan.next = lmv_startindex(init, t.n);
  if (scan.next > t.n) {
    lua_pushnil(L);
    return 1;
  }
  if (!lmv_isflat(v))
    flatten_text(L, &t);
  pat = lmv_pushpattern(L, 2);
  if (!mv_pattern_find(pat, &scan, text_bytes(L, &t), t.n, &match)) {
    check_match(L, &match);
    lua_pushnil(L);
    return 1;
  }
  if (!find)
    return push_captures(L, &t, &match, true);
  push_bounds(L, match.start, match.end - match.start);
  return 2 + push_captures(L, &t, &match, false);
}

static int find_text(lua_State *L, bool find) {
  const lmv_view *v = lmv_checkview(L, 1);
  int top = lua_gettop(L);
  bool plain = find && top > 3 && lua_toboolean(L, 4);
  size_t len;
  const char *p = lua_tolstring(L, 2, &len);
  lua_Integer init;
  if (p == NULL && !plain)
    lmv_typeerror(L, 2, "string");
  init = top > 2 ? lmv_optinteger(L, 3, 1) : 1;
  if (p == NULL)
    return find_bytes_like(L, v, init, false);
  if (!find || (!plain && has_specials(p, len)))
    return find_pattern(L, v, init, find);
  if (!lmv_isflat(v))
    return find_bytes_like(L, v, init, false);
  return find_flat(L, v, init, (const unsigned char *)p, len);
}

/* v:find(pattern [, init [, plain]]): as string.find. */
LMV_TOUCHES(view_find) { return find_text(L, true); }

/* v:match(pattern [, init]): as string.match. */
LMV_TOUCHES(view_match) { return find_text(L, false); }

/*
** v:rfind(bytes [, init]): the last occurrence that starts at or before init,
** its first and last byte; or nil.
*/
LMV_TOUCHES(view_rfind) {
  const lmv_view *v = lmv_checkview(L, 1);
  return find_bytes_like(L, v, lmv_optinteger(L, 3, LUA_MAXINTEGER), true);
}

/* ---- iterators -----------------------------------------------------------*/

/*
** The state of an iteration. The upvalues behind it are the values to which it
** refers: the view, the pattern's userdata or the separator, the copy of the
** view's bytes.
*/
typedef struct text_loop {
  subject text;
  mv_patscan scan;            /* next: the position of the next step */
  mv_pattern *pattern;        /* gmatch */
  bool keep;                  /* lines: keeps the ends of lines */
  const unsigned char *bytes; /* split: the separator */
  size_t len;
} text_loop;

#define LOOP_VALUES 4
#define BYTE_VIEW lua_upvalueindex(LMV_NUP + LOOP_VALUES + 1) /* split */
#define ENDED SIZE_MAX /* as next: the iteration has ended */

/*
** Starts an iterator over the text. Stack: [v, what, ..., copy] ->
** [v, what, ..., copy, upvalues, state, v, what, copy]
*/
static text_loop *start_loop(lua_State *L, const subject *t) {
  text_loop *loop;
  lmv_startiterator(L);
  loop = lua_newuserdatauv(L, sizeof *loop, 0);
  memset(loop, 0, sizeof *loop);
  loop->text = *t;
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -4 - LMV_NUP);
  return loop;
}

LMV_TOUCHES(next_match) {
  text_loop *loop = lua_touserdata(L, LMV_STATE);
  const unsigned char *s = text_bytes(L, &loop->text);
  mv_match match;
  if (loop->scan.next > loop->text.n)
    return 0;
  mv_pattern_renew(loop->pattern);
  if (!mv_pattern_find(loop->pattern, &loop->scan, s, loop->text.n, &match)) {
    check_match(L, &match);
    return 0;
  }
  loop->scan.next = loop->scan.avoid = match.end;
  return push_captures(L, &loop->text, &match, true);
}

/*
** v:gmatch(pattern [, init]): as string.gmatch; "^" at the start is an ordinary
** character, too.
*/
LMV_TOUCHES(view_gmatch) {
  const lmv_view *v = lmv_checkview(L, 1);
  const char *p = lua_tostring(L, 2);
  lua_Integer init;
  mv_pattern *pattern;
  text_loop *loop;
  subject t;
  if (p == NULL)
    lmv_typeerror(L, 2, "string");
  init = lmv_optinteger(L, 3, 1);
  if (*p == '^') {
    lua_pushliteral(L, "%");
    lua_pushvalue(L, 2);
    lua_concat(L, 2);
    lua_replace(L, 2);
  }
  pattern = lmv_pushpattern(L, 2);
  lua_replace(L, 2);
  open_text(L, v, &t);
  flatten_text(L, &t);
  loop = start_loop(L, &t);
  loop->pattern = pattern;
  loop->scan.next = lmv_startindex(init, t.n);
  loop->scan.avoid = SIZE_MAX;
  lmv_enditerator(L, next_match, LOOP_VALUES);
  return 1;
}

LMV_TOUCHES(next_line) {
  text_loop *loop = lua_touserdata(L, LMV_STATE);
  const unsigned char *s = text_bytes(L, &loop->text), *end;
  size_t at = loop->scan.next, n = loop->text.n - at;
  if (n == 0) {
    lua_pushnil(L);
    return 1;
  }
  end = memchr(s + at, '\n', n);
  if (end != NULL)
    n = (size_t)(end - (s + at)) + 1;
  loop->scan.next = at + n;
  lua_pushlstring(L, (const char *)s + at,
                  n - (size_t)(end != NULL && !loop->keep));
  return 1;
}

/* v:lines([keep]): the lines as strings, with their ends if keep is true. */
LMV_TOUCHES(view_lines) {
  const lmv_view *v = lmv_checkview(L, 1);
  bool keep = lua_toboolean(L, 2);
  subject t;
  lua_settop(L, 2);
  open_text(L, v, &t);
  flatten_text(L, &t);
  start_loop(L, &t)->keep = keep;
  lmv_enditerator(L, next_line, LOOP_VALUES);
  return 1;
}

LMV_TOUCHES(next_part) {
  text_loop *loop = lua_touserdata(L, LMV_STATE);
  const unsigned char *s = text_bytes(L, &loop->text);
  size_t from = loop->scan.next, end = loop->text.n;
  const lmv_view *all;
  ptrdiff_t at, stride;
  if (from == ENDED) {
    lua_pushnil(L);
    return 1;
  }
  at = mv_find(s + from, end - from, loop->bytes, loop->len);
  loop->scan.next = at < 0 ? ENDED : from + (size_t)at + loop->len;
  if (at >= 0)
    end = from + (size_t)at;
  lua_pushvalue(L, BYTE_VIEW);
  all = lua_touserdata(L, -1);
  stride = all->dims[1];
  lmv_derive1(L, lua_gettop(L), all, &lmv_byteformat,
              end > from ? all->offset + (ptrdiff_t)from * stride : all->offset,
              (ptrdiff_t)(end - from), end - from > 1 ? stride : 1);
  return 1;
}

/* Pushes a one-dimensional view of the bytes of the view at index 1. */
static void push_byte_view(lua_State *L, const lmv_view *v) {
  mv_layout lay;
  int dim;
  lmv_layout(v, &lay);
  if (mv_layout_cast(&lay, 1, -1, NULL, &dim) != MV_OK)
    luaL_error(
        L, "cannot split a view whose bytes do not lie evenly, use :copy()");
  lmv_derive(L, 1, &lay, &lmv_byteformat, 0);
}

/* v:split(sep): an iterator of views of the bytes between separators. */
LMV_TOUCHES(view_split) {
  const lmv_view *v = lmv_checkview(L, 1);
  lmv_operand sep;
  text_loop *loop;
  subject t;
  lmv_checkoperand(L, 2, &sep);
  lmv_checklive(L, v);
  lmv_operandbase(L, &sep);
  if (mv_layout_nbytes(&sep.lay) == 0)
    lmv_argerror(L, 2, "empty separator");
  lmv_pushbytes(L, &sep, 'C');
  lua_replace(L, 2);
  lua_settop(L, 2);
  push_byte_view(L, v);
  open_text(L, v, &t);
  flatten_text(L, &t);
  loop = start_loop(L, &t);
  loop->bytes = (const unsigned char *)lua_tolstring(L, 2, &loop->len);
  lua_pushvalue(L, 3);
  lmv_enditerator(L, next_part, LOOP_VALUES + 1);
  return 1;
}

const luaL_Reg lmv_text_methods[] = {
    {"find", view_find},   {"match", view_match}, {"gmatch", view_gmatch},
    {"rfind", view_rfind}, {"lines", view_lines}, {"split", view_split},
    {NULL, NULL}};
