/*
** api.c - the C API: borrow, unborrow, lend, revoke
** These run inside C functions of others, or outside of any: no upvalue of ours
** is there, and errors blame the caller's arguments.
** The number of a loan is the id of its resource.
*/
#include "api.h"

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

/* ---- borrow --------------------------------------------------------------*/

/* Flags that do not come from this version's header ask for the unknown. */
static void check_flags(lua_State *L, int flags) {
  if ((flags & ~(MVIEW_WRITE | MVIEW_INDIRECT)) != 0)
    luaL_error(L, "unknown flags %d to borrow with", flags);
}

/* What keeps the view from a borrower with these flags; NULL: nothing. */
static const char *refusal(int flags, const lmv_view *v, const mv_layout *lay) {
  if ((flags & MVIEW_WRITE) && v->readonly)
    return "memory is read-only";
  if (lay->indirect && (flags & MVIEW_INDIRECT) != MVIEW_INDIRECT)
    return "memory has suboffsets";
  if (!(flags & MVIEW_STRIDES) && !mv_layout_contiguous(lay, 'C'))
    return "memory is not contiguous";
  return NULL;
}

/* Fills buf; the arrays go to room, which has 3 * MV_MAXDIM at most. */
static void describe(const lmv_view *v, const mv_layout *lay, ptrdiff_t *room,
                     mview_buffer *buf) {
  size_t n = (size_t)lay->ndim;
  memcpy(room, lay->shape, n * sizeof *room);
  memcpy(room + n, lay->strides, n * sizeof *room);
  if (lay->indirect)
    memcpy(room + 2 * n, lay->suboffsets, n * sizeof *room);
  buf->data = v->lease->base + v->offset;
  buf->nbytes = (size_t)mv_layout_nbytes(lay);
  buf->format = v->format->text;
  buf->itemsize = (size_t)lay->itemsize;
  buf->readonly = v->readonly;
  buf->ndim = lay->ndim;
  buf->shape = room;
  buf->strides = room + n;
  buf->suboffsets = lay->indirect ? room + 2 * n : NULL;
}

static void api_borrow(lua_State *L, int idx, int flags, mview_buffer *buf) {
  bool given;
  lmv_view *v;
  mv_layout lay;
  ptrdiff_t *room;
  const char *why;
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  check_flags(L, flags);
  idx = lua_absindex(L, idx);
  lmv_pushviewmeta(L);
  given = lmv_toview(L, idx, lua_gettop(L)) != NULL;
  v = lmv_pushview(L, idx, lua_gettop(L));
  if (v == NULL) {
    luaL_typeerror(L, idx, "string, view or other bytes-like");
    return; /* for those who cannot know that it is never reached */
  }
  lua_remove(L, -2);
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  why = refusal(flags, v, &lay);
  if (why != NULL) {
    if (!given)
      lmv_release(L, lua_gettop(L));
    luaL_argerror(L, idx, why);
  }
  room = lmv_pushpin(L, lua_gettop(L), 3 * (size_t)lay.ndim);
  describe(v, &lay, room, buf);
  if (!given)
    lmv_release(L, lua_gettop(L) - 1); /* the pin alone holds the memory */
  lua_replace(L, -2);
  lua_toclose(L, -1);
}

static void api_unborrow(lua_State *L, int pin) {
  luaL_checkstack(L, 4, NULL);
  if (!lmv_unpin(L, pin))
    luaL_error(L, "no pin at stack index %d", pin);
}

/* ---- the table -----------------------------------------------------------*/

static const mview_api api = {MVIEW_API_VERSION, sizeof(mview_api), api_borrow,
                              api_unborrow,      api_lend,          api_revoke};

void lmv_open_api(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&api);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
}
