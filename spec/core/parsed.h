/*
** parsed.h - formats for core tests
** Each format lies in a block of exactly the size that was measured, so a
** sanitizer reports each access beyond it. Blocks are kept to the end.
*/
#ifndef PARSED_H
#define PARSED_H

#include "mv.h"

#include <stdlib.h>
#include <string.h>

/* The format of len bytes; NULL: it is malformed, which *fault explains. */
static inline const mv_format *parse_bytes(const char *s, size_t len,
                                           mv_fault *fault) {
  static void *kept[4096];
  static size_t n;
  char *text = malloc(len + (len == 0)); /* not terminated */
  const mv_format *format = NULL;
  if (text == NULL || n == sizeof kept / sizeof *kept)
    abort();
  memcpy(text, s, len);
  size_t size = mv_format_measure(text, len, fault);
  if (size > 0) {
    kept[n] = malloc(size);
    if (kept[n] == NULL)
      abort();
    format = mv_format_build(text, len, kept[n++], fault);
  }
  free(text);
  return format;
}

/* The well-formed format s. */
static inline const mv_format *parse(const char *s) {
  mv_fault fault;
  const mv_format *format = parse_bytes(s, strlen(s), &fault);
  if (format == NULL)
    abort();
  return format;
}

#endif
