/*
 * The normal distribution from margrid's table (assembly/portable/american/normal-rows.ts): for each sixteenth from -37 to
 * 8.5 a polynomial of degree 7 in a row of 64 bytes, found by rounding. Here the rows are Chebyshev interpolation in long
 * double. Included after functions.h.
 *
 * Eight lanes read whole rows and exchange sums: american.c then takes 0.57 of the time that it takes with gathers of single
 * coefficients, and 0.8 of that with sixteen pieces of degree 11, whose coefficients a permutation finds. Left to the compiler, which gathers, the table is slower
 * than Mills ratio and exponential: there normal_cdfs stays as it was.
 */
#ifndef NORMAL_ROWS_H
#define NORMAL_ROWS_H

#if LANES == 1
#define normal_pair normal_cdfs
static inline void fill_normal_rows(void) {}
#else

enum { ROW_COEFFICIENTS = 8, LOWEST_ROW = -592, HIGHEST_ROW = 136, ROWS = 1024 };
static double normal_rows[ROWS * ROW_COEFFICIENTS] __attribute__((aligned(64)));

static void fill_normal_row(double middle, double half, double *row) {
  enum { POINTS = ROW_COEFFICIENTS };
  const long double turn = 3.14159265358979323846264338327950288L;
  long double values[POINTS], older[POINTS + 1] = {1}, newer[POINTS + 1] = {0, 1}, sum[POINTS] = {0}, power = 1;
  for (int k = 0; k < POINTS; k++) {
    long double node = cosl(turn * (k + 0.5L) / POINTS);
    values[k] = 0.5L * erfcl(-(middle + half * node) * sqrtl(0.5L));
  }
  for (int j = 0; j < POINTS; j++) {
    long double weight = 0, next[POINTS + 1] = {0};
    for (int k = 0; k < POINTS; k++) weight += values[k] * cosl(turn * j * (k + 0.5L) / POINTS);
    weight *= (j == 0 ? 1.0L : 2.0L) / POINTS;
    for (int i = 0; i <= j; i++) sum[i] += weight * older[i];
    for (int i = 0; i < POINTS; i++) next[i + 1] = 2 * newer[i];
    for (int i = 0; i <= POINTS; i++) {
      next[i] -= older[i];
      older[i] = newer[i];
      newer[i] = next[i];
    }
  }
  for (int i = 0; i < POINTS; i++, power *= half) row[i] = (double)(sum[i] / power);
}

static void fill_normal_rows(void) {
  for (int m = LOWEST_ROW; m <= HIGHEST_ROW; m++) {
    fill_normal_row(m / 16.0, 1 / 32.0, normal_rows + ROW_COEFFICIENTS * (m & (ROWS - 1)));
  }
}

/* Distance from the middle of the piece; the last ten bits of `rounded` are the row. */
static inline vec row_distance(vec x, vec *rounded) {
  vec rounder = set1(422212465065984.0), bounded = min1(max1(x, set1(-37.0)), set1(8.5));
  *rounded = add(bounded, rounder);
  return sub(bounded, sub(*rounded, rounder));
}

#if LANES == 8
/* Upper and lower half of row i in the lower lanes, of row i + 4 in the upper: one step of the sum by d^4. */
static inline vec half_sums(const int64_t *place, int i, vec fourth_power) {
  const double *a = normal_rows + place[i], *b = normal_rows + place[i + 4];
  vec low = _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(a)), _mm256_load_pd(b), 1);
  vec high = _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_load_pd(a + 4)), _mm256_load_pd(b + 4), 1);
  return fma1(high, fourth_power, low);
}

static inline vec row_normal(vec x) {
  vec rounded, d = row_distance(x, &rounded), d2 = mul(d, d), d4 = mul(d2, d2);
  int64_t place[8] __attribute__((aligned(64)));
  _mm512_store_si512(place, _mm512_slli_epi64(_mm512_and_si512(_mm512_castpd_si512(rounded), _mm512_set1_epi64(ROWS - 1)), 3));
  vec sum0 = half_sums(place, 0, _mm512_permutex_pd(d4, 0x00)), sum1 = half_sums(place, 1, _mm512_permutex_pd(d4, 0x55));
  vec sum2 = half_sums(place, 2, _mm512_permutex_pd(d4, 0xaa)), sum3 = half_sums(place, 3, _mm512_permutex_pd(d4, 0xff));
  /* Transposed: coefficients 0 to 3 of all lanes. */
  vec even01 = _mm512_unpacklo_pd(sum0, sum1), odd01 = _mm512_unpackhi_pd(sum0, sum1);
  vec even23 = _mm512_unpacklo_pd(sum2, sum3), odd23 = _mm512_unpackhi_pd(sum2, sum3);
  __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  vec c0 = _mm512_permutex2var_pd(even01, first, even23), c2 = _mm512_permutex2var_pd(even01, second, even23);
  vec c1 = _mm512_permutex2var_pd(odd01, first, odd23), c3 = _mm512_permutex2var_pd(odd01, second, odd23);
  return fma1(fma1(c3, d, c2), d2, fma1(c1, d, c0));
}

#else
/* Even and odd chain of one argument are the lanes. */
static inline vec chains(const double *row, vec d2) {
  return fma1(fma1(fma1(load(row + 6), d2, load(row + 4)), d2, load(row + 2)), d2, load(row));
}

static inline vec row_normal(vec x) {
  vec rounded, d = row_distance(x, &rounded), d2 = mul(d, d);
  __m128i place = _mm_srli_epi64(_mm_slli_epi64(_mm_castpd_si128(rounded), 54), 51);
  vec of_first = chains(normal_rows + _mm_extract_epi64(place, 0), _mm_unpacklo_pd(d2, d2));
  vec of_second = chains(normal_rows + _mm_extract_epi64(place, 1), _mm_unpackhi_pd(d2, d2));
  return fma1(_mm_unpackhi_pd(of_first, of_second), d, _mm_unpacklo_pd(of_first, of_second));
}
#endif

static inline void normal_pair(vec z1, vec z2, vec *n1, vec *n2) {
  *n1 = row_normal(z1);
  *n2 = row_normal(z2);
}
#endif
#endif
