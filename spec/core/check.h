/*
** check.h - helpers of the core tests
** A test is one program: CHECKs in main, and `return check_report();` at its
** end. A CHECK that fails prints its place, and the test goes on.
*/
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>

static int check_passed, check_failed;

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

/* Counts a check and returns its outcome. */
static inline bool check(bool ok, const char *what, const char *file,
                         int line) {
  if (ok)
    check_passed++;
  else if (++check_failed <= 50)
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
  return ok;
}

/* Prints the result; returns the exit status. */
static inline int check_report(void) {
  printf("%d passed, %d failed\n", check_passed, check_failed);
  return check_failed != 0 || check_passed == 0;
}

#endif
