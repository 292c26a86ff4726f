/*
** bytearray.c - growable bytes
** A bytearray is its own lease; user value 1 is the block with the bytes, a
** userdata, so that the collector sees its size. Growing moves to a new block
** and moves the views along with it; shrinking ends the views that exist. Both
** are refused under a pin.
** A block is allocated before anything is looked at that a finalizer may have
** changed meanwhile, and the new length is set last: what fails changes
** nothing.
*/
#include "bytearray.h"

#include "args.h"
#include "container.h"
#include "formats.h"
#include "mv.h"
#include "numstack.h"
#include "operand.h"
#include "registry.h"
#include "store.h"
#include "value.h"
#include "view.h"

#if defined(__SANITIZE_ADDRESS__)
#define LMV_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LMV_ASAN 1
#endif
#endif
#ifdef LMV_ASAN /* the room behind the last byte is out of bounds, too */
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

typedef struct bytearray {
  lmv_lease lease;
  size_t capacity; /* of the block */
} bytearray;

#define MAXSIZE ((size_t)PTRDIFF_MAX)

/* Sets base and size, with the capacity as it is. */
static void set_size(bytearray *b, unsigned char *base, size_t size) {
  UNPOISON(base, b->capacity);
  lmv_lease_move(&b->lease, b->capacity > 0 ? base : NULL, size);
  POISON(base + size, b->capacity - size);
}

/* The bytearray that is at idx; raises when it is dead. */
static bytearray *get(lua_State *L, int idx) {
  bytearray *b = lua_touserdata(L, idx);
  if (!b->lease.alive)
    luaL_error(L, "attempt to use a released bytearray");
  return b;
}

/* The same, to be resized. */
static bytearray *get_free(lua_State *L, int idx) {
  bytearray *b = get(L, idx);
  lmv_lease_checkpins(L, &b->lease, "bytearray");
  return b;
}

/* The same of an argument, which may be anything. */
static bytearray *check_free(lua_State *L, int arg) {
  lmv_checkowner(L, arg, LMV_BYTEARRAY);
  return get_free(L, arg);
}

/* Pushes a new empty bytearray. */
static bytearray *push_bytearray(lua_State *L) {
  bytearray *b = lua_newuserdatauv(L, sizeof *b, 1);
  lmv_lease_init(&b->lease, LMV_BYTEARRAY, NULL, 0);
  b->capacity = 0;
  lmv_pushownermeta(L, LMV_BYTEARRAY);
  lua_setmetatable(L, -2);
  return b;
}

/*
** Gives the bytearray at index idx room for n bytes. Its size and bytes stay,
** its base may move.
*/
static bytearray *reserve(lua_State *L, int idx, size_t n) {
  bytearray *b = get_free(L, idx);
  unsigned char *block;
  if (n <= b->capacity)
    return b;
  if (n > MAXSIZE)
    luaL_error(L, "bytearray too large");
  block = lua_newuserdatauv(L, n, 0);
  b = get_free(L, idx);   /* finalizers may have done anything to it: */
  if (n <= b->capacity) { /* filled it with more than the block takes, say */
    lua_pop(L, 1);
    return b;
  }
  if (b->lease.size > 0)
    memcpy(block, b->lease.base, b->lease.size);
  UNPOISON(b->lease.base, b->capacity);
  b->capacity = n;
  set_size(b, block, b->lease.size);
  lua_setiuservalue(L, idx, 1);
  return b;
}

/* The capacity to ask for when size bytes are wanted: doubling is linear. */
static size_t roomy(const bytearray *b, size_t size) {
  size_t twice = b->capacity > MAXSIZE / 2 ? MAXSIZE : b->capacity * 2;
  return size <= b->capacity || size > twice ? size : twice;
}

/* Sets the size to n; new bytes are zero. */
static void resize(lua_State *L, int idx, size_t n) {
  bytearray *b = get_free(L, idx);
  size_t old;
  if (n > b->capacity)
    b = reserve(L, idx, roomy(b, n));
  old = b->lease.size;
  if (n < old)
    lmv_lease_expire(&b->lease, "bytearray shrank");
  set_size(b, b->lease.base, n);
  if (n > old)
    memset(b->lease.base + old, 0, n - old);
}

/* ---- appending -----------------------------------------------------------*/

/* The byte that the number at idx is; floats of integer value are integers. */
static unsigned char check_byte(lua_State *L, int arg, int idx) {
  int isint;
  lua_Integer i = lua_tointegerx(L, idx, &isint);
  if (!isint)
    lmv_argerror(L, arg, "number has no integer representation");
  if ((lua_Unsigned)i > UCHAR_MAX)
    lmv_argerror(L, arg, "value %I out of range [0, 255]", (LUAI_UACINT)i);
  return (unsigned char)i;
}

