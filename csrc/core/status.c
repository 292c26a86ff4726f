/*
** status.c - words for what can go wrong
** Every status has its text in mv.h. A fault in a format adds where it is, and
** the character there where that is what is wrong.
*/
#include "format.h"

#include <stdio.h>

const char *mv_message(mv_status status) {
  static const char *const text[] = {
#define X(name, words) [name] = words,
      MV_STATUSES(X)
#undef X
  };
  return text[status];
}

static bool names_character(mv_status status) {
  return status == MV_EUNKNOWN || status == MV_EREFUSED ||
         status == MV_ENATIVE || status == MV_EORDER;
}

void mv_explain(const mv_fault *fault, char *out, size_t size) {
  char what[8] = "";
  unsigned char c = (unsigned char)fault->what;
  if (names_character(fault->status))
    snprintf(what, sizeof what, c >= ' ' && c < 127 ? " '%c'" : " '\\%d'", c);
  snprintf(out, size, "%s%s at position %zu%s", mv_message(fault->status), what,
           fault->position,
           fault->status == MV_ENATIVE ? " (native order only)" : "");
}
