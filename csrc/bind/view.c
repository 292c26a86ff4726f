/*
** view.c - making views, and views of bytes-likes
** A view is one userdata without a finalizer, so that slices are cheap.
*/
#include "view.h"

#include "args.h"
#include "formats.h"
#include "registry.h"

#include <string.h>

/* ---- arguments -----------------------------------------------------------*/

lmv_view *lmv_containerasview(lua_State *L, int arg) {
  lmv_view *v;
  if (lmv_tocontainer(L, arg) == NULL)
    lmv_typeerror(L, arg, "mview.view");
  v = lmv_pushcontainerview(L, arg, LMV_META);
  lua_replace(L, arg);
  return v;
}

lmv_container *lmv_checkcontainer(lua_State *L, int arg, lmv_source source) {
  lmv_container *c = lmv_tocontainer(L, arg);
  if (c == NULL || c->source != source)
    lmv_typeerror(L, arg, lmv_container_words(source)->type);
  return c;
}

/* ---- the view itself -----------------------------------------------------*/

/*
** Asserts that the layout of a view is valid, and lies in its block if the
** lease is alive. Rows behind pointers of foreign memory lie elsewhere.
*/
static void assert_layout(const lmv_view *v, const mv_layout *lay) {
  mv_assert(mv_layout_valid(lay));
  mv_assert(!lmv_alive(v) || v->lease->source >= LMV_HOST ||
            mv_layout_inside(lay, v->lease->size));
  (void)v, (void)lay;
}

void lmv_layout(const lmv_view *v, mv_layout *lay) {
  int ndim = v->ndim;
  lay->offset = v->offset;
  lay->itemsize = v->itemsize;
  lay->ndim = ndim;
  lay->indirect = v->indirect;
  for (int d = 0; d < ndim; d++) {
    lay->shape[d] = v->dims[d];
    lay->strides[d] = v->dims[ndim + d];
  }
  if (v->indirect)
    memcpy(lay->suboffsets, v->dims + 2 * ndim,
           (size_t)ndim * sizeof v->dims[0]);
  assert_layout(v, lay);
}

ptrdiff_t lmv_nbytes(const lmv_view *v) {
  mv_layout lay;
  if (v->ndim == 1)
    return v->dims[0] * v->itemsize;
  lmv_layout(v, &lay);
  return mv_layout_nbytes(&lay);
}

bool lmv_iscontiguous(const lmv_view *v) {
  mv_layout lay;
  if (lmv_isflat(v))
    return true;
  lmv_layout(v, &lay);
  return mv_layout_contiguous(&lay, 'C');
}

static void set_layout(lmv_view *v, const mv_layout *lay) {
  int ndim = lay->ndim;
  mv_assert(mv_layout_valid(lay));
  v->offset = lay->offset;
  v->itemsize = lay->itemsize;
  v->ndim = (unsigned char)ndim;
  v->indirect = lay->indirect;
  for (int d = 0; d < ndim; d++) {
    v->dims[d] = lay->shape[d];
    v->dims[ndim + d] = lay->strides[d];
  }
  if (lay->indirect)
    memcpy(v->dims + 2 * ndim, lay->suboffsets,
           (size_t)ndim * sizeof v->dims[0]);
}

/*
** Stack: [view, lease] -> [view]. Sets the lease and the metatable, counts the
** view.
*/
static void attach(lua_State *L, const lmv_view *v, int meta) {
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, meta);
  lua_setmetatable(L, -2);
  lmv_countview(v);
}

/* The bare userdata of a view with that layout. */
static lmv_view *view_for(lua_State *L, const mv_layout *lay, bool anchors) {
  lmv_view *v = lmv_bareview(L, anchors ? 2 : 1,
                             (size_t)lay->ndim * (lay->indirect ? 3 : 2));
  v->anchors_format = anchors;
  return v;
}

/*
** Sets all of a bare view. Stack: [view, lease] -> [view], and if the view
** anchors its format: [view, lease, format] -> [view].
*/
static void set_view(lua_State *L, lmv_view *v, int meta,
                     const lmv_viewinit *init, const mv_layout *lay) {
  v->lease = init->lease;
  v->generation = init->generation;
  v->format = init->format;
  v->readonly = init->readonly;
  set_layout(v, lay);
  v->numkind = lmv_viewkind(v);
  if (v->anchors_format)
    lua_setiuservalue(L, -3, 2);
  attach(L, v, meta);
}

