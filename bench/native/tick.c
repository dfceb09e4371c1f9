/*
 * A whole tick of deribit-pm in C: kernel A (Black-76 in every scenario, the polynomials of margrid), then margins and
 * statuses of every netting set. One source, compiled per variant (LANES in vector.h) and for one number of cells.
 *
 *   tick THREADS BOOK TICK MARGINS
 *
 * reads the columns of the book once; for each line `tick` reads the inputs of a tick (not timed), does the work and
 * prints its milliseconds; for each line `margins` writes equity, initial and maintenance margin and status, and prints
 * a line. The files are those of bench/ticks/external.ts.
 *
 * Written to win: prices are always differences of Mills ratios, without a branch; a row holds the cells and, in the same five cache lines, the terms of its instrument; the value of
 * the options is one more lane of the sum over rows; rows of positions further on are prefetched.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "black76.h"

/* Layout of the columns: assembly/portable/layout.ts. */
enum { SHAPE_CALL = 2, SHAPE_PUT = 3 };
enum { FLAG_LINEAR = 1, FLAG_END_EXPIRY = 2, FLAG_END_GROUP = 4, FLAG_BITS = 4 };
enum { GRID_MULTIPLIER, GRID_INVERSE, GRID_LOG, GRID_UP, GRID_DOWN, GRID_WEIGHT, GRID_CLASS, GRID_DAMPENER, GRID_COLUMNS };
enum { DELTA_TO_SETTLEMENT, USD_TO_SETTLEMENT, SHOCK_THRESHOLD, SHOCK_SLOPE, SHOCK_MAX, GROUP_SCALARS = 8 };
enum { HEALTHY, MARGIN_CALL, LIQUIDATION, QUARANTINED };

/* A row: cells, then the four terms, then padding to whole vectors. */
enum { TERM_VALUE = CELLS, TERM_DELTA, TERM_AMOUNT, TERM_ROLL, TERMS_END };
enum { ROW = (TERMS_END + LANES - 1) / LANES * LANES, VECTORS = ROW / LANES };
enum { LINE_BYTES = 64, SET_CHUNK = 4096, INSTRUMENT_CHUNK = 64, PREFETCH_AHEAD = 6 };

/* Rows of narrow vectors are summed in two passes over the positions: sixteen registers hold no more. */
#define BLOCKED (LANES == 2)
enum { ACCUMULATORS = (VECTORS + 1) / 2 };

static int64_t counts[7];
#define SETS counts[0]
#define POSITIONS counts[1]
#define INSTRUMENTS counts[2]
#define EXPIRIES counts[3]
#define GROUPS counts[4]

static int32_t *shape, *group_of, *expiry_of, *inverse;
static double *strike, *size;
static uint32_t *first_position, *entry;
static double *quantity, *cash, *entry_value, *add_on;
static double *forward, *volatility, *root_time, *up_factor, *down_factor, *roll_factor, *index_price, *floor_of, *raw_grid, *scalars, *model;
/* Scenario tables with rows of ROW floats; the padding repeats the last cell. */
static double *grid;
static double *rows;
static double *equity, *initial, *maintenance;
static uint8_t *status;

