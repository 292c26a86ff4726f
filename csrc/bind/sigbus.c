/*
** sigbus.c - files that shrink while they are mapped
** The watches of all states of the process are one list that only grows. So the
** handler, which may not take a lock, can walk it at any time. A free watch
** covers no bytes and is used again.
**
** Signals for other addresses are passed on to the handler that was installed
** before. A host that installs a handler later should pass signals on, too;
** each new map installs this handler again in front. With -DMVIEW_NO_SIGBUS
** there is no handler, and an access to a file that shrank kills the process.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
/* NOLINTEND(bugprone-reserved-identifier) */

#include "sigbus.h"

void lmv_touch_pages(const unsigned char *p, size_t n) {
  const size_t page = 4096; /* all systems have pages of this size or larger */
  volatile unsigned char byte;
  for (size_t at = 0; at < n; at += page)
    byte = p[at];
  if (n > 0)
    byte = p[n - 1];
  (void)byte;
}

#if defined(_WIN32) || defined(MVIEW_NO_SIGBUS)

int lmv_watch_pages(lmv_resource *r, void *base, size_t n, bool writable) {
  (void)r, (void)base, (void)n, (void)writable;
  return 0;
}

void lmv_unwatch_pages(lmv_resource *r) { (void)r; }

#else

#include "lock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct lmv_watch {
  struct lmv_watch *next; /* set once */
  struct lmv_watch *free; /* the next of those not in use */
  unsigned version;       /* odd while it is written */
  uintptr_t start, end;   /* both 0: not in use */
  lmv_resource *resource;
  int protection;
} lmv_watch;

/* The newest. Watches are taken, and handlers changed, under the lock. */
static lmv_watch *watches;
static lmv_watch *unused; /* the last one that became free */

/* The handlers installed before: the last two, of which the handler reads the
** current one, and the original one. */
static struct sigaction previous[2], original;
static int current;
static bool installed; /* at any time before */

/* ---- the handler: only async-signal-safe code ----------------------------*/

/*
** Whether the watch covers the address. Other threads may change other watches
** meanwhile; the watch of an address stays while the memory is accessed.
*/
static bool is_watched(const lmv_watch *w, uintptr_t at) {
  unsigned version = __atomic_load_n(&w->version, __ATOMIC_ACQUIRE);
  uintptr_t start = __atomic_load_n(&w->start, __ATOMIC_RELAXED);
  uintptr_t end = __atomic_load_n(&w->end, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return version % 2 == 0 && at >= start && at < end &&
         version == __atomic_load_n(&w->version, __ATOMIC_RELAXED);
}

/* The watch of the address, or NULL. */
static lmv_watch *find_watch(uintptr_t at) {
  lmv_watch *w = __atomic_load_n(&watches, __ATOMIC_ACQUIRE);
  while (w != NULL && !is_watched(w, at))
    w = w->next;
  return w;
}

/* Replaces the pages from the page of the address on, and ends the views. */
static bool replace_pages(lmv_watch *w, uintptr_t at) {
  uintptr_t page = at - at % (uintptr_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)page;
  if (mmap(start, w->end - page, w->protection,
           MAP_PRIVATE | MAP_ANON | MAP_FIXED | LMV_NORESERVE, -1,
           0) == MAP_FAILED)
    return false;
  lmv_resource_lose(w->resource);
  return true;
}

/*
** Restores the default action, which the system takes when the handler returns.
*/
static void give_up(int sig) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigemptyset(&action.sa_mask);
  sigaction(sig, &action, NULL);
  raise(sig);
}

/* In the unused si_errno of a signal that was passed on, plus the number of
** times that it came back. */
#define PASSED 0x6d760000u
#define MOST_TURNS 8u

/*
** Passes the signal to the handler that was installed before. If that handler
** passes it back, because it was installed later than this one, the signal goes
** on to the original handler. The signal counts its turns, as a variable would
** keep a count if a handler left by siglongjmp.
*/
static void pass_on(int sig, siginfo_t *info, void *context) {
  unsigned turns = (unsigned)info->si_errno - PASSED;
  bool back = turns <= MOST_TURNS;
  const struct sigaction *to =
      back ? &original : &previous[__atomic_load_n(&current, __ATOMIC_ACQUIRE)];
  info->si_errno = (int)(PASSED + (back ? turns + 1 : 0));
  if (to->sa_handler == SIG_IGN && info->si_code <= 0)
    return; /* the system does not ignore faults */
  if (turns == MOST_TURNS || to->sa_handler == SIG_DFL ||
      to->sa_handler == SIG_IGN)
    give_up(sig);
  else if (to->sa_flags & SA_SIGINFO)
    to->sa_sigaction(sig, info, context);
  else
    to->sa_handler(sig);
}

