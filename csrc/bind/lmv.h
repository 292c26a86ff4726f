/*
** lmv.h - what the files of the Lua binding share
**
**   view --> lease --> exporter (string, bytearray, map, host, foreign object)
**
** A lease is one acquisition of one exporter's memory; the views made from it
** share it. A view holds offsets, never a pointer: each access asks the lease
** whether it is alive and where its memory is now, after everything that could
** raise or run a finalizer. So the order of work in each function is: convert
** and check the arguments, allocate what is needed, then resolve (lmv_base),
** then touch the memory and call nothing of Lua that allocates in between. A
** loop that must allocate resolves anew at each step.
**
** Stack indices passed around are absolute or positive. C functions of the
** library are closures with these upvalues:
*/
#ifndef LMV_H
#define LMV_H

#include "lease.h"
#include "mv.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdarg.h>

/*
** The functions of the hot paths, called through the table of addresses alone
** instead of through a stub.
*/
#if defined(__GNUC__) && defined(__ELF__) && !defined(__clang__)
#define LMV_DIRECT(f) extern __typeof__(f) f __attribute__((noplt))
LMV_DIRECT(lua_gettop);
LMV_DIRECT(lua_settop);
LMV_DIRECT(lua_pushvalue);
LMV_DIRECT(lua_type);
LMV_DIRECT(lua_isinteger);
LMV_DIRECT(lua_tointegerx);
LMV_DIRECT(lua_tonumberx);
LMV_DIRECT(lua_tolstring);
LMV_DIRECT(lua_touserdata);
LMV_DIRECT(lua_rawequal);
LMV_DIRECT(lua_rawget);
LMV_DIRECT(lua_rawgeti);
LMV_DIRECT(lua_rawseti);
LMV_DIRECT(lua_getmetatable);
LMV_DIRECT(lua_setmetatable);
LMV_DIRECT(lua_getiuservalue);
LMV_DIRECT(lua_setiuservalue);
LMV_DIRECT(lua_newuserdatauv);
LMV_DIRECT(lua_pushinteger);
LMV_DIRECT(lua_pushnumber);
LMV_DIRECT(lua_pushlstring);
#endif

/* Tells clang's analyzer which functions never return. */
#if defined(__clang__)
#define LMV_RAISES __attribute__((analyzer_noreturn))
#else
#define LMV_RAISES
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define LMV_META lua_upvalueindex(1)    /* the metatable of views */
#define LMV_NAME lua_upvalueindex(2)    /* the function's name, for errors */
#define LMV_FORMATS lua_upvalueindex(3) /* text -> simple format */
#define LMV_NUP 3

/*
** A view. User value 1: the userdata of its lease. User value 2, only if the
** format is not one of the cached simple ones: the userdata of its format.
** dims: ndim shapes, ndim strides, and if indirect ndim suboffsets.
*/
typedef struct lmv_view {
  lmv_lease *lease;
  uint64_t generation; /* of the lease when it was made; 0: released */
  const mv_format *format;
  ptrdiff_t offset;
  ptrdiff_t itemsize;
  unsigned char ndim;
  bool readonly;
  bool indirect;
  bool compound;       /* user value 2 holds the format */
  unsigned char quick; /* lmv_plain if it is 1-D and direct; else 0 */
  ptrdiff_t dims[];
} lmv_view;

/*
** What kind of plain number an item is: 1 and up, as mv_kind from 0; those with
** swapped bytes come LMV_SWAPPED behind. 0: it is something else.
*/
#define LMV_SWAPPED (MV_F64 + 1)

static inline unsigned char lmv_plain(const mv_item *item) {
  if (item->kind > MV_F64)
    return 0;
  return (unsigned char)(1 + item->kind +
                         (item->swap && item->size > 1 ? LMV_SWAPPED : 0));
}

/* ---- args.c: arguments and errors ----------------------------------------*/

/* As lua_pushvfstring, but raises where there is no memory in every version. */
const char *lmv_pushmessage(lua_State *L, const char *message, va_list args);

/*
** Raises "bad argument #arg to 'name' (message)". The name is that of the
** closure (so it is right through pcall, too), or of the C function of others
** that called the C API. Arguments of methods count from the one behind self.
** arg 0: no argument is to blame, the message stands alone.
** message is a format of lua_pushfstring.
*/
int lmv_argerror(lua_State *L, int arg, const char *message, ...) LMV_RAISES;

