/*
** channel.c - moves bytes between memory and files
** A channel moves some bytes at a time by one function, for descriptors or for
** file handles. Nothing here takes a lua_State, so the memory cannot end during
** a transfer and need not be pinned.
**
** After an interruption, only bytes that surely have not moved are tried again.
** A write to a descriptor returns the number of bytes written; fwrite does not
** if it uses the buffer of the file handle. So bytes that do not fit into this
** buffer are written to the descriptor of the file handle. If a call of a file
** handle without a descriptor is interrupted, the transfer fails.
**
** Signals are left to the host: a write to a pipe or socket without a reader
** raises SIGPIPE, which kills a process that does not ignore it.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64
/* NOLINTEND(bugprone-reserved-identifier) */

#include "channel.h"

#include "bytestream.h"
#include "sigbus.h"
#include "win32.h"

#include <errno.h>

#if defined(_WIN32)
#define seek_file _fseeki64
#define tell_file _ftelli64
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#define seek_file fseeko
#define tell_file ftello
#endif

/*
** Functions for the state of a file handle's buffer; glibc and musl have them.
*/
#if defined(__has_include) && !defined(MV_PORTABLE)
#if __has_include(<stdio_ext.h>)
#include <stdio_ext.h>
#define HAVE_STDIO_EXT 1
#endif
#endif

/* ---- descriptors ---------------------------------------------------------*/

#if defined(_WIN32)

static ptrdiff_t read_fd(lmv_channel *c, unsigned char *p, size_t n) {
  return lmv_win32_read(c->fd, p, n, c->at);
}

static ptrdiff_t write_fd(lmv_channel *c, unsigned char *p, size_t n) {
  return lmv_win32_write(c->fd, p, n, c->at);
}

static bool gives_all(int fd) { return lmv_win32_isfile(fd); }

#else

static ptrdiff_t read_fd(lmv_channel *c, unsigned char *p, size_t n) {
  return c->at < 0 ? read(c->fd, p, n) : pread(c->fd, p, n, c->at);
}

static ptrdiff_t write_fd(lmv_channel *c, unsigned char *p, size_t n) {
  return c->at < 0 ? write(c->fd, p, n) : pwrite(c->fd, p, n, c->at);
}

/* True also if fstat fails: the transfer then reports the error. */
static bool gives_all(int fd) {
  struct stat st;
  return fstat(fd, &st) != 0 || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
}

#endif

/*
** Files are read until the view is full. Pipes, sockets and terminals are read
** once, otherwise a server would wait for bytes that are never sent.
*/
static void open_fd(lmv_channel *c) {
  c->move = c->out ? write_fd : read_fd;
  c->once = !c->out && !gives_all(c->fd);
}

/* ---- file handles --------------------------------------------------------*/

/* Sets errno if the library has not set it. */
static ptrdiff_t file_failed(const lmv_channel *c) {
  clearerr(c->file);
  if (errno == 0)
    errno = EIO;
#if defined(HAVE_STDIO_EXT)
  if (!(c->out ? __fwritable(c->file) : __freadable(c->file)))
    errno = EBADF;
#endif
  return -1;
}

static ptrdiff_t read_file(lmv_channel *c, unsigned char *p, size_t n) {
  size_t k;
  errno = 0;
  k = fread(p, 1, n, c->file);
  if (k > 0 || (feof(c->file) && !ferror(c->file)))
    return (ptrdiff_t)k;
  if (!ferror(c->file)) /* Wine, for a file that is opened for writing only */
    errno = EBADF;
  return file_failed(c);
}

static ptrdiff_t write_file(lmv_channel *c, unsigned char *p, size_t n) {
  errno = 0;
  return fwrite(p, 1, n, c->file) == n ? (ptrdiff_t)n : file_failed(c);
}

/*
** Whether the next n bytes can follow the last ones without a preparation: the
** last operation was a read; or it was a write, and the bytes fit the buffer.
*/
static bool needs_no_seek(const lmv_channel *c, size_t n) {
#if defined(HAVE_STDIO_EXT)
  if (!c->out)
    return __freading(c->file);
  return __fwriting(c->file) && !__flbf(c->file) &&
         n < __fbufsize(c->file) - __fpending(c->file);
#else
  (void)c, (void)n;
  return false;
#endif
}

/* Whether n bytes surely fit into the buffer, which is empty. */
static bool fits_buffer(const lmv_channel *c, size_t n) {
#if defined(HAVE_STDIO_EXT)
  size_t size = __fbufsize(c->file);
  return !__flbf(c->file) && n < (size > 0 ? size : 1024);
#else
  (void)c, (void)n;
  return false;
#endif
}

