import { millsPolynomial, normalPdf, scaledNormalPdf } from '../normal.ts';

/**
 * Bounds of the derivatives of Black's formula over a box of prices and volatilities: docs/CERTIFICATES.md.
 *
 * Calls and puts, in currency and in coin, come down to three functions of z (ln(F/K) in currency, ln(K/F) in coin) and
 * of the deviation s = sigma sqrt(T). With d = z/s + s/2 and e = d - s:
 *
 *   A = e^z N(side d)     d value / d ln F = sign scale A, side = sign in currency, -sign in coin
 *   B = s phi(e)          d value / d ln s = scale B
 *   C = phi(e) / s        d2 value / d ln F 2 = scale (side A + C)
 *
 * scale is the strike in currency and 1 in coin.
 */

/**
 * Added to each half width of a box, in logs. A rounding error of z, d, e or s is that of the exact value at a point
 * nearby, 2^-50 of z and of s away at most: 1e-10 is more for any |z| < 1e5, so that only the errors of the functions
 * themselves are left, see `SLOPE_PAD`.
 */
export const BOX_SLACK: f64 = 1e-10;
/**
 * Added to a radius, relative to the largest e^z (prices) or to the upper bound (volatilities). Density, Mills ratio
 * and e^z are good to 2e-14 together (their own bounds, 6e-16 each, and the roundings of the sums), middles to 1e-15.
 */
export const SLOPE_PAD: f64 = 1e-13;
/** Deviation of an option that has none: anything at which all of the bounds stay finite. */
export const DEVIATION_FLOOR: f64 = 1e-150;
/** Beyond this many standard deviations e^(-z^2/2) is 0. */
export const FURTHEST: f64 = 64.0;
/** What the slope of A may reach and A still count as falling in z: 1 less the error of the comparison. */
export const FALLING_LIMIT: f64 = 0.999999999999;

/** What e d must be above and still count as above 1 everywhere in the box, and the share of (z/s)^2 that counts. */
const STEEP_LEAST: f64 = 1.000001;
const STEEP_SHARE: f64 = 0.99999999;

/** The deviation in [low, high] at which d = z/s + s/2 is least: between the ends if sqrt(2 z) is. */
export function deviationOfLeast(z: f64, low: f64, high: f64): f64 {
  const double: f64 = 2.0 * z;
  const turn: f64 = Math.sqrt(double < 0.0 ? 0.0 : double);
  const notBelow: f64 = turn < low ? low : turn;
  return high < notBelow ? high : notBelow;
}

/** The deviation in [low, high] at which d is greatest: an end, d being convex in s. */
export function deviationOfGreatest(z: f64, low: f64, high: f64): f64 {
  return low * high < 2.0 * z ? low : high;
}

/** Largest e of the box, e(z, s) being -d(-z, s). `z`: the greatest of the box. */
export function greatestE(z: f64, low: f64, high: f64): f64 {
  const s: f64 = deviationOfLeast(-z, low, high);
  return z / s - 0.5 * s;
}

/** Smallest e of the box. `z`: the least of the box. */
export function leastE(z: f64, low: f64, high: f64): f64 {
  const s: f64 = deviationOfGreatest(-z, low, high);
  return z / s - 0.5 * s;
}

/** Distance of [least, greatest] from 0. */
export function nearestOf(least: f64, greatest: f64): f64 {
  const right: f64 = least < 0.0 ? 0.0 : least;
  const nearest: f64 = right < -greatest ? -greatest : right;
  return FURTHEST < nearest ? FURTHEST : nearest;
}

/** Largest distance of a point of [least, greatest] from 0. */
export function furthestOf(least: f64, greatest: f64): f64 {
  const furthest: f64 = greatest < -least ? -least : greatest;
  return FURTHEST < furthest ? FURTHEST : furthest;
}

function bounded(x: f64): f64 {
  const size: f64 = Math.abs(x);
  return FURTHEST < size ? FURTHEST : size;
}

/**
 * Whether e d > 1 in all of the box: then C rises in s everywhere, as B does, and falls in |z|, so that two corners
 * bound it exactly. e d = (z/s)^2 - (s/2)^2.
 */
export function isSteep(zLow: f64, zHigh: f64, high: f64): boolean {
  const distance: f64 = zLow < -zHigh ? -zHigh : zLow;
  const ratio: f64 = (distance < 0.0 ? 0.0 : distance) / high;
  const half: f64 = 0.5 * high;
  return ratio * ratio * STEEP_SHARE > half * half + STEEP_LEAST;
}

