/*
 * Vectors of LANES floats for the programs beside it: 8 by AVX-512, 2 by SSE4.1 without fused multiply-add, 1 plain, for the compiler
 * to vectorise.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#if LANES == 8
#include <immintrin.h>
typedef __m512d vec;
typedef __mmask8 mask;
static inline vec set1(double x) { return _mm512_set1_pd(x); }
static inline vec load(const double *p) { return _mm512_load_pd(p); }
static inline void store(double *p, vec x) { _mm512_store_pd(p, x); }
static inline vec add(vec a, vec b) { return _mm512_add_pd(a, b); }
static inline vec sub(vec a, vec b) { return _mm512_sub_pd(a, b); }
static inline vec mul(vec a, vec b) { return _mm512_mul_pd(a, b); }
static inline vec divide(vec a, vec b) { return _mm512_div_pd(a, b); }
static inline vec fma1(vec a, vec b, vec c) { return _mm512_fmadd_pd(a, b, c); }
static inline vec min1(vec a, vec b) { return _mm512_min_pd(a, b); }
static inline vec max1(vec a, vec b) { return _mm512_max_pd(a, b); }
static inline vec abs1(vec a) { return _mm512_abs_pd(a); }
static inline mask less(vec a, vec b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
static inline vec choose(mask m, vec yes, vec no) { return _mm512_mask_blend_pd(m, no, yes); }
/* a 2^k for whole k. */
static inline vec scale2(vec a, vec k) { return _mm512_scalef_pd(a, k); }
static inline vec nearest(vec a) { return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
static inline double least(vec a) { return _mm512_reduce_min_pd(a); }
static inline vec root(vec a) { return _mm512_sqrt_pd(a); }
static inline int any(mask m) { return m != 0; }
static inline mask both(mask a, mask b) { return a & b; }
/* Of a positive normal number: m in [1, 2) and k with a = m 2^k. */
static inline vec mantissa(vec a, vec *k) {
  *k = _mm512_getexp_pd(a);
  return _mm512_getmant_pd(a, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
}

#elif LANES == 2
#include <smmintrin.h>
typedef __m128d vec;
typedef __m128d mask;
static inline vec set1(double x) { return _mm_set1_pd(x); }
static inline vec load(const double *p) { return _mm_load_pd(p); }
static inline void store(double *p, vec x) { _mm_store_pd(p, x); }
static inline vec add(vec a, vec b) { return _mm_add_pd(a, b); }
static inline vec sub(vec a, vec b) { return _mm_sub_pd(a, b); }
static inline vec mul(vec a, vec b) { return _mm_mul_pd(a, b); }
static inline vec divide(vec a, vec b) { return _mm_div_pd(a, b); }
static inline vec fma1(vec a, vec b, vec c) { return _mm_add_pd(_mm_mul_pd(a, b), c); }
static inline vec min1(vec a, vec b) { return _mm_min_pd(a, b); }
static inline vec max1(vec a, vec b) { return _mm_max_pd(a, b); }
static inline vec abs1(vec a) { return _mm_andnot_pd(_mm_set1_pd(-0.0), a); }
static inline mask less(vec a, vec b) { return _mm_cmplt_pd(a, b); }
static inline vec choose(mask m, vec yes, vec no) { return _mm_blendv_pd(no, yes, m); }
static inline vec nearest(vec a) {
  vec magic = _mm_set1_pd(6755399441055744.0);
  return _mm_sub_pd(_mm_add_pd(a, magic), magic);
}
static inline vec scale2(vec a, vec k) {
  __m128i bits = _mm_castpd_si128(_mm_add_pd(k, _mm_set1_pd(6755399441055744.0)));
  __m128i power = _mm_add_epi64(_mm_slli_epi64(bits, 52), _mm_set1_epi64x((long long)1023 << 52));
  return _mm_mul_pd(a, _mm_castsi128_pd(power));
}
static inline double least(vec a) {
  double even = _mm_cvtsd_f64(a), odd = _mm_cvtsd_f64(_mm_unpackhi_pd(a, a));
  return odd < even ? odd : even;
}
static inline vec root(vec a) { return _mm_sqrt_pd(a); }
static inline int any(mask m) { return _mm_movemask_pd(m) != 0; }
static inline mask both(mask a, mask b) { return _mm_and_pd(a, b); }
static inline vec mantissa(vec a, vec *k) {
  __m128i bits = _mm_castpd_si128(a);
  /* The exponent as the low bits of a number of 2^52. */
  __m128i biased = _mm_or_si128(_mm_srli_epi64(bits, 52), _mm_set1_epi64x(0x4330000000000000));
  *k = _mm_sub_pd(_mm_castsi128_pd(biased), _mm_set1_pd(4503599627370496.0 + 1023.0));
  __m128i fraction = _mm_and_si128(bits, _mm_set1_epi64x(0x000fffffffffffff));
  return _mm_castsi128_pd(_mm_or_si128(fraction, _mm_set1_epi64x(0x3ff0000000000000)));
}

#else
typedef double vec;
typedef int mask;
static inline vec set1(double x) { return x; }
static inline vec load(const double *p) { return *p; }
static inline void store(double *p, vec x) { *p = x; }
static inline vec add(vec a, vec b) { return a + b; }
static inline vec sub(vec a, vec b) { return a - b; }
static inline vec mul(vec a, vec b) { return a * b; }
static inline vec divide(vec a, vec b) { return a / b; }
static inline vec fma1(vec a, vec b, vec c) { return a * b + c; }
static inline vec min1(vec a, vec b) { return a < b ? a : b; }
static inline vec max1(vec a, vec b) { return a > b ? a : b; }
static inline vec abs1(vec a) { return fabs(a); }
static inline mask less(vec a, vec b) { return a < b; }
static inline vec choose(mask m, vec yes, vec no) { return m ? yes : no; }
static inline vec nearest(vec a) { return a + 6755399441055744.0 - 6755399441055744.0; }
static inline vec scale2(vec a, vec k) {
  double shifted = k + 6755399441055744.0;
  int64_t bits;
  memcpy(&bits, &shifted, 8);
  bits = (int64_t)((uint64_t)bits << 52) + ((int64_t)1023 << 52);
  double power;
  memcpy(&power, &bits, 8);
  return a * power;
}
static inline double least(vec a) { return a; }
static inline vec root(vec a) { return sqrt(a); }
static inline int any(mask m) { return m; }
static inline mask both(mask a, mask b) { return a & b; }
static inline vec mantissa(vec a, vec *k) {
  uint64_t bits, biased, fraction;
  memcpy(&bits, &a, 8);
  biased = bits >> 52 | 0x4330000000000000;
  fraction = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  double exponent, m;
  memcpy(&exponent, &biased, 8);
  memcpy(&m, &fraction, 8);
  *k = exponent - (4503599627370496.0 + 1023.0);
  return m;
}
#endif