/* Replaces the list of bytes at arg by a string of them. */
static void list_to_string(lua_State *L, int arg) {
  size_t n = (size_t)lua_rawlen(L, arg);
  luaL_Buffer b;
  char *out = luaL_buffinitsize(L, &b, n);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, arg, (lua_Integer)i + 1);
    if (lua_type(L, -1) != LUA_TNUMBER)
      lmv_argerror(L, arg, "integer expected at position %I, got %s",
                   (LUAI_UACINT)i + 1, lmv_typename(L, -1));
    out[i] = (char)check_byte(L, arg, lua_gettop(L));
    lua_pop(L, 1);
  }
  luaL_pushresultsize(&b, n);
  lua_replace(L, arg);
}

/*
** Makes the argument one that can be measured and copied without allocating:
** a byte, a string, or a view. Returns its bytes.
*/
static size_t prepare(lua_State *L, int arg) {
  mv_layout lay;
  lmv_view *v;
  if (lua_type(L, arg) == LUA_TNUMBER) {
    check_byte(L, arg, arg);
    return 1;
  }
  if (lua_type(L, arg) == LUA_TSTRING)
    return (size_t)lua_rawlen(L, arg);
  v = lmv_pushview(L, arg, LMV_META);
  if (v == NULL) {
    if (lua_type(L, arg) != LUA_TTABLE)
      lmv_typeerror(L, arg, "bytes-like, list of bytes or integer");
    list_to_string(L, arg);
    return (size_t)lua_rawlen(L, arg);
  }
  lua_replace(L, arg);
  lmv_layout(v, &lay);
  return (size_t)mv_layout_nbytes(&lay);
}

/* Copies the bytes of a prepared argument to p; returns how many. */
static size_t copy_prepared(lua_State *L, int arg, unsigned char *p) {
  lmv_span span;
  if (lua_type(L, arg) == LUA_TNUMBER) {
    *p = check_byte(L, arg, arg);
    return 1;
  }
  lmv_optspan(L, arg, &span);
  mv_gather(p, lmv_spanbase(L, &span), &span.lay, 'C');
  return (size_t)mv_layout_nbytes(&span.lay);
}

/* Appends the arguments first to last to the bytearray at idx. */
static void append(lua_State *L, int idx, int first, int last) {
  bytearray *b;
  size_t total = 0, at;
  for (int arg = first; arg <= last; arg++) {
    size_t n = prepare(L, arg);
    if (n > MAXSIZE - total)
      luaL_error(L, "bytearray too large");
    total += n;
  }
  b = get_free(L, idx);
  if (total > MAXSIZE - b->lease.size)
    luaL_error(L, "bytearray too large");
  while (b->capacity < b->lease.size + total) /* again if finalizers grew it */
    b = reserve(L, idx, roomy(b, b->lease.size + total));
  at = b->lease.size;
  UNPOISON(b->lease.base, b->capacity);
  for (int arg = first; arg <= last; arg++)
    at += copy_prepared(L, arg, b->lease.base + at);
  set_size(b, b->lease.base, at);
}

/* ---- methods -------------------------------------------------------------*/

/* b:append(...): bytes-likes, lists of bytes, and bytes; returns b. */
static int bytearray_append(lua_State *L) {
  check_free(L, 1);
  append(L, 1, 2, lua_gettop(L));
  lua_settop(L, 1);
  return 1;
}

/* b:resize(n): new bytes are zero; shrinking ends all views; returns b. */
static int bytearray_resize(lua_State *L) {
  check_free(L, 1);
  resize(L, 1, (size_t)lmv_checksize(L, 2));
  lua_settop(L, 1);
  return 1;
}

/* b:reserve(n): room for n bytes in all, the size stays; returns b. */
static int bytearray_reserve(lua_State *L) {
  check_free(L, 1);
  reserve(L, 1, (size_t)lmv_checksize(L, 2));
  lua_settop(L, 1);
  return 1;
}

/* Lets go of the block. */
static void drop_block(lua_State *L, bytearray *b) {
  UNPOISON(b->lease.base, b->capacity);
  b->capacity = 0;
  lmv_lease_move(&b->lease, NULL, 0);
  lua_pushnil(L);
  lua_setiuservalue(L, 1, 1);
}

/* b:clear(): no bytes, no block; ends all views; returns b. */
static int bytearray_clear(lua_State *L) {
  bytearray *b = check_free(L, 1);
  if (b->lease.size > 0)
    lmv_lease_expire(&b->lease, "bytearray shrank");
  drop_block(L, b);
  lua_settop(L, 1);
  return 1;
}

