/*
** index.c - single items: v[i], v[i] = x, v(i, j), get, set, values, iteration
** The hot path is for an integer key and a one-dimensional view of plain
** numbers (v->numkind is set): it checks one bound and one lease and makes one
** switch. Every other access takes the general path, with the same results.
** Only the virtual machine calls metamethods, always with an object of the
** right type, as scripts cannot reach them. So metamethods for one type trust
** their self.
*/
#include "index.h"

#include "args.h"
#include "assign.h"
#include "attr.h"
#include "numstack.h"
#include "operand.h"
#include "registry.h"
#include "slice.h"
#include "store.h"
#include "value.h"
#include "view.h"

/* ---- any item ------------------------------------------------------------*/

/* The offset of item i (in range) of a one-dimensional view in its block. */
static ptrdiff_t item_offset(lua_State *L, const lmv_view *v, ptrdiff_t i) {
  mv_layout lay;
  const unsigned char *base = lmv_base(L, v);
  if (!v->indirect)
    return v->offset + i * v->dims[1];
  lmv_layout(v, &lay);
  return mv_layout_offset(&lay, base, &i);
}

/* Pushes v[i], an item or a row, for i (from 0) in range. */
static void push_at(lua_State *L, const lmv_view *v, int idx, ptrdiff_t i) {
  if (v->numkind)
    push_number(L, v->numkind, lmv_base(L, v) + v->offset + i * v->dims[1]);
  else if (v->ndim == 1)
    lmv_pushitem(L, v, idx, item_offset(L, v, i));
  else
    lmv_pushrow(L, v, idx, i);
}

/*
** Writes the value at idx as the item at off. It is converted to a buffer
** first: the conversion can raise or run finalizers, so the memory is resolved
** afterwards. Records are written field by field, so their padding stays.
*/
static void store_item(lua_State *L, const lmv_view *v, ptrdiff_t off, int arg,
                       int idx) {
  const mv_item *item = &v->format->item;
  unsigned char small[64] = {0}, *p = small;
  lmv_checkwritable(L, v);
  if (item->size > sizeof small)
    p = lmv_pushblock(L, item->size);
  lmv_toitem(L, arg, idx, v->format, p);
  mv_item_assign(item, lmv_writable(L, v) + off, p);
}

/* ---- v[i] ----------------------------------------------------------------*/

/* The general path: nil out of range, rows, other items. */
static int index_integer(lua_State *L, const lmv_view *v, lua_Integer i) {
  ptrdiff_t at;
  lmv_checklive(L, v);
  at = v->ndim == 0 ? -1 : lmv_wrap(v->dims[0], i);
  if (at < 0)
    lua_pushnil(L);
  else
    push_at(L, v, 1, at);
  lmv_recheck(L, v);
  return 1;
}

/* Other keys: a float may have an integer value, a string is a name. */
static int index_other(lua_State *L) {
  lua_Integer i;
  if (lua_type(L, 2) != LUA_TSTRING && lmv_tokey(L, 2, &i))
    return index_integer(L, lua_touserdata(L, 1), i);
  if (lua_rawget(L, lua_upvalueindex(LMV_NUP + 1)) == LUA_TNUMBER)
    lmv_pushattribute(L, lua_touserdata(L, 1), (int)lua_tointeger(L, -1));
  return 1;
}

/*
** __index(v, key). The last upvalue is the table that maps the names of
** methods to functions and the names of attributes to their numbers.
*/
static int view_meta_index(lua_State *L) {
  const lmv_view *v;
  lua_Integer i;
  if (!lua_isinteger(L, 2))
    return index_other(L);
  v = lua_touserdata(L, 1);
  i = lua_tointeger(L, 2);
  if (!v->numkind || (lua_Unsigned)i - 1 >= (lua_Unsigned)v->dims[0] ||
      !lmv_alive(v))
    return index_integer(L, v, i);
  push_number(L, v->numkind,
              v->lease->base + v->offset + (ptrdiff_t)(i - 1) * v->dims[1]);
  lmv_recheck(L, v);
  return 1;
}

/* Checks for losses of any memory, as the source of a row may be the memory
** that is lost. */
LMV_TOUCHES(newindex_slow) {
  const lmv_view *v = lua_touserdata(L, 1);
  lua_Integer i;
  ptrdiff_t at;
  lmv_checklive(L, v);
  if (lua_type(L, 2) == LUA_TSTRING)
    return luaL_error(L, "attempt to assign to '%s' of a view",
                      lmv_pushescaped(L, 2));
  i = lmv_checkkey(L, 2, "index");
  lmv_checkwritable(L, v);
  if (v->ndim == 0)
    return luaL_error(L, "a view of 0 dimensions has no index");
  at = lmv_wrap(v->dims[0], i);
  if (at < 0)
    return lmv_indexerror(L, i, v->dims[0], 0, v->ndim);
  if (v->ndim == 1) {
    store_item(L, v, item_offset(L, v, at), 0, 3);
  } else {
    lmv_pushrow(L, v, 1, at);
    lmv_copyfrom(L, lua_touserdata(L, -1), 0, 3);
  }
  return 0;
}

