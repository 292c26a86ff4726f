/*
** simd.h - one kernel, compiled several times
** A static function marked MV_CLONES is compiled twice, for AVX2 and for the
** plain target, and the loader chooses between them. Where that cannot be had
** the mark is empty, and the plain code, which is always complete, is all there
** is: where the loader is not glibc's, under sanitizers (the choice is made
** before they are ready), with clang (which exports what chooses for a static
** function, and vectorises well without) and when MV_PORTABLE is defined.
*/
#ifndef MV_SIMD_H
#define MV_SIMD_H

#include <stdint.h> /* defines __GLIBC__ */

#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) &&         \
    __GNUC__ >= 6 && !defined(__clang__) && !defined(MV_PORTABLE) &&           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MV_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define MV_CLONES
#endif

/*
** MV_INLINE: for kernels written once and compiled for each constant they are
** given. MV_PREFETCH: the line at that address, existing or not, is soon
** written.
*/
#if defined(__GNUC__)
#define MV_INLINE static inline __attribute__((always_inline))
#define MV_PREFETCH(address) __builtin_prefetch((const void *)(address), 1)
#else
#define MV_INLINE static inline
#define MV_PREFETCH(address) ((void)0)
#endif

/* The loop behind it is unrolled; clang does so unasked. */
#if defined(__GNUC__) && !defined(__clang__)
#define MV_UNROLL _Pragma("GCC unroll 8")
#else
#define MV_UNROLL
#endif

#endif
