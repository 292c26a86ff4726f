/*
** api.c - the C API: functions for modules and hosts
** These functions run inside foreign C functions, or outside of any: upvalues
** of the library are not available, and errors blame the caller's arguments.
** The number of a loan is the id of its resource.
*/
#include "api.h"

#include "bytearray.h"
#include "exporter.h"
#include "lock.h"
#include "operand.h"
#include "pin.h"
#include "registry.h"
#include "resource.h"
#include "view.h"

#include <string.h>

/* ---- lend ----------------------------------------------------------------*/

/*
** Pushes the view of a new loan whose end does not call done yet: as long as an
** error may be raised, the caller calls done. A closure of the library.
*/
static int push_loan(lua_State *L) {
  const mview_buffer *buf = lua_touserdata(L, 1);
  lmv_resource *r = lmv_pushguard(L, LMV_HOST, 0);
  lmv_pushlent(L, 2, LMV_META, &r->lease, buf);
  return 1;
}

static const char loan_key; /* of push_loan, in the registry */

/* Code that may raise runs protected, so done is always called. */
static mview_loan api_lend(lua_State *L, const mview_buffer *buf,
                           mview_done done, void *ud) {
  const lmv_view *v;
  lmv_resource *r;
  bool room = lua_checkstack(L, LUA_MINSTACK) != 0;
  if (room) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &loan_key);
    lua_pushlightuserdata(L, (void *)buf);
  }
  if (room && done == NULL) { /* no done to call after an error */
    lua_call(L, 1, 1);
  } else if (!room || lua_pcall(L, 1, 1, 0) != LUA_OK) {
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
  if (r == NULL || r->lease.source != LMV_HOST || r->end == NULL)
    return 0;           /* not a loan, or api_lend has not finished it */
  pins = r->lease.pins; /* the resource may be in use again after done */
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

/* Describes n bytes in buf; buf->nbytes is the shape. */
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

/* Moves shape, strides and suboffsets to room, which has three numbers for each
** dimension. */
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

/* Raises for flags that this version does not define. */
static void check_flags(lua_State *L, int flags) {
  if ((flags & ~(MVIEW_WRITE | MVIEW_INDIRECT)) != 0)
    luaL_error(L, "unknown flags %d to borrow with", flags);
}

/* The reason why a caller with these flags cannot use the view, or NULL. */
static const char *view_refusal(int flags, const lmv_view *v) {
  if ((flags & MVIEW_WRITE) && v->readonly)
    return "memory is read-only";
  if (v->indirect && (flags & MVIEW_INDIRECT) != MVIEW_INDIRECT)
    return "memory has suboffsets";
  if (!(flags & MVIEW_STRIDES) && !lmv_iscontiguous(v))
    return "memory is not contiguous";
  return NULL;
}

static void not_bytes(lua_State *L, int idx) {
  luaL_typeerror(L, idx, "string, view or other bytes-like");
}

/* Refuses an index behind the top, where the next value pushed would lie. */
static void check_value(lua_State *L, int idx) {
  if (lua_isnone(L, idx))
    not_bytes(L, idx);
}

static void peek_string(lua_State *L, int idx, mview_buffer *buf) {
  size_t n;
  const char *s = lua_tolstring(L, idx, &n);
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
  lmv_checkopen(L, c);
  if ((flags & MVIEW_WRITE) && c->lease->readonly)
    luaL_argerror(L, idx, "memory is read-only");
  describe_bytes(c->lease->base, c->lease->size, c->lease->readonly, buf);
}

/* Whether the value at idx is a string, and the caller only reads it. */
static bool is_readable_string(lua_State *L, int idx, int flags) {
  return lua_type(L, idx) == LUA_TSTRING && (flags & ~MVIEW_INDIRECT) == 0;
}

/* peek of any other value. */
static void peek_other(lua_State *L, int idx, int flags, mview_buffer *buf) {
  void *own;
  luaL_checkstack(L, LUA_MINSTACK, NULL); /* for messages */
  check_flags(L, flags);
  idx = lua_absindex(L, idx);
  switch (lmv_owntypeof(L, idx, &own)) {
  case LMV_VIEWTYPE:
    peek_view(L, idx, flags, own, buf);
    break;
  case LMV_CONTAINERTYPE:
    peek_container(L, idx, flags, own, buf);
    break;
  case LMV_OTHERTYPE:
    if (lua_type(L, idx) == LUA_TSTRING)
      luaL_argerror(L, idx, "memory is read-only");
    else if (lmv_isexporter(L, idx))
      luaL_argerror(L, idx, "an object with __buffer must be borrowed");
    not_bytes(L, idx);
  }
}

static void api_peek(lua_State *L, int idx, int flags, mview_buffer *buf) {
  if (is_readable_string(L, idx, flags))
    peek_string(L, idx, buf);
  else
    peek_other(L, idx, flags, buf);
}

static int api_isbytes(lua_State *L, int idx) {
  void *own;
  if (lua_type(L, idx) == LUA_TSTRING)
    return MVIEW_PEEKABLE;
  if (!lua_checkstack(L, 4))
    return 0;
  idx = lua_absindex(L, idx);
  if (lmv_owntypeof(L, idx, &own) != LMV_OTHERTYPE)
    return MVIEW_PEEKABLE;
  return lmv_isexporter(L, idx) ? MVIEW_BORROWABLE : 0;
}

/* ---- borrow --------------------------------------------------------------*/

/*
** Shapes of strings. With these, the string itself is the pin: neither it nor
** its shape can end while it is on the stack, and nothing is allocated. A short
** length has its own place. Longer ones have places by their hashes, and the
** first in a place stays there, as all threads may use its address.
*/
#define PLACE_BITS 11
#define PLACES (1 << PLACE_BITS)
static ptrdiff_t shapes[2 * PLACES];

#if defined(__GNUC__)

/* Sets a place that is free to n; returns the length in the place. */
static ptrdiff_t take_place(size_t place, ptrdiff_t n) {
  ptrdiff_t first;
  lmv_acquirelock();
  first = shapes[place];
  if (first == 0) {
    first = n;
    __atomic_store_n(&shapes[place], n, __ATOMIC_RELEASE);
  }
  lmv_releaselock();
  return first;
}

#endif

/* The shape of a string of n bytes; NULL if another length has its place. */
static const ptrdiff_t *string_shape(ptrdiff_t n) {
#if defined(__GNUC__)
  uint32_t hash = (uint32_t)n * UINT32_C(2654435761) >> (32 - PLACE_BITS);
  size_t place = n < PLACES ? (size_t)n : PLACES + hash;
  ptrdiff_t first = __atomic_load_n(&shapes[place], __ATOMIC_ACQUIRE);
  if (first == 0 && n > 0)
    first = take_place(place, n);
  return first == n ? &shapes[place] : NULL;
#else
  (void)shapes, (void)n;
  return NULL;
#endif
}

static void borrow_string(lua_State *L, int idx, mview_buffer *buf) {
  peek_string(L, idx, buf);
  buf->shape = string_shape((ptrdiff_t)buf->nbytes);
  if (buf->shape != NULL) {
    lua_pushvalue(L, idx);
  } else {
    ptrdiff_t *shape = lmv_pushkeeper(L, idx, 1);
    *shape = (ptrdiff_t)buf->nbytes;
    buf->shape = shape;
  }
}

/* Pins are pushed first, as an allocation may end the memory. */
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

/* The temporary view is released, so only the pin holds the memory. */
static void borrow_object(lua_State *L, int idx, int flags, mview_buffer *buf) {
  lmv_view *v;
  const char *why;
  int top = lua_gettop(L) + 1;
  lmv_pushviewmeta(L);
  v = lmv_acquire(L, idx, top);
  if (v == NULL) {
    not_bytes(L, idx);
    return; /* not reached, but compilers cannot know that */
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

/* borrow of any value but a string. */
static void borrow_other(lua_State *L, int idx, int flags, mview_buffer *buf) {
  void *own;
  check_flags(L, flags);
  switch (lmv_owntypeof(L, idx, &own)) {
  case LMV_VIEWTYPE:
    borrow_view(L, idx, flags, own, buf);
    break;
  case LMV_CONTAINERTYPE:
    borrow_container(L, idx, flags, own, buf);
    break;
  case LMV_OTHERTYPE:
    if (lua_type(L, idx) == LUA_TSTRING)
      luaL_argerror(L, idx, "memory is read-only");
    check_value(L, idx);
    borrow_object(L, idx, flags, buf);
  }
  lua_toclose(L, -1);
}

/*
** The free stack slots that a borrower gets, enough for the pin's __close behind
** more than LUA_MINSTACK values. If the stack had to grow for __close, it would
** move, and lua_settop of Lua 5.4.3 and 5.4.4, which the borrower may pop the
** pin with, would go on with the address of the old stack.
*/
#define BORROWER_SLOTS (3 * LUA_MINSTACK)

static void api_borrow(lua_State *L, int idx, int flags, mview_buffer *buf) {
  if (!lua_checkstack(L, BORROWER_SLOTS))
    luaL_error(L, "stack overflow");
  idx = lua_absindex(L, idx);
  if (is_readable_string(L, idx, flags))
    borrow_string(L, idx, buf);
  else
    borrow_other(L, idx, flags, buf);
}

static void api_unborrow(lua_State *L, int pin) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  if (lua_type(L, pin) != LUA_TSTRING && !lmv_unpin(L, pin))
    luaL_error(L, "no pin at stack index %d", pin);
}

/* ---- making --------------------------------------------------------------*/

static void *api_newbytes(lua_State *L, size_t n) {
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  return lmv_pushbytearray(L, n)->base;
}

/* For a view, pushes another view, which is released on its own. */
static void api_push(lua_State *L, int idx) {
  const lmv_view *v;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  idx = lua_absindex(L, idx);
  check_value(L, idx);
  lmv_pushviewmeta(L);
  v = lmv_pushview(L, idx, lua_gettop(L));
  if (v == NULL)
    not_bytes(L, idx);
  else if (lua_rawequal(L, idx, -1)) {
    lmv_copyview(L, idx, lua_gettop(L) - 1);
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
  lmv_pushupvalues(L, "lend");
  lua_pushcclosure(L, push_loan, LMV_NUP);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loan_key);
  lua_pushlightuserdata(L, (void *)&api);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
}
