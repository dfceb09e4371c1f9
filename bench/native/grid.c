/*
 * The workload `grid` in C: P&L of one portfolio of options in every scenario, full revaluation, nothing materialised
 * (assembly/portable/scenario-rows.ts).
 *
 * Scenarios side by side in the lanes of vectors, one option after the other, in blocks of scenarios whose lines stay
 * in the first-level cache. What depends on a scenario and an expiry only is worked out once per block and expiry:
 * options are in order of expiry. With LIBMVEC: Black's formula as in textbooks, with the vector functions of the C
 * library.
 */
#include "black76.h"
#include "program.h"

enum { BLOCK = 256, VECTOR = 8, COLUMNS = 10 };
enum { SIGN, INVERSE, SIZE, FORWARD, STRIKE, VOLATILITY, YEARS, RATE, CURRENCY_MOVES, QUANTITY };

static int64_t option_count, scenario_count, block_count;
/* Of the options; moves of price and of volatility, in whole blocks. */
static double *column[COLUMNS], *price_move, *volatility_move, *pnl;

/* What an option needs in every block of scenarios. */
typedef struct {
  double sign, forward, strike, moneyness, volatility, inverse_volatility, inverse_forward, amount, now, years;
  int is_inverse, moves_with_currency;
} Option;
static Option *options;

static void read_input(FILE *file) {
  int64_t *counts = read_column(file, 2);
  option_count = counts[0];
  scenario_count = counts[1];
  block_count = padded(scenario_count, BLOCK) / BLOCK;
  for (int c = 0; c < COLUMNS; c++) column[c] = read_column(file, option_count);
  price_move = read_padded(file, scenario_count, BLOCK);
  volatility_move = read_padded(file, scenario_count, BLOCK);
  pnl = allocate(block_count * BLOCK * 8);
  options = allocate(option_count * sizeof(Option));
}

#ifdef LIBMVEC
static inline double normal(double x) { return 0.5 * erfc(-0.70710678118654752440 * x); }
static inline vec option_price(double sign, vec f, double k, vec x, vec v, vec inverse_v) {
  double d1 = 0.5 * v - x * inverse_v;
  return sign * (f * normal(sign * d1) - k * normal(sign * (d1 - v)));
}
static inline vec log_of(vec x) { return log(x); }
#else
/* x = ln(K / F). */
static inline vec option_price(double sign, vec f, double k, vec x, vec v, vec inverse_v) {
  vec strike = set1(k), intrinsic = max1(mul(set1(sign), sub(f, strike)), set1(0.0));
  return add(cell_price(min1(strike, f), mul(abs1(x), inverse_v), v), intrinsic);
}
static inline vec log_of(vec x) { return log1(x); }
#endif

static double price_now(double sign, double forward, double strike, double x, double v) {
  double lanes[LANES] __attribute__((aligned(LINE_BYTES)));
  store(lanes, option_price(sign, set1(forward), strike, set1(x), set1(v), set1(1 / v)));
  return lanes[0];
}

static void prepare_options(void) {
  for (int64_t i = 0; i < option_count; i++) {
    double f = column[FORWARD][i], k = column[STRIKE][i], v = column[VOLATILITY][i];
    Option *o = options + i;
    *o = (Option){
        .sign = column[SIGN][i], .forward = f, .strike = k, .moneyness = log(k / f), .volatility = v,
        .inverse_volatility = 1 / v, .years = column[YEARS][i], .is_inverse = column[INVERSE][i] != 0,
        .moves_with_currency = column[CURRENCY_MOVES][i] >= 0,
    };
    o->inverse_forward = o->is_inverse ? 1 / f : 1;
    o->amount = column[QUANTITY][i] * column[SIZE][i] * column[RATE][i] * o->inverse_forward;
    o->now = o->amount * price_now(o->sign, f, k, o->moneyness, v * sqrt(o->years));
  }
}

/* Of a block of scenarios; the last one has fewer, in whole vectors of any width. */
typedef struct {
  int width;
  double one[BLOCK], multiplier[BLOCK], inverse_of[BLOCK], logarithm[BLOCK], scale[BLOCK], inverse_scale[BLOCK], sum[BLOCK];
} __attribute__((aligned(LINE_BYTES))) Lines;

static void prepare_lines(Lines *lines, int64_t first) {
  vec one = set1(1.0);
  for (int s = 0; s < lines->width; s += LANES) {
    vec m = add(one, load(price_move + first + s));
    store(lines->one + s, one);
    store(lines->multiplier + s, m);
    store(lines->inverse_of + s, divide(one, m));
    store(lines->logarithm + s, log_of(m));
    store(lines->sum + s, set1(0.0));
  }
}

static void prepare_expiry(Lines *lines, int64_t first, double years) {
  vec root_time = set1(sqrt(years)), tiny = set1(1e-150), one = set1(1.0);
  for (int s = 0; s < lines->width; s += LANES) {
    vec scale = mul(add(one, load(volatility_move + first + s)), root_time);
    store(lines->scale + s, scale);
    store(lines->inverse_scale + s, divide(one, max1(scale, tiny)));
  }
}

/*
 * The value of an inverse option is paid in coins: with the price of the coin it moves back, so that F'/F cancels where
 * the rate moves with it.
 */
static inline void add_option(Lines *lines, const Option *o) {
  vec forward = set1(o->forward), x = set1(o->moneyness), amount = set1(o->amount), now = set1(o->now);
  vec volatility = set1(o->volatility), inverse_volatility = set1(o->inverse_volatility);
  const double *unit = lines->one;
  if (o->is_inverse && !o->moves_with_currency) unit = lines->inverse_of;
  if (!o->is_inverse && o->moves_with_currency) unit = lines->multiplier;
#if LANES == 1
#pragma GCC ivdep
#endif
  for (int s = 0; s < lines->width; s += LANES) {
    vec m = load(lines->multiplier + s);
    vec v = mul(volatility, load(lines->scale + s)), inverse_v = mul(inverse_volatility, load(lines->inverse_scale + s));
    vec price = option_price(o->sign, mul(forward, m), o->strike, sub(x, load(lines->logarithm + s)), v, inverse_v);
    store(lines->sum + s, add(load(lines->sum + s), sub(mul(mul(amount, load(unit + s)), price), now)));
  }
}

static void work(void) {
  prepare_options();
  for (int64_t block = 0; block < block_count; block++) {
    Lines lines;
    int64_t rest = padded(scenario_count - block * BLOCK, VECTOR);
    lines.width = rest < BLOCK ? (int)rest : BLOCK;
    prepare_lines(&lines, block * BLOCK);
    double years = -1;
    for (int64_t i = 0; i < option_count; i++) {
      if (options[i].years != years) prepare_expiry(&lines, block * BLOCK, years = options[i].years);
      add_option(&lines, options + i);
    }
    memcpy(pnl + block * BLOCK, lines.sum, lines.width * 8);
  }
}

static void results(FILE *file) { write_floats(file, pnl, scenario_count); }

int main(int argument_count, char **arguments) { return run_program(argument_count, arguments, read_input, work, results); }
