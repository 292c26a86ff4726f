/*
** bytearray.c - the methods of bytearrays, and the functions that make them
** All arguments are prepared first: they are measured, and converted to types
** that can be copied without allocating. Then room is made for them.
*/
#include "bytearray.h"

#include "args.h"
#include "container.h"
#include "file.h"
#include "growth.h"
#include "mv.h"
#include "operand.h"
#include "registry.h"
#include "view.h"

#include <limits.h>
#include <string.h>

/* The self of a method that resizes it. */
static lmv_bytearray *check_resizable(lua_State *L) {
  lmv_checkcontainer(L, 1, LMV_BYTEARRAY);
  return lmv_resizable(L, 1);
}

/* Pushes a new empty bytearray. */
static lmv_bytearray *push_bytearray(lua_State *L) {
  lmv_bytearray *b = lua_newuserdatauv(L, sizeof *b, 1);
  b->lease.generation = 0;
  lmv_lease_start(&b->lease, LMV_BYTEARRAY, NULL, 0);
  b->container = (lmv_container){&b->lease, b->lease.first, LMV_BYTEARRAY};
  b->front = b->capacity = 0;
  lmv_pushcontainermeta(L, LMV_BYTEARRAY);
  lua_setmetatable(L, -2);
  return b;
}

/* ---- appending -----------------------------------------------------------*/

/*
** The value at idx as a byte. The value is argument arg (i is 0), or item i of
** the list at argument arg.
*/
static unsigned char check_byte(lua_State *L, int arg, int idx, size_t i) {
  const char *where = "";
  int isint;
  lua_Integer n = lua_tointegerx(L, idx, &isint);
  bool isnumber = lua_type(L, idx) == LUA_TNUMBER;
  if (isnumber && isint && (lua_Unsigned)n <= UCHAR_MAX)
    return (unsigned char)n;
  if (i > 0)
    where = lua_pushfstring(L, "[%I]: ", (LUAI_UACINT)i);
  if (!isnumber)
    lmv_argerror(L, arg, "%sinteger expected, got %s", where,
                 lmv_typename(L, idx));
  if (!isint)
    lmv_argerror(L, arg, "%snumber has no integer representation", where);
  lmv_argerror(L, arg, "%svalue %I out of range [0, 255]", where,
               (LUAI_UACINT)n);
  return 0; /* not reached */
}

/* Replaces the list of bytes at arg by a string of these bytes. */
static void list_to_string(lua_State *L, int arg) {
  size_t n = lmv_checklist(L, arg);
  luaL_Buffer b;
  char *out = luaL_buffinitsize(L, &b, n);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, arg, (lua_Integer)i + 1);
    out[i] = (char)check_byte(L, arg, lua_gettop(L), i + 1);
    lua_pop(L, 1);
  }
  luaL_pushresultsize(&b, n);
  lua_replace(L, arg);
}

