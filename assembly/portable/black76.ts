import { DEKKER_SPLITTER, INVERSE_SQRT_2PI, ROUND_TO_20_BITS } from './coefficients.ts';
import { exp, scaledExp } from './exp.ts';
import { logQuotient, logQuotientTail } from './log.ts';
import { rowMills } from './mills-rows.ts';
import { rowSlope } from './mills-slope-rows.ts';
import { scaledNormalPdf } from './normal.ts';

/**
 * Black's formula for options on a forward (F. Black, The pricing of commodity contracts, 1976), without loss of
 * digits.
 *
 * Everything is computed from the out-of-the-money side: with x = |ln(K/F)|, v = sigma sqrt(T), h = x / v, z1 = h -
 * v/2 and z2 = h + v/2 the price is
 *
 *   lower phi(z1) (R(z1) - R(z2))              z1 >= 0, R the Mills ratio Phi(-z) / phi(z)
 *   lower - lower phi(z1) (R(-z1) + R(z2))     z1 < 0
 *
 * with lower = min(F, K), because F phi(d1) = K phi(d2) = lower phi(z1). For small v the difference of the ratios
 * cancels; there its Taylor series about h is summed, whose terms are all positive.
 */

/** Below this standard deviation the series is used: with seven terms it is exact to 1e-17 here. */
export const SERIES_LIMIT: f64 = 0.4;
/** e^(-64^2 / 2) is 0 for any price; beyond these bounds nothing changes, and nothing overflows within them. */
export const MONEYNESS_LIMIT: f64 = 64.0;
export const DEVIATION_LIMIT: f64 = 128.0;
export const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;

/** v within the range that the formulas can tell apart. */
export function boundedDeviation(v: f64): f64 {
  return DEVIATION_LIMIT < v ? DEVIATION_LIMIT : v;
}

/** h = x / v, 0 for an option at the money even at v = 0. Needs a bounded v. */
export function standardisedMoneyness(x: f64, v: f64): f64 {
  const h: f64 = x / (v < SMALLEST_NORMAL ? SMALLEST_NORMAL : v);
  return MONEYNESS_LIMIT < h ? MONEYNESS_LIMIT : h;
}

/** x = |ln(upper / lower)|; a price below the smallest normal number counts as that number. */
export function logMoneyness(upper: f64, lower: f64): f64 {
  return logQuotient(
    upper < SMALLEST_NORMAL ? SMALLEST_NORMAL : upper,
    lower < SMALLEST_NORMAL ? SMALLEST_NORMAL : lower,
  );
}

/**
 * Undiscounted price of the out-of-the-money option, in the currency of `lower`.
 *
 * lower = min(F, K) >= 0, x = |ln(K / F)| >= 0, v = sigma sqrt(T) >= 0, all finite. Exactly 0 at v = 0, at most
 * lower. Error <= 4 * 2^-52 max(F, K); relative, where the result is a normal number, <= (8 + 6 h^2) 2^-53 + 1e-15
 * below SERIES_LIMIT. NaN in, NaN out.
 */
export function blackOtm(lower: f64, x: f64, v: f64): f64 {
  const deviation: f64 = boundedDeviation(v);
  const h: f64 = standardisedMoneyness(x, deviation);
  const halfDeviation: f64 = 0.5 * deviation;
  const z1: f64 = h - halfDeviation;
  const density: f64 = scaledNormalPdf(lower, z1);
  if (deviation < SERIES_LIMIT) return density * ratioSeries(h, deviation);
  const inside = z1 < 0.0;
  return (inside ? lower : 0.0) + density * ratioDifference(z1, h + halfDeviation);
}

/** R(|z1|) with the sign of z1, less R(z2). */
export function ratioDifference(z1: f64, z2: f64): f64 {
  const first: f64 = rowMills(Math.abs(z1));
  return (z1 < 0.0 ? -first : first) - rowMills(z2);
}

