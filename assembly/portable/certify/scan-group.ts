import {
  CERTIFICATE_EXPIRY_SLOPES, CERTIFICATE_SLOPE_TERMS, EXPIRY_DEVIATION_TIME, EXPIRY_ROLL_TIME, EXPIRY_SLOPE_COUNT,
  SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE, SLOPE_DELTA_VOLATILITY_RADIUS,
  SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_TIME, SLOPE_VALUE_PRICE_MIDDLE, SLOPE_VALUE_PRICE_RADIUS,
  SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_GROUP_INVERSE, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_TERMS, FLAG_LINEAR, TERM_AMOUNT,
  TERM_COUNT, TERM_DELTA, TERM_ROLL_FACTOR, TERM_VALUE,
} from '../layout.ts';
import { certificateColumn } from './box.ts';
import {
  CALL_CURVATURE, CALL_PRICE, CALL_PRICE_REST, CALL_TIME, CALL_VOLATILITY, CALL_VOLATILITY_REST, EXPIRY_DELTA_PRICE,
  EXPIRY_DELTA_PRICE_RADIUS, EXPIRY_DELTA_REST, EXPIRY_DELTA_VOLATILITY, EXPIRY_DELTA_VOLATILITY_RADIUS, GROUP_AMOUNT,
  GROUP_AMOUNT_GROSS, GROUP_CHARGE_PRICE, GROUP_CHARGE_PRICE_RADIUS, GROUP_CHARGE_REST, GROUP_CHARGE_VOLATILITY,
  GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_DELTA_PRICE, GROUP_DELTA_PRICE_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_VOLATILITY,
  GROUP_DELTA_VOLATILITY_RADIUS, GROUP_LONG_DELTA, GROUP_OPTION_COUNT, GROUP_REST_DELTA, GROUP_REST_DELTA_PRICE,
  GROUP_REST_DELTA_VOLATILITY, GROUP_ROLL, GROUP_TIME, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_GROSS,
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
  f[numbers + GROUP_OPTION_COUNT] = end - optionFirst;
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

/** Adds the positions of one expiry. */
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
  delta = scanOptionRun(f, w, context, numbers, expiry, option, optionEnd, delta);
  // Inverse: delta is the amount, and falls as the price rises; linear: delta is the size.
  if (isInverse) {
    const rest: f64 = f[numbers + CALL_PRICE_REST] * (1.0 + f[numbers + CALL_CURVATURE]) * gross;
    const radius: f64 = f[numbers + CALL_CURVATURE] * gross;
    f[numbers + EXPIRY_DELTA_PRICE] = f[numbers + EXPIRY_DELTA_PRICE] - amount;
    f[numbers + EXPIRY_DELTA_PRICE_RADIUS] = f[numbers + EXPIRY_DELTA_PRICE_RADIUS] + radius;
    f[numbers + EXPIRY_DELTA_REST] = f[numbers + EXPIRY_DELTA_REST] + rest;
    f[numbers + GROUP_REST_DELTA_PRICE] = f[numbers + GROUP_REST_DELTA_PRICE] - amount;
  }
  addDeltaSlopes(f, numbers);
  addRoll(f, w, context, numbers, expiry, rollFactor, delta);
}

function addDeltaSlopes(f: Floats, n: i32): void {
  f[n + GROUP_DELTA_PRICE] = f[n + GROUP_DELTA_PRICE] + f[n + EXPIRY_DELTA_PRICE];
  f[n + GROUP_DELTA_PRICE_RADIUS] = f[n + GROUP_DELTA_PRICE_RADIUS] + f[n + EXPIRY_DELTA_PRICE_RADIUS];
  f[n + GROUP_DELTA_VOLATILITY] = f[n + GROUP_DELTA_VOLATILITY] + f[n + EXPIRY_DELTA_VOLATILITY];
  f[n + GROUP_DELTA_VOLATILITY_RADIUS] = f[n + GROUP_DELTA_VOLATILITY_RADIUS] + f[n + EXPIRY_DELTA_VOLATILITY_RADIUS];
  f[n + GROUP_DELTA_REST] = f[n + GROUP_DELTA_REST] + f[n + EXPIRY_DELTA_REST];
}

/**
 * Adds |delta| x roll factor. As long as the expiry's delta keeps its sign in all of the box, |delta| has its slopes,
 * which net with others; where it may not, their sizes count.
 *
 * The change of the rate also meets what the delta has moved by: `move` x `rollMove` is a product of two movements,
 * second order in the box: no test tells it from nothing, and without it the bound would be no proof.
 */
