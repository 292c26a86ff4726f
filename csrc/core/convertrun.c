/*
** convertrun.c - converts contiguous numbers of one kind to another kind
** There is one converter for each pair of kinds whose conversion is not a plain
** copy of bits: a loop of a constant number of iterations without branches,
** which compilers vectorise.
*/
#include "convertrun.h"

#include "convertone.h"

#include <float.h>
#include <string.h>

#if defined(MV_HAS_AVX2)
#include <immintrin.h>
#endif

#define RUN 32 /* items; constant, so that compilers use vectors */

#define CONVERT_ITEM(to, from, value)                                          \
  from x;                                                                      \
  memcpy(&x, in + i * sizeof x, sizeof x);                                     \
  to y = (to)(value);                                                          \
  memcpy(out + i * sizeof y, &y, sizeof y);

#define CONVERTER(name, to, from, value)                                       \
  MV_VECTOR(void, name,                                                        \
            (unsigned char *restrict out, const unsigned char *restrict in,    \
             size_t n),                                                        \
            (out, in, n)) {                                                    \
    for (; n >= RUN; n -= RUN) {                                               \
      for (size_t i = 0; i < RUN; i++) {                                       \
        CONVERT_ITEM(to, from, value)                                          \
      }                                                                        \
      out += RUN * sizeof(to);                                                 \
      in += RUN * sizeof(from);                                                \
    }                                                                          \
    for (size_t i = 0; i < n; i++) {                                           \
      CONVERT_ITEM(to, from, value)                                            \
    }                                                                          \
  }

/* Integers, and the width that they are truncated or extended to. */
#define TRUNCATIONS(X)                                                         \
  X(u16, uint16_t, 8)                                                          \
  X(u32, uint32_t, 8)                                                          \
  X(u32, uint32_t, 16)                                                         \
  X(u64, uint64_t, 8) X(u64, uint64_t, 16) X(u64, uint64_t, 32)
#define EXTENSIONS(X)                                                          \
  X(u8, uint8_t, 16)                                                           \
  X(u8, uint8_t, 32)                                                           \
  X(u8, uint8_t, 64)                                                           \
  X(i8, int8_t, 16)                                                            \
  X(i8, int8_t, 32)                                                            \
  X(i8, int8_t, 64)                                                            \
  X(u16, uint16_t, 32)                                                         \
  X(u16, uint16_t, 64)                                                         \
  X(i16, int16_t, 32)                                                          \
  X(i16, int16_t, 64) X(u32, uint32_t, 64) X(i32, int32_t, 64)
#define X(from, type, bits) CONVERTER(from##_to_##bits, uint##bits##_t, type, x)
TRUNCATIONS(X)
EXTENSIONS(X)
#undef X

/* Integers to half floats. */
CONVERTER(u8_to_f16, uint16_t, uint8_t, f16_from_f32((float)x))
CONVERTER(i8_to_f16, uint16_t, int8_t, f16_from_f32((float)x))
CONVERTER(u16_to_f16, uint16_t, uint16_t, f16_from_f32((float)x))
CONVERTER(i16_to_f16, uint16_t, int16_t, f16_from_f32((float)x))
CONVERTER(u32_to_f16, uint16_t, uint32_t, f16_from_f32(f32_from_u32(x)))
CONVERTER(i32_to_f16, uint16_t, int32_t, f16_from_f32((float)x))
CONVERTER(u64_to_f16, uint16_t, uint64_t, f16_from_f32(f32_from_u64(x)))
CONVERTER(i64_to_f16, uint16_t, int64_t, f16_from_f32(f32_from_i64(x)))

