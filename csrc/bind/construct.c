/*
** construct.c - records as tables that are made by compiled Lua functions
** For a record of a few named numbers, "function(f0, f1) return {x = f0, y = f1}
** end" is compiled: the virtual machine sets fields faster than lua_rawset does.
** The user value 2 of the format's userdata is nil until the first record is
** read. After it, it is false if the format has no such function, otherwise
** true; the second record replaces true by the function. value.c gives the same
** results.
*/
#include "construct.h"

#include "numstack.h"

#include <stdio.h>

#define CONSTRUCTOR 2
#define MOST_FIELDS (LMV_CONSTRUCT_SLOTS - 4)
#define LONGEST_NAME 40

static bool has_constructor(const mv_record *record) {
  bool has = record->nfields <= MOST_FIELDS;
  for (size_t f = 0; has && f < record->nfields; f++) {
    const mv_field *field = &record->fields[f];
    has = field->name != NULL && field->namelen <= LONGEST_NAME &&
          field->ndim == 0 && lmv_numkind(&field->item);
  }
  return has;
}

/* Adds "['name']=f<number>,", with each byte of the name as \\ddd. */
static void add_field(luaL_Buffer *b, const mv_field *field, int number) {
  char text[LONGEST_NAME * 4 + 1], *p = text;
  for (size_t k = 0; k < field->namelen; k++, p += 4)
    snprintf(p, 5, "\\%03u", (unsigned char)field->name[k]);
  *p = '\0';
  lua_pushfstring(b->L, "['%s']=f%d,", text, number);
  luaL_addvalue(b);
}

/* Pushes the function. */
static void compile(lua_State *L, const mv_record *record) {
  int n = (int)record->nfields;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, "return function(");
  for (int f = 0; f < n; f++) {
    lua_pushfstring(L, f > 0 ? ",f%d" : "f%d", f);
    luaL_addvalue(&b);
  }
  luaL_addstring(&b, ")return{");
  for (int f = 0; f < n; f++)
    add_field(&b, &record->fields[f], f);
  luaL_addstring(&b, "}end");
  luaL_pushresult(&b);
  if (luaL_loadbufferx(L, lua_tostring(L, -1), lua_rawlen(L, -1), "=record",
                       "t") != LUA_OK)
    lua_error(L);
  lua_call(L, 0, 1);
  lua_remove(L, -2);
}

bool lmv_construct(lua_State *L, const lmv_view *v, ptrdiff_t off) {
  const mv_record *record = v->format->item.record;
  int type = lua_getiuservalue(L, -1, CONSTRUCTOR);
  const unsigned char *p;
  if (type != LUA_TFUNCTION) {
    bool second = lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (second || type == LUA_TNIL) {
      if (second)
        compile(L, record);
      else
        lua_pushboolean(L, has_constructor(record));
      lua_setiuservalue(L, -2, CONSTRUCTOR);
    }
    return false;
  }
  lua_replace(L, -2);
  p = lmv_base(L, v) + off;
  for (size_t f = 0; f < record->nfields; f++) {
    const mv_field *field = &record->fields[f];
    push_number(L, lmv_numkind(&field->item), p + field->offset);
  }
  lua_call(L, (int)record->nfields, 1);
  return true;
}
