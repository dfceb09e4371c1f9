import {
  CERTIFICATE_EXPIRY_SLOPES, CERTIFICATE_SLOPE_TERMS, EXPIRY_ROLL_TIME, EXPIRY_SLOPE_COUNT, EXPIRY_TIME,
  EXPIRY_TIME_GROWTH, SLOPE_DELTA_PRICE_MIDDLE, SLOPE_DELTA_PRICE_RADIUS, SLOPE_DELTA_VOLATILITY_MIDDLE,
  SLOPE_DELTA_VOLATILITY_RADIUS, SLOPE_PRICE_ERROR, SLOPE_SIZE, SLOPE_TERM_COUNT, SLOPE_VALUE_CURVATURE_MIDDLE,
  SLOPE_VALUE_CURVATURE_RADIUS, SLOPE_VALUE_PRICE, SLOPE_VALUE_PRICE_SIZE, SLOPE_VALUE_TIME_MIDDLE,
  SLOPE_VALUE_TIME_RADIUS, SLOPE_VALUE_VOLATILITY_MIDDLE, SLOPE_VALUE_VOLATILITY_RADIUS,
} from '../certificate-layout.ts';
import { expiryOfRow, floatsAt, groupOfRow, rowOfSlot, wordsAt } from '../columns.ts';
import {
  CONTEXT_EXPIRY_SQRT_TIME, CONTEXT_GROUP_INVERSE, CONTEXT_POSITION_QUANTITY, CONTEXT_POSITION_ROW, CONTEXT_TERMS,
  FLAG_LINEAR, TERM_AMOUNT, TERM_COUNT, TERM_DELTA, TERM_ROLL_FACTOR, TERM_VALUE,
} from '../layout.ts';
import { certificateColumn, WIDTH_MAX } from './box.ts';
import {
  CALL_CURVATURE, CALL_PRICE, CALL_PRICE_REST, CALL_VOLATILITY, CALL_VOLATILITY_REST,
  EXPIRY_DELTA_PRICE, EXPIRY_DELTA_PRICE_RADIUS, EXPIRY_DELTA_REST, EXPIRY_DELTA_VOLATILITY,
  EXPIRY_DELTA_VOLATILITY_RADIUS, EXPIRY_REST_DELTA_VOLATILITY, GROUP_AMOUNT, GROUP_AMOUNT_GROSS, GROUP_CHARGE_PRICE,
  GROUP_CHARGE_PRICE_RADIUS, GROUP_CHARGE_REST, GROUP_CHARGE_TIME, GROUP_CHARGE_VOLATILITY,
  GROUP_CHARGE_VOLATILITY_RADIUS, GROUP_DELTA_PRICE, GROUP_DELTA_PRICE_RADIUS, GROUP_DELTA_REST, GROUP_DELTA_TIME,
  GROUP_DELTA_TIME_MOVE, GROUP_DELTA_VOLATILITY, GROUP_DELTA_VOLATILITY_RADIUS, GROUP_LONG_DELTA, GROUP_OPTION_COUNT,
  GROUP_PRICE_ERROR, GROUP_REST_DELTA, GROUP_REST_DELTA_PRICE, GROUP_REST_DELTA_VOLATILITY, GROUP_ROLL,
  GROUP_VALUE_CURVATURE, GROUP_VALUE_CURVATURE_RADIUS, GROUP_VALUE_PRICE, GROUP_VALUE_PRICE_SIZE, GROUP_VALUE_TIME,
  GROUP_VALUE_TIME_RADIUS, GROUP_VALUE_VOLATILITY, GROUP_VALUE_VOLATILITY_GROSS, GROUP_VALUE_VOLATILITY_RADIUS,
  GROUP_YEARS, SET_POSITION_COUNT, SET_PROBE, SET_SIZE, SET_VALUE,
} from './scratch.ts';

/**
 * What the rounding of sums of 64 bits does to them, relative to the sum of the sizes: more than 2^-52 x as many terms as
 * are certified at all.
 */
