import { floatsAt, wordsAt } from '../columns.ts';
import { deltaShockUsd } from '../deribit-pm.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_INVERSE, CONTEXT_GROUP_SCALARS,
  GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER, GROUP_DELTA_SHOCK_MAX,
  GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT, GROUP_SCALAR_COUNT,
  GROUP_USD_TO_SETTLEMENT,
} from '../layout.ts';
import { roundToNineDecimals } from '../money.ts';
import { numbersOf } from './box.ts';
import {
  CALL_CURVATURE, CALL_GROWTH, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST, CERTIFY_CELL,
  CERTIFY_PRICE, CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS, CERTIFY_VOLATILITY, CERTIFY_VOLATILITY_GROSS,
  CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT, GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS,
  GROUP_CHARGE_REST, GROUP_CHARGE_VOLATILITY, GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_DELTA_PRICE,
  GROUP_DELTA_PRICE_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_VOLATILITY, GROUP_DELTA_VOLATILITY_RADIUS, GROUP_LONG_DELTA,
  GROUP_REST_DELTA, GROUP_REST_DELTA_PRICE, GROUP_REST_DELTA_VOLATILITY, GROUP_ROLL, GROUP_SHOCK_BY_INDEX,
  GROUP_SHOCK_BY_SIZE, GROUP_TIME, GROUP_WORST_CELL, SET_DELTA_SHOCK, SET_GROUP_COUNT, SET_ROLL_SHOCK, SET_WORST_CASE,
} from './scratch.ts';
import { writeShockSlopes } from './shock-moves.ts';

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

/**
 * Makes of the summed rows, in place, what `foldScenarios` reads: per unit of requirement, for every scenario and for
 * the one of no loss, the cell with its dampener; its slope along the group's X, with the dampener (divided by the
 * index if inverse: slope -dampener) and the charges; all that rests and time do to it. Adds the worst case.
 */
export function shapeRows(f: Floats, w: Ints, context: i32, scratch: i32, group: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const numbers: i32 = numbersOf(w, context, scratch);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  const inverse: f64 = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0 ? 1.0 : 0.0;
  const side: f64 = 1.0 - 2.0 * inverse;
  const amount: f64 = f[numbers + GROUP_AMOUNT];
  const charge: f64 = f[numbers + GROUP_CHARGE_PRICE];
  const chargeRadius: f64 = f[numbers + GROUP_CHARGE_PRICE_RADIUS];
  const chargeVega: f64 = f[numbers + GROUP_CHARGE_VOLATILITY];
  const chargeVegaRadius: f64 = f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS];
  const priceRest: f64 = f[numbers + CALL_PRICE_REST];
  const volatilityRest: f64 = f[numbers + CALL_VOLATILITY_REST];
  const curvature: f64 = f[numbers + CALL_CURVATURE];
  const rest: f64 = f[numbers + GROUP_TIME] + f[numbers + GROUP_CHARGE_REST];
  let worst: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const at: i32 = scratch + s;
    const dampener: f64 = f[grid + GRID_DAMPENER * cellCount + s];
    const moving: f64 = dampener * inverse;
    const slope: f64 = side * f[grid + GRID_CLASS * cellCount + s];
    const cell: f64 = f[at + CERTIFY_CELL * stride] + dampener;
    const priceGross: f64 = f[at + CERTIFY_PRICE_GROSS * stride] + f[at + CERTIFY_PRICE_RADIUS * stride];
    const volatilityGross: f64 = f[at + CERTIFY_VOLATILITY_GROSS * stride] + f[at + CERTIFY_VOLATILITY_RADIUS * stride];
    worst = cell < worst ? cell : worst;
    f[at + CERTIFY_CELL * stride] = cell;
    f[at + CERTIFY_PRICE * stride] = f[at + CERTIFY_PRICE * stride] + amount * slope - moving - charge;
    const own: f64 = priceRest * priceGross + volatilityRest * volatilityGross;
    const size: f64 = Math.abs(moving);
    f[at + CERTIFY_PRICE_GROSS * stride] = own + priceRest * (1.0 + curvature) * size + rest;
    f[at + CERTIFY_PRICE_RADIUS * stride] = f[at + CERTIFY_PRICE_RADIUS * stride] + curvature * size + chargeRadius;
    f[at + CERTIFY_VOLATILITY * stride] = f[at + CERTIFY_VOLATILITY * stride] - chargeVega;
    f[at + CERTIFY_VOLATILITY_RADIUS * stride] = f[at + CERTIFY_VOLATILITY_RADIUS * stride] + chargeVegaRadius;
    f[at + CERTIFY_VOLATILITY_GROSS * stride] = slope;
  }
  closeRows(f, w, context, scratch, worst);
}

/** The worst case, and the scenario of no loss after the others: its charges bind only if no scenario stands still. */
export function closeRows(f: Floats, w: Ints, context: i32, scratch: i32, worst: f64): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const numbers: i32 = numbersOf(w, context, scratch);
  f[numbers + GROUP_WORST_CELL] = worst;
  f[numbers + SET_WORST_CASE] = f[numbers + SET_WORST_CASE] + roundToNineDecimals(-worst);
  f[numbers + SET_GROUP_COUNT] = f[numbers + SET_GROUP_COUNT] + 1.0;
  for (let s: i32 = cellCount; s < stride; s++) {
    for (let row: i32 = CERTIFY_CELL; row <= CERTIFY_VOLATILITY_GROSS; row++) f[scratch + row * stride + s] = 0;
    f[scratch + CERTIFY_PRICE * stride + s] = -f[numbers + GROUP_CHARGE_PRICE];
    f[scratch + CERTIFY_PRICE_RADIUS * stride + s] = f[numbers + GROUP_CHARGE_PRICE_RADIUS];
    f[scratch + CERTIFY_PRICE_GROSS * stride + s] = f[numbers + GROUP_CHARGE_REST];
    f[scratch + CERTIFY_VOLATILITY * stride + s] = -f[numbers + GROUP_CHARGE_VOLATILITY];
    f[scratch + CERTIFY_VOLATILITY_RADIUS * stride + s] = f[numbers + GROUP_CHARGE_VOLATILITY_RADIUS];
  }
}
