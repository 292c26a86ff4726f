/*
** growth.h - the block of a bytearray, with room at both ends
** A bytearray is its own lease. User value 1 is the block with the bytes, a
** userdata, so that the collector sees its size.
** Functions with an index raise if the bytearray there is dead and, all but
** lmv_livebytearray, if it is pinned.
*/
#ifndef LMV_GROWTH_H
#define LMV_GROWTH_H

#include "view.h"

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#define LMV_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LMV_ASAN 1
#endif
#endif
#ifdef LMV_ASAN /* unused bytes of a block are poisoned */
#include <sanitizer/asan_interface.h>
#define LMV_POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define LMV_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define LMV_POISON(p, n) ((void)(p), (void)(n))
#define LMV_UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define LMV_MAXBYTES ((size_t)PTRDIFF_MAX)

typedef struct lmv_bytearray {
  lmv_container container;
  lmv_lease lease;
  size_t front;    /* unused bytes of the block before the first */
  size_t capacity; /* of the block */
} lmv_bytearray;

/* The bytearray at idx; the value must be a bytearray. [-0, +0, v] */
static inline lmv_bytearray *lmv_livebytearray(lua_State *L, int idx) {
  lmv_bytearray *b = lua_touserdata(L, idx);
  if (!b->lease.alive)
    lmv_closederror(L, &b->container);
  return b;
}

/* The same for a bytearray that will be resized. [-0, +0, v] */
static inline lmv_bytearray *lmv_resizable(lua_State *L, int idx) {
  lmv_bytearray *b = lmv_livebytearray(L, idx);
  lmv_lease_checkpins(L, &b->lease, "bytearray");
  return b;
}

/* The number of unused bytes behind the last byte. */
static inline size_t lmv_room(const lmv_bytearray *b) {
  return b->capacity - b->front - b->lease.size;
}

/*
** Whether n bytes may be written behind the last byte: there is enough room,
** and there are no pins. The caller writes the bytes and then adds n to the
** lease's size.
*/
static inline bool lmv_hasroom(const lmv_bytearray *b, size_t n) {
  if (n > lmv_room(b) || b->lease.pins > 0)
    return false;
  LMV_UNPOISON(b->lease.base + b->lease.size, n);
  return true;
}

/*
** Makes room for n bytes in all, at most LMV_MAXBYTES (lmv_reserve), or for n
** more bytes behind the last byte (lmv_makeroom). The size and the bytes stay
** the same; the base may move. [-0, +0, m]
*/
lmv_bytearray *lmv_reserve(lua_State *L, int idx, size_t n);
lmv_bytearray *lmv_makeroom(lua_State *L, int idx, size_t n);

/* Sets the size; there must be enough room. */
void lmv_setsize(lmv_bytearray *b, size_t size);

/* Sets the size; new bytes are zero. [-0, +0, m] */
void lmv_resize(lua_State *L, int idx, size_t n);

/*
** Opens a gap of n bytes before byte `at` (from 0), after lmv_makeroom has made
** room for them. Returns the address of the gap.
*/
unsigned char *lmv_opengap(lmv_bytearray *b, size_t at, size_t n);

/*
** Removes n existing bytes from byte `at` (from 0) on; views expire unless n is
** 0. [-0, +0, m]
*/
void lmv_cut(lua_State *L, int idx, size_t at, size_t n);

/* Drops the block and sets the size to 0. [-0, +0, -] */
void lmv_dropblock(lua_State *L, int idx);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
