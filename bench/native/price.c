/*
 * The workload `price` in C: P&L of options in every scenario, kernel A of margrid (assembly/revalue/risk-array.ts).
 *
 * Options side by side in the lanes of vectors, scenario after scenario: all lanes do the same, whatever the number of
 * scenarios. Prices are always the difference of Mills ratios: no branch, exact to some 1e-16 of the forward. With
 * LIBMVEC they are Black's formula as in textbooks, F N(d1) - K N(d2), with the vector functions of the C library.
 */
#include "black76.h"
#include "program.h"

/* Options per block: for the compiler a loop that fills its vectors. */
enum { BLOCK = LANES == 1 ? 32 : LANES };
enum { SAME, UP, DOWN, CLASSES };

static int64_t option_count, scenario_count, expiry_count, is_inverse;
static double *sign, *expiry, *strike, *size, *forward, *volatility;
static double *root_time, *up_factor, *down_factor, *multiplier, *inverse_of, *logarithm, *weight, *class_of;
static double volatility_floor;
/* Blocks of scenarios by BLOCK options; values and deltas of the options. */
static double *cells, *values, *deltas;

static void read_input(FILE *file) {
  int64_t *counts = read_column(file, 4);
  option_count = counts[0];
  scenario_count = counts[1];
  expiry_count = counts[2];
  is_inverse = counts[3];
  sign = read_padded(file, option_count, BLOCK);
  expiry = read_padded(file, option_count, BLOCK);
  strike = read_padded(file, option_count, BLOCK);
  size = read_padded(file, option_count, BLOCK);
  forward = read_padded(file, option_count, BLOCK);
  volatility = read_padded(file, option_count, BLOCK);
  root_time = read_column(file, expiry_count);
  up_factor = read_column(file, expiry_count);
  down_factor = read_column(file, expiry_count);
  multiplier = read_column(file, scenario_count);
  inverse_of = read_column(file, scenario_count);
  logarithm = read_column(file, scenario_count);
  weight = read_column(file, scenario_count);
  class_of = read_column(file, scenario_count);
  double *rest = read_column(file, 1);
  volatility_floor = rest[0];
  cells = allocate(padded(option_count, BLOCK) * scenario_count * 8);
  values = allocate(padded(option_count, BLOCK) * 8);
  deltas = allocate(padded(option_count, BLOCK) * 8);
}

typedef struct {
  double deviation[CLASSES][BLOCK], inverse_deviation[CLASSES][BLOCK], moneyness[BLOCK], unit[BLOCK];
} __attribute__((aligned(LINE_BYTES))) Block;

#ifdef LIBMVEC
static inline double normal(double x) { return 0.5 * erfc(-0.70710678118654752440 * x); }
static inline vec option_price(vec s, vec f, vec k, vec x, vec v, vec inverse_v) {
  double d1 = 0.5 * v - x * inverse_v;
  return s * (f * normal(s * d1) - k * normal(s * (d1 - v)));
}
static inline vec log_of(vec x) { return log(x); }
static inline vec delta_of(vec s, vec x, vec v, vec inverse_v) { return s * normal(s * (0.5 * v - x * inverse_v)); }
#else
/* x = ln(K / F). */
static inline vec option_price(vec s, vec f, vec k, vec x, vec v, vec inverse_v) {
  vec intrinsic = max1(mul(s, sub(f, k)), set1(0.0));
  return add(cell_price(min1(k, f), mul(abs1(x), inverse_v), v), intrinsic);
}
static inline vec log_of(vec x) { return log1(x); }
static inline vec delta_of(vec s, vec x, vec v, vec inverse_v) {
  vec d1 = mul(s, sub(mul(set1(0.5), v), mul(x, inverse_v))), n, other;
  normal_cdfs(d1, d1, &n, &other);
  return mul(s, n);
}
#endif

/* Standard deviations of the three classes, value and delta now. */
static inline void prepare(int64_t first, Block *b) {
  for (int i = 0; i < BLOCK; i++) {
    int64_t e = (int64_t)expiry[first + i];
    double now = volatility[first + i], raised = now * up_factor[e];
    b->deviation[SAME][i] = now * root_time[e];
    b->deviation[UP][i] = (raised < volatility_floor ? volatility_floor : raised) * root_time[e];
    b->deviation[DOWN][i] = now * down_factor[e] * root_time[e];
  }
  vec tiny = set1(2.2250738585072014e-308), one = set1(1.0), nan_of = set1(NAN);
  for (int i = 0; i < BLOCK; i += LANES) {
    vec f = load(forward + first + i), k = load(strike + first + i), s = load(sign + first + i);
    for (int c = 0; c < CLASSES; c++) {
      store(b->inverse_deviation[c] + i, divide(one, max1(load(b->deviation[c] + i), tiny)));
    }
    vec good = choose(both(less(set1(0.0), f), less(set1(0.0), load(volatility + first + i))), one, nan_of);
    vec x = log_of(divide(k, f)), v = load(b->deviation[SAME] + i), inverse_v = load(b->inverse_deviation[SAME] + i);
    vec unit = mul(is_inverse ? divide(one, f) : one, good);
    vec value = mul(option_price(s, f, k, x, v, inverse_v), unit);
    vec delta = mul(delta_of(s, x, v, inverse_v), good), amount = load(size + first + i);
    store(b->moneyness + i, x);
    store(b->unit + i, unit);
    store(values + first + i, mul(amount, value));
    store(deltas + first + i, mul(amount, is_inverse ? sub(delta, value) : delta));
  }
}

static void work(void) {
  for (int64_t first = 0; first < option_count; first += BLOCK) {
    Block b;
    prepare(first, &b);
    for (int64_t cell = 0; cell < scenario_count; cell++) {
      double *row = cells + first * scenario_count + cell * BLOCK;
      int c = (int)class_of[cell];
      vec m = set1(multiplier[cell]), log_m = set1(logarithm[cell]), w = set1(weight[cell]);
      vec over_m = set1(is_inverse ? inverse_of[cell] : 1.0);
#if LANES == 1
#pragma GCC ivdep
#endif
      for (int i = 0; i < BLOCK; i += LANES) {
        vec f = mul(load(forward + first + i), m), x = sub(load(b.moneyness + i), log_m);
        vec price = option_price(
            load(sign + first + i), f, load(strike + first + i), x, load(b.deviation[c] + i), load(b.inverse_deviation[c] + i));
        vec amount = load(size + first + i), scaled = mul(mul(amount, price), mul(load(b.unit + i), over_m));
        store(row + i, mul(sub(scaled, load(values + first + i)), w));
      }
    }
  }
}

/* Cells option by option, then values, then deltas. */
static void results(FILE *file) {
  double *row = allocate(scenario_count * 8);
  for (int64_t option = 0; option < option_count; option++) {
    const double *block = cells + option / BLOCK * BLOCK * scenario_count;
    for (int64_t cell = 0; cell < scenario_count; cell++) row[cell] = block[cell * BLOCK + option % BLOCK];
    write_floats(file, row, scenario_count);
  }
  write_floats(file, values, option_count);
  write_floats(file, deltas, option_count);
}

int main(int argument_count, char **arguments) { return run_program(argument_count, arguments, read_input, work, results); }
