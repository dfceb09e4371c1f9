import { cellDensity2 } from '../math/cell-density.ts';
import { logRatio2 } from '../math/log.ts';
import { plainQuantileOf2 } from '../math/quantile.ts';
import { atLeast, atMost, minus, plus, times } from '../math/vector.ts';
import { SERIES_LIMIT } from '../portable/black76.ts';
import {
  COARSE_LIMIT, IMPLIED_INVALID, IMPLIED_OK, impliedStandardDeviation, impliedVolatilityStatus, SMALLEST_RATIO,
} from '../portable/implied-volatility.ts';
import { boundedDeviation2, logMoneyness2, ratio2, standardisedMoneyness2 } from './black76.ts';

/** Twin of halleyStep. */
// @ts-ignore: decorator
@inline
function halleyStep2(x: v128, v: v128, lift: v128, target: v128, limit: f64): v128 {
  const deviation = boundedDeviation2(v);
  const h = standardisedMoneyness2(x, deviation);
  const half = times(deviation, 0.5);
  const z1 = f64x2.sub(h, half);
  const z2 = f64x2.add(h, half);
  const density = cellDensity2(lift, z1);
  const series = f64x2.lt(deviation, f64x2.splat(limit));
  const inside = f64x2.lt(z1, f64x2.splat(0.0));
  const ratio = ratio2(h, z1, z2, deviation, series, inside);
  const whole = v128.andnot(inside, series);
  const price = f64x2.add(v128.and(lift, whole), f64x2.mul(density, ratio));
  const priceOverVega = v128.bitselect(f64x2.div(price, density), ratio, whole);
  const excess = logRatio2(target, price);
  const bend = minus(f64x2.mul(f64x2.div(priceOverVega, deviation), f64x2.mul(z1, z2)), 1.0);
  const step = f64x2.div(f64x2.mul(excess, priceOverVega), plus(f64x2.mul(times(excess, 0.5), bend), 1.0));
  return f64x2.add(deviation, step);
}

/** Twin of liftOf. */
// @ts-ignore: decorator
@inline
function liftOf2(timeValue: v128, lower: v128): v128 {
  const isFar = f64x2.lt(timeValue, times(lower, 1e-200));
  return v128.bitselect(f64x2.splat(4.149515568880993e180), f64x2.splat(1.0), isFar);
}

/** Twin of targetOf. */
// @ts-ignore: decorator
@inline
function targetOf2(timeValue: v128, lower: v128, lift: v128): v128 {
  return f64x2.pmax(f64x2.div(f64x2.mul(timeValue, lift), lower), f64x2.mul(f64x2.splat(SMALLEST_RATIO), lift));
}

/** Twin of startingDeviation. */
// @ts-ignore: decorator
@inline
function startingDeviation2(timeValue: v128, lower: v128, upper: v128, x: v128): v128 {
  const price = atLeast(f64x2.div(timeValue, lower), SMALLEST_RATIO);
  const complement = f64x2.div(f64x2.sub(lower, timeValue), lower);
  const growth = atMost(f64x2.div(f64x2.sub(upper, lower), lower), 1e300);
  const divisor = f64x2.add(times(price, 2.0), growth);
  const z = plainQuantileOf2(
    f64x2.div(f64x2.mul(price, f64x2.add(plus(price, 1.0), growth)), divisor),
    f64x2.div(f64x2.mul(complement, f64x2.add(price, growth)), divisor),
    f64x2.add(f64x2.mul(price, f64x2.div(price, divisor)), f64x2.mul(f64x2.div(growth, divisor), minus(price, 0.5))),
  );
  const doubled = times(x, 2.0);
  const root = f64x2.sqrt(f64x2.add(f64x2.mul(z, z), doubled));
  const below = f64x2.lt(z, f64x2.splat(0.0));
  return v128.bitselect(f64x2.div(doubled, f64x2.sub(root, z)), f64x2.add(root, z), below);
}

