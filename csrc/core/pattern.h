/*
** pattern.h - Lua's patterns
** pattern.c reads the text of a pattern into items, match.c matches them at one
** place, patternscan.c looks for the places where they can match. Results and
** errors are those of Lua's string library, which finds a mistake in a pattern
** only when a match gets that far: so a mistake is an item, too.
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
  MV_PCLOSE,    /* ")" of capture number number */
  MV_PAGAIN,    /* "%1", of capture number number */
  MV_PBALANCE,  /* "%b" of byte and other */
  MV_PFRONTIER, /* "%f" of a set */
  MV_PMISTAKE,  /* status says which; number is the capture's, if any */
  /* from here on, each matches a single byte and may be repeated */
  MV_PBYTE,
  MV_PANY,
  MV_PNOT,   /* "[^x]": any but byte */
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
** What is known of each byte: MV_PYES, MV_PNO, or 0 if nothing is. The last
** entry says whether something is known of a byte outside of ASCII.
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
** A literal that each match contains: the items first to first + len - 1. From
** least to most bytes come before it in the match (most: SIZE_MAX if there is
** no bound), all of which are in the set that known remembers, unless any.
*/
typedef struct mv_patclue {
  size_t first, len;
  size_t least, most;
  bool any;
  unsigned char known[MV_PTABLE];
} mv_patclue;

#define MV_PCLUES 2

/*
** A pattern. It is laid out in memory of mv_pattern_size bytes, with a copy of
** the text it was read from. What searches learn of bytes is kept in it, so it
** is not for two threads.
*/
typedef struct mv_pattern {
  bool anchored; /* by "^" */
  bool shallow;  /* cannot become too complex, whatever the bytes are */
  bool studied;  /* the members below are set */
  bool starts;   /* each match begins with a byte of a set: start */
  int nclues;
  mv_patclue clues[MV_PCLUES];
  unsigned char start[MV_PTABLE];
  size_t nitems;
  unsigned char *bytes; /* of item i, if it is one of MV_PBYTE: bytes[i] */
  unsigned char *tables;
  int ntables, maxtables;
  mv_patitem items[];
} mv_pattern;

/* The size of the memory for a pattern of len bytes; 0: more than there is. */
size_t mv_pattern_size(size_t len);

/* Reads a pattern into the memory at pat. */
void mv_pattern_read(mv_pattern *pat, const unsigned char *text, size_t len);

/* Forgets what may have changed since: the locale. */
void mv_pattern_renew(mv_pattern *pat);

/* Whether the byte c is one that the item, which matches one, matches; asks
** the locale. mv_pattern_has remembers. */
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

/* Whether the item matches a single byte; whether it has to match one. */
static inline bool mv_pattern_single(const mv_patitem *item) {
  return item->op >= MV_PBYTE;
}

static inline bool mv_pattern_needs(const mv_patitem *item) {
  return mv_pattern_single(item) && (item->repeat == 0 || item->repeat == '+');
}

/* What a capture's length is where it is a position, or was never closed. */
#define MV_POSITION ((size_t)-2)
#define MV_UNCLOSED ((size_t)-1)

typedef struct mv_match {
  mv_status status;
  int number; /* MV_ECAPTUREINDEX: of which capture, from 1 */
  size_t start, end;
  int ncaptures;
  struct {
    size_t start, len;
  } captures[MV_MAXCAPTURES];
} mv_match;

/*
** Matches the pattern at s[at] of the n bytes at s. False: it does not match,
** or match->status says what is wrong with the pattern.
*/
bool mv_pattern_match(const mv_pattern *pat, const unsigned char *s, size_t n,
                      size_t at, mv_match *match);

/*
** What finding one match after the other in the same bytes goes by: where to go
** on, and what looking for clues may cost. {.avoid = SIZE_MAX} is a start.
*/
typedef struct mv_patscan {
  size_t next;      /* where the next match can begin */
  size_t avoid;     /* no match ends there; SIZE_MAX: it may end anywhere */
  size_t resume;    /* until there clues are not looked for */
  ptrdiff_t credit; /* for looking for them, beyond what there is at first */
} mv_patscan;

/*
** Finds the first match that begins at or behind s[scan->next]. The caller sets
** next and avoid for the one behind it.
*/
bool mv_pattern_find(mv_pattern *pat, mv_patscan *scan, const unsigned char *s,
                     size_t n, mv_match *match);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
