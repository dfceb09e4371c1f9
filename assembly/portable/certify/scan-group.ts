import {
  CERTIFICATE_EXPIRY_SLOPES, CERTIFICATE_SLOPE_TERMS, EXPIRY_DEVIATION_TIME, EXPIRY_ROLL_TIME, EXPIRY_SLOPE_COUNT,
  SLOPE_DELTA_PRICE, SLOPE_DELTA_VOLATILITY, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_VALUE_PRICE_MIDDLE,
  SLOPE_VALUE_PRICE_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_EXPIRY_DOWN_FACTOR, CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_EXPIRY_UP_FACTOR, CONTEXT_GROUP_INVERSE,
  CONTEXT_GROUP_VOLATILITY_FLOOR, CONTEXT_INSTRUMENT_FORWARD, CONTEXT_INSTRUMENT_SIZE, CONTEXT_INSTRUMENT_VOLATILITY,
  CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_TERMS, FLAG_LINEAR, TERM_AMOUNT, TERM_COUNT, TERM_DELTA,
  TERM_ROLL_FACTOR, TERM_VALUE,
} from '../layout.ts';
import { certificateColumn } from './box.ts';
import {
  CALL_DENSITY, CALL_GROWTH, CALL_LINEAR_REST, CALL_PRICE_REACH, CALL_TIME, CALL_VOLATILITY_REACH,
  CALL_VOLATILITY_REST, GROUP_AMOUNT, GROUP_AMOUNT_GROSS, GROUP_DELTA_MOVE, GROUP_LONG_DELTA, GROUP_REST_DELTA,
  GROUP_ROLL, GROUP_ROLL_PRICE, GROUP_ROLL_REST, GROUP_TIME, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_GROSS,
  GROUP_VALUE_PRICE_RADIUS, GROUP_VALUE_VOLATILITY, GROUP_VALUE_VOLATILITY_GROSS, GROUP_VALUE_VOLATILITY_RADIUS,
  GROUP_WORST_CELL, SET_POSITION_COUNT, SET_SIZE, SET_VALUE,
} from './scratch.ts';

/** First position after the linear ones of the group that slot `p` is in. */
export function linearEndOf(w: Ints, context: i32, p: i32, end: i32): i32 {
  const entries: i32 = wordsAt(w, context, CONTEXT_POSITION_ROW);
  let next: i32 = p;
  while (next < end && (w[entries + next] & FLAG_LINEAR) !== 0) next = next + 1;
  return next;
}

/**
 * Sums over the positions [first, end) of one risk group, linear ones before `optionFirst`: what `boundGroup` needs
 * besides rows. Linear positions and options ascend with the expiry row; both are walked expiry by expiry.
 */
export function scanGroup(
  f: Floats, w: Ints, context: i32, numbers: i32, first: i32, optionFirst: i32, end: i32,
): void {
  for (let each: i32 = GROUP_AMOUNT; each <= GROUP_WORST_CELL; each++) f[numbers + each] = 0;
  let linear: i32 = first;
  let option: i32 = optionFirst;
  while (linear < optionFirst || option < end) {
    let expiry: i32 = 0;
    if (linear < optionFirst) expiry = expiryOfRow(w, context, rowOfSlot(w, context, linear));
    if (option < end) {
      const other: i32 = expiryOfRow(w, context, rowOfSlot(w, context, option));
      if (linear === optionFirst || other < expiry) expiry = other;
    }
    const linearEnd: i32 = runEndOf(w, context, linear, optionFirst, expiry);
    const optionEnd: i32 = runEndOf(w, context, option, end, expiry);
    scanExpiry(f, w, context, numbers, expiry, linear, linearEnd, option, optionEnd);
    linear = linearEnd;
    option = optionEnd;
  }
}

/** First position from p that is not of the expiry. */
function runEndOf(w: Ints, context: i32, p: i32, end: i32, expiry: i32): i32 {
  let next: i32 = p;
  while (next < end && expiryOfRow(w, context, rowOfSlot(w, context, next)) === expiry) next = next + 1;
  return next;
}

/**
 * Adds the positions of one expiry. Its net delta D moves by at most `move` in the box. As long as D keeps its sign,
 * |D| has a slope along X, which nets with others; where it may not, all of `move` is taken for its change.
 */
