/*
** pattern.c - compiles the text of a pattern into items
** Reading ends at the first mistake, as no match gets behind it. Captures open
** and close in the order of the items, so the captures open at each item are
** known here, and mistakes with captures are found here, too.
*/
#include "pattern.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* The greatest number of sets with a table. The text of further sets is read
** again for each byte that is compared. */
#define MAXTABLES 16

typedef struct reader {
  mv_pattern *pat;
  const unsigned char *p, *end;
  int level; /* captures so far */
  bool open[MV_MAXCAPTURES];
  int nested;                          /* items that nest a match in a match */
  const mv_patitem *tabled[MAXTABLES]; /* the first item with each table */
} reader;

/* ---- sets of bytes -------------------------------------------------------*/

static bool is_class(unsigned char letter) {
  switch (tolower(letter)) {
  case 'a':
  case 'c':
  case 'd':
  case 'g':
  case 'l':
  case 'p':
  case 's':
  case 'u':
  case 'w':
  case 'x':
  case 'z':
    return true;
  default:
    return false;
  }
}

static bool class_has(unsigned char letter, unsigned char c) {
  bool has;
  switch (tolower(letter)) {
  case 'a':
    has = isalpha(c);
    break;
  case 'c':
    has = iscntrl(c);
    break;
  case 'd':
    has = isdigit(c);
    break;
  case 'g':
    has = isgraph(c);
    break;
  case 'l':
    has = islower(c);
    break;
  case 'p':
    has = ispunct(c);
    break;
  case 's':
    has = isspace(c);
    break;
  case 'u':
    has = isupper(c);
    break;
  case 'w':
    has = isalnum(c);
    break;
  case 'x':
    has = isxdigit(c);
    break;
  case 'z': /* Lua accepts it, but does not document it any more */
    has = c == 0;
    break;
  default:
    return letter == c;
  }
  return has != (isupper(letter) != 0);
}

/*
** Whether c is in the set from "[" at p to "]" at last. Here an escape at the
** end of a range is an ordinary byte, but in the search for the end of the set
** it escaped the byte behind it. So the last byte of the set may be the "]"
** itself.
*/
static bool set_has(const unsigned char *p, const unsigned char *last,
                    unsigned char c) {
  bool found = false;
  bool complement = *++p == '^';
  for (p += complement; p < last && !found; p++) {
    if (*p == '%') {
      found = class_has(*++p, c);
    } else if (p[1] == '-' && p + 2 < last) {
      found = p[0] <= c && c <= p[2];
      p += 2;
    } else {
      found = *p == c;
    }
  }
  return found != complement;
}

bool mv_pattern_learn(const mv_patitem *item, unsigned char c) {
  bool has = item->op == MV_PCLASS
                 ? class_has(item->byte, c)
                 : set_has(item->set, item->set + item->len - 1, c);
  if (item->known != NULL)
    mv_pattern_know(item->known, c, has);
  return has;
}

/*
** Gives the item of a class or set a table, shared with items of the same text.
*/
static void share_table(reader *r, mv_patitem *item) {
  mv_pattern *pat = r->pat;
  for (int i = 0; i < pat->ntables; i++)
    if (r->tabled[i]->len == item->len &&
        memcmp(r->tabled[i]->set, item->set, item->len) == 0) {
      item->known = r->tabled[i]->known;
      return;
    }
  if (pat->ntables == pat->maxtables)
    return;
  item->known = pat->tables + MV_PTABLE * pat->ntables;
  memset(item->known, 0, MV_PTABLE);
  r->tabled[pat->ntables++] = item;
}

/* The place behind the set that starts at p; NULL: it has no end. */
static const unsigned char *set_end(const unsigned char *p,
                                    const unsigned char *end) {
  p++;
  if (p < end && *p == '^')
    p++;
  do { /* a first "]" is an ordinary byte */
    if (p >= end)
      return NULL;
    if (*p++ == '%' && p < end)
      p++;
  } while (p >= end || *p != ']');
  return p + 1;
}

