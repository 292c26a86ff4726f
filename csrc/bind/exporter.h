/*
** exporter.h - foreign memory: lent by hosts, offered by objects
*/
#ifndef LMV_EXPORTER_H
#define LMV_EXPORTER_H

#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a view of the value at idx if its metatable has __buffer; else returns
** NULL and pushes nothing. [-0, +(0|1), e] meta: index of the metatable of
** views.
*/
lmv_view *lmv_acquire(lua_State *L, int idx, int meta);

/*
** Whether lmv_acquire would push a view of the value at idx: its __buffer is a
** function or an exporter. [-0, +0, -] Needs four stack slots.
*/
bool lmv_isexporter(lua_State *L, int idx);

void lmv_open_exporter(lua_State *L);

/*
** Moves the living lease, whose userdata is at lease_idx, to the memory that
** buf describes, and pushes a view of it. [-0, +1, e] Raises if the format or
** the geometry is malformed.
*/
lmv_view *lmv_pushlent(lua_State *L, int lease_idx, int meta, lmv_lease *lease,
                       const mview_buffer *buf);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
