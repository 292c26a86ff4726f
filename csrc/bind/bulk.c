/*
** bulk.c - many items at once: tobytes tolist hex copyfrom fill byteswap
** Each function allocates, then resolves, then calls a kernel of the core. A
** function that makes Lua values resolves again at each step.
*/
#include "bulk.h"

#include "args.h"
#include "mv.h"
#include "numstack.h"
#include "operand.h"
#include "registry.h"
#include "store.h"
#include "value.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* ---- values out ----------------------------------------------------------*/

static char check_order(lua_State *L, int arg) {
  size_t len;
  const char *order = lmv_checkstring(L, arg, &len);
  if (len != 1 || (order[0] != 'C' && order[0] != 'F' && order[0] != 'A'))
    lmv_argerror(L, arg, "invalid order '%s', expected 'C', 'F' or 'A'", order);
  return order[0];
}

/* v:tobytes([order]): the items' bytes as a string; order "C", "F" or "A". */
LMV_TOUCHES(view_tobytes) {
  lmv_view *v = lmv_checkview(L, 1);
  char order = lua_isnoneornil(L, 2) ? 'C' : check_order(L, 2);
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

/* v:hex([sep [, bytes_per_sep]]): as Python's bytes.hex. */
LMV_TOUCHES(view_hex) {
  lmv_operand operand;
  const char *sep = "";
  size_t len = 0, n, size;
  const unsigned char *copy;
  lua_Integer group = lmv_optinteger(L, 3, 1);
  lmv_view *v = lmv_checkview(L, 1);
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

/* ---- values in -----------------------------------------------------------*/

/* Raises the message on top of the stack. */
static int copy_error(lua_State *L, int arg) {
  return lmv_argerror(L, arg, "%s", lua_tostring(L, -1));
}

/*
** Writes the items at in, which are in C order, to the view. Records are
** written field by field, so their padding stays.
*/
static void write_items(lua_State *L, const lmv_view *v, const mv_layout *lay,
                        const unsigned char *in) {
  const mv_item *item = &v->format->item;
  unsigned char *base = lmv_writable(L, v);
  mv_walker w;
  if (item->kind != MV_RECORD && (ptrdiff_t)item->size == lay->itemsize) {
    mv_scatter(base, lay, in);
    return;
  }
  mv_walk(&w, MV_CORDER, base, lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t i = 0; i < w.n; i++, in += lay->itemsize)
      mv_item_assign(item, w.ptr[0] + i * w.step[0], in);
}

static void copy_list(lua_State *L, const lmv_view *v, int src, int arg) {
  mv_layout lay;
  unsigned char *in;
  lmv_layout(v, &lay);
  in = lmv_pushblock(L, (size_t)mv_layout_nbytes(&lay));
  lmv_fromlist(L, arg, src, v->format, &lay, in);
  write_items(L, v, &lay, in);
}

/* Whether items can be converted directly into the view. */
static bool converts_directly(lua_State *L, const lmv_view *v,
                              const mv_layout *lay, const lmv_operand *src) {
  return mv_converts_whole(&v->format->item, &src->format->item) &&
         !mv_overlap(lmv_writable(L, v), lay, lmv_operandbase(L, src),
                     &src->lay);
}

/*
** Copies and converts items of another format. If the source overlaps, or if
** items could be written before another item fails, all items are converted to
** a buffer first.
*/
static void copy_converted(lua_State *L, const lmv_view *v,
                           const mv_layout *lay, const lmv_operand *src,
                           int arg) {
  const mv_item *to = &v->format->item, *from = &src->format->item;
  ptrdiff_t at = 0, nbytes;
  mv_status status;
  mv_layout packed;
  unsigned char *aside = NULL;
  if (converts_directly(L, v, lay, src)) {
    status = mv_convert(lmv_writable(L, v), lay, to, lmv_operandbase(L, src),
                        &src->lay, from, &at);
  } else {
    mv_layout_set(&packed, lay->itemsize, lay->ndim, lay->shape, &nbytes);
    aside = lmv_pushblock(L, (size_t)nbytes);
    status = mv_convert(aside, &packed, to, lmv_operandbase(L, src), &src->lay,
                        from, &at);
  }
  if (status != MV_OK) {
    lua_pushfstring(L, "item %I of format '%s' does not fit format '%s': %s",
                    (LUAI_UACINT)at + 1, src->format->text, v->format->text,
                    mv_message(status));
    copy_error(L, arg);
  }
  if (aside != NULL)
    write_items(L, v, lay, aside);
}

/*
** Copies items of the same format that have padding, without writing the
** padding.
*/
static void copy_values(lua_State *L, const lmv_view *v, const mv_layout *lay,
                        const lmv_operand *src) {
  unsigned char *base = lmv_writable(L, v);
  unsigned char *from = (unsigned char *)lmv_operandbase(L, src);
  const mv_item *item = &v->format->item;
  mv_walker w;
  if (mv_overlap(base, lay, from, &src->lay)) {
    unsigned char *in = lmv_pushblock(L, (size_t)mv_layout_nbytes(lay));
    mv_gather(in, lmv_operandbase(L, src), &src->lay, 'C');
    write_items(L, v, lay, in);
    return;
  }
  mv_walk2(&w, MV_ANYORDER, base, lay, from, &src->lay);
  while (mv_walk_next(&w))
    for (ptrdiff_t i = 0; i < w.n; i++)
      mv_item_assign(item, w.ptr[0] + i * w.step[0], w.ptr[1] + i * w.step[1]);
}

static void copy_same(lua_State *L, const lmv_view *v, const mv_layout *lay,
                      const lmv_operand *src) {
  unsigned char *base = lmv_writable(L, v);
  const unsigned char *from = lmv_operandbase(L, src);
  if (mv_layout_contiguous(lay, 'C') && mv_layout_contiguous(&src->lay, 'C')) {
    memmove(base + lay->offset, from + src->lay.offset,
            (size_t)mv_layout_nbytes(lay));
  } else if (mv_overlap(base, lay, from, &src->lay)) {
    unsigned char *in = lmv_pushblock(L, (size_t)mv_layout_nbytes(lay));
    mv_gather(in, lmv_operandbase(L, src), &src->lay, 'C');
    mv_scatter(lmv_writable(L, v), lay, in);
  } else {
    mv_copy(base, lay, from, &src->lay);
  }
}

static void check_shape(lua_State *L, const mv_layout *want,
                        const mv_layout *got, int arg) {
  if (mv_layout_same_shape(want, got))
    return;
  lmv_pushshape(L, want->ndim, want->shape);
  lmv_pushshape(L, got->ndim, got->shape);
  lua_pushfstring(L, "shape %s expected, got %s", lua_tostring(L, -2),
                  lua_tostring(L, -1));
  copy_error(L, arg);
}

/* Copies the items of an operand. */
static void copy_operand(lua_State *L, const lmv_view *v,
                         const lmv_operand *src, int arg) {
  const mv_item *item = &v->format->item;
  mv_layout lay;
  lmv_layout(v, &lay);
  lmv_operandbase(L, src);
  check_shape(L, &lay, &src->lay, arg);
  if (lay.itemsize != src->lay.itemsize ||
      !mv_item_same(item, &src->format->item))
    copy_converted(L, v, &lay, src, arg);
  else if (mv_item_valuebytes(item) == (size_t)lay.itemsize)
    copy_same(L, v, &lay, src);
  else
    copy_values(L, v, &lay, src);
}

/* The usual copy: both views are flat, and have as many of the same numbers.
** False: it is another. */
static bool copy_flat(const lmv_view *v, const lmv_view *w) {
  if (v->numkind == 0 || v->numkind != w->numkind || !lmv_isflat(v) ||
      !lmv_isflat(w) || v->dims[0] != w->dims[0] || v->readonly ||
      !lmv_alive(v) || !lmv_alive(w))
    return false;
  memmove(v->lease->base + v->offset, w->lease->base + w->offset,
          lmv_flatsize(v));
  return true;
}

void lmv_copyfrom(lua_State *L, const lmv_view *v, int src, int arg) {
  const lmv_view *w = lmv_toview(L, src, LMV_META);
  lmv_operand operand;
  if (w != NULL && copy_flat(v, w))
    return;
  lmv_checkwritable(L, v);
  if (w != NULL) {
    lmv_viewoperand(w, &operand);
    copy_operand(L, v, &operand, arg);
  } else if (lmv_otheroperand(L, src, &operand)) {
    copy_operand(L, v, &operand, arg);
  } else {
    if (lua_type(L, src) != LUA_TTABLE) {
      lua_pushfstring(L, "bytes-like or list expected, got %s",
                      lmv_typename(L, src));
      copy_error(L, arg);
    }
    copy_list(L, v, src, arg);
  }
}

/*
** The view of a method that changes it and returns its self, argument 1. The
** view of a container is pushed.
*/
static lmv_view *check_self(lua_State *L) {
  lmv_view *v = lmv_toview(L, 1, LMV_META);
  if (v != NULL)
    return v;
  if (lmv_tocontainer(L, 1) == NULL)
    lmv_typeerror(L, 1, "mview.view");
  return lmv_pushcontainerview(L, LMV_META, 1);
}

static int return_self(lua_State *L) {
  lua_settop(L, 1);
  return 1;
}

/* The same for a method that takes a value. */
static lmv_view *check_assignment(lua_State *L, const char *expected) {
  if (lua_gettop(L) == 1) {
    lmv_checkview(L, 1);
    lmv_typeerror(L, 2, expected);
  }
  return check_self(L);
}

/* v:copyfrom(src): all items from a bytes-like or list of the same shape. */
LMV_TOUCHES(view_copyfrom) {
  lmv_copyfrom(L, check_assignment(L, "bytes-like or list"), 2, 2);
  return return_self(L);
}

/* v:fill(x): every item becomes x. */
LMV_TOUCHES(view_fill) {
  lmv_view *v = check_assignment(L, "value");
  const mv_item *item = &v->format->item;
  unsigned char small[64] = {0}, *bytes = small, *base;
  unsigned numkind = lmv_numkind(item);
  mv_layout lay;
  mv_walker w;
  lmv_checkwritable(L, v);
  if (v->itemsize > (ptrdiff_t)sizeof small)
    bytes = lmv_pushblock(L, (size_t)v->itemsize);
  if (numkind == 0 || !store_number(L, 2, numkind, bytes))
    lmv_toitem(L, 2, 2, v->format, bytes);
  base = lmv_writable(L, v);
  lmv_layout(v, &lay);
  if (item->kind != MV_RECORD && (ptrdiff_t)item->size == lay.itemsize) {
    mv_fill(base, &lay, bytes);
  } else {
    mv_walk(&w, MV_ANYORDER, base, &lay);
    while (mv_walk_next(&w))
      for (ptrdiff_t i = 0; i < w.n; i++)
        mv_item_assign(item, w.ptr[0] + i * w.step[0], bytes);
  }
  return return_self(L);
}

/* v:byteswap(): reverses the bytes of each number in place. */
LMV_TOUCHES(view_byteswap) {
  lmv_view *v = check_self(L);
  mv_layout lay;
  lmv_layout(v, &lay);
  mv_byteswap(lmv_writable(L, v), &lay, &v->format->item);
  return return_self(L);
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
                                     {"copyfrom", view_copyfrom},
                                     {"fill", view_fill},
                                     {"byteswap", view_byteswap},
                                     {NULL, NULL}};

const luaL_Reg lmv_bulk_metamethods[] = {{"__concat", concat}, {NULL, NULL}};
