/*
** parse.h - what the files that parse formats share
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
  int around; /* dimensions of the sub-arrays around the code, together */
  bool int24; /* the whole format is i3 or I3; 24 bits have no code */
  size_t nfields, nrecords, nnames, ndims;
  mv_field *top;  /* the place of the next field; NULL: only counts */
  mv_field *done; /* the fields of closed records, up to the end */
  mv_record *records;
  const mv_field **names; /* the names of closed records */
  ptrdiff_t *dims;
} mv_parser;

/*
** Parses a whole format. Returns false and sets parser->fault if it is
** malformed. The result points into the text, which must outlive it.
*/
bool mv_parse(mv_parser *parser, mv_record *record);

/*
** Sets *item and *align for the code of a number, boolean or character under a
** byte order. If is_complex is true, the code stands behind a Z. MV_EUNKNOWN,
** MV_EREFUSED, MV_ENATIVE.
*/
mv_status mv_typecode(char name, bool is_complex, char order, mv_item *item,
                      size_t *align);

bool mv_is_order(char c);

/*
** Sorts named fields of one record by their names. Returns the first field
** whose name an earlier field has, or NULL.
*/
const mv_field *mv_sort_names(const mv_field **names, size_t n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
