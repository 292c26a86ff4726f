/*
** raster.c - an image library that uses only the header of mview
**
** It exports its images, with rows in one block or in separate blocks, and
** takes any bytes-like for its checksum and its cipher. An image shares its
** pixels with its exports; the last owner frees them.
*/
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#include "mview.h"

#define IMAGE "raster.image"

/* Rows are in one block, bottom row first and padded, or (tiled) each row is a
** block of its own. */
typedef struct pixels {
  int owners;
  ptrdiff_t shape[2], strides[2], suboffsets[2];
  unsigned char **rows; /* from the top */
  unsigned char *block; /* of all rows; NULL: tiled */
} pixels;

typedef struct image {
  pixels *pixels;
  int locked;
} image;

static int acquired, released;

/* ---- pixels --------------------------------------------------------------*/

static void disown(pixels *p) {
  if (--p->owners > 0)
    return;
  for (ptrdiff_t y = 0; p->block == NULL && y < p->shape[0]; y++)
    free(p->rows[y]);
  free(p->block);
  free(p->rows);
  free(p);
}

static void *need(void *block) {
  if (block == NULL)
    abort();
  return block;
}

static pixels *new_pixels(ptrdiff_t height, ptrdiff_t width, int tiled) {
  pixels *p = need(calloc(1, sizeof *p));
  size_t pitch = (size_t)width + 5;
  p->owners = 1;
  p->shape[0] = height;
  p->shape[1] = width;
  p->strides[0] = tiled ? (ptrdiff_t)sizeof *p->rows : -(ptrdiff_t)pitch;
  p->strides[1] = 1;
  p->suboffsets[0] = tiled ? 0 : -1;
  p->suboffsets[1] = -1;
  p->rows = need(calloc((size_t)height + 1, sizeof *p->rows));
  if (!tiled)
    p->block = need(calloc((size_t)height + 1, pitch));
  for (ptrdiff_t y = 0; y < height; y++)
    p->rows[y] = tiled ? need(calloc(1, pitch))
                       : p->block + (size_t)(height - 1 - y) * pitch;
  return p;
}

/* ---- the exporter --------------------------------------------------------*/

static void acquire(lua_State *L, int idx, mview_buffer *buf, void **state) {
  const image *i = luaL_checkudata(L, idx, IMAGE);
  pixels *p = i->pixels;
  if (i->locked)
    luaL_error(L, "image is locked");
  buf->data = p->block != NULL ? (void *)p->rows[0] : (void *)p->rows;
  buf->ndim = 2;
  buf->shape = p->shape;
  buf->strides = p->strides;
  buf->suboffsets = p->suboffsets;
  p->owners++;
  acquired++;
  *state = p;
}

static void release(void *state) {
  released++;
  disown(state);
}

static const mview_exporter exporter = {
    MVIEW_API_VERSION, acquire, release, {NULL, NULL}};

/* ---- images --------------------------------------------------------------*/

static image *check_image(lua_State *L) { return luaL_checkudata(L, 1, IMAGE); }

/* image(height, width [, tiled]): its pixels are zero. */
static int new_image(lua_State *L) {
  ptrdiff_t height = (ptrdiff_t)luaL_checkinteger(L, 1);
  ptrdiff_t width = (ptrdiff_t)luaL_checkinteger(L, 2);
  int tiled = lua_toboolean(L, 3);
  image *i = lua_newuserdatauv(L, sizeof *i, 0);
  i->locked = 0;
  i->pixels = new_pixels(height, width, tiled);
  luaL_setmetatable(L, IMAGE);
  return 1;
}

/* image:row(y): the pixels of a row, as a string. */
static int image_row(lua_State *L) {
  const pixels *p = check_image(L)->pixels;
  lua_Integer y = luaL_checkinteger(L, 2);
  luaL_argcheck(L, y >= 1 && y <= p->shape[0], 2, "no such row");
  lua_pushlstring(L, (const char *)p->rows[y - 1], (size_t)p->shape[1]);
  return 1;
}

/* image:lock(locked): a locked image cannot be acquired. */
static int image_lock(lua_State *L) {
  check_image(L)->locked = lua_toboolean(L, 2);
  return 0;
}

static int image_gc(lua_State *L) {
  disown(check_image(L)->pixels);
  return 0;
}

/* counts(): the number of acquires and releases of images. */
static int counts(lua_State *L) {
  lua_pushinteger(L, acquired);
  lua_pushinteger(L, released);
  return 2;
}

/* ---- any bytes-like ------------------------------------------------------*/

typedef void visitor(unsigned char *p, size_t n, void *ud);

/* Visits the items from dimension dim on, in C order, by PEP 3118's rule. */
static void visit_from(const mview_buffer *b, int dim, unsigned char *p,
                       visitor *f, void *ud) {
  if (dim == b->ndim) {
    f(p, b->itemsize, ud);
    return;
  }
  for (ptrdiff_t i = 0; i < b->shape[dim]; i++) {
    unsigned char *q = p + i * b->strides[dim];
    if (b->suboffsets != NULL && b->suboffsets[dim] >= 0) {
      unsigned char *row;
      memcpy(&row, q, sizeof row);
      q = row + b->suboffsets[dim];
    }
    visit_from(b, dim + 1, q, f, ud);
  }
}

/* Without items, there may be no pointers to follow. */
static void visit(const mview_buffer *b, visitor *f, void *ud) {
  if (b->nbytes > 0)
    visit_from(b, 0, b->data, f, ud);
}

static void add_crc(unsigned char *p, size_t n, void *ud) {
  uint32_t crc = *(uint32_t *)ud;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
  }
  *(uint32_t *)ud = crc;
}

/* crc32(x): the checksum of PNG and zip. */
static int crc32(lua_State *L) {
  mview_buffer buf;
  uint32_t crc = UINT32_MAX;
  mview_import(L)->borrow(L, 1, MVIEW_INDIRECT, &buf);
  visit(&buf, add_crc, &crc);
  lua_pushinteger(L, (lua_Integer)(crc ^ UINT32_MAX));
  return 1;
}

static void xor_key(unsigned char *p, size_t n, void *ud) {
  for (size_t i = 0; i < n; i++)
    p[i] ^= *(const unsigned char *)ud;
}

/* xor(x, key): each byte in place, with the byte key. */
static int xor
    (lua_State * L) {
      mview_buffer buf;
      unsigned char key = (unsigned char)luaL_checkinteger(L, 2);
      mview_import(L)->borrow(L, 1, MVIEW_WRITE | MVIEW_INDIRECT, &buf);
      visit(&buf, xor_key, &key);
      return 0;
    }

    int luaopen_raster(lua_State *L);

int luaopen_raster(lua_State *L) {
  static const luaL_Reg methods[] = {{"row", image_row},
                                     {"lock", image_lock},
                                     {"__gc", image_gc},
                                     {NULL, NULL}};
  static const luaL_Reg functions[] = {{"image", new_image},
                                       {"counts", counts},
                                       {"crc32", crc32},
                                       {"xor", xor},
                                       {NULL, NULL}};
  if (luaL_newmetatable(L, IMAGE)) {
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    mview_setexporter(L, -1, &exporter);
  }
  luaL_newlib(L, functions);
  return 1;
}
