/*
** file.h - bytes of views straight from and to files
*/
#ifndef LMV_FILE_H
#define LMV_FILE_H

#include "luaapi.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

extern const luaL_Reg lmv_file_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
