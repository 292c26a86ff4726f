/*
** map.c - files, and anonymous shared memory, as memory
** A map is a lease whose bytes the system maps (mapping.c). The userdata is
** created before the descriptor and the mapping, and owns both. Between its
** creation and its completion no function of Lua is called.
**
** A range is checked against the size of the file when it is mapped. If any
** process truncates the file later, the views of the map expire at the next
** access to missing bytes (sigbus.c). The same happens if a write finds the
** disk full. The system keeps a deleted file as long as it is mapped.
*/
#include "map.h"

#include "args.h"
#include "container.h"
#include "descriptor.h"
#include "mapping.h"
#include "view.h"

#include <errno.h>
#include <string.h>

/* Pushes the results of a failed function: nil, message, errno. */
static int push_failure(lua_State *L, int err, const char *message, ...) {
  va_list args;
  lua_pushnil(L);
  va_start(args, message);
  lmv_pushmessage(L, message, args);
  va_end(args);
  lua_pushinteger(L, err);
  return 3;
}

static const char *check_text(lua_State *L, int arg) {
  size_t len;
  const char *text = lmv_checkstring(L, arg, &len);
  if (strlen(text) != len)
    lmv_argerror(L, arg, "string contains zeros");
  return text;
}

/* ---- mview.map -----------------------------------------------------------*/

static const lmv_mapmode *check_mode(lua_State *L, int arg) {
  static const lmv_mapmode modes[] = {{"r", false, false, false},
                                      {"r+", true, true, false},
                                      {"w+", true, true, true},
                                      {"c", true, false, false}};
  const char *name;
  if (lua_isnoneornil(L, arg))
    return &modes[0];
  name = check_text(L, arg);
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    if (strcmp(name, modes[i].name) == 0)
      return &modes[i];
  lmv_argerror(L, arg, "invalid mode '%s', expected 'r', 'r+', 'w+' or 'c'",
               name);
  return NULL;
}

static void check_anonymous(lua_State *L, lmv_maprequest *r) {
  if (!r->mode->shares || r->mode->makes)
    lmv_argerror(L, 1,
                 "path, file or descriptor expected, got nil; in mode 'r+' nil "
                 "stands for anonymous memory");
  if (r->offset != 0)
    lmv_argerror(L, 3, "anonymous memory needs offset 0, got %I",
                 (LUAI_UACINT)r->offset);
  if (lua_isnoneornil(L, 4))
    lmv_argerror(L, 4, "anonymous memory needs a length");
  r->length = lmv_checksize(L, 4);
}

/* The length of a range of a file; -1: to its end. */
static int64_t check_length(lua_State *L, int arg, const lmv_mapmode *mode) {
  if (!lua_isnoneornil(L, arg))
    return lmv_checksize(L, arg);
  if (mode->makes)
    lmv_argerror(L, arg, "mode '%s' needs a length", mode->name);
  return -1;
}

/* Reads the arguments. The file comes last, as the method that returns an
** object's descriptor runs code of scripts. */
static void check_request(lua_State *L, lmv_maprequest *r) {
  *r = (lmv_maprequest){.fd = -1, .mode = check_mode(L, 2)};
  r->offset = lmv_optinteger(L, 3, 0);
  if (r->offset < 0)
    lmv_argerror(L, 3, "negative offset %I", (LUAI_UACINT)r->offset);
  if (lua_isnil(L, 1)) {
    check_anonymous(L, r);
    return;
  }
  r->length = check_length(L, 4, r->mode);
  if (lua_type(L, 1) == LUA_TSTRING)
    r->path = check_text(L, 1);
  else if (lua_isnone(L, 1) || lua_isboolean(L, 1) || lua_isfunction(L, 1))
    lmv_typeerror(L, 1, "path, file or descriptor");
  else if (luaL_testudata(L, 1, LUA_FILEHANDLE) == NULL)
    r->fd = lmv_checkdescriptor(L, 1);
}

