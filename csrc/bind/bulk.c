/*
** bulk.c - all items as one Lua value: tobytes tolist hex ..
** Each function allocates, then resolves, then calls a kernel of the core. A
** function that makes Lua values resolves again at each step.
*/
#include "bulk.h"

#include "args.h"
#include "mv.h"
#include "numstack.h"
#include "operand.h"
#include "value.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* ---- tobytes -------------------------------------------------------------*/

static char check_order(lua_State *L, int arg) {
  size_t len;
  const char *order = lmv_checkstring(L, arg, &len);
  if (len != 1 || (order[0] != 'C' && order[0] != 'F' && order[0] != 'A'))
    lmv_argerror(L, arg, "invalid order '%s', expected 'C', 'F' or 'A'",
                 lmv_pushescaped(L, arg));
  return order[0];
}

/* v:tobytes([order]): the items' bytes as a string; order "C", "F" or "A". */
LMV_TOUCHES(view_tobytes) {
  bool ordered = !lua_isnoneornil(L, 2);
  lmv_view *v = lmv_checkself(L);
  char order = ordered ? check_order(L, 2) : 'C';
  lmv_operand operand;
  lmv_checklive(L, v);
  if (lmv_isflat(v)) { /* the same bytes in every order */
    lua_pushlstring(L, (const char *)lmv_base(L, v) + v->offset,
                    lmv_flatsize(v));
    return 1;
  }
  lmv_viewoperand(v, &operand);
  if (order == 'A') /* F if the memory is so, else C */
    order = mv_layout_contiguous(&operand.lay, 'F') ? 'F' : 'C';
  lmv_pushbytes(L, &operand, order);
  return 1;
}

/* ---- tolist --------------------------------------------------------------*/

/*
** Lists of FEW to MANY numbers are made by a Lua function ("return {...}") from
** its arguments, which is faster than setting each item. More than MANY would
** come near the limit of the Lua stack; for fewer than FEW the call costs more
** than it saves.
*/
#define FEW 16
#define MANY 250000

static const char list_key;

void lmv_open_bulk(lua_State *L) {
  if (luaL_loadstring(L, "return {...}") != LUA_OK)
    lua_error(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &list_key);
}

/* Follows the pointer of dimension dim, if it has one. */
static ptrdiff_t follow_pointer(lua_State *L, const lmv_view *v,
                                const mv_layout *lay, int dim, ptrdiff_t at) {
  unsigned char *base, *p;
  if (!lay->indirect || lay->suboffsets[dim] < 0)
    return at;
  base = lmv_base(L, v);
  memcpy(&p, base + at, sizeof p);
  return (ptrdiff_t)((uintptr_t)p - (uintptr_t)base) + lay->suboffsets[dim];
}

/*
** Pushes the list of n plain numbers from off on. Setting them one by one is
** slower, but takes no room on the stack.
*/
static void push_numbers(lua_State *L, const lmv_view *v, ptrdiff_t n,
                         ptrdiff_t stride, ptrdiff_t off) {
  unsigned numkind = lmv_numkind(&v->format->item);
  if (n >= FEW && n <= MANY && lua_checkstack(L, 2 * (int)n + FEW)) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &list_key);
    push_number_run(L, numkind, lmv_base(L, v) + off, stride, n);
    lua_call(L, (int)n, 1);
  } else {
    lua_createtable(L, (int)n, 0);
    set_number_run(L, numkind, lmv_base(L, v) + off, stride, n);
  }
}

