/*
** item.c - loads and stores one value
** This file has the only two switches over all kinds, for loading and for
** storing. A value is converted completely before the first byte is written, so
** a store that fails changes nothing. record.c handles records.
*/
#include "item.h"
#include "bytes.h"
#include "half.h"

#include <float.h>
#include <math.h>

/* The bytes of a long double that are not padding. */
#if LDBL_MANT_DIG == 64
#define LONGDOUBLE_BYTES 10
#else
#define LONGDOUBLE_BYTES sizeof(long double)
#endif

static void reverse(unsigned char *to, const unsigned char *from, size_t n) {
  for (size_t i = 0; i < n; i++)
    to[i] = from[n - 1 - i];
}

static double get_longdouble(const unsigned char *p, bool swap) {
  unsigned char bytes[sizeof(long double)];
  long double x;
  if (swap)
    reverse(bytes, p, sizeof bytes);
  memcpy(&x, swap ? bytes : p, sizeof x);
  return (double)x;
}

static void put_longdouble(unsigned char *p, bool swap, double d) {
  unsigned char bytes[sizeof(long double)] = {0};
  long double x = d;
  memcpy(bytes, &x, LONGDOUBLE_BYTES);
  if (swap)
    reverse(p, bytes, sizeof bytes);
  else
    memcpy(p, bytes, sizeof bytes);
}

static void load_int(mv_value *value, int64_t i) {
  value->tag = MV_VINT;
  value->as.i = i;
}

static void load_float(mv_value *value, double f) {
  value->tag = MV_VFLOAT;
  value->as.f = f;
}

static void load_bytes(mv_value *value, const unsigned char *p, size_t n) {
  value->tag = MV_VBYTES;
  value->as.s.p = p;
  value->as.s.n = n;
}

static void load_pascal(mv_value *value, const unsigned char *p, size_t size) {
  if (size == 0)
    load_bytes(value, p, 0);
  else
    load_bytes(value, p + 1, *p < size ? *p : size - 1);
}

static void load_complex(mv_value *value, double re, double im) {
  value->tag = MV_VCOMPLEX;
  value->as.z[0] = re;
  value->as.z[1] = im;
}

void mv_load(const mv_item *item, const unsigned char *p, mv_value *value) {
  bool swap = item->swap;
  switch (item->kind) {
  case MV_U8:
    load_int(value, *p);
    break;
  case MV_I8:
    load_int(value, (int8_t)*p);
    break;
  case MV_U16:
    load_int(value, mv_get16(p, swap));
    break;
  case MV_I16:
    load_int(value, (int16_t)mv_get16(p, swap));
    break;
  case MV_U24:
    load_int(value, mv_get24(p, swap));
    break;
  case MV_I24:
    load_int(value, (int32_t)(mv_get24(p, swap) ^ 0x800000) - 0x800000);
    break;
  case MV_U32:
    load_int(value, mv_get32(p, swap));
    break;
  case MV_I32:
    load_int(value, (int32_t)mv_get32(p, swap));
    break;
  case MV_U64:
    value->as.u = mv_get64(p, swap);
    value->tag = value->as.u > INT64_MAX ? MV_VUINT : MV_VINT;
    break;
  case MV_I64:
    load_int(value, (int64_t)mv_get64(p, swap));
    break;
  case MV_F16:
    load_float(value, mv_from_half(mv_get16(p, swap)));
    break;
  case MV_F32:
    load_float(value, mv_getf32(p, swap));
    break;
  case MV_F64:
    load_float(value, mv_getf64(p, swap));
    break;
  case MV_LONGDOUBLE:
    load_float(value, get_longdouble(p, swap));
    break;
  case MV_BOOL:
    value->tag = MV_VBOOL;
    value->as.b = *p != 0;
    break;
  case MV_CHAR:
  case MV_BYTES:
    load_bytes(value, p, item->size);
    break;
  case MV_PASCAL:
    load_pascal(value, p, item->size);
    break;
  case MV_CF32:
    load_complex(value, mv_getf32(p, swap), mv_getf32(p + 4, swap));
    break;
  case MV_CF64:
    load_complex(value, mv_getf64(p, swap), mv_getf64(p + 8, swap));
    break;
  case MV_RECORD:
    break;
  }
}

