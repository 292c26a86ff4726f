/*
** map.c - files, and anonymous shared memory, as memory
** A map is a lease whose bytes the system maps. Mappings start on a page: on
** the one that holds the first byte asked for, where base points to. The
** userdata owns descriptor and mapping from before they exist, and between its
** creation and its completion nothing of Lua is called.
**
** A range is checked against the file when it is mapped. If somebody else
** truncates the file later, access behind its new end is a SIGBUS, as with
** every mapping, and so is a write that finds the disk full; readfrom is the
** safe way to read such files. A file that is deleted stays while it is mapped.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define _FILE_OFFSET_BITS 64
/* NOLINTEND(bugprone-reserved-identifier) */

#include "lmv.h"

#include <errno.h>

/* Pushes what a function returns that failed. */
static int failure(lua_State *L, int err, const char *message, ...) {
  va_list args;
  lua_pushnil(L);
  va_start(args, message);
  lmv_pushmessage(L, message, args);
  va_end(args);
  lua_pushinteger(L, err);
  return 3;
}

#if defined(_WIN32)

static int map_map(lua_State *L) {
  return failure(L, ENOSYS, "mapped files are not supported on this system");
}

void lmv_open_map(lua_State *L) { (void)L; }

#else

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#ifdef MADV_NORMAL
#define ADVICE(name) MADV_##name
#else /* advice need not be taken */
#define ADVICE(name) 0
#define madvise(address, size, advice) 0
#endif

typedef struct map_mode {
  const char *name;
  int open, protection, flags;
} map_mode;

static const map_mode modes[] = {
    {"r", O_RDONLY, PROT_READ, MAP_SHARED},
    {"r+", O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED},
    /* swap space for a copy of the whole file need not be there */
    {"c", O_RDONLY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE}};

typedef struct map {
  union {
    lmv_lease lease;
    lmv_debt debt; /* for maps that finalizers make while the state closes */
  };
  const map_mode *mode;
  int64_t offset; /* of the first byte in the file */
  int fd;         /* of the file, if it can be resized; else -1 */
} map;

/* What mview.map was asked for. */
typedef struct request {
  const char *path; /* NULL: anonymous memory */
  const map_mode *mode;
  int64_t offset;
  int64_t length;   /* below 0: to the end of the file */
  int64_t filesize; /* once it is known */
} request;

/* ---- mappings ------------------------------------------------------------*/

