/*
** mv.h - the core of mview: formats, items, layouts and bulk kernels
**
** Knows no Lua, never raises, never allocates. Three ideas carry everything:
**   a format  says what an item is       (format.c parses it, item.c moves it)
**   a layout  says where the items are   (layout.c makes them)
**   a walker  visits items of layouts    (walk.c; all kernels are built on it)
** The maker of a layout keeps the invariant that each item it can reach lies
** inside its block; loading, storing and bulk kernels then check nothing.
** Indices here count from 0. Sizes, offsets and strides are in bytes.
*/
#ifndef MV_H
#define MV_H

/* In this order, each using only those before it. */
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
