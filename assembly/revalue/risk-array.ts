import { floatAt, intAt, word } from "../context.ts";
import { blackDelta, deltaOfTail, SMALLEST_NORMAL } from "../portable/black76.ts";
import { logRatio } from "../portable/log.ts";
import {
  CONTEXT_CELL_COUNT, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_ROLL_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_INVERSE,
  CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_EXPIRY, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_GROUP,
  CONTEXT_INSTRUMENT_SHAPE, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY,
  CONTEXT_RISK_ARRAY, CONTEXT_ROW_STRIDE, CONTEXT_TERMS, GRID_CLASS, GRID_COLUMN_COUNT, GRID_DOWN_MASK,
  GRID_INVERSE_MULTIPLIER, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL, SHAPE_PUT,
  TERM_AMOUNT, TERM_COUNT, TERM_DELTA, TERM_ROLL_FACTOR, TERM_VALUE,
} from "../portable/layout.ts";
import { cellOtm } from "../portable/risk-cell.ts";
import { TILE_AT, TILE_SIZE } from "../portable/risk-array-work.ts";
import {
  CLASS_BYTES, CLASS_DOWN, CLASS_SAME, CLASS_UP, fillTileTerms, NO_CELL, nowCell, prepareWork, priceTile, sortCells,
  TILE_D1, TILE_DEVIATION, TILE_FORWARD, TILE_MONEYNESS, TILE_OPTION, TILE_ROW, TILE_STRIKE, TILE_TAIL,
} from "./option-tile.ts";

/** No price is larger that is meant. */
const LARGEST: f64 = 1e150;

/**
 * Kernel A: the risk array, P&L of one contract of each instrument in each scenario.
 *
 * Reads   instrument, expiry and risk group columns and the scenario tables of the context
 * Writes  rows [first, first + count) of cells (settlement currency per contract), and terms: value, delta, amount,
 *         roll factor
 * Order   instruments and cells independent: any split gives the same bits
 *
 * A row that depends on a price or volatility that is not good (not positive, not finite, expired) is written as NaN
 * throughout, so
 * that every account that holds the instrument is quarantined; so is a row with any cell that came out non-finite.
 *
 * The moneyness of a scenario is x = ln(K/F) - ln(1+m), with ln(1+m) from the scenario table: no logarithm in the loop.
 */
export function riskArray(context: usize, first: i32, count: i32, work: usize): void {
  fillTiles(context, 0, first, first + count, work);
}

/** The same for `count` rows that `rows` lists (u32), in any order; a call is best beside the put that is like it. */
export function riskArrayOf(context: usize, rows: usize, count: i32, work: usize): void {
  fillTiles(context, rows, 0, count, work);
}

/** Row at place `at` of a list; without a list (0) the place is the row. */
// @ts-ignore: decorator
@inline
function instrumentAt(rows: usize, at: i32): i32 {
  return rows == 0 ? at : load<i32>(rows + (<usize>at << 2));
}

function fillTiles(context: usize, rows: usize, first: i32, end: i32, work: usize): void {
  prepareWork(work);
  const groups = word(context, CONTEXT_INSTRUMENT_GROUP);
  const gridBytes = <usize>GRID_COLUMN_COUNT * (word(context, CONTEXT_CELL_COUNT) << 3);
  let sorted = -1;
  for (let at = first; at < end;) {
    const group = intAt(groups, instrumentAt(rows, at));
    let tileEnd = at + 1;
    while (tileEnd < end && tileEnd - at < TILE_SIZE && intAt(groups, instrumentAt(rows, tileEnd)) == group) tileEnd++;
    const grid = word(context, CONTEXT_GRID) + <usize>group * gridBytes;
    if (group != sorted) sortCells(work, grid, word(context, CONTEXT_CELL_COUNT) << 3);
    sorted = group;
    fillTile(context, rows, at, tileEnd, group, grid, work);
    at = tileEnd;
  }
}