static size_t pagesize(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* Bytes of the first page before the first byte of the map. */
static size_t margin(const map *m) {
  return (size_t)(m->offset % (int64_t)pagesize());
}

/* Maps n bytes from the map's offset on; 0 or an errno. *base is NULL for 0. */
static int map_bytes(const map *m, size_t n, unsigned char **base) {
  int flags = m->mode->flags | (m->fd < 0 ? MAP_ANONYMOUS : 0);
  size_t skip = margin(m);
  unsigned char *p;
  *base = NULL;
  if (n == 0)
    return 0;
  p = mmap(NULL, skip + n, m->mode->protection, flags, m->fd,
           (m->offset - (int64_t)skip));
  if (p == MAP_FAILED)
    return errno;
  *base = p + skip;
  return 0;
}

static void unmap_bytes(const map *m, unsigned char *base, size_t n) {
  if (n > 0)
    munmap(base - margin(m), margin(m) + n);
}

static void close_file(map *m) {
  if (m->fd >= 0)
    close(m->fd);
  m->fd = -1;
}

/* The end of the lease. */
static void map_end(lmv_lease *lease) {
  map *m = (map *)lease;
  lmv_settle(lease);
  unmap_bytes(m, lease->base, lease->size);
  close_file(m);
}

/* ---- mview.map -----------------------------------------------------------*/

static const map_mode *check_mode(lua_State *L, int arg) {
  const char *name;
  if (lua_isnoneornil(L, arg))
    return &modes[0];
  name = lmv_checkstring(L, arg, NULL);
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    if (strcmp(name, modes[i].name) == 0)
      return &modes[i];
  lmv_argerror(L, arg, "invalid mode '%s', expected 'r', 'r+' or 'c'", name);
  return NULL;
}

static void check_anonymous(lua_State *L, request *r) {
  if (r->mode->open != O_RDWR)
    lmv_argerror(L, 2, "anonymous memory needs mode 'r+', got '%s'",
                 r->mode->name);
  if (r->offset != 0)
    lmv_argerror(L, 3, "anonymous memory needs offset 0, got %I",
                 (LUAI_UACINT)r->offset);
  r->length = lmv_checksize(L, 4);
}

static void check_request(lua_State *L, request *r) {
  size_t len;
  r->path = lua_isnil(L, 1) ? NULL : lmv_checkstring(L, 1, &len);
  if (r->path != NULL && strlen(r->path) != len)
    lmv_argerror(L, 1, "string contains zeros");
  r->mode = check_mode(L, 2);
  r->offset = lmv_optinteger(L, 3, 0);
  if (r->offset < 0)
    lmv_argerror(L, 3, "negative offset %I", (LUAI_UACINT)r->offset);
  r->filesize = 0;
  if (r->path == NULL)
    check_anonymous(L, r);
  else
    r->length = lua_isnoneornil(L, 4) ? -1 : lmv_checksize(L, 4);
}

/* Pushes a map of no bytes. */
static map *new_map(lua_State *L, const request *r) {
  map *m = lua_newuserdatauv(L, sizeof *m, 0);
  lmv_lease_init(&m->lease, LMV_MAP, NULL, 0);
  m->lease.readonly = !(r->mode->protection & PROT_WRITE);
  m->mode = r->mode;
  m->offset = r->offset;
  m->fd = -1;
  lmv_pushownermeta(L, LMV_MAP);
  lua_setmetatable(L, -2);
  lmv_owe(L, &m->debt, map_end);
  return m;
}

/* What can go wrong besides what has an errno. */
enum { NOT_REGULAR = -1, BEYOND_END = -2 };

/* Opens the file; what is none must not block. */
static int open_file(map *m, request *r) {
  struct stat st;
  m->fd = open(r->path, r->mode->open | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (m->fd < 0 || fstat(m->fd, &st) != 0)
    return errno;
  r->filesize = st.st_size;
  if (S_ISDIR(st.st_mode))
    return EISDIR;
  return S_ISREG(st.st_mode) ? 0 : NOT_REGULAR;
}

/* Settles the length. */
static int fit_range(request *r) {
  int64_t left = r->filesize - r->offset;
  if (left < 0 || r->length > left)
    return BEYOND_END;
  if (r->length < 0)
    r->length = left;
  return r->length > PTRDIFF_MAX ? EFBIG : 0;
}

/* Opens and maps what was asked for: 0, an errno, or one of the above. */
static int set_up(map *m, request *r) {
  unsigned char *base;
  int err = 0;
  if (r->path != NULL) {
    err = open_file(m, r);
    if (err == 0)
      err = fit_range(r);
  }
  if (err == 0)
    err = map_bytes(m, (size_t)r->length, &base);
  if (err == 0)
    lmv_lease_move(&m->lease, base, (size_t)r->length);
  if (r->mode->open != O_RDWR)
    close_file(m);
  return err;
}

static int report(lua_State *L, int err, const request *r) {
  if (err == NOT_REGULAR)
    return failure(L, ENODEV, "%s: not a regular file", r->path);
  if (err == BEYOND_END)
    return failure(L, EINVAL, "%s: range ends beyond the file (%I bytes)",
                   r->path, (LUAI_UACINT)r->filesize);
  return lmv_oserror(L, err, r->path);
}

/*
** mview.map(path [, mode [, offset [, length]]]): length bytes (to the end of
** the file) from byte offset (0) on, counted from 0. mview.map(nil, "r+", 0,
** n): n zero bytes shared with the children that the process forks. Failures
** of the system: nil, message, errno.
*/
static int map_map(lua_State *L) {
  request r;
  map *m;
  int err;
  check_request(L, &r);
  m = new_map(L, &r);
  err = set_up(m, &r);
  if (err == 0)
    return 1;
  lmv_lease_kill(&m->lease);
  return report(L, err, &r);
}

/* ---- methods -------------------------------------------------------------*/

static map *check_open(lua_State *L) {
  lmv_lease *lease = lmv_checkowner(L, 1, LMV_MAP);
  if (!lease->alive)
    luaL_error(L, "attempt to use a closed map");
  return (map *)lease;
}

/* __index: the method of that name, in the last upvalue; __newindex. Items are
** for views to have. */
static int map_index(lua_State *L) {
  if (lua_type(L, 2) == LUA_TNUMBER)
    luaL_error(L, "a map has no items, use map:view()");
  lua_settop(L, 2);
  lua_rawget(L, lua_upvalueindex(LMV_NUP + 1));
  return 1;
}

static int map_newindex(lua_State *L) {
  return luaL_error(L, "attempt to assign to a map, use map:view()");
}

/* m:view(): a view of all its bytes. */
static int map_view(lua_State *L) {
  lmv_checkowner(L, 1, LMV_MAP);
  lmv_pushowned(L, LMV_META, 1);
  return 1;
}

static int map_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_open(L)->lease.size);
  return 1;
}