/* Integers to floats and doubles, except those of WIDER. */
CONVERTER(u16_to_f32, float, uint16_t, (float)x)
CONVERTER(i16_to_f32, float, int16_t, (float)x)
CONVERTER(u32_to_f32, float, uint32_t, f32_from_u32(x))
CONVERTER(i32_to_f32, float, int32_t, (float)x)
CONVERTER(u64_to_f32, float, uint64_t, f32_from_u64(x))
CONVERTER(i64_to_f32, float, int64_t, f32_from_i64(x))
CONVERTER(u32_to_f64, double, uint32_t, f64_from_u32(x))
CONVERTER(u64_to_f64, double, uint64_t, f64_from_u64(x))
CONVERTER(i64_to_f64, double, int64_t, f64_from_i64(x))

/*
** WIDER(from, to, from_type, to_type) defines a converter to wider items.
** Compilers widen whole vectors in several steps that move halves, which takes
** longer than the access to memory. AVX2 has instructions that widen the items
** of one result vector.
*/
#if defined(MV_HAS_AVX2)
MV_AVX2 MV_INLINE __m128i load4(const unsigned char *p) {
  int32_t bytes;
  memcpy(&bytes, p, sizeof bytes);
  return _mm_cvtsi32_si128(bytes);
}

MV_AVX2 MV_INLINE __m128i load8(const unsigned char *p) {
  return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

MV_AVX2 MV_INLINE __m128i load16(const unsigned char *p) {
  return _mm_loadu_si128((const __m128i *)(const void *)p);
}

#define WIDE_u8_f32(p) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(load8(p)))
#define WIDE_i8_f32(p) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(load8(p)))
#define WIDE_u8_f64(p) _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(load4(p)))
#define WIDE_i8_f64(p) _mm256_cvtepi32_pd(_mm_cvtepi8_epi32(load4(p)))
#define WIDE_u16_f64(p) _mm256_cvtepi32_pd(_mm_cvtepu16_epi32(load8(p)))
#define WIDE_i16_f64(p) _mm256_cvtepi32_pd(_mm_cvtepi16_epi32(load8(p)))
#define WIDE_i32_f64(p) _mm256_cvtepi32_pd(load16(p))
#define WIDE_f32_f64(p) _mm256_cvtps_pd(_mm_castsi128_ps(load16(p)))

#define STORE_f32(p, x) _mm256_storeu_ps((float *)(void *)(p), x)
#define STORE_f64(p, x) _mm256_storeu_pd((double *)(void *)(p), x)

#define WIDER(from, to, from_type, to_type)                                    \
  CONVERTER(from##_to_##to##_any, to_type, from_type, (to_type)x)              \
  MV_AVX2 static size_t from##_to_##to##_vectors(                              \
      unsigned char *restrict out, const unsigned char *restrict in,           \
      size_t n) {                                                              \
    const size_t some = 32 / sizeof(to_type);                                  \
    size_t i = 0;                                                              \
    for (; i + some <= n; i += some)                                           \
      STORE_##to(out + i * sizeof(to_type),                                    \
                 WIDE_##from##_##to(in + i * sizeof(from_type)));              \
    return i;                                                                  \
  }                                                                            \
  static void from##_to_##to(unsigned char *restrict out,                      \
                             const unsigned char *restrict in, size_t n) {     \
    size_t i = mv_avx2() ? from##_to_##to##_vectors(out, in, n) : 0;           \
    from##_to_##to##_any(out + i * sizeof(to_type),                            \
                         in + i * sizeof(from_type), n - i);                   \
  }
