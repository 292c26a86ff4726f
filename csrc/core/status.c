/*
** status.c - messages of the status codes
*/
#include "status.h"

const char *mv_message(mv_status status) {
  static const char *const text[] = {
#define X(name, words) [name] = words,
      MV_STATUSES(X)
#undef X
  };
  return text[status];
}
