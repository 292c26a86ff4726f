/*
** mview.h - memory views for Lua 5.4, the C API
**
** For hosts that lend memory to scripts, and for C modules that read or write
** the bytes-likes of scripts. Modules do not link against a library:
** mview_import fetches one versioned table of functions at run time.
**
**   lend    host memory  -> a view in Lua      revoke    ends it for all views
**   borrow  any bytes    -> data, shape, ...   unborrow  ends it (or an error,
**                                                        a return, a close)
**
** Shapes, strides and suboffsets follow PEP 3118 (Python's buffer protocol):
** the item at (i, j, ...), counted from 0, lies at
**     data + i * strides[0] + j * strides[1] + ...
** If suboffsets[k] >= 0, the address after adding i_k * strides[k] holds a
** pointer; the walk continues at that pointer plus suboffsets[k].
** Sizes, strides and suboffsets are in bytes; shapes in items.
*/
#ifndef MVIEW_H
#define MVIEW_H

#include <stddef.h>
#include <stdint.h>

/* A C++ program whose Lua is compiled as C++ includes <lua.h> before this. */
#ifndef lua_h
#ifdef __cplusplus
extern "C" {
#endif
#include <lua.h>
#ifdef __cplusplus
}
#endif
#endif

#if LUA_VERSION_NUM < 504
#error "mview needs Lua 5.4 or newer"
#endif

#define MVIEW_VERSION "1.0.0"

/* The version of the API table; tables of two versions are incompatible. */
#define MVIEW_API_VERSION 1
#define MVIEW_API_KEY "mview.api.1" /* has the version: 1 and 2 can coexist */

/* A cast without a warning about old-style casts in C++. */
#ifdef __cplusplus
#define MVIEW_CAST(type, value) static_cast<type>(value)
#else
#define MVIEW_CAST(type, value) ((type)(value))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
** A piece of memory and the geometry of its items. borrow fills all members.
** lend and acquire (below) read them; zero or NULL then stands for a default.
** If nbytes is 0, there are no bytes to read and no pointers to follow.
*/
typedef struct mview_buffer {
  /* the item at index 0, 0, ...: not always the lowest address; NULL only if
  ** there are no items */
  void *data;
  /* product(shape) * itemsize; 0 when lending: computed from the shape */
  size_t nbytes;
  /* PEP 3118; NULL when lending: "B" */
  const char *format;
  /* of one item, with the padding at its end; 0 when lending: the size of the
  ** format */
  size_t itemsize;
  int readonly;
  /* 0 to 64; 0 with shape NULL when lending: nbytes bytes of items, 1-D */
  int ndim;
  /* ndim numbers each; strides NULL when lending: C order; suboffsets NULL:
  ** the memory has no suboffsets */
  const ptrdiff_t *shape, *strides, *suboffsets;
  /* NULL */
  void *reserved[2];
} mview_buffer;

/* The memory that the borrower accepts; MVIEW_WRITE can be combined by |. */
#define MVIEW_READ 0     /* contiguous, reading */
#define MVIEW_WRITE 1    /* ... and writing */
#define MVIEW_STRIDES 2  /* the caller follows strides */
#define MVIEW_INDIRECT 6 /* ... and suboffsets */

/* The results of isbytes for a bytes-like. */
#define MVIEW_PEEKABLE 1   /* it can be peeked and borrowed */
#define MVIEW_BORROWABLE 2 /* it can be borrowed, which runs its code */

typedef uint64_t mview_loan; /* never reused in its state; never 0 */
typedef void (*mview_done)(void *ud);

