/*
** mapping_windows.c - files, and anonymous memory, mapped by Windows
** The counterpart of mapping.c on Windows. A map's fd is a handle of the file,
** of which only 32 bits count. The system keeps a mapping object as long as a
** part of it is mapped, so its handle is closed at once.
**
** A file cannot be made shorter while any process has mapped a part of it. So a
** resize unmaps the file first, and restores the old mapping if it fails.
** Mapped pages never become invalid (sigbus.c).
*/
#include "mapping.h"

#if defined(_WIN32)

#include "win32.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <errno.h>
#include <stdlib.h>

static int last_errno(void) { return lmv_win32_errno(GetLastError()); }

/* The offset of a mapping in its file is a multiple of this number. */
static size_t granularity(void) {
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwAllocationGranularity;
}

static DWORD high_half(uint64_t n) { return (DWORD)(n >> 32); }
static DWORD low_half(uint64_t n) { return (DWORD)(n & 0xffffffff); }

static HANDLE file_of(const lmv_map *m) {
  int fd = lmv_map_resource(m)->fd;
  return fd < 0 ? INVALID_HANDLE_VALUE : (HANDLE)(intptr_t)fd;
}

/* ---- mapping bytes -------------------------------------------------------*/

static DWORD protection(const lmv_mapmode *mode) {
  return mode->shares   ? PAGE_READWRITE
         : mode->writes ? PAGE_WRITECOPY
                        : PAGE_READONLY;
}

static DWORD access_to(const lmv_mapmode *mode) {
  return mode->shares   ? FILE_MAP_WRITE
         : mode->writes ? FILE_MAP_COPY
                        : FILE_MAP_READ;
}

/* Maps n bytes from the map's offset on. *base is NULL for 0. */
static int map_bytes(const lmv_map *m, size_t n, unsigned char **base) {
  HANDLE file = file_of(m), mapping;
  uint64_t size = file == INVALID_HANDLE_VALUE ? n : 0; /* 0: the file's size */
  size_t skip = (size_t)(m->offset % (int64_t)granularity());
  uint64_t start = (uint64_t)m->offset - skip;
  unsigned char *p;
  int err;
  *base = NULL;
  if (n == 0)
    return 0;
  mapping = CreateFileMappingW(file, NULL, protection(m->mode), high_half(size),
                               low_half(size), NULL);
  if (mapping == NULL)
    return last_errno();
  p = MapViewOfFile(mapping, access_to(m->mode), high_half(start),
                    low_half(start), skip + n);
  err = p == NULL ? last_errno() : 0;
  CloseHandle(mapping);
  if (p != NULL)
    *base = p + skip;
  return err;
}

/* Unmaps n bytes from base on, and all bytes mapped with them. */
static void unmap_bytes(unsigned char *base, size_t n) {
  if (n > 0)
    UnmapViewOfFile(base - (uintptr_t)base % granularity());
}

void lmv_map_closefile(lmv_resource *r) {
  if (r->fd >= 0)
    CloseHandle((HANDLE)(intptr_t)r->fd);
  r->fd = -1;
}

void lmv_map_end(lmv_resource *r) {
  unmap_bytes(r->lease.base, r->lease.size);
  lmv_map_closefile(r);
}

/* ---- opening -------------------------------------------------------------*/

/* Makes the map the owner of the handle. */
static int keep_handle(lmv_map *m, HANDLE file) {
  lmv_map_resource(m)->fd = (int)(intptr_t)file;
  return 0;
}

static int duplicate_file(lmv_map *m, int fd) {
  HANDLE process = GetCurrentProcess();
  HANDLE file = lmv_win32_handle(fd), copy;
  if (file == NULL)
    return EBADF;
  if (!DuplicateHandle(process, file, process, &copy, 0, FALSE,
                       DUPLICATE_SAME_ACCESS))
    return last_errno();
  return keep_handle(m, copy);
}

/* The path in the system's characters, which the caller frees; or NULL and
** errno. */
static WCHAR *widen_path(const char *path) {
  int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
  WCHAR *wide = NULL;
  if (n == 0)
    errno = last_errno();
  else
    wide = malloc((size_t)n * sizeof *wide);
  if (wide != NULL)
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, n);
  return wide;
}

