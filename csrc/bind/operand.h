/*
** operand.h - any bytes-like value as an operand
*/
#ifndef LMV_OPERAND_H
#define LMV_OPERAND_H

#include "layout.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a view of the bytes-like value at idx (string, bytearray, map, foreign
** exporter; a view itself). NULL, and nothing pushed: it is none.
*/
lmv_view *lmv_pushview(lua_State *L, int idx, int meta);

/* Replaces the bytes-like argument by a view of it; raises for others. */
lmv_view *lmv_asview(lua_State *L, int arg);

/*
** A bytes-like value as an operand. For strings, bytearrays and maps, which are
** meant as a whole, no view is made.
*/
typedef struct lmv_operand {
  const lmv_view *view;
  const lmv_container
      *container;              /* if there is no view: the bytearray or map, */
  uint64_t generation;         /* as it was then */
  const unsigned char *string; /* if there is no container either */
  const mv_format *format;
  mv_layout lay;
} lmv_operand;

/*
** Fills operand from the bytes-like argument, which stays where it is, or is
** replaced by a view of it, as long as the operand is used; opt: false for
** anything else, check: raises.
*/
bool lmv_optoperand(lua_State *L, int arg, lmv_operand *operand);
void lmv_checkoperand(lua_State *L, int arg, lmv_operand *operand);

/* Fills operand from a view. */
void lmv_viewoperand(const lmv_view *v, lmv_operand *operand);

/* The start of its block, as lmv_base. */
const unsigned char *lmv_operandbase(lua_State *L, const lmv_operand *operand);

/* Pushes the bytes of the operand in order 'C' or 'F' as a string. */
void lmv_pushbytes(lua_State *L, const lmv_operand *operand, char order);

/*
** The operand's bytes in C order and in one piece, for who allocates more
*before
** the memory is looked at: lmv_flatten pushes a copy of them and returns it, or
** returns NULL, as they lie so already; lmv_flat then says where they are.
*/
const unsigned char *lmv_flatten(lua_State *L, const lmv_operand *operand);
const unsigned char *lmv_flat(lua_State *L, const lmv_operand *operand,
                              const unsigned char *copy);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