/** Scalar twin of `riskArray`: bit-equal. */
export function riskArrayScalar(context: usize, first: i32, count: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  for (let instrument = first; instrument < first + count; instrument++) {
    const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
    const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
    if (!fillRowUnlessOption(context, instrument, group, grid)) fillOptionRow(context, instrument, group, grid);
  }
}

/** Rows at places [first, end), of one risk group, at most TILE_SIZE. Options that are alike but for their type are priced once. */
function fillTile(
  context: usize, rows: usize, first: i32, end: i32, group: i32, grid: usize, work: usize,
): void {
  const tile = work + TILE_AT;
  let options = 0;
  for (let at = first; at < end; at++) {
    const instrument = instrumentAt(rows, at);
    const place = tile + TILE_OPTION + (<usize>(at - first) << 2);
    store<i32>(place, -1);
    if (fillRowUnlessOption(context, instrument, group, grid)) continue;
    if (!isOrdinary(context, instrument)) {
      fillOptionRow(context, instrument, group, grid);
      continue;
    }
    putOption(context, instrument, group, tile + (<usize>options << 3));
    store<u32>(tile + TILE_ROW + (<usize>options << 2), <u32>rowOf(context, instrument));
    if (options == 0 || !isAlike(tile + (<usize>options << 3))) options++;
    store<i32>(place, options - 1);
  }
  if (options == 0) return;
  fillTileTerms(work, options);
  priceTile(work, word(context, CONTEXT_CELL_COUNT) << 3, options);
  // From the last to the first: the row that holds the prices of several is finished after the others.
  for (let at = end - 1; at >= first; at--) {
    const option = load<i32>(tile + TILE_OPTION + (<usize>(at - first) << 2));
    if (option >= 0) finishOption(context, instrumentAt(rows, at), group, grid, work, option);
  }
}

/** True if the row was filled: a bad input or no option. */
// @ts-ignore: decorator
@inline
function fillRowUnlessOption(context: usize, instrument: i32, group: i32, grid: usize): bool {
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const shape = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument);
  const terms = termsOf(context, instrument);
  store<f64>(terms + (<usize>TERM_ROLL_FACTOR << 3), floatAt(word(context, CONTEXT_EXPIRY_ROLL_FACTOR), expiry));
  if (!isPriced(context, instrument, group, expiry, shape)) {
    poisonRow(rowOf(context, instrument), terms, word(context, CONTEXT_CELL_COUNT) << 3);
    return true;
  }
  if (shape == SHAPE_CALL || shape == SHAPE_PUT) return false;
  fillLinearRow(context, instrument, group, grid);
  return true;
}

// @ts-ignore: decorator
@inline
function rowOf(context: usize, instrument: i32): usize {
  return word(context, CONTEXT_RISK_ARRAY) + <usize>instrument * word(context, CONTEXT_ROW_STRIDE);
}

// @ts-ignore: decorator
@inline
function termsOf(context: usize, instrument: i32): usize {
  return word(context, CONTEXT_TERMS) + <usize>instrument * <usize>TERM_COUNT * 8;
}

/** True if every number that prices the instrument is good. Written so that NaN fails. */
function isPriced(context: usize, instrument: i32, group: i32, expiry: i32, shape: i32): bool {
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const index = floatAt(word(context, CONTEXT_GROUP_INDEX_PRICE), group);
  const rootTime = floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  if (!(forward > 0 && forward < Infinity && index > 0 && index < Infinity && rootTime >= 0)) return false;
  if (shape != SHAPE_CALL && shape != SHAPE_PUT) return true;
  const volatility = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  return volatility > 0 && volatility < Infinity;
}