function scanExpiry(
  f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32, linear: i32, linearEnd: i32, option: i32,
  optionEnd: i32,
): void {
  const terms: i32 = floatsAt(w, context, CONTEXT_TERMS);
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const row: i32 = rowOfSlot(w, context, linear < linearEnd ? linear : option);
  const rollFactor: f64 = f[terms + row * TERM_COUNT + TERM_ROLL_FACTOR];
  const isInverse: boolean = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + groupOfRow(w, context, row)] !== 0;
  let value: f64 = f[numbers + SET_VALUE];
  let size: f64 = f[numbers + SET_SIZE];
  let amount: f64 = 0;
  let gross: f64 = 0;
  let delta: f64 = 0;
  for (let p: i32 = linear; p < linearEnd; p++) {
    const at: i32 = rowOfSlot(w, context, p);
    const quantity: f64 = f[quantities + p];
    const own: f64 = quantity * f[terms + at * TERM_COUNT + TERM_AMOUNT];
    value = value + quantity * f[terms + at * TERM_COUNT + TERM_VALUE];
    delta = delta + quantity * f[terms + at * TERM_COUNT + TERM_DELTA];
    size = size + Math.abs(quantity) * f[slopes + at * SLOPE_TERM_COUNT + SLOPE_SIZE];
    amount = amount + own;
    gross = gross + Math.abs(own);
  }
  f[numbers + SET_VALUE] = value;
  f[numbers + SET_SIZE] = size;
  f[numbers + SET_POSITION_COUNT] = f[numbers + SET_POSITION_COUNT] + linearEnd - linear + optionEnd - option;
  f[numbers + GROUP_AMOUNT] = f[numbers + GROUP_AMOUNT] + amount;
  f[numbers + GROUP_AMOUNT_GROSS] = f[numbers + GROUP_AMOUNT_GROSS] + gross;
  f[numbers + GROUP_REST_DELTA] = f[numbers + GROUP_REST_DELTA] + delta;
  const optionMove: f64 = f[numbers + GROUP_DELTA_MOVE];
  delta = scanOptionRun(f, w, context, numbers, expiry, option, optionEnd, delta);
  const ownMove: f64 = f[numbers + GROUP_DELTA_MOVE] - optionMove;
  // Inverse: delta is the amount, and falls as the price rises; linear: delta is the size.
  const slope: f64 = isInverse ? -amount : 0;
  const linearGross: f64 = isInverse ? gross : 0;
  const linearMove: f64 = linearGross * (f[numbers + CALL_PRICE_REACH] * f[numbers + CALL_GROWTH]);
  f[numbers + GROUP_DELTA_MOVE] = f[numbers + GROUP_DELTA_MOVE] + linearMove;
  addRoll(
    f, w, context, numbers, expiry, rollFactor, delta, slope, ownMove + linearGross * f[numbers + CALL_LINEAR_REST],
    ownMove + linearMove,
  );
}

/**
 * Adds |delta| x roll factor. `slope` of delta along X, what it moves by besides (`rest`), all that it moves by
 * (`move`).
 */
function addRoll(
  f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32, rollFactor: f64, delta: f64, slope: f64, rest: f64,
  move: f64,
): void {
  const expirySlopes: i32 = certificateColumn(w, context, CERTIFICATE_EXPIRY_SLOPES) + expiry * EXPIRY_SLOPE_COUNT;
  const rollMove: f64 = f[expirySlopes + EXPIRY_ROLL_TIME] * f[numbers + CALL_TIME];
  const size: f64 = Math.abs(delta);
  const keepsSign: boolean = move <= size;
  const price: f64 = keepsSign ? (delta < 0 ? -slope : slope) : 0;
  f[numbers + GROUP_ROLL] = f[numbers + GROUP_ROLL] + size * rollFactor;
  f[numbers + GROUP_ROLL_PRICE] = f[numbers + GROUP_ROLL_PRICE] + price * rollFactor;
  f[numbers + GROUP_ROLL_REST] =
    f[numbers + GROUP_ROLL_REST] + (keepsSign ? rest : move) * rollFactor + (size + move) * rollMove;
}

