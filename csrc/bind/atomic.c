/*
** atomic.c - mview.atomic: integers that several threads or processes change
** Each function converts its arguments first and then resolves the memory.
** Between this and its only access, which is sequentially consistent, it calls
** no function of Lua.
*/
#include "atomic.h"

#include "args.h"
#include "futex.h"
#include "numstack.h"
#include "pin.h"
#include "registry.h"
#include "store.h"
#include "view.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* ---- atomic access -------------------------------------------------------*/

typedef enum atomic_op {
  ATOMIC_LOAD,
  ATOMIC_STORE,
  ATOMIC_ADD,
  ATOMIC_SUB,
  ATOMIC_AND,
  ATOMIC_OR,
  ATOMIC_XOR,
  ATOMIC_EXCHANGE,
  ATOMIC_COMPARE
} atomic_op;

/*
** An access to memory that other threads may change; x and expected are
** operands. The bitwise operations are loops: compiled by gcc 12 with -O1 and
** the sanitizers, __atomic_fetch_or and similar functions left four bytes
** unchanged.
*/
#define ACCESS(type, bits)                                                     \
  static type access##bits(volatile type *p, atomic_op op, type x,             \
                           type expected) {                                    \
    switch (op) {                                                              \
    case ATOMIC_LOAD:                                                          \
      return __atomic_load_n(p, __ATOMIC_SEQ_CST);                             \
    case ATOMIC_STORE:                                                         \
      __atomic_store_n(p, x, __ATOMIC_SEQ_CST);                                \
      return x;                                                                \
    case ATOMIC_ADD:                                                           \
      return __atomic_fetch_add(p, x, __ATOMIC_SEQ_CST);                       \
    case ATOMIC_SUB:                                                           \
      return __atomic_fetch_sub(p, x, __ATOMIC_SEQ_CST);                       \
    case ATOMIC_AND:                                                           \
    case ATOMIC_OR:                                                            \
    case ATOMIC_XOR:                                                           \
      expected = __atomic_load_n(p, __ATOMIC_SEQ_CST);                         \
      while (!__atomic_compare_exchange_n(p, &expected,                        \
                                          op == ATOMIC_AND  ? expected & x     \
                                          : op == ATOMIC_OR ? expected | x     \
                                                            : expected ^ x,    \
                                          false, __ATOMIC_SEQ_CST,             \
                                          __ATOMIC_SEQ_CST))                   \
        continue;                                                              \
      return expected;                                                         \
    case ATOMIC_EXCHANGE:                                                      \
      return __atomic_exchange_n(p, x, __ATOMIC_SEQ_CST);                      \
    case ATOMIC_COMPARE:                                                       \
      break;                                                                   \
    }                                                                          \
    __atomic_compare_exchange_n(p, &expected, x, false, __ATOMIC_SEQ_CST,      \
                                __ATOMIC_SEQ_CST);                             \
    return expected;                                                           \
  }

/* Only lock-free integers: a lock would not be shared with other processes. */
#if defined(__GNUC__) && __GCC_ATOMIC_INT_LOCK_FREE == 2
#define HAS_32 1
/* NOLINTNEXTLINE(readability-non-const-parameter) */
ACCESS(uint32_t, 32)
#else
#define HAS_32 0
#define access32(p, op, x, expected) ((void)(p), (void)(op), (x), (expected))
#endif

#if defined(__GNUC__) && __GCC_ATOMIC_LLONG_LOCK_FREE == 2
#define HAS_64 1
/* NOLINTNEXTLINE(readability-non-const-parameter) */
ACCESS(uint64_t, 64)
#else
#define HAS_64 0
#define access64(p, op, x, expected) ((void)(p), (void)(op), (x), (expected))
#endif

/* ---- one item of a view --------------------------------------------------*/

typedef struct atomic_item {
  const lmv_view *view;
  lua_Integer index; /* the argument */
  ptrdiff_t at;      /* from 0 */
  size_t size;
} atomic_item;

