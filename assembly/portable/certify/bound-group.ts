import {
  BOX_THRESHOLDS, CERTIFICATE_THRESHOLD_COUNT, THRESHOLD_FLOATS, THRESHOLD_REQUIREMENT,
} from '../certificate-layout.ts';
import { floatsAt, wordsAt } from '../columns.ts';
import { deltaShockUsd } from '../deribit-pm.ts';
import {
  CONTEXT_CELL_COUNT, CONTEXT_GRID, CONTEXT_GROUP_INDEX_PRICE, CONTEXT_GROUP_INVERSE, CONTEXT_GROUP_SCALARS,
  GRID_CLASS, GRID_COLUMN_COUNT, GRID_DAMPENER, GRID_MULTIPLIER, GRID_WEIGHT, GROUP_DELTA_SHOCK_MAX,
  GROUP_DELTA_SHOCK_SLOPE, GROUP_DELTA_SHOCK_THRESHOLD, GROUP_DELTA_TO_SETTLEMENT, GROUP_SCALAR_COUNT,
  GROUP_USD_TO_SETTLEMENT,
} from '../layout.ts';
import { roundToNineDecimals } from '../money.ts';
import { certificateFloats, certificateWords, numbersOf } from './box.ts';
import {
  CALL_GROWTH, CALL_LINEAR_REST, CALL_PRICE_REACH, CALL_PRICE_REST, CALL_VOLATILITY_REST, CERTIFY_CELL,
  CERTIFY_PRICE, CERTIFY_PRICE_GROSS, CERTIFY_PRICE_RADIUS, CERTIFY_VOLATILITY_GROSS, CERTIFY_VOLATILITY_RADIUS, certifyCellsOf, GROUP_AMOUNT,
  GROUP_CHARGE_REST, GROUP_DELTA_MOVE, GROUP_LONG_DELTA, GROUP_REST_DELTA, GROUP_ROLL, GROUP_ROLL_PRICE,
  GROUP_ROLL_REST, GROUP_TIME, GROUP_WORST_CELL, SET_DELTA_SHOCK, SET_GROUP_COUNT, SET_ROLL_SHOCK,
  SET_WORST_CASE,
} from './scratch.ts';
import { largestMoves } from './scenario-moves.ts';
import { deltaShockMove } from './shock-moves.ts';

/**
 * Worst case and charges of a risk group at the reference, and what the box can do to them: from the numbers of
 * `scanGroup` and the sums of rows in the scratch area. Of a set of several groups it adds the largest fall and rise
 * of each threshold's health; for a set of one, `finishSet` asks scenario by scenario.
 */
export function boundGroup(f: Floats, w: Ints, context: i32, scratch: i32, group: i32, isOnly: boolean): void {
  const numbers: i32 = numbersOf(w, context, scratch);
  chargeGroup(f, w, context, numbers, group);
  const worst: f64 = worstCell(f, w, context, scratch, group);
  f[numbers + GROUP_WORST_CELL] = worst;
  f[numbers + SET_WORST_CASE] = f[numbers + SET_WORST_CASE] + roundToNineDecimals(-worst);
  f[numbers + SET_GROUP_COUNT] = f[numbers + SET_GROUP_COUNT] + 1.0;
  shapeRows(f, w, context, scratch, group);
  if (isOnly) return;
  const thresholds: i32 = certificateFloats(w, context) + BOX_THRESHOLDS;
  const count: i32 = w[certificateWords(w, context) + CERTIFICATE_THRESHOLD_COUNT];
  for (let k: i32 = 0; k < count; k++) {
    const alpha: f64 = f[thresholds + k * THRESHOLD_FLOATS + THRESHOLD_REQUIREMENT];
    largestMoves(f, w, context, scratch, k, alpha);
  }
}

