import { SLOPE_BLOCK } from '../certificate-layout.ts';
import { floatsAt, wordsAt } from '../columns.ts';
import { deltaShockUsd } from '../deribit-pm.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_INVERSE, CONTEXT_GROUP_SCALARS,
  GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER, GROUP_DELTA_SHOCK_MAX,
  GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT, GROUP_SCALAR_COUNT,
  GROUP_USD_TO_SETTLEMENT,
} from '../layout.ts';
import { roundToNineDecimals } from '../money.ts';
import { single } from '../single.ts';
import { normalWidth, numbersOf, rowsOf } from './box.ts';
import {
  CALL_CURVATURE, CALL_GROWTH, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_CURVATURE,
  CERTIFY_CURVATURE_RADIUS, CERTIFY_PRICE, CERTIFY_PRICE_SIZE, CERTIFY_ROW_COUNT, CERTIFY_TIME, CERTIFY_TIME_RADIUS,
  CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, GROUP_AMOUNT, GROUP_AMOUNT_GROSS,
  GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS, GROUP_CHARGE_REST, GROUP_CHARGE_TIME, GROUP_CHARGE_VOLATILITY,
  GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_TIME, GROUP_LONG_DELTA, GROUP_OPTION_COUNT,
  GROUP_PRICE_ERROR, GROUP_REST_DELTA, GROUP_ROLL, GROUP_SHOCK_BY_INDEX, GROUP_SHOCK_BY_SIZE, GROUP_SHOCK_PRICE_DOWN,
  GROUP_SHOCK_PRICE_UP, GROUP_SHOCK_VOLATILITY_DOWN, GROUP_SHOCK_VOLATILITY_UP, GROUP_VALUE_CURVATURE,
  GROUP_VALUE_CURVATURE_RADIUS, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_SIZE, GROUP_VALUE_TIME, GROUP_VALUE_TIME_RADIUS,
  GROUP_VALUE_VOLATILITY, GROUP_VALUE_VOLATILITY_GROSS, GROUP_VALUE_VOLATILITY_RADIUS, GROUP_WORST_CELL, GROUP_YEARS,
  LINEAR_REST, LINEAR_SPREAD, MOVE_CURVATURE_FALL, MOVE_CURVATURE_RISE, MOVE_LINEAR, MOVE_PRICE_DOWN, MOVE_PRICE_UP,
  MOVE_REST, MOVE_TIME_FALL, MOVE_TIME_RISE, MOVE_VOLATILITY_DOWN, MOVE_VOLATILITY_UP, SET_DELTA_SHOCK,
  SET_GROUP_COUNT, SET_PROBE, SET_ROLL_SHOCK, SET_WORST_CASE, VALUE_CURVATURE_FALL, VALUE_CURVATURE_RISE,
  VALUE_PRICE_DOWN, VALUE_PRICE_UP, VALUE_REST, VALUE_TIME_FALL, VALUE_TIME_RISE, VALUE_VOLATILITY_DOWN,
  VALUE_VOLATILITY_UP, certifyCellsOf, rowAt,
} from './scratch.ts';
import { writeShockSlopes } from './shock-moves.ts';
import { SINGLE_UP } from './single-bounds.ts';

/** A sum of falls or rises beyond this is none that 32 bits hold with all that they are multiplied by. */
const MOVE_MAX: f64 = 1e24;

/** Roll shock and delta shock of the group, at the reference, and their slopes. */
export function chargeGroup(f: Floats, w: Ints, context: i32, numbers: i32, group: i32): void {
  const scalars: i32 = floatsAt(w, context, CONTEXT_GROUP_SCALARS) + group * GROUP_SCALAR_COUNT;
  const isInverse: boolean = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0;
  const index: f64 = f[floatsAt(w, context, CONTEXT_GROUP_INDEX_PRICE) + group];
  const threshold: f64 = f[scalars + GROUP_DELTA_SHOCK_THRESHOLD];
  const slope: f64 = f[scalars + GROUP_DELTA_SHOCK_SLOPE];
  const shockMax: f64 = f[scalars + GROUP_DELTA_SHOCK_MAX];
  const long: f64 = f[numbers + GROUP_LONG_DELTA];
  const rest: f64 = f[numbers + GROUP_REST_DELTA];
  const roll: f64 = f[numbers + GROUP_ROLL] * f[scalars + GROUP_DELTA_TO_SETTLEMENT];
  const shock: f64 = deltaShockUsd(long, rest, index, threshold, slope, shockMax);
  f[numbers + SET_ROLL_SHOCK] = f[numbers + SET_ROLL_SHOCK] + roll;
  f[numbers + SET_DELTA_SHOCK] = f[numbers + SET_DELTA_SHOCK] + shock * f[scalars + GROUP_USD_TO_SETTLEMENT];
  if (!isInverse) rollInQuote(f, numbers, index, roll);
  writeShockSlopes(f, numbers, long, rest, index, threshold, slope, shockMax, isInverse, f[numbers + CALL_GROWTH]);
  addShock(f, numbers);
  boundValues(f, numbers, isInverse ? -1.0 : 1.0);
}