bool mv_item_range(const mv_item *item, int64_t *lo, uint64_t *hi) {
  mv_class class = mv_kinds[item->kind].class;
  if (class == MV_UNSIGNED) {
    *lo = 0;
    *hi = UINT64_MAX >> (64 - 8 * item->size);
  } else if (class == MV_SIGNED) {
    *hi = (uint64_t)INT64_MAX >> (64 - 8 * item->size);
    *lo = -(int64_t)*hi - 1;
  }
  return class <= MV_SIGNED;
}

/* The integer of the value: its bits, and whether it is negative. */
static mv_status as_integer(const mv_value *value, uint64_t *bits,
                            bool *negative) {
  double f;
  *negative = false;
  switch (value->tag) {
  case MV_VINT:
    *bits = (uint64_t)value->as.i;
    *negative = value->as.i < 0;
    return MV_OK;
  case MV_VUINT:
    *bits = value->as.u;
    return MV_OK;
  case MV_VFLOAT:
    f = value->as.f;
    if (f < -0x1p63 || f >= 0x1p64)
      return MV_ERANGE;
    if (isnan(f))
      return MV_EINEXACT;
    *negative = f < 0;
    *bits = f < 0 ? (uint64_t)(int64_t)f : (uint64_t)f;
    return (f < 0 ? (double)(int64_t)*bits : (double)*bits) == f ? MV_OK
                                                                 : MV_EINEXACT;
  default:
    return MV_ETYPE;
  }
}

static mv_status store_integer(const mv_item *item, unsigned char *p,
                               const mv_value *value) {
  uint64_t bits, hi = 0;
  int64_t lo = 0;
  bool negative;
  mv_status status = as_integer(value, &bits, &negative);
  if (status != MV_OK)
    return status;
  mv_item_range(item, &lo, &hi);
  if (item->kind != MV_U64 && (negative ? (int64_t)bits < lo : bits > hi))
    return MV_ERANGE;
  switch (item->size) {
  case 1:
    *p = (unsigned char)bits;
    break;
  case 2:
    mv_put16(p, item->swap, (uint16_t)bits);
    break;
  case 3:
    mv_put24(p, item->swap, (uint32_t)bits);
    break;
  case 4:
    mv_put32(p, item->swap, (uint32_t)bits);
    break;
  default:
    mv_put64(p, item->swap, bits);
  }
  return MV_OK;
}

/* The number of the value as a float. False: the value is not a number. */
static bool as_float(const mv_value *value, double *f) {
  switch (value->tag) {
  case MV_VINT:
    *f = (double)value->as.i;
    return true;
  case MV_VUINT:
    *f = (double)value->as.u;
    return true;
  case MV_VFLOAT:
    *f = value->as.f;
    return true;
  default:
    return false;
  }
}

/* Rounds to a float; false: d is finite and too large. */
static bool to_f32(double d, float *f) {
  /* half a unit in the last place above FLT_MAX rounds to infinity */
  if (isfinite(d) && fabs(d) >= 0x1.ffffffp127)
    return false;
  *f = (float)d;
  return true;
}

/* Each rounds d to a kind of float and writes it; false: d is too large. */

static bool round_f16(unsigned char *p, bool swap, double d) {
  uint16_t h;
  if (!mv_to_half(d, &h))
    return false;
  mv_put16(p, swap, h);
  return true;
}

static bool round_f32(unsigned char *p, bool swap, double d) {
  float f;
  if (!to_f32(d, &f))
    return false;
  mv_putf32(p, swap, f);
  return true;
}

static bool round_f64(unsigned char *p, bool swap, double d) {
  mv_putf64(p, swap, d);
  return true;
}

static bool round_longdouble(unsigned char *p, bool swap, double d) {
  put_longdouble(p, swap, d);
  return true;
}

static mv_status store_float(const mv_item *item, unsigned char *p,
                             const mv_value *value,
                             bool round(unsigned char *, bool, double)) {
  double d;
  if (!as_float(value, &d))
    return MV_ETYPE;
  return round(p, item->swap, d) ? MV_OK : MV_ERANGE;
}