/** Statuses of two options; all bits where they are IMPLIED_OK. */
function storeStatus2(sign: usize, forward: usize, strike: usize, time: usize, price: usize, status: usize): v128 {
  const first = statusWithTime(load<f64>(sign), load<f64>(forward), load<f64>(strike), load<f64>(time), load<f64>(price));
  const second = statusWithTime(
    load<f64>(sign, 8), load<f64>(forward, 8), load<f64>(strike, 8), load<f64>(time, 8), load<f64>(price, 8),
  );
  store<i32>(status, first);
  store<i32>(status, second, 4);
  const good = i64x2.splat(first == IMPLIED_OK ? -1 : 0);
  return i64x2.replace_lane(good, 1, second == IMPLIED_OK ? -1 : 0);
}

// @ts-ignore: decorator
@inline
function timeValue2(sign: usize, forward: usize, strike: usize, price: usize): v128 {
  const gain = f64x2.mul(v128.load(sign), f64x2.sub(v128.load(forward), v128.load(strike)));
  return f64x2.sub(v128.load(price), atLeast(gain, 0.0));
}

// What is not wanted is worked out for numbers that no branch minds.

// @ts-ignore: decorator
@inline
function lower2(forward: usize, strike: usize, wanted: v128): v128 {
  return v128.bitselect(f64x2.pmin(v128.load(forward), v128.load(strike)), f64x2.splat(1.0), wanted);
}

// @ts-ignore: decorator
@inline
function upper2(forward: usize, strike: usize, wanted: v128): v128 {
  return v128.bitselect(f64x2.pmax(v128.load(forward), v128.load(strike)), f64x2.splat(1.0), wanted);
}

/** sigma where it is wanted, else 0 for a good price, NaN for others. */
// @ts-ignore: decorator
@inline
function storeVolatility2(to: usize, time: usize, v: v128, good: v128, wanted: v128): void {
  const otherwise = v128.andnot(f64x2.splat(NaN), good);
  v128.store(to, v128.bitselect(f64x2.div(v, f64x2.sqrt(v128.load(time))), otherwise, wanted));
}

/** Two options at these addresses. */
function fillTwo(
  sign: usize, forward: usize, strike: usize, time: usize, price: usize, volatility: usize, status: usize,
): void {
  const good = storeStatus2(sign, forward, strike, time, price, status);
  const worth = timeValue2(sign, forward, strike, price);
  const wanted = v128.and(good, f64x2.ne(worth, f64x2.splat(0.0)));
  const timeValue = v128.bitselect(worth, f64x2.splat(0.25), wanted);
  const lower = lower2(forward, strike, wanted);
  const upper = upper2(forward, strike, wanted);
  const x = logMoneyness2(upper, lower);
  const lift = liftOf2(timeValue, lower);
  const target = targetOf2(timeValue, lower, lift);
  let v = startingDeviation2(timeValue, lower, upper, x);
  v = halleyStep2(x, v, lift, target, COARSE_LIMIT);
  v = halleyStep2(x, v, lift, target, COARSE_LIMIT);
  v = halleyStep2(x, v, lift, target, SERIES_LIMIT);
  storeVolatility2(volatility, time, v, good, wanted);
}

/** Four options, two pairs side by side: a pair is one long chain of operations that wait for each other. */
function fillFour(
  sign: usize, forward: usize, strike: usize, time: usize, price: usize, volatility: usize, status: usize,
): void {
  const goodA = storeStatus2(sign, forward, strike, time, price, status);
  const goodB = storeStatus2(sign + 16, forward + 16, strike + 16, time + 16, price + 16, status + 8);
  const worthA = timeValue2(sign, forward, strike, price);
  const worthB = timeValue2(sign + 16, forward + 16, strike + 16, price + 16);
  const wantedA = v128.and(goodA, f64x2.ne(worthA, f64x2.splat(0.0)));
  const wantedB = v128.and(goodB, f64x2.ne(worthB, f64x2.splat(0.0)));
  const valueA = v128.bitselect(worthA, f64x2.splat(0.25), wantedA);
  const valueB = v128.bitselect(worthB, f64x2.splat(0.25), wantedB);
  const lowerA = lower2(forward, strike, wantedA);
  const lowerB = lower2(forward + 16, strike + 16, wantedB);
  const upperA = upper2(forward, strike, wantedA);
  const upperB = upper2(forward + 16, strike + 16, wantedB);
  const xA = logMoneyness2(upperA, lowerA);
  const xB = logMoneyness2(upperB, lowerB);
  const liftA = liftOf2(valueA, lowerA);
  const liftB = liftOf2(valueB, lowerB);
  const targetA = targetOf2(valueA, lowerA, liftA);
  const targetB = targetOf2(valueB, lowerB, liftB);
  let vA = startingDeviation2(valueA, lowerA, upperA, xA);
  let vB = startingDeviation2(valueB, lowerB, upperB, xB);
  vA = halleyStep2(xA, vA, liftA, targetA, COARSE_LIMIT);
  vB = halleyStep2(xB, vB, liftB, targetB, COARSE_LIMIT);
  vA = halleyStep2(xA, vA, liftA, targetA, COARSE_LIMIT);
  vB = halleyStep2(xB, vB, liftB, targetB, COARSE_LIMIT);
  vA = halleyStep2(xA, vA, liftA, targetA, SERIES_LIMIT);
  vB = halleyStep2(xB, vB, liftB, targetB, SERIES_LIMIT);
  storeVolatility2(volatility, time, vA, goodA, wantedA);
  storeVolatility2(volatility + 16, time + 16, vB, goodB, wantedB);
}

