/*
** pack.h - v:pack: writes values in the format language of string.pack
*/
#ifndef LMV_PACK_H
#define LMV_PACK_H

#include "packformat.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* The bytes that packing produces. */
typedef struct lmv_output {
  luaL_Buffer b;
  size_t room;
  size_t n; /* of all bytes; above room: not all were written */
} lmv_output;

/*
** Packs the arguments from arg to last in the format, for position `at`. Bytes
** that do not fit into room are only counted, up to PTRDIFF_MAX. Raises for a
** missing argument and for one that does not fit its option. The buffer out->b
** stays open: the values that it has pushed must stay on the stack while the
** bytes are used. [-0, +(0|1), v]
*/
void lmv_pack(lmv_packformat *r, lmv_output *out, size_t room, size_t at,
              int arg, int last);

extern const luaL_Reg lmv_pack_methods[];

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
