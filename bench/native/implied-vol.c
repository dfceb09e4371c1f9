/*
 * The workload `implied-vol` in C: three steps of Halley's method on the logarithm of the price, from the lower bound of
 * Choi, Huh and Su (assembly/portable/implied-volatility.ts), options side by side in the lanes of vectors.
 *
 * Prices are always the difference of Mills ratios, and the normal quantile of the start is taken as the algorithm
 * AS 241 gives it: no branch, and volatilities that differ by what is in the digits of the price.
 */
#include "functions.h"
#include "program.h"

/* Options per step: for the compiler a loop that fills its vectors. */
enum { BLOCK = LANES == 1 ? 32 : LANES, COLUMNS = 5 };
enum { SIGN, FORWARD, STRIKE, YEARS, PRICE };

static int64_t option_count;
static double *column[COLUMNS], *implied;

static void read_input(FILE *file) {
  int64_t *counts = read_column(file, 1);
  option_count = counts[0];
  for (int c = 0; c < COLUMNS; c++) column[c] = read_padded(file, option_count, BLOCK);
  implied = allocate(padded(option_count, BLOCK) * 8);
}

#define CHAIN7(p, x) \
  fma1(fma1(fma1(fma1(fma1(fma1(fma1(set1(p##7), x, set1(p##6)), x, set1(p##5)), x, set1(p##4)), x, set1(p##3)), x, \
    set1(p##2)), x, set1(p##1)), x, set1(p##0))

/* Algorithm AS 241 for |p - 1/2| <= 0.425, and for the tail with root = sqrt(-ln p) in [1.6, 5]. */
#define CENTRAL_LOWER_0 1.0
#define TAIL_LOWER_0 1.0
static inline vec central_quantile(vec offset) {
  vec r = sub(set1(0.180625), mul(offset, offset));
  return divide(mul(offset, CHAIN7(CENTRAL_UPPER_, r)), CHAIN7(CENTRAL_LOWER_, r));
}
static inline vec tail_quantile(vec root_of) {
  vec r = sub(root_of, set1(1.6));
  return divide(CHAIN7(TAIL_UPPER_, r), CHAIN7(TAIL_LOWER_, r));
}
/* And for root > 5: prices below 1e-11 of the forward. */
#define FAR_UPPER_0 6.6579046435011037772
#define FAR_UPPER_1 5.4637849111641143699
#define FAR_UPPER_2 1.7848265399172913358
#define FAR_UPPER_3 0.29656057182850489123
#define FAR_UPPER_4 0.026532189526576123093
#define FAR_UPPER_5 0.0012426609473880784386
#define FAR_UPPER_6 2.71155556874348757815e-5
#define FAR_UPPER_7 2.01033439929228813265e-7
#define FAR_LOWER_0 1.0
#define FAR_LOWER_1 0.59983220655588793769
#define FAR_LOWER_2 0.13692988092273580531
#define FAR_LOWER_3 0.0148753612908506148525
#define FAR_LOWER_4 7.868691311456132591e-4
#define FAR_LOWER_5 1.8463183175100546818e-5
#define FAR_LOWER_6 1.4215117583164458887e-7
#define FAR_LOWER_7 2.04426310338993978564e-15
static inline vec far_quantile(vec root_of) {
  vec r = sub(root_of, set1(5.0));
  return divide(CHAIN7(FAR_UPPER_, r), CHAIN7(FAR_LOWER_, r));
}

/* The quantile of p given q = 1 - p and p - 1/2. */
static inline vec quantile(vec p, vec q, vec offset) {
  mask is_low = less(offset, set1(0.0)), is_central = less(abs1(offset), set1(0.425));
  vec tail = max1(choose(is_low, p, q), set1(1e-300)), root_of = root(sub(set1(0.0), log1(tail)));
  vec size = tail_quantile(root_of);
  mask is_far = less(set1(5.0), root_of);
  if (any(is_far)) size = choose(is_far, far_quantile(root_of), size);
  return choose(is_central, central_quantile(offset), choose(is_low, sub(set1(0.0), size), size));
}

/* One step for ln(price(v)) = ln(target), in units of min(F, K). */
static inline vec halley_step(vec x, vec v, vec target) {
  vec half = mul(set1(0.5), v), inverse_v = divide(set1(1.0), v), h = mul(x, inverse_v);
  vec z1 = sub(h, half), z2 = add(h, half), r1, r2;
  mills_ratios(abs1(z1), z2, &r1, &r2);
  mask inside = less(z1, set1(0.0));
  vec density_of = normal_pdf(z1), ratio = sub(choose(inside, sub(set1(0.0), r1), r1), r2);
  vec price = fma1(density_of, ratio, choose(inside, set1(1.0), set1(0.0)));
  vec price_over_vega = divide(price, density_of), excess = log1(divide(target, price));
  vec bend = sub(mul(mul(price_over_vega, inverse_v), mul(z1, z2)), set1(1.0));
  return add(v, divide(mul(excess, price_over_vega), fma1(mul(set1(0.5), excess), bend, set1(1.0))));
}

/* Needs a price above the intrinsic value and below that of infinite volatility: NaN otherwise. */
static inline vec implied_volatility(vec sign, vec forward, vec strike, vec years, vec price) {
  vec lower = min1(forward, strike), upper = max1(forward, strike), one = set1(1.0);
  vec time_value = sub(price, max1(mul(sign, sub(forward, strike)), set1(0.0)));
  vec inverse_lower = divide(one, lower);
  vec target = mul(time_value, inverse_lower), complement = mul(sub(lower, time_value), inverse_lower);
  vec growth = mul(sub(upper, lower), inverse_lower), x = log1(mul(upper, inverse_lower));
  vec inverse_divisor = divide(one, add(add(target, target), growth));
  vec z = quantile(
      mul(mul(target, add(add(target, one), growth)), inverse_divisor),
      mul(mul(complement, add(target, growth)), inverse_divisor),
      mul(fma1(target, target, mul(growth, sub(target, set1(0.5)))), inverse_divisor));
  vec twice = add(x, x), distance = root(fma1(z, z, twice));
  vec v = choose(less(z, set1(0.0)), divide(twice, sub(distance, z)), add(distance, z));
  v = halley_step(x, v, target);
  v = halley_step(x, v, target);
  v = halley_step(x, v, target);
  mask good = both(less(set1(0.0), target), less(set1(0.0), complement));
  return choose(good, divide(v, root(years)), set1(NAN));
}

static void work(void) {
  for (int64_t first = 0; first < option_count; first += BLOCK) {
    for (int i = 0; i < BLOCK; i += LANES) {
      int64_t at = first + i;
      vec sign = load(column[SIGN] + at), forward = load(column[FORWARD] + at), strike = load(column[STRIKE] + at);
      store(implied + at, implied_volatility(sign, forward, strike, load(column[YEARS] + at), load(column[PRICE] + at)));
    }
  }
}

static void results(FILE *file) { write_floats(file, implied, option_count); }

int main(int argument_count, char **arguments) { return run_program(argument_count, arguments, read_input, work, results); }
