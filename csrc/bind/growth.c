/*
** growth.c - the block of a bytearray, with room at both ends
** Growing moves the bytes to a new block and the views along with them;
** shrinking ends the views that exist. After a removal the block has unused
** bytes in front of the first byte, too. Appending uses this room once fewer
** bytes must be moved than were removed, so a queue costs constant time per
** byte. A new block is allocated first, because an allocation can run
** finalizers, which may change the bytearray. Then the state is read, and the
** new size is set last, so a function that raises changes nothing.
*/
/* NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MADV_HUGEPAGE */
#endif
/* NOLINTEND(bugprone-reserved-identifier) */

#include "growth.h"

#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

static unsigned char *block_of(const lmv_bytearray *b) {
  return b->lease.base - b->front;
}

/* The bytes of the block from the first used byte on, including unused ones. */
static size_t usable(const lmv_bytearray *b) { return b->capacity - b->front; }

/* Sets the place of the bytes: `size` bytes in the block behind `front` unused
** bytes. */
static void place(lmv_bytearray *b, unsigned char *block, size_t front,
                  size_t size) {
  LMV_UNPOISON(block, b->capacity);
  b->front = front;
  lmv_lease_move(&b->lease, b->capacity > 0 ? block + front : NULL, size);
  LMV_POISON(block, front);
  LMV_POISON(block + front + size, usable(b) - size);
}

void lmv_setsize(lmv_bytearray *b, size_t size) {
  place(b, block_of(b), b->front, size);
}

/*
** Asks Linux for huge pages in a large new block, as NumPy does: the first
** access to each of its pages takes most of the time of filling it. The advice
** changes nothing else, and may be refused.
*/
static void advise(void *block, size_t n) {
#if defined(MADV_HUGEPAGE)
  const uintptr_t huge = (uintptr_t)1 << 21;
  uintptr_t start = ((uintptr_t)block + huge - 1) / huge * huge;
  uintptr_t end = ((uintptr_t)block + n) / huge * huge;
  if (n >= 2 * huge)
    madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
  (void)block, (void)n;
#endif
}

/* Pushes a new block. */
static unsigned char *push_block(lua_State *L, size_t n) {
  unsigned char *block = lua_newuserdatauv(L, n, 0);
  advise(block, n);
  return block;
}

/* Moves the bytes to the start of the block. */
static void slide(lmv_bytearray *b) {
  unsigned char *block = block_of(b);
  LMV_UNPOISON(block, b->capacity);
  memmove(block, b->lease.base, b->lease.size);
  place(b, block, 0, b->lease.size);
}

/* Stack: [block] -> []. Moves the bytes to that block. */
static void move_to(lua_State *L, int idx, unsigned char *block,
                    size_t capacity) {
  lmv_bytearray *b = lua_touserdata(L, idx);
  size_t size = b->lease.size;
  if (size > 0)
    memcpy(block, b->lease.base, size);
  LMV_UNPOISON(block_of(b), b->capacity);
  b->capacity = capacity;
  place(b, block, 0, size);
  lua_setiuservalue(L, idx, 1);
}

lmv_bytearray *lmv_reserve(lua_State *L, int idx, size_t n) {
  lmv_bytearray *b = lmv_resizable(L, idx);
  unsigned char *block;
  if (n <= usable(b))
    return b;
  if (n <= b->capacity && b->front >= b->lease.size) {
    slide(b);
    return b;
  }
  block = push_block(L, n);
  b = lmv_resizable(L, idx);
  if (n <= usable(b)) /* a finalizer may have made it larger */
    lua_pop(L, 1);
  else
    move_to(L, idx, block, n);
  return b;
}

/* The capacity to allocate for size bytes: doubling makes appending linear. */
static size_t roomy(const lmv_bytearray *b, size_t size) {
  size_t twice = usable(b) > LMV_MAXBYTES / 2 ? LMV_MAXBYTES : usable(b) * 2;
  return size <= usable(b) || size > twice ? size : twice;
}