static void fail(const char *what) {
  fprintf(stderr, "tick: %s\n", what);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *column = aligned_alloc(LINE_BYTES, (bytes + 2 * LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
  if (column == NULL) fail("out of memory");
  return column;
}

static void read_into(FILE *file, void *column, size_t bytes) {
  uint64_t padding;
  size_t rest = bytes % 8 == 0 ? 0 : 8 - bytes % 8;
  if (fread(column, 1, bytes, file) != bytes || fread(&padding, 1, rest, file) != rest) fail("the input is too short");
}

static void *read_column(FILE *file, size_t bytes) {
  void *column = allocate(bytes);
  read_into(file, column, bytes);
  return column;
}

/* With room behind the last: prefetching reads ahead of the positions. */
static uint32_t *read_entries(FILE *file) {
  uint32_t *column = allocate((POSITIONS + PREFETCH_AHEAD) * 4);
  read_into(file, column, POSITIONS * 4);
  for (int i = 0; i < PREFETCH_AHEAD; i++) column[POSITIONS + i] = 0;
  return column;
}

static void read_book(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("cannot open the book");
  read_into(file, counts, sizeof counts);
  if (counts[6] != CELLS) fail("compiled for another number of cells");
  shape = read_column(file, INSTRUMENTS * 4);
  group_of = read_column(file, INSTRUMENTS * 4);
  expiry_of = read_column(file, INSTRUMENTS * 4);
  strike = read_column(file, INSTRUMENTS * 8);
  size = read_column(file, INSTRUMENTS * 8);
  inverse = read_column(file, GROUPS * 4);
  first_position = read_column(file, (SETS + 1) * 4);
  entry = read_entries(file);
  quantity = read_column(file, POSITIONS * 8);
  cash = read_column(file, SETS * 8);
  entry_value = read_column(file, SETS * 8);
  add_on = read_column(file, SETS * 8);
  fclose(file);
  forward = allocate(INSTRUMENTS * 8);
  volatility = allocate(INSTRUMENTS * 8);
  root_time = allocate(EXPIRIES * 8);
  up_factor = allocate(EXPIRIES * 8);
  down_factor = allocate(EXPIRIES * 8);
  roll_factor = allocate(EXPIRIES * 8);
  index_price = allocate(GROUPS * 8);
  floor_of = allocate(GROUPS * 8);
  raw_grid = allocate(GROUPS * GRID_COLUMNS * CELLS * 8);
  scalars = allocate(GROUPS * GROUP_SCALARS * 8);
  model = allocate(4 * 8);
  grid = allocate(GROUPS * GRID_COLUMNS * ROW * 8);
  rows = allocate(INSTRUMENTS * ROW * 8);
  equity = allocate(SETS * 8);
  initial = allocate(SETS * 8);
  maintenance = allocate(SETS * 8);
  status = allocate(SETS);
}

static double *table_of(int64_t group, int column) { return grid + (group * GRID_COLUMNS + column) * ROW; }

/* Masks become 0 and 1; lanes of the terms take no part in the minimum and start at 0. */
static void read_tick(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("cannot open the tick");
  read_into(file, forward, INSTRUMENTS * 8);
  read_into(file, volatility, INSTRUMENTS * 8);
  read_into(file, root_time, EXPIRIES * 8);
  read_into(file, up_factor, EXPIRIES * 8);
  read_into(file, down_factor, EXPIRIES * 8);
  read_into(file, roll_factor, EXPIRIES * 8);
  read_into(file, index_price, GROUPS * 8);
  read_into(file, floor_of, GROUPS * 8);
  read_into(file, raw_grid, GROUPS * GRID_COLUMNS * CELLS * 8);
  read_into(file, scalars, GROUPS * GROUP_SCALARS * 8);
  read_into(file, model, 4 * 8);
  fclose(file);
  for (int64_t g = 0; g < GROUPS; g++) {
    for (int column = 0; column < GRID_COLUMNS; column++) {
      const double *from = raw_grid + (g * GRID_COLUMNS + column) * CELLS;
      double *to = table_of(g, column);
      for (int s = 0; s < ROW; s++) {
        uint64_t bits;
        memcpy(&bits, from + (s < CELLS ? s : CELLS - 1), 8);
        int is_mask = column == GRID_UP || column == GRID_DOWN;
        to[s] = is_mask ? (bits == 0 ? 0.0 : 1.0) : from[s < CELLS ? s : CELLS - 1];
        if (s >= CELLS && column == GRID_CLASS) to[s] = 0;
        if (s >= CELLS && column == GRID_DAMPENER) to[s] = INFINITY;
      }
    }
  }
}

enum { SAME, UP, DOWN, CLASSES };

/* Standard deviations and their inverses by class of scenario. */
typedef struct {
  double sign, forward, strike, size, moneyness, unit, value, deviation[CLASSES], inverse[CLASSES];
  int is_inverse;
} Option;

static inline vec of_class(const double *values, mask is_up, mask is_down) {
  return choose(is_up, set1(values[UP]), choose(is_down, set1(values[DOWN]), set1(values[SAME])));
}

static inline void option_cells(double *row, int64_t group, const Option *o) {
  const double *multiplier = table_of(group, GRID_MULTIPLIER), *inverse_of = table_of(group, GRID_INVERSE);
  const double *logarithm = table_of(group, GRID_LOG), *weight = table_of(group, GRID_WEIGHT);
  const double *up = table_of(group, GRID_UP), *down = table_of(group, GRID_DOWN);
  vec half = set1(0.5), sign = set1(o->sign), strike_of = set1(o->strike);
#if LANES == 1
#pragma GCC ivdep
#endif
  for (int s = 0; s < ROW; s += LANES) {
    vec shocked = mul(set1(o->forward), load(multiplier + s));
    vec x = abs1(sub(set1(o->moneyness), load(logarithm + s)));
    mask is_up = less(half, load(up + s)), is_down = less(half, load(down + s));
    vec v = of_class(o->deviation, is_up, is_down), h = mul(x, of_class(o->inverse, is_up, is_down));
    vec intrinsic = max1(mul(sign, sub(shocked, strike_of)), set1(0.0));
    vec price = add(cell_price(min1(strike_of, shocked), h, v), intrinsic);
    vec unit = o->is_inverse ? mul(set1(o->unit), load(inverse_of + s)) : set1(1.0);
    store(row + s, mul(set1(o->size), mul(sub(mul(price, unit), set1(o->value)), load(weight + s))));
  }
}

static double normal_cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

/* One price: a lane of a vector. */
static double price_now(double lower, double h, double v) {
  double lanes[LANES] __attribute__((aligned(LINE_BYTES)));
  store(lanes, cell_price(set1(lower), set1(h), set1(v)));
  return lanes[0];
}

static void terms(double *row, double value, double delta, double amount, double roll) {
  row[TERM_VALUE] = value;
  row[TERM_DELTA] = delta;
  row[TERM_AMOUNT] = amount;
  row[TERM_ROLL] = roll;
  for (int s = TERMS_END; s < ROW; s++) row[s] = 0;
}

static void option_row(double *row, int64_t i, int64_t g, int64_t e) {
  double f = forward[i], k = strike[i], sigma = volatility[i], root = root_time[e];
  double shocked = sigma * up_factor[e], now = sigma * root;
  Option o = {
    .sign = shape[i] == SHAPE_CALL ? 1 : -1, .forward = f, .strike = k, .size = size[i], .moneyness = log(k / f),
    .unit = 1 / f, .is_inverse = inverse[g],
    .deviation = {now, (shocked < floor_of[g] ? floor_of[g] : shocked) * root, sigma * down_factor[e] * root},
  };
  for (int c = 0; c < CLASSES; c++) o.inverse[c] = 1 / (o.deviation[c] > 1e-150 ? o.deviation[c] : 1e-150);
  double intrinsic = o.sign * (f - k), h = fabs(o.moneyness) * o.inverse[SAME];
  double price = price_now(k < f ? k : f, h, now) + (intrinsic > 0 ? intrinsic : 0);
  o.value = o.is_inverse ? price * o.unit : price;
  double d1 = now > 0 ? -o.moneyness / now + 0.5 * now : (f > k ? 64 : f < k ? -64 : 0);
  double delta = o.sign * normal_cdf(o.sign * d1);
  option_cells(row, g, &o);
  terms(row, o.size * o.value, o.size * (o.is_inverse ? delta - o.value : delta), 0, roll_factor[e]);
}

static void price_instruments(int64_t first, int64_t end) {
  for (int64_t i = first; i < end; i++) {
    int64_t g = group_of[i], e = expiry_of[i];
    double *row = rows + i * ROW;
    int is_option = shape[i] == SHAPE_CALL || shape[i] == SHAPE_PUT;
    int good = forward[i] > 0 && forward[i] < INFINITY && index_price[g] > 0 && index_price[g] < INFINITY && root_time[e] >= 0
      && (!is_option || (volatility[i] > 0 && volatility[i] < INFINITY));
    if (!good) {
      for (int s = 0; s < ROW; s++) row[s] = NAN;
    } else if (is_option) {
      option_row(row, i, g, e);
    } else {
      double amount = inverse[g] ? size[i] / forward[i] : size[i] * forward[i];
      const double *class_row = table_of(g, GRID_CLASS);
      for (int s = 0; s < CELLS; s++) row[s] = amount * class_row[s];
      terms(row, inverse[g] ? -amount : amount, inverse[g] ? amount : size[i], amount, roll_factor[e]);
    }
  }
}

static inline double round_nine(double value) {
  double scaled = fabs(value) * 1e9;
  if (!(scaled < 4503599627370496.0)) return value;
  double rounded = floor(scaled + 0.5) / 1e9;
  return value < 0 ? -rounded : rounded;
}

static inline double delta_shock(double longs, double rest, double index, const double *s) {
  if (!(fabs(rest) * index > s[SHOCK_THRESHOLD])) return 0;
  double total = longs + rest, delta;
  if (rest < 0) {
    delta = rest > total ? rest : total;
    if (delta > 0) delta = 0;
  } else {
    delta = rest < total ? rest : total;
    if (delta < 0) delta = 0;
  }
  double amount = fabs(delta), excess = amount * index - s[SHOCK_THRESHOLD];
  double shock = (excess > 0 ? excess : 0) * amount * s[SHOCK_SLOPE], limit = s[SHOCK_MAX] * amount * index;
  return shock < limit ? shock : limit;
}

static inline const double *row_of(uint32_t e) { return rows + (size_t)(e >> FLAG_BITS) * ROW; }

static inline void prefetch(uint32_t e) {
  const char *row = (const char *)row_of(e);
  for (int at = 0; at < ROW * 8; at += LINE_BYTES) __builtin_prefetch(row + at);
}

/* Net delta of the futures from p that share its expiry; moves p. */
static inline double run_delta(uint32_t *p, uint32_t end, int32_t expiry) {
  double delta = 0;
  while (*p < end && expiry_of[entry[*p] >> FLAG_BITS] == expiry) {
    delta += quantity[*p] * row_of(entry[*p])[TERM_DELTA];
    ++*p;
  }
  return delta;
}

typedef struct {
  double value, worst, roll, shock;
} Sums;

#if BLOCKED
/* Adds the rows of positions [first, end): as many vectors at a time as the registers hold. */
static inline void add_rows(uint32_t first, uint32_t end, vec *cells) {
  for (int from = 0; from < VECTORS; from += ACCUMULATORS) {
    vec sums[ACCUMULATORS];
#pragma GCC unroll 16
    for (int b = 0; b < ACCUMULATORS; b++) sums[b] = cells[from + b];
    for (uint32_t p = first; p < end; p++) {
      const double *row = row_of(entry[p]) + from * LANES;
      vec q = set1(quantity[p]);
#pragma GCC unroll 16
      for (int b = 0; b < ACCUMULATORS; b++) sums[b] = fma1(q, load(row + b * LANES), sums[b]);
    }
#pragma GCC unroll 16
    for (int b = 0; b < ACCUMULATORS; b++) cells[from + b] = sums[b];
  }
}
#endif

/* One risk group of a set from position p; returns the position after it. */
static inline uint32_t charge_group(uint32_t p, Sums *sums) {
  int64_t g = group_of[entry[p] >> FLAG_BITS];
  const double *own = scalars + g * GROUP_SCALARS;
  uint32_t linear = p, linear_end;
  double amount = 0, rest = 0, longs = 0, roll = 0, net = 0;
  int last = 0;
  while (!last && (entry[p] & FLAG_LINEAR)) {
    const double *row = row_of(entry[p]);
    sums->value += quantity[p] * row[TERM_VALUE];
    amount += quantity[p] * row[TERM_AMOUNT];
    rest += quantity[p] * row[TERM_DELTA];
    last = (entry[p++] & FLAG_END_GROUP) != 0;
  }
  linear_end = p;
  vec cells[BLOCKED ? 2 * ACCUMULATORS : VECTORS];
  const double *class_row = table_of(g, GRID_CLASS);
  for (int b = 0; b < VECTORS; b++) cells[b] = mul(set1(amount), load(class_row + b * LANES));
  while (!last) {
    uint32_t e = entry[p];
    double held = quantity[p];
    const double *row = row_of(e);
    prefetch(entry[p + PREFETCH_AHEAD]);
#if !BLOCKED
    vec q = set1(held);
    for (int b = 0; b < VECTORS; b++) cells[b] = fma1(q, load(row + b * LANES), cells[b]);
#endif
    double delta = held * row[TERM_DELTA];
    double long_part = held > 0 ? delta : 0;
    net += delta;
    longs += long_part;
    rest += delta - long_part;
    if (e & FLAG_END_EXPIRY) {
      if (linear < linear_end) {
        int32_t expiry = expiry_of[e >> FLAG_BITS];
        while (linear < linear_end && expiry_of[entry[linear] >> FLAG_BITS] <= expiry) {
          int32_t at = expiry_of[entry[linear] >> FLAG_BITS];
          double factor = row_of(entry[linear])[TERM_ROLL], run = run_delta(&linear, linear_end, at);
          if (at == expiry) net += run;
          else roll += fabs(run) * factor;
        }
      }
      roll += fabs(net) * row[TERM_ROLL];
      net = 0;
    }
    last = (e & FLAG_END_GROUP) != 0;
    p++;
  }
#if BLOCKED
  add_rows(linear_end, p, cells);
#endif
  while (linear < linear_end) {
    int32_t at = expiry_of[entry[linear] >> FLAG_BITS];
    double factor = row_of(entry[linear])[TERM_ROLL];
    roll += fabs(run_delta(&linear, linear_end, at)) * factor;
  }
  const double *dampener = table_of(g, GRID_DAMPENER);
  double values[LANES] __attribute__((aligned(LINE_BYTES)));
  vec minimum = set1(INFINITY);
  for (int b = 0; b < VECTORS; b++) {
    minimum = min1(minimum, add(cells[b], load(dampener + b * LANES)));
  }
  store(values, cells[TERM_VALUE / LANES]);
  sums->value += values[TERM_VALUE % LANES];
  double worst = least(minimum);
  sums->worst += round_nine(worst < 0 ? -worst : 0);
  sums->roll += roll * own[DELTA_TO_SETTLEMENT];
  sums->shock += delta_shock(longs, rest, index_price[g], own) * own[USD_TO_SETTLEMENT];
  return p;
}

static void margin_sets(int64_t first, int64_t end) {
  for (int64_t set = first; set < end; set++) {
    Sums sums = {.value = entry_value[set]};
    uint32_t p = first_position[set], last = first_position[set + 1];
    while (p < last) p = charge_group(p, &sums);
    double own = cash[set] + sums.value, matrix = sums.worst + sums.roll + sums.shock;
    double maintain = model[0] * matrix, open = round_nine(matrix + add_on[set]);
    if (!((own - own) + (open - open) == 0)) {
      equity[set] = initial[set] = maintenance[set] = NAN;
      status[set] = QUARANTINED;
      continue;
    }
    equity[set] = own;
    initial[set] = open;
    maintenance[set] = maintain;
    status[set] = own < 0 || (maintain > 0 && own <= maintain) ? LIQUIDATION : own < open ? MARGIN_CALL : HEALTHY;
  }
}

typedef struct {
  void (*work)(int64_t first, int64_t end);
  int64_t count, chunk;
  _Atomic int64_t next;
} Stage;

static void *run_stage(void *argument) {
  Stage *stage = argument;
  for (;;) {
    int64_t first = atomic_fetch_add(&stage->next, stage->chunk);
    if (first >= stage->count) return NULL;
    stage->work(first, first + stage->chunk < stage->count ? first + stage->chunk : stage->count);
  }
}

static void on_threads(int threads, void (*work)(int64_t, int64_t), int64_t count, int64_t chunk) {
  Stage stage = {.work = work, .count = count, .chunk = chunk};
  pthread_t others[64];
  for (int t = 1; t < threads; t++) {
    if (pthread_create(&others[t], NULL, run_stage, &stage) != 0) fail("cannot start a thread");
  }
  run_stage(&stage);
  for (int t = 1; t < threads; t++) pthread_join(others[t], NULL);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void write_margins(const char *path) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) fail("cannot open the output");
  size_t sets = SETS, written = fwrite(equity, 8, sets, file);
  written += fwrite(initial, 8, sets, file) + fwrite(maintenance, 8, sets, file) + fwrite(status, 1, sets, file);
  if (written != 4 * sets || fclose(file) != 0) fail("cannot write the output");
}

int main(int argument_count, char **arguments) {
  if (argument_count != 5) fail("usage: tick THREADS BOOK TICK MARGINS");
  int threads = atoi(arguments[1]);
  if (threads < 1 || threads > 64) fail("1 to 64 threads");
  read_book(arguments[2]);
  printf("ready\n");
  fflush(stdout);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (line[0] == 't') {
      read_tick(arguments[3]);
      double start = now_ms();
      on_threads(threads, price_instruments, INSTRUMENTS, INSTRUMENT_CHUNK);
      on_threads(threads, margin_sets, SETS, SET_CHUNK);
      printf("%.6f\n", now_ms() - start);
    } else {
      write_margins(arguments[4]);
      printf("written\n");
    }
    fflush(stdout);
  }
  return 0;
}