/* Flushes a file handle at index 1, and takes its descriptor. A handle that
** another library made may have none (fopencookie). Returns 0 or an errno. */
static int take_handle(lua_State *L, lmv_maprequest *r) {
  const luaL_Stream *stream = luaL_testudata(L, 1, LUA_FILEHANDLE);
  FILE *file;
  if (stream == NULL)
    return 0;
  file = lmv_openhandle(L, 1, stream);
  r->fd = fileno(file);
  return r->fd < 0 ? EBADF : lmv_syncfile(file);
}

/* Pushes a map of no bytes. */
static lmv_map *new_map(lua_State *L, const lmv_maprequest *r) {
  lmv_map *m = lmv_pushcontainer(L, sizeof *m, LMV_MAP);
  lmv_map_resource(m)->end = lmv_map_end;
  m->container.lease->readonly = !r->mode->writes;
  m->mode = r->mode;
  m->offset = r->offset;
  return m;
}

/* Sets the length of a range of a file whose size is known. */
static int fit_range(lmv_maprequest *r) {
  int64_t left = r->filesize - r->offset;
  if (left < 0 || r->length > left)
    return LMV_BEYOND_END;
  if (r->length < 0)
    r->length = left;
  return r->length > PTRDIFF_MAX ? EFBIG : 0;
}

static int prepare_file(lmv_map *m, lmv_maprequest *r) {
  int err = lmv_map_openfile(m, r);
  if (err == 0 && r->mode->makes)
    err = lmv_map_makefile(m, r);
  return err != 0 ? err : fit_range(r);
}

/* Opens and maps the request in a map of no bytes. If it fails, the caller ends
** the map. Calls no function of Lua. */
static int open_map(lmv_map *m, lmv_maprequest *r) {
  bool anonymous = r->path == NULL && r->fd < 0;
  int err = anonymous ? 0 : prepare_file(m, r);
  if (err == 0)
    err = lmv_map_bytes(m, (size_t)r->length);
  if (!r->mode->shares)
    lmv_map_closefile(lmv_map_resource(m));
  return err;
}

static int open_error(lua_State *L, int err, const lmv_maprequest *r) {
  const char *path = r->path != NULL ? r->path : "file";
  if (err == LMV_NOT_REGULAR)
    return push_failure(L, ENODEV, "%s: not a regular file", path);
  if (err == LMV_BEYOND_END)
    return push_failure(L, EINVAL, "%s: range ends beyond the file (%I bytes)",
                        path, (LUAI_UACINT)r->filesize);
  return lmv_oserror(L, err, r->path);
}

/*
** mview.map(file [, mode [, offset [, length]]]): length bytes (to the end of
** the file) from byte offset (0) on, counted from 0. file: a path; or an open
** file (a file handle, a descriptor, an object with a method fileno), which may
** be closed afterwards. mview.map(nil, "r+", 0, n): n zero bytes shared with
** the children that the process forks. If the system refuses: nil, message,
** errno.
*/
static int map_map(lua_State *L) {
  lmv_maprequest r;
  lmv_map *m;
  int err;
  check_request(L, &r);
  m = new_map(L, &r);
  err = take_handle(L, &r); /* only now, as finalizers may have closed it */
  if (err == 0)
    err = open_map(m, &r);
  if (err == 0)
    return 1;
  lmv_lease_kill(m->container.lease);
  return open_error(L, err, &r);
}

/* ---- methods -------------------------------------------------------------*/

static lmv_map *check_open(lua_State *L) {
  lmv_container *c = lmv_checkcontainer(L, 1, LMV_MAP);
  lmv_checkopen(L, c);
  return (lmv_map *)c;
}

/* m:view(): a view of all its bytes. */
static int map_view(lua_State *L) { return lmv_container_view(L, LMV_MAP); }

/* Pushes true, or the results of a failed function. */
static int push_result(lua_State *L, int err) {
  if (err != 0)
    return lmv_oserror(L, err, NULL);
  lua_pushboolean(L, 1);
  return 1;
}

