import { offerTail, sortTail } from '../tail.ts';
import {
  VAR_SET_CAPACITY, VAR_SET_FIRST, VAR_SET_MEASURE, VAR_SET_NUMBERS, VAR_SET_SCALARS, VAR_SET_SIZE,
} from './var-layout.ts';

/**
 * Tail measures of the model `var`: losses positive, at least 0. `set`: first word of the set, `floats`: first model
 * float, `cells`: first cell of a summed row. What `tail` holds afterwards are the smallest P&L, ascending.
 */
export function setTail(f: Floats, w: Ints, set: i32, floats: i32, cells: i32, tail: i32): f64 {
  const capacity: i32 = w[set + VAR_SET_CAPACITY];
  const held: i32 = smallest(f, cells + w[set + VAR_SET_FIRST], w[set + VAR_SET_SIZE], tail, capacity);
  const numbers: i32 = floats + w[set + VAR_SET_NUMBERS];
  const scalars: i32 = floats + w[set + VAR_SET_SCALARS];
  const loss: f64 = w[set + VAR_SET_MEASURE] === 0
    ? orderedLoss(f, tail, numbers, held)
    : weightedLoss(f, tail, capacity, held, numbers, f[scalars + 1], w[set + VAR_SET_MEASURE] === 1);
  return loss > 0 ? loss * f[scalars] : 0;
}

/** The `capacity` smallest of `count` values, ascending. */
function smallest(f: Floats, values: i32, count: i32, tail: i32, capacity: i32): i32 {
  const held: i32 = offerTail(f, tail, capacity, 0, values, count, 0);
  sortTail(f, tail, capacity, held);
  return held;
}

/** Minus the sum of order statistics times their coefficients: VaR, expected shortfall, the worst of all. */
function orderedLoss(f: Floats, tail: i32, coefficients: i32, held: i32): f64 {
  let sum: f64 = 0;
  for (let i: i32 = 0; i < held; i++) sum = sum - f[coefficients + i] * f[tail + i];
  return sum;
}

/** A share of the probability that decimal levels may miss by. */
const BOUNDARY: f64 = 1e-12;

/**
 * Scenarios with weights, worst first. VaR: the first at which the weights reach `tailShare`; expected shortfall: mean
 * up to there, the last one with the rest of its weight.
 */
function weightedLoss(
  f: Floats, tail: i32, capacity: i32, held: i32, weights: i32, tailShare: f64, isQuantile: boolean,
): f64 {
  let reached: f64 = 0;
  let sum: f64 = 0;
  for (let i: i32 = 0; i < held; i++) {
    const scenario: i32 = f[tail + capacity + i] as i32;
    const weight: f64 = f[weights + scenario];
    const next: f64 = reached + weight;
    const isLast: boolean = next + BOUNDARY >= tailShare || i === held - 1;
    if (isLast) {
      if (isQuantile) return -f[tail + i];
      return -(sum + (tailShare - reached) * f[tail + i]) / tailShare;
    }
    sum = sum + weight * f[tail + i];
    reached = next;
  }
  return 0;
}

/**
 * Correlation break: root of the mean square of what the VaR of rolling windows exceeds that of the whole set by, at
 * the same level. `coefficients`: of a window, then of the set.
 */
export function rollingExcess(
  f: Floats, values: i32, count: i32, window: i32, step: i32, ofWindow: i32, windowCapacity: i32,
  ofSet: i32, setCapacity: i32, tail: i32,
): f64 {
  const full: f64 = orderedLoss(f, tail, ofSet, smallest(f, values, count, tail, setCapacity));
  let squares: f64 = 0;
  let windows: f64 = 0;
  for (let first: i32 = 0; first + window <= count; first = first + step) {
    const held: i32 = smallest(f, values + first, window, tail, windowCapacity);
    const excess: f64 = orderedLoss(f, tail, ofWindow, held) - full;
    if (excess > 0) squares = squares + excess * excess;
    windows = windows + 1;
  }
  return windows > 0 ? Math.sqrt(squares / windows) : 0;
}
