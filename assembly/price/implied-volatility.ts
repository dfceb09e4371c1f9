import { logRatio2 } from '../math/log.ts';
import { scaledNormalPdf2 } from '../math/normal.ts';
import { normalQuantileOf2 } from '../math/quantile.ts';
import { atLeast, atMost, minus, plus, times } from '../math/vector.ts';
import { SERIES_LIMIT } from '../portable/black76.ts';
import {
  IMPLIED_INVALID, IMPLIED_OK, impliedStandardDeviation, impliedVolatilityStatus, SMALLEST_RATIO,
} from '../portable/implied-volatility.ts';
import { boundedDeviation2, logMoneyness2, ratio2, standardisedMoneyness2 } from './black76.ts';

/** Twin of halleyStep. */
// @ts-ignore: decorator
@inline
function halleyStep2(x: v128, v: v128, lift: v128, target: v128): v128 {
  const deviation = boundedDeviation2(v);
  const h = standardisedMoneyness2(x, deviation);
  const half = times(deviation, 0.5);
  const z1 = f64x2.sub(h, half);
  const z2 = f64x2.add(h, half);
  const density = scaledNormalPdf2(lift, z1);
  const series = f64x2.lt(deviation, f64x2.splat(SERIES_LIMIT));
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
  const z = normalQuantileOf2(
    f64x2.div(f64x2.mul(price, f64x2.add(plus(price, 1.0), growth)), divisor),
    f64x2.div(f64x2.mul(complement, f64x2.add(price, growth)), divisor),
    f64x2.add(f64x2.mul(price, f64x2.div(price, divisor)), f64x2.mul(f64x2.div(growth, divisor), minus(price, 0.5))),
  );
  const doubled = times(x, 2.0);
  const root = f64x2.sqrt(f64x2.add(f64x2.mul(z, z), doubled));
  const below = f64x2.lt(z, f64x2.splat(0.0));
  return v128.bitselect(f64x2.div(doubled, f64x2.sub(root, z)), f64x2.add(root, z), below);
}

/**
 * Implied volatilities of undiscounted prices.
 *
 * Reads   sign (f64, 1 call, -1 put), forward (f64), strike (f64), timeToExpiry (f64, years), price (f64,
 * undiscounted,
 *         currency of forward and strike)
 * Writes  volatility (f64, fraction per root year; NaN unless the status is IMPLIED_OK), status (i32, IMPLIED codes)
 * Needs   8-byte aligned f64 columns, 4-byte aligned status; any count
 * Order   options independent, worked out two at a time; a start from the far tail of the normal quantile one by one
 * Error   at most 30 max(1, price / (v vega)) 2^-53 relative
 */
export function impliedVolatilities(
  signPtr: usize, forwardPtr: usize, strikePtr: usize, timeToExpiryPtr: usize, pricePtr: usize,
  volatilityPtr: usize, statusPtr: usize, count: i32,
): void {
  const pairCount = count & ~1;
  for (let index = 0; index < pairCount; index += 2) {
    const at = (<usize>index) << 3;
    let wanted = i64x2.splat(0);
    let otherwise = f64x2.splat(0.0);
    for (let lane = 0; lane < 2; lane++) {
      const here = at + ((<usize>lane) << 3);
      const sign = load<f64>(signPtr + here);
      const forward = load<f64>(forwardPtr + here);
      const strike = load<f64>(strikePtr + here);
      const price = load<f64>(pricePtr + here);
      const status = statusWithTime(sign, forward, strike, load<f64>(timeToExpiryPtr + here), price);
      store<i32>(statusPtr + ((<usize>(index + lane)) << 2), status);
      if (status != IMPLIED_OK) otherwise = withLane(otherwise, lane, NaN);
      else wanted = lane == 0 ? i64x2.replace_lane(wanted, 0, -1) : i64x2.replace_lane(wanted, 1, -1);
    }
    const forwards = v128.load(forwardPtr + at);
    const strikes = v128.load(strikePtr + at);
    const gain = atLeast(f64x2.mul(v128.load(signPtr + at), f64x2.sub(forwards, strikes)), 0.0);
    const worth = f64x2.sub(v128.load(pricePtr + at), gain);
    wanted = v128.and(wanted, f64x2.ne(worth, f64x2.splat(0.0)));
    // What is not wanted is worked out for numbers that no branch minds.
    const one = f64x2.splat(1.0);
    const timeValue = v128.bitselect(worth, f64x2.splat(0.25), wanted);
    const lower = v128.bitselect(f64x2.pmin(forwards, strikes), one, wanted);
    const upper = v128.bitselect(f64x2.pmax(forwards, strikes), one, wanted);
    const x = logMoneyness2(upper, lower);
    const lift = liftOf2(timeValue, lower);
    const target = targetOf2(timeValue, lower, lift);
    let v = startingDeviation2(timeValue, lower, upper, x);
    for (let step = 0; step < 3; step++) v = halleyStep2(x, v, lift, target);
    const volatility = f64x2.div(v, f64x2.sqrt(v128.load(timeToExpiryPtr + at)));
    v128.store(volatilityPtr + at, v128.bitselect(volatility, otherwise, wanted));
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

// @ts-ignore: decorator
@inline
function withLane(vector: v128, lane: i32, value: f64): v128 {
  return lane == 0 ? f64x2.replace_lane(vector, 0, value) : f64x2.replace_lane(vector, 1, value);
}
