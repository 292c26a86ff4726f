/*
** fuzz_layout.c - random slices, rows, transpositions and casts
** The model is the list of the items' offsets, in C order, with a shape. After
** each step the layout must reach the same offsets, by index and by walking.
*/
#include <string.h>

#include "fuzz.h"
#include "mv.h"

#define MAXITEMS 4096

typedef struct model {
  ptrdiff_t n, at[MAXITEMS], itemsize;
  int ndim;
  ptrdiff_t shape[MV_MAXDIM];
} model;

/* Mostly small numbers of either sign, sometimes those at the ends. */
static int64_t take_index(input *in) {
  static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX,
                                INT64_MAX - 1, INT64_MIN / 2};
  int x = take(in);
  return x >= 250 ? far[x - 250 < 5 ? x - 250 : 0] : x % 25 - 12;
}

/* ---- the model -----------------------------------------------------------*/

/* Index number k in C order as ndim indices. */
static void unravel(const model *m, ptrdiff_t k, ptrdiff_t *idx) {
  for (int d = m->ndim; d-- > 0; k /= m->shape[d])
    idx[d] = k % m->shape[d];
}

static ptrdiff_t ravel(const model *m, const ptrdiff_t *idx) {
  ptrdiff_t k = 0;
  for (int d = 0; d < m->ndim; d++)
    k = k * m->shape[d] + idx[d];
  return k;
}

static ptrdiff_t count(const model *m) {
  ptrdiff_t n = 1;
  for (int d = 0; d < m->ndim; d++)
    n *= m->shape[d];
  return n;
}

/* Keeps the items of dimension dim at start, start + step, ... */
static void keep(model *m, int dim, ptrdiff_t start, ptrdiff_t n,
                 ptrdiff_t step) {
  model old = *m;
  m->shape[dim] = n;
  m->n = count(m);
  for (ptrdiff_t k = 0; k < m->n; k++) {
    ptrdiff_t idx[MV_MAXDIM];
    unravel(m, k, idx);
    idx[dim] = start + idx[dim] * step;
    m->at[k] = old.at[ravel(&old, idx)];
  }
}

static void drop(model *m, int dim) {
  for (int d = dim + 1; d < m->ndim; d++)
    m->shape[d - 1] = m->shape[d];
  m->ndim--;
}

static void permute(model *m, const int *perm) {
  model old = *m;
  for (int d = 0; d < m->ndim; d++)
    m->shape[d] = old.shape[perm[d]];
  for (ptrdiff_t k = 0; k < m->n; k++) {
    ptrdiff_t idx[MV_MAXDIM], from[MV_MAXDIM];
    unravel(m, k, idx);
    for (int d = 0; d < m->ndim; d++)
      from[perm[d]] = idx[d];
    m->at[k] = old.at[ravel(&old, from)];
  }
}

/* By the words of the Lua manual on string.sub, one index after the other. */
static ptrdiff_t slow_range(ptrdiff_t n, int64_t i, int64_t j, int64_t step,
                            ptrdiff_t *start) {
  ptrdiff_t found = 0;
  if (i < 0)
    i = i < -n ? (step > 0 ? 1 : 0) : n + i + 1;
  if (j < 0)
    j = j < -n ? (step > 0 ? 0 : 1) : n + j + 1;
  if (step > 0 && i < 1)
    i = 1;
  if (step > 0 && j > n)
    j = n;
  if (step < 0 && i > n)
    i = n;
  if (step < 0 && j < 1)
    j = 1;
  *start = (ptrdiff_t)i - 1;
  while (step > 0 ? i <= j : i >= j) {
    found++;
    if (step > 0 ? step > j - i : step < j - i)
      break;
    i += step;
  }
  return found;
}

/* ---- steps ---------------------------------------------------------------*/

static void slice(input *in, mv_layout *lay, model *m) {
  int dim = take(in) % m->ndim;
  int64_t i = take_index(in), j = take_index(in), step = take_index(in);
  ptrdiff_t start, n, slow_start, slow;
  if (step == 0)
    step = 1;
  mv_range(m->shape[dim], i, j, step, &start, &n);
  slow = slow_range(m->shape[dim], i, j, step, &slow_start);
  require(n == slow && (n == 0 || start == slow_start));
  require(mv_layout_slice(lay, dim, start, n, (ptrdiff_t)step) == MV_OK);
  keep(m, dim, start, n, n > 1 ? (ptrdiff_t)step : 0);
}

static void pick(input *in, mv_layout *lay, model *m) {
  int dim = take(in) % m->ndim;
  ptrdiff_t k;
  if (m->shape[dim] == 0)
    return;
  k = take(in) % m->shape[dim];
  require(mv_layout_take(lay, NULL, dim, k) == MV_OK);
  keep(m, dim, k, 1, 0);
  drop(m, dim);
}

static void transpose(input *in, mv_layout *lay, model *m) {
  int perm[MV_MAXDIM];
  for (int d = 0; d < m->ndim; d++) {
    int other = take(in) % (d + 1);
    perm[d] = perm[other];
    perm[other] = d;
  }
  mv_layout_transpose(lay, perm);
  permute(m, perm);
}

static bool packed(const model *m) {
  for (ptrdiff_t k = 1; k < m->n; k++)
    if (m->at[k] != m->at[k - 1] + m->itemsize)
      return false;
  return true;
}

