/*
** match.c - matches a pattern at one place
** A repeated item, the start of a capture and its end match the items behind
** them by a nested match, and try the next possibility if it fails. The nesting
** is bounded as in Lua. If a match reaches a mistake in the pattern, it sets
** the status, and the whole match fails.
*/
#include "kernels.h"
#include "pattern.h"

#include <string.h>

typedef struct matcher {
  const mv_pattern *pat;
  const unsigned char *s, *end;
  mv_match *match;
  int room; /* for nested matches */
} matcher;

/* A place in the searched bytes; NULL: no match. */
typedef const unsigned char *spot;

static spot nested(matcher *m, spot s, const mv_patitem *item);

static spot mistaken(matcher *m, mv_status status, int number) {
  m->match->status = status;
  m->match->number = number;
  return NULL;
}

/* Code whose result depends on where the bytes end calls meet_end, or compares
** a place with the end by at_end. */
static inline spot meet_end(const matcher *m) {
  if (m->match->open > m->match->start)
    m->match->open = m->match->start;
  return NULL;
}

static inline bool at_end(const matcher *m, spot s) {
  if (s != m->end)
    return false;
  meet_end(m);
  return true;
}

/* Whether the result e of a nested match is final: a match or a mistake. */
static inline bool settled(const matcher *m, spot e) {
  return e != NULL || m->match->status != MV_OK;
}

/* Whether item and the items behind it can match at s. A nested match that may
** be too complex must be tried, as only the try finds the error. */
static inline bool may_match(const matcher *m, spot s, const mv_patitem *item) {
  if (!m->pat->shallow || !mv_pattern_needs(item))
    return true;
  return !at_end(m, s) && mv_pattern_has(item, *s);
}

/* ---- captures ------------------------------------------------------------*/

static spot open_capture(matcher *m, spot s, const mv_patitem *item) {
  mv_match *match = m->match;
  spot e;
  match->captures[match->ncaptures].start = (size_t)(s - m->s);
  match->captures[match->ncaptures].len =
      item->op == MV_PPOSITION ? MV_POSITION : MV_UNCLOSED;
  match->ncaptures++;
  e = nested(m, s, item + 1);
  if (e == NULL)
    match->ncaptures--;
  return e;
}

static spot close_capture(matcher *m, spot s, const mv_patitem *item) {
  size_t *len = &m->match->captures[item->number].len;
  spot e;
  *len = (size_t)(s - m->s) - m->match->captures[item->number].start;
  e = nested(m, s, item + 1);
  if (e == NULL)
    *len = MV_UNCLOSED;
  return e;
}

/* A capture of a position cannot be repeated: its length is too great. */
static spot match_again(const matcher *m, spot s, const mv_patitem *item) {
  size_t start = m->match->captures[item->number].start;
  size_t len = m->match->captures[item->number].len;
  if (len > (size_t)(m->end - s))
    return meet_end(m);
  return memcmp(m->s + start, s, len) == 0 ? s + len : NULL;
}

/* ---- single items --------------------------------------------------------*/

static spot match_balance(const matcher *m, spot s, const mv_patitem *item) {
  size_t depth = 1;
  if (at_end(m, s) || *s != item->byte)
    return NULL;
  while (++s < m->end) {
    if (*s == item->other) {
      if (--depth == 0)
        return s + 1;
    } else if (*s == item->byte) {
      depth++;
    }
  }
  return meet_end(m);
}

/* As in Lua, the bytes have a 0 before them and behind them. */
static bool at_frontier(const matcher *m, spot s, const mv_patitem *item) {
  unsigned char before = s == m->s ? 0 : s[-1];
  unsigned char behind = at_end(m, s) ? 0 : *s;
  return !mv_pattern_has(item, before) && mv_pattern_has(item, behind);
}

/* ---- repeated items ------------------------------------------------------*/

/* The place behind the bytes that the item matches from s on. */
static spot accepted_span(const matcher *m, spot s, const mv_patitem *item) {
  if (item->op == MV_PANY) {
    s = m->end;
  } else if (item->op == MV_PNOT) {
    s = s == m->end ? s : memchr(s, item->byte, (size_t)(m->end - s));
    s = s != NULL ? s : m->end;
  } else {
    while (s < m->end && mv_pattern_has(item, *s))
      s++;
  }
  at_end(m, s);
  return s;
}

