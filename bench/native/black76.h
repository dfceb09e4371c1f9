/* Black-76 on vectors of LANES options or scenarios: assembly/portable/scenario-price.ts. */
#include "functions.h"

/*
 * Price of the out-of-the-money option from h = |ln(K/F)| / v, always by the difference of Mills ratios and with a plain
 * square in the exponent: exact to some 1e-16 of the forward, so that a price that is small against it has lost digits.
 */
static inline vec cell_price(vec lower, vec h, vec v) {
  v = min1(v, set1(74.0));
  h = min1(h, set1(37.0));
  vec half = mul(v, set1(0.5));
  vec z1 = sub(h, half), z2 = add(h, half), y1 = abs1(z1);
  vec density_of = mul(mul(lower, set1(INVERSE_SQRT_2PI)), exp1(mul(mul(z1, z1), set1(-0.5))));
  vec r1, r2;
  mills_ratios(y1, z2, &r1, &r2);
  mask inside = less(z1, set1(0.0));
  vec base = choose(inside, lower, set1(0.0));
  return fma1(density_of, sub(choose(inside, sub(set1(0.0), r1), r1), r2), base);
}