/** Futures, perpetuals and spot: one amount times the shock class row of the risk group. */
function fillLinearRow(context: usize, instrument: i32, group: i32, grid: usize): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const row = rowOf(context, instrument);
  const terms = termsOf(context, instrument);
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const inverse = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0;
  const amount = inverse ? size / forward : size * forward;
  const shockClass = grid + <usize>GRID_CLASS * cellBytes;
  for (let at: usize = 0; at < cellBytes; at += 8) store<f64>(row + at, amount * load<f64>(shockClass + at));
  storeTerms(terms, inverse ? -amount : amount, inverse ? amount : size, amount);
  if (!isFiniteRow(row, terms, cellBytes)) poisonRow(row, terms, cellBytes);
}

/** Whether prices are normal numbers, and far from the largest: logarithm and densities of the passes need that. */
// @ts-ignore: decorator
@inline
function isOrdinary(context: usize, instrument: i32): bool {
  const strike = floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  return forward >= SMALLEST_NORMAL && forward < LARGEST && strike >= SMALLEST_NORMAL && strike < LARGEST;
}

// Standard deviations of an option in each class.

// @ts-ignore: decorator
@inline
function deviationUp(context: usize, group: i32, expiry: i32, volatility: f64): f64 {
  const floor = floatAt(word(context, CONTEXT_GROUP_VOLATILITY_FLOOR), group);
  const shocked = volatility * floatAt(word(context, CONTEXT_EXPIRY_UP_FACTOR), expiry);
  return (shocked < floor ? floor : shocked) * floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
}

// @ts-ignore: decorator
@inline
function deviationDown(context: usize, expiry: i32, volatility: f64): f64 {
  const factor = floatAt(word(context, CONTEXT_EXPIRY_DOWN_FACTOR), expiry);
  return volatility * factor * floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
}

/** Columns of an option in the tile. */
function putOption(context: usize, instrument: i32, group: i32, at: usize): void {
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const volatility = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  const deviation = volatility * floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  store<f64>(at, floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument), TILE_FORWARD);
  store<f64>(at, floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument), TILE_STRIKE);
  store<f64>(at + <usize>CLASS_UP * CLASS_BYTES, deviationUp(context, group, expiry, volatility), TILE_DEVIATION);
  store<f64>(at + <usize>CLASS_SAME * CLASS_BYTES, deviation, TILE_DEVIATION);
  store<f64>(at + <usize>CLASS_DOWN * CLASS_BYTES, deviationDown(context, expiry, volatility), TILE_DEVIATION);
}

/** Whether all that prices the option in the tile is what prices the one before: a call and a put, mostly. */
function isAlike(at: usize): bool {
  return isEqual(at, TILE_FORWARD) && isEqual(at, TILE_STRIKE) && isEqual(at, TILE_DEVIATION)
    && isEqual(at, TILE_DEVIATION + CLASS_BYTES) && isEqual(at, TILE_DEVIATION + 2 * CLASS_BYTES);
}

// @ts-ignore: decorator
@inline
function isEqual(at: usize, column: usize): bool {
  return load<f64>(at + column) == load<f64>(at + column - 8);
}

/** Turns the prices of option number `option` of the tile into the row of one instrument, and its terms. */
function finishOption(context: usize, instrument: i32, group: i32, grid: usize, work: usize, option: i32): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const at = work + TILE_AT + (<usize>option << 3);
  const prices = <usize>load<u32>(work + TILE_AT + TILE_ROW + (<usize>option << 2));
  const row = rowOf(context, instrument);
  const terms = termsOf(context, instrument);
  const sign = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) == SHAPE_CALL ? 1.0 : -1.0;
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const inverse = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0;
  const forward = load<f64>(at, TILE_FORWARD);
  const strike = load<f64>(at, TILE_STRIKE);
  const inverseForward = 1.0 / forward;
  const now = nowCell(work);
  const otm = now == NO_CELL ? otmNow(at) : load<f64>(prices + now);
  const intrinsic = sign * (forward - strike);
  const price = otm + (intrinsic > 0 ? intrinsic : 0);
  const value = inverse ? price * inverseForward : price;
  const delta = deltaOfTail(sign, load<f64>(at, TILE_TAIL), load<f64>(at, TILE_D1));
  storeTerms(terms, size * value, size * (inverse ? delta - value : delta), 0);
  let isFinite = false;
  if (inverse) {
    isFinite = finishInverse(row, prices, grid, cellBytes, sign, forward, strike, size, value, inverseForward);
  } else {
    isFinite = finishLinear(row, prices, grid, cellBytes, sign, forward, strike, size, value);
  }
  if (!(isFinite && floatAt(terms, TERM_VALUE) * 0 + floatAt(terms, TERM_DELTA) * 0 == 0)) {
    poisonRow(row, terms, cellBytes);
  }
}

