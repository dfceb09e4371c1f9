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

/** Minus the last two of `capacity` order statistics times their coefficients: a VaR. `room`: `count` floats. */
function quantileLoss(f: Floats, values: i32, count: i32, coefficients: i32, capacity: i32, room: i32): f64 {
  for (let i: i32 = 0; i < count; i++) f[room + i] = f[values + i];
  const upper: i32 = room + capacity - 1;
  select(f, room, room + count - 1, upper);
  let sum: f64 = 0;
  if (capacity > 1) {
    let lower: f64 = f[room];
    for (let i: i32 = room + 1; i < upper; i++) lower = f[i] > lower ? f[i] : lower;
    sum = sum - f[coefficients + capacity - 2] * lower;
  }
  return sum - f[coefficients + capacity - 1] * f[upper];
}

/** Hoare's FIND: afterwards what is before `place` is no larger, what comes after it no smaller. */
function select(f: Floats, first: i32, last: i32, place: i32): void {
  let low: i32 = first;
  let high: i32 = last;
  while (low < high) {
    const pivot: f64 = f[low + ((high - low) >> 1)];
    let i: i32 = low;
    let j: i32 = high;
    while (i <= j) {
      while (f[i] < pivot) i = i + 1;
      while (pivot < f[j]) j = j - 1;
      if (i > j) break;
      const value: f64 = f[i];
      f[i] = f[j];
      f[j] = value;
      i = i + 1;
      j = j - 1;
    }
    if (j < place) low = i;
    if (place < i) high = j;
  }
}

/** The smallest of a handful of values, ascending, without their scenarios: insertion beats a heap there. */
function insertSmallest(f: Floats, values: i32, count: i32, tail: i32, capacity: i32): void {
  let size: i32 = 0;
  for (let i: i32 = values; i < values + count; i++) {
    const value: f64 = f[i];
    if (size === capacity && value >= f[tail + capacity - 1]) continue;
    if (size < capacity) size = size + 1;
    let place: i32 = tail + size - 1;
    while (place > tail && f[place - 1] > value) {
      f[place] = f[place - 1];
      place = place - 1;
    }
    f[place] = value;
  }
}

/**
 * Correlation break: root of the mean square of what the VaR of rolling windows exceeds that of the whole set by, at
 * the same level. `ofWindow`, `ofSet`: coefficients of a quantile; `tail`: room for the values of the set.
 */
export function rollingExcess(
  f: Floats, values: i32, count: i32, window: i32, step: i32, ofWindow: i32, windowCapacity: i32,
  ofSet: i32, setCapacity: i32, tail: i32,
): f64 {
  const full: f64 = quantileLoss(f, values, count, ofSet, setCapacity, tail);
  let squares: f64 = 0;
  let windows: f64 = 0;
  for (let first: i32 = 0; first + window <= count; first = first + step) {
    insertSmallest(f, values + first, window, tail, windowCapacity);
    const excess: f64 = orderedLoss(f, tail, ofWindow, windowCapacity) - full;
    if (excess > 0) squares = squares + excess * excess;
    windows = windows + 1;
  }
  return windows > 0 ? Math.sqrt(squares / windows) : 0;
}
