import {
  SLOPE_BLOCK, SLOPE_ROW_COUNT, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_TIME, SLOPE_VALUE_PRICE_MIDDLE,
  SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, slopeAt, slopeFloatsOf,
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
import { singleAbove, singleBelow, SINGLE_UP, writeCellBounds } from './single-bounds.ts';
import {
  cellOfPlace, deviationTimeOf, fillSlopeTerms, inCoinOf, poisonSlopes, priceBoxOf, slopeRowsOf, slopeTermsOf,
  volatilityBoxOf,
} from './slope-terms.ts';

/** Slopes of one instrument: what assembly/certify/slope-rows.ts does four cells at a time. */
export function fillSlopeRow(f: Floats, x: Singles, w: Ints, context: i32, row: i32): void {
  if (w[context + CONTEXT_CERTIFICATE] === 0) return;
  if (!fillSlopeTerms(f, x, w, context, row)) return;
  const group: i32 = groupOfRow(w, context, row);
  const expiry: i32 = expiryOfRow(w, context, row);
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const floor: f64 = f[floatsAt(w, context, CONTEXT_GROUP_VOLATILITY_FLOOR) + group];
  const shockedUp: f64 = volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_UP_FACTOR) + expiry];
  const shockedDown: f64 = volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_DOWN_FACTOR) + expiry];
  const widening: f64 = exp(volatilityBoxOf(f, w, context));
  fillBounds(
    f, x, w, context, row, volatility * rootTime, (shockedUp < floor ? floor : shockedUp) * rootTime,
    shockedDown * rootTime, widening,
  );
  const excessUp: f64 = timeExcess(deviationTimeOf(f, w, context, row), floorSlopeLow(shockedUp, floor, widening));
  finishSlopes(
    f, x, w, context, row, floorSlopeLow(shockedUp, floor, widening), floorSlopeHigh(shockedUp, floor, widening),
    timeExcess(deviationTimeOf(f, w, context, row), 1.0), excessUp,
  );
}

/** Least d ln(shocked volatility) / d ln(volatility) of an up scenario in the box: 0 once the floor may bind. */
export function floorSlopeLow(shockedUp: f64, floor: f64, widening: f64): f64 {
  return shockedUp > floor * widening ? 1.0 : 0.0;
}

/** Greatest: 0 only where the floor binds in all of the box. */
export function floorSlopeHigh(shockedUp: f64, floor: f64, widening: f64): f64 {
  return shockedUp * widening < floor ? 0.0 : 1.0;
}

/**
 * What the passing of time moves the deviation of a shocked scenario by, beyond the half that it moves all deviations
 * by, as a share of the movement of volatility that the passing of time counts as. Where the floor may bind, the half
 * is not in the slopes by volatility either.
 */
export function timeExcess(deviationTime: f64, floorSlopeLow: f64): f64 {
  if (!(deviationTime >= 0.5)) return NaN;
  if (deviationTime === Infinity) return 1.0;
  const excess: f64 = deviationTime - 0.5;
  return (floorSlopeLow < 1.0 && excess < 0.5 ? 0.5 : excess) / deviationTime;
}

/** Bounds of the price of each scenario: twin of `fillBounds` in assembly/certify/slope-rows.ts. */
function fillBounds(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, deviation: f64, deviationUp: f64, deviationDown: f64,
  widening: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const rows: i32 = slopeRowsOf(w, context, row);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const turn: f64 = inCoin ? -1.0 : 1.0;
  const z: f64 = moneynessOf(f, w, context, row, inCoin);
  const gross: f64 = grossOf(f, w, context, row, inCoin);
  const multipliers: i32 = grid + (inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellCount;
  const box: f64 = priceBoxOf(f, w, context);
  const rise: f64 = exp(box);
  const places: i32 = slopeFloatsOf(cellCount) / SLOPE_ROW_COUNT;
  for (let place: i32 = 0; place < places; place++) {
    const s: i32 = cellOfPlace(place, cellCount);
    const isUp = w[2 * (grid + GRID_UP_MASK * cellCount + s)] !== 0;
    const isDown = w[2 * (grid + GRID_DOWN_MASK * cellCount + s)] !== 0;
    const shocked: f64 = isUp ? deviationUp : isDown ? deviationDown : deviation;
    writeCellBounds(
      x, rows + slopeAt(0, place), single(z + turn * f[grid + GRID_LOG_MULTIPLIER * cellCount + s]),
      single(gross * f[multipliers + s]), singleBelow(shocked / widening), singleAbove(shocked * widening),
      single(box * (1.0 + SINGLE_UP)), single(rise), single(1.0 / rise), turn * sign,
    );
  }
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
 * From bounds of the price of each scenario to middle and radius of each cell, size (price - value) weight: twin of
 * `finishSlopes4`.
 */
function finishSlopes(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, floorLow: f64, floorHigh: f64, excess: f64, excessUp: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const inCoin = inCoinOf(w, context, row);
  const multipliers: i32 = grid + (inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellCount;
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const unit: f64 =
    f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row] *
    (inCoin ? 1.0 : f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row]);
  const scale: f64 = single(unit);
  const terms: i32 = slopeTermsOf(w, context, row);
  const rows: i32 = slopeRowsOf(w, context, row);
  const gross: f64 = grossOf(f, w, context, row, inCoin);
  const rise: f64 = single(exp(priceBoxOf(f, w, context)));
  const now: f64 = single(f[terms + SLOPE_SIZE] / (inCoin ? 1.0 : f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row]));
  const places: i32 = slopeFloatsOf(cellCount) / SLOPE_ROW_COUNT;
  let sums: f64 = 0.0;
  let largest: f64 = now;
  let time: f64 = 0.0;
  for (let lane: i32 = 0; lane < SLOPE_BLOCK; lane++) {
    let sum: f64 = 0.0;
    for (let place: i32 = lane; place < places; place += SLOPE_BLOCK) {
      const s: i32 = cellOfPlace(place, cellCount);
      const isUp = w[2 * (grid + GRID_UP_MASK * cellCount + s)] !== 0;
      const isDown = w[2 * (grid + GRID_DOWN_MASK * cellCount + s)] !== 0;
      const weight: f64 = single(f[grid + GRID_WEIGHT * cellCount + s]);
      const at: i32 = rows + slopeAt(0, place);
      const share: f64 = single(isUp ? excessUp : isDown ? excess : 0.0);
      const cellTime: f64 = single(single(Math.abs(weight) * x[at + 3 * SLOPE_BLOCK]) * share);
      const grossHigh: f64 = single(single(gross * f[multipliers + s]) * rise);
      const price: f64 = single((1.0 < grossHigh ? grossHigh : 1.0) + now);
      const cellSize: f64 = single(Math.abs(weight) * price);
      largest = largest < cellSize ? cellSize : largest;
      time = time < cellTime ? cellTime : time;
      sum = single(
        sum + finishCell(f, x, terms, at, weight, scale * sign, scale, now, isUp ? floorLow : 1.0, isUp ? floorHigh : 1.0),
      );
    }
    sums = sums + sum;
  }
  sealSlopes(f, x, w, context, row, Math.abs(unit) * largest, Math.abs(unit) * time, sums + excess * 0.0);
}

