import {
  BOX_PRICE, BOX_PRICE_REST, CERTIFICATE_BYTES, CERTIFICATE_EXPIRY_SLOPES, CERTIFICATE_SLOPE_ROWS,
  CERTIFICATE_SLOPE_TERMS, EXPIRY_DEVIATION_FALL, EXPIRY_DEVIATION_RISE, EXPIRY_SLOPE_COUNT, EXPIRY_TIME, SLOPE_BLOCK,
  SLOPE_DELTA_PRICE_MIDDLE, SLOPE_PRICE_SIZE, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_VALUE_CURVATURE_MIDDLE,
  SLOPE_VALUE_CURVATURE_RADIUS, SLOPE_VALUE_PRICE_SIZE, SLOPE_VALUE_TIME_MIDDLE, SLOPE_VALUE_TIME_RADIUS,
  SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, slopeFloatsOf,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, shapeOfRow, wordsAt } from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE,
  CONTEXT_GROUP_INVERSE, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE,
  CONTEXT_INSTRUMENT_VOLATILITY, GRID_CLASS, GRID_COLUMN_COUNT, SHAPE_CALL,
} from '../layout.ts';
import { exp } from '../exp.ts';
import { logRatio } from '../log.ts';
import { scaledNormalPdf } from '../normal.ts';
import {
  BOX_SLACK, DEVIATION_FLOOR, furthestOf, greatestE, isSteep, leastE, nearestOf, SLOPE_PAD, writeCurrencyDeltas,
  writePriceBounds, writeProductBounds,
} from './slope-bounds.ts';

/** Half width of the box in prices, in logs, slack included; NaN unless it is a box. */
export function priceBoxOf(f: Floats, w: Ints, context: i32): f64 {
  const floats: i32 = (w[context + CONTEXT_CERTIFICATE] + CERTIFICATE_BYTES) >>> 3;
  const rest: f64 = f[floats + BOX_PRICE_REST];
  return rest >= 0.0 ? widthOf(f[floats + BOX_PRICE]) + rest : NaN;
}

/** What deviations of the instrument's expiry may be divided by in the box, slack included; NaN unless it is a box. */
export function narrowingOf(f: Floats, w: Ints, context: i32, row: i32): f64 {
  return exp(widthOf(f[expirySlopesOf(w, context, row) + EXPIRY_DEVIATION_FALL]));
}

/** What they may be multiplied by. */
export function wideningOf(f: Floats, w: Ints, context: i32, row: i32): f64 {
  return exp(widthOf(f[expirySlopesOf(w, context, row) + EXPIRY_DEVIATION_RISE]));
}

/** What the time to expiry may be divided by. */
export function shorteningOf(f: Floats, w: Ints, context: i32, row: i32): f64 {
  return exp(widthOf(f[expirySlopesOf(w, context, row) + EXPIRY_TIME]));
}

