/*
 * The workload `american` in C: American options from their exercise boundaries, the fixed point FP-B of Andersen, Lake
 * and Offengenden with margrid's accurate scheme (assembly/portable/american): 25 points of the integral, 5 iterations, a
 * polynomial of degree 13, a tanh-sinh rule of 65 points for the premium. Rates and yields must be positive.
 *
 * Options side by side in the lanes of vectors; on vectors of one the loops over points of an integral are left to the
 * compiler. What does not change between iterations is worked out once, as in margrid: boundary points
 * and nodes scale with the time to expiry, so the polynomial at a node is a sum of the values at the points with weights
 * that are the same for all options, and discount factors at the nodes are those of the first iteration. Starting values
 * (QD+) begin at the point before and stop one step of Halley's method earlier.
 */
#include "black76.h"
#include "normal-rows.h"
#include "program.h"

enum { INTEGRAL = 25, ITERATIONS = 5, DEGREE = 13, PREMIUM = 65, START_STEPS = 40 };
enum { SIGN, SPOT, STRIKE, YEARS, VOLATILITY, RATE, YIELD, COLUMNS };
static const double pi = 3.14159265358979323846;

static int64_t option_count;
static double *column[COLUMNS], *prices;

/* sqrt(u / T) at the points of the boundary; the rest by point and node. */
static double share[DEGREE + 1];
static double weight_of[DEGREE + 1][DEGREE + 1][INTEGRAL];
/* u / T of a node, root of what remains / T and its inverse, weight / T. */
static double node_time[DEGREE + 1][INTEGRAL], node_root[DEGREE + 1][INTEGRAL], node_inverse[DEGREE + 1][INTEGRAL];
static double node_weight[DEGREE + 1][INTEGRAL];
/* Of the premium: weights of the values, root of the time / T and its inverse, weight / T. */
static double premium_of[DEGREE + 1][PREMIUM], premium_root[PREMIUM], premium_inverse[PREMIUM], premium_weight[PREMIUM];

/* Weights of the values at the points -cos(pi i / n) in their polynomial at z. */
static double lagrange(int i, double z) {
  double sum = 0, older = 1, newer = z;
  for (int k = 0; k <= DEGREE; k++) {
    double chebyshev = k == 0 ? 1 : newer;
    double scale = (k == 0 || k == DEGREE ? 1.0 : 2.0) / DEGREE * (i == 0 || i == DEGREE ? 0.5 : 1.0);
    sum += scale * chebyshev * cos(pi * k * (1 - i / (double)DEGREE));
    if (k > 0) {
      double next = 2 * z * newer - older;
      older = newer;
      newer = next;
    }
  }
  return sum;
}

