/*
** patternscan.c - searches for the places where a pattern can match
** A pattern is studied when it is first searched for in more than a few bytes.
** The study finds starts, the bytes that a match can begin with, and clues,
** literals that each match contains, with the bytes that can precede them. A
** scan finds clues by mv_find and skips the bytes between them. Starts and
** clues only skip places where Lua's matcher would fail before it reaches a
** mistake in the pattern.
**
** A frequent clue costs more than it saves. So the search for clues has a
** budget: each byte that is skipped adds 1, each clue that is found subtracts
** FIND_COST. When the budget is spent, the next REST bytes are searched without
** clues.
*/
#include "kernels.h"
#include "pattern.h"

#include <stdint.h>
#include <string.h>

#define FEW 48       /* bytes that are searched before the pattern is studied */
#define BUDGET 1024  /* at first, and each time that it is spent */
#define FIND_COST 48 /* of a clue, in bytes that are scanned in the same time */
#define REST 8192

#define UNKNOWN SIZE_MAX

/* ---- study ---------------------------------------------------------------*/

/* Whether a match can begin with the byte c. */
static bool can_start(const mv_pattern *pat, unsigned char c) {
  for (const mv_patitem *item = pat->items;; item++) {
    if (mv_pattern_single(item) || item->op == MV_PFRONTIER) {
      if (mv_pattern_has(item, c))
        return true;
      if (mv_pattern_needs(item) || item->op == MV_PFRONTIER)
        return false;
    } else if (item->op == MV_PBALANCE) {
      return c == item->byte;
    }
  }
}

/* Whether can_start ends: there is an item that has to match a byte. */
static bool has_starts(const mv_pattern *pat) {
  for (const mv_patitem *item = pat->items;; item++) {
    if (mv_pattern_needs(item))
      return item->op != MV_PANY;
    switch ((mv_patop)item->op) {
    case MV_PFRONTIER:
    case MV_PBALANCE:
      return true;
    case MV_PEND:
    case MV_PFINISH:
    case MV_PAGAIN:
    case MV_PMISTAKE:
    case MV_PANY:
      return false;
    default:
      break;
    }
  }
}

/* Adds the bytes that item can match to the bytes before the clue. */
static void come_before(mv_patclue *clue, const mv_patitem *item) {
  switch ((mv_patop)item->op) {
  case MV_PAGAIN:
    clue->any = true;
    clue->most = SIZE_MAX;
    return;
  case MV_PBALANCE:
    clue->any = true;
    clue->most = SIZE_MAX;
    clue->least += 2;
    return;
  default:
    if (!mv_pattern_single(item))
      return;
  }
  clue->least += mv_pattern_needs(item);
  if (item->op == MV_PANY)
    clue->any = true;
  if (item->repeat != 0 && item->repeat != '?')
    clue->most = SIZE_MAX;
  else if (clue->most != SIZE_MAX)
    clue->most++;
}

/* Whether the places where a match can begin are near the clue. */
static bool is_near(const mv_patclue *clue) {
  return !clue->any || clue->most != SIZE_MAX;
}

/* Copies the clue without its cached answers. */
static void keep_clue(mv_patclue *to, const mv_patclue *from) {
  memcpy(to, from, offsetof(mv_patclue, known));
}

/*
** Chooses the longest near literal, which comes first, and the longest of all.
*/
static void find_clues(mv_pattern *pat) {
  mv_patclue here, best[MV_PCLUES];
  memset(&here, 0, offsetof(mv_patclue, known));
  best[0].len = best[1].len = 0;
  for (size_t i = 0; i + 1 < pat->nitems; i++) {
    const mv_patitem *item = &pat->items[i];
    here.first = i;
    here.len = item->run;
    if (is_near(&here) && here.len > best[0].len)
      keep_clue(&best[0], &here);
    if (here.len > best[1].len)
      keep_clue(&best[1], &here);
    come_before(&here, item);
  }
  if (best[0].len > 0)
    keep_clue(&pat->clues[pat->nclues++], &best[0]);
  if (best[1].len > best[0].len)
    keep_clue(&pat->clues[pat->nclues++], &best[1]);
}

static void study(mv_pattern *pat) {
  pat->studied = true;
  pat->starts = has_starts(pat);
  if (pat->shallow && !pat->anchored)
    find_clues(pat);
  for (int i = 0; i < pat->nclues; i++)
    memset(pat->clues[i].known, 0, sizeof pat->clues[i].known);
  memset(pat->start, 0, sizeof pat->start);
}

/* ---- scan ----------------------------------------------------------------*/

typedef struct scan {
  mv_pattern *pat;
  mv_patscan *state; /* from one call to the next */
  const unsigned char *s;
  size_t n;
  size_t at[MV_PCLUES]; /* the next places of the clues */
} scan;

/* Whether the byte c can come before the clue. */
static bool may_precede(const mv_pattern *pat, mv_patclue *clue,
                        unsigned char c) {
  if (clue->known[c] == 0) {
    bool may = false;
    for (size_t i = 0; i < clue->first && !may; i++)
      may = mv_pattern_single(&pat->items[i]) &&
            mv_pattern_has(&pat->items[i], c);
    mv_pattern_know(clue->known, c, may);
  }
  return clue->known[c] == MV_PYES;
}

static ptrdiff_t find_bytes(const unsigned char *s, size_t n,
                            const unsigned char *bytes, size_t len) {
  const unsigned char *p;
  if (len > 1)
    return mv_find(s, n, bytes, len);
  p = n == 0 ? NULL : memchr(s, *bytes, n);
  return p == NULL ? -1 : p - s;
}

