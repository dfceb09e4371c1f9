import {
  EXPIRY_DEVIATION_FALL, EXPIRY_DEVIATION_RISE, EXPIRY_DOWN_TIME_HIGH, EXPIRY_DOWN_TIME_LOW, EXPIRY_TIME,
  EXPIRY_UP_TIME_HIGH, EXPIRY_UP_TIME_LOW,
  SLOPE_BLOCK, SLOPE_CURVATURE_MIDDLE, SLOPE_PRICE_ERROR, SLOPE_PRICE_SIZE, SLOPE_ROW_COUNT,
  SLOPE_SIZE, SLOPE_TIME_MIDDLE, SLOPE_VALUE_CURVATURE_MIDDLE, SLOPE_VALUE_CURVATURE_RADIUS,
  SLOPE_VALUE_PRICE_SIZE, SLOPE_VALUE_TIME_MIDDLE, SLOPE_VALUE_TIME_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE,
  SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_VOLATILITY_MIDDLE, slopeAt, slopeFloatsOf,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, shapeOfRow } from '../columns.ts';
import { exp } from '../exp.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_CERTIFICATE, CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME,
  CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GRID, CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_FORWARD,
  CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_STRIKE, CONTEXT_INSTRUMENT_VOLATILITY, GRID_COLUMN_COUNT, GRID_DOWN_MASK,
  GRID_INVERSE_MULTIPLIER, GRID_LOG_MULTIPLIER, GRID_MULTIPLIER, GRID_UP_MASK, GRID_WEIGHT, SHAPE_CALL,
} from '../layout.ts';
import { logRatio } from '../log.ts';
import { single } from '../single.ts';
import { singleAbove, singleBelow, SINGLE_SLACK, SINGLE_UP, writeCellBounds } from './single-bounds.ts';
import {
  cellOfPlace, expirySlopesOf, fillSlopeTerms, inCoinOf, narrowingOf, poisonSlopes, priceBoxOf, shorteningOf, slopeRowsOf,
  slopeTermsOf, wideningOf,
} from './slope-terms.ts';

/** Slopes of one instrument: what assembly/certify/slope-rows.ts does four cells at a time. */
export function fillSlopeRow(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  if (w[context + CONTEXT_CERTIFICATE] === 0) return;
  const box: f64 = priceBoxOf(f, w, context);
  const rise: f64 = exp(box);
  const narrowing: f64 = narrowingOf(f, w, context, row);
  const widening: f64 = wideningOf(f, w, context, row);
  const shortening: f64 = shorteningOf(f, w, context, row);
  if (!fillSlopeTerms(f, x, w, context, row, box, rise, narrowing, widening, shortening)) return;
  const group: i32 = groupOfRow(w, context, row);
  const expiry: i32 = expiryOfRow(w, context, row);
  const slopes: i32 = expirySlopesOf(w, context, row);
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const floor: f64 = f[floatsAt(w, context, CONTEXT_GROUP_VOLATILITY_FLOOR) + group];
  const same: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const up: f64 = same * f[floatsAt(w, context, CONTEXT_EXPIRY_UP_FACTOR) + expiry];
  const down: f64 = same * f[floatsAt(w, context, CONTEXT_EXPIRY_DOWN_FACTOR) + expiry];
  const perYear: f64 = 1.0 / (rootTime * rootTime);
  const floorLow: f64 = floorSlopeLow(up, floor, narrowing);
  const floorHigh: f64 = floorSlopeHigh(up, floor, widening, shortening);
  const upLow: f64 = upTimeLow(f[slopes + EXPIRY_UP_TIME_LOW], floorLow, floorHigh);
  const upHigh: f64 = upTimeHigh(f[slopes + EXPIRY_UP_TIME_HIGH], floorLow, floorHigh);
  fillCells(
    f, x, w, context, row, box, rise,
    singleBelow((same / narrowing) * rootTime), singleAbove((same * widening) * rootTime),
    singleBelow(lowestUp(up, floor, narrowing, shortening) * rootTime),
    singleAbove(highestUp(up, floor, widening) * rootTime),
    singleBelow((down / narrowing) * rootTime), singleAbove((down * widening) * rootTime),
    singleRateLow(0.5, perYear, shortening), singleRateHigh(0.5, perYear, shortening),
    singleRateLow(upLow, perYear, shortening), singleRateHigh(upHigh, perYear, shortening),
    singleRateLow(f[slopes + EXPIRY_DOWN_TIME_LOW], perYear, shortening),
    singleRateHigh(f[slopes + EXPIRY_DOWN_TIME_HIGH], perYear, shortening), floorLow, floorHigh,
  );
}