/* __newindex(v, key, value) */
static int view_newindex(lua_State *L) {
  const lmv_view *v = lua_touserdata(L, 1);
  if (v->numkind && lua_isinteger(L, 2) && !v->readonly && lmv_alive(v)) {
    lua_Unsigned i = (lua_Unsigned)lua_tointeger(L, 2) - 1;
    if (i < (lua_Unsigned)v->dims[0] &&
        store_number(L, 3, v->numkind,
                     v->lease->base + v->offset + (ptrdiff_t)i * v->dims[1])) {
      lmv_recheck(L, v);
      return 0;
    }
  }
  return newindex_slow(L);
}

static int view_len(lua_State *L) {
  const lmv_view *v = lua_touserdata(L, 1);
  lmv_checklive(L, v);
  if (v->ndim == 0)
    return luaL_error(L, "a view of 0 dimensions has no length");
  lua_pushinteger(L, v->dims[0]);
  return 1;
}

/* ---- full indices --------------------------------------------------------*/

/* The offset of the item whose ndim indices are the arguments from 2 on. The
** view is alive. */
static ptrdiff_t offset_of_indices(lua_State *L, const lmv_view *v) {
  ptrdiff_t idx[MV_MAXDIM], off = v->offset;
  mv_layout lay;
  for (int d = 0; d < v->ndim; d++) {
    lua_Integer i = lua_isinteger(L, d + 2) ? lua_tointeger(L, d + 2)
                                            : lmv_checkinteger(L, d + 2);
    idx[d] = lmv_wrap(v->dims[d], i);
    if (idx[d] < 0)
      lmv_indexerror(L, i, v->dims[d], d, v->ndim);
    off += idx[d] * v->dims[v->ndim + d];
  }
  if (!v->indirect)
    return off;
  lmv_layout(v, &lay);
  return mv_layout_offset(&lay, lmv_base(L, v), idx);
}

static const char *index_noun(const lmv_view *v) {
  return v->ndim == 1 ? "index" : "indices";
}

static void check_indices(lua_State *L, const lmv_view *v) {
  int n = lua_gettop(L) - 1;
  lmv_checklive(L, v);
  if (n != v->ndim)
    luaL_error(L, "%d %s expected, got %d", v->ndim, index_noun(v), n);
}

/*
** The hot path of a full index: positive integers in range, of a direct view.
** -1: the general path must be taken, which also raises the errors.
*/
static inline ptrdiff_t locate_direct(lua_State *L, const lmv_view *v) {
  const ptrdiff_t *shape = v->dims, *strides = v->dims + v->ndim;
  ptrdiff_t off = v->offset;
  int ndim = v->ndim;
  if (v->indirect || lua_gettop(L) - 1 != ndim)
    return -1;
  for (int d = 0; d < ndim; d++) {
    lua_Unsigned i = (lua_Unsigned)lua_tointeger(L, d + 2) - 1;
    if (i >= (lua_Unsigned)shape[d] || !lua_isinteger(L, d + 2))
      return -1;
    off += (ptrdiff_t)i * strides[d];
  }
  return off;
}

/* Pushes the item at a full index. called: by v(i, j, ...). */
static inline int push_indexed(lua_State *L, bool called) {
  const lmv_view *v = lua_touserdata(L, 1);
  ptrdiff_t off = locate_direct(L, v);
  unsigned numkind = lmv_numkind(&v->format->item);
  if (off >= 0 && numkind) {
    push_number(L, numkind, lmv_base(L, v) + off);
    return 1;
  }
  if (off < 0) {
    if (called && lua_gettop(L) == 3 && lua_isnil(L, 2) && lua_isnil(L, 3))
      luaL_error(L, "a view is no iterator, use view:iter() or pairs(view)");
    check_indices(L, v);
    off = offset_of_indices(L, v);
  }
  lmv_pushitem(L, v, 1, off);
  return 1;
}

/* v(i, j, ...): the strict read of one item. `for x in v` calls v(nil, nil). */
LMV_TOUCHES(view_call) { return push_indexed(L, true); }

/* v:get(i, j, ...): the same as v(i, j, ...). */
LMV_TOUCHES(view_get) {
  lmv_checkview(L, 1);
  return push_indexed(L, false);
}

