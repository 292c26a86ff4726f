/*
** mview.h - memory views for Lua 5.4, the C API
**
** For hosts that lend memory to scripts and for C modules that read or write
** whatever bytes a script passes. There is nothing to link against: one
** versioned table of functions is fetched at run time by mview_import.
**
**   lend    host memory  -> a view in Lua      revoke    ends it for all views
**   borrow  any bytes    -> data, shape, ...   unborrow  ends it (or an error,
**                                                        a return, a close)
**
** Shapes, strides and suboffsets follow PEP 3118 (Python's buffer protocol):
** the item at (i, j, ...), counted from 0, lies at
**     data + i * strides[0] + j * strides[1] + ...
** and, where suboffsets[k] >= 0, the address that was reached after adding
** i_k * strides[k] holds a pointer to follow, to which suboffsets[k] is added.
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

/* Version of the API table: another number means other shapes or meanings. */
#define MVIEW_API_VERSION 1
#define MVIEW_API_KEY "mview.api.1" /* with it, so that 1 and 2 can coexist */

/* A cast that compilers of C++ do not call an old one. */
#ifdef __cplusplus
#define MVIEW_CAST(type, value) static_cast<type>(value)
#else
#define MVIEW_CAST(type, value) ((type)(value))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
** Memory and how to walk it. borrow fills all of it; lend and acquire (below)
** read it, and there zero or NULL stands for the usual. Where nbytes is 0 there
** is nothing to read, not even pointers to follow.
*/
typedef struct mview_buffer {
  /* the item at index 1,1,...: not always the lowest address; NULL only where
  ** there are no items */
  void *data;
  /* product(shape) * itemsize; 0 when lending: as the shape says */
  size_t nbytes;
  /* PEP 3118; NULL when lending: "B" */
  const char *format;
  /* of one item, a record may end in padding; 0 when lending: as the format
  ** says */
  size_t itemsize;
  int readonly;
  /* 0 to 64; 0 with shape NULL when lending: nbytes bytes of items, 1-D */
  int ndim;
  /* ndim numbers each; NULL when lending: C order; NULL: none */
  const ptrdiff_t *shape, *strides, *suboffsets;
  /* NULL */
  void *reserved[2];
} mview_buffer;

/* What the borrower can cope with; MVIEW_WRITE may be or-ed to the others. */
#define MVIEW_READ 0     /* contiguous, reading */
#define MVIEW_WRITE 1    /* ... and writing */
#define MVIEW_STRIDES 2  /* the caller follows strides */
#define MVIEW_INDIRECT 6 /* ... and suboffsets */

/* What isbytes says of a value that is bytes-like. */
#define MVIEW_PEEKABLE 1   /* it can be peeked and borrowed */
#define MVIEW_BORROWABLE 2 /* it can be borrowed: its code runs for that */

typedef uint64_t mview_loan; /* never reused in its state; 0 is none */
typedef void (*mview_done)(void *ud);

