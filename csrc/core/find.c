/*
** find.c - a sequence of bytes in another
*/
#include "mv.h"

#include <string.h>

ptrdiff_t mv_find(const unsigned char *hay, size_t n,
                  const unsigned char *needle, size_t m) {
  for (size_t i = 0; m <= n && i <= n - m; i++)
    if (memcmp(hay + i, needle, m) == 0) return (ptrdiff_t)i;
  return -1;
}