/* Where item k of n, of size bytes each, is among the bytes of the old items;
** -1: its bytes lie apart. */
static ptrdiff_t place_of(const model *old, ptrdiff_t k, ptrdiff_t size) {
  ptrdiff_t first = 0;
  for (ptrdiff_t i = 0; i < size; i++) {
    ptrdiff_t byte = k * size + i;
    ptrdiff_t at = old->at[byte / old->itemsize] + byte % old->itemsize;
    if (i == 0)
      first = at;
    else if (at != first + i)
      return -1;
  }
  return first;
}

/* Whether one stride a dimension leads to each item. */
static bool has_strides(const model *m) {
  ptrdiff_t step[8], unit = 1;
  for (int d = m->ndim - 1; d >= 0; unit *= m->shape[d--])
    step[d] = m->shape[d] > 1 ? m->at[unit] - m->at[0] : 0;
  for (ptrdiff_t k = 0; k < m->n; k++) {
    ptrdiff_t at = m->at[0], rest = k;
    for (int d = m->ndim - 1; d >= 0; rest /= m->shape[d--])
      at += rest % m->shape[d] * step[d];
    if (m->at[k] != at)
      return false;
  }
  return true;
}

/* Other items and another shape: what strides can express, and nothing else. */
static void cast(input *in, mv_layout *lay, model *m) {
  ptrdiff_t size = 1 + take(in) % 8, shape[4], nbytes = m->n * m->itemsize;
  int ndim = take(in) % 5 - 1, dim = -1;
  bool possible;
  mv_status status;
  model old = *m;
  ptrdiff_t items = 1;
  for (int d = 0; d < ndim; d++)
    items *= shape[d] = take(in) % 9;
  status = mv_layout_cast(lay, size, ndim, shape, &dim);
  if (ndim < 0 ? nbytes % size != 0 : items * size != nbytes) {
    require(status != MV_OK && status != MV_ENOTCONTIGUOUS);
    return;
  }
  m->itemsize = size;
  m->ndim = ndim < 0 ? 1 : ndim;
  m->shape[0] = nbytes / size;
  for (int d = 0; d < ndim; d++)
    m->shape[d] = shape[d];
  m->n = nbytes / size;
  if (m->n > MAXITEMS)
    return;
  possible = true;
  for (ptrdiff_t k = 0; k < m->n; k++) {
    m->at[k] = place_of(&old, k, size);
    possible = possible && m->at[k] >= 0;
  }
  possible = possible && has_strides(m);
  require(status == (possible ? MV_OK : MV_ENOTCONTIGUOUS));
  if (!possible) {
    require(dim >= 0 && dim < old.ndim);
    *m = old;
  }
}

/* ---- checks --------------------------------------------------------------*/

static void check(const mv_layout *lay, const model *m, unsigned char *base) {
  ptrdiff_t idx[MV_MAXDIM], lo, hi, least = PTRDIFF_MAX, most = 0, k = 0;
  mv_walker w;
  require(lay->ndim == m->ndim && lay->itemsize == m->itemsize);
  require(mv_layout_count(lay) == m->n);
  for (; k < m->n; k++) {
    mv_layout_unravel(lay, k, idx);
    require(mv_layout_at(lay, base, idx) == base + m->at[k]);
    least = m->at[k] < least ? m->at[k] : least;
    most = m->at[k] > most ? m->at[k] : most;
  }
  require(mv_layout_extent(lay, &lo, &hi) == MV_OK);
  require(m->n == 0 || (lo == least && hi == most + m->itemsize));
  require(m->n == 0 || mv_layout_contiguous(lay, 'C') == packed(m));
  mv_walk(&w, MV_CORDER, base, lay);
  for (k = 0; mv_walk_next(&w);)
    for (ptrdiff_t i = 0; i < w.n; i++, k++)
      require(w.ptr[0] + i * w.step[0] == base + m->at[k]);
  require(k == m->n);
}

/* The first layout: up to four dimensions in C order. */
static void begin(input *in, mv_layout *lay, model *m) {
  ptrdiff_t nbytes;
  m->itemsize = 1 + take(in) % 8;
  m->ndim = 1 + take(in) % 4;
  for (int d = 0; d < m->ndim; d++)
    m->shape[d] = take(in) % 8;
  m->n = count(m);
  for (ptrdiff_t k = 0; k < m->n; k++)
    m->at[k] = k * m->itemsize;
  require(mv_layout_set(lay, m->itemsize, m->ndim, m->shape, &nbytes) == MV_OK);
  require(nbytes == m->n * m->itemsize);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  static unsigned char memory[8 * MAXITEMS];
  static model m;
  input in = {data, data + len};
  mv_layout lay = {0};
  begin(&in, &lay, &m);
  check(&lay, &m, memory);
  while (in.p < in.end && m.ndim > 0 && m.n <= MAXITEMS) {
    switch (take(&in) % 6) {
    case 0:
    case 1:
    case 2:
      slice(&in, &lay, &m);
      break;
    case 3:
      pick(&in, &lay, &m);
      break;
    case 4:
      transpose(&in, &lay, &m);
      break;
    default:
      cast(&in, &lay, &m);
    }
    if (m.n <= MAXITEMS)
      check(&lay, &m, memory);
  }
  return 0;
}
