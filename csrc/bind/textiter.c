/*
** textiter.c - gmatch lines split: iterators over a view as a string
** If the view is not contiguous, its bytes are copied once, at the call.
*/
#include "textiter.h"

#include "args.h"
#include "formats.h"
#include "mv.h"
#include "operand.h"
#include "patterns.h"
#include "registry.h"
#include "text.h"
#include "view.h"

#include <string.h>

/*
** The state of an iteration. The upvalues behind it are the values to which it
** refers: the view, the pattern's userdata or the separator, the copy of the
** view's bytes.
*/
typedef struct text_loop {
  lmv_text text;
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
static text_loop *start_loop(lua_State *L, const lmv_text *t) {
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
  const unsigned char *s = lmv_textbytes(L, &loop->text);
  mv_match match;
  if (loop->scan.next > loop->text.n)
    return 0;
  mv_pattern_renew(loop->pattern);
  if (!mv_pattern_find(loop->pattern, &loop->scan, s, loop->text.n, &match)) {
    lmv_checkmatch(L, &match);
    return 0;
  }
  loop->scan.next = loop->scan.avoid = match.end;
  return lmv_pushcaptures(L, &loop->text, 0, &match, true);
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
  lmv_text t;
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
  lmv_opentext(L, v, &t);
  lmv_flattentext(L, &t);
  loop = start_loop(L, &t);
  loop->pattern = pattern;
  loop->scan.next = lmv_startindex(init, t.n);
  loop->scan.avoid = SIZE_MAX;
  lmv_enditerator(L, next_match, LOOP_VALUES);
  return 1;
}

LMV_TOUCHES(next_line) {
  text_loop *loop = lua_touserdata(L, LMV_STATE);
  const unsigned char *s = lmv_textbytes(L, &loop->text), *end;
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
  lmv_text t;
  lua_settop(L, 2);
  lmv_opentext(L, v, &t);
  lmv_flattentext(L, &t);
  start_loop(L, &t)->keep = keep;
  lmv_enditerator(L, next_line, LOOP_VALUES);
  return 1;
}

LMV_TOUCHES(next_part) {
  text_loop *loop = lua_touserdata(L, LMV_STATE);
  const unsigned char *s = lmv_textbytes(L, &loop->text);
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
  lmv_text t;
  lmv_checkoperand(L, 2, &sep);
  lmv_checklive(L, v);
  lmv_operandbase(L, &sep);
  if (mv_layout_nbytes(&sep.lay) == 0)
    lmv_argerror(L, 2, "empty separator");
  lmv_pushbytes(L, &sep, 'C');
  lua_replace(L, 2);
  lua_settop(L, 2);
  push_byte_view(L, v);
  lmv_opentext(L, v, &t);
  lmv_flattentext(L, &t);
  loop = start_loop(L, &t);
  loop->bytes = (const unsigned char *)lua_tolstring(L, 2, &loop->len);
  lua_pushvalue(L, 3);
  lmv_enditerator(L, next_part, LOOP_VALUES + 1);
  return 1;
}

const luaL_Reg lmv_textiter_methods[] = {{"gmatch", view_gmatch},
                                         {"lines", view_lines},
                                         {"split", view_split},
                                         {NULL, NULL}};
