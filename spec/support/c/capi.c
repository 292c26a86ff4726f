/*
** capi.c - calls the C API in all ways that the specs need
** Functions that borrow call a function of the spec during the borrow, so the
** spec can inspect and change the pinned memory.
*/
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "mview.h"

#define LOAN "capi.loan"

/* ---- borrowing -----------------------------------------------------------*/

static void set_list(lua_State *L, const char *name, const ptrdiff_t *list,
                     int n) {
  if (list == NULL)
    return;
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    lua_pushinteger(L, list[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, lua_Integer i) {
  lua_pushinteger(L, i);
  lua_setfield(L, -2, name);
}

/* Pushes a description of a buffer. data: its bytes if they are contiguous. */
static void push_buffer(lua_State *L, const mview_buffer *buf, int flags) {
  lua_newtable(L);
  set_integer(L, "nbytes", (lua_Integer)buf->nbytes);
  set_integer(L, "itemsize", (lua_Integer)buf->itemsize);
  set_integer(L, "ndim", buf->ndim);
  lua_pushstring(L, buf->format);
  lua_setfield(L, -2, "format");
  lua_pushboolean(L, buf->readonly);
  lua_setfield(L, -2, "readonly");
  set_list(L, "shape", buf->shape, buf->ndim);
  set_list(L, "strides", buf->strides, buf->ndim);
  set_list(L, "suboffsets", buf->suboffsets, buf->ndim);
  if (!(flags & MVIEW_STRIDES)) {
    lua_pushlstring(L, buf->data, buf->nbytes);
    lua_setfield(L, -2, "data");
  }
}

/* borrow(x, flags [, f]): the result of f(description), or the description. */
static int borrow(lua_State *L) {
  mview_buffer buf;
  int flags = (int)luaL_checkinteger(L, 2);
  lua_settop(L, 3);
  mview_import(L)->borrow(L, 1, flags, &buf);
  lua_pushvalue(L, 3);
  push_buffer(L, &buf, flags);
  if (lua_isnil(L, 3))
    return 1;
  lua_call(L, 1, LUA_MULTRET);
  return lua_gettop(L) - 4;
}

/* after(x, f): the bytes of x after a call of f, during a borrow of x. */
static int after(lua_State *L) {
  mview_buffer buf;
  mview_import(L)->borrow(L, 1, MVIEW_READ, &buf);
  lua_pushvalue(L, 2);
  lua_call(L, 0, 0);
  lua_pushlstring(L, buf.data, buf.nbytes);
  return 1;
}

/* write(x, f): borrows x to write, calls f, then writes its first byte. */
static int write(lua_State *L) {
  mview_buffer buf;
  mview_import(L)->borrow(L, 1, MVIEW_WRITE, &buf);
  lua_pushvalue(L, 2);
  lua_call(L, 0, 0);
  *(unsigned char *)buf.data = '!';
  return 0;
}

/* nested(x, n, f): the results of f, called while x is borrowed n times. */
static int nested(lua_State *L) {
  mview_buffer buf;
  int n = (int)luaL_checkinteger(L, 2);
  for (int i = 0; i < n; i++)
    mview_import(L)->borrow(L, 1, MVIEW_INDIRECT, &buf);
  lua_pushvalue(L, 3);
  lua_call(L, 0, LUA_MULTRET);
  return lua_gettop(L) - 3 - n;
}

/* The results of f while x is borrowed, and after the pin was ended early, when
** x is no longer on the stack. */
static int end_early(lua_State *L, int by_unborrow) {
  const mview_api *api = mview_import(L);
  mview_buffer buf;
  lua_settop(L, 3);
  api->borrow(L, 1, MVIEW_INDIRECT, &buf);
  lua_pushvalue(L, 2);
  lua_call(L, 0, 1);
  lua_replace(L, 3);
  if (by_unborrow) {
    api->unborrow(L, 4);
    api->unborrow(L, -1); /* a second call does nothing */
  } else {
    lua_pop(L, 1);
    if (lua_gettop(L) != 3)
      return luaL_error(L, "the top of the stack is elsewhere");
  }
  lua_pushnil(L);
  lua_replace(L, 1);
  lua_pushvalue(L, 3);
  lua_pushvalue(L, 2);
  lua_call(L, 0, 1);
  return 2;
}

/* unborrow(x, f), pop(x, f): end the pin by unborrow, or by popping it. */
static int unborrow(lua_State *L) { return end_early(L, 1); }
static int pop(lua_State *L) { return end_early(L, 0); }

/* pin_type(x): the Lua type of the pin of a borrow of x. */
static int pin_type(lua_State *L) {
  mview_buffer buf;
  mview_import(L)->borrow(L, 1, MVIEW_READ, &buf);
  lua_pushstring(L, luaL_typename(L, -1));
  return 1;
}

/* leak(x): the pin of a borrow of x, which ends at the return. */
static int leak(lua_State *L) {
  mview_buffer buf;
  mview_import(L)->borrow(L, 1, MVIEW_READ, &buf);
  return 1;
}

/* unborrow_other(x): calls unborrow for x, which is not a pin. */
static int unborrow_other(lua_State *L) {
  mview_import(L)->unborrow(L, 1);
  return 0;
}

/* fail(x, message): raises an error while x is borrowed. */
static int fail(lua_State *L) {
  mview_buffer buf;
  mview_import(L)->borrow(L, 1, MVIEW_READ, &buf);
  lua_pushvalue(L, 2);
  return lua_error(L);
}

static int resumed(lua_State *L, int status, lua_KContext ctx) {
  const mview_buffer *buf = (const mview_buffer *)ctx;
  (void)status;
  if (!lua_isnil(L, 2)) {
    lua_pushvalue(L, 2);
    lua_call(L, 0, 0);
  }
  lua_pushlstring(L, buf->data, buf->nbytes);
  return 1;
}

/* hold(x [, f]): yields while x is borrowed; when resumed, calls f, and returns
** the bytes of x. */
static int hold(lua_State *L) {
  mview_buffer *buf;
  lua_settop(L, 2);
  buf = lua_newuserdatauv(L, sizeof *buf, 0);
  mview_import(L)->borrow(L, 1, MVIEW_READ, buf);
  return lua_yieldk(L, 0, (lua_KContext)buf, resumed);
}

/* ---- without a pin -------------------------------------------------------*/

/* isbytes(x) */
static int isbytes(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushinteger(L, mview_import(L)->isbytes(L, 1));
  return 1;
}

/* peek(x, flags): the description of the buffer, as in borrow. */
static int peek(lua_State *L) {
  mview_buffer buf;
  int flags = (int)luaL_checkinteger(L, 2), top = lua_gettop(L);
  mview_import(L)->peek(L, 1, flags, &buf);
  if (lua_gettop(L) != top)
    return luaL_error(L, "peek left %d values", lua_gettop(L) - top);
  push_buffer(L, &buf, flags);
  return 1;
}

/* newbytes(s): a bytearray with the bytes of s. */
static int newbytes(lua_State *L) {
  size_t n;
  const char *s = luaL_checklstring(L, 1, &n);
  memcpy(mview_import(L)->newbytes(L, n), s, n);
  return 1;
}

/* push(x) */
static int push(lua_State *L) {
  mview_import(L)->push(L, 1);
  return 1;
}

/* checklstring(x): the bytes of x, by mview_checklstring. */
static int checklstring(lua_State *L) {
  size_t n;
  int top = lua_gettop(L);
  const char *s = mview_checklstring(L, 1, &n);
  if (lua_gettop(L) != top || s != mview_checklstring(L, 1, NULL))
    return luaL_error(L, "not the same again");
  lua_pushlstring(L, s, n);
  return 1;
}

/* ---- lending -------------------------------------------------------------*/

typedef enum action { NOTHING, REVOKE_ITSELF, REVOKE_OTHER } action;

/*
** A block of memory and its loan, which has two owners: the handle and done. If
** Lua loses the finalizer of the handle, the end of this module frees it.
*/
typedef struct loan {
  struct loan *next, **previous; /* in the list of all loans */
  lua_State *L;
  mview_loan number, other;
  unsigned char *bytes; /* NULL: done has run */
  action action;
  int owners, dones;
} loan;

static int lends, dones; /* the number of loans, and of ended ones */
static loan *loans;

static void free_loan(loan *l) {
  *l->previous = l->next;
  if (l->next != NULL)
    l->next->previous = l->previous;
  free(l->bytes);
  free(l);
}

static void disown(loan *l) {
  if (--l->owners == 0)
    free_loan(l);
}

__attribute__((destructor)) static void free_loans(void) {
  while (loans != NULL)
    free_loan(loans);
}

static void done(void *ud) {
  loan *l = ud;
  dones++;
  l->dones++;
  free(l->bytes);
  l->bytes = NULL;
  if (l->action != NOTHING)
    mview_import(l->L)->revoke(l->L, l->action == REVOKE_OTHER ? l->other
                                                               : l->number);
  disown(l);
}

static lua_State *main_thread(lua_State *L) {
  lua_State *main;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main;
}

/* Pushes the handle of a loan of n bytes that are not lent yet. */
static loan *push_loan(lua_State *L, size_t n) {
  loan **handle = lua_newuserdatauv(L, sizeof *handle, 0);
  loan *l = *handle = calloc(1, sizeof *l);
  if (l == NULL || (l->bytes = calloc(n + 1, 1)) == NULL)
    abort();
  l->L = main_thread(L);
  l->owners = 1;
  l->previous = &loans;
  l->next = loans;
  if (loans != NULL)
    loans->previous = &l->next;
  loans = l;
  luaL_setmetatable(L, LOAN);
  return l;
}

static loan *check_loan(lua_State *L, int arg) {
  return *(loan **)luaL_checkudata(L, arg, LOAN);
}

/* lend(n [, action [, other]]): a view of n zero bytes, and its loan. done
** performs the action: "itself" revokes this loan, "other" the other one. */
static int lend(lua_State *L) {
  static const char *const actions[] = {"nothing", "itself", "other", NULL};
  mview_buffer buf = {0};
  loan *l;
  action act = (action)luaL_checkoption(L, 2, "nothing", actions);
  buf.nbytes = (size_t)luaL_checkinteger(L, 1);
  l = push_loan(L, buf.nbytes);
  l->action = act;
  if (act == REVOKE_OTHER)
    l->other = check_loan(L, 3)->number;
  buf.data = l->bytes;
  l->owners++;
  lends++;
  l->number = mview_import(L)->lend(L, &buf, done, l);
  lua_insert(L, -2);
  return 2;
}

static void count_done(void *ud) { ++*(int *)ud; }

/* lend_static([counted]): the number of a loan without a handle, and a view of
** its byte. If counted is false, the loan has no done. */
static int lend_static(lua_State *L) {
  static unsigned char byte = 7;
  int counted = lua_toboolean(L, 1);
  mview_buffer buf = {0};
  mview_loan number;
  buf.data = &byte;
  buf.nbytes = 1;
  lends += counted;
  number = mview_import(L)->lend(L, &buf, counted ? count_done : NULL, &dones);
  lua_pushinteger(L, (lua_Integer)number);
  lua_insert(L, -2);
  return 2;
}

/* malformed(name): lends a malformed buffer. */
static int malformed(lua_State *L) {
  static const char *const names[] = {"no shape",       "negative dimensions",
                                      "other size",     "no memory",
                                      "too large",      "item too large",
                                      "reserved",       "also reserved",
                                      "reserved bytes", NULL};
  static const ptrdiff_t shape[] = {2, 3};
  static unsigned char bytes[6];
  mview_buffer buf = {0};
  loan *l = push_loan(L, 1);
  buf.data = bytes;
  buf.ndim = 2;
  buf.shape = shape;
  switch (luaL_checkoption(L, 1, NULL, names)) {
  case 0:
    buf.shape = NULL;
    break;
  case 1:
    buf.ndim = -1;
    break;
  case 2:
    buf.nbytes = 5;
    break;
  case 3:
    buf.data = NULL;
    break;
  case 4:
    buf.nbytes = SIZE_MAX;
    break;
  case 5:
    buf.itemsize = SIZE_MAX;
    break;
  case 6:
    buf.reserved[0] = bytes;
    break;
  case 7:
    buf.reserved[1] = bytes;
    break;
  default:
    buf = (mview_buffer){.data = bytes, .nbytes = 6, .reserved = {0, bytes}};
  }
  l->owners++;
  lends++;
  mview_import(L)->lend(L, &buf, done, l);
  return 1;
}

/* Fills the stack, so that Lua refuses n more slots. */
static void crowd(lua_State *L, int n) {
  for (int full = 0; full < 2; full++) /* Lua adds some slots at an overflow */
    while (lua_checkstack(L, n))
      lua_pushnil(L);
}

/* crowded_isbytes(x): isbytes while the stack is full. */
static int crowded_isbytes(lua_State *L) {
  const mview_api *api = mview_import(L);
  int is;
  crowd(L, 2);
  is = api->isbytes(L, 1);
  lua_settop(L, 0);
  lua_pushinteger(L, is);
  return 1;
}

/* crowded_lend(): lends while the stack is full. */
static int crowded_lend(lua_State *L) {
  static unsigned char byte;
  mview_buffer buf = {.data = &byte, .nbytes = 1};
  loan *l = push_loan(L, 1);
  const mview_api *api = mview_import(L);
  crowd(L, LUA_MINSTACK);
  l->owners++;
  lends++;
  api->lend(L, &buf, done, l);
  return 1;
}

static int revoke(lua_State *L) {
  lua_Integer number = lua_isinteger(L, 1)
                           ? lua_tointeger(L, 1)
                           : (lua_Integer)check_loan(L, 1)->number;
  lua_pushinteger(L, mview_import(L)->revoke(L, (mview_loan)number));
  return 1;
}

/* loan:number() */
static int loan_number(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)check_loan(L, 1)->number);
  return 1;
}

