/*
** cursor.h - the common part of readers and writers
** A cursor is a position in the bytes of a view, or in all present bytes of a
** container. It holds no pointer to the bytes: each call resolves their
** address, after all steps that could raise or run a finalizer. A method checks
** for lost bytes before it moves the cursor.
*/
#ifndef LMV_CURSOR_H
#define LMV_CURSOR_H

#include "lease.h"
#include "registry.h"
#include "view.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The numbers of fixed width, by name and number of bytes: ONE for numbers of
** one byte, WIDE for numbers with a byte order.
*/
#define LMV_NUMBERS(ONE, WIDE)                                                 \
  ONE(u8, 1)                                                                   \
  ONE(i8, 1)                                                                   \
  WIDE(u16, 2)                                                                 \
  WIDE(u24, 3)                                                                 \
  WIDE(u32, 4)                                                                 \
  WIDE(u64, 8)                                                                 \
  WIDE(i16, 2)                                                                 \
  WIDE(i24, 3)                                                                 \
  WIDE(i32, 4)                                                                 \
  WIDE(i64, 8)                                                                 \
  WIDE(f16, 2)                                                                 \
  WIDE(f32, 4)                                                                 \
  WIDE(f64, 8)

/*
** Rows for these numbers in a list of luaL_Reg, for functions with that prefix.
*/
#define LMV_ONE_ROW(name, size) {#name, CURSOR_METHOD(name)},
#define LMV_WIDE_ROW(name, size)                                               \
  {#name, CURSOR_METHOD(name)}, {#name "le", CURSOR_METHOD(name##le)},         \
      {#name "be", CURSOR_METHOD(name##be)},
#define LMV_NUMBER_ROWS LMV_NUMBERS(LMV_ONE_ROW, LMV_WIDE_ROW)

/* A cursor. User value 1: the view or the container. */
typedef struct lmv_cursor {
  const lmv_container *container; /* NULL: the bytes of the view */
  const lmv_view *view;           /* one-dimensional bytes */
  size_t pos; /* of the next byte, from 0; of a writer at the end: or greater */
  bool big;
  bool writes; /* is a writer */
  /* The number of low bits of the byte in front of pos that are still to be
  ** read or written. 0 after any other move of pos than by bits or discard. */
  unsigned char nbits;
  unsigned char bits;  /* of a reader: that byte */
  size_t bitpos;       /* of a writer: pos when it wrote them, */
  uint64_t generation; /* and the lease's */
  size_t end;          /* of a writer: the position behind its last byte */
} lmv_cursor;

/* The metatable of readers or of writers, in each of their functions. */
#define LMV_CURSORMETA lua_upvalueindex(LMV_NUP + 1)

/* The bytes of a cursor's source or target. */
typedef struct lmv_byterun {
  unsigned char *base;
  ptrdiff_t step; /* from one to the next */
  size_t size;
  unsigned losses; /* LMV_LOSSES before the bytes are touched */
} lmv_byterun;

/* Raises "reader (or writer) expected, got ..." for argument 1. [-0, +0, v] */
int lmv_cursorerror(lua_State *L) LMV_RAISES;

/* The cursor at argument 1; raises for other values. [-0, +0, v] */
static inline lmv_cursor *lmv_checkcursor(lua_State *L) {
  lmv_cursor *c = lua_touserdata(L, 1);
  if (c == NULL || !lua_getmetatable(L, 1))
    lmv_cursorerror(L);
  if (!lua_rawequal(L, -1, LMV_CURSORMETA))
    lmv_cursorerror(L);
  lua_pop(L, 1);
  return c;
}

/* The present bytes of a cursor; raises if the memory is gone. Allocates
** nothing. */
static inline lmv_byterun lmv_cursorbytes(lua_State *L, const lmv_cursor *c) {
  const lmv_view *v = c->view;
  lmv_byterun all;
  all.losses = LMV_LOSSES();
  if (v != NULL) {
    all.base = lmv_base(L, v) + v->offset;
    all.step = v->dims[1];
    all.size = (size_t)v->dims[0];
    return all;
  }
  lmv_checkopen(L, c->container);
  all.base = c->container->lease->base;
  all.step = 1;
  all.size = c->container->lease->size;
  return all;
}

/* The position of a writer's next byte, from 0, in size bytes. */
static inline size_t lmv_writerposition(const lmv_cursor *w, size_t size) {
  return w->pos < size ? w->pos : size;
}

/* The position of a writer that stays at the end. */
#define LMV_ATEND SIZE_MAX

/* Whether the cursor can write behind the last byte. */
static inline bool lmv_cangrow(const lmv_cursor *c) {
  return c->container != NULL && c->container->source == LMV_BYTEARRAY;
}

/* Sets the position in a cursor that has size bytes. If the memory can grow, a
** writer at the end stays at the end. */
static inline void lmv_movecursor(lmv_cursor *c, size_t pos, size_t size) {
  bool end = c->writes && pos == size && lmv_cangrow(c);
  c->pos = end ? LMV_ATEND : pos;
  c->nbits = 0;
}

/*
** Raises "need n bytes at position pos, ... left". n is the least number of
** bytes that is sure to be needed. pos counts from 0. [-0, +0, v]
*/
int lmv_underrun(lua_State *L, const lmv_byterun *all, size_t pos,
                 size_t n) LMV_RAISES;

/*
** Pushes a new cursor over the bytes-like argument 1, at its first byte, in the
** byte order of argument 2 (little-endian if it is absent or nil). Raises for
** other values. Stack: [source, order, ...] -> [source, order, cursor].
** [-n, +1, e]
*/
lmv_cursor *lmv_pushcursor(lua_State *L);

/* Pushes a view of n existing bytes of c, the cursor at index 1, from byte `at`
** on. [-0, +1, v] Raises if the memory is gone or was cut meanwhile. */
void lmv_pushpart(lua_State *L, const lmv_cursor *c, size_t at, size_t n);

/* Whether the value is a byte order: "<" or ">". [-0, +0, -] */
bool lmv_isorder(lua_State *L, int idx);

/* An argument that is a number of bytes. This and the next two raise for other
** values. [-0, +0, v] */
size_t lmv_checkcount(lua_State *L, int arg);

/* An argument that is a number of bits, 0 to 64. */
unsigned lmv_checkbitcount(lua_State *L, int arg);

/* The bytes between pos and the next multiple of the argument, 1 or more. */
size_t lmv_checkpadding(lua_State *L, int arg, size_t pos);

/* The differences between readers and writers. */
typedef struct lmv_cursorclass {
  const char *name, *metaname;
  lua_CFunction make; /* the function `name` of the module */
  const luaL_Reg *methods;
  bool view; /* has a field of that name */
} lmv_cursorclass;

/* Makes the class and puts its function into the module's table on top.
** [-0, +0, m] */
void lmv_opencursor(lua_State *L, const lmv_cursorclass *class);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
