/*
** api.c - the C API: what modules and hosts call
** These run inside C functions of others, or outside of any: no upvalue of ours
** is there, and errors blame the caller's arguments.
** The number of a loan is the id of its resource.
*/
#include "api.h"

#include "bytearray.h"
#include "exporter.h"
#include "operand.h"
#include "pin.h"
#include "registry.h"
#include "resource.h"
#include "view.h"

#include <string.h>

/* ---- lend ----------------------------------------------------------------*/

/*
** Pushes the view of a new loan, which has no end yet: as long as something may
** raise, it is not for the loan to call done.
*/
static int push_loan(lua_State *L) {
  const mview_buffer *buf = lua_touserdata(L, 1);
  lmv_resource *r = lmv_track(L, lmv_pushguard(L), LMV_HOST);
  lmv_pushviewmeta(L);
  lmv_pushlent(L, 3, 2, &r->lease, buf);
  return 1;
}

/* Whatever may raise runs protected, so that done is called in any case. */
static mview_loan api_lend(lua_State *L, const mview_buffer *buf,
                           mview_done done, void *ud) {
  const lmv_view *v;
  lmv_resource *r;
  bool room = lua_checkstack(L, LUA_MINSTACK) != 0;
  if (room) {
    lua_pushcfunction(L, push_loan);
    lua_pushlightuserdata(L, (void *)buf);
  }
  if (!room || lua_pcall(L, 1, 1, 0) != LUA_OK) {
    if (done != NULL)
      done(ud);
    if (!room)
      luaL_error(L, "stack overflow");
    lua_error(L);
  }
  v = lua_touserdata(L, -1);
  r = (lmv_resource *)v->lease;
  r->done = done;
  r->ud = ud;
  r->end = lmv_resource_notify;
  return r->id;
}

static int api_revoke(lua_State *L, mview_loan number) {
  lmv_resource *r = lmv_find_resource(L, number);
  int pins;
  if (r == NULL || r->lease.source != LMV_HOST)
    return 0;
  pins = r->lease.pins; /* the resource may serve again when done has run */
  lmv_lease_kill(&r->lease);
  return pins;
}

/* ---- describing memory ---------------------------------------------------*/

/* Fills buf; shape and strides point into the view. */
static void describe_view(const lmv_view *v, mview_buffer *buf) {
  ptrdiff_t n = 1;
  for (int d = 0; d < v->ndim; d++)
    n *= v->dims[d];
  *buf = (mview_buffer){.data = v->lease->base + v->offset,
                        .nbytes = (size_t)(n * v->itemsize),
                        .format = v->format->text,
                        .itemsize = (size_t)v->itemsize,
                        .readonly = v->readonly,
                        .ndim = v->ndim,
                        .shape = v->dims,
                        .strides = v->dims + v->ndim};
  if (v->indirect)
    buf->suboffsets = v->dims + 2 * v->ndim;
}

/* Fills buf with n bytes; their number is the shape. */
static void describe_bytes(const unsigned char *p, size_t n, bool readonly,
                           mview_buffer *buf) {
  static const ptrdiff_t one = 1;
  *buf = (mview_buffer){.data = (void *)p,
                        .nbytes = n,
                        .format = "B",
                        .itemsize = 1,
                        .readonly = readonly,
                        .ndim = 1,
                        .shape = (const ptrdiff_t *)&buf->nbytes,
                        .strides = &one};
}

/* Moves the shape and the like to room, which has three numbers a dimension. */
static void move_shape(mview_buffer *buf, ptrdiff_t *room) {
  size_t n = (size_t)buf->ndim;
  memcpy(room, buf->shape, n * sizeof *room);
  memcpy(room + n, buf->strides, n * sizeof *room);
  if (buf->suboffsets != NULL) {
    memcpy(room + 2 * n, buf->suboffsets, n * sizeof *room);
    buf->suboffsets = room + 2 * n;
  }
  buf->shape = room;
  buf->strides = room + n;
}

