/*
** cursor.c - the common part of readers and writers
*/
#include "cursor.h"

#include "args.h"
#include "formats.h"
#include "mv.h"
#include "operand.h"

#include <string.h>

/* ---- errors --------------------------------------------------------------*/

int lmv_cursorerror(lua_State *L) {
  const char *name;
  lua_getfield(L, LMV_CURSORMETA, "__name");
  name = lua_tostring(L, -1); /* the metatable keeps it alive */
  lua_pop(L, 1);
  return lmv_typeerror(L, 1, name);
}

int lmv_underrun(lua_State *L, const lmv_byterun *all, size_t pos, size_t n) {
  return luaL_error(L, "need %I bytes at position %I, %I left", (LUAI_UACINT)n,
                    (LUAI_UACINT)pos + 1,
                    (LUAI_UACINT)(pos < all->size ? all->size - pos : 0));
}

/* The text of a value for messages: a number or string, or another type's name.
** [-0, +(0|1), m] */
static const char *value_text(lua_State *L, int arg) {
  return lua_isstring(L, arg) ? lmv_pushescaped(L, arg) : lmv_typename(L, arg);
}

/* ---- arguments -----------------------------------------------------------*/

size_t lmv_checkcount(lua_State *L, int arg) {
  lua_Integer n = lmv_checkinteger(L, arg);
  if (n < 0)
    lmv_argerror(L, arg, "number of bytes expected, got %I", (LUAI_UACINT)n);
  /* on 32 bits: more than any memory */
  return (lua_Unsigned)n > SIZE_MAX ? SIZE_MAX : (size_t)n;
}

unsigned lmv_checkbitcount(lua_State *L, int arg) {
  lua_Integer n = lmv_checkinteger(L, arg);
  if (n < 0 || n > 64)
    lmv_argerror(L, arg, "number of bits %I out of range [0, 64]",
                 (LUAI_UACINT)n);
  return (unsigned)n;
}

size_t lmv_checkpadding(lua_State *L, int arg, size_t pos) {
  lua_Integer n = lmv_checkinteger(L, arg);
  lua_Unsigned pad;
  if (n < 1)
    lmv_argerror(L, arg, "alignment %I out of range [1, %I]", (LUAI_UACINT)n,
                 (LUAI_UACINT)LUA_MAXINTEGER);
  pad = (lua_Unsigned)pos % (lua_Unsigned)n;
  if (pad > 0)
    pad = (lua_Unsigned)n - pad;
  return pad > SIZE_MAX ? SIZE_MAX : (size_t)pad;
}

bool lmv_isorder(lua_State *L, int idx) {
  const char *s;
  if (lua_type(L, idx) != LUA_TSTRING || lua_rawlen(L, idx) != 1)
    return false;
  s = lua_tostring(L, idx);
  return *s == '<' || *s == '>';
}

/* Whether the order at idx is big-endian; arg: as for lmv_argerror. */
static bool check_byte_order(lua_State *L, int arg, int idx) {
  const char *quote = lua_type(L, idx) == LUA_TSTRING ? "'" : "";
  if (!lmv_isorder(L, idx))
    lmv_argerror(L, arg, "'<' or '>' expected, got %s%s%s", quote,
                 value_text(L, idx), quote);
  return *lua_tostring(L, idx) == '>';
}

/* ---- making --------------------------------------------------------------*/

/* Replaces the view at arg by a view of its bytes, unless it is one already. */
static const lmv_view *to_bytes(lua_State *L, int arg) {
  const lmv_view *v = lua_touserdata(L, arg);
  mv_layout lay;
  lmv_checklive(L, v);
  if (v->numkind == 1 + MV_U8)
    return v;
  lmv_layout(v, &lay);
  if (!mv_layout_contiguous(&lay, 'C'))
    lmv_argerror(L, arg, "memory is not contiguous");
  lay.shape[0] = mv_layout_nbytes(&lay);
  lay.strides[0] = lay.itemsize = lay.ndim = 1;
  v = lmv_derive(L, arg, &lay, &lmv_byteformat, 0);
  lua_replace(L, arg);
  return v;
}

lmv_cursor *lmv_pushcursor(lua_State *L) {
  const lmv_container *container = lmv_tocontainer(L, 1);
  const lmv_view *v = NULL;
  lmv_cursor *c;
  bool big = !lua_isnoneornil(L, 2) && check_byte_order(L, 2, 2);
  if (container != NULL) {
    lmv_checkopen(L, container);
  } else {
    lmv_asview(L, 1);
    v = to_bytes(L, 1);
  }
  lua_settop(L, 2);
  c = lua_newuserdatauv(L, sizeof *c, 1);
  memset(c, 0, sizeof *c);
  c->container = container;
  c->view = v;
  c->big = big;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, LMV_CURSORMETA);
  lua_setmetatable(L, -2);
  return c;
}

