import { floatAt, intAt, scalar, word } from "../context.ts";
import { deltaShockUsd } from "../portable/deribit-pm.ts";
import { roundToNineDecimals } from "../portable/money.ts";
import { accumulateDampened, accumulateRowsScalar } from "../revalue/accumulate.ts";
import { smallerLane } from "../revalue/blocks.ts";
import {
  firstCellEqual, firstCellEqualScalar, minimumDampenedScalar,
} from "../revalue/worst-case.ts";
import { askForSets, LISTED_AHEAD } from "./listed-sets.ts";
import { addToTotals, quarantine, statusOf, totalsOf } from "./set-result.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID,
  CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_SCALARS, CONTEXT_INSTRUMENT_EXPIRY, CONTEXT_INSTRUMENT_GROUP,
  CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_RESULT_DELTA_SHOCK, CONTEXT_RESULT_EQUITY,
  CONTEXT_RESULT_FAULT, CONTEXT_RESULT_INITIAL, CONTEXT_RESULT_MAINTENANCE, CONTEXT_RESULT_ROLL_SHOCK,
  CONTEXT_RESULT_STATUS, CONTEXT_RESULT_WORST_CASE, CONTEXT_RESULT_WORST_SCENARIO, CONTEXT_RISK_ARRAY,
  CONTEXT_SET_ADD_ON, CONTEXT_SET_CASH, CONTEXT_SET_ENTRY_VALUE, CONTEXT_SET_FAULT,
  CONTEXT_SET_FIRST_POSITION, CONTEXT_SET_POSITION_COUNT, CONTEXT_TERMS, FAULT_MARKET, FAULT_NONE, FLAG_BITS,
  FLAG_END_EXPIRY, FLAG_END_EXPIRY_BIT, FLAG_END_GROUP, FLAG_LINEAR, FLAG_MASK, GRID_CLASS, GRID_COLUMN_COUNT,
  GRID_DAMPENER,
  GROUP_DELTA_SHOCK_MAX, GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT,
  GROUP_SCALAR_COUNT, GROUP_USD_TO_SETTLEMENT, SCALAR_MAINTENANCE_FACTOR, 
  SUM_AMOUNT, SUM_COUNT, SUM_DELTA_SHOCK, SUM_LONG_DELTA, SUM_PROBE,
  SUM_REST_DELTA, SUM_ROLL, SUM_ROLL_SHOCK, SUM_TOUCHED, SUM_VALUE, SUM_WORST_CASE, SUM_WORST_GROUP, SUM_WORST_SCENARIO,
  TERM_AMOUNT, TERM_DELTA, TERM_ROLL_FACTOR, TERM_VALUE,
} from "../portable/layout.ts";

/**
 * Kernels B, C and D of Deribit portfolio margin, fused: positions × risk array → worst case and charges → requirement
 * → equity and
 * status, for netting sets [first, first + count). Formulas: docs/models/deribit-pm.md.
 *
 * Reads   netting set, position, risk group and expiry columns, the risk array
 * Writes  result columns of the range; adds the range to its chunk's totals
 * Needs   positions of a set in canonical order (risk group; linear before options; expiry; strike; type) with their
 *         flags;
 *         `scratch` of CELL_COUNT floats, 16-byte aligned, owned by the caller; the range within one chunk
 * Order   strict left fold over the positions of a set; sets independent
 *
 * Positive cells are not scaled by `pnl_offset` here: the factor keeps their sign, so it cannot change the minimum of a
 * group that has a
 * negative cell, nor make the worst case of one without different from zero. The full vectors are `deribitPmVectors`.
 */
export function deribitPm(context: usize, scratch: usize, first: i32, count: i32): void {
  marginRange(context, scratch, first, count, true);
}

/** The same for `count` netting sets that `sets` lists (u32), in any order; chunk totals then mean nothing. */
export function deribitPmOf(context: usize, sets: usize, count: i32, scratch: usize): void {
  for (let place = 0; place < count; place += LISTED_AHEAD) {
    const last = min(place + LISTED_AHEAD, count);
    store<i32>(scratch, askForSets(context, sets + (<usize>place << 2), last - place));
    for (let each = place; each < last; each++) {
      marginRange(context, scratch, load<i32>(sets + (<usize>each << 2)), 1, true);
    }
  }
}

/** Scalar twin of `deribitPm`: bit-equal. */
export function deribitPmScalar(context: usize, scratch: usize, first: i32, count: i32): void {
  marginRange(context, scratch, first, count, false);
}

