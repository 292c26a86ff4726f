/*
** sigbus.h - files that shrink while they are mapped
** Access behind the end of a file is a bus error. The handler puts pages of
** zeros in place of those that are gone, ends the views of the map, and lets
*the
** access go on; whoever made it looks at the lease again before it returns.
*/
#ifndef LMV_SIGBUS_H
#define LMV_SIGBUS_H

#include "resource.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Watches the n bytes (more than none) from base on, whole pages, that r has
** mapped; writable: they may be written. Sees to it that the handler is the one
** that is installed. 0 or an errno. Calls nothing of Lua.
*/
int lmv_watch_pages(lmv_resource *r, void *base, size_t n, bool writable);

/*
** Touches each page of the n bytes at p. The system tells by EFAULT where pages
** are gone that it should read or write; this lets the handler know.
*/
void lmv_touch_pages(const unsigned char *p, size_t n);

/* Ends that, before the pages are unmapped. */
void lmv_unwatch_pages(lmv_resource *r);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