/**
 * Least volatility of an up scenario in the box. Where the floor binds, the deviation moves by half of the movement of
 * ln(time), whatever the quote does.
 */
export function lowestUp(shockedUp: f64, floor: f64, narrowing: f64, shortening: f64): f64 {
  const quoted: f64 = shockedUp / narrowing;
  const floored: f64 = floor / Math.sqrt(shortening);
  return quoted < floored ? floored : quoted;
}

/** Greatest. */
export function highestUp(shockedUp: f64, floor: f64, widening: f64): f64 {
  const quoted: f64 = shockedUp * widening;
  return quoted < floor ? floor : quoted;
}

/**
 * Least d ln(shocked volatility) / d ln(volatility) of an up scenario in the box: 0 once the floor may bind. The box
 * holds deviations: a volatility is one over the root of time.
 */
export function floorSlopeLow(shockedUp: f64, floor: f64, narrowing: f64): f64 {
  return shockedUp > floor * narrowing ? 1.0 : 0.0;
}

/** Greatest: 0 only where the floor binds in all of the box. */
export function floorSlopeHigh(shockedUp: f64, floor: f64, widening: f64, shortening: f64): f64 {
  return shockedUp * (widening * Math.sqrt(shortening)) < floor ? 0.0 : 1.0;
}

/** Least d ln(deviation) / d ln(time) of an up scenario: half where the floor binds. */
export function upTimeLow(own: f64, floorLow: f64, floorHigh: f64): f64 {
  if (floorHigh === 0.0) return 0.5;
  return floorLow === 0.0 && own > 0.5 ? 0.5 : own;
}

/** Greatest. */
export function upTimeHigh(own: f64, floorLow: f64, floorHigh: f64): f64 {
  if (floorHigh === 0.0) return 0.5;
  return floorLow === 0.0 && own < 0.5 ? 0.5 : own;
}

/** Least d ln(deviation) / d(time) in 32 bits, from that by ln(time), 1 / time and what that may be multiplied by. */
export function singleRateLow(slope: f64, perYear: f64, shortening: f64): f64 {
  const rate: f64 = slope * perYear * (slope < 0.0 ? shortening : 1.0);
  return single(rate - Math.abs(rate) * SINGLE_SLACK);
}

/** Greatest. */
export function singleRateHigh(slope: f64, perYear: f64, shortening: f64): f64 {
  const rate: f64 = slope * perYear * (slope < 0.0 ? 1.0 : shortening);
  return single(rate + Math.abs(rate) * SINGLE_SLACK);
}

/** ln(F/K), or ln(K/F) of a price in coin. */
export function moneynessOf(f: Floats, w: Ints, context: i32, row: i32, inCoin: boolean): f64 {
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  return inCoin ? logRatio(strike, forward) : logRatio(forward, strike);
}

/** e to the power of it. */
export function grossOf(f: Floats, w: Ints, context: i32, row: i32, inCoin: boolean): f64 {
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  return inCoin ? strike / forward : forward / strike;
}

/**
 * Bounds of the price of each scenario, and from them those of each cell, size (price - value) weight: twin of
 * `fillCells4`.
 */