function marginRange(context: usize, scratch: usize, first: i32, count: i32, simd: bool): void {
  const totals = totalsOf(context, first);
  for (let set = first; set < first + count; set++) {
    if (load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set) != <u8>FAULT_NONE) {
      quarantine(context, set, load<u8>(word(context, CONTEXT_SET_FAULT) + <usize>set), totals);
    } else {
      marginSet(context, scratch, set, totals, simd);
    }
  }
}

function marginSet(context: usize, scratch: usize, set: i32, totals: usize, simd: bool): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const sums = scratch + cellBytes;
  let p = <usize>load<u32>(word(context, CONTEXT_SET_FIRST_POSITION) + (<usize>set << 2));
  const end = p + <usize>load<u32>(word(context, CONTEXT_SET_POSITION_COUNT) + (<usize>set << 2));
  for (let sum = 0; sum < SUM_COUNT; sum++) store<f64>(sums + (<usize>sum << 3), 0);
  store<f64>(sums + (<usize>SUM_VALUE << 3), floatAt(word(context, CONTEXT_SET_ENTRY_VALUE), set));
  store<f64>(sums + (<usize>SUM_WORST_SCENARIO << 3), -1);
  while (p < end) {
    const instrument = load<u32>(word(context, CONTEXT_POSITION_ROW) + (p << 2)) >> FLAG_BITS;
    const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
    const linearEnd = scanLinear(context, sums, p);
    const groupEnd = linearEnd == p ? scanOptions(context, sums, p) : scanMixed(context, sums, p, linearEnd);
    chargeGroup(context, scratch, sums, cellBytes, group, linearEnd, groupEnd, simd);
    p = groupEnd;
  }
  finishSet(context, sums, set, totals);
}

/** Linear positions of a group: value, amount of the shock class, delta. Returns the first position after them. */
function scanLinear(context: usize, sums: usize, first: usize): usize {
  const terms = word(context, CONTEXT_TERMS);
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  let value = floatAt(sums, SUM_VALUE);
  let amount: f64 = 0;
  let delta: f64 = 0;
  let p = first;
  let entry = load<u32>(entries + (p << 2));
  while (entry & FLAG_LINEAR) {
    const own = terms + <usize>((entry & ~FLAG_MASK) << 1);
    const quantity = load<f64>(quantities + (p << 3));
    value = value + quantity * floatAt(own, TERM_VALUE);
    amount = amount + quantity * floatAt(own, TERM_AMOUNT);
    delta = delta + quantity * floatAt(own, TERM_DELTA);
    p++;
    if (entry & FLAG_END_GROUP) break;
    entry = load<u32>(entries + (p << 2));
  }
  store<f64>(sums + (<usize>SUM_VALUE << 3), value);
  store<f64>(sums + (<usize>SUM_AMOUNT << 3), amount);
  store<f64>(sums + (<usize>SUM_REST_DELTA << 3), delta);
  return p;
}

/**
 * A group of options only: value, deltas, roll shock. Returns the first position after it.
 *
 * No branch but the loop's: long or short, and where an expiry ends, cannot be predicted. Conditions are factors of 0
 * and 1, which are exact,
 * because V8 compiles a select of floats to a jump on x64.
 */
function scanOptions(context: usize, sums: usize, first: usize): usize {
  const terms = word(context, CONTEXT_TERMS);
  let entryAt = word(context, CONTEXT_POSITION_ROW) + (first << 2);
  let quantityAt = word(context, CONTEXT_POSITION_QUANTITY) + (first << 3);
  let value = floatAt(sums, SUM_VALUE);
  let restDelta = floatAt(sums, SUM_REST_DELTA);
  let longDelta: f64 = 0;
  let roll: f64 = 0;
  let expiryDelta: f64 = 0;
  let entry: u32 = 0;
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  let touched: i32 = 0;
  do {
    entry = load<u32>(entryAt);
    const own = terms + <usize>((entry & ~FLAG_MASK) << 1);
    const quantity = load<f64>(quantityAt);
    const delta = quantity * floatAt(own, TERM_DELTA);
    const isLong = <f64>(<i32>(quantity > 0));
    const isEnd = <f64>((entry >> FLAG_END_EXPIRY_BIT) & 1);
    touched = touched | touchRow(riskArray + <usize>(entry >> FLAG_BITS) * cellBytes, cellBytes);
    value = value + quantity * floatAt(own, TERM_VALUE);
    expiryDelta = expiryDelta + delta;
    longDelta = longDelta + delta * isLong;
    restDelta = restDelta + delta * (1.0 - isLong);
    roll = roll + Math.abs(expiryDelta) * (floatAt(own, TERM_ROLL_FACTOR) * isEnd);
    expiryDelta = expiryDelta * (1.0 - isEnd);
    entryAt += 4;
    quantityAt += 8;
  } while (!(entry & FLAG_END_GROUP));
  store<f64>(sums + (<usize>SUM_VALUE << 3), value);
  store<f64>(sums + (<usize>SUM_REST_DELTA << 3), restDelta);
  store<f64>(sums + (<usize>SUM_LONG_DELTA << 3), longDelta);
  store<f64>(sums + (<usize>SUM_ROLL << 3), roll);
  store<i32>(sums + (<usize>SUM_TOUCHED << 3), touched);
  return (entryAt - word(context, CONTEXT_POSITION_ROW)) >> 2;
}