static void check_atomic_format(lua_State *L, const mv_format *format) {
  const mv_item *item = &format->item;
  mv_class class = mv_kinds[item->kind].class;
  bool integer = class == MV_UNSIGNED || class == MV_SIGNED;
  if (!integer || (item->size != 4 && item->size != 8) || item->swap ||
      strchr(format->text, 'P') != NULL)
    lmv_argerror(L, 1,
                 "integers of 4 or 8 bytes in native order expected, got "
                 "format '%s'",
                 format->text);
  if ((item->size == 4 && !HAS_32) || (item->size == 8 && !HAS_64))
    luaL_error(L, "this platform has no atomic integers of %d bytes",
               (int)item->size);
}

/* The item of arguments 1 and 2; its memory is resolved later. */
static atomic_item check_item(lua_State *L) {
  atomic_item a;
  a.view = lmv_checkview(L, 1);
  lmv_checklive(L, a.view);
  check_atomic_format(L, a.view->format);
  if (a.view->ndim != 1)
    lmv_argerror(L, 1, "1 dimension expected, got %d", a.view->ndim);
  a.index = lmv_checkinteger(L, 2);
  a.at = lmv_wrap(a.view->dims[0], a.index);
  if (a.at < 0)
    lmv_indexerror(L, a.index, a.view->dims[0], 0, 1);
  a.size = a.view->format->item.size;
  return a;
}

/* The present address of the item. Calls functions of Lua only to raise. */
static void *find_item(lua_State *L, const atomic_item *a, bool writes) {
  unsigned char *base =
      writes ? lmv_writable(L, a->view) : lmv_base(L, a->view);
  mv_layout lay;
  lmv_layout(a->view, &lay);
  base = mv_layout_at(&lay, base, &a->at);
  if ((uintptr_t)base % a->size != 0)
    luaL_error(L, "item %I is not aligned to %d bytes", (LUAI_UACINT)a->index,
               (int)a->size);
  return base;
}

/* The argument, converted to an item of the view. */
static uint64_t check_operand(lua_State *L, const atomic_item *a, int arg) {
  unsigned char bytes[8] = {0};
  uint32_t half;
  uint64_t whole;
  lmv_toitem(L, arg, arg, a->view->format, bytes);
  memcpy(&half, bytes, sizeof half);
  memcpy(&whole, bytes, sizeof whole);
  return a->size == sizeof half ? half : whole;
}

static int push_old(lua_State *L, const atomic_item *a, uint64_t old) {
  unsigned char bytes[8];
  uint32_t half = (uint32_t)old;
  if (a->size == sizeof half)
    memcpy(bytes, &half, sizeof half);
  else
    memcpy(bytes, &old, sizeof old);
  push_number(L, lmv_numkind(&a->view->format->item), bytes);
  return 1;
}

/* Arguments v, i, and the operands: x; for ATOMIC_COMPARE expected and x. */
static int access_item(lua_State *L, atomic_op op) {
  atomic_item a = check_item(L);
  uint64_t x = 0, expected = 0, old;
  bool writes = op != ATOMIC_LOAD;
  void *p;
  if (writes)
    lmv_checkwritable(L, a.view);
  if (op == ATOMIC_COMPARE) {
    expected = check_operand(L, &a, 3);
    x = check_operand(L, &a, 4);
  } else if (writes) {
    x = check_operand(L, &a, 3);
  }
  p = find_item(L, &a, writes);
  if (a.size == 4)
    old = access32(p, op, (uint32_t)x, (uint32_t)expected);
  else
    old = access64(p, op, x, expected);
  return op == ATOMIC_STORE ? 0 : push_old(L, &a, old);
}

