/*
** range_test.c - ranges, compared with a walk over all indices; the fast path,
** compared with the general one
*/
#include "check.h"
#include "layout.h"

/* The index from 1 that i stands for, if it is not clipped. */
static int64_t position(ptrdiff_t n, int64_t i) {
  return i < 0 ? n + 1 + i : i;
}

static void try_forward(ptrdiff_t n, int64_t i, int64_t j) {
  ptrdiff_t start, count, short_start = 0, short_count, walked = 0, first = 0;
  for (ptrdiff_t k = n; k >= 1; k--)
    if (k >= position(n, i) && k <= position(n, j)) {
      walked++;
      first = k;
    }
  mv_range(n, i, j, 1, &start, &count);
  mv_range_forward(n, i, j, &short_start, &short_count);
  CHECK(count == walked);
  CHECK(count == 0 || start == first - 1);
  CHECK(short_count == count);
  CHECK(count == 0 || short_start == start);
}

/* The most items that there can be. */
static void try_longest(void) {
  const ptrdiff_t n = PTRDIFF_MAX;
  ptrdiff_t start, count;
  mv_range(n, INT64_MAX, INT64_MAX, 1, &start, &count);
  CHECK(count == (n == INT64_MAX));
  mv_range(n, 1, INT64_MAX, -1, &start, &count);
  CHECK(count == 0);
  mv_range(n, INT64_MAX, INT64_MIN, -1, &start, &count);
  CHECK(count == n && start == n - 1);
}

int main(void) {
  static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1,
                                INT64_MAX};
  for (ptrdiff_t n = 0; n <= 5; n++)
    for (int64_t i = -7; i <= 7; i++) {
      for (int64_t j = -7; j <= 7; j++)
        try_forward(n, i, j);
      for (int k = 0; k < 4; k++) {
        try_forward(n, i, far[k]);
        try_forward(n, far[k], i);
        try_forward(n, far[k], far[3 - k]);
      }
    }
  try_longest();
  return check_report();
}
