/*
** text.c - find match rfind byte len: string methods of views
** Positions count bytes of the view in C order. If the view is not contiguous,
** pieces of it are copied, and the copies are searched.
** Captures are kept as offsets, and the memory is resolved again for each
** capture, as pushing one can run finalizers.
*/
#include "text.h"

#include "args.h"
#include "mv.h"
#include "numstack.h"
#include "operand.h"
#include "patterns.h"
#include "registry.h"
#include "view.h"

#include <string.h>

void lmv_opentext(lua_State *L, const lmv_view *v, lmv_text *t) {
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

void lmv_flattentext(lua_State *L, lmv_text *t) {
  if (!lmv_isflat(t->v)) {
    lmv_operand all;
    lmv_viewoperand(t->v, &all);
    t->copy = lmv_flatten(L, &all);
  }
  if (t->copy == NULL)
    lua_pushnil(L);
}

const unsigned char *lmv_textbytes(lua_State *L, const lmv_text *t) {
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
    at = mv_find_layout(base, &lay,
                        &(mv_search){.needle = q,
                                     .m = m,
                                     .from = from,
                                     .n = to - from,
                                     .last = last,
                                     .room = room,
                                     .size = size});
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

void lmv_checkmatch(lua_State *L, const mv_match *match) {
  if (match->status == MV_ECAPTUREINDEX)
    luaL_error(L, "invalid capture index %%%d", match->number);
  if (match->status != MV_OK)
    luaL_error(L, "%s", mv_message(match->status));
}

static void push_text(lua_State *L, const lmv_text *t, size_t at, size_t n) {
  lua_pushlstring(L, (const char *)lmv_textbytes(L, t) + at, n);
}

int lmv_pushcaptures(lua_State *L, const lmv_text *t, size_t before,
                     const mv_match *match, bool whole) {
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
      lua_pushinteger(L, (lua_Integer)(before + start) + 1);
    else
      push_text(L, t, start, n);
  }
  return match->ncaptures;
}

#define FIRST_PIECE 1024 /* bytes that are copied for the first search */

/*
** Searches a view that is not contiguous from byte `at` on. Copies a piece, with
** the byte before it ("%f" looks at that), and searches it. If the result
** depends on where the piece ends, the next piece begins at the first place that
** is open; if most of the piece is open, the next one is longer. Sets *t to the
** last piece, which begins at byte *before, and leaves it on the stack.
*/
static bool find_in_pieces(lua_State *L, mv_pattern *pat, size_t at,
                           lmv_text *t, size_t *before, mv_match *match) {
  size_t all = t->n, size = FIRST_PIECE, room = 0;
  int top = lua_gettop(L);
  unsigned char *piece = NULL;
  mv_layout lay;
  lmv_layout(t->v, &lay);
  for (;;) {
    mv_patscan scan = {.avoid = SIZE_MAX};
    bool found;
    *before = at > 0 ? at - 1 : 0;
    scan.next = at - *before;
    t->n = size < all - *before ? size : all - *before;
    if (piece == NULL || t->n > room) {
      lua_settop(L, top);
      room = t->n;
      piece = lua_newuserdatauv(L, room, 0);
    }
    mv_read(lmv_base(L, t->v), &lay, *before, t->n, piece);
    t->copy = piece;
    found = mv_pattern_find(pat, &scan, piece, t->n, match);
    if (match->open == SIZE_MAX || *before + t->n == all)
      return found;
    at = *before + match->open;
    if (match->open < size / 2)
      size = size < all / 4 ? size * 4 : all;
  }
}

/* Finds the pattern at index 2, a string or, as in the string library, a
** number. */
static int find_pattern(lua_State *L, const lmv_view *v, lua_Integer init,
                        bool find) {
  mv_patscan scan = {.avoid = SIZE_MAX};
  size_t before = 0;
  mv_match match;
  mv_pattern *pat;
  bool found;
  lmv_text t;
  lmv_opentext(L, v, &t);
  scan.next = lmv_startindex(init, t.n);
  if (scan.next > t.n) {
    lua_pushnil(L);
    return 1;
  }
  pat = lmv_pushpattern(L, 2);
  if (lmv_isflat(v)) {
    found = mv_pattern_find(pat, &scan, lmv_textbytes(L, &t), t.n, &match);
  } else {
    found = find_in_pieces(L, pat, scan.next, &t, &before, &match);
  }
  if (!found) {
    lmv_checkmatch(L, &match);
    lua_pushnil(L);
    return 1;
  }
  if (!find)
    return lmv_pushcaptures(L, &t, before, &match, true);
  push_bounds(L, before + match.start, match.end - match.start);
  return 2 + lmv_pushcaptures(L, &t, before, &match, false);
}

static int find_text(lua_State *L, bool find) {
  int top = lua_gettop(L);
  bool plain = find && top > 3 && lua_toboolean(L, 4);
  size_t len;
  const char *p = lua_tolstring(L, 2, &len);
  const lmv_view *v = lmv_checkself(L);
  lua_Integer init;
  if (p == NULL && !plain) {
    lua_settop(L, top);
    lmv_typeerror(L, 2, "string");
  }
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

/* ---- byte and len --------------------------------------------------------*/

/* Pushes the bytes start to start + n - 1 of the living view, in C order. */
static void stream_bytes(lua_State *L, const lmv_view *v, ptrdiff_t start,
                         ptrdiff_t n) {
  unsigned char bytes[64];
  mv_bytestream at;
  mv_layout lay;
  lmv_layout(v, &lay);
  mv_stream_start(&at, lmv_base(L, v), &lay, (size_t)start);
  for (ptrdiff_t some; n > 0; n -= some) {
    some = n < (ptrdiff_t)sizeof bytes ? n : (ptrdiff_t)sizeof bytes;
    mv_stream_read(&at, bytes, (size_t)some);
    for (ptrdiff_t k = 0; k < some; k++)
      lua_pushinteger(L, bytes[k]);
  }
}

/* v:byte([i [, j]]): bytes as numbers, as string.byte. */
LMV_TOUCHES(view_byte) {
  int top = lua_gettop(L);
  lmv_view *v = lmv_checkself(L);
  lua_Integer i = top > 1 ? lmv_optinteger(L, 2, 1) : 1;
  lua_Integer j = top > 2 ? lmv_optinteger(L, 3, i) : i;
  ptrdiff_t start, n;
  lmv_checklive(L, v);
  mv_range_forward(lmv_nbytes(v), i, j, &start, &n);
  if (n > LUA_MINSTACK / 2)
    lmv_checkresults(L, n);
  if (lmv_isflat(v))
    push_number_run(L, 1 + MV_U8, lmv_base(L, v) + v->offset + start, 1, n);
  else
    stream_bytes(L, v, start, n);
  return (int)n;
}

/* v:len(): the number of bytes, as string.len. */
static int view_bytelen(lua_State *L) {
  lmv_view *v = lmv_checkself(L);
  lmv_checklive(L, v);
  lua_pushinteger(L, lmv_nbytes(v));
  return 1;
}

const luaL_Reg lmv_text_methods[] = {
    {"find", view_find}, {"match", view_match}, {"rfind", view_rfind},
    {"byte", view_byte}, {"len", view_bytelen}, {NULL, NULL}};
