/*
** pattern_test.c - patterns and their mistakes; a search has the results of a
** match at each place, and tells whether they depend on where the bytes end
** The specs compare both with Lua.
*/
#include "check.h"
#include "mv.h"

#include <string.h>

static ptrdiff_t room[4096];
static mv_match match;

static mv_pattern *read_text(const char *text) {
  mv_pattern *pat = (void *)room;
  size_t len = strlen(text);
  CHECK(mv_pattern_size(len) <= sizeof room);
  mv_pattern_read(pat, (const unsigned char *)text, len);
  return pat;
}

static bool find_from(mv_pattern *pat, const unsigned char *s, size_t n,
                      size_t next, size_t avoid) {
  mv_patscan scan = {.next = next, .avoid = avoid};
  return mv_pattern_find(pat, &scan, s, n, &match);
}

static bool find(mv_pattern *pat, const unsigned char *s, size_t n,
                 size_t avoid) {
  return find_from(pat, s, n, 0, avoid);
}

/* The first match, by matching at each place. */
static bool find_slowly(const mv_pattern *pat, const unsigned char *s,
                        size_t n) {
  for (size_t at = 0; at <= n; at++)
    if (mv_pattern_match(pat, s, n, at, &match))
      return true;
    else if (match.status != MV_OK || pat->anchored)
      return false;
  return false;
}

static void try_search(const char *text, const unsigned char *s, size_t n) {
  mv_match slow;
  mv_pattern *pat = read_text(text);
  bool found = find_slowly(pat, s, n);
  slow = match;
  /* read anew, studied, and with what it learned in the whole */
  for (int time = 0; time < 3; time++) {
    if (time == 0)
      pat = read_text(text);
    if (time == 2)
      find(pat, s - 1, n + 1, 0);
    CHECK(find(pat, s, n, SIZE_MAX) == found);
    CHECK(match.status == slow.status);
    if (found)
      CHECK(match.start == slow.start && match.end == slow.end);
  }
}

static void try_searches(void) {
  static const char *const patterns[] = {
      "",       "x",       "needle",   "n%a+e",     "%a*needle", "[en]+dle",
      "(.-)le", "%s+n",    ".needle.", "e%sne?e?d", "%bnd",      "%f[n]n.-l",
      "[^-]",   "[^-]-ne", "$",        "needle$",   "^-",        "-*needle-*$",
      "none",   "%d",      "nee(d",    "d[",        "e%",        "(%1)"};
  unsigned char before_s[401], *s = before_s + 1;
  const size_t size = sizeof before_s - 1;
  *before_s = 'e';
  for (size_t at = 0; at + 8 < size; at += 7) {
    memset(s, '-', size);
    memcpy(s + at, " needle ", 8);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
      try_search(patterns[i], s, size);
      try_search(patterns[i], s, at + 7);
      try_search(patterns[i], s + at + 2, size - at - 2);
    }
  }
}

/* ---- where the bytes end --------------------------------------------------*/

static bool same_match(const mv_match *a, const mv_match *b) {
  if (a->start != b->start || a->end != b->end || a->ncaptures != b->ncaptures)
    return false;
  for (int k = 0; k < a->ncaptures; k++)
    if (a->captures[k].start != b->captures[k].start ||
        a->captures[k].len != b->captures[k].len)
      return false;
  return true;
}

/* Searches the first m bytes of s for each m. Each result that does not depend
** on where they end must be that of all bytes; otherwise a search of all bytes
** from the open place on must have it. Returns the number of the former. */
static size_t try_ends(const char *text, const unsigned char *s, size_t n) {
  mv_pattern *pat = read_text(text);
  bool found = find(pat, s, n, SIZE_MAX);
  mv_match whole = match;
  size_t certain = 0;
  for (size_t m = 0; m < n; m++) {
    bool now;
    if (m % 2 == 0)
      pat = read_text(text);
    now = find(pat, s, m, SIZE_MAX);
    if (match.open != SIZE_MAX) {
      CHECK(match.open <= m);
      now = find_from(pat, s, n, match.open, SIZE_MAX);
    } else {
      certain++;
    }
    CHECK(now == found && match.status == whole.status);
    CHECK(!now || same_match(&match, &whole));
  }
  return certain;
}

static uint32_t random_state = 1;

static size_t below(size_t n) {
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % n;
}

static void try_random_ends(void) {
  static const char *const items[] = {
      "a",    "b",    "ab",   "aab",  ".",   "%a",  "[^a]", "[^b]",
      "[ab]", "%bab", "%b()", "(",    ")",   "()",  "(a",   "%1",
      "%2",   "$",    "-",    "%f[a", "%f[", "[^x", "%",    "%f[%z]"};
  static const char *const more[] = {"", "", "]", "*", "+", "-", "?"};
  size_t certain = try_ends("(.a?)%1", (const unsigned char *)"aaaa", 4);
  for (int round = 0; round < 30000; round++) {
    unsigned char s[160];
    char text[64] = "";
    size_t n = below(round % 4 == 0 ? sizeof s : 24);
    if (below(4) == 0)
      strcat(text, "^");
    for (size_t k = below(6); k > 0; k--) {
      strcat(text, items[below(sizeof items / sizeof *items)]);
      strcat(text, more[below(sizeof more / sizeof *more)]);
    }
    for (size_t i = 0; i < n; i++)
      s[i] = (unsigned char)"ab()a."[below(2 + below(5))];
    certain += try_ends(text, s, n);
  }
  CHECK(certain > 100000);
}

static void try_mistakes(void) {
  static const struct {
    const char *text;
    mv_status status;
  } rows[] = {{"a%", MV_EPATTERNEND},    {"[a", MV_EPATTERNSET},
              {"%ba", MV_EBALANCE},      {"%fa", MV_EFRONTIER},
              {"a)", MV_ENOCAPTURE},     {"%2", MV_ECAPTUREINDEX},
              {"(%1)", MV_ECAPTUREINDEX}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    mv_pattern *pat = read_text(rows[i].text);
    CHECK(!mv_pattern_match(pat, (const unsigned char *)"a", 1, 0, &match));
    CHECK(match.status == rows[i].status);
  }
}

static void try_captures(void) {
  const unsigned char *s = (const unsigned char *)"key = value";
  mv_pattern *pat = read_text("(%a+)()%s*(=");
  CHECK(find(pat, s, 11, SIZE_MAX));
  CHECK(match.ncaptures == 3);
  CHECK(match.captures[0].start == 0 && match.captures[0].len == 3);
  CHECK(match.captures[1].start == 3 && match.captures[1].len == MV_POSITION);
  CHECK(match.captures[2].start == 4 && match.captures[2].len == MV_UNCLOSED);
  CHECK(!find(read_text("^"), s, 11, 0));
  CHECK(mv_pattern_size(PTRDIFF_MAX) == 0);
}

int main(void) {
  try_searches();
  try_random_ends();
  try_mistakes();
  try_captures();
  return check_report();
}