/* ---- peek ----------------------------------------------------------------*/

/* Flags that do not come from this version's header ask for the unknown. */
static void check_flags(lua_State *L, int flags) {
  if ((flags & ~(MVIEW_WRITE | MVIEW_INDIRECT)) != 0)
    luaL_error(L, "unknown flags %d to borrow with", flags);
}

static bool is_contiguous(const lmv_view *v) {
  mv_layout lay;
  if (v->ndim == 1 && !v->indirect)
    return v->dims[1] == v->itemsize || v->dims[0] <= 1;
  lmv_layout(v, &lay);
  return mv_layout_contiguous(&lay, 'C');
}

/* What keeps a caller with these flags from the view; NULL: nothing. */
static const char *view_refusal(int flags, const lmv_view *v) {
  if ((flags & MVIEW_WRITE) && v->readonly)
    return "memory is read-only";
  if (v->indirect && (flags & MVIEW_INDIRECT) != MVIEW_INDIRECT)
    return "memory has suboffsets";
  if (!(flags & MVIEW_STRIDES) && !is_contiguous(v))
    return "memory is not contiguous";
  return NULL;
}

/* The same for a container or, if c is NULL, a string. */
static void check_bytes(lua_State *L, int idx, int flags,
                        const lmv_container *c) {
  if (c != NULL)
    lmv_checkopen(L, c);
  if ((flags & MVIEW_WRITE) && (c == NULL || c->lease->readonly))
    luaL_argerror(L, idx, "memory is read-only");
}

/* The view at idx; NULL: it is none. */
static lmv_view *to_view(lua_State *L, int idx) {
  lmv_view *v;
  if (lua_type(L, idx) != LUA_TUSERDATA)
    return NULL;
  lmv_pushviewmeta(L);
  v = lmv_toview(L, idx, lua_gettop(L));
  lua_pop(L, 1);
  return v;
}

static void peek_string(lua_State *L, int idx, int flags, mview_buffer *buf) {
  size_t n;
  const char *s = lua_tolstring(L, idx, &n);
  check_bytes(L, idx, flags, NULL);
  describe_bytes((const unsigned char *)s, n, true, buf);
}

static void peek_view(lua_State *L, int idx, int flags, const lmv_view *v,
                      mview_buffer *buf) {
  const char *why;
  lmv_checklive(L, v);
  why = view_refusal(flags, v);
  if (why != NULL)
    luaL_argerror(L, idx, why);
  describe_view(v, buf);
}

static void peek_container(lua_State *L, int idx, int flags,
                           const lmv_container *c, mview_buffer *buf) {
  check_bytes(L, idx, flags, c);
  describe_bytes(c->lease->base, c->lease->size, c->lease->readonly, buf);
}

static void not_bytes(lua_State *L, int idx) {
  luaL_typeerror(L, idx, "string, view or other bytes-like");
}

static void api_peek(lua_State *L, int idx, int flags, mview_buffer *buf) {
  const lmv_view *v;
  const lmv_container *c;
  luaL_checkstack(L, 4, NULL);
  check_flags(L, flags);
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) == LUA_TSTRING)
    peek_string(L, idx, flags, buf);
  else if ((v = to_view(L, idx)) != NULL)
    peek_view(L, idx, flags, v, buf);
  else if ((c = lmv_tocontainer(L, idx)) != NULL)
    peek_container(L, idx, flags, c, buf);
  else if (lmv_isexporter(L, idx))
    luaL_argerror(L, idx, "an object with __buffer must be borrowed");
  else
    not_bytes(L, idx);
}

static int api_isbytes(lua_State *L, int idx) {
  if (lua_type(L, idx) == LUA_TSTRING)
    return MVIEW_PEEKABLE;
  if (!lua_checkstack(L, 4))
    return 0;
  idx = lua_absindex(L, idx);
  if (to_view(L, idx) != NULL || lmv_tocontainer(L, idx) != NULL)
    return MVIEW_PEEKABLE;
  return lmv_isexporter(L, idx) ? MVIEW_BORROWABLE : 0;
}

