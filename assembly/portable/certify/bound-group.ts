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
  CALL_GROWTH, CALL_LINEAR_REST, CALL_PRICE_REACH, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_PRICE,
  CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS, CERTIFY_ROW_COUNT, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS,
  certifyCellsOf, GROUP_AMOUNT, GROUP_CHARGE_REST, GROUP_DELTA_MOVE, GROUP_LONG_DELTA, GROUP_OPTION_COUNT,
  GROUP_REST_DELTA, GROUP_ROLL, GROUP_ROLL_PRICE, GROUP_ROLL_REST, GROUP_TIME, GROUP_WORST_CELL, SET_DELTA_SHOCK,
  SET_GROUP_COUNT, SET_ROLL_SHOCK, SET_WORST_CASE,
} from './scratch.ts';
import { deltaShockMove } from './shock-moves.ts';
import { SINGLE_UP } from './single-bounds.ts';

/** Roll shock and delta shock of the group, at the reference, and what moves them besides the slope along X. */
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
  const shockMove: f64 = deltaShockMove(
    long, rest, index, threshold, slope, shockMax, isInverse, f[numbers + GROUP_DELTA_MOVE],
    f[numbers + CALL_PRICE_REACH], growth,
  );
  if (isInverse) {
    f[numbers + GROUP_CHARGE_REST] = f[numbers + GROUP_ROLL_REST] + shockMove;
  } else {
    // Roll in coin times the index, which moves as an instrument does.
    f[numbers + GROUP_ROLL_PRICE] = roll;
    f[numbers + GROUP_CHARGE_REST] =
      f[numbers + GROUP_ROLL_REST] * (index * growth) + roll * f[numbers + CALL_LINEAR_REST] + shockMove;
  }
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
  const roll: f64 = single(f[numbers + GROUP_ROLL_PRICE]);
  const slack: f64 = single(sumSlack(f, numbers));
  const priceRest: f64 = single(f[numbers + CALL_PRICE_REST]);
  const volatilityRest: f64 = single(f[numbers + CALL_VOLATILITY_REST]);
  const linearRest: f64 = single(f[numbers + CALL_LINEAR_REST]);
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
    const sizes: f64 = single(single(gross + Math.abs(byAmount)) + single(Math.abs(moving) + Math.abs(roll)));
    const own: f64 = single(single(priceRest * gross) + single(volatilityRest * vegaGross));
    const others: f64 = single(single(linearRest * Math.abs(moving)) + rest);
    x[at + CERTIFY_PRICE * stride] = single(single(single(x[at + CERTIFY_PRICE * stride] + byAmount) - moving) - roll);
    x[at + CERTIFY_PRICE_RADIUS * stride] = single(radius + single(slack * sizes));
    x[at + CERTIFY_PRICE_GROSS * stride] = single(single(own + single(slack * own)) + others);
    x[at + CERTIFY_VOLATILITY_RADIUS * stride] = single(vegaRadius + single(slack * vegaGross));
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
    x[rows + CERTIFY_PRICE * stride + s] = -f[numbers + GROUP_ROLL_PRICE];
    x[rows + CERTIFY_PRICE_RADIUS * stride + s] = SINGLE_UP * Math.abs(f[numbers + GROUP_ROLL_PRICE]);
    x[rows + CERTIFY_PRICE_GROSS * stride + s] = f[numbers + GROUP_CHARGE_REST] * (1.0 + SINGLE_UP);
  }
}