/**
 * The options of a group that has linear positions [linearFirst, optionFirst) too: as `scanOptions`, but an expiry's
 * net delta is that of both
 * lists, which ascend with the expiry row and are merged. Returns the first position after the group.
 */
function scanMixed(context: usize, sums: usize, linearFirst: usize, optionFirst: usize): usize {
  const terms = word(context, CONTEXT_TERMS);
  const entries = word(context, CONTEXT_POSITION_ROW);
  const quantities = word(context, CONTEXT_POSITION_QUANTITY);
  let value = floatAt(sums, SUM_VALUE);
  let restDelta = floatAt(sums, SUM_REST_DELTA);
  let longDelta: f64 = 0;
  let roll: f64 = 0;
  let expiryDelta: f64 = 0;
  let linear = linearFirst;
  const riskArray = word(context, CONTEXT_RISK_ARRAY);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  let touched: i32 = 0;
  let p = optionFirst;
  let last = (load<u32>(entries + ((optionFirst - 1) << 2)) & FLAG_END_GROUP) != 0;
  while (!last) {
    const entry = load<u32>(entries + (p << 2));
    const own = terms + <usize>((entry & ~FLAG_MASK) << 1);
    const quantity = load<f64>(quantities + (p << 3));
    const delta = quantity * floatAt(own, TERM_DELTA);
    value = value + quantity * floatAt(own, TERM_VALUE);
    expiryDelta = expiryDelta + delta;
    const isLong = <f64>(<i32>(quantity > 0));
    longDelta = longDelta + delta * isLong;
    restDelta = restDelta + delta * (1.0 - isLong);
    touched = touched | touchRow(riskArray + <usize>(entry >> FLAG_BITS) * cellBytes, cellBytes);
    p++;
    if (entry & FLAG_END_EXPIRY) {
      const expiry = expiryOf(context, entries, p - 1);
      while (linear < optionFirst && expiryOf(context, entries, linear) <= expiry) {
        const runEnd = runEndOf(context, entries, linear, optionFirst);
        const runDelta = runDeltaOf(terms, entries, quantities, linear, runEnd);
        if (expiryOf(context, entries, linear) == expiry) expiryDelta = expiryDelta + runDelta;
        else roll = roll + Math.abs(runDelta) * rollFactorOf(terms, entries, linear);
        linear = runEnd;
      }
      roll = roll + Math.abs(expiryDelta) * floatAt(own, TERM_ROLL_FACTOR);
      expiryDelta = 0;
    }
    last = (entry & FLAG_END_GROUP) != 0;
  }
  while (linear < optionFirst) {
    const runEnd = runEndOf(context, entries, linear, optionFirst);
    const runDelta = runDeltaOf(terms, entries, quantities, linear, runEnd);
    roll = roll + Math.abs(runDelta) * rollFactorOf(terms, entries, linear);
    linear = runEnd;
  }
  store<f64>(sums + (<usize>SUM_VALUE << 3), value);
  store<f64>(sums + (<usize>SUM_REST_DELTA << 3), restDelta);
  store<f64>(sums + (<usize>SUM_LONG_DELTA << 3), longDelta);
  store<f64>(sums + (<usize>SUM_ROLL << 3), roll);
  store<i32>(sums + (<usize>SUM_TOUCHED << 3), touched);
  return p;
}

/**
 * Reads one word of each of the first five cache lines of a risk array row, so that they are on their way while the
 * scan goes on: a table of thirteen thousand rows does not fit the second-level cache, and the sums that come next
 * would wait for every line. WASM has no prefetch. Rows are whole vectors, so a row of less than five lines has its
 * last word read again.
 */