/** Price now of an option whose scenario table has no cell for it. */
function otmNow(at: usize): f64 {
  const forward = load<f64>(at, TILE_FORWARD);
  const strike = load<f64>(at, TILE_STRIKE);
  const deviation = load<f64>(at + <usize>CLASS_SAME * CLASS_BYTES, TILE_DEVIATION);
  return cellOtm(strike < forward ? strike : forward, Math.abs(load<f64>(at, TILE_MONEYNESS)), deviation);
}

/**
 * Cells: size * ((V(F·mult)·[1/(F·mult)] - value) * weight), from the out-of-the-money prices in `prices`, which may be
 * the row itself. Returns whether all are finite.
 */
function finishInverse(
  row: usize, prices: usize, grid: usize, cellBytes: usize, sign: f64, forward: f64, strike: f64, size: f64, value: f64,
  inverseForward: f64,
): bool {
  const perForward = f64x2.splat(inverseForward);
  const inverses = grid + <usize>GRID_INVERSE_MULTIPLIER * cellBytes;
  const weights = grid + <usize>GRID_WEIGHT * cellBytes;
  const signs = f64x2.splat(sign);
  const forwards = f64x2.splat(forward);
  const strikes = f64x2.splat(strike);
  const sizes = f64x2.splat(size);
  const values = f64x2.splat(value);
  const zero = f64x2.splat(0.0);
  let probe = zero;
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const gain = f64x2.mul(signs, f64x2.sub(f64x2.mul(forwards, v128.load(grid + at)), strikes));
    const price = f64x2.add(v128.load(prices + at), f64x2.pmax(gain, zero));
    const coins = f64x2.mul(price, f64x2.mul(perForward, v128.load(inverses + at)));
    const cell = f64x2.mul(sizes, f64x2.mul(f64x2.sub(coins, values), v128.load(weights + at)));
    v128.store(row + at, cell);
    probe = f64x2.add(probe, f64x2.mul(cell, zero));
  }
  return f64x2.extract_lane(probe, 0) + f64x2.extract_lane(probe, 1) == 0;
}

/** The same for options that are settled in the quote currency. */
function finishLinear(
  row: usize, prices: usize, grid: usize, cellBytes: usize, sign: f64, forward: f64, strike: f64, size: f64, value: f64,
): bool {
  const weights = grid + <usize>GRID_WEIGHT * cellBytes;
  const signs = f64x2.splat(sign);
  const forwards = f64x2.splat(forward);
  const strikes = f64x2.splat(strike);
  const sizes = f64x2.splat(size);
  const values = f64x2.splat(value);
  const zero = f64x2.splat(0.0);
  let probe = zero;
  for (let at: usize = 0; at < cellBytes; at += 16) {
    const gain = f64x2.mul(signs, f64x2.sub(f64x2.mul(forwards, v128.load(grid + at)), strikes));
    const price = f64x2.add(v128.load(prices + at), f64x2.pmax(gain, zero));
    const cell = f64x2.mul(sizes, f64x2.mul(f64x2.sub(price, values), v128.load(weights + at)));
    v128.store(row + at, cell);
    probe = f64x2.add(probe, f64x2.mul(cell, zero));
  }
  return f64x2.extract_lane(probe, 0) + f64x2.extract_lane(probe, 1) == 0;
}

