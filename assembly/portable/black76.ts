import { logQuotient } from './log.ts';
import { millsPolynomial, scaledNormalPdf, slopePolynomial } from './normal.ts';

/**
 * Black's formula for options on a forward (F. Black, The pricing of commodity contracts, 1976), without loss of digits.
 *
 * Everything is computed from the out-of-the-money side: with x = |ln(K/F)|, v = sigma sqrt(T), h = x / v, z1 = h - v/2 and
 * z2 = h + v/2 the price is
 *
 *   lower phi(z1) (R(z1) - R(z2))              z1 >= 0, R the Mills ratio Phi(-z) / phi(z)
 *   lower - lower phi(z1) (R(-z1) + R(z2))     z1 < 0
 *
 * with lower = min(F, K), because F phi(d1) = K phi(d2) = lower phi(z1). For small v the difference of the ratios cancels;
 * there its Taylor series about h is summed, whose terms are all positive.
 */

/** Below this standard deviation the series is used: with seven terms it is exact to 1e-17 here. */
const SERIES_LIMIT: f64 = 0.4;
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
 * lower = min(F, K) >= 0, x = |ln(K / F)| >= 0, v = sigma sqrt(T) >= 0, all finite. Exactly 0 at v = 0, at most lower.
 * Error <= 4 * 2^-52 max(F, K); relative, where the result is a normal number, <= (8 + 6 h^2) 2^-53 + 1e-15 below
 * SERIES_LIMIT. NaN in, NaN out.
 */
export function blackOtm(lower: f64, x: f64, v: f64): f64 {
  const deviation: f64 = boundedDeviation(v);
  const h: f64 = standardisedMoneyness(x, deviation);
  const halfDeviation: f64 = 0.5 * deviation;
  const z1: f64 = h - halfDeviation;
  const density: f64 = scaledNormalPdf(lower, z1);
  if (deviation < SERIES_LIMIT) return density * ratioSeries(h, deviation);
  const inside = z1 < 0.0;
  return (inside ? lower : 0.0) + density * ratioDifference(Math.abs(z1), h + halfDeviation, inside ? -1.0 : 1.0);
}

/** R(y1) side - R(z2), with one division for both; side is 1 or -1. */
function ratioDifference(y1: f64, z2: f64, side: f64): f64 {
  const a1: f64 = y1 + 5.0;
  const b1: f64 = y1 + 1.25;
  const a2: f64 = z2 + 5.0;
  const b2: f64 = z2 + 1.25;
  const m1: f64 = a1 * b1;
  const m2: f64 = a2 * b2;
  const inverse: f64 = 1.0 / (m1 * m2);
  const inverse1: f64 = inverse * m2;
  const inverse2: f64 = inverse * m1;
  const r1: f64 = millsPolynomial((y1 - 5.0) * b1 * inverse1) * a1 * inverse1;
  const r2: f64 = millsPolynomial((z2 - 5.0) * b2 * inverse2) * a2 * inverse2;
  return r1 * side - r2;
}

/**
 * R(h - v/2) - R(h + v/2) for small v: v times the sum of Q^(2m)(h) (v/2)^(2m) / (2m + 1)!, Q(z) = 1 - z R(z) = -R'(z).
 *
 * From Q'' = 2 Q + h Q' and Q^(k) = k Q^(k-2) + h Q^(k-1), the terms f_m of this sum, with u = v^2/4, satisfy
 *
 *   f_(m+1) = p_m ((h^2 + 4m + 3) f_m - u f_(m-1)),  p_m = u / ((2m + 2)(2m + 3)),  f_0 = Q,  f_1 = p_0 ((h^2 + 3) Q - 1)
 *
 * Clenshaw's rule sums them without Q, so that the sum and the polynomial for Q are worked out side by side. R itself is not
 * needed: one polynomial instead of two.
 */
function ratioSeries(h: f64, v: f64): f64 {
  const b: f64 = h + 1.25;
  const inverse: f64 = 1.0 / ((h + 5.0) * b);
  const scale: f64 = (h + 5.0) * inverse;
  const slope: f64 = slopePolynomial((h - 5.0) * b * inverse) * (scale * scale);
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
  const gain: f64 = sign * (forward - strike);
  // max(gain, 0), exactly, without a branch: which side is in the money is not predictable.
  const intrinsic: f64 = 0.5 * (gain + Math.abs(gain));
  return intrinsic + blackOtm(lower, logMoneyness(upper, lower), v);
}