const SUM_ERROR: f64 = 1e-9;

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
  for (let each: i32 = GROUP_AMOUNT; each < GROUP_YEARS; each++) f[numbers + each] = 0;
  f[numbers + GROUP_YEARS] = Infinity;
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
  delta = scanOptionRun(f, w, context, numbers, option, optionEnd, delta);
  // Inverse: delta is the amount, and falls as the price rises; linear: delta is the size.
  if (isInverse) {
    const rest: f64 = f[numbers + CALL_PRICE_REST] * (1.0 + f[numbers + CALL_CURVATURE]) * gross;
    const radius: f64 = f[numbers + CALL_CURVATURE] * gross;
    f[numbers + EXPIRY_DELTA_PRICE] = f[numbers + EXPIRY_DELTA_PRICE] - amount;
    f[numbers + EXPIRY_DELTA_PRICE_RADIUS] = f[numbers + EXPIRY_DELTA_PRICE_RADIUS] + radius;
    f[numbers + EXPIRY_DELTA_REST] = f[numbers + EXPIRY_DELTA_REST] + rest;
    f[numbers + GROUP_REST_DELTA_PRICE] = f[numbers + GROUP_REST_DELTA_PRICE] - amount;
  }
  const root: f64 = f[floatsAt(w, context, CONTEXT_EXPIRY_SQRT_TIME) + expiry];
  const years: f64 = root * root;
  const expirySlopes: i32 = certificateColumn(w, context, CERTIFICATE_EXPIRY_SLOPES) + expiry * EXPIRY_SLOPE_COUNT;
  const time: f64 = f[expirySlopes + EXPIRY_TIME];
  if (!(time >= 0 && time <= WIDTH_MAX)) f[numbers + SET_PROBE] = NaN;
  // Of spot and perpetuals no time passes; at its expiry a slope of the expiry is infinite, and 0 times it no number.
  const perYear: f64 = years > 0 ? f[expirySlopes + EXPIRY_TIME_GROWTH] / years : 0;
  if (years > 0 && time * years < f[numbers + GROUP_YEARS]) f[numbers + GROUP_YEARS] = time * years;
  addDeltaSlopes(f, numbers, time, perYear);
  addRoll(f, numbers, rollFactor, f[expirySlopes + EXPIRY_ROLL_TIME], delta, time, perYear);
}

/** `time`: largest |ln(time)| in the box; `perYear`: largest d ln(time) / d t; of a delta half of it is movement Y. */
function addDeltaSlopes(f: Floats, n: i32, time: f64, perYear: f64): void {
  const all: f64 = Math.abs(f[n + EXPIRY_DELTA_VOLATILITY]);
  const rest: f64 = Math.abs(f[n + EXPIRY_REST_DELTA_VOLATILITY]);
  const byTime: f64 = 0.5 * ((all < rest ? rest : all) + f[n + EXPIRY_DELTA_VOLATILITY_RADIUS]);
  f[n + GROUP_DELTA_PRICE] = f[n + GROUP_DELTA_PRICE] + f[n + EXPIRY_DELTA_PRICE];
  f[n + GROUP_DELTA_PRICE_RADIUS] = f[n + GROUP_DELTA_PRICE_RADIUS] + f[n + EXPIRY_DELTA_PRICE_RADIUS];
  f[n + GROUP_DELTA_VOLATILITY] = f[n + GROUP_DELTA_VOLATILITY] + f[n + EXPIRY_DELTA_VOLATILITY];
  f[n + GROUP_REST_DELTA_VOLATILITY] = f[n + GROUP_REST_DELTA_VOLATILITY] + f[n + EXPIRY_REST_DELTA_VOLATILITY];
  f[n + GROUP_DELTA_VOLATILITY_RADIUS] = f[n + GROUP_DELTA_VOLATILITY_RADIUS] + f[n + EXPIRY_DELTA_VOLATILITY_RADIUS];
  f[n + GROUP_DELTA_REST] = f[n + GROUP_DELTA_REST] + f[n + EXPIRY_DELTA_REST];
  f[n + GROUP_DELTA_TIME] = f[n + GROUP_DELTA_TIME] + perYear * byTime;
  f[n + GROUP_DELTA_TIME_MOVE] = f[n + GROUP_DELTA_TIME_MOVE] + time * byTime;
}

/**
 * Adds |delta| x roll factor. As long as the expiry's delta keeps its sign in all of the box, |delta| has its slopes,
 * which net with others. Where it may not, it grows as the delta does on the side where that is, and on the other by what
 * is left beyond twice the delta; it lessens as the delta does.
 *
 * The change of the rate also meets what the delta has moved by: `move` times it is a product of two movements, second
 * order in the box: no test tells it from nothing, and without it the bound would be no proof.
 */
