/*
** text.h - a view as a string
*/
#ifndef LMV_TEXT_H
#define LMV_TEXT_H

#include "lease.h"
#include "pattern.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The bytes of a view. If they are not contiguous, copy has n of them: all (by
** lmv_flattentext) or a piece. */
typedef struct lmv_text {
  const lmv_view *v;
  const unsigned char *copy;
  size_t n;
} lmv_text;

/* Sets *t to the bytes of the view. [-0, +0, v] Raises if the view is dead. */
void lmv_opentext(lua_State *L, const lmv_view *v, lmv_text *t);

/* Copies the bytes if they are not contiguous. [-0, +1, v] Pushes the copy, or
** nil. */
void lmv_flattentext(lua_State *L, lmv_text *t);

/* The present address of the contiguous bytes. [-0, +0, v] Raises if the view is
** dead. */
const unsigned char *lmv_textbytes(lua_State *L, const lmv_text *t);

/* Raises the error of a mistake in the pattern, if the match found one.
** [-0, +0, v] */
void lmv_checkmatch(lua_State *L, const mv_match *match);

/* Pushes the captures and returns their number. before: the number of the
** view's bytes before those of t; whole: without captures, pushes the match.
** [-0, +n, v] */
int lmv_pushcaptures(lua_State *L, const lmv_text *t, size_t before,
                     const mv_match *match, bool whole);

extern const luaL_Reg lmv_text_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