/*
** The functions. Each takes a state in which mview was opened, or any of its
** coroutines, and may be called inside and outside of C functions. They do not
** yield. All but revoke ask for the stack slots that they need.
*/
typedef struct mview_api {
  int version; /* MVIEW_API_VERSION of the library */
  size_t size; /* sizeof(mview_api) of the library: new members go at the end */

  /*
  ** Borrows the memory of the bytes-like value (string, bytearray, map, view,
  ** object with __buffer) at stack index idx: fills *buf and pushes a pin, a
  ** to-be-closed value (so the stack must be used as lua_toclose demands).
  ** Ownership: the caller frees nothing. All pointers in *buf are valid until
  **   the pin is closed: by unborrow, by lua_settop or lua_pop below it, by an
  **   error, by the return of the calling C function, or by the close of its
  **   coroutine. Until then, resize, close and release of the memory are
  **   refused, and revoked memory stays.
  ** flags: without MVIEW_STRIDES the memory is C-contiguous, without
  **   MVIEW_INDIRECT it has no suboffsets; buf->shape and buf->strides are
  **   always set. Without MVIEW_WRITE the memory must not be written, even if
  **   buf->readonly is 0.
  ** Stack: +1, the pin; for a string, the pin may be the string itself.
  ** Errors: "bad argument #idx to '...' (memory is read-only)", "(memory is not
  **   contiguous)", "(memory has suboffsets)" if the flags do not allow it;
  **   "(... expected, got ...)" if the value is not a bytes-like; the error of
  **   a dead view; the errors of __buffer. After an error nothing is pinned.
  */
  void (*borrow)(lua_State *L, int idx, int flags, mview_buffer *buf);

  /*
  ** Ends the pin at stack index pin now; *buf is invalid from then on. The
  ** value stays on the stack. A second call does nothing.
  ** Stack: 0. Errors: the value is not a pin; "stack overflow" if Lua gives no
  **   LUA_MINSTACK slots, which are free when the pin is pushed.
  */
  void (*unborrow)(lua_State *L, int pin);

  /*
  ** Lends host memory: pushes a view of it and returns the number of its loan.
  ** Ownership: the memory belongs to the host, and must stay at its address
  **   until done(ud) is called. It is called exactly once, even for zero bytes:
  **   when the loan was revoked and its last pin has ended, when the collector
  **   frees the last view, at lua_close, or before lend raises. *buf, its
  **   format and its arrays are copied.
  ** done: may be NULL. It can run at any point where Lua collects garbage, so
  **   it must not raise; of this API it may call only revoke.
  ** Stack: +1, the view.
  ** Errors: a malformed format, "malformed buffer: ..." for an impossible
  **   geometry, too little memory.
  */
  mview_loan (*lend)(lua_State *L, const mview_buffer *buf, mview_done done,
                     void *ud);

  /*
  ** Takes lent memory back: on return every view and slice of it is dead, and
  ** any access raises "attempt to use a view of revoked memory". Returns the
  ** number of pins that have not ended: 0 means that done has run; otherwise
  ** done runs at the last unpin, and the memory must stay until then. If loan
  ** is not the number of an open loan, it returns 0 and does nothing.
  ** Stack: 0, but one slot must be free, as for lua_push functions.
  ** Never raises, so it may be called in destructors, for example.
  */
  int (*revoke)(lua_State *L, mview_loan loan);

  /*
  ** Whether the value at idx is a bytes-like: 0 (it is not, numbers are not),
  ** MVIEW_PEEKABLE (string, view, bytearray, map, shared block; also if dead,
  ** as only the type matters) or MVIEW_BORROWABLE (an object with __buffer).
  ** Stack: 0. Never raises and runs no code of scripts. It allocates nothing but
  ** four slots of the stack; without memory for these, only strings are known.
  */
  int (*isbytes)(lua_State *L, int idx);

  /*
  ** As borrow, but for immediate use: *buf is valid until the next call that
  ** can allocate or run Lua, as code that runs then may end the memory. Shape
  ** and strides point into the view, or into *buf. The value must stay on the
  ** stack.
  ** Stack: 0. Errors: as borrow; "(an object with __buffer must be borrowed)".
  */
  void (*peek)(lua_State *L, int idx, int flags, mview_buffer *buf);

  /*
  ** Pushes a new bytearray of n zero bytes and returns their address, which is
  ** valid as long as that of a peek. The collector counts the bytes.
  ** Stack: +1. Errors: too little memory.
  */
  void *(*newbytes)(lua_State *L, size_t n);

  /*
  ** Pushes mview(value): a view of the bytes-like at idx; if that is a view,
  ** a new view. Stack: +1. Errors: as borrow.
  */
  void (*push)(lua_State *L, int idx);
} mview_api;

/*
** The last member of the table that the module uses. To work with older
** libraries, define it (for example as revoke) before including this header.
*/
#ifndef MVIEW_API_NEEDS
#define MVIEW_API_NEEDS push
#endif

/*
** For userdata that offers its own memory. mview_setexporter puts this struct,
** which must outlive the state, into the field "__buffer" of the userdata's
** metatable. A light userdata in that field is refused, as scripts can put one
** there. The alternative, also for tables, is a function in that field:
** function(obj) return bytes_like end. An object is acquired once for all views
** that are derived from each other, and again for each mview(obj) or borrow.
**
** acquire: describes the memory of the object at stack index idx, as for lend;
**   *buf is zeroed before the call. The memory must stay until release. Format
**   and arrays are copied only after acquire has returned, so they must not be
**   its locals; they may lie in values that it leaves on the stack. *state may
**   be set, for release. Check the object like any argument, as scripts may
**   reach the metatable.
**   Stack: values that it pushes are popped; LUA_MINSTACK slots are free. A
**   string that it borrows and leaves there is kept. Any other borrow would end
**   then, and is refused; to share the memory of another bytes-like, use a
**   function as __buffer.
**   Errors: any; then release is not called.
** release: takes the memory back; may be NULL. Called exactly once for each
**   acquire that returned: when all views and pins were released, when the
**   collector freed the last of them, or at lua_close; also if the description
**   is malformed. It must not raise. The object may have been collected before,
**   so *state must hold all data that release needs.
*/
typedef struct mview_exporter {
  int version; /* MVIEW_API_VERSION */
  void (*acquire)(lua_State *L, int idx, mview_buffer *buf, void **state);
  void (*release)(void *state);
  void *reserved[2]; /* NULL */
} mview_exporter;

#define MVIEW_EXPORTER_KEY "mview.exporter.1"