/**
 * R(h - v/2) - R(h + v/2) for small v: v times the sum of Q^(2m)(h) (v/2)^(2m) / (2m + 1)!, Q(z) = 1 - z R(z) =
 * -R'(z).
 *
 * From Q'' = 2 Q + h Q' and Q^(k) = k Q^(k-2) + h Q^(k-1), the terms f_m of this sum, with u = v^2/4, satisfy
 *
 *   f_(m+1) = p_m ((h^2 + 4m + 3) f_m - u f_(m-1)),  p_m = u / ((2m + 2)(2m + 3))
 *   f_0 = Q,  f_1 = p_0 ((h^2 + 3) Q - 1)
 *
 * Clenshaw's rule sums them without Q, so that the sum and the polynomial for Q are worked out side by side. R itself
 * is not needed: one polynomial instead of two.
 */
export function ratioSeries(h: f64, v: f64): f64 {
  const slope: f64 = rowSlope(h);
  const w: f64 = h * h;
  const u: f64 = 0.25 * v * v;
  const p0: f64 = u * 0.16666666666666666;
  const p1: f64 = u * 0.05;
  const p2: f64 = u * 0.023809523809523808;
  const p3: f64 = u * 0.013888888888888888;
  const p4: f64 = u * 0.009090909090909091;
  const p5: f64 = u * 0.00641025641025641;
  const y5: f64 = 1.0 + p5 * (w + 23.0);
  const y4: f64 = 1.0 - p5 * u + p4 * (w + 19.0) * y5;
  const y3: f64 = 1.0 - p4 * u * y5 + p3 * (w + 15.0) * y4;
  const y2: f64 = 1.0 - p3 * u * y4 + p2 * (w + 11.0) * y3;
  const y1: f64 = 1.0 - p2 * u * y3 + p1 * (w + 7.0) * y2;
  const y0: f64 = 1.0 - p1 * u * y2 + p0 * (w + 3.0) * y1;
  return v * (slope * y0 - p0 * y1);
}

/** Undiscounted price of a call (sign 1) or put (sign -1) with standard deviation v = sigma sqrt(T). */
export function blackPrice(sign: f64, forward: f64, strike: f64, v: f64): f64 {
  const lower: f64 = Math.min(forward, strike);
  const upper: f64 = Math.max(forward, strike);
  return Math.max(sign * (forward - strike), 0.0) + blackOtm(lower, logMoneyness(upper, lower), v);
}

/** h with the sign of ln(F/K), so that d1 = this + v/2 and d2 = this - v/2. Needs a bounded v. */
function signedMoneyness(forward: f64, strike: f64, v: f64): f64 {
  const h: f64 = standardisedMoneyness(logMoneyness(Math.max(forward, strike), Math.min(forward, strike)), v);
  return forward < strike ? -h : h;
}

/**
 * Undiscounted delta dPrice/dF: N(d1) for a call (sign 1), -N(-d1) for a put (sign -1). At v = 0 it is 0 or 1 (-1),
 * and 1/2 (-1/2) at the money. Error <= 5e-16 absolute.
 */
export function blackDelta(sign: f64, forward: f64, strike: f64, v: f64): f64 {
  const deviation: f64 = boundedDeviation(v);
  const h: f64 = signedMoneyness(forward, strike, deviation);
  return deltaOf(sign, forward, blackDensity(forward, strike, Math.abs(h), deviation, 0.0), h + 0.5 * deviation);
}

/**
 * Delta net of the premium, delta - price / F: the delta of an option that is priced and settled in the underlying
 * coin, in coin. It is F times the derivative of the coin price (premium-adjusted delta; "net transaction delta" at
 * Deribit).
 */
export function netTransactionDelta(sign: f64, forward: f64, strike: f64, v: f64): f64 {
  return blackDelta(sign, forward, strike, v) - blackPrice(sign, forward, strike, v) / forward;
}

/**
 * F phi(d1) = sqrt(F K) phi(h) e^(-v^2/8) e^shift, for h >= 0 and a bounded v.
 *
 * Greeks take their digits from this product alone, so it is worked out more carefully than a price needs: the
 * squares are exact pairs, and the shift puts back the rounding errors of h and v.
 */
export function blackDensity(forward: f64, strike: f64, h: f64, v: f64, shift: f64): f64 {
  const headH: f64 = h + ROUND_TO_20_BITS - ROUND_TO_20_BITS;
  const headV: f64 = v + ROUND_TO_20_BITS - ROUND_TO_20_BITS;
  const high: f64 = headH * headH * -0.5 - headV * headV * 0.125;
  const low: f64 = (h - headH) * (h + headH) * -0.5 - (v - headV) * (v + headV) * 0.125;
  return scaledExp(Math.sqrt(forward) * Math.sqrt(strike) * INVERSE_SQRT_2PI, high, low + shift);
}

