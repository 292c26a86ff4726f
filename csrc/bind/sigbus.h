/*
** sigbus.h - files that shrink while they are mapped
** An access to a mapped page behind the end of the file is a bus error
** (SIGBUS). The handler maps pages of zeros over the missing ones, ends the
** views of the map, and lets the access continue. The function that made the
** access checks the lease again before it returns (LMV_TOUCHES).
*/
#ifndef LMV_SIGBUS_H
#define LMV_SIGBUS_H

#include "resource.h"

#if !defined(_WIN32)
#include <sys/mman.h>
#endif

/* The flag of mmap for pages that need no swap space in advance. */
#if defined(MAP_NORESERVE)
#define LMV_NORESERVE MAP_NORESERVE
#else
#define LMV_NORESERVE 0
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Watches n bytes (n > 0, whole pages) from base on, which r has mapped.
** writable: the bytes may be written. Installs the handler if it is not
** installed. Returns 0 or an errno. Calls nothing of Lua.
*/
int lmv_watch_pages(lmv_resource *r, void *base, size_t n, bool writable);

/*
** Touches each page of the n bytes at p. When a system call meets a missing
** page it fails with EFAULT and raises no signal; touching the pages runs the
** handler.
*/
void lmv_touch_pages(const unsigned char *p, size_t n);

/* Ends the watch; called before the pages are unmapped. */
void lmv_unwatch_pages(lmv_resource *r);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
