/*
** exporter.c - foreign memory: lent by hosts, offered by objects
** An object offers its memory by __buffer in its metatable: a Lua function that
** returns another bytes-like, or the userdata of an mview_exporter, which only
** C code can make (mview_setexporter). The lease is made before the memory is
** acquired, so the memory is released after any later error.
*/
#include "exporter.h"

#include "args.h"
#include "formats.h"
#include "pin.h"
#include "registry.h"
#include "resource.h"
#include "view.h"

/* ---- geometry ------------------------------------------------------------*/

/* Raises the error; message is a format of lua_pushfstring. */
static void malformed(lua_State *L, const char *message, ...) LMV_RAISES;

static void malformed(lua_State *L, const char *message, ...) {
  const char *text;
  va_list args;
  va_start(args, message);
  text = lmv_pushmessage(L, message, args);
  va_end(args);
  luaL_error(L, "malformed buffer: %s", text);
}

/* Sets the layout for a buffer without shape: one dimension of bytes. */
static void read_bytes(lua_State *L, const mview_buffer *buf,
                       ptrdiff_t itemsize, mv_layout *lay) {
  ptrdiff_t n = (ptrdiff_t)buf->nbytes, nbytes;
  if (itemsize == 0 || n % itemsize != 0)
    malformed(L, "%I bytes are not a multiple of the item size %I",
              (LUAI_UACINT)n, (LUAI_UACINT)itemsize);
  n /= itemsize;
  mv_layout_set(lay, itemsize, 1, &n, &nbytes);
}

/* Reads the shape; sets strides in C order. */
static void read_shape(lua_State *L, const mview_buffer *buf,
                       ptrdiff_t itemsize, mv_layout *lay) {
  ptrdiff_t nbytes;
  mv_status status;
  for (int d = 0; d < buf->ndim; d++)
    if (buf->shape[d] < 0)
      malformed(L, "size %I in dimension %d", (LUAI_UACINT)buf->shape[d],
                d + 1);
  status = mv_layout_set(lay, itemsize, buf->ndim, buf->shape, &nbytes);
  if (status != MV_OK)
    malformed(L, "%s", mv_message(status));
  if (buf->nbytes != 0 && (ptrdiff_t)buf->nbytes != nbytes)
    malformed(L, "%I bytes, but %I by its shape", (LUAI_UACINT)buf->nbytes,
              (LUAI_UACINT)nbytes);
}

/* Items of no bytes are reached without pointers. */
static void read_strides(const mview_buffer *buf, mv_layout *lay) {
  for (int d = 0; d < buf->ndim; d++) {
    if (buf->strides != NULL)
      lay->strides[d] = buf->strides[d];
    if (buf->suboffsets == NULL)
      continue;
    lay->suboffsets[d] = buf->suboffsets[d];
    if (lay->suboffsets[d] >= 0 && lay->itemsize > 0)
      lay->indirect = true;
  }
}

static void read_geometry(lua_State *L, const mview_buffer *buf,
                          ptrdiff_t itemsize, mv_layout *lay) {
  if (buf->reserved[0] != NULL || buf->reserved[1] != NULL)
    malformed(L, "reserved fields that are not NULL");
  if (buf->nbytes > PTRDIFF_MAX)
    malformed(L, "size too large");
  if (buf->ndim < 0 || buf->ndim > MV_MAXDIM)
    malformed(L, "%d dimensions out of range [0, %d]", buf->ndim, MV_MAXDIM);
  if (buf->shape == NULL) {
    if (buf->ndim > 0)
      malformed(L, "%d dimensions without a shape", buf->ndim);
    read_bytes(L, buf, itemsize, lay);
  } else {
    read_shape(L, buf, itemsize, lay);
    read_strides(buf, lay);
  }
  if (buf->data == NULL && mv_layout_count(lay) > 0)
    malformed(L, "no memory for its items");
}

/*
** Narrows the extent of items behind pointers to the extent of the first
** pointers, as all other parts lie in other blocks. Bounds that were checked
** for the whole extent hold for each part.
*/
static void first_block(const mv_layout *lay, ptrdiff_t *lo, ptrdiff_t *hi) {
  mv_layout block = *lay;
  if (!lay->indirect || mv_layout_count(lay) == 0)
    return;
  block.ndim = 0;
  while (lay->suboffsets[block.ndim++] < 0)
    continue;
  block.itemsize = (ptrdiff_t)sizeof(void *);
  mv_layout_extent(&block, lo, hi);
}

/* Whether the bytes from lo to hi, relative to p, have addresses. */
static bool have_addresses(const void *p, ptrdiff_t lo, ptrdiff_t hi) {
  uintptr_t at = (uintptr_t)p;
  return 0 - (uintptr_t)lo <= at && (uintptr_t)hi <= UINTPTR_MAX - at;
}

