/*
** lease.c - the use and the end of memory
** The views of a lease notice its end at their next access, by its generation.
** The memory of a killed lease is given back when there are no pins: at once,
** or at the last unpin.
*/
#include "lease.h"

#include "resource.h"

static unsigned char nothing; /* the base of leases without bytes */

/* Released views have generation 0, which no lease ever has. */
const lmv_lease lmv_nolease = {.base = &nothing, .generation = 1, .first = 1};

void lmv_lease_start(lmv_lease *lease, lmv_source source, void *base,
                     size_t size) {
  lease->first = ++lease->generation;
  lease->views = 0;
  lease->pins = 0;
  lease->source = source;
  lease->alive = true;
  lease->lost = false;
  lease->readonly = false;
  lease->expiry = "";
  lmv_lease_move(lease, base, size);
}

void lmv_lease_move(lmv_lease *lease, void *base, size_t size) {
  lease->base = base != NULL ? base : &nothing;
  lease->size = size;
}

void lmv_lease_expire(lmv_lease *lease, const char *expiry) {
  lease->generation++;
  lease->expiry = expiry;
}

/* Gives back the memory of a killed lease. */
static void end_lease(lmv_lease *lease) {
  if (lease->source >= LMV_MAP)
    lmv_resource_end(lease);
  else
    lmv_lease_move(lease, NULL, 0);
}

void lmv_lease_kill(lmv_lease *lease) {
  if (!lease->alive)
    return;
  lease->alive = false;
  lease->generation++;
  if (lease->pins == 0)
    end_lease(lease);
}

void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what) {
  if (lease->pins > 0)
    luaL_error(L, "%s is pinned by %d borrower%s", what, lease->pins,
               lease->pins == 1 ? "" : "s");
}

/*
** Kills the lease of a string or of a foreign exporter if neither a view nor a
** pin uses it. A view may be under construction: it will be dead, too.
** lease_idx: index of the lease's userdata.
*/
static void kill_unused(lua_State *L, int lease_idx, lmv_lease *lease) {
  if (lease->views > 0 || lease->pins > 0)
    return;
  if (lease->source == LMV_STRING || lease->source == LMV_FOREIGN)
    lmv_lease_kill(lease);
  if (lease->source == LMV_STRING) {
    lua_pushnil(L);
    lua_setiuservalue(L, lease_idx, 2);
  }
}

void lmv_lease_unpin(lua_State *L, int lease_idx, lmv_lease *lease) {
  lease->pins--;
  if (lease->pins == 0 && !lease->alive)
    end_lease(lease);
  kill_unused(L, lease_idx, lease);
}

void lmv_release(lua_State *L, int idx) {
  lmv_view *v = lua_touserdata(L, idx);
  lmv_lease *lease = v->lease;
  bool earlier_use = v->generation < lease->first; /* of the resource */
  if (v->generation == 0)
    return;
  v->generation = 0;
  v->lease = (lmv_lease *)&lmv_nolease;
  lua_getiuservalue(L, idx, 1);
  lua_pushnil(L);
  lua_setiuservalue(L, idx, 1);
  if (!earlier_use) {
    lease->views--;
    kill_unused(L, lua_gettop(L), lease);
  }
  lua_pop(L, 1);
}

/* ---- access through a view -----------------------------------------------*/

int lmv_expirederror(lua_State *L, const lmv_lease *lease) {
  return luaL_error(L, "attempt to use an expired view (its %s)",
                    lease->expiry);
}

int lmv_deaderror(lua_State *L, const lmv_view *v) {
  if (v->generation == 0)
    return luaL_error(L, "attempt to use a released view");
  if (lmv_revoked(v))
    return luaL_error(L, "attempt to use a view of revoked memory");
  return lmv_expirederror(L, v->lease);
}

unsigned char *lmv_writable(lua_State *L, const lmv_view *v) {
  unsigned char *base = lmv_base(L, v);
  if (v->readonly)
    luaL_error(L, "attempt to write to a read-only view");
  return base;
}