lmv_view *lmv_newview(lua_State *L, int lease_idx, int meta,
                      const lmv_viewinit *init, const mv_layout *lay) {
  lmv_view *v = view_for(L, lay, init->anchor != 0);
  lua_pushvalue(L, lease_idx);
  if (init->anchor != 0)
    lua_pushvalue(L, init->anchor);
  set_view(L, v, meta, init, lay);
  return v;
}

/* lmv_derive, also for callers that are not closures of the library. */
static lmv_view *derive(lua_State *L, int idx, int meta, const mv_layout *lay,
                        const mv_format *format, int anchor) {
  const lmv_view *from = lua_touserdata(L, idx);
  bool anchors = format != NULL ? anchor != 0 : from->anchors_format;
  lmv_view *v = view_for(L, lay, anchors);
  lmv_viewinit init = {from->lease, from->generation, from->format, 0,
                       from->readonly};
  if (format != NULL)
    init.format = format;
  lua_getiuservalue(L, idx, 1);
  if (anchors && format != NULL)
    lua_pushvalue(L, anchor);
  else if (anchors)
    lua_getiuservalue(L, idx, 2);
  set_view(L, v, meta, &init, lay);
  return v;
}

lmv_view *lmv_derive(lua_State *L, int idx, const mv_layout *lay,
                     const mv_format *format, int anchor) {
  return derive(L, idx, LMV_META, lay, format, anchor);
}

lmv_view *lmv_copyview(lua_State *L, int idx, int meta) {
  const lmv_view *v = lua_touserdata(L, idx);
  mv_layout lay;
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  return derive(L, idx, meta, &lay, NULL, 0);
}

/* ---- views of bytes-likes ------------------------------------------------*/

/* Sets the new view to all bytes of the lease. */
static void set_whole_lease(lmv_view *v, lmv_lease *lease) {
  v->lease = lease;
  v->generation = lease->generation;
  v->format = &lmv_byteformat;
  v->offset = 0;
  v->itemsize = 1;
  v->ndim = 1;
  v->readonly = lease->readonly;
  v->indirect = v->anchors_format = false;
  v->numkind = 1 + MV_U8;
  v->dims[0] = (ptrdiff_t)lease->size;
  v->dims[1] = 1;
}

/* The aligned offset of the lease in the userdata of a string's view. */
#define LEASE_AT ((sizeof(lmv_view) + 2 * sizeof(ptrdiff_t) + 7) / 8 * 8)

/*
** Pushes a view of the string at idx. One userdata holds the view and the
** lease, so the userdata is its own user value 1. User value 2 is the string.
*/
static lmv_view *push_string_view(lua_State *L, int idx, int meta) {
  lmv_view *v = lua_newuserdatauv(L, LEASE_AT + sizeof(lmv_lease), 2);
  lmv_lease *lease = (void *)((char *)v + LEASE_AT);
  size_t len;
  const char *s = lua_tolstring(L, idx, &len);
  lease->generation = 0;
  lmv_lease_start(lease, LMV_STRING, (void *)s, len);
  lease->readonly = true;
  set_whole_lease(v, lease);
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, 2);
  lua_pushvalue(L, -1);
  attach(L, v, meta);
  return v;
}

lmv_view *lmv_pushbyteview(lua_State *L, int lease_idx, int meta,
                           lmv_lease *lease) {
  lmv_view *v = lmv_bareview(L, 1, 2);
  set_whole_lease(v, lease);
  lua_pushvalue(L, lease_idx);
  attach(L, v, meta);
  return v;
}

int lmv_closederror(lua_State *L, const lmv_container *container) {
  if (lmv_container_alive(container))
    return lmv_expirederror(L, container->lease);
  return luaL_error(L, "attempt to use a %s",
                    lmv_container_words(container->source)->ended);
}

lmv_view *lmv_pushcontainerview(lua_State *L, int idx, int meta) {
  const lmv_container *c = lua_touserdata(L, idx);
  lmv_view *v = lmv_bareview(L, 1, 2);
  lmv_checkopen(L, c); /* only now, as finalizers may have ended it */
  set_whole_lease(v, c->lease);
  lua_pushvalue(L, idx);
  attach(L, v, meta);
  return v;
}

lmv_view *lmv_pushknown(lua_State *L, int idx, int meta) {
  lmv_view *v;
  if (lua_type(L, idx) == LUA_TSTRING)
    return push_string_view(L, idx, meta);
  v = lmv_toview(L, idx, meta);
  if (v != NULL) {
    lua_pushvalue(L, idx);
    return v;
  }
  if (lmv_tocontainer(L, idx) != NULL)
    return lmv_pushcontainerview(L, idx, meta);
  return NULL;
}