void lmv_pushpart(lua_State *L, const lmv_cursor *c, size_t at, size_t n) {
  const lmv_view *v = c->view;
  lua_getiuservalue(L, 1, 1);
  if (n == 0) /* if the source was cut, `at` may be behind the end */
    at = 0;
  if (v != NULL) {
    lmv_derive1(L, lua_gettop(L), v, &lmv_byteformat,
                v->offset + (ptrdiff_t)at * v->dims[1], (ptrdiff_t)n,
                v->dims[1]);
  } else {
    lmv_view *part = lmv_pushcontainerview(L, lua_gettop(L), LMV_META);
    lmv_byterun all =
        lmv_cursorbytes(L, c); /* finalizers may have cut the memory */
    if (at > all.size || n > all.size - at)
      lmv_underrun(L, &all, at, n);
    part->offset = (ptrdiff_t)at;
    part->dims[0] = (ptrdiff_t)n;
  }
  lua_remove(L, -2);
}

/* ---- fields --------------------------------------------------------------*/

/* The fields of a cursor, by their numbers in the table of methods. */
enum { POS = 1, ORDER, VIEW };

/* The position of the next byte, from 0. Raises for a writer whose memory has
** ended. */
static size_t next_position(lua_State *L, const lmv_cursor *c) {
  return c->writes ? lmv_writerposition(c, lmv_cursorbytes(L, c).size) : c->pos;
}

/* __index: the last upvalue has the methods and the numbers of fields. */
static int cursor_index(lua_State *L) {
  const lmv_cursor *c;
  if (lua_rawget(L, lua_upvalueindex(LMV_NUP + 2)) != LUA_TNUMBER)
    return 1;
  c = lua_touserdata(L, 1);
  switch (lua_tointeger(L, -1)) {
  case POS:
    lua_pushinteger(L, (lua_Integer)next_position(L, c) + 1);
    break;
  case ORDER:
    lua_pushstring(L, c->big ? ">" : "<");
    break;
  default:
    lmv_pushpart(L, c, 0, lmv_cursorbytes(L, c).size);
  }
  return 1;
}

/* Sets pos to the value at index 3. */
static void set_pos(lua_State *L, lmv_cursor *c) {
  size_t size = lmv_cursorbytes(L, c).size;
  lua_Integer i = lmv_checkkey(L, 3, "position");
  if ((lua_Unsigned)i - 1 > size)
    luaL_error(L, "position %I out of range [1, %I]", (LUAI_UACINT)i,
               (LUAI_UACINT)size + 1);
  lmv_movecursor(c, (size_t)i - 1, size);
}

/* __newindex */
static int cursor_newindex(lua_State *L) {
  lmv_cursor *c = lua_touserdata(L, 1);
  lua_pushvalue(L, 2);
  lua_rawget(L, lua_upvalueindex(LMV_NUP + 2));
  switch (lua_type(L, -1) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0) {
  case POS:
    set_pos(L, c);
    return 0;
  case ORDER:
    c->big = check_byte_order(L, 0, 3);
    return 0;
  default:
    return luaL_error(L, "attempt to assign to '%s' of a %s", value_text(L, 2),
                      c->writes ? "writer" : "reader");
  }
}

/* ---- the class -----------------------------------------------------------*/

/*
** Sets a function in the table on top. meta: index of the metatable, the
** upvalue behind the common ones. methods: index of a further upvalue, or 0.
*/
static void set_function(lua_State *L, const char *name, lua_CFunction f,
                         int meta, int methods) {
  lmv_pushupvalues(L, name);
  lua_pushvalue(L, meta);
  if (methods != 0)
    lua_pushvalue(L, methods);
  lua_pushcclosure(L, f, LMV_NUP + 1 + (methods != 0));
  lua_setfield(L, -2, name);
}

static void set_field(lua_State *L, const char *name, int number) {
  lua_pushinteger(L, number);
  lua_setfield(L, -2, name);
}

void lmv_opencursor(lua_State *L, const lmv_cursorclass *class) {
  int module = lua_gettop(L), meta = module + 1, methods = module + 2;
  lua_newtable(L);
  lmv_protect(L, class->metaname);
  lua_newtable(L);
  for (const luaL_Reg *f = class->methods; f->name != NULL; f++)
    set_function(L, f->name, f->func, meta, 0);
  set_field(L, "pos", POS);
  set_field(L, "order", ORDER);
  if (class->view)
    set_field(L, "view", VIEW);
  lua_pushvalue(L, meta);
  set_function(L, "__index", cursor_index, meta, methods);
  set_function(L, "__newindex", cursor_newindex, meta, methods);
  lua_settop(L, meta);
  lua_pushvalue(L, module);
  set_function(L, class->name, class->make, meta, 0);
  lua_settop(L, module);
}