/**
 * Movement of the values of options and linear positions. Of what is a multiple of the price, or of its inverse, the
 * second derivative is the first, or minus it (`side`).
 */
function boundValues(f: Floats, n: i32, side: f64): void {
  const amount: f64 = f[n + GROUP_AMOUNT];
  const price: f64 = amount + f[n + GROUP_VALUE_PRICE];
  const curvature: f64 = side * amount + f[n + GROUP_VALUE_CURVATURE];
  const volatility: f64 = f[n + GROUP_VALUE_VOLATILITY];
  const time: f64 = f[n + GROUP_VALUE_TIME];
  const years: f64 = f[n + GROUP_YEARS];
  const priceWidth: f64 = widened(price, f[n + GROUP_PRICE_ERROR]);
  const curvatureWidth: f64 = widened(curvature, f[n + GROUP_VALUE_CURVATURE_RADIUS]);
  const volatilityWidth: f64 = widened(volatility, f[n + GROUP_VALUE_VOLATILITY_RADIUS]);
  const timeWidth: f64 = widened(time, f[n + GROUP_VALUE_TIME_RADIUS]);
  f[n + VALUE_PRICE_UP] = priceWidth - price;
  f[n + VALUE_PRICE_DOWN] = priceWidth + price;
  f[n + VALUE_CURVATURE_FALL] = curvatureWidth - curvature;
  f[n + VALUE_CURVATURE_RISE] = curvatureWidth + curvature;
  f[n + VALUE_VOLATILITY_UP] = volatilityWidth - volatility;
  f[n + VALUE_VOLATILITY_DOWN] = volatilityWidth + volatility;
  f[n + VALUE_TIME_FALL] = timeWidth - time;
  f[n + VALUE_TIME_RISE] = timeWidth + time;
  f[n + VALUE_REST] = f[n + CALL_PRICE_REST] * f[n + GROUP_VALUE_PRICE_SIZE] +
    f[n + CALL_VOLATILITY_REST] * f[n + GROUP_VALUE_VOLATILITY_GROSS];
  f[n + LINEAR_REST] = f[n + CALL_PRICE_REST] * f[n + CALL_GROWTH] * f[n + GROUP_AMOUNT_GROSS];
  // They move alike until rests do.
  f[n + LINEAR_SPREAD] = curvatureSpread(f, n) * Math.abs(amount);
  f[n + GROUP_YEARS] = years < Infinity ? normalWidth(years) * (1.0 + SINGLE_UP) : 0;
  const sizes: f64 = 2.0 * (priceWidth + curvatureWidth + volatilityWidth + timeWidth);
  const others: f64 = f[n + VALUE_REST] + f[n + LINEAR_REST] + f[n + LINEAR_SPREAD] + f[n + GROUP_YEARS];
  if (!(sizes + others + (price - price) + (curvature - curvature) + (volatility - volatility) + (time - time) < MOVE_MAX)) {
    f[n + SET_PROBE] = NaN;
  }
}

/** Adds the delta shock to the slopes of the charges. It grows with the index price, and never lessens with it. */
function addShock(f: Floats, n: i32): void {
  const bySize: f64 = f[n + GROUP_SHOCK_BY_SIZE];
  const byIndex: f64 = f[n + GROUP_SHOCK_BY_INDEX];
  const up: f64 = f[n + GROUP_SHOCK_PRICE_UP] + byIndex;
  const down: f64 = f[n + GROUP_SHOCK_PRICE_DOWN];
  const more: f64 = f[n + GROUP_SHOCK_VOLATILITY_UP];
  const less: f64 = f[n + GROUP_SHOCK_VOLATILITY_DOWN];
  f[n + GROUP_CHARGE_PRICE] = f[n + GROUP_CHARGE_PRICE] + 0.5 * (up - down);
  f[n + GROUP_CHARGE_PRICE_RADIUS] = f[n + GROUP_CHARGE_PRICE_RADIUS] + 0.5 * (up + down);
  f[n + GROUP_CHARGE_VOLATILITY] = f[n + GROUP_CHARGE_VOLATILITY] + 0.5 * (more - less);
  f[n + GROUP_CHARGE_VOLATILITY_RADIUS] = f[n + GROUP_CHARGE_VOLATILITY_RADIUS] + 0.5 * (more + less);
  f[n + GROUP_CHARGE_REST] =
    f[n + GROUP_CHARGE_REST] + bySize * f[n + GROUP_DELTA_REST] + byIndex * f[n + CALL_PRICE_REST];
  f[n + GROUP_CHARGE_TIME] = f[n + GROUP_CHARGE_TIME] + bySize * f[n + GROUP_DELTA_TIME];
}

