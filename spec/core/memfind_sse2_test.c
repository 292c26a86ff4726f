/*
** memfind_sse2_test.c - memfind_test.c without AVX2
*/
#define NO_AVX2
#define mv_find sse2_find
#define mv_rfind sse2_rfind
#include "memfind.c"

#include "memfind_test.c"
