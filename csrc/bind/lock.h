/*
** lock.h - a lock of the process, for data that states in several threads share
*/
#ifndef LMV_LOCK_H
#define LMV_LOCK_H

/* A static lmv_lock starts as LMV_UNLOCKED and needs no creation or
** destruction. */
#if defined(_WIN32)

#include <windows.h>

typedef SRWLOCK lmv_lock;
#define LMV_UNLOCKED SRWLOCK_INIT
#define lmv_acquirelock AcquireSRWLockExclusive
#define lmv_releaselock ReleaseSRWLockExclusive

#else

#include <pthread.h>

typedef pthread_mutex_t lmv_lock;
#define LMV_UNLOCKED PTHREAD_MUTEX_INITIALIZER
#define lmv_acquirelock pthread_mutex_lock
#define lmv_releaselock pthread_mutex_unlock

#endif

#endif
