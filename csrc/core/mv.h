/*
** mv.h - the core of mview: formats, items, layouts and bulk kernels
**
** The core uses no Lua, never raises and never allocates. Its central types:
**   a format  describes an item         (parsed by format.c)
**   a layout  locates the items         (layout.c makes them)
**   a walker  visits items of layouts   (walk.c; all kernels are built on it)
** Functions that make a layout ensure that each of its items lies inside its
** block; loading, storing and bulk kernels do not check this again.
** Indices in the core count from 0. Sizes, offsets and strides are in bytes.
*/
#ifndef MV_H
#define MV_H

/* Each header uses only the headers before it. */
/* clang-format off */
#include "status.h"
#include "format.h"
#include "item.h"
#include "layout.h"
#include "walk.h"
#include "kernels.h"
#include "pattern.h"
#include "bytestream.h"
/* clang-format on */

#endif
