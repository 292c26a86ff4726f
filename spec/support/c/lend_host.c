/*
** lend_host.c - lends memory of any geometry to the specs
**
** A minimal host: it copies the bytes that a spec passes to a block of its own
** and lends the block, using only the public C API, mview.h. The block has two
** owners, the handle of the spec and the loan. The loan's done frees the bytes,
** so a checker finds a late access.
*/
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "mview.h"

#define HANDLE "lend_host.handle"
#define MAXDIM 70 /* above the limit of mview, to test the refusal */

/* nrows rows of rowsize bytes; rows == NULL: done has freed them. */
typedef struct block {
  unsigned char **rows;
  size_t nrows, rowsize;
  int owners;
} block;

typedef struct handle {
  block *block;
  mview_loan loan;
} handle;

typedef struct geometry {
  ptrdiff_t shape[MAXDIM], strides[MAXDIM], suboffsets[MAXDIM];
} geometry;

static int dones; /* the number of calls of done */

static void free_rows(block *b) {
  if (b->rows == NULL)
    return;
  for (size_t i = 0; i < b->nrows; i++)
    free(b->rows[i]);
  free(b->rows);
  b->rows = NULL;
}

static void disown(block *b) {
  if (--b->owners > 0)
    return;
  free_rows(b);
  free(b);
}

static void done(void *ud) {
  dones++;
  free_rows(ud);
  disown(ud);
}

/* Pushes a handle with a block of nrows zeroed rows. */
static handle *new_handle(lua_State *L, size_t nrows, size_t rowsize) {
  handle *h = lua_newuserdatauv(L, sizeof(handle), 0);
  h->loan = 0;
  h->block = calloc(1, sizeof(block));
  if (h->block == NULL) {
    luaL_error(L, "not enough memory");
    return NULL;
  }
  h->block->owners = 1;
  luaL_setmetatable(L, HANDLE);
  h->block->rowsize = rowsize;
  h->block->rows = calloc(nrows + 1, sizeof(unsigned char *));
  for (; h->block->rows != NULL && h->block->nrows < nrows; h->block->nrows++) {
    /* a block even for 0 bytes, so each row has an address of its own */
    unsigned char *row = calloc(rowsize > 0 ? rowsize : 1, 1);
    if (row == NULL)
      break;
    h->block->rows[h->block->nrows] = row;
  }
  if (h->block->nrows < nrows)
    luaL_error(L, "not enough memory");
  return h;
}

/* Reads the list in field `name` of the options at index 1; -1 if it is nil. */
static int read_list(lua_State *L, const char *name, ptrdiff_t *out) {
  int n = -1;
  if (lua_getfield(L, 1, name) != LUA_TNIL) {
    luaL_checktype(L, -1, LUA_TTABLE);
    n = (int)luaL_len(L, -1);
    luaL_argcheck(L, n <= MAXDIM, 1, "too many dimensions");
    for (int i = 0; i < n; i++) {
      lua_rawgeti(L, -1, i + 1);
      out[i] = (ptrdiff_t)luaL_checkinteger(L, -1);
      lua_pop(L, 1);
    }
  }
  lua_pop(L, 1);
  return n;
}

/* The integer in field `name` of the options, or def. */
static lua_Integer read_integer(lua_State *L, const char *name,
                                lua_Integer def) {
  lua_getfield(L, 1, name);
  lua_Integer n = luaL_optinteger(L, -1, def);
  lua_pop(L, 1);
  return n;
}

static int read_boolean(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  int b = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return b;
}

/* The result of mview.calcsize for a format. */
static size_t calcsize(lua_State *L, const char *format) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "mview");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "calcsize");
  lua_pushstring(L, format);
  lua_call(L, 1, 1);
  size_t size = (size_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
  return size;
}

/* Fills buf from the options. Its arrays are in g; its format is pushed. */
static void read_geometry(lua_State *L, mview_buffer *buf, geometry *g) {
  memset(buf, 0, sizeof *buf);
  lua_getfield(L, 1, "format");
  buf->format = lua_tostring(L, -1);
  buf->itemsize = (size_t)read_integer(L, "itemsize", 0);
  buf->readonly = read_boolean(L, "readonly");
  int ndim = read_list(L, "shape", g->shape);
  if (ndim < 0)
    return;
  buf->ndim = ndim;
  buf->shape = g->shape;
  if (read_list(L, "strides", g->strides) >= 0)
    buf->strides = g->strides;
  if (read_list(L, "suboffsets", g->suboffsets) >= 0)
    buf->suboffsets = g->suboffsets;
  buf->nbytes = buf->itemsize;
  if (buf->nbytes == 0 && buf->format != NULL)
    buf->nbytes = calcsize(L, buf->format);
  for (int i = 0; i < ndim; i++)
    buf->nbytes *= (size_t)g->shape[i];
}