function widthOf(width: f64): f64 {
  return width >= 0.0 ? width + BOX_SLACK : NaN;
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

/** First float of the slopes of the instrument's expiry. */
export function expirySlopesOf(w: Ints, context: i32, row: i32): i32 {
  const slopes: i32 = w[(w[context + CONTEXT_CERTIFICATE] >>> 2) + CERTIFICATE_EXPIRY_SLOPES] >>> 3;
  return slopes + expiryOfRow(w, context, row) * EXPIRY_SLOPE_COUNT;
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
 * futures, perpetuals and spot, and for instruments that are not priced.
 *
 * Of futures, perpetuals and spot nothing but SLOPE_SIZE is ever read, so nothing else is written: their value and
 * cells are multiples of an amount that the certificate kernels know.
 *
 * Leaves for an option's cells: its value slopes, the largest price in its box as SLOPE_SIZE, and in the first two
 * floats of row SLOPE_PRICE_SIZE middle and radius of d value / d X.
 *
 * @param box - half width in prices
 * @param rise - e^box
 * @param narrowing, widening - what deviations may be divided and multiplied by in the box
 * @param shortening - what the time to expiry may be divided by
 */
export function fillSlopeTerms(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, box: f64, rise: f64, narrowing: f64, widening: f64,
  shortening: f64,
): boolean {
  const isOption = shapeOfRow(w, context, row) >= SHAPE_CALL;
  if (!isOption) {
    const size: f64 = isPriced(f, w, context, row, false) ? linearSizeOf(f, w, context, row, rise) : NaN;
    f[slopeTermsOf(w, context, row) + SLOPE_SIZE] = size - size === 0.0 ? size : NaN;
    return false;
  }
  if (!isPriced(f, w, context, row, true)) {
    poisonSlopes(f, x, w, context, row);
    return false;
  }
  fillOptionTerms(f, x, w, context, row, box, rise, narrowing, widening, shortening);
  return true;
}

/** True if every number that prices the instrument is good, as kernel A has it. Written so that NaN fails. */
export function isPriced(f: Floats, w: Ints, context: i32, row: i32, isOption: boolean): boolean {
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

/** Largest value or cell of a future, perpetual or spot in the box: a multiple of the amount, size F or size / F. */
function linearSizeOf(f: Floats, w: Ints, context: i32, row: i32, rise: f64): f64 {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const amount: f64 = inCoinOf(w, context, row) ? size / forward : size * forward;
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const shockClass: i32 = grid + GRID_CLASS * cellCount;
  let largest: f64 = 1.0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const cellSize: f64 = Math.abs(f[shockClass + s]);
    largest = largest < cellSize ? cellSize : largest;
  }
  return Math.abs(amount) * rise * largest * (1.0 + SLOPE_PAD);
}

function fillOptionTerms(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, box: f64, rise: f64, narrowing: f64, widening: f64,
  shortening: f64,
): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiryOfRow(w, context, row)];
  const deviation: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row] * rootTime;
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const side: f64 = inCoin ? -sign : sign;
  const low: f64 = deviationAtLeast(deviation / narrowing);
  const high: f64 = deviationAtLeast(deviation * widening);
  const z: f64 = inCoin ? logRatio(strike, forward) : logRatio(forward, strike);
  const fall: f64 = 1.0 / rise;
  const gross: f64 = inCoin ? strike / forward : forward;
  const scale: f64 = inCoin ? 1.0 : strike;
  const grossHigh: f64 = gross * rise;
  const pricePad: f64 = SLOPE_PAD * grossHigh;
  const own: i32 = terms + SLOPE_VALUE_PRICE_SIZE;
  writePriceBounds(f, own, z - box, z + box, gross * fall, grossHigh, scale, low, high, rise * rise, fall * fall, side);
  const middle: f64 = 0.5 * (f[own] + f[own + 1]);
  const radius: f64 = 0.5 * (f[own + 1] - f[own]) + pricePad;
  const least: f64 = leastE(z - box, low, high);
  const greatest: f64 = greatestE(z + box, low, high);
  const dense: f64 = scaledNormalPdf(scale, nearestOf(least, greatest));
  const thin: f64 = scaledNormalPdf(scale, furthestOf(least, greatest));
  const steep = isSteep(z - box, z + box, high);
  const most: f64 = dense / (steep ? high : low);
  const fewest: f64 = thin / (steep ? low : high);
  const scaleSize: f64 = Math.abs(size);
  const cells: i32 = slopeRowsOf(w, context, row) + SLOPE_PRICE_SIZE * SLOPE_BLOCK;
  x[cells] = size * sign * middle;
  x[cells + 1] = scaleSize * radius;
  const curvature: f64 = size * (0.5 * (fewest + most) + side * middle);
  const curvatureRadius: f64 = scaleSize * (0.5 * (most - fewest) + radius + 2.0 * SLOPE_PAD * (most + grossHigh));
  f[terms + SLOPE_VALUE_PRICE_SIZE] = scaleSize * (Math.abs(middle) + radius) * (1.0 + SLOPE_PAD);
  f[terms + SLOPE_VALUE_CURVATURE_MIDDLE] = curvature;
  f[terms + SLOPE_VALUE_CURVATURE_RADIUS] = curvatureRadius;
  f[terms + SLOPE_SIZE] = scale < grossHigh ? grossHigh : scale;
  writeVegaTerms(f, terms, size, low * thin, high * dense, rootTime * rootTime, shortening);
  const deltas: i32 = terms + SLOPE_DELTA_PRICE_MIDDLE;
  if (inCoin) {
    // Delta is d value / d X, up to its sign, and by ln s it moves by e phi(e).
    f[deltas] = curvature;
    f[deltas + 1] = curvatureRadius;
    writeProductBounds(f, deltas + 2, least, greatest, thin, dense, 0.0);
  } else {
    writeCurrencyDeltas(f, deltas, z - box, z + box, low, high, least, greatest);
    scaleBounds(f, deltas, size);
  }
  scaleBounds(f, deltas + 2, size);
}

/** d value / d Y and d value / d t from the bounds of scale B and the time to expiry, which `shortening` may divide. */
function writeVegaTerms(f: Floats, terms: i32, size: f64, lower: f64, upper: f64, years: f64, shortening: f64): void {
  const slowest: f64 = ((lower * 0.5) / years) * (1.0 - BOX_SLACK);
  const fastest: f64 = ((upper * 0.5) / years) * shortening;
  const scaleSize: f64 = Math.abs(size);
  f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE] = size * (0.5 * (lower + upper));
  f[terms + SLOPE_VALUE_VOLATILITY_RADIUS] = scaleSize * (0.5 * (upper - lower) + SLOPE_PAD * upper);
  f[terms + SLOPE_VALUE_TIME_MIDDLE] = -size * (0.5 * (slowest + fastest));
  f[terms + SLOPE_VALUE_TIME_RADIUS] = scaleSize * (0.5 * (fastest - slowest) + SLOPE_PAD * fastest);
}

/** Middle and radius times a factor. */
function scaleBounds(f: Floats, at: i32, factor: f64): void {
  f[at] = factor * f[at];
  f[at + 1] = Math.abs(factor) * f[at + 1];
}