/* m:flush([i [, j]]): writes bytes i to j, by the rules of string.sub, to the
** disk and waits. Maps of modes "r" and "c" have no bytes to write. */
static int map_flush(lua_State *L) {
  lmv_map *m = check_open(L);
  lua_Integer i = lmv_optinteger(L, 2, 1), j = lmv_optinteger(L, 3, -1);
  ptrdiff_t start, count;
  mv_range((ptrdiff_t)m->container.lease->size, i, j, 1, &start, &count);
  return push_result(L, count == 0 ? 0 : lmv_map_flush(m, start, count));
}

static lmv_hint check_hint(lua_State *L, int arg) {
  static const char *const names[] = {"normal", "sequential", "random",
                                      "willneed", "dontneed"};
  const char *name = check_text(L, arg);
  for (int i = LMV_NORMAL; i <= LMV_DONTNEED; i++)
    if (strcmp(name, names[i]) == 0)
      return (lmv_hint)i;
  lmv_argerror(L, arg,
               "invalid hint '%s', expected 'normal', 'sequential', 'random', "
               "'willneed' or 'dontneed'",
               name);
  return LMV_NORMAL;
}

/* m:advise(hint): tells the system how the bytes will be used. "dontneed" would
** discard the changes of a copy-on-write map, and is refused there. */
static int map_advise(lua_State *L) {
  lmv_map *m = check_open(L);
  lmv_hint hint = check_hint(L, 2);
  if (hint == LMV_DONTNEED && m->mode->writes && !m->mode->shares)
    lmv_argerror(L, 2,
                 "'dontneed' would undo the changes of a map of mode 'c'");
  return push_result(L, lmv_map_advise(m, hint));
}

/* Anonymous memory can only shrink. */
static int resize_map(lmv_map *m, size_t n) {
  if ((int64_t)n > INT64_MAX - m->offset)
    return EFBIG;
  if (lmv_map_resource(m)->fd >= 0)
    return lmv_map_resizefile(m, n);
  return n > m->container.lease->size ? ENOTSUP : lmv_map_shrink(m, n);
}

/*
** m:resize(n): n bytes from the map's offset on. Growing keeps the views;
** shrinking ends the views that were made before. Only for modes that share.
** After the file has shrunk, only a resize makes the map usable again.
*/
static int map_resize(lua_State *L) {
  lmv_map *m = (lmv_map *)lmv_checkcontainer(L, 1, LMV_MAP);
  size_t n = (size_t)lmv_checksize(L, 2);
  int err;
  if (!lmv_container_alive(&m->container))
    lmv_closederror(L, &m->container);
  if (!m->mode->shares)
    luaL_error(L, "attempt to resize a map of mode '%s'", m->mode->name);
  lmv_lease_checkpins(L, m->container.lease, "map");
  err = resize_map(m, n);
  if (err == ENOTSUP && lmv_map_resource(m)->fd < 0)
    return push_failure(L, err, "anonymous memory cannot grow");
  return push_result(L, err);
}

/* ---- the end -------------------------------------------------------------*/

/* m:close(), also release and __close: ends the map and all views of it. */
static int map_close(lua_State *L) { return lmv_container_close(L, LMV_MAP); }

static int map_tostring(lua_State *L) {
  lmv_map *m = (lmv_map *)lmv_checkcontainer(L, 1, LMV_MAP);
  if (lmv_container_alive(&m->container))
    lua_pushfstring(L, "mview.map '%s' [%I]", m->mode->name,
                    (LUAI_UACINT)m->container.lease->size);
  else
    lua_pushfstring(L, "mview.map '%s', closed", m->mode->name);
  return 1;
}

void lmv_open_map(lua_State *L) {
  static const luaL_Reg methods[] = {{"view", map_view},
                                     {"flush", map_flush},
                                     {"advise", map_advise},
                                     {"resize", map_resize},
                                     {"close", map_close},
                                     {"release", map_close},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__tostring", map_tostring},
                                         {"__close", map_close},
                                         {"__gc", lmv_guard_gc},
                                         {NULL, NULL}};
  lmv_newcontainermeta(L, LMV_MAP, "mview.map", methods, metamethods);
}

const luaL_Reg lmv_map_functions[] = {{"map", map_map}, {NULL, NULL}};
