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
import { numbersOf, rowsOf } from './box.ts';
import {
  CALL_CURVATURE, CALL_GROWTH, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST, CERTIFY_PRICE,
  CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS, CERTIFY_ROW_COUNT, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS,
  CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT, GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS,
  GROUP_CHARGE_REST, GROUP_CHARGE_VOLATILITY, GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_DELTA_PRICE,
  GROUP_DELTA_PRICE_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_VOLATILITY, GROUP_DELTA_VOLATILITY_RADIUS, GROUP_LONG_DELTA,
  GROUP_OPTION_COUNT, GROUP_REST_DELTA, GROUP_REST_DELTA_PRICE, GROUP_REST_DELTA_VOLATILITY, GROUP_ROLL,
  GROUP_SHOCK_BY_INDEX, GROUP_SHOCK_BY_SIZE, GROUP_TIME, GROUP_WORST_CELL, SET_DELTA_SHOCK, SET_GROUP_COUNT,
  SET_ROLL_SHOCK, SET_WORST_CASE,
} from './scratch.ts';
import { writeShockSlopes } from './shock-moves.ts';
import { SINGLE_UP } from './single-bounds.ts';

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
  const growth: f64 = f[numbers + CALL_GROWTH];
  const roll: f64 = f[numbers + GROUP_ROLL] * f[scalars + GROUP_DELTA_TO_SETTLEMENT];
  const shock: f64 = deltaShockUsd(long, rest, index, threshold, slope, shockMax);
  f[numbers + SET_ROLL_SHOCK] = f[numbers + SET_ROLL_SHOCK] + roll;
  f[numbers + SET_DELTA_SHOCK] = f[numbers + SET_DELTA_SHOCK] + shock * f[scalars + GROUP_USD_TO_SETTLEMENT];
  if (!isInverse) rollInQuote(f, numbers, index, roll);
  const byPrice: f64 = steeper(f[numbers + GROUP_REST_DELTA_PRICE], f[numbers + GROUP_DELTA_PRICE]) +
    f[numbers + GROUP_DELTA_PRICE_RADIUS];
  const byVolatility: f64 = steeper(f[numbers + GROUP_REST_DELTA_VOLATILITY], f[numbers + GROUP_DELTA_VOLATILITY]) +
    f[numbers + GROUP_DELTA_VOLATILITY_RADIUS];
  const byRest: f64 = f[numbers + GROUP_DELTA_REST];
  const move: f64 = f[numbers + CALL_PRICE] * byPrice + f[numbers + CALL_VOLATILITY] * byVolatility + byRest;
  writeShockSlopes(f, numbers, long, rest, index, threshold, slope, shockMax, isInverse, move, growth);
  const bySize: f64 = f[numbers + GROUP_SHOCK_BY_SIZE];
  const byIndex: f64 = f[numbers + GROUP_SHOCK_BY_INDEX];
  f[numbers + GROUP_CHARGE_PRICE_RADIUS] = f[numbers + GROUP_CHARGE_PRICE_RADIUS] + bySize * byPrice + byIndex;
  f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] = f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] + bySize * byVolatility;
  f[numbers + GROUP_CHARGE_REST] =
    f[numbers + GROUP_CHARGE_REST] + bySize * byRest + byIndex * f[numbers + CALL_PRICE_REST];
}

function steeper(a: f64, b: f64): f64 {
  return Math.abs(a) < Math.abs(b) ? Math.abs(b) : Math.abs(a);
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
}

/** So many roundings of 32 bits do to a sum of n terms less than this times n, relative to the sum of their sizes. */
const TERM_SLACK: f64 = 1.1920928955078125e-7;
/** Roundings that are not of the sum over positions. */
const OTHER_ROUNDINGS: f64 = 16.0;
/** More positions in one group than this are not certified: what was neglected would count. */
const OPTION_COUNT_MAX: f64 = 524288.0;

/** What the rounding of the sums over the options of a group, and of what is added to them, can do, relative to their sizes. */
export function sumSlack(f: Floats, numbers: i32): f64 {
  const count: f64 = f[numbers + GROUP_OPTION_COUNT];
  return count < OPTION_COUNT_MAX ? TERM_SLACK * (count + OTHER_ROUNDINGS) : NaN;
}

/**
 * Makes of the summed rows, in place, what `foldScenarios` reads: per unit of requirement, for every scenario and for
 * the one of no loss, the cell with its dampener; its slope along the group's X, with the dampener (divided by the
 * index if inverse: slope -dampener) and the roll shock; radii with the rounding of all sums; all that own movements
 * and time do to it. Adds the worst case.
 */