function addRoll(
  f: Floats, w: Ints, context: i32, n: i32, expiry: i32, rollFactor: f64, delta: f64,
): void {
  const expirySlopes: i32 = certificateColumn(w, context, CERTIFICATE_EXPIRY_SLOPES) + expiry * EXPIRY_SLOPE_COUNT;
  const rollMove: f64 = f[expirySlopes + EXPIRY_ROLL_TIME] * f[n + CALL_TIME];
  const size: f64 = Math.abs(delta);
  const price: f64 = f[n + EXPIRY_DELTA_PRICE];
  const volatility: f64 = f[n + EXPIRY_DELTA_VOLATILITY];
  const byPrice: f64 = Math.abs(price) + f[n + EXPIRY_DELTA_PRICE_RADIUS];
  const byVolatility: f64 = Math.abs(volatility) + f[n + EXPIRY_DELTA_VOLATILITY_RADIUS];
  const rest: f64 = f[n + EXPIRY_DELTA_REST];
  const move: f64 = f[n + CALL_PRICE] * byPrice + f[n + CALL_VOLATILITY] * byVolatility + rest;
  const keepsSign: boolean = move <= size;
  const sign: f64 = keepsSign ? (delta < 0 ? -rollFactor : rollFactor) : 0;
  const priceRadius: f64 = keepsSign ? f[n + EXPIRY_DELTA_PRICE_RADIUS] : byPrice;
  const volatilityRadius: f64 = keepsSign ? f[n + EXPIRY_DELTA_VOLATILITY_RADIUS] : byVolatility;
  f[n + GROUP_ROLL] = f[n + GROUP_ROLL] + size * rollFactor;
  f[n + GROUP_CHARGE_PRICE] = f[n + GROUP_CHARGE_PRICE] + price * sign;
  f[n + GROUP_CHARGE_PRICE_RADIUS] = f[n + GROUP_CHARGE_PRICE_RADIUS] + priceRadius * rollFactor;
  f[n + GROUP_CHARGE_VOLATILITY] = f[n + GROUP_CHARGE_VOLATILITY] + volatility * sign;
  f[n + GROUP_CHARGE_VOLATILITY_RADIUS] = f[n + GROUP_CHARGE_VOLATILITY_RADIUS] + volatilityRadius * rollFactor;
  f[n + GROUP_CHARGE_REST] = f[n + GROUP_CHARGE_REST] + rest * rollFactor + (size + move) * rollMove;
}

/**
 * Largest movement Y that the passing of time may count as. What it does beyond half of |ln time|, (D - 1/2) / D of it,
 * is in the rest of Y.
 */
function timeMovement(f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32): f64 {
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_EXPIRY_SLOPES) + expiry * EXPIRY_SLOPE_COUNT;
  const deviationTime: f64 = f[slopes + EXPIRY_DEVIATION_TIME];
  const excess: f64 = deviationTime - 0.5;
  const byTime: f64 = f[numbers + CALL_TIME] * deviationTime;
  const share: f64 = excess > 0 && excess < Infinity ? deviationTime / excess : 1.0;
  const byRest: f64 = f[numbers + CALL_VOLATILITY_REST] * share;
  return byTime < byRest ? byTime : byRest;
}

