/*
** exporter.h - memory that others describe: lent by hosts, offered by objects
*/
#ifndef LMV_EXPORTER_H
#define LMV_EXPORTER_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a view of the value at idx, which has __buffer in its metatable. NULL,
** and nothing pushed: it has not.
*/
lmv_view *lmv_acquire(lua_State *L, int idx, int meta);

/*
** Whether lmv_acquire has something to acquire: a function or an exporter as
** __buffer. [-0, +0, -] Needs three stack slots.
*/
bool lmv_isexporter(lua_State *L, int idx);

void lmv_open_exporter(lua_State *L);

/*
** Moves the living lease, whose userdata is at lease_idx, to the memory that
** buf describes, and pushes a view of it. [-0, +1, e] Raises if the format or
** the geometry is malformed.
*/
lmv_view *lmv_pushlent(lua_State *L, int meta, int lease_idx, lmv_lease *lease,
                       const mview_buffer *buf);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
