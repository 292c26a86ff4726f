/*
** construct.h - records as tables that are made by compiled Lua functions
*/
#ifndef LMV_CONSTRUCT_H
#define LMV_CONSTRUCT_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The stack slots that lmv_construct needs. */
#define LMV_CONSTRUCT_SLOTS 64

/*
** Replaces the userdata of the compound format of v, on top, by the record at
** offset off of the block, if the format has a constructor by now.
** Stack: [format] -> [table], or [format] and false. [-0, +0, v] Raises if the
** view is dead.
*/
bool lmv_construct(lua_State *L, const lmv_view *v, ptrdiff_t off);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