/**
 * Implied volatilities of undiscounted prices.
 *
 * Reads   sign (f64, 1 call, -1 put), forward (f64), strike (f64), timeToExpiry (f64, years), price (f64,
 * undiscounted,
 *         currency of forward and strike)
 * Writes  volatility (f64, fraction per root year; NaN unless the status is IMPLIED_OK), status (i32, IMPLIED codes)
 * Needs   8-byte aligned f64 columns, 4-byte aligned status; any count
 * Order   options independent, worked out four at a time; a start from the far tail of the normal quantile one by one
 * Error   at most 30 max(1, price / (v vega)) 2^-53 relative
 */
export function impliedVolatilities(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, timeToExpiryPtr: usize, pricePtr: usize,
  volatilityPtr: usize, statusPtr: usize, count: i32,
): void {
  const pairCount = count & ~1;
  let index = 0;
  for (; index < (count & ~3); index += 4) {
    const at = (<usize>index) << 3;
    fillFour(
      signPtr + at, forwardPtr + at, strikePtr + at, timeToExpiryPtr + at, pricePtr + at, volatilityPtr + at,
      statusPtr + (at >> 1),
    );
  }
  for (; index < pairCount; index += 2) {
    const at = (<usize>index) << 3;
    fillTwo(
      signPtr + at, forwardPtr + at, strikePtr + at, timeToExpiryPtr + at, pricePtr + at, volatilityPtr + at,
      statusPtr + (at >> 1),
    );
  }
  if (pairCount < count) {
    const at = (<usize>pairCount) << 3;
    impliedVolatilitiesScalar(
      signPtr + at, forwardPtr + at, strikePtr + at, timeToExpiryPtr + at, pricePtr + at, volatilityPtr + at,
      statusPtr + ((<usize>pairCount) << 2), 1,
    );
  }
}

/** Scalar twin of impliedVolatilities. */
export function impliedVolatilitiesScalar(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, timeToExpiryPtr: usize, pricePtr: usize,
  volatilityPtr: usize, statusPtr: usize, count: i32,
): void {
  for (let index = 0; index < count; index++) {
    const at = (<usize>index) << 3;
    const sign = load<f64>(signPtr + at);
    const forward = load<f64>(forwardPtr + at);
    const strike = load<f64>(strikePtr + at);
    const time = load<f64>(timeToExpiryPtr + at);
    const price = load<f64>(pricePtr + at);
    const status = statusWithTime(sign, forward, strike, time, price);
    store<i32>(statusPtr + ((<usize>index) << 2), status);
    let volatility = NaN;
    if (status == IMPLIED_OK) {
      const v = impliedStandardDeviation(sign, forward, strike, price);
      volatility = v == 0.0 ? 0.0 : v / Math.sqrt(time);
    }
    store<f64>(volatilityPtr + at, volatility);
  }
}

// @ts-ignore: decorator
@inline
function statusWithTime(sign: f64, forward: f64, strike: f64, time: f64, price: f64): i32 {
  if (!(time > 0.0 && time < Infinity)) return IMPLIED_INVALID;
  return impliedVolatilityStatus(sign, forward, strike, price);
}