/* loan:dones(): the number of calls of done. */
static int loan_dones(lua_State *L) {
  lua_pushinteger(L, check_loan(L, 1)->dones);
  return 1;
}

static int loan_gc(lua_State *L) {
  disown(check_loan(L, 1));
  return 0;
}

/* counts(): the number of loans made, and of loans ended. */
static int counts(lua_State *L) {
  lua_pushinteger(L, lends);
  lua_pushinteger(L, dones);
  return 2;
}

/* ---- a full stack --------------------------------------------------------*/

/* brim(name, x, flags): calls that function for x while the stack has no free
** slots (for revoke, one slot). */
static int brim(lua_State *L) {
  static const char *const names[] = {"borrow",   "peek",     "isbytes",
                                      "push",     "newbytes", "lend",
                                      "unborrow", "revoke",   NULL};
  static unsigned char bytes[4];
  const mview_api *api = mview_import(L);
  mview_buffer buf = {0};
  int name = luaL_checkoption(L, 1, NULL, names);
  int flags = (int)luaL_checkinteger(L, 3);
  for (int i = name == 7; i < LUA_MINSTACK; i++)
    lua_pushnil(L);
  switch (name) {
  case 0:
    api->borrow(L, 2, flags, &buf);
    api->unborrow(L, -1);
    break;
  case 1:
    api->peek(L, 2, flags, &buf);
    break;
  case 2:
    api->isbytes(L, 2);
    break;
  case 3:
    api->push(L, 2);
    break;
  case 4:
    api->newbytes(L, 10);
    break;
  case 5:
    buf.data = bytes;
    buf.nbytes = sizeof bytes;
    buf.format = flags > 3 ? "T{B:a:B:b:}" : NULL;
    api->lend(L, &buf, NULL, NULL);
    break;
  case 6:
    api->unborrow(L, 2);
    break;
  default:
    api->revoke(L, 0);
  }
  return 0;
}