/* b:release(), also __close: ends the bytes and all views, once. */
static int bytearray_release(lua_State *L) {
  bytearray *b = (bytearray *)lmv_checkowner(L, 1, LMV_BYTEARRAY);
  lmv_lease_checkpins(L, &b->lease, "bytearray");
  drop_block(L, b);
  lmv_lease_kill(&b->lease);
  return 0;
}

/* b:view(): a view of all bytes. */
static int bytearray_view(lua_State *L) {
  lmv_checkowner(L, 1, LMV_BYTEARRAY);
  get(L, 1);
  lmv_pushowned(L, LMV_META, 1);
  return 1;
}

/* ---- metamethods: only the virtual machine calls them, with their object --*/

/* __index: b[i], a byte; nil out of range; the last upvalue: the methods. */
static int bytearray_index(lua_State *L) {
  const bytearray *b;
  lua_Integer i;
  ptrdiff_t at;
  if (lua_type(L, 2) != LUA_TNUMBER) {
    lua_rawget(L, lua_upvalueindex(LMV_NUP + 1));
    return 1;
  }
  b = get(L, 1);
  at = lmv_tokey(L, 2, &i) ? lmv_wrap((ptrdiff_t)b->lease.size, i) : -1;
  if (at < 0)
    lua_pushnil(L);
  else
    lua_pushinteger(L, b->lease.base[at]);
  return 1;
}

/* __newindex: b[i] = x; raises out of range. */
static int bytearray_newindex(lua_State *L) {
  bytearray *b = get(L, 1);
  lua_Integer i = lmv_checkkey(L, 2);
  unsigned char byte = 0;
  ptrdiff_t at;
  if (!store_quick(L, 3, 1 + MV_U8, &byte))
    lmv_toitem(L, 0, 3, &lmv_byteformat, &byte);
  at = lmv_wrap((ptrdiff_t)b->lease.size, i);
  if (at < 0)
    return lmv_indexerror(L, i, (ptrdiff_t)b->lease.size, 0, 1);
  b->lease.base[at] = byte;
  return 0;
}

static int bytearray_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)get(L, 1)->lease.size);
  return 1;
}

/* __tostring: its bytes. */
static int bytearray_tostring(lua_State *L) {
  const bytearray *b = get(L, 1);
  lua_pushlstring(L, (const char *)b->lease.base, b->lease.size);
  return 1;
}

static const luaL_Reg methods[] = {{"append", bytearray_append},
                                   {"resize", bytearray_resize},
                                   {"reserve", bytearray_reserve},
                                   {"clear", bytearray_clear},
                                   {"release", bytearray_release},
                                   {"view", bytearray_view},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__index", bytearray_index},   {"__newindex", bytearray_newindex},
    {"__len", bytearray_len},       {"__tostring", bytearray_tostring},
    {"__close", bytearray_release}, {NULL, NULL}};

void lmv_open_bytearray(lua_State *L) {
  lmv_newownermeta(L, LMV_BYTEARRAY, "mview.bytearray", methods, metamethods);
}

lmv_lease *lmv_pushbytearray(lua_State *L, size_t n) {
  bytearray *b = push_bytearray(L);
  resize(L, lua_gettop(L), n);
  return &b->lease;
}

/* ---- module functions ----------------------------------------------------*/

/*
** mview.bytearray([n | bytes-like | list of bytes]): n zero bytes, or a copy.
*/
static int make_bytearray(lua_State *L) {
  lua_settop(L, 1);
  push_bytearray(L);
  if (lua_type(L, 1) == LUA_TNUMBER)
    resize(L, 2, (size_t)lmv_checksize(L, 1));
  else if (!lua_isnil(L, 1))
    append(L, 2, 1, 1);
  lua_settop(L, 2);
  return 1;
}

/* mview.fromhex(s): the bytes that pairs of hexadecimal digits name. */
static int fromhex(lua_State *L) {
  size_t len, n, bad;
  const char *s = lmv_checkstring(L, 1, &len);
  lmv_lease *lease;
  lua_settop(L, 1);
  lease = lmv_pushbytearray(L, len / 2); /* fewer if there is white space */
  n = mv_unhex(lease->base, s, len, &bad);
  if (bad == len)
    lmv_argerror(L, 1, "hexadecimal digit missing at the end");
  if (bad != SIZE_MAX) {
    lua_pushlstring(L, s + bad, 1);
    lmv_argerror(L, 1, "hexadecimal digit expected at position %I, got '%s'",
                 (LUAI_UACINT)bad + 1, lua_tostring(L, -1));
  }
  resize(L, 2, n);
  return 1;
}

const luaL_Reg lmv_bytearray_functions[] = {
    {"bytearray", make_bytearray}, {"fromhex", fromhex}, {NULL, NULL}};
