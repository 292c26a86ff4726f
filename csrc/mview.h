/*
** mview.h - memory views for Lua 5.4, the C API
**
** For hosts that lend memory to scripts and for C modules that read or write
** whatever bytes a script passes. There is nothing to link against: one
** versioned table of functions is fetched at run time by mview_import.
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
#include <lauxlib.h>
#include <lua.h>
#ifdef __cplusplus
}
#endif
#else
#include <lauxlib.h>
#endif

#if LUA_VERSION_NUM < 504
#error "mview needs Lua 5.4 or newer"
#endif

#define MVIEW_VERSION "1.0.0"

/* Version of the API table: another number means other shapes or meanings. */
#define MVIEW_API_VERSION 1
#define MVIEW_API_KEY "mview.api"

#ifdef __cplusplus
extern "C" {
#endif

/*
** Memory and how to walk it. Borrowing fills all of it; lending reads it.
*/
typedef struct mview_buffer {
  void *data;         /* the item at index 1,1,...: not always the lowest address */
  size_t nbytes;      /* product(shape) * itemsize */
  const char *format; /* PEP 3118; NULL when lending: "B" */
  size_t itemsize;    /* 0 when lending: from format */
  int readonly, ndim; /* ndim 0 with shape NULL when lending: nbytes plain
                         bytes, 1-D */
  const ptrdiff_t *shape, *strides, *suboffsets; /* ndim each; NULL: C order;
                                                    NULL: none */
} mview_buffer;

/* What the borrower can cope with; flags are or-ed. */
#define MVIEW_READ 0     /* contiguous, reading */
#define MVIEW_WRITE 1    /* ... and writing */
#define MVIEW_STRIDES 2  /* the caller follows strides */
#define MVIEW_INDIRECT 6 /* ... and suboffsets */

typedef uint64_t mview_loan; /* never reused; 0 is none */
typedef void (*mview_done)(void *ud);

/*
** The functions. All take a state in which mview was opened, need a few free
** stack slots (they call luaL_checkstack themselves) and may raise Lua errors,
** except where noted.
*/
typedef struct mview_api {
  int version; /* MVIEW_API_VERSION of the library */
  size_t size; /* sizeof(mview_api) of the library: new entries go at the end */

  /*
  ** Borrows the memory of the bytes-like value (string, bytearray, map, view,
  ** foreign exporter) at stack index idx: fills *buf and pushes a pin, a
  ** to-be-closed value (so the stack must be used as lua_toclose demands).
  ** What buf points to stays valid until the pin is closed: by unborrow, by
  ** lua_settop/lua_pop below it, by an error, by the return of the calling C
  ** function, or by the close of its coroutine. While it is out, resize, close
  ** and release of the memory are refused. A view that is revoked meanwhile
  ** keeps its memory until the pin is closed.
  ** Without MVIEW_STRIDES the memory is C-contiguous; without MVIEW_INDIRECT
  ** buf->suboffsets is NULL. Raises "bad argument #idx" where the value is not
  ** bytes-like, dead, read-only (MVIEW_WRITE), or not contiguous.
  ** Stack: +1. Never yields.
  */
  void (*borrow)(lua_State *L, int idx, int flags, mview_buffer *buf);

  /*
  ** Ends the pin at stack index pin early. The slot stays in place (closing it
  ** again later does nothing). Raises if the value there is not a pin.
  */
  void (*unborrow)(lua_State *L, int pin);

  /*
  ** Lends host memory: pushes a view of it and returns its loan. The memory
  ** must stay until done(ud) is called, which happens exactly once: when the
  ** loan is revoked and the last pin is gone, when the collector takes the last
  ** view, at lua_close, and also when lend itself raises (malformed format or
  ** geometry, no memory). done may be NULL; it must not raise; it may call
  ** revoke. The arrays and the format of *buf are copied; data is not.
  ** Stack: +1.
  */
  mview_loan (*lend)(lua_State *L, const mview_buffer *buf, mview_done done,
                     void *ud);

  /*
  ** Takes lent memory back: on return every view and slice of it is dead (any
  ** access raises "attempt to use a view of revoked memory"). Returns the
  ** number of pins still out: 0 means that done has run; otherwise it runs at
  ** the last unpin, and the memory must stay until then. A loan that is over:
  ** 0, and nothing happens. Never raises. Stack: 0.
  */
  int (*revoke)(lua_State *L, mview_loan loan);
} mview_api;

/*
** For userdata that offers its own memory: a light userdata that points to
** such a struct (static, it must outlive the state) under "__buffer" in the
** metatable. A Lua function there, function(obj) return bytes_like end, is the
** alternative.
** acquire: fills *buf for the object at stack index idx (as for lend: buf comes
**   zeroed; what it points to must stay until release) and *state with
**   anything. May raise, then release is not called. Leaves the stack as is.
** release: called exactly once per successful acquire, when every view was
**   released or collected, or at lua_close. May be NULL. Must not raise.
*/
typedef struct mview_exporter {
  int version; /* MVIEW_API_VERSION */
  void (*acquire)(lua_State *L, int idx, mview_buffer *buf, void **state);
  void (*release)(void *state);
} mview_exporter;

/*
** Returns the API table: from the registry, else through require "mview".
** Raises where mview is not to be found or has another API version.
*/
static inline const mview_api *mview_import(lua_State *L) {
  const mview_api *api;
  luaL_checkstack(L, 3, "mview");
  if (lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "mview");
    lua_call(L, 1, 0);
    lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  }
  api = (const mview_api *)lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (api == NULL || api->version != MVIEW_API_VERSION) {
    luaL_error(L, "mview: C API version %d needed, version %d found",
               MVIEW_API_VERSION, api == NULL ? 0 : api->version);
  }
  return api;
}

/*
** Opens the module: pushes the table that require "mview" gives. For hosts that
** link mview in: luaL_requiref(L, "mview", luaopen_mview, 0).
*/
#ifndef MVIEW_PUBLIC
#define MVIEW_PUBLIC
#endif
MVIEW_PUBLIC int luaopen_mview(lua_State *L);

#ifdef __cplusplus
}
#endif

#endif
