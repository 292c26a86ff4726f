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

#include "mv.h"
#include "mview.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define LMV_META lua_upvalueindex(1)    /* the metatable of views */
#define LMV_FORMATS lua_upvalueindex(2) /* format text -> simple format */
#define LMV_NAME lua_upvalueindex(3)    /* the function's name, for errors */
#define LMV_NUP 3

typedef enum lmv_source {
  LMV_STRING,
  LMV_BYTEARRAY,
  LMV_MAP,
  LMV_HOST,
  LMV_FOREIGN
} lmv_source;

/*
** Sits at the start of its userdata. Bytearrays and maps are leases themselves;
** the user value 1 of the others is the exporter, if it is a Lua object.
*/
typedef struct lmv_lease {
  unsigned char *base; /* never NULL */
  size_t size;
  uint64_t generation; /* goes up when views die: those made before it */
  size_t views;        /* made and not released (collected ones are counted) */
  int pins;
  lmv_source source;
  enum { LMV_ALIVE, LMV_RELEASED, LMV_REVOKED } state;
  bool readonly;
  /* gives the memory back; called once, at the end with no pin left */
  void (*end)(struct lmv_lease *lease);
} lmv_lease;

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
  unsigned char quick; /* 1-D, direct, plain number: 1 + mv_kind; else 0 */
  ptrdiff_t dims[];
} lmv_view;

/* ---- args.c: arguments and errors ----------------------------------------*/

/*
** Raises "bad argument #arg to 'name' (message)". The name is the closure's own
** (so it is right through pcall), arguments of methods count from the one
** behind self. message is a format of lua_pushfstring.
*/
int lmv_argerror(lua_State *L, int arg, const char *message, ...);
int lmv_typeerror(lua_State *L, int arg, const char *expected);

/* An integer, with Lua's conversions; opt: when absent or nil, def. */
lua_Integer lmv_checkinteger(lua_State *L, int arg);
lua_Integer lmv_optinteger(lua_State *L, int arg, lua_Integer def);

/* A size in bytes or items: an integer from 0 to PTRDIFF_MAX. */
ptrdiff_t lmv_checksize(lua_State *L, int arg);

/* The type of the value for messages: __name, or Lua's. */
const char *lmv_typename(lua_State *L, int idx);

/* The view at arg (never NULL), dead or alive; raises for anything else. */
lmv_view *lmv_checkview(lua_State *L, int arg);

/* Whether the value at idx is a view; NULL if not. meta: index of the
** metatable of views. */
lmv_view *lmv_toview(lua_State *L, int idx, int meta);

/* The bytearray or map (by source) at arg; raises for anything else. */
lmv_lease *lmv_checkowner(lua_State *L, int arg, lmv_source source);

/* The same without raising: NULL if it is something else. */
lmv_lease *lmv_toowner(lua_State *L, int idx, lmv_source source);

/* pushes nil, strerror(err), err as io.open does; returns 3. path may be NULL */
int lmv_oserror(lua_State *L, int err, const char *path);

/* ---- lease.c: leases, pins, generations, release -------------------------*/

/*
** Starts a lease in the memory of its userdata: alive, generation 1, no views.
** base may be NULL when size is 0.
*/
void lmv_lease_init(lmv_lease *lease, lmv_source source, void *base,
                    size_t size);

/* Moves a living lease to other memory (a resize). */
void lmv_lease_move(lmv_lease *lease, void *base, size_t size);

/* Ends all views of the lease that exist; those made later live. */
void lmv_lease_expire(lmv_lease *lease);

/*
** Ends the lease for good; state says how. The memory is given back now, or at
** the last unpin. Idempotent. Never raises.
*/
void lmv_lease_kill(lmv_lease *lease, int state);

/* Raises "<what> is pinned by N borrowers" while it is. */
void lmv_lease_checkpins(lua_State *L, const lmv_lease *lease,
                         const char *what);

/* Counts down; gives the memory back when it was the last user of it. */
void lmv_lease_unpin(lmv_lease *lease);

/*
** Pushes a pin of the lease whose userdata is at index owner, marked to be
** closed, with room for size bytes (returned, aligned as for malloc). The lease
** must be alive still after this: the caller checks it, then it stays so.
*/
void *lmv_pushpin(lua_State *L, int owner, lmv_lease *lease, size_t size);

/* Ends the pin at idx early; false: it is not a pin. */
bool lmv_unpin(lua_State *L, int idx);

/* Raises the named error of a dead view. */
int lmv_deaderror(lua_State *L, const lmv_view *v);

static inline bool lmv_alive(const lmv_view *v) {
  return v->generation == v->lease->generation;
}

/*
** Where the view's block starts now; raises if the view is dead. Valid until
** the next call that allocates.
*/
static inline unsigned char *lmv_base(lua_State *L, const lmv_view *v) {
  if (!lmv_alive(v)) lmv_deaderror(L, v);
  return v->lease->base;
}