/* Raises "... (expected expected, got <type>)". */
int lmv_typeerror(lua_State *L, int arg, const char *expected) LMV_RAISES;

/* An integer, with Lua's conversions; opt: when absent or nil, def. */
lua_Integer lmv_checkinteger(lua_State *L, int arg);
lua_Integer lmv_optinteger(lua_State *L, int arg, lua_Integer def);

/*
** The integer that the key of an item is: floats of integer value are one,
** strings are not. check: raises for any other key.
*/
bool lmv_tokey(lua_State *L, int idx, lua_Integer *i);
lua_Integer lmv_checkkey(lua_State *L, int idx);

/* A size in bytes or items: an integer from 0 to PTRDIFF_MAX. */
ptrdiff_t lmv_checksize(lua_State *L, int arg);

/* A string; numbers are none. */
const char *lmv_checkstring(lua_State *L, int arg, size_t *len);

/*
** A shape: a list of at most MV_MAXDIM integers (no floats), none negative.
** Returns their number.
*/
int lmv_checkshape(lua_State *L, int arg, ptrdiff_t *shape);

/* The type of the value for messages: __name, or Lua's; may push a string. */
const char *lmv_typename(lua_State *L, int idx);

/* The view at idx, dead or alive; NULL: it is none. meta: index of the
** metatable of views. */
lmv_view *lmv_toview(lua_State *L, int idx, int meta);

/* The same; raises for anything else. */
lmv_view *lmv_checkview(lua_State *L, int arg);

/* The bytearray or map at idx, dead or alive; NULL: it is neither. */
lmv_lease *lmv_toowner(lua_State *L, int idx);

/* The one of that source; raises for anything else. */
lmv_lease *lmv_checkowner(lua_State *L, int arg, lmv_source source);

/* Pushes nil, "path: strerror(err)", err, as io.open does; returns 3. path may
** be NULL. */
int lmv_oserror(lua_State *L, int err, const char *path);

/* Pushes a shape as "[3, 4]". */
void lmv_pushshape(lua_State *L, int ndim, const ptrdiff_t *shape);

/* ---- lease.c: pins of views, release, access -----------------------------*/

/*
** Pushes a pin of the living view at idx, with room for n numbers (returned).
** The caller marks it to be closed at once, by lua_toclose, where it finally
** lies on the stack. Raises if the view died.
*/
ptrdiff_t *lmv_pushpin(lua_State *L, int idx, size_t n);

/* Ends the pin at idx early; false: it is not a pin. */
bool lmv_unpin(lua_State *L, int idx);

/* Ends one view; the exporter's memory, too, if nobody else uses it. */
void lmv_release(lmv_view *v);

/* The lease's and pins' metatables; __gc of leases that own something. */
void lmv_open_lease(lua_State *L);
void lmv_pushleasemeta(lua_State *L);

/* Raises the named error of a dead view; of one that dies by a shrink. */
int lmv_deaderror(lua_State *L, const lmv_view *v) LMV_RAISES;
int lmv_expirederror(lua_State *L, const lmv_lease *lease) LMV_RAISES;

static inline bool lmv_alive(const lmv_view *v) {
  return v->generation == v->lease->generation;
}

/*
** Where the view's block starts now; raises if the view is dead. Valid until
** the next call that allocates.
*/
static inline unsigned char *lmv_base(lua_State *L, const lmv_view *v) {
  if (!lmv_alive(v))
    lmv_deaderror(L, v);
  return v->lease->base;
}

/* The same for writing: raises if the view is read-only. */
unsigned char *lmv_writable(lua_State *L, const lmv_view *v);

/* ---- formats.c: parsed formats, cached -----------------------------------*/

/*
** Pushes the userdata of the format whose text is the string at idx, and
** returns the format. arg: the argument to blame when it is malformed.
** *compound: the format is not one of those that stay cached, whoever uses it
** must anchor it.
*/
const mv_format *lmv_pushformat(lua_State *L, int idx, int arg, bool *compound);

/* The format "B", which is always there. */
extern const mv_format lmv_byteformat;

/* Pushes the table LMV_FORMATS. */
void lmv_pushformats(lua_State *L);

void lmv_open_formats(lua_State *L);

/* ---- view.c, slice.c: making views ---------------------------------------*/

