/*
** win32.h - functions for Windows that several files use
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

/* The handle of the descriptor in the C library, or NULL. */
void *lmv_win32_handle(int fd);

/* Whether the descriptor is a file, and not a pipe, console or device. */
bool lmv_win32_isfile(int fd);

/* Whether the C library translates ends of lines. */
bool lmv_win32_istext(int fd);

/*
** Move up to n bytes without a translation of line ends, in any mode of the
** descriptor. With at >= 0, the bytes start at that offset of the file and the
** descriptor's position stays the same; with -1, at the descriptor's position.
** Return the number of bytes, or -1 with errno.
*/
ptrdiff_t lmv_win32_read(int fd, void *p, size_t n, int64_t at);
ptrdiff_t lmv_win32_write(int fd, const void *p, size_t n, int64_t at);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
#endif