/* ---- items ---------------------------------------------------------------*/

static mv_patitem *add(reader *r, mv_patop op) {
  mv_patitem *item = &r->pat->items[r->pat->nitems++];
  memset(item, 0, sizeof *item);
  item->op = (unsigned char)op;
  return item;
}

static void add_mistake(reader *r, mv_status status) {
  mv_patitem *item = add(r, MV_PMISTAKE);
  item->status = status;
  r->p = r->end; /* ends the reading */
}

static void add_open(reader *r) {
  bool position = r->p + 1 < r->end && r->p[1] == ')';
  if (r->level == MV_MAXCAPTURES) {
    add_mistake(r, MV_EMANYCAPTURES);
    return;
  }
  add(r, position ? MV_PPOSITION : MV_POPEN);
  r->open[r->level++] = !position;
  r->nested++;
  r->p += position ? 2 : 1;
}

static void add_close(reader *r) {
  int k = r->level - 1;
  while (k >= 0 && !r->open[k])
    k--;
  if (k < 0) {
    add_mistake(r, MV_ENOCAPTURE);
    return;
  }
  add(r, MV_PCLOSE)->number = k;
  r->open[k] = false;
  r->nested++;
  r->p++;
}

static void add_again(reader *r) {
  int k = r->p[1] - '1';
  if (k < 0 || k >= r->level || r->open[k]) {
    add_mistake(r, MV_ECAPTUREINDEX);
    r->pat->items[r->pat->nitems - 1].number = k + 1;
    return;
  }
  add(r, MV_PAGAIN)->number = k;
  r->p += 2;
}

static void add_balance(reader *r) {
  mv_patitem *item;
  if (r->end - r->p < 4) {
    add_mistake(r, MV_EBALANCE);
    return;
  }
  item = add(r, MV_PBALANCE);
  item->byte = r->p[2];
  item->other = r->p[3];
  r->p += 4;
}

/* Adds an item of the set at p; false: the set has a mistake. */
static bool add_set(reader *r, mv_patop op, const unsigned char *p) {
  const unsigned char *end = set_end(p, r->end);
  mv_patitem *item;
  if (end == NULL) {
    add_mistake(r, MV_EPATTERNSET);
    return false;
  }
  item = add(r, op);
  item->set = p;
  item->len = (size_t)(end - p);
  share_table(r, item);
  r->p = end;
  return true;
}

static void add_frontier(reader *r) {
  if (r->end - r->p < 3 || r->p[2] != '[')
    add_mistake(r, MV_EFRONTIER);
  else
    add_set(r, MV_PFRONTIER, r->p + 2);
}

static void add_byte(reader *r, unsigned char c) {
  r->pat->bytes[r->pat->nitems] = c;
  add(r, MV_PBYTE)->byte = c;
}

/* Adds "%" and the character behind it; false: the pattern ends there. */
static bool add_escaped(reader *r) {
  unsigned char c;
  if (r->p + 1 == r->end) {
    add_mistake(r, MV_EPATTERNEND);
    return false;
  }
  c = r->p[1];
  if (is_class(c)) {
    mv_patitem *item = add(r, MV_PCLASS);
    item->byte = c;
    item->set = r->p;
    item->len = 2;
    share_table(r, item);
  } else {
    add_byte(r, c);
  }
  r->p += 2;
  return true;
}

/* Reads the repetition of the item that was added last. */
static void read_repeat(reader *r) {
  switch (r->p == r->end ? 0 : *r->p) {
  case '*':
  case '+':
  case '-':
  case '?':
    r->pat->items[r->pat->nitems - 1].repeat = *r->p++;
    r->nested++;
    break;
  default:
    break;
  }
}

