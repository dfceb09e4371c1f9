import {
  BOX_PRICE, BOX_PRICE_REST, BOX_VOLATILITY, BOX_VOLATILITY_REST, CERTIFICATE_BYTES, CERTIFICATE_EXPIRY_SLOPES,
  CERTIFICATE_SLOPE_ROWS, CERTIFICATE_SLOPE_TERMS, EXPIRY_DEVIATION_TIME, EXPIRY_SLOPE_COUNT, SLOPE_BLOCK,
  SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE, SLOPE_DELTA_VOLATILITY_RADIUS,
  SLOPE_PRICE_MIDDLE, SLOPE_PRICE_RADIUS, SLOPE_ROW_COUNT, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_TIME,
  SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
  slopeAt, slopeFloatsOf,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, shapeOfRow, wordsAt } from '../columns.ts';
import { exp } from '../exp.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE,
  CONTEXT_GROUP_INVERSE, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, GRID_CLASS, GRID_COLUMN_COUNT, SHAPE_CALL,
} from '../layout.ts';
import { logRatio } from '../log.ts';
import { SINGLE_UP } from './single-bounds.ts';
import {
  BOX_SLACK, DEVIATION_FLOOR, SLOPE_PAD, writeDeltaSlopes, writeSlopeBounds,
} from './slope-bounds.ts';

/** Half width of the box in prices, in logs, slack included; NaN unless it is a box. */
export function priceBoxOf(f: Floats, w: Ints, context: i32): f64 {
  const floats: i32 = (w[context + CONTEXT_CERTIFICATE] + CERTIFICATE_BYTES) >>> 3;
  return halfWidth(f[floats + BOX_PRICE], f[floats + BOX_PRICE_REST]);
}

/** Half width of the box in volatilities. */
export function volatilityBoxOf(f: Floats, w: Ints, context: i32): f64 {
  const floats: i32 = (w[context + CONTEXT_CERTIFICATE] + CERTIFICATE_BYTES) >>> 3;
  return halfWidth(f[floats + BOX_VOLATILITY], f[floats + BOX_VOLATILITY_REST]);
}

function halfWidth(joint: f64, rest: f64): f64 {
  return joint >= 0.0 && rest >= 0.0 ? joint + rest + BOX_SLACK : NaN;
}

/** First float of 32 bits of an instrument's slope rows. */
export function slopeRowsOf(w: Ints, context: i32, row: i32): i32 {
  const rows: i32 = w[(w[context + CONTEXT_CERTIFICATE] >>> 2) + CERTIFICATE_SLOPE_ROWS] >>> 2;
  return rows + row * slopeFloatsOf(w[context + CONTEXT_CELL_COUNT]);
}

/** The cell whose slopes are at a place of the rows: what is left of the last block repeats the last two. */
export function cellOfPlace(place: i32, cellCount: i32): i32 {
  return place < cellCount ? place : place - 2;
}

/** First float of an instrument's slope terms. */
export function slopeTermsOf(w: Ints, context: i32, row: i32): i32 {
  const terms: i32 = w[(w[context + CONTEXT_CERTIFICATE] >>> 2) + CERTIFICATE_SLOPE_TERMS] >>> 3;
  return terms + row * SLOPE_TERM_COUNT;
}

/** |d ln deviation / d ln time| of the instrument's expiry, in the worst scenario. */
export function deviationTimeOf(f: Floats, w: Ints, context: i32, row: i32): f64 {
  const slopes: i32 = w[(w[context + CONTEXT_CERTIFICATE] >>> 2) + CERTIFICATE_EXPIRY_SLOPES] >>> 3;
  return f[slopes + expiryOfRow(w, context, row) * EXPIRY_SLOPE_COUNT + EXPIRY_DEVIATION_TIME];
}

/** Whether the instrument's group is priced in coin. */
export function inCoinOf(w: Ints, context: i32, row: i32): boolean {
  return w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + groupOfRow(w, context, row)] !== 0;
}

/** Standard deviations of price, never 0. */
export function deviationAtLeast(deviation: f64): f64 {
  return deviation < DEVIATION_FLOOR ? DEVIATION_FLOOR : deviation;
}

/**
 * Everything of an instrument's slopes but the cells of an option: false if nothing is left to do, that is for
 * futures, perpetuals and spot, and for instruments that are not priced, whose rows and terms are NaN.
 *
 * Leaves for an option's cells: its value slopes, and the largest price in its box as SLOPE_SIZE.
 */
export function fillSlopeTerms(f: Floats, x: Singles, w: Ints, context: i32, row: i32): boolean {
  const isOption = shapeOfRow(w, context, row) >= SHAPE_CALL;
  if (!isPriced(f, w, context, row, isOption)) {
    poisonSlopes(f, x, w, context, row);
    return false;
  }
  if (isOption) {
    fillOptionTerms(f, w, context, row);
    return true;
  }
  fillLinearSlopes(f, x, w, context, row);
  return false;
}

/** True if every number that prices the instrument is good, as kernel A has it. Written so that NaN fails. */
function isPriced(f: Floats, w: Ints, context: i32, row: i32, isOption: boolean): boolean {
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const index: f64 = f[floatsAt(w, context, CONTEXT_GROUP_INDEX_PRICE) + groupOfRow(w, context, row)];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  if (!(forward > 0.0 && forward < Infinity && index > 0.0 && index < Infinity && rootTime >= 0.0)) return false;
  if (!isOption) return true;
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  return volatility > 0.0 && volatility < Infinity;
}