/* The bytes that the items at data take, from *lo to *hi relative to it. */
static void find_block(lua_State *L, const void *data, const mv_layout *lay,
                       ptrdiff_t *lo, ptrdiff_t *hi) {
  ptrdiff_t far = 0;
  bool fits = mv_layout_extent(lay, lo, hi) == MV_OK;
  if (fits && *lo < 0)
    fits = *hi <= PTRDIFF_MAX + *lo;
  if (lay->indirect)
    for (int d = 0; fits && d < lay->ndim; d++) {
      ptrdiff_t more = lay->suboffsets[d] < 0 ? 0 : lay->suboffsets[d];
      fits = more <= PTRDIFF_MAX - *hi - far;
      far += fits ? more : 0;
    }
  if (fits) {
    first_block(lay, lo, hi);
    fits = have_addresses(data, *lo, *hi);
  }
  if (!fits)
    malformed(L, "size too large");
}

/* Pushes the format's text and itself, or nils. */
static void push_format(lua_State *L, const char *text, lmv_viewinit *init) {
  if (text == NULL) {
    lua_settop(L, lua_gettop(L) + 2);
    init->format = &lmv_byteformat;
    return;
  }
  lua_pushstring(L, text);
  init->format = lmv_pushformat(L, 0, lua_gettop(L), &init->anchor);
}

/*
** Pushes two values for the format; returns the size of its items. Records may
** end in padding that the format does not state, as NumPy exports them.
*/
static ptrdiff_t read_format(lua_State *L, const mview_buffer *buf,
                             lmv_viewinit *init) {
  const mv_item *item;
  push_format(L, buf->format, init);
  item = &init->format->item;
  if (buf->itemsize == 0 || buf->itemsize == item->size)
    return (ptrdiff_t)item->size;
  if (buf->itemsize > PTRDIFF_MAX)
    malformed(L, "size too large");
  if (buf->itemsize < item->size || item->kind != MV_RECORD)
    malformed(L, "item size %I, but '%s' takes %I bytes",
              (LUAI_UACINT)buf->itemsize, init->format->text,
              (LUAI_UACINT)item->size);
  return (ptrdiff_t)buf->itemsize;
}

/* Whether the buffer describes plain bytes in one dimension. */
static bool are_bytes(const mview_buffer *buf) {
  return buf->format == NULL && buf->shape == NULL && buf->ndim == 0 &&
         buf->itemsize <= 1 && (buf->data != NULL || buf->nbytes == 0) &&
         buf->nbytes <= PTRDIFF_MAX && buf->reserved[0] == NULL &&
         buf->reserved[1] == NULL;
}

lmv_view *lmv_pushlent(lua_State *L, int lease_idx, int meta, lmv_lease *lease,
                       const mview_buffer *buf) {
  lmv_viewinit init = {.lease = lease,
                       .generation = lease->generation,
                       .readonly = buf->readonly != 0};
  mv_layout lay;
  ptrdiff_t lo, hi, itemsize;
  lmv_view *v;
  if (are_bytes(buf)) { /* the usual loan, which needs no layout */
    lmv_lease_move(lease, buf->data, buf->nbytes);
    lease->readonly = init.readonly;
    return lmv_pushbyteview(L, lease_idx, meta, lease);
  }
  itemsize = read_format(L, buf, &init);
  read_geometry(L, buf, itemsize, &lay);
  find_block(L, buf->data, &lay, &lo, &hi);
  mv_layout_normalise(&lay);
  lay.offset = -lo; /* the block starts at its lowest byte */
  v = lmv_newview(L, lease_idx, meta, &init, &lay);
  lmv_lease_move(lease, buf->data == NULL ? NULL : (char *)buf->data + lo,
                 (size_t)(hi - lo));
  lease->readonly = init.readonly;
  lua_replace(L, -3);
  lua_pop(L, 1);
  return v;
}

/* ---- objects with __buffer -----------------------------------------------*/

enum { OBJECT = 1, LEFT }; /* user values of a guard */

#define MAXDEPTH 16 /* of __buffer functions that return further objects */

/*
** Handles the values that acquire has left on the stack above the guard. Raises
** for a pin, as it ends when the stack is popped. The guard keeps all others,
** as they may be strings whose bytes the buffer describes.
*/
static void keep_values(lua_State *L, int guard) {
  int n = lua_gettop(L) - guard;
  luaL_checkstack(L, LUA_MINSTACK, NULL); /* acquire may have used all slots */
  for (int k = 1; k <= n; k++)
    if (lmv_ispin(L, guard + k))
      luaL_error(L, "an exporter cannot offer memory that it borrows, use a "
                    "function as __buffer");
  if (n == 0)
    return;
  lua_createtable(L, n, 0);
  for (int k = 1; k <= n; k++) {
    lua_pushvalue(L, guard + k);
    lua_rawseti(L, -2, k);
  }
  lua_setiuservalue(L, guard, LEFT);
}