/* The same for writing: raises if the view is read-only. */
unsigned char *lmv_writable(lua_State *L, const lmv_view *v);

/* ---- formats.c -----------------------------------------------------------*/

/*
** Pushes the userdata of the format text s and returns the format. arg: the
** argument to blame when it is malformed; 0: raises without an argument.
** *compound: it is not a cached simple format, who uses it must anchor it.
*/
const mv_format *lmv_pushformat(lua_State *L, int arg, const char *s,
                                size_t len, bool *compound);

/* The format "B", which is always there. */
const mv_format *lmv_byteformat(lua_State *L);

/* ---- view.c: making views ------------------------------------------------*/

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
** Pushes a new view of the geometry lay over what the view at idx sees. fmt: as
** above, with *format and compound; format NULL: the view's own.
*/
lmv_view *lmv_derive(lua_State *L, int idx, const mv_layout *lay,
                     const mv_format *format, bool compound, int fmt);

/*
** Replaces the bytes-like value at idx (string, bytearray, map, exporter) by a
** view of it; a view stays. Raises a type error that blames arg.
*/
lmv_view *lmv_asview(lua_State *L, int idx, int arg);

/* Pushes a lease for the exporter at idx, foreign userdata, and a view of it;
** false, and nothing pushed: it is not an exporter. (exporter.c) */
lmv_view *lmv_acquire(lua_State *L, int idx, int arg, int meta);

/*
** The bytes-like value at arg as plain memory: fills lay, *format, *readonly
** and returns the view it comes from (pushed if it was made for this) or NULL
** for a string, whose bytes never move.
** After allocations, lmv_spanbase gives the block.
*/
typedef struct lmv_span {
  const lmv_view *view; /* NULL: a string */
  const unsigned char *string;
  const mv_format *format;
  mv_layout lay;
} lmv_span;

/* Fills span from the bytes-like at arg (which may be replaced by a view of
** it); raises a type error that blames arg. False instead if optional. */
bool lmv_checkspan(lua_State *L, int arg, lmv_span *span, bool optional);
const unsigned char *lmv_spanbase(lua_State *L, const lmv_span *span);

/* ---- value.c: items and Lua values ---------------------------------------*/

/*
** Pushes the item at base + off of the view as Lua value; a record as a table.
** Resolves the view anew after each allocation.
*/
void lmv_pushitem(lua_State *L, const lmv_view *v, const mv_item *item,
                  ptrdiff_t off);

/*
** Converts the Lua value at idx to the item at p (item->size bytes of memory
** that nobody else changes: the caller's buffer). Raises when it does not fit;
** the message says why. Context, for the message: arg above 0 blames the
** argument, 0 none. text: the format's text.
*/
void lmv_toitem(lua_State *L, int arg, int idx, const mv_format *format,
                const mv_item *item, unsigned char *p);

/* Converts the Lua value at idx to *value, by type alone: false if no item can
** be equal to it. Pairs of numbers are complex. */
bool lmv_tovalue(lua_State *L, int idx, mv_value *value);

/*
** Fills in with the items of the (nested) list at idx, in C order and of
** lay's shape. Raises where shape or values do not fit. blames arg.
*/
void lmv_fromlist(lua_State *L, int arg, int idx, const mv_format *format,
                  const mv_layout *lay, unsigned char *in);

/* ---- registration (module.c) ---------------------------------------------*/

/* Registers functions in the table on top, each a closure as said above. */
void lmv_setfuncs(lua_State *L, const luaL_Reg *funcs);

/* Pushes the metatable of views (for code that runs outside a closure). */
void lmv_pushviewmeta(lua_State *L);

/* The key of a metatable of ours; its value there is 1 + the lmv_source. */
extern const char lmv_ownerkey;

/* Makes and pushes the metatable of bytearrays or maps: name, methods (also for
** __index), metamethods, and what lmv_checkowner looks for. It is kept in the
** registry under a key of the source. */
void lmv_newownermeta(lua_State *L, lmv_source source, const char *name,
                      const luaL_Reg *methods, const luaL_Reg *metamethods);
void lmv_pushownermeta(lua_State *L, lmv_source source);

/* Each file's functions: methods of views go into the table on top. */
extern const luaL_Reg lmv_view_methods[];  /* view.c */
extern const luaL_Reg lmv_index_methods[]; /* index.c */
extern const luaL_Reg lmv_bulk_methods[];  /* bulk.c */
extern const luaL_Reg lmv_compare_methods[]; /* compare.c */
extern const luaL_Reg lmv_pack_methods[];  /* pack.c */
extern const luaL_Reg lmv_file_methods[];  /* file.c */
extern const luaL_Reg lmv_map_functions[];       /* map.c: map */
extern const luaL_Reg lmv_bytearray_functions[]; /* bytearray fromhex */
void lmv_open_map(lua_State *L);       /* makes its metatable */
void lmv_open_bytearray(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