/** Adds the options [first, end) of an expiry to the sums; returns `delta` plus theirs. */
function scanOptionRun(
  f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32, first: i32, end: i32, delta: f64,
): f64 {
  if (first === end) return delta;
  const terms: i32 = floatsAt(w, context, CONTEXT_TERMS);
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const priceReach: f64 = f[numbers + CALL_PRICE_REACH];
  const volatilityReach: f64 = f[numbers + CALL_VOLATILITY_REACH];
  let net: f64 = delta;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const own: i32 = slopes + row * SLOPE_TERM_COUNT;
    const quantity: f64 = f[quantities + p];
    const size: f64 = Math.abs(quantity);
    const optionDelta: f64 = quantity * f[terms + row * TERM_COUNT + TERM_DELTA];
    const price: f64 = quantity * f[own + SLOPE_VALUE_PRICE_MIDDLE];
    const priceRadius: f64 = size * f[own + SLOPE_VALUE_PRICE_RADIUS];
    const volatility: f64 = quantity * f[own + SLOPE_VALUE_VOLATILITY_MIDDLE];
    const volatilityRadius: f64 = size * f[own + SLOPE_VALUE_VOLATILITY_RADIUS];
    const side: i32 = numbers + (quantity > 0 ? GROUP_LONG_DELTA : GROUP_REST_DELTA);
    net = net + optionDelta;
    f[side] = f[side] + optionDelta;
    f[numbers + SET_VALUE] = f[numbers + SET_VALUE] + quantity * f[terms + row * TERM_COUNT + TERM_VALUE];
    f[numbers + SET_SIZE] = f[numbers + SET_SIZE] + size * f[own + SLOPE_SIZE];
    f[numbers + GROUP_VALUE_PRICE] = f[numbers + GROUP_VALUE_PRICE] + price;
    f[numbers + GROUP_VALUE_PRICE_RADIUS] = f[numbers + GROUP_VALUE_PRICE_RADIUS] + priceRadius;
    f[numbers + GROUP_VALUE_PRICE_GROSS] = f[numbers + GROUP_VALUE_PRICE_GROSS] + Math.abs(price) + priceRadius;
    f[numbers + GROUP_VALUE_VOLATILITY] = f[numbers + GROUP_VALUE_VOLATILITY] + volatility;
    f[numbers + GROUP_VALUE_VOLATILITY_RADIUS] = f[numbers + GROUP_VALUE_VOLATILITY_RADIUS] + volatilityRadius;
    f[numbers + GROUP_VALUE_VOLATILITY_GROSS] =
      f[numbers + GROUP_VALUE_VOLATILITY_GROSS] + Math.abs(volatility) + volatilityRadius;
    f[numbers + GROUP_DELTA_MOVE] = f[numbers + GROUP_DELTA_MOVE] +
      size * (f[own + SLOPE_DELTA_PRICE] * priceReach + f[own + SLOPE_DELTA_VOLATILITY] * volatilityReach);
  }
  addTime(f, w, context, numbers, expiry, first, end);
  return net;
}

/**
 * What the passing of time does to shocked option values beyond what it does to the marks. The deviation of a scenario
 * moves by at most (E + 1/2) |ln time| against the mark's, with E `EXPIRY_DEVIATION_TIME`; a price by at most
 * (largest density) x forward x deviation per unit of that.
 */
function addTime(f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32, first: i32, end: i32): void {
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_EXPIRY_SLOPES) + expiry * EXPIRY_SLOPE_COUNT;
  const group: i32 = groupOfRow(w, context, rowOfSlot(w, context, first));
  const isInverse: boolean = w[wordsAt(w, context, CONTEXT_GROUP_INVERSE) + group] !== 0;
  const floor: f64 = f[floatsAt(w, context, CONTEXT_GROUP_VOLATILITY_FLOOR) + group];
  const forwards: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_FORWARD);
  const volatilities: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_VOLATILITY);
  const sizes: i32 = floatsAt(w, context, CONTEXT_INSTRUMENT_SIZE);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const up: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_UP_FACTOR) + expiry];
  const down: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_DOWN_FACTOR) + expiry];
  const shock: f64 = Math.max(Math.max(up, down), 1.0);
  const deviationTime: f64 = f[slopes + EXPIRY_DEVIATION_TIME];
  // The rest of Y includes the passing of time: it bounds E |ln time| too.
  const byRest: f64 = f[numbers + CALL_VOLATILITY_REST] * (1.0 + 0.5 / deviationTime);
  const byTime: f64 = f[numbers + CALL_TIME] * (deviationTime + 0.5);
  const share: f64 = byTime < byRest ? byTime : byRest;
  const rootTime: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const scale: f64 = rootTime * share * f[numbers + CALL_DENSITY];
  const growth: f64 = f[numbers + CALL_GROWTH];
  let sum: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const volatility: f64 = f[volatilities + row] * shock;
    const unit: f64 = isInverse ? f[sizes + row] : f[sizes + row] * (f[forwards + row] * growth);
    sum = sum + Math.abs(f[quantities + p]) * unit * (volatility < floor ? floor : volatility);
  }
  f[numbers + GROUP_TIME] = f[numbers + GROUP_TIME] + sum * scale;
}
