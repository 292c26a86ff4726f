/*
** pattern.h - Lua's patterns
** pattern.c compiles the text of a pattern into items, match.c matches the
** items at one place, patternscan.c searches for the places where they can
** match. Results and errors are those of Lua's string library. It reports a
** mistake in a pattern only when a match reaches the mistake, so a mistake is
** an item, too.
*/
#ifndef MV_PATTERN_H
#define MV_PATTERN_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define MV_MAXCAPTURES 32 /* as Lua's LUA_MAXCAPTURES */
#define MV_MAXNESTING 200 /* of matches within a match; Lua's MAXCCALLS */

typedef enum mv_patop {
  MV_PEND,      /* of the pattern */
  MV_PFINISH,   /* "$" at the end of the pattern */
  MV_POPEN,     /* "(" */
  MV_PPOSITION, /* "()" */
  MV_PCLOSE,    /* ")", ends capture `number` */
  MV_PAGAIN,    /* "%1", repeats capture `number` */
  MV_PBALANCE,  /* "%b" of byte and other */
  MV_PFRONTIER, /* "%f" of a set */
  MV_PMISTAKE,  /* a mistake: its status, and the capture's number, if any */
  /* from here on, each matches a single byte and may be repeated */
  MV_PBYTE,
  MV_PANY,
  MV_PNOT,   /* "[^x]": any byte but `byte` */
  MV_PCLASS, /* byte is its letter */
  MV_PSET
} mv_patop;

typedef struct mv_patitem {
  unsigned char op;     /* mv_patop */
  unsigned char repeat; /* '?', '*', '+', '-' or 0 */
  unsigned char byte, other;
  int number;
  mv_status status;
  size_t run;               /* bytes of the literal that starts here */
  const unsigned char *set; /* of a class or set: its text */
  size_t len;
  unsigned char *known; /* if not NULL: a table of MV_PTABLE bytes */
} mv_patitem;

/*
** The cached answer for each byte: MV_PYES, MV_PNO, or 0 if it is unknown. The
** last entry is not 0 if the answer for a byte outside of ASCII is cached.
*/
#define MV_PTABLE 257
#define MV_PNO 1
#define MV_PYES 2

static inline void mv_pattern_know(unsigned char *table, unsigned char c,
                                   bool has) {
  table[c] = has ? MV_PYES : MV_PNO;
  if (c >= 128)
    table[MV_PTABLE - 1] = 1;
}

/*
** A literal that each match contains: the items first to first + len - 1. In
** the match, least to most bytes come before the literal (most is SIZE_MAX
** without a bound). All these bytes are in the set that known caches, unless
** any is true.
*/
typedef struct mv_patclue {
  size_t first, len;
  size_t least, most;
  bool any;
  unsigned char known[MV_PTABLE];
} mv_patclue;

#define MV_PCLUES 2

/*
** A pattern. It lies in memory of mv_pattern_size bytes, with a copy of its
** text. Searches cache answers in it, so two threads must not share a pattern.
*/
typedef struct mv_pattern {
  bool anchored; /* by "^" */
  bool shallow;  /* cannot become too complex with any bytes */
  bool studied;  /* the members below are set */
  bool starts;   /* each match begins with a byte of a set: start */
  int nclues;
  mv_patclue clues[MV_PCLUES];
  unsigned char start[MV_PTABLE];
  size_t nitems;
  unsigned char *bytes; /* bytes[i] is the byte of item i if that is MV_PBYTE */
  unsigned char *tables;
  int ntables, maxtables;
  mv_patitem items[];
} mv_pattern;

/* The size of the memory for a pattern of len bytes; 0: it overflows. */
size_t mv_pattern_size(size_t len);

/* Reads a pattern into the memory at pat. */
void mv_pattern_read(mv_pattern *pat, const unsigned char *text, size_t len);

/* Drops cached answers that depend on the locale. */
void mv_pattern_renew(mv_pattern *pat);

/* Whether an item for a single byte matches the byte c, by the present locale.
** mv_pattern_has caches the answer. */
bool mv_pattern_learn(const mv_patitem *item, unsigned char c);

static inline bool mv_pattern_has(const mv_patitem *item, unsigned char c) {
  if (item->op == MV_PBYTE)
    return item->byte == c;
  if (item->op == MV_PANY)
    return true;
  if (item->op == MV_PNOT)
    return item->byte != c;
  if (item->known != NULL && item->known[c] != 0)
    return item->known[c] == MV_PYES;
  return mv_pattern_learn(item, c);
}

/* mv_pattern_single: whether the item matches a single byte. mv_pattern_needs:
** whether it has to match a byte. */
static inline bool mv_pattern_single(const mv_patitem *item) {
  return item->op >= MV_PBYTE;
}

static inline bool mv_pattern_needs(const mv_patitem *item) {
  return mv_pattern_single(item) && (item->repeat == 0 || item->repeat == '+');
}

/* The length of a capture that is a position, and of a capture never closed. */
#define MV_POSITION ((size_t)-2)
#define MV_UNCLOSED ((size_t)-1)

typedef struct mv_match {
  mv_status status;
  int number; /* of MV_ECAPTUREINDEX: the capture, from 1 */
  /* the first place whose result can depend on where the bytes end; SIZE_MAX:
  ** there is none */
  size_t open;
  size_t start, end;
  int ncaptures;
  struct {
    size_t start, len;
  } captures[MV_MAXCAPTURES];
} mv_match;

/*
** Matches the pattern at s[at] of the n bytes at s. Returns false if it does
** not match, or if the pattern has a mistake (then match->status is not MV_OK).
** If the result can depend on where the bytes end, sets match->open to `at`,
** unless it is lower already; the caller starts it with SIZE_MAX.
*/
bool mv_pattern_match(const mv_pattern *pat, const unsigned char *s, size_t n,
                      size_t at, mv_match *match);

/*
** The state of a search for one match after the other in the same bytes: the
** next place, and the budget of the search for clues. The state starts as
** {.avoid = SIZE_MAX}.
*/
typedef struct mv_patscan {
  size_t next;      /* where the next match can begin */
  size_t avoid;     /* no match ends there; SIZE_MAX: it may end anywhere */
  size_t resume;    /* clues are not searched for before this place */
  ptrdiff_t credit; /* of the search for clues, added to BUDGET */
} mv_patscan;

/*
** Finds the first match that begins at or behind s[state->next]. The caller sets
** next and avoid for the next search. match->open: if it is SIZE_MAX, the result
** is the same with any further bytes behind the n bytes; otherwise a search of
** these and any further bytes has the same result from match->open on.
*/
bool mv_pattern_find(mv_pattern *pat, mv_patscan *state, const unsigned char *s,
                     size_t n, mv_match *match);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