/* Matches as many bytes as possible, from s on. */
static spot match_most(matcher *m, spot s, const mv_patitem *item) {
  for (spot p = accepted_span(m, s, item);; p--) {
    if (may_match(m, p, item + 1)) {
      spot e = nested(m, p, item + 1);
      if (settled(m, e))
        return e;
    }
    if (p == s)
      return NULL;
  }
}

/* Matches as few bytes as possible, any bytes, before a literal. */
static spot match_until(matcher *m, spot s, const mv_patitem *literal) {
  const unsigned char *bytes = m->pat->bytes + (literal - m->pat->items);
  for (;; s++) {
    ptrdiff_t at = mv_find(s, (size_t)(m->end - s), bytes, literal->run);
    spot e;
    if (at < 0)
      return meet_end(m);
    s += at;
    e = nested(m, s, literal);
    if (settled(m, e))
      return e;
  }
}

/* Matches as few bytes as possible. */
static spot match_least(matcher *m, spot s, const mv_patitem *item) {
  if (item->op == MV_PANY && item[1].run > 0 && m->pat->shallow)
    return match_until(m, s, item + 1);
  for (;; s++) {
    if (may_match(m, s, item + 1)) {
      spot e = nested(m, s, item + 1);
      if (settled(m, e))
        return e;
    }
    if (at_end(m, s) || !mv_pattern_has(item, *s))
      return NULL;
  }
}

/*
** Matches an item for single bytes at *s. If it returns true, the items behind
** it were tried, too, and *s is the end of the match or NULL. If it returns
** false, *s is the place of the items behind it, or NULL.
*/
static bool match_single(matcher *m, spot *s, const mv_patitem *item) {
  spot at = *s, e;
  if (at_end(m, at) || !mv_pattern_has(item, *at)) {
    if (mv_pattern_needs(item))
      *s = NULL;
    return false;
  }
  switch (item->repeat) {
  case '?':
    e = nested(m, at + 1, item + 1);
    if (settled(m, e))
      *s = e;
    return settled(m, e);
  case '+':
    *s = match_most(m, at + 1, item);
    return true;
  case '*':
    *s = match_most(m, at, item);
    return true;
  case '-':
    *s = match_least(m, at, item);
    return true;
  default:
    *s = at + 1;
    return false;
  }
}

/* ---- all items -----------------------------------------------------------*/

static spot match_items(matcher *m, spot s, const mv_patitem *item) {
  for (; s != NULL; item++) {
    switch ((mv_patop)item->op) {
    case MV_PEND:
      return s;
    case MV_PFINISH:
      return at_end(m, s) ? s : NULL;
    case MV_POPEN:
    case MV_PPOSITION:
      return open_capture(m, s, item);
    case MV_PCLOSE:
      return close_capture(m, s, item);
    case MV_PAGAIN:
      s = match_again(m, s, item);
      break;
    case MV_PBALANCE:
      s = match_balance(m, s, item);
      break;
    case MV_PFRONTIER:
      s = at_frontier(m, s, item) ? s : NULL;
      break;
    case MV_PMISTAKE:
      return mistaken(m, item->status, item->number);
    case MV_PBYTE:
    case MV_PANY:
    case MV_PNOT:
    case MV_PCLASS:
    case MV_PSET:
      if (match_single(m, &s, item))
        return s;
      break;
    }
  }
  return NULL;
}

static spot nested(matcher *m, spot s, const mv_patitem *item) {
  spot e;
  if (m->room == 0)
    return mistaken(m, MV_ECOMPLEX, 0);
  m->room--;
  e = match_items(m, s, item);
  m->room++;
  return e;
}

bool mv_pattern_match(const mv_pattern *pat, const unsigned char *s, size_t n,
                      size_t at, mv_match *match) {
  matcher m = {pat, s, s + n, match, MV_MAXNESTING};
  spot e;
  match->status = MV_OK;
  match->start = at;
  match->ncaptures = 0;
  e = nested(&m, s + at, pat->items);
  if (e == NULL)
    return false;
  match->end = (size_t)(e - s);
  return true;
}
