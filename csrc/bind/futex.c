/*
** futex.c - waiting for memory to change: Linux's futex
** The futex is not private to the process: the system compares pages to find
** whether two addresses are the same memory.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
/* NOLINTEND(bugprone-reserved-identifier) */

#include "futex.h"

#include <errno.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#if defined(SYS_futex) || defined(SYS_futex_time64)

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define FOREVER 1e9 /* seconds: more than 30 years, and fits 32 bits twice */

/* Operations of linux/futex.h, which some C libraries lack. */
enum { WAKE = 1, WAIT_UNTIL = 9 };
#define ALL_BITS 0xffffffffu

/* The system call for the time_t of the C library. */
static long call_futex(const uint32_t *p, int operation, uint32_t value,
                       const struct timespec *until, uint32_t bits) {
#if defined(SYS_futex_time64) && defined(SYS_futex)
  long number = sizeof(time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex;
#elif defined(SYS_futex_time64)
  long number = SYS_futex_time64;
#else
  long number = SYS_futex;
#endif
  return syscall(number, p, operation, value, until, NULL, bits);
}

#define SECOND 1000000000L /* in nanoseconds */

static struct timespec time_in(double seconds) {
  struct timespec t;
  time_t whole = (time_t)seconds;
  long ns;
  clock_gettime(CLOCK_MONOTONIC, &t);
  ns = t.tv_nsec + (long)((seconds - (double)whole) * (double)SECOND);
  t.tv_sec += whole + ns / SECOND;
  t.tv_nsec = ns % SECOND;
  return t;
}

int lmv_futex_wait(const uint32_t *p, uint32_t expected, double seconds) {
  bool forever = !(seconds < FOREVER);
  struct timespec until = time_in(forever || seconds < 0 ? 0 : seconds);
  long result;
  do
    result =
        call_futex(p, WAIT_UNTIL, expected, forever ? NULL : &until, ALL_BITS);
  while (result < 0 && errno == EINTR);
  return result < 0 ? errno : 0;
}

int lmv_futex_wake(const uint32_t *p, int n, int *woken) {
  long result = call_futex(p, WAKE, (uint32_t)n, NULL, 0);
  *woken = result < 0 ? 0 : (int)result;
  return result < 0 ? errno : 0;
}

#else

int lmv_futex_wait(const uint32_t *p, uint32_t expected, double seconds) {
  (void)p, (void)expected, (void)seconds;
  return ENOSYS;
}

int lmv_futex_wake(const uint32_t *p, int n, int *woken) {
  (void)p, (void)n;
  *woken = 0;
  return ENOSYS;
}

#endif