/*
** Converts the argument to a byte, a string or a view, which can be measured
** and copied without allocating. Returns its number of bytes.
*/
static size_t prepare(lua_State *L, int arg) {
  lmv_view *v;
  if (lua_type(L, arg) == LUA_TNUMBER) {
    check_byte(L, arg, arg, 0);
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
  return (size_t)lmv_nbytes(v);
}

/* Copies the bytes of a prepared argument to p; returns their number. */
static size_t copy_prepared(lua_State *L, int arg, unsigned char *p) {
  lmv_operand operand;
  if (lua_type(L, arg) == LUA_TNUMBER) {
    *p = check_byte(L, arg, arg, 0);
    return 1;
  }
  lmv_optoperand(L, arg, &operand);
  mv_gather(p, lmv_operandbase(L, &operand), &operand.lay, 'C');
  return (size_t)mv_layout_nbytes(&operand.lay);
}

/* Appends the arguments first to last to the bytearray at idx. */
static void append(lua_State *L, int idx, int first, int last) {
  lmv_bytearray *b;
  size_t total = 0, at;
  unsigned before;
  for (int arg = first; arg <= last; arg++) {
    size_t n = prepare(L, arg);
    if (n > LMV_MAXBYTES - total)
      luaL_error(L, "bytearray too large");
    total += n;
  }
  b = lmv_makeroom(L, idx, total);
  at = b->lease.size;
  before = LMV_LOSSES();
  for (int arg = first; arg <= last; arg++)
    at += copy_prepared(L, arg, b->lease.base + at);
  lmv_checklosses(L, before);
  lmv_setsize(b, at);
}

/*
** Appends a string or byte at 2 if that is simple; false: another value, no room,
** or a bytearray that is not known by the address of its metatable or cannot be
** resized. Leaves up to one value on the stack.
*/
static bool append_quickly(lua_State *L) {
  lmv_bytearray *b = lua_touserdata(L, 1);
  int type = lua_type(L, 2);
  const char *s = NULL;
  size_t n = 1;
  if (b == NULL || !lua_getmetatable(L, 1) ||
      lua_topointer(L, -1) != lmv_sole(LMV_SOLEBYTEARRAY) || !b->lease.alive)
    return false;
  if (type == LUA_TSTRING)
    s = lua_tolstring(L, 2, &n);
  else if (type != LUA_TNUMBER)
    return false;
  if (!lmv_hasroom(b, n))
    return false;
  if (s != NULL)
    memcpy(b->lease.base + b->lease.size, s, n);
  else
    b->lease.base[b->lease.size] = check_byte(L, 2, 2, 0);
  b->lease.size += n;
  return true;
}

/* ---- inserting -----------------------------------------------------------*/

/* Replaces a prepared argument by a copy if it shares the memory of the
** bytearray at idx, or if its memory can be lost while it is read. */
static void set_apart(lua_State *L, int arg, int idx) {
  const lmv_bytearray *b = lua_touserdata(L, idx);
  const lmv_view *v = lua_touserdata(L, arg);
  unsigned before = LMV_LOSSES();
  lmv_operand operand;
  if (v == NULL || (v->lease != &b->lease && v->lease->source != LMV_MAP))
    return;
  lmv_optoperand(L, arg, &operand);
  lmv_pushbytes(L, &operand, 'C');
  lmv_checklosses(L, before);
  lua_replace(L, arg);
}

/* The end of a range whose last byte is at position j; 0: an empty range. */
static size_t check_end(lua_State *L, int arg, lua_Integer j, size_t size) {
  lua_Unsigned end = j < 0 ? (lua_Unsigned)j + size + 1 : (lua_Unsigned)j;
  if (end > size)
    lmv_argerror(L, arg, "position %I out of range [0, %I]", (LUAI_UACINT)j,
                 (LUAI_UACINT)size);
  return (size_t)end;
}

/* b:insert(i, bytes): before byte i, or at the end; returns b. */
LMV_TOUCHES(bytearray_insert) {
  lmv_bytearray *b = check_resizable(L);
  size_t n, at;
  lmv_checkposition(L, 2, b->lease.size + 1, b->lease.size);
  n = prepare(L, 3);
  lua_settop(L, 3);
  set_apart(L, 3, 1);
  b = lmv_makeroom(L, 1, n);
  at = lmv_checkposition(L, 2, b->lease.size + 1, b->lease.size);
  if (lua_type(L, 3) == LUA_TUSERDATA)
    lmv_checklive(L, lua_touserdata(L, 3)); /* before bytes are moved */
  if (n > 0) {
    if (at < b->lease.size)
      lmv_lease_expire(&b->lease, "bytearray was cut");
    copy_prepared(L, 3, lmv_opengap(b, at, n));
  }
  return lmv_pushself(L);
}

/* ---- reading files -------------------------------------------------------*/

/*
** The bytes that one call of read requests, if the file's size is unknown. A
** smaller number costs more calls; a larger one costs room that may stay
** unused.
*/
enum { LEAST = 1 << 16, MOST = 1 << 20 };

/* The number of bytes to read next, at most limit. */
static size_t next_piece(const lmv_bytearray *b, size_t limit, bool limited) {
  size_t n = limit, room = lmv_room(b);
  if (!limited)
    n = room > LEAST ? room : LEAST;
  return n < MOST ? n : MOST;
}

/*
** b:appendfrom(file | fd | object [, n]): appends up to n bytes of a file, by
** default all bytes up to its end. The results are those of readfrom.
*/
static int bytearray_appendfrom(lua_State *L) {
  lmv_bytearray *b;
  bool limited = !lua_isnoneornil(L, 3), more = true;
  size_t limit = LMV_MAXBYTES, done = 0;
  lmv_input in;
  lmv_reading last = {0, 0, false};
  check_resizable(L);
  if (limited)
    limit = (size_t)lmv_checksize(L, 3);
  in = lmv_checkinput(L, limit);
  lua_settop(L, 3);
  b = lmv_resizable(L, 1);
  while (more && done < limit) {
    size_t n = next_piece(b, limit - done, limited);
    b = lmv_makeroom(L, 1, n);
    last = lmv_readinput(L, &in, b->lease.base + b->lease.size, n);
    lmv_setsize(b, b->lease.size + last.n);
    done += last.n;
    more =
        last.err == 0 && last.n > 0 && (last.partial ? !limited : last.n == n);
  }
  return lmv_pushtransfer(L, done, last.err);
}

/* ---- methods -------------------------------------------------------------*/

/* b:append(...): bytes-likes, lists of bytes, and bytes; returns b. */
LMV_TOUCHES(bytearray_append) {
  int top = lua_gettop(L);
  if (top != 2 || !append_quickly(L)) {
    lua_settop(L, top);
    check_resizable(L);
    append(L, 1, 2, top);
  }
  return lmv_pushself(L);
}

/* b:resize(n): new bytes are zero; shrinking ends all views; returns b. */
static int bytearray_resize(lua_State *L) {
  check_resizable(L);
  lmv_resize(L, 1, (size_t)lmv_checksize(L, 2));
  return lmv_pushself(L);
}

/* b:reserve(n): room for n bytes in all, the size stays; returns b. */
static int bytearray_reserve(lua_State *L) {
  check_resizable(L);
  lmv_reserve(L, 1, (size_t)lmv_checksize(L, 2));
  return lmv_pushself(L);
}

/*
** b:remove(i [, j]): removes bytes i to j, by default byte i; returns b.
*/
static int bytearray_remove(lua_State *L) {
  const lmv_bytearray *b = check_resizable(L);
  lua_Integer i = lmv_checkinteger(L, 2), j = lmv_optinteger(L, 3, i);
  size_t size = b->lease.size, at, end;
  if (lua_isnoneornil(L, 3)) {
    at = lmv_checkposition(L, 2, size, size);
    end = at + 1;
  } else {
    at = lmv_checkposition(L, 2, size + 1, size);
    end = check_end(L, 3, j, size);
  }
  lmv_cut(L, 1, at, end > at ? end - at : 0);
  return lmv_pushself(L);
}

/* b:clear(): removes all bytes and the block; ends all views; returns b. */
static int bytearray_clear(lua_State *L) {
  lmv_bytearray *b = check_resizable(L);
  if (b->lease.size > 0)
    lmv_lease_expire(&b->lease, "bytearray shrank");
  lmv_dropblock(L, 1);
  return lmv_pushself(L);
}

/* b:release(), also __close: ends the bytes and all views, once. */
static int bytearray_release(lua_State *L) {
  lmv_bytearray *b = (lmv_bytearray *)lmv_checkcontainer(L, 1, LMV_BYTEARRAY);
  lmv_lease_checkpins(L, &b->lease, "bytearray");
  lmv_dropblock(L, 1);
  lmv_lease_kill(&b->lease);
  return 0;
}

/* b:view(): a view of all bytes. */
static int bytearray_view(lua_State *L) {
  return lmv_container_view(L, LMV_BYTEARRAY);
}

/* ---- metamethods: only the virtual machine calls them, with their object -*/

/* __tostring: its bytes. */
static int bytearray_tostring(lua_State *L) {
  const lmv_bytearray *b = lmv_livebytearray(L, 1);
  lua_pushlstring(L, (const char *)b->lease.base, b->lease.size);
  return 1;
}

static const luaL_Reg methods[] = {
    {"append", bytearray_append}, {"appendfrom", bytearray_appendfrom},
    {"insert", bytearray_insert}, {"remove", bytearray_remove},
    {"resize", bytearray_resize}, {"reserve", bytearray_reserve},
    {"clear", bytearray_clear},   {"release", bytearray_release},
    {"view", bytearray_view},     {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__tostring", bytearray_tostring},
                                       {"__close", bytearray_release},
                                       {NULL, NULL}};

void lmv_open_bytearray(lua_State *L) {
  lmv_newcontainermeta(L, LMV_BYTEARRAY, "mview.bytearray", methods,
                       metamethods);
}

lmv_lease *lmv_pushbytearray(lua_State *L, size_t n) {
  lmv_bytearray *b = push_bytearray(L);
  lmv_resize(L, lua_gettop(L), n);
  return &b->lease;
}

lmv_lease *lmv_pushunset(lua_State *L, size_t n) {
  lmv_bytearray *b;
  push_bytearray(L);
  b = lmv_makeroom(L, lua_gettop(L), n);
  lmv_setsize(b, n);
  return &b->lease;
}

/* ---- module functions ----------------------------------------------------*/

/*
** mview.bytearray([n | bytes-like | list of bytes]): n zero bytes, or a copy of
** the bytes.
*/
LMV_TOUCHES(make_bytearray) {
  lua_settop(L, 1);
  push_bytearray(L);
  if (lua_type(L, 1) == LUA_TNUMBER)
    lmv_resize(L, 2, (size_t)lmv_checksize(L, 1));
  else if (!lua_isnil(L, 1))
    append(L, 2, 1, 1);
  lua_settop(L, 2);
  return 1;
}

/* mview.fromhex(s): a byte for each pair of hexadecimal digits. */
static int fromhex(lua_State *L) {
  size_t len, n, bad;
  const char *s = lmv_checkstring(L, 1, &len);
  lmv_lease *lease;
  lua_settop(L, 1);
  lease = lmv_pushunset(L, len / 2); /* fewer bytes with white space */
  n = mv_unhex(lease->base, s, len, &bad);
  if (bad == len)
    lmv_argerror(L, 1, "hexadecimal digit missing at the end");
  if (bad != SIZE_MAX) {
    lua_pushlstring(L, s + bad, 1);
    lmv_argerror(L, 1, "hexadecimal digit expected at position %I, got '%s'",
                 (LUAI_UACINT)bad + 1, lmv_pushescaped(L, -1));
  }
  lmv_resize(L, 2, n);
  return 1;
}

const luaL_Reg lmv_bytearray_functions[] = {
    {"bytearray", make_bytearray}, {"fromhex", fromhex}, {NULL, NULL}};
