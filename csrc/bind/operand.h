/*
** operand.h - any bytes-like value as an operand
*/
#ifndef LMV_OPERAND_H
#define LMV_OPERAND_H

#include "kernels.h"
#include "lease.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** Pushes a view of the bytes-like value at idx (string, container, foreign
** exporter) or, if the value is a view, that view itself. Returns NULL and
** pushes nothing for any other value. [-0, +(0|1), e] meta: index of the
** metatable of views.
*/
lmv_view *lmv_pushview(lua_State *L, int idx, int meta);

/*
** Replaces the bytes-like argument by a view of it. [-0, +0, e] Raises for any
** other value.
*/
lmv_view *lmv_asview(lua_State *L, int arg);

/*
** A bytes-like value as an operand. For strings, bytearrays, maps and shared
** blocks no view is made, as the operand is all their bytes.
*/
typedef struct lmv_operand {
  const lmv_view *view;
  const lmv_container *container; /* if view is NULL */
  uint64_t generation;         /* of the container's lease when it was filled */
  const unsigned char *string; /* if view and container are NULL */
  const mv_format *format;
  mv_layout lay;
} lmv_operand;

/*
** Fills operand from the bytes-like argument. The argument may be replaced on
** the stack by a view of it, and must stay there while the operand is used.
** For any other value lmv_optoperand returns false and lmv_checkoperand raises.
** lmv_otheroperand is lmv_optoperand for an argument that is known not to be a
** view. [-0, +0, e]
*/
bool lmv_optoperand(lua_State *L, int arg, lmv_operand *operand);
bool lmv_otheroperand(lua_State *L, int arg, lmv_operand *operand);
void lmv_checkoperand(lua_State *L, int arg, lmv_operand *operand);

/* Fills operand from a view. [-0, +0, -] */
void lmv_viewoperand(const lmv_view *v, lmv_operand *operand);

/*
** The start of the operand's block, as lmv_base. [-0, +0, v] Raises if the view
** is dead or the container has ended or was resized.
*/
const unsigned char *lmv_operandbase(lua_State *L, const lmv_operand *operand);

/* The operand's items, which are only read. Raises as lmv_operandbase. */
static inline mv_items lmv_operanditems(lua_State *L,
                                        const lmv_operand *operand) {
  return (mv_items){(unsigned char *)lmv_operandbase(L, operand), &operand->lay,
                    &operand->format->item};
}

/* Pushes the bytes of the operand in order 'C' or 'F' as a string.
** [-0, +1, v] */
void lmv_pushbytes(lua_State *L, const lmv_operand *operand, char order);

/*
** The operand's bytes in C order and in one piece, for callers that allocate
** between gathering the bytes and reading them. lmv_flatten pushes a copy of
** the bytes and returns it [-0, +1, v]; if the operand is contiguous already,
** it pushes nothing and returns NULL. lmv_flat, called with that result after
** the last allocation, returns the address of the bytes [-0, +0, v].
*/
const unsigned char *lmv_flatten(lua_State *L, const lmv_operand *operand);
const unsigned char *lmv_flat(lua_State *L, const lmv_operand *operand,
                              const unsigned char *copy);

/*
** Pushes a userdata as room for mv_find_layout, for a search of m bytes in n
** bytes. Sets *size to its size and returns its block. [-0, +1, m]
*/
unsigned char *lmv_pushroom(lua_State *L, size_t n, size_t m, size_t *size);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
