/*
 * The workload `revalue` in C with vector intrinsics, blocked by hand: all cells of an account in as few passes over
 * its positions as the registers allow.
 *
 * Compiled for one row length (ROW_CELLS), one vector width (LANES: 2 or 8 doubles) and one number of accumulators
 * (ACCUMULATORS); FUSED takes fused multiply-adds, which round once, so the last bits differ. The padding of a row
 * repeats its last cell and cannot change the minimum. Prefetching the rows of positions ahead was slower (a table of
 * 1,000 rows is in the second-level cache anyway), so were four and six accumulators of 128 bits; eight to thirteen
 * made no difference.
 *
 * revalue-vectors INPUT OUTPUT: as revalue.c.
 */
#include <immintrin.h>
#include "columns.h"

#if LANES == 8
typedef __m512d Vector;
static inline Vector splat(double number) { return _mm512_set1_pd(number); }
static inline Vector load(const double *from) { return _mm512_loadu_pd(from); }
static inline Vector least(Vector a, Vector b) { return _mm512_min_pd(a, b); }
static inline double least_lane(Vector a) { return _mm512_reduce_min_pd(a); }
#ifdef FUSED
static inline Vector add_product(Vector sum, Vector a, Vector b) { return _mm512_fmadd_pd(a, b, sum); }
#else
static inline Vector add_product(Vector sum, Vector a, Vector b) { return _mm512_add_pd(sum, _mm512_mul_pd(a, b)); }
#endif
#else
typedef __m128d Vector;
static inline Vector splat(double number) { return _mm_set1_pd(number); }
static inline Vector load(const double *from) { return _mm_load_pd(from); }
static inline Vector least(Vector a, Vector b) { return _mm_min_pd(a, b); }
static inline double least_lane(Vector a) { return _mm_cvtsd_f64(_mm_min_sd(a, _mm_unpackhi_pd(a, a))); }
static inline Vector add_product(Vector sum, Vector a, Vector b) { return _mm_add_pd(sum, _mm_mul_pd(a, b)); }
#endif

enum { VECTORS = (ROW_CELLS + LANES - 1) / LANES, REST = ROW_CELLS % LANES };

/* Vector `index` of a row. Lanes beyond the row are 0: their sums are 0, and a worst loss is never below 0. */
static inline Vector cells(const double *row, int index) {
#if LANES == 8
  if (REST > 0 && index == VECTORS - 1) return _mm512_maskz_loadu_pd((1 << REST) - 1, row + index * LANES);
#endif
  return load(row + index * LANES);
}

/* Inlined with a constant width: the accumulators are registers. */
static inline __attribute__((always_inline)) Vector block(
    const uint32_t *entry, const double *quantity, uint32_t count, const double *risk_array, const int from,
    const int width, Vector minimum) {
  Vector sum[width];
#pragma GCC unroll 16
  for (int i = 0; i < width; i++) sum[i] = splat(0);
  for (uint32_t p = 0; p < count; p++) {
    const double *row = risk_array + (size_t)(entry[p] >> FLAG_BITS) * ROW_CELLS;
    Vector held = splat(quantity[p]);
#pragma GCC unroll 16
    for (int i = 0; i < width; i++) sum[i] = add_product(sum[i], held, cells(row, from + i));
  }
#pragma GCC unroll 16
  for (int i = 0; i < width; i++) minimum = least(minimum, sum[i]);
  return minimum;
}

void revalue(const Columns *columns, double *worst) {
  for (uint64_t account = 0; account < columns->account_count; account++) {
    uint32_t first = columns->first_position[account];
    uint32_t count = columns->position_count[account];
    const uint32_t *entry = columns->position_row + first;
    const double *quantity = columns->quantity + first;
    Vector minimum = splat(__builtin_inf());
    int from = 0;
#pragma GCC unroll 16
    for (; from + ACCUMULATORS <= VECTORS; from += ACCUMULATORS) {
      minimum = block(entry, quantity, count, columns->risk_array, from, ACCUMULATORS, minimum);
    }
    if (VECTORS % ACCUMULATORS > 0) {
      minimum = block(entry, quantity, count, columns->risk_array, from, VECTORS % ACCUMULATORS, minimum);
    }
    double lowest = least_lane(minimum);
    worst[account] = lowest < 0 ? -lowest : 0;
  }
}