/**
 * Writes lower and upper bound of scale A at f[at] and f[at + 1], over z in [zLow, zHigh] and s in [low, high]; to be
 * widened by SLOPE_PAD.
 *
 * For side 1, A rises in z and in d: two corners bound it exactly. For side -1 it falls in z wherever (N(-d) / phi(d))
 * s < 1, and then the same two corners do; elsewhere e^z takes its bounds from the ends of the box on its own.
 *
 * @param grossLow, grossHigh - scale e^z at the ends of the box
 * @param stretch, shrink - e^(zHigh - zLow) and its inverse
 */
export function writePriceBounds(
  f: Floats, at: i32, zLow: f64, zHigh: f64, grossLow: f64, grossHigh: f64, scale: f64, low: f64, high: f64,
  stretch: f64, shrink: f64, side: f64,
): void {
  const s1: f64 = deviationOfLeast(zLow, low, high);
  const s2: f64 = deviationOfGreatest(zHigh, low, high);
  const p1: f64 = zLow / s1;
  const p2: f64 = zHigh / s2;
  const h1: f64 = 0.5 * s1;
  const h2: f64 = 0.5 * s2;
  const d1: f64 = p1 + h1;
  const d2: f64 = p2 + h2;
  const density1: f64 = scaledNormalPdf(scale, bounded(p1 - h1));
  const density2: f64 = scaledNormalPdf(scale, bounded(p2 - h2));

  // Both Mills ratios with one division, as in ratioDifference.
  const y1: f64 = bounded(d1);
  const y2: f64 = bounded(d2);
  const a1: f64 = y1 + 5.0;
  const b1: f64 = y1 + 1.25;
  const a2: f64 = y2 + 5.0;
  const b2: f64 = y2 + 1.25;
  const m1: f64 = a1 * b1;
  const m2: f64 = a2 * b2;
  const inverse: f64 = 1.0 / (m1 * m2);
  const inverse1: f64 = inverse * m2;
  const inverse2: f64 = inverse * m1;
  const tail1: f64 = density1 * (millsPolynomial((y1 - 5.0) * b1 * inverse1) * a1 * inverse1);
  const tail2: f64 = density2 * (millsPolynomial((y2 - 5.0) * b2 * inverse2) * a2 * inverse2);

  const corner1: f64 = d1 * side < 0.0 ? tail1 : grossLow - tail1;
  const corner2: f64 = d2 * side < 0.0 ? tail2 : grossHigh - tail2;
  const rising = side > 0.0;
  const falling = corner1 * high < density1 * FALLING_LIMIT;
  f[at] = rising ? corner1 : corner2 * (falling ? 1.0 : shrink);
  f[at + 1] = rising ? corner2 : corner1 * (falling ? 1.0 : stretch);
}

/** |x| phi(x) is at most phi(1). */
const DENSITY_AT_1: f64 = 0.24197072451914337;

/**
 * Writes middle and radius of d delta / d ln F, then of d delta / d ln s, of a price in currency at f[at] to f[at + 3],
 * per contract of size 1: delta is N(d), up to its sign, and moves by phi(d) / s and -e phi(d).
 *
 * @param least, greatest - e of the box
 */
export function writeCurrencyDeltas(
  f: Floats, at: i32, zLow: f64, zHigh: f64, low: f64, high: f64, least: f64, greatest: f64,
): void {
  const leastD: f64 = -greatestE(-zLow, low, high);
  const greatestD: f64 = -leastE(-zHigh, low, high);
  const dense: f64 = normalPdf(nearestOf(leastD, greatestD));
  const thin: f64 = normalPdf(furthestOf(leastD, greatestD));
  const most: f64 = dense / low;
  const fewest: f64 = thin / high;
  f[at] = 0.5 * (fewest + most);
  f[at + 1] = 0.5 * (most - fewest) + 2.0 * SLOPE_PAD * most;
  // |e| <= |d| + s.
  writeProductBounds(f, at + 2, least, greatest, thin, dense, high);
  f[at + 2] = -f[at + 2];
}

/**
 * Writes middle and radius of x phi(y) at f[at] and f[at + 1], for x in [least, greatest] and phi(y) in [thin, dense].
 *
 * @param excess - |x| is at most |y| plus this
 */
export function writeProductBounds(
  f: Floats, at: i32, least: f64, greatest: f64, thin: f64, dense: f64, excess: f64,
): void {
  const limit: f64 = DENSITY_AT_1 + excess * dense;
  const lowest: f64 = atLeast(least * (least < 0.0 ? dense : thin), -limit);
  const highest: f64 = atMost(greatest * (greatest > 0.0 ? dense : thin), limit);
  f[at] = 0.5 * (lowest + highest);
  f[at + 1] = 0.5 * (highest - lowest) + SLOPE_PAD * limit;
}

function atLeast(x: f64, limit: f64): f64 {
  return x < limit ? limit : x;
}

function atMost(x: f64, limit: f64): f64 {
  return limit < x ? limit : x;
}