/** NaN throughout: whoever holds the instrument gets no certificate. */
export function poisonSlopes(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  const rows: i32 = slopeRowsOf(w, context, row);
  const terms: i32 = slopeTermsOf(w, context, row);
  const count: i32 = slopeFloatsOf(w[context + CONTEXT_CELL_COUNT]);
  for (let i: i32 = 0; i < count; i++) x[rows + i] = NaN;
  for (let i: i32 = 0; i < SLOPE_TERM_COUNT; i++) f[terms + i] = NaN;
}

/**
 * Futures, perpetuals and spot. Value and cells are multiples of the amount, size F or size / F, whose derivative by
 * ln F is itself, up to sign: amount [e^-box, e^box], that is amount (cosh box +- sinh box).
 */
function fillLinearSlopes(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const rows: i32 = slopeRowsOf(w, context, row);
  const terms: i32 = slopeTermsOf(w, context, row);
  const box: f64 = priceBoxOf(f, w, context);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const inCoin = inCoinOf(w, context, row);
  const amount: f64 = inCoin ? size / forward : size * forward;
  const rise: f64 = exp(box);
  const fall: f64 = exp(-box);
  const middle: f64 = amount * (0.5 * (rise + fall));
  const radius: f64 = Math.abs(amount) * (0.5 * (rise - fall) + SLOPE_PAD * rise);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const shockClass: i32 = grid + GRID_CLASS * cellCount;
  const cellMiddle: f64 = inCoin ? -middle : middle;
  let largest: f64 = 1.0;
  let probe: f64 = 0.0;
  const places: i32 = slopeFloatsOf(cellCount) / SLOPE_ROW_COUNT;
  for (let s: i32 = 0; s < places; s++) {
    const cell: f64 = f[shockClass + cellOfPlace(s, cellCount)];
    const cellSize: f64 = Math.abs(cell);
    const at: i32 = rows + slopeAt(SLOPE_PRICE_MIDDLE, s);
    x[at] = cellMiddle * cell;
    // What rounding the middle and the radius to 32 bits changes.
    x[at + SLOPE_PRICE_RADIUS * SLOPE_BLOCK] = (radius + SINGLE_UP * Math.abs(middle)) * cellSize;
    x[at + 2 * SLOPE_BLOCK] = 0.0;
    x[at + 3 * SLOPE_BLOCK] = 0.0;
    largest = largest < cellSize ? cellSize : largest;
    probe = probe + (middle * cell + radius * cellSize) * 0.0;
  }
  f[terms + SLOPE_VALUE_PRICE_MIDDLE] = middle;
  f[terms + SLOPE_VALUE_PRICE_RADIUS] = radius;
  f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE] = 0.0;
  f[terms + SLOPE_VALUE_VOLATILITY_RADIUS] = 0.0;
  f[terms + SLOPE_DELTA_PRICE_MIDDLE] = inCoin ? -middle : 0.0;
  f[terms + SLOPE_DELTA_PRICE_RADIUS] = inCoin ? radius : 0.0;
  f[terms + SLOPE_DELTA_VOLATILITY_MIDDLE] = 0.0;
  f[terms + SLOPE_DELTA_VOLATILITY_RADIUS] = 0.0;
  f[terms + SLOPE_SIZE] = (Math.abs(middle) + radius) * largest;
  f[terms + SLOPE_TIME] = 0.0;
  if (probe + f[terms + SLOPE_SIZE] * 0.0 !== 0.0) poisonSlopes(f, x, w, context, row);
}

function fillOptionTerms(f: Floats, w: Ints, context: i32, row: i32): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  const deviation: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row] * rootTime;
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const side: f64 = inCoin ? -sign : sign;
  const box: f64 = priceBoxOf(f, w, context);
  const widening: f64 = exp(volatilityBoxOf(f, w, context));
  const low: f64 = deviationAtLeast(deviation / widening);
  const high: f64 = deviationAtLeast(deviation * widening);
  const z: f64 = inCoin ? logRatio(strike, forward) : logRatio(forward, strike);
  const rise: f64 = exp(box);
  const fall: f64 = 1.0 / rise;
  const gross: f64 = inCoin ? strike / forward : forward;
  const scale: f64 = inCoin ? 1.0 : strike;
  const grossHigh: f64 = gross * rise;
  writeSlopeBounds(
    f, terms, 1, z - box, z + box, gross * fall, grossHigh, scale, low, high, rise * rise, fall * fall, side,
  );

  const lowerA: f64 = f[terms];
  const upperA: f64 = f[terms + 1];
  const lowerB: f64 = f[terms + 2];
  const upperB: f64 = f[terms + 3];
  const scaleSize: f64 = Math.abs(size);
  f[terms + SLOPE_VALUE_PRICE_MIDDLE] = size * sign * (0.5 * (lowerA + upperA));
  f[terms + SLOPE_VALUE_PRICE_RADIUS] = scaleSize * (0.5 * (upperA - lowerA) + SLOPE_PAD * grossHigh);
  f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE] = size * (0.5 * (lowerB + upperB));
  f[terms + SLOPE_VALUE_VOLATILITY_RADIUS] = scaleSize * (0.5 * (upperB - lowerB) + SLOPE_PAD * upperB);
  const deltas: i32 = terms + SLOPE_DELTA_PRICE_MIDDLE;
  writeDeltaSlopes(f, deltas, inCoin, side, z - box, z + box, low, high, lowerA, upperA, SLOPE_PAD * grossHigh);
  f[deltas] = size * f[deltas];
  f[deltas + 1] = scaleSize * f[deltas + 1];
  f[deltas + 2] = size * f[deltas + 2];
  f[deltas + 3] = scaleSize * f[deltas + 3];
  f[terms + SLOPE_SIZE] = scale < grossHigh ? grossHigh : scale;
}
