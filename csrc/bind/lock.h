/*
** lock.h - the lock of the process, for data that states in all threads share
*/
#ifndef LMV_LOCK_H
#define LMV_LOCK_H

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** While the lock is held, no function of Lua is called. On Linux a fork waits
** for the lock: in the child, a lock that another thread held would stay locked
** for ever. It is one lock, not one for each kind of data, so a fork waits for
** one only.
*/
void lmv_acquirelock(void);
void lmv_releaselock(void);

/* Takes the lock unless another thread has it; returns whether it did. */
bool lmv_trylock(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