void lmv_resize(lua_State *L, int idx, size_t n) {
  lmv_bytearray *b = lmv_resizable(L, idx);
  size_t old;
  if (n > usable(b))
    b = lmv_reserve(L, idx, roomy(b, n));
  old = b->lease.size;
  if (n < old)
    lmv_lease_expire(&b->lease, "bytearray shrank");
  lmv_setsize(b, n);
  if (n > old)
    memset(b->lease.base + old, 0, n - old);
}

lmv_bytearray *lmv_makeroom(lua_State *L, int idx, size_t n) {
  lmv_bytearray *b = lmv_resizable(L, idx);
  while (lmv_room(b) < n) { /* again if a finalizer grew it */
    if (n > LMV_MAXBYTES - b->lease.size)
      luaL_error(L, "bytearray too large");
    b = lmv_reserve(L, idx, roomy(b, b->lease.size + n));
  }
  LMV_UNPOISON(b->lease.base + b->lease.size, n);
  return b;
}

unsigned char *lmv_opengap(lmv_bytearray *b, size_t at, size_t n) {
  unsigned char *block = block_of(b), *p = b->lease.base;
  size_t size = b->lease.size, behind = size - at;
  LMV_UNPOISON(block, b->capacity);
  if (b->front >= n && at < behind) {
    memmove(p - n, p, at);
    place(b, block, b->front - n, size + n);
  } else {
    memmove(p + at + n, p + at, behind);
    place(b, block, b->front, size + n);
  }
  return b->lease.base + at;
}

/* ---- removing ------------------------------------------------------------*/

/*
** The least capacity of a block that is replaced by a smaller one. Keeping
** smaller blocks wastes little memory, and saves a queue allocations.
*/
#define LARGE ((size_t)1 << 20)

void lmv_dropblock(lua_State *L, int idx) {
  lmv_bytearray *b = lua_touserdata(L, idx);
  LMV_UNPOISON(block_of(b), b->capacity);
  b->front = b->capacity = 0;
  lmv_lease_move(&b->lease, NULL, 0);
  lua_pushnil(L);
  lua_setiuservalue(L, idx, 1);
}

static int new_block(lua_State *L) {
  push_block(L, (size_t)lua_tointeger(L, 1));
  return 1;
}

/*
** Replaces a large block by a smaller one if more bytes are unused in front
** than used. Without memory for a smaller block, the large block stays, so a
** removal does not fail.
*/
static void return_spare(lua_State *L, int idx) {
  lmv_bytearray *b = lua_touserdata(L, idx);
  size_t n = b->capacity / 2;
  if (b->capacity < LARGE || b->front <= b->lease.size)
    return;
  if (b->lease.size < n / 2)
    n = b->lease.size * 2;
  lua_pushcfunction(L, new_block);
  lua_pushinteger(L, (lua_Integer)n);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && b->lease.pins == 0 &&
      b->lease.size <= n &&
      n < b->capacity) /* a finalizer may have changed it */
    move_to(L, idx, lua_touserdata(L, -1), n);
  else
    lua_pop(L, 1);
}

/* Closes the gap by moving the bytes before it or behind it, the fewer ones. */
static void close_gap(lmv_bytearray *b, size_t at, size_t n) {
  unsigned char *p = b->lease.base;
  size_t behind = b->lease.size - at - n;
  if (at < behind) {
    memmove(p + n, p, at);
    place(b, block_of(b), b->front + n, b->lease.size - n);
  } else {
    memmove(p + at, p + at + n, behind);
    lmv_setsize(b, b->lease.size - n);
  }
}

void lmv_cut(lua_State *L, int idx, size_t at, size_t n) {
  lmv_bytearray *b = lmv_resizable(L, idx);
  if (n == 0)
    return;
  lmv_lease_expire(&b->lease, "bytearray was cut");
  if (n < b->lease.size) {
    close_gap(b, at, n);
    return_spare(L, idx);
  } else if (b->capacity < LARGE) {
    place(b, block_of(b), 0, 0);
  } else {
    lmv_dropblock(L, idx);
  }
}