function fillCells(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, box: f64, rise: f64, sameLow: f64, sameHigh: f64, upLow: f64,
  upHigh: f64, downLow: f64, downHigh: f64, sameRateLow: f64, sameRateHigh: f64, upRateLow: f64, upRateHigh: f64,
  downRateLow: f64, downRateHigh: f64, floorLow: f64, floorHigh: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const turn: f64 = inCoin ? -1.0 : 1.0;
  const strike: f64 = inCoin ? 1.0 : f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const unit: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row] * strike;
  const terms: i32 = slopeTermsOf(w, context, row);
  const rows: i32 = slopeRowsOf(w, context, row);
  const multipliers: i32 = grid + (inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellCount;
  const z: f64 = moneynessOf(f, w, context, row, inCoin);
  const gross: f64 = grossOf(f, w, context, row, inCoin);
  const now: f64 = single(f[terms + SLOPE_SIZE] / strike);
  const valuePrice: f64 = x[rows + SLOPE_PRICE_SIZE * SLOPE_BLOCK];
  const valueRadius: f64 = x[rows + SLOPE_PRICE_SIZE * SLOPE_BLOCK + 1];
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
      const price: f64 = single(gross * f[multipliers + s]);
      const at: i32 = rows + slopeAt(SLOPE_PRICE_SIZE, place);
      writeCellBounds(
        x, at, single(z + turn * f[grid + GRID_LOG_MULTIPLIER * cellCount + s]), price,
        isUp ? upLow : isDown ? downLow : sameLow, isUp ? upHigh : isDown ? downHigh : sameHigh,
        single(box * (1.0 + SINGLE_UP)), single(rise), single(1.0 / rise), turn * sign,
      );
      const there: f64 = single(price * single(rise));
      const cellSize: f64 = single(Math.abs(weight) * single((1.0 < there ? there : 1.0) + now));
      largest = largest < cellSize ? cellSize : largest;
      sum = single(
        sum + finishCell(
          f, x, terms, at, weight, single(unit), sign, turn * sign, now, valuePrice, valueRadius, isUp ? floorLow : 1.0,
          isUp ? floorHigh : 1.0, isUp ? upRateLow : isDown ? downRateLow : sameRateLow,
          isUp ? upRateHigh : isDown ? downRateHigh : sameRateHigh,
        ),
      );
    }
    sums = sums + sum;
  }
  sealSlopes(f, x, w, context, row, Math.abs(unit) * largest, sums);
}

