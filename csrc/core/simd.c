/*
** simd.c - the switch between the versions of kernels
*/
#include "simd.h"

#if defined(MV_HAS_AVX2)
bool mv_plain_code = false;
#else
typedef int mv_simd_has_nothing; /* ISO C wants a declaration in each file */
#endif