/* ---- borrow --------------------------------------------------------------*/

/* Pins are pushed first: allocating may end what is looked at afterwards. */
static void borrow_string(lua_State *L, int idx, int flags, mview_buffer *buf) {
  ptrdiff_t *room = lmv_pushkeeper(L, idx, 2);
  peek_string(L, idx, flags, buf);
  move_shape(buf, room);
}

static void borrow_view(lua_State *L, int idx, int flags, lmv_view *v,
                        mview_buffer *buf) {
  ptrdiff_t *room = lmv_pushpin(L, idx, v, 3 * (size_t)v->ndim);
  peek_view(L, idx, flags, v, buf);
  move_shape(buf, room);
  lmv_startpin(L, v->lease);
}

static void borrow_container(lua_State *L, int idx, int flags,
                             const lmv_container *c, mview_buffer *buf) {
  ptrdiff_t *room = lmv_pushpin(L, idx, NULL, 2);
  peek_container(L, idx, flags, c, buf);
  move_shape(buf, room);
  lmv_startpin(L, c->lease);
}

/* The view that is made of it is released: the pin alone holds the memory. */
static void borrow_object(lua_State *L, int idx, int flags, mview_buffer *buf) {
  lmv_view *v;
  const char *why;
  int top = lua_gettop(L) + 1;
  lmv_pushviewmeta(L);
  v = lmv_acquire(L, idx, top);
  if (v == NULL) {
    not_bytes(L, idx);
    return; /* for those who cannot know that it is never reached */
  }
  lua_replace(L, top);
  why = view_refusal(flags, v);
  if (why != NULL) {
    lmv_release(L, top);
    luaL_argerror(L, idx, why);
  }
  borrow_view(L, top, flags, v, buf);
  lmv_release(L, top);
  lua_replace(L, top);
}

static void api_borrow(lua_State *L, int idx, int flags, mview_buffer *buf) {
  lmv_view *v;
  const lmv_container *c;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  check_flags(L, flags);
  idx = lua_absindex(L, idx);
  if (lua_type(L, idx) == LUA_TSTRING) {
    borrow_string(L, idx, flags, buf);
    return;
  }
  if ((v = to_view(L, idx)) != NULL)
    borrow_view(L, idx, flags, v, buf);
  else if ((c = lmv_tocontainer(L, idx)) != NULL)
    borrow_container(L, idx, flags, c, buf);
  else
    borrow_object(L, idx, flags, buf);
  lua_toclose(L, -1);
}

static void api_unborrow(lua_State *L, int pin) {
  luaL_checkstack(L, 4, NULL);
  if (!lmv_unpin(L, pin))
    luaL_error(L, "no pin at stack index %d", pin);
}

/* ---- making --------------------------------------------------------------*/

static void *api_newbytes(lua_State *L, size_t n) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  return lmv_pushbytearray(L, n)->base;
}

/* A view of a view is another, which is released on its own. */
static void api_push(lua_State *L, int idx) {
  const lmv_view *v;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  idx = lua_absindex(L, idx);
  lmv_pushviewmeta(L);
  v = lmv_pushview(L, idx, lua_gettop(L));
  if (v == NULL)
    not_bytes(L, idx);
  else if (lua_rawequal(L, idx, -1)) {
    lmv_copyview(L, lua_gettop(L) - 1, idx);
    lua_replace(L, -2);
  }
  lua_replace(L, -2);
}

/* ---- the table -----------------------------------------------------------*/

static const mview_api api = {.version = MVIEW_API_VERSION,
                              .size = sizeof(mview_api),
                              .borrow = api_borrow,
                              .unborrow = api_unborrow,
                              .lend = api_lend,
                              .revoke = api_revoke,
                              .isbytes = api_isbytes,
                              .peek = api_peek,
                              .newbytes = api_newbytes,
                              .push = api_push};

void lmv_open_api(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&api);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
}