/* The errno of the last error. Windows refuses to open a folder as if
** permission were missing; this becomes EISDIR. */
static int refusal(const WCHAR *path) {
  DWORD error = GetLastError(), attributes;
  if (error == ERROR_ACCESS_DENIED) {
    attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES &&
        (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
      return EISDIR;
  }
  return lmv_win32_errno(error);
}

static int open_path(lmv_map *m, const lmv_maprequest *r) {
  WCHAR *path = widen_path(r->path);
  HANDLE file;
  int err;
  if (path == NULL)
    return errno;
  file = CreateFileW(
      path, r->mode->shares ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ,
      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
      r->mode->makes ? OPEN_ALWAYS : OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL,
      NULL);
  err = file == INVALID_HANDLE_VALUE ? refusal(path) : keep_handle(m, file);
  free(path);
  return err;
}

static int get_size(const lmv_map *m, int64_t *size) {
  LARGE_INTEGER n;
  if (!GetFileSizeEx(file_of(m), &n))
    return last_errno();
  *size = n.QuadPart;
  return 0;
}

/* Sets the size of the file without moving the position of a handle. */
static int set_size(const lmv_map *m, int64_t size) {
  FILE_END_OF_FILE_INFO info;
  info.EndOfFile.QuadPart = size;
  return SetFileInformationByHandle(file_of(m), FileEndOfFileInfo, &info,
                                    sizeof info)
             ? 0
             : last_errno();
}

int lmv_map_openfile(lmv_map *m, lmv_maprequest *r) {
  int err = r->fd >= 0 ? duplicate_file(m, r->fd) : open_path(m, r);
  if (err != 0)
    return err;
  if (GetFileType(file_of(m)) != FILE_TYPE_DISK)
    return LMV_NOT_REGULAR;
  return get_size(m, &r->filesize);
}

/*
** If the size is impossible, or the file is mapped, the file stays unchanged.
*/
int lmv_map_makefile(const lmv_map *m, lmv_maprequest *r) {
  int64_t before = r->filesize;
  int err;
  if (r->length > INT64_MAX - r->offset)
    return EFBIG;
  r->filesize = r->offset + r->length;
  err = r->filesize > before ? set_size(m, r->filesize) : 0;
  if (err == 0)
    err = set_size(m, 0);
  if (err == 0)
    return set_size(m, r->filesize);
  (void)set_size(m, before);
  return err;
}

int lmv_map_bytes(lmv_map *m, size_t n) {
  unsigned char *base;
  int err = map_bytes(m, n, &base);
  if (err == 0)
    lmv_lease_move(m->container.lease, base, n);
  return err;
}

/* ---- while it is open ----------------------------------------------------*/

int lmv_map_flush(const lmv_map *m, ptrdiff_t start, ptrdiff_t count) {
  const unsigned char *p = m->container.lease->base + start;
  if (lmv_map_resource(m)->fd < 0)
    return 0;
  return FlushViewOfFile(p, (size_t)count) && FlushFileBuffers(file_of(m))
             ? 0
             : last_errno();
}

/* Ignores advice. */
int lmv_map_advise(const lmv_map *m, lmv_hint hint) {
  (void)m, (void)hint;
  return 0;
}

/* ---- resizing ------------------------------------------------------------*/

/* Records that the map has n bytes at base. */
static void set_bytes(lmv_map *m, unsigned char *base, size_t n) {
  if (n < m->container.lease->size)
    lmv_lease_expire(m->container.lease, "map shrank");
  lmv_lease_move(m->container.lease, base, n);
  m->container.lease->lost = false;
}

/*
** Replaces the mapped bytes by a mapping of n bytes. The file is long enough.
*/
static int remap_bytes(lmv_map *m, size_t n) {
  const lmv_lease *lease = m->container.lease;
  unsigned char *base;
  int err = map_bytes(m, n, &base);
  if (err != 0)
    return err;
  unmap_bytes(lease->base, lease->size);
  set_bytes(m, base, n);
  return 0;
}

/* Maps n bytes again after a failed resize. If this fails, too, the map has no
** bytes, and its views end. */
static void restore_bytes(lmv_map *m, size_t n) {
  lmv_lease *lease = m->container.lease;
  unsigned char *base;
  if (map_bytes(m, n, &base) == 0) {
    lmv_lease_move(lease, base, n);
    return;
  }
  lmv_lease_move(lease, NULL, 0);
  lmv_lease_expire(lease, "map was lost in a resize");
  lease->lost = true;
}

/* Cuts the file, of size bytes, behind the n bytes that will be mapped, and
** maps them. */
static int cut_and_map(lmv_map *m, size_t n, int64_t size) {
  lmv_lease *lease = m->container.lease;
  size_t before = lease->size;
  unsigned char *base;
  int err;
  unmap_bytes(lease->base, before);
  err = set_size(m, m->offset + (int64_t)n);
  if (err == 0) {
    err = map_bytes(m, n, &base);
    if (err == 0) {
      set_bytes(m, base, n);
      return 0;
    }
    (void)set_size(m, size);
  }
  restore_bytes(m, before);
  return err;
}

int lmv_map_resizefile(lmv_map *m, size_t n) {
  int64_t end = m->offset + (int64_t)n, size = 0;
  int64_t mapped = m->offset + (int64_t)m->container.lease->size;
  int err = get_size(m, &size);
  if (err != 0)
    return err;
  if (end > size || (end < size && mapped >= size))
    return cut_and_map(m, n, size);
  return remap_bytes(m, n);
}

/* Only sets the size: a part of a mapping cannot be given back. */
int lmv_map_shrink(lmv_map *m, size_t n) {
  lmv_lease *lease = m->container.lease;
  if (n == 0)
    unmap_bytes(lease->base, lease->size);
  set_bytes(m, n > 0 ? lease->base : NULL, n);
  return 0;
}

#endif