/** Middles and radii of a cell from the bounds in their place; returns the sum of their sizes. */
function finishCell(
  f: Floats, x: Singles, terms: i32, at: i32, weight: f64, priceScale: f64, scale: f64, now: f64, floorLow: f64,
  floorHigh: f64,
): f64 {
  const lowerA: f64 = x[at];
  const upperA: f64 = x[at + SLOPE_BLOCK];
  const lowerB: f64 = single(x[at + 2 * SLOPE_BLOCK] * floorLow);
  const upperB: f64 = single(x[at + 3 * SLOPE_BLOCK] * floorHigh);
  const valuePrice: f64 = single(f[terms + SLOPE_VALUE_PRICE_MIDDLE]);
  const valuePriceRadius: f64 = single(f[terms + SLOPE_VALUE_PRICE_RADIUS]);
  const valueVolatility: f64 = single(f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE]);
  const valueVolatilityRadius: f64 = single(f[terms + SLOPE_VALUE_VOLATILITY_RADIUS]);
  const size: f64 = Math.abs(scale);
  const outward: f64 = single(Math.abs(weight) * single(1.0 + SINGLE_UP));
  const pricePart: f64 = single(single(single(lowerA + upperA) * 0.5) * priceScale);
  const priceMiddle: f64 = single(weight * single(pricePart - valuePrice));
  const priceWidth: f64 = single(single(single(upperA - lowerA) * 0.5) + single(now * single(SINGLE_UP)));
  const priceRadius: f64 = single(outward * single(single(priceWidth * size) + valuePriceRadius));
  const volatilityPart: f64 = single(single(single(lowerB + upperB) * 0.5) * scale);
  const volatilityMiddle: f64 = single(weight * single(volatilityPart - valueVolatility));
  const volatilityWidth: f64 = single(single(single(upperB - lowerB) * 0.5) * size);
  const valueWidth: f64 =
    single(valueVolatilityRadius + single(single(Math.abs(valueVolatility) + valueVolatilityRadius) * single(SINGLE_UP)));
  const volatilityRadius: f64 = single(outward * single(volatilityWidth + valueWidth));
  x[at] = priceMiddle;
  x[at + SLOPE_BLOCK] = priceRadius;
  x[at + 2 * SLOPE_BLOCK] = volatilityMiddle;
  x[at + 3 * SLOPE_BLOCK] = volatilityRadius;
  return single(
    single(Math.abs(priceMiddle) + priceRadius) + single(Math.abs(volatilityMiddle) + volatilityRadius),
  );
}

/**
 * A slope beyond this is not certified: then a quantity too small for 32 bits, off by 2^-150, moves nothing that counts.
 */
const SLOPE_MAX: f64 = 1152921504606846976.0;

/** The last two terms; a row or term that is not finite poisons all of them. `sum`: of the sizes of all slopes. */
export function sealSlopes(
  f: Floats, x: Singles, w: Ints, context: i32, row: i32, size: f64, time: f64, sum: f64,
): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  f[terms + SLOPE_SIZE] = size * (1.0 + SINGLE_UP);
  f[terms + SLOPE_TIME] = time * (1.0 + SINGLE_UP);
  let probe: f64 = 0.0;
  for (let i: i32 = 0; i < SLOPE_TERM_COUNT; i++) probe = probe + f[terms + i] * 0.0;
  if (!(sum + probe < SLOPE_MAX)) poisonSlopes(f, x, w, context, row);
}