// @ts-ignore: decorator
@inline
function touchRow(row: usize, cellBytes: usize): i32 {
  const last = row + cellBytes - 4;
  return load<i32>(row)
    | load<i32>(min(row + 64, last))
    | load<i32>(min(row + 128, last))
    | load<i32>(min(row + 192, last))
    | load<i32>(min(row + 256, last));
}

/** Worst case, roll shock and delta shock of one group, added to those of the set. */
function chargeGroup(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, group: i32, optionFirst: usize, end: usize, simd: bool,
): void {
  const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
  const dampener = grid + <usize>GRID_DAMPENER * cellBytes;
  const minimum = simd
    ? optionFirst == end
      ? worstCellLinear(scratch, sums, cellBytes, grid)
      : worstCell(context, scratch, sums, cellBytes, grid, optionFirst, end)
    : worstCellScalar(context, scratch, sums, cellBytes, grid, optionFirst, end);
  const worst = roundToNineDecimals(minimum < 0 ? -minimum : 0);
  if (worst > floatAt(sums, SUM_WORST_GROUP)) {
    const scenario = simd
      ? firstCellEqual(scratch, cellBytes, minimum)
      : firstCellEqualScalar(scratch, dampener, cellBytes, minimum);
    store<f64>(sums + (<usize>SUM_WORST_GROUP << 3), worst);
    store<f64>(sums + (<usize>SUM_WORST_SCENARIO << 3), scenario);
  }
  const scalars = word(context, CONTEXT_GROUP_SCALARS) + <usize>group * <usize>GROUP_SCALAR_COUNT * 8;
  const shock = deltaShockUsd(
    floatAt(sums, SUM_LONG_DELTA),
    floatAt(sums, SUM_REST_DELTA),
    floatAt(word(context, CONTEXT_GROUP_INDEX_PRICE), group),
    floatAt(scalars, GROUP_DELTA_SHOCK_THRESHOLD),
    floatAt(scalars, GROUP_DELTA_SHOCK_SLOPE),
    floatAt(scalars, GROUP_DELTA_SHOCK_MAX),
  );
  addTo(sums, SUM_WORST_CASE, worst);
  addTo(sums, SUM_ROLL_SHOCK, floatAt(sums, SUM_ROLL) * floatAt(scalars, GROUP_DELTA_TO_SETTLEMENT));
  addTo(sums, SUM_DELTA_SHOCK, shock * floatAt(scalars, GROUP_USD_TO_SETTLEMENT));
  addTo(sums, SUM_PROBE, load<f64>(scratch) * 0);
}

// @ts-ignore: decorator
@inline
function worstCell(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, grid: usize, first: usize, end: usize,
): f64 {
  return accumulateDampened(
    word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), first, end,
    word(context, CONTEXT_RISK_ARRAY), grid + <usize>GRID_CLASS * cellBytes, floatAt(sums, SUM_AMOUNT),
    grid + <usize>GRID_DAMPENER * cellBytes, scratch, cellBytes,
  );
}

/**
 * A group of linear positions: one amount times the shock class row. Same operations as `worstCell`, in one pass with
 * two accumulators.
 */
// @ts-ignore: decorator
@inline
function worstCellLinear(scratch: usize, sums: usize, cellBytes: usize, grid: usize): f64 {
  const amount = v128.load_splat<f64>(sums + (<usize>SUM_AMOUNT << 3));
  const shockClass = grid + <usize>GRID_CLASS * cellBytes;
  const dampener = grid + <usize>GRID_DAMPENER * cellBytes;
  let first = f64x2.splat(Infinity);
  let second = first;
  let at: usize = 0;
  for (; at + 32 <= cellBytes; at += 32) {
    const a = f64x2.add(f64x2.mul(amount, v128.load(shockClass + at)), v128.load(dampener + at));
    const b = f64x2.add(f64x2.mul(amount, v128.load(shockClass + at, 16)), v128.load(dampener + at, 16));
    v128.store(scratch + at, a);
    v128.store(scratch + at, b, 16);
    first = f64x2.pmin(first, a);
    second = f64x2.pmin(second, b);
  }
  if (at < cellBytes) {
    const a = f64x2.add(f64x2.mul(amount, v128.load(shockClass + at)), v128.load(dampener + at));
    v128.store(scratch + at, a);
    first = f64x2.pmin(first, a);
  }
  return smallerLane(f64x2.pmin(first, second));
}