/* What a new view is to be. */
typedef struct lmv_spec {
  lmv_lease *lease;
  uint64_t generation;
  const mv_format *format;
  bool compound;
  bool readonly;
} lmv_spec;

/*
** Pushes a new view. owner: index of the lease's userdata. fmt: index of the
** format's userdata, used if spec->compound. meta: index of the views'
** metatable. The layout is copied.
*/
lmv_view *lmv_newview(lua_State *L, int meta, int owner, int fmt,
                      const lmv_spec *spec, const mv_layout *lay);

/* Copies the geometry of a view out of it. */
void lmv_layout(const lmv_view *v, mv_layout *lay);

/*
** Pushes a new view of the geometry lay over what the view at idx sees, and
** as it sees it but for what change says (NULL: nothing; fmt as above).
** Only for closures of ours.
*/
lmv_view *lmv_derive(lua_State *L, int idx, const mv_layout *lay,
                     const lmv_spec *change, int fmt);

/*
** The same without a layout: n items of a simple format, at offset and stride
** bytes apart, of a view that is direct, one-dimensional and simple itself.
*/
void lmv_derive1(lua_State *L, int idx, const mv_format *format,
                 ptrdiff_t offset, ptrdiff_t n, ptrdiff_t stride);

/* Pushes row i (from 0, in range) of the view at idx, of one dimension less. */
lmv_view *lmv_pushrow(lua_State *L, int idx, ptrdiff_t i);

/* Raises when the bytearray or map has ended. */
void lmv_checkalive(lua_State *L, const lmv_lease *owner);

/* Pushes a view of the bytearray or map at owner; raises when it has ended. */
lmv_view *lmv_pushowned(lua_State *L, int meta, int owner);

/*
** Pushes a view of the bytes-like value at idx (string, bytearray, map, foreign
** exporter; a view itself). NULL, and nothing pushed: it is none.
*/
lmv_view *lmv_pushview(lua_State *L, int idx, int meta);

/* The same for values with __buffer in their metatable. (exporter.c) */
lmv_view *lmv_acquire(lua_State *L, int idx, int meta);

/*
** Moves the living lease, whose userdata is at owner, to the memory that buf
** describes, and pushes a view of it. Raises where format or geometry are
** malformed.
*/
lmv_view *lmv_pushlent(lua_State *L, int meta, int owner, lmv_lease *lease,
                       const mview_buffer *buf);

/* Replaces the bytes-like argument by a view of it; raises for others. */
lmv_view *lmv_asview(lua_State *L, int arg);

/* Pushes a new bytearray of n zero bytes. (bytearray.c) */
lmv_lease *lmv_pushbytearray(lua_State *L, size_t n);

/* The function mview(obj [, format [, shape]]). */
int lmv_make(lua_State *L);

/*
** An index of Lua (1-based, negative from the end) as one from 0; -1: it is out
** of range. And the error for that: dim (from 0) of ndim dimensions.
*/
ptrdiff_t lmv_wrap(ptrdiff_t n, lua_Integer i);
int lmv_indexerror(lua_State *L, lua_Integer i, ptrdiff_t n, int dim,
                   int ndim) LMV_RAISES;

/*
** A bytes-like value as an operand. For strings, bytearrays and maps, which are
** meant as a whole, no view is made.
*/
typedef struct lmv_span {
  const lmv_view *view;
  const lmv_lease *owner;      /* if there is no view: the bytearray or map, */
  uint64_t generation;         /* as it was then */
  const unsigned char *string; /* if there is no owner either */
  const mv_format *format;
  mv_layout lay;
} lmv_span;

/*
** Fills span from the bytes-like argument, which stays where it is, or is
** replaced by a view of it, as long as the span is used; opt: false for
** anything else, check: raises.
*/
bool lmv_optspan(lua_State *L, int arg, lmv_span *span);
void lmv_checkspan(lua_State *L, int arg, lmv_span *span);

/* Fills span from a view. */
void lmv_viewspan(const lmv_view *v, lmv_span *span);

/* The start of its block, as lmv_base. */
const unsigned char *lmv_spanbase(lua_State *L, const lmv_span *span);

/* ---- value.c, store.c: items as Lua values, Lua values as items ----------*/

/*
** Pushes the item at off from the start of the block of v, the view at idx, as
** a Lua value, a record as a table. Resolves the view anew after each
** allocation.
*/
void lmv_pushitem(lua_State *L, const lmv_view *v, int idx, ptrdiff_t off);

