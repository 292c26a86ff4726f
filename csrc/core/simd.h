/*
** simd.h - kernels that are compiled several times
** A function defined by MV_VECTOR is compiled from one body for the plain
** target and, on x86 with gcc or clang, a second time for AVX2. Each call asks
** the processor and chooses a version, so this works with every C library.
** There is only the plain version on other processors (arm64 has NEON in its
** plain target), if MV_PORTABLE is defined, and on Windows, where gcc misaligns
** vectors of 32 bytes on the stack.
*/
#ifndef MV_SIMD_H
#define MV_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/*
** MV_INLINE: for kernels that are compiled separately for each constant
** argument. MV_PREFETCH, MV_PREFETCH_READ: prefetches the cache line at an
** address, which need not exist, for writing or for reading.
*/
#if defined(__GNUC__)
#define MV_INLINE static inline __attribute__((always_inline))
#define MV_PREFETCH(address) __builtin_prefetch((const void *)(address), 1)
#define MV_PREFETCH_READ(address) __builtin_prefetch((const void *)(address))
#else
#define MV_INLINE static inline
#define MV_PREFETCH(address) ((void)0)
#define MV_PREFETCH_READ(address) ((void)0)
#endif

/* Unrolls the loop that follows. clang unrolls such loops by itself. */
#if defined(__GNUC__) && !defined(__clang__)
#define MV_UNROLL _Pragma("GCC unroll 8")
#else
#define MV_UNROLL
#endif

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__)) &&         \
    !defined(_WIN32) && !defined(MV_PORTABLE)
#define MV_HAS_AVX2 1
#define MV_AVX2 __attribute__((target("avx2")))

/* Tests set this to compare the plain code with the vector code. */
extern bool mv_plain_code;

/* Whether functions marked MV_AVX2 can be called. */
static inline bool mv_avx2(void) {
  return __builtin_cpu_supports("avx2") && !mv_plain_code;
}
#endif

#define MV_RETURN_void
#define MV_RETURN_bool return
#define MV_RETURN_size_t return
#define MV_RETURN_uint64_t return

/*
** MV_VECTOR(result, name, (parameters), (arguments)) { body }
** The arguments are the parameters' names.
*/
#if defined(MV_HAS_AVX2)
#define MV_VECTOR(result, name, parameters, arguments)                         \
  MV_INLINE result name##_body parameters;                                     \
  MV_AVX2 static result name##_avx2 parameters {                               \
    MV_RETURN_##result name##_body arguments;                                  \
  }                                                                            \
  static result name parameters {                                              \
    if (mv_avx2())                                                             \
      MV_RETURN_##result name##_avx2 arguments;                                \
    else                                                                       \
      MV_RETURN_##result name##_body arguments;                                \
  }                                                                            \
  MV_INLINE result name##_body parameters
#else
#define MV_VECTOR(result, name, parameters, arguments)                         \
  static result name parameters
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
