/*
** abi.c - a module that uses each entry of the table of functions
** It is compiled with one header and runs with another library. It may use only
** the declarations of the mview.h beside it.
*/
#include <mview.h>

#include <lauxlib.h>
#include <string.h>

/* sum(bytes): the sum of the bytes, by borrow. */
static int sum(lua_State *L) {
  mview_buffer buf;
  lua_Integer total = 0;
  mview_import(L)->borrow(L, 1, MVIEW_STRIDES, &buf);
  luaL_argcheck(L, buf.ndim == 1 && buf.itemsize == 1, 1, "bytes expected");
  for (ptrdiff_t i = 0; i < buf.shape[0]; i++)
    total += ((unsigned char *)buf.data)[i * buf.strides[0]];
  mview_import(L)->unborrow(L, -1);
  lua_pushinteger(L, total);
  return 1;
}

/* frame(f): calls f with four shorts that are lent for the call. */
static int frame(lua_State *L) {
  static const ptrdiff_t shape[] = {2, 2};
  static short numbers[] = {1, 2, 3, 4};
  mview_buffer buf = {0};
  mview_loan loan;
  int status;
  lua_settop(L, 1);
  buf.data = numbers;
  buf.format = "h";
  buf.ndim = 2;
  buf.shape = shape;
  loan = mview_import(L)->lend(L, &buf, NULL, NULL);
  status = lua_pcall(L, 1, LUA_MULTRET, 0);
  mview_import(L)->revoke(L, loan);
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

#if !defined(ONLY_FIRST_ENTRIES)

/* upper(bytes): a bytearray, made by peek and newbytes. */
static int upper(lua_State *L) {
  const mview_api *api = mview_import(L);
  mview_buffer buf;
  unsigned char *to;
  api->peek(L, 1, MVIEW_READ, &buf);
  to = api->newbytes(L, buf.nbytes);
  api->peek(L, 1, MVIEW_READ, &buf);
  for (size_t i = 0; i < buf.nbytes; i++) {
    unsigned char c = ((unsigned char *)buf.data)[i];
    to[i] = c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
  }
  return 1;
}

/* view(x): mview(x), or false if x is not a bytes-like. */
static int view(lua_State *L) {
  if (mview_import(L)->isbytes(L, 1))
    mview_import(L)->push(L, 1);
  else
    lua_pushboolean(L, 0);
  return 1;
}

/* length(x): the number of bytes, by mview_checklstring. */
static int length(lua_State *L) {
  size_t n;
  mview_checklstring(L, 1, &n);
  lua_pushinteger(L, (lua_Integer)n);
  return 1;
}

static void acquire(lua_State *L, int idx, mview_buffer *buf, void **state) {
  buf->data = luaL_checkudata(L, idx, "abi.object");
  buf->nbytes = lua_rawlen(L, idx);
  *state = NULL;
}

static const mview_exporter exporter = {
    MVIEW_API_VERSION, acquire, NULL, {NULL, NULL}};

/* object(s): a userdata that offers a copy of the string. */
static int object(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  memcpy(lua_newuserdatauv(L, n, 0), s, n);
  if (luaL_newmetatable(L, "abi.object"))
    mview_setexporter(L, -1, &exporter);
  lua_setmetatable(L, -2);
  return 1;
}

#endif

/* import(): calls mview_import, which may raise. */
static int import(lua_State *L) {
  int top = lua_gettop(L);
  mview_import(L);
  lua_pushboolean(L, lua_gettop(L) == top);
  return 1;
}

/* shorten(n): from now on the library's table has n members. */
static int shorten(lua_State *L) {
  static mview_api shorter;
  size_t size = offsetof(mview_api, borrow) +
                (size_t)luaL_checkinteger(L, 1) * sizeof(void (*)(void));
  memcpy(&shorter, mview_import(L), size);
  shorter.size = size;
  lua_pushlightuserdata(L, &shorter);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  return 0;
}

int luaopen_abi(lua_State *L);

int luaopen_abi(lua_State *L) {
  static const luaL_Reg functions[] = {
#if !defined(ONLY_FIRST_ENTRIES)
    {"upper", upper},
    {"view", view},
    {"length", length},
    {"object", object},
    {"shorten", shorten},
#else
    {"shorten", shorten},
#endif
    {"sum", sum},
    {"frame", frame},
    {"import", import},
    {NULL, NULL}
  };
  luaL_newlib(L, functions);
  return 1;
}
