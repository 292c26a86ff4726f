/*
** least.c - the least work of mview's methods
** least.object(bytes) makes a userdata with a copy of the bytes. Its methods do
** only what each method of a userdata in safe C must do: __index finds the
** method by its name, the method checks that its first argument is such an
** object and converts the others, and then the result is made. They check
** neither ranges nor whether the memory is still there, and memory cannot move.
*/
#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#define VIEW_SIZE 64 /* bytes of a view of one dimension in mview */

static const void *metatable;

/* The object at index 1. Leaves its metatable on the stack. */
static unsigned char *check_object(lua_State *L) {
  unsigned char *object = lua_touserdata(L, 1);
  if (object == NULL || !lua_getmetatable(L, 1) ||
      lua_topointer(L, -1) != metatable)
    luaL_error(L, "object expected");
  return object;
}

/* __index(object, key): an item or a method. */
static int object_index(lua_State *L) {
  if (lua_isinteger(L, 2)) {
    const unsigned char *object = lua_touserdata(L, 1);
    lua_pushinteger(L, object[lua_tointeger(L, 2) - 1]);
  } else {
    lua_rawget(L, lua_upvalueindex(2));
  }
  return 1;
}

static int object_len(lua_State *L) {
  check_object(L);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
  return 1;
}

static int object_values(lua_State *L) {
  const unsigned char *object = check_object(L);
  lua_Integer i = lua_tointeger(L, 2), j = lua_tointeger(L, 3);
  lua_checkstack(L, (int)(j - i + 1));
  for (lua_Integer k = i; k <= j; k++)
    lua_pushinteger(L, object[k - 1]);
  return (int)(j - i + 1);
}

static int object_tobytes(lua_State *L) {
  const unsigned char *object = check_object(L);
  lua_pushlstring(L, (const char *)object, lua_rawlen(L, 1));
  return 1;
}

/* object:append(s): copies the string; the object has no size to change. */
static int object_append(lua_State *L) {
  unsigned char *object = check_object(L);
  size_t n;
  const char *s = lua_tolstring(L, 2, &n);
  memcpy(object, s, n);
  return 0;
}

/* Pushes a userdata that has the object at that index as its owner. */
static void push_child(lua_State *L, int owner, size_t size) {
  lua_newuserdatauv(L, size, 1);
  lua_pushvalue(L, owner);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
}

static int object_sub(lua_State *L) {
  check_object(L);
  lua_tointeger(L, 2);
  lua_tointeger(L, 3);
  push_child(L, 1, VIEW_SIZE);
  return 1;
}

static int object_cast(lua_State *L) {
  lua_tostring(L, 2);
  check_object(L);
  push_child(L, 1, VIEW_SIZE);
  return 1;
}

/* The state of an iteration: an upvalue, as each row is a new object. */
static int next_row(lua_State *L) {
  int *left = lua_touserdata(L, lua_upvalueindex(2));
  if (*left == 0)
    return 0;
  --*left;
  push_child(L, lua_upvalueindex(3), VIEW_SIZE);
  return 1;
}

/* object:rows(n): an iterator of n objects. */
static int object_rows(lua_State *L) {
  check_object(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  *(int *)lua_newuserdatauv(L, sizeof(int), 0) = (int)lua_tointeger(L, 2);
  lua_pushvalue(L, 1);
  lua_pushcclosure(L, next_row, 3);
  return 1;
}

static void get_bounds(lua_State *L, int arg, lua_Integer *bounds) {
  lua_type(L, arg);
  lua_rawlen(L, arg);
  lua_rawgeti(L, arg, 1);
  lua_rawgeti(L, arg, 2);
  bounds[0] = lua_tointeger(L, -2);
  bounds[1] = lua_tointeger(L, -1);
  lua_pop(L, 2);
}

/* object:slice({i, j}, {k, l}): a view of two dimensions has two more numbers. */
static int object_slice(lua_State *L) {
  lua_Integer bounds[4];
  check_object(L);
  get_bounds(L, 2, bounds);
  get_bounds(L, 3, bounds + 2);
  push_child(L, 1, VIEW_SIZE + 2 * sizeof(lua_Integer));
  memcpy(lua_touserdata(L, -1), bounds, sizeof bounds);
  return 1;
}

static int new_object(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  memcpy(lua_newuserdatauv(L, n, 0), bytes, n);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
  return 1;
}

/* The first upvalue of each function is the metatable, the second the methods. */
int luaopen_least(lua_State *L) {
  const luaL_Reg methods[] = {
      {"len", object_len},
      {"values", object_values},
      {"append", object_append},
      {"tobytes", object_tobytes},
      {"sub", object_sub},
      {"cast", object_cast},
      {"rows", object_rows},
      {"slice", object_slice},
      {NULL, NULL},
  };
  const luaL_Reg object[] = {{"object", new_object}, {NULL, NULL}};
  lua_newtable(L);
  metatable = lua_topointer(L, -1);
  lua_newtable(L); /* methods */
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -2);
  luaL_setfuncs(L, methods, 2);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -2);
  lua_pushcclosure(L, object_index, 2);
  lua_setfield(L, -3, "__index");
  lua_pop(L, 1);
  luaL_newlibtable(L, object);
  lua_pushvalue(L, -2);
  luaL_setfuncs(L, object, 1);
  return 1;
}
