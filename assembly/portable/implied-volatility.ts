import {
  boundedDeviation, logMoneyness, ratioDifference, ratioSeries, SERIES_LIMIT, SMALLEST_NORMAL,
  standardisedMoneyness,
} from './black76.ts';
import { logRatio } from './log.ts';
import { plainQuantileOf } from './normal.ts';
import { cellDensity } from './risk-cell.ts';

/** The price has an implied volatility; it is 0 if the price is the intrinsic value exactly. */
export const IMPLIED_OK: i32 = 0;
/** The price is below the intrinsic value: no volatility gives it. */
export const IMPLIED_BELOW_INTRINSIC: i32 = 1;
/** The price is at or above that of infinite volatility: the forward for a call, the strike for a put. */
export const IMPLIED_ABOVE_MAXIMUM: i32 = 2;
/** An argument is not finite, or the forward, strike or time to expiry is not positive (or below 2^-1022). */
export const IMPLIED_INVALID: i32 = 3;

/** A smaller price in units of min(F, K) counts as this. */
export const SMALLEST_RATIO: f64 = 1e-320;

/**
 * Below this standard deviation the first two steps sum the series, the third below SERIES_LIMIT: what a difference of
 * Mills ratios loses, 2^-52 h / v, the next step mends as it mends the rest of the error.
 */
export const COARSE_LIMIT: f64 = 0.0009765625;

/** Whether an undiscounted price has an implied volatility, as one of the IMPLIED codes. */
export function impliedVolatilityStatus(sign: f64, forward: f64, strike: f64, undiscountedPrice: f64): i32 {
  const total: f64 = 2.0 * (forward + strike) + undiscountedPrice;
  // x - x is NaN for NaN and for Infinity.
  const normal = forward >= SMALLEST_NORMAL && strike >= SMALLEST_NORMAL;
  if (!(normal && total - total == 0.0)) return IMPLIED_INVALID;
  const intrinsic: f64 = Math.max(sign * (forward - strike), 0.0);
  if (undiscountedPrice < intrinsic) return IMPLIED_BELOW_INTRINSIC;
  // The same as price >= forward (call) or strike (put), with the subtraction rounded as in the computation.
  if (undiscountedPrice - intrinsic >= Math.min(forward, strike)) return IMPLIED_ABOVE_MAXIMUM;
  return IMPLIED_OK;
}

/**
 * v = sigma sqrt(T) whose undiscounted Black price is the given one; NaN where impliedVolatilityStatus is not
 * IMPLIED_OK.
 *
 * Works on the out-of-the-money side. The start is the lower bound L3 of Choi, Huh and Su
 * (arXiv 2302.08758); then exactly three steps of Halley's method on the
 * logarithm of the price, which leave 1e-2, 2e-7 and the rounding floor. A fixed number of steps gives the same bits
 * everywhere. Error <= 30 max(1, price / (v vega)) 2^-53 relative: what is in the digits of the price.
 */
export function impliedStandardDeviation(sign: f64, forward: f64, strike: f64, undiscountedPrice: f64): f64 {
  if (impliedVolatilityStatus(sign, forward, strike, undiscountedPrice) != IMPLIED_OK) return NaN;
  const timeValue: f64 = undiscountedPrice - Math.max(sign * (forward - strike), 0.0);
  if (timeValue == 0.0) return 0.0;
  const lower: f64 = Math.min(forward, strike);
  const upper: f64 = Math.max(forward, strike);
  const x: f64 = logMoneyness(upper, lower);

  const lift: f64 = liftOf(timeValue, lower);
  const target: f64 = targetOf(timeValue, lower, lift);
  const v0: f64 = startingDeviation(timeValue, lower, upper, x);
  const v1: f64 = halleyStep(x, v0, lift, target, COARSE_LIMIT);
  const v2: f64 = halleyStep(x, v1, lift, target, COARSE_LIMIT);
  return halleyStep(x, v2, lift, target, SERIES_LIMIT);
}

/**
 * Prices of far options are below the smallest normal number once divided by the forward: by this both sides are
 * lifted.
 */
function liftOf(timeValue: f64, lower: f64): f64 {
  return timeValue < lower * 1e-200 ? 4.149515568880993e180 : 1.0;
}

/** timeValue / lower in units of 1 / lift. */
function targetOf(timeValue: f64, lower: f64, lift: f64): f64 {
  return Math.max(timeValue * lift / lower, SMALLEST_RATIO * lift);
}

/** The bound L3 for an out-of-the-money price, x = ln(upper / lower). */
function startingDeviation(timeValue: f64, lower: f64, upper: f64, x: f64): f64 {
  const price: f64 = Math.max(timeValue / lower, SMALLEST_RATIO);
  const complement: f64 = (lower - timeValue) / lower;
  const growth: f64 = Math.min((upper - lower) / lower, 1e300);
  const divisor: f64 = 2.0 * price + growth;
  const z: f64 = plainQuantileOf(
    price * (price + 1.0 + growth) / divisor,
    complement * (price + growth) / divisor,
    price * (price / divisor) + growth / divisor * (price - 0.5),
  );
  const root: f64 = Math.sqrt(z * z + 2.0 * x);
  return z < 0.0 ? 2.0 * x / (root - z) : root + z;
}

/** One step of Halley's method for ln(price(v)) = ln(target), in units of lower / lift; a series below `limit`. */
function halleyStep(x: f64, v: f64, lift: f64, target: f64, limit: f64): f64 {
  const deviation: f64 = boundedDeviation(v);
  const h: f64 = standardisedMoneyness(x, deviation);
  const z1: f64 = h - 0.5 * deviation;
  const z2: f64 = h + 0.5 * deviation;
  const density: f64 = cellDensity(lift, z1);
  const inside = z1 < 0.0;
  const ratio: f64 = deviation < limit
    ? ratioSeries(h, deviation)
    : ratioDifference(z1, z2);
  const whole = inside && deviation >= limit;
  const price: f64 = whole ? lift + density * ratio : density * ratio;
  const priceOverVega: f64 = whole ? price / density : ratio;
  const excess: f64 = logRatio(target, price);
  const bend: f64 = priceOverVega / deviation * (z1 * z2) - 1.0;
  return deviation + excess * priceOverVega / (1.0 + 0.5 * excess * bend);
}