/** Adds the options [first, end) of an expiry to the sums; returns `delta` plus theirs. */
function scanOptionRun(
  f: Floats, w: Ints, context: i32, numbers: i32, expiry: i32, first: i32, end: i32, delta: f64,
): f64 {
  scanDeltaSlopes(f, w, context, numbers, first, end);
  if (first === end) return delta;
  const terms: i32 = floatsAt(w, context, CONTEXT_TERMS);
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const time: f64 = timeMovement(f, w, context, numbers, expiry);
  let net: f64 = delta;
  let value: f64 = f[numbers + SET_VALUE];
  let sizes: f64 = f[numbers + SET_SIZE];
  let longDelta: f64 = 0;
  let shortDelta: f64 = 0;
  let price: f64 = 0;
  let priceRadius: f64 = 0;
  let priceGross: f64 = 0;
  let volatility: f64 = 0;
  let volatilityRadius: f64 = 0;
  let volatilityGross: f64 = 0;
  let timed: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const own: i32 = slopes + row * SLOPE_TERM_COUNT;
    const term: i32 = terms + row * TERM_COUNT;
    const quantity: f64 = f[quantities + p];
    const size: f64 = Math.abs(quantity);
    // Twice the quantity of a long position, and twice that of a short one, without a branch: halved below, exactly.
    longDelta = longDelta + (quantity + size) * f[term + TERM_DELTA];
    shortDelta = shortDelta + (quantity - size) * f[term + TERM_DELTA];
    net = net + quantity * f[term + TERM_DELTA];
    value = value + quantity * f[term + TERM_VALUE];
    sizes = sizes + size * f[own + SLOPE_SIZE];
    price = price + quantity * f[own + SLOPE_VALUE_PRICE_MIDDLE];
    priceRadius = priceRadius + size * f[own + SLOPE_VALUE_PRICE_RADIUS];
    priceGross = priceGross + Math.abs(quantity * f[own + SLOPE_VALUE_PRICE_MIDDLE]);
    volatility = volatility + quantity * f[own + SLOPE_VALUE_VOLATILITY_MIDDLE];
    volatilityRadius = volatilityRadius + size * f[own + SLOPE_VALUE_VOLATILITY_RADIUS];
    volatilityGross = volatilityGross + Math.abs(quantity * f[own + SLOPE_VALUE_VOLATILITY_MIDDLE]);
    timed = timed + size * f[own + SLOPE_TIME];
  }
  f[numbers + SET_VALUE] = value;
  f[numbers + SET_SIZE] = sizes;
  f[numbers + GROUP_LONG_DELTA] = f[numbers + GROUP_LONG_DELTA] + 0.5 * longDelta;
  f[numbers + GROUP_REST_DELTA] = f[numbers + GROUP_REST_DELTA] + 0.5 * shortDelta;
  f[numbers + GROUP_VALUE_PRICE] = f[numbers + GROUP_VALUE_PRICE] + price;
  f[numbers + GROUP_VALUE_PRICE_RADIUS] = f[numbers + GROUP_VALUE_PRICE_RADIUS] + priceRadius;
  f[numbers + GROUP_VALUE_PRICE_GROSS] = f[numbers + GROUP_VALUE_PRICE_GROSS] + priceGross + priceRadius;
  f[numbers + GROUP_VALUE_VOLATILITY] = f[numbers + GROUP_VALUE_VOLATILITY] + volatility;
  f[numbers + GROUP_VALUE_VOLATILITY_RADIUS] = f[numbers + GROUP_VALUE_VOLATILITY_RADIUS] + volatilityRadius;
  f[numbers + GROUP_VALUE_VOLATILITY_GROSS] =
    f[numbers + GROUP_VALUE_VOLATILITY_GROSS] + volatilityGross + volatilityRadius;
  f[numbers + GROUP_TIME] = f[numbers + GROUP_TIME] + timed * time;
  return net;
}

/** Slopes of the deltas of the options [first, end) of an expiry: those of the expiry, and of what is no long option. */
function scanDeltaSlopes(f: Floats, w: Ints, context: i32, numbers: i32, first: i32, end: i32): void {
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  const priceRest: f64 = f[numbers + CALL_PRICE_REST];
  const volatilityRest: f64 = f[numbers + CALL_VOLATILITY_REST];
  let gamma: f64 = 0;
  let gammaRadius: f64 = 0;
  let longGamma: f64 = 0;
  let vanna: f64 = 0;
  let vannaRadius: f64 = 0;
  let longVanna: f64 = 0;
  let rest: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const own: i32 = slopes + rowOfSlot(w, context, p) * SLOPE_TERM_COUNT;
    const quantity: f64 = f[quantities + p];
    const size: f64 = Math.abs(quantity);
    const byPrice: f64 = f[own + SLOPE_DELTA_PRICE_MIDDLE];
    const byVolatility: f64 = f[own + SLOPE_DELTA_VOLATILITY_MIDDLE];
    const ownRest: f64 = priceRest * (Math.abs(byPrice) + f[own + SLOPE_DELTA_PRICE_RADIUS]) +
      volatilityRest * (Math.abs(byVolatility) + f[own + SLOPE_DELTA_VOLATILITY_RADIUS]);
    gamma = gamma + quantity * byPrice;
    gammaRadius = gammaRadius + size * f[own + SLOPE_DELTA_PRICE_RADIUS];
    // Twice that of a long position, 0 of a short one: halved below.
    longGamma = longGamma + (quantity + size) * byPrice;
    vanna = vanna + quantity * byVolatility;
    vannaRadius = vannaRadius + size * f[own + SLOPE_DELTA_VOLATILITY_RADIUS];
    longVanna = longVanna + (quantity + size) * byVolatility;
    rest = rest + size * ownRest;
  }
  f[numbers + EXPIRY_DELTA_PRICE] = gamma;
  f[numbers + EXPIRY_DELTA_PRICE_RADIUS] = gammaRadius;
  f[numbers + EXPIRY_DELTA_VOLATILITY] = vanna;
  f[numbers + EXPIRY_DELTA_VOLATILITY_RADIUS] = vannaRadius;
  f[numbers + EXPIRY_DELTA_REST] = rest;
  f[numbers + GROUP_REST_DELTA_PRICE] = f[numbers + GROUP_REST_DELTA_PRICE] + (gamma - 0.5 * longGamma);
  f[numbers + GROUP_REST_DELTA_VOLATILITY] = f[numbers + GROUP_REST_DELTA_VOLATILITY] + (vanna - 0.5 * longVanna);
}
