/*
** memfind_portable_test.c - memfind_test.c with the vectors of any machine
*/
#define MV_PORTABLE
#define mv_scanner_for portable_scanner_for
#define mv_find portable_find
#define mv_rfind portable_rfind
#include "bytefilter.c"
#include "memfind.c"

#include "memfind_test.c"