static void gauss_legendre(double *nodes, double *weights) {
  for (int i = 0; i < INTEGRAL; i++) {
    double x = cos(pi * (i + 0.75) / (INTEGRAL + 0.5)), slope = 1;
    for (int step = 0; step < 6; step++) {
      double previous = 1, value = x;
      for (int k = 2; k <= INTEGRAL; k++) {
        double next = ((2.0 * k - 1) * x * value - (k - 1.0) * previous) / k;
        previous = value;
        value = next;
      }
      slope = INTEGRAL * (x * value - previous) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
}

static void fill_tables(void) {
  double nodes[INTEGRAL], weights[INTEGRAL];
  gauss_legendre(nodes, weights);
  for (int i = 0; i <= DEGREE; i++) share[i] = 0.5 * (1 - cos(pi * i / DEGREE));
  for (int i = 1; i <= DEGREE; i++) {
    for (int k = 0; k < INTEGRAL; k++) {
      double passed = 0.5 * (1 + nodes[k]), square = share[i] * share[i];
      node_time[i][k] = square * passed;
      node_root[i][k] = sqrt(square * (1 - passed));
      node_inverse[i][k] = 1 / node_root[i][k];
      node_weight[i][k] = 0.5 * square * weights[k];
      for (int j = 0; j <= DEGREE; j++) weight_of[i][j][k] = lagrange(j, 2 * share[i] * sqrt(passed) - 1);
    }
  }
  double step = 6.2 / (PREMIUM - 1);
  for (int k = 0; k < PREMIUM; k++) {
    double grown = exp(step * k - 3.1), shape = exp(0.5 * pi * (grown - 1 / grown)), root_of = shape / (shape + 1);
    premium_root[k] = root_of;
    premium_inverse[k] = 1 / root_of;
    premium_weight[k] = root_of * step * pi * (grown + 1 / grown) * shape / ((shape + 1) * (shape + 1));
    for (int j = 0; j <= DEGREE; j++) premium_of[j][k] = lagrange(j, 2 * sqrt(1 - root_of * root_of) - 1);
  }
}

static void read_input(FILE *file) {
  int64_t *counts = read_column(file, 1);
  option_count = counts[0];
  for (int c = 0; c < COLUMNS; c++) column[c] = read_padded(file, option_count, LANES);
  for (int64_t i = 0; i < option_count; i++) {
    int is_good = column[RATE][i] > 0 && column[YIELD][i] > 0 && column[VOLATILITY][i] > 0 && column[YEARS][i] > 0;
    if (!is_good) fail("rates, yields, volatilities and times must be positive");
  }
  prices = allocate(padded(option_count, LANES) * 8);
  fill_normal_rows();
  fill_tables();
}

/* A put of strike 1 and its boundary: values are ln(B(u) / B(0))^2 at the points. */
typedef struct {
  vec rate, yield, drift, volatility, time, root_time, at_expiry, log_at_expiry;
  vec values[DEGREE + 1], carry[DEGREE + 1];
  vec of_rate[DEGREE + 1][INTEGRAL], of_yield[DEGREE + 1][INTEGRAL];
} __attribute__((aligned(LINE_BYTES))) Put;

/* QD+ (Li 2010) by Halley's method from `y`, above the boundary. */
static inline vec starting_boundary(const Put *p, vec y, vec u) {
  vec one = set1(1.0), half = set1(0.5), zero = set1(0.0);
  vec variance = mul(p->volatility, p->volatility), v = mul(p->volatility, root(u)), decay = mul(p->rate, u);
  vec discount = exp1(sub(zero, decay)), carried = exp1(sub(zero, mul(p->yield, u)));
  vec series = mul(u, sub(one, mul(mul(half, decay), sub(one, divide(decay, set1(3.0))))));
  vec per_discount = choose(
      less(set1(1e-5), decay), divide(p->rate, max1(sub(one, discount), set1(1e-300))), divide(one, series));
  vec drift = sub(divide(mul(set1(2.0), p->drift), variance), one);
  vec root_of = root(fma1(drift, drift, divide(mul(set1(8.0), per_discount), variance)));
  vec lambda = mul(set1(-0.5), add(drift, root_of)), of_root = divide(one, mul(variance, root_of));
  vec slope = mul(mul(set1(2.0), mul(per_discount, per_discount)), of_root);
  vec alpha = mul(mul(set1(-2.0), discount), of_root);
  vec beta = sub(mul(alpha, sub(per_discount, divide(slope, root_of))), lambda);
  vec inverse_v = divide(one, v), inverse_u = divide(one, u), alpha_over = divide(alpha, discount);
  for (int step = 0; step < START_STEPS; step++) {
    vec d1 = fma1(fma1(p->drift, u, log1(y)), inverse_v, mul(half, v)), d2 = sub(d1, v), cdf1, cdf2;
    normal_pair(sub(zero, d1), sub(zero, d2), &cdf1, &cdf2);
    vec inverse_y = divide(one, y), density_of = mul(carried, normal_pdf(d1));
    vec paid = mul(carried, cdf1), held = sub(one, paid), strike = mul(discount, cdf2), put = sub(strike, mul(y, paid));
    vec theta = sub(
        sub(mul(p->rate, strike), mul(mul(p->yield, y), paid)), mul(mul(mul(half, variance), mul(y, inverse_v)), density_of));
    vec charm = sub(
        mul(density_of, sub(mul(mul(half, d2), inverse_u), mul(p->drift, inverse_v))), mul(p->yield, paid));
    vec gamma = mul(density_of, mul(inverse_v, inverse_y));
    vec colour = mul(gamma, add(
        p->yield, fma1(mul(p->drift, d1), inverse_v, mul(mul(half, sub(one, mul(d1, d2))), inverse_u))));
    vec value = fma1(alpha_over, theta, sub(mul(held, y), mul(beta, sub(sub(one, y), put))));
    vec first = fma1(alpha_over, charm, fma1(beta, held, fma1(density_of, inverse_v, held)));
    vec second = fma1(alpha_over, colour, fma1(beta, gamma, sub(gamma, mul(mul(density_of, d1), mul(inverse_y, mul(inverse_v, inverse_v))))));
    vec inverse_first = divide(one, first), newton = mul(value, inverse_first);
    vec next = sub(y, divide(newton, sub(one, mul(mul(half, newton), mul(second, inverse_first)))));
    next = max1(next, mul(set1(1e-12), p->at_expiry));
    vec moved = abs1(sub(next, y));
    y = next;
    /* Halley's method triples the digits: these are five of sixteen. */
    if (!any(less(mul(set1(1e-5), p->at_expiry), moved))) break;
  }
  return min1(y, p->at_expiry);
}

static inline vec squared_log(const Put *p, vec boundary) {
  vec ratio = min1(sub(log1(boundary), p->log_at_expiry), set1(0.0));
  return mul(ratio, ratio);
}

/* Starting values, and what the iterations share. */
static inline void begin(Put *p) {
  vec y = p->at_expiry, zero = set1(0.0);
  p->values[0] = zero;
  for (int i = 1; i <= DEGREE; i++) {
    vec u = mul(p->time, set1(share[i] * share[i]));
    y = starting_boundary(p, y, u);
    p->values[i] = squared_log(p, y);
    p->carry[i] = exp1(sub(zero, mul(p->drift, u)));
    for (int k = 0; k < INTEGRAL; k++) {
      vec node = mul(p->time, set1(node_time[i][k])), weight = mul(p->time, set1(node_weight[i][k]));
      p->of_rate[i][k] = mul(mul(weight, p->rate), exp1(mul(p->rate, node)));
      p->of_yield[i][k] = mul(mul(weight, p->yield), exp1(mul(p->yield, node)));
    }
  }
}

/* The value at point i after one iteration: by Newton's method, or plain. */
static inline vec improved(const Put *p, int i, int by_newton, vec deviation, vec inverse_deviation, vec tilt) {
  vec distance = root(p->values[i]), of_rate[INTEGRAL], of_yield[INTEGRAL];
  for (int k = 0; k < INTEGRAL; k++) {
    vec square = mul(set1(weight_of[i][1][k]), p->values[1]);
#pragma GCC unroll 16
    for (int j = 2; j <= DEGREE; j++) square = fma1(set1(weight_of[i][j][k]), p->values[j], square);
    vec ratio = sub(root(max1(square, set1(0.0))), distance), v = mul(deviation, set1(node_root[i][k]));
    vec d1 = fma1(ratio, mul(inverse_deviation, set1(node_inverse[i][k])), mul(v, tilt)), n1, n2;
    normal_pair(d1, sub(d1, v), &n1, &n2);
    of_rate[k] = mul(p->of_rate[i][k], n2);
    of_yield[k] = mul(p->of_yield[i][k], n1);
  }
  vec v = mul(deviation, set1(share[i])), inverse_v = mul(inverse_deviation, set1(1 / share[i]));
  vec d1 = fma1(sub(p->log_at_expiry, distance), inverse_v, mul(v, tilt)), numerator, denominator;
  normal_pair(d1, sub(d1, v), &denominator, &numerator);
  for (int k = 0; k < INTEGRAL; k++) {
    numerator = add(numerator, of_rate[k]);
    denominator = add(denominator, of_yield[k]);
  }
  vec inverse_of = divide(set1(1.0), denominator), next = mul(p->carry[i], mul(numerator, inverse_of));
  if (by_newton) {
    vec now = mul(p->at_expiry, exp1(sub(set1(0.0), distance)));
    vec slope = mul(divide(mul(p->carry[i], inverse_v), now), mul(inverse_of,
        sub(normal_pdf(sub(d1, v)), mul(normal_pdf(d1), mul(numerator, inverse_of)))));
    next = sub(now, divide(sub(next, now), sub(slope, set1(1.0))));
  }
  vec square = squared_log(p, max1(next, set1(1e-300)));
  return choose(less(set1(0.0), next), square, p->values[i]);
}

static inline vec european_put(const Put *p, vec spot) {
  vec discount = exp1(sub(set1(0.0), mul(p->rate, p->time))), forward = mul(spot, exp1(mul(p->drift, p->time)));
  vec one = set1(1.0), v = mul(p->volatility, p->root_time), h = divide(abs1(log1(forward)), v);
  return mul(discount, add(cell_price(min1(forward, one), h, v), max1(sub(one, forward), set1(0.0))));
}

/* What early exercise adds, above the boundary. */
static inline vec premium(const Put *p, vec spot, vec deviation, vec inverse_deviation, vec tilt) {
  vec zero = set1(0.0), gain[PREMIUM], log_spot = sub(log1(spot), p->log_at_expiry), sum = zero;
  for (int k = 0; k < PREMIUM; k++) {
    vec square = mul(set1(premium_of[1][k]), p->values[1]);
#pragma GCC unroll 16
    for (int j = 2; j <= DEGREE; j++) square = fma1(set1(premium_of[j][k]), p->values[j], square);
    vec v = mul(deviation, set1(premium_root[k])), above = add(log_spot, root(max1(square, zero)));
    vec d1 = fma1(above, mul(inverse_deviation, set1(premium_inverse[k])), mul(v, tilt)), n1, n2;
    normal_pair(sub(zero, d1), sub(v, d1), &n1, &n2);
    vec t = mul(p->time, set1(premium_root[k] * premium_root[k])), weight = mul(p->time, set1(premium_weight[k]));
    vec of_rate = mul(p->rate, mul(exp1(sub(zero, mul(p->rate, t))), n2));
    vec of_yield = mul(mul(p->yield, spot), mul(exp1(sub(zero, mul(p->yield, t))), n1));
    gain[k] = mul(weight, sub(of_rate, of_yield));
  }
  for (int k = 0; k < PREMIUM; k++) sum = add(sum, gain[k]);
  return max1(sum, zero);
}

/* The most that exercise at one fixed time is worth: a floor. */
static inline vec certain(const Put *p, vec spot) {
  vec zero = set1(0.0), best = max1(sub(set1(1.0), spot), zero);
  vec turn = divide(log1(divide(mul(p->yield, spot), p->rate)), sub(zero, p->drift));
  vec times[2] = {p->time, max1(min1(turn, p->time), zero)};
  for (int i = 0; i < 2; i++) {
    vec discount = exp1(sub(zero, mul(p->rate, times[i]))), carried = exp1(sub(zero, mul(p->yield, times[i])));
    best = max1(sub(discount, mul(spot, carried)), best);
  }
  return best;
}

/* A call is the put with spot and strike, rate and yield exchanged. */
static inline void price_options(int64_t at) {
  vec one = set1(1.0), zero = set1(0.0), spot = load(column[SPOT] + at), strike = load(column[STRIKE] + at);
  mask is_call = less(zero, load(column[SIGN] + at));
  vec unit = choose(is_call, spot, strike), moneyness = divide(choose(is_call, strike, spot), unit);
  vec rate = load(column[RATE] + at), yield = load(column[YIELD] + at);
  Put p = {.time = load(column[YEARS] + at), .volatility = load(column[VOLATILITY] + at)};
  p.rate = choose(is_call, yield, rate);
  p.yield = choose(is_call, rate, yield);
  p.drift = sub(p.rate, p.yield);
  p.root_time = root(p.time);
  p.at_expiry = min1(divide(p.rate, p.yield), one);
  p.log_at_expiry = log1(p.at_expiry);
  begin(&p);
  vec deviation = mul(p.volatility, p.root_time), inverse_deviation = divide(one, deviation);
  /* d1 = ln(ratio) / v + v tilt, as the drift over v^2 is the same for all times. */
  vec tilt = add(divide(p.drift, mul(p.volatility, p.volatility)), set1(0.5));
  for (int step = 0; step < ITERATIONS; step++) {
    vec next[DEGREE + 1];
    for (int i = 1; i <= DEGREE; i++) next[i] = improved(&p, i, step == 0, deviation, inverse_deviation, tilt);
    for (int i = 1; i <= DEGREE; i++) p.values[i] = next[i];
  }
  vec boundary = mul(p.at_expiry, exp1(sub(zero, root(p.values[DEGREE]))));
  vec held = add(european_put(&p, moneyness), premium(&p, moneyness, deviation, inverse_deviation, tilt));
  vec price = choose(less(boundary, moneyness), max1(held, certain(&p, moneyness)), sub(one, moneyness));
  store(prices + at, mul(unit, price));
}

static void work(void) {
  for (int64_t at = 0; at < option_count; at += LANES) price_options(at);
}

static void results(FILE *file) { write_floats(file, prices, option_count); }

int main(int argument_count, char **arguments) { return run_program(argument_count, arguments, read_input, work, results); }
