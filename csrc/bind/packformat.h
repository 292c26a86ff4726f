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

#define MAXINTSIZE 16 /* bytes of the longest integer */

typedef enum option_kind {
  INTEGER,
  UNSIGNED,
  SINGLE,
  NUMBER,
  DOUBLE,
  CHARS,     /* c: a string of fixed size */
  STRING,    /* s: a length and a string */
  ZSTRING,   /* z: up to a zero */
  PADDING,   /* x */
  ALIGNMENT, /* X */
  NOTHING    /* only changes the reading of the next options */
} option_kind;

typedef struct option {
  option_kind kind;
  size_t size;
  size_t padding; /* bytes in front of the option */
} option;

/* The state of reading a format. */
typedef struct packreader {
  lua_State *L;
  const char *text, *p; /* the format, and the rest of it */
  bool little;
  size_t maxalign;
} packreader;

/* Starts reading the format string at arg; raises if that is not a string. */
packreader lmv_startformat(lua_State *L, int arg);

/*
** Reads the next option, for position `at` (from 0) of the memory. False: the
** format is at its end. Raises if the format is malformed.
*/
bool lmv_nextoption(packreader *r, size_t at, option *o);

/* Reverses the n bytes of a number; n is at most MAXINTSIZE. */
void lmv_reversebytes(unsigned char *bytes, size_t n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