/* Finds clue k for a match that begins at i or behind. False: the clue does not
** occur there. */
static bool find_clue(scan *c, int k, size_t i) {
  const mv_patclue *clue = &c->pat->clues[k];
  ptrdiff_t at;
  if (clue->least > c->n - i)
    return false;
  i += clue->least;
  if (c->at[k] != UNKNOWN && c->at[k] >= i)
    return true;
  at = find_bytes(c->s + i, c->n - i, c->pat->bytes + clue->first, clue->len);
  if (at < 0)
    return false;
  c->at[k] = i + (size_t)at;
  c->state->credit += at - FIND_COST;
  return true;
}

/* The first place from i on where a match with clue k at its present place can
** begin. It may be too near to the clue for a match. */
static size_t first_before(const scan *c, int k, size_t i) {
  mv_patclue *clue = &c->pat->clues[k];
  size_t at = c->at[k], first = at;
  if (clue->most != SIZE_MAX)
    return at - i > clue->most ? at - clue->most : i;
  if (clue->any)
    return i;
  while (first > i && may_precede(c->pat, clue, c->s[first - 1]))
    first--;
  c->state->credit -= (ptrdiff_t)(at - first);
  return first;
}

/*
** Moves *i to the next place where a match can begin according to clue 0, and
** *last to the last such place that is known. False: there is no further place.
*/
static bool follow_clue(scan *c, size_t *i, size_t *last) {
  for (;;) {
    size_t first;
    if (!find_clue(c, 0, *i))
      return false;
    *last = c->at[0] - c->pat->clues[0].least;
    first = first_before(c, 0, *i);
    if (first <= *last) {
      *i = first;
      return true;
    }
    *i = *last + 1;
  }
}

/* The first place from i on where a match can begin if clue k does not occur, but
** begins near the end or behind it. */
static size_t open_place(scan *c, int k, size_t i) {
  size_t len = c->pat->clues[k].len, at = c->n < len ? 0 : c->n - len + 1;
  c->at[k] = at > i ? at : i;
  return first_before(c, k, i);
}

/* The same according to all clues. False: *i is the first place where a match can
** begin with further bytes. */
static bool follow_scan(scan *c, size_t *i, size_t *last) {
  const mv_pattern *pat = c->pat;
  mv_patscan *state = c->state;
  size_t other;
  *last = c->n;
  if (pat->nclues == 0)
    return true;
  if (*i < state->resume) {
    *last = state->resume - 1 < c->n ? state->resume - 1 : c->n;
    return true;
  }
  if (!follow_clue(c, i, last)) {
    *i = open_place(c, 0, *i);
    return false;
  }
  if (pat->nclues > 1) {
    if (!find_clue(c, 1, *i)) {
      *i = open_place(c, 1, *i);
      return false;
    }
    other = c->at[1] - pat->clues[1].least;
    *last = *last < other ? *last : other;
  }
  if (state->credit < -BUDGET) {
    state->credit = 0;
    state->resume = *i + REST;
  }
  return true;
}

/* The first place from i to last whose byte can begin a match. Behind the last
** byte a match can always begin. */
static size_t skip(const scan *c, size_t i, size_t last) {
  unsigned char *start = c->pat->start;
  size_t end = last < c->n ? last + 1 : c->n;
  while (i < end) {
    unsigned char x = c->s[i];
    if (start[x] == 0)
      mv_pattern_know(start, x, can_start(c->pat, x));
    if (start[x] == MV_PYES)
      return i;
    i++;
  }
  return i;
}

/* Searches for a match that begins from i to last, with the results of the
** study. */
static bool find_between(const scan *c, size_t i, size_t last,
                         mv_match *match) {
  for (; i <= last; i++) {
    if (c->pat->starts && (i = skip(c, i, last)) > last)
      break;
    if (mv_pattern_match(c->pat, c->s, c->n, i, match)) {
      if (match->end != c->state->avoid)
        return true;
    } else if (match->status != MV_OK) {
      break;
    }
  }
  return false;
}

/* Searches for a match that begins at i or behind. */
static bool find_studied(mv_pattern *pat, mv_patscan *state,
                         const unsigned char *s, size_t n, size_t i,
                         mv_match *match) {
  scan c = {pat, state, s, n, {UNKNOWN, UNKNOWN}};
  for (size_t last; match->status == MV_OK && i <= n; i = last + 1) {
    if (!follow_scan(&c, &i, &last))
      break;
    if (find_between(&c, i, last, match))
      return true;
  }
  if (match->status == MV_OK && match->open > i)
    match->open = i < n ? i : n;
  return false;
}

bool mv_pattern_find(mv_pattern *pat, mv_patscan *state, const unsigned char *s,
                     size_t n, mv_match *match) {
  size_t i = state->next, last = n - i > FEW ? i + FEW : n;
  match->status = MV_OK;
  match->open = SIZE_MAX;
  if (pat->studied)
    return find_studied(pat, state, s, n, i, match);
  if (pat->anchored)
    last = i;
  for (; i <= last; i++)
    if (mv_pattern_match(pat, s, n, i, match)) {
      if (match->end != state->avoid)
        return true;
    } else if (match->status != MV_OK) {
      return false;
    }
  if (pat->anchored || last == n)
    return false;
  study(pat);
  return find_studied(pat, state, s, n, i, match);
}