/**
 * Slopes of the roll shock in the quote currency, from those in coin: change of roll x index = change of roll x index
 * there + roll x change of the index, which moves as an instrument does.
 */
function rollInQuote(f: Floats, numbers: i32, index: f64, roll: f64): void {
  const growth: f64 = f[numbers + CALL_GROWTH];
  const curvature: f64 = f[numbers + CALL_CURVATURE];
  const price: f64 = f[numbers + GROUP_CHARGE_PRICE];
  const volatility: f64 = f[numbers + GROUP_CHARGE_VOLATILITY];
  const priceRadius: f64 = Math.abs(price) * (growth - 1.0) + f[numbers + GROUP_CHARGE_PRICE_RADIUS] * growth;
  const volatilityRadius: f64 =
    Math.abs(volatility) * (growth - 1.0) + f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] * growth;
  f[numbers + GROUP_CHARGE_PRICE] = index * price + roll;
  f[numbers + GROUP_CHARGE_PRICE_RADIUS] = index * priceRadius + roll * curvature;
  f[numbers + GROUP_CHARGE_VOLATILITY] = index * volatility;
  f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] = index * volatilityRadius;
  f[numbers + GROUP_CHARGE_REST] =
    f[numbers + GROUP_CHARGE_REST] * (index * growth) + roll * (f[numbers + CALL_PRICE_REST] * (1.0 + curvature));
  f[numbers + GROUP_CHARGE_TIME] = f[numbers + GROUP_CHARGE_TIME] * (index * growth);
}

/** So many roundings of 32 bits do to a sum of n terms less than this times n, relative to the sum of their sizes. */
const TERM_SLACK: f64 = 1.1920928955078125e-7;
/** Roundings that are not of the sum over positions. */
const OTHER_ROUNDINGS: f64 = 16.0;
/** More positions in one group than this are not certified: what was neglected would count. */
const OPTION_COUNT_MAX: f64 = 524288.0;

/**
 * What the rounding of the sums over the options of a group, and of what is added to them, can do, relative to their
 * sizes.
 */
export function sumSlack(f: Floats, numbers: i32): f64 {
  const count: f64 = f[numbers + GROUP_OPTION_COUNT];
  return count < OPTION_COUNT_MAX ? TERM_SLACK * (count + OTHER_ROUNDINGS) : NaN;
}

/**
 * Makes of the summed rows, in place, what `foldScenarios` reads: per unit of requirement, for every scenario and for
 * the one of no loss, the cell with its dampener, and how far it may fall by every kind of movement, with the dampener
 * (divided by the index if inverse: slope -dampener, curvature dampener), the charges and the rounding of all sums.
 * Linear positions have their slope and curvature in it, but neither rests nor what curvature varies by: these depend
 * on the requirement. Adds the worst case.
 */
export function shapeRows(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, group: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  let worst: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const cell: f64 = f[scratch + s] + f[grid + GRID_DAMPENER * cellCount + s];
    worst = cell < worst ? cell : worst;
    f[scratch + s] = cell;
  }
  const inverse: f64 = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0 ? 1.0 : 0.0;
  const prices: f64 = shapePrices(f, x, w, context, scratch, grid, inverse);
  const others: f64 = shapeOthers(f, x, w, context, scratch, grid, inverse);
  // The larger, no number if either is none.
  const probe: f64 = Math.max(prices, others);
  closeRows(f, x, w, context, scratch, worst, probe);
}