/* Flushes the file handle and prepares a write to its descriptor, if it has
** one, for bytes that do not fit the buffer. */
static int bypass_buffer(lmv_channel *c, size_t n) {
#if !defined(_WIN32)
  int fd = fileno(c->file);
  if (fd >= 0 && (c->at >= 0 || !fits_buffer(c, n))) {
    errno = 0;
    if (fflush(c->file) != 0)
      return file_failed(c), errno;
    c->fd = fd;
    open_fd(c);
    c->resync = c->at < 0 && lseek(fd, 0, SEEK_CUR) >= 0;
    c->unsure = false;
    return 0;
  }
#else
  (void)c, (void)n;
#endif
  return 0;
}

/*
** Prepares the file for n bytes: seeks to the place of the read or write. C
** also requires a seek between a read and a write. Returns 0 or an errno.
*/
static int open_file(lmv_channel *c, size_t n) {
  c->move = c->out ? write_file : read_file;
  c->unsure = c->out;
  clearerr(c->file);
  if (c->at < 0 && needs_no_seek(c, n))
    return 0;
  if (c->at >= 0) {
    c->home = tell_file(c->file);
    if (c->home < 0 || seek_file(c->file, c->at, SEEK_SET) != 0)
      return errno;
  } else if (seek_file(c->file, 0, SEEK_CUR) != 0 && c->out) {
    if (fflush(c->file) != 0)
      return errno;
  }
  return c->out ? bypass_buffer(c, n) : 0;
}

/* Moves the file handle to its final position. */
static int reposition_file(lmv_channel *c) {
  int64_t at = c->home;
#if !defined(_WIN32)
  if (c->resync)
    at = lseek(c->fd, 0, SEEK_CUR);
#endif
  return at >= 0 && seek_file(c->file, at, SEEK_SET) != 0 ? errno : 0;
}

/* ---- moving --------------------------------------------------------------*/

/* Moves n bytes between p and the channel, or fewer at the end. */
static size_t move_bytes(lmv_channel *c, unsigned char *p, size_t n) {
  size_t done = 0;
  while (done < n) {
    size_t left = n - done;
    ptrdiff_t k = c->move(c, p + done, left < LMV_PIECE ? left : LMV_PIECE);
    if (k < 0 && errno == EINTR && !c->unsure)
      continue;
    if (k < 0)
      c->err = errno;
    if (k < 0 && c->err == EFAULT) /* missing pages of a map? */
      lmv_touch_pages(p + done, left < LMV_PIECE ? left : LMV_PIECE);
    if (k <= 0)
      break;
    done += (size_t)k;
    if (c->at >= 0 && c->at <= INT64_MAX - k) /* devices have no last offset */
      c->at += k;
    if (c->once)
      break;
  }
  return done;
}

/* Moves the n bytes (n > 0) of the layout through the buffer. */
static size_t move_layout(lmv_channel *c, unsigned char *base,
                          const mv_layout *lay, unsigned char *buffer,
                          size_t n) {
  size_t done = 0, want, k;
  mv_bytestream at;
  mv_stream_start(&at, base, lay, 0);
  do {
    want = n - done < LMV_PIECE ? n - done : LMV_PIECE;
    if (c->out)
      mv_stream_read(&at, buffer, want);
    k = move_bytes(c, buffer, want);
    if (!c->out)
      mv_stream_write(&at, buffer, k);
    done += k;
  } while (k == want && done < n && !c->once);
  return done;
}

/* ---- transfers -----------------------------------------------------------*/

/* Prepares the channel for n bytes; sets c->err on failure. */
static void begin_transfer(lmv_channel *c, size_t n) {
  if (c->file == NULL)
    open_fd(c);
  else
    c->err = open_file(c, n);
}

static void end_transfer(lmv_channel *c) {
  int err = reposition_file(c);
  if (c->err == 0)
    c->err = err;
}

size_t lmv_channel_move(lmv_channel *c, unsigned char *p, size_t n) {
  size_t done = 0;
  begin_transfer(c, n);
  if (c->err == 0)
    done = move_bytes(c, p, n);
  end_transfer(c);
  return done;
}

size_t lmv_channel_movelayout(lmv_channel *c, unsigned char *base,
                              const mv_layout *lay, unsigned char *buffer) {
  size_t n = (size_t)mv_layout_nbytes(lay), done = 0;
  begin_transfer(c, n);
  if (c->err == 0 && n > 0)
    done = move_layout(c, base, lay, buffer, n);
  end_transfer(c);
  return done;
}

bool lmv_channel_appends(const lmv_channel *c) {
#if defined(_WIN32)
  (void)c;
  return false;
#else
  int flags = -1;
  if (c->out && c->at >= 0)
    flags = fcntl(c->file != NULL ? fileno(c->file) : c->fd, F_GETFL);
  return flags != -1 && (flags & O_APPEND) != 0;
#endif
}
