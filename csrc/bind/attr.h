/*
** attr.h - attributes of views
*/
#ifndef LMV_ATTR_H
#define LMV_ATTR_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Maps the names of attributes to their ids in the table on top. [-0, +0, m] */
void lmv_setattributes(lua_State *L);

/* Pushes attribute id of the view v, which is at index 1. [-0, +1, v] */
void lmv_pushattribute(lua_State *L, const lmv_view *v, int id);

/* The same for the container at index 1, which is replaced on the stack by a
** view of it. [-0, +1, v] */
void lmv_pushcontainerattribute(lua_State *L, int id);

extern const luaL_Reg lmv_attr_metamethods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