#define DEFINE_ATOMIC(name, op)                                                \
  LMV_TOUCHES(atomic_##name) { return access_item(L, op); }

/* atomic.load(v, i), store(v, i, x). add(v, i, x), the other operations and
** compareexchange(v, i, expected, x) return the old value. */
DEFINE_ATOMIC(load, ATOMIC_LOAD)
DEFINE_ATOMIC(store, ATOMIC_STORE)
DEFINE_ATOMIC(add, ATOMIC_ADD)
DEFINE_ATOMIC(sub, ATOMIC_SUB)
DEFINE_ATOMIC(band, ATOMIC_AND)
DEFINE_ATOMIC(bor, ATOMIC_OR)
DEFINE_ATOMIC(bxor, ATOMIC_XOR)
DEFINE_ATOMIC(exchange, ATOMIC_EXCHANGE)
DEFINE_ATOMIC(compareexchange, ATOMIC_COMPARE)

/* ---- waiting -------------------------------------------------------------*/

static atomic_item check_word(lua_State *L) {
  atomic_item a = check_item(L);
  if (a.size != 4)
    lmv_argerror(L, 1, "integers of 4 bytes expected, got format '%s'",
                 a.view->format->text);
  return a;
}

static double check_seconds(lua_State *L, int arg) {
  int isnum;
  lua_Number seconds = lua_tonumberx(L, arg, &isnum);
  if (lua_isnoneornil(L, arg))
    return HUGE_VAL;
  if (!isnum)
    lmv_typeerror(L, arg, "number");
  if (seconds != seconds)
    lmv_argerror(L, arg, "not a number of seconds");
  return (double)seconds;
}

/* Pushes the results of a wait that ended with err. */
static int push_outcome(lua_State *L, int err) {
  if (err != 0 && err != EAGAIN && err != ETIMEDOUT)
    return lmv_oserror(L, err, NULL);
  lua_pushstring(L, err == 0        ? "ok"
                    : err == EAGAIN ? "not-equal"
                                    : "timed-out");
  return 1;
}

/*
** atomic.wait(v, i, expected [, seconds]): "ok" when notified, "not-equal", or
** "timed-out". The memory is pinned during the wait, as C code in another
** thread could end it.
*/
LMV_TOUCHES(atomic_wait) {
  atomic_item a = check_word(L);
  uint32_t expected = (uint32_t)check_operand(L, &a, 3);
  double seconds = check_seconds(L, 4);
  uint32_t *p;
  int err;
  lua_settop(L, 4);
  lmv_pushpin(L, 1, a.view, 0);
  p = find_item(L, &a, false);
  lmv_startpin(L, a.view->lease);
  lua_toclose(L, -1);
  err = lmv_futex_wait(p, expected, seconds);
  (void)access32(p, ATOMIC_LOAD, 0, 0); /* notices a file that shrank */
  return push_outcome(L, err);
}

/* The number of threads to wake: the integer at arg, by default all. */
static int check_number(lua_State *L, int arg) {
  lua_Integer n = lmv_optinteger(L, arg, INT_MAX);
  return n < 0 ? 0 : n > INT_MAX ? INT_MAX : (int)n;
}

/* atomic.notify(v, i [, n]): wakes n (all) waiting threads; returns their
** number. */
LMV_TOUCHES(atomic_notify) {
  atomic_item a = check_word(L);
  int n = check_number(L, 3), woken = 0, err = 0;
  uint32_t *p = find_item(L, &a, false);
  if (n > 0)
    err = lmv_futex_wake(p, n, &woken);
  (void)access32(p, ATOMIC_LOAD, 0, 0);
  if (err != 0)
    return lmv_oserror(L, err, NULL);
  lua_pushinteger(L, woken);
  return 1;
}

static const luaL_Reg atomic_functions[] = {
    {"load", atomic_load},
    {"store", atomic_store},
    {"add", atomic_add},
    {"sub", atomic_sub},
    {"band", atomic_band},
    {"bor", atomic_bor},
    {"bxor", atomic_bxor},
    {"exchange", atomic_exchange},
    {"compareexchange", atomic_compareexchange},
    {"wait", atomic_wait},
    {"notify", atomic_notify},
    {NULL, NULL}};

void lmv_open_atomic(lua_State *L) {
  lua_newtable(L);
  lmv_setfuncs(L, atomic_functions);
  lua_setfield(L, -2, "atomic");
}
