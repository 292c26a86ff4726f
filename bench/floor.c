/*
** floor.c - the rivals in C of the benchmark
** Items behind an __index without checks, the C library's own memory functions
** and read(2): the lower bounds for C functions called by Lua. A block is a
** plain userdata. The functions are unsafe; they show the cost without safety.
*/
#define _GNU_SOURCE /* memmem */

#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static lua_Integer us_of(struct timeval t) {
  return (lua_Integer)t.tv_sec * 1000000 + t.tv_usec;
}

/* Nanoseconds of processor time that this process has used, and its children
** that have ended. */
static int clock_ns(lua_State *L) {
  struct timespec now;
  struct rusage children;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  getrusage(RUSAGE_CHILDREN, &children);
  lua_pushinteger(
      L, (lua_Integer)now.tv_sec * 1000000000 + now.tv_nsec +
             1000 * (us_of(children.ru_utime) + us_of(children.ru_stime)));
  return 1;
}

static uint32_t next_random(uint32_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/*
** random(n [, alphabet]): the same n bytes on each call, drawn from the
** alphabet. The default is printable, so the bytes make finite floats, and
** integers above the small ones that CPython preallocates.
*/
static int random_bytes(lua_State *L) {
  size_t n = (size_t)luaL_checkinteger(L, 1), letters;
  const char *alphabet = luaL_optlstring(
      L, 2, "@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
      &letters);
  luaL_Buffer result;
  char *bytes = luaL_buffinitsize(L, &result, n);
  uint32_t state = 2463534242;
  for (size_t i = 0; i < n; i++)
    bytes[i] = alphabet[(next_random(&state) >> 8) % letters];
  luaL_pushresultsize(&result, n);
  return 1;
}

/* u8(bytes), i32(bytes), f64(bytes): a block with a copy of the bytes. */
static int new_block(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  void *block = lua_newuserdatauv(L, n, 0);
  memcpy(block, bytes, n);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
  return 1;
}

#define ITEMS(name, type, push, to)                                            \
  static int name##_index(lua_State *L) {                                      \
    push(L, ((type *)lua_touserdata(L, 1))[lua_tointeger(L, 2) - 1]);          \
    return 1;                                                                  \
  }                                                                            \
  static int name##_newindex(lua_State *L) {                                   \
    ((type *)lua_touserdata(L, 1))[lua_tointeger(L, 2) - 1] = (type)to(L, 3);  \
    return 0;                                                                  \
  }

ITEMS(u8, uint8_t, lua_pushinteger, lua_tointeger)
ITEMS(i32, int32_t, lua_pushinteger, lua_tointeger)
ITEMS(f64, double, lua_pushnumber, lua_tonumber)

/* Sets t[name], of the table t on top, to a function that makes blocks of these
** items. */
static void add_items(lua_State *L, const char *name, lua_CFunction index,
                      lua_CFunction newindex) {
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, index);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, newindex);
  lua_setfield(L, -2, "__newindex");
  lua_pushcclosure(L, new_block, 1);
  lua_setfield(L, -2, name);
}

/* count(n, i): the cheapest iterator, "for x in count, n, 0". */
static int count_up(lua_State *L) {
  lua_Integer i = lua_tointeger(L, 2);
  if (i >= lua_tointeger(L, 1))
    return 0;
  lua_pushinteger(L, i + 1);
  return 1;
}

/*
** slice(block, ...): only the allocation of a slice: a userdata of the size of
** a view, with a metatable and an owner.
*/
static int new_slice(lua_State *L) {
  lua_newuserdatauv(L, 64, 1);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
  return 1;
}

static int do_nothing(lua_State *L) {
  (void)L;
  return 0;
}

static int find_nothing(lua_State *L) {
  lua_pushcfunction(L, do_nothing);
  return 1;
}

/* object(): its __index, a C function, finds a method that does nothing. */
static int new_object(lua_State *L) {
  lua_newuserdatauv(L, 1, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, find_nothing);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  return 1;
}

static int copy(lua_State *L) {
  memcpy(lua_touserdata(L, 1), lua_touserdata(L, 2),
         (size_t)luaL_checkinteger(L, 3));
  return 0;
}

/* sum(block, n): reads n bytes, a multiple of 128. */
static int sum(lua_State *L) {
  typedef uint64_t vector __attribute__((vector_size(16)));
  const char *p = lua_touserdata(L, 1), *end = p + luaL_checkinteger(L, 2);
  vector sums[8] = {{0}}, x;
  for (; p < end; p += sizeof sums) {
#pragma GCC unroll 8
    for (size_t k = 0; k < 8; k++) {
      memcpy(&x, p + k * sizeof x, sizeof x);
      sums[k] += x;
    }
  }
  for (size_t k = 1; k < 8; k++)
    sums[0] += sums[k];
  lua_pushinteger(L, (lua_Integer)(sums[0][0] + sums[0][1]));
  return 1;
}

static int fill(lua_State *L) {
  memset(lua_touserdata(L, 1), (int)luaL_checkinteger(L, 2),
         (size_t)luaL_checkinteger(L, 3));
  return 0;
}

static int equal(lua_State *L) {
  size_t n = (size_t)luaL_checkinteger(L, 3);
  lua_pushboolean(L,
                  memcmp(lua_touserdata(L, 1), lua_touserdata(L, 2), n) == 0);
  return 1;
}

/*
** memmem(hay, needle), memchr(hay, byte): the position in the string, or nil.
*/
static int push_place(lua_State *L, const char *hay, const char *at) {
  if (at == NULL)
    lua_pushnil(L);
  else
    lua_pushinteger(L, (lua_Integer)(at - hay) + 1);
  return 1;
}

static int find_bytes(lua_State *L) {
  size_t n, m;
  const char *hay = luaL_checklstring(L, 1, &n);
  const char *needle = luaL_checklstring(L, 2, &m);
  return push_place(L, hay, memmem(hay, n, needle, m));
}

static int find_byte(lua_State *L) {
  size_t n;
  const char *hay = luaL_checklstring(L, 1, &n);
  return push_place(L, hay, memchr(hay, (int)luaL_checkinteger(L, 2), n));
}

/*
** read(file, block, n): reads from the file's start up to n bytes or its end.
*/
static int read_file(lua_State *L) {
  int fd = fileno(((luaL_Stream *)luaL_checkudata(L, 1, LUA_FILEHANDLE))->f);
  char *block = lua_touserdata(L, 2);
  size_t n = (size_t)luaL_checkinteger(L, 3), done = 0;
  ssize_t got = 1;
  lseek(fd, 0, SEEK_SET);
  while (done < n && got > 0) {
    got = read(fd, block + done, n - done);
    done += got > 0 ? (size_t)got : 0;
  }
  lua_pushinteger(L, (lua_Integer)done);
  return 1;
}

int luaopen_floor(lua_State *L) {
  const luaL_Reg functions[] = {
      {"clock", clock_ns},    {"random", random_bytes},
      {"memcpy", copy},       {"memset", fill},
      {"memcmp", equal},      {"read", read_file},
      {"count", count_up},    {"object", new_object},
      {"memmem", find_bytes}, {"memchr", find_byte},
      {"sum", sum},           {NULL, NULL},
  };
  luaL_newlib(L, functions);
  lua_newtable(L);
  lua_pushcclosure(L, new_slice, 1);
  lua_setfield(L, -2, "slice");
  add_items(L, "u8", u8_index, u8_newindex);
  add_items(L, "i32", i32_index, i32_newindex);
  add_items(L, "f64", f64_index, f64_newindex);
  return 1;
}
