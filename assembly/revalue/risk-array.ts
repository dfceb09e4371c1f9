import { floatAt, intAt, word } from "../context.ts";
import { blackOtm2, storeBlackPrice4 } from "../price/black76.ts";
import { blackDelta, blackOtm } from "../portable/black76.ts";
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
export function riskArray(context: usize, first: i32, count: i32): void {
  fillRiskArray(context, first, count, true);
}

/** Scalar twin of `riskArray`: bit-equal. */
export function riskArrayScalar(context: usize, first: i32, count: i32): void {
  fillRiskArray(context, first, count, false);
}

function fillRiskArray(context: usize, first: i32, count: i32, simd: bool): void {
  const stride = word(context, CONTEXT_ROW_STRIDE);
  const cellBytes = word(context, CONTEXT_CELL_COUNT) << 3;
  for (let instrument = first; instrument < first + count; instrument++) {
    const row = word(context, CONTEXT_RISK_ARRAY) + <usize>instrument * stride;
    const group = intAt(word(context, CONTEXT_INSTRUMENT_GROUP), instrument);
    const expiry = intAt(word(context, CONTEXT_INSTRUMENT_EXPIRY), instrument);
    const terms = word(context, CONTEXT_TERMS) + <usize>instrument * <usize>TERM_COUNT * 8;
    store<f64>(terms + (<usize>TERM_ROLL_FACTOR << 3), floatAt(word(context, CONTEXT_EXPIRY_ROLL_FACTOR), expiry));
    const grid = word(context, CONTEXT_GRID) + <usize>group * <usize>GRID_COLUMN_COUNT * cellBytes;
    const shape = intAt(word(context, CONTEXT_INSTRUMENT_SHAPE), instrument);
    if (!isPriced(context, instrument, group, expiry, shape)) {
      poisonRow(row, terms, cellBytes);
    } else if (shape == SHAPE_CALL || shape == SHAPE_PUT) {
      const sign = shape == SHAPE_CALL ? 1.0 : -1.0;
      fillOptionRow(context, instrument, group, expiry, sign, row, terms, grid, cellBytes, simd);
    } else {
      fillLinearRow(context, instrument, group, row, terms, grid, cellBytes);
    }
    if (!isFiniteRow(row, terms, cellBytes)) poisonRow(row, terms, cellBytes);
  }
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
function fillLinearRow(
  context: usize,
  instrument: i32,
  group: i32,
  row: usize,
  terms: usize,
  grid: usize,
  cellBytes: usize,
): void {
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const inverse = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0;
  const amount = inverse ? size / forward : size * forward;
  const shockClass = grid + <usize>GRID_CLASS * cellBytes;
  for (let at: usize = 0; at < cellBytes; at += 8) store<f64>(row + at, amount * load<f64>(shockClass + at));
  storeTerms(terms, inverse ? -amount : amount, inverse ? amount : size, amount);
}

function fillOptionRow(
  context: usize,
  instrument: i32,
  group: i32,
  expiry: i32,
  sign: f64,
  row: usize,
  terms: usize,
  grid: usize,
  cellBytes: usize,
  simd: bool,
): void {
  const forward = floatAt(word(context, CONTEXT_INSTRUMENT_FORWARD), instrument);
  const strike = floatAt(word(context, CONTEXT_INSTRUMENT_STRIKE), instrument);
  const size = floatAt(word(context, CONTEXT_INSTRUMENT_SIZE), instrument);
  const volatility = floatAt(word(context, CONTEXT_INSTRUMENT_VOLATILITY), instrument);
  const inverse = intAt(word(context, CONTEXT_GROUP_INVERSE), group) != 0;
  const rootTime = floatAt(word(context, CONTEXT_EXPIRY_SQRT_TIME), expiry);
  const floor = floatAt(word(context, CONTEXT_GROUP_VOLATILITY_FLOOR), group);

  const shockedUp = volatility * floatAt(word(context, CONTEXT_EXPIRY_UP_FACTOR), expiry);
  const deviationUp = (shockedUp < floor ? floor : shockedUp) * rootTime;
  const deviationDown = volatility * floatAt(word(context, CONTEXT_EXPIRY_DOWN_FACTOR), expiry) * rootTime;
  const deviation = volatility * rootTime;

  const moneyness = logRatio(strike, forward);
  const inverseForward = 1.0 / forward;
  const lower = strike < forward ? strike : forward;
  const intrinsic = sign * (forward - strike);
  const price = blackOtm(lower, Math.abs(moneyness), deviation) + (intrinsic > 0 ? intrinsic : 0);
  const value = inverse ? price * inverseForward : price;
  const delta = blackDelta(sign, forward, strike, deviation);

  if (simd) {
    fillOptionCells(
      row, grid, cellBytes, sign, forward, strike, size, moneyness, deviation, deviationUp, deviationDown,
      inverse, inverseForward, value,
    );
  } else {
    fillOptionCellsScalar(
      row, grid, cellBytes, sign, forward, strike, size, moneyness, deviation, deviationUp, deviationDown,
      inverse, inverseForward, value,
    );
  }
  storeTerms(terms, size * value, size * (inverse ? delta - value : delta), 0);
}

/**
 * Cells: size * ((V(F·mult)·[1/(F·mult)] - value) * weight). Two scenarios per vector, two vectors at a time: one price
 * is a long chain of
 * operations that wait for each other, two side by side fill the gaps.
 */
function fillOptionCells(
  row: usize, grid: usize, cellBytes: usize, sign: f64, forward: f64, strike: f64, size: f64, moneyness: f64,
  deviation: f64, deviationUp: f64, deviationDown: f64, inverse: bool, inverseForward: f64, value: f64,
): void {
  const signs = f64x2.splat(sign);
  const forwards = f64x2.splat(forward);
  const strikes = f64x2.splat(strike);
  const sizes = f64x2.splat(size);
  const moneynesses = f64x2.splat(moneyness);
  const same = f64x2.splat(deviation);
  const up = f64x2.splat(deviationUp);
  const down = f64x2.splat(deviationDown);
  const perForward = f64x2.splat(inverseForward);
  const values = f64x2.splat(value);
  let at: usize = 0;
  for (; at + 32 <= cellBytes; at += 32) {
    const table = grid + at;
    storeBlackPrice4(
      row + at,
      signs, shockedForward(table, cellBytes, forwards), strikes, shockedMoneyness(table, cellBytes, moneynesses),
      shockedDeviation(table, cellBytes, up, same, down),
      signs, shockedForward(table + 16, cellBytes, forwards), strikes,
      shockedMoneyness(table + 16, cellBytes, moneynesses),
      shockedDeviation(table + 16, cellBytes, up, same, down),
    );
    finishCells(row + at, table, cellBytes, sizes, perForward, values, inverse);
    finishCells(row + at + 16, table + 16, cellBytes, sizes, perForward, values, inverse);
  }
  if (at < cellBytes) {
    const table = grid + at;
    const shocked = shockedForward(table, cellBytes, forwards);
    const v = shockedDeviation(table, cellBytes, up, same, down);
    const otm = blackOtm2(f64x2.pmin(shocked, strikes), shockedMoneyness(table, cellBytes, moneynesses), v);
    const intrinsic = f64x2.pmax(f64x2.splat(0.0), f64x2.mul(signs, f64x2.sub(shocked, strikes)));
    v128.store(row + at, f64x2.add(otm, intrinsic));
    finishCells(row + at, table, cellBytes, sizes, perForward, values, inverse);
  }
}

// @ts-ignore: decorator
@inline
function shockedForward(table: usize, cellBytes: usize, forwards: v128): v128 {
  return f64x2.mul(forwards, v128.load(table + <usize>GRID_MULTIPLIER * cellBytes));
}

// @ts-ignore: decorator
@inline
function shockedMoneyness(table: usize, cellBytes: usize, moneynesses: v128): v128 {
  return f64x2.abs(f64x2.sub(moneynesses, v128.load(table + <usize>GRID_LOG_MULTIPLIER * cellBytes)));
}

// @ts-ignore: decorator
@inline
function shockedDeviation(table: usize, cellBytes: usize, up: v128, same: v128, down: v128): v128 {
  const withDown = v128.bitselect(down, same, v128.load(table + <usize>GRID_DOWN_MASK * cellBytes));
  return v128.bitselect(up, withDown, v128.load(table + <usize>GRID_UP_MASK * cellBytes));
}

/** Turns the prices at `cells` into P&L of one contract. */
// @ts-ignore: decorator
@inline
function finishCells(
  cells: usize, table: usize, cellBytes: usize, sizes: v128, perForward: v128, values: v128, inverse: bool,
): void {
  let price = v128.load(cells);
  if (inverse) {
    const unit = f64x2.mul(perForward, v128.load(table + <usize>GRID_INVERSE_MULTIPLIER * cellBytes));
    price = f64x2.mul(price, unit);
  }
  const weight = v128.load(table + <usize>GRID_WEIGHT * cellBytes);
  v128.store(cells, f64x2.mul(sizes, f64x2.mul(f64x2.sub(price, values), weight)));
}

/** Scalar twin of `fillOptionCells`. */
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
    const price = blackOtm(lower, x, v) + (0 < payoff ? payoff : 0);
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
