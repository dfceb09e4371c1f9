import {
  SLOPE_BLOCK, SLOPE_PRICE, SLOPE_PRICE_ERROR, SLOPE_ROW_COUNT, SLOPE_VALUE_PRICE, slopeAt, slopeFloatsOf,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, shapeOfRow } from '../columns.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_SIZE,
  CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_DOWN_MASK, GRID_INVERSE_MULTIPLIER,
  GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
} from '../layout.ts';
import { millsRatio, normalPdf } from '../normal.ts';
import { single, SINGLE_FURTHEST, singleDensity, singleMills } from '../single.ts';
import { SINGLE_LEAST } from './single-bounds.ts';
import { FURTHEST } from './slope-bounds.ts';
import { grossOf, moneynessOf, SLOPE_MAX } from './slope-row.ts';
import { cellOfPlace, deviationAtLeast, inCoinOf, isPriced, slopeRowsOf, slopeTermsOf } from './slope-terms.ts';

/**
 * What rounding does to a point slope, relative to the larger of 1 and e^z: 48 units, twice what it is at most. Proof:
 * docs/CERTIFICATES.md, "Rounding".
 */
export const SINGLE_POINT_PAD: f64 = 2.86102294921875e-6;

/** Slopes by price of one option where the market is: what assembly/certify/slope-points.ts does four cells at a time. */
export function fillSlopePoint(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  if (w[context + CONTEXT_CERTIFICATE] === 0) return;
  if (shapeOfRow(w, context, row) < SHAPE_CALL) return;
  if (!isPriced(f, w, context, row, true)) {
    poisonPoints(f, x, w, context, row);
    return;
  }
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const group: i32 = groupOfRow(w, context, row);
  const expiry: i32 = expiryOfRow(w, context, row);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const turn: f64 = inCoin ? -1.0 : 1.0;
  const multipliers: i32 = grid + (inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellCount;
  const z: f64 = moneynessOf(f, w, context, row, inCoin);
  const gross: f64 = grossOf(f, w, context, row, inCoin);
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const floor: f64 = f[floatsAt(w, context, CONTEXT_GROUP_VOLATILITY_FLOOR) + group];
  const shockedUp: f64 = volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_UP_FACTOR) + expiry];
  const same: f64 = singleDeviation(volatility * rootTime);
  const up: f64 = singleDeviation((shockedUp < floor ? floor : shockedUp) * rootTime);
  const down: f64 = singleDeviation(volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_DOWN_FACTOR) + expiry] * rootTime);
  const scale: f64 = single(pointUnitOf(f, w, context, row, inCoin) * sign);
  const value: f64 = valuePointOf(z, gross, volatility * rootTime, turn * sign);
  const valuePrice: f64 = single(value);
  const now: f64 = single(gross < 1.0 ? 1.0 : gross);
  const rows: i32 = slopeRowsOf(w, context, row);
  const places: i32 = slopeFloatsOf(cellCount) / SLOPE_ROW_COUNT;
  let sums: f64 = 0.0;
  let largest: f64 = now;
  for (let lane: i32 = 0; lane < SLOPE_BLOCK; lane++) {
    let sum: f64 = 0.0;
    for (let place: i32 = lane; place < places; place += SLOPE_BLOCK) {
      const s: i32 = cellOfPlace(place, cellCount);
      const isUp = w[2 * (grid + GRID_UP_MASK * cellCount + s)] !== 0;
      const isDown = w[2 * (grid + GRID_DOWN_MASK * cellCount + s)] !== 0;
      const weight: f64 = single(f[grid + GRID_WEIGHT * cellCount + s]);
      const there: f64 = single(gross * f[multipliers + s]);
      const moved: f64 = single(z + turn * f[grid + GRID_LOG_MULTIPLIER * cellCount + s]);
      const price: f64 = cellPointOf(moved, there, isUp ? up : isDown ? down : same, turn * sign);
      const slope: f64 = single(single(single(price - valuePrice) * scale) * weight);
      x[rows + slopeAt(SLOPE_PRICE, place)] = slope;
      const size: f64 = single(Math.abs(weight) * single((1.0 < there ? there : 1.0) + now));
      largest = largest < size ? size : largest;
      sum = single(sum + Math.abs(slope));
    }
    sums = sums + sum;
  }
  sealPoints(f, x, w, context, row, value, largest, sums);
}

/** Deviation as a number of 32 bits, never 0. */
export function singleDeviation(deviation: f64): f64 {
  return single(deviation < SINGLE_LEAST ? SINGLE_LEAST : deviation);
}

/** Size of the contract times the scale of A. */
export function pointUnitOf(f: Floats, w: Ints, context: i32, row: i32, inCoin: boolean): f64 {
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  return inCoin ? size : size * f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
}

/** A in 64 bits. */
export function valuePointOf(z: f64, gross: f64, deviation: f64, side: f64): f64 {
  const s: f64 = deviationAtLeast(deviation);
  const p: f64 = z / s;
  const d: f64 = p + 0.5 * s;
  const e: f64 = Math.abs(p - 0.5 * s);
  const size: f64 = Math.abs(d);
  const tail: f64 = normalPdf(FURTHEST < e ? FURTHEST : e) * millsRatio(FURTHEST < size ? FURTHEST : size);
  return d * side < 0.0 ? tail : gross - tail;
}

/** A in 32 bits: twin of `cellPoints4`. */
function cellPointOf(moved: f64, gross: f64, deviation: f64, side: f64): f64 {
  const p: f64 = single(moved / deviation);
  const h: f64 = single(deviation * 0.5);
  const d: f64 = single(p + h);
  const e: f64 = Math.abs(single(p - h));
  const size: f64 = Math.abs(d);
  const density: f64 = singleDensity(SINGLE_FURTHEST < e ? SINGLE_FURTHEST : e);
  const tail: f64 = single(density * singleMills(SINGLE_FURTHEST < size ? SINGLE_FURTHEST : size));
  return single(d * side) < 0.0 ? tail : single(gross - tail);
}

/** The terms of the points; anything not finite poisons them. `sum`: of the sizes of all points. */
export function sealPoints(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, value: f64, largest: f64, sum: f64,
): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  const unit: f64 = pointUnitOf(f, w, context, row, inCoinOf(w, context, row));
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const error: f64 = Math.abs(unit) * largest * SINGLE_POINT_PAD;
  f[terms + SLOPE_VALUE_PRICE] = unit * sign * value;
  f[terms + SLOPE_PRICE_ERROR] = error;
  if (!(sum + error + f[terms + SLOPE_VALUE_PRICE] * 0.0 < SLOPE_MAX)) poisonPoints(f, x, w, context, row);
}

/** NaN in all that the kernel writes. */
export function poisonPoints(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  const rows: i32 = slopeRowsOf(w, context, row);
  const terms: i32 = slopeTermsOf(w, context, row);
  const places: i32 = slopeFloatsOf(w[context + CONTEXT_CELL_COUNT]) / SLOPE_ROW_COUNT;
  for (let place: i32 = 0; place < places; place++) x[rows + slopeAt(SLOPE_PRICE, place)] = NaN;
  f[terms + SLOPE_VALUE_PRICE] = NaN;
  f[terms + SLOPE_PRICE_ERROR] = NaN;
}
