/*
** memfind_plain_test.c - memfind_test.c with the code for any compiler
*/
#define MV_PORTABLE
#define NO_VECTORS
#define mv_scanner_for plain_scanner_for
#define mv_find plain_find
#define mv_rfind plain_rfind
#include "bytefilter.c"
#include "memfind.c"

#include "memfind_test.c"
