/*
** fieldnames.c - finds fields by their names
** A record keeps its named fields sorted, so a name, or a duplicate of a name,
** is found without comparing it with all other names. They are sorted by heap
** sort, which needs no memory and has no slow inputs.
*/
#include "parse.h"

#include <string.h>

/* Below 0, 0, or above 0: the field's name is less than the other name, equal,
** or greater. */
static int compare_name(const mv_field *field, const char *name, size_t len) {
  if (field->namelen != len)
    return field->namelen < len ? -1 : 1;
  return memcmp(field->name, name, len);
}

/* Equal names are in the order of their fields. */
static bool name_before(const mv_field *a, const mv_field *b) {
  int order = compare_name(a, b->name, b->namelen);
  return order != 0 ? order < 0 : a < b;
}

/* Moves names[i] down a heap of n names, with the greatest name first. */
static void sift_name(const mv_field **names, size_t i, size_t n) {
  const mv_field *moving = names[i];
  for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && name_before(names[child], names[child + 1]))
      child++;
    if (!name_before(moving, names[child]))
      break;
    names[i] = names[child];
    i = child;
  }
  names[i] = moving;
}

const mv_field *mv_sort_names(const mv_field **names, size_t n) {
  const mv_field *twice = NULL;
  for (size_t i = n / 2; i-- > 0;)
    sift_name(names, i, n);
  for (size_t end = n; end-- > 1;) {
    const mv_field *last = names[end];
    names[end] = names[0];
    names[0] = last;
    sift_name(names, 0, end);
  }
  for (size_t i = 1; i < n; i++)
    if (compare_name(names[i - 1], names[i]->name, names[i]->namelen) == 0 &&
        (twice == NULL || names[i] < twice))
      twice = names[i];
  return twice;
}

const mv_field *mv_field_named(const mv_record *record, const char *name,
                               size_t len) {
  size_t from = 0, to = record->nnamed;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    int order = compare_name(record->names[middle], name, len);
    if (order == 0)
      return record->names[middle];
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return NULL;
}