/* Pushes true, or what a function returns that failed. */
static int outcome(lua_State *L, int err) {
  if (err != 0)
    return lmv_oserror(L, err, NULL);
  lua_pushboolean(L, 1);
  return 1;
}

/* m:flush([i [, j]]): writes those bytes, by the rules of string.sub, to the
** disk and waits for it. Maps of modes "r" and "c" have none to write. */
static int map_flush(lua_State *L) {
  map *m = check_open(L);
  lua_Integer i = lmv_optinteger(L, 2, 1), j = lmv_optinteger(L, 3, -1);
  ptrdiff_t start, count;
  unsigned char *p;
  size_t skip;
  mv_range((ptrdiff_t)m->lease.size, i, j, 1, &start, &count);
  if (count == 0)
    return outcome(L, 0);
  p = m->lease.base + start;
  skip = (uintptr_t)p % pagesize();
  if (msync(p - skip, skip + (size_t)count, MS_SYNC) != 0)
    return outcome(L, errno);
  return outcome(L, 0);
}

static int check_hint(lua_State *L, int arg) {
  static const struct {
    const char *name;
    int advice;
  } hints[] = {{"normal", ADVICE(NORMAL)},
               {"sequential", ADVICE(SEQUENTIAL)},
               {"random", ADVICE(RANDOM)},
               {"willneed", ADVICE(WILLNEED)},
               {"dontneed", ADVICE(DONTNEED)}};
  const char *name = lmv_checkstring(L, arg, NULL);
  for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
    if (strcmp(name, hints[i].name) == 0)
      return hints[i].advice;
  return lmv_argerror(L, arg,
                      "invalid hint '%s', expected 'normal', 'sequential', "
                      "'random', 'willneed' or 'dontneed'",
                      name);
}

/* m:advise(hint): how the bytes will be used. "dontneed" would undo the changes
** of a copy-on-write map, and is refused there. */
static int map_advise(lua_State *L) {
  map *m = check_open(L);
  int advice = check_hint(L, 2);
  if (m->mode->flags & MAP_PRIVATE && advice == ADVICE(DONTNEED))
    lmv_argerror(L, 2,
                 "'dontneed' would undo the changes of a map of mode 'c'");
  if (m->lease.size == 0)
    return outcome(L, 0);
  if (madvise(m->lease.base - margin(m), margin(m) + m->lease.size, advice))
    return outcome(L, errno);
  return outcome(L, 0);
}

/* ---- resizing ------------------------------------------------------------*/

/* The map has n bytes at base now. */
static void set_bytes(map *m, unsigned char *base, size_t n) {
  if (n < m->lease.size)
    lmv_lease_expire(&m->lease);
  lmv_lease_move(&m->lease, base, n);
}

