/*
** lock.h - a lock of the process, for what the states of all threads share
*/
#ifndef LMV_LOCK_H
#define LMV_LOCK_H

/* A static lmv_lock is set to LMV_UNLOCKED; nothing has to be made, or ended.
 */
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
