/*
** fuzz.h - what the fuzzers of the core share
*/
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* The rest of the input. */
typedef struct input {
  const uint8_t *p, *end;
} input;

static inline void require(bool holds) {
  if (!holds)
    abort();
}

/* The next byte; 0 at the end. */
static inline int take(input *in) { return in->p < in->end ? *in->p++ : 0; }

#endif
