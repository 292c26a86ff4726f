/*
** lock.c - the lock of the process
*/
#include "lock.h"

#if defined(_WIN32)

#include <windows.h>

static SRWLOCK the_lock = SRWLOCK_INIT;

void lmv_acquirelock(void) { AcquireSRWLockExclusive(&the_lock); }

void lmv_releaselock(void) { ReleaseSRWLockExclusive(&the_lock); }

bool lmv_trylock(void) { return TryAcquireSRWLockExclusive(&the_lock) != 0; }

#else

#include <pthread.h>

static pthread_mutex_t the_lock = PTHREAD_MUTEX_INITIALIZER;

void lmv_acquirelock(void) { pthread_mutex_lock(&the_lock); }

void lmv_releaselock(void) { pthread_mutex_unlock(&the_lock); }

#if defined(__GNUC__)
/* Before glibc 2.34 this function is in libpthread; a process that has not
** loaded libpthread has one thread. */
#pragma weak pthread_mutex_trylock
#endif

bool lmv_trylock(void) {
  return pthread_mutex_trylock == NULL || pthread_mutex_trylock(&the_lock) == 0;
}

/* ---- fork ----------------------------------------------------------------*/

/*
** A fork must not call handlers of a library that was unloaded. glibc and
** bionic remove the handlers when they unload a library; musl unloads none.
*/
#if defined(__linux__) && defined(__GNUC__)

#if defined(__GLIBC__) && !defined(__UCLIBC__)
#if !__GLIBC_PREREQ(2, 34)
/* pthread_atfork is in libpthread then; it calls this function of libc. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
extern void *__dso_handle __attribute__((visibility("hidden")));
extern int __register_atfork(void (*prepare)(void), void (*parent)(void),
                             void (*child)(void), void *library);
/* NOLINTEND(bugprone-reserved-identifier) */
#define pthread_atfork(prepare, parent, child)                                 \
  __register_atfork(prepare, parent, child, __dso_handle)
#endif
#endif

__attribute__((constructor)) static void prepare_forks(void) {
  pthread_atfork(lmv_acquirelock, lmv_releaselock, lmv_releaselock);
}

#endif

#endif
