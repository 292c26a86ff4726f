/*
** mapping.h - the system's side of maps, which map.c shows to Lua
** On Windows mapping_windows.c does it, on all other systems mapping.c. These
** functions call no function of Lua. They return 0, an errno, or one of the two
** codes below. If the result is not 0, nothing has changed.
*/
#ifndef LMV_MAPPING_H
#define LMV_MAPPING_H

#include "resource.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

enum { LMV_NOT_REGULAR = -1, LMV_BEYOND_END = -2 };

typedef struct lmv_mapmode {
  const char *name;
  bool writes; /* its bytes may be written */
  bool shares; /* writes reach the file, which can be resized */
  bool makes;  /* the file is created or emptied, and gets the length */
} lmv_mapmode;

/* A map. The fd of its resource is the file, if the map can be resized;
** otherwise -1. */
typedef struct lmv_map {
  lmv_container container;
  const lmv_mapmode *mode;
  int64_t offset; /* of the first byte in the file */
} lmv_map;

static inline lmv_resource *lmv_map_resource(const lmv_map *m) {
  return (lmv_resource *)m->container.lease;
}

/* The arguments of mview.map. */
typedef struct lmv_maprequest {
  const char *path; /* NULL: unknown */
  int fd;           /* of an open file of the caller; -1: no file is open */
  const lmv_mapmode *mode;
  int64_t offset;
  int64_t length;   /* below 0: to the end of the file */
  int64_t filesize; /* once it is known */
} lmv_maprequest;

typedef enum lmv_hint {
  LMV_NORMAL,
  LMV_SEQUENTIAL,
  LMV_RANDOM,
  LMV_WILLNEED,
  LMV_DONTNEED
} lmv_hint;

/* Opens the requested file, and sets its size. */
int lmv_map_openfile(lmv_map *m, lmv_maprequest *r);

/* Empties that file and gives it the size to hold the range. */
int lmv_map_makefile(const lmv_map *m, lmv_maprequest *r);

/* Maps n bytes from the map's offset on: of its file, or anonymous memory if it
** has no file. The map must have no bytes yet. */
int lmv_map_bytes(lmv_map *m, size_t n);

/* Closes the file, if it is open. The bytes stay mapped. */
void lmv_map_closefile(lmv_resource *r);

/* The end of the map's resource: unmaps the bytes and closes the file. */
void lmv_map_end(lmv_resource *r);

/* Writes count bytes (count > 0) from start on to the disk, and waits. */
int lmv_map_flush(const lmv_map *m, ptrdiff_t start, ptrdiff_t count);

/* Tells the system how all bytes of the map will be used. It may ignore this. */
int lmv_map_advise(const lmv_map *m, lmv_hint hint);

/*
** Resizes a map of a mode that shares, without pins, to n bytes from its offset
** on. The file grows if these bytes end behind the file, and shrinks if the map
** reached to its end. Bytes of the file behind the map are never cut off.
*/
int lmv_map_resizefile(lmv_map *m, size_t n);

/* Shrinks anonymous memory to n bytes. */
int lmv_map_shrink(lmv_map *m, size_t n);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