/*
** Converts the Lua value at idx to the item at p, in the caller's own memory
** (item->size zeroed bytes), or raises an error that says why it does not fit.
** arg: the argument to blame; 0: none.
*/
void lmv_toitem(lua_State *L, int arg, int idx, const mv_format *format,
                unsigned char *p);

/*
** Fills in (zeroed) with the items of the nested list at idx, which must have
** lay's shape; they get lay's item size, in C order.
*/
void lmv_fromlist(lua_State *L, int arg, int idx, const mv_format *format,
                  const mv_layout *lay, unsigned char *in);

/*
** Converts the Lua value at idx to what items of that kind are compared with or
** made of. False: none can be equal to it. Strings stay where they are.
*/
bool lmv_tovalue(lua_State *L, int idx, const mv_item *item, mv_value *value);

/* Whether the item at off is equal to the Lua value at idx; resolves anew. */
bool lmv_equalsitem(lua_State *L, const lmv_view *v, const mv_item *item,
                    ptrdiff_t off, int idx);

/* A new zeroed block of n bytes, pushed: freed by the collector. */
unsigned char *lmv_pushblock(lua_State *L, size_t n);

/* ---- index.c, attr.c, bulk.c ---------------------------------------------*/

/* Pushes __index; methods: index of the table of methods and attributes. */
void lmv_pushindex(lua_State *L, int methods);

/* Puts the attributes' numbers into the table on top. */
void lmv_setattributes(lua_State *L);

/* Pushes the attribute of that number of the view v at index 1. */
void lmv_pushattribute(lua_State *L, const lmv_view *v, int id);

/*
** Copies the bytes-like or list at src (absolute) into the view at dst, of the
** same shape: all or nothing. arg: the argument to blame, 0: none.
*/
void lmv_copyfrom(lua_State *L, int dst, int src, int arg);

/* Pushes the bytes of the span in order 'C' or 'F' as a string. */
void lmv_pushbytes(lua_State *L, const lmv_span *span, char order);

/*
** The span's bytes in C order and in one piece, for who allocates more before
** the memory is looked at: lmv_flatten pushes a copy of them and returns it, or
** returns NULL, as they lie so already; lmv_flat then says where they are.
*/
const unsigned char *lmv_flatten(lua_State *L, const lmv_span *span);
const unsigned char *lmv_flat(lua_State *L, const lmv_span *span,
                              const unsigned char *copy);

/* ---- registration (module.c) ---------------------------------------------*/

/* Pushes the upvalues that closures of ours have. */
void lmv_pushupvalues(lua_State *L, const char *name);

/* Registers functions in the table on top, each a closure as said above. */
void lmv_setfuncs(lua_State *L, const luaL_Reg *funcs);

/* Pushes the metatable of views (for code that runs outside a closure). */
void lmv_pushviewmeta(lua_State *L);

/* The key of a metatable of ours; its value there is 1 + the lmv_source. */
extern const char lmv_ownerkey;

/*
** Makes the metatable of bytearrays or maps: __name, methods, metamethods (and
** the shared ones), and what lmv_toowner looks for. Methods are found by
** __index, unless that is among the metamethods (a closure with the methods'
** table as last upvalue).
*/
void lmv_newownermeta(lua_State *L, lmv_source source, const char *name,
                      const luaL_Reg *methods, const luaL_Reg *metamethods);
void lmv_pushownermeta(lua_State *L, lmv_source source);

/* Each file's functions: methods of views, */
extern const luaL_Reg lmv_slice_methods[], lmv_index_methods[];
extern const luaL_Reg lmv_bulk_methods[], lmv_compare_methods[];
extern const luaL_Reg lmv_pack_methods[], lmv_file_methods[];
/* metamethods of views, and those that bytearrays and maps have, too, */
extern const luaL_Reg lmv_index_metamethods[], lmv_attr_metamethods[];
extern const luaL_Reg lmv_compare_metamethods[], lmv_bulk_metamethods[];
extern const luaL_Reg lmv_pairs_metamethods[];
/* and functions of the module. */
extern const luaL_Reg lmv_make_functions[], lmv_map_functions[];
extern const luaL_Reg lmv_bytearray_functions[];

void lmv_open_map(lua_State *L); /* make their metatables */
void lmv_open_bytearray(lua_State *L);
void lmv_open_api(lua_State *L);
void lmv_open_bulk(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
