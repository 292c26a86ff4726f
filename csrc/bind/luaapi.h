/*
** luaapi.h - Lua's headers, and the calls of their functions
**
** The comments of the binding state effects on the stack as Lua's manual does,
** [-o, +p, x]: o values are popped, p are pushed, and x names the errors that
** the function can raise: - no error; m an error of memory; v the errors that
** the comment names, and errors of memory; e any error, as it calls code of
** scripts or hosts. All but - can run finalizers.
**
** Each function lmv_open_x prepares x.c for its state; module.c calls it once.
** [-0, +0, m]
*/
#ifndef LMV_LUAAPI_H
#define LMV_LUAAPI_H

#include <lauxlib.h>

/*
** The functions of Lua on the hot paths are called through the GOT and not
** through the PLT, which saves a jump a call.
*/
#if defined(__GNUC__) && defined(__ELF__) && !defined(__clang__)
#define LMV_DIRECT(f) extern __typeof__(f) f __attribute__((noplt))
LMV_DIRECT(lua_gettop);
LMV_DIRECT(lua_settop);
LMV_DIRECT(lua_pushvalue);
LMV_DIRECT(lua_type);
LMV_DIRECT(lua_isinteger);
LMV_DIRECT(lua_tointegerx);
LMV_DIRECT(lua_tonumberx);
LMV_DIRECT(lua_tolstring);
LMV_DIRECT(lua_touserdata);
LMV_DIRECT(lua_topointer);
LMV_DIRECT(lua_rawequal);
LMV_DIRECT(lua_rawget);
LMV_DIRECT(lua_rawgeti);
LMV_DIRECT(lua_rawseti);
LMV_DIRECT(lua_getmetatable);
LMV_DIRECT(lua_setmetatable);
LMV_DIRECT(lua_getiuservalue);
LMV_DIRECT(lua_setiuservalue);
LMV_DIRECT(lua_newuserdatauv);
LMV_DIRECT(lua_pushinteger);
LMV_DIRECT(lua_pushnumber);
LMV_DIRECT(lua_pushlstring);
LMV_DIRECT(lua_rawgetp);
LMV_DIRECT(lua_checkstack);
LMV_DIRECT(lua_absindex);
#endif

/* Marks functions that never return, for clang's analyzer. */
#if defined(__clang__)
#define LMV_RAISES __attribute__((analyzer_noreturn))
#else
#define LMV_RAISES
#endif

#endif
