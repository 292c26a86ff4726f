/*
** container.h - the common part of bytearrays, maps and shared blocks
*/
#ifndef LMV_CONTAINER_H
#define LMV_CONTAINER_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Makes the metatable of a source's containers: __name, the methods, the
** metamethods (these and the shared ones), and the mark that lmv_tocontainer
** looks for. Methods of views that are not in methods are inherited, so the
** metatable of views must be complete before this is called. [-0, +0, m]
*/
void lmv_newcontainermeta(lua_State *L, lmv_source source, const char *name,
                          const luaL_Reg *methods, const luaL_Reg *metamethods);

/*
** Pushes a container of size bytes (they begin with an lmv_container) whose
** lease is that of a new resource of the source. [-0, +1, e]
*/
void *lmv_pushcontainer(lua_State *L, size_t size, lmv_source source);

/* The methods close (or release) and view of a source's containers. */
int lmv_container_close(lua_State *L, lmv_source source);
int lmv_container_view(lua_State *L, lmv_source source);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
