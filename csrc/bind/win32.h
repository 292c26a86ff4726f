/*
** win32.h - what several files need of Windows, and only there
*/
#ifndef LMV_WIN32_H
#define LMV_WIN32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The errno for an error of Windows, as GetLastError gives it; never 0. */
int lmv_win32_errno(unsigned long error);

/* The handle that the C library has for the descriptor; NULL: there is none. */
void *lmv_win32_handle(int fd);

/* Whether it is a file, and no pipe, console or device. */
bool lmv_win32_isfile(int fd);

/* Whether the C library translates ends of lines. */
bool lmv_win32_istext(int fd);

/*
** Move up to n bytes, as they are: no ends of lines are translated, whatever
** mode the descriptor is in. at: where in the file, and the descriptor stays
** where it stands; -1: where it stands. Return how many, or -1 with errno.
*/
ptrdiff_t lmv_win32_read(int fd, void *p, size_t n, int64_t at);
ptrdiff_t lmv_win32_write(int fd, const void *p, size_t n, int64_t at);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
#endif