/* Pushes the view of the object at idx that its exporter describes. */
static lmv_view *acquire(lua_State *L, int idx, int meta,
                         const mview_exporter *exporter) {
  lmv_resource *r;
  lmv_view *v;
  mview_buffer buf = {0};
  int top;
  if (exporter->version != MVIEW_API_VERSION)
    luaL_error(L, "exporter of version %d, version %d needed",
               exporter->version, MVIEW_API_VERSION);
  r = lmv_pushguard(L, LMV_FOREIGN, LEFT);
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, OBJECT);
  top = lua_gettop(L);
  r->ud = NULL;
  exporter->acquire(L, idx, &buf, &r->ud);
  r->done = exporter->release; /* from here on the resource calls it */
  r->end = lmv_resource_notify;
  keep_values(L, top);
  v = lmv_pushlent(L, top, meta, &r->lease, &buf);
  lua_replace(L, top);
  lua_settop(L, top); /* only now: buf may point into these values */
  return v;
}

/*
** Pushes a view of the value at idx, which an object's function returned; NULL:
** it is not a bytes-like. If it is a view, another view is pushed, as the
** object may release its own.
*/
static lmv_view *view_of(lua_State *L, int idx, int meta) {
  return lmv_toview(L, idx, meta) != NULL ? lmv_copyview(L, idx, meta)
                                          : lmv_pushknown(L, idx, meta);
}

/*
** Pushes __buffer of the value on top, if it has one, and returns its type. A
** string has memory of its own, so its __buffer is ignored.
*/
static int get_buffer(lua_State *L) {
  if (lua_type(L, -1) == LUA_TSTRING)
    return LUA_TNIL;
  return luaL_getmetafield(L, -1, "__buffer");
}

/* Stack: [object, __buffer] -> [result]. Calls the function __buffer. */
static void call_buffer(lua_State *L) {
  lua_pushvalue(L, -2);
  lua_call(L, 1, 1);
  if (lua_rawequal(L, -1, -2))
    luaL_error(L, "__buffer returned its object");
  lua_remove(L, -2);
}

/* Keys of strings in the registry, for look-ups that must not raise. */
static const char buffer_key, exporter_key;

/* Whether the value on top was made by mview_setexporter. */
static bool is_exporter(lua_State *L) {
  bool same;
  if (lua_type(L, -1) != LUA_TUSERDATA || !lua_getmetatable(L, -1))
    return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &exporter_key);
  lua_rawget(L, LUA_REGISTRYINDEX);
  same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

bool lmv_isexporter(lua_State *L, int idx) {
  bool exports;
  if (lua_type(L, idx) == LUA_TSTRING || !lua_getmetatable(L, idx))
    return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &buffer_key);
  lua_rawget(L, -2);
  exports = lua_isfunction(L, -1) ||
            (lua_type(L, idx) == LUA_TUSERDATA && is_exporter(L));
  lua_pop(L, 2);
  return exports;
}

void lmv_open_exporter(lua_State *L) {
  lua_pushliteral(L, "__buffer");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &buffer_key);
  lua_pushliteral(L, MVIEW_EXPORTER_KEY);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &exporter_key);
}

/*
** The exporter on top, the __buffer of the object below. Only a full userdata
** may have an exporter, and only C code can make an exporter: scripts can write
** any value, including light userdata, into metatables that they can reach.
*/
static const mview_exporter *check_exporter(lua_State *L) {
  if (!is_exporter(L) || lua_type(L, -2) != LUA_TUSERDATA)
    luaL_error(L,
               "__buffer must be a function, or set by mview_setexporter for a "
               "userdata, got %s",
               lmv_typename(L, lua_gettop(L)));
  return *(const mview_exporter *const *)lua_touserdata(L, -1);
}

lmv_view *lmv_acquire(lua_State *L, int idx, int meta) {
  int type, depth = 0, top = lua_gettop(L);
  lmv_view *v;
  luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
  lua_pushvalue(L, idx); /* the object, then the result of its __buffer, ... */
  while ((type = get_buffer(L)) == LUA_TFUNCTION) {
    if (++depth > MAXDEPTH)
      luaL_error(L, "__buffer nested too deep");
    call_buffer(L);
  }
  if (type != LUA_TNIL)
    v = acquire(L, depth > 0 ? top + 1 : idx, meta, check_exporter(L));
  else
    v = depth > 0 ? view_of(L, top + 1, meta) : NULL;
  if (v == NULL && depth > 0)
    luaL_error(L, "__buffer must return a bytes-like, got %s",
               lmv_typename(L, top + 1));
  if (v != NULL)
    lua_replace(L, top + 1);
  lua_settop(L, v != NULL ? top + 1 : top);
  return v;
}