/** Slope and curvature along X, and what rests of X do; returns the largest sum of what was written. */
function shapePrices(
  f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, grid: i32, inverse: f64,
): f64 {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const rows: i32 = rowsOf(w, context, scratch);
  const numbers: i32 = numbersOf(w, context, scratch);
  const side: f64 = 1.0 - 2.0 * inverse;
  const amount: f64 = single(f[numbers + GROUP_AMOUNT]);
  const slack: f64 = single(sumSlack(f, numbers));
  const charge: f64 = single(f[numbers + GROUP_CHARGE_PRICE]);
  const chargeRadius: f64 = single(priceRadius(f, numbers));
  const chargeSize: f64 = single(Math.abs(charge) + chargeRadius);
  const chargeRest: f64 = single(f[numbers + GROUP_CHARGE_REST] * (1.0 + SINGLE_UP));
  const priceRest: f64 = single(f[numbers + CALL_PRICE_REST] * (1.0 + sumSlack(f, numbers)));
  const dampenerRest: f64 = single(f[numbers + CALL_PRICE_REST] * f[numbers + CALL_GROWTH]);
  const spread: f64 = single(curvatureSpread(f, numbers));
  let probe: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const at: i32 = rows + rowAt(0, s);
    const moving: f64 = single(single(f[grid + GRID_DAMPENER * cellCount + s]) * inverse);
    const linear: f64 = single(single(f[grid + GRID_CLASS * cellCount + s]) * side);
    const byAmount: f64 = single(amount * linear);
    const size: f64 = Math.abs(moving);
    const sizes: f64 = single(Math.abs(byAmount) + size);
    const gross: f64 = x[at + CERTIFY_PRICE_SIZE * SLOPE_BLOCK];
    const own: f64 = single(byAmount - moving);
    const slope: f64 = single(single(x[at + CERTIFY_PRICE * SLOPE_BLOCK] + own) - charge);
    const radius: f64 = single(chargeRadius + single(slack * single(single(gross + sizes) + chargeSize)));
    const bend: f64 = single(x[at + CERTIFY_CURVATURE * SLOPE_BLOCK] + single(own * side));
    const bendSum: f64 = x[at + CERTIFY_CURVATURE_RADIUS * SLOPE_BLOCK];
    const bendRadius: f64 = single(single(bendSum + single(spread * size)) + single(slack * single(bendSum + sizes)));
    const rest: f64 = single(single(priceRest * gross) + single(single(dampenerRest * size) + chargeRest));
    const up: f64 = single(radius - slope);
    const down: f64 = single(radius + slope);
    const fall: f64 = single(bendRadius - bend);
    const rise: f64 = single(bendRadius + bend);
    x[at + MOVE_PRICE_UP * SLOPE_BLOCK] = up;
    x[at + MOVE_REST * SLOPE_BLOCK] = rest;
    x[at + MOVE_CURVATURE_FALL * SLOPE_BLOCK] = fall;
    x[at + MOVE_CURVATURE_RISE * SLOPE_BLOCK] = rise;
    x[at + MOVE_PRICE_DOWN * SLOPE_BLOCK] = down;
    const sum: f64 = single(single(single(up + down) + single(fall + rise)) + rest);
    probe = Math.max(probe, sum);
  }
  return probe;
}

/** Slopes along Y and by time, and what rests of Y do; returns the largest sum of what was written, and of a cell. */
function shapeOthers(
  f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, grid: i32, inverse: f64,
): f64 {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const rows: i32 = rowsOf(w, context, scratch);
  const numbers: i32 = numbersOf(w, context, scratch);
  const slack: f64 = single(sumSlack(f, numbers));
  const charge: f64 = single(f[numbers + GROUP_CHARGE_VOLATILITY]);
  const chargeRadius: f64 = single(f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] * (1.0 + SINGLE_UP));
  const chargeSize: f64 = single(Math.abs(charge) + chargeRadius);
  const chargeTime: f64 = single(f[numbers + GROUP_CHARGE_TIME] * (1.0 + SINGLE_UP));
  const volatilityRest: f64 = single(f[numbers + CALL_VOLATILITY_REST] * (1.0 + sumSlack(f, numbers)));
  const side: f64 = 1.0 - 2.0 * inverse;
  let probe: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const at: i32 = rows + rowAt(0, s);
    const slopeSum: f64 = x[at + CERTIFY_VOLATILITY_RADIUS * SLOPE_BLOCK];
    const gross: f64 = single(x[at + CERTIFY_VOLATILITY_GROSS * SLOPE_BLOCK] + slopeSum);
    const slope: f64 = single(x[at + CERTIFY_VOLATILITY * SLOPE_BLOCK] - charge);
    const radius: f64 = single(single(slopeSum + chargeRadius) + single(slack * single(gross + chargeSize)));
    const byTime: f64 = x[at + CERTIFY_TIME * SLOPE_BLOCK];
    const timeSum: f64 = x[at + CERTIFY_TIME_RADIUS * SLOPE_BLOCK];
    const timeRadius: f64 = single(single(timeSum + chargeTime) + single(slack * timeSum));
    const rest: f64 = single(x[at + MOVE_REST * SLOPE_BLOCK] + single(volatilityRest * gross));
    const up: f64 = single(radius - slope);
    const down: f64 = single(radius + slope);
    const fall: f64 = single(timeRadius - byTime);
    const rise: f64 = single(timeRadius + byTime);
    x[at + MOVE_REST * SLOPE_BLOCK] = rest;
    x[at + MOVE_VOLATILITY_UP * SLOPE_BLOCK] = up;
    x[at + MOVE_VOLATILITY_DOWN * SLOPE_BLOCK] = down;
    x[at + MOVE_LINEAR * SLOPE_BLOCK] = f[grid + GRID_CLASS * cellCount + s] * side;
    x[at + MOVE_TIME_FALL * SLOPE_BLOCK] = fall;
    x[at + MOVE_TIME_RISE * SLOPE_BLOCK] = rise;
    const sum: f64 = single(single(single(up + down) + single(fall + rise)) + Math.abs(single(f[scratch + s])));
    probe = Math.max(probe, sum);
  }
  return probe;
}

