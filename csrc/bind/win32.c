/*
** win32.c - functions for Windows that several files use
*/
#include "win32.h"

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- errors --------------------------------------------------------------*/

int lmv_win32_errno(unsigned long error) {
  static const struct {
    unsigned short error, err;
  } known[] = {{ERROR_FILE_NOT_FOUND, ENOENT},
               {ERROR_PATH_NOT_FOUND, ENOENT},
               {ERROR_INVALID_DRIVE, ENOENT},
               {ERROR_BAD_NETPATH, ENOENT},
               {ERROR_BAD_NET_NAME, ENOENT},
               {ERROR_INVALID_NAME, ENOENT},
               {ERROR_BAD_PATHNAME, ENOENT},
               {ERROR_DIRECTORY, ENOTDIR},
               {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
               {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
               {ERROR_FILE_EXISTS, EEXIST},
               {ERROR_ALREADY_EXISTS, EEXIST},
               {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
               {ERROR_INVALID_HANDLE, EBADF},
               {ERROR_ACCESS_DENIED, EACCES},
               {ERROR_SHARING_VIOLATION, EACCES},
               {ERROR_LOCK_VIOLATION, EACCES},
               {ERROR_NETWORK_ACCESS_DENIED, EACCES},
               {ERROR_WRITE_PROTECT, EROFS},
               {ERROR_USER_MAPPED_FILE, EBUSY},
               {ERROR_BUSY, EBUSY},
               {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
               {ERROR_OUTOFMEMORY, ENOMEM},
               {ERROR_COMMITMENT_LIMIT, ENOMEM},
               {ERROR_NO_SYSTEM_RESOURCES, ENOMEM},
               {ERROR_FILE_TOO_LARGE, EFBIG},
               {ERROR_DISK_FULL, ENOSPC},
               {ERROR_HANDLE_DISK_FULL, ENOSPC},
               {ERROR_BROKEN_PIPE, EPIPE},
               {ERROR_NO_DATA, EPIPE},
               {ERROR_NOT_SUPPORTED, ENOTSUP},
               {ERROR_CRC, EIO},
               {ERROR_GEN_FAILURE, EIO},
               {ERROR_IO_DEVICE, EIO}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].error == error)
      return known[i].err;
  return EINVAL;
}

/* ---- descriptors ---------------------------------------------------------*/

#if defined(_UCRT) || defined(_MSC_VER)

static void ignore_parameter(const wchar_t *expression, const wchar_t *function,
                             const wchar_t *file, unsigned line,
                             uintptr_t reserved) {
  (void)expression, (void)function, (void)file, (void)line, (void)reserved;
}

/* Without a handler, an invalid descriptor would end the process. */
static intptr_t ask_handle(int fd) {
  _invalid_parameter_handler before =
      _set_thread_local_invalid_parameter_handler(ignore_parameter);
  intptr_t handle = _get_osfhandle(fd);
  _set_thread_local_invalid_parameter_handler(before);
  return handle;
}

#else

static intptr_t ask_handle(int fd) { return _get_osfhandle(fd); }

#endif

/* The C library returns -2 for a standard descriptor without a file. */
void *lmv_win32_handle(int fd) {
  intptr_t handle = fd < 0 ? -1 : ask_handle(fd);
  return handle == -1 || handle == -2 ? NULL : (void *)handle;
}

bool lmv_win32_isfile(int fd) {
  void *handle = lmv_win32_handle(fd);
  return handle != NULL && GetFileType(handle) == FILE_TYPE_DISK;
}

bool lmv_win32_istext(int fd) {
  int mode;
  if (lmv_win32_handle(fd) == NULL)
    return false;
  mode = _setmode(fd, _O_BINARY);
  if (mode == -1 || mode == _O_BINARY)
    return false;
  (void)_setmode(fd, mode);
  return true;
}

/*
** Moves bytes by the C library, which knows which files were opened to append.
*/
static int move_raw(int fd, void *p, size_t n, bool out) {
  unsigned count = n < INT_MAX ? (unsigned)n : INT_MAX;
  int mode = _setmode(fd, _O_BINARY), done;
  done = out ? _write(fd, p, count) : _read(fd, p, count);
  if (mode != -1 && mode != _O_BINARY) {
    int err = errno;
    (void)_setmode(fd, mode);
    errno = err;
  }
  return done;
}

/* The same at offset `at` of the file. */
static int move_at(int fd, void *p, size_t n, int64_t at, bool out) {
  int64_t home;
  int done, err;
  if (!lmv_win32_isfile(fd)) {
    errno = ESPIPE;
    return -1;
  }
  home = _lseeki64(fd, 0, SEEK_CUR);
  if (home < 0 || _lseeki64(fd, at, SEEK_SET) < 0)
    return -1;
  done = move_raw(fd, p, n, out);
  err = errno;
  if (_lseeki64(fd, home, SEEK_SET) < 0)
    return -1;
  errno = err;
  return done;
}

static ptrdiff_t move_checked(int fd, void *p, size_t n, int64_t at, bool out) {
  if (lmv_win32_handle(fd) == NULL) {
    errno = EBADF;
    return -1;
  }
  return at < 0 ? move_raw(fd, p, n, out) : move_at(fd, p, n, at, out);
}

ptrdiff_t lmv_win32_read(int fd, void *p, size_t n, int64_t at) {
  return move_checked(fd, p, n, at, false);
}

ptrdiff_t lmv_win32_write(int fd, const void *p, size_t n, int64_t at) {
  return move_checked(fd, (void *)p, n, at, true);
}

#endif