/**
 * By how much -h^2/2 - v^2/8 changes when h and v become the exact ones, to first order.
 *
 * h >= 0 is the rounded quotient x / v, where the exact logarithm is x + xTail, and the exact v is v (1 + error).
 * Without this a gamma 20 standard deviations out would have lost three digits.
 */
export function densityShift(h: f64, v: f64, x: f64, xTail: f64, error: f64): f64 {
  const ofDeviation: f64 = (h * h - 0.25 * v * v) * error;
  if (!(h > 0.0 && h < MONEYNESS_LIMIT)) return ofDeviation;
  const hSplit: f64 = h * DEKKER_SPLITTER;
  const hHigh: f64 = hSplit - (hSplit - h);
  const hLow: f64 = h - hHigh;
  const vSplit: f64 = v * DEKKER_SPLITTER;
  const vHigh: f64 = vSplit - (vSplit - v);
  const vLow: f64 = v - vHigh;
  const product: f64 = h * v;
  const productTail: f64 = hHigh * vHigh - product + hHigh * vLow + hLow * vHigh + hLow * vLow;
  return ofDeviation - h * ((x - product - productTail + xTail) / v);
}

/**
 * Relative error of v as the rounded product of volatility and rounded square root: v (1 + this) = sigma sqrt(T) to
 * twice the precision. Exact products by Dekker's method (Numerische Mathematik 18, 1971).
 */
export function deviationError(volatility: f64, rootTime: f64, timeToExpiryYears: f64, v: f64): f64 {
  if (!(v > 0.0)) return 0.0;
  const rootSplit: f64 = rootTime * DEKKER_SPLITTER;
  const rootHigh: f64 = rootSplit - (rootSplit - rootTime);
  const rootLow: f64 = rootTime - rootHigh;
  const volatilitySplit: f64 = volatility * DEKKER_SPLITTER;
  const volatilityHigh: f64 = volatilitySplit - (volatilitySplit - volatility);
  const volatilityLow: f64 = volatility - volatilityHigh;
  const square: f64 = rootTime * rootTime;
  const squareTail: f64 = rootHigh * rootHigh - square + 2.0 * rootHigh * rootLow + rootLow * rootLow;
  const productTail: f64 = volatilityHigh * rootHigh - v + volatilityHigh * rootLow + volatilityLow * rootHigh
    + volatilityLow * rootLow;
  return 0.5 * (timeToExpiryYears - square - squareTail) / timeToExpiryYears + productTail / v;
}

// The greeks below are of the discounted price e^(-rT) Black(F, K, sigma sqrt(T)), at a fixed forward. Where v = 0
// those that do not exist at the money are 0. Each is one formula of shared values: the batch kernel computes these
// once.

/** d2Price/dF2. */
export function blackGamma(
  forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const rootTime: f64 = Math.sqrt(timeToExpiryYears);
  const v: f64 = volatility * rootTime;
  const density: f64 = densityOf(forward, strike, volatility, rootTime, timeToExpiryYears, v);
  return gammaOf(exp(-rate * timeToExpiryYears), forward, density, v);
}

/** dPrice/dsigma, per 1.00 of volatility. */
export function blackVega(
  forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const rootTime: f64 = Math.sqrt(timeToExpiryYears);
  const v: f64 = volatility * rootTime;
  const density: f64 = densityOf(forward, strike, volatility, rootTime, timeToExpiryYears, v);
  return vegaOf(exp(-rate * timeToExpiryYears), density, rootTime);
}

/** dPrice per calendar year that passes at a fixed forward: -dPrice/dT, discounting included. */
export function blackTheta(
  sign: f64, forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const rootTime: f64 = Math.sqrt(timeToExpiryYears);
  const v: f64 = volatility * rootTime;
  const discount: f64 = exp(-rate * timeToExpiryYears);
  const density: f64 = densityOf(forward, strike, volatility, rootTime, timeToExpiryYears, v);
  const price: f64 = discount * blackPrice(sign, forward, strike, v);
  return thetaOf(discount, price, density, rootTime, volatility, rate);
}

