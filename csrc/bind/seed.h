/*
** seed.h - a number of the process
*/
#ifndef LMV_SEED_H
#define LMV_SEED_H

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The same in a process at any time, in all its Lua states and after a fork;
** as a rule another one in the next process.
*/
uint64_t lmv_seed(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
