/*
** futex.h - waiting for memory to change
** Between threads and between processes that share the memory.
*/
#ifndef LMV_FUTEX_H
#define LMV_FUTEX_H

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Waits for a wake at the aligned integer p while it is expected; seconds from
** now at most, for ever if they are too many to count. 0: woken. EAGAIN: it is
** not expected. ETIMEDOUT. ENOSYS: the system cannot. EFAULT: the memory is not
** there. Signals do not end the wait.
*/
int lmv_futex_wait(const uint32_t *p, uint32_t expected, double seconds);

/* Wakes up to n that wait there; *woken of them. 0 or an errno. */
int lmv_futex_wake(const uint32_t *p, int n, int *woken);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