// @ts-ignore: decorator
@inline
function worstCellScalar(
  context: usize, scratch: usize, sums: usize, cellBytes: usize, grid: usize, first: usize, end: usize,
): f64 {
  accumulateRowsScalar(
    word(context, CONTEXT_POSITION_ROW), word(context, CONTEXT_POSITION_QUANTITY), first, end,
    word(context, CONTEXT_RISK_ARRAY), grid + <usize>GRID_CLASS * cellBytes, floatAt(sums, SUM_AMOUNT), scratch,
    cellBytes,
  );
  return minimumDampenedScalar(scratch, grid + <usize>GRID_DAMPENER * cellBytes, cellBytes);
}

/** Requirement, equity and status of the set from its sums. */
function finishSet(context: usize, sums: usize, set: i32, totals: usize): void {
  const equity = floatAt(word(context, CONTEXT_SET_CASH), set) + floatAt(sums, SUM_VALUE);
  const worstCase = floatAt(sums, SUM_WORST_CASE);
  const rollShock = floatAt(sums, SUM_ROLL_SHOCK);
  const deltaShock = floatAt(sums, SUM_DELTA_SHOCK);
  const matrix = worstCase + rollShock + deltaShock;
  const maintenance = scalar(context, SCALAR_MAINTENANCE_FACTOR) * matrix;
  const initial = roundToNineDecimals(matrix + floatAt(word(context, CONTEXT_SET_ADD_ON), set));
  // A poisoned row makes the equity and the first cell NaN; the subtractions turn an overflow into NaN as well.
  if (!(equity - equity + (initial - initial) + floatAt(sums, SUM_PROBE) == 0)) {
    quarantine(context, set, <u8>FAULT_MARKET, totals);
    return;
  }
  const at = <usize>set << 3;
  store<f64>(word(context, CONTEXT_RESULT_EQUITY) + at, equity);
  store<f64>(word(context, CONTEXT_RESULT_INITIAL) + at, initial);
  store<f64>(word(context, CONTEXT_RESULT_MAINTENANCE) + at, maintenance);
  store<f64>(word(context, CONTEXT_RESULT_WORST_CASE) + at, worstCase);
  store<f64>(word(context, CONTEXT_RESULT_ROLL_SHOCK) + at, rollShock);
  store<f64>(word(context, CONTEXT_RESULT_DELTA_SHOCK) + at, deltaShock);
  const scenario = <i32>floatAt(sums, SUM_WORST_SCENARIO);
  store<i32>(word(context, CONTEXT_RESULT_WORST_SCENARIO) + (<usize>set << 2), scenario);
  const status = statusOf(equity, initial, maintenance);
  store<u8>(word(context, CONTEXT_RESULT_STATUS) + <usize>set, <u8>status);
  store<u8>(word(context, CONTEXT_RESULT_FAULT) + <usize>set, <u8>FAULT_NONE);
  addToTotals(context, totals, set, status, equity, initial, maintenance);
}

/** Expiry row of position p. */
// @ts-ignore: decorator
@inline
function expiryOf(context: usize, entries: usize, p: usize): i32 {
  return intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), load<u32>(entries + (p << 2)) >> FLAG_BITS);
}

// @ts-ignore: decorator
@inline
function rollFactorOf(terms: usize, entries: usize, p: usize): f64 {
  return floatAt(terms + <usize>((load<u32>(entries + (p << 2)) & ~FLAG_MASK) << 1), TERM_ROLL_FACTOR);
}

/** End of the run of positions, from p, that share p's expiry. */
function runEndOf(context: usize, entries: usize, p: usize, end: usize): usize {
  const expiry = expiryOf(context, entries, p);
  while (p < end && expiryOf(context, entries, p) == expiry) p++;
  return p;
}

/** Net delta of positions [first, end). */
function runDeltaOf(terms: usize, entries: usize, quantities: usize, first: usize, end: usize): f64 {
  let delta: f64 = 0;
  for (let p = first; p < end; p++) {
    const own = terms + <usize>((load<u32>(entries + (p << 2)) & ~FLAG_MASK) << 1);
    delta = delta + load<f64>(quantities + (p << 3)) * floatAt(own, TERM_DELTA);
  }
  return delta;
}

// @ts-ignore: decorator
@inline
function addTo(sums: usize, index: i32, term: f64): void {
  store<f64>(sums + (<usize>index << 3), floatAt(sums, index) + term);
}