/* Adds a set; "[x]" becomes MV_PBYTE, "[^x]" becomes MV_PNOT. */
static void add_bracket(reader *r) {
  const unsigned char *p = r->p;
  size_t left = (size_t)(r->end - p);
  if (left >= 3 && p[1] != '^' && p[1] != '%' && p[2] == ']') {
    add_byte(r, p[1]);
    r->p += 3;
  } else if (left >= 4 && p[1] == '^' && p[2] != '%' && p[3] == ']') {
    add(r, MV_PNOT)->byte = p[2];
    r->p += 4;
  } else if (!add_set(r, MV_PSET, p)) {
    return;
  }
  read_repeat(r);
}

static void add_plain(reader *r) {
  if (*r->p == '.')
    add(r, MV_PANY);
  else
    add_byte(r, *r->p);
  r->p++;
  read_repeat(r);
}

/* Adds an item that starts with "%". */
static void add_percent(reader *r) {
  switch (r->p + 1 == r->end ? 0 : r->p[1]) {
  case 'b':
    add_balance(r);
    break;
  case 'f':
    add_frontier(r);
    break;
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9':
    add_again(r);
    break;
  default:
    if (add_escaped(r))
      read_repeat(r);
    break;
  }
}

static void add_item(reader *r) {
  switch (*r->p) {
  case '(':
    add_open(r);
    break;
  case ')':
    add_close(r);
    break;
  case '%':
    add_percent(r);
    break;
  case '[':
    add_bracket(r);
    break;
  case '$':
    if (r->p + 1 == r->end) {
      add(r, MV_PFINISH);
      r->p++;
      break;
    }
    /* fall through */
  default:
    add_plain(r);
    break;
  }
}

/* Sets in each literal byte the number of literal bytes from it on. */
static void count_runs(mv_pattern *pat) {
  size_t run = 0;
  for (size_t i = pat->nitems; i-- > 0;) {
    mv_patitem *item = &pat->items[i];
    if (item->op != MV_PBYTE || !mv_pattern_needs(item))
      run = 0;
    else
      run = item->repeat == 0 ? run + 1 : 1;
    item->run = run;
  }
}

/* The number of tables that a pattern may need: a set or class has at least two
** bytes. */
static size_t most_tables(size_t len) {
  return len / 2 < MAXTABLES ? len / 2 : MAXTABLES;
}

size_t mv_pattern_size(size_t len) {
  size_t each = sizeof(mv_patitem) + 2; /* in bytes and in the text */
  size_t rest = sizeof(mv_pattern) + each + MV_PTABLE * most_tables(len);
  return len > (PTRDIFF_MAX - rest) / each ? 0 : len * each + rest;
}

void mv_pattern_read(mv_pattern *pat, const unsigned char *text, size_t len) {
  reader r = {.pat = pat};
  memset(pat, 0, offsetof(mv_pattern, clues));
  pat->nitems = 0;
  pat->ntables = 0;
  pat->maxtables = (int)most_tables(len);
  pat->tables = (unsigned char *)(pat->items + len + 1);
  pat->bytes = pat->tables + MV_PTABLE * pat->maxtables;
  r.p = memcpy(pat->bytes + len + 1, text, len);
  r.end = r.p + len;
  if (len > 0 && *text == '^') {
    pat->anchored = true;
    r.p++;
  }
  while (r.p < r.end)
    add_item(&r);
  add(&r, MV_PEND);
  count_runs(pat);
  pat->shallow = r.nested < MV_MAXNESTING;
}

/* Forgets the upper half of a table. */
static void forget(unsigned char *table) {
  if (table[MV_PTABLE - 1] != 0)
    memset(table + 128, 0, MV_PTABLE - 128);
}

/*
** The classes of ASCII are the same in each locale, so the lower half is kept.
*/
void mv_pattern_renew(mv_pattern *pat) {
  for (int i = 0; i < pat->ntables; i++)
    forget(pat->tables + MV_PTABLE * i);
  if (!pat->studied)
    return;
  forget(pat->start);
  for (int i = 0; i < pat->nclues; i++)
    forget(pat->clues[i].known);
}
