/*
** mapping.c - files, and anonymous shared memory, mapped by the system
** A mapping starts at a page, the page of the first requested byte. base points
** to this byte.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64
/* NOLINTEND(bugprone-reserved-identifier) */

#include "mapping.h"

#include "sigbus.h"

#if !defined(_WIN32)

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t pagesize(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* Bytes of the first page before the first byte of the map. */
static size_t margin(const lmv_map *m) {
  return (size_t)(m->offset % (int64_t)pagesize());
}

static int protection(const lmv_mapmode *mode) {
  return mode->writes ? PROT_READ | PROT_WRITE : PROT_READ;
}

/* The flags of mmap. */
static int sharing(const lmv_mapmode *mode) {
  return mode->writes && !mode->shares ? MAP_PRIVATE | LMV_NORESERVE
                                       : MAP_SHARED;
}

/* Maps n bytes from the map's offset on. *base is NULL for 0. */
static int map_bytes(const lmv_map *m, size_t n, unsigned char **base) {
  int flags = sharing(m->mode) | (lmv_map_resource(m)->fd < 0 ? MAP_ANON : 0);
  size_t skip = margin(m);
  unsigned char *p;
  *base = NULL;
  if (n == 0)
    return 0;
  p = mmap(NULL, skip + n, protection(m->mode), flags, lmv_map_resource(m)->fd,
           (m->offset - (int64_t)skip));
  if (p == MAP_FAILED)
    return errno;
  *base = p + skip;
  return 0;
}

/*
** Watches the file mapping of n bytes (whole pages) at base. Replaces the
** watch of the map's earlier mapping.
*/
static int watch_bytes(const lmv_map *m, unsigned char *base, size_t n) {
  lmv_resource *r = lmv_map_resource(m);
  size_t page = pagesize(), skip = (uintptr_t)base % page;
  lmv_unwatch_pages(r);
  return n == 0 ? 0
                : lmv_watch_pages(r, base - skip,
                                  (skip + n + page - 1) / page * page,
                                  m->mode->writes);
}

/* Unmaps n bytes from base on, and the bytes before base in its page. */
static void unmap_bytes(unsigned char *base, size_t n) {
  size_t skip = (uintptr_t)base % pagesize();
  if (n > 0)
    munmap(base - skip, skip + n);
}

void lmv_map_closefile(lmv_resource *r) {
  if (r->fd >= 0)
    close(r->fd);
  r->fd = -1;
}

void lmv_map_end(lmv_resource *r) {
  lmv_unwatch_pages(r);
  unmap_bytes(r->lease.base, r->lease.size);
  lmv_map_closefile(r);
}

/* ---- opening -------------------------------------------------------------*/

/*
** Opens the requested file, without blocking on a pipe. Returns a descriptor.
*/
static int open_fd_of(const lmv_maprequest *r) {
  if (r->fd >= 0)
    return fcntl(r->fd, F_DUPFD_CLOEXEC, 0);
  return open(r->path,
              (r->mode->shares ? O_RDWR : O_RDONLY) |
                  (r->mode->makes ? O_CREAT : 0) | O_CLOEXEC | O_NONBLOCK |
                  O_NOCTTY,
              0666);
}

int lmv_map_openfile(lmv_map *m, lmv_maprequest *r) {
  struct stat st;
  int fd = lmv_map_resource(m)->fd = open_fd_of(r);
  if (fd < 0 || fstat(fd, &st) != 0)
    return errno;
  r->filesize = st.st_size;
  if (S_ISDIR(st.st_mode))
    return EISDIR;
  return S_ISREG(st.st_mode) ? 0 : LMV_NOT_REGULAR;
}

/* Sets the new size before the file is emptied, so an impossible size leaves
** the file unchanged. */
int lmv_map_makefile(const lmv_map *m, lmv_maprequest *r) {
  int fd = lmv_map_resource(m)->fd;
  if (r->length > INT64_MAX - r->offset)
    return EFBIG;
  r->filesize = r->offset + r->length;
  return ftruncate(fd, r->filesize) != 0 || ftruncate(fd, 0) != 0 ||
                 ftruncate(fd, r->filesize) != 0
             ? errno
             : 0;
}

int lmv_map_bytes(lmv_map *m, size_t n) {
  unsigned char *base;
  int err = map_bytes(m, n, &base);
  if (err != 0)
    return err;
  lmv_lease_move(m->container.lease, base, n);
  return lmv_map_resource(m)->fd < 0 ? 0 : watch_bytes(m, base, n);
}

/* ---- while it is open ----------------------------------------------------*/

int lmv_map_flush(const lmv_map *m, ptrdiff_t start, ptrdiff_t count) {
  unsigned char *p = m->container.lease->base + start;
  size_t skip = (uintptr_t)p % pagesize();
  return msync(p - skip, skip + (size_t)count, MS_SYNC) != 0 ? errno : 0;
}

#ifdef MADV_NORMAL

int lmv_map_advise(const lmv_map *m, lmv_hint hint) {
  static const int advice[] = {MADV_NORMAL, MADV_SEQUENTIAL, MADV_RANDOM,
                               MADV_WILLNEED, MADV_DONTNEED};
  size_t skip = margin(m);
  if (m->container.lease->size == 0)
    return 0;
  return madvise(m->container.lease->base - skip,
                 skip + m->container.lease->size, advice[hint]) != 0
             ? errno
             : 0;
}

#else /* the system may ignore advice */

int lmv_map_advise(const lmv_map *m, lmv_hint hint) {
  (void)m, (void)hint;
  return 0;
}

#endif

/* ---- resizing ------------------------------------------------------------*/

/* Records that the map has n bytes at base. */
static void set_bytes(lmv_map *m, unsigned char *base, size_t n) {
  if (n < m->container.lease->size && !m->container.lease->lost)
    lmv_lease_expire(m->container.lease, "map shrank");
  lmv_lease_move(m->container.lease, base, n);
}

static int truncate_file(const lmv_map *m, int64_t size) {
  return ftruncate(lmv_map_resource(m)->fd, size) != 0 ? errno : 0;
}

/* Replaces the mapping of a file by the mapping of n bytes at base. */
static int switch_bytes(lmv_map *m, unsigned char *base, size_t n) {
  lmv_lease *lease = m->container.lease;
  int err = watch_bytes(m, base, n);
  if (err != 0) {
    unmap_bytes(base, n);
    (void)watch_bytes(m, lease->base, lease->size);
    return err;
  }
  unmap_bytes(lease->base, lease->size);
  set_bytes(m, base, n);
  lease->lost = false;
  return 0;
}

/* Maps the bytes of the file again. */
int lmv_map_resizefile(lmv_map *m, size_t n) {
  struct stat st;
  int64_t end = m->offset + (int64_t)n;
  bool grows, shrinks;
  unsigned char *base;
  int err;
  if (fstat(lmv_map_resource(m)->fd, &st) != 0)
    return errno;
  grows = end > st.st_size;
  shrinks = end < st.st_size && m->offset + (int64_t)m->container.lease->size >=
                                    (int64_t)st.st_size;
  err = grows ? truncate_file(m, end) : 0;
  if (err != 0)
    return err;
  err = map_bytes(m, n, &base);
  if (err == 0 && shrinks) {
    err = truncate_file(m, end);
    if (err != 0)
      unmap_bytes(base, n);
  }
  if (err != 0 && grows)
    (void)truncate_file(m, st.st_size);
  return err == 0 ? switch_bytes(m, base, n) : err;
}

/* Gives whole pages back. (Anonymous memory cannot grow: the processes that
** share it would not get new pages.) */
int lmv_map_shrink(lmv_map *m, size_t n) {
  size_t page = pagesize(), keep = (n + page - 1) / page * page;
  if (m->container.lease->size > keep &&
      munmap(m->container.lease->base + keep,
             m->container.lease->size - keep) != 0)
    return errno;
  set_bytes(m, n > 0 ? m->container.lease->base : NULL, n);
  return 0;
}

#endif