/** Roll shock and delta shock: at the reference, and what moves them besides the slope along X. */
function chargeGroup(f: Floats, w: Ints, context: i32, numbers: i32, group: i32): void {
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

/** Smallest cell with its dampener, 0 if none is negative. */
function worstCell(f: Floats, w: Ints, context: i32, scratch: i32, group: i32): f64 {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const cells: i32 = scratch + CERTIFY_CELL * certifyCellsOf(cellCount);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  let worst: f64 = 0;
  for (let s: i32 = 0; s < cellCount; s++) {
    const cell: f64 = f[cells + s] + f[grid + GRID_DAMPENER * cellCount + s];
    if (cell < worst) worst = cell;
  }
  return worst;
}

/**
 * Makes of the summed rows, in place, what `scenarioMoves` reads: per unit of requirement, for every scenario and for
 * the one of no loss, the distance of the cell above the worst one; its slope along the group's X, with the dampener
 * (divided by the index if inverse: slope -dampener) and the roll shock; all that own movements and time do to it.
 */
function shapeRows(f: Floats, w: Ints, context: i32, scratch: i32, group: i32): void {
  const cellCount: i32 = w[context + CONTEXT_CELL_COUNT];
  const stride: i32 = certifyCellsOf(cellCount);
  const numbers: i32 = numbersOf(w, context, scratch);
  const grid: i32 = floatsAt(w, context, CONTEXT_GRID) + group * GRID_COLUMN_COUNT * cellCount;
  const isInverse: boolean = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0;
  const side: f64 = isInverse ? -1.0 : 1.0;
  const amount: f64 = f[numbers + GROUP_AMOUNT];
  const worst: f64 = f[numbers + GROUP_WORST_CELL];
  const roll: f64 = f[numbers + GROUP_ROLL_PRICE];
  const chargeRest: f64 = f[numbers + GROUP_CHARGE_REST];
  const priceRest: f64 = f[numbers + CALL_PRICE_REST];
  const volatilityRest: f64 = f[numbers + CALL_VOLATILITY_REST];
  const linearRest: f64 = f[numbers + CALL_LINEAR_REST];
  const time: f64 = f[numbers + GROUP_TIME];
  for (let s: i32 = 0; s < cellCount; s++) {
    const at: i32 = scratch + s;
    const dampener: f64 = f[grid + GRID_DAMPENER * cellCount + s];
    const moving: f64 = isInverse ? dampener : 0;
    const slope: f64 = side * f[grid + GRID_CLASS * cellCount + s];
    const weight: f64 = Math.abs(f[grid + GRID_WEIGHT * cellCount + s]);
    const shocked: f64 = isInverse ? weight : weight * f[grid + GRID_MULTIPLIER * cellCount + s];
    const priceGross: f64 = f[at + CERTIFY_PRICE_GROSS * stride] + f[at + CERTIFY_PRICE_RADIUS * stride];
    const volatilityGross: f64 = f[at + CERTIFY_VOLATILITY_GROSS * stride] + f[at + CERTIFY_VOLATILITY_RADIUS * stride];
    f[at + CERTIFY_CELL * stride] = f[at + CERTIFY_CELL * stride] + dampener - worst;
    f[at + CERTIFY_PRICE * stride] = f[at + CERTIFY_PRICE * stride] + amount * slope - moving - roll;
    f[at + CERTIFY_PRICE_GROSS * stride] = priceRest * priceGross + volatilityRest * volatilityGross +
      linearRest * Math.abs(moving) + shocked * time + chargeRest;
    f[at + CERTIFY_VOLATILITY_GROSS * stride] = slope;
  }
  for (let s: i32 = cellCount; s < stride; s++) {
    for (let row: i32 = CERTIFY_CELL; row <= CERTIFY_VOLATILITY_GROSS; row++) f[scratch + row * stride + s] = 0;
    f[scratch + CERTIFY_CELL * stride + s] = -worst;
    f[scratch + CERTIFY_PRICE * stride + s] = -roll;
    f[scratch + CERTIFY_PRICE_GROSS * stride + s] = chargeRest;
  }
}
