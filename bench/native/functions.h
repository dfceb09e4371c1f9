/*
 * Exponential, logarithm and normal distribution on vectors, with the polynomials of margrid (coefficients.h is made
 * from assembly/portable/coefficients.ts). Nothing here branches: a compiler can vectorise all of it.
 */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H
#include "coefficients.h"
#include "vector.h"

/* e^r for |r| <= ln(2) / 2. */
static inline vec near_exp(vec r) {
  vec r2 = mul(r, r);
  vec even = fma1(fma1(fma1(fma1(set1(EXP_8), r2, set1(EXP_6)), r2, set1(EXP_4)), r2, set1(EXP_2)), r2, set1(EXP_0));
  vec odd = fma1(fma1(fma1(fma1(set1(EXP_9), r2, set1(EXP_7)), r2, set1(EXP_5)), r2, set1(EXP_3)), r2, set1(EXP_1));
  return add(fma1(fma1(odd, r, even), r2, r), set1(1.0));
}

/* e^x for x up to 700; below -700 it is e^-700. */
static inline vec exp1(vec x) {
  x = max1(x, set1(-700.0));
  vec k = nearest(mul(x, set1(LOG2_E)));
  vec r = sub(sub(x, mul(k, set1(LN2_HIGH))), mul(k, set1(LN2_LOW)));
  return scale2(near_exp(r), k);
}

/* ln(x) of a positive normal number: assembly/portable/log.ts, `logOfNormal`. */
static inline vec log1(vec x) {
  vec k, m = mantissa(x, &k);
  mask large = less(set1(LOG_SPLIT), m);
  m = choose(large, mul(m, set1(0.5)), m);
  k = choose(large, add(k, set1(1.0)), k);
  vec f = sub(m, set1(1.0)), s = divide(f, add(f, set1(2.0)));
  vec s2 = mul(s, s), s4 = mul(s2, s2);
  vec even = fma1(fma1(fma1(set1(LOG_6), s4, set1(LOG_4)), s4, set1(LOG_2)), s4, set1(LOG_0));
  vec odd = fma1(fma1(set1(LOG_5), s4, set1(LOG_3)), s4, set1(LOG_1));
  vec square = mul(mul(set1(0.5), f), f);
  vec rest = fma1(k, set1(LN2_LOW), mul(s, fma1(s2, fma1(odd, s2, even), square)));
  return sub(mul(k, set1(LN2_HIGH)), sub(sub(square, rest), f));
}

#define CHAIN5(p, a, b, c, d, e, f, x) \
  fma1(fma1(fma1(fma1(fma1(set1(p##a), x, set1(p##b)), x, set1(p##c)), x, set1(p##d)), x, set1(p##e)), x, set1(p##f))
#define CHAIN6(p, a, b, c, d, e, f, g, x) fma1(CHAIN5(p, a, b, c, d, e, f, x), x, set1(p##g))

static inline vec mills_polynomial(vec t) {
  vec t2 = mul(t, t), t4 = mul(t2, t2);
  vec chain0 = CHAIN5(MILLS_, 20, 16, 12, 8, 4, 0, t4);
  vec chain1 = CHAIN5(MILLS_, 21, 17, 13, 9, 5, 1, t4);
  vec chain2 = CHAIN5(MILLS_, 22, 18, 14, 10, 6, 2, t4);
  vec chain3 = CHAIN5(MILLS_, 23, 19, 15, 11, 7, 3, t4);
  return fma1(fma1(chain3, t, chain2), t2, fma1(chain1, t, chain0));
}

/* Mills ratios Phi(-z) / phi(z) of two z >= 0, with one division for both. */
static inline void mills_ratios(vec z1, vec z2, vec *r1, vec *r2) {
  vec a1 = add(z1, set1(5.0)), b1 = add(z1, set1(1.25)), a2 = add(z2, set1(5.0)), b2 = add(z2, set1(1.25));
  vec m1 = mul(a1, b1), m2 = mul(a2, b2);
  vec inverse_of = divide(set1(1.0), mul(m1, m2));
  vec i1 = mul(inverse_of, m2), i2 = mul(inverse_of, m1);
  *r1 = mul(mul(mills_polynomial(mul(mul(sub(z1, set1(5.0)), b1), i1)), a1), i1);
  *r2 = mul(mul(mills_polynomial(mul(mul(sub(z2, set1(5.0)), b2), i2)), a2), i2);
}

/* The normal density. */
static inline vec normal_pdf(vec z) { return mul(set1(INVERSE_SQRT_2PI), exp1(mul(mul(z, z), set1(-0.5)))); }

/* The normal distribution function at two points. */
static inline void normal_cdfs(vec z1, vec z2, vec *n1, vec *n2) {
  vec y1 = min1(abs1(z1), set1(37.0)), y2 = min1(abs1(z2), set1(37.0)), r1, r2;
  mills_ratios(y1, y2, &r1, &r2);
  vec tail1 = mul(r1, normal_pdf(y1)), tail2 = mul(r2, normal_pdf(y2));
  *n1 = choose(less(set1(0.0), z1), sub(set1(1.0), tail1), tail1);
  *n2 = choose(less(set1(0.0), z2), sub(set1(1.0), tail2), tail2);
}

#endif