static void handle(int sig, siginfo_t *info, void *context) {
  int saved = errno;
  lmv_watch *w =
      info->si_code > 0 ? find_watch((uintptr_t)info->si_addr) : NULL;
  if (w == NULL || !replace_pages(w, (uintptr_t)info->si_addr))
    pass_on(sig, info, context);
  errno = saved;
}

/* ---- installing, watching ------------------------------------------------*/

/* Installs the handler in front of the current one, unless it is installed
** already. */
static int install(void) {
  struct sigaction ours = {.sa_sigaction = handle,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  struct sigaction found;
  int other = 1 - current;
  if (sigaction(SIGBUS, NULL, &found) != 0)
    return errno;
  if ((found.sa_flags & SA_SIGINFO) && found.sa_sigaction == handle)
    return 0;
  if (!installed)
    original = found;
  installed = true;
  previous[other] = found;
  __atomic_store_n(&current, other, __ATOMIC_RELEASE);
  sigemptyset(&ours.sa_mask);
  return sigaction(SIGBUS, &ours, NULL) != 0 ? errno : 0;
}

/* Sets the bytes that a watch covers. */
static void set_range(lmv_watch *w, uintptr_t start, uintptr_t end) {
  __atomic_add_fetch(&w->version, 1, __ATOMIC_ACQ_REL);
  __atomic_store_n(&w->start, start, __ATOMIC_RELAXED);
  __atomic_store_n(&w->end, end, __ATOMIC_RELAXED);
  __atomic_add_fetch(&w->version, 1, __ATOMIC_RELEASE);
}

/*
** Runs when the library is unloaded (the last state that had it was closed) and
** at exit. Restores the handler that was installed before, unless another
** handler has been installed since. Watches that are in use stay, because a
** state may still be closed after this.
*/
#if defined(__GNUC__)
__attribute__((destructor)) static void uninstall(void) {
  struct sigaction found;
  lmv_watch *w;
  if (!lmv_trylock())
    return; /* at exit, while another thread has the lock */
  w = watches;
  if (sigaction(SIGBUS, NULL, &found) == 0 && (found.sa_flags & SA_SIGINFO) &&
      found.sa_sigaction == handle)
    sigaction(SIGBUS, &previous[current], NULL);
  while (w != NULL && w->end == 0)
    w = w->next;
  while (w == NULL && watches != NULL) {
    lmv_watch *next = watches->next;
    free(watches);
    watches = next;
  }
  unused = watches != NULL ? unused : NULL;
  lmv_releaselock();
}
#endif

/* A watch that is not in use; NULL without memory. */
static lmv_watch *take_watch(void) {
  lmv_watch *w = unused;
  if (w != NULL) {
    unused = w->free;
    return w;
  }
  w = calloc(1, sizeof *w);
  if (w != NULL) {
    w->next = watches;
    __atomic_store_n(&watches, w, __ATOMIC_RELEASE);
  }
  return w;
}

int lmv_watch_pages(lmv_resource *r, void *base, size_t n, bool writable) {
  lmv_watch *w;
  int err;
  lmv_acquirelock();
  err = install();
  w = err == 0 ? take_watch() : NULL;
  if (w != NULL) {
    w->resource = r;
    w->protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    set_range(w, (uintptr_t)base, (uintptr_t)base + n);
    r->watch = w;
  } else if (err == 0) {
    err = ENOMEM;
  }
  lmv_releaselock();
  return err;
}

void lmv_unwatch_pages(lmv_resource *r) {
  lmv_watch *w = r->watch;
  if (w == NULL)
    return;
  lmv_acquirelock();
  set_range(w, 0, 0);
  w->free = unused;
  unused = w;
  lmv_releaselock();
  r->watch = NULL;
}

#endif