/*
** Sets __buffer of the metatable at index idx to a userdata that points to
** exporter. Works without mview, and before it is loaded.
** Stack: 0; five slots must be free. Errors: too little memory.
*/
static inline void mview_setexporter(lua_State *L, int idx,
                                     const mview_exporter *exporter) {
  const mview_exporter **place;
  idx = lua_absindex(L, idx);
  place = MVIEW_CAST(const mview_exporter **,
                     lua_newuserdatauv(L, sizeof exporter, 0));
  *place = exporter;
  if (lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_EXPORTER_KEY) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, MVIEW_EXPORTER_KEY);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0); /* hides it from scripts */
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_EXPORTER_KEY);
  }
  lua_setmetatable(L, -2);
  lua_pushliteral(L, "__buffer");
  lua_insert(L, -2);
  lua_rawset(L, idx);
}

/*
** Returns the API table, which is static in the library: from the registry, or
** else by require "mview". It stays valid as long as the state; but if require
** loaded the library, the end of lua_close unloads it, before the finalizers of
** objects that are older than the library package (of luaL_openlibs).
** Stack: 0; three slots must be free.
** Errors: mview is not found; there is no require to load it; it lacks members
** that this module needs (MVIEW_API_NEEDS); the errors of require.
*/
static inline const mview_api *mview_import(lua_State *L) {
  const mview_api *api;
  if (lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY) == LUA_TNIL) {
    if (lua_getglobal(L, "require") == LUA_TFUNCTION) {
      lua_pushliteral(L, "mview");
      lua_call(L, 1, 0);
      lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
    }
    lua_replace(L, -2);
  }
  api = MVIEW_CAST(const mview_api *, lua_touserdata(L, -1));
  lua_pop(L, 1);
  if (api == NULL) {
    lua_pushliteral(L, "mview is not loaded, and require 'mview' did not load "
                       "it or is not there");
    lua_error(L);
  } else if (api->version != MVIEW_API_VERSION) {
    lua_pushfstring(L, "mview has C API version %d, version %d is needed",
                    api->version, MVIEW_API_VERSION);
    lua_error(L);
  } else if (api->size < offsetof(mview_api, MVIEW_API_NEEDS) +
                             sizeof api->MVIEW_API_NEEDS) {
    lua_pushliteral(L, "mview is older than the mview.h of this module");
    lua_error(L);
  }
  return api;
}

/* Raises as luaL_argerror does, but without the auxiliary library. */
static inline void mview_argerror(lua_State *L, int arg, const char *expected) {
  lua_Debug where, self;
  const char *got = lua_typename(L, lua_type(L, arg)), *name = NULL;
  if (lua_getstack(L, 0, &self) && lua_getinfo(L, "n", &self)) {
    name = self.name;
    if (name != NULL &&
        self.namewhat[0] == 'm') /* a method: not counting self */
      arg--;
  }
  if (lua_getstack(L, 1, &where) && lua_getinfo(L, "Sl", &where) &&
      where.currentline > 0)
    lua_pushfstring(L, "%s:%d: ", where.short_src, where.currentline);
  else
    lua_pushliteral(L, "");
  lua_pushfstring(L, "bad argument #%d to '%s' (%s expected, got %s)", arg,
                  name != NULL ? name : "?", expected, got);
  lua_concat(L, 2);
  lua_error(L);
}

/*
** A luaL_checklstring that takes all bytes-likes: returns the bytes of argument
** arg and sets *len (if len is not NULL) to their number. Strings and numbers
** work as in luaL_checklstring, with a zero behind the bytes, whether mview was
** loaded or not. Other bytes-likes are peeked at: there is no zero, and the
** pointer is valid until the next call that can allocate or run Lua.
** Stack: 0; five slots must be free.
** Errors: "bad argument"; as peek.
*/
static inline const char *mview_checklstring(lua_State *L, int arg,
                                             size_t *len) {
  const mview_api *api;
  mview_buffer buf;
  if (lua_isstring(L, arg))
    return lua_tolstring(L, arg, len);
  lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  api = MVIEW_CAST(const mview_api *, lua_touserdata(L, -1));
  lua_pop(L, 1);
  if (api == NULL || api->size < offsetof(mview_api, peek) + sizeof api->peek) {
    mview_argerror(L, arg, "string");
    return NULL; /* not reached */
  }
  api->peek(L, arg, MVIEW_READ, &buf);
  if (len != NULL)
    *len = buf.nbytes;
  return MVIEW_CAST(const char *, buf.data);
}

/*
** Opens the module: pushes the table that require "mview" gives. For hosts that
** link mview in: luaL_requiref(L, "mview", luaopen_mview, 0), after
** luaL_openlibs: lua_close then ends all loans before it unloads the modules
** that have lent the memory. A state has one mview: if it is opened again, even
** by another copy of the library, the result is the first module.
** Errors: the state is being closed; too little memory.
*/
#ifndef MVIEW_PUBLIC
#define MVIEW_PUBLIC
#endif
MVIEW_PUBLIC int luaopen_mview(lua_State *L);

#ifdef __cplusplus
}
#endif

#endif