function addRoll(f: Floats, n: i32, rollFactor: f64, rollTime: f64, delta: f64, time: f64, perYear: f64): void {
  const size: f64 = Math.abs(delta);
  const side: f64 = delta < 0 ? -1.0 : 1.0;
  const price: f64 = side * f[n + EXPIRY_DELTA_PRICE];
  const volatility: f64 = side * f[n + EXPIRY_DELTA_VOLATILITY];
  const priceRadius: f64 = f[n + EXPIRY_DELTA_PRICE_RADIUS];
  const volatilityRadius: f64 = f[n + EXPIRY_DELTA_VOLATILITY_RADIUS];
  const byPrice: f64 = Math.abs(price) + priceRadius;
  const byVolatility: f64 = Math.abs(volatility) + volatilityRadius;
  const byTime: f64 = 0.5 * byVolatility;
  const rest: f64 = f[n + EXPIRY_DELTA_REST];
  const move: f64 = f[n + CALL_PRICE] * byPrice + f[n + CALL_VOLATILITY] * byVolatility + time * byTime + rest;
  const charge: f64 = rollFactor * byTime + (size + move) * rollTime;
  let up: f64 = priceRadius + price;
  let down: f64 = priceRadius - price;
  let more: f64 = volatilityRadius + volatility;
  let less: f64 = volatilityRadius - volatility;
  if (!(move <= size)) {
    // Beyond zero: the share of any movement up to `move` that is beyond twice the size.
    const beyond: f64 = Math.max(1.0 - 2.0 * size / move, 0.0);
    const upward: f64 = up;
    const upwardVolatility: f64 = more;
    up = growthOf(upward, down, beyond);
    down = growthOf(down, upward, beyond);
    more = growthOf(upwardVolatility, less, beyond);
    less = growthOf(less, upwardVolatility, beyond);
  }
  f[n + GROUP_ROLL] = f[n + GROUP_ROLL] + size * rollFactor;
  f[n + GROUP_CHARGE_PRICE] = f[n + GROUP_CHARGE_PRICE] + 0.5 * rollFactor * (up - down);
  f[n + GROUP_CHARGE_PRICE_RADIUS] = f[n + GROUP_CHARGE_PRICE_RADIUS] + 0.5 * rollFactor * (up + down);
  f[n + GROUP_CHARGE_VOLATILITY] = f[n + GROUP_CHARGE_VOLATILITY] + 0.5 * rollFactor * (more - less);
  f[n + GROUP_CHARGE_VOLATILITY_RADIUS] = f[n + GROUP_CHARGE_VOLATILITY_RADIUS] + 0.5 * rollFactor * (more + less);
  f[n + GROUP_CHARGE_REST] = f[n + GROUP_CHARGE_REST] + rest * rollFactor;
  f[n + GROUP_CHARGE_TIME] = f[n + GROUP_CHARGE_TIME] + perYear * charge;
}

/** What the size of a delta that may change its sign grows by: as the delta grows, or beyond zero. */
function growthOf(own: f64, opposite: f64, beyond: f64): f64 {
  return Math.max(Math.max(own, beyond * opposite), 0.0);
}

/** Adds the options [first, end) of an expiry to the sums; returns `delta` plus theirs. */
function scanOptionRun(
  f: Floats, w: Ints, context: i32, numbers: i32, first: i32, end: i32, delta: f64,
): f64 {
  scanDeltaSlopes(f, w, context, numbers, first, end);
  if (first === end) return delta;
  const terms: i32 = floatsAt(w, context, CONTEXT_TERMS);
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  let net: f64 = delta;
  let value: f64 = f[numbers + SET_VALUE];
  let sizes: f64 = f[numbers + SET_SIZE];
  let longDelta: f64 = 0;
  let shortDelta: f64 = 0;
  for (let p: i32 = first; p < end; p++) {
    const row: i32 = rowOfSlot(w, context, p);
    const term: i32 = terms + row * TERM_COUNT;
    const quantity: f64 = f[quantities + p];
    const size: f64 = Math.abs(quantity);
    // Twice the quantity of a long position, and twice that of a short one, without a branch: halved below, exactly.
    longDelta = longDelta + (quantity + size) * f[term + TERM_DELTA];
    shortDelta = shortDelta + (quantity - size) * f[term + TERM_DELTA];
    net = net + quantity * f[term + TERM_DELTA];
    value = value + quantity * f[term + TERM_VALUE];
    sizes = sizes + size * f[slopes + row * SLOPE_TERM_COUNT + SLOPE_SIZE];
  }
  f[numbers + SET_VALUE] = value;
  f[numbers + SET_SIZE] = sizes;
  f[numbers + GROUP_LONG_DELTA] = f[numbers + GROUP_LONG_DELTA] + 0.5 * longDelta;
  f[numbers + GROUP_REST_DELTA] = f[numbers + GROUP_REST_DELTA] + 0.5 * shortDelta;
  scanValueSlopes(f, w, context, numbers, first, end);
  return net;
}