/** dPrice/dr at a fixed forward, per 1.00 of rate: -T price. */
export function blackRho(
  sign: f64, forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const v: f64 = volatility * Math.sqrt(timeToExpiryYears);
  return rhoOf(exp(-rate * timeToExpiryYears) * blackPrice(sign, forward, strike, v), timeToExpiryYears);
}

/** d2Price/dF dsigma. */
export function blackVanna(
  forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const rootTime: f64 = Math.sqrt(timeToExpiryYears);
  const v: f64 = volatility * rootTime;
  const deviation: f64 = boundedDeviation(v);
  const d2: f64 = signedMoneyness(forward, strike, deviation) - 0.5 * deviation;
  const density: f64 = densityOf(forward, strike, volatility, rootTime, timeToExpiryYears, v);
  return vannaOf(exp(-rate * timeToExpiryYears), forward, density, d2, volatility, v);
}

/** d2Price/dsigma2. */
export function blackVolga(
  forward: f64, strike: f64, timeToExpiryYears: f64, volatility: f64, rate: f64,
): f64 {
  const rootTime: f64 = Math.sqrt(timeToExpiryYears);
  const v: f64 = volatility * rootTime;
  const deviation: f64 = boundedDeviation(v);
  const h: f64 = signedMoneyness(forward, strike, deviation);
  const density: f64 = densityOf(forward, strike, volatility, rootTime, timeToExpiryYears, v);
  const vega: f64 = vegaOf(exp(-rate * timeToExpiryYears), density, rootTime);
  return volgaOf(vega, h + 0.5 * deviation, h - 0.5 * deviation, volatility, v);
}

function densityOf(
  forward: f64, strike: f64, volatility: f64, rootTime: f64, timeToExpiryYears: f64, v: f64,
): f64 {
  const deviation: f64 = boundedDeviation(v);
  const upper: f64 = Math.max(forward, strike);
  const lower: f64 = Math.min(forward, strike);
  const x: f64 = logMoneyness(upper, lower);
  const h: f64 = standardisedMoneyness(x, deviation);
  const error: f64 = deviationError(volatility, rootTime, timeToExpiryYears, v);
  const shift: f64 = densityShift(h, deviation, x, logQuotientTail(upper, lower, x), error);
  return blackDensity(forward, strike, h, deviation, shift);
}

export function deltaOf(sign: f64, forward: f64, density: f64, d1: f64): f64 {
  return deltaOfTail(sign, density / forward * rowMills(Math.abs(d1)), d1);
}

/** N(d1) or -N(-d1) from the smaller of the two tails. */
export function deltaOfTail(sign: f64, tail: f64, d1: f64): f64 {
  // Exactly 1/2 at d1 = 0, but NaN where the tail is.
  const atMoney: f64 = d1 == 0.0 ? 0.5 + (tail - tail) : tail;
  // Adding 0 turns -0 into 0.
  return sign * (sign * d1 > 0.0 ? 1.0 - atMoney : atMoney) + 0.0;
}

export function gammaOf(discount: f64, forward: f64, density: f64, v: f64): f64 {
  return v > 0.0 ? discount * (density / forward) / (forward * v) : 0.0;
}

export function vegaOf(discount: f64, density: f64, rootTime: f64): f64 {
  return discount * density * rootTime;
}

export function thetaOf(
  discount: f64, price: f64, density: f64, rootTime: f64, volatility: f64, rate: f64,
): f64 {
  return rate * price - (rootTime > 0.0 ? discount * density * volatility / (2.0 * rootTime) : 0.0);
}

export function rhoOf(price: f64, timeToExpiryYears: f64): f64 {
  return 0.0 - timeToExpiryYears * price;
}

export function vannaOf(
  discount: f64, forward: f64, density: f64, d2: f64, volatility: f64, v: f64,
): f64 {
  return v > 0.0 ? 0.0 - discount * (density / forward) * d2 / volatility : 0.0;
}

export function volgaOf(vega: f64, d1: f64, d2: f64, volatility: f64, v: f64): f64 {
  return v > 0.0 ? vega * d1 * d2 / volatility : 0.0;
}
