/*
** file.c - transfers bytes of views from and to files
** A channel represents a file handle, descriptor or socket by one function that
** moves some bytes. All calls of Lua (arguments, the method that returns a
** descriptor, the buffer of a strided view) come first. Then the memory is
** resolved and the file handle checked, and from then on no function of Lua is
** called. So the memory cannot end during the transfer, and need not be pinned.
**
** After an interruption, only bytes that surely have not moved are tried again.
** A write to a descriptor returns the number of bytes written; fwrite does not
** if it uses the buffer of the file handle. So bytes that do not fit into this
** buffer are written to the descriptor of the file handle. If a call of a file
** handle without a descriptor is interrupted, the transfer fails.
**
** Views that are not contiguous go through a buffer of at most PIECE bytes.
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

#include "file.h"

#include "args.h"
#include "descriptor.h"
#include "mv.h"
#include "sigbus.h"
#include "view.h"
#include "win32.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

#define PIECE ((size_t)1 << 20) /* faster than one large read, measured */

typedef struct channel channel;

struct channel {
  /* moves up to n bytes; returns their number, 0 at the end, -1 with errno */
  ptrdiff_t (*move)(channel *c, unsigned char *p, size_t n);
  FILE *file;
  int fd;
  int64_t at;   /* the offset in the file; -1: the file's position */
  int64_t home; /* the position to which the handle returns; -1: stays */
  bool out;
  bool once;   /* ends after the first bytes */
  bool resync; /* the file handle must be moved to its descriptor's position */
  bool unsure; /* the number of bytes moved by a failed move is unknown */
  int err;     /* the error that ended the transfer, or 0 */
};

/* ---- descriptors ---------------------------------------------------------*/

#if defined(_WIN32)

static ptrdiff_t read_fd(channel *c, unsigned char *p, size_t n) {
  return lmv_win32_read(c->fd, p, n, c->at);
}

static ptrdiff_t write_fd(channel *c, unsigned char *p, size_t n) {
  return lmv_win32_write(c->fd, p, n, c->at);
}

static bool gives_all(int fd) { return lmv_win32_isfile(fd); }

#else

static ptrdiff_t read_fd(channel *c, unsigned char *p, size_t n) {
  return c->at < 0 ? read(c->fd, p, n) : pread(c->fd, p, n, c->at);
}

