/*
** parse.h - between format.c, parse.c and typecode.c
*/
#ifndef MV_PARSE_H
#define MV_PARSE_H

#include "format.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The state of the parser. The caller sets start and end. To count, it leaves
** the five pointers at the end NULL; to build, it sets them to memory for the
** counted fields, records, names and dimensions.
*/
typedef struct mv_parser {
  const char *start, *p, *end;
  mv_fault fault;
  char order; /* in force */
  int depth;  /* of open T{ */
  bool int24; /* the whole is i3 or I3: 24 bits, for which there is no code */
  size_t nfields, nrecords, nnames, ndims;
  mv_field *top;  /* where the next field goes; NULL: only counts */
  mv_field *done; /* the fields of closed records, up to the end */
  mv_record *records;
  const mv_field **names; /* those of closed records */
  ptrdiff_t *dims;
} mv_parser;

/*
** Parses a whole format. False: it is malformed, and parser->fault says why.
** The result points into the text, which must outlive it.
*/
bool mv_parse(mv_parser *parser, mv_record *record);

/*
** Says in *item and *align what the code of a number, boolean or character is
** under a byte order; complex: the code behind Z. MV_EUNKNOWN, MV_EREFUSED,
** MV_ENATIVE.
*/
mv_status mv_typecode(char name, bool is_complex, char order, mv_item *item,
                      size_t *align);

bool mv_is_order(char c);

/*
** Sorts named fields of one record by their names; returns the first of them
** that has the name of one before it, or NULL.
*/
const mv_field *mv_sort_names(const mv_field **names, size_t n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
