/*
** futex.h - waiting for memory to change
** Works between threads, and between processes that share the memory.
*/
#ifndef LMV_FUTEX_H
#define LMV_FUTEX_H

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** If the aligned integer at p is expected, waits for a wake, at most for the
** given seconds (without limit if the number is too great to count). Returns 0
** if woken, EAGAIN if the integer is not expected, ETIMEDOUT, ENOSYS if the
** system cannot wait, EFAULT if the memory is gone. Signals do not end the
** wait.
*/
int lmv_futex_wait(const uint32_t *p, uint32_t expected, double seconds);

/* Wakes up to n waiting threads; sets *woken to their number. Returns 0 or an
** errno. */
int lmv_futex_wake(const uint32_t *p, int n, int *woken);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