static ptrdiff_t write_fd(channel *c, unsigned char *p, size_t n) {
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
static void open_fd(channel *c) {
  c->move = c->out ? write_fd : read_fd;
  c->once = !c->out && !gives_all(c->fd);
}

/* ---- file handles --------------------------------------------------------*/

/* Sets errno if the library has not set it. */
static ptrdiff_t file_failed(const channel *c) {
  clearerr(c->file);
  if (errno == 0)
    errno = EIO;
#if defined(HAVE_STDIO_EXT)
  if (!(c->out ? __fwritable(c->file) : __freadable(c->file)))
    errno = EBADF;
#endif
  return -1;
}

static ptrdiff_t read_file(channel *c, unsigned char *p, size_t n) {
  size_t k;
  errno = 0;
  k = fread(p, 1, n, c->file);
  if (k > 0 || (feof(c->file) && !ferror(c->file)))
    return (ptrdiff_t)k;
  if (!ferror(c->file)) /* Wine, for a file that is opened for writing only */
    errno = EBADF;
  return file_failed(c);
}

static ptrdiff_t write_file(channel *c, unsigned char *p, size_t n) {
  errno = 0;
  return fwrite(p, 1, n, c->file) == n ? (ptrdiff_t)n : file_failed(c);
}

/*
** Whether the next n bytes can follow the last ones without a preparation: the
** last operation was a read; or it was a write, and the bytes fit the buffer.
*/
static bool needs_no_seek(const channel *c, size_t n) {
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
static bool fits_buffer(const channel *c, size_t n) {
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
static int bypass_buffer(channel *c, size_t n) {
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
static int open_file(channel *c, size_t n) {
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
static int reposition_file(channel *c) {
  int64_t at = c->home;
#if !defined(_WIN32)
  if (c->resync)
    at = lseek(c->fd, 0, SEEK_CUR);
#endif
  return at >= 0 && seek_file(c->file, at, SEEK_SET) != 0 ? errno : 0;
}

/* ---- moving --------------------------------------------------------------*/

/* Moves n bytes between p and the channel, or fewer at the end. */
static size_t move_bytes(channel *c, unsigned char *p, size_t n) {
  size_t done = 0;
  while (done < n) {
    size_t left = n - done;
    ptrdiff_t k = c->move(c, p + done, left < PIECE ? left : PIECE);
    if (k < 0 && errno == EINTR && !c->unsure)
      continue;
    if (k < 0)
      c->err = errno;
    if (k < 0 && c->err == EFAULT) /* missing pages of a map? */
      lmv_touch_pages(p + done, left < PIECE ? left : PIECE);
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
static size_t move_layout(channel *c, unsigned char *base, const mv_layout *lay,
                          unsigned char *buffer, size_t n) {
  size_t done = 0, want, k;
  mv_bytestream at;
  mv_stream_start(&at, base, lay, 0);
  do {
    want = n - done < PIECE ? n - done : PIECE;
    if (c->out)
      mv_stream_read(&at, buffer, want);
    k = move_bytes(c, buffer, want);
    if (!c->out)
      mv_stream_write(&at, buffer, k);
    done += k;
  } while (k == want && done < n && !c->once);
  return done;
}

/* ---- methods -------------------------------------------------------------*/

static int64_t check_offset(lua_State *L, int arg) {
  lua_Integer offset;
  if (lua_isnoneornil(L, arg))
    return -1;
  offset = lmv_checkinteger(L, arg);
  if (offset < 0)
    lmv_argerror(L, arg, "negative offset %I", (LUAI_UACINT)offset);
  return offset;
}

/* Prepares the channel for n bytes; sets c->err on failure. */
static void open_channel(channel *c, size_t n) {
  if (c->file == NULL)
    open_fd(c);
  else
    c->err = open_file(c, n);
}

/* Moves the n bytes of the layout. Calls no function of Lua. */
static size_t run_channel(channel *c, unsigned char *base, const mv_layout *lay,
                          unsigned char *buffer, size_t n) {
  size_t done = 0;
  int err;
  open_channel(c, n);
  if (c->err == 0 && n > 0)
    done = buffer != NULL ? move_layout(c, base, lay, buffer, n)
                          : move_bytes(c, base + lay->offset, n);
  err = reposition_file(c);
  if (c->err == 0)
    c->err = err;
  return done;
}

/* Whether the system would ignore the offset and write at the end of the file.
** (Unknown on Windows.) */
static bool ignores_offset(const channel *c) {
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

static bool would_block(int err) { return err == EAGAIN || err == EWOULDBLOCK; }

int lmv_pushtransfer(lua_State *L, size_t n, int err) {
  if (err != 0 && !(would_block(err) && n > 0))
    return lmv_oserror(L, err, NULL);
  lua_pushinteger(L, (lua_Integer)n);
  return 1;
}

lmv_input lmv_checkinput(lua_State *L, size_t most) {
  lmv_input in = {luaL_testudata(L, 2, LUA_FILEHANDLE), -1, NULL, 0};
  if (in.stream != NULL)
    return in;
  in.fd = lmv_checkdescriptor(L, 2);
  if (most > 0 && lmv_isluasocket(L, 2)) {
    lmv_takereceived(L, 2, most);
    in.buffered = lua_tolstring(L, 2, &in.nbuffered);
  }
  return in;
}

lmv_reading lmv_readinput(lua_State *L, lmv_input *in, unsigned char *p,
                          size_t n) {
  channel c = {.fd = in->fd, .at = -1, .home = -1};
  lmv_reading result = {0, 0, false};
  if (in->nbuffered > 0) {
    result.n = n < in->nbuffered ? n : in->nbuffered;
    result.partial = true;
    memcpy(p, in->buffered, result.n);
    in->buffered += result.n;
    in->nbuffered -= result.n;
    return result;
  }
  if (in->stream != NULL)
    c.file = lmv_openhandle(L, 2, in->stream);
  open_channel(&c, n);
  if (c.err == 0)
    result.n = move_bytes(&c, p, n);
  result.err = c.err;
  result.partial = c.once;
  return result;
}

static int transfer(lua_State *L, bool out) {
  lmv_view *v = lmv_checkview(L, 1);
  unsigned char *base, *buffer = NULL;
  mv_layout lay;
  channel c = {.fd = -1, .home = -1, .out = out};
  lmv_input file;
  size_t n, done;
  c.at = check_offset(L, 3);
  lmv_layout(v, &lay);
  n = (size_t)mv_layout_nbytes(&lay);
  if (!out)
    lmv_checkwritable(L, v); /* before bytes are taken from a receive buffer */
  file = lmv_checkinput(L, out || c.at >= 0 ? 0 : n);
  c.fd = file.fd;
  if (!mv_layout_contiguous(&lay, 'C'))
    buffer = lua_newuserdatauv(L, n < PIECE ? n : PIECE, 0);
  base = out ? lmv_base(L, v) : lmv_writable(L, v);
  if (file.stream != NULL)
    c.file = lmv_openhandle(L, 2, file.stream);
  if (ignores_offset(&c))
    lmv_argerror(L, 3, "offset in a file that was opened to append");
  if (file.nbuffered > 0) {
    mv_write(base, &lay, 0, file.nbuffered, (const void *)file.buffered);
    return lmv_pushtransfer(L, file.nbuffered, 0);
  }
  done = run_channel(&c, base, &lay, buffer, n);
  return lmv_pushtransfer(L, c.unsure && c.err != 0 ? 0 : done, c.err);
}

/*
** v:readfrom(file | fd | object [, offset]): fills the view's bytes, in C
** order, from a file handle, a descriptor, an object with a method fileno, or
** one of LuaSocket. Reads from byte offset of the file on, counted from 0; by
** default from the file's current position. Returns the number of bytes, 0 at
** the end of the file; or nil, message, errno. The number is less than that of
** the view at the end of the file, for pipes, sockets and terminals, and if
** more would block.
*/
LMV_TOUCHES(view_readfrom) { return transfer(L, false); }

/*
** v:writeto(file | fd | object [, offset]): writes the view's bytes to a file
** in the same way. Returns their number, which is less than that of the view
** only if more would block.
*/
LMV_TOUCHES(view_writeto) { return transfer(L, true); }

const luaL_Reg lmv_file_methods[] = {
    {"readfrom", view_readfrom}, {"writeto", view_writeto}, {NULL, NULL}};
