import {
  SLOPE_PRICE_MIDDLE, SLOPE_PRICE_RADIUS, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_TIME, SLOPE_VALUE_PRICE_MIDDLE,
  SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS, SLOPE_VOLATILITY_MIDDLE,
  SLOPE_VOLATILITY_RADIUS,
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
import { SLOPE_PAD, writeSlopeBounds } from './slope-bounds.ts';
import {
  deviationAtLeast, deviationTimeOf, fillSlopeTerms, inCoinOf, poisonSlopes, priceBoxOf, slopeRowsOf, slopeTermsOf,
  volatilityBoxOf,
} from './slope-terms.ts';

/** Slopes of one instrument: what assembly/certify/slope-rows.ts does two cells at a time. */
export function fillSlopeRow(f: Floats, w: Ints, context: i32, row: i32): void {
  if (w[context + CONTEXT_CERTIFICATE] === 0) return;
  if (!fillSlopeTerms(f, w, context, row)) return;
  const group: i32 = groupOfRow(w, context, row);
  const expiry: i32 = expiryOfRow(w, context, row);
  const volatility: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY) + row];
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const floor: f64 = f[floatsAt(w, context, CONTEXT_GROUP_VOLATILITY_FLOOR) + group];
  const shockedUp: f64 = volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_UP_FACTOR) + expiry];
  const shockedDown: f64 = volatility * f[floatsAt(w, context, CONTEXT_EXPIRY_DOWN_FACTOR) + expiry];
  const widening: f64 = exp(volatilityBoxOf(f, w, context));
  fillOptionSlopes(
    f, w, context, row, volatility * rootTime, (shockedUp < floor ? floor : shockedUp) * rootTime,
    shockedDown * rootTime, widening, floorSlopeLow(shockedUp, floor, widening),
    floorSlopeHigh(shockedUp, floor, widening),
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

/** Cells: twin of `fillOptionSlopes2`. */
function fillOptionSlopes(
  f: Floats, w: Ints, context: i32, row: i32, deviation: f64, deviationUp: f64, deviationDown: f64, widening: f64,
  floorLow: f64, floorHigh: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const rows: i32 = slopeRowsOf(w, context, row);
  const terms: i32 = slopeTermsOf(w, context, row);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + groupOfRow(w, context, row) * GRID_COLUMN_COUNT * cellCount;
  const forward: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD) + row];
  const strike: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_STRIKE) + row];
  const inCoin = inCoinOf(w, context, row);
  const sign: f64 = shapeOfRow(w, context, row) === SHAPE_CALL ? 1.0 : -1.0;
  const z: f64 = inCoin ? logRatio(strike, forward) : logRatio(forward, strike);
  const turn: f64 = inCoin ? -1.0 : 1.0;
  const gross: f64 = inCoin ? strike / forward : forward;
  const multipliers: i32 = grid + (inCoin ? GRID_INVERSE_MULTIPLIER : GRID_MULTIPLIER) * cellCount;
  const box: f64 = priceBoxOf(f, w, context);
  const rise: f64 = exp(box);
  const scale: f64 = inCoin ? 1.0 : strike;
  for (let s: i32 = 0; s < cellCount; s++) {
    const isUp = w[2 * (grid + GRID_UP_MASK * cellCount + s)] !== 0;
    const isDown = w[2 * (grid + GRID_DOWN_MASK * cellCount + s)] !== 0;
    const shocked: f64 = isUp ? deviationUp : isDown ? deviationDown : deviation;
    const moved: f64 = z + turn * f[grid + GRID_LOG_MULTIPLIER * cellCount + s];
    const price: f64 = gross * f[multipliers + s];
    writeSlopeBounds(
      f, rows + s, cellCount, moved - box, moved + box, price / rise, price * rise, scale,
      deviationAtLeast(shocked / widening), deviationAtLeast(shocked * widening), rise * rise, turn * sign,
    );
  }
  finishSlopes(f, w, context, row, rows, terms, grid, multipliers, gross, rise, scale, sign, floorLow, floorHigh);
}