/*
** The functions. Each takes a state in which mview was opened, in any of its
** coroutines, and may be called from C functions and from outside of any. They do
** not yield. All but revoke ask for the stack slots that they need.
*/
typedef struct mview_api {
  int version; /* MVIEW_API_VERSION of the library */
  size_t size; /* sizeof(mview_api) of the library: new entries go at the end */

  /*
  ** Borrows the memory of the bytes-like value (string, bytearray, map, view,
  ** object with __buffer) at stack index idx: fills *buf and pushes a pin, a
  ** to-be-closed value (so the stack must be used as lua_toclose demands).
  ** Ownership: nothing is the caller's to free. All that *buf points to stays
  **   valid until the pin is closed: by unborrow, by lua_settop or lua_pop
  **   below it, by an error, by the return of the calling C function, or by
  **   the close of its coroutine. While it is out, resize, close and release
  **   of the memory are refused, and memory that is revoked stays.
  ** flags: without MVIEW_STRIDES the memory is C-contiguous, without
  **   MVIEW_INDIRECT it has no suboffsets; buf->shape and buf->strides are
  **   there in any case. Without MVIEW_WRITE it must not be written, whatever
  **   buf->readonly says.
  ** Stack: +1, the pin; of a string, that may be the string itself.
  ** Errors: "bad argument #idx to '...' (memory is read-only)", "(memory is not
  **   contiguous)", "(memory has suboffsets)" where the flags do not allow it;
  **   "(... expected, got ...)" for what is no bytes-like; the error of a dead
  **   view; whatever __buffer raises. Then nothing is pinned.
  */
  void (*borrow)(lua_State *L, int idx, int flags, mview_buffer *buf);

  /*
  ** Ends the pin at stack index pin now: *buf is of no use from here on. The
  ** value stays on the stack; ending it again does nothing.
  ** Stack: 0. Errors: the value is no pin.
  */
  void (*unborrow)(lua_State *L, int pin);

  /*
  ** Lends host memory: pushes a view of it and returns the number of its loan.
  ** Ownership: the memory stays the host's, and must stay where it is until
  **   done(ud) is called. That happens exactly once, for zero bytes too: when
  **   the loan is revoked and its last pin is gone, when the collector takes
  **   the last view, at lua_close, or before lend raises. *buf, its format and
  **   its arrays are copied.
  ** done: may be NULL. It can run wherever Lua collects garbage, so it must not
  **   raise and, of this API, may call revoke alone.
  ** Stack: +1, the view.
  ** Errors: a malformed format, "malformed buffer: ..." for a geometry that
  **   cannot be, no memory.
  */
  mview_loan (*lend)(lua_State *L, const mview_buffer *buf, mview_done done,
                     void *ud);

  /*
  ** Takes lent memory back: on return every view and slice of it is dead, any
  ** access raises "attempt to use a view of revoked memory". Returns the number
  ** of pins that are still out: 0 means that done has run; otherwise it runs at
  ** the last unpin, and the memory must stay until then. If the number is not
  ** that of an open loan, it returns 0 and does nothing.
  ** Stack: 0, but one slot must be free, as for lua_push functions.
  ** Errors: none; it may be called where nothing may raise, in destructors say.
  */
  int (*revoke)(lua_State *L, mview_loan loan);

  /*
  ** Whether the value at idx is a bytes-like: 0 (it is not, numbers are not),
  ** MVIEW_PEEKABLE (string, view, bytearray, map, shared block; dead ones, too:
  ** it asks for the type) or MVIEW_BORROWABLE (an object with __buffer).
  ** Stack: 0. Errors: none; runs no code of scripts and allocates nothing.
  */
  int (*isbytes)(lua_State *L, int idx);

  /*
  ** As borrow, but for use at once: *buf is valid until the next call that can
  ** allocate or run Lua, as whatever runs then may end the memory. Shape and
  ** strides point into the view, or into *buf. The value must stay on the
  ** stack.
  ** Stack: 0. Errors: as borrow; "(an object with __buffer must be borrowed)".
  */
  void (*peek)(lua_State *L, int idx, int flags, mview_buffer *buf);

  /*
  ** Pushes a new bytearray of n zero bytes and returns where they are, to be
  ** filled at once: valid like what peek gives. The collector knows its size.
  ** Stack: +1. Errors: no memory.
  */
  void *(*newbytes)(lua_State *L, size_t n);

  /*
  ** Pushes mview(value): a view of the bytes-like at idx, a new one even if
  ** that is a view. Stack: +1. Errors: as borrow.
  */
  void (*push)(lua_State *L, int idx);
} mview_api;

/*
** The last entry that the module uses. One that needs less than this header
** declares can define it so before it includes it (as revoke, say), and then
** works with older libraries that have that much.
*/
#ifndef MVIEW_API_NEEDS
#define MVIEW_API_NEEDS push
#endif

/*
** For userdata that offers its own memory. mview_setexporter puts such a struct
** (static: it must outlive the state) into the field "__buffer" of the userdata's
** metatable. A light userdata in that field is refused, as scripts can put one
** there. The alternative, also for tables, is a function in that field:
** function(obj) return bytes_like end. An object is acquired once for all views
** that are derived from each other, and again for each mview(obj) or borrow.
**
** acquire: describes the memory of the object at stack index idx, as for lend:
**   *buf comes zeroed. The memory must stay until release. Format and arrays
**   are copied only when acquire has returned, so they must not be its locals;
**   they may lie in what it leaves on the stack. *state may be set, for
**   release. Check the object as any argument: scripts may reach the
**   metatable.
**   Stack: what it pushes is popped; LUA_MINSTACK slots are free. A string that
**   it borrows and leaves there is kept. Any other borrow would end then, and
**   is refused: an object that shares the memory of another bytes-like has a
**   function as __buffer.
**   Errors: as it likes, and then release is not called.
** release: takes the memory back; NULL: nothing to do. Called exactly once for
**   each acquire that returned: when all views and pins were released, when
**   the collector took the last of them, or at lua_close; also where the
**   description turned out malformed. It must not raise. The object is still
**   there only if something else holds it: what it needs belongs into *state.
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
** exporter. mview need not be there, nor be loaded ever.
** Stack: 0; five slots must be free. Errors: no memory.
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
    lua_pushboolean(L, 0); /* scripts cannot have it */
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
** Returns the API table, static in the library: from the registry, else through
** require "mview". May be kept as long as the state.
** Stack: 0; three slots must be free.
** Errors: there is no mview, or no require to load it; it lacks entries that
** this module needs (MVIEW_API_NEEDS). What require raises.
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

/* Raises as luaL_argerror, which this header must do without. */
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
** luaL_checklstring that takes all bytes-likes: returns the bytes of argument
** arg and sets *len (if len is not NULL) to their number. Of strings and
** numbers it is the same, with a zero behind the bytes, whether mview was
** loaded or not; of others it is a peek: there is no zero, and the pointer is
** valid until the next call that can allocate or run Lua.
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
** link mview in: luaL_requiref(L, "mview", luaopen_mview, 0). A state has one
** mview: opened again, also by another copy of the library, it is the same.
*/
#ifndef MVIEW_PUBLIC
#define MVIEW_PUBLIC
#endif
MVIEW_PUBLIC int luaopen_mview(lua_State *L);

#ifdef __cplusplus
}
#endif

#endif
