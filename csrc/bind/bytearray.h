/*
** bytearray.h - bytes that grow and shrink at both ends
*/
#ifndef LMV_BYTEARRAY_H
#define LMV_BYTEARRAY_H

#include "lease.h"

#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__)
#define LMV_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LMV_ASAN 1
#endif
#endif
#ifdef LMV_ASAN /* what is not in use of a block is out of bounds */
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

/* Pushes a new bytearray of n zero bytes. */
lmv_lease *lmv_pushbytearray(lua_State *L, size_t n);

typedef struct lmv_bytearray {
  lmv_container container;
  lmv_lease lease;
  size_t front;    /* unused bytes of the block before the first */
  size_t capacity; /* of the block */
} lmv_bytearray;

/*
** Makes room for n more bytes behind the end of the bytearray at idx. Raises if
** it is dead or pinned.
*/
void lmv_makeroom(lua_State *L, int idx, size_t n);

/*
** Whether n bytes may be written behind the end of the bytearray: there is room
** and no pin. The caller writes them and then adds n to the lease's size.
*/
static inline bool lmv_hasroom(const lmv_bytearray *b, size_t n) {
  if (n > b->capacity - b->front - b->lease.size || b->lease.pins > 0)
    return false;
  LMV_UNPOISON(b->lease.base + b->lease.size, n);
  return true;
}

/*
** Removes n bytes from byte at (from 0) on, which are there; views expire if
** these are any. Raises if the bytearray at idx is dead or pinned.
*/
void lmv_cut(lua_State *L, int idx, size_t at, size_t n);

extern const luaL_Reg lmv_bytearray_functions[];

void lmv_open_bytearray(lua_State *L);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
