/*
** simd.c - which of a kernel's versions may be called
*/
#include "simd.h"

#if defined(MV_HAS_AVX2)
bool mv_plain_code = false;
#else
typedef int mv_simd_has_nothing; /* ISO C wants a declaration in each file */
#endif
