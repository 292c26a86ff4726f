/*
** lock.h - the lock of the process, for data that states in several threads share
*/
#ifndef LMV_LOCK_H
#define LMV_LOCK_H

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** While the lock is held, nothing of Lua is called. There is one lock, not one
** for each kind of data, so a fork can wait for it: the child would find a lock
** of another thread locked for ever.
*/
void lmv_acquirelock(void);
void lmv_releaselock(void);

/* Takes the lock unless another thread has it; returns whether it did. */
bool lmv_trylock(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