/* Pushes the items of v, the view at index 1, from dimension dim and byte
** offset off on, as nested lists. */
static void push_list(lua_State *L, const lmv_view *v, const mv_layout *lay,
                      int dim, ptrdiff_t off) {
  ptrdiff_t n = lay->shape[dim], stride = lay->strides[dim];
  bool last = dim + 1 == lay->ndim;
  luaL_checkstack(L, 3, "list nested too deep");
  if (last && lmv_numkind(&v->format->item) && !lay->indirect && n <= INT_MAX) {
    push_numbers(L, v, n, stride, off);
    return;
  }
  lua_createtable(L, n > INT_MAX ? INT_MAX : (int)n, 0);
  for (ptrdiff_t i = 0; i < n; i++) {
    ptrdiff_t at = follow_pointer(L, v, lay, dim, off + i * stride);
    if (last)
      lmv_pushitem(L, v, 1, at);
    else
      push_list(L, v, lay, dim + 1, at);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* v:tolist(): a nested list of the items; for a 0-d view, the item. */
LMV_TOUCHES(view_tolist) {
  lmv_view *v = lmv_checkview(L, 1);
  mv_layout lay;
  lmv_checklive(L, v);
  lmv_layout(v, &lay);
  if (mv_layout_count(&lay) == 0)
    lay.indirect = false; /* without items, pointers may be invalid */
  if (v->ndim == 0)
    lmv_pushitem(L, v, 1, v->offset);
  else
    push_list(L, v, &lay, 0, v->offset);
  return 1;
}

/* ---- hex -----------------------------------------------------------------*/

/* v:hex([sep [, bytes_per_sep]]): as Python's bytes.hex. */
LMV_TOUCHES(view_hex) {
  lmv_operand operand;
  const char *sep = "";
  size_t len = 0, n, size;
  const unsigned char *copy;
  lmv_view *v = lmv_checkview(L, 1);
  lua_Integer group = lmv_optinteger(L, 3, 1);
  luaL_Buffer b;
  char *out;
  lua_settop(L, 3);
  if (!lua_isnil(L, 2)) {
    sep = lmv_checkstring(L, 2, &len);
    if (len != 1)
      lmv_argerror(L, 2, "separator must be one character");
  }
  if (len == 0)
    group = 0;
  lmv_checklive(L, v);
  lmv_viewoperand(v, &operand);
  n = (size_t)mv_layout_nbytes(&operand.lay);
  size = mv_hex_size(n, group);
  if (size == 0 && n > 0)
    luaL_error(L, "result too large");
  copy = lmv_flatten(L, &operand);
  out = luaL_buffinitsize(L, &b, size);
  mv_hex(out, lmv_flat(L, &operand, copy), n, sep[0], group);
  luaL_pushresultsize(&b, size);
  return 1;
}

/* ---- .. ------------------------------------------------------------------*/

/* Replaces the operand at idx by a string; false: it is not a bytes-like. */
static bool stringify(lua_State *L, int idx) {
  lmv_operand operand;
  if (lua_isstring(L, idx))
    return true; /* also numbers, as for strings */
  if (!lmv_optoperand(L, idx, &operand))
    return false;
  lmv_operandbase(L, &operand);
  lmv_pushbytes(L, &operand, 'C');
  lua_replace(L, idx);
  return true;
}

/* The continuation of concat_by_other, whose result is on top. */
static int concatenated(lua_State *L, int status, lua_KContext context) {
  (void)L;
  (void)status;
  (void)context;
  return 1;
}

/*
** Calls __concat of the second operand, as Lua does if the first is a string.
*/
static int concat_by_other(lua_State *L) {
  if (luaL_getmetafield(L, 2, "__concat") == LUA_TNIL)
    return luaL_error(L, "attempt to concatenate a %s value",
                      lmv_typename(L, 2));
  lua_insert(L, 1);
  lua_callk(L, 2, 1, 0, concatenated);
  return 1;
}

/* __concat: the bytes of both operands as a string. */
LMV_TOUCHES(concat) {
  lua_settop(L, 2);
  if (!stringify(L, 2))
    return concat_by_other(L);
  if (!stringify(L, 1))
    luaL_error(L, "attempt to concatenate a %s value", lmv_typename(L, 1));
  lua_settop(L, 2);
  lua_concat(L, 2);
  return 1;
}

const luaL_Reg lmv_bulk_methods[] = {{"tobytes", view_tobytes},
                                     {"tolist", view_tolist},
                                     {"hex", view_hex},
                                     {NULL, NULL}};

const luaL_Reg lmv_bulk_metamethods[] = {{"__concat", concat}, {NULL, NULL}};
