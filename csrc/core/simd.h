/*
** simd.h - one kernel, compiled for several processors
** A static function marked MV_CLONES is compiled twice, for AVX2 and for the
** plain target, and the loader chooses between them. Where that cannot be had
** (other systems, sanitizers, MV_PORTABLE defined) the mark is empty and the
** plain code, which is always complete, is all there is.
*/
#ifndef MV_SIMD_H
#define MV_SIMD_H

#include <stdint.h> /* says whether the library is glibc */

#if defined(__has_feature)
#define MV_FEATURE(name) __has_feature(name)
#else
#define MV_FEATURE(name) 0
#endif

#if defined(__has_attribute)
#define MV_ATTRIBUTE(name) __has_attribute(name)
#else
#define MV_ATTRIBUTE(name) 0
#endif

/* The loader's choice runs before the sanitizers are ready for it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    MV_FEATURE(address_sanitizer) || MV_FEATURE(thread_sanitizer) ||           \
    MV_FEATURE(memory_sanitizer)
#define MV_SANITIZED 1
#else
#define MV_SANITIZED 0
#endif

/*
** Only glibc's loader is known to make the choice. Clang exports what chooses
** for a static function, and vectorises well enough without.
*/
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&         \
    defined(__linux__) && defined(__GLIBC__) && MV_ATTRIBUTE(target_clones) && \
    !MV_SANITIZED && !defined(MV_PORTABLE)
#define MV_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define MV_CLONES
#endif

#endif