/** What the second derivative of e^X, or of its inverse, varies by in the box. */
export function curvatureSpread(f: Floats, numbers: i32): f64 {
  return (f[numbers + CALL_GROWTH] - 1.0) * (1.0 + SINGLE_UP);
}

/** Radius of the slope of the charges, and what the slopes of cells at the reference are off by. */
export function priceRadius(f: Floats, numbers: i32): f64 {
  return (f[numbers + GROUP_CHARGE_PRICE_RADIUS] + f[numbers + GROUP_PRICE_ERROR]) * (1.0 + SINGLE_UP);
}

/**
 * The worst case, and the scenario of no loss after the others: its charges bind only if no scenario stands still.
 * `probe`: sum of everything that a scenario may move by.
 */
export function closeRows(
  f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, worst: f64, probe: f64,
): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const rows: i32 = rowsOf(w, context, scratch);
  const n: i32 = numbersOf(w, context, scratch);
  f[n + GROUP_WORST_CELL] = worst;
  f[n + SET_WORST_CASE] = f[n + SET_WORST_CASE] + roundToNineDecimals(-worst);
  f[n + SET_GROUP_COUNT] = f[n + SET_GROUP_COUNT] + 1.0;
  if (!(probe < MOVE_MAX)) f[n + SET_PROBE] = NaN;
  const price: f64 = f[n + GROUP_CHARGE_PRICE];
  const priceWidth: f64 = widened(price, f[n + GROUP_CHARGE_PRICE_RADIUS]);
  const volatility: f64 = f[n + GROUP_CHARGE_VOLATILITY];
  const volatilityWidth: f64 = widened(volatility, f[n + GROUP_CHARGE_VOLATILITY_RADIUS]);
  for (let s: i32 = cellCount; s < stride; s++) {
    f[scratch + s] = 0;
    const at: i32 = rows + rowAt(0, s);
    for (let row: i32 = 0; row < CERTIFY_ROW_COUNT; row++) x[at + row * SLOPE_BLOCK] = 0;
    x[at + MOVE_PRICE_UP * SLOPE_BLOCK] = priceWidth + price;
    x[at + MOVE_PRICE_DOWN * SLOPE_BLOCK] = priceWidth - price;
    x[at + MOVE_VOLATILITY_UP * SLOPE_BLOCK] = volatilityWidth + volatility;
    x[at + MOVE_VOLATILITY_DOWN * SLOPE_BLOCK] = volatilityWidth - volatility;
    x[at + MOVE_REST * SLOPE_BLOCK] = f[n + GROUP_CHARGE_REST] * (1.0 + SINGLE_UP);
    x[at + MOVE_TIME_FALL * SLOPE_BLOCK] = f[n + GROUP_CHARGE_TIME] * (1.0 + SINGLE_UP);
    x[at + MOVE_TIME_RISE * SLOPE_BLOCK] = f[n + GROUP_CHARGE_TIME] * (1.0 + SINGLE_UP);
  }
}

/** The radius with what rounding it and its middle to 32 bits changes. */
function widened(middle: f64, radius: f64): f64 {
  return (radius + SINGLE_UP * Math.abs(middle)) * (1.0 + SINGLE_UP);
}