/** Slopes of the values of the options [first, end). */
function scanValueSlopes(f: Floats, w: Ints, context: i32, numbers: i32, first: i32, end: i32): void {
  const slopes: i32 = certificateColumn(w, context, CERTIFICATE_SLOPE_TERMS);
  const quantities: i32 = floatsAt(w, context, CONTEXT_POSITION_QUANTITY);
  let price: f64 = f[numbers + GROUP_VALUE_PRICE];
  let priceSize: f64 = f[numbers + GROUP_VALUE_PRICE_SIZE];
  let priceError: f64 = f[numbers + GROUP_PRICE_ERROR];
  let curvature: f64 = f[numbers + GROUP_VALUE_CURVATURE];
  let curvatureRadius: f64 = f[numbers + GROUP_VALUE_CURVATURE_RADIUS];
  let volatility: f64 = f[numbers + GROUP_VALUE_VOLATILITY];
  let volatilityRadius: f64 = f[numbers + GROUP_VALUE_VOLATILITY_RADIUS];
  let volatilityGross: f64 = f[numbers + GROUP_VALUE_VOLATILITY_GROSS];
  let time: f64 = f[numbers + GROUP_VALUE_TIME];
  let timeRadius: f64 = f[numbers + GROUP_VALUE_TIME_RADIUS];
  for (let p: i32 = first; p < end; p++) {
    const own: i32 = slopes + rowOfSlot(w, context, p) * SLOPE_TERM_COUNT;
    const quantity: f64 = f[quantities + p];
    const size: f64 = Math.abs(quantity);
    const byCurvature: f64 = quantity * f[own + SLOPE_VALUE_CURVATURE_MIDDLE];
    const byVolatility: f64 = quantity * f[own + SLOPE_VALUE_VOLATILITY_MIDDLE];
    const byVolatilityRadius: f64 = size * f[own + SLOPE_VALUE_VOLATILITY_RADIUS];
    const byTime: f64 = quantity * f[own + SLOPE_VALUE_TIME_MIDDLE];
    price = price + quantity * f[own + SLOPE_VALUE_PRICE];
    priceSize = priceSize + size * f[own + SLOPE_VALUE_PRICE_SIZE];
    priceError = priceError + size * f[own + SLOPE_PRICE_ERROR];
    curvature = curvature + byCurvature;
    curvatureRadius =
      curvatureRadius + (size * f[own + SLOPE_VALUE_CURVATURE_RADIUS] + SUM_ERROR * Math.abs(byCurvature));
    volatility = volatility + byVolatility;
    volatilityRadius = volatilityRadius + byVolatilityRadius;
    volatilityGross = volatilityGross + (Math.abs(byVolatility) + byVolatilityRadius);
    time = time + byTime;
    timeRadius = timeRadius + (size * f[own + SLOPE_VALUE_TIME_RADIUS] + SUM_ERROR * Math.abs(byTime));
  }
  f[numbers + GROUP_VALUE_PRICE] = price;
  f[numbers + GROUP_VALUE_PRICE_SIZE] = priceSize;
  f[numbers + GROUP_PRICE_ERROR] = priceError;
  f[numbers + GROUP_VALUE_CURVATURE] = curvature;
  f[numbers + GROUP_VALUE_CURVATURE_RADIUS] = curvatureRadius;
  f[numbers + GROUP_VALUE_VOLATILITY] = volatility;
  f[numbers + GROUP_VALUE_VOLATILITY_RADIUS] = volatilityRadius;
  f[numbers + GROUP_VALUE_VOLATILITY_GROSS] = volatilityGross;
  f[numbers + GROUP_VALUE_TIME] = time;
  f[numbers + GROUP_VALUE_TIME_RADIUS] = timeRadius;
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
  f[numbers + EXPIRY_REST_DELTA_VOLATILITY] = vanna - 0.5 * longVanna;
}