/* ---- the table of functions ----------------------------------------------*/

static int import(lua_State *L) {
  mview_import(L);
  return 0;
}

/* import(version, size): the error if the library has a table with this version
** and size. */
static int import_fake(lua_State *L) {
  mview_api fake = {0};
  fake.version = (int)luaL_checkinteger(L, 1);
  fake.size = (size_t)luaL_checkinteger(L, 2);
  lua_getfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  lua_pushlightuserdata(L, &fake);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  lua_pushcfunction(L, import);
  if (lua_pcall(L, 0, 0, 0) == LUA_OK)
    lua_pushnil(L);
  lua_insert(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, MVIEW_API_KEY);
  return 1;
}

int luaopen_capi(lua_State *L);

int luaopen_capi(lua_State *L) {
  static const luaL_Reg methods[] = {{"revoke", revoke},
                                     {"number", loan_number},
                                     {"dones", loan_dones},
                                     {"__gc", loan_gc},
                                     {NULL, NULL}};
  static const luaL_Reg functions[] = {{"borrow", borrow},
                                       {"after", after},
                                       {"write", write},
                                       {"nested", nested},
                                       {"unborrow", unborrow},
                                       {"pop", pop},
                                       {"pin_type", pin_type},
                                       {"leak", leak},
                                       {"unborrow_other", unborrow_other},
                                       {"fail", fail},
                                       {"hold", hold},
                                       {"isbytes", isbytes},
                                       {"peek", peek},
                                       {"newbytes", newbytes},
                                       {"push", push},
                                       {"checklstring", checklstring},
                                       {"lend", lend},
                                       {"lend_static", lend_static},
                                       {"malformed", malformed},
                                       {"crowded_isbytes", crowded_isbytes},
                                       {"crowded_lend", crowded_lend},
                                       {"revoke", revoke},
                                       {"counts", counts},
                                       {"brim", brim},
                                       {"import", import_fake},
                                       {NULL, NULL}};
  if (luaL_newmetatable(L, LOAN)) {
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
  }
  luaL_newlib(L, functions);
  set_integer(L, "READ", MVIEW_READ);
  set_integer(L, "WRITE", MVIEW_WRITE);
  set_integer(L, "STRIDES", MVIEW_STRIDES);
  set_integer(L, "INDIRECT", MVIEW_INDIRECT);
  set_integer(L, "VERSION", mview_import(L)->version);
  set_integer(L, "SIZE", (lua_Integer)mview_import(L)->size);
  return 1;
}