/* Lends buf as a loan of the handle at the top. Returns view, handle. */
static int lend_buffer(lua_State *L, handle *h, const mview_buffer *buf) {
  const mview_api *api = mview_import(L);
  h->block->owners++;
  h->loan = api->lend(L, buf, done, h->block);
  lua_insert(L, -2);
  return 2;
}

/*
** lend{data =, format =, shape =, strides =, suboffsets =, offset =,
** itemsize =, readonly =}: a view and a handle. offset is the place of the item
** at index 1,1,... in data. Without shape: plain bytes.
*/
static int lend_lend(lua_State *L) {
  mview_buffer buf;
  geometry g = {{0}, {0}, {0}};
  size_t len;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  read_geometry(L, &buf, &g);
  lua_getfield(L, 1, "data");
  const char *data = luaL_checklstring(L, -1, &len);
  ptrdiff_t offset = (ptrdiff_t)read_integer(L, "offset", 0);
  handle *h = new_handle(L, 1, len);
  memcpy(h->block->rows[0], data, len);
  buf.data = h->block->rows[0] + offset;
  if (buf.shape == NULL)
    buf.nbytes = len;
  return lend_buffer(L, h, &buf);
}

/*
** pil{blocks =, format =, shape =, depth =, readonly =}: as an array of
** pointers to rows, the layout of the Python Imaging Library. The blocks have
** the same size. They hold the dimensions behind the first depth (1)
** dimensions, each in C order.
*/
static int lend_pil(lua_State *L) {
  mview_buffer buf;
  geometry g = {{0}, {0}, {0}};
  size_t len = 0, nrows = 1;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  read_geometry(L, &buf, &g);
  int depth = (int)read_integer(L, "depth", 1);
  luaL_argcheck(L, buf.ndim > depth, 1, "a shape of more dimensions expected");
  lua_getfield(L, 1, "blocks");
  luaL_checktype(L, -1, LUA_TTABLE);
  if (lua_rawgeti(L, -1, 1) != LUA_TNIL)
    luaL_checklstring(L, -1, &len);
  lua_pop(L, 1);
  for (int i = 0; i < depth; i++)
    nrows *= (size_t)g.shape[i];
  handle *h = new_handle(L, nrows, len);
  for (size_t i = 0; i < h->block->nrows; i++) {
    size_t size;
    lua_rawgeti(L, -2, (lua_Integer)i + 1);
    const char *row = luaL_checklstring(L, -1, &size);
    luaL_argcheck(L, size == len, 1, "blocks of different sizes");
    memcpy(h->block->rows[i], row, size);
    lua_pop(L, 1);
  }
  g.strides[buf.ndim - 1] =
      (ptrdiff_t)(buf.itemsize > 0 ? buf.itemsize : calcsize(L, buf.format));
  for (int i = buf.ndim - 1; i > 0; i--) {
    g.strides[i - 1] = i == depth ? (ptrdiff_t)sizeof(unsigned char *)
                                  : g.strides[i] * g.shape[i];
    g.suboffsets[i] = -1;
  }
  g.suboffsets[0] = -1;
  g.suboffsets[depth - 1] = 0;
  buf.strides = g.strides;
  buf.suboffsets = g.suboffsets;
  buf.data = h->block->rows;
  return lend_buffer(L, h, &buf);
}

/* done_count(): the number of loans that have ended. */
static int lend_done_count(lua_State *L) {
  lua_pushinteger(L, dones);
  return 1;
}

/*
** handle:bytes(): a string for each row; no strings after done has freed them.
*/
static int handle_bytes(lua_State *L) {
  const block *b = ((handle *)luaL_checkudata(L, 1, HANDLE))->block;
  if (b->rows == NULL)
    return 0;
  luaL_checkstack(L, (int)b->nrows, "too many rows");
  for (size_t i = 0; i < b->nrows; i++)
    lua_pushlstring(L, (const char *)b->rows[i], b->rowsize);
  return (int)b->nrows;
}

/* handle:revoke(): the number of pins that have not ended. */
static int handle_revoke(lua_State *L) {
  const handle *h = luaL_checkudata(L, 1, HANDLE);
  lua_pushinteger(L, mview_import(L)->revoke(L, h->loan));
  return 1;
}

static int handle_gc(lua_State *L) {
  disown(((handle *)luaL_checkudata(L, 1, HANDLE))->block);
  return 0;
}

int luaopen_lend_host(lua_State *L);

int luaopen_lend_host(lua_State *L) {
  static const luaL_Reg methods[] = {{"bytes", handle_bytes},
                                     {"revoke", handle_revoke},
                                     {"__gc", handle_gc},
                                     {NULL, NULL}};
  static const luaL_Reg functions[] = {{"lend", lend_lend},
                                       {"pil", lend_pil},
                                       {"done_count", lend_done_count},
                                       {NULL, NULL}};
  luaL_newmetatable(L, HANDLE);
  luaL_setfuncs(L, methods, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