#else
#define WIDER(from, to, from_type, to_type)                                    \
  CONVERTER(from##_to_##to, to_type, from_type, (to_type)x)
#endif

WIDER(u8, f32, uint8_t, float)
WIDER(i8, f32, int8_t, float)
WIDER(u8, f64, uint8_t, double)
WIDER(i8, f64, int8_t, double)
WIDER(u16, f64, uint16_t, double)
WIDER(i16, f64, int16_t, double)
WIDER(i32, f64, int32_t, double)
WIDER(f32, f64, float, double)

/* Floats to integers, and to other floats. */
CONVERTER(f16_to_8, uint8_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_16, uint16_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_32, uint32_t, uint16_t, mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_64, int64_t, uint16_t,
          (int32_t)mv_f32_integer(f32_from_f16(x)))
CONVERTER(f16_to_f32, float, uint16_t, f32_from_f16(x))
CONVERTER(f16_to_f64, double, uint16_t, f64_from_f16(x))
CONVERTER(f32_to_8, uint8_t, float, mv_f32_integer(x))
CONVERTER(f32_to_16, uint16_t, float, mv_f32_integer(x))
CONVERTER(f32_to_32, uint32_t, float, u32_from_f32(x))
CONVERTER(f32_to_64, uint64_t, float, u64_from_f64((double)x))
CONVERTER(f32_to_f16, uint16_t, float, f16_from_f32(x))
CONVERTER(f64_to_8, uint8_t, double, mv_f64_integer(x))
CONVERTER(f64_to_16, uint16_t, double, mv_f64_integer(x))
CONVERTER(f64_to_32, uint32_t, double, mv_f64_integer(x))
CONVERTER(f64_to_64, uint64_t, double, u64_from_f64(x))
CONVERTER(f64_to_f16, uint16_t, double, f16_from_f64(x))
CONVERTER(f64_to_f32, float, double, (float)x)

#define COPY(bits)                                                             \
  static void copy_##bits(unsigned char *restrict out,                         \
                          const unsigned char *restrict in, size_t n) {        \
    memcpy(out, in, n *(bits / 8));                                            \
  }
COPY(8)
COPY(16)
COPY(32)
COPY(64)

#define ROW(to8, to16, to32, to64, tof32, tof64, tof16)                        \
  { to8, to8, to16, to16, to32, to32, to64, to64, tof32, tof64, tof16 }

#define INTEGER_ROW(from, to8, to16, to32, to64)                               \
  ROW(to8, to16, to32, to64, from##_to_f32, from##_to_f64, from##_to_f16)

/* Indexed by mv_kind: U8 I8 U16 I16 U32 I32 U64 I64 F32 F64 F16. */
static mv_converter *const converters[MV_RUNKINDS][MV_RUNKINDS] = {
    /* [from][to] */
    [MV_U8] = INTEGER_ROW(u8, copy_8, u8_to_16, u8_to_32, u8_to_64),
    [MV_I8] = INTEGER_ROW(i8, copy_8, i8_to_16, i8_to_32, i8_to_64),
    [MV_U16] = INTEGER_ROW(u16, u16_to_8, copy_16, u16_to_32, u16_to_64),
    [MV_I16] = INTEGER_ROW(i16, u16_to_8, copy_16, i16_to_32, i16_to_64),
    [MV_U32] = INTEGER_ROW(u32, u32_to_8, u32_to_16, copy_32, u32_to_64),
    [MV_I32] = INTEGER_ROW(i32, u32_to_8, u32_to_16, copy_32, i32_to_64),
    [MV_U64] = INTEGER_ROW(u64, u64_to_8, u64_to_16, u64_to_32, copy_64),
    [MV_I64] = INTEGER_ROW(i64, u64_to_8, u64_to_16, u64_to_32, copy_64),
    [MV_F16] = ROW(f16_to_8, f16_to_16, f16_to_32, f16_to_64, f16_to_f32,
                   f16_to_f64, copy_16),
    [MV_F32] = ROW(f32_to_8, f32_to_16, f32_to_32, f32_to_64, copy_32,
                   f32_to_f64, f32_to_f16),
    [MV_F64] = ROW(f64_to_8, f64_to_16, f64_to_32, f64_to_64, f64_to_f32,
                   copy_64, f64_to_f16),
};

mv_converter *mv_converter_find(mv_kind to, mv_kind from) {
  bool floats = to >= MV_F32 || from >= MV_F32;
  if (to >= MV_RUNKINDS || from >= MV_RUNKINDS ||
      (floats && FLT_EVAL_METHOD != 0))
    return NULL;
  return converters[from][to];
}
