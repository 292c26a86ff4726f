/*
** twoway.h - a search for bytes that is linear in the worst case
*/
#ifndef MV_TWOWAY_H
#define MV_TWOWAY_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Searches for the needle of m > 1 bytes at the first `starts` places of hay,
** which has starts + m - 1 bytes. Returns the number of starts before the first
** occurrence, or behind the last one (backwards); starts if there is none.
*/
size_t mv_two_way(const unsigned char *hay, size_t starts,
                  const unsigned char *needle, size_t m, bool backwards);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
