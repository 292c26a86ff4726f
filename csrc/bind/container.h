/*
** container.h - what bytearrays and maps have in common
*/
#ifndef LMV_CONTAINER_H
#define LMV_CONTAINER_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Makes the metatable of bytearrays or maps: __name, methods, metamethods (and
** the shared ones), and what lmv_tocontainer looks for. What a view has and
*methods
** has not is inherited: so the views' metatable comes first, with all methods.
*/
void lmv_newcontainermeta(lua_State *L, lmv_source source, const char *name,
                          const luaL_Reg *methods, const luaL_Reg *metamethods);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