/** Scalar twin of what a tile does for an option. */
function fillOptionRow(context: usize, instrument: i32, group: i32, grid: usize): void {
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  const row = rowOf(context, instrument);
  const terms = termsOf(context, instrument);
  const sign = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument) == SHAPE_CALL ? 1.0 : -1.0;
  const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const strike = floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const volatility = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  const inverse = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0;
  const deviation = volatility * floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  const moneyness = logRatio(strike, forward);
  const inverseForward = 1.0 / forward;
  const lower = strike < forward ? strike : forward;
  const intrinsic = sign * (forward - strike);
  const price = cellOtm(lower, Math.abs(moneyness), deviation) + (intrinsic > 0 ? intrinsic : 0);
  const value = inverse ? price * inverseForward : price;
  const delta = blackDelta(sign, forward, strike, deviation);
  fillOptionCellsScalar(
    row, grid, cellBytes, sign, forward, strike, size, moneyness, deviation,
    deviationUp(context, group, expiry, volatility), deviationDown(context, expiry, volatility),
    inverse, inverseForward, value,
  );
  storeTerms(terms, size * value, size * (inverse ? delta - value : delta), 0);
  if (!isFiniteRow(row, terms, cellBytes)) poisonRow(row, terms, cellBytes);
}

/** Cells: size * ((V(F·mult)·[1/(F·mult)] - value) * weight). */
function fillOptionCellsScalar(
  row: usize, grid: usize, cellBytes: usize, sign: f64, forward: f64, strike: f64, size: f64, moneyness: f64,
  deviation: f64, deviationUp: f64, deviationDown: f64, inverse: bool, inverseForward: f64, value: f64,
): void {
  for (let at: usize = 0; at < cellBytes; at += 8) {
    const table = grid + at;
    const shocked = forward * load<f64>(table + <usize>GRID_MULTIPLIER * cellBytes);
    const x = Math.abs(moneyness - load<f64>(table + <usize>GRID_LOG_MULTIPLIER * cellBytes));
    const isUp = load<i64>(table + <usize>GRID_UP_MASK * cellBytes) != 0;
    const isDown = load<i64>(table + <usize>GRID_DOWN_MASK * cellBytes) != 0;
    const v = isUp ? deviationUp : isDown ? deviationDown : deviation;
    const lower = strike < shocked ? strike : shocked;
    const payoff = sign * (shocked - strike);
    const price = cellOtm(lower, x, v) + (0 < payoff ? payoff : 0);
    const unit = inverse ? inverseForward * load<f64>(table + <usize>GRID_INVERSE_MULTIPLIER * cellBytes) : 1.0;
    const weight = load<f64>(table + <usize>GRID_WEIGHT * cellBytes);
    store<f64>(row + at, size * ((price * unit - value) * weight));
  }
}

// @ts-ignore: decorator
@inline
function storeTerms(terms: usize, value: f64, delta: f64, amount: f64): void {
  store<f64>(terms + (<usize>TERM_VALUE << 3), value);
  store<f64>(terms + (<usize>TERM_DELTA << 3), delta);
  store<f64>(terms + (<usize>TERM_AMOUNT << 3), amount);
}

function poisonRow(row: usize, terms: usize, cellBytes: usize): void {
  for (let at: usize = 0; at < cellBytes; at += 8) store<f64>(row + at, NaN);
  storeTerms(terms, NaN, NaN, NaN);
}

/** x * 0 is 0 for a finite x and NaN otherwise: one sum tells about the whole row. */
function isFiniteRow(row: usize, terms: usize, cellBytes: usize): bool {
  let probe = f64x2.splat(0.0);
  const zero = f64x2.splat(0.0);
  for (let at: usize = 0; at < cellBytes; at += 16) probe = f64x2.add(probe, f64x2.mul(v128.load(row + at), zero));
  const scalars = floatAt(terms, TERM_VALUE) * 0 + floatAt(terms, TERM_DELTA) * 0;
  return f64x2.extract_lane(probe, 0) + f64x2.extract_lane(probe, 1) + scalars == 0;
}
