/*
** stream.h - the common part of readers and writers
** A stream is a position in the bytes of a view, or in all present bytes of a
** container. It holds no pointer to the bytes: each call resolves their
** address, after all steps that could raise or run a finalizer.
*/
#ifndef LMV_STREAM_H
#define LMV_STREAM_H

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
#define LMV_ONE_ROW(name, size) {#name, STREAM_FUNCTION(name)},
#define LMV_WIDE_ROW(name, size)                                               \
  {#name, STREAM_FUNCTION(name)}, {#name "le", STREAM_FUNCTION(name##le)},     \
      {#name "be", STREAM_FUNCTION(name##be)},
#define LMV_NUMBER_ROWS LMV_NUMBERS(LMV_ONE_ROW, LMV_WIDE_ROW)

/* A stream. User value 1: the view or the container. */
typedef struct lmv_stream {
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
} lmv_stream;

/* The metatable of readers or of writers, in each of their functions. */
#define LMV_STREAM lua_upvalueindex(LMV_NUP + 1)

/* The bytes of a stream. */
typedef struct lmv_window {
  unsigned char *base;
  ptrdiff_t step; /* from one to the next */
  size_t size;
} lmv_window;

int lmv_streamerror(lua_State *L) LMV_RAISES;

/* The stream at argument 1; raises for other values. */
static inline lmv_stream *lmv_checkstream(lua_State *L) {
  lmv_stream *s = lua_touserdata(L, 1);
  if (s == NULL || !lua_getmetatable(L, 1))
    lmv_streamerror(L);
  if (!lua_rawequal(L, -1, LMV_STREAM))
    lmv_streamerror(L);
  lua_pop(L, 1);
  return s;
}

/* The present bytes of a stream; raises if the memory is gone. Allocates
** nothing. */
static inline lmv_window lmv_see(lua_State *L, const lmv_stream *s) {
  const lmv_view *v = s->view;
  lmv_window w;
  if (v != NULL) {
    w.base = lmv_base(L, v) + v->offset;
    w.step = v->dims[1];
    w.size = (size_t)v->dims[0];
    return w;
  }
  if (!lmv_container_alive(s->container) || s->container->lease->lost)
    lmv_checkopen(L, s->container);
  w.base = s->container->lease->base;
  w.step = 1;
  w.size = s->container->lease->size;
  return w;
}

/* The position of the next byte, from 0, in a stream that has size bytes. */
static inline size_t lmv_position(const lmv_stream *s, size_t size) {
  return s->writes && s->pos > size ? size : s->pos;
}

#define LMV_ATEND                                                              \
  SIZE_MAX /* the position of a writer that stays at the end                   \
            */

/* Whether the stream can write behind the last byte. */
static inline bool lmv_cangrow(const lmv_stream *s) {
  return s->container != NULL && s->container->source == LMV_BYTEARRAY;
}

/* Sets the position in a stream that has size bytes. If the memory can grow, a
** writer at the end stays at the end. */
static inline void lmv_moveto(lmv_stream *s, size_t pos, size_t size) {
  bool end = s->writes && pos == size && lmv_cangrow(s);
  s->pos = end ? LMV_ATEND : pos;
  s->nbits = 0;
}

/*
** Raises "need n bytes at position pos, ... left". n is the least number of
** bytes that is sure to be needed.
*/
int lmv_underrun(lua_State *L, const lmv_window *w, size_t pos,
                 size_t n) LMV_RAISES;

/*
** Pushes a new stream over the bytes-like argument 1, at its first byte, in the
** byte order of argument 2. Raises for other arguments.
*/
lmv_stream *lmv_pushstream(lua_State *L);

/* Pushes a view of n existing bytes of the stream, from byte `at` on. */
void lmv_pushpart(lua_State *L, const lmv_stream *s, size_t at, size_t n);

/* Whether the value is a byte order: "<" or ">". */
bool lmv_isorder(lua_State *L, int idx);

/* The position of an argument, from 0, at most size. */
size_t lmv_checkseek(lua_State *L, int arg, size_t size);

/* An argument that is a number of bytes. */
size_t lmv_checkcount(lua_State *L, int arg);

/* An argument that is a number of bits, 0 to 64. */
unsigned lmv_checkbits(lua_State *L, int arg);

/* The bytes between pos and the next multiple of the argument. */
size_t lmv_checkalign(lua_State *L, int arg, size_t pos);

/* The differences between readers and writers. */
typedef struct lmv_streamclass {
  const char *name, *metaname;
  lua_CFunction make; /* the function `name` of the module */
  const luaL_Reg *methods;
  bool view; /* has a field of that name */
} lmv_streamclass;

/* Makes the class and puts its function into the module's table on top. */
void lmv_openstream(lua_State *L, const lmv_streamclass *class);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
