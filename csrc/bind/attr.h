/*
** attr.h - attributes of views
*/
#ifndef LMV_ATTR_H
#define LMV_ATTR_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Puts the attributes' numbers into the table on top. */
void lmv_setattributes(lua_State *L);

/* Pushes the attribute of that number of the view v at index 1. */
void lmv_pushattribute(lua_State *L, const lmv_view *v, int id);

/* The same of the bytearray or map at index 1, which a view of it replaces. */
void lmv_pushcontainerattribute(lua_State *L, int id);

extern const luaL_Reg lmv_attr_metamethods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