/** From bounds of the price of each scenario to middle and radius of each cell, size (price - value) weight. */
function finishSlopes(
  f: Floats, w: Ints, context: i32, row: i32, rows: i32, terms: i32, grid: i32, multipliers: i32, gross: f64, rise: f64,
  scale: f64, sign: f64, floorLow: f64, floorHigh: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const size: f64 = f[floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE) + row];
  const absolute: f64 = Math.abs(size);
  const signedSize: f64 = size * sign;
  const priceNow: f64 = f[terms + SLOPE_SIZE];
  const excess: f64 = timeExcess(deviationTimeOf(f, w, context, row), 1.0);
  const excessUp: f64 = timeExcess(deviationTimeOf(f, w, context, row), floorLow);
  let largest: f64 = priceNow;
  let time: f64 = 0.0;
  let probe: f64 = 0.0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const isUp = w[2 * (grid + GRID_UP_MASK * cellCount + s)] !== 0;
    const isDown = w[2 * (grid + GRID_DOWN_MASK * cellCount + s)] !== 0;
    const weight: f64 = f[grid + GRID_WEIGHT * cellCount + s];
    const weightSize: f64 = Math.abs(weight);
    const grossHigh: f64 = gross * f[multipliers + s] * rise;
    const at: i32 = rows + s;
    const lowerA: f64 = f[at];
    const upperA: f64 = f[at + cellCount];
    const lowerB: f64 = f[at + 2 * cellCount];
    const upperB: f64 = f[at + 3 * cellCount];
    const floorB: f64 = isUp ? lowerB * floorLow : lowerB;
    const ceilingB: f64 = isUp ? upperB * floorHigh : upperB;
    const priceMiddle: f64 =
      weight * (signedSize * (0.5 * (lowerA + upperA)) - f[terms + SLOPE_VALUE_PRICE_MIDDLE]);
    const priceRadius: f64 = weightSize
      * (absolute * (0.5 * (upperA - lowerA) + SLOPE_PAD * grossHigh) + f[terms + SLOPE_VALUE_PRICE_RADIUS]);
    const volatilityMiddle: f64 =
      weight * (size * (0.5 * (floorB + ceilingB)) - f[terms + SLOPE_VALUE_VOLATILITY_MIDDLE]);
    const volatilityRadius: f64 = weightSize
      * (absolute * (0.5 * (ceilingB - floorB) + SLOPE_PAD * upperB) + f[terms + SLOPE_VALUE_VOLATILITY_RADIUS]);
    f[rows + SLOPE_PRICE_MIDDLE * cellCount + s] = priceMiddle;
    f[rows + SLOPE_PRICE_RADIUS * cellCount + s] = priceRadius;
    f[rows + SLOPE_VOLATILITY_MIDDLE * cellCount + s] = volatilityMiddle;
    f[rows + SLOPE_VOLATILITY_RADIUS * cellCount + s] = volatilityRadius;
    const price: f64 = scale < grossHigh ? grossHigh : scale;
    const cellSize: f64 = weightSize * (price + priceNow);
    const cellTime: f64 = weightSize * upperB * (isUp ? excessUp : isDown ? excess : 0.0);
    largest = largest < cellSize ? cellSize : largest;
    time = time < cellTime ? cellTime : time;
    probe = probe + (priceMiddle + priceRadius + (volatilityMiddle + volatilityRadius)) * 0.0;
  }
  sealSlopes(f, w, context, row, absolute * largest, absolute * time * 1.000000000001, probe + excess * 0.0);
}

/** The last two terms; a row or term that is not finite (`probe` is not 0) poisons all of them. */
export function sealSlopes(f: Floats, w: Ints, context: i32, row: i32, size: f64, time: f64, probe: f64): void {
  const terms: i32 = slopeTermsOf(w, context, row);
  f[terms + SLOPE_SIZE] = size;
  f[terms + SLOPE_TIME] = time;
  let sum: f64 = probe;
  for (let i: i32 = 0; i < SLOPE_TERM_COUNT; i++) sum = sum + f[terms + i] * 0.0;
  if (sum !== 0.0) poisonSlopes(f, w, context, row);
}
