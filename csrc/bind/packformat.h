/*
** packformat.h - the options of string.pack's format language
*/
#ifndef LMV_PACKFORMAT_H
#define LMV_PACKFORMAT_H

#include "luaapi.h"

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define LMV_MAXINTSIZE 16 /* bytes of the longest integer */

typedef enum lmv_optionkind {
  LMV_PACK_INTEGER,
  LMV_PACK_UNSIGNED,
  LMV_PACK_SINGLE,
  LMV_PACK_NUMBER,
  LMV_PACK_DOUBLE,
  LMV_PACK_CHARS,     /* c: a string of fixed size */
  LMV_PACK_STRING,    /* s: a length and a string */
  LMV_PACK_ZSTRING,   /* z: up to a zero */
  LMV_PACK_PADDING,   /* x */
  LMV_PACK_ALIGNMENT, /* X */
  LMV_PACK_NOTHING    /* only changes the reading of the next options */
} lmv_optionkind;

typedef struct lmv_packoption {
  lmv_optionkind kind;
  size_t size;
  size_t padding; /* bytes in front of the option */
} lmv_packoption;

/* The state of reading a format. */
typedef struct lmv_packformat {
  lua_State *L;
  const char *text, *p; /* the format, and the rest of it */
  bool big;
  size_t maxalign;
} lmv_packformat;

/* Starts reading the format string at arg; raises if that is not a string.
** [-0, +0, v] */
lmv_packformat lmv_startformat(lua_State *L, int arg);

/*
** Reads the next option, for position `at` (from 0) of the memory. False: the
** format is at its end. Raises if the format is malformed. [-0, +0, v]
*/
bool lmv_nextoption(lmv_packformat *r, size_t at, lmv_packoption *o);

/* Reverses the n bytes of a number; n is at most LMV_MAXINTSIZE. */
void lmv_reversebytes(unsigned char *bytes, size_t n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
