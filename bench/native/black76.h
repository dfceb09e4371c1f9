/*
 * Black-76 on vectors of LANES options or scenarios, with the polynomials of margrid: assembly/portable/black76.ts and
 * scenario-price.ts. Prices are those of the out-of-the-money option.
 */
#include "functions.h"

/* factor e^-(z z / 2). The square as a head with 20 bits and a rest, as in margrid. */
static inline vec density(vec factor, vec z) {
  vec rounder = set1(ROUND_TO_20_BITS);
  vec head = sub(add(z, rounder), rounder);
  vec high = mul(mul(head, head), set1(-0.5));
  vec low = mul(mul(sub(z, head), add(z, head)), set1(-0.5));
  high = max1(high, set1(-700.0));
  vec k = nearest(mul(high, set1(LOG2_E)));
  vec r = add(sub(sub(high, mul(k, set1(LN2_HIGH))), mul(k, set1(LN2_LOW))), low);
  return scale2(mul(mul(factor, set1(INVERSE_SQRT_2PI)), near_exp(r)), k);
}

static inline vec slope_polynomial(vec t) {
  vec t2 = mul(t, t), t4 = mul(t2, t2);
  vec chain0 = CHAIN6(SLOPE_, 24, 20, 16, 12, 8, 4, 0, t4);
  vec chain1 = CHAIN6(SLOPE_, 25, 21, 17, 13, 9, 5, 1, t4);
  vec chain2 = CHAIN5(SLOPE_, 22, 18, 14, 10, 6, 2, t4);
  vec chain3 = CHAIN5(SLOPE_, 23, 19, 15, 11, 7, 3, t4);
  return fma1(fma1(chain3, t, chain2), t2, fma1(chain1, t, chain0));
}

/* Out-of-the-money price for v < 0.4: assembly/portable/black76.ts, `ratioSeries`. */
static inline vec price_series(vec lower, vec h, vec v) {
  vec half = mul(v, set1(0.5));
  vec b = add(h, set1(1.25)), a = add(h, set1(5.0));
  vec inverse_of = divide(set1(1.0), mul(a, b));
  vec scale = mul(a, inverse_of);
  vec slope = mul(slope_polynomial(mul(mul(sub(h, set1(5.0)), b), inverse_of)), mul(scale, scale));
  vec w = mul(h, h), u = mul(half, half);
  vec p0 = mul(u, set1(1.0 / 6)), p1 = mul(u, set1(1.0 / 20)), p2 = mul(u, set1(1.0 / 42));
  vec p3 = mul(u, set1(1.0 / 72)), p4 = mul(u, set1(1.0 / 110)), p5 = mul(u, set1(1.0 / 156));
  vec one = set1(1.0);
  vec y5 = fma1(p5, add(w, set1(23.0)), one);
  vec y4 = fma1(mul(p4, add(w, set1(19.0))), y5, sub(one, mul(p5, u)));
  vec y3 = fma1(mul(p3, add(w, set1(15.0))), y4, sub(one, mul(mul(p4, u), y5)));
  vec y2 = fma1(mul(p2, add(w, set1(11.0))), y3, sub(one, mul(mul(p3, u), y4)));
  vec y1 = fma1(mul(p1, add(w, set1(7.0))), y2, sub(one, mul(mul(p2, u), y3)));
  vec y0 = fma1(mul(p0, add(w, set1(3.0))), y1, sub(one, mul(mul(p1, u), y2)));
  return mul(density(lower, sub(h, half)), mul(v, sub(mul(slope, y0), mul(p0, y1))));
}

/* The same for v >= 0.4: `ratioDifference`, one division for two Mills ratios. */
static inline vec price_ratio(vec lower, vec h, vec v) {
  vec half = mul(v, set1(0.5));
  vec z1 = sub(h, half), z2 = add(h, half), y1 = abs1(z1);
  mask inside = less(z1, set1(0.0));
  vec r1, r2;
  mills_ratios(y1, z2, &r1, &r2);
  vec signed_r1 = choose(inside, sub(set1(0.0), r1), r1);
  vec base = choose(inside, lower, set1(0.0));
  return fma1(density(lower, z1), sub(signed_r1, r2), base);
}

static inline vec bounded_moneyness(vec x, vec v) { return min1(divide(x, max1(v, set1(2.2250738585072014e-308))), set1(64.0)); }

/* Price of the out-of-the-money option; `kind`: 0 all v < 0.4, 1 none, 2 both are worked out and one is taken. */
static inline vec price_otm(vec lower, vec x, vec v, int kind) {
  v = min1(v, set1(128.0));
  vec h = bounded_moneyness(x, v);
  if (kind == 0) return price_series(lower, h, v);
  if (kind == 1) return price_ratio(lower, h, v);
  return choose(less(v, set1(0.4)), price_series(lower, h, v), price_ratio(lower, h, v));
}

/*
 * The same for any v, always by the difference of Mills ratios and with a plain square in the exponent: exact to some
 * 1e-16 of the forward, so that a price that is small against it has lost digits. h = |ln(K/F)| / v.
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