/** Middles and radii of a cell from the bounds in their place; returns the sum of their sizes. */
function finishCell(
  f: Floats, x: Singles, terms: i32, at: i32, weight: f64, scale: f64, sign: f64, side: f64, now: f64, valuePrice: f64,
  valueRadius: f64, floorLow: f64, floorHigh: f64, rateLow: f64, rateHigh: f64,
): f64 {
  const lowerB: f64 = x[at + 4 * SLOPE_BLOCK];
  const upperB: f64 = x[at + 5 * SLOPE_BLOCK];
  const size: f64 = Math.abs(scale);
  const outward: f64 = single(Math.abs(weight) * single(1.0 + SINGLE_UP));
  const middleA: f64 = single(single(x[at] + x[at + SLOPE_BLOCK]) * 0.5);
  const widthA: f64 = single(single(single(x[at + SLOPE_BLOCK] - x[at]) * 0.5) + single(now * single(SINGLE_UP)));
  const middleC: f64 = single(single(x[at + 2 * SLOPE_BLOCK] + x[at + 3 * SLOPE_BLOCK]) * 0.5);
  const widthC: f64 = single(single(x[at + 3 * SLOPE_BLOCK] - x[at + 2 * SLOPE_BLOCK]) * 0.5);
  const price: f64 = single(weight * single(single(middleA * single(scale * sign)) - valuePrice));
  const priceRadius: f64 = single(outward * single(single(widthA * size) + valueRadius));
  const priceSize: f64 = single(Math.abs(price) + priceRadius);
  x[at] = priceSize;

  const curvature: f64 = single(middleC + single(middleA * side));
  const curvatureSize: f64 = writeFinished(
    x, at + (SLOPE_CURVATURE_MIDDLE - SLOPE_PRICE_SIZE) * SLOPE_BLOCK, weight, outward, single(curvature * scale),
    single(single(widthC + widthA) * size), f[terms + SLOPE_VALUE_CURVATURE_MIDDLE],
    f[terms + SLOPE_VALUE_CURVATURE_RADIUS],
  );
  const lower: f64 = single(lowerB * floorLow);
  const upper: f64 = single(upperB * floorHigh);
  const volatilitySize: f64 = writeFinished(
    x, at + (SLOPE_VOLATILITY_MIDDLE - SLOPE_PRICE_SIZE) * SLOPE_BLOCK, weight, outward,
    single(single(single(lower + upper) * 0.5) * scale), single(single(single(upper - lower) * 0.5) * size),
    f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE], f[terms + SLOPE_VALUE_VOLATILITY_RADIUS],
  );
  // A price falls with the time to expiry, that is as time passes. B is never negative, a rate may be.
  const slowest: f64 = single((rateLow < 0.0 ? upperB : lowerB) * rateLow);
  const fastest: f64 = single((rateHigh < 0.0 ? lowerB : upperB) * rateHigh);
  const timeSize: f64 = writeFinished(
    x, at + (SLOPE_TIME_MIDDLE - SLOPE_PRICE_SIZE) * SLOPE_BLOCK, weight, outward,
    single(single(single(slowest + fastest) * -0.5) * scale), single(single(single(fastest - slowest) * 0.5) * size),
    f[terms + SLOPE_VALUE_TIME_MIDDLE], f[terms + SLOPE_VALUE_TIME_RADIUS],
  );
  return single(single(priceSize + curvatureSize) + single(volatilitySize + timeSize));
}

/** Writes middle and radius of weight x (shocked - value) of one derivative, rounding included; returns their size. */
function writeFinished(
  x: Singles, at: i32, weight: f64, outward: f64, shocked: f64, width: f64, valueMiddle: f64, valueRadius: f64,
): f64 {
  const value: f64 = single(valueMiddle);
  const radius: f64 = single(valueRadius);
  const valueWidth: f64 = single(radius + single(single(Math.abs(value) + radius) * single(SINGLE_UP)));
  const cell: f64 = single(weight * single(shocked - value));
  const cellRadius: f64 = single(outward * single(width + valueWidth));
  x[at] = cell;
  x[at + SLOPE_BLOCK] = cellRadius;
  return single(Math.abs(cell) + cellRadius);
}

/**
 * A slope beyond this is not certified: then a quantity too small for 32 bits, off by 2^-150, moves nothing that counts.
 */
export const SLOPE_MAX: f64 = 1152921504606846976.0;

/**
 * The last term; a row or term that is not finite poisons all of them, and so does an expiry whose box is not finite.
 * `sum`: of the sizes of all slopes.
 */
export function sealSlopes(f: Floats, x: Singles, w: Ints, context: i32, row: i32, size: f64, sum: f64): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  f[terms + SLOPE_SIZE] = size * (1.0 + SINGLE_UP);
  const expiry: i32 = expirySlopesOf(w, context, row);
  let probe: f64 = (f[expiry + EXPIRY_TIME] + f[expiry + EXPIRY_DEVIATION_FALL] + f[expiry + EXPIRY_DEVIATION_RISE]) * 0.0;
  for (let i: i32 = SLOPE_VALUE_PRICE_SIZE; i < SLOPE_PRICE_ERROR; i++) probe = probe + f[terms + i] * 0.0;
  if (!(sum + probe < SLOPE_MAX)) poisonSlopes(f, x, w, context, row);
}
