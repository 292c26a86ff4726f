/*
** seed.h - a random number of the process
*/
#ifndef LMV_SEED_H
#define LMV_SEED_H

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The number is the same at any time in a process, in all its Lua states and
** after a fork. Another process usually has another number.
*/
uint64_t lmv_seed(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
