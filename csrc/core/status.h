/*
** status.h - status codes
**
** The headers of the library hide their functions: the shared object exports
** only luaopen_mview, even if it is built without -fvisibility=hidden, as by
** LuaRocks.
*/
#ifndef MV_STATUS_H
#define MV_STATUS_H

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** The status codes with their messages. If a message needs a value or a
** position, the caller that reports the status adds it.
*/
#define MV_STATUSES(X)                                                         \
  X(MV_OK, "no error")                                                         \
  X(MV_ETOOBIG, "size too large")                                              \
  X(MV_EDIMS, "more than 64 dimensions")                                       \
  X(MV_EOUTSIDE, "items outside the memory")                                   \
  X(MV_ESIZE, "size of the shape differs from the size of the memory")         \
  X(MV_EDIVIDE, "length is not a multiple of the item size")                   \
  X(MV_ENOTCONTIGUOUS, "not contiguous")                                       \
  X(MV_EINDIRECT, "memory with suboffsets")                                    \
  X(MV_EZEROITEM, "items of size 0")                                           \
  X(MV_ETYPE, "wrong type of value")                                           \
  X(MV_ERANGE, "value out of range")                                           \
  X(MV_EINEXACT, "number has no integer representation")                       \
  X(MV_ELENGTH, "string too long")                                             \
  X(MV_EFIELDS, "different fields")                                            \
  X(MV_EUNKNOWN, "unknown format")                                             \
  X(MV_EREFUSED, "unsupported format")                                         \
  X(MV_EINTSIZE, "integer size other than 1, 2, 3, 4 or 8")                    \
  X(MV_ENATIVE, "no standard size for format")                                 \
  X(MV_ECOUNT, "count without a format")                                       \
  X(MV_EORDER, "misplaced byte order")                                         \
  X(MV_ENAME, "malformed field name")                                          \
  X(MV_ETWICE, "field name used twice")                                        \
  X(MV_ESUBARRAY, "malformed sub-array shape")                                 \
  X(MV_EUNCLOSED, "unclosed 'T{'")                                             \
  X(MV_EBRACE, "unexpected '}'")                                               \
  X(MV_EDEPTH, "records nested too deep")                                      \
  X(MV_EPATTERNEND, "malformed pattern (ends with '%')")                       \
  X(MV_EPATTERNSET, "malformed pattern (missing ']')")                         \
  X(MV_EBALANCE, "malformed pattern (missing arguments to '%b')")              \
  X(MV_EFRONTIER, "missing '[' after '%f' in pattern")                         \
  X(MV_EMANYCAPTURES, "too many captures")                                     \
  X(MV_ENOCAPTURE, "invalid pattern capture")                                  \
  X(MV_ECAPTUREINDEX, "invalid capture index")                                 \
  X(MV_ECOMPLEX, "pattern too complex")

typedef enum mv_status {
#define X(name, text) name,
  MV_STATUSES(X)
#undef X
} mv_status;

/* The message of a status. */
const char *mv_message(mv_status status);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