export function shapeRows(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, group: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const rows: i32 = rowsOf(w, context, scratch);
  const numbers: i32 = numbersOf(w, context, scratch);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  const inverse: f64 = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0 ? 1.0 : 0.0;
  const side: f64 = 1.0 - 2.0 * inverse;
  const amount: f64 = single(f[numbers + GROUP_AMOUNT] * side);
  const charge: f64 = single(f[numbers + GROUP_CHARGE_PRICE]);
  const chargeRadius: f64 = single(f[numbers + GROUP_CHARGE_PRICE_RADIUS] * (1.0 + SINGLE_UP));
  const chargeVega: f64 = single(f[numbers + GROUP_CHARGE_VOLATILITY]);
  const chargeVegaRadius: f64 = single(f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS] * (1.0 + SINGLE_UP));
  const chargeVegaSize: f64 = single(Math.abs(chargeVega) + chargeVegaRadius);
  const slack: f64 = single(sumSlack(f, numbers));
  const priceRest: f64 = single(f[numbers + CALL_PRICE_REST]);
  const volatilityRest: f64 = single(f[numbers + CALL_VOLATILITY_REST]);
  const curvature: f64 = single(f[numbers + CALL_CURVATURE]);
  const dampenerRest: f64 = single(f[numbers + CALL_PRICE_REST] * (1.0 + f[numbers + CALL_CURVATURE]));
  const rest: f64 = single((f[numbers + GROUP_TIME] + f[numbers + GROUP_CHARGE_REST]) * (1.0 + SINGLE_UP));
  let worst: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const dampener: f64 = f[grid + GRID_DAMPENER * cellCount + s];
    const cell: f64 = f[scratch + s] + dampener;
    worst = cell < worst ? cell : worst;
    f[scratch + s] = cell;
    const at: i32 = rows + s;
    const moving: f64 = single(dampener * inverse);
    const shock: f64 = single(f[grid + GRID_CLASS * cellCount + s]);
    const byAmount: f64 = single(amount * shock);
    const radius: f64 = x[at + CERTIFY_PRICE_RADIUS * stride];
    const gross: f64 = single(x[at + CERTIFY_PRICE_GROSS * stride] + radius);
    const vegaRadius: f64 = x[at + CERTIFY_VOLATILITY_RADIUS * stride];
    const vegaGross: f64 = single(x[at + CERTIFY_VOLATILITY_GROSS * stride] + vegaRadius);
    const size: f64 = Math.abs(moving);
    const more: f64 = single(single(curvature * size) + chargeRadius);
    const sizes: f64 = single(single(gross + Math.abs(byAmount)) + single(single(size + Math.abs(charge)) + more));
    const vegaSizes: f64 = single(vegaGross + chargeVegaSize);
    const own: f64 = single(single(priceRest * gross) + single(volatilityRest * vegaGross));
    const others: f64 = single(single(dampenerRest * size) + rest);
    x[at + CERTIFY_PRICE * stride] = single(single(single(x[at + CERTIFY_PRICE * stride] + byAmount) - moving) - charge);
    x[at + CERTIFY_PRICE_RADIUS * stride] = single(single(radius + more) + single(slack * sizes));
    x[at + CERTIFY_PRICE_GROSS * stride] = single(single(own + single(slack * own)) + others);
    x[at + CERTIFY_VOLATILITY * stride] = single(x[at + CERTIFY_VOLATILITY * stride] - chargeVega);
    x[at + CERTIFY_VOLATILITY_RADIUS * stride] =
      single(single(vegaRadius + chargeVegaRadius) + single(slack * vegaSizes));
    x[at + CERTIFY_VOLATILITY_GROSS * stride] = single(shock * side);
  }
  closeRows(f, x, w, context, scratch, worst);
}

/** The worst case, and the scenario of no loss after the others: its charges bind only if no scenario stands still. */
export function closeRows(f: Floats, x: Singles, w: Ints, context: i32, scratch: i32, worst: f64): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const rows: i32 = rowsOf(w, context, scratch);
  const numbers: i32 = numbersOf(w, context, scratch);
  f[numbers + GROUP_WORST_CELL] = worst;
  f[numbers + SET_WORST_CASE] = f[numbers + SET_WORST_CASE] + roundToNineDecimals(-worst);
  f[numbers + SET_GROUP_COUNT] = f[numbers + SET_GROUP_COUNT] + 1.0;
  for (let s: i32 = cellCount; s < stride; s++) {
    f[scratch + s] = 0;
    for (let row: i32 = 0; row < CERTIFY_ROW_COUNT; row++) x[rows + row * stride + s] = 0;
    x[rows + CERTIFY_PRICE * stride + s] = -f[numbers + GROUP_CHARGE_PRICE];
    x[rows + CERTIFY_PRICE_RADIUS * stride + s] =
      widened(f[numbers + GROUP_CHARGE_PRICE], f[numbers + GROUP_CHARGE_PRICE_RADIUS]);
    x[rows + CERTIFY_VOLATILITY * stride + s] = -f[numbers + GROUP_CHARGE_VOLATILITY];
    x[rows + CERTIFY_VOLATILITY_RADIUS * stride + s] =
      widened(f[numbers + GROUP_CHARGE_VOLATILITY], f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS]);
    x[rows + CERTIFY_PRICE_GROSS * stride + s] = f[numbers + GROUP_CHARGE_REST] * (1.0 + SINGLE_UP);
  }
}

/** The radius with what rounding it and its middle to 32 bits changes. */
function widened(middle: f64, radius: f64): f64 {
  return (radius + SINGLE_UP * Math.abs(middle)) * (1.0 + SINGLE_UP);
}