static int truncate_file(const map *m, int64_t size) {
  return ftruncate(m->fd, size) != 0 ? errno : 0;
}

/*
** Maps n bytes of the file anew; 0 or an errno, and then nothing has changed.
** The file grows if the range ends behind it, and shrinks if the map reached to
** its end: bytes that were not mapped are not cut off.
*/
static int resize_file(map *m, size_t n) {
  struct stat st;
  int64_t end = m->offset + (int64_t)n;
  bool grows, shrinks;
  unsigned char *base;
  int err;
  if (fstat(m->fd, &st) != 0)
    return errno;
  grows = end > st.st_size;
  shrinks = end < st.st_size &&
            m->offset + (int64_t)m->lease.size >= (int64_t)st.st_size;
  err = grows ? truncate_file(m, end) : 0;
  if (err != 0)
    return err;
  err = map_bytes(m, n, &base);
  if (err == 0 && shrinks) {
    err = truncate_file(m, end);
    if (err != 0)
      unmap_bytes(m, base, n);
  }
  if (err != 0) {
    if (grows)
      (void)truncate_file(m, st.st_size);
    return err;
  }
  unmap_bytes(m, m->lease.base, m->lease.size);
  set_bytes(m, base, n);
  return 0;
}

/* Gives whole pages back. (More memory that the same processes share is not to
** be had.) */
static int shrink_anonymous(map *m, size_t n) {
  size_t page = pagesize(), keep = (n + page - 1) / page * page;
  if (m->lease.size > keep &&
      munmap(m->lease.base + keep, m->lease.size - keep) != 0)
    return errno;
  set_bytes(m, n > 0 ? m->lease.base : NULL, n);
  return 0;
}

/* m:resize(n): n bytes from the map's offset on. Growing keeps the views;
** shrinking ends those that were made before. Only for mode "r+". */
static int map_resize(lua_State *L) {
  map *m = check_open(L);
  size_t n = (size_t)lmv_checksize(L, 2);
  if (m->mode->open != O_RDWR)
    luaL_error(L, "attempt to resize a map of mode '%s'", m->mode->name);
  lmv_lease_checkpins(L, &m->lease, "map");
  if (m->fd < 0 && n > m->lease.size)
    return failure(L, ENOTSUP, "anonymous memory cannot grow");
  if ((int64_t)n > INT64_MAX - m->offset)
    return outcome(L, EFBIG);
  return outcome(L, m->fd < 0 ? shrink_anonymous(m, n) : resize_file(m, n));
}

/* ---- the end -------------------------------------------------------------*/

/* m:close(), also __close: every view of it is dead from now on. */
static int map_close(lua_State *L) {
  lmv_lease *lease = lmv_checkowner(L, 1, LMV_MAP);
  lmv_lease_checkpins(L, lease, "map");
  lmv_lease_kill(lease);
  return 0;
}

static int map_gc(lua_State *L) {
  lmv_lease *lease = lmv_checkowner(L, 1, LMV_MAP);
  lmv_lease_kill(lease);
  lmv_lease_finish(lease);
  return 0;
}

static int map_tostring(lua_State *L) {
  map *m = (map *)lmv_checkowner(L, 1, LMV_MAP);
  if (m->lease.alive)
    lua_pushfstring(L, "mview.map '%s' [%I]", m->mode->name,
                    (LUAI_UACINT)m->lease.size);
  else
    lua_pushfstring(L, "mview.map '%s', closed", m->mode->name);
  return 1;
}

void lmv_open_map(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"view", map_view},     {"flush", map_flush}, {"advise", map_advise},
      {"resize", map_resize}, {"close", map_close}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__index", map_index},
                                         {"__newindex", map_newindex},
                                         {"__len", map_len},
                                         {"__tostring", map_tostring},
                                         {"__close", map_close},
                                         {"__gc", map_gc},
                                         {NULL, NULL}};
  lmv_newownermeta(L, LMV_MAP, "mview.map", methods, metamethods);
}

#endif

const luaL_Reg lmv_map_functions[] = {{"map", map_map}, {NULL, NULL}};