/* v:set(i, j, ..., x): sets one item. */
LMV_TOUCHES(view_set) {
  lmv_view *v = lmv_checkview(L, 1);
  int top = lua_gettop(L);
  if (top < 2)
    lmv_typeerror(L, 2, "value");
  lmv_checkwritable(L, v);
  if (top - 2 != v->ndim)
    luaL_error(L, "%d %s and a value expected, got %d argument%s", v->ndim,
               index_noun(v), top - 1, lmv_plural(top - 1));
  store_item(L, v, offset_of_indices(L, v), top, top);
  return 0;
}

/*
** v:values([i [, j]]): items as results; ranges are clipped as by string.byte.
*/
LMV_TOUCHES(view_values) {
  int top = lua_gettop(L);
  lmv_view *v = lmv_checkself(L);
  lua_Integer i = top > 1 ? lmv_optinteger(L, 2, 1) : 1;
  lua_Integer j = top > 2 ? lmv_optinteger(L, 3, -1) : -1;
  ptrdiff_t start, n;
  lmv_checklive(L, v);
  if (v->ndim == 0)
    lmv_argerror(L, 1, "0 dimensions");
  mv_range_forward(v->dims[0], i, j, &start, &n);
  if (n > LUA_MINSTACK / 2)
    lmv_checkresults(L, n);
  if (v->numkind) { /* pushing numbers allocates nothing */
    const unsigned char *p = lmv_base(L, v) + v->offset;
    push_number_run(L, v->numkind, p + start * v->dims[1], v->dims[1], n);
  } else {
    for (ptrdiff_t k = 0; k < n; k++)
      push_at(L, v, 1, start + k);
  }
  return (int)n;
}

/* ---- iteration -----------------------------------------------------------*/

/* The state of an iteration. The next upvalue is the view. */
typedef struct iteration {
  const lmv_view *v;
  ptrdiff_t next;
} iteration;

#define VIEW lua_upvalueindex(LMV_NUP + 2)

/*
** Pushes the next item. Advances the iteration first, as a finalizer may call
** the iterator, too. At the end it pushes nil and returns false.
*/
static bool push_next(lua_State *L, iteration *it) {
  lmv_checklive(L, it->v);
  if (it->next >= it->v->dims[0]) {
    lua_pushnil(L);
    return false;
  }
  push_at(L, it->v, VIEW, it->next++);
  return true;
}

/* Whether the next item can be pushed by push_number. */
static inline bool has_next_number(const iteration *it) {
  const lmv_view *v = it->v;
  return v->numkind && it->next < v->dims[0] && lmv_alive(v);
}

static inline const unsigned char *next_number(iteration *it) {
  const lmv_view *v = it->v;
  return v->lease->base + v->offset + it->next++ * v->dims[1];
}

static int next_item(lua_State *L) {
  iteration *it = lua_touserdata(L, LMV_STATE);
  if (has_next_number(it))
    push_number(L, it->v->numkind, next_number(it));
  else
    push_next(L, it);
  lmv_recheck(L, it->v);
  return 1;
}

static int next_pair(lua_State *L) {
  iteration *it = lua_touserdata(L, LMV_STATE);
  lua_pushinteger(L, (lua_Integer)it->next + 1);
  if (has_next_number(it))
    push_number(L, it->v->numkind, next_number(it));
  else if (!push_next(L, it))
    return 1;
  lmv_recheck(L, it->v);
  return 2;
}

static int push_iteration(lua_State *L, lua_CFunction next) {
  lmv_view *v = lmv_checkview(L, 1);
  iteration *it;
  lmv_checklive(L, v);
  if (v->ndim == 0)
    lmv_argerror(L, 1, "0 dimensions");
  lmv_startiterator(L);
  it = lua_newuserdatauv(L, sizeof *it, 0);
  it->v = v;
  it->next = 0;
  lua_pushvalue(L, 1);
  lmv_enditerator(L, next, 2);
  return 1;
}

/* v:iter(): for x in v:iter(), items (or rows) in order. */
static int view_iter(lua_State *L) { return push_iteration(L, next_item); }

/* __pairs: for i, x in pairs(v); also of containers. */
static int view_pairs(lua_State *L) {
  lmv_asview(L, 1);
  return push_iteration(L, next_pair);
}

const luaL_Reg lmv_index_methods[] = {{"get", view_get},
                                      {"set", view_set},
                                      {"values", view_values},
                                      {"iter", view_iter},
                                      {NULL, NULL}};

const luaL_Reg lmv_index_metamethods[] = {{"__newindex", view_newindex},
                                          {"__len", view_len},
                                          {"__call", view_call},
                                          {NULL, NULL}};

const luaL_Reg lmv_pairs_metamethods[] = {{"__pairs", view_pairs},
                                          {NULL, NULL}};

void lmv_pushindex(lua_State *L, int methods) {
  lmv_pushupvalues(L, "__index");
  lua_pushvalue(L, methods);
  lua_pushcclosure(L, view_meta_index, LMV_NUP + 1);
}