static mv_status store_complex(const mv_item *item, unsigned char *p,
                               const mv_value *value) {
  double z[2] = {0, 0};
  float f[2];
  if (value->tag == MV_VCOMPLEX)
    memcpy(z, value->as.z, sizeof z);
  else if (!as_float(value, &z[0]))
    return MV_ETYPE;
  if (item->kind == MV_CF64) {
    mv_putf64(p, item->swap, z[0]);
    mv_putf64(p + 8, item->swap, z[1]);
    return MV_OK;
  }
  if (!to_f32(z[0], &f[0]) || !to_f32(z[1], &f[1]))
    return MV_ERANGE;
  mv_putf32(p, item->swap, f[0]);
  mv_putf32(p + 4, item->swap, f[1]);
  return MV_OK;
}

static mv_status store_string(const mv_item *item, unsigned char *p,
                              const mv_value *value) {
  if (value->tag != MV_VBYTES)
    return MV_ETYPE;
  size_t n = value->as.s.n;
  size_t length_byte = item->kind == MV_PASCAL && item->size > 0;
  size_t room = item->size - length_byte;
  if (n > room || (length_byte > 0 && n > UINT8_MAX) ||
      (item->kind == MV_CHAR && n != 1))
    return MV_ELENGTH;
  if (n > 0) /* value may point into the item */
    memmove(p + length_byte, value->as.s.p, n);
  memset(p + length_byte + n, 0, room - n);
  if (length_byte > 0)
    *p = (unsigned char)n;
  return MV_OK;
}

static mv_status store_bool(unsigned char *p, const mv_value *value) {
  if (value->tag != MV_VBOOL)
    return MV_ETYPE;
  *p = value->as.b;
  return MV_OK;
}

mv_status mv_store(const mv_item *item, unsigned char *p,
                   const mv_value *value) {
  switch (item->kind) {
  case MV_U8:
  case MV_I8:
  case MV_U16:
  case MV_I16:
  case MV_U24:
  case MV_I24:
  case MV_U32:
  case MV_I32:
  case MV_U64:
  case MV_I64:
    return store_integer(item, p, value);
  case MV_F16:
    return store_float(item, p, value, round_f16);
  case MV_F32:
    return store_float(item, p, value, round_f32);
  case MV_F64:
    return store_float(item, p, value, round_f64);
  case MV_LONGDOUBLE:
    return store_float(item, p, value, round_longdouble);
  case MV_CF32:
  case MV_CF64:
    return store_complex(item, p, value);
  case MV_CHAR:
  case MV_BYTES:
  case MV_PASCAL:
    return store_string(item, p, value);
  case MV_BOOL:
    return store_bool(p, value);
  case MV_RECORD:
    break;
  }
  return MV_ETYPE;
}

/* ---- equality ------------------------------------------------------------*/

/* A part of a complex number; any other value has itself as real part and 0 as
** imaginary part. */
static mv_value part(const mv_value *value, int k) {
  mv_value v = *value;
  if (value->tag == MV_VCOMPLEX)
    load_float(&v, value->as.z[k]);
  else if (k == 1)
    load_int(&v, 0);
  else if (value->tag == MV_VBOOL)
    load_int(&v, value->as.b);
  return v;
}

/* Compares exactly: integers are not rounded. */
static bool equals_float(const mv_value *number, double f) {
  switch (number->tag) {
  case MV_VFLOAT:
    return number->as.f == f;
  case MV_VINT:
    return f >= -0x1p63 && f < 0x1p63 && (double)number->as.i == f &&
           (int64_t)f == number->as.i;
  default:
    return f >= 0x1p63 && f < 0x1p64 && (double)number->as.u == f &&
           (uint64_t)f == number->as.u;
  }
}

static bool real_equal(const mv_value *a, const mv_value *b) {
  if (b->tag == MV_VFLOAT)
    return equals_float(a, b->as.f);
  if (a->tag == MV_VFLOAT)
    return equals_float(b, a->as.f);
  return a->tag == b->tag && a->as.u == b->as.u;
}

bool mv_value_equal(const mv_value *a, const mv_value *b) {
  if (a->tag == MV_VBYTES || b->tag == MV_VBYTES)
    return a->tag == b->tag && a->as.s.n == b->as.s.n &&
           (a->as.s.n == 0 || memcmp(a->as.s.p, b->as.s.p, a->as.s.n) == 0);
  mv_value re_a = part(a, 0), re_b = part(b, 0);
  mv_value im_a = part(a, 1), im_b = part(b, 1);
  return real_equal(&re_a, &re_b) && real_equal(&im_a, &im_b);
}
