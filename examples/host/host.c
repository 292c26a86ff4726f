/*
** host.c - a program that draws with Lua
**
** usage: host script.lua picture.ppm
**
** The program links mview in, and lends its framebuffer to the script for each
** frame. The script draws into the host's own pixels. When the call returns,
** the view and all slices of it are dead, even if the script has kept them. The
** framebuffer has the usual layout of graphics hardware, bottom row first and
** rows padded; the view starts at the top row.
*/
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lualib.h>

#include "mview.h"

enum { WIDTH = 96, HEIGHT = 64, FRAMES = 3, PITCH = 512 };

typedef struct screen {
  unsigned char rows[HEIGHT][PITCH]; /* of WIDTH pixels of 4 bytes: r g b x */
  int lent;                          /* the number of open loans */
} screen;

static unsigned char *pixel(screen *s, int y, int x) {
  return &s->rows[HEIGHT - 1 - y][4 * x];
}

/* Ends a loan: only the host uses the pixels again. */
static void given_back(void *ud) { ((screen *)ud)->lent--; }

/* Pushes a view of the pixels' colours: rows from the top, pixels, channels. */
static mview_loan lend(lua_State *L, screen *s) {
  const ptrdiff_t shape[] = {HEIGHT, WIDTH, 3}, strides[] = {-PITCH, 4, 1};
  mview_buffer buf = {0};
  buf.data = pixel(s, 0, 0);
  buf.ndim = 3;
  buf.shape = shape;
  buf.strides = strides;
  s->lent++; /* given_back is called even if lend fails */
  return mview_import(L)->lend(L, &buf, given_back, s);
}

/* Calls script.draw(view, frame); the script is at index 1. */
static void draw(lua_State *L, screen *s, int frame) {
  mview_loan loan;
  int status;
  lua_getfield(L, 1, "draw");
  loan = lend(L, s);
  lua_pushinteger(L, frame);
  status = lua_pcall(L, 2, 0, 0);
  mview_import(L)->revoke(L, loan);
  if (status != LUA_OK)
    lua_error(L);
}

/* mean(bytes): the mean of the bytes of any bytes-like, without a copy. */
static int mean(lua_State *L) {
  mview_buffer buf;
  const unsigned char *bytes;
  double sum = 0;
  mview_import(L)->borrow(L, 1, MVIEW_READ, &buf); /* until we return */
  luaL_argcheck(L, buf.nbytes > 0, 1, "no bytes");
  bytes = buf.data;
  for (size_t i = 0; i < buf.nbytes; i++)
    sum += bytes[i];
  lua_pushnumber(L, sum / (double)buf.nbytes);
  return 1;
}

/* Calls a function of the script, and shows its result or its error. */
static void show(lua_State *L, const char *name) {
  lua_getfield(L, 1, name);
  lua_pushcfunction(L, mean);
  lua_pcall(L, 1, 1, 0);
  printf("%s: %s\n", name, luaL_tolstring(L, -1, NULL));
  lua_pop(L, 2);
}

static int write_picture(screen *s, const char *path) {
  FILE *file = fopen(path, "wb");
  if (file == NULL)
    return 0;
  fprintf(file, "P6\n%d %d\n255\n", WIDTH, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      fwrite(pixel(s, y, x), 1, 3, file);
  return fclose(file) == 0;
}

/* The part that may raise: run(path of the script, screen). */
static int run(lua_State *L) {
  const char *path = lua_tostring(L, 1);
  screen *s = lua_touserdata(L, 2);
  luaL_openlibs(L);
  luaL_requiref(L, "mview", luaopen_mview, 0);
  if (luaL_loadfile(L, path) != LUA_OK)
    lua_error(L);
  lua_replace(L, 1); /* the path, which was in use until now */
  lua_settop(L, 1);
  lua_call(L, 0, 1);
  for (int frame = 1; frame <= FRAMES; frame++) {
    draw(L, s, frame);
    printf("frame %d: drawn, %d loans out\n", frame, s->lent);
  }
  show(L, "measure");
  show(L, "peek");
  show(L, "mistake");
  return 0;
}

int main(int argc, char **argv) {
  static screen pixels;
  lua_State *L = luaL_newstate();
  int status;
  if (argc != 3 || L == NULL)
    return EXIT_FAILURE;
  lua_pushcfunction(L, run);
  lua_pushstring(L, argv[1]);
  lua_pushlightuserdata(L, &pixels);
  status = lua_pcall(L, 2, 0, 0);
  if (status != LUA_OK)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  if (status != LUA_OK || !write_picture(&pixels, argv[2]))
    return EXIT_FAILURE;
  printf("written %s\n", argv[2]);
  return EXIT_SUCCESS;
}
