/*
** exporter.c - memory that others describe: lent by hosts, offered by objects
** An object offers its memory by __buffer in its metatable: a Lua function that
** returns another bytes-like, or a light userdata, the mview_exporter of its C
** module. The lease, which will release it, exists before it is acquired; from
** then on the collector sees to the release whatever raises.
*/
#include "lmv.h"

#include <string.h>

/* ---- geometry ------------------------------------------------------------*/

static int malformed(lua_State *L, const char *why) {
  return luaL_error(L, "malformed buffer: %s", why);
}

/* The shape, and strides in C order. */
static void read_shape(lua_State *L, const mview_buffer *buf,
                       ptrdiff_t itemsize, mv_layout *lay) {
  ptrdiff_t plain = 0, nbytes = 0;
  const ptrdiff_t *shape = buf->shape;
  int ndim = buf->ndim;
  mv_status status;
  if (buf->nbytes > PTRDIFF_MAX) malformed(L, "size too large");
  if (ndim < 0 || ndim > MV_MAXDIM)
    malformed(L, "number of dimensions out of range [0, 64]");
  if (shape == NULL) {
    if (ndim > 0) malformed(L, "no shape");
    if (itemsize == 0 || (ptrdiff_t)buf->nbytes % itemsize != 0)
      malformed(L, "size is not a multiple of the item size");
    plain = (ptrdiff_t)buf->nbytes / itemsize;
    shape = &plain;
    ndim = 1;
  }
  for (int d = 0; d < ndim; d++)
    if (shape[d] < 0) malformed(L, "negative size in the shape");
  status = mv_layout_set(lay, itemsize, ndim, shape, &nbytes);
  if (status != MV_OK) malformed(L, mv_message(status));
  if (buf->nbytes != 0 && (ptrdiff_t)buf->nbytes != nbytes)
    malformed(L, "size differs from that of the shape");
}

static void read_strides(const mview_buffer *buf, mv_layout *lay) {
  size_t n = (size_t)lay->ndim * sizeof lay->strides[0];
  if (buf->strides != NULL && buf->ndim > 0)
    memcpy(lay->strides, buf->strides, n);
  if (buf->suboffsets != NULL && buf->ndim > 0)
    for (int d = 0; d < lay->ndim; d++) {
      lay->suboffsets[d] = buf->suboffsets[d];
      if (lay->suboffsets[d] >= 0) lay->indirect = true;
    }
}

lmv_view *lmv_pushlent(lua_State *L, int meta, int owner, lmv_lease *lease,
                       const mview_buffer *buf) {
  lmv_spec spec = {lease, 0, NULL, false, buf->readonly != 0};
  mv_layout lay;
  ptrdiff_t itemsize, lo, hi;
  lmv_view *v;
  lua_pushstring(L, buf->format != NULL ? buf->format : "B");
  spec.format = lmv_pushformat(L, lua_gettop(L), 0, &spec.compound);
  itemsize = (ptrdiff_t)spec.format->item.size;
  if (buf->itemsize != 0) {
    if (buf->itemsize > PTRDIFF_MAX || (ptrdiff_t)buf->itemsize < itemsize)
      malformed(L, "item size is smaller than the format");
    itemsize = (ptrdiff_t)buf->itemsize;
  }
  read_shape(L, buf, itemsize, &lay);
  read_strides(buf, &lay);
  if (mv_layout_extent(&lay, &lo, &hi) != MV_OK)
    malformed(L, "size too large");
  if (buf->data == NULL && mv_layout_count(&lay) > 0)
    malformed(L, "no memory");
  mv_layout_normalise(&lay);
  lay.offset = -lo; /* the block starts at its lowest byte */
  spec.generation = lease->generation;
  v = lmv_newview(L, meta, owner, lua_gettop(L), &spec, &lay);
  lmv_lease_move(lease, buf->data == NULL ? NULL : (char *)buf->data + lo,
                 (size_t)(hi - lo));
  lease->readonly = spec.readonly;
  lua_replace(L, -3);
  lua_pop(L, 1);
  return v;
}

/* ---- objects with __buffer -----------------------------------------------*/

typedef struct foreign {
  lmv_lease lease;
  const mview_exporter *exporter;
  void *state;
} foreign;

static void release(lmv_lease *lease) {
  foreign *f = (foreign *)lease;
  if (f->exporter->release != NULL) f->exporter->release(f->state);
}

/* Acquires the object at idx; pushes the view. */
static lmv_view *acquire(lua_State *L, int idx, int meta,
                         const mview_exporter *exporter) {
  foreign *f;
  lmv_view *v;
  mview_buffer buf = {0};
  int top;
  if (exporter->version != MVIEW_API_VERSION)
    luaL_error(L, "exporter of version %d, version %d needed",
               exporter->version, MVIEW_API_VERSION);
  f = lua_newuserdatauv(L, sizeof *f, 1);
  lmv_lease_init(&f->lease, LMV_FOREIGN, NULL, 0);
  f->exporter = exporter;
  f->state = NULL;
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, 1);
  lmv_pushleasemeta(L);
  lua_setmetatable(L, -2);
  top = lua_gettop(L);
  exporter->acquire(L, idx, &buf, &f->state);
  lua_settop(L, top);
  f->lease.end = release; /* from here on it is ours to release */
  v = lmv_pushlent(L, meta, top, &f->lease, &buf);
  lua_remove(L, top);
  return v;
}

/* Calls the function on top with the object at idx; pushes the view. */
static lmv_view *call(lua_State *L, int idx, int meta) {
  lmv_view *v;
  lua_pushvalue(L, idx);
  lua_call(L, 1, 1);
  if (lua_rawequal(L, -1, idx)) luaL_error(L, "__buffer returned its object");
  v = lmv_pushview(L, lua_gettop(L), meta);
  if (v == NULL)
    luaL_error(L, "__buffer must return a bytes-like, got %s",
               lmv_typename(L, -1));
  lua_remove(L, -2);
  return v;
}

lmv_view *lmv_acquire(lua_State *L, int idx, int meta) {
  luaL_checkstack(L, LUA_MINSTACK, "exporters nested too deep");
  switch (luaL_getmetafield(L, idx, "__buffer")) {
  case LUA_TNIL:
    return NULL;
  case LUA_TLIGHTUSERDATA: {
    const mview_exporter *exporter = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return acquire(L, idx, meta, exporter);
  }
  case LUA_TFUNCTION:
    return call(L, idx, meta);
  default:
    luaL_error(L, "__buffer must be a function or an exporter, got %s",
               luaL_typename(L, -1));
    return NULL;
  }
}
